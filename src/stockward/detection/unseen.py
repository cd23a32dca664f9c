"""What would go unseen in each series of a site, beside its verdict."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from stockward.answers.balances import Balances
from stockward.answers.detection import Detectable, Remedy, SeriesDetection
from stockward.answers.losses import SeriesVerdict
from stockward.detection.error_terms import ErrorTerms
from stockward.detection.goals import Goal, answer, goal_of
from stockward.detection.remedies import Case, remedies
from stockward.detection.sight import Sight, drawn, error_points
from stockward.terms.verdicts import Basis, PeriodStatus


def unseen_losses(
    balances: Balances, verdicts: Sequence[SeriesVerdict], goals: pl.DataFrame, *, detection: float, seed: int
) -> tuple[SeriesDetection, ...]:
    """The smallest detectable losses of every series, its goal, and what would restore one that is not met."""
    tested = sum(verdict.share is not None for verdict in verdicts)
    return tuple(
        look_at(balances, number, verdict, _goal(balances, number, goals), tested, detection=detection, seed=seed)
        for number, verdict in enumerate(verdicts)
    )


def _goal(balances: Balances, number: int, goals: pl.DataFrame) -> Goal | None:
    row = balances.series.row(number, named=True)
    return goal_of(goals, row["area"], row["substance"], row["unit"])


def look_at(
    balances: Balances,
    number: int,
    verdict: SeriesVerdict,
    goal: Goal | None,
    tested: int,
    *,
    detection: float,
    seed: int,
    target: float | None = None,
) -> SeriesDetection:
    """One series; remedies are looked for where its goal, or the ``target`` that stands for one, is not met."""
    if verdict.share is None:
        return _without_test(balances, number, verdict)
    terms = ErrorTerms.of(balances, number)
    sight = Sight.of(terms, share=verdict.share, detection=detection, seed=seed, limits=verdict.default_limits)
    detectable, curves = sight.detectable()
    held = None if goal is None else answer(sight, goal)
    needed = detectable.even_year if held is None else held.detectable
    wanted = target if goal is None else goal.quantity
    restored: tuple[Remedy, ...] = ()
    if needed is not None and wanted is not None and needed > wanted:
        restored = remedies(Case(terms, sight, goal, needed, wanted, tested))
    return SeriesDetection(
        detectable=detectable,
        exact=False,
        error_points=error_points(detectable, curves),
        goal=held,
        curves=drawn(detectable, curves),
        remedies=restored,
        reason=None,
    )


def sight_of(balances: Balances, number: int, verdict: SeriesVerdict, *, detection: float, seed: int) -> Sight | None:
    """What a tested series sees."""
    if verdict.share is None:
        return None
    terms = ErrorTerms.of(balances, number)
    return Sight.of(terms, share=verdict.share, detection=detection, seed=seed, limits=verdict.default_limits)


def _without_test(balances: Balances, number: int, verdict: SeriesVerdict) -> SeriesDetection:
    """An exact series shows any loss: of items one piece; one that is not tested shows nothing."""
    closed = balances.periods.filter((pl.col("series") == number) & (pl.col("status") == PeriodStatus.CLOSED.value))
    exact = closed.height > 0 and bool((closed["sigma"] == 0).all())
    items = exact and balances.series["basis"][number] == Basis.ITEM.value
    one = Detectable(
        abrupt=1.0, abrupt_last=1.0, even_year=1.0, worst_pattern=1.0, limit_abrupt=1.0, limit_even_year=1.0,
        limit_worst=1.0, probability=1.0,
    )  # fmt: skip
    return SeriesDetection(
        detectable=one if items else None,
        exact=exact,
        error_points=None,
        goal=None,
        curves=None,
        remedies=(),
        reason=None if exact else verdict.reason,
    )
