"""The tests of loss of every series, the false-alarm probability held for the whole site and year."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import numpy as np

from stockward.answers.balances import Balances, EstimatedErrors
from stockward.answers.losses import Alarm, Loss, PlannedYear, SeriesVerdict, TestOfLoss
from stockward.balance.series_periods import SeriesPeriods, periods_of_series
from stockward.balance.sigma.freedom import estimated_of, estimated_share
from stockward.stats.arrays import Array
from stockward.stats.break_even import alarmed_periods, amounts_alone, decisive_window
from stockward.stats.estimates import LossEstimate, estimate_losses
from stockward.stats.loss_tests import CalibratedTests, TestFigures, calibrate_together
from stockward.stats.scanning.hazard import Hazard
from stockward.stats.scanning.planned import PlannedYears, rolling_year
from stockward.stats.scanning.student import student_widening
from stockward.stats.whitening import foretold, least_left, running_variance, sitmuf
from stockward.terms.periods import YEAR_DAYS
from stockward.terms.verdicts import AlarmState, Verdict

_SHORTEST = 1.0 / 24.0
"""Days: a period in which something came or went had at least an hour for it."""


def test_losses(balances: Balances, *, false_alarm: float, seed: int) -> tuple[SeriesVerdict, ...]:
    """One verdict a series.

    The chance that any series of the site is falsely called a shortage in a year is ``false_alarm`` = α, or less where
    series share methods: at every moment its rate ``−ln(1 − α)`` a year is shared equally among the series that are
    tested and have begun by then, so that no series that comes later moves an earlier limit. Series i of m that all
    begin together, after Tᵢ years from its first to its last closed inventory, may have spent
    ``1 − (1 − α)^(Tᵢ/m)``, of which a part is kept for the inventory that closes the year [``scanning.planned``].
    """
    tested = calibrated_tests(balances, false_alarm=false_alarm, seed=seed)
    parts = zip(tested, balances.covariances, balances.estimated or [None] * len(tested), strict=True)
    return tuple(
        _untested(one, covariance) if test is None else _verdict(one, covariance, test, estimated)
        for (one, test), covariance, estimated in parts
    )


def calibrated_tests(
    balances: Balances, *, false_alarm: float, seed: int, only: Collection[int] | None = None
) -> list[tuple[SeriesPeriods, CalibratedTests | None]]:
    """The periods of every series and its tests, ``None`` where it cannot be tested, or is none of ``only``."""
    periods = periods_of_series(balances)
    asked = range(len(periods)) if only is None else only
    tests = [
        _calibrated(one, balances, number, rate, seed) if rate is not None and number in asked else None
        for number, (one, rate) in enumerate(zip(periods, _hazards(periods, false_alarm), strict=True))
    ]
    alike: dict[Any, list[CalibratedTests]] = {}
    for test in tests:
        if test is not None:
            alike.setdefault(test.moments, []).append(test)
    for some in alike.values():
        calibrate_together(some)
    return list(zip(periods, tests, strict=True))


def hazards(balances: Balances, false_alarm: float) -> list[Hazard | None]:
    """The rate of false alarms of each series; ``None`` where it cannot be tested."""
    return _hazards(periods_of_series(balances), false_alarm)


def _hazards(periods: Sequence[SeriesPeriods], false_alarm: float) -> list[Hazard | None]:
    begun = np.sort([one.begun for one in periods if one.shares])
    if not len(begun):
        return [None] * len(periods)
    moments = np.append(begun, max(one.last for one in periods if one.shares))
    shared = np.diff(moments) / np.arange(1, len(moments))
    passed = -np.log1p(-false_alarm) / YEAR_DAYS * np.concatenate([[0.0], np.cumsum(shared)])
    return [Hazard(one.begun, moments, passed).without(one.gaps) if one.testable else None for one in periods]


def series_tested(verdicts: tuple[SeriesVerdict, ...]) -> int:
    """Number of series that were tested."""
    return sum(verdict.share is not None for verdict in verdicts)


def _calibrated(periods: SeriesPeriods, balances: Balances, number: int, rate: Hazard, seed: int) -> CalibratedTests:
    """The tests of one series, for those of its closed periods that measuring makes uncertain."""
    tested, covariance = periods.uncertain[periods.closed], balances.covariances[number]
    sigma = covariance if tested.all() else covariance[np.ix_(tested, tested)]
    moments = {"start": periods.start, "end": periods.end, "hazard": rate.over(periods.end)}
    return CalibratedTests(sigma, **moments, seed=seed, estimated=estimated_of(balances, number, tested))


def _verdict(
    periods: SeriesPeriods, covariance: Array, calibrated: CalibratedTests, estimated: EstimatedErrors | None
) -> SeriesVerdict:
    differences = periods.tested
    tests = _named(periods, calibrated.run(differences))
    gained = calibrated.default_alarms(-differences)
    mirrored = calibrated.run(-differences) if gained else {}
    gains = _named(periods, {name: test for name, test in mirrored.items() if name != "gemuf"})
    left = left_without_error(periods, calibrated, differences)
    shortage = tests["default"].alarm_inventory is not None
    raised = calibrated.alarms(differences) if shortage else [], calibrated.alarms(-differences) if gained else []
    sign, losses = _after_alarm(periods, calibrated, differences, *raised)
    verdict = _precedence(periods, shortage=sign > 0, gain=sign < 0, left=left)
    alarmed = np.zeros(len(periods), bool)
    alarmed[periods.places] = alarmed_periods(calibrated, differences)
    decisive = gains["default"] if verdict is Verdict.GAIN else tests["default"]
    return SeriesVerdict(
        verdict=verdict,
        reason=_reason(periods, verdict),
        alarm_inventory=_alarm_inventory(periods, verdict, decisive, left),
        # What no error of measuring can have left has no chance.
        p_value=None if verdict is Verdict.DISCREPANCY else decisive.p_value,
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
        # What no error of measuring can have left, none explains, however large.
        break_even=None if verdict is Verdict.DISCREPANCY else decisive_window(calibrated, differences).factor,
        alarmed=tuple(alarmed.tolist()),
        alone=_alone(periods, calibrated, differences) if verdict in {Verdict.SHORTAGE, Verdict.GAIN} else (),
    )


def verdict_of_series(balances: Balances, number: int, *, false_alarm: float, seed: int) -> Verdict:
    """The verdict on one series alone, at the share of the false-alarm probability that it has among all."""
    periods, test = calibrated_tests(balances, false_alarm=false_alarm, seed=seed, only=(number,))[number]
    covariance, estimated = balances.covariances[number], (balances.estimated or [None] * (number + 1))[number]
    said = _untested(periods, covariance) if test is None else _verdict(periods, covariance, test, estimated)
    return said.verdict


def _alone(
    periods: SeriesPeriods, calibrated: CalibratedTests, differences: Array
) -> tuple[tuple[float, float] | None, ...]:
    """The bounds of each period between which an amount taken out of it leaves no alarm."""
    full: list[tuple[float, float] | None] = [None] * len(periods)
    for place, (low, high) in zip(periods.places, amounts_alone(calibrated, differences).tolist(), strict=True):
        full[place] = (low, high) if low <= high else None
    return tuple(full)


def left_without_error(
    periods: SeriesPeriods, calibrated: CalibratedTests, differences: Array
) -> tuple[float | None, ...]:
    """What is left in each direction without error, beyond rounding; ``None`` in all other periods."""
    full: list[float | None] = [None] * len(periods)
    places, rows = calibrated.exact
    least = least_left(calibrated.covariance, rows, periods.rounding[periods.uncertain])
    for place, value, rounding in zip(periods.places[places], rows @ differences, least, strict=True):
        full[place] = float(value) if abs(value) > rounding else 0.0
    return tuple(full)


def _sums(periods: SeriesPeriods, covariance: Array) -> dict[str, Any]:
    """The closed differences added up, with their σ: up to each of them, all, and those of the last year."""
    differences = periods.difference[periods.closed]
    running, running_sigma = np.cumsum(differences), np.sqrt(running_variance(covariance))
    closed, year_sum, year_sigma, settled = bool(len(differences)), None, None, 0.0
    if closed:
        year = rolling_year(periods.closed_start, periods.closed_end)
        year_sum, settled = float(differences[year].sum()), float(periods.taken[periods.closed][year].sum())
        year_sigma = float(np.sqrt(max(float(covariance[year, year].sum()), 0.0)))
    return {
        "year_sum": year_sum,
        "year_sigma": year_sigma,
        "year_settled": settled,
        "cumulative": float(running[-1]) if closed else None,
        "cumulative_sigma": float(running_sigma[-1]) if closed else None,
        "running": periods.spread(running, periods.closed),
        "running_sigma": periods.spread(running_sigma, periods.closed),
    }


def _planned_year(periods: SeriesPeriods, calibrated: CalibratedTests) -> PlannedYear:
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


def _untested(periods: SeriesPeriods, covariance: Array) -> SeriesVerdict:
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


def _named(periods: SeriesPeriods, tests: Mapping[str, TestFigures]) -> Mapping[str, TestOfLoss]:
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


def _precedence(periods: SeriesPeriods, *, shortage: bool, gain: bool, left: Sequence[float | None]) -> Verdict:
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
    periods: SeriesPeriods, verdict: Verdict, decisive: TestOfLoss | None, left: Sequence[float | None]
) -> str | None:
    if verdict in {Verdict.SHORTAGE, Verdict.GAIN} and decisive is not None:
        return decisive.alarm_inventory
    if verdict is not Verdict.DISCREPANCY:
        return None
    found = periods.discrepant | np.array([bool(value) for value in left], dtype=bool)
    return str(periods.inventory[int(np.argmax(found))])


def _reason(periods: SeriesPeriods, verdict: Verdict) -> str | None:
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
    periods: SeriesPeriods,
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


def _without_gains(
    lost: Sequence[Loss], periods: SeriesPeriods, calibrated: CalibratedTests, differences: Array
) -> Array:
    """The differences, in periods of gains, and of no loss, as the others foretell them."""
    names = [periods.inventory[place] for place in periods.places]
    gained, missing = np.zeros(len(names), dtype=bool), np.zeros(len(names), dtype=bool)
    for one in lost:
        run = slice(names.index(one.first_inventory), names.index(one.last_inventory) + 1)
        gained[run] |= one.high < 0
        missing[run] |= one.low > 0
    return foretold(differences, calibrated.covariance, gained & ~missing)


def _losses(
    periods: SeriesPeriods, calibrated: CalibratedTests, alarms: Sequence[int], differences: Array, sign: float
) -> tuple[Loss, ...]:
    """What is said after an alarm, of each stretch of planned years with alarms in it and the years beside them."""
    covariance, found = calibrated.covariance, []
    for part in _stretches(calibrated.years, alarms):
        # Two inventories of one moment, by their day alone, are of one day: a wrong count of the first shows between.
        days = np.maximum((periods.end - periods.start)[part], _SHORTEST)
        for known in estimate_losses(sign * differences[part], covariance[part, part], days):
            one = _with_the_doubt(known, calibrated, part, days)
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


def _with_the_doubt(known: LossEstimate, calibrated: CalibratedTests, part: slice, days: Array) -> LossEstimate:
    """The same with an interval as much wider as Student's is, where σ was estimated; it keeps to its side of 0.

    The degrees of freedom are those of the best estimate of an even loss in its periods.
    """
    inverse = calibrated.inverse_of(part)
    along = inverse[:, known.first : known.last + 1] @ days[known.first : known.last + 1]
    size = float(np.linalg.norm(along))
    if calibrated.estimated is None or not size:
        return known
    freedom = calibrated.estimated.within(part).freedom_of(along[:, None] / size, inverse)
    wider = student_widening(float(freedom[0]))
    low, high = (known.amount + wider * (bound - known.amount) for bound in (known.low, known.high))
    return replace(
        known,
        low=max(low, 0.0) if known.low >= 0 else low,
        high=min(high, 0.0) if known.high <= 0 else high,
    )


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


def _alarms(periods: SeriesPeriods, shortages: Sequence[int], gains: Sequence[int]) -> tuple[Alarm, ...]:
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
