"""What may come: each scenario as a case of its own, and one plan for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from stockward.answers.plan import PlannedMeasure, PlannedScenario, RobustPlan, StoreInScenario
from stockward.answers.planned.coming import RobustGuards, ScenarioGuards
from stockward.answers.planned.guards import PlannedGuards
from stockward.protection.case_goals import CaseGoals
from stockward.protection.choosing import CheapestChoice
from stockward.protection.coming.asked import Scenario
from stockward.protection.coming.guarding import KeptGuards, guards_for_all
from stockward.protection.decisions import DecidedLevels
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.guards.program import Joining
from stockward.protection.planning import Planner
from stockward.protection.together import worse_of
from stockward.terms.verdicts import Solved

RESPONSE_IN_TIME = "response in time"
"""What the goal is called that a thief is met."""
_NEARLY_THERE = 0.02
"""The factor of production up to which a plan holds is known to so much of it."""


@dataclass(frozen=True, slots=True)
class CaseBooks:
    """The books of a site with something in them: the goals of detection, who plans for them, and who plans the guards.

    ``planner`` decides on the same as that of today, and draws from the stock of these books; ``force`` is ``None`` for
    a site that asks nothing of its guards.
    """

    goals: CaseGoals
    planner: Planner
    force: ForcePlanner | None


@dataclass(frozen=True, slots=True)
class ScenarioCase:
    """A scenario with its books, at the ``place`` between its begin and its end that is planned for.

    ``at`` gives the books at another place; ``full`` are the stores that get full.
    """

    scenario: Scenario
    place: float
    there: CaseBooks
    full: tuple[StoreInScenario, ...]
    at: Callable[[float], CaseBooks]


@dataclass(frozen=True, slots=True)
class _Breaking:
    """The last place at which a plan holds, ``None`` where it holds at the end or nowhere; what it misses beyond; and
    the share of the way up to there."""

    holds: float | None
    first: tuple[str, ...]
    share: float | None


_NOT_LOOKED_FOR = _Breaking(None, (), None)


@dataclass(slots=True)
class WhatMayCome:
    """Looks at what may come beside the plan for things as they are; ``chosen`` is ``None`` where there is none.

    ``force`` plans the guards of that plan; ``budget`` is what both may cost.
    """

    planner: Planner
    force: ForcePlanner | None
    chosen: DecidedLevels | None
    budget: Fraction | None
    _own: dict[str, CheapestChoice] = field(default_factory=dict)
    _guarded: dict[str, ForcePlanner | None] = field(default_factory=dict)

    def look(self, case: ScenarioCase) -> PlannedScenario:
        """One scenario: what fails in it, and the cheapest plan for it."""
        scenario, there = case.scenario, case.there
        kept = self.planner.today if self.chosen is None else self.chosen
        most = _left(self._most(scenario), there.force)
        own = self._own[scenario.key] = there.planner.cheapest([there.goals], most)
        self._guarded[scenario.key] = there.force
        missed = self._missed(there, kept)
        breaking = _NOT_LOOKED_FOR if self.chosen is None else self._breaking(case, kept, missed)
        flows = scenario.at(case.place)
        status = own.status if there.force is None else worse_of(own.status, there.force.best.status)
        cost = None if own.cost is None else _sum(own.cost, there.force)
        goals = there.goals
        return PlannedScenario(
            key=scenario.key,
            label=scenario.label,
            production=_grown(scenario, flows.production),
            factor=flows.production,
            dispatch=flows.dispatch,
            prices=float(scenario.prices),
            since=scenario.since,
            chance=scenario.chance,
            goals=len(goals.held) + len(goals.unmet) + goals.exact + self._beside(there),
            met_today=len(goals.met(self.planner.today)) + goals.exact + self._met_beside(there, None),
            met=None if self.chosen is None else len(goals.met(kept)) + goals.exact + self._met_beside(there, kept),
            missed=missed if self.chosen is not None else (),
            holds_to=None if breaking.holds is None else scenario.at(breaking.holds).production,
            breaks_first=breaking.first,
            share_held=breaking.share if scenario.is_range else None,
            full=case.full,
            status=status,
            cost=None if cost is None else float(cost * scenario.prices),
            in_the_way=there.planner.in_the_way(goals, most) if own.choice is None else (),
            changes=() if own.choice is None else self.planner.changes(kept, own.choice),
            regret=self._regret(own, kept, case) if self.chosen is not None and not missed else None,
            workforce=flows.workforce,
            absence=flows.absence,
            guards=None if there.force is None else self._guards(there.force, scenario),
            left_out=tuple(_undrawn(self.planner, there.planner)) if flows.production != 1.0 else (),
        )

    def robust(self, cases: Sequence[ScenarioCase], share: float) -> RobustPlan:
        """The cheapest plan for things as they are and all that may come; ``look`` has seen each before."""
        # Other prices leave the books, and so the goals, as they are: those stand once.
        together = [self.planner.case, *(one.there.goals for one in cases if one.there.goals is not self.planner.case)]
        alone = [one.scenario.label for one in cases if not self._has_plan(one.scenario.key)]
        joining = None if alone or self.force is None else self._guards_for_all()
        without_guards = self.force is not None and (joining is None or joining.cost is None)
        best = (
            CheapestChoice(Solved.IMPOSSIBLE, None, None, None)
            if alone or self.chosen is None or without_guards
            else self.planner.cheapest(together, self._least_budget(cases, joining))
        )
        today = self.planner.today
        spent = None if self.chosen is None else _sum(self.planner.cost(self.chosen), self.force)
        cost = None if best.cost is None else best.cost + self._cost_of(joining)
        return RobustPlan(
            status=best.status if joining is None else worse_of(best.status, joining.status),
            cost=None if cost is None else float(cost),
            bound=None if best.bound is None else float(best.bound + self._bound_of(joining)),
            more=None if cost is None or spent is None else float(cost - spent),
            share=share if any(one.scenario.is_range for one in cases) else None,
            measures=() if best.choice is None else self.planner.changes(today, best.choice),
            at_once=() if best.choice is None else self._at_once(best.choice),
            impossible_in=tuple(alone),
            guards=None if joining is None or best.cost is None else self._robust_guards(joining),
        )

    def _has_plan(self, key: str) -> bool:
        guarded = self._guarded[key]
        return self._own[key].choice is not None and (guarded is None or guarded.best.chosen is not None)

    def _at_once(self, robust: DecidedLevels) -> tuple[PlannedMeasure, ...]:
        """What is decided in one way, other than today, in the plan of each case and in the one for all."""
        plans = [robust, *(one.choice for one in self._own.values() if one.choice is not None)]
        if self.chosen is not None:
            plans.append(self.chosen)
        same = {one: place if all(plan[one] == place for plan in plans) else one.today for one, place in robust.items()}
        return self.planner.changes(self.planner.today, same)

    def _missed(self, there: CaseBooks, kept: DecidedLevels) -> tuple[str, ...]:
        """The goals that a plan misses in a case."""
        goals = there.goals
        met = {id(one) for one in goals.met(kept)}
        thief = [] if all(one.is_met(one.key(kept)) for one in self.planner.response.goals) else [RESPONSE_IN_TIME]
        guards = [] if there.force is None else [one.label for one in self._kept(there.force).missed()]
        return (
            *(one.label for one in goals.held if id(one) not in met),
            *(one.label for one in goals.unmet),
            *thief,
            *guards,
        )

    def _kept(self, there: ForcePlanner) -> KeptGuards:
        """The guards of the plan of today in a case."""
        return KeptGuards.of(there, None if self.chosen is None or self.force is None else self.force.best)

    def _beside(self, there: CaseBooks) -> int:
        """How many goals there are beside those of detection: that a thief is met, and those on the guards."""
        return len(self.planner.response.goals) + (0 if there.force is None else len(there.force.facts.goals))

    def _met_beside(self, there: CaseBooks, kept: DecidedLevels | None) -> int:
        """How many of these are met with a plan; as today without one."""
        choice = self.planner.today if kept is None else kept
        met = sum(one.is_met(one.key(choice)) for one in self.planner.response.goals)
        if there.force is None:
            return met
        guards = KeptGuards.of(there.force, None) if kept is None else self._kept(there.force)
        return met + sum(not guards.misses(goal) for goal in there.force.facts.goals)

    def _guards(self, there: ForcePlanner, scenario: Scenario) -> ScenarioGuards:
        """What becomes of the guards in a scenario."""
        kept, goals = self._kept(there), there.facts.goals
        record = KeptGuards.of(there, None)
        return ScenarioGuards(
            goals=len(goals),
            met_today=sum(not record.misses(goal) for goal in goals),
            met=None if self.chosen is None else sum(not kept.misses(goal) for goal in goals),
            missed=tuple(kept.missed()),
            joining=kept.should,
            still=len(kept.joined),
            pool=len(there.facts.market.pool),
            status=there.best.status,
            cost=None if there.cost is None else float(there.cost * scenario.prices),
            groups=() if there.best.chosen is None else tuple(there.groups(there.best)),
            in_the_way=tuple(one.label for one in there.conflict),
            ways_out=tuple(replace(one, cost=float(one.cost * scenario.prices)) for one in there.ways_out),
        )

    def _guards_for_all(self) -> Joining | None:
        cases = [one for one in self._guarded.values() if one is not None and one is not self.force]
        return None if self.force is None else guards_for_all(self.force, cases)

    def _robust_guards(self, joining: Joining) -> RobustGuards | None:
        if self.force is None:
            return None
        groups = tuple(self.force.groups(joining))
        plans = [self.force, *(one for one in self._guarded.values() if one is not None)]
        known = [*(tuple(one.groups(one.best)) for one in plans), groups]
        return RobustGuards(cost=float(self._cost_of(joining)), groups=groups, at_once=tuple(_in_every(known)))

    def _cost_of(self, joining: Joining | None) -> Fraction:
        """What a year of the guards costs with those who join; nothing for a site that asks nothing of its guards."""
        if self.force is None or joining is None or joining.cost is None:
            return Fraction(0)
        return joining.cost + self.force.record_cost

    def _bound_of(self, joining: Joining | None) -> Fraction:
        if self.force is None or joining is None or joining.bound is None:
            return Fraction(0)
        return joining.bound + self.force.record_cost

    def _breaking(self, case: ScenarioCase, kept: DecidedLevels, missed: tuple[str, ...]) -> _Breaking:
        """Up to where a plan holds: between where it does and where it misses a goal, the interval is halved.

        That it holds before where it holds, and misses beyond where it misses, is taken for granted.
        """
        scenario = case.scenario
        holds, misses, first = (0.0, case.place, missed) if missed else (case.place, 1.0, ())
        if scenario.at(0.0).production == scenario.at(1.0).production:
            return _Breaking(None, (), 1.0 if not missed else None)
        if missed and (begins := self._missed(case.at(0.0), kept)):
            return _Breaking(None, begins, 0.0)
        if not missed:
            first = self._missed(case.at(1.0), kept) if case.place < 1.0 else ()
            if not first:
                return _Breaking(None, (), 1.0)
        while not _is_near(scenario.at(holds).production, scenario.at(misses).production):
            middle = (holds + misses) / 2
            beyond = self._missed(case.at(middle), kept)
            if beyond:
                misses, first = middle, beyond
            else:
                holds = middle
        return _Breaking(holds, first, holds)

    def _regret(self, own: CheapestChoice, kept: DecidedLevels, case: ScenarioCase) -> float | None:
        there = case.there
        if own.cost is None or (there.force is not None and there.force.cost is None):
            return None
        spent = there.planner.cost(kept) - own.cost
        if there.force is not None and there.force.cost is not None:
            spent += self._kept(there.force).cost - there.force.cost
        return float(spent * case.scenario.prices)

    def _most(self, scenario: Scenario) -> Fraction | None:
        """What a plan may cost at the prices of today, so that it keeps to the budget at those of the scenario."""
        return None if self.budget is None else self.budget / scenario.prices

    def _least_budget(self, cases: Sequence[ScenarioCase], joining: Joining | None) -> Fraction | None:
        most = [self._most(one.scenario) for one in cases]
        least = min((one for one in [self.budget, *most] if one is not None), default=None)
        return None if least is None else least - self._cost_of(joining)


def _undrawn(today: Planner, there: Planner) -> Iterable[str]:
    """What is said of stocks of items that do not follow production, or of which nothing can be drawn there."""
    units, then = (
        {one.id: one.units for count in planner.lots.counts for one in count.strata} for planner in (today, there)
    )
    yield from (text for text in there.lots.left_out if text not in today.lots.left_out)
    same = [name for name, number in units.items() if then.get(name) == number]
    if same:
        yield f"By the movements of the record the stock of {', '.join(same)} is the same there: as much is drawn."


def _left(most: Fraction | None, force: ForcePlanner | None) -> Fraction | None:
    """What the guards of a case leave of what may be spent."""
    return most if most is None or force is None or force.cost is None else most - force.cost


def _sum(cost: Fraction, force: ForcePlanner | None) -> Fraction | None:
    """A cost with that of the guards; ``None`` where these have no plan."""
    if force is None:
        return cost
    return None if force.cost is None else cost + force.cost


def _in_every(plans: Sequence[Sequence[PlannedGuards]]) -> Iterable[PlannedGuards]:
    """The guards who join in every plan: of each group as many as in the plan that has the fewest."""
    numbers = [{(one.affiliation, one.source): one for one in groups if one.now < one.then} for groups in plans]
    for key in numbers[0]:
        if all(key in found for found in numbers):
            yield min((found[key] for found in numbers), key=lambda one: one.then)


def _is_near(one: float, other: float) -> bool:
    return abs(one - other) <= _NEARLY_THERE * one


def _grown(scenario: Scenario, factor: float) -> str | None:
    if factor == 1.0:
        return None
    return f"{scenario.of or 'all production'} × {factor:.3g}"
