"""Costs and breaches of many personal rosters at once, for the search: arrays in, numbers out.

A row is the month of one guard: for each day 0 (off) or ``k + 1``, kind k of the engine's problem. All functions take
rows of shape (rows, days) and the guard of each, and know the days before and after that are settled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from stockward.roster.engine.problem import SATURDAY
from stockward.roster.site.columns import Translated
from stockward.roster.site.costs import (
    HOUR,
    NIGHT,
    STEEPEST,
    WEEKEND,
    Share,
    fair_shares,
)
from stockward.roster.site.demand import Shift
from stockward.roster.site.problem import GuardProblem
from stockward.roster.site.rules import WEEKENDS_IN_WINDOW

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BREACH = 10_000
"""What a rule broken once counts in the search."""
NEVER_BREACH = 5_000_000
"""The same where places may rather stay open."""
BEYOND = 200
"""What an hour beyond an ordinary contract costs, where contracts may be exceeded."""
_LONG = 10_000
_NEVER = -(10**9)


@dataclass(frozen=True, eq=False)
class Days:
    """The work of some rows on every day from the first that is known: shape (rows, days before + days + after)."""

    rows: Integers
    guards: Integers
    work: Flags
    night: Flags
    minutes: Integers
    start: Integers
    end: Integers


@dataclass(eq=False)
class Scorer:
    """Scores rows of a problem."""

    problem: GuardProblem
    translated: Translated
    breach: int = BREACH
    ordinary: Integers | None = None
    """Minutes of each guard's contract beyond which hours cost more, where contracts may be exceeded."""

    def __post_init__(self) -> None:
        problem, rules = self.problem, self.problem.rules
        reach = 1 + max(
            rules.max_consecutive_shifts or 0, rules.min_consecutive_shifts or 0,
            rules.min_consecutive_days_off or 0, rules.max_consecutive_nights or 0,
            2 + int((rules.min_rest_hours or 0) // 24),
        )  # fmt: skip
        self.before = min(-problem.history_from, reach)
        later = [one.shift.day for ones in problem.worked for one in ones if one.shift.day >= problem.horizon.days]
        self.after = min(max(later, default=problem.horizon.days - 1) - problem.horizon.days + 1, reach)
        self.inside = slice(self.before, self.before + problem.horizon.days)
        """The days of the roster among those that are known."""
        self.shares = fair_shares(problem)
        self._tables()
        self._personal()

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
        week_of_day = np.array([problem.horizon.week(day) for day in range(problem.horizon.days)])
        weeks = int(week_of_day[-1]) + 1
        self.in_week = (week_of_day[:, None] == np.arange(weeks)).astype(np.int64)
        self.week_minutes = np.zeros((len(problem.guards), weeks), np.int64)
        for guard, ones in enumerate(problem.worked):
            for one in ones:
                self._settle(guard, one.shift)
                week = problem.horizon.week(one.shift.day)
                if 0 <= week < weeks:
                    self.week_minutes[guard, week] += one.shift.minutes
        self.contract = np.array([guard.contract_minutes for guard in problem.guards], np.int64)
        self._weekends(week_of_day)

    def _settle(self, guard: int, shift: Shift) -> None:
        column = self.before + shift.day
        if shift.day >= self.problem.horizon.days:
            column -= self.problem.horizon.days
        if 0 <= column < self.before + self.after:
            place = guard, column
            self.settled_work[place], self.settled_night[place] = True, shift.night
            self.settled_minutes[place] = shift.minutes
            self.settled_start[place], self.settled_end[place] = self._when(shift)

    def _weekends(self, week_of_day: Integers) -> None:
        """The weekends that count, those before and after on which somebody is settled included, and fours of them."""
        horizon, reach = self.problem.horizon, WEEKENDS_IN_WINDOW - 1
        near = range(-reach, int(week_of_day[-1]) + reach + 1)
        settled = [
            (guard, horizon.week(one.shift.day))
            for guard, ones in enumerate(self.problem.worked)
            for one in ones
            if one.shift.weekend and horizon.week(one.shift.day) in near
        ]
        first = min([0, *(week for _, week in settled)])
        last = max([int(week_of_day[-1]), first + reach, *(week for _, week in settled)])
        weeks = np.arange(first, last + 1)
        weekend = np.array([horizon.weekday(day) >= SATURDAY for day in range(horizon.days)])
        self.in_weekend = (weekend[:, None] & (week_of_day[:, None] == weeks)).astype(np.int64)
        self.settled_weekend = np.zeros((len(self.problem.guards), len(weeks)), np.bool_)
        for guard, week in settled:
            self.settled_weekend[guard, week - first] = True
        ahead = np.arange(len(weeks))[:, None] - np.arange(len(weeks) - reach)
        self.in_window = ((ahead >= 0) & (ahead <= reach)).astype(np.int64)

    def days_of(self, rows: Integers, guards: Integers) -> Days:
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
        return Days(
            rows, guards, whole(works, self.settled_work), whole(self.night, self.settled_night),
            whole(self.minutes, self.settled_minutes), whole(self.start, self.settled_start),
            whole(self.end, self.settled_end),
        )  # fmt: skip

    def score(self, rows: Integers, guards: Integers) -> Integers:
        """Cost of each row, and ``breach`` for each rule that it breaks, once for each time."""
        days = self.days_of(rows, guards)
        total = self.cost(days)
        for rule in RULES:
            total = total + self.breach * rule(self, days)
        return total

    def breaches(self, rows: Integers, guards: Integers) -> Integers:
        """How often each row breaks a rule."""
        days = self.days_of(rows, guards)
        none = np.zeros(len(rows), np.int64)
        return sum((rule(self, days) for rule in RULES), none)

    def cost(self, days: Days) -> Integers:
        """The cost of ``guards_costs`` of each row: wishes and changes, nights, weekends, hours."""
        day = np.arange(days.rows.shape[1])
        total = self.costs[days.guards[:, None], day, days.rows].sum(axis=1)
        total = total + NIGHT * self._steps(self.night[day, days.rows].sum(axis=1), self._share_nights, days.guards)
        total = total + WEEKEND * self._steps(
            self.weekend[day, days.rows].sum(axis=1), self._share_weekends, days.guards
        )
        minutes = self.minutes[day, days.rows].sum(axis=1)
        low, high = (side[days.guards] for side in self._share_minutes)
        away = np.maximum(np.maximum(minutes - high, low - minutes), 0)
        if self.ordinary is not None:
            total = total + BEYOND * -(-np.maximum(minutes - self.ordinary[days.guards], 0) // 60)
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


def choices(scorer: Scorer, days: Days) -> Integers:
    """Days on which a guard does what they cannot or must not: not there, not qualified, or other than locked."""
    day = np.arange(days.rows.shape[1])
    return np.asarray((~scorer.can[days.guards[:, None], day, days.rows]).sum(axis=1), np.int64)


def rest(scorer: Scorer, days: Days) -> Integers:
    """Shifts that begin less than the rest after the end of the latest shift before; two that are settled never do."""
    least = round(60 * (scorer.problem.rules.min_rest_hours or 0))
    first, stop = scorer.inside.start, scorer.inside.stop
    ends = np.where(days.work[:, :stop], days.end[:, :stop], _NEVER)
    latest = np.full(days.work.shape, _NEVER)
    latest[:, 1:stop] = np.maximum.accumulate(ends, axis=1)[:, :-1]
    latest[:, stop:] = ends[:, first:].max(axis=1)[:, None]
    near = days.work & (days.start - latest < least)
    return np.asarray(near[:, first:].sum(axis=1), np.int64)


def hours_a_week(scorer: Scorer, days: Days) -> Integers:
    """Weeks with more than the hours of a week, counted by the shifts too many."""
    most = scorer.problem.rules.max_hours_per_week
    if most is None:
        return np.zeros(len(days.rows), np.int64)
    inside = days.minutes[:, scorer.inside]
    total = inside @ scorer.in_week
    allowed = np.maximum(int(60 * most + 1e-6) - scorer.week_minutes[days.guards], 0)
    return np.asarray((-(-np.maximum(total - allowed, 0) // 480)).sum(axis=1), np.int64)


def contract_hours(scorer: Scorer, days: Days) -> Integers:
    """Minutes beyond the contract, counted by shifts of eight hours begun."""
    inside = days.minutes[:, scorer.inside].sum(axis=1)
    return np.asarray(-(-np.maximum(inside - scorer.contract[days.guards], 0) // 480), np.int64)


def longest_run(scorer: Scorer, days: Days) -> Integers:
    """Days beyond the longest run of work."""
    return _beyond(days.work, scorer.problem.rules.max_consecutive_shifts, scorer.inside)


def nights_in_a_row(scorer: Scorer, days: Days) -> Integers:
    """Nights beyond the longest run of nights."""
    return _beyond(days.night, scorer.problem.rules.max_consecutive_nights, scorer.inside)


def _beyond(flags: Flags, most: int | None, inside: slice) -> Integers:
    """Days on which a run is longer than allowed, of days of which one is ``inside`` the roster."""
    found = np.zeros(len(flags), np.int64)
    if most is None:
        return found
    run = found.copy()
    for column in range(min(flags.shape[1], inside.stop + most)):
        run = np.where(flags[:, column], run + 1, 0)
        if column >= inside.start:
            found += run > most
    return found


def shortest_run(scorer: Scorer, days: Days) -> Integers:
    """Days that runs of work lack."""
    return _short(days.work, scorer.problem.rules.min_consecutive_shifts or 1, scorer.inside)


def days_off(scorer: Scorer, days: Days) -> Integers:
    """Days that runs of days off lack."""
    return _short(~days.work, scorer.problem.rules.min_consecutive_days_off or 1, scorer.inside)


def _short(flags: Flags, least: int, inside: slice) -> Integers:
    """Days lacking in runs that end ``inside``; one that touches the first column or the last day lacks none."""
    found = np.zeros(len(flags), np.int64)
    if least < 2:
        return found
    run = np.full(len(flags), _LONG)
    for column in range(inside.stop):
        ended = (run > 0) & ~flags[:, column]
        if column >= max(inside.start, 1):
            found += np.where(ended, np.maximum(least - run, 0), 0)
        begins = 1 if column else _LONG
        run = np.where(flags[:, column], run + begins, 0)
    return found


def weekends(scorer: Scorer, days: Days) -> Integers:
    """Weekends beyond those that may be worked in 28 days; what is settled cannot be mended."""
    most = scorer.problem.rules.max_weekends
    if most is None:
        return np.zeros(len(days.rows), np.int64)
    inside = days.work[:, scorer.inside]
    planned = inside @ scorer.in_weekend > 0
    worked = planned | scorer.settled_weekend[days.guards]
    beyond = np.maximum(worked @ scorer.in_window - most, 0)
    return np.asarray(np.minimum(beyond, planned @ scorer.in_window).sum(axis=1), np.int64)


RULES: tuple[Callable[[Scorer, Days], Integers], ...] = (
    choices, rest, hours_a_week, contract_hours, longest_run, nights_in_a_row, shortest_run, days_off, weekends,
)  # fmt: skip
"""Every rule of one guard."""
