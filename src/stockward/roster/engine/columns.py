"""Columns are whole schedules of one person: a linear master program chooses among them, prices find better ones.

The master (see ``optim.covering``) covers the demand with shares of columns. Its prices π of a day and shift say what
one more person there is worth; the best schedules at the personal costs less these prices are the columns that it lacks
[Dantzig & Wolfe 1960; for nurses Jaumard, Semet & Vovor 1998]. At any prices −over ≤ π ≤ under,

    Σ_{d,s} required_ds π_ds + Σ_p min over schedules of p (cost − Σ π)

is a lower bound of every roster's cost [Lagrange]. Prices are smoothed towards those of the best bound [Wentges 1997].
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from stockward.optim.covering import Columns, Covering
from stockward.roster.engine.problem import DAY_OFF, RosterProblem
from stockward.roster.engine.schedules import Scheduler

if TYPE_CHECKING:
    import numpy.typing as npt

    from stockward.optim.covering import Chosen
    from stockward.roster.engine.crew import Crew
    from stockward.roster.engine.problem import DayTable, RosterRows
    from stockward.roster.engine.schedules import Schedules

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

SMALL = 1e-6
_SMOOTHING = 0.5
_MOST_ROUNDS = 1000
_ROUNDS_TO_FORGET = 8


@dataclass(frozen=True)
class SchedulePool:
    """Columns to hand on: whose, the rows, and the prices with the best bound so far."""

    people: Integers
    rows: RosterRows
    prices: Floats
    bound: float


@dataclass(eq=False)
class Master:
    """The columns of a problem found so far, the best proven bound and the prices that prove it."""

    problem: RosterProblem
    bound: float = -math.inf
    """Proven lower bound of every roster's cost."""
    scheduler: Scheduler = field(init=False)
    people: list[int] = field(default_factory=list)
    rows: list[RosterRows] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.problem)
        self.prices: Floats = np.zeros((self.problem.days, len(self.problem.shifts)))
        self._least: tuple[Floats, Floats] | None = None
        self._place: dict[tuple[int, bytes], int] = {}

    def add(self, people: Sequence[int] | Integers, rows: RosterRows) -> list[int]:
        """Add the rows that are new; returns their places."""
        new = []
        for person, row in zip(people, rows, strict=True):
            key = int(person), row.astype(np.int16).tobytes()
            if key not in self._place:
                self._place[key] = len(self.rows)
                new.append(len(self.rows))
                self.people.append(int(person))
                self.rows.append(row.astype(np.int16))
        return new

    def place(self, person: int, row: RosterRows) -> int:
        """Place of one person's row, which is added where it is new."""
        self.add([person], row[None])
        return self._place[person, row.astype(np.int16).tobytes()]

    def columns(self, places: Sequence[int], groups: Integers) -> Columns:
        """Some columns as the program takes them; ``groups`` says which group each belongs to."""
        rows, people = np.stack([self.rows[place] for place in places]), [self.people[place] for place in places]
        days = np.arange(self.problem.days)
        costs = self.problem.costs[np.array(people)[:, None], days, rows].sum(axis=1).astype(np.float64)
        worked = rows != DAY_OFF
        cells = days * len(self.problem.shifts) + rows.astype(np.int64) - 1
        starts = np.concatenate([[0], np.cumsum(worked.sum(axis=1))])
        return Columns(groups, costs, starts, cells[worked])

    def program(self, groups: int, covered: DayTable) -> Covering:
        """An empty program for so many people beside others who cover ``covered`` (days, shifts) already."""
        demand = self.problem.demand
        tables = (demand.required - covered, demand.under_weight, demand.over_weight)
        return Covering(groups, *(table.ravel().astype(np.float64) for table in tables))

    def pool(self) -> SchedulePool:
        """All columns and the prices of the best bound."""
        return SchedulePool(np.array(self.people), np.stack(self.rows), self.prices, self.bound)

    def take(self, pool: SchedulePool) -> None:
        """Take the columns, the prices and the bound that another search found."""
        self.add(pool.people, pool.rows)
        if pool.bound > self.bound:
            self.prices, self.bound = pool.prices, pool.bound

    def priced(self, people: Sequence[int], prices: Floats) -> Floats:
        """Personal costs less the prices of demand, shape (people, days, 1 + shifts)."""
        costs = self.problem.costs[list(people)].astype(np.float64)
        costs[:, :, 1:] -= prices
        return costs

    def greedy(self, draw: np.random.Generator, *, passes: int = 2) -> RosterRows | None:
        """One person after the other takes the best schedule beside those of the others; ``None`` if somebody has none.

        Exact for each person: one more on a day and shift costs −under while it is short, and +over after.
        """
        problem, kinds = self.problem, np.arange(1, len(self.problem.shifts) + 1)
        roster = np.zeros((len(problem.people), problem.days), np.int16)
        covered = np.zeros(problem.demand.required.shape, np.int64)
        for turn in range(passes):
            for person in draw.permutation(len(problem.people)).tolist():
                if turn:
                    covered -= roster[person][:, None] == kinds
                short = covered < problem.demand.required
                worth = np.where(short, problem.demand.under_weight, -problem.demand.over_weight)
                found = self.scheduler.best([person], self.priced([person], worth), each=3)
                if not len(found.people):
                    return None
                self.add(found.people, found.rows)
                roster[person] = found.rows[0]
                covered += roster[person][:, None] == kinds
        return roster

    def root(self, crew: Crew) -> Iterator[None]:
        """Price until no column is missing or the bound cannot rise by one; yields after each round.

        Every person needs a column before (see ``greedy``).
        """
        smoothing, exact, everybody = _SMOOTHING, False, range(len(self.problem.people))
        program = self.program(len(everybody), np.zeros_like(self.problem.demand.required))
        added = list(range(len(self.rows)))
        for number in range(_MOST_ROUNDS):
            if number % _ROUNDS_TO_FORGET == 0:
                crew.forget()
            if added:
                program.add(self.columns(added, np.array([self.people[place] for place in added])))
            chosen = program.solve()
            prices = chosen.row_prices.reshape(self.prices.shape)
            asked = prices if self.bound == -math.inf else smoothing * self.prices + (1 - smoothing) * prices
            found = crew.best(everybody, self.priced(everybody, asked), each=2, exact=exact)
            self._raise_bound(asked, found)
            added = self.add_missing(found, chosen, everybody)
            yield
            if next_whole(self.bound) >= next_whole(chosen.objective) and chosen.objective - self.bound < 0.5:
                return
            if added:
                smoothing = _SMOOTHING
            elif not exact:
                exact = True
                crew.forget()
            elif smoothing == 0:
                return
            else:
                smoothing = 0 if smoothing < 0.1 else smoothing / 2

    def _raise_bound(self, prices: Floats, found: Schedules) -> None:
        bound = float((self.problem.demand.required * prices).sum() + found.bounds.sum())
        if bound > self.bound:
            self.bound, self.prices = bound, prices

    def add_missing(self, found: Schedules, chosen: Chosen, groups: Sequence[int]) -> list[int]:
        """Add the schedules that cost less than their person's price; ``groups``: the person of each group."""
        days, group_of = np.arange(self.problem.days), {person: i for i, person in enumerate(groups)}
        prices = chosen.row_prices.reshape(self.prices.shape)
        costs = self.problem.costs[found.people[:, None], days, found.rows].sum(axis=1)
        worth = np.concatenate([np.zeros((self.problem.days, 1)), prices], axis=1)[days, found.rows].sum(axis=1)
        limit = chosen.group_prices[[group_of[int(person)] for person in found.people]]
        missing = costs - worth < limit - SMALL
        return self.add(found.people[missing], found.rows[missing])

    def above(self, people: Integers, rows: RosterRows) -> Floats:
        """How much schedules lie above the best of their people at the prices of the bound, shape (schedules,)."""
        prices = self.priced(range(len(self.problem.people)), self.prices)
        mine = prices[people[:, None], np.arange(self.problem.days), rows].sum(axis=1)
        return np.asarray(mine - self.least()[people], np.float64)

    def least(self) -> Floats:
        """The least cost of each person at the prices of the bound (a lower bound of it), shape (people,)."""
        if self._least is None or self._least[0] is not self.prices:
            everybody = range(len(self.problem.people))
            found = self.scheduler.best(everybody, self.priced(everybody, self.prices), exact=False)
            self._least = self.prices, found.bounds
        return self._least[1]

    def trim(self, roster: RosterRows, number: int) -> None:
        """Keep the ``number`` columns that are the best at the prices of the bound, and those of ``roster``."""
        people, rows = np.array(self.people), np.stack(self.rows)
        keep = np.sort(np.argsort(self.above(people, rows), kind="stable")[:number])
        self.people, self.rows, self._place = [], [], {}
        self.add(range(len(roster)), roster)
        self.add(people[keep], rows[keep])


def next_whole(bound: float) -> float:
    """Costs are whole numbers, so a bound may be rounded up; a hair is left for the sums of floating point."""
    return math.ceil(bound - 1e-4) if math.isfinite(bound) else bound
