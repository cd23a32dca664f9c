"""What a drill aims at: each tested series with its limits, and each loss with its size, its rows and its chance."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stockward.answers.balances import Balances
from stockward.balance.assembly import Assembly
from stockward.balance.sigma.freedom import estimated_of
from stockward.balance.sigma.incidence import Incidence, SeriesIncidence
from stockward.balance.testing import hazards
from stockward.book.known import KnownBooks
from stockward.drill.taking import Falls, Laid, LossTaker
from stockward.stats.arrays import Array, Index
from stockward.stats.detection import DetectionCurve, detection_curves
from stockward.stats.loss_tests import CalibratedTests
from stockward.stats.scanning.hazard import Hazard
from stockward.terms.errors import StockwardError, UsageError
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.terms.units import UNITS, factor
from stockward.unseen.goals import Goal
from stockward.unseen.patterns import YEAR, even_shares, middle_of

SPREAD = "spread"
PATTERNS = ("abrupt", "even", SPREAD)
"""Out of one area all in one period, or evenly over the last 365 days (over all where shorter); or so out of all areas
of a substance together."""

GOAL_PATTERNS = ("goal_at_once", "goal_evenly")
"""The loss of a goal, as the goal takes it: all in the first whole period of its days, or evenly over them."""

OTHER_UNIT = "its unit is"
WATCHED = "the whole site: it is watched while each of its areas is drilled"
_DRAWS = 4096
_SMALL = 1e-9
_Chances = tuple[float | None, float | None, float, Array | None]
_NO_CHANCE: _Chances = (None, None, 0.0, None)


@dataclass(frozen=True, slots=True)
class LossSize:
    """A size that the user chose."""

    amount: float
    unit: str


@dataclass(frozen=True, slots=True)
class LossTarget:
    """A tested series: ``place`` in the incidence, ``kept`` its tested spans, and ``tests`` with the limits in force.

    A loss of a series of the ``site`` is one spread over its areas; into one that is only ``watched`` none is laid.
    Everything is computed once, for Σ of the adjusted books.
    """

    place: int
    site: bool
    series: SeriesIncidence
    share: float
    kept: Index
    tests: CalibratedTests
    rounding: Array
    watched: bool = False

    def covariance(self, quantity: Array) -> Array:
        """Σ of the tested spans, unit², from quantities of all rows, shape (copies, rows)."""
        covariance = self.series.covariance(quantity[:, self.series.rows])
        inside = np.searchsorted(np.flatnonzero(self.series.kept), self.kept)
        return covariance[:, inside][:, :, inside] if len(inside) < covariance.shape[1] else covariance

    @property
    def middle(self) -> int:
        """The middle period of the rolling year."""
        return middle_of(self.start, self.end)

    @property
    def record(self) -> tuple[int, int]:
        """When the first of all spans begins, and the last one ends, microseconds."""
        return int(self.series.start[0]), int(self.series.end[-1])

    @property
    def start(self) -> Index:
        """Begin of each tested span, microseconds."""
        return self.series.start[self.kept]

    @property
    def end(self) -> Index:
        """End of each tested span, microseconds."""
        return self.series.end[self.kept]


@dataclass(frozen=True, slots=True)
class DrillCase:
    """One loss: which series (number of the target), pattern and place, and what it changes.

    ``first`` and ``last`` are the tested spans it begins and ends in; ``shift`` is by how much it raises the difference
    of each. ``why`` says why the books cannot bear it; then nothing is changed.

    ``stated`` is the chance that it is found by Σ without the loss, as a review states it; ``predicted`` that by Σ of
    the books with the loss in them, ``covariance``. Both are ``None`` where no chance is claimed.

    ``areas`` are those over which it is spread, by number of their series, with the reason where one bears no share.
    """

    target: int
    pattern: str
    place: str
    first: int
    last: int
    loss: float
    rows: Index
    change: Array
    shift: Array
    stated: float | None
    predicted: float | None
    predicted_error: float
    covariance: Array | None
    why: str | None
    areas: tuple[tuple[int, str | None], ...] = ()


def parse_loss(text: str) -> LossSize:
    """A quantity with its unit, such as ``5 kg``; raises ``UsageError`` for anything else."""
    match = re.fullmatch(r"\s*([0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)\s*([A-Za-z]+)\s*", text)
    if match is None or match[2] not in UNITS or not 0 < float(match[1]) < float("inf"):
        known = ", ".join(UNITS)
        raise UsageError(f"--loss {text!r} is no quantity with a unit: write it as 5kg (units: {known})")
    return LossSize(float(match[1]), match[2])


def targets_of(
    incidence: Incidence, balances: Balances, quantity: Array, *, false_alarm: float, seed: int,
    size: LossSize | None = None,
) -> tuple[list[LossTarget], dict[str, str]]:  # fmt: skip
    """Every series that can be drilled by chance, and for every other one why not."""
    rates = hazards(balances, false_alarm)
    weighed = incidence.rows.weighed
    places = {series.number: place for place, series in enumerate(incidence.series)}
    targets, left = [], {}
    for number, (name, rate) in enumerate(zip(balances.series["id"], rates, strict=True)):
        place = places.get(number)
        if place is None or not incidence.series[place].kept.any():
            left[name] = "no period is closed"
        elif not weighed[incidence.series[place].rows].any():
            left[name] = "counted, not weighed: any loss shows"
        elif rate is None:
            left[name] = "not tested: no uncertainty of measuring, or no time"
        elif size is not None and factor(size.unit, incidence.series[place].unit) is None:
            left[name] = f"{OTHER_UNIT} {incidence.series[place].unit}, not one of the loss"
        else:
            target = _target(incidence, place, rate, quantity, seed, balances)
            if target is None:
                left[name] = "once adjusted, all its errors cancel: any loss shows"
            else:
                targets.append(target)
                if target.site:
                    left[name] = WATCHED
    return targets, left


def _target(
    incidence: Incidence, place: int, rate: Hazard, quantity: Array, seed: int, balances: Balances
) -> LossTarget | None:
    series, site = incidence.series[place], place >= incidence.areas
    own = quantity[series.rows]
    covariance = series.covariance(own[None])[0]
    uncertain = np.diagonal(covariance) > 0
    if not uncertain.any():
        return None
    kept = np.flatnonzero(series.kept)[uncertain]
    start, end = (moments[kept] / MICROSECONDS_A_DAY for moments in (series.start, series.end))
    own_covariance = covariance[np.ix_(uncertain, uncertain)]
    moments = {"start": start, "end": end, "hazard": rate.over(end)}
    estimated = estimated_of(balances, series.number, uncertain)
    tests = CalibratedTests(own_covariance, **moments, seed=seed, estimated=estimated)
    throughput = (abs(series.incidence) @ own + np.abs(series.offset))[kept]
    return LossTarget(place, site, series, tests.share, kept, tests, _SMALL * throughput)


class CaseMaker:
    """Makes the cases of a drill from the books that the losses are taken out of."""

    def __init__(
        self, books: KnownBooks, assembly: Assembly, incidence: Incidence, quantity: Array, *,
        detection: float, size: LossSize | None, seed: int, goals: Sequence[Sequence[Goal]] = (),
    ) -> None:  # fmt: skip
        self._goals = goals
        self._quantity = quantity
        self._taker = LossTaker(books, assembly, incidence, quantity)
        self._detection = detection
        self._size = size
        self._seed = seed

    def cases(
        self, targets: Sequence[LossTarget], patterns: Sequence[str], places: Sequence[str], *, every_period: bool,
        progress: Callable[[str], None] = lambda step: None,
    ) -> list[DrillCase]:  # fmt: skip
        """All cases in order of series, pattern, period and place; one abrupt loss in the middle, or in every period.

        Losses of the whole site are spread, those of an area are not. With ``every_period`` no chance is predicted.
        """
        made: list[DrillCase] = []
        for number, target in enumerate(targets):
            progress(f"sizing the losses: series {number + 1} of {len(targets)}")
            for pattern in patterns:
                if pattern in GOAL_PATTERNS:
                    made.extend(self._of_goals(number, target, pattern, places))
                    continue
                if target.watched or (pattern == SPREAD) != target.site:
                    continue
                firsts = range(len(target.kept)) if every_period and pattern == "abrupt" else (target.middle,)
                for first in firsts:
                    weights = pattern_weights(target, pattern, first)
                    curve = self._curve(target, weights)
                    loss = self._loss(target, curve)
                    made.extend(
                        self._case(number, target, pattern, place, weights, loss, predict=not every_period)
                        for place in places
                    )
        return made

    def _of_goals(self, number: int, target: LossTarget, pattern: str, places: Sequence[str]) -> Iterator[DrillCase]:
        """The losses of the goals of a series."""
        for goal in self._goals[target.series.number]:
            weights = goal_weights(target, pattern, goal.within_days)
            for place in places:
                if weights is None:
                    yield _nothing(
                        number, pattern, place, len(target.kept), "inventories stand further apart than that"
                    )
                else:
                    yield self._case(number, target, pattern, place, weights, goal.quantity, predict=True)

    def _curve(
        self, target: LossTarget, weights: Array, first: int = 0, covariance: Array | None = None
    ) -> DetectionCurve:
        """Chance to find a loss of this pattern, of alarms from this period on; Σ may be another than the test's."""
        scan = target.tests.seen(covariance=covariance)
        later = scan.windows.last + scan.since >= first
        move = scan.inverse @ weights[scan.periods]
        return detection_curves(scan.directions[:, later], scan.limits[later], [move], seed=self._seed, draws=_DRAWS)[0]

    def _loss(self, target: LossTarget, curve: DetectionCurve) -> float | None:
        if self._size is None:
            return curve.detectable(self._detection)
        scale = factor(self._size.unit, target.series.unit)
        return None if scale is None else self._size.amount * scale

    def _case(
        self, number: int, target: LossTarget, pattern: str, place: str, weights: Array, loss: float | None, *,
        predict: bool,
    ) -> DrillCase:  # fmt: skip
        touched = np.flatnonzero(weights)
        first, last = int(touched[0]), int(touched[-1])
        why = "no loss of this pattern can be told from errors"
        none = replace(_nothing(number, pattern, place, len(weights), why), first=first, last=last)
        if loss is None or loss <= 0:
            return none
        laid = self._laid(target, place, weights * loss)
        taken = laid.taken
        if taken.why is not None:
            return replace(none, loss=loss, why=taken.why, areas=laid.areas)
        moved = np.zeros(len(self._quantity))
        moved[taken.rows] = taken.change
        shift = np.asarray((target.series.incidence @ moved[target.series.rows])[target.kept])
        # Of what is drawn again, the process normally loses its share: so much of the loss shows less.
        apart = (_SMALL + laid.lost) * loss + float(np.max(target.rounding))
        if not np.allclose(np.cumsum(shift), np.cumsum(laid.raised), rtol=0.0, atol=apart):
            raise StockwardError(
                f"{target.series.id}: a loss of {loss:.6g} laid into the {place} does not show as such: "
                "please report it with this site's files"
            )
        chances = self._chances(target, shift, first, self._quantity + moved) if predict else _NO_CHANCE
        return DrillCase(
            number, pattern, place, first, last, loss, taken.rows, taken.change, shift, *chances, None, laid.areas
        )

    def _laid(self, target: LossTarget, place: str, losses: Array) -> Laid:
        falls, series = Falls(losses, target.start, target.end), target.series.number
        if target.site:
            return self._taker.out_of_site(series, target.kept, falls, place)
        return self._taker.out_of_area(series, falls, place)

    def _chances(self, target: LossTarget, shift: Array, first: int, quantity: Array) -> _Chances:
        """Stated and predicted chance, the error of the latter, and Σ with the loss in the books."""
        loss = float(shift.sum())
        stated = float(self._curve(target, shift / loss, first).probability(loss))
        covariance = target.covariance(quantity[None])[0]
        curve = self._curve(target, shift / loss, first, covariance)
        return stated, float(curve.probability(loss)), curve.standard_error(loss), covariance


