"""The cheapest choice whose books, closed with it, meet every goal: the last word on what was chosen by terms of error.

Where closed books need a larger loss than the terms of error let expect, the goal is held against by so much less from
then on; what was cheapest before that is a bound. Then only the choices whose books were closed are ruled out: where
that left no plan, and to find a cheaper one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from stockward.answers.detection import GoalAnswer
from stockward.protection.case_goals import CaseGoals
from stockward.protection.choosing import CheapestChoice, Chooser, nothing_but
from stockward.protection.decisions import DecidedLevels
from stockward.protection.goals_held import HeldGoal
from stockward.protection.proposing import HeldRequirement
from stockward.terms.verdicts import Solved

_LEAST_MARGIN = 1.001
"""A plan that misses a goal by rounding is not looked at again."""
_MOST_CLOSED, _MOST_CLOSED_AGAIN = 100, 12
"""So often the books are closed again in one search for a plan, and in one for a cheaper plan than is known."""
_LEAST_COST = Fraction(1, 1000)
"""By less than so much no plan is looked for that is cheaper."""

_Missing = Callable[[HeldGoal, DecidedLevels, GoalAnswer | None], None]
"""Told of a goal that closed books miss, of the choice that is in them, and of what was found there."""


class ClosedSearch:
    """A search for the choice by which the books of all ``cases`` meet their goals, and ``goals`` has all there are."""

    def __init__(self, chooser: Chooser, cases: Sequence[CaseGoals], goals: Sequence[HeldRequirement]) -> None:
        self._chooser, self._cases, self._goals = chooser, cases, goals

    def cheapest(self, most: Fraction | None) -> CheapestChoice:
        """The cheapest choice, of those that cost no more than ``most``."""
        if any(case.unmet for case in self._cases):
            return CheapestChoice(Solved.IMPOSSIBLE, None, None, None)
        first = self._chooser.cheapest(self._goals, most=most)
        found = self._closing(first, most, self._tighten, _MOST_CLOSED)
        if first.choice is None or (found.choice is not None and found.cost == first.cost):
            return replace(found, bound=first.bound)
        return self._proven(replace(found, bound=first.bound), most)

    def _proven(self, found: CheapestChoice, most: Fraction | None) -> CheapestChoice:
        """The plan found by asking more of all plans than is asked, or a cheaper one, as far as can be proven.

        What one plan needs beyond what is expected was held against every plan; another may need less. So the books are
        closed with each that could be cheaper, as long as there are few of them.
        """
        held = [one for case in self._cases for one in case.held]
        margins = [one.margin for one in held]
        for one in held:
            one.margin = 1.0
        below = most if found.cost is None else found.cost - _LEAST_COST
        closed = _MOST_CLOSED if found.choice is None else _MOST_CLOSED_AGAIN
        cheaper = self._closing(self._chooser.cheapest(self._goals, most=below), below, self._rule_out, closed)
        if cheaper.choice is not None or found.choice is None:
            return cheaper
        for one, margin in zip(held, margins, strict=True):
            one.margin = margin
        if cheaper.status is Solved.IMPOSSIBLE and found.status is Solved.PROVEN:
            return replace(found, bound=found.cost)
        return replace(found, status=Solved.FEASIBLE, bound=cheaper.bound or found.bound)

    def _closing(self, best: CheapestChoice, most: Fraction | None, missing: _Missing, closed: int) -> CheapestChoice:
        """From one choice on, the first one that meets every goal in closed books; ``missing`` learns of others.

        A search that closes the books too often is ended, and says so.
        """
        for _ in range(closed):
            if best.choice is None:
                return best
            missed = [found for case in self._cases for found in case.missed_when_closed(best.choice)]
            if not missed:
                return best
            for one, there in missed:
                missing(one, best.choice, there)
            best = self._chooser.cheapest(self._goals, most=most)
        return CheapestChoice(Solved.OUT_OF_TIME, None, None, best.bound) if best.choice else best

    def _rule_out(self, held: HeldGoal, choice: DecidedLevels, _: GoalAnswer | None) -> None:
        self._chooser.rule_out(held, nothing_but(held.key(choice)), demand=held.goal_demand)

    def _tighten(self, held: HeldGoal, choice: DecidedLevels, again: GoalAnswer | None) -> None:
        key = held.key(choice)
        needed, expected = None if again is None else again.detectable, held.held(key).detectable
        if needed is None or expected is None:
            self._rule_out(held, choice, again)
        else:
            held.margin *= max((needed + held.resting) / (expected + held.resting), _LEAST_MARGIN)
