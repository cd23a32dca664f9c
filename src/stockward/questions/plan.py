"""The cheapest plan of a site: its books closed as they are or with more production, then every decision on them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from types import MappingProxyType

import polars as pl

from stockward.answers.plan import FrontPoint, PlanAnswer
from stockward.book import Site
from stockward.book.known import known_at
from stockward.protection.calendar import planned_days
from stockward.protection.case_goals import ClosedAgain
from stockward.protection.closed.seen_books import SeenBooks
from stockward.protection.coming.asked import scenarios_of
from stockward.protection.guards.post_options import with_posts
from stockward.protection.guards.posts_decided import DecidedPosts
from stockward.protection.planning import Planned
from stockward.protection.spending.front import loss_front
from stockward.protection.spending.ranges import cost_ranges
from stockward.protection.together import planned_together
from stockward.questions.plan_drill import drill_of_plan
from stockward.questions.plan_guards import GuardsQuestion
from stockward.questions.planners import closing_with_plan, planners_of
from stockward.questions.scenarios import DRAWS, MOST_OF_A_RANGE, ScenarioBooks, look_at_scenarios
from stockward.surge.asked import Surge
from stockward.surge.books import surged_site
from stockward.terms.errors import UsageError
from stockward.terms.limits import DEFAULT_SEED
from stockward.terms.periods import end_of, local_day
from stockward.unseen.series import SightRequest
from stockward.version import VERSION


def make_protection_plan(
    site: Site,
    *,
    as_of: str | date | datetime | None = None,
    surge: Surge | None = None,
    budget: float | None = None,
    share: float = MOST_OF_A_RANGE,
    draws: int | None = None,
    front: bool = False,
    drill: int | None = None,
    seed: int = DEFAULT_SEED,
    generated: datetime,
    progress: Callable[[str], None] = lambda step: None,
) -> PlanAnswer:
    """The cheapest plan by which every goal of detection is met.

    Parameters
    ----------
    site
        The facts, as read and checked. What was recorded up to ``as_of`` stands for a year as it will be.
    as_of
        Use only what was recorded by the end of this day.
    surge
        More production in the same books: the plan is made for that.
    budget
        What the plan may cost a year, in the currency of the site (or in hours where no money is stated); that of
        ``[plan]`` where ``None``.
    share
        In how much of a range of what may come a plan must hold, in (0, 1].
    draws
        Draw the factors of every range of what may come so often; only those whose rows say more, and 1000 times, where
        ``None``.
    front
        Look at the cheapest plans for larger and smaller losses as well.
    drill
        In so many copies of the planned books the losses of the goals are looked for; none where ``None``.
    seed
        Of every simulation in it, and of the search: same facts, options and seed give the same plan.

    Raises ``UsageError`` where there is no goal, and for a cost that is not stated.
    """
    _require(site, draws)
    coming = scenarios_of(site, draws=draws is not None)
    moment = None if as_of is None else end_of(as_of, site.timezone)
    progress("reading the books as known")
    known = known_at(site, moment)
    books = known if surge is None else known_at(surged_site(known, surge), None)
    asked = SightRequest(goals=site["goals"], detection=site.settings.detection.detection, seed=seed)
    progress("closing the balances")
    seen = SeenBooks.of(books, asked)
    posts = planners_of(known, seen, asked, moment=moment, now=generated, surge=surge, progress=progress)
    planner, force = posts.planner, posts.force
    most = site.settings.plan.budget if budget is None else budget
    may_spend = _amount(most)
    left = None if may_spend is None else may_spend - posts.cost
    found, guards = planned_together(planner, force, left)
    guarding = GuardsQuestion(with_posts(known, posts.chosen), moment, generated, surge, planner.costs, seed)
    cases = ScenarioBooks(planner.books, planner, asked, closing_with_plan(asked, progress), guarding, force)
    looked_at = look_at_scenarios(cases, coming, found.choice, may_spend, posts.cost, share, draws or DRAWS, progress)
    scenarios, robust = posts.beside(*looked_at)
    front_points = _front(seen, posts, found, asked, progress) if front else ()
    ranges = cost_ranges(planner, force, found, posts, may_spend, seed, progress)
    found, guards = posts.told(found, guards)
    return PlanAnswer(
        version=VERSION,
        at=generated,
        seed=seed,
        options=_options(as_of, seed, surge, budget, front=front),
        site=site.name,
        timezone=site.timezone,
        currency=site.settings.site.currency,
        production=None if surge is None else surge.text,
        assumptions=() if surge is None else tuple(surge.assumptions()),
        detection=asked.detection,
        false_alarm=site.settings.detection.false_alarm,
        status=found.status,
        cost_unit=planner.costs.unit,
        cost=None if found.cost is None else float(found.cost),
        bound=None if found.bound is None else float(found.bound),
        cost_now=float(found.cost_now),
        budget=most,
        needs=None if found.needs is None else float(found.needs),
        measures=found.measures,
        goals=found.goals,
        in_the_way=found.in_the_way,
        calendar=() if found.cost is None else planned_days(found.measures, local_day(generated, site.timezone)),
        scenarios=scenarios,
        robust=robust,
        interruption=found.interruption,
        left_out=found.left_out,
        closed_again=found.closed_again,
        looked_at=found.looked_at,
        set_aside=len(site.problems),
        guards=guards,
        counts=found.counts,
        front=front_points,
        ranges=ranges,
        drilled=() if drill is None else drill_of_plan(seen, found.choice, drill, seed, generated, progress),
    )


def _front(
    seen: SeenBooks, posts: DecidedPosts, found: Planned, asked: SightRequest, progress: Callable[[str], None]
) -> tuple[FrontPoint, ...]:
    """What larger and smaller losses would cost to find, with the same guards beside."""

    def closed_for(goals: pl.DataFrame) -> ClosedAgain:
        return closing_with_plan(replace(asked, goals=goals), progress)(seen)

    guards = None if posts.force is None else posts.force.cost
    if posts.force is not None and guards is None:
        return ()
    return loss_front(posts.planner, found, guards or Fraction(0), posts.cost, closed_for, progress)


_ASKED = ("goals", "costs", "options", "scenarios", "layers")
"""Tables that say what is asked of a plan."""


def _amount(budget: float | None) -> Fraction | None:
    if budget is not None and not 0 <= budget < math.inf:
        raise UsageError(f"budget: {budget:g} is no amount that could be spent: give a number from 0 on")
    return None if budget is None else Fraction(str(budget))


def _require(site: Site, draws: int | None) -> None:
    """Raise ``UsageError`` for a row at fault of what is asked: without it a plan would promise too much."""
    site.require_filled()
    if draws is not None and draws < 1:
        raise UsageError(f"draws: {draws} are none: give a whole number from 1 on")
    for problem in site.problems:
        if problem.table in _ASKED:
            raise UsageError(f"{problem} (a plan leaves no row of {problem.table} out)")


def _options(
    as_of: str | date | datetime | None, seed: int, surge: Surge | None, budget: float | None, *, front: bool
) -> Mapping[str, str | int | float | bool | None]:
    return MappingProxyType(
        {
            "as_of": None if as_of is None else str(as_of),
            "budget": budget,
            "seed": seed,
            **({"front": True} if front else {}),
            **({} if surge is None else surge.options()),
        }
    )
