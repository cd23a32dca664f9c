"""Which inventories are complete, and which intervals a row at fault could have touched, series by series.

An inventory that left out a material with a book quantity is incomplete for every series which that material enters:
the balance stays open until the next complete one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.accountancy.layout import Layout, PairSlots
from stockward.accountancy.legs import BOOK_SIGN, Entries
from stockward.accountancy.touches import Touches

Index = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE_LEFT = 1e-9
"""A book quantity within this share of what has passed through is none."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """By slot of the layout: inventories that are complete, and intervals that a row at fault touches.

    ``left_out`` lists what incomplete inventories left out: ``slot``, ``material`` (key) and ``book``, in the
    material's own unit.
    """

    complete: Flags
    touched: Flags
    left_out: pl.DataFrame


def completeness(layout: Layout, flows: Entries, counts: Entries, touches: Touches) -> Completeness:
    """Book quantities at every inventory, what was left out, and how long a doubt lingers."""
    slots = PairSlots.of(layout)
    place = slots.place(layout, flows.pair, flows.slot)
    net = np.bincount(place, flows.quantity * BOOK_SIGN[flows.role], slots.slots)
    moved = np.bincount(place, flows.quantity, slots.slots)
    place = slots.place(layout, counts.pair, counts.slot)
    found = np.bincount(place, counts.quantity, slots.slots)
    counted = (np.bincount(place, minlength=slots.slots) > 0) | touches.pair_counted
    last = _last_before(counted, slots)
    uncounted = ~counted
    uncounted[slots.first[1:] - 1] = False
    left = np.flatnonzero(uncounted)
    begin = np.where(last >= 0, last + 1, slots.first[:-1][slots.pair])[left]
    base = np.where(last >= 0, found[last], 0.0)[left]
    book = base + _sums(net, begin, left + 1)
    through = base + _sums(moved, begin, left + 1)
    kept = np.abs(book) > NONE_LEFT * through
    missing, book = left[kept], book[kept]
    complete = np.ones(layout.slots, bool)
    complete[layout.first[1:] - 1] = False
    complete[slots.slot[missing]] = False
    return Completeness(
        complete=complete,
        touched=_lingering(touches, last, slots),
        left_out=pl.DataFrame({
            "slot": slots.slot[missing],
            "material": layout.pairs["material_key"].gather(slots.pair[missing]),
            "book": book,
        }),
    )


def _last_before(counted: Flags, slots: PairSlots) -> Index:
    """For each slot, the last earlier slot of the same pair at which it was counted; −1 where there is none."""
    place = np.where(counted, np.arange(len(counted)), -1)
    latest = np.concatenate([[-1], np.maximum.accumulate(place)[:-1]]) if len(place) else place
    return np.where(latest >= slots.first[:-1][slots.pair], latest, -1)


def _sums(change: NDArray[np.float64], begin: Index, end: Index) -> NDArray[np.float64]:
    """Sums over ``change[begin:end]``, each by itself, so that no other series' rounding enters."""
    edges = np.stack([begin, end], axis=1).ravel()
    return np.add.reduceat(np.append(change, 0.0), edges)[::2] if len(edges) else np.zeros(0)


def _lingering(touches: Touches, last: Index, slots: PairSlots) -> Flags:
    """Intervals that are touched: a material that a row at fault moved stays in doubt until it is next counted."""
    touched = touches.intervals.copy()
    place = np.where(touches.pair_touched, np.arange(slots.slots), -1)
    latest = np.maximum.accumulate(place) if len(place) else place
    in_doubt = (latest >= slots.first[:-1][slots.pair]) & (latest > last)
    touched[slots.slot[in_doubt]] = True
    return touched
