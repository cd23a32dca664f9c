"""What a review sees in closed books: its series, and every goal held against them."""

from __future__ import annotations

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
    def of(cls, books: KnownBooks, asked: SightRequest) -> SeenBooks:
        """Close the books, and look at every series."""
        balances = close_balances(books)
        seen = sights(balances, hazards(balances, books.site.settings.detection.false_alarm), asked)
        return cls(books, balances, seen, goals_seen(balances, seen, asked))

    def goals(self) -> Mapping[tuple[str, float, float], GoalAnswer]:
        """Every goal by series, quantity and days."""
        return {
            (name, one.quantity, one.within_days): one
            for name, own in zip(self.balances.series["id"], self.found, strict=True)
            for one in own.answers
        }
