"""The cheapest sample over several strata, when the loss that matters may be spread over them in any way.

A loss Q is taken as d_h units from each stratum h, with ``Σ a_h d_h ≥ Q``; a_h is the content of one unit. A sample
(n_h) misses that mix with the chance ``Π_h q_h(n_h, d_h)``; its *evidence* is ``Σ_h f_h(n_h, d_h)``, f = −ln q
[figures.sampling.evidence]. The least evidence over all mixes must reach ``−ln β``.

**The worst mix.** f_h is convex in d, so strata of equal content are joined exactly by sorting their increments.
Different contents are combined by dynamic programming over (mass, evidence), of which only undominated pairs are kept
that can still end below the best mix known, by the bound in which the last unit may be divided; the content with most
units comes last, and needs no table. This is exact up to ``MOST_PAIRS`` pairs at a time. Beyond that, masses are
rounded up to a grid, in the thief's favour: a sample can then be larger than needed, never too small. It is not called
proved, and its bound is only that each stratum must find the loss by itself.

**The cheapest n.** Branch and bound on boxes of n. f_h is convex in n, so its chord over a box lies above it, and the
mixes found so far, with chords in place of f, are a linear relaxation [scipy.optimize.linprog, HiGHS] whose optimum is
a lower bound on the cost. Its n, rounded up, is a sample if no mix defeats it; a mix that does and is new is added;
else the box is split, where n is no whole number or where the chord lies furthest above f. The search ends with the
proof that nothing is cheaper, or after ``MOST_STEPS`` relaxations or ``MOST_MIXES`` mixes with the best sample found
and the bound proved; many strata that are alike end there. Logarithms are compared to a relative 10⁻¹¹.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockward.stats.arrays import Array, Index
from stockward.stats.sampling import (
    SAMPLE_ROUNDING,
    defects_of,
    evidence,
    evidence_up_to,
    least_measured,
    missed_chance,
)
from stockward.terms.errors import FigureError

MOST_PAIRS = 5_000
"""Undominated mixes that are kept at a time, and the grid of masses where there would be more."""

MOST_STEPS = 1_500
"""Relaxations that are solved before the search gives up its proof."""

MOST_MIXES = 40_000_000
"""Mixes that are looked at before it does."""

_REPAIR_STEPS = 50
_WIDEST = 1_000_000
_TIE = 1e-11
_DIGITS = 11
_WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Stratum:
    """Units that are alike: how many, what one of them holds (in the unit of the loss), and what one costs to count.

    ``notice`` is the chance that a defective unit of the sample is seen to be one: 1 for gross defects.
    """

    units: int
    content: float
    cost: float = 1.0
    notice: float = 1.0


@dataclass(frozen=True, slots=True)
class SplitMix:
    """A way to take the loss: how many units from each stratum, and the evidence that a sample has against it.

    ``exact`` is false where masses had to be rounded: then a little less than the loss may stand here. ``seen`` is how
    many mixes were looked at to find it.
    """

    defects: tuple[int, ...]
    evidence: float
    exact: bool = True
    seen: int = 0


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


def worst_mix(strata: Sequence[Stratum], n: Sequence[int], loss: float) -> SplitMix:
    """The mix of units that together hold the loss, against which the sample has the least evidence.

    Raises ``FigureError`` where all strata together hold less than the loss.
    """
    _require_stock(strata, loss)
    return _worst(strata, n, loss, math.inf)


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
    _require_stock(strata, loss)
    if any(stratum.cost <= 0 for stratum in strata):
        raise FigureError("the cost of counting a unit must be above zero")
    if len(strata) == 1:
        return _alone(strata[0], loss, detection)
    return _Search(strata, loss, detection).run()


def most_missing(strata: Sequence[Stratum], n: Sequence[int], *, detection: float) -> float:
    """The largest loss that a sample in which nothing was missing does not exclude with the chance asked for.

    The least upper bound of the losses whose worst mix has evidence below −ln β, in the unit of the contents.
    """
    target = _target(detection)
    total = sum(stratum.units * stratum.content for stratum in strata)
    most, low, high = 0.0, 0.0, total
    while high - low > SAMPLE_ROUNDING * total:
        middle = (low + high) / 2
        mix = _worst(strata, n, middle, target)
        if mix.evidence >= target:
            high = middle
            continue
        held = math.fsum(stratum.content * taken for stratum, taken in zip(strata, mix.defects, strict=True))
        most, low = max(most, held), max(middle, min(held, high))
    return most


def _target(detection: float) -> float:
    num, den = missed_chance(detection)
    return (math.log(den) - math.log(num)) * (1 - _TIE)


def _require_stock(strata: Sequence[Stratum], loss: float) -> None:
    stock = math.fsum(stratum.units * stratum.content for stratum in strata)
    if not loss > 0:
        raise FigureError(f"the loss must be above zero; got {loss!r}")
    if stock < loss * (1 - SAMPLE_ROUNDING):
        raise FigureError(f"all units together hold {stock:g}, less than the loss of {loss:g}")


def _alone(stratum: Stratum, loss: float, detection: float) -> Split:
    """One stratum needs no search."""
    defects = defects_of(loss, stratum.content)
    n = least_measured(stratum.units, defects, notice=stratum.notice, detection=detection)
    if n is None:
        raise FigureError(f"even all {stratum.units} units do not show the loss with the chance asked for")
    found = float(evidence(stratum.units, n, np.array([defects]), notice=stratum.notice)[0])
    cost = stratum.cost * n
    return Split((n,), cost, cost, True, SplitMix((defects,), found))


@dataclass(frozen=True, slots=True)
class _Group:
    """Strata of one content as one: the least evidence against each number of units, and whose unit each one is."""

    content: float
    evidence: Array
    owner: Index

    def shared_out(self, units: int, strata: int) -> Index:
        """How many of the first units belong to each stratum."""
        return np.bincount(self.owner[:units], minlength=strata).astype(np.int64)


def _joined(strata: Sequence[Stratum], n: Sequence[int], loss: float) -> list[_Group]:
    """Groups of equal content; those of infinite evidence, or more than the loss needs, are left out."""
    parts: dict[float, list[tuple[Array, Index]]] = {}
    for place, (stratum, size) in enumerate(zip(strata, n, strict=True)):
        most = min(stratum.units, defects_of(loss, stratum.content))
        found = evidence_up_to(stratum.units, size, most, notice=stratum.notice)
        rising = np.diff(found[np.isfinite(found)])
        # Rounding must not break the order that convexity gives.
        rising = np.maximum.accumulate(rising)
        parts.setdefault(stratum.content, []).append((rising, np.full(len(rising), place)))
    groups = []
    for content, members in parts.items():
        rising = np.concatenate([member for member, _ in members])
        owner = np.concatenate([owners for _, owners in members])
        order = np.argsort(rising, kind="stable")[: defects_of(loss, content)]
        groups.append(_Group(content, np.concatenate([[0.0], np.cumsum(rising[order])]), owner[order]))
    return groups


class _Envelope:
    """The least evidence against a mass when units may be divided: every increment of the groups, cheapest mass first.

    It lies below the evidence against any mix of whole units, since each group's evidence is convex.
    """

    def __init__(self, groups: Sequence[_Group]) -> None:
        rising = [np.diff(group.evidence) for group in groups]
        each = np.concatenate(rising)
        content = np.concatenate([np.full(len(one), group.content) for one, group in zip(rising, groups, strict=True)])
        self.group = np.concatenate([np.full(len(one), place) for place, one in enumerate(rising)])
        order = np.argsort(each / content, kind="stable")
        self.group, self._each, self._content = self.group[order], each[order], content[order]

    def since(self, place: int) -> tuple[Array, Array]:
        """Masses and evidences of the groups from this place on, both from 0 up."""
        kept = self.group >= place
        zero = np.zeros(1)
        return (
            np.concatenate([zero, np.cumsum(self._content[kept])]),
            np.concatenate([zero, np.cumsum(self._each[kept])]),
        )

    def whole_units(self, groups: Sequence[_Group], need: float) -> tuple[list[int], float] | None:
        """A mix of whole units by the same order, and the evidence against it; ``None`` where there is too little."""
        mass, _ = self.since(0)
        last = int(np.searchsorted(mass, need))
        if last >= len(mass):
            return None
        taken = np.bincount(self.group[:last], minlength=len(groups)).tolist()
        return taken, math.fsum(float(group.evidence[units]) for group, units in zip(groups, taken, strict=True))


def _worst(strata: Sequence[Stratum], n: Sequence[int], loss: float, limit: float) -> SplitMix:
    """The worst mix; where its evidence reaches the limit, some mix with the evidence that all have at least."""
    groups = sorted(_joined(strata, n, loss), key=lambda group: len(group.evidence))
    need = loss * (1 - SAMPLE_ROUNDING)
    envelope = _Envelope(groups)
    known = envelope.whole_units(groups, need)
    mass, found = envelope.since(0)
    least = float(np.interp(need, mass, found)) if known is not None else math.inf
    taken, best = known if known is not None else ([len(group.evidence) - 1 for group in groups], math.inf)
    if least >= limit or known is None:
        return SplitMix(_shared_out(groups, taken, len(strata)), least)
    bound = min(best, limit)
    pairs = _Pairs.none()
    for place, group in enumerate(groups[:-1]):
        pairs = pairs.with_group(group, need, bound, envelope.since(place + 1))
    better = _finished(pairs, groups[-1], need)
    if better is not None and better[1] < best:
        taken, best = better
    return SplitMix(
        _shared_out(groups, taken, len(strata)), best if best < limit else max(limit, least), pairs.exact, pairs.seen
    )


def _shared_out(groups: Sequence[_Group], taken: Sequence[int], strata: int) -> tuple[int, ...]:
    """Units by stratum, from units by group."""
    defects = sum(
        (group.shared_out(units, strata) for group, units in zip(groups, taken, strict=True)), np.zeros(strata)
    )
    return tuple(int(one) for one in defects)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Undominated mixes of the groups so far, by rising mass: mass, evidence, and the units taken of each group."""

    mass: Array
    evidence: Array
    taken: Index
    exact: bool
    seen: int

    @classmethod
    def none(cls) -> _Pairs:
        return cls(np.zeros(1), np.zeros(1), np.zeros((1, 0), np.int64), True, 0)

    def with_group(self, group: _Group, need: float, bound: float, rest: tuple[Array, Array]) -> _Pairs:
        """Every mix with every number of units of one more group, less those that another one dominates.

        Left out too is what the groups still to come (``rest``, their envelope) cannot complete below the bound.
        """
        width = len(group.evidence)
        pairs = self.thinned(need, max(_WIDEST // width, 1))
        mass = np.minimum(pairs.mass[:, None] + group.content * np.arange(width), need).ravel()
        # Sums that differ by rounding alone are one mass.
        mass = np.round(mass / need, _DIGITS) * need
        found = (pairs.evidence[:, None] + group.evidence).ravel()
        lacking = need - mass
        hopeful = np.flatnonzero((found + np.interp(lacking, *rest) < bound) & (lacking <= rest[0][-1]))
        # By falling mass, and rising evidence where it is the same: what has not less evidence than all before it goes.
        order = hopeful[np.lexsort((found[hopeful], -mass[hopeful]))]
        least = np.minimum.accumulate(np.concatenate([[np.inf], found[order]]))
        kept = order[found[order] < least[:-1]][::-1]
        taken = np.concatenate([pairs.taken[kept // width], (kept % width)[:, None]], axis=1)
        seen = self.seen + len(mass)
        return _Pairs(mass[kept], found[kept], taken, pairs.exact, seen).thinned(need, MOST_PAIRS)

    def thinned(self, loss: float, most: int) -> _Pairs:
        """At most so many pairs: masses are rounded up to a grid, which makes each mix better for the thief."""
        if len(self.mass) <= most:
            return self
        cell = np.ceil(self.mass / loss * most).astype(np.int64)
        # By rising mass evidence rises too: the first of a cell is the one that is found least.
        _, first = np.unique(cell, return_index=True)
        mass = np.minimum(cell[first] * (loss / most), loss)
        return _Pairs(mass, self.evidence[first], self.taken[first], False, self.seen)


def _finished(pairs: _Pairs, last: _Group, need: float) -> tuple[list[int], float] | None:
    """Fill each mix up to the loss with units of the last group, and take the one with the least evidence."""
    units = np.ceil(np.maximum(need - pairs.mass, 0.0) / last.content).astype(np.int64)
    enough = np.flatnonzero(units < len(last.evidence))
    if len(enough) == 0:
        return None
    found = pairs.evidence[enough] + last.evidence[units[enough]]
    best = int(np.argmin(found))
    place = enough[best]
    return [*pairs.taken[place].tolist(), int(units[place])], float(found[best])


@dataclass(slots=True, eq=False)
class _Box:
    """A part of the search: lowest and highest n of each stratum, and the cost below which nothing is in it."""

    low: Index
    high: Index
    bound: float


class _Search:
    """Branch and bound for the cheapest sample."""

    def __init__(self, strata: Sequence[Stratum], loss: float, detection: float) -> None:
        self._strata = strata
        self._loss = loss
        self._detection = detection
        self._target = _target(detection)
        self._costs = np.array([stratum.cost for stratum in strata])
        self._units: Index = np.array([stratum.units for stratum in strata], dtype=np.int64)
        self._mixes: list[tuple[int, ...]] = []
        self._exact = True
        self._seen = 0
        self._chords: dict[tuple[int, int, int, int], tuple[float, float]] = {}
        self._known: dict[tuple[int, float, int, int], float] = {}

    def run(self) -> Split:
        """The cheapest sample, or the best found with the bound proved."""
        low = self._alone()
        best = self._some_sample(low)
        cost = self._cost(best)
        high = np.minimum(self._units, low + (cost - self._cost(low) + _WHOLE) // self._costs)
        boxes = [_Box(low, high.astype(np.int64), self._cost(low))]
        for step in range(1, MOST_STEPS + 1):
            boxes = [box for box in boxes if box.bound < cost - _WHOLE]
            if not boxes or self._seen > MOST_MIXES:
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
            elif not feasible and found.defects not in self._mixes:
                self._mixes.append(found.defects)
                if step & (step - 1) == 0 or step % _REPAIR_STEPS == 0:
                    repaired = self._repaired(n, best, low)
                    if self._cost(repaired) < cost - _WHOLE:
                        best, cost = repaired, self._cost(repaired)
            elif box.bound < cost - _WHOLE:
                boxes.remove(box)
                boxes.extend(self._halves(box, point))
        bound = min([cost, *(box.bound for box in boxes)]) if self._exact else self._cost(low)
        worst = worst_mix(self._strata, best.tolist(), self._loss)
        return Split(tuple(best.tolist()), cost, bound, self._exact and bound >= cost - _WHOLE, worst)

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
        mix = _worst(self._strata, n.tolist(), self._loss, self._target)
        self._exact = self._exact and mix.exact
        self._seen += mix.seen
        return mix

    def _alone(self) -> Index:
        """Each stratum that holds the whole loss must find it by itself: no sample is smaller."""
        least = np.zeros(len(self._strata), np.int64)
        for place, stratum in enumerate(self._strata):
            defects = defects_of(self._loss, stratum.content)
            if defects <= stratum.units:
                n = least_measured(stratum.units, defects, notice=stratum.notice, detection=self._detection)
                least[place] = stratum.units if n is None else n
        return least

    def _some_sample(self, low: Index) -> Index:
        """A sample that finds every mix: shares of a common strength, then each stratum as small as it can be."""
        contents: Array = np.array([stratum.content * stratum.notice for stratum in self._strata], dtype=np.float64)
        whole = self._worst(self._units)
        if whole.evidence < self._target:
            raise FigureError("even all units of all strata do not show the loss with the chance asked for")

        def sample(strength: float) -> Index:
            share = np.ceil(self._units * -np.expm1(-strength * contents)).astype(np.int64)
            return np.clip(share, low, self._units).astype(np.int64)

        weak, strong = 0.0, self._target / self._loss
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

    def _evidence(self, place: int, n: int, defects: int) -> float:
        stratum = self._strata[place]
        key = (stratum.units, stratum.notice, n, defects)
        if key not in self._known:
            self._known[key] = float(evidence(stratum.units, n, np.array([defects]), notice=stratum.notice)[0])
        return self._known[key]

    def _chord(self, box: _Box, place: int, defects: int) -> tuple[float, float]:
        """Height at the low end, and slope, of a line above the evidence over the box, which counts up to the target.

        Beyond the n at which the evidence alone reaches the target, all that is above the target is alike.
        """
        low, high = int(box.low[place]), int(box.high[place])
        key = (place, low, high, defects)
        if key not in self._chords:
            at_low = min(self._evidence(place, low, defects), self._target)
            reach = self._reaching(place, low, high, defects)
            at_reach = min(self._evidence(place, reach, defects), self._target)
            self._chords[key] = at_low, (at_reach - at_low) / (reach - low) if reach > low else 0.0
        return self._chords[key]

    def _reaching(self, place: int, low: int, high: int, defects: int) -> int:
        """The least n above ``low`` at which the evidence alone reaches the target; ``high`` where none does."""
        if self._evidence(place, high, defects) <= self._target:
            return high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._evidence(place, middle, defects) >= self._target else (middle, high)
        return high

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
                    at_low, slope = self._chord(box, place, taken)
                    allowed = at_low + slope * float(n[place] - box.low[place])
                    gap = allowed - min(self._evidence(place, int(n[place]), taken), self._target)
                    gaps[place] = max(gaps[place], gap)
        return gaps

    def _relaxed(self, box: _Box) -> tuple[Array | None, float]:
        """The cheapest point of the box that the chords of every mix so far allow, and a bound on any n in the box."""
        from scipy.optimize import linprog

        if not self._mixes:
            return box.low.astype(np.float64), self._cost(box.low)
        slopes, limits = self._constraints(box)
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
                    at_low, slope = self._chord(box, place, taken)
                    slopes[row, place] = slope
                    limits[row] -= at_low - slope * float(box.low[place])
        return slopes, limits
