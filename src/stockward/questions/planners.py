"""Who plans for a site: its books closed, guards at posts decided, and how books are closed again with a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from stockward.answers.detection import GoalAnswer
from stockward.book.known import KnownBooks, known_at
from stockward.protection.case_goals import ClosedAgain, GoalName
from stockward.protection.closed.planned_books import planned_site
from stockward.protection.closed.seen_books import SeenBooks
from stockward.protection.decisions import DecidedLevels, LevelValue, parts_decided
from stockward.protection.further_options import more_series
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.guards.post_options import PostOption, post_choices, with_posts
from stockward.protection.guards.posts_decided import DecidedPosts, decide_posts
from stockward.protection.planning import Planner
from stockward.questions.plan_guards import GuardsQuestion
from stockward.surge.asked import Surge
from stockward.unseen.series import SightRequest


def closing_with_plan(asked: SightRequest, progress: Callable[[str], None]) -> Callable[[SeenBooks], ClosedAgain]:
    """How books are closed again with a plan in them."""

    def closed_with_plan(within: SeenBooks) -> ClosedAgain:
        known: dict[tuple[LevelValue, ...], Mapping[GoalName, GoalAnswer]] = {}

        def measured(choice: DecidedLevels) -> Mapping[GoalName, GoalAnswer]:
            decided = tuple(one.levels[place].value for one, place in choice.items())
            if decided not in known:
                progress("closing the books again with the plan in them")
                planned = planned_site(within.books, choice, within.balances.joined)
                more = more_series(parts_decided(choice), within.tested_in, within.tested)
                known[decided] = SeenBooks.of(known_at(planned, None), asked, more=more).goals()
            return known[decided]

        return measured

    return closed_with_plan


def planners_of(
    known: KnownBooks,
    seen: SeenBooks,
    asked: SightRequest,
    *,
    moment: datetime | None,
    now: datetime,
    surge: Surge | None,
    progress: Callable[[str], None],
) -> DecidedPosts:
    """Who plans for books that are ``seen``, with the guards at posts that cost least; ``known`` have no surge in them.

    Raises ``UsageError`` for a cost that is not stated.
    """
    planner = Planner(seen, asked.goals, asked.seed, closing_with_plan(asked, progress)(seen))

    def force_with(chosen: tuple[PostOption, ...]) -> ForcePlanner | None:
        return GuardsQuestion(with_posts(known, chosen), moment, now, surge, planner.costs, asked.seed).planner()

    progress("looking for the cheapest plan")
    return decide_posts(planner, post_choices(seen.books), force_with)
