"""Processes that look for the best schedules together while the root is solved: each for its share of the people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

import numpy as np

from stockward.roster.engine.schedules import Scheduler, Schedules

if TYPE_CHECKING:
    import numpy.typing as npt

    from stockward.roster.engine.problem import RosterProblem

_FORGET, _END = "forget", "end"


@dataclass(frozen=True, eq=False)
class Crew:
    """One scheduler here, and one at the other end of each line; the shares are fixed, so the answer is too."""

    scheduler: Scheduler
    lines: Sequence[Connection] = ()

    def forget(self) -> None:
        """As ``Scheduler.forget``, everywhere."""
        self.scheduler.forget()
        for line in self.lines:
            line.send(_FORGET)

    def best(
        self, people: Sequence[int], prices: npt.NDArray[np.float64], *, each: int = 1, exact: bool = True
    ) -> Schedules:
        """As ``Scheduler.best``, in shares."""
        parts = 1 + len(self.lines)
        for part, line in enumerate(self.lines, 1):
            line.send((list(people[part::parts]), prices[part::parts], each, exact))
        mine = self.scheduler.best(people[::parts], prices[::parts], each=each, exact=exact)
        found = [mine, *(line.recv() for line in self.lines)]
        bounds = np.empty(len(people))
        for part, one in enumerate(found):
            bounds[part::parts] = one.bounds
        whose = np.concatenate([one.people for one in found])
        order = np.argsort(whose, kind="stable")
        return Schedules(
            whose[order],
            np.concatenate([one.rows for one in found])[order],
            np.concatenate([one.costs for one in found])[order],
            bounds,
        )

    def dismiss(self) -> None:
        """The others need not wait for more questions."""
        for line in self.lines:
            line.send(_END)


def help_out(problem: RosterProblem, line: Connection) -> None:
    """Answer the questions of a crew until it is dismissed."""
    scheduler = Scheduler(problem)
    while True:
        asked = line.recv()
        if asked == _END:
            return
        if asked == _FORGET:
            scheduler.forget()
            continue
        people, prices, each, exact = asked
        line.send(scheduler.best(people, prices, each=each, exact=exact))
