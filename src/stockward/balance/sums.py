"""Sums that do not depend on the order of the rows, and are exact but for one last rounding.

Same facts must give the same figures, in whatever order the rows stand; and what is within rounding of zero must be so
little that no box and no gram can hide in it. So each number is cut at bits that the sum of all of them has room for,
and each slice is summed without any rounding [Demmel & Nguyen 2015, Parallel reproducible summation].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stockward.stats.arrays import Array

SUM_ROUNDING = 2.0**-49
"""What exact figures may be off by, as a share of all that passed through: sixteen roundings of half a last digit.

A term has at most some ten of them (its digits, two units and a content, and their products), and a difference adds its
five sums. It is no allowance for measuring.
"""

_HALF = 0.5


def rounding_of(throughput: Array) -> Array:
    """What an exact difference may be off by, unit; never half a unit, since whole numbers do not round."""
    return np.asarray(np.minimum(SUM_ROUNDING * throughput, _HALF))


def sums_by(group: NDArray[np.integer], values: Array, groups: int) -> Array:
    """Sum of the values of each group, 0 up to ``groups``; shape (groups,)."""
    rest = np.asarray(values, np.float64)
    room = len(rest).bit_length()
    slices = []
    while top := float(np.max(np.abs(rest), initial=0.0)):
        edge = 1.5 * 2.0 ** (int(np.frexp(top)[1]) + room)
        high = (rest + edge) - edge
        slices.append(np.bincount(group, high, groups))
        rest = rest - high
    total = np.zeros(groups)
    for part in reversed(slices):
        total += part
    return total
