"""A dive makes a roster of shares: it fixes the columns with the largest, prices again beside them, and so on.

A dive for some people beside the others is a program of their columns alone, with the demand that the others leave.
Diving by column generation: Joncour et al. 2010; here it is also the neighbourhood of a large neighbourhood search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from stockward.roster.engine.columns import SMALL, Master

if TYPE_CHECKING:
    import numpy.typing as npt

    from stockward.optim.covering import Chosen
    from stockward.roster.engine.problem import RosterRows

_SURE = 0.85
"""Share of a column from which it is fixed with others at once."""
_HASTE, _CLOSE = 1.5, 0.5
"""How much faster people are fixed while the shares cost at most so much more than at first."""
_SHRINK = 0.7
"""The program is made anew when so small a share of its people is left."""
_FEW = 12
"""People left from which prices are asked for more often."""
_ROUNDS_FEW, _ROUNDS_MANY = 3, 2
"""Rounds of pricing between two fixings, with few people left and with many."""
_COLUMNS_A_PERSON = 50
"""Columns of a person that a dive begins with, the best at the prices of the bound."""


@dataclass(frozen=True)
class Way:
    """How to dive: the share of the people left that one step fixes at least, and the noise of its choice."""

    pace: float
    noise: float


@dataclass(eq=False)
class Dive:
    """One dive for ``free`` people beside those whose rows of ``roster`` are kept."""

    master: Master
    roster: RosterRows | None
    free: Sequence[int]
    way: Way
    draw: np.random.Generator
    most: float
    """Given up as soon as a roster would cost more than this."""
    fixed: dict[int, int] = field(default_factory=dict)
    """Column of each person who is not free, or free no more, by place in the master."""

    def __post_init__(self) -> None:
        if self.roster is not None:
            others = sorted(set(range(len(self.roster))) - set(self.free))
            self.fixed = {person: self.master.place(person, self.roster[person]) for person in others}
        places = self._best_of(self.free, self._places_of(self.free), self.master.prices)
        if self.roster is not None:
            places = sorted({*places, *(self.master.place(person, self.roster[person]) for person in self.free)})
        self._begin(self.free, places)

    def _begin(self, people: Sequence[int], places: list[int]) -> None:
        """A new program for some people alone, beside all that is fixed."""
        problem = self.master.problem
        self.group = {person: i for i, person in enumerate(people)}
        self._places: list[int] = []
        covered, self.others_cost = np.zeros_like(problem.demand.required), 0
        if self.fixed:
            whose, days = np.array(list(self.fixed)), np.arange(problem.days)
            kept = np.stack([self.master.rows[place] for place in self.fixed.values()])
            covered = problem.coverage(kept)
            self.others_cost = int(problem.costs[whose[:, None], days, kept].sum())
        self.program = self.master.program(len(people), covered)
        self._add(places)

    def _places_of(self, people: Sequence[int]) -> list[int]:
        whose = set(people)
        return [place for place, person in enumerate(self.master.people) if person in whose]

    def _best_of(self, people: Sequence[int], places: list[int], prices: npt.NDArray[np.float64]) -> list[int]:
        """For each of the people the columns among ``places`` that cost least at these prices."""
        number = {person: i for i, person in enumerate(people)}
        whose = np.array([number[self.master.people[place]] for place in places])
        rows = np.stack([self.master.rows[place] for place in places])
        costs = self.master.priced(people, prices)[whose[:, None], np.arange(rows.shape[1]), rows].sum(axis=1)
        order = np.lexsort((costs, whose))
        first = np.searchsorted(whose[order], whose[order])
        return sorted(places[i] for i in order[np.arange(len(order)) - first < _COLUMNS_A_PERSON].tolist())

    def _add(self, places: list[int]) -> None:
        known = set(self._places)
        new = [place for place in places if place not in known]
        if new:
            groups = np.array([self.group[self.master.people[place]] for place in new])
            self.program.add(self.master.columns(new, groups))
            self._places.extend(new)

    def run(self) -> RosterRows | None:
        """The roster, or ``None`` where it was given up."""
        self.master.scheduler.forget()
        left, first = set(self.free), np.inf
        while left:
            chosen = self._priced(sorted(left))
            cost = chosen.objective + self.others_cost
            if cost > self.most + SMALL:
                return None
            first = min(first, cost)
            # While the shares cost no more than at first, little can be lost by haste.
            haste = _HASTE if cost <= first + _CLOSE else 1.0
            step = self._to_fix(chosen, left, haste * self.way.pace)
            self.program.fix(list(step.values()))
            self.fixed |= {person: self._places[column] for person, column in step.items()}
            left -= step.keys()
            if left and len(left) < _SHRINK * len(self.group):
                self._shrink(sorted(left), chosen)
        return np.stack([self.master.rows[self.fixed[person]] for person in range(len(self.master.problem.people))])

    def _shrink(self, left: list[int], chosen: Chosen) -> None:
        """Go on with those who are left alone: a smaller program is solved sooner."""
        prices = chosen.row_prices.reshape(self.master.prices.shape)
        whose = set(left)
        mine = [place for place in self._places if self.master.people[place] in whose]
        shared = [self._places[i] for i in np.flatnonzero(chosen.shares > SMALL).tolist()]
        used = [place for place in shared if self.master.people[place] in whose]
        self._begin(left, sorted({*self._best_of(left, mine, prices), *used}))

    def _priced(self, left: list[int]) -> Chosen:
        """The shares after new columns for those who are left."""
        chosen = self.program.solve()
        for _ in range(_ROUNDS_FEW if len(left) <= _FEW else _ROUNDS_MANY):
            prices = chosen.row_prices.reshape(self.master.prices.shape)
            found = self.master.scheduler.best(left, self.master.priced(left, prices), each=2, exact=False)
            before = len(self._places)
            self._add(self._cheaper(found.people, found.rows, chosen))
            if len(self._places) == before:
                break
            chosen = self.program.solve()
        return chosen

    def _cheaper(self, people: npt.NDArray[np.int64], rows: RosterRows, chosen: Chosen) -> list[int]:
        """Places of the schedules that cost less than their person's price in the program."""
        if not len(people):
            return []
        prices = chosen.row_prices.reshape(self.master.prices.shape)
        costs = self.master.priced(range(len(self.master.problem.people)), prices)
        mine = costs[people[:, None], np.arange(rows.shape[1]), rows].sum(axis=1)
        limit = chosen.group_prices[[self.group[int(person)] for person in people]]
        better = np.flatnonzero(mine < limit - SMALL)
        return [self.master.place(int(people[i]), rows[i]) for i in better]

    def _to_fix(self, chosen: Chosen, left: set[int], pace: float) -> dict[int, int]:
        """Columns to fix now: of the largest shares, all that are sure, and at least the pace's share of people."""
        columns = [i for i in np.flatnonzero(chosen.shares > SMALL).tolist() if self._person(i) in left]
        rank = chosen.shares[columns] + self.way.noise * self.draw.random(len(columns))
        least = max(1, int(pace * len(left)))
        step: dict[int, int] = {}
        for place in np.argsort(-rank, kind="stable").tolist():
            column = columns[place]
            person = self._person(column)
            if person not in step and (len(step) < least or chosen.shares[column] > _SURE):
                step[person] = column
        return step

    def _person(self, column: int) -> int:
        return self.master.people[self._places[column]]
