"""Rules of runs: at most, or at least, so many days in a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stockward.roster.rules.forms import WORK, Counter, Flags, Form, Integers, Measure, Months

if TYPE_CHECKING:
    from stockward.roster.rules.drafting import Draft, Reason
    from stockward.roster.site.problem import GuardProblem

_LONG = 10_000


@dataclass(frozen=True)
class AtMostInARow(Form):
    """At most m days of something in a row: n_d + … + n_{d+m} ≤ m, n_d what is begun on day d."""

    measure: Measure
    engine: str | None = None

    def write(self, draft: Draft, guard: int, limit: int, reason: Reason) -> None:
        """One row a window of m + 1 days."""
        for day in draft.windows(limit + 1):
            window = [self._on(draft, guard, day + step) for step in range(limit + 1)]
            draft.require(sum(window) <= limit, reason)

    def _on(self, draft: Draft, guard: int, day: int) -> Any:
        return draft.works(guard, day) if self.measure is WORK else draft.worked(guard, day, self.measure.of_shift)

    def counter(self, problem: GuardProblem, limits: Integers) -> Counter:
        """Days on which a run is longer than allowed, of runs of which a day is inside the roster."""

        def count(months: Months) -> Integers:
            flags, most = self.measure.of_months(months), limits[months.guards]
            found = np.zeros(len(flags), np.int64)
            run = found.copy()
            for column in range(min(flags.shape[1], months.inside.stop + int(limits.max(initial=0)))):
                run = np.where(flags[:, column], run + 1, 0)
                if column >= months.inside.start:
                    found += run > most
            return found

        return count

    def reach(self, limit: int) -> int:
        """A whole run."""
        return limit


@dataclass(frozen=True)
class AtLeastInARow(Form):
    """At least m days of work (``of_work``), or off, in a row.

    A run that touches the last day of the roster, or the first day of which it is known who worked, is never too short.
    """

    of_work: bool
    engine: str | None = None
    at_most = False

    def write(self, draft: Draft, guard: int, limit: int, reason: Reason) -> None:
        """Work: w_d − w_{d−1} ≤ w_{d+j}; off: w_{d−1} − w_d + w_{d+j} ≤ 1; each j = 1 … m − 1."""
        for before in draft.windows(limit + 1):
            one, following = draft.works(guard, before), draft.works(guard, before + 1)
            for last in range(max(before + 2, 0), min(before + limit + 1, draft.problem.horizon.days)):
                works = draft.works(guard, last)
                draft.require(following - one <= works if self.of_work else one - following + works <= 1, reason)

    def counter(self, problem: GuardProblem, limits: Integers) -> Counter:
        """Days lacking in runs that end inside the roster."""

        def count(months: Months) -> Integers:
            return _lacking(months.work if self.of_work else ~months.work, limits[months.guards], months.inside)

        return count

    def reach(self, limit: int) -> int:
        """A whole run."""
        return limit


def _lacking(flags: Flags, least: Integers, inside: slice) -> Integers:
    """Days lacking in runs that end ``inside``; one that touches the first column or the last day lacks none."""
    found = np.zeros(len(flags), np.int64)
    run = np.full(len(flags), _LONG)
    for column in range(inside.stop):
        ended = (run > 0) & ~flags[:, column]
        if column >= max(inside.start, 1):
            found += np.where(ended, np.maximum(least - run, 0), 0)
        begins = 1 if column else _LONG
        run = np.where(flags[:, column], run + begins, 0)
    return found
