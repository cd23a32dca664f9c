"""Many nights of walks for a large ground, all as likely, so walked that no theft is missed on too many of them.

They begin as the flow of the relaxed program, walked as nearly as whole walks can. Patrols are paired so that they
seldom meet the same theft in one night; then one walk after the other is given up for one that meets what is missed too
often, as long as that helps. What is to become smaller is a mean that weighs what gains a thief most the heaviest:

    log Σ_r w_r exp(η gain_r) ÷ η

which is near the largest gain as η grows. In the end a linear program weighs the nights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stockward.patrol.game.drawn import drawn_walks
from stockward.patrol.game.rerouted import WalkNet

if TYPE_CHECKING:
    from collections.abc import Callable

    from stockward.patrol.game.ground import Flags, Floats, Ground, Integers, Walks
    from stockward.patrol.game.remembered import RememberedFlow
    from stockward.patrol.game.thefts import Thefts

_AT_ONCE = 30
"""Walks that are looked for together."""
_PAIRED_AT_ONCE, _PAIRINGS = 150, 300
_SHARPNESS, _NEAREST = 12.0, 0.004
"""η is so large that what is above the bound counts for e^12; no more than as if that were 0.4 %."""
_SCATTER = 0.3
"""How far prices are scattered area by area, so that walks found together differ."""
_IN_VAIN = 3
"""Times in a row that walks are looked for and none helps, before that is given up."""
_RARE = 2e-3
"""Patrols below which a move of the flow is left out of the moves looked at."""


class ManyNights:
    """Nights of walks on a ground where every patrol has a base, and no walk must hold a visit or a break."""

    def __init__(self, ground: Ground, thefts: Thefts, flow: RememberedFlow, nights: int, seed: int) -> None:
        self.ground, self.thefts, self.bound, self.nights = ground, thefts, flow.bound, nights
        self.draw = np.random.default_rng(seed)
        self.walks = np.zeros((nights, len(ground.bases), ground.steps), np.int64)
        self.nets: dict[int | None, WalkNet] = {}
        for base, moves, shares in zip(dict.fromkeys(ground.bases), flow.moves, flow.shares, strict=True):
            if base is None:
                continue
            own = [patrol for patrol, one in enumerate(ground.bases) if one == base]
            drawn = drawn_walks(ground, thefts, base, moves, shares, flow.prices, nights * len(own), seed)
            self.walks[:, own] = self.draw.permutation(drawn).reshape(nights, len(own), ground.steps)
            walked = _moves_of(drawn)
            self.nets[base] = WalkNet(
                ground, thefts, base, np.unique(np.concatenate([moves[shares > _RARE], walked]), axis=0)
            )
        self.met = np.array([[self._met(walk) for walk in walks] for walks in self.walks])
        self.times = self.met.sum(axis=1)
        worthwhile = thefts.gains > self.bound
        self.in_vain = 0
        self.heed = flow.prices / 2 + worthwhile / max(2 * worthwhile.sum(), 1)

    def _met(self, walk: Integers) -> Flags:
        return self.thefts.met(self.ground.presence((tuple(walk.tolist()),)))

    def gains(self, often: Integers) -> Floats:
        """What each theft gains that is met in so many nights, shape (thefts,)."""
        gains: Floats = self.thefts.gains - self.thefts.prevented * often / self.nights
        return gains

    @property
    def often(self) -> Integers:
        """In how many nights each theft is met, shape (thefts,)."""
        often: Integers = (self.times > 0).sum(axis=0)
        return often

    @property
    def value(self) -> float:
        """What a thief gains at best where every night is as likely."""
        return float(self.gains(self.often).max(initial=0.0))

    def _pressure(self, often: Integers) -> tuple[Floats, Callable[[Integers], float]]:
        """What is prevented by meeting each theft, as much as it is heeded, and the mean that is to become smaller."""
        gains = self.gains(often)
        largest = float(gains.max())
        sharp = _SHARPNESS / max(largest - self.bound, _NEAREST * largest)

        def mean(now: Integers) -> float:
            return float(np.log(self.heed @ np.exp(np.clip(sharp * (self.gains(now) - largest), -60.0, 60.0))))

        weights = self.heed * np.exp(np.clip(sharp * (gains - largest), -60.0, 0.0)) * self.thefts.prevented
        return weights / weights.sum(), mean

    def pair(self) -> None:
        """Let patrols change walks between nights, so that two of them seldom meet the same theft."""
        patrols = len(self.ground.bases)
        if patrols == 1:
            return
        for number in range(2 * patrols):
            self._change(np.arange(self.nights), number % patrols)
        for _ in range(_PAIRINGS):
            some = self.draw.choice(self.nights, min(_PAIRED_AT_ONCE, self.nights), replace=False)
            self._change(some, int(self.draw.integers(patrols)))

    def _change(self, nights: Integers, patrol: int) -> None:
        """Give the walks of one patrol in some nights to others of them, where that helps."""
        from scipy.optimize import linear_sum_assignment

        often = self.often
        weights, mean = self._pressure(often)
        own = self.met[nights, patrol]
        beside = self.times[nights] - own
        twice = ((beside > 0) * weights.astype(np.float32)) @ own.T.astype(np.float32)
        _, places = linear_sum_assignment(twice)
        times = beside + own[places]
        changed = often - (self.times[nights] > 0).sum(axis=0) + (times > 0).sum(axis=0)
        if mean(changed) < mean(often):
            self.times[nights] = times
            self.met[nights, patrol] = own[places]
            self.walks[nights, patrol] = self.walks[nights[places], patrol]

    def reroute(self) -> bool:
        """Give up some walks for others found for what is missed too often, one by one where that helps.

        Whether any of those tried last did: otherwise the nights are as good as this makes them.
        """
        often = self.often
        weights, mean = self._pressure(often)
        nights = self.draw.choice(self.nights, min(_AT_ONCE, self.nights), replace=False)
        patrol = int(self.draw.integers(len(self.ground.bases)))
        net = self.nets[self.ground.bases[patrol]]
        beside = self.times[nights] - self.met[nights, patrol]
        sums = np.zeros((self.ground.areas, self.ground.steps + 1, len(nights)))
        scatter = np.exp(_SCATTER * self.draw.standard_normal((self.ground.areas, len(nights))))
        placed = np.zeros((self.ground.areas, self.ground.steps, len(nights)))
        placed[self.thefts.areas, self.thefts.starts] = np.where(beside > 0, 0.0, weights).T
        np.cumsum(placed * scatter[:, None, :], axis=1, out=sums[:, 1:])
        now = mean(often)
        for night, walk, others in zip(nights.tolist(), net.walks(sums), beside, strict=True):
            met = self._met(walk)
            times = others + met
            tried = often + (times > 0) - (self.times[night] > 0)
            if (then := mean(tried)) < now:
                now, often = then, tried
                self.times[night], self.met[night, patrol], self.walks[night, patrol] = times, met, walk
                self.in_vain = 0
        self.in_vain += 1
        return self.in_vain <= _IN_VAIN

    def all(self) -> list[Walks]:
        """The walks of every night."""
        return [tuple(tuple(walk) for walk in walks) for walks in self.walks.tolist()]


def _moves_of(walks: Integers) -> Integers:
    """The moves of walks, as rows of area, step, area and step."""
    found = []
    for walk in walks:
        at = np.flatnonzero(walk >= 0)
        found.append(np.column_stack([walk[at[:-1]], at[:-1], walk[at[1:]], at[1:]]))
    return np.unique(np.concatenate(found), axis=0)
