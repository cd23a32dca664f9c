"""The mixture of walks that leaves the best-informed thief the least, with the bound that proves it.

Walks are added to a linear program as its prices ask for them: those that prevent most of the thefts a thief would mix
now. What a thief gains at least by that mixture of thefts is a lower bound of the value, the program's an upper one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stockward.optim.matrix_game import GameSolution, MatrixGame
from stockward.patrol.game.proof import bound_together
from stockward.patrol.game.together import JointSearch

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Floats, Ground, Walks
    from stockward.patrol.game.thefts import Thefts

_KEPT = (2, 8, 64, 4_096)
"""Walks kept for each area and step: few while walks are still found easily, all in the end."""
_PROVEN = 1e-9


@dataclass(frozen=True, eq=False)
class Mixture:
    """Walks of a shift and the share of nights on which each is walked; what a thief then gains at best, and a bound.

    No mixture leaves him less than ``bound``. ``rounds`` counts how often walks were looked for.
    """

    walks: tuple[Walks, ...]
    shares: Floats
    value: float
    bound: float
    rounds: int

    @property
    def gap(self) -> float:
        """How much less another mixture could leave him, as a share of the value."""
        return 0.0 if self.value <= self.bound else (self.value - self.bound) / self.value


def best_mixture(
    ground: Ground, thefts: Thefts, *, gap: float = 0.0, going_on: Callable[[int], bool] = lambda rounds: True
) -> Mixture | None:
    """The mixture of walks that leaves a thief who knows it the least; ``None`` where no walks hold all they must.

    It is proven within ``gap`` of the value, unless ``going_on``, asked with the number of rounds so far, ends it.
    """
    return _Mixing(ground, thefts, gap).made(going_on)


class _Mixing:
    def __init__(self, ground: Ground, thefts: Thefts, gap: float) -> None:
        self.ground, self.thefts, self.gap = ground, thefts, gap
        self.search = JointSearch(ground, thefts)
        self.game = MatrixGame(len(thefts.starts))
        self.walks: list[Walks] = []
        self.known: set[Walks] = set()
        self.bound, self.level = 0.0, 0

    def made(self, going_on: Callable[[int], bool]) -> Mixture | None:
        number = len(self.thefts.starts)
        start = np.full(number, 1.0 / max(number, 1)) * self.thefts.prevented
        if not self._add(self._first(start)):
            return None
        rounds, solved = 0, self.game.solve()
        while not self._close(solved.value) and going_on(rounds):
            rounds += 1
            if not self._improved(solved):
                break
            solved = self.game.solve()
        return self._mixture(solved, rounds)

    def _first(self, weights: Floats) -> Walks | None:
        for most in _KEPT:
            found = self.search.best(weights, most)
            if found.walks is not None:
                return found.walks
        return bound_together(self.ground, self.thefts, weights).walks

    def _improved(self, solved: GameSolution) -> bool:
        """Add walks that the prices ask for, or prove that there are none; whether any were added."""
        weights = solved.prices * self.thefts.prevented
        loses = float(solved.prices @ self.thefts.gains)
        while True:
            most = _KEPT[self.level]
            found = self.search.best(weights, most)
            self.bound = max(self.bound, loses - found.bound)
            if found.walks is not None and loses - found.gain < solved.value - _PROVEN and self._add(found.walks):
                return True
            if self._close(solved.value):
                return False
            if len(self.ground.bases) > 1 and self._others(solved, weights, loses, most):
                return True
            if self.level + 1 < len(_KEPT):
                self.level += 1
                continue
            if len(self.ground.bases) == 1:
                return False
            proof = bound_together(self.ground, self.thefts, weights)
            self.bound = max(self.bound, loses - proof.bound)
            return proof.walks is not None and loses - proof.gain < solved.value - _PROVEN and self._add(proof.walks)

    def _others(self, solved: GameSolution, weights: Floats, loses: float, most: int) -> bool:
        """Walks found from those that are walked now."""
        added = False
        for place in np.argsort(-solved.shares)[:6]:
            if solved.shares[place] > 0:
                found = self.search.best(weights, most, begin=self.walks[place])
                if found.walks is not None and loses - found.gain < solved.value - _PROVEN:
                    added |= self._add(found.walks)
        return added

    def _close(self, value: float) -> bool:
        return value - self.bound <= max(self.gap * value, _PROVEN)

    def _add(self, walks: Walks | None) -> bool:
        if walks is None or walks in self.known:
            return False
        self.known.add(walks)
        self.walks.append(walks)
        self.game.add(self.thefts.gains - self.thefts.prevented * self.search.met(walks))
        return True

    def _mixture(self, solved: GameSolution, rounds: int) -> Mixture:
        used = np.flatnonzero(solved.shares > 0)
        walks, shares = tuple(self.walks[place] for place in used), solved.shares[used] / solved.shares[used].sum()
        return Mixture(walks, shares, value_of(self.thefts, self.ground, walks, shares), self.bound, rounds)


def value_of(thefts: Thefts, ground: Ground, walks: tuple[Walks, ...], shares: Floats) -> float:
    """What a thief who knows the mixture gains at best."""
    return float(gains_against(thefts, ground, walks, shares).max(initial=0.0))


def gains_against(thefts: Thefts, ground: Ground, walks: tuple[Walks, ...], shares: Floats) -> Floats:
    """What each theft gains on average against a mixture of walks, shape (thefts,)."""
    met = sum(
        (share * thefts.met(ground.presence(one)) for one, share in zip(walks, shares, strict=True)),
        np.zeros(len(thefts.starts)),
    )
    gains: Floats = thefts.gains - thefts.prevented * met
    return gains
