"""One stream of the search: the root of the master program, dives from it, then dives for some people at a time.

A step is the root or one dive. Given the same seed and the same news from other streams at the same steps, a stream
does the same steps; so streams that hear each other in step give the same roster each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from stockward.roster.engine.columns import Master, SchedulePool, next_whole
from stockward.roster.engine.crew import Crew
from stockward.roster.engine.diving import Dive, Way

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    import numpy.typing as npt

    from stockward.roster.engine.problem import RosterProblem, RosterRows

_FIRST = Way(pace=0.06, noise=0.05)
_NOISES = (0.05, 0.2, 0.5)
_PACE = 0.05
_LEAST_FREE = 6
_GROWTH = 1.45
"""Ratio of neighbouring numbers of people freed."""
_COLUMNS_A_PERSON, _COLUMNS = 80, 4000
"""The pool is halved when it has more columns than so many for each person and so many besides."""


@dataclass(frozen=True)
class News:
    """What a step brings: a roster (or none), the proven bound, and, after the root, the columns.

    A stream that ``waits`` goes on when it has been told what the others found.
    """

    step: int
    roster: RosterRows | None
    bound: float
    pool: SchedulePool | None = None
    ended: bool = False
    waits: bool = False


@dataclass(eq=False)
class Seeker:
    """What every stream knows: the best roster and bound that it found or heard of; it draws with a seed of its own."""

    problem: RosterProblem
    seed: int
    number: int
    best: RosterRows | None = None
    cost: int = 2**62
    bound: float = -np.inf

    def __post_init__(self) -> None:
        self.draw = np.random.default_rng([self.seed, self.number])

    def take(self, roster: RosterRows) -> bool:
        """Go on from this roster where it is better than the best known here."""
        cost = self.problem.objective(roster)
        if cost >= self.cost:
            return False
        self.best, self.cost = roster, cost
        return True

    def hear(self, news: News) -> None:
        """Take what another stream found."""
        if news.roster is not None:
            self.take(news.roster)
        self.bound = max(self.bound, next_whole(news.bound))

    @property
    def proven(self) -> bool:
        """Whether no roster can be better."""
        return self.cost <= self.bound


@dataclass(eq=False)
class Stream(Seeker):
    """A stream of dives; stream 0 solves the root, the others begin from its columns."""

    master: Master = field(init=False)
    _again: int = 0
    """How many were freed in the last step, if that helped."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.master = Master(self.problem)
        people = len(self.problem.people)
        sizes = [min(_LEAST_FREE, people)]
        while sizes[-1] < people:
            sizes.append(min(people, int(sizes[-1] * _GROWTH) + 1))
        self.sizes = sizes

    def root(self, lines: Sequence[Connection] = ()) -> Iterator[News]:
        """Greedy rosters and the root; the last news has the columns, or says that somebody has no schedule.

        At the other end of each line a process helps to find schedules (see ``crew``).
        """
        found = self.master.greedy(self.draw)
        if found is None:
            yield News(0, None, np.inf, ended=True)
            return
        self.take(found)
        yield News(0, found, self.master.bound)
        crew = Crew(self.master.scheduler, lines)
        for _ in self.master.root(crew):
            yield News(0, None, self.master.bound)
        crew.dismiss()
        yield News(0, None, self.master.bound, self.master.pool(), waits=True)

    def hear(self, news: News) -> None:
        """Take what another stream found, and the columns of the root."""
        super().hear(news)
        if news.pool is not None:
            self.master.take(news.pool)

    @property
    def proven(self) -> bool:
        """Whether no roster can be better."""
        return self.cost <= max(self.bound, next_whole(self.master.bound))

    def step(self, step: int) -> News:
        """One dive: from the root in the first step, then for some people beside the others."""
        found = self._first() if step == 1 else self._beside()
        self._trim()
        better = found is not None and self.take(found)
        return News(step, self.best if better else None, self.master.bound, waits=True)

    def _first(self) -> RosterRows | None:
        return Dive(self.master, None, range(len(self.problem.people)), _FIRST, self.draw, np.inf).run()

    def _beside(self) -> RosterRows | None:
        """Free some people; from an equal roster the search goes on."""
        if self.best is None:
            return self._first()
        free = self._free(self._size())
        way = Way(_PACE, float(self.draw.choice(_NOISES)))
        found = Dive(self.master, self.best, free, way, self.draw, self.cost).run()
        cost = self.cost if found is None else self.problem.objective(found)
        self._again = len(free) if cost < self.cost and found is not None else 0
        if found is not None and cost == self.cost:
            self.best = found
        return found

    def _size(self) -> int:
        """How many to free: as many again where it helped, else few more often than many, for many take longer."""
        if self._again:
            return self._again
        weights = np.array(self.sizes) ** -0.75
        return int(self.draw.choice(self.sizes, p=weights / weights.sum()))

    def _free(self, number: int) -> list[int]:
        """People to free: at random, or the likelier the further their schedules lie above the best at the prices."""
        assert self.best is not None
        weights: npt.NDArray[np.float64] = np.ones(len(self.best))
        if self.draw.random() < 0.5:
            above = np.maximum(self.master.above(np.arange(len(self.best)), self.best), 0)
            weights = above + 0.05 * above.mean() + 1e-3
        chosen = self.draw.choice(len(self.best), number, replace=False, p=weights / weights.sum())
        return [int(person) for person in np.sort(chosen)]

    def _trim(self) -> None:
        most = _COLUMNS_A_PERSON * len(self.problem.people) + _COLUMNS
        if self.best is not None and len(self.master.rows) > most:
            self.master.trim(self.best, most // 2)
