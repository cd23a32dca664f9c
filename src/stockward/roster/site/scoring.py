"""Costs and breaches of many personal rosters at once, for the search: arrays in, numbers out.

A row is the month of one guard: for each day 0 (off) or ``k + 1``, kind k of the engine's problem. All functions take
rows of shape (rows, days) and the guard of each, and know the days before and after that are settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from stockward.roster.rules.forms import Integers, Months
from stockward.roster.rules.table import OF_A_GUARD
from stockward.roster.site.columns import Translated
from stockward.roster.site.costs import HOUR, NIGHT, STEEPEST, WEEKEND, Share, fair_shares
from stockward.roster.site.demand import Shift
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
        self._tables()
        self._personal()
        counters = {rule.name: rule.counter(problem) for rule in OF_A_GUARD}
        self.counters = {name: count for name, count in counters.items() if count is not None}
        """What counts the breaches of each rule of one guard."""

    def _tables(self) -> None:
        """What each kind is on each day: shape (days, 1 + kinds)."""
        days, kinds = self.translated.shift_of.shape
        shape = days, kinds + 1
        self.minutes, self.start, self.end = (np.zeros(shape, np.int64) for _ in range(3))
        self.night, self.weekend = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
        self.origin = self.problem.horizon.moment(0, 0)
        for day in range(days):
            for kind in range(kinds):
                number = int(self.translated.shift_of[day, kind])
                if number >= 0:
                    shift = self.problem.shifts[number]
                    place = day, kind + 1
                    self.minutes[place], self.night[place], self.weekend[place] = (
                        shift.minutes, shift.night, shift.weekend
                    )  # fmt: skip
                    self.start[place], self.end[place] = self._when(shift)

    def _when(self, shift: Shift) -> tuple[int, int]:
        return tuple(int((moment - self.origin).total_seconds()) // 60 for moment in (shift.start, shift.end))  # type: ignore[return-value]

    def _personal(self) -> None:
        """What is settled of each guard, and what each choice costs: by guard."""
        problem = self.problem
        self.can = np.stack([person.open for person in self.translated.problem.people])
        self.costs = np.stack([person.costs for person in self.translated.problem.people])
        shape = len(problem.guards), self.before + self.after
        self.settled_work, self.settled_night = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
        self.settled_minutes, self.settled_start, self.settled_end = (np.zeros(shape, np.int64) for _ in range(3))
        for guard, ones in enumerate(problem.worked):
            for one in ones:
                self._settle(guard, one.shift)

    def _settle(self, guard: int, shift: Shift) -> None:
        column = self.before + shift.day
        if shift.day >= self.problem.horizon.days:
            column -= self.problem.horizon.days
        if 0 <= column < self.before + self.after:
            place = guard, column
            self.settled_work[place], self.settled_night[place] = True, shift.night
            self.settled_minutes[place] = shift.minutes
            self.settled_start[place], self.settled_end[place] = self._when(shift)

    def months_of(self, rows: Integers, guards: Integers) -> Months:
        """The work of rows, what is settled before and after included."""
        day = np.arange(rows.shape[1])

        def whole(table: npt.NDArray[Any], settled: npt.NDArray[Any]) -> npt.NDArray[Any]:
            inside = table[day, rows]
            if not settled.shape[1]:
                return inside
            mine = settled[guards]
            return np.concatenate([mine[:, : self.before], inside, mine[:, self.before :]], axis=1)

        works = np.ones(self.night.shape, np.bool_)
        works[:, 0] = False
        return Months(
            guards, self.inside, whole(works, self.settled_work), whole(self.night, self.settled_night),
            whole(self.minutes, self.settled_minutes), whole(self.start, self.settled_start),
            whole(self.end, self.settled_end),
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
        """The cost of ``guards_costs`` of each row: wishes and changes, nights, weekends, hours."""
        day = np.arange(rows.shape[1])
        total = self.costs[guards[:, None], day, rows].sum(axis=1)
        total = total + NIGHT * self._steps(self.night[day, rows].sum(axis=1), self._share_nights, guards)
        total = total + WEEKEND * self._steps(self.weekend[day, rows].sum(axis=1), self._share_weekends, guards)
        minutes = self.minutes[day, rows].sum(axis=1)
        low, high = (side[guards] for side in self._share_minutes)
        away = np.maximum(np.maximum(minutes - high, low - minutes), 0)
        if self.ordinary is not None:
            total = total + BEYOND * -(-np.maximum(minutes - self.ordinary[guards], 0) // 60)
        return np.asarray(total + HOUR * -(-away // 60), np.int64)

    @cached_property
    def _share_nights(self) -> tuple[Integers, Integers]:
        return _bounds(self.shares.nights)

    @cached_property
    def _share_weekends(self) -> tuple[Integers, Integers]:
        return _bounds(self.shares.weekends)

    @cached_property
    def _share_minutes(self) -> tuple[Integers, Integers]:
        return _bounds(self.shares.minutes)

    def _steps(self, number: Integers, share: tuple[Integers, Integers], guards: Integers) -> Integers:
        low, high = (side[guards] for side in share)
        steps = np.maximum(np.maximum(number - high, low - number), 0)
        steep = np.minimum(steps, STEEPEST)
        return np.asarray(steep * (steep + 1) // 2 + STEEPEST * (steps - steep), np.int64)


def _bounds(shares: Sequence[Share]) -> tuple[Integers, Integers]:
    return np.array([one.low for one in shares], np.int64), np.array([one.high for one in shares], np.int64)
