"""Good walks of single patrols for many lists of prices at once, along moves that are known to be worth it.

Step by step the best walk to each area from each area before is kept, with what it met: quick, and not proven best.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stockward.patrol.game.ground import ON_THE_WAY

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Floats, Ground, Integers
    from stockward.patrol.game.thefts import Thefts

_NEVER = -1


@dataclass(frozen=True, eq=False)
class _Arriving:
    """Moves that arrive at one step; pairs of a move before, 0 for the begin, and one of these, in their order."""

    moves: Integers
    before: Integers
    of: Integers
    starts: Integers


class WalkNet:
    """The moves that patrols of one base may take, each a row of area, step, area and step, shape (moves, 4)."""

    def __init__(self, ground: Ground, thefts: Thefts, base: int, moves: Integers) -> None:
        self.ground, self.thefts, self.base = ground, thefts, base
        moves = moves[np.lexsort((moves[:, 2], moves[:, 3]))]
        into: dict[tuple[int, int], list[int]] = {(base, 0): [0]}
        self.arriving: list[_Arriving] = []
        kept: list[Integers] = [np.zeros(4, np.int64)]
        for step in range(1, ground.steps):
            own: list[int] = []
            before: list[int] = []
            of: list[int] = []
            starts: list[int] = []
            for move in moves[moves[:, 3] == step]:
                ways = into.get((int(move[0]), int(move[1])))
                if ways is None:
                    continue
                starts.append(len(before))
                before += ways
                of += [len(own)] * len(ways)
                own.append(len(kept))
                kept.append(move)
            for number in own:
                into.setdefault((int(kept[number][2]), step), []).append(number)
            self.arriving.append(_Arriving(*(np.array(one, np.int64) for one in (own, before, of, starts))))
        self.moves = np.array(kept)
        last = self.moves[:, 3] == ground.steps - 1
        self.ends = np.flatnonzero(last & (self.moves[:, 2] == base) if ground.returns else last)

    def walks(self, sums: Floats) -> Integers:
        """A good walk for each list of prices, shape (lists, steps).

        ``sums`` are those of the prices of thefts that begin before each step, shape (areas, steps + 1, lists).
        """
        number, lists = len(self.moves), sums.shape[2]
        every = np.arange(lists)
        gain = np.full((number, lists), -np.inf)
        seen = np.full((number, lists, self.ground.areas), _NEVER, np.int16)
        before = np.zeros((number, lists), np.int64)
        gain[0], seen[0, :, self.base] = sums[self.base, 1], 0
        for step, arriving in enumerate(self.arriving, 1):
            if not len(arriving.moves):
                continue
            to = self.moves[arriving.moves, 2]
            area = to[arriving.of]
            alive = np.maximum(step - self.thefts.lasts[area] + 1, 0)
            first = np.maximum(seen[arriving.before, :, area] + 1, alive[:, None])
            reached = gain[arriving.before] - sums[area[:, None], first, every[None, :]]
            best = np.maximum.reduceat(reached, arriving.starts, axis=0)
            places = np.where(reached >= best[arriving.of], np.arange(len(area))[:, None], -1)
            chosen = arriving.before[np.maximum.reduceat(places, arriving.starts, axis=0)]
            gain[arriving.moves] = best + sums[to, step + 1]
            before[arriving.moves] = chosen
            memory = seen[chosen, every[None, :]]
            memory[np.arange(len(to))[:, None], every[None, :], to[:, None]] = step
            seen[arriving.moves] = memory
        return self._walked(self.ends[gain[self.ends].argmax(axis=0)], before)

    def _walked(self, ends: Integers, before: Integers) -> Integers:
        found = np.full((len(ends), self.ground.steps), ON_THE_WAY)
        found[:, 0] = self.base
        every, at = np.arange(len(ends)), ends
        while at.any():
            going = every[at > 0]
            found[going, self.moves[at[going], 3]] = self.moves[at[going], 2]
            at = np.where(at > 0, before[at, every], 0)
        return found
