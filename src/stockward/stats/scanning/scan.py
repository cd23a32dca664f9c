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

from stockward.stats.arrays import Array, Flags, Places

SingleWindow = NDArray[np.float32]

SCAN_DRAWS = 400
"""Relative standard error of a chance is then about 3 %, and of a limit a few thousandths."""

FAINTEST = 1e-290
"""A chance below this is not sampled: the heights that it asks for are beyond what a float can tell apart."""

MOST_DIRECTIONS = 0.45
"""Most of a chance that one direction may have, so that every limit stays above zero."""

MARGIN = 1.5
"""How far beyond the chance that is wanted the next κ aims."""

ROUNDS = 40
"""So often κ is raised at most."""

_MANY, _NEAR = 40, 8
_REMEMBERED = 1 << 20
"""Figures of a sample that are kept for the next family of the same shape."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Draws in which some direction crosses, in order of how much smaller the single chances might have been.

    Of several families at once, shape (families, draws) each. ``levels`` are those factors, rising, at most 1;
    ``chances`` is the chance that is gathered up to each.
    """

    levels: Array
    chances: Array

    @classmethod
    def of(
        cls, pointing: SingleWindow, single: Array, *, seed: tuple[int, ...], draws: int, earlier: Array | None = None
    ) -> Crossing:
        """Sample the crossing of unit directions, each with its own chance to cross.

        Parameters
        ----------
        pointing
            The directions of each family, shape (families, n, directions).
        single
            Chance of each direction, shape (families, directions); without ``earlier``, of all of them.
        seed, draws
            Of the sample: all families see the same draws.
        earlier
            Limits of the first directions, shape (families, some): chances are then those that none of these crosses.
        """
        old = 0 if earlier is None else earlier.shape[1]
        sample = _Sample.of(np.ascontiguousarray(pointing[:, :, old:]), single, seed=seed, draws=draws)
        crosses = sample.statistics > (-ndtri(single)).astype(np.float32)[:, None, :]
        place, direction = np.divmod(np.flatnonzero(crosses), single.shape[1])
        own = direction == sample.chosen.ravel()[place]
        family = place // draws
        statistic = sample.statistics[family, place % draws, direction]
        reached = np.where(own, sample.height.ravel()[place], statistic)
        ratios = log_ndtr(-reached) - np.log(single[family, direction])
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        levels = np.exp(np.minimum(np.minimum.reduceat(ratios, starts), 0.0)).reshape(len(single), draws)
        weight = sample.weight(crosses)
        if earlier is not None and old:
            before = sample.figures @ np.ascontiguousarray(pointing[:, :, :old])
            weight = weight * np.all(before <= earlier.astype(np.float32)[:, None, :], axis=-1)
        order = np.argsort(levels, axis=1, kind="stable")
        gathered = np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1) / draws
        return cls(np.take_along_axis(levels, order, axis=1), gathered)

    @property
    def chance(self) -> Array:
        """Chance that any of the directions crosses, by family."""
        return self.chances[:, -1]

    def level(self, chance: Array) -> Array:
        """The factor of all single chances at which that chance is so large, by family; 1 where it never is."""
        place = np.sum(self.chances < chance[:, None], axis=1)
        inside = np.minimum(place, self.levels.shape[1] - 1)[:, None]
        return np.where(place < self.levels.shape[1], np.take_along_axis(self.levels, inside, axis=1)[:, 0], 1.0)


