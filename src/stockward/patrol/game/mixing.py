"""The mixture of walks that leaves the best-informed thief the least, with the bound that proves it.

Walks are added to a linear program as its prices ask for them: those that prevent most of the thefts a thief would mix
now. What a thief gains at least by that mixture of thefts is a lower bound of the value, the program's an upper one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stockward.optim.matrix_game import GameSolution, MatrixGame
from stockward.patrol.game.nights import ManyNights
from stockward.patrol.game.proof import bound_together
from stockward.patrol.game.relaxed import relaxed_flow
from stockward.patrol.game.remembered import remembered_flow
from stockward.patrol.game.together import JointSearch

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Floats, Ground, Walks
    from stockward.patrol.game.thefts import Thefts

_KEPT, _KEPT_OF_MANY = (32, 512, 4_096), (2, 8)
"""Walks kept for each area and step: few while walks are still found easily, all in the end; on large grounds fewer."""
_MANY = 12
"""Areas of a large ground."""
_PROVEN = 1e-9
_DRAWN = 100
"""Walks that are drawn to begin with."""
_NIGHTS = 300
"""Nights of walks to begin with on a large ground."""
_SMOOTH, _SMOOTH_TOGETHER = (0.97, 0.94, 0.9, 0.85, 0.75, 0.6), (0.9,)
"""How far prices are drawn to the best known; walks of several patrols take longer to find."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done: ``rounds`` of looking for walks, until the value is proven within ``gap``, a share of it.

    ``proofs`` of several patrols together are tried, each in so many deterministic ``seconds``.
    """

    gap: float = 0.0
    rounds: int = 100_000
    proofs: int = 100_000
    seconds: float = 60.0


@dataclass(frozen=True, eq=False)
class Mixture:
    """Walks of a shift and the share of nights on which each is walked; what a thief then gains at best, and a bound.

    No mixture leaves him less than ``bound``. ``rounds`` counts how often walks were looked for. ``proven``: the value
    is as close to the bound as was asked for.
    """

    walks: tuple[Walks, ...]
    shares: Floats
    value: float
    bound: float
    rounds: int
    proven: bool

    @property
    def gap(self) -> float:
        """How much less another mixture could leave him, as a share of the value."""
        return 0.0 if self.value <= self.bound else (self.value - self.bound) / self.value


def best_mixture(ground: Ground, thefts: Thefts, *, effort: Effort | None = None) -> Mixture | None:
    """The mixture of walks that leaves a thief who knows it the least; ``None`` where none were found that hold all.

    It is proven within the gap of the effort, the whole of it without one, unless the effort ends before.
    """
    return _Mixing(ground, thefts, effort or Effort()).made()


class _Mixing:
    def __init__(self, ground: Ground, thefts: Thefts, effort: Effort) -> None:
        self.ground, self.thefts, self.effort, self.proofs = ground, thefts, effort, 0
        self.search = JointSearch(ground, thefts)
        self.small = ground.areas <= _MANY
        self.kept = _KEPT if self.small else _KEPT_OF_MANY
        self.game = MatrixGame(len(thefts.starts))
        self.walks: list[Walks] = []
        self.known: set[Walks] = set()
        self.bound, self.level, self.rounds = 0.0, 0, 0
        self.alike: GameSolution | None = None
        self.centre: Floats | None = None
        self.priced = -np.inf

    def made(self) -> Mixture | None:
        if not (self._begun_with_nights() or self._begun()):
            return None
        solved = self.alike or self.game.solve()
        while not self._close(solved.value) and self.rounds < self.effort.rounds:
            self.rounds += 1
            if not self._improved(solved):
                break
            solved = self.game.solve()
        return self._mixture(solved)

    def _begun(self) -> bool:
        """Begin with walks that are best where all thefts are as likely, and such as are drawn from the relaxed flow.

        Whether any were found.
        """
        number = len(self.thefts.starts)
        if not self._add(self._first(np.full(number, 1.0 / max(number, 1)) * self.thefts.prevented)):
            return False
        relaxed = relaxed_flow(self.ground, self.thefts)
        self.bound = relaxed.bound
        if relaxed.flows and self.ground.rest is None:
            for walks in relaxed.drawn(_DRAWN, seed=1):
                if (self.ground.entered(walks) >= self.ground.needed).all():
                    self._add(walks)
        return True

    def _begun_with_nights(self) -> bool:
        """On a large ground, where walks need hold nothing: begin with many nights of walks; whether that was done."""
        ground, thefts = self.ground, self.thefts
        flow = None if self.small or ground.holds_any or None in ground.bases else remembered_flow(ground, thefts)
        if flow is None:
            return False
        self.bound = flow.bound
        nights = ManyNights(ground, thefts, flow, _NIGHTS, seed=1)
        nights.pair()
        while self.rounds < self.effort.rounds and not self._close(nights.value) and nights.reroute():
            self.rounds += 1
        for walks in nights.all():
            self._add(walks)
        if self._close(nights.value):
            often = Counter(nights.all())
            shares = np.array([often[walks] / _NIGHTS for walks in self.walks])
            self.alike = GameSolution(nights.value, shares, flow.prices)
        self.game.look_at(np.argsort(-nights.gains(nights.often))[: 3 * _NIGHTS])
        return True

    def _first(self, weights: Floats) -> Walks | None:
        for most in self.kept:
            found = self.search.best(weights, most)
            if found.walks is not None:
                return found.walks
        return bound_together(self.ground, self.thefts, weights, seconds=self.effort.seconds).walks

    def _improved(self, solved: GameSolution) -> bool:
        """Add walks that the prices ask for, or prove that there are none; whether any were added.

        Prices jump from one solution to the next: those between them and the best known so far ask for walks that last
        [Wentges 1997].
        """
        added = False
        if (centre := self.centre) is not None:
            for mix in _SMOOTH if len(self.ground.bases) == 1 else _SMOOTH_TOGETHER:
                added |= self._asked(mix * centre + (1 - mix) * solved.prices, solved)
        if added:
            return True
        return self._asked(solved.prices, solved, to_the_end=True)

    def _asked(self, prices: Floats, solved: GameSolution, *, to_the_end: bool = False) -> bool:
        weights = prices * self.thefts.prevented
        loses = float(prices @ self.thefts.gains)
        while True:
            most = self.kept[self.level]
            found = self.search.best(weights, most)
            self._bounded(loses - found.bound, prices)
            added = found.walks is not None and self._is_asked(found.walks, solved) and self._add(found.walks)
            if added or self._close(solved.value) or not to_the_end:
                return added
            if len(self.ground.bases) > 1 and self._others(solved, weights, most):
                return True
            if self.level + 1 < len(self.kept):
                self.level += 1
                continue
            return self._proven(solved, weights, loses)

    def _proven(self, solved: GameSolution, weights: Floats, loses: float) -> bool:
        """Add walks of several patrols that a whole-number program finds, or raise the bound by it."""
        if len(self.ground.bases) == 1 or self.proofs >= self.effort.proofs:
            return False
        self.proofs += 1
        proof = bound_together(self.ground, self.thefts, weights, seconds=self.effort.seconds)
        self._bounded(loses - proof.bound, solved.prices)
        return proof.walks is not None and self._is_asked(proof.walks, solved) and self._add(proof.walks)

    def _is_asked(self, walks: Walks, solved: GameSolution) -> bool:
        """Whether walks leave a thief less, by the prices in force, than the mixture does."""
        gains = self.thefts.gains - self.thefts.prevented * self.search.met(walks)
        return float(solved.prices @ gains) < solved.value - _PROVEN

    def _bounded(self, bound: float, prices: Floats) -> None:
        if self.centre is None or bound > self.priced:
            self.centre, self.priced = prices, bound
        self.bound = max(self.bound, bound)

    def _others(self, solved: GameSolution, weights: Floats, most: int) -> bool:
        """Walks found from those that are walked now."""
        added = False
        for place in np.argsort(-solved.shares)[:6]:
            if solved.shares[place] > 0:
                found = self.search.best(weights, most, begin=self.walks[place])
                if found.walks is not None and self._is_asked(found.walks, solved):
                    added |= self._add(found.walks)
        return added

    def _close(self, value: float) -> bool:
        return value - self.bound <= max(self.effort.gap * value, _PROVEN)

    def _add(self, walks: Walks | None) -> bool:
        if walks is None or walks in self.known:
            return False
        self.known.add(walks)
        self.walks.append(walks)
        self.game.add(self.thefts.gains - self.thefts.prevented * self.search.met(walks))
        return True

    def _mixture(self, solved: GameSolution) -> Mixture:
        used = np.flatnonzero(solved.shares > 0)
        walks, shares = tuple(self.walks[place] for place in used), solved.shares[used] / solved.shares[used].sum()
        value = gain_at_best(self.thefts, self.ground, walks, shares)
        return Mixture(walks, shares, value, min(self.bound, value), self.rounds, self._close(value))


def gain_at_best(thefts: Thefts, ground: Ground, walks: tuple[Walks, ...], shares: Floats) -> float:
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
