"""The counts by lot of a site: its goals as losses of items, and what its books hold of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from stockward.answers.counting import CountingStratum
from stockward.balance.composition import holdings_of
from stockward.book.known import KnownBooks
from stockward.book.substances import substance_units
from stockward.counting.strata import WantedLoss, strata_to_draw
from stockward.protection.costs import MeasureCosts
from stockward.protection.counts.drawing import CountByLot, CountedGoal, CountedStratum
from stockward.protection.decisions import exactly
from stockward.stats.sampling import SAMPLE_ROUNDING
from stockward.terms.periods import YEAR_DAYS
from stockward.terms.units import factor


@dataclass(frozen=True, slots=True)
class CountsByLot:
    """All counts by lot, one for each number of days that goals ask for, and what is left out of them and why."""

    counts: tuple[CountByLot, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def goals(self) -> list[CountedGoal]:
        """The goals of all counts."""
        return [goal for one in self.counts for goal in one.goals]

    @property
    def areas(self) -> list[str]:
        """The areas that are drawn from unless they are counted whole, in order."""
        return sorted({area for one in self.counts for area in one.areas})


def counts_by_lot(
    books: KnownBooks, goals: pl.DataFrame, costs: MeasureCosts, *, may_come: bool = False
) -> CountsByLot:
    """The counts by lot of a site that says what it takes to look at an item; none where it does not.

    Each of the goals is one: its loss, taken as items of which the books hold enough, is to be found within its days.
    Raises ``UsageError`` for a stratum of which nobody says what looking at an item takes. In books that ``may_come`` a
    part of an item is a whole one.
    """
    wanted = _wanted(books, goals)
    strata, refused = strata_to_draw(books, [loss for loss, _ in wanted], parts_are_whole=may_come)
    items = [one for one in strata if one.kind == "item"]
    amounts = {(str(material), holding): amount for material, holding, amount in _amounts(books)}
    lost = [goal for loss, days in wanted if (goal := _goal(loss, days, items, amounts, books)) is not None]
    if not costs.draws_items:
        return CountsByLot(left_out=_undrawn(lost))
    counts = [
        _count([one for one in lost if one.within_days == days], items, costs, books)
        for days in sorted({one.within_days for one in lost})
    ]
    refusals = tuple(f"{one.what} is not drawn from: {one.reason}" for one in refused)
    return CountsByLot(tuple(counts), refusals)


def _undrawn(goals: Sequence[CountedGoal]) -> tuple[str, ...]:
    if not goals:
        return ()
    return (
        "Items are counted with their areas and never drawn by lot: to have that decided, state what looking at one "
        "takes in costs.csv (what = item).",
    )


def _wanted(books: KnownBooks, goals: pl.DataFrame) -> list[tuple[WantedLoss, float]]:
    """The goals of the site, and within how many days each must be found; a loss of nothing is none."""
    units = substance_units(books["materials"], books["contents"])
    found = []
    for row in goals.sort("substance", "area", nulls_last=False).to_dicts():
        name, own = str(row["substance"]), units[str(row["substance"])]
        loss = row["quantity"] * (factor(row["unit"] or own, own) or 1.0)
        days = YEAR_DAYS if row["within_days"] is None else float(row["within_days"])
        if loss > 0:
            area = None if row["area"] is None else str(row["area"])
            found.append((WantedLoss(name, name, own, loss, area, False), days))
    return found


def _amounts(books: KnownBooks) -> list[tuple[Any, ...]]:
    return holdings_of(books).select("material", "holding", "amount").rows()


def _goal(
    loss: WantedLoss,
    days: float,
    items: Sequence[CountingStratum],
    amounts: Mapping[tuple[str, str], float],
    books: KnownBooks,
) -> CountedGoal | None:
    """The goal as one of items; ``None`` where these hold less than it in all."""
    held = {one.id: amounts.get((one.material, loss.holding), 0.0) for one in items if loss.area in (None, one.area)}
    contents = {name: amount for name, amount in held.items() if amount > 0}
    stock = math.fsum(one.units * contents.get(one.id, 0.0) for one in items)
    if stock < loss.loss * (1 - SAMPLE_ROUNDING):
        return None
    names = dict(books["areas"].select(pl.col("area").cast(pl.String), "name").rows())
    place = "whole site" if loss.area is None else names.get(loss.area) or loss.area
    return CountedGoal(
        id=f"{loss.area or '*'}/{loss.holding}, items",
        label=f"{loss.holding} in items, {place}",
        area=loss.area,
        substance=loss.holding,
        quantity=loss.loss,
        unit=loss.unit,
        within_days=days,
        contents=contents,
    )


def _count(
    goals: Sequence[CountedGoal], items: Sequence[CountingStratum], costs: MeasureCosts, books: KnownBooks
) -> CountByLot:
    """The count for the goals of the same days."""
    days = goals[0].within_days
    a_year = exactly(YEAR_DAYS / days)
    return CountByLot(
        days=days,
        strata=tuple(
            _stratum(one, a_year * costs.of_item(one.material, one.area))
            for one in items
            if any(one.id in goal.contents for goal in goals)
        ),
        goals=tuple(goals),
        detection=books.site.settings.detection.detection,
    )


def _stratum(one: CountingStratum, cost: Fraction) -> CountedStratum:
    return CountedStratum(
        id=one.id,
        area=one.area,
        area_name=one.area_name,
        material=one.material,
        material_name=one.material_name,
        units=one.units,
        cost=cost,
    )
