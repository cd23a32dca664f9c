"""What may come: each scenario as a case of its own, and one plan for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from stockward.answers.plan import PlannedMeasure, PlannedScenario, RobustPlan, StoreInScenario
from stockward.book import Site
from stockward.protection.case_goals import CaseGoals
from stockward.protection.choosing import CheapestChoice
from stockward.protection.decisions import DecidedLevels
from stockward.protection.planning import Planner
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import Solved

_NEARLY_THERE = 0.02
"""The factor of production up to which a plan holds is known to so much of it."""


@dataclass(frozen=True, slots=True)
class Flows:
    """Factors of production and of what leaves the site."""

    production: float
    dispatch: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Something that may come: more production, of ``of`` alone where a substance or a line is named, or other prices.

    It comes from ``begin``, which is today where it is known, to ``end``; of a range both are known, and anything
    between them is as likely.
    """

    key: str
    label: str
    begin: Flows
    end: Flows
    is_range: bool
    of: str | None
    weighings: str
    prices: Fraction
    since: date | None
    chance: float | None

    def at(self, place: float) -> Flows:
        """The factors on the way from begin (0) to end (1), evenly in both."""
        return Flows(
            production=self.begin.production + place * (self.end.production - self.begin.production),
            dispatch=self.begin.dispatch + place * (self.end.dispatch - self.begin.dispatch),
        )


def scenarios_of(site: Site) -> tuple[Scenario, ...]:
    """The scenarios of a site, in the order of their rows.

    Raises ``UsageError`` for a range that is upside down, for what belongs to more production where there is none, and
    for chances that add up to more than one.
    """
    file = site.sources.get("scenarios", "scenarios.csv")
    found = tuple(_scenario(row, file) for row in site["scenarios"].to_dicts())
    total = sum((Fraction(str(one.chance)) for one in found if one.chance), Fraction(0))
    if total > 1:
        raise UsageError(f"{file}, column chance: the chances add up to {float(total):g}, more than 1: lower them")
    return found


def _scenario(row: dict[str, Any], file: str) -> Scenario:
    flows = [_flows(row["production"], row["dispatch"]), _flows(row["production_to"], row["dispatch_to"])]
    where, is_range = f"{file} row {row['row']}", row["production_to"] is not None
    if row["dispatch_to"] is not None and not is_range:
        raise UsageError(f"{where}: dispatch_to is the upper end of a range, and there is no production_to: state it")
    begin, end = flows if is_range else (_TODAY, flows[0])
    if is_range and row["dispatch_to"] is None:
        end = Flows(end.production, begin.dispatch)
    if end.production < begin.production and is_range:
        raise UsageError(
            f"{where}: production_to {end.production:g} is below production {begin.production:g}: exchange them, or "
            "leave production_to blank"
        )
    if any(one.production == 1.0 and one.dispatch != 1.0 for one in (begin, end)):
        raise UsageError(
            f"{where}: dispatch says what leaves where production changes, and production does not: state another "
            "production, or leave dispatch blank"
        )
    return Scenario(
        key=str(row["scenario"]),
        label=row["name"] or str(row["scenario"]),
        begin=begin,
        end=end,
        is_range=is_range,
        of=None if row["of"] is None else str(row["of"]),
        weighings=row["weighings"] or "heavier",
        prices=Fraction(str(1 if row["prices"] is None else row["prices"])),
        since=row["since"],
        chance=row["chance"],
    )


def _flows(production: float | None, dispatch: float | None) -> Flows:
    return Flows(1.0 if production is None else production, 1.0 if dispatch is None else dispatch)


_TODAY = Flows(1.0, 1.0)


