"""The tests of loss of one series, nested in time: what a review says after an inventory, no later one takes back.

All are stated in y, the independent standardised differences (SITMUF): without loss y is standard normal, so what a
test's limit must be depends on Σ and the moments of the inventories alone. The default test, which gives the verdict,
runs through the whole record in planned years, its limits fixed as the inventories come in [``scanning.nested``]. The
named tests stand beside it for the rolling year, each calibrated by itself to what the series may spend in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import chdtrc, chdtri, ndtr, ndtri

from stockward.stats.arrays import Array, Places
from stockward.stats.page import (
    PAGE_K,
    PAGE_PAIR_K,
    page_p_value,
    page_pair_p_value,
    page_pair_thresholds,
    page_statistics,
    page_threshold,
)
from stockward.stats.scanning.nested import nested_limits
from stockward.stats.scanning.planned import PlannedYears, planned_years, rolling_year, sharpness, spent_by
from stockward.stats.scanning.scan import calibrate, crossing_probability
from stockward.stats.scanning.student import EstimatedParts, normal_equivalent, student_limits
from stockward.stats.scanning.windows import (
    EQUAL_SHARES,
    Windows,
    largest_by_period,
    window_directions,
    window_statistics,
    windows_of,
)
from stockward.stats.whitening import exact_rows, running_variance, sitmuf, whitener
from stockward.terms.errors import FigureError

P_VALUE_DRAWS = 500
_BESIDE_DRAWS = 250
"""Draws of the p-values of the tests that stand beside the one in force."""
_TOGETHER = 16
"""Series whose limits are found in one go, so that their samples stay in the cache."""
_ALL_BUT_SURE = 1.0 - 1e-12


@dataclass(frozen=True, slots=True)
class TestFigures:
    """One test: a statistic a period (NaN where it does not look), its threshold, the first alarm, and the p-value."""

    statistic: Array
    threshold: float
    alarm: int | None
    p_value: float


@dataclass(frozen=True, slots=True)
class Scan:
    """The default test over the periods of one planned year, and of the year before it, into which windows reach.

    ``since`` is the first of its periods in the record; all else counts from there. ``inverse`` is L⁻¹ of their Σ,
    shape (n, n); ``directions`` of the windows in the space of y, shape (n, windows); ``days`` the length of each
    period, ``limits`` one a window. ``freedom`` are the degrees of freedom of the σ of each, infinite where σ is known;
    ``None`` where that is so of all.
    """

    since: int
    inverse: Array
    directions: Array
    days: Array
    windows: Windows
    limits: Array
    freedom: Array | None = None

    @property
    def periods(self) -> slice:
        """Its periods in the record."""
        return slice(self.since, self.since + len(self.inverse))

    def ratios(self, differences: Array) -> Array:
        """Statistic over limit of each window; a window without variance or without a limit is no evidence."""
        return np.asarray(sitmuf(differences[self.periods], self.inverse) @ self.directions / self.limits)

    def ratios_of(self, differences: Array, covariance: Array | None = None) -> Array:
        """Largest ratio of each of its periods, for realisations with these differences, shape (copies, n).

        Each has a Σ of its own, shape (copies, n, n); that of the scan where none is given.
        """
        inverse = self.inverse if covariance is None else whitener(covariance[:, self.periods, self.periods])
        y = sitmuf(differences[:, self.periods], inverse)
        ratios = window_statistics(y, inverse, self.days, self.windows) / self.limits
        return largest_by_period(ratios, self.windows, len(self.days))

    def crossing(self, ratio: float, seed: int) -> float:
        """Chance, without loss, that any window reaches this many times its limit."""
        tested = np.isfinite(self.limits)
        directions, limits = self.directions[:, tested], ratio * self.limits[tested]
        if self.freedom is not None:
            limits = normal_equivalent(limits, self.freedom[tested])
        return crossing_probability(directions, limits, seed=seed, draws=P_VALUE_DRAWS) if tested.any() else 0.0


class CalibratedTests:
    """Every test of loss for one covariance, the moments of its inventories, and what may be spent at them.

    Parameters
    ----------
    covariance
        Σ of the differences, unit², shape (n, n), n ≥ 1, every σ positive.
    start, end
        Begin and end of each period, days, shape (n,), in order of time.
    hazard
        Rate of false alarms over each period, shape (n,): ``−ln(1 − α)`` times its years over the number of series.
    seed
        Of the importance sampling that finds the limits of correlated statistics; same seed, same limits.
    estimated
        The parts of Σ whose σ were estimated: each limit keeps its chance, and is Student's [``scanning.student``].

    Raises
    ------
    FigureError
        A covariance that is not square or has a σ that is not positive and finite, or moments that do not fit it.
    """

    def __init__(
        self,
        covariance: Array,
        *,
        start: Array,
        end: Array,
        hazard: Array,
        seed: int,
        estimated: EstimatedParts | None = None,
    ) -> None:
        variance = np.diagonal(covariance)
        if covariance.ndim != 2 or covariance.shape[0] != covariance.shape[1] or not len(variance):
            raise FigureError(f"the covariance must be square with at least one period; got shape {covariance.shape}")
        if not np.all(np.isfinite(covariance)) or np.any(variance <= 0):
            raise FigureError("every period that is tested needs a positive, finite sigma")
        if not start.shape == end.shape == hazard.shape == variance.shape:
            raise FigureError(f"{len(variance)} periods need as many begins, ends and rates of false alarms")
        self.covariance, self.estimated = covariance, estimated
        self._start, self._end, self._hazard, self.seed = start, end, hazard, seed
        self.inverse = whitener(covariance)
        self.years = planned_years(start, end)
        self._spent = spent_by(self.years, hazard)
        self._windows = windows_of(start, end, self.years)
        self._scans: tuple[Scan, ...] = ()

    def recalibrated(self, covariance: Array) -> CalibratedTests:
        """The same tests for another Σ of the same periods."""
        moments = {"start": self._start, "end": self._end, "hazard": self._hazard}
        return CalibratedTests(covariance, **moments, seed=self.seed, estimated=self.estimated)

    @property
    def share(self) -> float:
        """False-alarm probability that the record may have spent: of each planned year, what its last inventory may."""
        last = [self.years.periods(year).stop - 1 for year in range(len(self.years))]
        return _any_of(self._spent[last])

    @property
    def scans(self) -> tuple[Scan, ...]:
        """The default test, one a planned year."""
        if not self._scans:
            calibrate_together([self])
        return self._scans

    def settle(self, scans: Sequence[Scan]) -> None:
        """Take the scans with their limits, found together with those of other series."""
        self._scans = tuple(scans)

    def looks(self) -> Places:
        """How sharply the limits are calibrated at each inventory, shape (n,)."""
        return sharpness(self.years, self._start, self._end)

    def laid_out(self, year: int) -> tuple[Scan, Array]:
        """The windows of one planned year, without limits, and what may be spent at each inventory."""
        own = self.years.periods(year)
        block = slice(self.years.periods(year - 1).start if year else 0, own.stop)
        spent = np.concatenate([np.zeros(own.start - block.start), self._spent[own]])
        windows = self._windows.ending_within(own)
        return self._scan(block, windows, self.inverse_of(block), np.full(len(windows.last), np.inf)), spent

    def _scan(self, block: slice, windows: Windows, inverse: Array, limits: Array) -> Scan:
        """Windows of the record, seen over a run of periods."""
        windows, days = windows.within(block.start), (self._end - self._start)[block]
        directions, _ = window_directions(inverse, days, windows.first, windows.last)
        freedom = None if self.estimated is None else self.estimated.within(block).freedom_of(directions, inverse)
        return Scan(block.start, inverse, directions, days, windows, limits, freedom)

    @property
    def moments(self) -> tuple[bytes, bytes, int]:
        """What tests must have in common to be calibrated together: the moments of their inventories, and the seed."""
        return self._start.tobytes(), self._end.tobytes(), self.seed

    def run(self, differences: Array) -> Mapping[str, TestFigures]:
        """All tests on the differences (missing is positive); run them on the negative for gains."""
        named = self._named.run(differences[self._rolling])
        return {**{name: self._placed(test) for name, test in named.items()}, "default": self.default(differences)}

    def _placed(self, test: TestFigures) -> TestFigures:
        """A test of the rolling year in the record."""
        statistic = np.full(len(self._end), np.nan)
        statistic[self._rolling] = test.statistic
        alarm = None if test.alarm is None else test.alarm + self._rolling.start
        return TestFigures(statistic, test.threshold, alarm, test.p_value)

    def default(self, differences: Array) -> TestFigures:
        """The default test alone: of each period the largest ratio of statistic to limit that ends with it."""
        ratios = self.ratios(differences)
        largest = float(np.max(ratios))
        crossing = np.array([scan.crossing(largest, self.seed) for scan in self.scans])
        return _figures(ratios, 1.0, _any_of(np.minimum(crossing, _ALL_BUT_SURE)), self.share)

    def ratios(self, differences: Array) -> Array:
        """For each period the largest ratio of statistic to limit among the windows that end with it, shape (n,)."""
        found = np.zeros(len(self._end))
        for scan in self.scans:
            own = largest_by_period(scan.ratios(differences), scan.windows, len(scan.days))
            found[scan.periods] += own
        return found

    def ratios_of(self, differences: Array, covariance: Array | None = None) -> Array:
        """The same for realisations, shape (copies, n), each with a Σ of its own where they are given."""
        found = np.zeros(differences.shape)
        for scan in self.scans:
            found[:, scan.periods] += scan.ratios_of(differences, covariance)
        return found

    def default_alarms(self, differences: Array) -> bool:
        """Whether the default test alarms, without its p-value."""
        return bool(np.max(self.ratios(differences)) > 1.0)

    def alarms(self, differences: Array) -> list[int]:
        """Periods at which the default test alarmed: the first, and each later one from what came after the last."""
        found: list[int] = []
        for scan in self.scans:
            windows, since = scan.windows, scan.since
            for window in np.flatnonzero(scan.ratios(differences) > 1.0):
                if not found or since + windows.first[window] > found[-1]:
                    found.append(since + int(windows.last[window]))
        return found

    def seen(self, limits: Array | None = None, *, covariance: Array | None = None) -> Scan:
        """The test over the last planned year and the one before as one scan: what it sees of a loss in them.

        ``limits`` are those of all windows of the record, where they are known. Of the windows of the year before, what
        lies before its begin is left out. With another ``covariance`` the limits stay those of the test's own.
        """
        block = self.last_years
        if limits is None and covariance is None and len(self.years) == 1:
            return self.scans[-1]
        known = np.concatenate([scan.limits for scan in self.scans]) if limits is None else limits
        windows = self._windows.ending_within(block)
        inverse = self.inverse_of(block) if covariance is None else whitener(covariance[block, block])
        return self._scan(block, windows, inverse, known[len(known) - len(windows.last) :])

    @property
    def last_years(self) -> slice:
        """The periods of the last planned year and of the one before."""
        years = len(self.years)
        return slice(self.years.periods(max(years - 2, 0)).start, self.years.periods(years - 1).stop)

    def inverse_of(self, block: slice) -> Array:
        """L⁻¹ of the Σ of a run of periods."""
        return self.inverse if block == slice(0, len(self._end)) else whitener(self.covariance[block, block])

    def share_of(self, periods: slice) -> float:
        """False-alarm probability that may have been spent in a run of periods that ends with the record."""
        if not periods.start:
            return self.share
        return float(-np.expm1(-np.sum(self._hazard[periods])))

    @cached_property
    def exact(self) -> tuple[Places, Array]:
        """Periods in which a direction has no variance, and the combinations of differences that must be zero."""
        return exact_rows(self.covariance, self.inverse)

    @cached_property
    def _rolling(self) -> slice:
        return rolling_year(self._start, self._end)

    @cached_property
    def _named(self) -> NamedTests:
        year = self._rolling
        start, end = self._start[year], self._end[year]
        years = PlannedYears(np.zeros(len(end), np.intp), np.zeros(len(end), bool), np.ones(len(end)))
        windows = windows_of(start, end, years, shares=EQUAL_SHARES)
        estimated = None if self.estimated is None else self.estimated.within(year)
        inverse, share = self.inverse_of(year), self.share_of(year)
        return NamedTests(self.covariance[year, year], inverse, windows, end - start, share, self.seed, estimated)


def calibrate_together(tests: Sequence[CalibratedTests]) -> None:
    """Find the limits of series that are counted at the same moments in one go; each has those that it has alone.

    All must have the same ``moments``.
    """
    for first in range(0, len(tests), _TOGETHER):
        some = tests[first : first + _TOGETHER]
        looks, scans = some[0].looks(), [list[Scan]() for _ in some]
        for year in range(len(some[0].years)):
            laid, spent = zip(*(one.laid_out(year) for one in some), strict=True)
            limits = nested_limits(
                np.stack([scan.directions for scan in laid]),
                laid[0].windows.last,
                laid[0].windows.weight,
                np.stack(spent),
                looks[laid[0].periods],
                seed=some[0].seed,
            )
            for own, scan, found in zip(scans, laid, limits, strict=True):
                own.append(replace(scan, limits=student_limits(found, scan.freedom)))
        for one, own in zip(some, scans, strict=True):
            one.settle(own)


class NamedTests:
    """The tests that stand beside the default one, each calibrated by itself to one false-alarm probability.

    Where σ was estimated, a figure that has a σ of its own stands as the normal one of the same chance; the running
    sums of Page and the sum of squares take σ as if it were known.
    """

    def __init__(
        self, covariance: Array, inverse: Array, windows: Windows, days: Array, false_alarm: float, seed: int,
        estimated: EstimatedParts | None = None,
    ) -> None:  # fmt: skip
        self._covariance = covariance
        self._false_alarm = false_alarm
        self._seed = seed
        self._inverse = inverse
        self._kept = np.diagonal(inverse) > 0
        self._windows = windows
        self._days = days
        self._estimated = estimated

    def _as_normal(self, statistic: Array, directions: Array) -> Array:
        """Statistics along directions in y, shape (n, n), with the chance that they have where σ was estimated."""
        if self._estimated is None:
            return statistic
        return normal_equivalent(statistic, self._estimated.freedom_of(directions, self._inverse))

    def run(self, differences: Array) -> Mapping[str, TestFigures]:
        """All of them on the differences (missing is positive)."""
        y = sitmuf(differences, self._inverse)
        return {
            "standardised": self._standardised(differences),
            "cumuf": self._cumuf(differences),
            "sitmuf": self._sitmuf(self._as_normal(y, np.diag(self._kept.astype(float)))),
            "gemuf": self._gemuf(y),
            "page": self._page(y),
            "page_pair": self._page_pair(y),
            "windows": self._equal_windows(y),
        }

    @cached_property
    def _single(self) -> tuple[Array, float]:
        """M_i/σ_i as directions in y, the rows of L, each over its σ; and their common limit."""
        sigma = np.sqrt(np.diagonal(self._covariance))
        rows = (self._covariance @ self._inverse.T) / sigma[:, None]
        limits = calibrate(rows.T, np.ones(len(sigma)), self._false_alarm, seed=self._seed)
        return rows.T, float(limits[0])

    @cached_property
    def _scanned(self) -> tuple[Array, Array]:
        """Directions and limits of the scan in which every length has the same share."""
        windows = self._windows
        directions, _ = window_directions(self._inverse, self._days, windows.first, windows.last)
        return directions, calibrate(directions, windows.weight, self._false_alarm, seed=self._seed)

    def _standardised(self, differences: Array) -> TestFigures:
        directions, limit = self._single
        statistic = self._as_normal(differences / np.sqrt(np.diagonal(self._covariance)), directions)
        limits = np.full(len(statistic), float(np.max(statistic)))
        p_value = crossing_probability(directions, limits, seed=self._seed, draws=_BESIDE_DRAWS)
        return self._figures(statistic, limit, p_value)

    def _cumuf(self, differences: Array) -> TestFigures:
        """A sum whose errors cancel has no direction of its own, and is no evidence: its figure is 0."""
        variance = running_variance(self._covariance)
        kept = variance > 0
        scale = np.sqrt(np.where(kept, variance, 1.0))
        statistic = np.where(kept, np.cumsum(differences), 0.0) / scale
        if self._estimated is not None:
            sums = np.triu(np.ones_like(self._covariance)) / scale
            statistic = normal_equivalent(statistic, self._estimated.freedom_of_sums(np.where(kept, sums, 0.0)))
        limit = max(float(-ndtri(self._false_alarm)), 0.0)
        return self._decided_at_the_end(statistic, limit, float(ndtr(-statistic[-1])) if kept[-1] else 1.0)

    def _sitmuf(self, y: Array) -> TestFigures:
        count = int(self._kept.sum())
        limit = float(-ndtri(-np.expm1(np.log1p(-self._false_alarm) / count)))
        largest = float(np.max(y[self._kept]))
        p_value = float(-np.expm1(count * np.log1p(-ndtr(-largest)))) if largest > -8 else 1.0
        return self._figures(y, limit, p_value)

    def _gemuf(self, y: Array) -> TestFigures:
        statistic = np.cumsum(y**2)
        count = int(self._kept.sum())
        return self._decided_at_the_end(
            statistic, float(chdtri(count, self._false_alarm)), float(chdtrc(count, statistic[-1]))
        )

    def _page(self, y: Array) -> TestFigures:
        statistic = self._on_kept(page_statistics(y[self._kept], k=PAGE_K))
        count = int(self._kept.sum())
        limit = page_threshold(count, PAGE_K, self._false_alarm)
        largest = float(np.max(statistic))
        return self._figures(statistic, limit, page_p_value(count, PAGE_K, largest, limit))

    def _page_pair(self, y: Array) -> TestFigures:
        count = int(self._kept.sum())
        thresholds = page_pair_thresholds(count, self._false_alarm, seed=self._seed)
        paths = [page_statistics(y[self._kept], k=k) / h for k, h in zip(PAGE_PAIR_K, thresholds, strict=True)]
        statistic = self._on_kept(np.maximum(*paths))
        p_value = page_pair_p_value(count, self._false_alarm, float(np.max(statistic)), seed=self._seed)
        return self._figures(statistic, 1.0, p_value)

    def _equal_windows(self, y: Array) -> TestFigures:
        directions, normal = self._scanned
        freedom = None if self._estimated is None else self._estimated.freedom_of(directions, self._inverse)
        limits = student_limits(normal, freedom)
        largest = largest_by_period(y @ directions / limits, self._windows, len(y))
        reached = float(largest.max()) * limits
        reached = reached if freedom is None else normal_equivalent(reached, freedom)
        p_value = crossing_probability(directions, reached, seed=self._seed, draws=_BESIDE_DRAWS)
        return self._figures(largest, 1.0, p_value)

    def _on_kept(self, statistic: Array) -> Array:
        """A statistic of the kept periods, carried through those that add nothing."""
        return np.asarray(statistic[np.maximum(np.cumsum(self._kept) - 1, 0)])

    def _figures(self, statistic: Array, threshold: float, p_value: float) -> TestFigures:
        return _figures(statistic, threshold, p_value, self._false_alarm)

    def _decided_at_the_end(self, statistic: Array, threshold: float, p_value: float) -> TestFigures:
        alarm = len(statistic) - 1 if statistic[-1] > threshold else None
        return _agreed(statistic, threshold, alarm, p_value, self._false_alarm)


def _any_of(chances: Array) -> float:
    """Chance that any of independent events comes about, ``1 − Π (1 − p)``; none is 0, and never −0."""
    return float(-np.expm1(-np.sum(-np.log1p(-chances))))


def _figures(statistic: Array, threshold: float, p_value: float, false_alarm: float) -> TestFigures:
    above = np.flatnonzero(statistic > threshold)
    return _agreed(statistic, threshold, int(above[0]) if len(above) else None, p_value, false_alarm)


def _agreed(statistic: Array, threshold: float, alarm: int | None, p_value: float, false_alarm: float) -> TestFigures:
    """Alarm and p-value agree: the sampling error of the latter never carries it across the share."""
    above = float(np.nextafter(false_alarm, 1.0))
    bounded = min(p_value, false_alarm) if alarm is not None else max(p_value, above)
    return TestFigures(statistic, threshold, alarm, min(bounded, 1.0))
