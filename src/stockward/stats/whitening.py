"""Standardised independent differences (SITMUF): each difference less what the earlier ones foretell, over its σ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stockward.stats.arrays import Array

RESOLVED = 2.0**-46
"""Share of a variance that can be told from the rounding of its computation: sixty-four last digits.

A combination ``c`` of differences has the variance ``c' Σ c``, whose terms are at most ``(Σ |cᵢ| σᵢ)²`` together; of
these the last digits are noise [Higham 2002, Accuracy and Stability, ch. 10]. It is weighed against the terms of the
combination itself, so that neither a rough count elsewhere nor the unit of a series makes a sharp one pass for exact.
"""

_FEW = 8

_BEYOND_DOUBT = 5.0
"""So many σ no honest error reaches: a chance of less than one in a million."""


def whitener(covariance: Array) -> Array:
    """L⁻¹ with Σ = L Lᵀ, so that ``y = L⁻¹ MUF`` is independent standard normal without loss; shape (..., n, n).

    Row i uses the leading block of Σ up to period i, so later data never change an earlier figure. Where the variance
    that is left in a period cannot be told from rounding, nothing random is left to test: its row is zero, and what
    stands in that direction is looked at by itself [``exact_rows``; Picard 1987].
    """
    if covariance.ndim == 2 and len(covariance) > _FEW:
        whole = _by_cholesky(covariance)
        if whole is not None:
            return whole
    return _row_by_row(covariance)


def _by_cholesky(covariance: Array) -> Array | None:
    """The same in one go where no direction is without variance; ``None`` where one may be."""
    try:
        root = np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        return None
    from scipy.linalg import solve_triangular

    inverse = np.asarray(solve_triangular(root, np.eye(len(root)), lower=True))
    size = np.abs(inverse) @ np.sqrt(np.diagonal(covariance))
    return inverse if np.all(2.0 * RESOLVED * size**2 < 1.0) else None


def _row_by_row(covariance: Array) -> Array:
    sigma = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    inverse = np.zeros_like(covariance)
    for i in range(covariance.shape[-1]):
        # Regression of period i on the whitened earlier ones: Cov(M_i, y_j) are its coefficients.
        earlier = inverse[..., :i, :i]
        known = np.matvec(earlier, covariance[..., i, :i])
        foretold = np.vecmat(known, earlier)
        left = covariance[..., i, i] - np.vecdot(known, known)
        size = sigma[..., i] + np.vecdot(np.abs(foretold), sigma[..., :i])
        kept = left > RESOLVED * size**2
        scale = np.where(kept, 1.0 / np.sqrt(np.where(kept, left, 1.0)), 0.0)
        inverse[..., i, :i] = -scale[..., None] * foretold
        inverse[..., i, i] = scale
    return inverse


def exact_rows(covariance: Array, inverse: Array) -> tuple[NDArray[np.intp], Array]:
    """Periods whose difference the earlier ones foretell without error, and by which combination.

    ``inverse`` is the whitener of Σ, shape (n, n). Row k of the second result, shape (k, n), times the differences is
    what is left in that direction: zero without loss, whatever the errors of measuring were.
    """
    places = np.flatnonzero(np.diagonal(inverse) == 0)
    rows = np.zeros((len(places), len(inverse)))
    for row, place in zip(rows, places, strict=True):
        earlier = inverse[:place, :place]
        row[:place] = -(earlier @ covariance[place, :place]) @ earlier
        row[place] = 1.0
    return places, rows


def foretold(differences: Array, covariance: Array, unknown: NDArray[np.bool_]) -> Array:
    """The differences, those that are ``unknown`` as the others foretell them: ``Σ_uo Σ_oo⁻¹ m_o``.

    So they add nothing to ``m' Σ⁻¹ m``: what stood in them can neither alarm nor cast its shadow on other periods.
    """
    filled = np.array(differences, dtype=np.float64)
    known = ~unknown
    if unknown.any():
        inverse = np.linalg.pinv(covariance[np.ix_(known, known)], rcond=RESOLVED, hermitian=True)
        filled[unknown] = covariance[np.ix_(unknown, known)] @ (inverse @ filled[known])
    return filled


def sum_of_run(differences: Array, covariance: Array, run: slice) -> tuple[float, float]:
    """What went missing in a run of periods, however it was spread over them, and its σ, by all data up to its end.

    ``1′ (m_u − Σ_uo Σ_oo⁻¹ m_o)``: the differences of the run added up, less what the earlier ones foretell of their
    shared errors. Of any loss in the run it is the best linear unbiased estimate from these data.
    """
    before, own = slice(0, run.start), slice(run.start, run.stop)
    inverse = np.linalg.pinv(covariance[before, before], rcond=RESOLVED, hermitian=True)
    weights = covariance[own, before] @ inverse
    amount = np.sum(differences[own] - weights @ differences[before])
    variance = np.sum(covariance[own, own] - weights @ covariance[before, own])
    return float(amount), float(np.sqrt(max(float(variance), 0.0)))


def hidden_sigma(covariance: Array, rows: Array) -> Array:
    """The largest σ that the rounding of Σ can hide in each combination of differences; ``rows`` of shape (k, n)."""
    return np.asarray(np.sqrt(RESOLVED) * (np.abs(rows) @ np.sqrt(np.diagonal(covariance))))


def least_left(covariance: Array, rows: Array, rounding: Array) -> Array:
    """What must be left in each direction without error before it is more than rounding, unit; shape (k,).

    Neither the rounding of the differences, of which ``rounding`` has the most of each, shape (n,), nor an error so
    small that the rounding of Σ hides it is anything left. ``rows`` are those of ``exact_rows``.
    """
    return np.asarray(np.abs(rows) @ rounding + _BEYOND_DOUBT * hidden_sigma(covariance, rows))


def running_variance(covariance: Array) -> Array:
    """Variance of the sum of the differences up to each period; 0 where their errors cancel but for rounding."""
    variance = np.diagonal(np.cumsum(np.cumsum(covariance, axis=0), axis=1))
    hidden = RESOLVED * np.cumsum(np.sqrt(np.diagonal(covariance))) ** 2
    return np.where(variance > hidden, variance, 0.0)


def sitmuf(differences: Array, inverse: Array) -> Array:
    """``y = L⁻¹ MUF``; shape (..., n)."""
    return np.asarray(np.matvec(inverse, differences))
