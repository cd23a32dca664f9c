"""The guards of a plan: the day on which they are counted, what more production makes of their posts, and the site with
those who join.
"""

from __future__ import annotations

from datetime import datetime

from stockward.book import Site
from stockward.book.known import KnownBooks, known_at
from stockward.guards.roll import day_of_the_books
from stockward.protection.costs import MeasureCosts
from stockward.protection.guards.facts import ForceQuestion
from stockward.protection.guards.measured import books_with, joining_people
from stockward.protection.guards.planning import ForcePlanner
from stockward.surge.asked import Surge
from stockward.surge.books import with_factors
from stockward.surge.demand import material_factors
from stockward.terms.errors import UsageError
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


def with_planned_guards(site: Site, *, now: datetime, seed: int) -> tuple[Site, tuple[str, ...]]:
    """The site with those who join by the cheapest plan of its guards as further people, and their codes there.

    A roster can then be made of them. Raises ``UsageError`` where there is nothing to plan for, or no plan.
    """
    books = known_at(site, None)
    force = guards_to_plan(books, moment=None, now=now, surge=None, costs=MeasureCosts.of(books), seed=seed)
    if force is None:
        raise UsageError(
            "no guards are planned for: state fill_probability under [force] in site.toml, or an order on guards"
        )
    if force.best.chosen is None:
        raise UsageError(
            "no guards meet every goal on them: stockward plan says which are in the way, and the ways out"
        )
    taken = joining_people(force.facts, force.best)
    known, more = set(site["people"]["person"].to_list()), books_with(books, taken).site
    return more, tuple(one for one in more["people"]["person"].to_list() if one not in known)
