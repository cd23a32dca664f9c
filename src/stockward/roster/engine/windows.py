"""Another stream of the search: CP-SAT on windows of some people and days, everything else kept.

Dives give some people whole new schedules; a window changes a few days of many. Where the one no longer helps, the
other often does. A window grows while windows are solved to the end, and shrinks when one is not. Where the problem is
small enough, half of the work that CP-SAT is allowed goes into closing the gap (see ``closing``).
Neighbourhoods of people and days: Rahimian, Akartunalı & Levine 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stockward.optim.cp_sat import SearchRequest
from stockward.roster.engine.closing import Closing
from stockward.roster.engine.model import PeoplePart, solve_people
from stockward.roster.engine.problem import cover_cost
from stockward.roster.engine.search import News, Seeker
from stockward.terms.verdicts import Solved

if TYPE_CHECKING:
    import numpy.typing as npt

    from stockward.roster.engine.problem import RosterRows

_WORK = 0.3
"""Deterministic seconds of CP-SAT for one window."""
_FIRST_SIZE = 1200
"""Open choices of the first window."""
_LEAST_SIZE = 100
_GROW, _SHRINK = 1.15, 0.8
_LENGTHS = (3, 5, 7, 10, 14, 21, 28)


@dataclass(eq=False)
class WindowStream(Seeker):
    """A stream of windows; it begins from the best roster that others found."""

    size: float = _FIRST_SIZE
    closing: Closing | None = None
    _windows_work: float = 0.0
    """Deterministic seconds allowed to windows since the last try to close the gap."""

    def hear(self, news: News) -> None:
        """Take what another stream found, and the prices of the root."""
        super().hear(news)
        if news.pool is not None and Closing.worth(self.problem):
            self.closing = Closing(self.problem, news.pool)

    def step(self, number: int) -> News:
        """Solve one window, or try to close the gap."""
        better = self.best is not None and (self._close() or self._solve_one(self.best))
        return News(number, self.best if better else None, self.bound, waits=True)

    def _close(self) -> bool:
        """Whether a try to close the gap, where one is due, found a better roster."""
        if self.closing is None or self._windows_work < self.closing.work:
            return False
        self._windows_work = 0.0
        seed = int(self.draw.integers(2**31))
        found, self.bound = self.closing.try_one(self.bound, self.cost, seed)
        return found is not None and self.take(found)

    def _solve_one(self, roster: RosterRows) -> bool:
        people, days = self._window(roster)
        part = self._part(roster, people, days)
        others = np.setdiff1d(np.arange(len(roster)), people)
        places = np.arange(self.problem.days)
        kept = int(self.problem.costs[others[:, None], places, roster[others]].sum())
        seed = int(self.draw.integers(2**31))
        asked = SearchRequest(seed, work=_WORK, better_than=self.cost - kept)
        found = solve_people(self.problem, part, asked, hint=roster[people])
        self._windows_work += _WORK
        done = found.answer.status in (Solved.PROVEN, Solved.IMPOSSIBLE)
        most = float(self.problem.open.sum())
        self.size = min(max(self.size * (_GROW if done else _SHRINK), _LEAST_SIZE), most)
        if found.rows is None:
            return False
        changed = roster.copy()
        changed[people] = found.rows
        return self.take(changed)

    def _window(self, roster: RosterRows) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """People and days to free: around a day that costs much, so many people as the size allows."""
        problem = self.problem
        length = min(int(self.draw.choice(_LENGTHS)), problem.days)
        costs = cover_cost(problem.demand, problem.coverage(roster)).sum(axis=1).astype(np.float64)
        weights = costs + 0.2 * costs.mean() + 1e-3
        middle = int(self.draw.choice(problem.days, p=weights / weights.sum()))
        first = min(max(0, middle - int(self.draw.integers(length))), problem.days - length)
        days = np.arange(first, first + length)
        open_choices = problem.open[:, days].sum(axis=(1, 2))
        order = self.draw.permutation(len(problem.people))
        number = max(2, int(np.searchsorted(np.cumsum(open_choices[order]), self.size)))
        return np.sort(order[:number]), days

    def _part(self, roster: RosterRows, people: npt.NDArray[np.int64], days: npt.NDArray[np.int64]) -> PeoplePart:
        """The people with their open choices on these days, and what they do now on the others."""
        choices = np.zeros((len(people), *self.problem.open.shape[1:]), np.bool_)
        choices[np.arange(len(people))[:, None], np.arange(self.problem.days), roster[people]] = True
        choices[:, days] = self.problem.open[people][:, days]
        others = np.setdiff1d(np.arange(len(roster)), people)
        return PeoplePart([int(person) for person in people], choices, self.problem.coverage(roster[others]))
