"""Whether a loss of the goal quantity would be found within the days that the site states."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from stockward.answers.detection import GoalAnswer, UnheldGoal
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.terms.units import factor
from stockward.terms.verdicts import Scope
from stockward.unseen.patterns import YEAR
from stockward.unseen.sight import Sight


@dataclass(frozen=True, slots=True)
class Goal:
    """The loss that matters in one series, unit of the series, and the days within which it must be found.

    One ``of_site`` is of a loss from the whole site, in whatever way it is spread over it, though one area holds all.
    """

    quantity: float
    within_days: float
    of_site: bool = field(default=False, compare=False)


def goals_of(
    goals: Sequence[Mapping[str, Any]], area: str | None, substance: str | None, unit: str, *, whole: bool = False
) -> list[Goal]:
    """The goals (of the rows of goals) for a substance in an area, or in the whole site where ``area`` is ``None``.

    A goal without an area is one of the whole site; where one area holds all of the substance (``whole``), it is the
    site, and has that goal beside its own.
    """
    places = (area, None) if whole else (area,)
    found = [
        Goal(
            row["quantity"] * ((factor(row["unit"], unit) if row["unit"] else None) or 1.0),
            YEAR if row["within_days"] is None else row["within_days"],
            of_site=row["area"] is None,
        )
        for row in goals
        if substance is not None and row["substance"] == substance and row["area"] in places
    ]
    # Of two that are the same, the one of the site asks for more.
    of_site = {goal for goal in found if goal.of_site}
    return [replace(goal, of_site=goal in of_site) for goal in dict.fromkeys(found)]


def goals_of_series(goals: pl.DataFrame, series: pl.DataFrame) -> list[list[Goal]]:
    """The goals (rows of goals) of each series of closed books, in their order."""
    rows = goals.to_dicts()
    joined = set(series.filter(pl.col("scope") == Scope.SITE.value)["substance"])
    return [
        goals_of(rows, area, substance, unit, whole=substance not in joined)
        for area, substance, unit in series.select("area", "substance", "unit").iter_rows()
    ]


def unheld_goals(goals: pl.DataFrame, series: pl.DataFrame) -> tuple[UnheldGoal, ...]:
    """The goals of substances of which the books hold nothing there, so that no series answers for them."""
    held = set(series.select("substance", "area").rows())
    substances = {substance for substance, _ in held}
    return tuple(
        UnheldGoal(substance=substance, area=area, quantity=quantity, unit=unit)
        for substance, area, quantity, unit in goals.select(
            pl.col("substance", "area").cast(pl.String), "quantity", pl.col("unit").cast(pl.String)
        ).rows()
        if (substance not in substances if area is None else (substance, area) not in held)
    )


def needed_loss(sight: Sight, goal: Goal | None) -> float | None:
    """The smallest loss that is found as the goal asks: at once or evenly, in time; over a year where there is none."""
    if goal is None:
        return sight.curve(sight.even())[0].detectable(sight.detection)
    first = _first_whole(sight, goal.within_days)
    if first is None:
        return None
    losses = [curve.detectable(sight.detection) for curve in sight.curve(*_patterns(sight, goal, first))]
    return _larger(losses)


def needed_limit(sight: Sight, goal: Goal | None) -> float | None:
    """The same for the best test of each pattern: quickly had, and nearly in proportion."""
    if goal is None:
        return sight.limit(sight.even())
    first = _first_whole(sight, goal.within_days)
    if first is None:
        return None
    limits = [sight.limit(pattern) for pattern in _patterns(sight, goal, first)]
    return _larger(limits)


def answers(sight: Sight, goals: Sequence[Goal]) -> list[tuple[Goal, GoalAnswer]]:
    """Hold the series against its goals; the one that is furthest from being met comes first."""
    return sorted(((goal, answer(sight, goal)) for goal in goals), key=lambda pair: _reach(pair[1]), reverse=True)


def _reach(held: GoalAnswer) -> float:
    """The loss that is found as a multiple of the goal."""
    return math.inf if held.detectable is None else held.detectable / held.quantity


def answer(sight: Sight, goal: Goal) -> GoalAnswer:
    """Hold the series against its goal."""
    first = _first_whole(sight, goal.within_days)
    chance, needed = 0.0, None
    if first is not None:
        curves = sight.curve(*_patterns(sight, goal, first))
        chance = min(float(curve.probability(goal.quantity)) for curve in curves)
        needed = _larger([curve.detectable(sight.detection) for curve in curves])
    apart = "inventories stand further apart than these days: count more often"
    waiting = _waiting(sight, goal.quantity)
    return _answered(goal, needed, chance, waiting=waiting, reason=apart if first is None else None)


def without_errors(goal: Goal) -> GoalAnswer:
    """The goal of a series that is exact: any loss shows at the next inventory."""
    return _answered(goal, 0.0, 1.0)


def beside_resting(held: GoalAnswer, resting: float) -> GoalAnswer:
    """The answer where so much is listed at earlier readings: what is taken out of that is found by no inventory.

    The goal is met only where what is left of it would be found in all else.
    """
    if not held.met or (held.detectable or 0.0) <= held.quantity - resting:
        return held
    reason = "it may be taken out of what stands at earlier readings: weigh that at each inventory"
    return _answered(Goal(held.quantity, held.within_days), None, 0.0, reason=reason)


def untested(goal: Goal) -> GoalAnswer:
    """The goal of a series that is not tested: nothing is promised."""
    return _answered(goal, None, 0.0, reason="the series is not tested")


def _answered(
    goal: Goal, needed: float | None, chance: float, *, waiting: float | None = None, reason: str | None = None
) -> GoalAnswer:
    return GoalAnswer(
        quantity=goal.quantity,
        within_days=goal.within_days,
        probability=chance,
        detectable=needed,
        met=needed is not None and needed <= goal.quantity,
        short_by=None if needed is None else needed - goal.quantity,
        found_within_days=waiting,
        reason=reason,
    )


def _first_whole(sight: Sight, days: float) -> int | None:
    """The first period that begins and ends within the last so many days."""
    since = int(sight.end[-1]) - int(days * MICROSECONDS_A_DAY)
    within = np.flatnonzero(sight.start >= since)
    # A record shorter than these days is all that there is.
    return int(within[0]) if len(within) else None


def _patterns(sight: Sight, goal: Goal, first: int) -> tuple[np.ndarray, np.ndarray]:
    # What is lost before or after the periods that are tested is a loss within these days, too.
    return sight.abrupt(first), sight.even(goal.within_days, sight.terms.record)


def _larger(losses: list[float | None]) -> float | None:
    """The larger of the losses, if each could be found at all."""
    known = [loss for loss in losses if loss is not None]
    return max(known) if len(known) == len(losses) else None


def _waiting(sight: Sight, loss: float) -> float | None:
    """Days from the begin of the middle period to the first inventory by which an abrupt loss in it is found."""
    pattern = sight.abrupt(sight.middle)

    def found_by(period: int) -> bool:
        return float(sight.curve(pattern, until=period)[0].probability(loss)) >= sight.detection

    low, high = sight.middle, sight.periods - 1
    if not found_by(high):
        return None
    while low < high:
        period = (low + high) // 2
        low, high = (low, period) if found_by(period) else (period + 1, high)
    return float(sight.end[low] - sight.start[sight.middle]) / MICROSECONDS_A_DAY
