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
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from stockward.roster.checking import Measured, measure
from stockward.roster.columns import whole
from stockward.roster.search import News, Stream
from stockward.terms.errors import FigureError
from stockward.terms.verdicts import Solved

if TYPE_CHECKING:
    from stockward.roster.problem import Problem, Roster

_SMALL_MODEL = 3_000
"""Open choices up to which the whole model is worth more than a moment."""
_WORK_SMALL, _WORK_LARGE = 1.0, 0.2
"""Deterministic seconds of CP-SAT for the whole model."""
_WHOLE = -1
"""Number of the whole model among the processes."""


@dataclass(frozen=True)
class Limits:
    """When to stop: ``seconds_left`` is asked again and again; ``steps`` of each stream, the root not counted."""

    seconds_left: Callable[[], float] | None = None
    steps: int | None = None


@dataclass(frozen=True)
class Rostered:
    """What the engine found: status, roster (or ``None``), its measure, the bound, and how it was asked."""

    status: Solved
    roster: Roster | None
    measured: Measured | None
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

    problem: Problem
    progress: Callable[[int | None, float], None]
    better: Callable[[Roster, Measured], None]
    best: Roster | None = None
    measured: Measured | None = None
    bound: float = -math.inf
    impossible: bool = False
    told: tuple[int | None, float] = (None, -math.inf)

    def hear(self, news: News) -> None:
        """Take a roster where the checker finds it sound and better; take a better bound."""
        if news.bound == math.inf:
            self.impossible = True
            return
        self.bound = max(self.bound, whole(news.bound))
        if news.roster is not None:
            found = measure(self.problem, news.roster)
            if found.breaches:
                raise FigureError(f"the search made a roster that breaks a rule: {found.breaches[0]}")
            if self.measured is None or found.objective < self.measured.objective:
                self.best, self.measured = news.roster, found
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
    problem: Problem,
    *,
    seed: int,
    workers: int,
    limits: Limits,
    progress: Callable[[int | None, float], None] = lambda best, bound: None,
    better: Callable[[Roster, Measured], None] = lambda roster, measured: None,
) -> Rostered:
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
        return Rostered(Solved.IMPOSSIBLE, None, None, math.inf, seed, workers, stopped, without_schedule(problem))
    if race.measured is None:
        return Rostered(Solved.OUT_OF_TIME, None, None, race.bound, seed, workers, stopped)
    status = Solved.PROVEN if race.over else Solved.FEASIBLE
    return Rostered(status, race.best, race.measured, race.bound, seed, workers, stopped)


def without_schedule(problem: Problem) -> tuple[str, ...]:
    """Who has no schedule that keeps the rules, whatever the others do."""
    from stockward.roster.schedules import Scheduler

    everybody = range(len(problem.people))
    bounds = Scheduler(problem).best(everybody, problem.costs.astype(float)).bounds
    return tuple(
        f"{problem.people[person].code}: no schedule keeps this person's rules and fixed days"
        for person in everybody
        if bounds[person] == math.inf
    )


