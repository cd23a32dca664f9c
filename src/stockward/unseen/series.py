"""What would go unseen in each series of a site: beside every verdict today, and at a surge."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl

from stockward.answers.balances import Balances
from stockward.answers.detection import Detectable, GoalAnswer, Remedy, SeriesDetection
from stockward.balance.series_periods import uncertain
from stockward.stats.arrays import Array
from stockward.stats.scanning.hazard import Hazard
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.terms.verdicts import Basis, PeriodStatus, Scope
from stockward.unseen.books_calibrated import BooksCalibrated
from stockward.unseen.error_terms import ErrorTerms, TermTables
from stockward.unseen.goals import Goal, answers, beside_resting, goals_of_series, untested, without_errors
from stockward.unseen.remedies import RemedyCase, RemedyLimits, remedies
from stockward.unseen.sight import Sight, drawn_losses, error_points


@dataclass(frozen=True, slots=True, kw_only=True)
class SightRequest:
    """What is asked of a site: its goals, the chance to find the loss that matters, and the seed of what is drawn."""

    goals: pl.DataFrame
    detection: float
    seed: int


def sights(
    balances: Balances,
    rates: Sequence[Hazard | None],
    asked: SightRequest,
    *,
    limits: Sequence[tuple[float, ...]] | None = None,
) -> list[Sight | None]:
    """What each series sees at its rate of false alarms; ``None`` where it is not tested."""
    tables = TermTables(balances)
    return [
        None
        if rate is None
        else _sight(tables.of(number), rate, asked, None if limits is None else np.array(limits[number]))
        for number, rate in enumerate(rates)
    ]


def _sight(terms: ErrorTerms, rate: Hazard, asked: SightRequest, limits: Array | None) -> Sight:
    hazard = rate.over(terms.end / MICROSECONDS_A_DAY)
    return Sight(terms, hazard=hazard, detection=asked.detection, seed=asked.seed, limits=limits)


def unseen_losses(
    balances: Balances,
    seen: Sequence[Sight | None],
    asked: SightRequest,
    *,
    again: BooksCalibrated,
    targets: Sequence[float | None] | None = None,
) -> tuple[SeriesDetection, ...]:
    """The smallest detectable losses of every series, its goal, and what would restore one that is not met.

    ``again`` are the books of the balances, as they would close with more calibrations. ``targets`` stand for the goals
    of series that have none; without either no remedy is looked for.
    """
    tested = sum(sight is not None for sight in seen)
    scopes, found, counted = balances.series["scope"].to_list(), [], _in_items(balances)
    resting = _resting(balances, counted)
    for number, (sight, goals) in enumerate(zip(seen, goals_of_series(asked.goals, balances.series), strict=True)):
        if sight is None:
            found.append(_at_rest(_without_test(balances, number, goals), resting[number]))
            continue
        target = None if targets is None else targets[number]
        calibrated = partial(again.calibrated, sight.terms, number)
        seen_so = _look(sight, goals, target, RemedyLimits(tested, Scope(scopes[number]), calibrated))
        found.append(_at_rest(replace(seen_so, in_items=number in counted), resting[number]))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class SeriesGoals:
    """The goals of one series held against it, and how much of it is listed at earlier readings."""

    answers: tuple[GoalAnswer, ...]
    resting: float


def goals_seen(balances: Balances, seen: Sequence[Sight | None], asked: SightRequest) -> tuple[SeriesGoals, ...]:
    """The goals of every series as ``unseen_losses`` holds them, and nothing else that takes long."""
    resting = _resting(balances, _in_items(balances))
    found = []
    for number, (sight, goals) in enumerate(zip(seen, goals_of_series(asked.goals, balances.series), strict=True)):
        held = (
            _goals_without_test(_is_exact(balances, number), goals)
            if sight is None
            else [one for _, one in answers(sight, goals)]
        )
        found.append(SeriesGoals(tuple(beside_resting(one, resting[number]) for one in held), resting[number]))
    return tuple(found)


def _resting(balances: Balances, in_items: Container[int]) -> list[float]:
    """By series, how much is listed at earlier readings; none of what is counted in items."""
    listed = dict(balances.resting.rows())
    bulk = (balances.series["basis"] == Basis.BULK.value).to_list()
    return [listed.get(number, 0.0) if own and number not in in_items else 0.0 for number, own in enumerate(bulk)]


def _at_rest(found: SeriesDetection, resting: float) -> SeriesDetection:
    """The same of a series of which so much is listed at earlier readings: a goal may be taken out of that unseen."""
    goal = None if found.goal is None else beside_resting(found.goal, resting)
    further = tuple(beside_resting(one, resting) for one in found.further_goals)
    return replace(found, goal=goal, further_goals=further, resting=resting)


def _in_items(balances: Balances) -> set[int]:
    """Substances of which all that has an error is the content of counted items."""
    series, terms = balances.series, balances.terms
    items = series.filter(pl.col("basis") == Basis.ITEM.value)["material"].unique()
    of_items = (
        pl.col("method").is_null() & (pl.col("part") != "normal_loss") & pl.col("material").is_in(items.implode())
    )
    return set(terms.group_by("series").agg(of_items.all()).filter("method")["series"])


def _look(sight: Sight, goals: Sequence[Goal], target: float | None, limits: RemedyLimits) -> SeriesDetection:
    detectable, curves = sight.detectable()
    told = answers(sight, goals)
    goal, held = told[0] if told else (None, None)
    needed = detectable.even_year if held is None else held.detectable
    wanted = target if goal is None else goal.quantity
    restored: tuple[Remedy, ...] = ()
    if needed is not None and wanted is not None and needed > wanted:
        restored = remedies(RemedyCase(sight, goal, needed, wanted, limits))
    return SeriesDetection(
        detectable=detectable,
        exact=False,
        error_points=error_points(detectable, curves),
        goal=held,
        curves=drawn_losses(detectable, curves),
        remedies=restored,
        further_goals=tuple(one for _, one in told[1:]),
        even_days=sight.even_days,
    )


def _without_test(balances: Balances, number: int, goals: Sequence[Goal]) -> SeriesDetection:
    """An exact series shows any loss, of items one piece; one that cannot be tested shows nothing."""
    exact = _is_exact(balances, number)
    held = _goals_without_test(exact, goals)
    items = exact and balances.series["basis"][number] == Basis.ITEM.value
    one = Detectable(
        abrupt=1.0, abrupt_last=1.0, even_year=1.0, worst_pattern=1.0, limit_abrupt=1.0, limit_even_year=1.0,
        limit_worst=1.0, probability=1.0,
    )  # fmt: skip
    return SeriesDetection(
        detectable=one if items else None,
        exact=exact,
        error_points=None,
        goal=held[0] if held else None,
        curves=None,
        remedies=(),
        further_goals=tuple(held[1:]),
    )


def _is_exact(balances: Balances, number: int) -> bool:
    """Whether a series that is not tested has closed periods, all of them without a doubt."""
    closed = balances.periods.filter((pl.col("series") == number) & (pl.col("status") == PeriodStatus.CLOSED.value))
    return closed.height > 0 and not (uncertain(closed) | closed["settled"].to_numpy()).any()


def _goals_without_test(exact: bool, goals: Sequence[Goal]) -> list[GoalAnswer]:
    return [without_errors(goal) if exact else untested(goal) for goal in goals]
