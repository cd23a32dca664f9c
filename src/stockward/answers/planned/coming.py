"""What may come, for the guards: which of their goals fail from when, who still joins, and what would do."""

from __future__ import annotations

from dataclasses import dataclass
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
class RobustGuards:
    """The guards of the plan that holds in all that may come, and how many of each group are right whatever comes.

    ``cost`` is a year of them at the prices of today.
    """

    cost: float
    groups: tuple[PlannedGuards, ...]
    at_once: tuple[PlannedGuards, ...]
