"""The chance that the largest of many correlated Gaussian statistics crosses its limit.

Every linear test of loss is such a family: unit directions in the space of the independent figures y (SITMUF), each
with a limit. The chance of any crossing is estimated by importance sampling: a direction is drawn with probability
proportional to its own chance, y is drawn given that this one crosses, and the sum of the single chances is divided
by the number of directions that cross. The estimate is unbiased, and its relative error stays bounded however small
the chance is [Naiman & Priebe 2001, Computing scan statistic p values using importance sampling]. One sample tells the
chance for all smaller single chances too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr, ndtri

Array = NDArray[np.float64]
Single = NDArray[np.float32]

DRAWS = 400
"""Relative standard error of a chance is then about 3 %, and of a limit a few thousandths."""

FAINTEST = 1e-290
"""A chance below this is not sampled: the heights that it asks for are beyond what a float can tell apart."""

MOST = 0.45
"""Most of a chance that one direction may have, so that every limit stays above zero."""

MARGIN = 1.5
"""κ is begun, and raised, this much beyond what seems to be enough."""

ROUNDS = 40
"""So often κ is raised at most."""

_REMEMBERED = 1 << 20
"""Figures of a sample that are kept for the next family of the same shape."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Draws in which some direction crosses, in order of how much smaller the single chances might have been.

    ``levels`` are those factors, rising, at most 1; ``chances`` is the chance that is gathered up to each.
    """

    levels: Array
    chances: Array

    @classmethod
    def of(cls, pointing: Single, single: Array, *, seed: tuple[int, ...], draws: int) -> Crossing:
        """Sample the crossing of unit directions, shape (n, directions), each with its own chance to cross."""
        limits = -ndtri(single)
        strata, heights, plain = drawn(draws, len(pointing), seed)
        total = float(single.sum())
        chosen = np.minimum(np.searchsorted(np.cumsum(single) / total, strata), len(single) - 1)
        height = -ndtri(single[chosen] * heights)
        along = pointing[:, chosen].T
        figures = plain + along * (height.astype(np.float32) - np.einsum("ij,ij->i", plain, along))[:, None]
        found = figures @ pointing
        rows = np.arange(draws)
        # What was drawn to cross crosses, whatever the rounding of a single float.
        found[rows, chosen] = np.inf
        row, direction = np.nonzero(found > limits.astype(np.float32))
        reached = np.where(direction == chosen[row], height[row], found[row, direction])
        ratios = log_ndtr(-reached) - np.log(single[direction])
        starts = np.searchsorted(row, rows)
        levels = np.exp(np.minimum(np.minimum.reduceat(ratios, starts), 0.0))
        weight = total / np.diff(starts, append=len(row))
        order = np.argsort(levels, kind="stable")
        return cls(levels[order], np.cumsum(weight[order]) / draws)

    @property
    def chance(self) -> float:
        """Chance that any of the directions crosses."""
        return float(self.chances[-1])

    def level(self, chance: float) -> float:
        """The factor of all single chances at which that chance is so large; 1 where it never is."""
        place = int(np.searchsorted(self.chances, chance))
        return 1.0 if place >= len(self.levels) else float(self.levels[place])


def drawn(draws: int, periods: int, seed: tuple[int, ...]) -> tuple[Array, Array, Single]:
    """Two figures in strata from 0 to 1, shape (draws,), and normal ones, (draws, periods): what a sample needs."""
    return (_kept_draws if draws * periods <= _REMEMBERED else _fresh_draws)(draws, periods, seed)


def _fresh_draws(draws: int, periods: int, seed: tuple[int, ...]) -> tuple[Array, Array, Single]:
    """The same for all families of a shape; strata remove most of the sampling error of direction and height."""
    rng = np.random.default_rng([*seed, draws, periods])
    strata = (np.arange(draws) + rng.random(draws)) / draws
    heights = (rng.permutation(draws) + rng.random(draws)) / draws
    sample = (strata, heights, rng.standard_normal((draws, periods), dtype=np.float32))
    for values in sample:
        values.setflags(write=False)
    return sample


_kept_draws = lru_cache(maxsize=160)(_fresh_draws)


def limits_at(chances: Array) -> Array:
    """Limits z(1 − chance), infinite where the chance is none."""
    with np.errstate(divide="ignore"):
        return np.asarray(-ndtri(np.clip(chances, 0.0, MOST)))


def raised(kappa: Array | float, wanted: Array | float, chance: Array | float, most: float) -> Array:
    """The next κ to try where one gives less than the chance that is wanted."""
    return np.asarray(np.minimum(MARGIN * kappa * wanted / np.maximum(chance, wanted / 8), most))


def calibrate(directions: Array, weight: Array, false_alarm: float, *, seed: int, draws: int = DRAWS) -> Array:
    """One limit a direction, so that the whole family crosses with probability ``false_alarm``.

    Direction i has the limit z(1 − κ weightᵢ), with one κ for all. Single chances stay below ``MOST``: few directions
    at a large ``false_alarm`` cross less often than asked for.
    """
    pointing, most = directions.astype(np.float32), MOST / float(weight.max())
    if len(weight) == 1:
        return limits_at(np.array([false_alarm]))
    kappa = min(MARGIN * false_alarm / float(weight.sum()), most)
    for _ in range(ROUNDS):
        crossing = Crossing.of(pointing, kappa * weight, seed=(seed,), draws=draws)
        if crossing.chance >= false_alarm or kappa >= most:
            return limits_at(kappa * crossing.level(false_alarm) * weight)
        kappa = float(raised(kappa, false_alarm, crossing.chance, most))
    return limits_at(kappa * weight)


def crossing_probability(directions: Array, limits: Array, *, seed: int, draws: int = DRAWS) -> float:
    """Chance that any direction of standard normal y crosses its limit; exact for a single direction.

    Where it is too faint to be sampled, the sum of the single chances stands for it.
    """
    single = ndtr(-limits)
    total = float(single.sum())
    if len(limits) == 1 or total < FAINTEST:
        return total
    counted = single > 0
    crossing = Crossing.of(directions[:, counted].astype(np.float32), single[counted], seed=(seed,), draws=draws)
    return min(1.0, crossing.chance)
