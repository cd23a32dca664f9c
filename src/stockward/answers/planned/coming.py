"""What may come, for the guards: which of their goals fail from when, who still joins, and what would do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from stockward.answers.planned.guards import ForceGoalKind, ForceWayOut, PlannedGuards
from stockward.terms.verdicts import Solved


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardsMissed:
    """A goal on the guards that is missed from ``on`` on.

    ``low`` to ``high`` are what it asks for on that day, ``figure`` what there is (``None``: it cannot be measured).
    """

    kind: ForceGoalKind
    of: str
    label: str
    on: date
    low: float | None
    high: float | None
    figure: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioGuards:
    """The guards of a site if something comes.

    Of the ``goals`` on them ``met_today`` are met there by the record alone, ``met`` with those who join by the plan of
    today (``None`` without one), and ``missed`` are those it misses (the record, without one), the earliest first.
    ``joining`` is how many that plan has join, ``still`` how many of these can. ``pool`` are the workers and applicants
    who could be taken there. ``status``, ``cost`` (a year, at the prices of the scenario) and ``groups`` (at those of
    today) are of the cheapest guards there; ``in_the_way`` the goals in conflict where there are none, and ``ways_out``
    what could give way, at the prices of the scenario.
    """

    goals: int
    met_today: int
    met: int | None
    missed: tuple[GuardsMissed, ...]
    joining: int
    still: int
    pool: int
    status: Solved
    cost: float | None
    groups: tuple[PlannedGuards, ...]
    in_the_way: tuple[str, ...]
    ways_out: tuple[ForceWayOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRange:
    """A factor that is drawn: from ``low`` to ``high``, ``likely`` being the likeliest (``None``: none is)."""

    name: str
    low: float
    likely: float | None
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnHolding:
    """The share of draws in which a plan meets every goal, and the bounds of what it is in all of them, with 95 %."""

    held: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFailure:
    """A goal, and the share of the draws in which it is missed."""

    label: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnScenario:
    """What was found of a scenario whose factors were drawn ``draws`` times, each from its range.

    ``kept`` is the plan of today there (what is done today, without one), and ``fails`` what it misses, the most often
    first. ``own`` is the plan made for it, to hold in ``share`` of the draws; ``None`` where none was found.
    ``prices_low`` and ``prices_high`` are the prices that are passed from above and from below in one of 20, and
    ``cost_low`` and ``cost_high`` what that plan costs at these.
    """

    draws: int
    share: float
    ranges: tuple[DrawnRange, ...]
    kept: DrawnHolding
    fails: tuple[DrawnFailure, ...]
    own: DrawnHolding | None
    prices_low: float
    prices_high: float
    cost_low: float | None
    cost_high: float | None

    def costing(self, cost: float | None) -> DrawnScenario:
        """The same, its plan costing so much a year at the prices of today."""
        low, high = (None if cost is None else cost * prices for prices in (self.prices_low, self.prices_high))
        return replace(self, cost_low=low, cost_high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRobust:
    """In how many of the draws of a scenario the plan for all that may come meets every goal."""

    key: str
    label: str
    holding: DrawnHolding


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustGuards:
    """The guards of the plan that holds in all that may come, and how many of each group are right whatever comes.

    ``cost`` is a year of them at the prices of today.
    """

    cost: float
    groups: tuple[PlannedGuards, ...]
    at_once: tuple[PlannedGuards, ...]
