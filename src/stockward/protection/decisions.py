"""What a plan decides on: how often each area is counted and each method calibrated, and which options are bought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from stockward.answers.plan import MeasureKind
from stockward.book.known import KnownBooks
from stockward.protection.costs import MeasureCosts
from stockward.protection.further_options import (
    IN_ONE,
    WEIGHED_ONCE,
    Doubled,
    Parted,
    doubled_of,
    methods_offered,
    parted_of,
    weighings_a_year,
)
from stockward.protection.response.figures import Upgrade
from stockward.terms.periods import MICROSECONDS_A_DAY, YEAR_DAYS

COUNTED = (Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(4))
"""Inventories in place of each of today's."""
CALIBRATED_EVERY = tuple(map(Fraction, (182, 91, 30, 14, 7)))
"""Days between the calibrations that are added to those of today."""
_AS_TODAY = Fraction(1)
_FEWEST_INVENTORIES = 3
"""With fewer there is no balance that could be compared with another."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that could be bought: by how many times it changes each error of the method that it replaces."""

    key: str
    name: str
    method: str
    random: tuple[float, float]
    systematic: tuple[float, float]


NO_OPTION = Option("", "", "", (1.0, 1.0), (1.0, 1.0))
LevelValue = Fraction | Option | Doubled | Parted | Upgrade


