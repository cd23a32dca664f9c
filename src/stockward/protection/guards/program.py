"""The integer program of the guards: how many of each group join, so that every goal on them holds, at the least cost.

minimise    Σ cost of those who join + Σ over lines of the output that they leave
subject to  record + joining ≥ asked for, on each day of each order, of the posts and of each qualification;
            low × department ≤ those of an affiliation ≤ high × department, on each day on which guards are counted
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from stockward.answers.planned.guards import ForceGoalKind
from stockward.guards.roll import PATROLLING
from stockward.guards.selection.lines import Line
from stockward.guards.selection.ruling import band_rules, line_prices, output_lost_sum
from stockward.optim.linear import LinearRule, LinearSolution, Program, Sum
from stockward.optim.whole import whole_costs
from stockward.protection.guards.goals import ForceGoal
from stockward.protection.guards.pool import CandidateGroup, ForceCandidate, in_groups
from stockward.terms.verdicts import Solved

Department = Mapping[date, Mapping[str, int]]
"""The guards of the record on each day that matters, by affiliation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceMarket:
    """Who could join, and what that costs: by affiliation, role and whether they train, and by line.

    The ``worth`` of a line is what it costs a year if it makes nothing.
    """

    pool: tuple[ForceCandidate, ...]
    prices: Mapping[tuple[str, str, bool], Fraction]
    lines: Mapping[str, Line]
    qualifications: frozenset[str]

    def cost(self, joining: Mapping[CandidateGroup, tuple[int, int]]) -> Fraction:
        """What a choice costs a year: so many of each group, however many of them patrol."""
        taken: dict[str, int] = {}
        total = Fraction(0)
        for group, (number, _) in joining.items():
            total += number * self.prices[group.affiliation, group.role, group.trains]
            if group.line is not None:
                taken[group.line] = taken.get(group.line, 0) + number
        return total + sum(
            (self.lines[line].worth * self.lines[line].share_lost(number) for line, number in taken.items()),
            Fraction(0),
        )


@dataclass(frozen=True, slots=True)
class Joining:
    """Who joins: of each group how many, and how many of these patrol; the cost a year, and what none falls below.

    ``days`` are those that the groups tell apart.
    """

    status: Solved
    days: tuple[date, ...]
    chosen: Mapping[CandidateGroup, tuple[int, int]] | None
    cost: Fraction | None
    bound: Fraction | None


