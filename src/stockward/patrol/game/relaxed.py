"""A lower bound of what any mixture leaves a thief: patrols as a flow that may be split, theft by theft.

Of a mixture only the chance of every step from area to area is kept. A theft is met at most as often as a patrol stands
in its area as it begins, or enters while it goes on. Whatever walks do, such chances keep these rules, so that the
program's optimum is a bound; there may be no walks that have those chances together.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from stockward.patrol.game.ground import ON_THE_WAY, Walk, Walks

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Floats, Ground, Integers
    from stockward.patrol.game.thefts import Thefts

_HAIR = 1e-7


class _Flow:
    """The steps from area to area that patrols of one base may take: from and to as area × steps + step."""

    def __init__(self, ground: Ground, base: int | None) -> None:
        last, steps = ground.steps - 1, np.arange(ground.steps)
        home = np.zeros(ground.areas, np.int64) if base is None else ground.shortest[:, base]
        away = np.zeros(ground.areas, np.int64) if base is None else ground.shortest[base]
        parts = []
        for area in range(ground.areas):
            for to, takes in ((area, 1), *ground.ways[area]):
                begin = steps[away[area] : max(last - takes + 1, 0)]
                if ground.returns:
                    begin = begin[begin + takes + home[to] <= last]
                parts.append((np.full(len(begin), area), begin, np.full(len(begin), to), begin + takes))
        self.area, self.step, self.to, self.at = (np.concatenate(part) for part in zip(*parts, strict=True))
        self.entering = self.area != self.to
        self.starts = np.arange(ground.areas) if base is None else np.array([base])
        self.steps = ground.steps
        self.out: dict[tuple[int, int], list[int]] = {}
        for place, key in enumerate(zip(self.area.tolist(), self.step.tolist(), strict=True)):
            self.out.setdefault(key, []).append(place)

    def drawn(self, shares: Floats, draw: np.random.Generator) -> Walk:
        """One walk, from each step on by the shares of the flow."""
        at, step = int(self.starts[_chosen(shares[len(self.area) :], draw)]), 0
        places = [ON_THE_WAY] * self.steps
        places[0] = at
        while step < self.steps - 1:
            ways = self.out[at, step]
            move = ways[_chosen(shares[ways], draw)]
            at, step = int(self.to[move]), int(self.at[move])
            places[step] = at
        return tuple(places)


def _chosen(shares: Floats, draw: np.random.Generator) -> int:
    positive = np.maximum(shares, 0.0) + 1e-12
    return int(draw.choice(len(shares), p=positive / positive.sum()))


@dataclass(frozen=True, eq=False)
class RelaxedFlow:
    """The bound, and the chances of every step from area to area by which it is reached, one flow a base."""

    ground: Ground
    bound: float
    flows: tuple[tuple[_Flow, Floats], ...]

    def drawn(self, number: int, seed: int) -> list[Walks]:
        """Walks of all patrols drawn step by step by these chances, each patrol by itself; breaks are left out."""
        draw = np.random.default_rng(seed)
        by_base = {
            base: [flow.drawn(shares, draw) for _ in range(number * self.ground.bases.count(base))]
            for base, (flow, shares) in zip(dict.fromkeys(self.ground.bases), self.flows, strict=True)
        }
        return [tuple(by_base[base].pop() for base in self.ground.bases) for _ in range(number)]


def relaxed_flow(ground: Ground, thefts: Thefts) -> RelaxedFlow:
    """The flow by which a thief is left the least, with that as the bound; 0, and no flow, where none is found."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    flows = [_Flow(ground, base) for base in dict.fromkeys(ground.bases)]
    numbers = [ground.bases.count(base) for base in dict.fromkeys(ground.bases)]
    sizes = [len(flow.area) + len(flow.starts) for flow in flows]
    first = np.concatenate([[0], np.cumsum(sizes)])
    met = int(first[-1])
    columns = met + len(thefts.starts) + 1
    equal = _Entries()
    right: list[float] = []
    rows = 0
    for flow, number, begin in zip(flows, numbers, first[:-1], strict=True):
        rows = _balanced(equal, ground, flow, int(begin), rows)
        right += [0.0] * (rows - len(right))
        equal.add(np.full(len(flow.starts), rows), begin + len(flow.area) + np.arange(len(flow.starts)), 1.0)
        right.append(float(number))
        rows += 1
    most = _Entries()
    theft = np.arange(len(thefts.starts))
    most.add(theft, met + theft, 1.0)
    for flow, begin in zip(flows, first[:-1], strict=True):
        _meeting(most, thefts, flow, int(begin), ground)
    gains = len(theft) + theft
    most.add(gains, met + theft, -thefts.prevented)
    most.add(gains, np.full(len(theft), columns - 1), -1.0)
    limits = np.concatenate([np.zeros(len(theft)), -thefts.gains])
    visits = np.flatnonzero(ground.needed)
    for place, area in enumerate(visits):
        for flow, begin in zip(flows, first[:-1], strict=True):
            entering = np.flatnonzero(flow.entering & (flow.to == area))
            most.add(np.full(len(entering), 2 * len(theft) + place), begin + entering, -1.0)
    limits = np.concatenate([limits, -ground.needed[visits].astype(np.float64)])
    costs = np.zeros(columns)
    costs[-1] = 1.0
    upper = np.full(columns, np.inf)
    upper[met:-1] = 1.0
    found = linprog(
        costs,
        coo_array(most.parts(), shape=(len(limits), columns)).tocsr(), limits,
        coo_array(equal.parts(), shape=(len(right), columns)).tocsr(), right,
        np.column_stack([np.zeros(columns), upper]), method="highs-ipm",
    )  # fmt: skip
    if found.status != 0:
        return RelaxedFlow(ground, 0.0, ())
    shares = [found.x[begin:end] for begin, end in pairwise(first)]
    # A hair less, since the solver lets rows pass that are broken by a hair.
    return RelaxedFlow(ground, max(float(found.fun) * (1 - _HAIR), 0.0), tuple(zip(flows, shares, strict=True)))


