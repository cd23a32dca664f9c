"""Walks of several patrols that together prevent most: one after the other is walked best beside the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stockward.patrol.game.best_walk import WalkSearch
from stockward.patrol.game.ground import Ground, Walk, Walks

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Floats
    from stockward.patrol.game.thefts import Thefts

_BETTER = 1e-10


@dataclass(frozen=True, slots=True)
class WalksFound:
    """Walks of all patrols, what they prevent, and what none exceed; ``walks`` is ``None`` where none hold all."""

    walks: Walks | None
    gain: float
    bound: float


class JointSearch:
    """Walks of all patrols on one ground, for any weights of thefts."""

    def __init__(self, ground: Ground, thefts: Thefts) -> None:
        self.ground, self.thefts = ground, thefts
        self._single = WalkSearch(ground, thefts.lasts)

    def best(self, weights: Floats, most: int, begin: Walks | None = None) -> WalksFound:
        """Good walks for the weights of thefts, shape (thefts,), proven best for one patrol where ``most`` allows.

        ``begin`` are walks to begin with; without them one patrol is added after the other. The bound is the sum of
        what each patrol prevents at most by itself.
        """
        if len(self.ground.bases) == 1:
            one = self._single.best(0, self.thefts.by_place(weights), self.ground.needed, most)
            return WalksFound((one.walk,) if one.walk and one.complete else None, one.gain, one.bound)
        walks: list[Walk | None] = [None] * len(self.ground.bases) if begin is None else list(begin)
        gain, unchanged = self._gain(weights, walks), 0
        while unchanged < len(walks):
            for patrol in range(len(walks)):
                others = tuple(walk for place, walk in enumerate(walks) if place != patrol and walk is not None)
                better = self._beside(patrol, weights, others, most)
                tried = [*walks[:patrol], better, *walks[patrol + 1 :]]
                found = self._gain(weights, tried)
                if better is not None and (walks[patrol] is None or found > gain + _BETTER):
                    walks, gain, unchanged = tried, found, 0
                else:
                    unchanged += 1
            if any(walk is None for walk in walks):
                return WalksFound(None, -np.inf, np.inf)
        complete = tuple(walk for walk in walks if walk is not None)
        if (self.ground.entered(complete) < self.ground.needed).any():
            return WalksFound(None, -np.inf, np.inf)
        return WalksFound(complete, float(weights @ self.met(complete)), np.inf)

    def bound(self, weights: Floats, most: int) -> float:
        """What no walks of all patrols exceed: the sum of what each prevents at most by itself, visits left out."""
        placed, none = self.thefts.by_place(weights), np.zeros(self.ground.areas, np.int64)
        bases = self.ground.bases
        single = {base: self._single.best(bases.index(base), placed, none, most).bound for base in dict.fromkeys(bases)}
        return min(float(weights.sum()), sum(single[base] for base in bases))

    def met(self, walks: Walks) -> Floats:
        """Whether each theft is met by any of the walks, as 0 and 1, shape (thefts,)."""
        return self.thefts.met(self.ground.presence(walks)).astype(np.float64)

    def _beside(self, patrol: int, weights: Floats, others: Walks, most: int) -> Walk | None:
        left = weights * (1.0 - self.met(others))
        entered = self.ground.entered(others)
        needed = np.maximum(self.ground.needed - entered, 0)
        return self._single.best(patrol, self.thefts.by_place(left), needed, most).walk

    def _gain(self, weights: Floats, walks: list[Walk | None]) -> float:
        some = tuple(walk for walk in walks if walk is not None)
        missing = np.maximum(self.ground.needed - self.ground.entered(some), 0).sum()
        return float(weights @ self.met(some)) - float(missing) * (2.0 * float(weights.sum()) + 1.0)