@dataclass(frozen=True, slots=True)
class ScenarioCase:
    """A scenario with the goals in its books, at the ``place`` between its begin and its end that is planned for.

    ``at`` gives the goals at another place; ``full`` are the stores that get full.
    """

    scenario: Scenario
    place: float
    goals: CaseGoals
    full: tuple[StoreInScenario, ...]
    at: Callable[[float], CaseGoals]


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
    """Looks at what may come beside the plan for things as they are; ``chosen`` is ``None`` where there is none."""

    planner: Planner
    chosen: DecidedLevels | None
    budget: Fraction | None
    _own: dict[str, CheapestChoice] = field(default_factory=dict)

    def look(self, case: ScenarioCase) -> PlannedScenario:
        """One scenario: what fails in it, and the cheapest plan for it."""
        scenario, goals = case.scenario, case.goals
        kept = self.planner.today if self.chosen is None else self.chosen
        own = self._own[scenario.key] = self.planner.cheapest([goals], self._most(scenario))
        missed = self._missed(goals, kept)
        breaking = _NOT_LOOKED_FOR if self.chosen is None else self._breaking(case, kept, missed)
        flows = scenario.at(case.place)
        return PlannedScenario(
            key=scenario.key,
            label=scenario.label,
            production=_grown(scenario, flows.production),
            factor=flows.production,
            dispatch=flows.dispatch,
            prices=float(scenario.prices),
            since=scenario.since,
            chance=scenario.chance,
            goals=len(goals.held) + len(goals.unmet) + goals.exact,
            met_today=len(goals.met(self.planner.today)) + goals.exact,
            met=None if self.chosen is None else len(goals.met(kept)) + goals.exact,
            missed=missed if self.chosen is not None else (),
            holds_to=None if breaking.holds is None else scenario.at(breaking.holds).production,
            breaks_first=breaking.first,
            share_held=breaking.share if scenario.is_range else None,
            full=case.full,
            status=own.status,
            cost=None if own.cost is None else float(own.cost * scenario.prices),
            in_the_way=self.planner.in_the_way(goals, self._most(scenario)) if own.choice is None else (),
            changes=() if own.choice is None else self.planner.changes(kept, own.choice),
            regret=self._regret(own, kept, scenario) if self.chosen is not None and not missed else None,
        )

    def robust(self, cases: Sequence[ScenarioCase], share: float) -> RobustPlan:
        """The cheapest plan for things as they are and all that may come; ``look`` has seen each before."""
        # Other prices leave the books, and so the goals, as they are: those stand once.
        together = [self.planner.case, *(one.goals for one in cases if one.goals is not self.planner.case)]
        alone = [one.scenario.label for one in cases if self._own[one.scenario.key].choice is None]
        best = (
            CheapestChoice(Solved.IMPOSSIBLE, None, None, None)
            if alone or self.chosen is None
            else self.planner.cheapest(together, self._least_budget(cases))
        )
        today = self.planner.today
        spent = None if self.chosen is None else self.planner.cost(self.chosen)
        return RobustPlan(
            status=best.status,
            cost=None if best.cost is None else float(best.cost),
            bound=None if best.bound is None else float(best.bound),
            more=None if best.cost is None or spent is None else float(best.cost - spent),
            share=share if any(one.scenario.is_range for one in cases) else None,
            measures=() if best.choice is None else self.planner.changes(today, best.choice),
            at_once=() if best.choice is None else self._at_once(best.choice),
            impossible_in=tuple(alone),
        )

    def _at_once(self, robust: DecidedLevels) -> tuple[PlannedMeasure, ...]:
        """What is decided in one way, other than today, in the plan of each case and in the one for all."""
        plans = [robust, *(one.choice for one in self._own.values() if one.choice is not None)]
        if self.chosen is not None:
            plans.append(self.chosen)
        same = {one: place if all(plan[one] == place for plan in plans) else one.today for one, place in robust.items()}
        return self.planner.changes(self.planner.today, same)

    def _missed(self, goals: CaseGoals, kept: DecidedLevels) -> tuple[str, ...]:
        """The goals that a plan misses in a case."""
        met = {id(one) for one in goals.met(kept)}
        return (*(one.label for one in goals.held if id(one) not in met), *(one.label for one in goals.unmet))

    def _breaking(self, case: ScenarioCase, kept: DecidedLevels, missed: tuple[str, ...]) -> _Breaking:
        """Up to where a plan holds: between where it does and where it misses a goal, the interval is halved.

        That it holds before where it holds, and misses beyond where it misses, is taken for granted.
        """
        scenario = case.scenario
        holds, misses, first = (0.0, case.place, missed) if missed else (case.place, 1.0, ())
        if missed and scenario.is_range and (begins := self._missed(case.at(0.0), kept)):
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

    def _regret(self, own: CheapestChoice, kept: DecidedLevels, scenario: Scenario) -> float | None:
        if own.cost is None:
            return None
        return float((self.planner.cost(kept) - own.cost) * scenario.prices)

    def _most(self, scenario: Scenario) -> Fraction | None:
        """What a plan may cost at the prices of today, so that it keeps to the budget at those of the scenario."""
        return None if self.budget is None else self.budget / scenario.prices

    def _least_budget(self, cases: Sequence[ScenarioCase]) -> Fraction | None:
        most = [self._most(one.scenario) for one in cases]
        return min((one for one in [self.budget, *most] if one is not None), default=None)


def _is_near(one: float, other: float) -> bool:
    return abs(one - other) <= _NEARLY_THERE * one


def _grown(scenario: Scenario, factor: float) -> str | None:
    if factor == 1.0:
        return None
    return f"{scenario.of or 'all production'} × {factor:.3g}"
