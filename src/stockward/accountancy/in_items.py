"""What missing items hold of a substance: a box that is gone is short as an item, and as the substance in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from stockward.accountancy.claims import Claim
from stockward.accountancy.holdings import holdings_of
from stockward.accountancy.known import KnownBooks
from stockward.terms.verdicts import Basis


class HeldInItems(NamedTuple):
    """Item series whose missing pieces hold what is missing of a substance, the largest first.

    ``contents`` is what they hold of each claim of the substance, ``None`` of one that they do not account for. It is
    empty where the area keeps the substance in items alone: then the claim is of nothing else.
    """

    items: tuple[int, ...]
    contents: tuple[float | None, ...] = ()


def held_in_items(
    books: KnownBooks, rows: Sequence[Mapping[str, Any]], claims: Mapping[int, list[Claim]], number: int
) -> HeldInItems:
    """The items of the same area that account for what is missing of a substance."""
    content = _content(books, rows[number]["substance"])
    found = [_accounting_for(loss, _parts(rows, claims, number, content, loss)) for loss in claims[number]]
    items = next((parts for parts in found if parts), {})
    if not items or not _beside_items(books, rows[number]["area"], content):
        return HeldInItems(tuple(items))
    contents = (sum(parts.values()) if parts and parts.keys() <= items.keys() else None for parts in found)
    return HeldInItems(tuple(items), tuple(contents))


def _content(books: KnownBooks, substance: str) -> dict[str, float]:
    """How much of the substance one unit of each material holds, in the unit of the substance."""
    held = holdings_of(books).filter((pl.col("holding") == substance) & (pl.col("basis") == Basis.BULK.value))
    return dict(held.select("material", "amount").rows())


def _parts(
    rows: Sequence[Mapping[str, Any]],
    claims: Mapping[int, list[Claim]],
    number: int,
    content: Mapping[str, float],
    loss: Claim,
) -> list[tuple[int, float]]:
    """Item series of the area with pieces missing at the time, and what these hold; the largest first."""
    parts = [
        (item, content[rows[item]["material"]] * claim.amount)
        for item, own in claims.items()
        if rows[item]["basis"] == Basis.ITEM.value
        and rows[item]["area"] == rows[number]["area"]
        and rows[item]["material"] in content
        for claim in own
        if claim.amount * loss.amount > 0 and claim.overlaps(loss)
    ]
    return sorted(parts, key=lambda part: (-abs(part[1]), part[0]))


def _accounting_for(loss: Claim, parts: Sequence[tuple[int, float]]) -> dict[int, float]:
    """Those whose contents together, or else alone, are as much as is missing; none where they are not."""
    if parts and loss.holds(sum(amount for _, amount in parts)):
        return {item: sum(amount for other, amount in parts if other == item) for item, _ in parts}
    single = [(item, amount) for item, amount in sorted(parts) if loss.holds(amount)]
    return dict(single[:1])


def _beside_items(books: KnownBooks, area: str, content: Mapping[str, float]) -> bool:
    """Whether the area was ever found to hold any of it that is no item."""
    bulk = books["materials"].filter(pl.col("kind").cast(pl.String) == Basis.BULK.value)["material"]
    held = [material for material in bulk if material in content]
    counted = books.counts.filter(pl.col("area").cast(pl.String) == area)["material"].cast(pl.String)
    return bool(counted.is_in(held).any())
