"""The one problem that benchmark instances and guards' rosters become: people × days × shift kinds.

A roster is an integer array of shape (people, days): 0 is a day off, ``s + 1`` is shift kind ``s``. At most one shift a
day is so by shape. Everything else that a roster must keep is a rule of a person; what it costs is a person's cost of
each day and the cost of each demand that is missed or exceeded. Days worked before the horizon are given as locked
days of the problem without demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

RosterRows = npt.NDArray[np.int16]
"""Shape (people, days): 0 a day off, ``s + 1`` shift kind ``s``."""
Costs = npt.NDArray[np.int64]
"""Shape (days, 1 + shifts): what each choice of each day costs a person; column 0 is the day off."""
DayTable = npt.NDArray[np.int64]
"""Shape (days, shifts)."""

DAY_OFF = 0
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class ShiftKind:
    """A kind of shift: its code, its length, and the codes that must not follow it on the next day."""

    code: str
    minutes: int
    not_followed_by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PersonRules:
    """The hard rules of one person over the horizon.

    Runs are of consecutive days. A run of work or of days off that touches the first or the last day is never too
    short, since it goes on outside the horizon.
    """

    min_minutes: int
    max_minutes: int
    max_of_shift: tuple[int, ...]
    """At most so many of each shift kind, in the order of the shifts."""
    max_run: int
    min_run: int
    min_off_run: int
    max_weekends: int
    """At most so many weekends with any work on Saturday or Sunday."""


@dataclass(frozen=True, eq=False)
class Person:
    """One person: a code, the rules, what each choice costs, and which choices are open."""

    code: str
    rules: PersonRules
    costs: Costs
    open: npt.NDArray[np.bool_]
    """Shape (days, 1 + shifts): false where a choice is ruled out (a fixed day off, no qualification, a lock)."""


@dataclass(frozen=True, eq=False)
class Demand:
    """How many of each shift are wanted on each day, and what one too few or too many costs; shape (days, shifts)."""

    required: DayTable
    under_weight: DayTable
    over_weight: DayTable


@dataclass(frozen=True, eq=False)
class RosterProblem:
    """People, shifts and demand over ``days`` days, of which day 0 is the weekday ``first_weekday`` (0 is Monday)."""

    days: int
    shifts: tuple[ShiftKind, ...]
    people: tuple[Person, ...]
    demand: Demand
    first_weekday: int = 0

    @cached_property
    def minutes(self) -> npt.NDArray[np.int64]:
        """Minutes of each shift kind, shape (shifts,)."""
        return np.array([shift.minutes for shift in self.shifts], np.int64)

    @cached_property
    def may_follow(self) -> npt.NDArray[np.bool_]:
        """Whether shift ``[, b]`` may follow shift ``[a, ]`` on the next day, shape (shifts, shifts)."""
        return np.array([[after.code not in shift.not_followed_by for after in self.shifts] for shift in self.shifts])

    @cached_property
    def weekends(self) -> tuple[tuple[int, ...], ...]:
        """The days of each weekend, Saturday and Sunday as far as they lie in the horizon."""
        found: dict[int, list[int]] = {}
        for day in range(self.days):
            if self.weekday(day) in (SATURDAY, SUNDAY):
                found.setdefault((day + self.first_weekday) // 7, []).append(day)
        return tuple(tuple(days) for days in found.values())

    def weekday(self, day: int) -> int:
        """0 for Monday to 6 for Sunday."""
        return (day + self.first_weekday) % 7

    @cached_property
    def costs(self) -> Costs:
        """The costs of all people, shape (people, days, 1 + shifts)."""
        return np.stack([person.costs for person in self.people])

    @cached_property
    def open(self) -> npt.NDArray[np.bool_]:
        """The open choices of all people, shape (people, days, 1 + shifts)."""
        return np.stack([person.open for person in self.people])

    def coverage(self, roster: RosterRows | npt.NDArray[np.int64]) -> DayTable:
        """How many work each shift of each day, shape (days, shifts)."""
        kinds = np.arange(1, len(self.shifts) + 1)
        return np.asarray((roster[:, :, None] == kinds).sum(axis=0), np.int64)

    def objective(self, roster: RosterRows) -> int:
        """Sum of personal costs and of ``under · (required − n)⁺ + over · (n − required)⁺`` over days and shifts."""
        people, days = np.indices(roster.shape)
        personal = int(self.costs[people, days, roster].sum())
        return personal + int(cover_cost(self.demand, self.coverage(roster)).sum())


def cover_cost(demand: Demand, covered: DayTable) -> DayTable:
    """Cost of each day and shift when ``covered`` people work it; all shapes (days, shifts)."""
    gap = demand.required - covered
    return np.asarray(demand.under_weight * np.maximum(gap, 0) + demand.over_weight * np.maximum(-gap, 0), np.int64)
