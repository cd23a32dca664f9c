"""Standardised independent differences (SITMUF): each difference less what the earlier ones foretell, over its σ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SINGULAR = 1e-12
"""A direction whose variance is below this share of the largest seen so far is lost, as one that was not measured."""


def whitener(covariance: Array) -> Array:
    """L⁻¹ with Σ = L Lᵀ, so that ``y = L⁻¹ MUF`` is independent standard normal without loss; shape (..., n, n).

    Row i uses the leading block of Σ up to period i, so later data never change an earlier figure. Where the
    variance that is left in a period is below 1e-12 of the largest so far, its row is zero: y is 0 there and the
    direction takes no part in any test [Picard 1987].
    """
    variances = np.diagonal(covariance, axis1=-2, axis2=-1)
    largest = np.maximum.accumulate(variances, axis=-1)
    try:
        factor = np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        return _careful_whitener(covariance, largest)
    pivots = np.diagonal(factor, axis1=-2, axis2=-1) ** 2
    if np.any(pivots <= SINGULAR * largest):
        return _careful_whitener(covariance, largest)
    return _inverse_lower(factor)


def _inverse_lower(factor: Array) -> Array:
    """Inverse of lower triangular matrices by forward substitution, all leading axes at once."""
    inverse = np.linalg.inv(factor)
    return np.asarray(np.tril(inverse))


def _careful_whitener(covariance: Array, largest: Array) -> Array:
    """The same, period by period, leaving out directions that carry no variance of their own."""
    periods = covariance.shape[-1]
    inverse = np.zeros_like(covariance)
    for i in range(periods):
        # Regression of period i on the whitened earlier ones: coefficients Cov(M_i, y_j).
        known = np.einsum("...jk,...k->...j", inverse[..., :i, :i], covariance[..., i, :i])
        left = covariance[..., i, i] - np.sum(known**2, axis=-1)
        kept = left > SINGULAR * largest[..., i]
        scale = np.where(kept, 1.0 / np.sqrt(np.where(kept, left, 1.0)), 0.0)
        inverse[..., i, :i] = -scale[..., None] * np.einsum("...j,...jk->...k", known, inverse[..., :i, :i])
        inverse[..., i, i] = scale
    return inverse


def sitmuf(differences: Array, inverse: Array) -> Array:
    """``y = L⁻¹ MUF``; shape (..., n)."""
    return np.asarray(np.einsum("...ij,...j->...i", inverse, differences))
