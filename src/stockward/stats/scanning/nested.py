"""Limits that are fixed once and for all as the inventories come in: no later data move them.

Each inventory may spend a part of the false-alarm probability [``scanning.planned``]. The windows that end with it
share that part by their weights: window w has the limit z(1 − κ weight), and κ is such that, without loss, the chance
of an alarm at this inventory *and at none before* is what may be spent [Lan & DeMets 1983, Discrete sequential
boundaries for clinical trials]. That chance depends on Σ up to this inventory alone; it is sampled as
in ``scanning.scan``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from stockward.stats.arrays import Array, Places
from stockward.stats.scanning.scan import MARGIN, MOST_DIRECTIONS, ROUNDS, Crossing, limits_at, raised

SingleLimit = NDArray[np.float32]

LIMIT_DRAWS = 128
"""A small part of what has been spent is met to some 6 % of itself; over a year of them, all together to some 2 %, and
to 3 % where many inventories come at random."""

_LEAST = 1e-14
"""Less than this is not spent, but kept for the next inventory."""

_STEADY = 2.0
"""What is carried on is corrected by no more than this factor at once."""


def nested_limits(
    directions: Array,
    last: Places,
    weight: Array,
    spent: Array,
    sharpness: Places,
    *,
    seed: int,
    draws: int = LIMIT_DRAWS,
) -> Array:
    """One limit a window of each series, shape (series, windows); infinite where nothing may be spent.

    The series are counted at the same moments; each has limits of its own, the same as if it stood alone.

    Parameters
    ----------
    directions
        Unit vectors in the space of y, shape (series, n, windows), in order of ``last``, the period at which each is
        known.
    weight
        How windows that end together share what may be spent, shape (windows,); positive.
    spent
        False-alarm probability that may have been spent by the end of each period, shape (series, n), never falling.
    sharpness
        By how much the draws are multiplied at each inventory, shape (n,); 0 where it is not calibrated. Between those
        that are, κ is carried on, so that the single chances of an inventory's windows are in proportion to what may
        be spent at it; what that spent in truth is made good at the next, and the proportion with it.
    seed, draws
        Of the sampling; same seed, same limits.
    """
    series = len(directions)
    pointing, limits = directions.astype(np.float32), np.full((series, len(last)), np.inf)
    had, meant, found, for_each, before = np.zeros((5, series))
    carried = 0
    for begin, stop in _by_inventory(last):
        period = int(last[begin])
        known, own, now = pointing[:, : period + 1, :stop], weight[begin:stop], spent[:, period]
        if sharpness[period]:
            sharp = draws * int(sharpness[period])
            in_between = _carried_chance(known[:, :, :begin], limits[:, :begin], carried, (seed, period), draws)
            had = had + in_between
            allowed = np.maximum(now - had, 0.0)
            spending = np.flatnonzero(allowed >= _LEAST)
            if len(spending):
                start = np.maximum(found, allowed / float(own.sum()))
                found[spending] = _kappa(known, limits[:, :begin], own, allowed, start, spending, (seed, period), sharp)
                limits[spending, begin:stop] = limits_at(found[spending, None] * own)
            if carried < begin:
                ratio = np.clip(meant / np.maximum(in_between, _LEAST), 1 / _STEADY, _STEADY)
                for_each = np.where(meant > 0, for_each * ratio, for_each)
            fresh = np.where(allowed >= _LEAST, found * float(own.sum()) / np.maximum(allowed, _LEAST), for_each)
            for_each = np.where(meant > 0, for_each, fresh)
            had, meant, carried = had + allowed, np.zeros(series), stop
        else:
            part = np.maximum(now - before, 0.0)
            limits[:, begin:stop] = limits_at((for_each * part)[:, None] * own / float(own.sum()))
            meant = meant + part
        before = now
    return limits


def _by_inventory(last: Places) -> Iterator[tuple[int, int]]:
    """First window and end of the windows that end with each period."""
    edges = [0, *(np.flatnonzero(np.diff(last)) + 1).tolist(), len(last)]
    return pairwise(edges)


def _carried_chance(known: SingleLimit, limits: Array, carried: int, seed: tuple[int, int], draws: int) -> Array:
    """What the windows since the last calibration have spent with the limits that they were given, by series."""
    single = ndtr(-limits[:, carried:])
    counted = single.sum(axis=1) > 0
    chances = np.zeros(len(limits))
    if counted.any():
        earlier = limits[counted, :carried]
        crossing = Crossing.of(known[counted], single[counted], seed=(*seed, 1), draws=draws, earlier=earlier)
        chances[counted] = crossing.chance
    return chances


def _kappa(
    known: SingleLimit, earlier: Array, weight: Array, allowed: Array, start: Array, which: Places,
    seed: tuple[int, ...], draws: int,
) -> Array:  # fmt: skip
    """κ at which the newest windows cross, and none before, with the chance allowed; of the series asked for."""
    most = MOST_DIRECTIONS / float(weight.max())
    if known.shape[2] == 1:
        # A single window crosses with its own chance.
        return np.minimum(allowed[which] / float(weight[0]), most)
    kappa = np.minimum(MARGIN * start, most)
    found, open_ = np.zeros(len(start)), which
    for _ in range(ROUNDS):
        single = kappa[open_, None] * weight
        crossing = Crossing.of(known[open_], single, seed=seed, draws=draws, earlier=earlier[open_])
        enough = (crossing.chance >= allowed[open_]) | (kappa[open_] >= most)
        done = open_[enough]
        found[done] = kappa[done] * crossing.level(allowed[open_])[enough]
        left = crossing.chance[~enough]
        open_ = open_[~enough]
        if not len(open_):
            break
        kappa[open_] = np.minimum(raised(kappa[open_], left, allowed[open_]), most)
    found[open_] = kappa[open_]
    return found[which]