def _nothing(number: int, pattern: str, place: str, periods: int, why: str) -> DrillCase:
    """A loss that is not taken, and why."""
    nothing = (np.zeros(0, np.int64), np.zeros(0), np.zeros(periods))
    return DrillCase(number, pattern, place, 0, 0, 0.0, *nothing, None, None, 0.0, None, why)


def goal_weights(target: LossTarget, pattern: str, days: float) -> Array | None:
    """Share of the loss of a goal that falls into each tested span; ``None`` where none lies whole in its days."""
    within = np.flatnonzero(target.start >= int(target.end[-1]) - int(days * MICROSECONDS_A_DAY))
    if not len(within):
        return None
    return (
        pattern_weights(target, "abrupt", int(within[0]))
        if pattern == GOAL_PATTERNS[0]
        else _even(target, days, target.record)
    )


def pattern_weights(target: LossTarget, pattern: str, first: int) -> Array:
    """Share of a loss that falls into each tested span, as the smallest detectable losses reckon it."""
    if pattern == "abrupt":
        weights = np.zeros(len(target.kept))
        weights[first] = 1.0
        return weights
    return _even(target, YEAR)


def _even(target: LossTarget, days: float, record: tuple[int, int] | None = None) -> Array:
    """Shares of a loss that is taken evenly over the last so many days."""
    closed = target.series.kept.copy()
    closed[target.kept] = False
    exact = zip(target.series.start[closed].tolist(), target.series.end[closed].tolist(), strict=True)
    return even_shares(target.start, target.end, exact, days, record=record)