class _Entries:
    """Entries of a sparse table while they are gathered."""

    def __init__(self) -> None:
        self._rows: list[Integers] = []
        self._columns: list[Integers] = []
        self._values: list[Floats] = []

    def add(self, rows: Integers, columns: Integers, value: float | Floats) -> None:
        self._rows.append(np.asarray(rows))
        self._columns.append(np.asarray(columns))
        self._values.append(np.broadcast_to(np.asarray(value, np.float64), np.shape(rows)))

    def parts(self) -> tuple[Floats, tuple[Integers, Integers]]:
        return np.concatenate(self._values), (np.concatenate(self._rows), np.concatenate(self._columns))


def _balanced(entries: _Entries, ground: Ground, flow: _Flow, begin: int, row: int) -> int:
    """What comes to an area at a step goes on from there, but at the end; returns the next row."""
    steps, number = ground.steps, np.arange(len(flow.to))
    coming = flow.at < steps - 1
    entries.add(row + (flow.to * steps + flow.at)[coming], begin + number[coming], 1.0)
    entries.add(row + flow.area * steps + flow.step, begin + number, -1.0)
    entries.add(row + flow.starts * steps, begin + len(flow.area) + np.arange(len(flow.starts)), 1.0)
    return row + ground.areas * steps


def _meeting(entries: _Entries, thefts: Thefts, flow: _Flow, begin: int, ground: Ground) -> None:
    """A theft is met by who stands there as it begins, or enters while it goes on."""
    lasts = thefts.lasts[thefts.areas]
    for theft, (area, start, takes) in enumerate(zip(thefts.areas, thefts.starts, lasts, strict=True)):
        there = (flow.to == area) & (
            (flow.at == start) | (flow.entering & (flow.at > start) & (flow.at < start + takes))
        )
        columns = begin + np.flatnonzero(there)
        if start == 0:
            columns = np.append(columns, begin + len(flow.area) + np.flatnonzero(flow.starts == area))
        entries.add(np.full(len(columns), theft), columns, -1.0)
