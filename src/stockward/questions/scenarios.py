"""What may come: the books of a site with each scenario in them, and what a plan is worth there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache

import polars as pl

from stockward.answers.plan import PlannedScenario, RobustPlan, StoreInScenario
from stockward.book.known import KnownBooks, known_at
from stockward.protection.case_goals import CaseGoals, ClosedAgain
from stockward.protection.closed.seen_books import SeenBooks
from stockward.protection.coming.asked import Scenario
from stockward.protection.coming.cases import CaseBooks, ScenarioCase
from stockward.protection.coming.drawn import DrawnCase
from stockward.protection.coming.factors import Factors
from stockward.protection.coming.looking import WhatMayCome
from stockward.protection.coming.spreads import DrawnFactors
from stockward.protection.coming.tabulated import TabulatedGoals
from stockward.protection.decisions import DecidedLevels
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.planning import Planner
from stockward.questions.plan_guards import GuardsQuestion
from stockward.surge.asked import Surge
from stockward.surge.books import surged_site, with_factors
from stockward.surge.stores import filling_stores
from stockward.terms.errors import UsageError
from stockward.terms.periods import YEAR_DAYS
from stockward.unseen.series import SightRequest

MOST_OF_A_RANGE = 0.95
"""In how much of a range of what may come a plan must hold, where nobody says."""
DRAWS = 1000
"""So often the factors of a scenario are drawn, where nobody says."""
_A_LITTLE = 1e-9


@dataclass(frozen=True, slots=True)
class ScenarioBooks:
    """The books that scenarios come to, and how the planners hold their goals against them."""

    books: KnownBooks
    planner: Planner
    asked: SightRequest
    closed_with_plan: Callable[[SeenBooks], ClosedAgain]
    guarding: GuardsQuestion
    force: ForcePlanner | None

    def case(self, scenario: Scenario, share: float) -> ScenarioCase:
        """A scenario, at the end of what may come, or of so much of a range."""
        place = share if scenario.is_range else 1.0
        return ScenarioCase(
            scenario=scenario,
            place=place,
            there=self._there(scenario, scenario.at(place)),
            full=self._full(scenario, place),
            at=lambda place: self._there(scenario, scenario.at(place)),
        )

    def drawn(self, scenario: Scenario, drawn: DrawnFactors, number: int, seed: tuple[int, ...]) -> DrawnCase:
        """A scenario whose factors are drawn so many times."""
        return DrawnCase(
            scenario=scenario,
            drawn=drawn,
            draws=drawn.draws(number, seed),
            goals=TabulatedGoals(drawn, lambda factors: self._goals(scenario, factors), scenario.weighings == "more"),
            at=lambda factors: self._there(scenario, factors),
            force_at=cache(lambda factors: self._force(scenario, factors)),
        )

    def _there(self, scenario: Scenario, factors: Factors) -> CaseBooks:
        force, goals = self._force(scenario, factors), self._goals(scenario, factors)
        surge = _surge(scenario, factors)
        if surge is None:
            return CaseBooks(goals, self.planner, force)
        return CaseBooks(goals, self.planner.with_stock_of(known_at(surged_site(self.books, surge), None)), force)

    def _goals(self, scenario: Scenario, factors: Factors) -> CaseGoals:
        """The goals in the books as they then are."""
        surge = _surge(scenario, factors)
        if surge is None:
            return self.planner.case
        seen = SeenBooks.of(known_at(surged_site(self.books, surge), None), self.asked)
        return self.planner.case_of(seen, self.closed_with_plan(seen))

    def _force(self, scenario: Scenario, factors: Factors) -> ForcePlanner | None:
        """Who plans the guards there; the planner of today where nothing is different for them."""
        if self.force is None or (factors.production, factors.workforce, factors.absence) == _UNCHANGED:
            return self.force
        return self.guarding.if_comes(self.force, _surge(scenario, factors), factors, scenario.since)

    def _full(self, scenario: Scenario, place: float) -> tuple[StoreInScenario, ...]:
        """The stores that get full within a year of the last inventory, or of the day from which it is so."""
        surge = _surge(scenario, scenario.at(place)) or Surge()
        names = dict(self.books["areas"].select(pl.col("area").cast(pl.String), "name").rows())
        flows = with_factors(self.books, surge)
        last = self.books.counts["at"].dt.convert_time_zone(self.books.site.timezone).dt.date().max()
        begins = max(day for day in (last, scenario.since) if isinstance(day, date)) if last else None
        return tuple(
            StoreInScenario(label=names.get(store.area) or store.area, full_on=store.full_on)
            for store in filling_stores(self.books, flows, scenario.since)
            if begins and store.full_on and (store.full_on - begins).days <= YEAR_DAYS
        )


_UNCHANGED = (Factors().production, Factors().workforce, Factors().absence)


def look_at_scenarios(
    cases: ScenarioBooks,
    scenarios: Sequence[Scenario],
    chosen: DecidedLevels | None,
    budget: Fraction | None,
    posts: Fraction,
    share: float,
    draws: int,
    progress: Callable[[str], None],
) -> tuple[tuple[PlannedScenario, ...], RobustPlan | None]:
    """Every scenario beside the plan that was ``chosen``, and the plan that holds in all of them.

    ``posts`` is what options on guards at posts cost, which every plan has.

    Raises ``UsageError`` for a share that is none, and for a substance or line that the books do not know.
    """
    if not 0 < share <= 1:
        raise UsageError(f"share: {share:g} is no share of what may come: give more than 0, at most 1")
    if not scenarios:
        return (), None
    answers: list[PlannedScenario] = []
    drawn: list[DrawnCase] = []
    guarded = cases.force is None or cases.force.best.chosen is not None
    coming = WhatMayCome(cases.planner, cases.force, chosen if guarded else None, budget, posts)
    for number, one in enumerate(scenarios):
        progress(f"looking at what may come: {one.label}")
        if one.drawn is None:
            answers.append(coming.look(cases.case(one, share)))
        else:
            drawn.append(cases.drawn(one, one.drawn, draws, (cases.asked.seed, number)))
            answers.append(coming.look_at_draws(drawn[-1], share))
    progress("looking for a plan that holds in all that may come")
    ranges = any(one.is_range or one.drawn is not None for one in scenarios)
    return tuple(answers), coming.robust(share, ranges=ranges, drawn=drawn)


def _surge(scenario: Scenario, flows: Factors) -> Surge | None:
    """The surge of a scenario; ``None`` where production and dispatch are as they were.

    Where production alone is as it was, it is taken for a little more, as dispatch is that of what grows.
    """
    if flows.production == 1.0 and flows.dispatch == 1.0:
        return None
    how = {"dispatch": flows.dispatch, "weighings": scenario.weighings}
    production = flows.production if flows.production != 1.0 else 1.0 + _A_LITTLE
    if scenario.of is None:
        return Surge(production=production, **how)  # type: ignore[arg-type]
    return Surge(only={scenario.of: production}, **how)  # type: ignore[arg-type]
