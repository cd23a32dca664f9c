"""The tests of loss of every series, the false-alarm probability held for the whole site and year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.answers.balances import Balances, EstimatedErrors
from stockward.answers.losses import Alarm, Loss, PlannedYear, SeriesVerdict, TestOfLoss
from stockward.balance.sigma.freedom import estimated_of, estimated_share
from stockward.balance.sums import SUM_ROUNDING, rounding_of
from stockward.stats.arrays import Array, Flags
from stockward.stats.estimates import estimate_losses
from stockward.stats.loss_tests import CalibratedTests, TestFigures, calibrate_together
from stockward.stats.scanning.hazard import Hazard
from stockward.stats.scanning.planned import PlannedYears, rolling_year
from stockward.stats.whitening import foretold, least_left, running_variance, sitmuf
from stockward.terms.periods import MICROSECONDS_A_DAY, YEAR_DAYS
from stockward.terms.verdicts import AlarmState, PeriodStatus, Verdict

_SHORTEST = 1.0 / 24.0
"""Days: a period in which something came or went had at least an hour for it."""
_CLOSED = pl.col("status") == PeriodStatus.CLOSED.value
_ROUNDED = pl.min_horizontal(SUM_ROUNDING * pl.col("throughput").fill_null(0.0), 0.5)
"""What an exact difference may be off by [``sums.rounding_of``]."""


def test_losses(balances: Balances, *, false_alarm: float, seed: int) -> tuple[SeriesVerdict, ...]:
    """One verdict a series.

    The chance that any series of the site is falsely called a shortage in a year is ``false_alarm`` = α, or less where
    series share methods: at every moment its rate ``−ln(1 − α)`` a year is shared equally among the series that are
    tested and have begun by then, so that no series that comes later moves an earlier limit. Series i of m that all
    begin together, after Tᵢ years from its first to its last closed inventory, may have spent
    ``1 − (1 − α)^(Tᵢ/m)``, of which a part is kept for the inventory that closes the year [``scanning.planned``].
    """
    periods = _periods_of(balances)
    rates = _hazards(periods, false_alarm)
    tests = [
        None if rate is None else _calibrated(one, balances, number, rate, seed)
        for number, (one, rate) in enumerate(zip(periods, rates, strict=True))
    ]
    alike: dict[Any, list[CalibratedTests]] = {}
    for test in tests:
        if test is not None:
            alike.setdefault(test.moments, []).append(test)
    for some in alike.values():
        calibrate_together(some)
    return tuple(
        _untested(one, covariance) if test is None else _verdict(one, covariance, test, estimated)
        for one, covariance, test, estimated in zip(
            periods, balances.covariances, tests, balances.estimated or [None] * len(periods), strict=True
        )
    )


def hazards(balances: Balances, false_alarm: float) -> list[Hazard | None]:
    """The rate of false alarms of each series; ``None`` where it cannot be tested."""
    return _hazards(_periods_of(balances), false_alarm)


def _hazards(periods: Sequence[_Periods], false_alarm: float) -> list[Hazard | None]:
    begun = np.sort([one.begun for one in periods if one.testable])
    if not len(begun):
        return [None] * len(periods)
    moments = np.append(begun, max(float(one.end[-1]) for one in periods if one.testable))
    shared = np.diff(moments) / np.arange(1, len(moments))
    passed = -np.log1p(-false_alarm) / YEAR_DAYS * np.concatenate([[0.0], np.cumsum(shared)])
    return [Hazard(one.begun, moments, passed) if one.testable else None for one in periods]


def series_tested(verdicts: tuple[SeriesVerdict, ...]) -> int:
    """Number of series that were tested."""
    return sum(verdict.share is not None for verdict in verdicts)


def uncertain(periods: pl.DataFrame) -> Flags:
    """Periods that measuring makes uncertain. A σ within the rounding of the sums is none: nobody could see it."""
    return periods.select(_CLOSED & (pl.col("sigma").fill_null(0.0) > _ROUNDED)).to_series().to_numpy()


def discrepant() -> pl.Expr:
    """Closed periods without σ whose difference is not zero, beyond rounding."""
    return _CLOSED & (pl.col("sigma") <= _ROUNDED) & (pl.col("difference").abs() > _ROUNDED)


def _periods_of(balances: Balances) -> list[_Periods]:
    """The periods of every series, and why its last balance stands open, or those of the site were never joined."""
    unjoined = dict(balances.sites.select("series", "reason").rows())
    unclosed = dict(balances.unclosed.select("series", "reason").rows())
    table = balances.periods
    columns = {name: table[name].to_list() for name in ("inventory", "start", "end", "reason")}
    days = table.select(pl.col("start", "end").to_physical() / MICROSECONDS_A_DAY)
    arrays = {
        "closed": table.select(_CLOSED).to_series().to_numpy(),
        "incomplete": (table["status"] == PeriodStatus.INCOMPLETE.value).to_numpy(),
        "uncertain": uncertain(table),
        "discrepant": table.select(discrepant()).to_series().to_numpy(),
        "difference": table["difference"].fill_null(np.nan).to_numpy(),
        "throughput": table["throughput"].fill_null(0.0).to_numpy(),
        "start": days["start"].to_numpy(),
        "end": days["end"].to_numpy(),
    }
    bounds = np.searchsorted(table["series"].to_numpy(), np.arange(balances.series.height + 1)).tolist()
    return [
        _Periods(
            {name: values[first:last] for name, values in columns.items()},
            {name: values[first:last] for name, values in arrays.items()},
            unjoined.get(number),
            unclosed.get(number),
        )
        for number, (first, last) in enumerate(pairwise(bounds))
    ]


class _Periods:
    """Periods of one series as arrays; ``start``, ``end`` (days) and ``begun`` are those of its tested periods."""

    def __init__(
        self, columns: Mapping[str, list[Any]], arrays: Mapping[str, Any], unjoined: str | None, unclosed: str | None
    ) -> None:
        self.unjoined, self.unclosed = unjoined, unclosed
        self.inventory, self.reason = columns["inventory"], columns["reason"]
        self.starts, self.ends = columns["start"], columns["end"]
        self.closed: Flags = arrays["closed"]
        self.uncertain: Flags = arrays["uncertain"]
        self.discrepant: Flags = arrays["discrepant"]
        self.difference: Array = arrays["difference"]
        self.rounding: Array = rounding_of(arrays["throughput"])
        incomplete = arrays["incomplete"]
        # An incomplete inventory leaves its balance open; the next complete one closes all of it.
        later = np.cumsum(~incomplete[::-1])[::-1] > 0
        self.left_open = ~self.closed & ~(incomplete & later)
        start, end = arrays["start"], arrays["end"]
        self.start, self.end = start[self.uncertain], end[self.uncertain]
        self.closed_start, self.closed_end = start[self.closed], end[self.closed]
        self.begun = float(self.closed_start[0]) if len(self.closed_start) else np.nan

    def __len__(self) -> int:
        return len(self.inventory)

    @property
    def exact(self) -> Flags:
        """Closed periods whose difference has no σ."""
        return self.closed & ~self.uncertain

    @property
    def testable(self) -> bool:
        """Whether any difference is uncertain, and time has passed in which a loss could have been."""
        return bool(self.uncertain.any()) and float(self.end[-1]) > self.begun

    @property
    def places(self) -> NDArray[np.intp]:
        """Places of the tested periods among all."""
        return np.flatnonzero(self.uncertain)

    def spread(self, values: Array, where: Flags) -> tuple[float | None, ...]:
        """Figures of some periods as one entry a period, ``None`` for the others and for what is no number."""
        full: list[float | None] = [None] * len(self)
        for place, value in zip(np.flatnonzero(where).tolist(), np.asarray(values).tolist(), strict=True):
            full[place] = None if np.isnan(value) else value
        return tuple(full)


def _calibrated(periods: _Periods, balances: Balances, number: int, rate: Hazard, seed: int) -> CalibratedTests:
    """The tests of one series, for those of its closed periods that measuring makes uncertain."""
    tested, covariance = periods.uncertain[periods.closed], balances.covariances[number]
    sigma = covariance if tested.all() else covariance[np.ix_(tested, tested)]
    moments = {"start": periods.start, "end": periods.end, "hazard": rate.over(periods.end)}
    return CalibratedTests(sigma, **moments, seed=seed, estimated=estimated_of(balances, number, tested))


def _verdict(
    periods: _Periods, covariance: Array, calibrated: CalibratedTests, estimated: EstimatedErrors | None
) -> SeriesVerdict:
    differences = periods.difference[periods.uncertain]
    tests = _named(periods, calibrated.run(differences))
    gained = calibrated.default_alarms(-differences)
    mirrored = calibrated.run(-differences) if gained else {}
    gains = _named(periods, {name: test for name, test in mirrored.items() if name != "gemuf"})
    left = _left(periods, calibrated, differences)
    shortage = tests["default"].alarm_inventory is not None
    raised = calibrated.alarms(differences) if shortage else [], calibrated.alarms(-differences) if gained else []
    sign, losses = _after_alarm(periods, calibrated, differences, *raised)
    verdict = _precedence(periods, shortage=sign > 0, gain=sign < 0, left=left)
    decisive = gains["default"] if verdict is Verdict.GAIN else tests["default"]
    return SeriesVerdict(
        verdict=verdict,
        reason=_reason(periods, verdict),
        alarm_inventory=_alarm_inventory(periods, verdict, decisive, left),
        p_value=decisive.p_value,
        share=calibrated.share,
        tests=tests,
        gains=gains,
        losses=losses,
        alarms=_alarms(periods, *raised),
        planned_year=_planned_year(periods, calibrated),
        **_sums(periods, covariance),
        sitmuf=periods.spread(sitmuf(differences, calibrated.inverse), periods.uncertain),
        standardised=periods.spread(differences / np.sqrt(np.diagonal(calibrated.covariance)), periods.uncertain),
        left=left,
        default_limits=tuple(limit for scan in calibrated.scans for limit in scan.limits.tolist()),
        estimated=estimated_share(estimated, covariance, rolling_year(periods.closed_start, periods.closed_end)),
    )


def _left(periods: _Periods, calibrated: CalibratedTests, differences: Array) -> tuple[float | None, ...]:
    """What is left in each direction without error, beyond rounding; ``None`` in all other periods."""
    full: list[float | None] = [None] * len(periods)
    places, rows = calibrated.exact
    least = least_left(calibrated.covariance, rows, periods.rounding[periods.uncertain])
    for place, value, rounding in zip(periods.places[places], rows @ differences, least, strict=True):
        full[place] = float(value) if abs(value) > rounding else 0.0
    return tuple(full)


def _sums(periods: _Periods, covariance: Array) -> dict[str, Any]:
    """The closed differences added up, with their σ: up to each of them, all, and those of the last year."""
    differences = periods.difference[periods.closed]
    running, running_sigma = np.cumsum(differences), np.sqrt(running_variance(covariance))
    closed, year_sum, year_sigma = bool(len(differences)), None, None
    if closed:
        year = rolling_year(periods.closed_start, periods.closed_end)
        year_sum = float(differences[year].sum())
        year_sigma = float(np.sqrt(max(float(covariance[year, year].sum()), 0.0)))
    return {
        "year_sum": year_sum,
        "year_sigma": year_sigma,
        "cumulative": float(running[-1]) if closed else None,
        "cumulative_sigma": float(running_sigma[-1]) if closed else None,
        "running": periods.spread(running, periods.closed),
        "running_sigma": periods.spread(running_sigma, periods.closed),
    }


def _planned_year(periods: _Periods, calibrated: CalibratedTests) -> PlannedYear:
    """The last planned year that has begun."""
    years = calibrated.years
    number = len(years) - 1
    own = years.periods(number)
    first, last = periods.places[own.start], periods.places[own.stop - 1]
    begins = periods.ends[periods.places[own.start - 1]] if number else periods.starts[first]
    return PlannedYear(
        number=number + 1,
        begins=begins,
        closes=begins + timedelta(days=YEAR_DAYS),
        closed_by=periods.inventory[last] if years.closes[own.stop - 1] else None,
    )


def _untested(periods: _Periods, covariance: Array) -> SeriesVerdict:
    """A series without any uncertainty of measurement, or any time: exact, or not closed at all."""
    nothing: tuple[None, ...] = (None,) * len(periods)
    verdict = _precedence(periods, shortage=False, gain=False, left=nothing)
    return SeriesVerdict(
        verdict=verdict,
        reason=_reason(periods, verdict),
        alarm_inventory=_alarm_inventory(periods, verdict, None, nothing),
        p_value=None,
        share=None,
        tests=MappingProxyType({}),
        gains=MappingProxyType({}),
        losses=(),
        alarms=(),
        planned_year=None,
        **_sums(periods, covariance),
        sitmuf=nothing,
        standardised=nothing,
        left=nothing,
        default_limits=(),
    )


def _named(periods: _Periods, tests: Mapping[str, TestFigures]) -> Mapping[str, TestOfLoss]:
    return MappingProxyType(
        {
            name: TestOfLoss(
                statistic=periods.spread(test.statistic, periods.uncertain),
                threshold=test.threshold,
                alarm_inventory=None if test.alarm is None else periods.inventory[periods.places[test.alarm]],
                p_value=test.p_value,
            )
            for name, test in tests.items()
        }
    )


def _precedence(periods: _Periods, *, shortage: bool, gain: bool, left: Sequence[float | None]) -> Verdict:
    """The first verdict of the closed list that holds."""
    if shortage:
        return Verdict.SHORTAGE
    if gain:
        return Verdict.GAIN
    if periods.discrepant.any() or any(left):
        return Verdict.DISCREPANCY
    if not (periods.testable or periods.exact.any()):
        return Verdict.NOT_TESTED
    untested = periods.unclosed or periods.left_open.any() or (periods.uncertain.any() and not periods.testable)
    return Verdict.BALANCED_IN_PART if untested else Verdict.BALANCED


def _alarm_inventory(
    periods: _Periods, verdict: Verdict, decisive: TestOfLoss | None, left: Sequence[float | None]
) -> str | None:
    if verdict in {Verdict.SHORTAGE, Verdict.GAIN} and decisive is not None:
        return decisive.alarm_inventory
    if verdict is not Verdict.DISCREPANCY:
        return None
    found = periods.discrepant | np.array([bool(value) for value in left], dtype=bool)
    return str(periods.inventory[int(np.argmax(found))])


def _reason(periods: _Periods, verdict: Verdict) -> str | None:
    """Why periods were not tested, said beside every verdict that leaves some out."""
    left = np.flatnonzero(periods.left_open)
    reasons = list(dict.fromkeys(periods.reason[place] for place in left if periods.reason[place] is not None))
    if not periods.closed.any() and not reasons:
        return periods.unjoined or "fewer than two complete physical inventories: no period is closed"
    count = len(left)
    more = f"; and {len(reasons) - 2} more" if len(reasons) > 2 else ""
    parts = [f"{count} of {len(periods)} periods not tested: {'; '.join(reasons[:2])}{more}"] if reasons else []
    if not reasons and periods.uncertain.any() and not periods.testable:
        parts = ["all its inventories stand at one moment: no time in which a loss could have been"]
    return "; ".join([*parts, *([periods.unclosed] if periods.unclosed else [])]) or None


def _after_alarm(
    periods: _Periods,
    calibrated: CalibratedTests,
    differences: Array,
    shortages: Sequence[int],
    gains: Sequence[int],
) -> tuple[float, tuple[Loss, ...]]:
    """Whether a loss (1), a gain (−1) or neither (0) alarmed, and what is said; a loss comes first.

    Beside a gain, what its shared errors foretell for later periods and these do not show looks like a loss. Where both
    alarm, and no loss alarms without the gains told beside it [``_without_gains``] or all data tell gains alone, it is
    a gain.
    """
    lost = _losses(periods, calibrated, shortages, differences, 1.0)
    if not gains:
        return (1.0 if shortages else 0.0), lost
    told = any(one.low > 0 for one in lost)
    if told and calibrated.default_alarms(_without_gains(lost, periods, calibrated, differences)):
        return 1.0, lost
    came = _losses(periods, calibrated, gains, differences, -1.0)
    if told:
        return -1.0, tuple(one for one in came if one.high < 0) or came
    if shortages and any(one.high >= 0 for one in came):
        return 1.0, lost
    return -1.0, came


def _without_gains(lost: Sequence[Loss], periods: _Periods, calibrated: CalibratedTests, differences: Array) -> Array:
    """The differences, in periods of gains, and of no loss, as the others foretell them."""
    names = [periods.inventory[place] for place in periods.places]
    gained, missing = np.zeros(len(names), dtype=bool), np.zeros(len(names), dtype=bool)
    for one in lost:
        run = slice(names.index(one.first_inventory), names.index(one.last_inventory) + 1)
        gained[run] |= one.high < 0
        missing[run] |= one.low > 0
    return foretold(differences, calibrated.covariance, gained & ~missing)


def _losses(
    periods: _Periods, calibrated: CalibratedTests, alarms: Sequence[int], differences: Array, sign: float
) -> tuple[Loss, ...]:
    """What is said after an alarm, of each stretch of planned years with alarms in it and the years beside them."""
    covariance, found = calibrated.covariance, []
    for part in _stretches(calibrated.years, alarms):
        # Two inventories of one moment, by their day alone, are of one day: a wrong count of the first shows between.
        days = np.maximum((periods.end - periods.start)[part], _SHORTEST)
        for one in estimate_losses(sign * differences[part], covariance[part, part], days):
            run = slice(part.start + one.first, part.start + one.last + 1)
            first, last = (int(periods.places[place]) for place in (run.start, run.stop - 1))
            # What is nothing is 0 of a gain, too, and not −0.
            low, amount, high = sorted(sign * value + 0.0 for value in (one.low, one.amount, one.high))
            found.append(
                Loss(
                    estimate=amount,
                    low=low,
                    high=high,
                    not_before=periods.starts[first],
                    not_after=periods.ends[last],
                    first_inventory=periods.inventory[first],
                    last_inventory=periods.inventory[last],
                    periods=run.stop - run.start,
                    plain_sum=float(differences[run].sum()),
                    plain_sigma=float(np.sqrt(max(float(covariance[run, run].sum()), 0.0))),
                )
            )
    return tuple(found)


def _stretches(years: PlannedYears, alarms: Sequence[int]) -> list[slice]:
    """Periods of planned years that hold an alarm, with the year before and after; such as touch are one."""
    found: list[list[int]] = []
    for year in sorted({int(years.number[period]) for period in alarms}):
        first, last = max(year - 1, 0), min(year + 1, len(years) - 1)
        if found and first <= found[-1][1]:
            found[-1][1] = last
        else:
            found.append([first, last])
    return [slice(years.periods(first).start, years.periods(last).stop) for first, last in found]


def _alarms(periods: _Periods, shortages: Sequence[int], gains: Sequence[int]) -> tuple[Alarm, ...]:
    """Every alarm of the record with its first date, whatever the series is called now."""
    recent = rolling_year(periods.start, periods.end).start

    def state(period: int) -> AlarmState:
        if period == len(periods.end) - 1:
            return AlarmState.NEW
        return AlarmState.STANDING if period >= recent else AlarmState.EARLIER

    return tuple(
        Alarm(
            inventory=periods.inventory[periods.places[period]],
            raised_as_of=periods.ends[periods.places[period]],
            state=state(period),
            of=of,
        )
        for period, of in sorted(
            [*((one, Verdict.SHORTAGE) for one in shortages), *((one, Verdict.GAIN) for one in gains)]
        )
    )
