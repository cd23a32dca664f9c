"""The errors of one instrument from sessions in which it read standards.

What readings of a session differ by is random. What their means are off by is systematic, and is looked at about zero,
not about its own mean: an instrument that is always 1 kg too high is not without error [ISO 5725-4; GUM F.1.2.4].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockward.stats.arrays import Array
from stockward.stats.measuring.components import Estimate, OneWay
from stockward.terms.errors import FigureError


@dataclass(frozen=True, slots=True)
class SystematicPart:
    """A systematic variance, unit²; ``corrected`` says whether the random part was taken out of it."""

    estimate: Estimate
    corrected: bool


def within_sessions(sessions: Sequence[Array]) -> Estimate:
    """The variance of the readings of a session about its mean, pooled: ``Σ (e − mean)² / Σ (n − 1)``.

    Parameters
    ----------
    sessions
        Errors of the readings of each session, unit, shape (n,) each.

    Raises ``FigureError`` where no session has two readings.
    """
    freedom = sum(len(one) - 1 for one in sessions)
    if freedom < 1:
        raise FigureError("no session has two readings: the random error shows in nothing")
    squares = sum(float(np.sum((one - np.mean(one)) ** 2)) for one in sessions)
    return Estimate(squares / freedom, freedom)


def about_zero(as_found: Sequence[Array], within: Estimate, adjustments: int) -> OneWay:
    """Analysis of variance of sessions about zero: the mean square of their means is ``Σ n m² / k``.

    It has the expectation ``σr² + n₀ σs²`` with n₀ = N/k, the mean number of readings. Its degrees of freedom are the
    number of ``adjustments``: sessions between the same two share one systematic error, and are no more than one.

    >>> found = about_zero([np.array([3.0, 5.0]), np.array([-1.0, -3.0])], Estimate(2.0, 2), 2)
    >>> found.between.variance, found.size, found.shared.variance
    (20.0, 2.0, 9.0)
    """
    if not as_found or adjustments < 1:
        raise FigureError("no session read a standard as found: the systematic error shows in nothing")
    sizes = np.array([len(one) for one in as_found], dtype=float)
    means = np.array([np.mean(one) for one in as_found])
    return OneWay(
        between=Estimate(float(sizes @ means**2) / len(sizes), adjustments),
        within=within,
        size=float(sizes.sum()) / len(sizes),
    )


def systematic_part(found: OneWay) -> SystematicPart:
    """The systematic variance of an analysis about zero.

    It is ``(MS − σr²) / n₀``. Where that is negative, or rests on less than one degree of freedom, the sessions are off
    by no more than random errors explain: the mean square ``MS / n₀`` then stands as it is, which is too large by the
    random error of a session's mean, rather than 0, which is too small.
    """
    shared = found.shared
    if found.between.variance > found.within.variance and shared.freedom >= 1:
        return SystematicPart(shared, corrected=True)
    return SystematicPart(Estimate(found.between.variance / found.size, found.between.freedom), corrected=False)


def is_relative(standards: Array, errors: Array) -> bool:
    """Whether errors grow with what is read: normal errors of one relative σ are likelier than of one absolute σ.

    With σ² the mean square about zero of each, the first is where ``Σ ln x + n ln σ_rel < n ln σ_abs``.
    """
    relative, absolute = (float(np.mean(one**2)) for one in (errors / standards, errors))
    if relative == 0:
        return True
    return bool(np.mean(np.log(standards)) + 0.5 * np.log(relative / absolute) < 0)