@dataclass(frozen=True, slots=True)
class Level:
    """One way to decide: the value of it, how often a year that is done, and what it costs a year."""

    value: LevelValue
    a_year: float
    cost: Fraction


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing to decide, with its levels in order; ``today`` is the place of the one that changes nothing.

    ``of`` is the area of inventories, an element of layers, a post that answers alarms, and else the method. The value
    of a level is by how many times its area is counted more often, the days between calibrations that are added (0 for
    none), or what is bought.
    """

    kind: MeasureKind
    of: str
    levels: tuple[Level, ...]
    today: int

    def place_of(self, value: LevelValue | None) -> int:
        """The place of the level of a value; that of today where none has it."""
        return next((place for place, level in enumerate(self.levels) if level.value == value), self.today)


DecidedLevels = Mapping[Decision, int]
"""The place of the level chosen for each decision."""


def decisions_of(
    books: KnownBooks,
    costs: MeasureCosts,
    areas: Sequence[str],
    methods: Sequence[str],
    options: Sequence[Option],
    drawn_from: Sequence[str] = (),
) -> list[Decision]:
    """All that is decided for these areas and methods, in order of kind and key.

    ``drawn_from`` are areas of which items may be drawn in place of counting all: those without a series that a goal is
    about are counted no less than what keeps their books closed.
    """
    a_year = inventories_a_year(books)
    exact = [area for area in drawn_from if area not in areas]
    return [
        *(_of_inventories(area, a_year.get(area, 0.0), costs.of_inventory(area)) for area in areas),
        *(_of_whole_counts(books, area, a_year.get(area, 0.0), costs) for area in exact),
        *(_of_calibrations(method, calibrations_a_year(books, method), costs) for method in methods),
        *(_of_options(method, [one for one in options if one.method == method], costs) for method in methods),
        *_of_check_weighing(books, costs, methods),
        *_of_splits(books, costs, areas),
    ]


def parts_decided(choice: DecidedLevels) -> dict[str, int]:
    """The parts of each area that a choice splits."""
    values = [one.levels[place].value for one, place in choice.items()]
    return {value.area: value.parts for value in values if isinstance(value, Parted) and value.parts > 1}


def _of_inventories(area: str, now: float, each: Fraction) -> Decision:
    levels = tuple(Level(times, now * float(times), each * exactly(now) * times) for times in COUNTED)
    return Decision(MeasureKind.INVENTORIES, area, levels, COUNTED.index(_AS_TODAY))


def _of_whole_counts(books: KnownBooks, area: str, now: float, costs: MeasureCosts) -> Decision:
    made = books.counts.filter(pl.col("area").cast(pl.String) == area)["inventory"].n_unique()
    each = costs.of_inventory(area)
    possible = [one for one in COUNTED if one == _AS_TODAY or (now and one * made >= _FEWEST_INVENTORIES)]
    levels = tuple(Level(one, now * float(one), each * exactly(now) * one) for one in possible)
    return Decision(MeasureKind.INVENTORIES, area, levels, possible.index(_AS_TODAY))


def _of_calibrations(method: str, now: float, costs: MeasureCosts) -> Decision:
    each = costs.of_calibration(method)
    added = [(days, YEAR_DAYS / float(days)) for days in CALIBRATED_EVERY if YEAR_DAYS / float(days) > now]
    levels = [Level(Fraction(0), now, each * exactly(now))]
    levels += [Level(days, now + more, each * exactly(now + more)) for days, more in added]
    return Decision(MeasureKind.CALIBRATIONS, method, tuple(levels), 0)


def _of_options(method: str, options: Sequence[Option], costs: MeasureCosts) -> Decision:
    """Which of the options takes the place of a method: none of them, or one."""
    bought = [Level(one, 1.0, costs.of_option(one.key)) for one in options]
    return Decision(MeasureKind.OPTION, method, (Level(NO_OPTION, 0.0, Fraction(0)), *bought), 0)


def _of_check_weighing(books: KnownBooks, costs: MeasureCosts, methods: Sequence[str]) -> Iterator[Decision]:
    """Which share of what moves by a method is weighed twice."""
    offered = doubled_of(books)
    for method in methods:
        own = [one for one in offered if one.method == method]
        if own:
            each, a_year = costs.of_weighing(method), weighings_a_year(books, method)
            levels = [Level(WEIGHED_ONCE, 0.0, Fraction(0))]
            for one in own:
                again = exactly(a_year) * Fraction(str(one.share))
                levels.append(Level(one, float(again), costs.of_option(one.key) + each * again))
            yield Decision(MeasureKind.CHECK_WEIGH, method, tuple(levels), 0)


def _of_splits(books: KnownBooks, costs: MeasureCosts, areas: Sequence[str]) -> Iterator[Decision]:
    """Into how many parts an area is split."""
    offered = parted_of(books)
    for area in areas:
        own = [one for one in offered if one.area == area]
        if own:
            levels = (Level(IN_ONE, 0.0, Fraction(0)), *(Level(one, 1.0, costs.of_option(one.key)) for one in own))
            yield Decision(MeasureKind.SPLIT, area, levels, 0)


def exactly(times: float) -> Fraction:
    """How often a year, to a thousandth: what is counted over a record of odd length."""
    return Fraction(round(times * 1000), 1000)


def inventories_a_year(books: KnownBooks) -> dict[str, float]:
    """How often each area is counted a year, by the time from its first inventory to its last; 0 for fewer than two."""
    moments = books.counts.group_by(pl.col("area").cast(pl.String), "inventory").agg(pl.col("at").max())
    found = moments.group_by("area").agg(
        number=pl.len(), days=(pl.col("at").max() - pl.col("at").min()).dt.total_microseconds() / MICROSECONDS_A_DAY
    )
    return {area: round((number - 1) * YEAR_DAYS / days, 3) if days > 0 else 0.0 for area, number, days in found.rows()}


def calibrations_a_year(books: KnownBooks, method: str) -> float:
    """How often a method is calibrated a year: by its own days, or by the record of its calibrations."""
    own = books["methods"].filter(pl.col("method").cast(pl.String) == method)["calibration_days"].to_list()
    made = books["calibrations"].filter(pl.col("method").cast(pl.String) == method)["at"]
    if made.is_empty():
        return round(YEAR_DAYS / own[0], 3) if own and own[0] else 0.0
    span = _days_of_record(books)
    return round(made.len() * YEAR_DAYS / max(span, YEAR_DAYS), 3)


def _days_of_record(books: KnownBooks) -> float:
    first, last = books.movements["at"].min(), books.movements["at"].max()
    if first is None or last is None:
        return 0.0
    return float((last - first).total_seconds()) / 86_400.0  # type: ignore[operator,union-attr]


def options_of(books: KnownBooks) -> Iterator[tuple[Option | None, str]]:
    """Every option, or the reason why one cannot be looked at."""
    methods = {str(row["method"]): row for row in books["methods"].to_dicts()}
    for row in methods_offered(books).sort("option").to_dicts():
        key, method = str(row["option"]), str(row["method"])
        ratios = {name: _ratio(row[name], methods[method][name]) for name in _ERRORS}
        unlike = [name for name, ratio in ratios.items() if ratio is None]
        if unlike:
            yield (
                None,
                f"{key}: {method} states no {unlike[0]} that it could replace: state one, or leave it blank here",
            )
            continue
        known = {name: ratio or 0.0 for name, ratio in ratios.items()}
        random = known["random_rel"], known["random_abs"]
        systematic = known["systematic_rel"], known["systematic_abs"]
        yield Option(key, str(row["name"] or key), method, random, systematic), ""


_ERRORS = ("random_rel", "random_abs", "systematic_rel", "systematic_abs")


def _ratio(new: Any, old: Any) -> float | None:
    """By how many times an error changes; ``None`` where there is none that could be replaced."""
    if new is None:
        return 1.0
    if not old:
        return 1.0 if not new else None
    return float(new) / float(old)
