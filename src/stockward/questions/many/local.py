"""Sites reviewed on this computer: some processes, each with one site at a time.

A process that is killed, or takes too long, loses the site that it had and no other; the site is tried once more in a
new one, and then its row says what happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic

from stockward.ending import begin_to_help, undisturbed
from stockward.questions.many.work import SiteOutcome, SiteTask, review_site

_SITES_A_PROCESS = 500
"""After so many a process ends and gives its memory back."""
_TRIES_OF_A_SITE = 2
_LOOK_AGAIN = 1.0
"""Seconds after which is looked whether a site takes too long."""


@dataclass(slots=True)
class _Helper:
    """A process, the line to it, and the site that it has."""

    process: BaseProcess
    line: Connection
    task: SiteTask | None = None
    ready: bool = False
    begun: float = 0.0
    done: int = 0

    @classmethod
    def started(cls) -> _Helper:
        context = get_context("spawn")
        own, other = context.Pipe()
        process = context.Process(target=_help, args=(other,), daemon=True)
        with undisturbed():
            process.start()
        other.close()
        return cls(process, own)

    def take(self, task: SiteTask) -> None:
        self.task, self.begun = task, monotonic()
        self.line.send(task)

    def end(self) -> None:
        self.line.close()
        self.process.terminate()
        self.process.join()


def _help(line: Connection) -> None:
    """Review sites until nobody asks for one more; that all is loaded is said first."""
    begin_to_help()
    import stockward.questions.review  # noqa: F401 - what takes longest to load

    line.send(None)
    while True:
        try:
            task = line.recv()
        except EOFError:
            return
        line.send(review_site(task))


@dataclass
class LocalEngine:
    """``jobs`` processes on this computer; a site may take so many ``seconds``."""

    jobs: int
    seconds: float
    _helpers: list[_Helper] = field(default_factory=list)
    _tries: dict[str, int] = field(default_factory=dict)
    _again: list[SiteTask] = field(default_factory=list)

    def outcomes(self, tasks: Iterable[SiteTask]) -> Iterator[SiteOutcome]:
        """What came of each site, as it comes; no more is begun than there are processes."""
        waiting = iter(tasks)
        try:
            while True:
                self._give_out(waiting)
                if not self._helpers:
                    return
                yield from self._gather()
        finally:
            for helper in self._helpers:
                helper.end()
            self._helpers.clear()

    def _give_out(self, waiting: Iterator[SiteTask]) -> None:
        """Give each process that has none a site, and end those for which none is left."""
        for helper in [one for one in self._helpers if one.task is None]:
            task = self._next(waiting) if helper.done < _SITES_A_PROCESS else None
            if task is None or not self._took(helper, task):
                self._dismiss(helper)
        while len(self._helpers) < self.jobs and (task := self._next(waiting)) is not None:
            helper = _Helper.started()
            self._helpers.append(helper)
            if not self._took(helper, task):
                self._dismiss(helper)

    def _next(self, waiting: Iterator[SiteTask]) -> SiteTask | None:
        return self._again.pop() if self._again else next(waiting, None)

    def _took(self, helper: _Helper, task: SiteTask) -> bool:
        """Whether a process took a site; one that was killed while it waited has lost none."""
        try:
            helper.take(task)
        except OSError:
            self._again.append(task)
            helper.task = None
            return False
        return True

    def _dismiss(self, helper: _Helper) -> None:
        helper.end()
        self._helpers.remove(helper)

    def _gather(self) -> Iterator[SiteOutcome]:
        """What has come of any, or has been lost with its process, after a moment at most."""
        ready = set(wait([one.line for one in self._helpers], _LOOK_AGAIN))
        for helper in list(self._helpers):
            if helper.line in ready:
                try:
                    outcome = helper.line.recv()
                except (EOFError, OSError):
                    yield from self._lost(helper, _ended(helper.process), tries=_TRIES_OF_A_SITE)
                    continue
                if outcome is None:
                    helper.ready, helper.begun = True, monotonic()
                else:
                    helper.task, helper.done = None, helper.done + 1
                    yield outcome
            elif helper.task is not None and helper.ready and monotonic() - helper.begun > self.seconds:
                said = f"it took longer than {self.seconds:g} seconds: allow more (--seconds)"
                yield from self._lost(helper, said, tries=1)

    def _lost(self, helper: _Helper, said: str, *, tries: int) -> Iterator[SiteOutcome]:
        """A site whose process is gone: once more, or with its reason."""
        task = helper.task
        self._dismiss(helper)
        if task is None:
            return
        self._tries[task.id] = tried = self._tries.get(task.id, 0) + 1
        if tried < tries:
            self._again.append(task)
        else:
            yield SiteOutcome(id=task.id, fault=f"{task.place}: {said}")


def _ended(process: BaseProcess) -> str:
    process.join()
    code = process.exitcode or 0
    how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
    return f"the process that reviewed it {how}, twice: run it again, with fewer at a time (--jobs) if memory was short"
