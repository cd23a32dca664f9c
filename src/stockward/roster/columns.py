"""Columns are whole schedules of one person: a linear master program chooses among them, prices find better ones.

The master (see ``solving.covering``) covers the demand with shares of columns. Its prices π of a day and shift say what
one more person there is worth; the best schedules at the personal costs less these prices are the columns that it lacks
[Dantzig & Wolfe 1960; for nurses Jaumard, Semet & Vovor 1998]. At any prices −over ≤ π ≤ under,

    Σ_{d,s} required_ds π_ds + Σ_p min over schedules of p (cost − Σ π)

is a lower bound of every roster's cost [Lagrange]. Prices are smoothed towards those of the best bound [Wentges 1997].
A *dive* makes a roster of the shares: it fixes the columns with the largest, prices again, and so on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from stockward.roster.problem import OFF, Problem
from stockward.roster.schedules import Scheduler
from stockward.solving.covering import Columns, Covering

if TYPE_CHECKING:
    import numpy.typing as npt

    from stockward.roster.problem import Roster
    from stockward.roster.schedules import Schedules
    from stockward.solving.covering import Chosen

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

SMALL = 1e-6
_SMOOTHING = 0.5
_SURE = 0.85
"""Share of a column from which a dive fixes it with others at once."""
_ROUNDS_A_STEP = 3
"""Rounds of pricing between two fixings of a dive."""
_MOST_ROUNDS = 1000
_ROUNDS_TO_FORGET = 8


@dataclass(frozen=True)
class Pool:
    """Columns to hand on: whose, the rows, and the prices with the best bound so far."""

    people: Integers
    rows: Roster
    prices: Floats
    bound: float


@dataclass(frozen=True)
class Dive:
    """How a dive goes: the share of the people left that it fixes at least in one step, and the noise of its choice."""

    pace: float
    noise: float


@dataclass(eq=False)
class Master:
    """The master program of a problem with the columns found so far."""

    problem: Problem
    scheduler: Scheduler = field(init=False)
    bound: float = -math.inf
    """Proven lower bound of every roster's cost."""

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.problem)
        self.prices: Floats = np.zeros((self.problem.days, len(self.problem.shifts)))
        self._least: tuple[Floats, Floats] | None = None
        self._people: list[int] = []
        self._rows: list[Roster] = []
        self._place: dict[tuple[int, bytes], int] = {}
        self._covering = self._empty()

    def _empty(self) -> Covering:
        demand = self.problem.demand
        tables = (demand.required, demand.under_weight, demand.over_weight)
        return Covering(len(self.problem.people), *(table.ravel().astype(np.float64) for table in tables))

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return len(self._rows)

    def add(self, people: Sequence[int] | Integers, rows: Roster) -> int:
        """Add the rows that are new; returns how many were."""
        first = len(self._rows)
        for person, row in zip(people, rows, strict=True):
            key = int(person), row.astype(np.int16).tobytes()
            if key not in self._place:
                self._place[key] = len(self._rows)
                self._people.append(int(person))
                self._rows.append(row.astype(np.int16))
        if len(self._rows) > first:
            self._covering.add(self._columns(np.array(self._people[first:]), np.stack(self._rows[first:])))
        return len(self._rows) - first

    def _columns(self, people: Integers, rows: Roster) -> Columns:
        days = np.arange(self.problem.days)
        costs = self.problem.costs[people[:, None], days, rows].sum(axis=1).astype(np.float64)
        worked = rows != OFF
        places = days * len(self.problem.shifts) + rows.astype(np.int64) - 1
        starts = np.concatenate([[0], np.cumsum(worked.sum(axis=1))])
        return Columns(people, costs, starts, places[worked])

    def pool(self) -> Pool:
        """All columns and the prices of the best bound."""
        return Pool(np.array(self._people), np.stack(self._rows), self.prices, self.bound)

    def take(self, pool: Pool) -> None:
        """Take the columns, the prices and the bound that another search found."""
        self.add(pool.people, pool.rows)
        if pool.bound > self.bound:
            self.prices, self.bound = pool.prices, pool.bound

    def priced(self, people: Sequence[int], prices: Floats) -> Floats:
        """Personal costs less the prices of demand, shape (people, days, 1 + shifts)."""
        costs = self.problem.costs[list(people)].astype(np.float64)
        costs[:, :, 1:] -= prices
        return costs

    def greedy(self, draw: np.random.Generator, *, passes: int = 2) -> Roster | None:
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

    def root(self) -> Iterator[None]:
        """Price until no column is missing or the bound cannot rise by one; yields after each round.

        Every person needs a column before (see ``greedy``).
        """
        smoothing, exact, everybody = _SMOOTHING, False, range(len(self.problem.people))
        for number in range(_MOST_ROUNDS):
            if number % _ROUNDS_TO_FORGET == 0:
                self.scheduler.forget()
            chosen = self._solve()
            prices = chosen.row_prices.reshape(self.prices.shape)
            asked = prices if self.bound == -math.inf else smoothing * self.prices + (1 - smoothing) * prices
            found = self.scheduler.best(everybody, self.priced(everybody, asked), each=2, exact=exact)
            self._raise_bound(asked, found)
            added = self._add_missing(found, chosen, prices)
            yield
            if whole(self.bound) >= whole(chosen.objective) and chosen.objective - self.bound < 0.5:
                return
            if added:
                smoothing = _SMOOTHING
            elif not exact:
                exact = True
                self.scheduler.forget()
            elif smoothing == 0:
                return
            else:
                smoothing = 0 if smoothing < 0.1 else smoothing / 2

    def _solve(self) -> Chosen:
        return self._covering.solve()

    def _raise_bound(self, prices: Floats, found: Schedules) -> None:
        bound = float((self.problem.demand.required * prices).sum() + found.bounds.sum())
        if bound > self.bound:
            self.bound, self.prices = bound, prices

    def _add_missing(self, found: Schedules, chosen: Chosen, prices: Floats) -> int:
        """Add the schedules that cost less than their person's price at the prices of the master."""
        days = np.arange(self.problem.days)
        costs = self.problem.costs[found.people[:, None], days, found.rows].sum(axis=1)
        worth = np.concatenate([np.zeros((self.problem.days, 1)), prices], axis=1)[days, found.rows].sum(axis=1)
        missing = costs - worth < chosen.group_prices[found.people] - SMALL
        return self.add(found.people[missing], found.rows[missing])

    def dive(
        self, roster: Roster | None, free: Sequence[int], draw: np.random.Generator, way: Dive, *, most: float
    ) -> Roster | None:
        """Make a roster that keeps ``roster`` for everybody who is not free.

        Parameters
        ----------
        roster
            What to keep; not asked for where everybody is free.
        free
            Who gets a new schedule.
        draw
            Where the noise comes from.
        way
            How fast, and with how much noise.
        most
            Given up as soon as the shares cost more than this.

        Returns
        -------
        Roster | None
            ``None`` where it was given up.
        """
        self.scheduler.forget()
        left = set(free)
        fixed: dict[int, int] = {}
        if roster is not None:
            self.add(range(len(roster)), roster)
            kept = [person for person in range(len(roster)) if person not in left]
            fixed = {person: self._place[person, roster[person].tobytes()] for person in kept}
        self._covering.fix(list(fixed.values()))
        try:
            while left:
                chosen = self._dive_priced(sorted(left), most)
                if chosen is None:
                    return None
                step = self._to_fix(chosen, left, draw, way)
                fixed |= step
                left -= step.keys()
                self._covering.fix(list(step.values()))
        finally:
            self._covering.unfix(list(fixed.values()))
        return np.stack([self._rows[fixed[person]] for person in range(len(self.problem.people))])

    def _dive_priced(self, left: list[int], most: float) -> Chosen | None:
        """Price for those who are left; ``None`` where the shares cost too much for all that."""
        chosen = self._solve()
        for _ in range(_ROUNDS_A_STEP):
            prices = chosen.row_prices.reshape(self.prices.shape)
            found = self.scheduler.best(left, self.priced(left, prices), each=2, exact=False)
            if not self._add_missing(found, chosen, prices):
                break
            chosen = self._solve()
        return chosen if chosen.objective <= most + SMALL else None

    def _to_fix(self, chosen: Chosen, left: set[int], draw: np.random.Generator, way: Dive) -> dict[int, int]:
        """Columns to fix now: of the largest shares, all that are sure, and at least the pace's number of people."""
        people = np.array(self._people)
        places = np.flatnonzero(chosen.shares > SMALL)
        places = places[np.isin(people[places], list(left))]
        rank = chosen.shares[places] + way.noise * draw.random(len(places))
        least = max(1, int(way.pace * len(left)))
        step: dict[int, int] = {}
        for place in places[np.argsort(-rank, kind="stable")].tolist():
            person = int(people[place])
            if person not in step and (len(step) < least or chosen.shares[place] > _SURE):
                step[person] = place
        return step

    def gaps(self, roster: Roster) -> Floats:
        """How much each person's schedule lies above the best at the prices of the bound, shape (people,)."""
        everybody = range(len(self.problem.people))
        prices = self.priced(everybody, self.prices)
        mine = prices[np.arange(len(roster))[:, None], np.arange(self.problem.days), roster].sum(axis=1)
        return np.asarray(mine - self.least(), np.float64)

    def least(self) -> Floats:
        """The least cost of each person at the prices of the bound (a lower bound of it), shape (people,)."""
        if self._least is None or self._least[0] is not self.prices:
            everybody = range(len(self.problem.people))
            found = self.scheduler.best(everybody, self.priced(everybody, self.prices), exact=False)
            self._least = self.prices, found.bounds
        return self._least[1]

    def improving(self, most: int) -> npt.NDArray[np.bool_]:
        """Choices that a roster which costs at most ``most`` may have, shape (people, days, 1 + shifts).

        A roster with a choice costs at least the bound, less the person's least, plus the least of the person's
        schedules through that choice (reduced-cost fixing).
        """
        everybody = range(len(self.problem.people))
        through = self.scheduler.through(everybody, self.priced(everybody, self.prices))
        others = self._bound_at_prices() - self.least()
        return np.asarray(others[:, None, None] + through <= most + SMALL)

    def _bound_at_prices(self) -> float:
        return float((self.problem.demand.required * self.prices).sum() + self.least().sum())

    def trim(self, roster: Roster, number: int) -> None:
        """Keep the ``number`` columns that are the best at the prices of the bound, and those of ``roster``."""
        if len(self._rows) <= number:
            return
        people, rows = np.array(self._people), np.stack(self._rows)
        prices = self.priced(range(len(self.problem.people)), self.prices)
        above = prices[people[:, None], np.arange(self.problem.days), rows].sum(axis=1) - self.least()[people]
        keep = np.sort(np.argsort(above, kind="stable")[:number])
        self._people, self._rows, self._place = [], [], {}
        self._covering = self._empty()
        self.add(range(len(roster)), roster)
        self.add(people[keep], rows[keep])


def whole(bound: float) -> float:
    """Costs are whole numbers, so a bound may be rounded up; a hair is left for the sums of floating point."""
    return math.ceil(bound - 1e-4) if math.isfinite(bound) else bound
