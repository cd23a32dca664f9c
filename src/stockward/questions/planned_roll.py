"""The site with those who join by its cheapest plan, so that a roster can be made of them."""

from __future__ import annotations

from datetime import datetime

from stockward.book import Site
from stockward.book.known import KnownBooks, known_at
from stockward.protection.closed.seen_books import SeenBooks
from stockward.protection.costs import MeasureCosts
from stockward.protection.guards.measured import books_with, joining_people
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.guards.post_options import post_choices, with_posts
from stockward.questions.plan_guards import GuardsQuestion
from stockward.questions.planners import planners_of
from stockward.terms.errors import UsageError
from stockward.unseen.series import SightRequest


def with_planned_guards(site: Site, *, now: datetime, seed: int) -> tuple[Site, tuple[str, ...], tuple[str, ...]]:
    """The site with those who join by the cheapest plan of its guards as further people, and their codes there.

    Its posts are those of the plan, where there are options on them; the names of those that it takes come third.
    Raises ``UsageError`` where there is nothing to plan for, or no plan.
    """
    books, force, posts = _planned(known_at(site, None), now, seed)
    if force is None:
        raise UsageError(
            "no guards are planned for: state fill_probability under [force] in site.toml, or an order on guards"
        )
    if force.best.chosen is None:
        raise UsageError(
            "no guards meet every goal on them: stockward plan says which are in the way, and the ways out"
        )
    known, more = set(site["people"]["person"].to_list()), books_with(books, joining_people(force.facts, force.best))
    return more.site, tuple(one for one in more["people"]["person"].to_list() if one not in known), posts


def _planned(books: KnownBooks, now: datetime, seed: int) -> tuple[KnownBooks, ForcePlanner | None, tuple[str, ...]]:
    """The books with the posts of the plan, and who planned their guards; alone, where no option is on a post."""
    if len(post_choices(books)) == 1:
        return books, GuardsQuestion(books, None, now, None, MeasureCosts.of(books), seed).planner(), ()
    site = books.site
    asked = SightRequest(goals=site["goals"], detection=site.settings.detection.detection, seed=seed)
    seen = SeenBooks.of(books, asked)
    posts = planners_of(books, seen, asked, moment=None, now=now, surge=None, progress=lambda _: None)
    return with_posts(books, posts.chosen), posts.force, tuple(one.name for one in posts.chosen)
