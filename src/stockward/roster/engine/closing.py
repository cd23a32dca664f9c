"""Closing the gap: CP-SAT on the whole roster, with only those choices that a roster of a given cost can make.

At the prices that prove the bound, a roster that costs ``target`` has no schedule further above its person's best than
``target − bound``: so every choice all of whose schedules lie further above is ruled out [reduced cost fixing, Dantzig,
Fulkerson & Johnson 1954]. Where the bound is close, few choices are left, and the search that is lost in the whole
model finds the roster or proves that there is none; then the bound is higher.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from stockward.optim.cp_sat import SearchRequest
from stockward.roster.engine.columns import SMALL, Master, next_whole
from stockward.roster.engine.model import PeoplePart, solve_people

if TYPE_CHECKING:
    import numpy.typing as npt

    from stockward.roster.engine.columns import SchedulePool
    from stockward.roster.engine.problem import RosterProblem, RosterRows

_MOST_OPEN = 8_000
"""Problems with more open choices are not tried: the search would be lost there too."""
_FIRST_WORK, _GROWTH = 1.0, 2.0
"""Deterministic seconds of CP-SAT for a try, and how they grow when no target was decided in them."""
_TARGETS = 3
"""Costs from the bound upwards that are tried in turn."""


@dataclass(eq=False)
class Closing:
    """Tries of targets from the bound upwards, in turn; ``work`` is what the next may take."""

    problem: RosterProblem
    pool: SchedulePool
    work: float = _FIRST_WORK
    _turn: int = 0
    above: npt.NDArray[np.float64] = field(init=False)
    """How far the best schedule with each choice lies above the person's best, shape (people, days, 1 + shifts)."""

    def __post_init__(self) -> None:
        master, everybody = Master(self.problem), range(len(self.problem.people))
        least = master.scheduler.through(everybody, master.priced(everybody, self.pool.prices))
        self.above = least - least[:, 0].min(axis=1)[:, None, None]

    @staticmethod
    def worth(problem: RosterProblem) -> bool:
        """Whether the problem is small enough to be tried as a whole."""
        return int(problem.open.sum()) <= _MOST_OPEN

    def try_one(self, bound: float, cost: int, seed: int) -> tuple[RosterRows | None, float]:
        """Look for a roster that costs at most the next target; returns it, or ``None``, and the bound then proven."""
        targets = range(int(bound), min(cost, int(bound) + _TARGETS))
        target = targets[self._turn % len(targets)]
        part = PeoplePart(
            range(len(self.problem.people)), self._open(target), np.zeros_like(self.problem.demand.required)
        )
        # All of the model enters the linear relaxation: with less of it the search takes ten times as long.
        asked = SearchRequest(seed, work=self.work, better_than=target + 1, relaxed=2)
        found = solve_people(self.problem, part, asked)
        proven = min(next_whole(found.answer.bound), target + 1)
        self._turn += 1
        if proven > bound:
            self._turn = 0
        elif self._turn % len(targets) == 0:
            self.work *= _GROWTH
        return found.rows, max(bound, proven)

    def _open(self, target: int) -> npt.NDArray[np.bool_]:
        """The choices that a roster of this cost can make."""
        return np.asarray(self.problem.open & (self.above <= target - self.pool.bound + SMALL))