@dataclass(eq=False)
class _Team:
    """The processes and the lines to them."""

    problem: Problem
    seed: int
    workers: int
    steps: int | None
    lines: dict[int, Connection] = field(default_factory=dict)
    processes: dict[int, Any] = field(default_factory=dict)
    waiting_pool: News | None = None
    begun: bool = False

    def run(self, race: _Race, limits: Limits) -> None:
        """Start the processes and pass on what they say until the limits or the proof."""
        self._start(0, _run_stream, (self.problem, self.seed, 0, self.workers, self.steps))
        for number in range(1, self.workers):
            self._start(number, _run_stream, (self.problem, self.seed, number, self.workers, self.steps))
        if self.workers > 1:
            self._start(_WHOLE, _run_whole, (self.problem, self.seed, self._whole_work()))
        while self.lines and not race.over:
            left = math.inf if limits.seconds_left is None else limits.seconds_left()
            if left <= 0:
                return
            for line in wait(list(self.lines.values()), timeout=min(left, 0.5)):
                number = next(key for key, one in self.lines.items() if one is line)
                self._hear(number, race)

    def _whole_work(self) -> float:
        return _WORK_SMALL if int(self.problem.open.sum()) <= _SMALL_MODEL else _WORK_LARGE

    def _start(self, number: int, target: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        context = get_context("spawn")
        mine, theirs = context.Pipe()
        process = context.Process(target=_begin, args=(target, theirs, arguments), daemon=True)
        process.start()
        theirs.close()
        self.lines[number], self.processes[number] = mine, process

    def _hear(self, number: int, race: _Race) -> None:
        """Hear one process; a line that closes without a word of farewell means that it died."""
        try:
            news = self.lines[number].recv()
        except EOFError:
            raise FigureError(f"search process {number} ended without an answer: run again with another seed") from None
        if isinstance(news, str):
            raise FigureError(news)
        race.hear(news)
        if news.ended:
            self.lines.pop(number).close()
        self._pass_on(number, news)

    def _pass_on(self, number: int, news: News) -> None:
        """Streams hear of each other; the root's columns set them going once the whole model has ended."""
        if news.pool is not None:
            self.waiting_pool = news
        elif number != _WHOLE:
            self._send(number, news)
        elif news.roster is not None:
            self._send(number, replace(news, step=0))
        if self.waiting_pool is not None and not self.begun and _WHOLE not in self.lines:
            self.begun = True
            self._send(0, self.waiting_pool)
            if 0 in self.lines:
                self.lines[0].send((0, replace(self.waiting_pool, pool=None)))

    def _send(self, sender: int, news: News) -> None:
        for number, line in self.lines.items():
            if number not in (sender, _WHOLE):
                try:
                    line.send((sender, news))
                except OSError:
                    continue

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
    """A process begins; Ctrl-C is the parent's to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        target(line, *arguments)
    except (BrokenPipeError, EOFError):
        return
    except Exception as error:
        line.send(f"a search process failed ({type(error).__name__}: {error}): run again, or report this")


def _run_whole(line: Connection, problem: Problem, seed: int, work: float) -> None:
    """CP-SAT on the whole model, for a while."""
    from stockward.roster.model import everything, solve_part
    from stockward.solving.cp_sat import Asked

    found = solve_part(problem, everything(problem), Asked(seed, work=work))
    line.send(News(0, found.rows, found.answer.bound, ended=True))


def _run_stream(line: Connection, problem: Problem, seed: int, number: int, workers: int, steps: int | None) -> None:
    """One stream: the root (or the wait for its columns), then step after step."""
    stream = Stream(problem, seed, number)
    ears = _Ears(line, stream, workers, in_step=steps is not None)
    if number == 0:
        for news in stream.root():
            line.send(news)
            if news.ended:
                return
    if number > 0 or steps is not None:
        ears.wait_for_start()
    step = 0
    while not stream.proven and (steps is None or step < steps):
        step += 1
        ears.listen(step)
        line.send(stream.dive(step))
    line.send(News(step, None, stream.master.bound, ended=True))


@dataclass(eq=False)
class _Ears:
    """What a stream hears of the others."""

    line: Connection
    stream: Stream
    workers: int
    in_step: bool
    heard: dict[int, float] = field(default_factory=dict)
    kept: list[tuple[int, News]] = field(default_factory=list)

    def wait_for_start(self) -> None:
        """Wait until the root is solved and the whole model has ended; streams beside the first take the columns."""
        while True:
            sender, news = self.line.recv()
            if news.pool is not None:
                self.stream.master.take(news.pool)
                return
            if sender == self.stream.number:
                return
            self._take(news)

    def listen(self, step: int) -> None:
        """Take what the others found: all that has come, or, in step, exactly the steps below ``step``."""
        while self.line.poll() or (self.in_step and not self._heard_all(step)):
            self.kept.append(self.line.recv())
            sender, news = self.kept[-1]
            self.heard[sender] = math.inf if news.ended else news.step
        now = [one for one in self.kept if not self.in_step or one[1].step < step]
        self.kept = [one for one in self.kept if self.in_step and one[1].step >= step]
        for _, news in sorted(now, key=lambda one: (one[1].step, one[0])):
            self._take(news)

    def _heard_all(self, step: int) -> bool:
        others = [number for number in range(self.workers) if number != self.stream.number]
        return all(self.heard.get(number, 0) >= step - 1 for number in others)

    def _take(self, news: News) -> None:
        if news.roster is not None:
            self.stream.take(news.roster)
