"""What missing items hold of a substance: a box that is gone is short as an item, and as the substance in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

import polars as pl

from stockward.balance.composition import holdings_of
from stockward.balance.findings.alarming import AlarmingSeries
from stockward.balance.findings.claims import Claim
from stockward.book.known import KnownBooks
from stockward.terms.verdicts import Basis


class HeldInItems(NamedTuple):
    """Item series whose missing pieces hold some of what is missing of a substance, the largest first.

    ``contents`` is what they hold of each claim of the substance, ``None`` of one that has no part in them; ``beside``
    is what they do not account for of it, ``None`` where that is all. Both are empty where the area keeps the substance
    in items alone: then the claim is of nothing else.
    """

    items: tuple[int, ...]
    contents: tuple[float | None, ...] = ()
    beside: tuple[float | None, ...] = ()


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
    losses = substance.claims
    held: list[dict[int, float]] = [defaultdict(float) for _ in losses]
    for item, each in content:
        for claim in item.claims:
            if (place := _part_of(claim, losses)) is not None:
                held[place][item.number] += each * claim.amount
    found = {
        item: max(abs(parts.get(item, 0.0)) for parts in held) for item in {item for parts in held for item in parts}
    }
    items = tuple(sorted(found, key=lambda item: (-found[item], item)))
    if not items or not beside_items:
        return HeldInItems(items)
    contents = tuple(sum(parts.values()) if parts else None for parts in held)
    beside = (
        None if amount is None or loss.allows(amount) else loss.amount - amount
        for loss, amount in zip(losses, contents, strict=True)
    )
    return HeldInItems(items, contents, tuple(beside))


def _part_of(claim: Claim, losses: Sequence[Claim]) -> int | None:
    """The claim of a substance to which pieces belong: one of the same way, if there is, and longest at their time."""
    near = [place for place, loss in enumerate(losses) if loss.overlaps(claim)]
    same = [place for place in near if losses[place].agrees(claim)]

    def together(place: int) -> timedelta:
        return min(claim.end, losses[place].end) - max(claim.start, losses[place].start)

    return max(same or near, key=together, default=None)
