"""The tests of loss of one series, each calibrated by itself to the series' share of the false-alarm probability.

All are stated in y, the independent standardised differences (SITMUF): without loss y is standard normal, so what a
test's limit must be depends on Σ and the number of periods alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, chdtri, ndtr, ndtri

from stockward.figures.page import page_alarm_probability, page_statistics, page_threshold
from stockward.figures.scan import DRAWS, FAINTEST, Family, calibrate, crossing_probability
from stockward.figures.whitening import SINGULAR, sitmuf, whitener
from stockward.figures.windows import scan_ratios, window_directions, window_family, windows_of
from stockward.terms.errors import FigureError, require_probability

Array = NDArray[np.float64]

PAGE_K = 0.5
PAGE_PAIR_K = (0.25, 1.0)
_PAIR_DRAWS = 8_000
_PAIR_STEPS = (8, 4, 1)
"""Draws are divided by these in the steps of a calibration: the first need not be sharp."""
_MOST = 0.99


@dataclass(frozen=True, slots=True)
class TestFigures:
    """One test: a statistic a period, its threshold, the first period above it, and the p-value."""

    statistic: Array
    threshold: float
    alarm: int | None
    p_value: float


@dataclass(frozen=True, slots=True)
class WindowEstimate:
    """The window that speaks most for a constant loss: first and last period, the loss in all of it, and its σ."""

    first: int
    last: int
    loss: float
    sigma: float


class CalibratedTests:
    """Every test of loss for one covariance and one false-alarm probability.

    Parameters
    ----------
    covariance
        Σ of the differences, unit², shape (n, n), n ≥ 1, every σ positive.
    false_alarm
        Chance in (0, 1) that each test, used alone, ever alarms on the n periods without loss.
    seed
        Of the importance sampling that finds the limits of correlated statistics; same seed, same limits.

    Raises
    ------
    FigureError, ProbabilityError
        A covariance that is not square or has a σ that is not positive and finite; a probability out of range.
    """

    def __init__(self, covariance: Array, *, false_alarm: float, seed: int) -> None:
        require_probability("false_alarm", false_alarm)
        variance = np.diagonal(covariance)
        if covariance.ndim != 2 or covariance.shape[0] != covariance.shape[1] or not len(variance):
            raise FigureError(f"the covariance must be square with at least one period; got shape {covariance.shape}")
        if not np.all(np.isfinite(covariance)) or np.any(variance <= 0):
            raise FigureError("every period that is tested needs a positive, finite sigma")
        self._covariance = covariance
        self._false_alarm = false_alarm
        self._seed = seed
        self.inverse = whitener(covariance)
        self.kept = np.diagonal(self.inverse) > 0
        self.default_family = window_family(self.inverse)
        self._windows = window_family(self.inverse, equal=True)
        self._single = self._standardised_family()

    def run(self, differences: Array) -> Mapping[str, TestFigures]:
        """All tests on the differences (missing is positive); run them on the negative for gains."""
        y = sitmuf(differences, self.inverse)
        return {
            "standardised": self._standardised(differences),
            "cumuf": self._cumuf(differences),
            "sitmuf": self._sitmuf(y),
            "gemuf": self._gemuf(y),
            "page": self._page(y),
            "page_pair": self._page_pair(y),
            "windows": self._scan(y, self._windows, self.windows_limits),
            "default": self.default(y),
        }

    def default(self, y: Array) -> TestFigures:
        """The default test alone: the scan over windows whose shares make the greatest regret smallest."""
        return self._scan(y, self.default_family, self.default_limits)

    def default_alarms(self, differences: Array) -> bool:
        """Whether the default test alarms, without its p-value."""
        y = sitmuf(differences, self.inverse)
        return bool(np.max(scan_ratios(y, self.inverse, self.default_limits)) > 1.0)

    def strongest_window(self, differences: Array) -> WindowEstimate:
        """The window with the largest ratio of statistic to limit, and the loss that fits it best.

        By generalised least squares the loss a period is ``(l'Σ⁻¹MUF)/(l'Σ⁻¹l)``, with σ ``1/sqrt(l'Σ⁻¹l)``.
        """
        y = sitmuf(differences, self.inverse)
        starts, ends, classes = windows_of(len(y))
        directions, norms = window_directions(self.inverse, starts, ends)
        ratios = np.where(norms > 0, y @ directions / self.default_limits[classes], -np.inf)
        best = int(np.argmax(ratios))
        periods = int(ends[best] - starts[best] + 1)
        loss = periods * float(y @ directions[:, best]) / norms[best]
        return WindowEstimate(int(starts[best]), int(ends[best]), loss, periods / norms[best])

    @property
    def default_limits(self) -> Array:
        """Limit of the default test for each length of window."""
        return self._limits("default")

    @property
    def windows_limits(self) -> Array:
        """Limit of the scan in which every length has the same share."""
        return self._limits("windows")

    def _limits(self, name: str) -> Array:
        known: dict[str, Array] = self.__dict__.setdefault("_known_limits", {})
        if name not in known:
            family = {"default": self.default_family, "windows": self._windows, "standardised": self._single}[name]
            known[name] = calibrate(family, self._false_alarm, seed=self._seed)
        return known[name]

    def _standardised_family(self) -> Family:
        """M_i/σ_i as directions in y: the rows of L, each over its σ."""
        sigma = np.sqrt(np.diagonal(self._covariance))
        rows = (self._covariance @ self.inverse.T) / sigma[:, None]
        periods = len(sigma)
        return Family(rows.T, np.arange(periods), np.zeros(periods, np.intp), np.ones(1))

    def _standardised(self, differences: Array) -> TestFigures:
        statistic = differences / np.sqrt(np.diagonal(self._covariance))
        limit = float(self._limits("standardised")[0])
        limits = np.full(len(statistic), float(np.max(statistic)))
        p_value = crossing_probability(self._single.directions, limits, seed=self._seed, draws=DRAWS // 2)
        return self._figures(statistic, limit, p_value)

    def _cumuf(self, differences: Array) -> TestFigures:
        """A sum whose errors cancel has no direction of its own, and is no evidence: its figure is 0."""
        variance = np.array([self._covariance[: i + 1, : i + 1].sum() for i in range(len(differences))])
        kept = variance > SINGULAR * np.cumsum(np.diagonal(self._covariance))
        statistic = np.where(kept, np.cumsum(differences), 0.0) / np.sqrt(np.where(kept, variance, 1.0))
        limit = max(float(-ndtri(self._false_alarm)), 0.0)
        return self._decided_at_the_end(statistic, limit, float(ndtr(-statistic[-1])) if kept[-1] else 1.0)

    def _sitmuf(self, y: Array) -> TestFigures:
        count = int(self.kept.sum())
        limit = float(-ndtri(-np.expm1(np.log1p(-self._false_alarm) / count)))
        largest = float(np.max(y[self.kept]))
        p_value = float(-np.expm1(count * np.log1p(-ndtr(-largest)))) if largest > -8 else 1.0
        return self._figures(y, limit, p_value)

    def _gemuf(self, y: Array) -> TestFigures:
        statistic = np.cumsum(y**2)
        count = int(self.kept.sum())
        return self._decided_at_the_end(
            statistic, float(chdtri(count, self._false_alarm)), float(chdtrc(count, statistic[-1]))
        )

    def _page(self, y: Array) -> TestFigures:
        statistic = self._on_kept(page_statistics(y[self.kept], k=PAGE_K))
        count = int(self.kept.sum())
        limit = page_threshold(count, PAGE_K, self._false_alarm)
        largest = float(np.max(statistic))
        p_value = page_alarm_probability(count, PAGE_K, largest) if largest > 0 else 1.0
        return self._figures(statistic, limit, p_value)

    def _page_pair(self, y: Array) -> TestFigures:
        count = int(self.kept.sum())
        thresholds = page_pair_thresholds(count, self._false_alarm, seed=self._seed)
        paths = [page_statistics(y[self.kept], k=k) / h for k, h in zip(PAGE_PAIR_K, thresholds, strict=True)]
        statistic = self._on_kept(np.maximum(*paths))
        largest = float(np.max(statistic))
        p_value = page_pair_alarm_probability(count, largest * np.array(thresholds), seed=self._seed, draws=DRAWS // 2)
        return self._figures(statistic, 1.0, p_value)

    def _scan(self, y: Array, family: Family, limits: Array) -> TestFigures:
        ratios = scan_ratios(y, self.inverse, limits)
        scaled = float(np.max(ratios)) * limits[family.classes]
        p_value = crossing_probability(family.directions, scaled, seed=self._seed, draws=DRAWS // 2)
        return self._figures(ratios, 1.0, p_value)

    def _on_kept(self, statistic: Array) -> Array:
        """A statistic of the kept periods, carried through those that add nothing."""
        return np.asarray(statistic[np.maximum(np.cumsum(self.kept) - 1, 0)])

    def _figures(self, statistic: Array, threshold: float, p_value: float) -> TestFigures:
        above = np.flatnonzero(statistic > threshold)
        return self._agreed(statistic, threshold, int(above[0]) if len(above) else None, p_value)

    def _decided_at_the_end(self, statistic: Array, threshold: float, p_value: float) -> TestFigures:
        alarm = len(statistic) - 1 if statistic[-1] > threshold else None
        return self._agreed(statistic, threshold, alarm, p_value)

    def _agreed(self, statistic: Array, threshold: float, alarm: int | None, p_value: float) -> TestFigures:
        """Alarm and p-value agree: the sampling error of the latter never carries it across the share."""
        bounded = min(p_value, self._false_alarm) if alarm is not None else max(p_value, _above(self._false_alarm))
        return TestFigures(statistic, threshold, alarm, min(bounded, 1.0))


def _above(probability: float) -> float:
    return float(np.nextafter(probability, 1.0))


@lru_cache(maxsize=512)
def page_pair_thresholds(
    periods: int, false_alarm: float, *, seed: int = 1, draws: int = _PAIR_DRAWS
) -> tuple[float, float]:
    """Thresholds of two Page tests (k = 0.25 and 1) with equal marginal chances and this joint chance of an alarm.

    The marginals are exact; the joint chance is found to the error of ``draws`` samples, about 0.6 % of it for 8,000.
    """
    marginal = 0.57 * false_alarm if periods > 1 else false_alarm
    for step in _PAIR_STEPS:
        thresholds = np.array([page_threshold(periods, k, marginal) for k in PAGE_PAIR_K])
        joint = page_pair_alarm_probability(periods, thresholds, seed=seed, draws=draws // step)
        marginal = min(marginal * false_alarm / joint, _MOST)
    first, second = (page_threshold(periods, k, marginal) for k in PAGE_PAIR_K)
    return first, second


def page_pair_alarm_probability(periods: int, thresholds: Array, *, seed: int, draws: int) -> float:
    """Chance that either of the two Page tests ever exceeds its threshold.

    Either alarms with the exact chances of both, less the chance that both alarm. P exceeds h exactly where the sum of
    y over some window exceeds ``h + k × length``, so that last chance is had by the importance sampling of
    ``figures.scan``, over the windows that either test needs.
    """
    exact = [page_alarm_probability(periods, k, float(h)) for k, h in zip(PAGE_PAIR_K, thresholds, strict=True)]
    if max(exact) >= 1.0:
        return 1.0
    both = _both_alarm(periods, thresholds, seed=seed, draws=draws)
    return float(min(max(sum(exact) - both, *exact), 1.0))


def _both_alarm(periods: int, thresholds: Array, *, seed: int, draws: int) -> float:
    lengths = np.arange(1, periods + 1)
    needed = thresholds[:, None] + np.array(PAGE_PAIR_K)[:, None] * lengths
    lower = needed.min(axis=0)
    single = ndtr(-lower / np.sqrt(lengths))
    chances = (periods - lengths + 1) * single
    total = float(chances.sum())
    if total < FAINTEST:
        return 0.0
    rng = np.random.default_rng([seed, periods])
    strata = (np.arange(draws) + rng.random(draws)) / draws
    length = np.minimum(np.searchsorted(np.cumsum(chances) / total, strata), periods - 1) + 1
    height = -ndtri(single[length - 1] * (rng.permutation(draws) + rng.random(draws)) / draws) * np.sqrt(length)
    sums = _sums_given_a_window(rng, periods, length, height)
    crossing, first, second = np.zeros(draws, np.intp), np.zeros(draws, bool), np.zeros(draws, bool)
    for span in range(1, periods + 1):
        grown = sums[:, span:] - sums[:, :-span]
        crossing += np.count_nonzero(grown > np.float32(lower[span - 1]), axis=1)
        largest = grown.max(axis=1)
        first |= largest > needed[0, span - 1]
        second |= largest > needed[1, span - 1]
    return total * float(np.mean((first & second) / np.maximum(crossing, 1)))


def _sums_given_a_window(
    rng: np.random.Generator, periods: int, length: NDArray[np.intp], height: Array
) -> NDArray[np.float32]:
    """Cumulative sums of y, each row given that its window of this length, placed at random, has this sum."""
    rows = np.arange(len(length))
    start = np.floor(rng.random(len(length)) * (periods - length + 1)).astype(np.intp)
    figures = rng.standard_normal((len(length), periods))
    sums = np.concatenate([np.zeros((len(length), 1)), np.cumsum(figures, axis=1)], axis=1)
    lift = (height - (sums[rows, start + length] - sums[rows, start])) / length
    steps = np.clip(np.arange(periods + 1) - start[:, None], 0, length[:, None])
    return np.asarray(sums + lift[:, None] * steps, dtype=np.float32)
