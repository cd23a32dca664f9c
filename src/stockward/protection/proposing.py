"""The program that proposes plans: one level of each decision, at the least cost, but for what is ruled out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Protocol

from stockward.answers.plan import MeasureKind
from stockward.optim.linear import LinearRule, LinearSolution, Program
from stockward.optim.whole import WholeCosts
from stockward.protection.counts.drawing import CountByLot
from stockward.protection.decisions import DecidedLevels, Decision, LevelValue
from stockward.protection.goals_held import GoalKey, reached

RuledOut = tuple[frozenset[LevelValue], ...]
"""Values at each place of what a goal depends on: all plans with one of these at every place miss it."""


class HeldRequirement(Protocol):
    """Something that a plan must meet: what it depends on, and whether it is met under that.

    Its key begins with how often its ``areas`` are counted, one of ``times``; the levels of ``others`` follow.
    """

    @property
    def areas(self) -> tuple[tuple[Decision, float], ...]:
        """Decisions on inventories, each with how often that area is counted for one inventory of the series."""

    @property
    def others(self) -> tuple[Decision, ...]:
        """Every other decision that touches it."""

    @property
    def times(self) -> list[Fraction]:
        """How often it could be counted in place of once, in order."""

    @property
    def demand(self) -> float:
        """How much is asked of it: what misses it misses it as well where more is asked."""

    def key(self, choice: DecidedLevels) -> GoalKey:
        """What it depends on."""

    def could_be_met(self, key: GoalKey) -> bool:
        """Whether it may be met, as far as is quickly known."""

    def is_met(self, key: GoalKey) -> bool:
        """Whether it is met."""

    def is_hopeless(self, key: GoalKey, among: RuledOut) -> bool:
        """Whether it could not be met with any values ``among`` which are those of ``key``; never without reason."""

    def is_missed(self, key: GoalKey, among: RuledOut) -> bool:
        """Whether it is missed with any values ``among`` which are those of ``key``; never without reason."""


class ProposedPlans:
    """Plans in the order of their cost, ``most`` at most, for goals, and for counts by lot at what is known of those.

    What is ruled out, and what a count by lot takes, is added as it is found.
    """

    def __init__(
        self,
        decisions: Sequence[Decision],
        goals: Sequence[HeldRequirement],
        counts: Sequence[CountByLot],
        costs: WholeCosts,
        most: Fraction | None,
    ) -> None:
        self._program, self._decisions, self.costs = Program(), decisions, costs
        self._taken = {one: [self._program.number(0, 1) for _ in one.levels] for one in decisions}
        for taken in self._taken.values():
            self._program.rule(dict.fromkeys(taken, 1), low=1, high=1)
        every = [number for one in decisions for number in self._taken[one]]
        self._cost = {number: cost for number, cost in zip(every, costs.costs, strict=False) if cost}
        self._draws = {id(count): self._program.number(0, costs.rounded_up(count.most())) for count in counts}
        self._cost |= dict.fromkeys(self._draws.values(), 1)
        self._least = {id(held): self._least_counted(held) for held in goals}
        if most is not None:
            self._program.rule(self._cost, high=int(most * costs.scale))

    def _least_counted(self, held: HeldRequirement) -> dict[LevelValue, int]:
        """By how often the series of a goal is counted: whether that is so."""
        if not held.areas:
            return {Fraction(1): self._program.number(1, 1)}
        least = [self._all_reach(held, times) for times in held.times] + [self._program.number(0, 0)]
        found: dict[LevelValue, int] = {}
        for place, times in enumerate(held.times):
            found[times] = self._program.number(0, 1)
            self._program.rule({found[times]: 1, least[place]: -1, least[place + 1]: 1}, low=0, high=0)
        return found

    def _all_reach(self, held: HeldRequirement, times: Fraction) -> int:
        """Whether every area is counted often enough for that."""
        number = self._program.number(0, 1)
        each = [
            [taken for level, taken in zip(one.levels, self._taken[one], strict=True) if reached(level, often) >= times]
            for one, often in held.areas
        ]
        for some in each:
            self._program.rule({number: 1, **dict.fromkeys(some, -1)}, high=0)
        every = {taken: 1 for some in each for taken in some}
        self._program.rule({number: -1, **every}, high=len(each) - 1)
        return number

    def draws_for(self, count: CountByLot, whole: Collection[str], cost: Fraction) -> None:
        """Let a count by lot cost so much, where no other areas than these are counted ``whole``."""
        least = self.costs.rounded_up(cost)
        if least:
            more = [number for area in count.areas if area not in whole for number in self._in_time(count, area)]
            self._program.rule({self._draws[id(count)]: 1, **dict.fromkeys(more, least)}, low=least)

    def paid(self, count: CountByLot, proposed: LinearSolution) -> int:
        """What a proposed plan pays for a count by lot."""
        return proposed.values[self._draws[id(count)]]

    def _in_time(self, count: CountByLot, area: str) -> list[int]:
        """The levels at which an area is counted whole in time."""
        return [
            taken
            for one in self._decisions
            if one.kind is MeasureKind.INVENTORIES and one.of == area
            for level, taken in zip(one.levels, self._taken[one], strict=True)
            if count.is_in_time(level)
        ]

    def forbid(self, held: HeldRequirement, values: RuledOut) -> None:
        """Forbid all plans of which a goal depends on these values."""
        times, *others = values
        least = self._least[id(held)]
        places = [[least[value] for value in times]] if len(times) < len(held.times) else []
        for decision, some in zip(held.others, others, strict=True):
            if len(some) < len(decision.levels):
                taken = zip(decision.levels, self._taken[decision], strict=True)
                places.append([number for level, number in taken if level.value in some])
        numbers = [number for some in places for number in some]
        self._program.rule(dict.fromkeys(numbers, 1), high=len(places) - 1)

    def cheapest(self, seed: int) -> LinearSolution:
        """One of the cheapest plans."""
        return self._program.minimise(self._cost, seed=seed)

    def changing_least(self, cheapest: LinearSolution, seed: int) -> LinearSolution:
        """Of those that cost as much, the plan that changes least."""
        changes = {
            number: 1 for one in self._decisions for place, number in enumerate(self._taken[one]) if place != one.today
        }
        same = LinearRule(self._cost, high=cheapest.objective)
        least = self._program.minimise(changes, seed=seed, also=[same])
        return replace(cheapest, values=least.values or cheapest.values)

    def choice(self, proposed: LinearSolution) -> DecidedLevels:
        """The level of each decision."""
        return {
            one: next(place for place, number in enumerate(self._taken[one]) if proposed.values[number])
            for one in self._decisions
        }
