"""How a loss falls into the tested periods of a series."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from stockward.stats.arrays import Array, Index
from stockward.stats.scanning.planned import rolling_year
from stockward.terms.periods import MICROSECONDS_A_DAY

YEAR = 365.0
"""Days over which an even loss is spread."""


def middle_of(start: Index, end: Index) -> int:
    """The middle period of the rolling year, in which an abrupt loss is looked for."""
    year = rolling_year(start / MICROSECONDS_A_DAY, end / MICROSECONDS_A_DAY)
    return int(year.start + year.stop) // 2


def even_shares(
    start: Index,
    end: Index,
    exact: Iterable[tuple[int, int]],
    days: float = YEAR,
    *,
    counted: Index | None = None,
    record: tuple[int, int] | None = None,
) -> Array:
    """Shares of the tested periods in a loss spread evenly over the last days, or all of a shorter record.

    ``start``, ``end`` and the pairs of ``exact`` are microseconds. What falls into time that no tested period covers
    goes unseen, and is missing from the sum, be it that the period could not be tested or that what was lost in it is
    settled; time that exact periods cover is left out, as any loss in it shows. ``record`` is when the record begins
    and ends, where it is not only the tested part of it that the loss is spread over.
    ``counted`` is when on average the areas of a whole site, among which the loss is shared equally, were counted for
    the inventories that begin and end each period, shape (periods, 2): what an area loses after its own last count goes
    unseen, too.
    """
    earliest, last = (int(start[0]), int(end[-1])) if record is None else record
    first = max(earliest, last - int(days * MICROSECONDS_A_DAY))
    whole = last - first - sum(max(0, min(b, last) - max(a, first)) for a, b in exact)
    begun, ended = (start, end) if counted is None else counted.T
    inside = np.maximum(np.minimum(ended, last) - np.maximum(begun, first), 0)
    return np.asarray(inside / max(whole, 1))