@dataclass(frozen=True, slots=True)
class _Sample:
    """Draws of which each crosses in a direction chosen by its own chance.

    ``total`` is the sum of the single chances of each family; ``chosen`` the direction and ``height`` its statistic,
    shape (families, draws); ``figures`` are y, (families, draws, n), and ``statistics`` those of every direction,
    (families, draws, directions), beyond all limits in the one chosen.
    """

    total: Array
    chosen: Places
    height: Array
    figures: SingleWindow
    statistics: SingleWindow

    @classmethod
    def of(cls, pointing: SingleWindow, single: Array, *, seed: tuple[int, ...], draws: int) -> _Sample:
        strata, heights, plain = drawn_directions(draws, pointing.shape[1], seed)
        total = single.sum(axis=1)
        below = np.cumsum(single, axis=1) / total[:, None]
        places = np.stack([np.searchsorted(row, strata) for row in below])
        chosen = np.minimum(places, single.shape[1] - 1)
        height = -ndtri(np.take_along_axis(single, chosen, axis=1) * heights)
        figures = np.swapaxes(pointing, 1, 2)[np.arange(len(pointing))[:, None], chosen]
        figures *= (height.astype(np.float32) - np.einsum("dp,fdp->fd", plain, figures))[..., None]
        figures += plain
        statistics = figures @ pointing
        # What was drawn to cross crosses, whatever the rounding of a single float.
        np.put_along_axis(statistics, chosen[..., None], np.inf, axis=-1)
        return cls(total, chosen, height, figures, statistics)

    def weight(self, crosses: Flags) -> Array:
        """What each draw adds to the chance of any crossing, shape (families, draws)."""
        return np.asarray(self.total[:, None] / crosses.sum(axis=-1, dtype=np.int32))


def drawn_directions(draws: int, periods: int, seed: tuple[int, ...]) -> tuple[Array, Array, SingleWindow]:
    """Two figures in strata from 0 to 1, shape (draws,), and normal ones, (draws, periods): what a sample needs."""
    return (_kept_draws if draws * periods <= _REMEMBERED else _fresh_draws)(draws, periods, seed)


def _fresh_draws(draws: int, periods: int, seed: tuple[int, ...]) -> tuple[Array, Array, SingleWindow]:
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
        return np.asarray(-ndtri(np.clip(chances, 0.0, MOST_DIRECTIONS)))


def calibrate(directions: Array, weight: Array, false_alarm: float, *, seed: int, draws: int = SCAN_DRAWS) -> Array:
    """One limit a direction, so that the whole family crosses with probability ``false_alarm``.

    Direction i has the limit z(1 − κ weightᵢ), with one κ for all. Single chances stay below ``MOST_DIRECTIONS``: few
    directions at a large ``false_alarm`` cross less often than asked for.
    """
    pointing, most = directions.astype(np.float32)[None], MOST_DIRECTIONS / float(weight.max())
    if len(weight) == 1:
        return limits_at(np.array([false_alarm]))
    kappa = min(MARGIN * false_alarm / float(weight.sum()), most)
    # Of many directions that cross together a part of the draws brings κ near.
    near = (_NEAR, _NEAR) if len(weight) > _MANY else ()
    for part in (*near, *(1,) * ROUNDS):
        crossing = Crossing.of(pointing, kappa * weight[None], seed=(seed,), draws=draws // part)
        chance = float(crossing.chance[0])
        enough = chance >= false_alarm or kappa >= most
        if enough and part == 1:
            return limits_at(kappa * float(crossing.level(np.array([false_alarm]))[0]) * weight)
        if not enough:
            kappa = min(float(raised(kappa, chance, false_alarm)), most)
    return limits_at(kappa * weight)


def raised(kappa: Array | float, chance: Array | float, wanted: Array | float) -> Array:
    """A κ that comes nearer to the chance that is wanted, from one at which it is less: beyond it, more often than not.

    Chances grow more slowly than κ, since directions that cross together count once.
    """
    return np.asarray(MARGIN * kappa * wanted / np.maximum(chance, np.asarray(wanted) / 8))


def crossing_probability(directions: Array, limits: Array, *, seed: int, draws: int = SCAN_DRAWS) -> float:
    """Chance that any direction of standard normal y crosses its limit; exact for a single direction.

    Where it is too faint to be sampled, the sum of the single chances stands for it.
    """
    single = ndtr(-limits)
    total = float(single.sum())
    if len(limits) == 1 or total < FAINTEST:
        return total
    counted = single > 0
    pointing, bounds = directions[:, counted].astype(np.float32), limits[counted].astype(np.float32)
    sample = _Sample.of(pointing[None], single[None, counted], seed=(seed,), draws=draws)
    return min(1.0, float(np.mean(sample.weight(sample.statistics > bounds))))
