"""Page's test: ``P = max(P + y − k, 0)``, alarm where P exceeds h [Page 1954].

The chance of an alarm among n independent standard normal figures is computed from the integral equation of the
chain by Gauss–Legendre nodes, so a threshold holds for the actual number of periods.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from stockward.stats.arrays import Array
from stockward.stats.scanning.scan import FAINTEST
from stockward.terms.errors import require_probability

PAGE_K = 0.5
PAGE_PAIR_K = (0.25, 1.0)

_LOWEST = 1e-6
_TALLEST = 64.0
"""Beyond this height the chance is too small to matter, and a bound stands for it."""
_PAIR_DRAWS = 4_000
_PAIR_STEPS = (8, 4, 1)
"""Draws are divided by these in the steps of a calibration: the first need not be sharp."""
_TAIL_GRID = 0.1
_MOST = 0.99


def page_statistics(y: Array, *, k: float) -> Array:
    """P after each period; ``y`` and the result have shape (..., n)."""
    path = np.empty_like(y)
    height = np.zeros(y.shape[:-1])
    for period in range(y.shape[-1]):
        height = np.maximum(height + y[..., period] - k, 0.0)
        path[..., period] = height
    return path


@lru_cache(maxsize=64)
def _gauss_legendre(count: int) -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(count)


@lru_cache(maxsize=4096)
def page_alarm_probability(periods: int, k: float, h: float) -> float:
    """Chance that P exceeds h at any of ``periods`` periods without loss, P starting at 0."""
    if h > _TALLEST:
        return _alarm_bound(periods, k, h)
    return page_detection_probability(np.zeros(periods), k, h)


def page_detection_probability(move: Array, k: float, h: float) -> float:
    """Chance that P exceeds h at any period, where a loss moves the mean of y to ``move``, shape (n,).

    With f the density of P on (0, h] and p its atom at 0, one period whose mean is m turns them into
    ``f(x) ← p φ(x + k − m) + ∫ f(u) φ(x − u + k − m) du`` and ``p ← p Φ(k − m) + ∫ f(u) Φ(k − m − u) du``.
    """
    if h < 0:
        return 1.0
    if h == 0:
        return -float(np.expm1(np.sum(np.log(ndtr(k - move)))))
    nodes, weights = _gauss_legendre(8 * int(4 + h))
    x = 0.5 * h * (nodes + 1.0)
    weights = 0.5 * h * weights
    steps = {float(m): _Step.of(x, weights, k - float(m), h) for m in np.unique(move)}
    # The chance of an alarm is gathered period by period, so that a very small one keeps its digits.
    atom, density, alarm = 1.0, np.zeros_like(x), 0.0
    for m in move:
        step = steps[float(m)]
        alarm += float(atom * step.leap + step.jump @ density)
        atom, density = float(atom * step.stay + step.fall @ density), atom * step.leave + step.rise @ density
    return min(alarm, 1.0)


@dataclass(frozen=True, slots=True)
class _Step:
    """One period of the chain: from the atom and from each height, to the atom, to each height, and beyond h."""

    stay: float
    leap: float
    leave: Array
    fall: Array
    jump: Array
    rise: Array

    @classmethod
    def of(cls, x: Array, weights: Array, k: float, h: float) -> _Step:
        return cls(
            stay=float(ndtr(k)),
            leap=float(ndtr(-h - k)),
            leave=np.exp(-0.5 * (x + k) ** 2) / np.sqrt(2.0 * np.pi),
            fall=ndtr(k - x) * weights,
            jump=ndtr(x - h - k) * weights,
            rise=np.exp(-0.5 * (x[:, None] - x[None, :] + k) ** 2) / np.sqrt(2.0 * np.pi) * weights,
        )


def _alarm_bound(periods: int, k: float, h: float) -> float:
    """P exceeds h where the sum over some window exceeds ``h + k × length``: the sum of these chances."""
    lengths = np.arange(1, periods + 1)
    chances = (periods - lengths + 1) * ndtr(-(h + k * lengths) / np.sqrt(lengths))
    return min(float(chances.sum()), 1.0)


@lru_cache(maxsize=1024)
def page_threshold(periods: int, k: float, false_alarm: float) -> float:
    """The h at which the chance of an alarm among ``periods`` periods is ``false_alarm``, to 1e-10.

    Where P leaves 0 less often than that, the threshold is as good as 0.
    """
    require_probability("false_alarm", false_alarm)

    def excess(h: float) -> float:
        return float(np.log(page_alarm_probability(periods, k, h) / false_alarm))

    at_low = excess(_LOWEST)
    if at_low <= 0:
        return _LOWEST
    low, high = _LOWEST, 1.0
    at_high = excess(high)
    while at_high > 0:
        low, high, at_low = high, 2.0 * high, at_high
        at_high = excess(high)
    # The logarithm of the chance is nearly straight in h: secants, of which an end that stays again counts half.
    stayed = 0
    while high - low > 1e-10 * high:
        h = high - at_high * (high - low) / (at_high - at_low)
        h = h if low < h < high else 0.5 * (low + high)
        here = excess(h)
        if abs(here) < 1e-11:
            return h
        if here > 0:
            low, at_low = h, here
            at_high *= 0.5 if stayed > 0 else 1.0
            stayed = 1
        else:
            high, at_high = h, here
            at_low *= 0.5 if stayed < 0 else 1.0
            stayed = -1
    return 0.5 * (low + high)


def page_p_value(periods: int, k: float, height: float, threshold: float) -> float:
    """Chance, without loss, that P reaches this height, from those at tenths of the threshold."""
    return _tail(height / threshold, lambda step: page_alarm_probability(periods, k, _TAIL_GRID * step * threshold))


def page_pair_p_value(periods: int, false_alarm: float, ratio: float, *, seed: int) -> float:
    """Chance, without loss, that either of the two Page tests reaches this many times its threshold."""
    return _tail(ratio, lambda step: _pair_chance(periods, false_alarm, step, seed))


def _tail(ratio: float, chance: Callable[[int], float]) -> float:
    """Chance of a Page statistic at this ratio to its limit, from those at tenths of the limit.

    Its logarithm is nearly straight in the height, so it is interpolated between them.
    """
    if ratio <= 0:
        return 1.0
    place, part = divmod(ratio / _TAIL_GRID, 1.0)
    low, high = (chance(step) if step else 1.0 for step in (int(place), int(place) + 1))
    return float(np.exp((1.0 - part) * np.log(max(low, FAINTEST)) + part * np.log(max(high, FAINTEST))))


@lru_cache(maxsize=4096)
def _pair_chance(periods: int, false_alarm: float, step: int, seed: int) -> float:
    thresholds = np.array(page_pair_thresholds(periods, false_alarm, seed=seed))
    return page_pair_alarm_probability(periods, _TAIL_GRID * step * thresholds, seed=seed, draws=_PAIR_DRAWS // 4)


@lru_cache(maxsize=512)
def page_pair_thresholds(
    periods: int, false_alarm: float, *, seed: int = 1, draws: int = _PAIR_DRAWS
) -> tuple[float, float]:
    """Thresholds of two Page tests (k = 0.25 and 1) with equal marginal chances and this joint chance of an alarm.

    The marginals are exact; the joint chance is found to the error of ``draws`` samples, about 0.9 % of it for 4,000.
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
    ``scanning.scan``, over the windows that either test needs.
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
