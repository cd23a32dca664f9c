"""Limits that are fixed once and for all as the inventories come in: no later data move them.

Each inventory may spend a part of the false-alarm probability [``figures.planned``]. The windows that end with it share
that part by their weights: window w has the limit z(1 − κ weight), and κ is such that, without loss, the chance of an
alarm at this inventory *and at none before* is what may be spent [Lan & DeMets 1983, Discrete sequential boundaries for
clinical trials]. That chance depends on Σ up to this inventory alone; it is sampled as in ``figures.scan``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from stockward.figures.scan import Crossing, kappa, limits_at

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Flags = NDArray[np.bool_]

DRAWS = 96
"""Each inventory's part is met to some 8 % of itself; over a year of them, all together to 1 or 2 %."""

_LEAST = 1e-14
"""Less than this is not spent, but kept for the next inventory."""

_STEADY = 2.0
"""What is carried on is corrected by no more than this factor at once."""


def nested_limits(
    directions: Array, last: Index, weight: Array, spent: Array, looked_at: Flags, *, seed: int, draws: int = DRAWS
) -> Array:
    """One limit a window, shape (windows,); infinite where nothing may be spent.

    Parameters
    ----------
    directions
        Unit vectors in the space of y, shape (n, windows), in order of ``last``, the period at which each is known.
    weight
        How windows that end together share what may be spent, shape (windows,); positive.
    spent
        False-alarm probability that may have been spent by the end of each period, shape (n,), never falling.
    looked_at
        Inventories that are calibrated, shape (n,). Between them κ is carried on, so that the single chances of an
        inventory's windows are in proportion to what may be spent at it; what that spent in truth is made good at the
        next, and the proportion with it.
    seed, draws
        Of the sampling; same seed, same limits.
    """
    pointing, limits = directions.astype(np.float32), np.full(len(last), np.inf)
    had, meant, carried, found, for_each, before = 0.0, 0.0, 0, 0.0, 0.0, 0.0
    for begin, stop in _by_inventory(last):
        period = int(last[begin])
        known, own, sample = pointing[: period + 1, :stop], weight[begin:stop], (seed, period)
        if looked_at[period]:
            in_between = _carried_chance(known[:, :begin], limits[:begin], carried, sample, draws)
            had += in_between
            allowed = max(float(spent[period]) - had, 0.0)
            if allowed >= _LEAST:
                found = kappa(known, own, allowed, earlier=limits[:begin], like=found, seed=sample, draws=draws)
                limits[begin:stop] = limits_at(found * own)
            if meant > 0:
                for_each *= float(np.clip(meant / max(in_between, _LEAST), 1 / _STEADY, _STEADY))
            elif allowed >= _LEAST:
                for_each = found * float(own.sum()) / allowed
            had, meant, carried = had + allowed, 0.0, stop
        else:
            part = max(float(spent[period]) - before, 0.0)
            limits[begin:stop] = limits_at(for_each * part * own / float(own.sum()))
            meant += part
        before = float(spent[period])
    return limits


def _carried_chance(
    known: NDArray[np.float32], limits: Array, carried: int, seed: tuple[int, int], draws: int
) -> float:
    """What the windows since the last calibration have spent with the limits that they were given."""
    single = ndtr(-limits[carried:])
    counted = single > 0
    if not counted.any():
        return 0.0
    kept = np.concatenate([np.ones(carried, bool), counted])
    return Crossing.of(known[:, kept], single[counted], earlier=limits[:carried], seed=(*seed, 1), draws=draws).chance


def _by_inventory(last: Index) -> Iterator[tuple[int, int]]:
    """First window and end of the windows that end with each period."""
    edges = [0, *(np.flatnonzero(np.diff(last)) + 1).tolist(), len(last)]
    return pairwise(edges)
