"""The rule of the weekends with work, of any four in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stockward.roster.engine.problem import SATURDAY
from stockward.roster.rules.forms import Counter, Form, Integers, Months

if TYPE_CHECKING:
    from stockward.roster.rules.drafting import Draft, Reason
    from stockward.roster.site.demand import Horizon
    from stockward.roster.site.problem import GuardProblem

_IN_A_ROW = 4
_DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Weekends(Form):
    """At most m with work of any four: u_e ≥ w_d for d in weekend e, u_e + … + u_{e+3} ≤ m.

    Where those that are settled are more than m already, there is no further work on any: w_d = 0.
    """

    engine: str | None = "max_weekends"

    def write(self, draft: Draft, guard: int, limit: int, reason: Reason) -> None:
        """One row for any four."""
        horizon, around = draft.problem.horizon, _DAYS_A_WEEK * _IN_A_ROW
        saturdays = range(horizon.first_saturday - around, horizon.days + around, _DAYS_A_WEEK)
        worked = [_Weekend.of(draft, guard, saturday) for saturday in saturdays]
        for place in range(len(worked) - _IN_A_ROW + 1):
            window = worked[place : place + _IN_A_ROW]
            left = limit - sum(one.settled for one in window)
            terms = [one.sought for one in window if one.sought is not None and not (one.settled and left >= 0)]
            if terms:
                draft.require(sum(terms) <= max(left, 0), reason)

    def counter(self, problem: GuardProblem, limits: Integers) -> Counter:
        """Weekends beyond those that may be worked of any four; what is settled cannot be mended."""
        horizon, reach = problem.horizon, _IN_A_ROW - 1
        of_day = np.array([horizon.week(day) for day in range(horizon.days)])
        near = range(-reach, int(of_day[-1]) + reach + 1)
        settled = [
            (guard, horizon.week(one.shift.day))
            for guard, ones in enumerate(problem.worked)
            for one in ones
            if one.shift.weekend and horizon.week(one.shift.day) in near
        ]
        first = min([0, *(week for _, week in settled)])
        last = max([int(of_day[-1]), first + reach, *(week for _, week in settled)])
        weeks = np.arange(first, last + 1)
        weekend = np.array([horizon.weekday(day) >= SATURDAY for day in range(horizon.days)])
        in_weekend = (weekend[:, None] & (of_day[:, None] == weeks)).astype(np.int64)
        before = np.zeros((len(problem.guards), len(weeks)), np.bool_)
        for guard, week in settled:
            before[guard, week - first] = True
        ahead = np.arange(len(weeks))[:, None] - np.arange(len(weeks) - reach)
        in_window = ((ahead >= 0) & (ahead <= reach)).astype(np.int64)

        def count(months: Months) -> Integers:
            planned = months.work[:, months.inside] @ in_weekend > 0
            worked = planned | before[months.guards]
            beyond = np.maximum(worked @ in_window - limits[months.guards][:, None], 0)
            return np.asarray(np.minimum(beyond, planned @ in_window).sum(axis=1), np.int64)

        return count

    def in_engine(self, horizon: Horizon, limit: int) -> int:
        """At most so many in all: four by four, and the rest."""
        weekends = {horizon.week(day) for day in range(horizon.days) if horizon.weekday(day) >= SATURDAY}
        fours, rest = divmod(len(weekends), _IN_A_ROW)
        return fours * limit + min(rest, limit)


@dataclass(frozen=True, slots=True)
class _Weekend:
    """A weekend of a guard: whether work on it is settled, and whether it is worked as far as that is sought."""

    settled: bool
    sought: Any

    @classmethod
    def of(cls, draft: Draft, guard: int, saturday: int) -> _Weekend:
        days = [draft.works(guard, saturday), draft.works(guard, saturday + 1)]
        literals = [one for one in days if not isinstance(one, int)]
        return cls(any(isinstance(one, int) and one for one in days), _either(draft, literals))


def _either(draft: Draft, literals: Sequence[Any]) -> Any:
    """Whether any is 1; ``None`` where there are none."""
    if len(literals) < 2:
        return literals[0] if literals else None
    either = draft.model.new_bool_var("")
    for literal in literals:
        draft.model.add_implication(literal, either)
    return either
