"""The books with areas counted so many times as often as today, and methods calibrated so often: closed when asked for.

What moves does not pass evenly: of a week that is cut in two, one half may hold nearly all of it, and a load is weighed
on one day, however often the scale is calibrated. So the terms of error of a series that is counted more often, or
less, are those of closed books, and so are those of each method that is calibrated more often. Where an area is counted
more often than the series that it is added up in, only its normal losses are told in periods of their own: each has an
error of its own, and the more evenly what passed is cut, the less is left of their variance together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from stockward.answers.balances import Balances
from stockward.answers.plan import MeasureKind
from stockward.balance.closing import close_balances
from stockward.book.known import known_at
from stockward.protection.closed.planned_books import planned_site
from stockward.protection.closed.seen_books import SeenBooks
from stockward.protection.decisions import COUNTED, Decision
from stockward.stats.arrays import Array, Index
from stockward.unseen.error_terms import ErrorTerms, TermTables

_TODAY, _AS_TODAY = Fraction(1), Fraction(0)
"""Counted as often as today, and without calibrations that are added."""
_ALONE = 0
"""The number of the area in a series of its own."""


@dataclass(frozen=True, slots=True)
class DrawnLosses:
    """The random errors of the normal losses of one area: the variance in each of its periods, and when those were."""

    start: Index
    end: Index
    variance: Array

    @classmethod
    def of(cls, terms: ErrorTerms) -> DrawnLosses:
        """Those of the series of one area."""
        return cls(terms.start, terms.end, terms.loss_variances(_ALONE))

    def within(self, start: Index, end: Index) -> Array:
        """The variance in other periods of the same time: of one that a period of the area lies in, all of its own."""
        shared = np.minimum(self.end, end[:, None]) - np.maximum(self.start, start[:, None])
        return np.asarray(np.clip(shared / (self.end - self.start), 0.0, 1.0) @ self.variance)


class CountedBooks:
    """What the series of a site are made of, by how many times as often its areas are counted, and by calibrations."""

    def __init__(self, seen: SeenBooks, decisions: Sequence[Decision]) -> None:
        self._seen, self._decisions = seen, decisions
        self._closed: dict[tuple[Fraction, Fraction], _ClosedSeries] = {}
        self._losses: dict[tuple[str, str, Fraction], DrawnLosses | None] = {}

    def terms(self, series: str, times: Fraction, calibrated: Mapping[str, Fraction]) -> ErrorTerms | None:
        """The terms of error of a series in the books so counted; ``None`` where it is not closed there.

        ``calibrated`` has the days between the calibrations of each method that are added to those of today.
        """
        terms = self._counted(times).of(series)
        for method, days in calibrated.items():
            other = self._counted(times, days).of(series)
            terms = terms and other and terms.sharing_as(other, method)
        return terms

    def losses_left(
        self, area: str, substance: str, times: Fraction | None, within: Fraction, start: Index, end: Index
    ) -> Array:
        """The share of the variance of an area's normal losses that is left in each period of a series.

        The area is counted ``times`` as often as today, ``None`` being the least that there could be left, and the
        areas of the series ``within`` times. What closed books do not tell is as an even flow has it.
        """
        if times is None:
            each = [self.losses_left(area, substance, one, within, start, end) for one in COUNTED]
            return np.asarray(np.min(each, axis=0))
        even = np.full(len(start), float(within / times))
        there, then = (self._losses_of(area, substance, one) for one in (within, times))
        if there is None or then is None:
            return even
        before, after = there.within(start, end), then.within(start, end)
        return np.asarray(np.divide(after, before, out=even, where=(before > 0) & (after > 0)))

    def _losses_of(self, area: str, substance: str, times: Fraction) -> DrawnLosses | None:
        asked = area, substance, times
        if asked not in self._losses:
            terms = self._counted(times).alone(area, substance)
            self._losses[asked] = DrawnLosses.of(terms) if terms is not None and _ALONE in terms.losing else None
        return self._losses[asked]

    def _counted(self, times: Fraction, days: Fraction = _AS_TODAY) -> _ClosedSeries:
        if (times, days) not in self._closed:
            same = times == _TODAY and days == _AS_TODAY
            self._closed[times, days] = _ClosedSeries(self._seen.balances if same else self._closed_with(times, days))
        return self._closed[times, days]

    def _closed_with(self, times: Fraction, days: Fraction) -> Balances:
        """The books closed with every area counted so many times as often, and every method calibrated every so many
        days, where that is possible.
        """
        wanted = {MeasureKind.INVENTORIES: times, MeasureKind.CALIBRATIONS: days}
        choice = {
            one: next((place for place, level in enumerate(one.levels) if level.value == wanted[one.kind]), one.today)
            for one in self._decisions
            if one.kind in wanted
        }
        return close_balances(known_at(planned_site(self._seen.books, choice, self._seen.balances.joined), None))


class _ClosedSeries:
    """The series of closed books, each with its terms of error as they are asked for."""

    def __init__(self, balances: Balances) -> None:
        rows = balances.series.select("id", "area", "substance").rows()
        self._tables = TermTables(balances)
        self._numbers = {name: number for number, (name, _, _) in enumerate(rows)}
        self._names = {(area, substance): name for name, area, substance in rows if area is not None}
        self._terms: dict[str, ErrorTerms | None] = {}

    def of(self, series: str) -> ErrorTerms | None:
        """The terms of a series; ``None`` where it is none, or has no period."""
        if series not in self._terms:
            number = self._numbers.get(series)
            terms = None if number is None else self._tables.of(number)
            self._terms[series] = terms if terms is not None and terms.periods else None
        return self._terms[series]

    def alone(self, area: str, substance: str) -> ErrorTerms | None:
        """The terms of a substance in one area."""
        name = self._names.get((area, substance))
        return None if name is None else self.of(name)
