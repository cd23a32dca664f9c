"""The chance that a loss is found: by the test in force for the actual Σ, and at most by any test.

A loss L with the pattern l (shares of the periods) moves y = L⁻¹ MUF by ``L × L⁻¹l``. The test in force alarms where
any unit direction d (a window) has ``y·d`` above its limit, so along the direction of the move the question is one of a
single normal figure: given the rest of y, it alarms above some height a (or below some b, where a direction points
the other way). The chance is the mean of ``Φ(Lg − a) + Φ(b − Lg)``, g = |L⁻¹l|, over draws of that rest: conditional
Monte Carlo [Asmussen & Glynn 2007, Stochastic Simulation, V.4], whose error is a fraction of that of counting alarms,
and which gives the whole curve from one set of draws. The bound for every test is that of Neyman and Pearson, who know
the pattern: ``Φ(Lg − z)`` [Avenhaus & Canty 1996, Compliance Quantified, 3.1].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from stockward.stats.arrays import Array
from stockward.terms.errors import FigureError, require_probability

SingleDirection = NDArray[np.float32]

DETECTION_DRAWS = 1024
"""Half of them drawn, the other half their mirror images."""

_BLOCK = 512
"""Draws that are looked at together, so that their statistics stay in the cache."""

_FIRST_DRAWS = 128
_ASIDE = 1e-9
"""A direction nearly at right angles to the loss alarms whatever its size, or not at all."""


@dataclass(frozen=True, slots=True)
class DetectionCurve:
    """The chance that a loss of one pattern is found, as a function of its size.

    ``above`` and ``below`` are the heights a and b of each draw, ``gain`` is g, 1/unit. From ``shown`` on, unit, a loss
    of the pattern is more than rounding in a direction without error, and surely found; infinite where it moves none.
    """

    gain: float
    above: Array
    below: Array
    shown: float = np.inf

    def probability(self, losses: Array | float) -> Array:
        """Chance that a loss of each size (unit) is found, false alarms included; the shape of ``losses``."""
        sizes = np.asarray(losses, float)
        chances = np.mean(self._chances(self.gain * sizes[..., None]), axis=-1)
        return np.where(sizes >= self.shown, 1.0, chances)

    def thinned(self, draws: int) -> DetectionCurve:
        """The same from fewer draws, with their mirror images: good enough for the eye."""
        half, kept = len(self.above) // 2, draws // 2
        chosen = np.concatenate([np.arange(min(kept, half)), half + np.arange(min(kept, half))])
        return replace(self, above=self.above[chosen], below=self.below[chosen])

    def standard_error(self, loss: float) -> float:
        """Standard error of that chance at one size; a draw and its mirror image count as one."""
        if loss >= self.shown:
            return 0.0
        chances = self._chances(np.array(self.gain * loss))
        pairs = 0.5 * (chances[: len(chances) // 2] + chances[len(chances) // 2 :])
        return float(np.std(pairs, ddof=1) / np.sqrt(len(pairs)))

    def detectable(self, probability: float) -> float | None:
        """The smallest loss that, it or any larger, is found with this probability, unit; to 1e-6 of it.

        ``None`` where no loss of this pattern can be told from errors, 0 where false alarms alone reach that far.
        """
        require_probability("probability", probability)
        if self.shown < np.inf:
            return smaller(replace(self, shown=np.inf).detectable(probability), self.shown)
        if not self.gain > 0:
            return None
        if float(self.probability(0.0)) >= probability and not self._falls:
            return 0.0
        # A part of the draws brings Newton's steps near.
        if len(self.above) > 4 * _FIRST_DRAWS:
            near = self.thinned(_FIRST_DRAWS).detectable(probability)
            return self._nearest(probability, near or 0.0)
        return self._nearest(probability, 0.0)

    def _nearest(self, probability: float, start: float) -> float | None:
        """Above both branches of every draw the chance grows with the loss: Newton's steps, kept inside a bracket.

        ``None`` where it never grows so far: a draw that never alarms, as where nothing may be spent, has no height.
        """
        heights = self.above[np.isfinite(self.above)]
        if not len(heights):
            return None
        low, high = 0.0, (float(np.max(heights)) - float(ndtri(1.0 - probability)) + 1.0) / self.gain
        if float(self.probability(high)) < probability:
            return None
        # A draw that alarms whatever the loss has an infinite height, so the start is a median and no mean.
        loss = start or (float(np.median(self.above)) + float(ndtri(probability))) / self.gain
        loss = min(max(loss, low), high)
        while high - low > 1e-6 * high:
            excess = float(self.probability(loss)) - probability
            low, high = (low, loss) if excess >= 0 else (loss, high)
            step = excess / max(self._slope(loss), np.finfo(float).tiny)
            if abs(step) <= 5e-7 * high:
                return loss
            loss = loss - step if low < loss - step < high else 0.5 * (low + high)
        return high

    def _slope(self, loss: float) -> float:
        """How fast the chance grows with the loss, 1/unit."""
        height = self.gain * loss
        rising = np.exp(-0.5 * np.square(height - self.above))
        if self._falls:
            rising -= np.exp(-0.5 * np.square(self.below - height))
        return float(np.mean(rising)) * self.gain / float(np.sqrt(2 * np.pi))

    def _chances(self, height: Array) -> Array:
        rising = ndtr(height - self.above)
        if not self._falls:
            return np.asarray(rising)
        return np.where(self.below >= self.above, 1.0, rising + ndtr(self.below - height))

    @property
    def _falls(self) -> bool:
        """Whether any direction points the other way, so that a small loss may be found where a larger is not."""
        return bool(self.below.max() > -np.inf)


def detection_curves(
    directions: Array, limits: Array, moves: Sequence[Array], *, seed: int, draws: int = DETECTION_DRAWS
) -> list[DetectionCurve]:
    """The curves of several patterns under a scan of directions with their limits.

    Parameters
    ----------
    directions, limits
        Unit directions in the space of y, shape (n, directions), and the limit of each; infinite ones never alarm.
    moves
        ``L⁻¹l`` of each pattern, shape (n,): by how much a loss of one unit moves y.
    seed, draws
        Of the simulation; at a chance of 95 % its standard error is some 0.15 points with the default.
    """
    tested = np.isfinite(limits)
    if not tested.any():
        never = np.full(draws, np.inf)
        return [DetectionCurve(float(np.linalg.norm(move)), never, -never) for move in moves]
    directions, bounds = (directions, limits) if tested.all() else (directions[:, tested], limits[tested])
    gains = [float(np.linalg.norm(move)) for move in moves]
    first = np.eye(len(directions))[0]
    along = [move / gain if gain > 0 else first for move, gain in zip(moves, gains, strict=True)]
    slopes = [unit @ directions for unit in along]
    drawn, pointing = _draws(len(directions), draws, seed), directions.astype(np.float32)
    heights: list[list[SingleDirection]] = [[] for _ in moves]
    for start in range(0, draws, _BLOCK):
        block = drawn[start : start + _BLOCK]
        statistics = np.asarray(block @ pointing, np.float32)
        for unit, slope, found in zip(along, slopes, heights, strict=True):
            found.append(_heights(statistics, block @ unit.astype(np.float32), slope, bounds))
    both = (np.concatenate(found, axis=1).astype(np.float64) for found in heights)
    return [DetectionCurve(gain, above, below) for gain, (above, below) in zip(gains, both, strict=True)]


def _heights(statistics: SingleDirection, part: SingleDirection, slope: Array, bounds: Array) -> SingleDirection:
    """Where each draw begins to alarm: ``part`` is that of the draw along the move, ``slope`` that of the directions.

    A statistic s without its part along the move is s − part × slope, and meets its bound b at the height
    ``(b − s)/slope + part``. Windows that ended before the loss stand first, and do not move with it.
    """
    moved = np.flatnonzero(np.abs(slope) > _ASIDE)
    first = int(moved[0]) if len(moved) else len(slope)
    alarmed = np.any(statistics[:, :first] > bounds[:first].astype(np.float32), axis=1)
    statistics, slope, bounds = statistics[:, first:], slope[first:], bounds[first:]
    rising, falling = slope > _ASIDE, slope < -_ASIDE
    aside = ~rising & ~falling
    above, below = np.full((2, len(part)), np.inf, np.float32)
    if rising.any():
        above = _reached(statistics, slope, bounds, rising).min(axis=1) + part
    if falling.any():
        below = _reached(statistics[:, falling], -slope[falling], bounds[falling], falling[falling]).min(axis=1) - part
    if aside.any():
        alarmed |= np.any(statistics[:, aside] > bounds[aside].astype(np.float32), axis=1)
    above[alarmed] = -np.inf
    return np.stack([above, -below])


def _reached(statistics: SingleDirection, slope: Array, bounds: Array, counted: NDArray[np.bool_]) -> SingleDirection:
    """How far along the move each counted direction meets its bound; the others never do."""
    steepness = np.where(counted, slope, 1.0)
    start = np.where(counted, bounds / steepness, np.inf).astype(np.float32)
    return np.asarray(start - statistics * np.where(counted, 1.0 / steepness, 0.0).astype(np.float32))


@lru_cache(maxsize=32)
def _draws(periods: int, draws: int, seed: int) -> SingleDirection:
    """Standard normal draws and their mirror images, the same for every series of as many periods."""
    if draws % 2:
        raise FigureError(f"draws come in mirrored pairs: ask for an even number, not {draws}")
    half = np.random.default_rng([seed, periods]).standard_normal((draws // 2, periods), dtype=np.float32)
    both = np.concatenate([half, -half])
    both.setflags(write=False)
    return both


def limit_detectable(move: Array, *, false_alarm: float, detection: float) -> float | None:
    """The loss that no test of this false-alarm probability could find more often: ``(z(α) + z(1 − β)) / g``, unit.

    ``None`` where the pattern moves nothing that is measured.
    """
    gain = float(np.linalg.norm(move))
    return (_z(false_alarm) + float(ndtri(detection))) / gain if gain > 0 else None


def smaller(loss: float | None, shown: float) -> float | None:
    """The smaller of a loss that is found by chance, ``None`` where none is, and one that shows, infinite if none."""
    least = shown if loss is None else min(loss, shown)
    return least if np.isfinite(least) else None


def limit_power(loss: float, move: Array, *, false_alarm: float) -> float:
    """Chance of the best test for this pattern: ``Φ(L sqrt(l'Σ⁻¹l) − z)``."""
    return float(ndtr(loss * float(np.linalg.norm(move)) - _z(false_alarm)))


def worst_pattern(covariance: Array) -> Array | None:
    """``l ∝ Σ1``, summing to 1: of all patterns the one that the best test finds least often [Avenhaus & Canty 1996].

    ``None`` where the errors of all periods together cancel: then no pattern hides anything.
    """
    pattern = covariance.sum(axis=1)
    total = float(pattern.sum())
    return pattern / total if total > 1e-12 * float(np.trace(covariance)) else None


def _z(false_alarm: float) -> float:
    return -float(ndtri(false_alarm))
