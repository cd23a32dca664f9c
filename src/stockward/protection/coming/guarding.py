"""Guards if something comes: who of a plan still joins, which goals on them are missed from when, and one plan for all.

A plan says how many of each group of candidates who are alike join. If fewer workers remain, so many of each group join
as are left of it; everything is then counted on that roll.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import takewhile

from stockward.answers.planned.coming import GuardsMissed
from stockward.answers.planned.guards import ForceGoalKind, PlannedGuards
from stockward.guards.roll import GUARDS, PATROLLING
from stockward.protection.guards.cheapest import ForceChooser
from stockward.protection.guards.facts import ForceFacts
from stockward.protection.guards.goals import STANDING, ForceGoal, rule_of
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.guards.pool import ForceCandidate, in_groups
from stockward.protection.guards.program import Joining
from stockward.terms.verdicts import Solved

Joined = Sequence[tuple[ForceCandidate, bool]]
"""Who joins, and whether they patrol."""


@dataclass(frozen=True, slots=True)
class KeptGuards:
    """The guards that a plan comes to in a case: those who still join, of so many who should, and what they cost."""

    facts: ForceFacts
    joined: Joined
    should: int
    cost: Fraction

    @classmethod
    def of(cls, there: ForcePlanner, joining: Joining | None) -> KeptGuards:
        """As many of each group of a plan as are left in a case; the record alone without a plan."""
        facts = there.facts
        if joining is None or joining.chosen is None:
            return cls(facts, (), 0, there.record_cost)
        left = in_groups(facts.market.pool, joining.days, facts.market.qualifications)
        joined: list[tuple[ForceCandidate, bool]] = []
        chosen = {}
        for group, (number, patrolling) in joining.chosen.items():
            alike = left.get(group, [])[:number]
            if not alike:
                continue
            joined += [(one, place < patrolling) for place, one in enumerate(alike)]
            chosen[group] = len(alike), min(patrolling, len(alike))
        should = sum(number for number, _ in joining.chosen.values())
        return cls(facts, joined, should, facts.market.cost(chosen) + there.record_cost)

    def missed(self) -> list[GuardsMissed]:
        """The goals that they miss, the earliest first; those that cannot be measured come first of all."""
        goals = self.facts.goals
        unmeasured = [_missed(one, self.facts.asked.day, None) for one in goals if one.reason is not None]
        found = [one for goal in goals if goal.reason is None for one in self._missed_first(goal)]
        return [*unmeasured, *sorted(found, key=lambda one: one.on)]

    def misses(self, goal: ForceGoal) -> bool:
        """Whether they miss a goal on any of its days."""
        return goal.reason is not None or next(self._missed_on(goal), None) is not None

    def _missed_first(self, goal: ForceGoal) -> Iterator[GuardsMissed]:
        """When a goal is first missed; one on the posts, from which month's end on it stays missed."""
        found = list(self._missed_on(goal))
        monthly = self._by_month(goal)
        if monthly is None or not found or found[-1].on < monthly.held[-1].on:
            yield from found[:1]
            return
        by_day = {one.on: one for one in self._missed_on(monthly)}
        days = [one.on for one in sorted(monthly.held, key=lambda held: held.on)]
        staying = list(takewhile(lambda day: day in by_day, reversed(days)))
        yield by_day[staying[-1]]

    def _by_month(self, goal: ForceGoal) -> ForceGoal | None:
        """A goal on the posts on every month's end ahead from which things are so; ``None`` for others."""
        facts = self.facts
        if facts.posts is None or goal.measure != STANDING:
            return None
        since = facts.asked.since or facts.asked.day
        days = [day for day in facts.posts.days()[1:] if day >= since or day == facts.filled_on[-1]]
        found = facts.filled_so(on=days)
        return next(one for one in found if (one.kind, one.of) == (goal.kind, goal.of))

    def _missed_on(self, goal: ForceGoal) -> Iterator[GuardsMissed]:
        """Each day on which a goal is missed, in order."""
        if goal.free is not None:
            taken = sum(one.line == goal.of for one, _ in self.joined)
            if taken > goal.free:
                yield _missed(goal, self.facts.asked.day, taken, high=goal.free)
        elif goal.kind is ForceGoalKind.BAND:
            yield from self._out_of_band(goal)
        else:
            for one in sorted(goal.held, key=lambda held: held.on):
                figure = one.figure + self._counted(goal, one.on)
                if figure < one.low:
                    yield _missed(goal, one.on, one.guards(figure), low=one.guards_low)

    def _counted(self, goal: ForceGoal, on: date) -> int:
        there = [(one, patrols) for one, patrols in self.joined if one.serves(on)]
        if goal.kind is ForceGoalKind.QUALIFICATION:
            return sum(goal.weight(one.hours) for one, _ in there if goal.of in one.qualifications)
        if goal.measure == PATROLLING:
            return sum(patrols for _, patrols in there)
        return sum(goal.weight(one.hours) for one, _ in there)

    def _out_of_band(self, goal: ForceGoal) -> Iterator[GuardsMissed]:
        rule = rule_of(goal)
        for on in goal.days:
            numbers = Counter(self.facts.guards.by_affiliation(GUARDS, on))
            numbers.update(one.affiliation for one, _ in self.joined if one.serves(on))
            if not rule.holds(numbers[goal.of], numbers.total()):
                share = numbers[goal.of] / numbers.total() if numbers.total() else 0.0
                yield _missed(goal, on, share, low=float(rule.low), high=float(rule.high))


def _missed(
    goal: ForceGoal, on: date, figure: float | None, *, low: float | None = None, high: float | None = None
) -> GuardsMissed:
    return GuardsMissed(kind=goal.kind, of=goal.of, label=goal.label, on=on, low=low, high=high, figure=figure)


def guards_for_all(base: ForcePlanner, cases: Sequence[ForcePlanner]) -> Joining:
    """The cheapest guards who meet every goal in all cases: of those who remain in each; nobody where one cannot be
    measured.

    They cost what they do as things are, which ``base`` says.
    """
    if any(one.unmeasured for one in cases):
        return Joining(Solved.IMPOSSIBLE, (), None, None, None)
    remaining = frozenset.intersection(*(frozenset(one.facts.market.pool) for one in cases))
    market = replace(base.facts.market, pool=tuple(one for one in base.facts.market.pool if one in remaining))
    goals = tuple(dict.fromkeys(goal for one in cases for goal in one.goals))
    return ForceChooser(replace(base.facts, market=market)).cheapest(goals)


def joining_in_every(plans: Sequence[Sequence[PlannedGuards]]) -> Iterable[PlannedGuards]:
    """The guards who join in every plan: of each group as many as in the plan that has the fewest."""
    numbers = [{(one.affiliation, one.source): one for one in groups if one.now < one.then} for groups in plans]
    for key in numbers[0]:
        if all(key in found for found in numbers):
            yield min((found[key] for found in numbers), key=lambda one: one.then)
