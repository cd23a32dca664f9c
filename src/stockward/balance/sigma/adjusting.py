"""The rows adjusted until every difference is zero: what the books would say had nobody erred, and nothing gone.

Of all quantities whose differences are zero, those nearest to the recorded ones in units of their errors: least squares
with V, the covariance of the errors of measurement (fresh ones on the diagonal, those shared by a method between two
calibrations, and those of a reading that several rows repeat),

    x̂ = x − V Aᵀ (A V Aᵀ)⁺ (A x − d)

[Mikhail & Ackermann 1976, Observations and Least Squares, ch. 6: adjustment by conditions]. Exact rows have V = 0 and
stay as they are. With V = B Bᵀ it is the shortest u with A B u = A x − d. Few periods are solved by the eigenvalues of
A V Aᵀ, many by LSQR, which never forms it [Paige & Saunders 1982].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stockward.balance.sigma.incidence import Incidence, SeriesIncidence
from stockward.balance.sigma.measured import MeasuredRows
from stockward.stats.arrays import Array, Flags, Index

if TYPE_CHECKING:
    from scipy.sparse import csr_array


COVARIANCE_ROUNDING = 1e-9
"""A difference within this share of all that enters it is zero."""

_ROUNDS = 12
_STEPS = 20_000
_FEW = 2_500
_NO_VARIANCE = 1e-13


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Quantities of all rows, and by series (in the order of the incidence) what no measured row could take up.

    ``standing`` is zero where the adjustment reached its aim. It is not where only exact rows enter: a missing box
    stays missing.
    """

    quantity: Array
    standing: tuple[Array, ...]


def adjust(incidence: Incidence) -> Adjusted:
    """Adjust the recorded quantities until the difference of every closed period is zero; none falls below zero."""
    from scipy.sparse import csr_array, vstack

    rows = incidence.rows
    parts, offsets = [], []
    # A difference of the site is a sum of those of its areas.
    for series in incidence.series[: incidence.areas]:
        selected = series.incidence[np.flatnonzero(series.kept)].tocoo()
        columns = series.rows[selected.coords[1]]
        parts.append(csr_array((selected.data, (selected.coords[0], columns)), shape=(selected.shape[0], len(rows))))
        offsets.append(series.offset[series.kept])
    quantity = rows.quantity.copy()
    if parts:
        matrix, offset = vstack(parts, format="csr"), np.concatenate(offsets)
        free = rows.weighed & (rows.quantity > 0)
        size = abs(matrix) @ np.abs(quantity) + np.abs(offset)
        for _ in range(_ROUNDS):
            difference = matrix @ quantity - offset
            if np.all(np.abs(difference) <= 1e-3 * COVARIANCE_ROUNDING * size):
                break
            quantity = quantity - _correction(matrix, rows, free, difference)
            # What would have to be negative is nothing, and the other rows take up the rest.
            free &= quantity > 0
            quantity = np.maximum(quantity, 0.0)
    return Adjusted(quantity, tuple(_standing(series, quantity) for series in incidence.series))


def _correction(matrix: csr_array, rows: MeasuredRows, free: Flags, difference: Array) -> Array:
    """``V Aᵀ (A V Aᵀ)⁺ D``, errors by the recorded quantities."""
    from scipy.sparse import diags_array, hstack

    fresh = np.where(free & (rows.reading < 0), np.hypot(rows.random_rel * rows.quantity, rows.random_abs), 0.0)
    relative = np.where(free, rows.systematic_rel * rows.quantity, 0.0)
    absolute = np.where(free, rows.systematic_abs, 0.0)
    shared = [_by_group(errors, rows.group, rows.groups) for errors in (relative, absolute)]
    read = (np.where(free, rows.random_rel * rows.quantity, 0.0), np.where(free, rows.random_abs, 0.0))
    shared += [_by_group(errors, rows.reading, rows.readings) for errors in read]
    errors = hstack([diags_array(fresh), *shared], format="csr")
    system = matrix @ errors
    sigma = np.sqrt(np.asarray((system * system).sum(axis=1)).ravel())
    measured = np.flatnonzero(sigma > 0)
    scaled = diags_array(1.0 / sigma[measured]) @ system[measured]
    return np.asarray(errors @ _shortest(scaled, difference[measured] / sigma[measured]))


def _by_group(errors: Array, group: Index, groups: int) -> csr_array:
    """Errors that all rows of a group share, one column a group; rows of none (−1) have no part in it."""
    from scipy.sparse import csr_array

    grouped = np.flatnonzero(group >= 0)
    return csr_array((errors[grouped], (grouped, group[grouped])), shape=(len(group), max(groups, 1)))


def _shortest(system: csr_array, aim: Array) -> Array:
    """The shortest u with ``system @ u = aim``, or nearest to it."""
    from scipy.linalg import eigh
    from scipy.sparse.linalg import lsqr

    if not len(aim):
        return np.zeros(system.shape[1])
    if len(aim) > _FEW:
        return np.asarray(lsqr(system, aim, atol=1e-14, btol=1e-14, iter_lim=_STEPS)[0])
    values, vectors = eigh((system @ system.T).toarray())
    kept = values > _NO_VARIANCE * values[-1]
    return np.asarray(system.T @ (vectors[:, kept] @ ((aim @ vectors[:, kept]) / values[kept])))


def _standing(series: SeriesIncidence, quantity: Array) -> Array:
    """What is left of the differences of one series, beyond rounding; 0 in periods that are not closed."""
    own = quantity[series.rows]
    left = series.differences(own[None])[0]
    size = abs(series.incidence) @ own + np.abs(series.offset)
    return np.where(series.kept & (np.abs(left) > COVARIANCE_ROUNDING * size), left, 0.0)
