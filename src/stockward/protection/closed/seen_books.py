"""What a review sees in closed books: its series, and every goal held against them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from stockward.answers.balances import Balances
from stockward.answers.detection import GoalAnswer
from stockward.balance.closing import close_balances
from stockward.balance.testing import hazards
from stockward.book.known import KnownBooks
from stockward.unseen.series import SeriesGoals, SightRequest, goals_seen, sights
from stockward.unseen.sight import Sight


@dataclass(frozen=True, slots=True)
class SeenBooks:
    """Books, closed, with the sight of every series, ``None`` for one that is not tested, and its goals."""

    books: KnownBooks
    balances: Balances
    sights: list[Sight | None]
    found: tuple[SeriesGoals, ...]

    @classmethod
    def of(cls, books: KnownBooks, asked: SightRequest, *, more: float = 1.0) -> SeenBooks:
        """Close the books, and look at every series; so many times ``more`` of them share the false alarms."""
        balances = close_balances(books)
        false_alarm = books.site.settings.detection.false_alarm
        shared = false_alarm if more == 1.0 else -math.expm1(math.log1p(-false_alarm) / more)
        seen = sights(balances, hazards(balances, shared), asked)
        return cls(books, balances, seen, goals_seen(balances, seen, asked))

    @property
    def tested(self) -> int:
        """How many series are tested."""
        return sum(sight is not None for sight in self.sights)

    @property
    def tested_in(self) -> Mapping[str, int]:
        """How many of them are of each area."""
        areas = zip(self.balances.series["area"], self.sights, strict=True)
        return Counter(str(area) for area, sight in areas if area is not None and sight is not None)

    def goals(self) -> Mapping[tuple[str, float, float], GoalAnswer]:
        """Every goal by series, quantity and days."""
        return {
            (name, one.quantity, one.within_days): one
            for name, own in zip(self.balances.series["id"], self.found, strict=True)
            for one in own.answers
        }
