"""The best walks of several patrols together, by a whole-number program: to prove, or to find where none was found.

Patrols flow through areas and steps; a theft is met where one is in its area as it begins, or enters while it goes on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stockward.optim.linear import Program
from stockward.patrol.game.ground import ON_BREAK, ON_THE_WAY, Ground, Walk, Walks
from stockward.terms.verdicts import Solved

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Floats
    from stockward.patrol.game.thefts import Thefts

_GRAIN = 2**30
"""Whole parts into which weights are cut, rounded up: so the bound holds."""
_SECONDS = 60.0

Place = tuple[int, int, bool]
"""Area, step, and whether the break is taken."""


@dataclass(frozen=True, slots=True)
class WalksProven:
    """The best walks found, what they prevent, and what none exceed; ``walks`` is ``None`` where none were found.

    ``status`` says whether there are any.
    """

    status: Solved
    walks: Walks | None
    gain: float
    bound: float


def bound_together(ground: Ground, thefts: Thefts, weights: Floats, *, seconds: float = _SECONDS) -> WalksProven:
    """The best walks of all patrols for the weights of thefts, shape (thefts,), in deterministic seconds."""
    return _Together(ground, thefts, weights).solved(seconds)


class _Together:
    def __init__(self, ground: Ground, thefts: Thefts, weights: Floats) -> None:
        self.ground, self.thefts, self.weights = ground, thefts, weights
        self.program = Program()
        self.moves: dict[int, dict[tuple[Place, Place], int]] = {}
        self.entering: dict[tuple[int, int], list[int]] = defaultdict(list)
        self.present: dict[tuple[int, int], list[int]] = defaultdict(list)
        for group, base in enumerate(dict.fromkeys(ground.bases)):
            self._flow(group, base, ground.bases.count(base))
        for area in np.flatnonzero(ground.needed):
            entries = [one for (to, _), some in self.entering.items() if to == area for one in some]
            self.program.rule(dict.fromkeys(entries, 1), low=int(ground.needed[area]))

    def _flow(self, group: int, base: int | None, number: int) -> None:
        """All patrols of one base: as many as begin go on from every area and step, and end where they must."""
        ground, last = self.ground, self.ground.steps - 1
        moves = self.moves[group] = {}
        into: dict[Place, list[int]] = defaultdict(list)
        out: dict[Place, list[int]] = defaultdict(list)
        begins = range(ground.areas) if base is None else (base,)
        open_places = {(area, 0, ground.rest is None) for area in begins}
        seen = set(open_places)
        starts = {place: self.program.number(0, number) for place in open_places}
        self.program.rule(dict.fromkeys(starts.values(), 1), low=number, high=number)
        while open_places:
            place = open_places.pop()
            for to, enters in self._next(place, base):
                move = moves[place, to] = self.program.number(0, number)
                out[place].append(move)
                into[to].append(move)
                if enters:
                    self.entering[to[0], to[1]].append(move)
                if to not in seen:
                    seen.add(to)
                    open_places.add(to)
        ends = {place for place in seen if place[1] == last}
        for place in seen:
            arriving = [*into[place], *([starts[place]] if place in starts else [])]
            self.present[place[0], place[1]].extend(arriving)
            if place not in ends:
                self.program.rule({**dict.fromkeys(arriving, 1), **dict.fromkeys(out[place], -1)}, low=0, high=0)
        self.moves[group] = moves

    def _next(self, place: Place, base: int | None) -> list[tuple[Place, bool]]:
        """Where a patrol may be next, and whether it enters an area with that."""
        ground, (area, step, rested) = self.ground, place
        found = [((area, step + 1, rested), False)]
        found += [((to, step + steps, rested), True) for to, steps in ground.ways[area]]
        rest = ground.rest
        if rest is not None and not rested and area == base and rest.first <= step <= rest.last:
            found.append(((area, step + rest.steps, True), False))
        return [one for one in found if self._is_open(one[0], base)]

    def _is_open(self, place: Place, base: int | None) -> bool:
        area, step, rested = place
        last = self.ground.steps - 1
        if step == last:
            return rested and not (self.ground.returns and base is not None and area != base)
        if self.ground.returns and base is not None:
            return bool(step + self.ground.shortest[area, base] <= last)
        return step < last

    def solved(self, seconds: float) -> WalksProven:
        whole = np.ceil(self.weights * _GRAIN).astype(np.int64)
        objective = {}
        for theft in np.flatnonzero(whole):
            area, start = int(self.thefts.areas[theft]), int(self.thefts.starts[theft])
            met = self.program.number(0, 1)
            meeting = list(self.present[area, start])
            for step in range(start + 1, start + int(self.thefts.lasts[area])):
                meeting += self.entering[area, step]
            self.program.rule({met: 1, **dict.fromkeys(meeting, -1)}, high=0)
            objective[met] = -int(whole[theft])
        found = self.program.minimise(objective, seed=1, deterministic_seconds=seconds)
        bound = np.inf if found.bound is None else -found.bound / _GRAIN
        if not found.values:
            return WalksProven(found.status, None, -np.inf, bound)
        walks = self._walks(found.values)
        return WalksProven(
            found.status, walks, float(self.weights @ self.thefts.met(self.ground.presence(walks))), bound
        )

    def _walks(self, values: tuple[int, ...]) -> Walks:
        """The flow as walks, in the order of the patrols."""
        by_base: dict[int | None, list[Walk]] = {}
        for group, base in enumerate(dict.fromkeys(self.ground.bases)):
            left = {move: values[number] for move, number in self.moves[group].items() if values[number]}
            by_base[base] = [self._taken(left, base) for _ in range(self.ground.bases.count(base))]
        return tuple(by_base[base].pop(0) for base in self.ground.bases)

    def _taken(self, left: dict[tuple[Place, Place], int], base: int | None) -> Walk:
        places = [ON_THE_WAY] * self.ground.steps
        at = min(place for place, _ in left if place[1] == 0)
        places[0] = at[0]
        while at[1] < self.ground.steps - 1:
            to = next(one for place, one in left if place == at)
            left[at, to] -= 1
            if not left[at, to]:
                del left[at, to]
            if at[0] == to[0]:
                places[at[1] + 1 : to[1]] = [ON_BREAK] * (to[1] - at[1] - 1)
            places[to[1]] = to[0]
            at = to
        return tuple(places)
