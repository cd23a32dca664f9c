"""What missing items hold of a substance: a box that is gone is short as an item, and as the substance in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from stockward.accountancy.alarming import AlarmingSeries
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


def held_in_items(books: KnownBooks, alarming: Mapping[int, AlarmingSeries]) -> dict[int, HeldInItems]:
    """For every substance of an area that alarms, the items of that area that account for what is missing of it."""
    contents, loose = _contents(books), _counted_in_bulk(books)
    items = {(one.area, one.holding): one for one in alarming.values() if one.in_items}
    found = {}
    for number, one in alarming.items():
        if one.area is not None and not one.in_items:
            content = contents[one.holding]
            there = [(items[one.area, held], each) for held, each in content.items() if (one.area, held) in items]
            found[number] = _held(one, there, beside_items=not loose[one.area].isdisjoint(content))
    return found


def _contents(books: KnownBooks) -> dict[str, dict[str, float]]:
    """How much of each substance one unit of each material holds, in the unit of the substance."""
    held = holdings_of(books).filter(pl.col("basis") == Basis.BULK.value)
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for substance, material, amount in held.select("holding", "material", "amount").iter_rows():
        found[substance][material] = amount
    return found


def _counted_in_bulk(books: KnownBooks) -> dict[str, set[str]]:
    """The materials that are no items and were ever counted in each area."""
    materials = books["materials"]
    bulk = materials.filter(pl.col("kind").cast(pl.String) == Basis.BULK.value)["material"].cast(pl.String)
    counted = books.counts.select(pl.col("area", "material").cast(pl.String)).unique()
    found: dict[str, set[str]] = defaultdict(set)
    for area, material in counted.filter(pl.col("material").is_in(bulk.implode())).iter_rows():
        found[area].add(material)
    return found


def _held(
    substance: AlarmingSeries, content: Sequence[tuple[AlarmingSeries, float]], *, beside_items: bool
) -> HeldInItems:
    """What items hold of each claim of a substance that their area may keep ``beside_items`` as well.

    ``content`` are the items of the area that alarm, with how much of the substance is in one piece.
    """
    found = [_accounting_for(loss, _parts(content, loss)) for loss in substance.claims]
    first = next((parts for parts in found if parts), {})
    if not first or not beside_items:
        return HeldInItems(tuple(first))
    contents = (sum(parts.values()) if parts and parts.keys() <= first.keys() else None for parts in found)
    return HeldInItems(tuple(first), tuple(contents))


def _parts(content: Sequence[tuple[AlarmingSeries, float]], loss: Claim) -> list[tuple[int, float]]:
    """Item series with pieces missing at the time of a loss, and what these hold of it; the largest first."""
    parts = [
        (item.number, each * claim.amount) for item, each in content for claim in item.claims if claim.agrees(loss)
    ]
    return sorted(parts, key=lambda part: (-abs(part[1]), part[0]))


def _accounting_for(loss: Claim, parts: Sequence[tuple[int, float]]) -> dict[int, float]:
    """Those whose contents together, or else alone, are as much as is missing; none where they are not."""
    if parts and loss.holds(sum(amount for _, amount in parts)):
        together: dict[int, float] = defaultdict(float)
        for item, amount in parts:
            together[item] += amount
        return dict(together)
    single = [(item, amount) for item, amount in sorted(parts) if loss.holds(amount)]
    return dict(single[:1])
