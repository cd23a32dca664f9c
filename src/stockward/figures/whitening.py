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
    largest = np.maximum.accumulate(np.diagonal(covariance, axis1=-2, axis2=-1), axis=-1)
    inverse = np.zeros_like(covariance)
    for i in range(covariance.shape[-1]):
        # Regression of period i on the whitened earlier ones: Cov(M_i, y_j) are its coefficients.
        earlier = inverse[..., :i, :i]
        known = np.matvec(earlier, covariance[..., i, :i])
        left = covariance[..., i, i] - np.vecdot(known, known)
        kept = left > SINGULAR * largest[..., i]
        scale = np.where(kept, 1.0 / np.sqrt(np.where(kept, left, 1.0)), 0.0)
        inverse[..., i, :i] = -scale[..., None] * np.vecmat(known, earlier)
        inverse[..., i, i] = scale
    return inverse


def sitmuf(differences: Array, inverse: Array) -> Array:
    """``y = L⁻¹ MUF``; shape (..., n)."""
    return np.asarray(np.matvec(inverse, differences))
