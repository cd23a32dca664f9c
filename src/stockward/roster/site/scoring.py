"""Costs and breaches of many personal rosters at once, for the search: arrays in, numbers out.

A row is the month of one guard: for each day 0 (off) or ``k + 1``, kind k of the engine's problem. All functions take
rows of shape (rows, days) and the guard of each, and know the days before and after that are settled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockward.roster.rules.forms import Integers, Months
from stockward.roster.rules.patterns import shifts_off
from stockward.roster.rules.table import OF_A_GUARD
from stockward.roster.site.columns import Translated
from stockward.roster.site.costs import (
    HOUR,
    NIGHT,
    OFF_PATTERN,
    OVERTIME_HOUR,
    STEEPEST,
    WEEKEND,
    fair_shares,
)
from stockward.roster.site.problem import GuardProblem

BREACH = 10_000
"""What a rule broken once counts in the search."""
NEVER_BREACH = 5_000_000
"""The same where places may rather stay open."""
BEYOND = 200
"""What an hour beyond an ordinary contract costs, where contracts may be exceeded."""


@dataclass(eq=False)
class Scorer:
    """Scores rows of a problem."""

    problem: GuardProblem
    translated: Translated
    breach: int = BREACH
    ordinary: Integers | None = None
    """Minutes of each guard's contract beyond which hours cost more, where contracts may be exceeded."""

    def __post_init__(self) -> None:
        problem = self.problem
        reach = 1 + max(rule.reach(problem) for rule in OF_A_GUARD)
        self.before = min(-problem.history_from, reach)
        later = [one.shift.day for ones in problem.worked for one in ones if one.shift.day >= problem.horizon.days]
        self.after = min(max(later, default=problem.horizon.days - 1) - problem.horizon.days + 1, reach)
        self.inside = slice(self.before, self.before + problem.horizon.days)
        """The days of the roster among those that are known."""
        self.shares = fair_shares(problem)
        self._nights, self._weekends, self._minutes = (
            np.array([(one.low, one.high) for one in shares], np.int64).T
            for shares in (self.shares.nights, self.shares.weekends, self.shares.minutes)
        )
        self._contracts = None if self.shares.contracts is None else np.array(self.shares.contracts, np.int64)
        rotation = self.shares.rotation
        self._off_pattern = None if rotation is None else shifts_off(problem, rotation.cells)
        self.can = np.stack([person.open for person in self.translated.problem.people])
        self.costs = np.stack([person.costs for person in self.translated.problem.people])
        self._number_shifts()
        counters = {rule.name: rule.counter(problem) for rule in OF_A_GUARD}
        self.counters = {name: count for name, count in counters.items() if count is not None}
        """What counts the breaches of each rule of one guard."""

    def _number_shifts(self) -> None:
        """Number every shift, those that are settled last and 0 the day off: what it is, by number, and where it is."""
        problem, shift_of = self.problem, self.translated.shift_of
        self.number_of = np.concatenate([np.zeros((len(shift_of), 1), np.int64), shift_of + 1], axis=1)
        """Of each day and choice."""
        self.settled = np.zeros((len(problem.guards), self.before + self.after), np.int64)
        shifts = list(problem.shifts)
        for guard, ones in enumerate(problem.worked):
            for one in ones:
                shifts.append(one.shift)
                column = self.before + one.shift.day
                if one.shift.day >= problem.horizon.days:
                    column -= problem.horizon.days
                if 0 <= column < self.settled.shape[1]:
                    self.settled[guard, column] = len(shifts)
        origin = problem.horizon.moment(0, 0)
        self.minutes = np.array([0, *(shift.minutes for shift in shifts)], np.int64)
        self.kind = np.array([0, *(shift.kind for shift in shifts)], np.int64)
        self.night = np.array([False, *(shift.night for shift in shifts)])
        self.weekend = np.array([False, *(shift.weekend for shift in shifts)])
        self.start, self.end = (
            np.array([0, *(int((moment - origin).total_seconds()) // 60 for moment in moments)], np.int64)
            for moments in ([shift.start for shift in shifts], [shift.end for shift in shifts])
        )

    def numbers(self, rows: Integers) -> Integers:
        """The shifts of rows by their numbers."""
        return np.asarray(self.number_of[np.arange(rows.shape[1]), rows], np.int64)

    def months_of(self, rows: Integers, guards: Integers) -> Months:
        """The work of rows, what is settled before and after included."""
        mine = self.settled[guards]
        shifts = np.concatenate([mine[:, : self.before], self.numbers(rows), mine[:, self.before :]], axis=1)
        return Months(
            guards, self.inside, shifts > 0, self.night[shifts], self.minutes[shifts], self.kind[shifts],
            self.start[shifts], self.end[shifts],
        )  # fmt: skip

    def score(self, rows: Integers, guards: Integers) -> Integers:
        """Cost of each row, and ``breach`` for each rule that it breaks, once for each time."""
        return self.cost(rows, guards) + self.breach * self.breaches(rows, guards)

    def breaches(self, rows: Integers, guards: Integers) -> Integers:
        """How often each row breaks a rule, or does what its guard cannot or must not."""
        months = self.months_of(rows, guards)
        impossible = ~self.can[guards[:, None], np.arange(rows.shape[1]), rows]
        return sum((count(months) for count in self.counters.values()), impossible.sum(axis=1, dtype=np.int64))

    def cost(self, rows: Integers, guards: Integers) -> Integers:
        """The cost of each row, as ``costs`` has it: wishes and changes, nights, weekends, hours, overtime."""
        shifts = self.numbers(rows)
        total = self.costs[guards[:, None], np.arange(rows.shape[1]), rows].sum(axis=1)
        total = total + NIGHT * self._steps(self.night[shifts].sum(axis=1), self._nights[:, guards])
        total = total + WEEKEND * self._steps(self.weekend[shifts].sum(axis=1), self._weekends[:, guards])
        minutes = self.minutes[shifts].sum(axis=1)
        low, high = self._minutes[:, guards]
        away = np.maximum(np.maximum(minutes - high, low - minutes), 0)
        if self._contracts is not None:
            total = total + OVERTIME_HOUR * -(-np.maximum(minutes - self._contracts[guards], 0) // 60)
        if self._off_pattern is not None:
            total = total + OFF_PATTERN * self._off_pattern(self.months_of(rows, guards))
        if self.ordinary is not None:
            total = total + BEYOND * -(-np.maximum(minutes - self.ordinary[guards], 0) // 60)
        return np.asarray(total + HOUR * -(-away // 60), np.int64)

    @staticmethod
    def _steps(number: Integers, share: Integers) -> Integers:
        low, high = share
        steps = np.maximum(np.maximum(number - high, low - number), 0)
        steep = np.minimum(steps, STEEPEST)
        return np.asarray(steep * (steep + 1) // 2 + STEEPEST * (steps - steep), np.int64)