class ForceProgram:
    """The program for some goals; those of ``slack`` may be missed, by as little as can be."""

    def __init__(
        self,
        market: ForceMarket,
        goals: Sequence[ForceGoal],
        department: Department,
        *,
        seed: int,
        slack: Sequence[ForceGoal] = (),
    ) -> None:
        self._market, self._seed = market, seed
        every = [*goals, *slack]
        self.days = sorted({day for goal in every for day in goal.key_days})
        self.groups = in_groups(market.pool, self.days, market.qualifications)
        self._program = Program()
        self._joining = {group: self._program.number(0, len(alike)) for group, alike in self.groups.items()}
        self._patrolling = {group: self._patrol(group, number) for group, number in self._joining.items()}
        for goal in goals:
            self._keep(goal, department)
        self._short = {goal: self._missed_by(goal) for goal in slack}

    def _patrol(self, group: CandidateGroup, number: int) -> int:
        patrolling = self._program.number(0, len(self.groups[group]) if group.patrols else 0)
        self._program.rule({number: 1, patrolling: -1}, low=0)
        return patrolling

    def _keep(self, goal: ForceGoal, department: Department) -> None:
        if goal.kind is ForceGoalKind.BAND and goal.shares is not None:
            band = (goal.of, *goal.shares)
            for day in goal.days:
                joining = {number: group.affiliation for group, number in self._on(day)}
                for rule in band_rules([band], department[day], joining, most=len(self._market.pool)):
                    self._program.rule(rule.terms, low=rule.low, high=rule.high)
        elif goal.free is not None:
            self._program.rule(self._taken_from(goal.of), high=goal.free)
        else:
            for one in goal.held:
                self._program.rule(self._counted(goal, one.on), low=one.low - one.figure)

    def _missed_by(self, goal: ForceGoal) -> int:
        """By how many guards like those on record a goal is missed: a number that its rules are relaxed by."""
        if goal.free is not None:
            short = self._program.number(0, len(self._market.pool))
            self._program.rule({**self._taken_from(goal.of), short: -1}, high=goal.free)
            return short
        most = max((-((one.figure - one.low) // one.each) for one in goal.held), default=0)
        short = self._program.number(0, max(most, 0))
        for one in goal.held:
            self._program.rule({**self._counted(goal, one.on), short: one.each}, low=one.low - one.figure)
        return short

    def _on(self, day: date) -> Iterable[tuple[CandidateGroup, int]]:
        place = self.days.index(day)
        return ((group, number) for group, number in self._joining.items() if group.serves[place])

    def _counted(self, goal: ForceGoal, day: date) -> Sum:
        """Those who join and count towards a goal on a day, with what each counts."""
        if goal.measure == PATROLLING:
            return {self._patrolling[group]: 1 for group, _ in self._on(day)}
        holders = goal.kind is ForceGoalKind.QUALIFICATION
        return {
            number: goal.weight(group.hours)
            for group, number in self._on(day)
            if not holders or goal.of in group.qualifications
        }

    def _taken_from(self, line: str) -> Sum:
        return {number: 1 for group, number in self._joining.items() if group.line == line}

    def cheapest(self) -> Joining:
        """The least cost; of those that cost it the fewest who join, then the least output lost, the fewest patrols."""
        lines = self._market.lines
        by_group = [self._market.prices[group.affiliation, group.role, group.trains] for group in self._joining]
        times = len(self._market.pool) + 2 * len(lines) + 1
        costs = whole_costs([*by_group, *line_prices(lines.values())], times=times)
        taken = {number: group.line for group, number in self._joining.items()}
        cost = dict(zip(self._joining.values(), costs.costs, strict=False))
        cost |= output_lost_sum(self._program, lines, taken, costs.costs[len(by_group) :])
        first, days = self._program.minimise(cost, seed=self._seed), tuple(self.days)
        if not first.found:
            return Joining(first.status, days, None, None, None)
        best = self._settled(first, [LinearRule(cost, high=first.objective)])
        chosen = {
            group: (best.values[number], best.values[self._patrolling[group]])
            for group, number in self._joining.items()
            if best.values[number]
        }
        exact = self._market.cost(chosen)
        if first.status is Solved.PROVEN and costs.exact:
            return Joining(first.status, days, chosen, exact, exact)
        rounded = 0 if costs.exact else times
        bound = Fraction(max((first.bound or 0) - rounded, 0)) / costs.scale
        return Joining(Solved.FEASIBLE, days, chosen, exact, min(exact, bound))

    def _settled(self, first: LinearSolution, rules: list[LinearRule]) -> LinearSolution:
        """Between answers of the same cost the later aims decide."""
        aims = (dict.fromkeys(self._joining.values(), 1), self._shares(), dict.fromkeys(self._patrolling.values(), 1))
        best = first
        for aim in aims:
            found = self._program.minimise(aim, seed=self._seed, also=rules)
            if not found.found:
                break
            best = found
            rules.append(LinearRule(aim, high=found.objective))
        return best

    def _shares(self) -> Sum:
        """The output lost as shares of what each line makes, whatever that is worth."""
        lines = {
            code: replace(line, worth=Fraction(bool(line.output_per_day))) for code, line in self._market.lines.items()
        }
        whole = whole_costs(line_prices(lines.values()), times=len(self._market.pool) + 1)
        taken = {number: group.line for group, number in self._joining.items()}
        return output_lost_sum(self._program, lines, taken, whole.costs)

    def possible(self) -> Solved:
        """Whether any choice keeps every rule."""
        return self._program.minimise({}, seed=self._seed).status

    def least_missed(self) -> dict[ForceGoal, int] | None:
        """By how many these goals must be missed, at least in all; ``None`` where the others cannot be met even so."""
        found = self._program.minimise(dict.fromkeys(self._short.values(), 1), seed=self._seed)
        if not found.found:
            return None
        return {goal: found.values[number] for goal, number in self._short.items() if found.values[number]}
