"""Makes a guards' roster: the engine's first, exchanges until it keeps every rule, parts until time or proof.

The engine runs in a process of its own: its first roster starts the exchanges, or one that is filled day by day where
it takes long, and its bound rises beside them until they have made a sound roster, which parts then better. Who stands
where is settled last. With a limit of rounds in place of time, the engine does one step, then exchanges and parts do
their rounds: the same seed gives the same roster.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread

import numpy as np
import numpy.typing as npt

from stockward.roster.checker.people import MeasuredRoster
from stockward.roster.engine.problem import RosterRows
from stockward.roster.engine.schedules import Scheduler
from stockward.roster.engine.streams import EngineAnswer, Limits, make_roster
from stockward.roster.rules.forms import Integers
from stockward.roster.site.columns import Translated, translate
from stockward.roster.site.costs import Times
from stockward.roster.site.improving import Improving, Relaxing
from stockward.roster.site.problem import GuardProblem
from stockward.roster.site.scoring import BREACH, NEVER_BREACH, Scorer
from stockward.roster.site.search import Search
from stockward.roster.site.settling import Settling
from stockward.roster.site.starting import filled_by_day
from stockward.terms.verdicts import Solved

RosterProgress = Callable[[int | None, float], None]

FIRST_CYCLE, GROWTH = 400, 2
"""Rounds of the first cooling, and how much longer each further one is."""
_WAITED = 0.1
"""Share of the time after which a first roster is made without the engine, where it has none: long rosters take it."""
_AT_ONCE = 20
"""Rounds between two looks at the clock."""
_MOST_CYCLES = 3
"""Coolings after which parts go on even where no roster keeps every rule yet."""
_ROUNDS_A_PART = 20
"""Rounds that one part counts for."""
_PARTS_AT_ONCE = 200
"""Parts between two settlings of who stands where."""
_SETTLINGS = 60
_HAIR = 1e-6
"""By how much the sums of floating point may err."""


@dataclass(frozen=True)
class Limit:
    """When to stop: ``seconds_left`` is asked again and again, or after so many ``rounds`` of exchanges."""

    seconds_left: Callable[[], float] | None = None
    rounds: int | None = None


@dataclass(frozen=True, eq=False)
class Made:
    """What was made: who stands where (``None`` where no roster keeps every rule), its score and the bound.

    ``short`` is the least number of places that stay open, as far as it is proven; ``left_open`` those that do in the
    best that was found.
    """

    status: Solved
    settling: Settling | None
    rows: Integers | None
    score: int
    bound: float
    short: int
    left_open: int
    broken: int
    stopped: bool
    times: Times = ()
    """The shifts of each guard."""
    reasons: tuple[str, ...] = ()


@dataclass(eq=False)
class _Beside:
    """The engine beside the exchanges: its rosters and bounds as they come."""

    translated: Translated
    seed: int
    limit: Limit
    enough: Event = field(default_factory=Event)
    first: Event = field(default_factory=Event)
    roster: RosterRows | None = None
    cost: int = 2**62
    bound: float = -math.inf
    answer: EngineAnswer | None = None
    thread: Thread | None = None
    error: BaseException | None = None

    def start(self) -> None:
        """Begin in a thread of its own, which only waits for the process."""
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.answer = make_roster(
                self.translated.problem, seed=self.seed, workers=1, limits=self._limits(), progress=self._hear,
                better=self._take,
            )  # fmt: skip
            if self.answer.status is Solved.IMPOSSIBLE:
                self.bound = math.inf
        except BaseException as error:
            self.error = error
        finally:
            self.first.set()

    def _limits(self) -> Limits:
        left = self.limit.seconds_left
        if left is None:
            return Limits(steps=1)
        return Limits(lambda: 0.0 if self.enough.is_set() else left())

    def _hear(self, best: int | None, bound: float) -> None:
        self.bound = max(self.bound, bound)

    def _take(self, roster: RosterRows, measured: MeasuredRoster) -> None:
        self.roster, self.cost = roster, measured.objective
        if self.limit.seconds_left is not None:
            self.first.set()

    def end(self) -> None:
        """Stop the engine, if it was started, and wait for its farewell; raises what it failed of."""
        self.enough.set()
        if self.thread is not None:
            self.thread.join()
        if self.error is not None:
            raise self.error


@dataclass(eq=False)
class Making:
    """One making of a roster."""

    problem: GuardProblem
    seed: int
    limit: Limit
    progress: RosterProgress
    enough: Callable[[Search], bool] | None = None
    """When a roster is good enough, where not the best is asked for."""
    places_may_stay_open: bool = False
    ordinary: Integers | None = None
    """Minutes of contracts, where they may be exceeded (see ``Scorer``)."""
    begun: Times | None = None
    """The shifts to begin from, in place of a roster of the engine."""
    patience: float = 1.0
    """Share of the time after which the search ends where no roster keeps every rule yet."""

    def make(self) -> Made:
        """Make the roster; Ctrl-C ends it with the best found.

        Raises
        ------
        FigureError
            Where a process of the engine died.
        """
        self.translated = translate(self.problem)
        breach = NEVER_BREACH if self.places_may_stay_open else BREACH
        self.scorer = Scorer(self.problem, self.translated, breach, self.ordinary)
        self.search: Search | None = None
        self.settled: tuple[int, Settling, Integers] | None = None
        self.settled_of: int | None = None
        left = self.limit.seconds_left
        self.hopeless_below = 0.0 if left is None else left() * (1 - self.patience)
        self.told: tuple[int | None, float] | None = None
        self.alone = self._alone()
        self.raised = float(self.alone.sum())
        self.beside = _Beside(self.translated, self.seed, self.limit)
        if self.begun is None:
            self.beside.start()
        stopped = False
        try:
            self._search()
        except KeyboardInterrupt:
            stopped = True
        self.beside.end()
        return self._made(stopped)

    def _alone(self) -> npt.NDArray[np.float64]:
        """What the wishes and changes of each guard cost at least, whatever the others do: a first bound."""
        costs = self.translated.problem.costs.astype(float)
        # Nothing costs who has no wishes and nothing to change, and may be off every day.
        free = [person.open[:, 0].all() and person.costs.min() >= 0 and not person.costs[:, 0].any()
                for person in self.translated.problem.people]  # fmt: skip
        asked = np.flatnonzero(~np.array(free, np.bool_))
        bounds = np.zeros(len(free))
        if len(asked):
            bounds[asked] = Scheduler(self.translated.problem).best(asked.tolist(), costs[asked]).bounds
        return bounds

    def _search(self) -> None:
        """Wait for a first roster, with places left open as it may be; exchanges until it is sound; then parts."""
        if self.beside.thread is not None:
            if self.limit.seconds_left is None:
                self.beside.thread.join()
            else:
                self.beside.first.wait(max(self.limit.seconds_left(), 0.0) * _WAITED)
        if self.beside.error is not None or self.bound == math.inf:
            return
        self.search = Search(self.scorer, self._start(), self.seed, self.places_may_stay_open)
        self._tell()
        done = self._exchange(self.search)
        self.beside.enough.set()
        if not self._over() and not self._spent(done):
            self._improve(self.search, done)

    def _exchange(self, search: Search) -> int:
        """Cool until the roster is sound and fills every place, a few times at most; the rounds done."""
        done = 0
        for cycle in range(_MOST_CYCLES):
            length = FIRST_CYCLE * GROWTH**cycle
            for number in range(length):
                better = search.round(number / length)
                done += 1
                if better and self._sound():
                    self._tell()
                if number % _AT_ONCE == 0 and (self._over() or self._spent(done)):
                    break
            search.again()
            if self._sound():
                self._settle()
            if (self._sound() and not search.left_open) or self._over() or self._spent(done):
                break
        return done

    def _improve(self, search: Search, done: int) -> None:
        """Part by part until time or proof."""
        improving = Improving(search, self.alone, self.seed)
        relaxing: Relaxing | None = None
        parts = 0
        try:
            while not self._over() and not self._spent(done):
                if relaxing is None and self.enough is None and self._sound():
                    relaxing = Relaxing(self.problem)
                    improving.know_alone(self.limit.seconds_left)
                    self._raise(math.ceil(float(self.alone.sum()) - _HAIR))
                improving.step(self.limit.seconds_left)
                parts, done = parts + 1, done + _ROUNDS_A_PART
                if improving.proven and not search.left_open and self._sound():
                    self._raise(search.best_score)
                if relaxing is not None:
                    self._raise(relaxing.bound(wait=self.limit.seconds_left is None))
                self._tell()
                if parts % _PARTS_AT_ONCE == 0 and self._sound():
                    self._settle()
        finally:
            if relaxing is not None:
                relaxing.end()
            improving.end()

    def _raise(self, bound: float) -> None:
        self.raised = max(self.raised, bound)

    @property
    def bound(self) -> float:
        """The best bound known: of the guards alone, the relaxation, a part of everybody, or the engine beside."""
        # Adding 0 takes the sign from a zero.
        return max(self.raised, self.beside.bound) + 0.0

    def _start(self) -> Integers:
        if self.begun is not None:
            return self.translated.rows(self.begun)
        if self.beside.roster is not None:
            return self.beside.roster.astype(np.int64)
        left = self.limit.seconds_left
        if left is None:
            return np.zeros((len(self.problem.guards), self.problem.horizon.days), np.int64)
        return filled_by_day(self.scorer, lambda: left() <= 0)

    def _spent(self, done: int) -> bool:
        if self.limit.seconds_left is not None:
            left = self.limit.seconds_left()
            return left <= 0 or (left < self.hopeless_below and not self._sound())
        return done >= (self.limit.rounds or 0)

    def _over(self) -> bool:
        """Whether nothing better can come."""
        assert self.search is not None
        if self.bound == math.inf:
            return True
        least = math.ceil(self.bound - _HAIR)
        if self.enough is not None:
            return self._sound() and self.enough(self.search) and self._settle()
        could_be = self.search.best_score <= least and self._sound() and self._settle()
        return could_be and self.settled is not None and self.settled[0] <= least

    def _sound(self) -> bool:
        """Whether the best keeps every rule of single guards and fills every place."""
        assert self.search is not None
        if self.search.left_open and not self.places_may_stay_open:
            return False
        return self.search.best_score < self.scorer.breach or not self._broken()

    def _broken(self) -> int:
        assert self.search is not None
        people = len(self.problem.guards)
        return int(self.scorer.breaches(self.search.best[:people], np.arange(people)).sum())

    def _settle(self) -> bool:
        """Settle who stands where in the best, unless that was done; whether it succeeds."""
        assert self.search is not None
        if self.settled_of == self.search.best_score:
            return self.settled is not None
        self.settled_of = self.search.best_score
        rows, score = self.search.best.copy(), self.search.best_score
        for attempt in range(_SETTLINGS):
            settling = Settling(self.problem, self.translated, self.seed + attempt)
            if settling.settle(rows[: len(self.problem.guards)]):
                kept = self._without(rows[: len(self.problem.guards)], settling.sent_home)
                if kept is None:
                    continue
                if self.settled is None or score < self.settled[0]:
                    self.settled = score, settling, kept
                return True
            for meeting in settling.too_often:
                days = [self.problem.shifts[s].day for s in meeting.shifts]
                rows, score = self.search.parted(rows, (meeting.one, meeting.other), meeting.in_place, days)
        return self.settled is not None

    def _without(self, rows: Integers, sent_home: Sequence[tuple[int, int]]) -> Integers | None:
        """The rows without these shifts of guards; ``None`` where such a guard then breaks a rule."""
        if not sent_home:
            return rows
        fewer = rows.copy()
        for guard, shift in sent_home:
            fewer[guard, self.problem.shifts[shift].day] = 0
        broken = self.scorer.breaches(fewer, np.arange(len(fewer)))
        return None if broken.any() else fewer

    def _tell(self) -> None:
        assert self.search is not None
        now = self.search.best_score if self._sound() else None, self.bound
        if now != self.told:
            self.told = now
            self.progress(*now)

    def _made(self, stopped: bool) -> Made:
        bound = self.bound
        if self.search is None or bound == math.inf:
            reasons = self.beside.answer.reasons if self.beside.answer is not None else ()
            status = Solved.IMPOSSIBLE if bound == math.inf else Solved.OUT_OF_TIME
            return Made(status, None, None, 0, bound, 0, 0, 0, stopped, (), reasons)
        if self._sound():
            self._settle()
        left_open, broken = self.search.left_open, self._broken()
        short = max(math.ceil((bound - self._dearest()) / self.translated.open_weight - 1e-9), 0)
        if self.settled is not None:
            score, settling, rows = self.settled
            status = Solved.PROVEN if score <= math.ceil(bound - _HAIR) else Solved.FEASIBLE
            times = self.translated.times(rows.tolist())
            return Made(status, settling, rows, score, bound, short, left_open, 0, stopped, times)
        status = Solved.IMPOSSIBLE if short else Solved.OUT_OF_TIME
        times = self.translated.times(self.search.best[: len(self.problem.guards)].tolist())
        return Made(status, None, None, self.search.best_score, bound, short, left_open, broken, stopped, times)

    def _dearest(self) -> int:
        """More than what wishes and changes could ever cost."""
        return int(self.scorer.costs.max(axis=2).sum())


def make_guard_roster(problem: GuardProblem, *, seed: int, limit: Limit, progress: RosterProgress) -> Made:
    """The best roster that the limit allows (see ``Making``); time is left to say why there is none."""
    return Making(problem, seed, limit, progress, patience=0.6).make()
