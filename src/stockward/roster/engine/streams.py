"""The roster engine: streams of search in processes of their own, the whole model beside them, one best roster.

Each stream and the whole model is a process: so the search can be stopped at any moment, and HiGHS and CP-SAT never
meet in one (their wheels carry libraries of the same name, and whichever is loaded second fails). What a process sends
is measured by the checker before it counts.

With a limit of steps the streams hear each other in step (before step n all news of steps below n), so the same seed,
number of workers and steps give the same roster. With a limit of time alone they hear each other at once, and the
roster may differ from run to run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from stockward.ending import begin_to_help, undisturbed
from stockward.roster.checker.people import MeasuredRoster, measure
from stockward.roster.engine.columns import next_whole
from stockward.roster.engine.crew import help_out
from stockward.roster.engine.search import News, Stream
from stockward.terms.errors import FigureError
from stockward.terms.verdicts import Solved

if TYPE_CHECKING:
    from stockward.roster.engine.problem import RosterProblem, RosterRows
    from stockward.roster.engine.windows import WindowStream

_SMALL_MODEL = 3_000
"""Open choices up to which the whole model is worth more than a moment."""
_WORK_SMALL, _WORK_LARGE = 0.4, 0.1
"""Deterministic seconds of CP-SAT for the whole model."""
_WHOLE = -1
"""Number of the whole model among the processes."""


@dataclass(frozen=True)
class Limits:
    """When to stop: ``seconds_left`` is asked again and again; ``steps`` of each stream, the root not counted."""

    seconds_left: Callable[[], float] | None = None
    steps: int | None = None


@dataclass(frozen=True)
class EngineAnswer:
    """What the engine found: status, roster (or ``None``), its measure, the bound, and how it was asked."""

    status: Solved
    roster: RosterRows | None
    measured: MeasuredRoster | None
    bound: float
    seed: int
    workers: int
    stopped: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def gap(self) -> float | None:
        """(objective − bound) / objective, or ``None`` where nothing was found or no bound is known."""
        if self.measured is None or not math.isfinite(self.bound):
            return None
        cost = self.measured.objective
        return max(0.0, (cost - self.bound) / cost) if cost else 0.0


@dataclass(eq=False)
class _Race:
    """What the engine knows while the processes run."""

    problem: RosterProblem
    progress: Callable[[int | None, float], None]
    better: Callable[[RosterRows, MeasuredRoster], None]
    best: RosterRows | None = None
    measured: MeasuredRoster | None = None
    bound: float = -math.inf
    impossible: bool = False
    told: tuple[int | None, float] = (None, -math.inf)

    rank: tuple[int, int, int] | None = None
    """Objective, step and sender of the best: so that it does not matter who is heard first."""

    def hear(self, sender: int, news: News) -> None:
        """Take a roster where the checker finds it sound and better; take a better bound."""
        if news.bound == math.inf:
            self.impossible = True
            return
        self.bound = max(self.bound, next_whole(news.bound))
        if news.roster is not None:
            found = measure(self.problem, news.roster)
            if found.breaches:
                raise FigureError(f"the search made a roster that breaks a rule: {found.breaches[0]}")
            rank = found.objective, news.step, sender
            if self.rank is None or rank < self.rank:
                self.best, self.measured, self.rank = news.roster, found, rank
                self.better(news.roster, found)
        now = (None if self.measured is None else self.measured.objective), self.bound
        if now != self.told:
            self.told = now
            self.progress(*now)

    @property
    def over(self) -> bool:
        """Whether nothing better can come."""
        return self.impossible or (self.measured is not None and self.measured.objective <= self.bound)


def make_roster(
    problem: RosterProblem,
    *,
    seed: int,
    workers: int,
    limits: Limits,
    progress: Callable[[int | None, float], None] = lambda best, bound: None,
    better: Callable[[RosterRows, MeasuredRoster], None] = lambda roster, measured: None,
) -> EngineAnswer:
    """Find the best roster of ``problem`` within the limits.

    Parameters
    ----------
    problem
        What to roster.
    seed
        Of everything drawn.
    workers
        Streams of search, each in a process of its own.
    limits
        When to stop; without any the search goes on until the best is proven.
    progress
        Told of each better objective (``None`` before the first) and bound.
    better
        Given each better roster, with its measure.

    Returns
    -------
    Rostered
        ``proven`` where objective and bound meet, ``feasible`` with the gap, ``impossible`` with the people that no
        schedule suits, or ``out_of_time``. Ctrl-C stops like the end of the time does.

    Raises
    ------
    FigureError
        Where a process died, or the checker found a breach: then no roster is given at all.
    """
    race = _Race(problem, progress, better)
    team = _Team(problem, seed, workers, limits.steps)
    stopped = False
    try:
        team.run(race, limits)
    except KeyboardInterrupt:
        stopped = True
    finally:
        team.end()
    if race.impossible:
        return EngineAnswer(Solved.IMPOSSIBLE, None, None, math.inf, seed, workers, stopped, without_schedule(problem))
    if race.measured is None:
        return EngineAnswer(Solved.OUT_OF_TIME, None, None, race.bound, seed, workers, stopped)
    status = Solved.PROVEN if race.over else Solved.FEASIBLE
    return EngineAnswer(status, race.best, race.measured, race.bound, seed, workers, stopped)


def without_schedule(problem: RosterProblem) -> tuple[str, ...]:
    """Who has no schedule that keeps the rules, whatever the others do."""
    from stockward.roster.engine.schedules import Scheduler

    everybody = range(len(problem.people))
    bounds = Scheduler(problem).best(everybody, problem.costs.astype(float)).bounds
    return tuple(
        f"{problem.people[person].code}: no schedule keeps this person's rules and fixed days"
        for person in everybody
        if bounds[person] == math.inf
    )


@dataclass(eq=False)
class _Post:
    """What the streams are to be told, and when: they go on only after an answer, so no line is ever full.

    Without steps an answer comes at once, with the best found since the last. In step it comes when all have done the
    same step, with what they found up to it.
    """

    in_step: bool
    streams: tuple[int, ...]
    whole_runs: bool
    pool: News | None = None
    letters: dict[int, list[tuple[int, News]]] = field(default_factory=dict)
    waiting: dict[int, int] = field(default_factory=dict)
    """The step after which each stream waits."""
    done: dict[int, float] = field(default_factory=dict)

    def take(self, sender: int, news: News) -> None:
        """Take what one process says."""
        if news.pool is not None:
            self.pool = replace(news, waits=False)
        if news.roster is not None or sender == _WHOLE:
            for number in self.streams:
                if number != sender:
                    self.letters.setdefault(number, []).append((sender, replace(news, pool=None)))
        if sender == _WHOLE:
            self.whole_runs = False
        elif news.ended:
            self.done[sender] = math.inf
        elif news.waits:
            self.waiting[sender] = news.step
            self.done[sender] = news.step

    def answers(self) -> dict[int, list[News]]:
        """What to tell those who can go on."""
        ready = [number for number in sorted(self.waiting) if self._may_go_on(number)]
        return {number: self._answer(number) for number in ready}

    def _may_go_on(self, number: int) -> bool:
        if self.pool is None or (self.whole_runs and (self.in_step or number > 0)):
            return False
        step = self.waiting[number]
        return not self.in_step or all(self.done.get(other, -1) >= step for other in self.streams)

    def _answer(self, number: int) -> list[News]:
        step, letters = self.waiting.pop(number), self.letters.get(number, [])
        now = [one for one in letters if not self.in_step or one[1].step <= step]
        self.letters[number] = [one for one in letters if self.in_step and one[1].step > step]
        found = [news for _, news in sorted(now, key=lambda one: (one[1].step, one[0]))]
        return [self.pool, *found] if step == 0 and number > 0 and self.pool is not None else found


@dataclass(eq=False)
class _Team:
    """The processes and the lines to them."""

    problem: RosterProblem
    seed: int
    workers: int
    steps: int | None
    lines: dict[int, Connection] = field(default_factory=dict)
    processes: dict[int, Any] = field(default_factory=dict)

    def run(self, race: _Race, limits: Limits) -> None:
        """Start the processes and pass on what they say until the limits or the proof."""
        self._start_all()
        post = _Post(self.steps is not None, tuple(range(self.workers)), whole_runs=True)
        while self.lines and not race.impossible and not (race.over and self.steps is None):
            left = math.inf if limits.seconds_left is None else limits.seconds_left()
            if left <= 0:
                return
            for line in wait(list(self.lines.values()), timeout=min(left, 0.5)):
                number = next(key for key, one in self.lines.items() if one is line)
                news = self._hear(number)
                race.hear(number, news)
                post.take(number, news)
            for number, found in post.answers().items():
                self.lines[number].send(found)

    def _start_all(self) -> None:
        """Stream 0 has a line to each other stream, which helps it with the root."""
        context = get_context("spawn")
        pairs = [context.Pipe() for _ in range(1, self.workers)]
        asked = self.problem, self.seed, self.steps
        self._start(0, _run_first, (*asked, [mine for mine, _ in pairs]))
        for number, (_, theirs) in enumerate(pairs, 1):
            self._start(number, _run_other, (*asked, number, theirs))
        for pair in pairs:
            for line in pair:
                line.close()
        small = int(self.problem.open.sum()) <= _SMALL_MODEL
        self._start(_WHOLE, _run_whole, (self.problem, self.seed, _WORK_SMALL if small else _WORK_LARGE))

    def _start(self, number: int, target: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        context = get_context("spawn")
        mine, theirs = context.Pipe()
        process = context.Process(target=_begin, args=(target, theirs, arguments), daemon=True)
        with undisturbed():
            process.start()
        theirs.close()
        self.lines[number], self.processes[number] = mine, process

    def _hear(self, number: int) -> News:
        """Hear one process; a line that closes without a word of farewell means that it died."""
        try:
            news = self.lines[number].recv()
        except EOFError:
            raise FigureError(f"search process {number} ended without an answer: run again with another seed") from None
        if isinstance(news, str):
            raise FigureError(news)
        assert isinstance(news, News)
        if news.ended:
            self.lines.pop(number).close()
        return news

    def end(self) -> None:
        """Stop whatever still runs."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.join(2)
            if process.is_alive():
                process.kill()
                process.join()
        for line in self.lines.values():
            line.close()


