"""What may come: each scenario as a case of its own, and one plan for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from stockward.answers.plan import PlannedMeasure, PlannedScenario, RobustPlan
from stockward.answers.planned.coming import DrawnRobust, DrawnScenario, RobustGuards, ScenarioGuards
from stockward.protection.choosing import CheapestChoice
from stockward.protection.coming.asked import Scenario
from stockward.protection.coming.cases import RESPONSE_IN_TIME, CaseBooks, PlanAlone, ScenarioCase, stocks_undrawn
from stockward.protection.coming.drawn import BUDGET, DrawnCase, PlanOnTrial, TrialFound, prices_of, ranges_drawn
from stockward.protection.coming.guarding import KeptGuards, guards_for_all, joining_in_every
from stockward.protection.decisions import DecidedLevels
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.guards.program import Joining
from stockward.protection.planning import Planner
from stockward.protection.together import worse_of
from stockward.terms.verdicts import Solved

_NEARLY_THERE = 0.02
"""The factor of production up to which a plan holds is known to so much of it."""


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

    ``force`` plans the guards of that plan; ``budget`` is what all may cost, and options on guards at ``posts``, which
    every plan has, cost their part of it.
    """

    planner: Planner
    force: ForcePlanner | None
    chosen: DecidedLevels | None
    budget: Fraction | None
    posts: Fraction
    _alone: dict[str, PlanAlone] = field(default_factory=dict)

    @property
    def _kept_choice(self) -> DecidedLevels:
        """The plan of today, or what is done today where there is none."""
        return self.planner.today if self.chosen is None else self.chosen

    def look(self, case: ScenarioCase) -> PlannedScenario:
        """One scenario: what fails in it, and the cheapest plan for it."""
        scenario, there, kept = case.scenario, case.there, self._kept_choice
        most = _left(self._most(scenario.prices), there.force)
        own = there.planner.cheapest([there.goals], most)
        best = None if there.force is None else there.force.best
        alone = self._alone[scenario.key] = PlanAlone(own, best, (there,), scenario.prices, scenario.label)
        missed = self._missed(there, kept)
        breaking = _NOT_LOOKED_FOR if self.chosen is None else self._breaking(case, kept, missed)
        flows = scenario.at(case.place)
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
            goals=self._goals(there),
            met_today=len(goals.met(self.planner.today)) + goals.exact + self._met_beside(there, None),
            met=None if self.chosen is None else len(goals.met(kept)) + goals.exact + self._met_beside(there, kept),
            missed=missed if self.chosen is not None else (),
            holds_to=None if breaking.holds is None else scenario.at(breaking.holds).production,
            breaks_first=breaking.first,
            share_held=breaking.share if scenario.is_range else None,
            full=case.full,
            status=alone.status,
            cost=None if cost is None else float(cost * scenario.prices),
            in_the_way=there.planner.in_the_way(goals, most) if own.choice is None else (),
            changes=() if own.choice is None else self.planner.changes(kept, own.choice),
            regret=self._regret(own, kept, case) if self.chosen is not None and not missed else None,
            workforce=flows.workforce,
            absence=flows.absence,
            guards=None if there.force is None else self._guards(there.force, there.force.best, scenario.prices),
            left_out=tuple(stocks_undrawn(self.planner, there.planner)) if flows.production != 1.0 else (),
        )

    def look_at_draws(self, case: DrawnCase, share: float) -> PlannedScenario:
        """A scenario that is drawn: in how many draws the plan of today holds, and the plan that holds in a share."""
        joining = None if self.chosen is None or self.force is None else self.force.best
        spent = self.planner.cost(self._kept_choice) + (Fraction(0) if self.force is None else self._cost_of(joining))
        kept = TrialFound.of(
            PlanOnTrial(self._kept_choice, joining, spent + self.posts, self.budget), self.planner, case
        )
        for level in case.levels(share):
            alone, found = self._made_for(case, level), None
            if not alone.is_possible or alone.own.choice is None:
                break
            found = TrialFound.of(self._on_trial(alone.own, alone.joining), self.planner, case)
            if found.share >= share:
                break
        self._alone[case.scenario.key] = alone
        return self._drawn_scenario(case, share, kept, found)

    def _made_for(self, case: DrawnCase, level: float) -> PlanAlone:
        """The plan for so much of each range."""
        scenario, corners = case.scenario, case.farthest(level)
        cases = tuple(case.at(one) for one in corners)
        prices = max((Fraction(str(one.prices)) for one in corners), default=Fraction(1))
        planners = [one.force for one in cases if one.force is not None]
        joining = None if self.force is None else guards_for_all(self.force, planners)
        most = self._most(prices)
        own = self.planner.cheapest(
            list({id(one.goals): one.goals for one in cases}.values()),
            None if most is None else most - self._cost_of(joining),
        )
        return PlanAlone(own, joining, cases, prices, scenario.label, level)

    def _on_trial(self, own: CheapestChoice, joining: Joining | None) -> PlanOnTrial:
        choice, cost = own.choice or self.planner.today, own.cost or Fraction(0)
        return PlanOnTrial(choice, joining, cost + self._cost_of(joining) + self.posts, self.budget)

    def _drawn_scenario(
        self, case: DrawnCase, share: float, kept: TrialFound, found: TrialFound | None
    ) -> PlannedScenario:
        """What is told of a scenario that is drawn; ``found`` is that of the plan made for it."""
        scenario, alone = case.scenario, self._alone[case.scenario.key]
        there, far = alone.cases[-1], case.farthest(case.levels(share)[0])[-1]
        cost = None if found is None or alone.own.cost is None else alone.own.cost + self._cost_of(alone.joining)
        often, goals = kept.often(share), self._goals(there)
        low, high = prices_of(case)
        spent = self.planner.cost(self._kept_choice) + (Fraction(0) if self.force is None else self.force.cost or 0)
        holds = self.chosen is not None and kept.share >= share
        return PlannedScenario(
            key=scenario.key,
            label=scenario.label,
            production=_grown(scenario, far.production),
            factor=far.production,
            dispatch=far.dispatch,
            prices=1.0,
            since=scenario.since,
            chance=scenario.chance,
            goals=goals,
            met_today=len(there.goals.met(self.planner.today)) + there.goals.exact + self._met_beside(there, None),
            met=None if self.chosen is None else goals - len([one for one in often if one != BUDGET]),
            missed=often if self.chosen is not None else (),
            holds_to=None,
            breaks_first=(),
            share_held=kept.share,
            full=(),
            status=alone.status if found is not None else Solved.IMPOSSIBLE,
            cost=None if cost is None else float(cost),
            in_the_way=there.planner.in_the_way(there.goals, None) if alone.own.choice is None else (),
            changes=() if alone.own.choice is None else self.planner.changes(self._kept_choice, alone.own.choice),
            regret=float(spent - cost) if holds and cost is not None else None,
            workforce=far.workforce,
            absence=far.absence,
            guards=None if there.force is None else self._guards(there.force, alone.joining, Fraction(1), ways=False),
            drawn=DrawnScenario(
                draws=kept.draws,
                share=share,
                ranges=ranges_drawn(case.drawn),
                kept=kept.holding(),
                fails=kept.fails(),
                own=None if found is None else found.holding(),
                prices_low=low,
                prices_high=high,
                cost_low=None,
                cost_high=None,
            ).costing(None if cost is None else float(cost)),
        )

    def robust(self, share: float, *, ranges: bool, drawn: Sequence[DrawnCase] = ()) -> RobustPlan:
        """The cheapest plan for things as they are and all that was looked at.

        Where it holds in too few of the draws of a scenario, it is made for more of its ranges.
        """
        while True:
            best, joining = self._for_all()
            found = {} if best.choice is None else {one: self._tried(best, joining, one) for one in drawn}
            wider = [one for one, trial in found.items() if trial.share < share and self._widened(one, share)]
            if not wider:
                break
        alone = [one.label for one in self._alone.values() if not one.is_possible]
        spent = None if self.chosen is None else _sum(self.planner.cost(self.chosen), self.force)
        cost = None if best.cost is None else best.cost + self._cost_of(joining)
        return RobustPlan(
            status=best.status if joining is None else worse_of(best.status, joining.status),
            cost=None if cost is None else float(cost),
            bound=None if best.bound is None else float(best.bound + self._bound_of(joining)),
            more=None if cost is None or spent is None else float(cost - spent),
            share=share if ranges else None,
            measures=() if best.choice is None else self.planner.changes(self.planner.today, best.choice),
            at_once=() if best.choice is None else self._at_once(best.choice),
            impossible_in=tuple(alone),
            guards=None if joining is None or best.cost is None else self._robust_guards(joining),
            drawn=tuple(
                DrawnRobust(key=one.scenario.key, label=one.scenario.label, holding=trial.holding())
                for one, trial in found.items()
            ),
        )

    def _tried(self, best: CheapestChoice, joining: Joining | None, case: DrawnCase) -> TrialFound:
        return TrialFound.of(self._on_trial(best, joining), self.planner, case)

    def _widened(self, case: DrawnCase, share: float) -> bool:
        """Make the plan of a scenario for more of its ranges; whether there is more."""
        key, levels = case.scenario.key, case.levels(share)
        further = [level for level in levels if level > (self._alone[key].level or 0.0)]
        if further:
            self._alone[key] = self._made_for(case, further[0])
        return bool(further)

    def _for_all(self) -> tuple[CheapestChoice, Joining | None]:
        """What is chosen, and who joins, for things as they are and for the cases of all scenarios."""
        none = CheapestChoice(Solved.IMPOSSIBLE, None, None, None)
        planners = [one for alone in self._alone.values() for one in alone.planners]
        if self.chosen is None or not all(one.is_possible for one in self._alone.values()):
            return none, None
        joining = None if self.force is None else guards_for_all(self.force, [self.force, *planners])
        if joining is not None and joining.cost is None:
            return none, joining
        # Other prices leave the books, and so the goals, as they are: those stand once.
        cases = [self.planner.case, *(case.goals for alone in self._alone.values() for case in alone.cases)]
        most = [self._most(alone.prices) for alone in self._alone.values()]
        least = min((one for one in [self._most(Fraction(1)), *most] if one is not None), default=None)
        return self.planner.cheapest(
            list({id(one): one for one in cases}.values()), None if least is None else least - self._cost_of(joining)
        ), joining

    def _at_once(self, robust: DecidedLevels) -> tuple[PlannedMeasure, ...]:
        """What is decided in one way, other than today, in the plan of each case and in the one for all."""
        plans = [robust, *(one.own.choice for one in self._alone.values() if one.own.choice is not None)]
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

    def _goals(self, there: CaseBooks) -> int:
        """How many goals there are in a case."""
        return len(there.goals.held) + len(there.goals.unmet) + there.goals.exact + self._beside(there)

    def _guards(
        self, there: ForcePlanner, best: Joining | None, prices: Fraction, *, ways: bool = True
    ) -> ScenarioGuards:
        """What becomes of the guards in a case, for which ``best`` is the cheapest that joins; ``ways`` asks for those
        out of a conflict.
        """
        kept, goals = self._kept(there), there.facts.goals
        record = KeptGuards.of(there, None)
        joining = there.best if best is None else best
        cost = None if joining.cost is None else joining.cost + there.record_cost
        return ScenarioGuards(
            goals=len(goals),
            met_today=sum(not record.misses(goal) for goal in goals),
            met=None if self.chosen is None else sum(not kept.misses(goal) for goal in goals),
            missed=tuple(kept.missed()),
            joining=kept.should,
            still=len(kept.joined),
            pool=len(there.facts.market.pool),
            status=joining.status,
            cost=None if cost is None else float(cost * prices),
            groups=() if joining.chosen is None else tuple(there.groups(joining)),
            in_the_way=tuple(one.label for one in there.conflict) if ways else (),
            ways_out=tuple(replace(one, cost=float(one.cost * prices)) for one in there.ways_out) if ways else (),
        )

    def _robust_guards(self, joining: Joining) -> RobustGuards | None:
        if self.force is None:
            return None
        groups = tuple(self.force.groups(joining))
        plans = [(self.force, self.force.best)]
        plans += [(one.planners[0], one.joining) for one in self._alone.values() if one.planners and one.joining]
        known = [*(tuple(planner.groups(own)) for planner, own in plans), groups]
        return RobustGuards(cost=float(self._cost_of(joining)), groups=groups, at_once=tuple(joining_in_every(known)))

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

    def _most(self, prices: Fraction) -> Fraction | None:
        """What a plan may cost at the prices of today beside its posts, so that it keeps to the budget at these."""
        return None if self.budget is None else self.budget / prices - self.posts


def _left(most: Fraction | None, force: ForcePlanner | None) -> Fraction | None:
    """What the guards of a case leave of what may be spent."""
    return most if most is None or force is None or force.cost is None else most - force.cost


def _sum(cost: Fraction, force: ForcePlanner | None) -> Fraction | None:
    """A cost with that of the guards; ``None`` where these have no plan."""
    if force is None:
        return cost
    return None if force.cost is None else cost + force.cost


def _is_near(one: float, other: float) -> bool:
    return abs(one - other) <= _NEARLY_THERE * one


def _grown(scenario: Scenario, factor: float) -> str | None:
    if factor == 1.0:
        return None
    return f"{scenario.of or 'all production'} × {factor:.3g}"
