"""The cheapest guards: who joins so that every goal on them holds, what each goal costs, which are in conflict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import combinations

from stockward.answers.planned.guards import ForceGoalKind
from stockward.guards.roll import PATROLLING
from stockward.protection.guards.facts import ForceFacts
from stockward.protection.guards.goals import ForceGoal, rule_of
from stockward.protection.guards.pool import CandidateGroup
from stockward.protection.guards.program import ForceProgram, Joining
from stockward.terms.verdicts import Solved

_SMALL_SETS = 3
"""Sets of goals up to this size are looked at one by one, the smallest first."""

JoiningNumbers = Mapping[CandidateGroup, tuple[int, int]]
"""How many of each group join, and how many of these patrol."""
Goals = tuple[ForceGoal, ...]


class ForceChooser:
    """Finds the cheapest guards for any goals of a site; what was found is kept."""

    def __init__(self, facts: ForceFacts) -> None:
        self.facts = facts
        self._found: dict[Goals, Joining] = {}

    def cheapest(self, goals: Iterable[ForceGoal]) -> Joining:
        """Who joins for these goals at the least cost."""
        asked = tuple(goals)
        if asked not in self._found:
            self._found[asked] = self._program(asked).cheapest()
        return self._found[asked]

    def least_missed(self, goals: Sequence[ForceGoal], slack: Goals) -> dict[ForceGoal, int] | None:
        """By how many some goals must be missed, at least in all, where others hold; ``None`` where they cannot."""
        return self._program(tuple(goals), slack).least_missed()

    def _program(self, goals: Goals, slack: Goals = ()) -> ForceProgram:
        days = [day for goal in (*goals, *slack) for day in goal.key_days]
        facts = self.facts
        return ForceProgram(facts.market, goals, facts.department(days), seed=facts.asked.seed, slack=slack)

    def can(self, goals: Iterable[ForceGoal]) -> bool:
        """Whether any choice meets these goals; not said of a search that ended early."""
        return self._program(tuple(goals)).possible() in (Solved.PROVEN, Solved.FEASIBLE)

    def conflict(self, goals: Sequence[ForceGoal]) -> Goals:
        """The fewest goals that no choice meets together; of more than a few, a set of which none can be left out."""
        for size in range(1, min(_SMALL_SETS, len(goals)) + 1):
            for some in combinations(goals, size):
                if self._program(some).possible() is Solved.IMPOSSIBLE:
                    return some
        return without_needless(goals, lambda fewer: not self.can(fewer))

    def price(self, goals: Sequence[ForceGoal], goal: ForceGoal) -> Fraction | None:
        """What the guards would cost less without one of the goals."""
        whole, fewer = self.cheapest(goals).cost, self.cheapest([one for one in goals if one is not goal]).cost
        return None if whole is None or fewer is None else whole - fewer


def without_needless(goals: Sequence[ForceGoal], fails: Callable[[Goals], bool]) -> Goals:
    """The goals that are left when one after the other is left out while the rest still ``fails``."""
    left = tuple(goals)
    for goal in goals:
        fewer = tuple(one for one in left if one is not goal)
        if fails(fewer):
            left = fewer
    return left


def served_by(
    facts: ForceFacts, goals: Iterable[ForceGoal], joining: Joining, groups: Collection[CandidateGroup]
) -> list[str]:
    """The labels of the goals that would be missed were one of these groups fewer by one, on patrol or not."""
    chosen, fewer = joining.chosen or {}, []
    for group in groups:
        number, patrolling = chosen[group]
        fewer += [{**chosen, group: (number - 1, patrolling)}] if patrolling < number else []
        fewer += [{**chosen, group: (number - 1, patrolling - 1)}] if patrolling else []
    return [goal.label for goal in goals if any(not is_kept(facts, goal, left, joining.days) for left in fewer)]


def is_kept(facts: ForceFacts, goal: ForceGoal, chosen: JoiningNumbers, days: Sequence[date]) -> bool:
    """Whether a choice meets a goal, by the numbers of each group."""
    if goal.free is not None:
        return sum(number for group, (number, _) in chosen.items() if group.line == goal.of) <= goal.free
    if goal.kind is ForceGoalKind.BAND:
        return all(_in_band(facts, goal, chosen, days, on) for on in goal.days)
    return all(one.figure + _counted(goal, chosen, days.index(one.on)) >= one.low for one in goal.held)


def _counted(goal: ForceGoal, chosen: JoiningNumbers, place: int) -> int:
    """What those of a choice count towards a goal on a day."""
    holders = goal.kind is ForceGoalKind.QUALIFICATION
    return sum(
        patrolling if goal.measure == PATROLLING else number * goal.weight(group.hours)
        for group, (number, patrolling) in chosen.items()
        if group.serves[place] and (not holders or goal.of in group.qualifications)
    )


def _in_band(facts: ForceFacts, goal: ForceGoal, chosen: JoiningNumbers, days: Sequence[date], on: date) -> bool:
    numbers = Counter(facts.department([on])[on])
    for group, (number, _) in chosen.items():
        numbers[group.affiliation] += number * group.serves[days.index(on)]
    return rule_of(goal).holds(numbers[goal.of], numbers.total())
