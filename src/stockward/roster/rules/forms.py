"""What a rule may say of the shifts of one guard, whatever its limit: one function a form.

What was worked before the start, and what is locked after the end, counts, but breaks no rule by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stockward.roster.engine.problem import SATURDAY
from stockward.roster.site.demand import MINUTES_A_DAY, WEEK_DAYS, DatedShift, Horizon

if TYPE_CHECKING:
    from stockward.roster.rules.drafting import Reason, RosterDraft
    from stockward.roster.site.problem import GuardProblem

Integers = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]

_FOUR = 4
"""Weekends in a row of which some may be worked."""
_LONG, _NEVER = 10_000, -(10**9)


@dataclass(frozen=True, eq=False)
class Months:
    """The work of some guards on every day that is known: shape (rows, days before + days + days after).

    ``guards`` says whose each row is, and ``inside`` which days are the roster's. ``start`` and ``end`` are minutes;
    ``kind`` is that of the shift.
    """

    guards: Integers
    inside: slice
    work: _Flags
    night: _Flags
    minutes: Integers
    kind: Integers
    start: Integers
    end: Integers


Counter = Callable[[Months, Integers], Integers]
"""How often each row breaks the limit that it has."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to count: it is written for a guard, with a limit, into a model, and counts breaches in arrays.

    ``counter`` is made for a problem; there is none where arrays cannot break the rule. ``at_most`` where what breaks
    it in some days of a roster breaks it in all. ``engine`` is the limit of the engine that says as much, or less, with
    the value ``in_engine``. ``reach``: so many days before and after a roster matter, but to sums.
    """

    write: Callable[[RosterDraft, int, int, Reason], None]
    counter: Callable[[GuardProblem], Counter] | None = None
    at_most: bool = True
    engine: str | None = None
    in_engine: Callable[[Horizon, int], int] = lambda horizon, limit: limit
    reach: Callable[[int], int] = lambda limit: 0


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted of a shift, and on days in arrays; so much more than the limit, begun, is one breach."""

    of_shift: Callable[[DatedShift], int]
    of_months: Callable[[Months], Integers | _Flags]
    breach: int = 1


WORK = Measure(lambda shift: 1, lambda months: months.work)
NIGHTS = Measure(lambda shift: int(shift.night), lambda months: months.night)
MINUTES = Measure(lambda shift: shift.minutes, lambda months: months.minutes, 480)


@dataclass(frozen=True, slots=True)
class SumPeriod:
    """What a sum is taken over: which one a day lies in, 0 that of the first day; and the day by which it is told."""

    of_day: Callable[[Horizon, int], int]
    told: Callable[[Horizon, int], int | None] = lambda horizon, period: None


WEEK = SumPeriod(lambda horizon, day: horizon.week(day), lambda horizon, week: horizon.days_of_week(week).start)
"""The calendar week, Monday to Sunday."""
ROSTER = SumPeriod(lambda horizon, day: 0 if 0 <= day < horizon.days else -1)


def one_a_day() -> Form:
    """A guard begins at most one shift on a day: Σ_{s begins on d} x_gs ≤ 1; in arrays it is so by shape."""

    def write(draft: RosterDraft, guard: int, limit: int, reason: Reason) -> None:
        for day in draft.days:
            draft.at_most_one([literal for _, literal in draft.begun_on(guard, day)], reason)

    return Form(write)


