"""The cheapest sample over several strata, when the loss that matters may be spread over them in any way.

A loss Q is taken as d_h units from each stratum h, with ``Σ a_h d_h ≥ Q``; a_h is the content of one unit. A sample
(n_h) misses that mix with the chance ``Π_h q_h(n_h, d_h)``; its *evidence* is ``Σ_h f_h(n_h, d_h)``, f = −ln q
[figures.sampling.evidence]. The least evidence over all mixes must reach ``−ln β``.

**The worst mix.** f_h is convex in d, so strata of equal content are joined exactly by sorting their increments.
Different contents are combined by dynamic programming over (mass, evidence), of which only undominated pairs are kept;
the content with most units comes last, and needs no table. This is exact up to ``MOST_PAIRS`` pairs at a time. Beyond
that, masses are rounded up to a grid, in the thief's favour: a sample can then be larger than needed, never too small.

**The cheapest n.** Branch and bound on boxes of n. f_h is convex in n, so its chord over a box lies above it, and the
mixes found so far, with chords in place of f, are a mixed-integer linear relaxation [scipy.optimize.milp, HiGHS] whose
optimum is a lower bound on the cost. A solution that no mix defeats is feasible; one that a new mix defeats adds this
mix; one that only the chords let pass splits its box. The search ends with the proof that nothing is cheaper, or at
``MOST_STEPS`` relaxations with the best sample found and the bound proved. Logarithms are compared to a relative 10⁻¹¹.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stockward.figures.sampling import (
    ROUNDING,
    defects_of,
    evidence,
    evidence_up_to,
    least_measured,
    missed_chance,
)
from stockward.terms.errors import FigureError

Array = NDArray[np.float64]
Index = NDArray[np.int64]

MOST_PAIRS = 200_000
"""Undominated mixes that are kept at a time, and the grid of masses where there would be more."""

MOST_STEPS = 400
"""Relaxations that are solved before the search gives up its proof."""

_WIDEST = 4_000_000
_TIE = 1e-11
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
class Mix:
    """A way to take the loss: how many units from each stratum, and the evidence that a sample has against it."""

    defects: tuple[int, ...]
    evidence: float


@dataclass(frozen=True, slots=True)
class Split:
    """A sample of each stratum, its cost, the cost below which nothing is possible, and the mix that it finds least.

    ``proved`` says that the bound reaches the cost: no cheaper sample finds every mix.
    """

    n: tuple[int, ...]
    cost: float
    bound: float
    proved: bool
    worst: Mix


def worst_mix(strata: Sequence[Stratum], n: Sequence[int], loss: float) -> Mix:
    """The mix of units that together hold the loss, against which the sample has the least evidence.

    Raises ``FigureError`` where all strata together hold less than the loss.
    """
    _require_stock(strata, loss)
    groups = _joined(strata, n, loss)
    groups.sort(key=lambda group: len(group.evidence))
    *tabled, last = groups
    pairs = _Pairs.none()
    for group in tabled:
        pairs = pairs.with_group(group, loss)
    return _finished(pairs, tabled, last, loss, len(strata))


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
    while high - low > ROUNDING * total:
        middle = (low + high) / 2
        mix = worst_mix(strata, n, middle)
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
    if stock < loss * (1 - ROUNDING):
        raise FigureError(f"all units together hold {stock:g}, less than the loss of {loss:g}")


def _alone(stratum: Stratum, loss: float, detection: float) -> Split:
    """One stratum needs no search."""
    defects = defects_of(loss, stratum.content)
    n = least_measured(stratum.units, defects, notice=stratum.notice, detection=detection)
    if n is None:
        raise FigureError(f"even all {stratum.units} units do not show the loss with the chance asked for")
    found = float(evidence(stratum.units, n, np.array([defects]), notice=stratum.notice)[0])
    cost = stratum.cost * n
    return Split((n,), cost, cost, True, Mix((defects,), found))


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


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Undominated mixes of the groups so far, by rising mass: mass, evidence, and the units taken of each group."""

    mass: Array
    evidence: Array
    taken: Index

    @classmethod
    def none(cls) -> _Pairs:
        return cls(np.zeros(1), np.zeros(1), np.zeros((1, 0), np.int64))

    def with_group(self, group: _Group, loss: float) -> _Pairs:
        """Every mix with every number of units of one more group, less those that another one dominates."""
        finite = np.flatnonzero(np.isfinite(group.evidence))
        pairs = self.thinned(loss, max(_WIDEST // len(finite), 1))
        mass = np.minimum(pairs.mass[:, None] + group.content * finite, loss).ravel()
        found = (pairs.evidence[:, None] + group.evidence[finite]).ravel()
        # By falling mass, and rising evidence where it is the same: what has not less evidence than all before it goes.
        order = np.lexsort((found, -mass))
        least = np.minimum.accumulate(np.concatenate([[np.inf], found[order]]))
        kept = order[found[order] < least[:-1]][::-1]
        earlier, units = kept // len(finite), finite[kept % len(finite)]
        taken = np.concatenate([pairs.taken[earlier], units[:, None]], axis=1)
        return _Pairs(mass[kept], found[kept], taken).thinned(loss, MOST_PAIRS)

    def thinned(self, loss: float, most: int) -> _Pairs:
        """At most so many pairs: masses are rounded up to a grid, which makes each mix better for the thief."""
        if len(self.mass) <= most:
            return self
        cell = np.ceil(self.mass / loss * most).astype(np.int64)
        # By rising mass evidence rises too: the first of a cell is the one that is found least.
        _, first = np.unique(cell, return_index=True)
        return _Pairs(np.minimum(cell[first] * (loss / most), loss), self.evidence[first], self.taken[first])


def _finished(pairs: _Pairs, tabled: Sequence[_Group], last: _Group, loss: float, strata: int) -> Mix:
    """Fill each mix up to the loss with units of the last group, and take the one with the least evidence."""
    lacking = np.maximum(loss * (1 - ROUNDING) - pairs.mass, 0.0)
    units = np.ceil(lacking / last.content).astype(np.int64)
    enough = units < len(last.evidence)
    found = np.where(enough, pairs.evidence + last.evidence[np.minimum(units, len(last.evidence) - 1)], np.inf)
    best = int(np.argmin(found))
    if not math.isfinite(found[best]):
        best = int(np.argmax(enough))
    defects = last.shared_out(int(units[best]), strata)
    for group, taken in zip(tabled, pairs.taken[best].tolist(), strict=True):
        defects = defects + group.shared_out(taken, strata)
    return Mix(tuple(int(one) for one in defects), float(found[best]))


@dataclass(slots=True)
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

    def run(self) -> Split:
        """The cheapest sample, or the best found with the bound proved."""
        low = self._alone()
        best, mix = self._some_sample(low)
        cost = self._cost(best)
        high = np.minimum(self._units, low + (cost - self._cost(low) + _WHOLE) // self._costs)
        boxes = [_Box(low, high.astype(np.int64), self._cost(low))]
        for _ in range(MOST_STEPS):
            boxes = [box for box in boxes if box.bound < cost - _WHOLE]
            if not boxes:
                break
            box = min(boxes, key=lambda one: one.bound)
            n, bound = self._relaxed(box)
            box.bound = max(box.bound, bound)
            if n is None or box.bound >= cost - _WHOLE:
                boxes.remove(box)
                continue
            found = self._worst(n)
            if found.evidence >= self._target:
                best, mix, cost = n, found, self._cost(n)
            elif found.defects in self._mixes or self._chords(box, n, found.defects) >= self._target:
                boxes.remove(box)
                boxes.extend(self._halves(box, n, found.defects))
                self._note(found.defects)
            else:
                self._note(found.defects)
        bound = min([cost, *(box.bound for box in boxes)])
        return Split(tuple(best.tolist()), cost, bound, bound >= cost - _WHOLE, mix)

    def _cost(self, n: Index) -> float:
        return float(self._costs @ n)

    def _worst(self, n: Index) -> Mix:
        return worst_mix(self._strata, n.tolist(), self._loss)

    def _note(self, defects: tuple[int, ...]) -> None:
        if defects not in self._mixes:
            self._mixes.append(defects)

    def _alone(self) -> Index:
        """Each stratum that holds the whole loss must find it by itself: no sample is smaller."""
        least = np.zeros(len(self._strata), np.int64)
        for place, stratum in enumerate(self._strata):
            defects = defects_of(self._loss, stratum.content)
            if defects <= stratum.units:
                n = least_measured(stratum.units, defects, notice=stratum.notice, detection=self._detection)
                least[place] = stratum.units if n is None else n
        return least

    def _some_sample(self, low: Index) -> tuple[Index, Mix]:
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
        n = self._trimmed(sample(strong), low)
        return n, self._worst(n)

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
        return float(evidence(stratum.units, n, np.array([defects]), notice=stratum.notice)[0])

    def _chord(self, box: _Box, place: int, defects: int) -> tuple[float, float]:
        """Height at the low end, and slope, of a line above the evidence over the box, which counts up to the target.

        Beyond the n at which the evidence alone reaches the target, the target itself is the highest that counts.
        """
        low, high = int(box.low[place]), int(box.high[place])
        at_low = min(self._evidence(place, low, defects), self._target)
        reach = high
        if self._evidence(place, high, defects) > self._target:
            under = low
            while reach - under > 1:
                middle = (under + reach) // 2
                if self._evidence(place, middle, defects) >= self._target:
                    reach = middle
                else:
                    under = middle
        at_reach = min(self._evidence(place, reach, defects), self._target)
        return at_low, (at_reach - at_low) / (reach - low) if reach > low else 0.0

    def _chords(self, box: _Box, n: Index, defects: tuple[int, ...]) -> float:
        """Evidence that the chords allow at n."""
        total = 0.0
        for place, taken in enumerate(defects):
            if taken:
                at_low, slope = self._chord(box, place, taken)
                total += min(at_low + slope * float(n[place] - box.low[place]), self._target)
        return total

    def _halves(self, box: _Box, n: Index, defects: tuple[int, ...]) -> list[_Box]:
        """Split the box at n, in the stratum whose chord lies highest above the evidence there."""
        gaps = np.full(len(n), -1.0)
        for place, taken in enumerate(defects):
            if taken and box.low[place] < box.high[place]:
                at_low, slope = self._chord(box, place, taken)
                allowed = min(at_low + slope * float(n[place] - box.low[place]), self._target)
                gaps[place] = allowed - min(self._evidence(place, int(n[place]), taken), self._target)
        place = int(np.argmax(gaps))
        at = int(np.clip(n[place], box.low[place], max(box.high[place] - 1, box.low[place])))
        below, above = box.high.copy(), box.low.copy()
        below[place], above[place] = at, at + 1
        if gaps[place] < 0:
            return []
        return [_Box(box.low, below, box.bound), _Box(above, box.high, box.bound)]

    def _relaxed(self, box: _Box) -> tuple[Index | None, float]:
        """The cheapest whole n of the box that the chords of every mix so far allow, and a bound on any in the box."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        if not self._mixes:
            return box.low.copy(), self._cost(box.low)
        rows, limits, parts = self._constraints(box)
        strata = len(self._strata)
        cost = np.concatenate([self._costs, np.zeros(parts)])
        found = milp(
            cost,
            integrality=np.concatenate([np.ones(strata), np.zeros(parts)]),
            bounds=Bounds(
                np.concatenate([box.low, np.zeros(parts)]), np.concatenate([box.high, np.full(parts, self._target)])
            ),
            constraints=LinearConstraint(csr_array(rows), limits, np.full(len(limits), np.inf)),
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None:
            # Nothing in the box satisfies even the chords; a solver that gave up leaves the bound as it was.
            return (None, math.inf) if found.status == 2 else (box.low.copy(), box.bound)
        n = np.clip(np.rint(found.x[:strata]).astype(np.int64), box.low, box.high)
        bound = float(found.mip_dual_bound)
        if np.all(self._costs == np.rint(self._costs)):
            bound = math.ceil(bound - _WHOLE)
        return n, bound

    def _constraints(self, box: _Box) -> tuple[Array, Array, int]:
        """Rows over (n, t): t of each mix and stratum lies below its chord, and those of a mix reach the target."""
        strata = len(self._strata)
        used = [(mix, place) for mix, taken in enumerate(self._mixes) for place in range(strata) if taken[place]]
        rows = np.zeros((len(used) + len(self._mixes), strata + len(used)))
        limits = np.empty(len(rows))
        for part, (mix, place) in enumerate(used):
            at_low, slope = self._chord(box, place, self._mixes[mix][place])
            rows[part, place], rows[part, strata + part] = slope, -1.0
            limits[part] = slope * float(box.low[place]) - at_low
            rows[len(used) + mix, strata + part] = 1.0
        limits[len(used) :] = self._target
        return rows, limits, len(used)
