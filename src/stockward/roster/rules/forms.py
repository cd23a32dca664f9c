"""What a rule may say of the shifts of one guard, whatever its limit: one form a way to count.

A form writes its rule into a model, and counts its breaches in arrays; some are known to the engine as a limit of
their own. What was worked before the start, and what is locked after the end, counts, but breaks no rule by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from stockward.roster.rules.drafting import Draft, Reason
    from stockward.roster.site.demand import Horizon, Shift
    from stockward.roster.site.problem import GuardProblem

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Months:
    """The work of some guards on every day that is known: shape (rows, days before + days + after).

    ``guards`` says whose each row is; ``inside`` are the days of the roster; ``start`` and ``end`` are minutes after
    00:00 of its first day.
    """

    guards: Integers
    inside: slice
    work: Flags
    night: Flags
    minutes: Integers
    start: Integers
    end: Integers


Counter = Callable[[Months], Integers]
"""How often each row breaks a rule."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted of a shift, and on a day in arrays; so much more than the limit, begun, is one breach."""

    of_shift: Callable[[Shift], int]
    of_months: Callable[[Months], Integers | Flags]
    breach: int = 1


WORK = Measure(lambda shift: 1, lambda months: months.work)
NIGHTS = Measure(lambda shift: int(shift.night), lambda months: months.night)
MINUTES = Measure(lambda shift: shift.minutes, lambda months: months.minutes, 480)


class Form:
    """One way to count; what is said here holds where a form does not say otherwise."""

    at_most = True
    """Whether what breaks it in some days of a roster breaks it in all."""
    engine: str | None = None
    """The limit of a person in the engine that says as much, or less."""

    def write(self, draft: Draft, guard: int, limit: int, reason: Reason) -> None:
        """Write the rule for one guard into a model."""
        raise NotImplementedError

    def counter(self, problem: GuardProblem, limits: Integers) -> Counter | None:
        """What counts breaches of the limit of each guard; ``None`` where no array can break the rule."""
        raise NotImplementedError

    def reach(self, limit: int) -> int:
        """So many days before and after a roster can matter to its runs and rests."""
        return 0

    def in_engine(self, horizon: Horizon, limit: int) -> int:
        """The limit as the engine knows it."""
        return limit


class OneADay(Form):
    """A guard begins at most one shift on a day: Σ_{s begins on d} x_gs ≤ 1; in arrays it is so by shape."""

    def write(self, draft: Draft, guard: int, limit: int, reason: Reason) -> None:
        """One row a day."""
        for day in draft.days:
            draft.at_most_one([literal for _, literal in draft.begun_on(guard, day)], reason)

    def counter(self, problem: GuardProblem, limits: Integers) -> None:
        """None: a row has one choice a day."""


@dataclass(frozen=True, slots=True)
class Period:
    """What a sum is taken over: which one a day lies in, 0 that of the first day; and the day by which it is told."""

    of_day: Callable[[Horizon, int], int]
    told: Callable[[Horizon, int], int | None]


WEEK = Period(lambda horizon, day: horizon.week(day), lambda horizon, week: horizon.days_of_week(week).start)
"""The calendar week, Monday to Sunday."""
ROSTER = Period(lambda horizon, day: 0 if 0 <= day < horizon.days else -1, lambda horizon, period: None)


@dataclass(frozen=True)
class AtMostIn(Form):
    """At most so much in each period: Σ_{s begins in it} m_s x_gs ≤ limit; a shift counts where it begins."""

    measure: Measure
    period: Period
    engine: str | None = None

    def write(self, draft: Draft, guard: int, limit: int, reason: Reason) -> None:
        """One row a period."""
        horizon, counted = draft.problem.horizon, self.measure.of_shift
        sought: dict[int, list[Any]] = {}
        done: dict[int, int] = {}
        for shift in draft.settled[guard]:
            period = self.period.of_day(horizon, shift.day)
            done[period] = done.get(period, 0) + counted(shift)
        for shift, literal in draft.of_guard(guard):
            if counted(shift):
                sought.setdefault(self.period.of_day(horizon, shift.day), []).append(counted(shift) * literal)
        for period, terms in sought.items():
            left = max(limit - done.get(period, 0), 0)
            draft.require(sum(terms) <= left, replace(reason, day=self.period.told(horizon, period)))

    def counter(self, problem: GuardProblem, limits: Integers) -> Counter:
        """What is beyond the limit in each period, what is settled in it included."""
        horizon = problem.horizon
        of_day = np.array([self.period.of_day(horizon, day) for day in range(horizon.days)])
        periods = np.arange(int(of_day[-1]) + 1)
        inside = (of_day[:, None] == periods).astype(np.int64)
        done = np.zeros((len(problem.guards), len(periods)), np.int64)
        for guard, ones in enumerate(problem.worked):
            for one in ones:
                period = self.period.of_day(horizon, one.shift.day)
                if 0 <= period < len(periods):
                    done[guard, period] += self.measure.of_shift(one.shift)
        left = np.maximum(limits[:, None] - done, 0)

        def count(months: Months) -> Integers:
            total = self.measure.of_months(months)[:, months.inside] @ inside
            beyond = np.maximum(total - left[months.guards], 0)
            return np.asarray((-(-beyond // self.measure.breach)).sum(axis=1), np.int64)

        return count
