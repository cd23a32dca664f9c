"""What each guard alone could work at most, whatever the others do, and which rules keep it so low.

By dynamic programming over the days, under the rules of single guards that the engine knows; the others are left out,
so it is never too little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from stockward.roster.engine.schedules import Scheduler
from stockward.roster.site.columns import translate
from stockward.roster.site.demand import Shift
from stockward.roster.site.problem import GuardProblem

_SETTINGS = {
    "rest": "min_rest_hours",
    "shortest_run": "min_consecutive_shifts",
    "longest_run": "max_consecutive_shifts",
    "days_off": "min_consecutive_days_off",
    "weekends": "max_weekends",
}
"""The setting of each rule."""
_CONTRACT = "contract_hours"
_HAIR = 1e-6


class Alone:
    """The guards of a problem, each alone."""

    def __init__(self, problem: GuardProblem) -> None:
        translated = translate(problem)
        self._shifts = [[None if s < 0 else problem.shifts[s] for s in row] for row in translated.shift_of.tolist()]
        self._scheduler = Scheduler(translated.problem)

    def most(self, guards: Sequence[int], counted: Callable[[Shift], int]) -> list[int]:
        """The most that each of these guards could work of what is counted; 0 where no schedule keeps the rules."""
        worth = [[0, *(0 if shift is None else counted(shift) for shift in row)] for row in self._shifts]
        costs = np.repeat(-np.array([worth], np.float64), len(guards), axis=0)
        bounds = self._scheduler.best(guards, costs).bounds
        return [0 if math.isinf(bound) else math.floor(-bound + _HAIR) for bound in bounds.tolist()]


def binding_rules(problem: GuardProblem, fails: Callable[[GuardProblem], bool]) -> tuple[str, ...]:
    """Rules without any of which the condition that fails would hold: each in turn is left out where it fails still."""
    binding = []
    for rule in (*_SETTINGS, _CONTRACT):
        without = _without(problem, rule)
        if without is not None and fails(without):
            problem = without
        elif without is not None:
            binding.append(rule)
    return tuple(binding)


def setting(problem: GuardProblem, rule: str) -> float | None:
    """What the site states for a rule; ``None`` for the contracts, which are each guard's own."""
    return None if rule == _CONTRACT else getattr(problem.rules, _SETTINGS[rule])


def _without(problem: GuardProblem, rule: str) -> GuardProblem | None:
    """The problem without a rule; ``None`` where the site does not state it."""
    if rule == _CONTRACT:
        everything = sum(shift.minutes for shift in problem.shifts)
        guards = tuple(replace(guard, contract_minutes=everything) for guard in problem.guards)
        return replace(problem, guards=guards)
    if setting(problem, rule) is None:
        return None
    return replace(problem, rules=problem.rules.model_copy(update={_SETTINGS[rule]: None}))
