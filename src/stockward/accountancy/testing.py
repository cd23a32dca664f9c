"""The tests of loss of every series, the false-alarm probability held for the whole site and year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.answers.balances import Balances
from stockward.answers.losses import LossWindow, SeriesVerdict, TestOfLoss
from stockward.figures.loss_tests import CalibratedTests, TestFigures
from stockward.figures.whitening import SINGULAR
from stockward.terms.periods import MICROSECONDS_A_DAY, YEAR_DAYS
from stockward.terms.verdicts import PeriodStatus, Verdict

Array = NDArray[np.float64]

ROUNDING = 1e-9
"""An exact difference within this share of what has passed through is rounding."""


def test_losses(balances: Balances, *, false_alarm: float, seed: int) -> tuple[SeriesVerdict, ...]:
    """One verdict a series.

    Of m series with a period that measuring makes uncertain, series i spans Tᵢ years from its first to its last closed
    inventory, and is tested at ``1 − (1 − false_alarm)^(Tᵢ/m)``: so the chance that any series of the site is
    falsely called a shortage in a year is ``false_alarm``, or less where series share methods.
    """
    periods = [_Periods(table) for table in _by_series(balances)]
    return tuple(
        _verdict(one, covariance, share, seed)
        for one, covariance, share in zip(periods, balances.covariances, _shares(periods, false_alarm), strict=True)
    )


def shares(balances: Balances, false_alarm: float) -> list[float | None]:
    """The share of each series in the site's false-alarm probability; ``None`` where it cannot be tested."""
    return _shares([_Periods(table) for table in _by_series(balances)], false_alarm)


def _shares(periods: Sequence[_Periods], false_alarm: float) -> list[float | None]:
    tested = sum(one.testable for one in periods)
    return [float(-np.expm1(np.log1p(-false_alarm) * one.years / tested)) if one.testable else None for one in periods]


def series_tested(verdicts: tuple[SeriesVerdict, ...]) -> int:
    """Number of series that were tested."""
    return sum(verdict.share is not None for verdict in verdicts)


def _by_series(balances: Balances) -> list[pl.DataFrame]:
    order = balances.periods["series"].to_numpy()
    bounds = np.searchsorted(order, np.arange(balances.series.height + 1))
    return [balances.periods[int(a) : int(b)] for a, b in pairwise(bounds)]


class _Periods:
    """Periods of one series as arrays."""

    def __init__(self, table: pl.DataFrame) -> None:
        self.inventory = table["inventory"].to_list()
        self.start = table["start"].to_list()
        self.end = table["end"].to_list()
        self.reason = table["reason"].to_list()
        self.closed = (table["status"] == PeriodStatus.CLOSED.value).to_numpy()
        self.difference = table["difference"].fill_null(np.nan).to_numpy()
        self.sigma = table["sigma"].fill_null(np.nan).to_numpy()
        self.rounding = ROUNDING * table["throughput"].fill_null(0.0).to_numpy()
        self.uncertain = self.closed & (self.sigma > 0)
        incomplete = (table["status"] == PeriodStatus.INCOMPLETE.value).to_numpy()
        # An incomplete inventory leaves its balance open; the next complete one closes all of it.
        later = np.cumsum(~incomplete[::-1])[::-1] > 0
        self.left_open = ~self.closed & ~(incomplete & later)
        self._micros = table.select(pl.col("start", "end").to_physical())

    def __len__(self) -> int:
        return len(self.inventory)

    @property
    def exact(self) -> NDArray[np.bool_]:
        """Closed periods whose difference has no σ."""
        return self.closed & ~self.uncertain

    @property
    def discrepant(self) -> NDArray[np.bool_]:
        """Exact periods whose difference is not zero."""
        return np.asarray(self.exact & (np.abs(np.nan_to_num(self.difference)) > self.rounding))

    @property
    def years(self) -> float:
        """Years from the first to the last closed inventory."""
        closed = np.flatnonzero(self.closed)
        if not len(closed):
            return 0.0
        micros = self._micros["end"][int(closed[-1])] - self._micros["start"][int(closed[0])]
        return float(micros / MICROSECONDS_A_DAY / YEAR_DAYS)

    @property
    def testable(self) -> bool:
        """Whether any difference is uncertain, and time has passed in which a loss could have been."""
        return bool(self.uncertain.any()) and self.years > 0

    def spread(self, values: Array, where: NDArray[np.bool_]) -> tuple[float | None, ...]:
        """Figures of some periods as one entry a period, ``None`` for the others."""
        full: list[float | None] = [None] * len(self)
        for place, value in zip(np.flatnonzero(where), values, strict=True):
            full[place] = float(value)
        return tuple(full)


