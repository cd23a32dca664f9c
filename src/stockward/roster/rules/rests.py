"""The rule of the rest between two shifts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stockward.roster.rules.forms import Counter, Form, Integers, Months

if TYPE_CHECKING:
    from stockward.roster.rules.drafting import Draft, Reason
    from stockward.roster.site.demand import Shift
    from stockward.roster.site.problem import GuardProblem

_MINUTES_A_DAY = 24 * 60
_NEVER = -(10**9)


class Rest(Form):
    """Between the end of a shift and the start of the next lie at least so many minutes, and shifts never overlap.

    x_gs + x_gt ≤ 1 for start_s ≤ start_t < end_s + rest. Such pairs are those of intervals [start, end + rest) that
    overlap, so all that contain one moment exclude each other: Σ x ≤ 1 over them.
    """

    def write(self, draft: Draft, guard: int, limit: int, reason: Reason) -> None:
        """One row for all shifts that exclude each other."""
        near = 3 + limit // _MINUTES_A_DAY
        days = range(draft.days.start - near, draft.days.stop + near)
        settled = [(shift, None) for shift in draft.settled[guard] if shift.day in days]
        ordered: list[tuple[Shift, Any]] = sorted(
            [*settled, *draft.of_guard(guard)], key=lambda one: (one[0].start, one[1] is not None)
        )
        for literals, blocked in _cliques(ordered, 60 * limit):
            if blocked:
                for literal in literals:
                    draft.require(literal == 0, reason)
            else:
                draft.at_most_one(literals, reason)

    def counter(self, problem: GuardProblem, limits: Integers) -> Counter:
        """Shifts that begin less than the rest after the end of the latest before; two that are settled never do."""

        def count(months: Months) -> Integers:
            first, stop = months.inside.start, months.inside.stop
            ends = np.where(months.work[:, :stop], months.end[:, :stop], _NEVER)
            latest = np.full(months.work.shape, _NEVER)
            latest[:, 1:stop] = np.maximum.accumulate(ends, axis=1)[:, :-1]
            latest[:, stop:] = ends[:, first:].max(axis=1)[:, None]
            near = months.work & (months.start - latest < limits[months.guards][:, None])
            return np.asarray(near[:, first:].sum(axis=1), np.int64)

        return count

    def reach(self, limit: int) -> int:
        """The days of the rest, and those of the shifts beside it."""
        return 2 + limit // _MINUTES_A_DAY


def _cliques(ordered: Sequence[tuple[Shift, Any]], seconds: int) -> Iterable[tuple[list[Any], bool]]:
    """Literals that exclude each other at the start of each shift, and whether one without literal is among them."""
    alive: list[int] = []
    waiting: list[int] | None = None
    for number, (shift, _) in enumerate(ordered):
        still = [
            other
            for other in alive
            if (shift.start - ordered[other][0].end).total_seconds() < seconds or ordered[other][0].end > shift.start
        ]
        if waiting is not None and len(still) < len(alive):
            yield _clique(ordered, waiting)
        alive = [*still, number]
        waiting = alive
    if waiting is not None:
        yield _clique(ordered, waiting)


def _clique(ordered: Sequence[tuple[Shift, Any]], members: Sequence[int]) -> tuple[list[Any], bool]:
    literals = [ordered[one][1] for one in members if ordered[one][1] is not None]
    return literals, len(literals) < len(members)
