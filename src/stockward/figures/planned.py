"""The planned year of a series: when it closes, and how much of its false-alarm probability each inventory may spend.

A review after every inventory must not ask for more than a year's chance of a false alarm, and what was alarmed must
stay alarmed. So the chance is spent as time passes [Lan & DeMets 1983, Discrete sequential boundaries]: what an
inventory may spend is fixed by the moments up to it, and what it has spent by Σ up to it; nothing later changes either.

A planned year begins with the first inventory, or with the one that closed the year before. It is closed by the
inventory that stands nearest to its 365.25 days, as far as can be known then: by the first after which another period
as long would end further beyond the year than this one ends before it. ``CLOSING`` of the year's chance is kept for
that inventory, at which the year can be judged as a whole; the rest is spent as time passes, a little later than in
proportion to it, since early in a year there are few windows to spend it on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stockward.terms.periods import YEAR_DAYS

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Flags = NDArray[np.bool_]

CLOSING = 0.106
"""Part of a planned year's false-alarm probability that is kept for the inventory that closes it."""

DELAY = 0.15
"""How much later than in proportion to time the rest is spent: as the power 1 + DELAY of the time."""

_LOOKS = 64
_SHARP_FROM, _SHARPEST = 0.06, 24


@dataclass(frozen=True, slots=True)
class PlannedYears:
    """The planned year (from 0) of each period, whether its inventory closes it, and the part of it that has passed.

    Shape (n,) each.
    """

    number: Index
    closes: Flags
    passed: Array

    def __len__(self) -> int:
        """Number of planned years that have begun."""
        return int(self.number[-1]) + 1 if len(self.number) else 0

    def periods(self, year: int) -> slice:
        """The periods of one planned year."""
        return slice(*(int(place) for place in np.searchsorted(self.number, [year, year + 1])))


def planned_years(start: Array, end: Array) -> PlannedYears:
    """Cut the periods (days, shape (n,), in order of time) into planned years."""
    number, closes, passed = np.zeros(len(end), np.intp), np.zeros(len(end), bool), np.ones(len(end))
    year, begin = 0, float(start[0]) if len(start) else 0.0
    for period, (opened, closed) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
        number[period] = year
        passed[period] = min((closed - begin) / YEAR_DAYS, 1.0)
        if closed - begin + (closed - opened) / 2 >= YEAR_DAYS:
            closes[period] = True
            year, begin = year + 1, closed
    return PlannedYears(number, closes, passed)


def spent_by(years: PlannedYears, hazard: Array) -> Array:
    """False-alarm probability that each planned year may have spent by each of its inventories, shape (n,).

    ``hazard`` is the rate of false alarms over each period, ``−ln(1 − α)`` times its years over the number of series
    among which α is shared. With c the sum of it since the year began and τ the part of the year that has passed,
    ``(1 − CLOSING) τ^DELAY (1 − exp(−c))`` may be spent until the year is closed, and all of ``1 − exp(−c)`` then.
    """
    spent = np.empty(len(hazard))
    for year in range(len(years)):
        own = years.periods(year)
        spent[own] = -np.expm1(-np.cumsum(hazard[own]))
    return _part(years, DELAY) * spent


def _part(years: PlannedYears, power: float) -> Array:
    """What is spent by each inventory of what may be: as a power of the time that has passed, and all at the close."""
    return np.where(years.closes, 1.0, (1.0 - CLOSING) * years.passed**power)


def sharpness(years: PlannedYears, end: Array) -> Index:
    """How sharply limits are calibrated at each inventory, shape (n,): by so many times the draws; 0 is not at all.

    Calibrated are the first inventory of each part of a planned year, of ``_LOOKS``, and the one that closes it: where
    inventories follow each other more closely, their limits are carried on from the last of these. An inventory at
    which much is spent of all that has been, as early in a year or at its end, counts for more.
    """
    spent = _part(years, 1.0 + DELAY)
    found = np.zeros(len(end), np.intp)
    for year in range(len(years)):
        own = years.periods(year)
        part = np.floor((end[own] - end[own.start]) / (YEAR_DAYS / _LOOKS))
        added = np.diff(spent[own], prepend=0.0) / np.maximum(spent[own], np.finfo(float).tiny)
        times = np.clip(np.ceil(added / _SHARP_FROM), 1, _SHARPEST).astype(np.intp)
        found[own] = np.where(years.closes[own] | (np.diff(part, prepend=-1.0) > 0), times, 0)
    return found


def rolling_year(start: Array, end: Array) -> slice:
    """The periods of the last planned year's length, or of all of a shorter record.

    A record that is longer by less than half of its first period counts as one year.
    """
    begins = np.flatnonzero(end[-1] - start <= YEAR_DAYS + (end - start) / 2)
    return slice(int(begins[0]) if len(begins) else len(end) - 1, len(end))
