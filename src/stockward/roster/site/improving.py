"""Betters a guards' roster part by part, each part in a process beside the others.

A part frees some guards whose rosters cost more than each alone would have to, and others to trade with. Parts under
way at the same time have no guard in common, and their answers are taken in the order in which they were asked for, so
the same seed gives the same roster. Parts grow while they are solved to proof, and shrink when one is not [large
neighbourhood search, Shaw 1998].

Bounds: what each guard alone must cost, the linear relaxation of the whole, and a part of everybody and all days that
is solved to proof.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from stockward.ending import begin_to_help, undisturbed
from stockward.roster.rules.forms import Integers
from stockward.roster.site.columns import translate
from stockward.roster.site.demand import WEEK_DAYS
from stockward.roster.site.parts import GuardsPart, PartSolution, least_alone, solve_guards
from stockward.roster.site.scoring import Scorer
from stockward.terms.errors import FigureError

if TYPE_CHECKING:
    from stockward.roster.site.problem import GuardProblem
    from stockward.roster.site.search import Search

_WORKERS = 2
_UNDER_WAY = 6
"""Parts that are asked for before the first is answered, lest a process wait for the order."""
_FIRST_SIZE, _LEAST_SIZE = 5.0, 3.0
_GROW, _SHRINK = 1.01, 0.9
_RELAXED = (0, 2)
"""Parts are solved without a linear relaxation or with one of everything: which is the quicker depends on the site."""
_MOST_EXCESS = 100.0
"""A guard's excess beyond which it is not the likelier to be freed."""
_TRADING, _TRADER = 0.5, 4
"""How often the others are chosen as those who could trade, and how much likelier each is for each day."""
_WORK = 0.3
"""Deterministic seconds of CP-SAT for one part."""
_WORK_ALONE = 2.0
"""The same for one guard alone."""
_DAYS = 28
"""Days of a part; its first day is a whole number of weeks after the start."""

_Answer = TypeVar("_Answer")

_scorer: Scorer | None = None
"""The scorer of a helping process."""


def _begin(problem: GuardProblem, breach: int, ordinary: Integers | None) -> None:
    """A helping process begins."""
    begin_to_help()
    global _scorer
    _scorer = Scorer(problem, translate(problem), breach, ordinary)


def _solve(part: GuardsPart, seed: int, relaxed: int) -> PartSolution:
    from stockward.optim.cp_sat import SearchRequest

    assert _scorer is not None
    return solve_guards(_scorer, part, SearchRequest(seed, work=_WORK, probing=False, relaxed=relaxed))


def _alone(guard: int) -> float:
    from stockward.optim.cp_sat import SearchRequest

    assert _scorer is not None
    return least_alone(_scorer, guard, SearchRequest(guard, work=_WORK_ALONE))


def _relaxed(problem: GuardProblem) -> float:
    from stockward.optim.relaxation import relaxed_bound
    from stockward.roster.site.model import roster_model, whole_roster

    return relaxed_bound(roster_model(problem, whole_roster(problem)).model)


class Relaxing:
    """The linear relaxation of the whole roster, solved in a process of its own, which may be ended at any moment."""

    def __init__(self, problem: GuardProblem) -> None:
        with undisturbed():
            self._pool = get_context("spawn").Pool(1, begin_to_help)
        self._found = self._pool.apply_async(_relaxed, (problem,))

    def bound(self, *, wait: bool) -> float:
        """The bound of every roster's cost, or −∞ while it is not known; ``wait`` waits for it."""
        return self._found.get() if wait or self._found.ready() else -math.inf

    def end(self) -> None:
        """End the process."""
        self._pool.terminate()
        self._pool.join()


