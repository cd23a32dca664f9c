"""The cheapest plans of small random sites against every plan there is, and in books closed anew by each.

    python -m benchmarks.cheapest_plans               200 sites
    python -m benchmarks.cheapest_plans --sites 20    so many

Of each site every choice that costs less than the bound of its plan (every one, without a plan) is measured, goal by
goal, by the terms of error, and the books are closed with each that meets them all: none may meet them there as well,
and the plan must. Counted: sites with a cheaper plan than was found, plans that miss a goal, and plans that are not
proven.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import numpy as np
from tests.protection.sites_to_plan import drawn_site

from benchmarks import figure
from stockward.book import Site
from stockward.book.known import known_at
from stockward.protection.closed.planned_books import planned_site
from stockward.protection.closed.seen_books import SeenBooks
from stockward.protection.decisions import DecidedLevels
from stockward.protection.goals_held import HeldGoal
from stockward.protection.planning import Planner
from stockward.terms.verdicts import Solved
from stockward.unseen.series import SightRequest


def main() -> None:
    """Print the counts as figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sites", type=int, default=200)
    asked = parser.parse_args()
    found = [_one(drawn_site(1000 + seed)) for seed in range(asked.sites)]
    planned = [one for one in found if one["planned"]]
    figure(f"plans of {len(found)} sites for which a cheaper one exists", sum(one["cheaper"] for one in found), limit=0)
    figure("plans that miss a goal in closed books", sum(one["missed"] for one in found), limit=0)
    figure("share of plans that are not proven", 1 - np.mean([one["proven"] for one in planned]), limit=None)
    figure("share of sites without a plan", 1 - len(planned) / len(found), limit=None)


def _one(site: Site) -> dict[str, bool]:
    request = SightRequest(goals=site["goals"], detection=site.settings.detection.detection, seed=1)
    seen = SeenBooks.of(known_at(site, None), request)

    def closed(choice: DecidedLevels) -> SeenBooks:
        return SeenBooks.of(known_at(planned_site(seen.books, choice, seen.balances.joined), None), request)

    planner = Planner(seen, request.goals, 1, lambda choice: closed(choice).goals())
    best = planner.cheapest([planner.case])
    limit = best.bound
    margins = [one.margin for one in planner.case.held]
    for one in planner.case.held:
        one.margin = 1.0
    by_terms = [choice for choice in _choices(planner, limit) if _meets(planner.case.held, choice)]
    cheaper = any(_meets_closed(planner, closed(choice)) for choice in by_terms)
    for one, margin in zip(planner.case.held, margins, strict=True):
        one.margin = margin
    missed = best.choice is not None and not _meets_closed(planner, closed(best.choice))
    return {
        "planned": best.choice is not None,
        "cheaper": cheaper,
        "missed": missed,
        "proven": best.status is Solved.PROVEN,
    }


def _choices(planner: Planner, limit: Fraction | None) -> list[DecidedLevels]:
    """Every choice below a cost; all of them without one."""
    every = (
        dict(zip(planner.decisions, places, strict=True))
        for places in product(*(range(len(one.levels)) for one in planner.decisions))
    )
    return [choice for choice in every if limit is None or planner.cost(choice) < limit]


def _meets(goals: Sequence[HeldGoal], choice: DecidedLevels) -> bool:
    return all(one.is_met(one.key(choice)) for one in goals)


def _meets_closed(planner: Planner, seen: SeenBooks) -> bool:
    found = seen.goals()
    return all(found[one.id, one.goal.quantity, one.goal.within_days].met for one in planner.case.held)


if __name__ == "__main__":
    main()
