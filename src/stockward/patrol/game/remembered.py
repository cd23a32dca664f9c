"""Patrols on large grounds as a flow that remembers the area it left last: chances of every step, and a bound.

As in the flow that remembers nothing, only chances of steps from area to area are kept. But who goes to and fro between
two areas would meet a theft there twice; where there are few ways, a flow remembers which area it left last and when,
for as long as a theft there goes on, so that the same theft is not met again [as cycles are left out of routes:
Houck et al. 1980]. Whatever prices thefts are given, what they leave a thief against the best way through that flow is
a lower bound: it does not hang on the solver.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stockward.optim.inner_points import inner_point

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Floats, Ground, Integers
    from stockward.patrol.game.thefts import Thefts

_MOST_MOVES = 130_000
"""Moves of a flow up to which it remembers."""

_State = tuple[int, int, int, int]
"""Area, step, the area left last and the last step there; −1 twice where that need not be remembered any more."""


@dataclass(frozen=True, eq=False)
class RememberedFlow:
    """Chances of moves from an area at a step to an area at a step, of all patrols of one base each.

    ``moves`` are rows of area, step, area and step, shape (moves, 4), ``shares`` how many patrols take each, in the
    order of the bases. ``prices`` are those of the thefts, shape (thefts,); no walks leave a thief less than ``bound``.
    """

    moves: tuple[Integers, ...]
    shares: tuple[Floats, ...]
    prices: Floats
    bound: float


class _Graph:
    """The moves that patrols of one base may take, between states that remember or do not."""

    def __init__(self, ground: Ground, thefts: Thefts, base: int, *, remembers: bool) -> None:
        self.ground, self.thefts, self.base = ground, thefts, base
        self.states: dict[_State, int] = {}
        by_step: list[list[_State]] = [[] for _ in range(ground.steps)]
        moves: list[tuple[int, ...]] = []
        self._state((base, 0, -1, -1), by_step)
        for step in range(ground.steps - 1):
            for state in by_step[step]:
                area, _, left, at_left = state
                for to, takes in ((area, 1), *ground.ways[area]):
                    at = step + takes
                    if self._is_late(to, at):
                        continue
                    first = at if to == area else max(at - int(thefts.lasts[to]) + 1, 0)
                    if to == left:
                        first = max(first, at_left + 1)
                    memory = (left, at_left) if to == area else (area, step)
                    if not remembers or self._is_over(memory, at):
                        memory = (-1, -1)
                    end = self._state((to, at, *memory), by_step)
                    moves.append((self.states[state], end, area, step, to, at, first))
        table = np.array(moves, np.int64).reshape(-1, 7)
        self.begin, self.end, self.first = table[:, 0], table[:, 1], table[:, 6]
        self.moves = table[:, 2:6]
        self.entering = table[:, 2] != table[:, 4]

    def _state(self, state: _State, by_step: list[list[_State]]) -> int:
        if state not in self.states:
            self.states[state] = len(self.states)
            by_step[state[1]].append(state)
        return self.states[state]

    def _is_late(self, area: int, step: int) -> bool:
        home = int(self.ground.shortest[area, self.base]) if self.ground.returns else 0
        return step + home > self.ground.steps - 1

    def _is_over(self, memory: tuple[int, int], step: int) -> bool:
        """Whether no theft goes on any more that was met where the patrol was last."""
        area, left = memory
        return area < 0 or self.thefts.worth[area] <= 0 or step + 1 > left + int(self.thefts.lasts[area]) - 1

    def meets(self) -> tuple[Integers, Integers]:
        """Thefts, and the moves that meet them."""
        place = np.full((self.ground.areas, self.ground.steps), -1)
        place[self.thefts.areas, self.thefts.starts] = np.arange(len(self.thefts.starts))
        to, at = self.moves[:, 2], self.moves[:, 3]
        thefts, moves = [], []
        for later in range(int(self.thefts.lasts.max())):
            start = self.first + later
            within = np.flatnonzero(start <= at)
            theft = place[to[within], start[within]]
            thefts.append(theft[theft >= 0])
            moves.append(within[theft >= 0])
        return np.concatenate(thefts), np.concatenate(moves)

    def most(self, sums: Floats, visits: Floats) -> float:
        """What the best way through the flow prevents; ``sums`` of weights up to each step, a price for visits."""
        to, at = self.moves[:, 2], self.moves[:, 3]
        weights = sums[to, at + 1] - sums[to, self.first] + visits[to] * self.entering
        best = np.full(len(self.states), -np.inf)
        best[0] = sums[self.base, 1]
        order = np.argsort(at, kind="stable")
        for step in np.split(order, np.flatnonzero(np.diff(at[order])) + 1):
            np.maximum.at(best, self.end[step], best[self.begin[step]] + weights[step])
        return float(best[self.ends].max())

    @property
    def ends(self) -> Integers:
        """The states at the last step."""
        return np.array([place for state, place in self.states.items() if state[1] == self.ground.steps - 1])


def remembered_flow(ground: Ground, thefts: Thefts) -> RememberedFlow | None:
    """The flow by which a thief is left the least, of patrols that all have a base; ``None`` where none is found."""
    bases = [base for base in dict.fromkeys(ground.bases) if base is not None]
    ways = sum(len(one) + 1 for one in ground.ways)
    # A move is remembered once for each area that was left before, and each step since.
    memories = 1 + ways / ground.areas * (float(thefts.lasts.mean()) - 1)
    remembers = len(bases) * ways * ground.steps * memories <= _MOST_MOVES * 4
    graphs = [_Graph(ground, thefts, base, remembers=remembers) for base in bases]
    if remembers and sum(len(graph.moves) for graph in graphs) > _MOST_MOVES:
        graphs = [_Graph(ground, thefts, base, remembers=False) for base in bases]
    numbers = np.array([ground.bases.count(base) for base in bases])
    return _solved_flow(ground, thefts, graphs, numbers)


def _solved_flow(ground: Ground, thefts: Thefts, graphs: list[_Graph], numbers: Integers) -> RememberedFlow | None:
    from scipy.sparse import coo_array

    theft = np.arange(len(thefts.starts))
    row = np.cumsum([0, *(len(graph.states) for graph in graphs)])
    column = np.cumsum([0, *(len(graph.moves) for graph in graphs)])
    size = int(column[-1]) + 1
    visited = np.flatnonzero(ground.needed)
    seen = int(row[-1]) + len(theft)
    low, high = np.zeros(seen + len(visited)), np.zeros(seen + len(visited))
    low[row[-1] : seen], high[row[-1] :] = thefts.gains, np.inf
    low[seen:] = ground.needed[visited]
    rows, columns = [row[-1] + theft], [np.full(len(theft), size - 1)]
    values = [np.ones(len(theft))]

    def add(at: Integers, of: Integers, value: Floats) -> None:
        rows.append(at)
        columns.append(of)
        values.append(value)

    for graph, first, begin, number in zip(graphs, row[:-1], column[:-1], numbers, strict=True):
        every = np.arange(len(graph.moves))
        add(first + graph.begin, begin + every, np.full(len(every), -1.0))
        add(first + graph.end, begin + every, np.ones(len(every)))
        low[first] = high[first] = -float(number)
        low[first + graph.ends], high[first + graph.ends] = -np.inf, np.inf
        met, by = graph.meets()
        add(row[-1] + met, begin + by, thefts.prevented[met])
        there = np.flatnonzero((thefts.areas == graph.base) & (thefts.starts == 0))
        low[row[-1] + there] -= number * thefts.prevented[there]
        for place, area in enumerate(visited):
            entering = np.flatnonzero(graph.entering & (graph.moves[:, 2] == area))
            add(np.full(len(entering), seen + place), begin + entering, np.ones(len(entering)))
    table = coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(len(low), size))
    costs, least = np.zeros(size), np.zeros(size)
    costs[-1], least[-1] = 1.0, (thefts.gains - thefts.prevented).max(initial=0.0)
    found = inner_point(costs, table, low, high, least, np.full(size, np.inf))
    if found is None or found.prices[row[-1] : seen].max(initial=0.0) <= 0:
        return None
    prices = np.maximum(found.prices[row[-1] :], 0.0)
    prices /= prices[: len(theft)].sum()
    visits = np.zeros(ground.areas)
    visits[visited] = prices[len(theft) :]
    prices = prices[: len(theft)]
    sums = np.zeros((ground.areas, ground.steps + 1))
    np.cumsum(thefts.by_place(prices * thefts.prevented), axis=1, out=sums[:, 1:])
    most = sum(number * graph.most(sums, visits) for graph, number in zip(graphs, numbers, strict=True))
    bound = float(prices @ thefts.gains + visits @ ground.needed - most)
    parts = [_together(graph, found.amounts[a:b]) for graph, a, b in zip(graphs, column, column[1:], strict=False)]
    return RememberedFlow(
        tuple(moves for moves, _ in parts), tuple(shares for _, shares in parts), prices, max(bound, float(least[-1]))
    )


def _together(graph: _Graph, amounts: Floats) -> tuple[Integers, Floats]:
    """Moves between the same areas and steps as one, whatever was remembered."""
    moves, place = np.unique(graph.moves, axis=0, return_inverse=True)
    shares = np.zeros(len(moves))
    np.add.at(shares, place.ravel(), np.maximum(amounts, 0.0))
    return moves, shares
