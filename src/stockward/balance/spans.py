"""The spans of the balances: from one complete inventory to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockward.balance.completeness import Completeness
from stockward.balance.layout import Layout
from stockward.stats.arrays import Flags, Index


@dataclass(frozen=True, slots=True)
class Spans:
    """Every span of every series, in order, and where the slots of the layout fall.

    ``series``, ``start`` and ``end`` (slots of the two inventories) and ``touched`` have one entry a span.
    ``of_interval``, ``beginning_at`` and ``ending_at`` have one a slot: the span that an interval falls into, and
    those that its inventory begins and ends; −1 where there is none. ``previous_complete`` is the last complete
    inventory before each slot.
    """

    series: Index
    start: Index
    end: Index
    touched: Flags
    of_interval: Index
    beginning_at: Index
    ending_at: Index
    previous_complete: Index


def spans_of(layout: Layout, complete: Completeness, intervals: Flags) -> Spans:
    """Join the complete inventories of each series into spans; ``intervals`` are those that a row at fault touches."""
    slots = np.arange(layout.slots)
    first = layout.first[:-1][layout.slot_series]
    latest = np.maximum.accumulate(np.where(complete.complete, slots, -1)) if len(slots) else slots
    before = np.concatenate([[-1], latest[:-1]]) if len(slots) else slots
    previous = np.where(before >= first, before, -1)
    end = np.flatnonzero(complete.complete & (previous >= 0))
    start = previous[end]
    ending_at = np.full(layout.slots, -1)
    ending_at[end] = np.arange(len(end))
    beginning_at = np.full(layout.slots, -1)
    beginning_at[start] = np.arange(len(end))
    following = np.full(layout.slots, layout.slots)
    following[complete.complete] = slots[complete.complete]
    following = np.minimum.accumulate(following[::-1])[::-1]
    in_series = following < layout.first[1:][layout.slot_series]
    of_interval = np.where(in_series, np.append(ending_at, -1)[np.minimum(following, layout.slots)], -1)
    passed = np.concatenate([[0], np.cumsum(intervals)])
    touched = (passed[end + 1] - passed[start + 1] > 0) | complete.doubtful[start] | complete.doubtful[end]
    return Spans(layout.slot_series[end], start, end, touched, of_interval, beginning_at, ending_at, previous)