def _begin(target: Callable[..., None], line: Connection, arguments: tuple[Any, ...]) -> None:
    """A process begins."""
    begin_to_help()
    try:
        target(line, *arguments)
    except (BrokenPipeError, ConnectionResetError, EOFError):
        return
    except Exception as error:
        line.send(f"a search process failed ({type(error).__name__}: {error}): run again, or report this")


def _run_whole(line: Connection, problem: RosterProblem, seed: int, work: float) -> None:
    """CP-SAT on the whole model, for a while."""
    from stockward.optim.cp_sat import SearchRequest
    from stockward.roster.engine.model import everything, solve_people

    found = solve_people(problem, everything(problem), SearchRequest(seed, work=work))
    line.send(News(0, found.rows, found.answer.bound, ended=True))


def _run_first(
    line: Connection, problem: RosterProblem, seed: int, steps: int | None, helpers: Sequence[Connection]
) -> None:
    """The first stream: the root, with the others' help, then its dives."""
    stream = Stream(problem, seed, 0)
    for news in stream.root(helpers):
        line.send(news)
        if news.ended:
            return
    _go_on(line, stream, steps)


def _run_other(
    line: Connection, problem: RosterProblem, seed: int, steps: int | None, number: int, asks: Connection
) -> None:
    """Another stream: it helps with the root, then the odd ones solve windows and the even ones dive."""
    help_out(problem, asks)
    line.send(News(0, None, -math.inf, waits=True))
    if number % 2 == 0:
        _go_on(line, Stream(problem, seed, number), steps)
        return
    from stockward.roster.engine.windows import WindowStream

    _go_on(line, WindowStream(problem, seed, number), steps)


def _go_on(line: Connection, stream: Stream | WindowStream, steps: int | None) -> None:
    """Hear what the others found, take a step, tell; again and again."""
    step = 0
    while True:
        for news in line.recv():
            stream.hear(news)
        if stream.proven or (steps is not None and step >= steps):
            break
        step += 1
        line.send(stream.step(step))
    line.send(News(step, None, stream.bound, ended=True))
