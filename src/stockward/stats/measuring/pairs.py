"""Two measurements of the same things: whether they differ for good, and whether stated errors explain it.

[US AEC Regulatory Guide 5.28, Evaluation of shipper-receiver differences, 1974; Jaech 1985, ch. 6.]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockward.stats.arrays import Array
from stockward.terms.errors import FigureError


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """A mean of differences: its standard error, degrees of freedom, two-sided p-value, and limits, all in one unit."""

    mean: float
    error: float
    freedom: float
    p_value: float
    low: float
    high: float


def mean_difference(differences: Array, *, confidence: float) -> MeanDifference:
    """Student's test of a mean difference against zero, with its limits [Student 1908].

    Things of unequal size have differences of unequal scatter, of which the test stays on the safe side: it exceeds
    its limits no more often than with equal ones, at 5 % and less [Benjamini 1983, JASA 78, 645].

    Parameters
    ----------
    differences
        First less second of each pair, unit, shape (n,), n of two or more.
    confidence
        That of the limits, such as 0.95.

    Raises ``FigureError`` for fewer than two.
    """
    from scipy.special import stdtr, stdtrit

    if len(differences) < 2:
        raise FigureError(f"{len(differences)} pairs: a mean difference is tested from two on")
    freedom, mean = len(differences) - 1, float(np.mean(differences))
    error = float(np.std(differences, ddof=1)) / np.sqrt(len(differences))
    # Differences that are all the same leave rounding behind.
    if error <= _ROUNDED * float(np.max(np.abs(differences))):
        return MeanDifference(mean, 0.0, freedom, 0.0 if mean else 1.0, mean, mean)
    half = float(stdtrit(freedom, 0.5 + confidence / 2)) * error
    p_value = 2 * float(stdtr(freedom, -abs(mean) / error))
    return MeanDifference(mean, float(error), freedom, p_value, float(mean - half), float(mean + half))


_ROUNDED = 1e-13


@dataclass(frozen=True, slots=True)
class StatedErrors:
    """What stated errors say of n differences: V = diag(``fresh``) + S Sᵀ, S the columns of ``shared``, unit²."""

    fresh: Array
    shared: Array

    @property
    def of_sum(self) -> float:
        """The variance of the sum of the differences, 1ᵀ V 1."""
        return float(self.fresh.sum() + np.sum(self.shared.sum(axis=0) ** 2))

    @property
    def scatter(self) -> float:
        """The expected variance of the differences about their mean, ``tr(MV) / (n − 1)`` with M = I − 1 1ᵀ/n."""
        n = len(self.fresh)
        return float(self.fresh.sum() / n + np.sum((self.shared - self.shared.mean(axis=0)) ** 2) / (n - 1))

    @property
    def freedom_of_scatter(self) -> float:
        """Degrees of freedom of that variance, as it is found: ``tr(MV)² / tr(MVMV)``; n − 1 where all are alike."""
        n = len(self.fresh)
        centred = self.shared - self.shared.mean(axis=0)
        squares = float(np.sum(self.fresh**2) * (1 - 2 / n) + (self.fresh.sum() / n) ** 2)
        # M V M with a centred S: what passes between fresh and shared parts, and the shared ones alone.
        squares += 2 * float(np.sum(self.fresh[:, None] * centred**2)) + float(np.sum((centred.T @ centred) ** 2))
        return ((n - 1) * self.scatter) ** 2 / squares if squares > 0 else float(n - 1)


def together(parts: Sequence[StatedErrors]) -> StatedErrors:
    """Several independent errors of the same differences as one."""
    return StatedErrors(np.sum([one.fresh for one in parts], axis=0), np.hstack([one.shared for one in parts]))


@dataclass(frozen=True, slots=True)
class Ratio:
    """A scatter beside what was stated: ``ratio`` of the two σ with its limits, and the chance of more, and of less."""

    ratio: float
    low: float
    high: float
    p_more: float
    p_less: float


def scatter_ratio(
    observed: float, freedom: float, stated: float, stated_freedom: float = np.inf, *, confidence: float
) -> Ratio:
    """The scatter ``observed`` (variance, unit²) beside the ``stated``: χ², or F where the stated one was estimated.

    Raises ``FigureError`` where the stated variance is not above 0.
    """
    from scipy.special import chdtrc, chdtri, fdtr, fdtrc, fdtri

    if not stated > 0:
        raise FigureError("a scatter is compared with a stated one above 0")
    ratio, tail = observed / stated, (1 - confidence) / 2
    if np.isfinite(stated_freedom):
        more, less = fdtrc(freedom, stated_freedom, ratio), fdtr(freedom, stated_freedom, ratio)
        largest, smallest = fdtri(freedom, stated_freedom, 1 - tail), fdtri(freedom, stated_freedom, tail)
    else:
        more = chdtrc(freedom, freedom * ratio)
        less = 1 - more
        largest, smallest = chdtri(freedom, tail) / freedom, chdtri(freedom, 1 - tail) / freedom
    root, low, high = (float(np.sqrt(ratio / of)) for of in (1.0, largest, smallest))
    return Ratio(root, low, high, float(more), float(less))


def explained(total: float, parts: Sequence[float], freedom: Sequence[float]) -> float:
    """The chance of a sum as large as this, either way, where its variance is ``Σ parts``, each with its freedom.

    Student's with the degrees of freedom ``(Σ parts)² / Σ (parts² / ν)`` [Welch 1947; Satterthwaite 1946].
    """
    from scipy.special import ndtr, stdtr

    variance = float(sum(parts))
    if not variance > 0:
        return 0.0 if total else 1.0
    z = -abs(total) / np.sqrt(variance)
    doubt = sum(part**2 / of for part, of in zip(parts, freedom, strict=True))
    return 2 * float(stdtr(variance**2 / doubt, z) if doubt > 0 else ndtr(z))
