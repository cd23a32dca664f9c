"""The mix of units that together hold a loss, and that a sample finds least likely.

f_h is convex in d, so strata of equal content are joined exactly by sorting their increments. Different contents are
combined by dynamic programming over (mass, evidence), of which only undominated pairs are kept that can still end below
the best mix known, by the bound in which the last unit may be divided; the content with most units comes last, and
needs no table. This is exact up to ``MOST_PAIRS`` pairs at a time. Beyond that, masses are rounded up to a grid, in the
thief's favour: a sample can then be larger than needed, never too small.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockward.stats.arrays import Array, Index
from stockward.stats.sampling import SAMPLE_ROUNDING, defects_of, evidence_up_to, missed_chance
from stockward.terms.errors import FigureError

MOST_PAIRS = 5_000
"""Undominated mixes that are kept at a time, and the grid of masses where there would be more."""

_MANY = 400
"""Of more units than these, one mix that is missed will do where it is only asked whether any is."""
_WIDEST = 1_000_000
_TIE = 1e-11
_DIGITS = 11


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


def worst_mix(strata: Sequence[Stratum], n: Sequence[int], loss: float) -> SplitMix:
    """The mix of units that together hold the loss, against which the sample has the least evidence.

    Raises ``FigureError`` where all strata together hold less than the loss.
    """
    require_stock(strata, loss)
    return least_found(strata, n, loss, math.inf)


def most_missing(strata: Sequence[Stratum], n: Sequence[int], *, detection: float) -> float:
    """The largest loss that a sample in which nothing was missing does not exclude with the chance asked for.

    The least upper bound of the losses whose worst mix has evidence below −ln β, in the unit of the contents.
    """
    target = target_evidence(detection)
    total = sum(stratum.units * stratum.content for stratum in strata)
    most, low, high = 0.0, 0.0, total
    while high - low > SAMPLE_ROUNDING * total:
        middle = (low + high) / 2
        mix = least_found(strata, n, middle, target)
        if mix.evidence >= target:
            high = middle
            continue
        held = math.fsum(stratum.content * taken for stratum, taken in zip(strata, mix.defects, strict=True))
        most, low = max(most, held), max(middle, min(held, high))
    return most


def target_evidence(detection: float) -> float:
    """The evidence that the least likely mix must reach, −ln (1 − detection), less a relative 10⁻¹¹."""
    num, den = missed_chance(detection)
    return (math.log(den) - math.log(num)) * (1 - _TIE)


def require_stock(strata: Sequence[Stratum], loss: float) -> None:
    """Raise ``FigureError`` for a loss of nothing, or of more than all units hold."""
    stock = math.fsum(stratum.units * stratum.content for stratum in strata)
    if not loss > 0:
        raise FigureError(f"the loss must be above zero; got {loss!r}")
    if stock < loss * (1 - SAMPLE_ROUNDING):
        raise FigureError(f"all units together hold {stock:g}, less than the loss of {loss:g}")


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


def least_found(strata: Sequence[Stratum], n: Sequence[int], loss: float, limit: float) -> SplitMix:
    """The worst mix of a loss that the strata hold.

    Where its evidence reaches the limit, some mix with the evidence that all have at least; of many units, where that
    is below the limit, one such mix, which need not be the worst.
    """
    groups = sorted(_joined(strata, n, loss), key=lambda group: len(group.evidence))
    need = loss * (1 - SAMPLE_ROUNDING)
    envelope = _Envelope(groups)
    known = envelope.whole_units(groups, need)
    mass, found = envelope.since(0)
    least = float(np.interp(need, mass, found)) if known is not None else math.inf
    taken, best = known if known is not None else ([len(group.evidence) - 1 for group in groups], math.inf)
    missed_at_once = best < limit < math.inf and sum(len(group.evidence) for group in groups) > _MANY
    if least >= limit or known is None or missed_at_once:
        return SplitMix(_shared_out(groups, taken, len(strata)), best if missed_at_once else least)
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
