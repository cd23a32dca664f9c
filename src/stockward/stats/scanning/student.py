"""Limits where σ was estimated: Student's, at the degrees of freedom of what each window's σ is made of.

The variance of a window is a sum of parts, each the square of a σ that was estimated with νc degrees of freedom, or is
known. Estimated parts make it scatter as a multiple of χ² with

    ν = 1 / Σ (share² / νc)

degrees of freedom does, share being the part of the variance that component c makes [Welch 1947; Satterthwaite 1946,
An approximate distribution of estimates of variance components; GUM G.4.1]. So the window's statistic is Student's with
ν degrees of freedom, and a limit that is to be passed with the chance of a normal figure above z is that of Student's
distribution with the same chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri, stdtr

from stockward.stats.arrays import Array, Places


@dataclass(frozen=True, slots=True)
class EstimatedParts:
    """The parts of Σ that are known but for a factor, unit², shape (components, n, n), and the νc of each."""

    parts: Array
    freedom: Array

    def within(self, periods: slice | Places) -> EstimatedParts:
        """Those of some of the periods."""
        parts = self.parts[:, periods]
        return EstimatedParts(parts[:, :, periods], self.freedom)

    def freedom_of(self, directions: Array, inverse: Array) -> Array:
        """Degrees of freedom of the σ along unit directions of y = L⁻¹ MUF, shape (n, directions); L⁻¹ is (n, n)."""
        return self.freedom_of_sums(inverse.T @ directions)

    def freedom_of_sums(self, weights: Array) -> Array:
        """Those of sums of differences, infinite where σ is known; weights of shape (n, sums) make each variance 1."""
        return welch_satterthwaite(self.shares_of(weights), self.freedom)

    def shares_of(self, weights: Array) -> Array:
        """The part of the variance of each such sum that each component makes, shape (components, sums)."""
        shares = np.stack([np.sum(weights * (part @ weights), axis=0) for part in self.parts])
        return np.asarray(np.maximum(shares, 0.0))


def welch_satterthwaite(shares: Array, freedom: Array) -> Array:
    """``ν = 1 / Σ (share² / νc)``, infinite where no component has a share; shape (...).

    Parameters
    ----------
    shares
        The part of a variance that each component makes, shape (components, ...).
    freedom
        νc, shape (components,).

    >>> float(welch_satterthwaite(np.array([0.5, 0.5]), np.array([9.0, 9.0])))
    18.0
    """
    doubt = np.tensordot(1.0 / freedom, np.square(shares), axes=1)
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / doubt)


def student_limits(limits: Array, freedom: Array | None) -> Array:
    """Limits of Student's distribution that are passed with the chance of a normal figure above ``limits`` ≥ 0.

    Those of which σ is known (``freedom`` infinite, or ``None`` for all) stay as they are; shape of ``limits``.
    """
    if freedom is None:
        return limits
    found = np.array(limits, dtype=np.float64)
    places = np.flatnonzero(np.isfinite(freedom) & np.isfinite(limits))
    half, chance = freedom[places] / 2, ndtr(-limits[places])
    # P(T > t) = I(ν/(ν + t²); ν/2, 1/2) / 2, which keeps its digits however small the chance is.
    inside = betaincinv(half, 0.5, np.minimum(2.0 * chance, 1.0))
    with np.errstate(divide="ignore"):
        found[places] = np.sqrt(freedom[places] * (1.0 - inside) / inside)
    return found


def student_widening(freedom: float) -> float:
    """By how much a 95 % interval is wider where σ has these degrees of freedom: Student's quantile over the normal.

    >>> round(student_widening(9.0), 3), student_widening(float("inf"))
    (1.154, 1.0)
    """
    return float(student_limits(_NORMAL, np.array([freedom]))[0] / _NORMAL[0])


_NORMAL = ndtri(np.array([0.975]))


def normal_equivalent(statistic: Array, freedom: Array) -> Array:
    """The normal figure whose chance to be passed is that of Student's at ``statistic``; unchanged where σ is known."""
    found = np.array(statistic, dtype=np.float64)
    places = np.isfinite(freedom) & np.isfinite(found)
    found[places] = -ndtri(stdtr(freedom[places], -found[places]))
    return found
