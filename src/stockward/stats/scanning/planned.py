"""The planned year of a series: when it closes, and how much of its false-alarm probability each inventory may spend.

A review after every inventory must not ask for more than a year's chance of a false alarm, and what was alarmed must
stay alarmed. So the chance is spent as time passes [Lan & DeMets 1983, Discrete sequential boundaries]: what an
inventory may spend is fixed by the moments up to it, and what it has spent by Σ up to it; nothing later changes either.

A planned year begins with the first inventory, or with the one that closed the year before. It is closed by the
inventory that stands nearest to its 365.25 days, as far as can be known then: by the first after which another period
as long would end further beyond the year than this one ends before it. ``CLOSING`` of the year's chance is kept for
that inventory, at which the year can be judged as a whole; the rest accrues as time passes. An inventory spends a part
of what has accrued and is not spent yet, and keeps the rest for the next: one that follows soon, with hardly any time
of its own, would else see nothing. The sooner one comes, the less it spends: a recount leaves it to the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockward.stats.arrays import Array, Flags, Places
from stockward.terms.periods import YEAR_DAYS

CLOSING = 0.106
"""Part of a planned year's false-alarm probability that is kept for the inventory that closes it."""

AT_ONCE = 0.5
"""Part of what has accrued and is not spent that an inventory spends, at least ``_SOON`` days after the last.

With it losses at once in short and in long periods, and those that go on, are all found nearly as well as by the best
single test for each (``benchmarks/regret.py``), and a recount takes nothing from the inventories after it.
"""

_SOON, _LEAST_APART = 3.0, 1.0 / 24.0
"""Days; two inventories at one moment count as an hour apart, so that the second is looked at as well."""

_LOOKS = 64
_SHARP_FROM, _SHARPEST = 0.06, 24
_FAINT = 1e-9
"""A rate a day so low that what may be spent is in proportion to it."""


@dataclass(frozen=True, slots=True)
class PlannedYears:
    """The planned year (from 0) of each period, whether its inventory closes it, and the part of it that has passed.

    Shape (n,) each.
    """

    number: Places
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
    among which α is shared. With c the sum of it since the year began, inventory i, d days after the one before, may
    have released ``rᵢ = rᵢ₋₁ + AT_ONCE min(d/3, 1) (cᵢ − rᵢ₋₁)``, r₁ = c₁, and spent ``(1 − CLOSING) (1 − exp(−rᵢ))``;
    the one that closes the year may have spent ``1 − exp(−c)``.
    """
    spent = np.empty(len(hazard))
    for year in range(len(years)):
        own = years.periods(year)
        accrued = np.cumsum(hazard[own])
        released = _released(accrued, np.diff(years.passed[own] * YEAR_DAYS))
        spent[own] = -np.expm1(-np.where(years.closes[own], accrued, released))
    return np.where(years.closes, spent, (1.0 - CLOSING) * spent)


def _released(accrued: Array, apart: Array) -> Array:
    """What the inventories of a year may have released by each of them, of what has accrued by then; shape (n,).

    ``apart`` are the days between them, shape (n − 1,).
    """
    parts = AT_ONCE * np.clip(apart, _LEAST_APART, _SOON) / _SOON
    released = [float(accrued[0])]
    for so_far, part in zip(accrued[1:].tolist(), parts.tolist(), strict=True):
        released.append(released[-1] + part * (so_far - released[-1]))
    return np.array(released)


def sharpness(years: PlannedYears, start: Array, end: Array) -> Places:
    """How sharply limits are calibrated at each inventory, shape (n,): by so many times the draws; 0 is not at all.

    Calibrated are the first inventory of each part of a planned year, of ``_LOOKS``, and the one that closes it: where
    inventories follow each other more closely, their limits are carried on from the last of these. An inventory at
    which much is spent of all that has been, as early in a year or at its end, counts for more.
    """
    faint = np.maximum(end - start, np.finfo(float).tiny) * _FAINT
    spent = spent_by(years, faint)
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
