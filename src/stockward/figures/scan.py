"""The chance that the largest of many correlated Gaussian statistics crosses its limit.

Every linear test of loss is such a family: unit directions in the space of the independent figures y (SITMUF), each
with a limit. The chance of any crossing is estimated by importance sampling: a direction is drawn with probability
proportional to its own chance, y is drawn given that this one crosses, and the sum of the single chances is divided
by the number of directions that cross. The estimate is unbiased, and its relative error stays bounded however small
the chance is [Naiman & Priebe 2001, Computing scan statistic p values using importance sampling].
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]
Single = NDArray[np.float32]

DRAWS = 4000
"""Relative standard error of a chance is then about 1 %."""

FAINTEST = 1e-290
"""A chance below this is not sampled: the heights that it asks for are beyond what a float can tell apart."""

_LARGEST = 0.45
"""Most of a chance that one direction may have, so that every limit stays above zero."""

_STEPS = (4, 4, 2, 1)
"""Draws are divided by these in the steps of a calibration: the first need not be sharp."""


@dataclass(frozen=True, slots=True)
class Family:
    """Directions of one test, shape (n, directions), sorted by the period ``ends`` at which each becomes known.

    ``classes`` numbers the directions that share one limit, from 0, and ``shares`` says how the false-alarm
    probability is split among the classes before their correlation is known (each class splits its own equally).
    """

    directions: Array
    ends: NDArray[np.intp]
    classes: NDArray[np.intp]
    shares: Array

    @property
    def members(self) -> NDArray[np.intp]:
        """How many directions each class has."""
        return np.bincount(self.classes, minlength=len(self.shares))


def tail_sample(directions: Array, limits: Array, *, draws: int, seed: int) -> tuple[Single, Array]:
    """Statistics drawn given that some direction crosses its limit, and their weights.

    Returns statistics of shape (draws, directions) and weights of shape (draws,), such that the chance of any event
    inside the crossing of these limits is the mean of weight × event. The whole mean is the chance of a crossing.
    """
    strata, heights, plain = _draws(directions.shape, draws, seed)
    chances = ndtr(-limits)
    total = float(chances.sum())
    chosen = np.minimum(np.searchsorted(np.cumsum(chances) / total, strata), len(limits) - 1)
    height = -ndtri(chances[chosen] * heights)
    along = directions[:, chosen].T
    figures = plain + along * (height - np.einsum("ij,ij->i", plain, along))[:, None]
    statistics = figures.astype(np.float32) @ directions.astype(np.float32)
    statistics[np.arange(draws), chosen] = height
    crossing = np.count_nonzero(statistics > limits.astype(np.float32), axis=1)
    return statistics, total / np.maximum(crossing, 1)


@lru_cache(maxsize=8)
def _draws(shape: tuple[int, ...], draws: int, seed: int) -> tuple[Array, Array, Array]:
    """What a sample is made of, the same for all families of a shape: two in strata from 0 to 1, and normal figures.

    Both the direction and the height are drawn in strata, which removes most of their sampling error.
    """
    rng = np.random.default_rng([seed, *shape])
    directions = (np.arange(draws) + rng.random(draws)) / draws
    heights = (rng.permutation(draws) + rng.random(draws)) / draws
    drawn = (directions, heights, rng.standard_normal((draws, shape[0])))
    for values in drawn:
        values.setflags(write=False)
    return drawn


def crossing_probability(directions: Array, limits: Array, *, seed: int, draws: int = DRAWS) -> float:
    """Chance that any direction of standard normal y crosses its limit; exact for a single direction.

    Where it is too faint to be sampled, the sum of the single chances stands for it.
    """
    total = float(ndtr(-limits).sum())
    if len(limits) == 1 or total < FAINTEST:
        return total
    _, weights = tail_sample(directions, limits, draws=draws, seed=seed)
    return min(1.0, float(weights.sum()) / draws)


def calibrate(family: Family, false_alarm: float, *, seed: int, draws: int = DRAWS, like: Array | None = None) -> Array:
    """One limit a class, so that the whole family crosses with probability ``false_alarm``.

    ``like`` are the limits of a similar family: fewer steps then settle it.

    A direction of class c has the limit z(1 − κ shareᶜ / membersᶜ). The chance of a crossing grows nearly as κ, so a
    few steps of κ ← κ × (chance asked for / chance had) settle it to the error of the sampling, about 1 % of it.
    Limits stay above zero: few directions at a large ``false_alarm`` cross less often than asked for.
    """
    per_direction = family.shares / family.members
    most = _LARGEST / float(np.max(per_direction))
    if len(family.classes) == 1:
        return np.asarray(-ndtri(np.array([min(false_alarm, _LARGEST)])))
    kappa = min(false_alarm if like is None else float(ndtr(-like[0]) / per_direction[0]), most)
    for step in _STEPS if like is None else _STEPS[-2:]:
        limits = -ndtri(kappa * per_direction)
        chance = crossing_probability(family.directions, limits[family.classes], seed=seed, draws=draws // step)
        kappa = min(kappa * false_alarm / chance, most)
    return np.asarray(-ndtri(kappa * per_direction))
