"""Scenarios whose factors are drawn: each draw held against a plan by itself, and the plan that holds in a share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np

from stockward.answers.planned.coming import DrawnFailure, DrawnHolding, DrawnRange
from stockward.protection.coming.asked import Scenario
from stockward.protection.coming.cases import RESPONSE_IN_TIME, CaseBooks
from stockward.protection.coming.factors import Factors
from stockward.protection.coming.guarding import KeptGuards
from stockward.protection.coming.spreads import DrawnFactors
from stockward.protection.coming.tabulated import TabulatedGoals
from stockward.protection.decisions import DecidedLevels
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.guards.program import Joining
from stockward.protection.planning import Planner

BUDGET = "the budget"
"""What is missed where prices make a plan too dear."""
_SURE = 0.95
_OF_BOOKS = ("production", "dispatch")


@dataclass(frozen=True, slots=True, eq=False)
class DrawnCase:
    """A scenario that is drawn: its draws, the books and the guards at any factors, and the goals there."""

    scenario: Scenario
    drawn: DrawnFactors
    draws: Sequence[Factors]
    goals: TabulatedGoals
    at: Callable[[Factors], CaseBooks]
    force_at: Callable[[Factors], ForcePlanner | None]

    def levels(self, share: float) -> tuple[float, ...]:
        """How much of each range a plan is made for, one after the other, so that it holds in that share of the draws.

        The root of the share is enough: so much of each of the independent ranges is at least the share of them all.
        """
        return tuple(dict.fromkeys((share, share ** (1 / max(len(self.drawn.names), 1)), 1.0)))

    def farthest(self, level: float) -> list[Factors]:
        """The corners of so much of each range: the fewest workers, the most absence, flows at both ends."""
        ways = {
            name: (0.0, level) if name in _OF_BOOKS else (1 - level,) if name == "workforce" else (level,)
            for name in self.drawn.names
        }
        return [self.drawn.at(dict(zip(ways, chances, strict=True))) for chances in product(*ways.values())]


@dataclass(frozen=True, slots=True)
class PlanOnTrial:
    """A plan that is held against draws: a choice, who joins, what both cost a year, and what they may."""

    choice: DecidedLevels
    joining: Joining | None
    cost: Fraction
    budget: Fraction | None

    def failures(self, planner: Planner, case: DrawnCase) -> Iterator[list[str]]:
        """The labels of the goals that the plan misses in each draw."""
        thief = [] if all(one.is_met(one.key(self.choice)) for one in planner.response.goals) else [RESPONSE_IN_TIME]
        for factors in case.draws:
            over = self.budget is not None and float(self.cost) * factors.prices > float(self.budget)
            yield [
                *case.goals.missed(factors, self.choice),
                *thief,
                *self._on_guards(case.force_at(factors)),
                *([BUDGET] if over else []),
            ]

    def _on_guards(self, there: ForcePlanner | None) -> list[str]:
        if there is None:
            return []
        kept = KeptGuards.of(there, self.joining)
        return [goal.label for goal in there.facts.goals if kept.misses(goal)]


@dataclass(frozen=True, slots=True)
class TrialFound:
    """In how many draws a plan holds, and how often each goal is missed."""

    draws: int
    held: int
    missed: Counter[str]

    @classmethod
    def of(cls, plan: PlanOnTrial, planner: Planner, case: DrawnCase) -> TrialFound:
        """Hold a plan against every draw of a case."""
        failures = [set(labels) for labels in plan.failures(planner, case)]
        missed = Counter(label for labels in failures for label in labels)
        return cls(len(failures), sum(not labels for labels in failures), missed)

    @property
    def share(self) -> float:
        """Share of the draws in which every goal is met."""
        return self.held / self.draws

    def holding(self) -> DrawnHolding:
        """The share, with the bounds of Clopper & Pearson [1934]."""
        from scipy.stats import binomtest

        bounds = binomtest(self.held, self.draws).proportion_ci(_SURE, method="exact")
        return DrawnHolding(held=self.share, low=float(bounds.low), high=float(bounds.high))

    def fails(self) -> tuple[DrawnFailure, ...]:
        """What is missed, the most often first."""
        ordered = sorted(self.missed.items(), key=lambda one: (-one[1], one[0]))
        return tuple(DrawnFailure(label=label, share=number / self.draws) for label, number in ordered)

    def often(self, share: float) -> tuple[str, ...]:
        """The goals that are missed in more of the draws than a plan may."""
        return tuple(one.label for one in self.fails() if one.share > 1 - share)


def ranges_drawn(drawn: DrawnFactors) -> tuple[DrawnRange, ...]:
    """What is drawn, and from where to where."""
    spreads = dict(drawn.spreads) | ({"dispatch": drawn.goes_along} if drawn.goes_along is not None else {})
    return tuple(
        DrawnRange(name=name, low=one.low, likely=one.likely, high=one.high) for name, one in spreads.items() if one
    )


def prices_of(case: DrawnCase) -> tuple[float, float]:
    """The prices that are passed from above, and from below, in one of 20."""
    low, high = np.quantile([one.prices for one in case.draws], [0.05, 0.95])
    return float(low), float(high)
