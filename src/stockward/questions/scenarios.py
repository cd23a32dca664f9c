"""What may come: the books of a site with each scenario in them, and what a plan is worth there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from stockward.answers.plan import PlannedScenario, RobustPlan, StoreInScenario
from stockward.book.known import KnownBooks, known_at
from stockward.protection.case_goals import ClosedAgain
from stockward.protection.coming.asked import Factors, Scenario
from stockward.protection.coming.looking import CaseBooks, ScenarioCase, WhatMayCome
from stockward.protection.decisions import DecidedLevels
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.planning import Planner
from stockward.protection.seen_books import SeenBooks
from stockward.questions.plan_guards import GuardsQuestion
from stockward.surge.asked import Surge
from stockward.surge.books import surged_site, with_factors
from stockward.surge.stores import filling_stores
from stockward.terms.errors import UsageError
from stockward.terms.periods import YEAR_DAYS
from stockward.unseen.series import SightRequest

MOST_OF_A_RANGE = 0.95
"""In how much of a range of what may come a plan must hold, where nobody says."""


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
            there=self._there(scenario, place),
            full=self._full(scenario, place),
            at=lambda place: self._there(scenario, place),
        )

    def _there(self, scenario: Scenario, place: float) -> CaseBooks:
        surge, force = _surge(scenario, place), self._force(scenario, place)
        if surge is None:
            return CaseBooks(self.planner.case, self.planner, force)
        seen = SeenBooks.of(known_at(surged_site(self.books, surge), None), self.asked)
        goals = self.planner.case_of(seen, self.closed_with_plan(seen))
        return CaseBooks(goals, self.planner.with_stock_of(seen.books), force)

    def _force(self, scenario: Scenario, place: float) -> ForcePlanner | None:
        """Who plans the guards there; the planner of today where nothing is different for them."""
        factors = scenario.at(place)
        if self.force is None or (factors.production, factors.workforce, factors.absence) == _UNCHANGED:
            return self.force
        return self.guarding.planner(_surge(scenario, place), factors, scenario.since)

    def _full(self, scenario: Scenario, place: float) -> tuple[StoreInScenario, ...]:
        """The stores that get full within a year of the last inventory, or of the day from which it is so."""
        surge = _surge(scenario, place) or Surge()
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
    share: float,
    progress: Callable[[str], None],
) -> tuple[tuple[PlannedScenario, ...], RobustPlan | None]:
    """Every scenario beside the plan that was ``chosen``, and the plan that holds in all of them.

    Raises ``UsageError`` for a share that is none, and for a substance or line that the books do not know.
    """
    if not 0 < share <= 1:
        raise UsageError(f"share: {share:g} is no share of what may come: give more than 0, at most 1")
    if not scenarios:
        return (), None
    looked_at, answers = [], []
    guarded = cases.force is None or cases.force.best.chosen is not None
    coming = WhatMayCome(cases.planner, cases.force, chosen if guarded else None, budget)
    for one in scenarios:
        progress(f"looking at what may come: {one.label}")
        case = cases.case(one, share)
        looked_at.append(case)
        answers.append(coming.look(case))
    progress("looking for a plan that holds in all that may come")
    return tuple(answers), coming.robust(looked_at, share)


def _surge(scenario: Scenario, place: float) -> Surge | None:
    """The surge of a scenario; ``None`` where production is as it was."""
    flows = scenario.at(place)
    if flows.production == 1.0:
        return None
    how = {"dispatch": flows.dispatch, "weighings": scenario.weighings}
    if scenario.of is None:
        return Surge(production=flows.production, **how)  # type: ignore[arg-type]
    return Surge(only={scenario.of: flows.production}, **how)  # type: ignore[arg-type]
