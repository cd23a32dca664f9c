"""How the random errors of normal losses average out where an area is counted more often, or less: as closed books say.

Each period of an area has a normal loss of its own, with an error of its own. Of twice as many periods of which each
has half of what passed, half of the variance would be left; but less passes on some days than on others. So the books
are closed once for each number of inventories, in place of what an even flow would give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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

_ALONE = 0
"""The number of the area in a series of its own."""
_Losing = tuple[str, str]
"""An area and a substance of which it has normal losses."""


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


@dataclass(frozen=True, slots=True)
class LossesDrawn:
    """What is left of the variance of normal losses where their area is counted another number of times.

    What closed books do not tell is as an even flow has it.
    """

    told: Mapping[_Losing, Mapping[Fraction, DrawnLosses]] = field(default_factory=dict)

    @classmethod
    def of(cls, seen: SeenBooks, decisions: Sequence[Decision]) -> LossesDrawn:
        """Close the books for each number of inventories of all areas together, where any normal loss has an error."""
        today = _drawn_in(seen.balances)
        found: dict[_Losing, dict[Fraction, DrawnLosses]] = {where: {Fraction(1): one} for where, one in today.items()}
        for times in COUNTED if today else ():
            if times != 1:
                for where, then in _drawn_in(_closed_with(seen, decisions, times)).items():
                    found.setdefault(where, {})[times] = then
        return cls(found)

    def left(self, area: str, substance: str, times: Fraction | None, start: Index, end: Index) -> Array:
        """The share of the variance that is left in each of these periods, where the area is counted so many times as
        often; ``None`` is the least that there could be.
        """
        if times is None:
            each = [self.left(area, substance, one, start, end) for one in COUNTED]
            return np.asarray(np.min(each, axis=0))
        told = self.told.get((area, substance), {})
        even = np.full(len(start), 1 / float(times))
        if Fraction(1) not in told or times not in told:
            return even
        today, then = (told[one].within(start, end) for one in (Fraction(1), times))
        return np.asarray(np.divide(then, today, out=even, where=(today > 0) & (then > 0)))


def _closed_with(seen: SeenBooks, decisions: Sequence[Decision], times: Fraction) -> Balances:
    """The books closed with every area counted so many times as often, where that is possible."""
    choice = {
        one: next((place for place, level in enumerate(one.levels) if level.value == times), one.today)
        for one in decisions
        if one.kind is MeasureKind.INVENTORIES
    }
    return close_balances(known_at(planned_site(seen.books, choice, seen.balances.joined), None))


def _drawn_in(balances: Balances) -> dict[_Losing, DrawnLosses]:
    """The normal losses of each series of one area that have a random error."""
    tables = TermTables(balances)
    rows = enumerate(balances.series.select("area", "substance").iter_rows())
    terms = [(where, tables.of(number)) for number, where in rows if where[0] is not None]
    return {where: DrawnLosses.of(one) for where, one in terms if _ALONE in one.losing}
