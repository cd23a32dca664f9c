"""The cheapest sample against which no mix of units that holds a loss has too little evidence.

Branch and bound on boxes of n. f_h is convex in n, so its chord over a box lies above it, and the mixes found so far,
with chords in place of f, are a linear relaxation [scipy.optimize.linprog, HiGHS] whose optimum is a lower bound on the
cost. Its n, rounded up, is a sample if no mix defeats it; a mix that does and is new is added; else the box is split,
where n is no whole number or where the chord lies furthest above f. The search ends with the proof that nothing is
cheaper, or after ``MOST_STEPS`` relaxations, ``MOST_TERMS`` terms of them or ``MOST_MIXES`` mixes with the best sample
found and the bound proved; many strata that are alike end there. Where masses had to be rounded, a sample misses a mix
for which units that truly hold the loss are found; where none are, it is not taken for a sample, and the bound is that
of a search in which it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stockward.stats.arrays import Array, Index
from stockward.stats.sampling import SAMPLE_ROUNDING, defects_of, evidence, least_measured
from stockward.stats.splitting.chords import Chords
from stockward.stats.splitting.mixes import SplitMix, Stratum, least_found, require_stock, target_evidence, worst_mix
from stockward.terms.errors import FigureError

MOST_STEPS = 1_500
"""Relaxations that are solved before the search gives up its proof."""

MOST_MIXES = 40_000_000
"""Mixes that are looked at before it does."""

MOST_TERMS = 1_500_000
"""Terms of all relaxations together that are solved before it does."""

_STEPS_FOR_SURER = 300
_REPAIR_STEPS = 50
_SURER = 1e-9
_TIE = 1e-11
_WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Split:
    """A sample of each stratum, its cost, the cost below which nothing is possible, and the mix that it finds least.

    ``proved`` says that the bound reaches the cost: no cheaper sample finds every mix.
    """

    n: tuple[int, ...]
    cost: float
    bound: float
    proved: bool
    worst: SplitMix


@dataclass(frozen=True, slots=True)
class Diversion:
    """A loss that may be spread over strata: what one unit of each holds of it, 0 for none, and how much is lost."""

    contents: tuple[float, ...]
    loss: float


def cheapest_split(strata: Sequence[Stratum], loss: float, *, detection: float) -> Split:
    """The cheapest sample that finds the loss with the chance asked for, however it is spread over the strata.

    Parameters
    ----------
    strata
        At least one; contents in the unit of ``loss``, costs above zero.
    detection
        The chance for the whole, not for each stratum.

    Raises ``FigureError`` where the strata hold less than the loss, or where even counting every unit does not reach
    the chance (partial defects that are noticed too seldom).
    """
    require_stock(strata, loss)
    _require_costs(strata)
    if len(strata) == 1:
        return _alone(strata[0], loss, detection)
    return _Search(strata, [_taken(strata, loss)], target_evidence(detection), detection).run()


def cheapest_for_all(strata: Sequence[Stratum], losses: Sequence[Diversion], *, detection: float) -> Split:
    """The cheapest sample that finds each of several losses; of the cheapest, the one that is surest to.

    The contents are those of each loss; that of the strata is not looked at. ``worst`` is the mix, of any of the
    losses, that is found least. Raises ``FigureError`` as ``cheapest_split`` does.
    """
    _require_costs(strata)
    for one in losses:
        require_stock(_strata_of(one, strata)[1], one.loss)
    return _surest(strata, losses, _Search(strata, losses, target_evidence(detection), detection).run(), detection)


def surest_of_cheapest(strata: Sequence[Stratum], loss: float, split: Split, *, detection: float) -> Split:
    """Of all samples that cost as much as this one, which is the cheapest, the one whose worst mix is found surest."""
    return _surest(strata, [_taken(strata, loss)], split, detection)


def _surest(strata: Sequence[Stratum], losses: Sequence[Diversion], split: Split, detection: float) -> Split:
    """Ask for a little more than was reached, for the same cost, until nothing reaches it."""
    while split.proved and math.isfinite(split.worst.evidence):
        more = split.worst.evidence * (1 + _SURER)
        surer = _Search(strata, losses, more, detection).no_dearer(split.cost)
        if surer is None:
            break
        split = replace(split, n=surer.n, worst=surer.worst)
    return split


def _taken(strata: Sequence[Stratum], loss: float) -> Diversion:
    return Diversion(tuple(stratum.content for stratum in strata), loss)


def _require_costs(strata: Sequence[Stratum]) -> None:
    if any(stratum.cost <= 0 for stratum in strata):
        raise FigureError("the cost of counting a unit must be above zero")


def _strata_of(one: Diversion, strata: Sequence[Stratum]) -> tuple[list[int], list[Stratum]]:
    """The places of the strata that hold some of a loss, and these strata with what a unit holds of it."""
    places = [place for place, content in enumerate(one.contents) if content > 0]
    return places, [replace(strata[place], content=one.contents[place]) for place in places]


def _alone(stratum: Stratum, loss: float, detection: float) -> Split:
    """One stratum needs no search."""
    defects = defects_of(loss, stratum.content)
    n = least_measured(stratum.units, defects, notice=stratum.notice, detection=detection)
    if n is None:
        raise FigureError(f"even all {stratum.units} units do not show the loss with the chance asked for")
    found = float(evidence(stratum.units, n, np.array([defects]), notice=stratum.notice)[0])
    cost = stratum.cost * n
    return Split((n,), cost, cost, True, SplitMix((defects,), found))


@dataclass(slots=True, eq=False)
class _Box:
    """A part of the search: lowest and highest n of each stratum, and the cost below which nothing is in it."""

    low: Index
    high: Index
    bound: float


class _Search:
    """Branch and bound for the cheapest sample."""

    def __init__(
        self,
        strata: Sequence[Stratum],
        losses: Sequence[Diversion],
        target: float,
        detection: float,
        *,
        lenient: bool = False,
    ) -> None:
        self._strata = strata
        self._losses = [(one, *_strata_of(one, strata)) for one in losses]
        self._detection = detection
        self._target = target
        self._costs = np.array([stratum.cost for stratum in strata])
        self._units: Index = np.array([stratum.units for stratum in strata], dtype=np.int64)
        self._mixes: list[tuple[int, ...]] = []
        self._exact = True
        self._lenient = lenient
        self._seen = self._terms = 0
        self._chords = Chords(strata, target)

    def run(self) -> Split:
        """The cheapest sample, or the best found with the bound proved."""
        low = self._least()
        best = self._some_sample(low)
        best, bound = self._below(low, best, self._cost(best), MOST_STEPS)
        cost = self._cost(best)
        if not self._exact:
            losses = [one for one, _, _ in self._losses]
            lenient = _Search(self._strata, losses, self._target, self._detection, lenient=True)
            _, bound = lenient._below(low, best, cost, MOST_STEPS)
        return Split(tuple(best.tolist()), cost, bound, bound >= cost - _WHOLE, self._least_found(best))

    def no_dearer(self, cost: float) -> Split | None:
        """A sample that costs no more, if one is met with; ``None`` where there is none, or none was found soon."""
        low = self._least()
        if self._worst(self._units).evidence < self._target:
            return None
        found, _ = self._below(low, self._units, cost + 2 * _WHOLE, _STEPS_FOR_SURER, first=True)
        if self._cost(found) > cost + _WHOLE or not self._exact:
            return None
        return Split(tuple(found.tolist()), self._cost(found), cost, True, self._least_found(found))

    def _below(self, low: Index, best: Index, cost: float, steps: int, *, first: bool = False) -> tuple[Index, float]:
        """The best sample that costs less than so much, or the one given, and the bound; or the first that does."""
        high = np.minimum(self._units, low + np.maximum(cost - self._cost(low) + _WHOLE, 0.0) // self._costs)
        boxes = [_Box(low, high.astype(np.int64), self._cost(low))]
        for step in range(1, steps + 1):
            boxes = [box for box in boxes if box.bound < cost - _WHOLE]
            if not boxes or self._seen > MOST_MIXES or self._terms > MOST_TERMS:
                break
            box = min(boxes, key=lambda one: one.bound)
            point, bound = self._relaxed(box)
            box.bound = max(box.bound, bound)
            if point is None or box.bound >= cost - _WHOLE:
                boxes.remove(box)
                continue
            n = np.ceil(point - _WHOLE).astype(np.int64)
            found = self._worst(n)
            feasible = found.evidence >= self._target
            if feasible and self._cost(n) < cost - _WHOLE:
                best, cost = n, self._cost(n)
                if first:
                    break
            elif not feasible and found.defects not in self._mixes:
                self._mixes.append(found.defects)
                if step & (step - 1) == 0 or step % _REPAIR_STEPS == 0:
                    repaired = self._repaired(n, best, low)
                    if self._cost(repaired) < cost - _WHOLE:
                        best, cost = repaired, self._cost(repaired)
            elif box.bound < cost - _WHOLE:
                boxes.remove(box)
                boxes.extend(self._halves(box, point))
        return best, min([cost, *(box.bound for box in boxes)])

    def _repaired(self, n: Index, best: Index, low: Index) -> Index:
        """A sample on the way from n, which misses a mix, to the best one known, as near to n as can be; trimmed."""
        near, far = 0.0, 1.0
        for _ in range(12):
            middle = (near + far) / 2
            between = np.ceil(n + middle * (best - n)).astype(np.int64)
            near, far = (near, middle) if self._worst(between).evidence >= self._target else (middle, far)
        return self._trimmed(np.ceil(n + far * (best - n)).astype(np.int64), low)

    def _cost(self, n: Index) -> float:
        return float(self._costs @ n)

    def _worst(self, n: Index) -> SplitMix:
        """The mix of any of the losses that is found least; where all are found, one that is no less found."""
        found = []
        for one, places, strata in self._losses:
            mix = least_found(strata, n[places].tolist(), one.loss, self._target)
            self._seen += mix.seen
            if not mix.exact and mix.evidence < self._target:
                mix = self._held(mix, n, places, one)
            found.append(replace(mix, defects=self._spread(mix, places)))
        return min(found, key=lambda mix: mix.evidence)

    def _held(self, mix: SplitMix, n: Index, places: Sequence[int], one: Diversion) -> SplitMix:
        """The mix with units added until it truly holds the loss, if that is missed, too; else it is in doubt."""
        whole = self._completed(mix, n, places, one)
        if whole is not None and whole.evidence < self._target:
            return whole
        if self._lenient:
            return replace(mix, evidence=self._target)
        self._exact = False
        return mix

    def _completed(self, mix: SplitMix, n: Index, places: Sequence[int], one: Diversion) -> SplitMix | None:
        """The mix with the units of one stratum added that lack to the loss, so that it is found least."""
        held = math.fsum(one.contents[place] * taken for place, taken in zip(places, mix.defects, strict=True))
        lacking = one.loss * (1 - SAMPLE_ROUNDING) - held
        ways = [mix.defects] if lacking <= 0 else []
        for at, place in enumerate(places) if lacking > 0 else ():
            more = mix.defects[at] + math.ceil(lacking / one.contents[place])
            if more <= self._units[place]:
                ways.append((*mix.defects[:at], more, *mix.defects[at + 1 :]))
        found = [
            math.fsum(
                self._chords.evidence(place, int(n[place]), taken) for place, taken in zip(places, way, strict=True)
            )
            for way in ways
        ]
        return replace(mix, defects=ways[int(np.argmin(found))], evidence=min(found), exact=True) if ways else None

    def _least_found(self, n: Index) -> SplitMix:
        """The worst mix of a sample that was found to do; rounding masses must not take that back."""
        found = []
        for one, places, strata in self._losses:
            mix = worst_mix(strata, n[places].tolist(), one.loss)
            found.append(replace(mix, defects=self._spread(mix, places), evidence=max(mix.evidence, self._target)))
        return min(found, key=lambda mix: mix.evidence)

    def _spread(self, mix: SplitMix, places: Sequence[int]) -> tuple[int, ...]:
        """The units of a mix by stratum, those that hold nothing of its loss included."""
        defects = dict(zip(places, mix.defects, strict=True))
        return tuple(defects.get(place, 0) for place in range(len(self._strata)))

    def _least(self) -> Index:
        """Each stratum that holds the whole loss must find it by itself: no sample is smaller."""
        least = np.zeros(len(self._strata), np.int64)
        for one, places, strata in self._losses:
            for place, stratum in zip(places, strata, strict=True):
                defects = defects_of(one.loss, stratum.content)
                if defects <= stratum.units:
                    n = least_measured(stratum.units, defects, notice=stratum.notice, detection=self._detection)
                    least[place] = max(least[place], stratum.units if n is None else n)
        return least

    def _some_sample(self, low: Index) -> Index:
        """A sample that finds every mix: shares of a common strength, then each stratum as small as it can be."""
        if self._worst(self._units).evidence < self._target:
            raise FigureError("even all units of all strata do not show the loss with the chance asked for")
        parts: Array = np.max([np.array(one.contents) / one.loss for one, _, _ in self._losses], axis=0)
        parts = parts * np.array([stratum.notice for stratum in self._strata])

        def sample(strength: float) -> Index:
            share = np.ceil(self._units * -np.expm1(-strength * parts)).astype(np.int64)
            return np.clip(share, low, self._units).astype(np.int64)

        weak, strong = 0.0, self._target
        while self._worst(sample(strong)).evidence < self._target:
            weak, strong = strong, 2 * strong
        for _ in range(30):
            middle = (weak + strong) / 2
            weak, strong = (weak, middle) if self._worst(sample(middle)).evidence >= self._target else (middle, strong)
        return self._trimmed(sample(strong), low)

    def _trimmed(self, n: Index, low: Index) -> Index:
        """Lower the costliest stratum first, as far as every mix is still found."""
        n = n.copy()
        for place in np.argsort(-self._costs, kind="stable"):
            fewest, most = int(low[place]), int(n[place])
            while fewest < most:
                n[place] = (fewest + most) // 2
                if self._worst(n).evidence >= self._target:
                    most = int(n[place])
                else:
                    fewest = int(n[place]) + 1
            n[place] = most
        return n

    def _halves(self, box: _Box, point: Array) -> list[_Box]:
        """Split the box at the point: where it is no whole number, else where a chord lies furthest above the evidence.

        A box that is one point, and that no chord lets pass wrongly, is done with.
        """
        parts = np.abs(point - np.rint(point))
        place = int(np.argmax(parts))
        if parts[place] <= _WHOLE:
            gaps = self._gaps(box, np.rint(point).astype(np.int64))
            place = int(np.argmax(gaps))
            if gaps[place] < 0:
                return []
        at = int(np.clip(math.floor(point[place] + _WHOLE), box.low[place], box.high[place] - 1))
        below, above = box.high.copy(), box.low.copy()
        below[place], above[place] = at, at + 1
        return [_Box(box.low, below, box.bound), _Box(above, box.high, box.bound)]

    def _gaps(self, box: _Box, n: Index) -> Array:
        """By how much the chords of any mix lie above the evidence at n; −1 where the box has no width."""
        gaps = np.full(len(n), -1.0)
        for defects in self._mixes:
            for place, taken in enumerate(defects):
                if taken and box.low[place] < box.high[place]:
                    at_low, slope = self._chords.line(place, int(box.low[place]), int(box.high[place]), taken)
                    allowed = at_low + slope * float(n[place] - box.low[place])
                    gap = allowed - min(self._chords.evidence(place, int(n[place]), taken), self._target)
                    gaps[place] = max(gaps[place], gap)
        return gaps

    def _relaxed(self, box: _Box) -> tuple[Array | None, float]:
        """The cheapest point of the box that the chords of every mix so far allow, and a bound on any n in the box."""
        from scipy.optimize import linprog

        if not self._mixes:
            return box.low.astype(np.float64), self._cost(box.low)
        slopes, limits = self._constraints(box)
        self._terms += slopes.size
        bounds = np.stack([box.low, box.high], axis=1)
        found = linprog(self._costs, A_ub=-slopes, b_ub=-limits, bounds=bounds, method="highs")
        if found.x is None:
            # Status 2: nothing in the box satisfies even the chords. A solver that gave up leaves the bound as it was.
            return (None, math.inf) if found.status == 2 else (box.low.astype(np.float64), box.bound)
        bound = float(found.fun) * (1 - _TIE)
        if np.all(self._costs == np.rint(self._costs)):
            bound = math.ceil(bound - _WHOLE)
        return np.clip(found.x, box.low, box.high), bound

    def _constraints(self, box: _Box) -> tuple[Array, Array]:
        """One row a mix: the chords together must reach the target, ``slopes @ n ≥ limits``."""
        slopes = np.zeros((len(self._mixes), len(self._strata)))
        limits = np.full(len(self._mixes), self._target)
        for row, defects in enumerate(self._mixes):
            for place, taken in enumerate(defects):
                if taken:
                    at_low, slope = self._chords.line(place, int(box.low[place]), int(box.high[place]), taken)
                    slopes[row, place] = slope
                    limits[row] -= at_low - slope * float(box.low[place])
        return slopes, limits
