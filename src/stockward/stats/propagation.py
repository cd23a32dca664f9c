"""Propagation of measurement errors into the covariance of inventory differences.

The differences of n periods are ``A x``, x the measured terms; each term is true × (1 + r + s) + a + b [IAEA
safeguards glossary; Jaech, Statistical Methods in Nuclear Material Control, 1973]. Hence Σ is the sum of a
tridiagonal part from random errors (an inventory that is measured once ends one period and begins the next) and
``G diag(σs²) Gᵀ`` from systematic ones, G[i, g] being the signed quantity of period i that was measured with
method-and-calibration g. A random draw that several terms share, because they repeat one reading, is to them what a
systematic error is to all terms of its group: its part of Σ is ``R Rᵀ``, R[i, r] being the signed σ of draw r in
period i.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stockward.stats.arrays import Array, Index

CANCELLED = 1e-12
"""A sum of errors that are shared, and within this share of its terms, has cancelled."""

_BLOCK_BYTES = 1 << 20
"""Rows are taken in blocks of about this size, so that the second pass finds them in the cache."""


def random_covariance(single: Array, shared: Array) -> Array:
    """Covariance of the differences from random errors, unit²; shape (..., n, n).

    Parameters
    ----------
    single
        Variance of all terms of each period, both its inventories included; shape (..., n).
    shared
        Variance of the inventory between each period and the next, 0 where they share none; shape (..., n − 1).
    """
    periods = single.shape[-1]
    covariance = np.zeros((*single.shape, periods))
    each = np.arange(periods)
    covariance[..., each, each] = single
    covariance[..., each[:-1], each[1:]] = -shared
    covariance[..., each[1:], each[:-1]] = -shared
    return covariance


def systematic_covariance(signed: Array, variance: Array) -> Array:
    """``G diag(σs²) Gᵀ``, unit²; shape (..., n, n).

    Parameters
    ----------
    signed
        G: signed quantity (for an absolute error, signed number of measurements) of each period by each group of
        measurements that share one systematic error; shape (..., n, groups).
    variance
        σs² of each group; shape (groups,).
    """
    weighted = signed * np.sqrt(variance)
    return np.asarray(weighted @ np.swapaxes(weighted, -1, -2))


def gathered(period: Index, draw: Index, signed: Array, periods: int) -> tuple[Index, Index, Array]:
    """R[i, r], the signed σ of each shared draw in each period, where it is not zero: period, draw and sum.

    Terms that share a draw within one period add up with their signs before they are squared; what has cancelled
    leaves only rounding, and is no σ. They come in order of draw and period; ``periods`` is the number of all.

    Parameters
    ----------
    period, draw, signed
        One entry a term: the period that it enters, the number of the draw, and its σ with the sign, unit.
    """
    codes, place = np.unique(draw * periods + period, return_inverse=True)
    total = np.bincount(place, signed, len(codes)).astype(float)
    kept = np.abs(total) > CANCELLED * np.bincount(place, np.abs(signed), len(codes))
    return codes[kept] % max(periods, 1), codes[kept] // max(periods, 1), total[kept]


def items_drawn(period: Index, lot: Index, variance: Array, periods: int) -> tuple[Index, Index, Array]:
    """R[i, r] of errors that are fresh for each item, of items that are known by their lot alone: as ``gathered``.

    Which items of its lot a row names nobody knows. But an item that enters a period is an item that leaves it: what
    is common to both cancels, item by item, and only those that are left of the lot bring their errors, however the
    rows are cut. Different periods are left with different items, until some come back: those that went last. So the
    error that has entered up to the end of a period is a random walk, at the place to which all that is left of the
    lot has led. Draws are numbered below zero.

    Parameters
    ----------
    period, lot, variance
        One entry a term: the period that it enters, the lot, and the variance of all its items, each drawn afresh, with
        the sign of the term, unit².
    """
    codes, place = np.unique(lot * periods + period, return_inverse=True)
    left = np.bincount(place, variance, len(codes)).astype(float)
    kept = np.abs(left) > CANCELLED * np.bincount(place, np.abs(variance), len(codes))
    lots, spans, left = codes[kept] // max(periods, 1), codes[kept] % max(periods, 1), left[kept]
    of_each = np.split(left, np.flatnonzero(np.diff(lots)) + 1)
    end = np.concatenate([np.cumsum(of_lot) for of_lot in of_each])
    # Every place of a walk, in order, and the steps between two that each period goes over.
    reached, number = np.unique(
        np.stack([np.tile(lots, 2), np.concatenate([end - left, end])]), axis=1, return_inverse=True
    )
    begun, ended = np.split(number.ravel(), 2)
    first, count = np.minimum(begun, ended), np.abs(ended - begun)
    entry = np.repeat(np.arange(len(left)), count)
    step = first[entry] + np.arange(len(entry)) - np.repeat(np.cumsum(count) - count, count)
    length = np.diff(reached[1])[step]
    kept = length > CANCELLED * np.abs(left[entry])
    return spans[entry][kept], -1 - step[kept], (np.sign(left[entry]) * np.sqrt(np.maximum(length, 0.0)))[kept]


def shared_covariance(period: Index, draw: Index, total: Array, periods: int) -> Array:
    """``R Rᵀ``, unit²; shape (periods, periods), from what ``gathered`` returns."""
    from scipy.sparse import csr_array

    _, column = np.unique(draw, return_inverse=True)
    signed = csr_array((total, (period, column)), shape=(periods, int(np.max(column, initial=-1)) + 1))
    return np.asarray((signed @ signed.T).toarray())


def stream_sums(values: Array, edges: NDArray[np.intp]) -> tuple[Array, Array]:
    """Sums and sums of squares of a measured stream over consecutive periods.

    ``values`` has shape (realisations, samples); period i holds the samples ``edges[i]`` up to, not including,
    ``edges[i + 1]``. Both results have shape (realisations, periods). The sum gives the flow of each period, the sum
    of squares its random variance per unit of relative variance, where each sample is measured on its own. No period is
    empty.
    """
    realisations, samples = values.shape
    lengths = np.diff(edges)
    sums, squares = np.empty((2, realisations, len(lengths)))
    block = max(1, _BLOCK_BYTES // (8 * max(samples, 1)))
    for first in range(0, realisations, block):
        rows = slice(first, first + block)
        part = values[rows, edges[0] : edges[-1]]
        np.add.reduceat(part, edges[:-1] - edges[0], axis=1, out=sums[rows])
        if np.all(lengths == lengths[0]):
            cut = part.reshape(len(part), len(lengths), lengths[0])
            np.vecdot(cut, cut, out=squares[rows])
        else:
            for period in range(len(lengths)):
                cut = values[rows, edges[period] : edges[period + 1]]
                squares[rows, period] = np.vecdot(cut, cut)
    return sums, squares