def _verdict(periods: _Periods, covariance: Array, share: float | None, seed: int) -> SeriesVerdict:
    if share is None:
        return _untested(periods, covariance)
    uncertain = periods.uncertain[periods.closed]
    calibrated = CalibratedTests(covariance[np.ix_(uncertain, uncertain)], false_alarm=share, seed=seed)
    differences = periods.difference[periods.uncertain]
    tests = _named(periods, calibrated.run(differences))
    gained = calibrated.default_alarms(-differences)
    mirrored = calibrated.run(-differences) if gained else {}
    gains = _named(periods, {name: test for name, test in mirrored.items() if name != "gemuf"})
    verdict = _precedence(periods, shortage=tests["default"].alarm_inventory is not None, gain=gained)
    decisive = gains["default"] if verdict is Verdict.GAIN else tests["default"]
    running, running_sigma = _running(periods, covariance)
    return SeriesVerdict(
        verdict=verdict,
        reason=_reason(periods, verdict),
        alarm_inventory=_alarm_inventory(periods, verdict, decisive),
        p_value=decisive.p_value,
        share=share,
        tests=tests,
        gains=gains,
        window=_window(periods, calibrated, differences, verdict),
        cumulative=float(running[-1]),
        cumulative_sigma=float(running_sigma[-1]),
        running=periods.spread(running, periods.closed),
        running_sigma=periods.spread(running_sigma, periods.closed),
        sitmuf=tests["sitmuf"].statistic,
        standardised=tests["standardised"].statistic,
        default_limits=tuple(calibrated.default_limits.tolist()),
    )


def _running(periods: _Periods, covariance: Array) -> tuple[Array, Array]:
    """The sum of the differences up to each closed period, and its σ; 0 where errors cancel but for rounding."""
    variance = np.diagonal(np.cumsum(np.cumsum(covariance, axis=0), axis=1))
    kept = variance > SINGULAR * np.cumsum(np.diagonal(covariance))
    return np.cumsum(periods.difference[periods.closed]), np.sqrt(np.where(kept, variance, 0.0))


def _untested(periods: _Periods, covariance: Array) -> SeriesVerdict:
    """A series without any uncertainty of measurement, or any time: exact, or not closed at all."""
    verdict = _precedence(periods, shortage=False, gain=False)
    nothing: tuple[None, ...] = (None,) * len(periods)
    closed = bool(periods.closed.any())
    running, running_sigma = _running(periods, covariance)
    return SeriesVerdict(
        verdict=verdict,
        reason=_reason(periods, verdict),
        alarm_inventory=_alarm_inventory(periods, verdict, None),
        p_value=None,
        share=None,
        tests=MappingProxyType({}),
        gains=MappingProxyType({}),
        window=None,
        cumulative=float(running[-1]) if closed else None,
        cumulative_sigma=float(running_sigma[-1]) if closed else None,
        running=periods.spread(running, periods.closed),
        running_sigma=periods.spread(running_sigma, periods.closed),
        sitmuf=nothing,
        standardised=nothing,
        default_limits=(),
    )


def _named(periods: _Periods, tests: Mapping[str, TestFigures]) -> Mapping[str, TestOfLoss]:
    places = np.flatnonzero(periods.uncertain)
    return MappingProxyType(
        {
            name: TestOfLoss(
                statistic=periods.spread(test.statistic, periods.uncertain),
                threshold=test.threshold,
                alarm_inventory=None if test.alarm is None else periods.inventory[places[test.alarm]],
                p_value=test.p_value,
            )
            for name, test in tests.items()
        }
    )


def _precedence(periods: _Periods, *, shortage: bool, gain: bool) -> Verdict:
    """The first verdict of the closed list that holds."""
    if shortage:
        return Verdict.SHORTAGE
    if gain:
        return Verdict.GAIN
    if periods.discrepant.any():
        return Verdict.DISCREPANCY
    whole = periods.closed.any() and not periods.left_open.any()
    return Verdict.BALANCED if whole and (periods.testable or not periods.uncertain.any()) else Verdict.NOT_TESTED


def _alarm_inventory(periods: _Periods, verdict: Verdict, decisive: TestOfLoss | None) -> str | None:
    if verdict in {Verdict.SHORTAGE, Verdict.GAIN} and decisive is not None:
        return decisive.alarm_inventory
    return periods.inventory[int(np.argmax(periods.discrepant))] if verdict is Verdict.DISCREPANCY else None


def _reason(periods: _Periods, verdict: Verdict) -> str | None:
    """Why periods were not tested, said beside every verdict that leaves some out."""
    left = np.flatnonzero(periods.left_open)
    reasons = list(dict.fromkeys(periods.reason[place] for place in left if periods.reason[place] is not None))
    if not periods.closed.any() and not reasons:
        return "fewer than two complete physical inventories: no period is closed"
    if not reasons:
        timeless = periods.uncertain.any() and not periods.testable
        return "all its inventories stand at one moment: no time in which a loss could have been" if timeless else None
    count = len(left)
    more = f"; and {len(reasons) - 2} further reasons" if len(reasons) > 2 else ""
    return f"{count} of {len(periods)} periods not tested: {'; '.join(reasons[:2])}{more}"


def _window(periods: _Periods, calibrated: CalibratedTests, differences: Array, verdict: Verdict) -> LossWindow | None:
    """Where an alarm comes from; a gain is estimated as a negative loss."""
    if verdict not in {Verdict.SHORTAGE, Verdict.GAIN}:
        return None
    sign = -1.0 if verdict is Verdict.GAIN else 1.0
    best = calibrated.strongest_window(sign * differences)
    places = np.flatnonzero(periods.uncertain)
    first, last = int(places[best.first]), int(places[best.last])
    return LossWindow(
        first_inventory=periods.inventory[first],
        last_inventory=periods.inventory[last],
        start=periods.start[first],
        end=periods.end[last],
        periods=best.last - best.first + 1,
        estimate=float(sign * best.loss),
        sigma=float(best.sigma),
    )
