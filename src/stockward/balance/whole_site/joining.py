"""Which inventories of the areas together are an inventory of the whole site, substance by substance.

Areas are seldom counted at one moment. The area with the fewest complete inventories sets the pace: at each of them
every other area gives the complete inventory nearest in time, which must not stand nearer to the pacing area's next or
last one. Where an area has none so near, the moment joins nothing, and the site's period runs on.

An area that held nothing when it was last counted, and through which nothing passes thereafter, need not be counted
to be known: it follows the others as if it had been counted with nothing in it, and never sets the pace by that it is
not. So does one that was empty up to its first inventory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from stockward.balance.layout import Layout
from stockward.stats.arrays import Flags, Index
from stockward.terms.verdicts import Basis

_Span = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class SiteSeries:
    """One substance over the whole site.

    ``members`` are the series of the areas that were counted, in order of area; ``outside`` those of areas with no
    inventory at all, through which goods only pass: what goes there has left. ``slots`` has a row for each joined
    inventory of the site, and a column for each member: the slot of its inventory. ``counted``, of the same shape, is
    false where an empty area was not counted, and its nearest inventory stands in. ``sure`` says of each span between
    two of them whether it would be one without the doubtful inventories too. ``first`` are the slots of the first
    complete inventory of each member, 0 where nothing is joined. ``reason`` says why there are fewer than two.
    """

    substance: str
    unit: str | None
    members: Index
    outside: Index
    slots: Index
    counted: Flags
    sure: Flags
    first: Index
    reason: str | None

    @property
    def counted_before(self) -> Index:
        """Series of the areas with a complete inventory before the first that is joined."""
        return self._of_first(self.first < self.slots[:1])

    @property
    def first_counted(self) -> Index:
        """Series of the areas whose first complete inventory is among those that are joined first."""
        return self._of_first((self.first == self.slots[:1]) & self.counted[:1])

    def in_doubt(self) -> SiteSeries:
        """The same where nobody can say whether its areas are all of them: none of its spans is sure."""
        return replace(self, sure=np.zeros_like(self.sure))

    def _of_first(self, kept: Flags) -> Index:
        """The members for which it holds of the first joined inventory; none where there is no such."""
        return self.members[kept[0]] if len(kept) else self.members[:0]

    def ends(self, at: Index) -> Index:
        """The moment of each joined inventory: the latest of those of its areas; ``at`` is by slot."""
        return np.asarray(np.max(self._moments(at, np.iinfo(np.int64).min), axis=1))

    def apart(self, at: Index) -> Index:
        """How far apart the areas were counted for each of them; ``at`` is by slot."""
        return np.asarray(self.ends(at) - np.min(self._moments(at, np.iinfo(np.int64).max), axis=1))

    def _moments(self, at: Index, uncounted: int) -> Index:
        return np.where(self.counted, at[self.slots], uncounted)


@dataclass(frozen=True, slots=True)
class Unlisted:
    """An area to which a row at fault may have brought a substance: when it was inventoried (microseconds), and before
    or at which of these inventories that was."""

    at: Index
    since: int

    def possible(self) -> Iterator[tuple[Index, tuple[bool, bool]]]:
        """The moments of the inventories of the substance that are complete if it came there, and whether the area was
        empty before them, and after.

        It was empty till then. What the inventories from then on did not list was left out, if any of it was there.
        """
        yield self.at[: self.since], (True, False)
        yield self.at[: self.since + 1], (True, False)
        yield self.at, (True, True)


def site_series(
    layout: Layout,
    complete: Flags,
    doubtful: Flags,
    empty: Flags,
    at: Index,
    unlisted: Mapping[str, Sequence[Unlisted]],
) -> tuple[SiteSeries, ...]:
    """The series of every substance that has a series in two areas or more, in order of the substance.

    ``complete``, ``doubtful``, ``empty`` (the interval before the inventory) and ``at`` (microseconds) have one entry
    a slot of the layout. ``unlisted`` are areas, by substance, that may be further members of its series.
    """
    rows = layout.series.filter(pl.col("basis") == Basis.BULK.value).select(
        "holding", "unit", number=pl.col("series").cast(pl.Int64)
    )
    held = rows.group_by("holding").agg("number", unit=pl.col("unit").drop_nulls().first()).sort("holding")
    many = held.filter(pl.col("number").list.len() > 1)
    return tuple(
        _joined(
            substance,
            unit,
            np.array(numbers),
            layout,
            _Inventoried(complete, doubtful, empty, at, unlisted.get(substance, ())),
        )
        for substance, numbers, unit in many.select("holding", "number", "unit").iter_rows()
    )


@dataclass(frozen=True, slots=True)
class _Inventoried:
    """What is known of each slot of the layout, and the areas that may be further members."""

    complete: Flags
    doubtful: Flags
    empty: Flags
    at: Index
    unlisted: Sequence[Unlisted]

    def own(self, bounds: Sequence[tuple[int, int]]) -> list[Index]:
        """The complete inventories of each area."""
        return [first + np.flatnonzero(self.complete[first:end]) for first, end in bounds]

    def outer(self, own: Sequence[Index], bounds: Sequence[tuple[int, int]]) -> Flags:
        """Whether each area was empty before its inventories, and after them."""
        empty = self.empty
        return np.array(
            [
                (bool(np.all(empty[first : found[0] + 1])), bool(np.all(empty[found[-1] + 1 : end + 1])))
                for found, (first, end) in zip(own, bounds, strict=True)
            ]
        )


def _joined(substance: str, unit: str | None, series: Index, layout: Layout, known: _Inventoried) -> SiteSeries:
    inventoried = np.diff(layout.first)[series] > 1
    members, outside = series[inventoried], series[~inventoried]
    areas = layout.series["area"]
    nothing = np.zeros((0, len(members)), np.int64)
    none = (nothing, nothing.astype(bool), np.zeros(0, bool), np.zeros(len(members), np.int64))
    if len(members) < 2:
        alone = f"only {areas[int(members[0])]} was ever counted" if len(members) else "none of its areas was counted"
        return SiteSeries(substance, unit, members, outside, *none, alone)
    bounds = list(_bounds(layout, members))
    own = known.own(bounds)
    never = next((areas[int(one)] for one, found in zip(members, own, strict=True) if not len(found)), None)
    if never is not None:
        why = f"its areas were never counted together: no inventory of {never} is complete"
        return SiteSeries(substance, unit, members, outside, *none, why)
    slots, counted = _together(own, known, bounds)
    if len(slots) < 2:
        why = "its areas were never counted together: fewer than two inventories of all of them stand near each other"
        return SiteSeries(substance, unit, members, outside, *none, why)
    first = np.array([found[0] for found in own])
    sure = _sure(slots, counted, known, bounds)
    return SiteSeries(substance, unit, members, outside, slots, counted, sure, first, None)


def _together(own: Sequence[Index], known: _Inventoried, bounds: Sequence[tuple[int, int]]) -> tuple[Index, Flags]:
    """The slots that are joined, and whether they were counted, both of shape (joined, areas)."""
    return _joined_slots(own, known.outer(own, bounds), known.at)


def _joined_slots(own: Sequence[Index], outer: Flags, at: Index) -> tuple[Index, Flags]:
    laid = _with_empty(own, outer, at)
    places = join([moment for moment, _, _ in laid], [counted for _, _, counted in laid])
    slots, counted = (
        np.stack([one[part][column] for one, column in zip(laid, places.T, strict=True)], axis=1) for part in (1, 2)
    )
    return slots, counted


def _sure(slots: Index, counted: Flags, known: _Inventoried, bounds: Sequence[tuple[int, int]]) -> Flags:
    """Of each span between joined inventories, whether it is one in every way that was tried: without any doubtful
    inventory, and without each of them alone; and each time with every area, alone and all together, that may be a
    further member.
    """
    doubted = [first + np.flatnonzero((known.complete & known.doubtful)[first:end]) for first, end in bounds]
    every = np.concatenate(doubted)
    spans = _spans(slots, counted, known.at)
    sure = set(spans)
    nothing_left_out = np.zeros(0, np.int64)
    for left_out in [nothing_left_out, every, *every[:, None]] if len(every) else [nothing_left_out]:
        own = [found[~np.isin(found, left_out)] for found in known.own(bounds)]
        if not all(len(found) for found in own):
            return np.zeros(len(spans), bool)
        outer = known.outer(own, bounds)
        sure &= {*_spans(*_joined_slots(own, outer, known.at), known.at)}
        for further in _further(known.unlisted):
            sure &= _with_further(own, outer, known.at, further)
    return np.array([span in sure for span in spans])


def _further(unlisted: Sequence[Unlisted]) -> Iterator[list[tuple[Index, tuple[bool, bool]]]]:
    """The further members that are tried: each area alone in every way, and all in each way together."""
    ways = [[*area.possible()] for area in unlisted]
    for area in ways:
        yield from ([way] for way in area)
    if len(ways) > 1:
        yield from (list(together) for together in zip(*ways, strict=True))


def _with_further(
    own: Sequence[Index], outer: Flags, at: Index, further: Sequence[tuple[Index, tuple[bool, bool]]]
) -> set[_Span]:
    """The spans of the members, as they would be with these further ones."""
    if not all(len(moments) for moments, _ in further):
        return set()
    members, beside = len(own), [*own]
    for moments, _ in further:
        beside.append(len(at) + np.arange(len(moments)))
        at = np.append(at, moments)
    slots, counted = _joined_slots(beside, np.concatenate([outer, [empty for _, empty in further]]), at)
    return {*_spans(slots, counted, at, members)}


def _spans(slots: Index, counted: Flags, at: Index, members: int | None = None) -> list[_Span]:
    """Each span between joined inventories: at both ends the slots of the members, which of them were counted then, and
    the first and the last moment of all that were.
    """
    moments = at[slots]
    latest = np.max(np.where(counted, moments, np.iinfo(np.int64).min), axis=1)
    earliest = np.min(np.where(counted, moments, np.iinfo(np.int64).max), axis=1)
    ends = zip(
        map(tuple, slots[:, :members].tolist()),
        map(tuple, counted[:, :members].tolist()),
        earliest.tolist(),
        latest.tolist(),
        strict=True,
    )
    return [*pairwise(ends)]


def _with_empty(own: Sequence[Index], outer: Flags, at: Index) -> list[tuple[Index, Index, Flags]]:
    """For each area its inventories, and the moments before the first and after the last at which it was surely empty.

    ``own`` are the slots of the inventories, ``outer`` whether the area was empty before them, and after them, shape
    (areas, 2). Returns the moments in order, the slot of each (where it was not counted, of the nearest inventory), and
    whether it was counted then.
    """
    moments = [at[slots] for slots in own]
    others = [[times for times, empty in zip(moments, side, strict=True) if not empty] for side in outer.T]
    nothing, found = np.zeros(0, np.int64), []
    for slots, mine, (empty_before, empty_after) in zip(own, moments, outer, strict=True):
        before = _fewest([times[times < mine[0]] for times in others[0]]) if empty_before else nothing
        after = _fewest([times[times > mine[-1]] for times in others[1]]) if empty_after else nothing
        moment = np.concatenate([before, mine, after])
        slot = np.concatenate([np.full(len(before), slots[0]), slots, np.full(len(after), slots[-1])])
        counted = np.zeros(len(moment), bool)
        counted[len(before) : len(before) + len(mine)] = True
        found.append((moment, slot, counted))
    return found


def _fewest(moments: Sequence[Index]) -> Index:
    return min(moments, key=len, default=np.zeros(0, np.int64))


def _bounds(layout: Layout, series: Index) -> Iterator[tuple[int, int]]:
    """First slot of each series, and the slot after its last inventory."""
    return zip(layout.first[series].tolist(), (layout.first[series + 1] - 1).tolist(), strict=True)


def join(moments: Sequence[Index], counted: Sequence[Flags] | None = None) -> Index:
    """Which inventories of each area stand together; shape (joined, areas), places in the moments of each area.

    ``moments`` are those of the complete inventories of each area, in order of time; no area is without. They may hold
    such at which it was not ``counted``, since it was empty: these stand in where no inventory is near.
    """
    counted = [np.ones(len(own), bool) for own in moments] if counted is None else counted
    pace = moments[_pacing(moments, counted)]
    gap = np.diff(pace)
    if not len(gap):
        return np.zeros((0, len(moments)), np.int64)
    before, after = np.append(gap[:1], gap), np.append(gap, gap[-1:])
    columns, near = [], np.ones(len(pace), bool)
    for own, real in zip(moments, counted, strict=True):
        inventories, nearest = np.flatnonzero(real), _nearest(pace, own)
        column = inventories[_nearest(pace, own[inventories])]
        column = np.where(_near(own[column] - pace, before, after), column, nearest)
        near &= _near(own[column] - pace, before, after)
        columns.append(column)
    joined: list[Index] = []
    for places in np.stack(columns, axis=1)[near]:
        if not joined or np.all(places > joined[-1]):
            joined.append(places)
    return np.array(joined, dtype=np.int64).reshape(-1, len(moments))


def _near(away: Index, before: Index, after: Index) -> Flags:
    """Whether an inventory stands no nearer to the last or next one of the pacing area than to this."""
    return (-2 * away <= before) & (2 * away <= after)


def _pacing(moments: Sequence[Index], counted: Sequence[Flags]) -> int:
    """The area with the fewest inventories in the time in which all were counted; of several one that was counted at
    more of its moments, and the first of these.

    That time begins and ends with the inventory of each that stands nearest, so that no hour more or less at its ends
    decides who sets the pace.
    """
    ends = np.array([max(own[0] for own in moments), min(own[-1] for own in moments)])
    inside = [int(np.diff(_nearest(ends, own))[0]) for own in moments]
    standing_in = [int(np.sum(~real)) for real in counted]
    return min(range(len(moments)), key=lambda area: (inside[area], standing_in[area]))


def _nearest(pace: Index, own: Index) -> Index:
    """Place of the moment of an area nearest to each of the pace; the earlier of two, and the first of one moment."""
    after = np.searchsorted(own, pace).clip(max=len(own) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(np.abs(own[before] - pace) <= np.abs(own[after] - pace), own[before], own[after])
    return np.asarray(np.searchsorted(own, nearest))
