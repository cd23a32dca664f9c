"""Which inventories of the areas together are an inventory of the whole site, substance by substance.

Areas are seldom counted at one moment. The area with the fewest complete inventories sets the pace: at each of them
every other area gives the complete inventory nearest in time, which must not stand nearer to the pacing area's next or
last one. Where an area has none so near, the moment joins nothing, and the site's period runs on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.accountancy.layout import Layout
from stockward.terms.verdicts import Basis

Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SiteSeries:
    """One substance over the whole site.

    ``members`` are the series of the areas that were counted, in order of area; ``outside`` those of areas with no
    inventory at all, through which goods only pass: what goes there has left. ``slots`` has a row for each joined
    inventory of the site, and a column for each member: the slot of its inventory. ``reason`` says why there are fewer
    than two.
    """

    substance: str
    unit: str | None
    members: Index
    outside: Index
    slots: Index
    reason: str | None


def site_series(layout: Layout, complete: NDArray[np.bool_], at: Index) -> tuple[SiteSeries, ...]:
    """The series of every substance that has a series in two areas or more, in order of the substance.

    ``complete`` and ``at`` (microseconds) have one entry a slot of the layout.
    """
    rows = layout.series.filter(pl.col("basis") == Basis.BULK.value).select(
        "holding", "unit", number=pl.col("series").cast(pl.Int64)
    )
    held = rows.group_by("holding").agg("number", unit=pl.col("unit").drop_nulls().first()).sort("holding")
    many = held.filter(pl.col("number").list.len() > 1)
    return tuple(
        _joined(substance, unit, np.array(numbers), layout, complete, at)
        for substance, numbers, unit in many.select("holding", "number", "unit").iter_rows()
    )


def _joined(
    substance: str, unit: str | None, series: Index, layout: Layout, complete: NDArray[np.bool_], at: Index
) -> SiteSeries:
    counted = np.diff(layout.first)[series] > 1
    members, outside = series[counted], series[~counted]
    areas = layout.series["area"]
    slots = np.zeros((0, len(members)), np.int64)
    if len(members) < 2:
        alone = f"only {areas[int(members[0])]} was ever counted" if len(members) else "none of its areas was counted"
        return SiteSeries(substance, unit, members, outside, slots, alone)
    own = [first + np.flatnonzero(complete[first:end]) for first, end in _bounds(layout, members)]
    never = next((areas[int(one)] for one, found in zip(members, own, strict=True) if not len(found)), None)
    if never is not None:
        why = f"its areas were never counted together: no inventory of {never} is complete"
        return SiteSeries(substance, unit, members, outside, slots, why)
    places = join([at[found] for found in own])
    if len(places) < 2:
        why = "its areas were never counted together: fewer than two inventories of all of them stand near each other"
        return SiteSeries(substance, unit, members, outside, slots, why)
    slots = np.stack([found[column] for found, column in zip(own, places.T, strict=True)], axis=1)
    return SiteSeries(substance, unit, members, outside, slots, None)


def _bounds(layout: Layout, series: Index) -> Iterator[tuple[int, int]]:
    """First slot of each series, and the slot after its last inventory."""
    return zip(layout.first[series].tolist(), (layout.first[series + 1] - 1).tolist(), strict=True)


def join(moments: Sequence[Index]) -> Index:
    """Which inventories of each area stand together; shape (joined, areas), places in the moments of each area.

    ``moments`` are those of the complete inventories of each area, in order of time; no area is without.
    """
    pace = moments[_pacing(moments)]
    gap = np.diff(pace)
    if not len(gap):
        return np.zeros((0, len(moments)), np.int64)
    before, after = np.append(gap[:1], gap), np.append(gap, gap[-1:])
    nearest = np.stack([_nearest(pace, own) for own in moments], axis=1)
    away = np.stack([own[column] for own, column in zip(moments, nearest.T, strict=True)], axis=1) - pace[:, None]
    near = np.all((-2 * away <= before[:, None]) & (2 * away <= after[:, None]), axis=1)
    joined: list[Index] = []
    for places in nearest[near]:
        if not joined or np.all(places > joined[-1]):
            joined.append(places)
    return np.array(joined, dtype=np.int64).reshape(-1, len(moments))


def _pacing(moments: Sequence[Index]) -> int:
    """The area with the fewest inventories in the time in which all were counted; the first of several."""
    begin, end = max(int(own[0]) for own in moments), min(int(own[-1]) for own in moments)
    return int(np.argmin([np.searchsorted(own, end, "right") - np.searchsorted(own, begin) for own in moments]))


def _nearest(pace: Index, own: Index) -> Index:
    """Place of the moment of an area nearest to each of the pace; the earlier of two, and the first of one moment."""
    after = np.searchsorted(own, pace).clip(max=len(own) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(np.abs(own[before] - pace) <= np.abs(own[after] - pace), own[before], own[after])
    return np.asarray(np.searchsorted(own, nearest))
