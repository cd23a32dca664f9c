"""The guards of a plan: the day on which they are counted, and what more production makes of their posts."""

from __future__ import annotations

from datetime import datetime

from stockward.book.known import KnownBooks
from stockward.guards.roll import day_of_the_books
from stockward.protection.costs import MeasureCosts
from stockward.protection.guards.facts import ForceQuestion
from stockward.protection.guards.planning import ForcePlanner
from stockward.surge.asked import Surge
from stockward.surge.books import with_factors
from stockward.surge.demand import material_factors
from stockward.terms.periods import local_day


def guards_to_plan(
    books: KnownBooks,
    *,
    moment: datetime | None,
    now: datetime,
    surge: Surge | None,
    costs: MeasureCosts,
    seed: int,
) -> ForcePlanner | None:
    """Who plans the guards; ``None`` for a site that asks nothing of them.

    ``moment`` is that as of which the books are known, ``now`` that of the clock; ``books`` have no surge in them.
    """
    as_of = None if moment is None else moment.date()
    today = local_day(now, books.site.timezone)
    grown = None if surge is None else material_factors(books, surge.production, surge.only)
    asked = ForceQuestion(
        day=day_of_the_books(books, as_of, today),
        today=None if as_of is not None else today,
        flows=None if surge is None else with_factors(books, surge),
        output_factors=grown,
        seed=seed,
    )
    return ForcePlanner.of(books, asked, costs)
