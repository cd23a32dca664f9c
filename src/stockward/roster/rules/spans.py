"""Forms that look at spans of time: rest in any seven days, average hours, rest before another kind of shift, nights.

What was worked before the start, and what is locked after the end, counts, but breaks no rule by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from stockward.roster.rules.forms import Counter, Form, Integers, Months
from stockward.roster.site.demand import MINUTES_A_DAY, WEEK_DAYS, DatedShift

if TYPE_CHECKING:
    from stockward.roster.rules.drafting import Reason, RosterDraft
    from stockward.roster.site.problem import GuardProblem

_NEVER = -(10**9)
_BREACH = 480
"""So many minutes above an average, begun, are one breach."""


def rest_in_seven_days() -> Form:
    """In any seven days with work lies a time of at least so many minutes without any.

    A window lasts from 00:00 of a day to 00:00 seven days later. For moments t, its begin and the ends of shifts in it,
    h_t ≤ 1 − x_s for each shift s that overlaps [t, t + rest), and Σ h_t ≥ 1 over those that end within the window.
    Where what is settled leaves no such time, no shift that is sought may lie in the window. Arrays count windows.
    """

    def write(draft: RosterDraft, guard: int, limit: int, reason: Reason) -> None:
        rests = _Rests(draft, guard, timedelta(minutes=limit))
        for first in draft.windows(WEEK_DAYS):
            rests.write(first, reason)

    def counter(problem: GuardProblem) -> Counter:
        horizon = problem.horizon
        origin = horizon.moment(0, 0)
        firsts = np.arange(max(problem.history_from, 1 - WEEK_DAYS), horizon.days)
        low, high = (
            np.array([int((horizon.moment(int(first) + by, 0) - origin).total_seconds()) // 60 for first in firsts])
            for by in (0, WEEK_DAYS)
        )

        def breaches(months: Months, least: Integers) -> Integers:
            shape = len(months.work), len(firsts)
            latest, longest = np.broadcast_to(low, shape).copy(), np.zeros(shape, np.int64)
            planned = np.zeros(shape, np.bool_)
            for step in range(-1, WEEK_DAYS):
                columns = months.inside.start + firsts + step
                known = (columns >= 0) & (columns < months.work.shape[1])
                at = np.where(known, columns, 0)
                start, end = months.start[:, at], months.end[:, at]
                there = months.work[:, at] & known & (end > low) & (start < high)
                longest = np.where(there, np.maximum(longest, start - latest), longest)
                latest = np.where(there, np.maximum(latest, end), latest)
                planned |= there & (columns >= months.inside.start) & (columns < months.inside.stop)
            longest = np.maximum(longest, high - latest)
            return np.asarray((planned & (longest < least[:, None])).sum(axis=1), np.int64)

        return breaches

    return Form(write, counter, reach=lambda limit: WEEK_DAYS)


class _Rests:
    """The times at which one guard could have the long rest, as literals, each made once."""

    def __init__(self, draft: RosterDraft, guard: int, rest: timedelta) -> None:
        self.draft, self.rest = draft, rest
        self.settled = draft.settled[guard]
        self.sought = list(draft.of_guard(guard))
        self._made: dict[datetime, Any] = {}

    def write(self, first: int, reason: Reason) -> None:
        """The rule for the window that begins on a day."""
        horizon = self.draft.problem.horizon
        low, high = horizon.moment(first, 0), horizon.moment(first + WEEK_DAYS, 0)
        mine = [literal for shift, literal in self.sought if shift.start < high and shift.end > low]
        if not mine:
            return
        shifts = [*self.settled, *(shift for shift, _ in self.sought)]
        begins = {low, *(shift.end for shift in shifts if low < shift.end and shift.end + self.rest <= high)}
        if low + self.rest > high:
            begins = set()
        free = [self._free(begin) for begin in sorted(begins) if not _overlapping(self.settled, begin, self.rest)]
        if any(one is None for one in free):
            return
        if free:
            self.draft.require(sum(free) >= 1, reason)
        else:
            for literal in mine:
                self.draft.require(literal == 0, reason)

    def _free(self, begin: datetime) -> Any:
        """A literal that holds only where no shift overlaps the rest from a moment on; ``None`` where none could."""
        if begin not in self._made:
            blocking = [x for shift, x in self.sought if shift.start < begin + self.rest and shift.end > begin]
            free = self.draft.model.new_bool_var("") if blocking else None
            for literal in blocking:
                self.draft.model.add(literal == 0).only_enforce_if(free)
            self._made[begin] = free
        return self._made[begin]


def _overlapping(shifts: Sequence[DatedShift], begin: datetime, rest: timedelta) -> bool:
    return any(shift.start < begin + rest and shift.end > begin for shift in shifts)


def average_in_weeks() -> Form:
    """On average at most so much a week: Σ minutes ≤ limit · days / 7 over any reference period that ends in a roster.

    Reference periods are of the weeks that the site states, and end with each week of the roster; where less is known,
    one from the first day of which it is known who worked to the end. ``days`` are those on which the guard counts and
    is not on leave, sick or in training [Directive 2003/88/EC, Article 16]. A shift counts whole where it begins.
    """

    def write(draft: RosterDraft, guard: int, limit: int, reason: Reason) -> None:
        for days in reference_periods(draft.problem):
            left = _allowed(draft.problem, guard, limit, days)
            left -= sum(shift.minutes for shift in draft.settled[guard] if shift.day in days)
            terms = [shift.minutes * literal for shift, literal in draft.of_guard(guard) if shift.day in days]
            if terms:
                draft.require(sum(terms) <= max(left, 0), replace(reason, day=max(days.start, 0)))

    def counter(problem: GuardProblem) -> Counter:
        periods = reference_periods(problem)
        inside = np.array([[day in days for days in periods] for day in range(problem.horizon.days)], np.int64)
        done = np.array(
            [
                [sum(o.shift.minutes for o in ones if o.shift.day in days) for days in periods]
                for ones in problem.worked
            ],
            np.int64,
        ).reshape(len(problem.guards), len(periods))
        weighed = np.array(
            [[_days_at_work(problem, g, days) for days in periods] for g in range(len(problem.guards))], np.int64
        ).reshape(len(problem.guards), len(periods))

        def breaches(months: Months, limits: Integers) -> Integers:
            total = months.minutes[:, months.inside] @ inside
            allowed = limits[:, None] * weighed[months.guards] // WEEK_DAYS
            beyond = np.maximum(total - np.maximum(allowed - done[months.guards], 0), 0)
            return np.asarray((-(-beyond // _BREACH)).sum(axis=1), np.int64)

        return breaches

    return Form(write, counter)


def reference_periods(problem: GuardProblem) -> list[range]:
    """The reference periods of an average, as days; none where the site states none."""
    weeks = problem.rules.average_weeks
    if weeks is None:
        return []
    length, last = WEEK_DAYS * weeks, problem.horizon.days
    ends = range(last, 0, -WEEK_DAYS)
    whole = [range(end - length, end) for end in ends if end - length >= problem.history_from]
    return whole or [range(problem.history_from, last)]


def _allowed(problem: GuardProblem, guard: int, limit: int, days: range) -> int:
    return limit * _days_at_work(problem, guard, days) // WEEK_DAYS


def _days_at_work(problem: GuardProblem, guard: int, days: range) -> int:
    """Days on which a guard counts and is not on leave, sick or in training."""
    averaged = problem.guards[guard].averaged
    return sum(problem.horizon.date(day) in averaged for day in days)


def rest_before_another_kind() -> Form:
    """Between a shift and a later one of another kind lie at least so many minutes: x_gs + x_gt ≤ 1 for those nearer.

    Kinds are nights, others that begin before noon, and others that begin later. Arrays count the later shifts.
    """

    def write(draft: RosterDraft, guard: int, limit: int, reason: Reason) -> None:
        near = 3 + limit // MINUTES_A_DAY
        days = range(draft.days.start - near, draft.days.stop + near)
        shifts = [*((shift, None) for shift in draft.settled[guard] if shift.day in days), *draft.of_guard(guard)]
        shifts.sort(key=lambda one: (one[0].start, one[1] is not None))
        for place, (one, literal) in enumerate(shifts):
            for other, following in shifts[place + 1 :]:
                if (other.start - one.end).total_seconds() < 60 * limit and one.kind != other.kind:
                    sought = [x for x in (literal, following) if x is not None]
                    if len(sought) == 2:
                        draft.at_most_one(sought, reason)
                    elif sought:
                        draft.require(sought[0] == 0, reason)

    def breaches(months: Months, least: Integers) -> Integers:
        first, stop = months.inside.start, months.inside.stop
        near = np.zeros(months.work.shape, np.bool_)
        for kind in range(3):
            of_kind = months.work & (months.kind == kind)
            ends = np.where(of_kind[:, :stop], months.end[:, :stop], _NEVER)
            latest = np.full(months.work.shape, _NEVER)
            latest[:, 1:stop] = np.maximum.accumulate(ends, axis=1)[:, :-1]
            latest[:, stop:] = ends[:, first:].max(axis=1)[:, None]
            near |= months.work & ~of_kind & (months.start - latest < least[:, None])
        return np.asarray(near[:, first:].sum(axis=1), np.int64)

    return Form(write, lambda problem: breaches, reach=lambda limit: 2 + limit // MINUTES_A_DAY)


def longest_night() -> Form:
    """No night shift is longer: x_gs = 0 for night shifts of more minutes."""

    def write(draft: RosterDraft, guard: int, limit: int, reason: Reason) -> None:
        for shift, literal in draft.of_guard(guard):
            if shift.night and shift.minutes > limit:
                draft.require(literal == 0, replace(reason, day=shift.day))

    def breaches(months: Months, most: Integers) -> Integers:
        long = months.night & (months.minutes > most[:, None])
        return np.asarray(long[:, months.inside].sum(axis=1), np.int64)

    return Form(write, lambda problem: breaches)