@dataclass(eq=False)
class Improving:
    """The parts of one search."""

    search: Search
    alone: npt.NDArray[np.float64]
    """What each guard costs at least, whatever the others do; it is raised to the best bound known."""
    seed: int
    proven: bool = False
    """Whether no roster can score less than the search's."""
    _sizes: dict[int, float] = field(default_factory=lambda: dict.fromkeys(_RELAXED, _FIRST_SIZE))
    """Guards of a part, by how much of it is relaxed."""
    _under_way: deque[tuple[GuardsPart, int, Future[PartSolution]]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._draw = np.random.default_rng([self.seed, 1])
        scorer = self.search.scorer
        self._pool = ProcessPoolExecutor(
            _WORKERS, get_context("spawn"), _begin, (scorer.problem, scorer.breach, scorer.ordinary)
        )

    def know_alone(self, seconds_left: Callable[[], float] | None) -> None:
        """Solve alone those who cost more than what is known that they must."""
        above = np.flatnonzero(self.search.scores[: self.search.people] > self.alone)
        with undisturbed():
            asked = [(guard, self._pool.submit(_alone, guard)) for guard in above.tolist()]
        for guard, future in asked:
            found = self._answer(future, seconds_left)
            self.alone[guard] = max(self.alone[guard], -math.inf if found is None else found)

    def step(self, seconds_left: Callable[[], float] | None) -> None:
        """Take the answer of the part that was asked for first, if it comes in time.

        Raises
        ------
        FigureError
            Where a process died.
        """
        while len(self._under_way) < _UNDER_WAY:
            relaxed = self._way()
            part = self._part(min(round(self._sizes[relaxed]), self.search.people))
            if part is None:
                break
            seed = int(self._draw.integers(2**31))
            with undisturbed():
                self._under_way.append((part, relaxed, self._pool.submit(_solve, part, seed, relaxed)))
        part, relaxed, future = self._under_way[0]
        solution = self._answer(future, seconds_left)
        if solution is not None:
            self._under_way.popleft()
            self._take(part, relaxed, solution)

    def _way(self) -> int:
        """With or without relaxation: the oftener, the more guards are solved that way."""
        weights = np.array([self._sizes[relaxed] ** 2 for relaxed in _RELAXED])
        return int(self._draw.choice(_RELAXED, p=weights / weights.sum()))

    def _answer(self, future: Future[_Answer], seconds_left: Callable[[], float] | None) -> _Answer | None:
        """The answer, or ``None`` at the end of the time."""
        try:
            return future.result(None if seconds_left is None else max(seconds_left(), 0.0))
        except NotYet:
            return None
        except BrokenProcessPool:
            raise FigureError("a search process ended without an answer: run again with another seed") from None

    def end(self) -> None:
        """Wait for the parts under way; those not begun are not solved."""
        self._pool.shutdown(cancel_futures=True)

    def _take(self, part: GuardsPart, relaxed: int, solution: PartSolution) -> None:
        before = self.search.best_score
        if solution.rows is not None:
            self.search.put(np.array(part.guards), solution.rows)
        if self.search.best_score == before:
            size = self._sizes[relaxed] * (_GROW if solution.proven else _SHRINK)
            self._sizes[relaxed] = min(max(size, _LEAST_SIZE), self.search.people)
        days = self.search.rows.shape[1]
        if (
            solution.proven
            and solution.rows is not None
            and len(part.guards) == self.search.people
            and len(part.days) == days
        ):
            self.proven = True

    def _part(self, size: int) -> GuardsPart | None:
        """Some guards who are not under way, or ``None`` where too few are left."""
        search = self.search
        busy = {guard for part, _, _ in self._under_way for guard in part.guards}
        free = np.array([guard for guard in range(search.people) if guard not in busy], np.int64)
        if len(free) < size:
            return None
        left_open = search.open_places()
        if any(part.left_open.any() for part, _, _ in self._under_way):
            left_open = np.zeros_like(left_open)
        guards = self._guards(free, size, left_open)
        days = search.rows.shape[1]
        low = WEEK_DAYS * int(self._draw.integers(0, max(days - _DAYS, 0) // WEEK_DAYS + 1))
        return GuardsPart(
            tuple(int(guard) for guard in guards),
            range(low, min(low + _DAYS, days)),
            search.rows[guards],
            left_open,
            int(search.scores[guards].sum()),
        )

    def _guards(self, free: Integers, size: int, left_open: Integers) -> Integers:
        """Some the likelier, the more they cost beyond what they must; with them some who could trade, or anybody.

        Those who could take a place that is left open are as likely as who costs most.
        """
        excess = np.clip(self.search.scores[free] - self.alone[free], 0, _MOST_EXCESS)
        if left_open.any():
            off = self.search.rows[free] == 0
            could = (self.search.scorer.can[free][:, :, 1:] & (left_open > 0)).any(axis=2)
            excess = np.where((off & could).any(axis=1), _MOST_EXCESS, excess)
        number = min(int(self._draw.integers(1, -(-size // 2) + 1)), int((excess > 0).sum()))
        first = self._draw.choice(free, number, replace=False, p=excess / excess.sum()) if number else free[:0]
        others = np.setdiff1d(free, first)
        weights = np.ones(len(others))
        if self._draw.random() < _TRADING:
            weights += self._trades(first, others)
        rest = self._draw.choice(others, size - number, replace=False, p=weights / weights.sum())
        return np.sort(np.concatenate([first, rest]))

    def _trades(self, guards: Integers, others: Integers) -> Integers:
        """On how many days that cost the guards something each of the others could do what they do, or the reverse."""
        rows, scorer = self.search.rows, self.search.scorer
        days, found = np.arange(rows.shape[1]), np.zeros(len(others), np.int64)
        for guard in guards:
            least = np.where(scorer.can[guard], scorer.costs[guard], np.iinfo(np.int64).max).min(axis=1)
            for day in np.flatnonzero(scorer.costs[guard, days, rows[guard]] > least):
                mine, theirs = rows[guard, day], rows[others, day]
                found += (mine != theirs) & scorer.can[others, day, mine] & scorer.can[guard, day, theirs]
        return _TRADER * found