def at_most_in(measure: Measure, period: SumPeriod, engine: str | None = None) -> Form:
    """At most so much in each period: Σ_{s begins in it} m_s x_gs ≤ limit; a shift counts whole where it begins."""

    def write(draft: RosterDraft, guard: int, limit: int, reason: Reason) -> None:
        horizon = draft.problem.horizon
        sought: dict[int, list[Any]] = {}
        left: dict[int, int] = {}
        for shift in draft.settled[guard]:
            number = period.of_day(horizon, shift.day)
            left[number] = left.get(number, limit) - measure.of_shift(shift)
        for shift, literal in draft.of_guard(guard):
            if counted := measure.of_shift(shift):
                sought.setdefault(period.of_day(horizon, shift.day), []).append(counted * literal)
        for number, terms in sought.items():
            draft.require(
                sum(terms) <= max(left.get(number, limit), 0), replace(reason, day=period.told(horizon, number))
            )

    def counter(problem: GuardProblem) -> Counter:
        of_day = np.array([period.of_day(problem.horizon, day) for day in range(problem.horizon.days)])
        periods = np.arange(int(of_day[-1]) + 1)
        inside = (of_day[:, None] == periods).astype(np.int64)
        done = np.zeros((len(problem.guards), len(periods)), np.int64)
        for guard, ones in enumerate(problem.worked):
            for one in ones:
                number = period.of_day(problem.horizon, one.shift.day)
                if 0 <= number < len(periods):
                    done[guard, number] += measure.of_shift(one.shift)

        def breaches(months: Months, limits: Integers) -> Integers:
            total = measure.of_months(months)[:, months.inside] @ inside
            beyond = np.maximum(total - np.maximum(limits[:, None] - done[months.guards], 0), 0)
            return np.asarray((-(-beyond // measure.breach)).sum(axis=1), np.int64)

        return breaches

    return Form(write, counter, engine=engine)


def at_most_in_a_row(measure: Measure, engine: str | None = None) -> Form:
    """At most m days in a row: n_d + … + n_{d+m} ≤ m, n_d what is begun on day d; arrays count each day beyond."""

    def write(draft: RosterDraft, guard: int, limit: int, reason: Reason) -> None:
        for first in draft.windows(limit + 1):
            days = range(first, first + limit + 1)
            if measure is WORK:
                draft.require(sum(draft.works(guard, day) for day in days) <= limit, reason)
            else:
                draft.require(sum(draft.worked(guard, day, measure.of_shift) for day in days) <= limit, reason)

    def breaches(months: Months, most: Integers) -> Integers:
        flags = measure.of_months(months)
        found = np.zeros(len(flags), np.int64)
        run = found.copy()
        for column in range(min(flags.shape[1], months.inside.stop + int(most.max(initial=0)))):
            run = np.where(flags[:, column], run + 1, 0)
            if column >= months.inside.start:
                found += run > most
        return found

    return Form(write, lambda problem: breaches, engine=engine, reach=lambda limit: limit)


def at_least_in_a_row(*, of_work: bool, engine: str | None = None) -> Form:
    """At least m days of work, or off, in a row; arrays count each day that lacks.

    Of work w_d − w_{d−1} ≤ w_{d+j}, off w_{d−1} − w_d + w_{d+j} ≤ 1, j = 1 … m − 1. A run that touches the last day of
    the roster, or the first day of which it is known who worked, is never too short.
    """

    def write(draft: RosterDraft, guard: int, limit: int, reason: Reason) -> None:
        for before in draft.windows(limit + 1):
            one, following = draft.works(guard, before), draft.works(guard, before + 1)
            for last in range(max(before + 2, 0), min(before + limit + 1, draft.problem.horizon.days)):
                works = draft.works(guard, last)
                draft.require(following - one <= works if of_work else one - following + works <= 1, reason)

    def breaches(months: Months, least: Integers) -> Integers:
        flags = months.work if of_work else ~months.work
        found, run = np.zeros(len(flags), np.int64), np.full(len(flags), _LONG)
        for column in range(months.inside.stop):
            ended = (run > 0) & ~flags[:, column]
            if column >= max(months.inside.start, 1):
                found += np.where(ended, np.maximum(least - run, 0), 0)
            run = np.where(flags[:, column], run + (1 if column else _LONG), 0)
        return found

    return Form(write, lambda problem: breaches, at_most=False, engine=engine, reach=lambda limit: limit)


def rest_between() -> Form:
    """Between the end of a shift and the start of the next lie at least so many minutes, and shifts never overlap.

    x_gs + x_gt ≤ 1 for start_s ≤ start_t < end_s + rest. Such pairs are those of intervals [start, end + rest) that
    overlap, so all that contain one moment exclude each other: Σ x ≤ 1 over them. Arrays count those that begin too
    soon after the latest end before; two that are settled never do.
    """

    def write(draft: RosterDraft, guard: int, limit: int, reason: Reason) -> None:
        near = 3 + limit // MINUTES_A_DAY
        days = range(draft.days.start - near, draft.days.stop + near)
        shifts = [*((shift, None) for shift in draft.settled[guard] if shift.day in days), *draft.of_guard(guard)]
        shifts.sort(key=lambda one: (one[0].start, one[1] is not None))
        for members in _excluding(shifts, 60 * limit):
            literals = [literal for _, literal in members if literal is not None]
            if len(literals) == len(members):
                draft.at_most_one(literals, reason)
            else:
                for literal in literals:
                    draft.require(literal == 0, reason)

    def breaches(months: Months, least: Integers) -> Integers:
        first, stop = months.inside.start, months.inside.stop
        ends = np.where(months.work[:, :stop], months.end[:, :stop], _NEVER)
        latest = np.full(months.work.shape, _NEVER)
        latest[:, 1:stop] = np.maximum.accumulate(ends, axis=1)[:, :-1]
        latest[:, stop:] = ends[:, first:].max(axis=1)[:, None]
        near = months.work & (months.start - latest < least[:, None])
        return np.asarray(near[:, first:].sum(axis=1), np.int64)

    return Form(write, lambda problem: breaches, reach=lambda limit: 2 + limit // MINUTES_A_DAY)


def _excluding(shifts: Sequence[tuple[DatedShift, Any]], seconds: int) -> Iterable[list[tuple[DatedShift, Any]]]:
    """Shifts, in order of time, of which none goes with another: all that lie at the start of one of them."""
    alive: list[tuple[DatedShift, Any]] = []
    for one in shifts:
        still = [
            other
            for other in alive
            if (one[0].start - other[0].end).total_seconds() < seconds or other[0].end > one[0].start
        ]
        if len(still) < len(alive):
            yield alive
        alive = [*still, one]
    if alive:
        yield alive


def weekends_of_four() -> Form:
    """At most m weekends with work of any four: u_e ≥ w_d for d in weekend e, u_e + … + u_{e+3} ≤ m.

    Where those that are settled are more than m already, there is no further work on any: w_d = 0.
    """

    def write(draft: RosterDraft, guard: int, limit: int, reason: Reason) -> None:
        horizon, around = draft.problem.horizon, WEEK_DAYS * _FOUR
        saturdays = range(horizon.first_saturday - around, horizon.days + around, WEEK_DAYS)
        worked = [_weekend(draft, guard, saturday) for saturday in saturdays]
        for place in range(len(worked) - _FOUR + 1):
            window = worked[place : place + _FOUR]
            left = limit - sum(settled for settled, _ in window)
            terms = [sought for settled, sought in window if sought is not None and not (settled and left >= 0)]
            if terms:
                draft.require(sum(terms) <= max(left, 0), reason)

    def counter(problem: GuardProblem) -> Counter:
        horizon, reach = problem.horizon, _FOUR - 1
        of_day = np.array([horizon.week(day) for day in range(horizon.days)])
        near = range(-reach, int(of_day[-1]) + reach + 1)
        settled = [
            (guard, horizon.week(one.shift.day))
            for guard, ones in enumerate(problem.worked)
            for one in ones
            if one.shift.weekend and horizon.week(one.shift.day) in near
        ]
        first = min([0, *(week for _, week in settled)])
        weeks = np.arange(first, max([int(of_day[-1]), first + reach, *(week for _, week in settled)]) + 1)
        weekend = np.array([horizon.weekday(day) >= SATURDAY for day in range(horizon.days)])
        in_weekend = (weekend[:, None] & (of_day[:, None] == weeks)).astype(np.int64)
        before = np.zeros((len(problem.guards), len(weeks)), np.bool_)
        for guard, week in settled:
            before[guard, week - first] = True
        ahead = np.arange(len(weeks))[:, None] - np.arange(len(weeks) - reach)
        in_window = ((ahead >= 0) & (ahead <= reach)).astype(np.int64)

        def breaches(months: Months, most: Integers) -> Integers:
            planned = months.work[:, months.inside] @ in_weekend > 0
            beyond = (planned | before[months.guards]) @ in_window - most[:, None]
            # What is settled cannot be mended.
            return np.asarray(np.minimum(np.maximum(beyond, 0), planned @ in_window).sum(axis=1), np.int64)

        return breaches

    def in_engine(horizon: Horizon, limit: int) -> int:
        """At most so many in all: four by four, and the rest."""
        weekends = {horizon.week(day) for day in range(horizon.days) if horizon.weekday(day) >= SATURDAY}
        fours, rest = divmod(len(weekends), _FOUR)
        return fours * limit + min(rest, limit)

    return Form(write, counter, engine="max_weekends", in_engine=in_engine)


def _weekend(draft: RosterDraft, guard: int, saturday: int) -> tuple[bool, Any]:
    """Whether work on a weekend is settled; and whether it is worked as far as that is sought, where it is."""
    days = [draft.works(guard, saturday), draft.works(guard, saturday + 1)]
    literals = [one for one in days if not isinstance(one, int)]
    settled = any(isinstance(one, int) and one for one in days)
    if len(literals) < 2:
        return settled, literals[0] if literals else None
    either = draft.model.new_bool_var("")
    for literal in literals:
        draft.model.add_implication(literal, either)
    return settled, either
