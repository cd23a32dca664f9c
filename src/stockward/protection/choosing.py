"""The cheapest choice under which every goal is met: a program of costs, and goals that are measured as they come up.

The program knows costs and what was ruled out so far. Each plan that it proposes is measured goal by goal; one that
misses a goal is ruled out for that goal, together with all that could not meet it whatever else is decided, and the
program is solved again [Hooker & Ottosson 2003, logic-based Benders decomposition]. The first that meets every goal is
the cheapest there is: all that was ruled out misses a goal. No measure is taken to help, or to help more when there is
more of it.

What a count by lot must draw hangs on which areas are counted whole in time. It costs nothing in the program until a
plan is proposed; then the cheapest sample for those areas is found, and no plan that counts no more of them whole can
draw for less.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from stockward.answers.plan import MeasureKind
from stockward.optim.linear import LinearRule, LinearSolution, Program
from stockward.optim.whole import WholeCosts, whole_costs
from stockward.protection.counts.drawing import CountByLot, CountedGoal, DrawnSample
from stockward.protection.decisions import DecidedLevels, Decision, LevelValue
from stockward.protection.goals_held import GoalKey, reached
from stockward.terms.verdicts import Solved

_RuledOut = tuple[LevelValue | None, ...]


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

    def key(self, choice: DecidedLevels) -> GoalKey:
        """What it depends on."""

    def could_be_met(self, key: GoalKey) -> bool:
        """Whether it may be met, as far as is quickly known."""

    def is_met(self, key: GoalKey) -> bool:
        """Whether it is met."""

    def is_hopeless(self, key: GoalKey, free: Sequence[bool]) -> bool:
        """Whether it could not be met, whatever is decided where it is ``free``; never said without reason."""

    def is_missed(self, key: GoalKey, free: Sequence[bool]) -> bool:
        """Whether it is missed, whatever is decided where it is ``free``; never said without reason."""


@dataclass(frozen=True, slots=True)
class CheapestChoice:
    """A choice that meets every goal, its cost, and a cost that none falls below; ``None`` where there is none."""

    status: Solved
    choice: DecidedLevels | None
    cost: Fraction | None
    bound: Fraction | None


class Chooser:
    """Chooses among decisions; what was found of a goal is kept, whichever goals are asked about next."""

    def __init__(self, decisions: Sequence[Decision], seed: int, counts: Sequence[CountByLot] = ()) -> None:
        self.decisions, self._seed, self._counts = tuple(decisions), seed, tuple(counts)
        costs = [level.cost for one in decisions for level in one.levels]
        looks = [stratum.cost for one in counts for stratum in one.strata]
        items = sum(stratum.units for one in counts for stratum in one.strata)
        self._costs: WholeCosts = whole_costs([*costs, *looks], times=max(len(decisions) + items, 1))
        self._ruled_out: dict[int, list[_RuledOut]] = {}

    def rule_out(self, held: HeldRequirement, key: _RuledOut) -> None:
        """Rule out all plans under which a goal depends on just that; ``None`` stands for anything."""
        self._ruled_out.setdefault(id(held), []).append(key)

    def forget(self, held: HeldRequirement) -> None:
        """Let go of all that was ruled out for a goal: it was held against another target."""
        self._ruled_out.pop(id(held), None)

    def samples(self, choice: DecidedLevels, counted: Sequence[CountedGoal]) -> list[DrawnSample]:
        """What each count by lot draws for these goals, with a choice."""
        return [one.sample(self.counted_whole(one, choice), counted) for one in self._counts]

    def counted_whole(self, count: CountByLot, choice: DecidedLevels) -> frozenset[str]:
        """The areas that are counted whole in time for a count by lot, with a choice."""
        decided = [one for one in self.decisions if one.kind is MeasureKind.INVENTORIES and one.of in count.areas]
        return frozenset(one.of for one in decided if count.is_in_time(one.levels[choice[one]]))

    def cost(self, choice: DecidedLevels, counted: Sequence[CountedGoal] | None = None) -> Fraction:
        """What a choice costs a year, with what is drawn for these goals (all of them without)."""
        drawn = self.samples(choice, self._all_counted if counted is None else counted)
        return sum((one.cost for one in drawn), Fraction(0)) + sum(
            (one.levels[choice[one]].cost for one in self.decisions), Fraction(0)
        )

    @property
    def _all_counted(self) -> list[CountedGoal]:
        return [goal for one in self._counts for goal in one.goals]

    def cheapest(
        self,
        goals: Sequence[HeldRequirement],
        *,
        most: Fraction | None = None,
        counted: Sequence[CountedGoal] | None = None,
    ) -> CheapestChoice:
        """The cheapest choice that meets these goals, and costs no more than ``most``.

        ``counted`` are the goals that counts by lot must meet, all of them without.
        """
        to_draw = _ToDraw(self, self._counts, self._all_counted if counted is None else counted)
        while True:
            program = _ProposedPlans(self.decisions, goals, self._costs, most)
            to_draw.priced(program, self._costs)
            for held in goals:
                for ruled_out in self._ruled_out.get(id(held), ()):
                    program.forbid(held, ruled_out)
            solved = program.solve(self._seed)
            if not solved.found:
                return CheapestChoice(solved.status, None, None, None)
            choice = program.choice(solved)
            if to_draw.costs_more(choice, program, solved):
                continue
            missed = self._missed(goals, choice)
            if not missed:
                return to_draw.answered(choice, solved, self._costs)

    def _missed(self, goals: Iterable[HeldRequirement], choice: DecidedLevels) -> bool:
        """Rule out what misses a goal: first of all goals that no test could meet, then of those that this one misses.

        To measure a goal takes long, so that is done only for a plan that could meet them all.
        """
        held = [(one, one.key(choice)) for one in goals]
        hopeless = [(one, key) for one, key in held if not one.could_be_met(key)]
        for one, key in hopeless:
            self.rule_out(one, _widened(one.is_hopeless, key))
        if hopeless:
            return True
        missed = [(one, key) for one, key in held if not one.is_met(key)]
        for one, key in missed:
            self.rule_out(one, _widened(one.is_missed, key))
        return bool(missed)


@dataclass(slots=True)
class _ToDraw:
    """What counts by lot cost in plans that were proposed, by the areas counted whole; with fewer, none costs less."""

    chooser: Chooser
    counts: Sequence[CountByLot]
    goals: Sequence[CountedGoal]
    _found: list[dict[frozenset[str], DrawnSample]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._found = [{} for _ in self.counts]

    def priced(self, program: _ProposedPlans, costs: WholeCosts) -> None:
        """Let the program pay for what is known of each count."""
        for count, known in zip(self.counts, self._found, strict=True):
            program.draws(count, {whole: _whole_cost(one.cost, costs) for whole, one in known.items()}, costs)

    def costs_more(self, choice: DecidedLevels, program: _ProposedPlans, solved: LinearSolution) -> bool:
        """Whether a count draws for more than the program paid: then it is known from now on."""
        more = False
        for place, count in enumerate(self.counts):
            whole = self.chooser.counted_whole(count, choice)
            if whole not in self._found[place]:
                self._found[place][whole] = count.sample(whole, self.goals)
                more = more or _whole_cost(self._found[place][whole].cost, program.costs) > program.paid(place, solved)
        return more

    def answered(self, choice: DecidedLevels, solved: LinearSolution, costs: WholeCosts) -> CheapestChoice:
        """The choice, its cost, and a cost that none falls below: by less than the samples found may be too dear."""
        cost = self.chooser.cost(choice, self.goals)
        bound = cost if solved.status is Solved.PROVEN else Fraction(solved.bound or 0) / costs.scale
        doubt = sum((max((_doubt(one) for one in known.values()), default=Fraction(0)) for known in self._found),
                    Fraction(0))  # fmt: skip
        status = Solved.FEASIBLE if doubt else solved.status
        return CheapestChoice(status, choice, cost, max(bound - doubt, Fraction(0)))


def _doubt(sample: DrawnSample) -> Fraction:
    """By how much a cheaper sample could fall below this one."""
    return max(sample.cost - Fraction(sample.bound), Fraction(0)) if sample.bound < float(sample.cost) else Fraction(0)


def _whole_cost(cost: Fraction, costs: WholeCosts) -> int:
    return math.ceil(cost * costs.scale)


def _widened(rules_out: Callable[[GoalKey, Sequence[bool]], bool], key: GoalKey) -> _RuledOut:
    """All that surely misses the goal as well: ``None`` in place of what may be decided in any way.

    What is decided on methods comes first: how often is counted must be looked at one by one.
    """
    free = [False] * len(key)
    for place in [*range(1, len(key)), 0]:
        free[place] = True
        free[place] = rules_out(key, free)
    return tuple(None if free[at] else value for at, value in enumerate(key))


class _ProposedPlans:
    """The program: one level of each decision, at the least cost, but for what is forbidden."""

    def __init__(
        self, decisions: Sequence[Decision], goals: Sequence[HeldRequirement], costs: WholeCosts, most: Fraction | None
    ) -> None:
        self._program, self._decisions = Program(), decisions
        self._taken = {one: [self._program.number(0, 1) for _ in one.levels] for one in decisions}
        for taken in self._taken.values():
            self._program.rule(dict.fromkeys(taken, 1), low=1, high=1)
        every = [number for one in decisions for number in self._taken[one]]
        self.costs, self._most = costs, most
        self._cost = {number: cost for number, cost in zip(every, costs.costs, strict=False) if cost}
        self._draws: list[int] = []
        self._least = {id(held): self._least_counted(held) for held in goals}

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

    def draws(self, count: CountByLot, known: Mapping[frozenset[str], int], costs: WholeCosts) -> None:
        """Pay for a count by lot: at least what is known for areas counted whole, where no others are."""
        paid = self._program.number(0, _whole_cost(count.most(), costs))
        self._draws.append(paid)
        self._cost[paid] = 1
        in_time = {area: self._in_time(count, area) for area in count.areas}
        for whole, cost in known.items():
            others = {number: cost for area in count.areas if area not in whole for number in in_time[area]}
            if cost:
                self._program.rule({paid: 1, **others}, low=cost)

    def paid(self, place: int, solved: LinearSolution) -> int:
        """What the program paid for a count."""
        return solved.values[self._draws[place]]

    def _in_time(self, count: CountByLot, area: str) -> list[int]:
        """The levels at which an area is counted whole in time."""
        return [
            taken
            for one in self._decisions
            if one.kind is MeasureKind.INVENTORIES and one.of == area
            for level, taken in zip(one.levels, self._taken[one], strict=True)
            if count.is_in_time(level)
        ]

    def forbid(self, held: HeldRequirement, ruled_out: _RuledOut) -> None:
        """Forbid all plans of which a goal depends on these values."""
        times, *values = ruled_out
        terms = [] if times is None else [self._least[id(held)][times]]
        for decision, value in zip(held.others, values, strict=True):
            if value is not None:
                place = next(at for at, level in enumerate(decision.levels) if level.value == value)
                terms.append(self._taken[decision][place])
        self._program.rule(dict.fromkeys(terms, 1), high=len(terms) - 1)

    def solve(self, seed: int) -> LinearSolution:
        """The least cost, and of those that cost it what changes least."""
        if self._most is not None:
            self._program.rule(self._cost, high=int(self._most * self.costs.scale))
        found = self._program.minimise(self._cost, seed=seed)
        if not found.found:
            return found
        changes = {
            number: 1 for one in self._decisions for place, number in enumerate(self._taken[one]) if place != one.today
        }
        same = LinearRule(self._cost, high=found.objective)
        least = self._program.minimise(changes, seed=seed, also=[same])
        return LinearSolution(
            status=found.status, values=least.values or found.values, objective=found.objective, bound=found.bound,
            gap=found.gap,
        )  # fmt: skip

    def choice(self, solved: LinearSolution) -> DecidedLevels:
        """The level of each decision."""
        return {
            one: next(place for place, number in enumerate(self._taken[one]) if solved.values[number])
            for one in self._decisions
        }
