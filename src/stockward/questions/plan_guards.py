"""The guards of a plan: the day on which they are counted, what more production makes of their posts, and the site with
those who join.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import polars as pl

from stockward.book.known import KnownBooks, known_at
from stockward.guards.roll import day_of_the_books
from stockward.protection.coming.factors import Factors
from stockward.protection.costs import MeasureCosts
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.guards.posts import ForceQuestion
from stockward.surge.asked import Surge
from stockward.surge.books import surged_site, with_factors
from stockward.surge.demand import material_factors
from stockward.terms.periods import local_day


@dataclass(frozen=True, slots=True)
class GuardsQuestion:
    """What is asked of the guards of a site.

    ``moment`` is that as of which the books are known, ``now`` that of the clock; ``books`` have no surge in them.
    """

    books: KnownBooks
    moment: datetime | None
    now: datetime
    surge: Surge | None
    costs: MeasureCosts
    seed: int

    def planner(self) -> ForcePlanner | None:
        """Who plans the guards; ``None`` for a site that asks nothing of them."""
        as_of = None if self.moment is None else self.moment.date()
        today = local_day(self.now, self.books.site.timezone)
        surges = [] if self.surge is None else [self.surge]
        asked = ForceQuestion(
            day=day_of_the_books(self.books, as_of, today),
            today=None if as_of is not None else today,
            flows=_flows(self.books, surges),
            output_factors=_grown(self.books, surges),
            seed=self.seed,
        )
        return ForcePlanner.of(self.books, asked, self.costs)

    def if_comes(self, base: ForcePlanner, more: Surge | None, factors: Factors, since: date | None) -> ForcePlanner:
        """Who plans them if something comes, from a day on: ``more`` comes on top of the surge that is asked for."""
        surges, posts = [one for one in (self.surge, more) if one is not None], base.facts.posts
        driven = more is not None and posts is not None and posts.are_driven
        changed = replace(
            base.facts.asked,
            flows=_flows(self.books, surges) if driven else base.facts.asked.flows,
            output_factors=_grown(self.books, surges) if driven else base.facts.asked.output_factors,
            workforce=factors.workforce,
            absence=factors.absence,
            since=since,
            before=base.facts.asked,
        )
        return base.if_comes(changed)


def _flows(books: KnownBooks, surges: Sequence[Surge]) -> pl.DataFrame | None:
    """The movements with the factor of each, one surge on top of the other."""
    if not surges:
        return None
    for surge in surges[:-1]:
        books = known_at(surged_site(books, surge), None)
    return with_factors(books, surges[-1])


def _grown(books: KnownBooks, surges: Sequence[Surge]) -> dict[str, float] | None:
    """By how many times as much of each material is made."""
    if not surges:
        return None
    found = [material_factors(books, one.production, one.only) for one in surges]
    return {material: math.prod(one[material] for one in found) for material in found[0]}
