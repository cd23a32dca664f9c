"""Errors of measuring from records of measurements, each with the degrees of freedom of its estimate.

Repeated readings of one thing, or of a standard, give an analysis of variance: what scatters within a session is
random, and what sessions differ by beyond that is shared by all that is measured in one [ISO 5725-2]. Readings of the
same things by two or more instruments give the error of each, whatever the things weigh [Grubbs 1948, On estimating
precision of measuring instruments and product variability; Jaech 1985, Statistical Analysis of Measurement Errors].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockward.stats.arrays import Array
from stockward.terms.errors import FigureError


@dataclass(frozen=True, slots=True)
class Estimate:
    """A variance, unit², and its degrees of freedom; a variance that came out negative says that it is too small."""

    variance: float
    freedom: float


@dataclass(frozen=True, slots=True)
class OneWay:
    """An analysis of variance by sessions: mean squares, unit², with degrees of freedom.

    ``size`` is n₀, the number of readings of a session; where sessions differ in it, ``(N − Σ n²/N) / (k − 1)``.
    """

    between: Estimate
    within: Estimate
    size: float

    @property
    def shared(self) -> Estimate:
        """What sessions differ by: ``(MS_b − MS_w) / n₀``, by Satterthwaite's degrees of freedom; 0 where negative."""
        found = (self.between.variance - self.within.variance) / self.size
        doubt = sum((one.variance / self.size) ** 2 / one.freedom for one in (self.between, self.within))
        return Estimate(max(found, 0.0), found**2 / doubt if doubt > 0 else np.inf)


def one_way(sessions: Sequence[Array]) -> OneWay:
    """Analysis of variance of readings by session [NIST StRD, SiRstv and AtmWtAg].

    Parameters
    ----------
    sessions
        Readings of each session, unit, shape (n,) each.

    Raises
    ------
    FigureError
        Fewer than two sessions, one without readings, or none with two.
    """
    sizes = np.array([len(one) for one in sessions], dtype=float)
    total, groups = float(sizes.sum()), len(sessions)
    if groups < 2 or np.any(sizes == 0) or total <= groups:
        raise FigureError(f"{groups} sessions of {total:.0f} readings: two sessions are needed, one of two readings")
    # A common origin near the readings keeps their digits.
    origin = float(sessions[0][0])
    means = np.array([np.mean(one - origin) for one in sessions])
    mean = float(sizes @ means) / total
    between = float(sizes @ (means - mean) ** 2) / (groups - 1)
    within = sum(float(np.sum((one - origin - own) ** 2)) for one, own in zip(sessions, means, strict=True))
    return OneWay(
        between=Estimate(between, groups - 1),
        within=Estimate(within / (total - groups), total - groups),
        size=(total - float(sizes @ sizes) / total) / (groups - 1),
    )


def pooled(estimates: Sequence[Estimate]) -> Estimate:
    """One variance from several estimates of it: ``Σ ν s² / Σ ν`` [NIST/SEMATECH e-Handbook, 4.4.3 and mpc443].

    >>> deviations = (0.0223, 0.0027, 0.0289, 0.0133, 0.0205)
    >>> round(pooled([Estimate(one**2, 9) for one in deviations]).variance ** 0.5, 4)
    0.0197
    """
    freedom = sum(one.freedom for one in estimates)
    if not freedom > 0:
        raise FigureError("there is no estimate with a degree of freedom to pool")
    return Estimate(sum(one.freedom * one.variance for one in estimates) / freedom, freedom)


def grubbs(readings: Array) -> tuple[Estimate, ...]:
    """The error of each instrument from readings of the same things, shape (things, instruments), two or more of each.

    With S the covariance of the readings, instrument i of N has the variance
    ``S_ii − 2/(N−1) Σ_j S_ij + 2/((N−1)(N−2)) Σ_{j<k} S_jk``, and of two ``S_ii − S_ij`` [Grubbs 1948]. It is tr(A S),
    so that its own variance is ``2 tr(A S A S) / (n − 1)``, and its degrees of freedom twice its square over that.
    Nothing keeps it above 0: where it is not, the things differ by so much more than the instruments that their
    differences alone say something [``of_differences``].

    Raises ``FigureError`` for fewer than two instruments, or three things.
    """
    things, instruments = _sizes(readings)
    covariance = np.cov(readings, rowvar=False)
    found = []
    for own in range(instruments):
        matrix = _contrast(own, instruments) @ covariance
        variance, doubt = float(np.trace(matrix)), float(np.trace(matrix @ matrix))
        found.append(Estimate(variance, (things - 1) * variance**2 / doubt if doubt > 0 else np.inf))
    return tuple(found)


def of_differences(readings: Array) -> Estimate:
    """The errors of two instruments together, from the differences of their readings, shape (things, 2): var(a − b)."""
    things, _ = _sizes(readings)
    return Estimate(float(np.var(readings[:, 0] - readings[:, 1], ddof=1)), things - 1)


def _sizes(readings: Array) -> tuple[int, int]:
    if readings.ndim != 2 or readings.shape[0] < 3 or readings.shape[1] < 2:
        raise FigureError(f"three things read by two instruments are needed; got shape {readings.shape}")
    return readings.shape[0], readings.shape[1]


def _contrast(own: int, instruments: int) -> Array:
    """A, with tr(A S) the variance of one instrument's error."""
    others = np.arange(instruments) != own
    matrix = np.zeros((instruments, instruments))
    matrix[own, own] = 1.0
    matrix[own, others] = matrix[others, own] = -0.5 if instruments == 2 else -1.0 / (instruments - 1)
    if instruments > 2:
        matrix[np.ix_(others, others)] = 1.0 / ((instruments - 1) * (instruments - 2))
        matrix[others, others] = 0.0
    return matrix
