"""What each guard alone could work at most, whatever the others do, and which rules keep it so low.

By dynamic programming over the days, under the rules of single guards that the engine knows; the others are left out,
so it is never too little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from stockward.roster.engine.schedules import Scheduler
from stockward.roster.rules.table import CONTRACT_HOURS, DAYS_OFF, LONGEST_RUN, REST, SHORTEST_RUN, WEEKENDS, WorkRule
from stockward.roster.site.columns import translate
from stockward.roster.site.demand import DatedShift
from stockward.roster.site.problem import GuardProblem

KNOWN = (REST, SHORTEST_RUN, LONGEST_RUN, DAYS_OFF, WEEKENDS, CONTRACT_HOURS)
"""Rules that the engine knows, in the order in which they are left out."""
_HAIR = 1e-6


class Alone:
    """The guards of a problem, each alone."""

    def __init__(self, problem: GuardProblem) -> None:
        translated = translate(problem)
        self._shifts = [[None if s < 0 else problem.shifts[s] for s in row] for row in translated.shift_of.tolist()]
        self._scheduler = Scheduler(translated.problem)

    def most(self, guards: Sequence[int], counted: Callable[[DatedShift], int]) -> list[int]:
        """The most that each of these guards could work of what is counted; 0 where no schedule keeps the rules.

        Guards who have the same rules and could work the same shifts are asked once.
        """
        worth = [[0, *(0 if shift is None else counted(shift) for shift in row)] for row in self._shifts]
        people = self._scheduler.problem.people
        kinds = [(people[guard].rules, people[guard].open.tobytes()) for guard in guards]
        first = dict(zip(reversed(kinds), reversed(guards), strict=True))
        costs = np.repeat(-np.array([worth], np.float64), len(first), axis=0)
        bounds = self._scheduler.best(list(first.values()), costs).bounds
        most = [0 if math.isinf(bound) else math.floor(-bound + _HAIR) for bound in bounds.tolist()]
        of_kind = dict(zip(first, most, strict=True))
        return [of_kind[kind] for kind in kinds]


def binding_rules(problem: GuardProblem, fails: Callable[[GuardProblem], bool]) -> tuple[WorkRule, ...]:
    """Rules without any of which the condition that fails would hold: each in turn is left out where it fails still."""
    binding = []
    for rule in KNOWN:
        without = rule.without(problem)
        if without is not None and fails(without):
            problem = without
        elif without is not None:
            binding.append(rule)
    return tuple(binding)
