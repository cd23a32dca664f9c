"""Page's test: ``P = max(P + y − k, 0)``, alarm where P exceeds h [Page 1954].

The chance of an alarm among n independent standard normal figures is computed from the integral equation of the
chain by Gauss–Legendre nodes, so a threshold holds for the actual number of periods.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtr

from stockward.stats.arrays import Array
from stockward.terms.errors import require_probability

_LOWEST = 1e-6
_TALLEST = 64.0
"""Beyond this height the chance is too small to matter, and a bound stands for it."""


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
