"""Which inventories are complete, and which intervals a row at fault could have touched, series by series.

An inventory that left out a material with a book quantity is incomplete for every series which that material enters:
the balance stays open until the next complete one. So it does for a material outside the scope of the inventory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.balance.layout import Layout, PairSlots
from stockward.balance.legs import BOOK_SIGN, Entries
from stockward.balance.quarantine.doubts import NONE_LEFT
from stockward.balance.quarantine.touches import Touches
from stockward.balance.scope.slots import HELD, NAMED, OUTSIDE, ScopedSlots
from stockward.balance.sums import sums_by
from stockward.stats.arrays import Flags, Index


@dataclass(frozen=True, slots=True)
class Completeness:
    """By slot of the layout: inventories that are complete, and those that bound no balance that can be trusted.

    ``doubtful`` inventories are such as a row at fault touches, or that left out a material whose book a row at fault
    has made uncertain. ``left_out`` lists what incomplete inventories left out: ``slot``, ``material`` (key) and
    ``book``, in the material's own unit, and ``why`` [scope.slots].
    """

    complete: Flags
    doubtful: Flags
    left_out: pl.DataFrame


def completeness(
    layout: Layout, flows: Entries, counts: Entries, touches: Touches, scoped: ScopedSlots
) -> Completeness:
    """Book quantities at every inventory, what was left out, and where nobody can say."""
    slots = PairSlots.of(layout)
    place = slots.place(layout, flows.pair, flows.slot)
    net = sums_by(place, flows.quantity * BOOK_SIGN[flows.role], slots.slots)
    moved = sums_by(place, flows.quantity, slots.slots)
    place = slots.place(layout, counts.pair, counts.slot)
    found = sums_by(place, counts.quantity, slots.slots)
    counted = np.bincount(place, minlength=slots.slots) > 0
    # Where a row at fault may decide what was to be counted, an empty book leaves it open what the inventory says.
    must = scoped.must_be_counted & ~touches.pair_counted & ~touches.edges[slots.slot]
    uncertain = _uncertain(touches, counted, slots) & ~must
    left = np.flatnonzero(~counted & ~uncertain & ~slots.after_the_last)
    last = _last_before(counted, slots)[left]
    begin = np.where(last >= 0, last + 1, slots.first[:-1][slots.pair[left]])
    base = np.where(last >= 0, found[last], 0.0)
    book = base + _sums(net, begin, left + 1)
    held = np.abs(book) > NONE_LEFT * (base + _sums(moved, begin, left + 1))
    kept = must[left] | held
    missing, book, held = left[kept], book[kept], held[kept]
    complete = np.ones(layout.slots, bool)
    complete[layout.first[1:] - 1] = False
    complete[slots.slot[missing]] = False
    doubtful = touches.edges.copy()
    doubtful[slots.slot[~counted & uncertain]] = True
    return Completeness(
        complete=complete,
        doubtful=doubtful,
        left_out=pl.DataFrame(
            {
                "slot": slots.slot[missing],
                "material": layout.pairs["material_key"].gather(slots.pair[missing]),
                "book": book,
                "why": np.where(scoped.outside[missing], OUTSIDE, np.where(held, HELD, NAMED)),
            }
        ),
    )


def _uncertain(touches: Touches, counted: Flags, slots: PairSlots) -> Flags:
    """Where rows at fault moved or counted a material since its last sure count, so that its book is uncertain.

    Whether an inventory that left it out is complete nobody can say; it passes for complete, and is doubtful.
    """
    since = _last_before(counted & ~touches.pair_counted, slots)
    moved = np.where(touches.pair_touched, np.arange(slots.slots), -1)
    moved = np.maximum.accumulate(moved) if len(moved) else moved
    moved = np.where(moved >= slots.first[:-1][slots.pair], moved, -1)
    return touches.pair_counted | (moved > since) | (_last_before(touches.pair_counted, slots) > since)


def _last_before(counted: Flags, slots: PairSlots) -> Index:
    """For each slot, the last earlier slot of the same pair at which it was counted; −1 where there is none."""
    place = np.where(counted, np.arange(len(counted)), -1)
    latest = np.concatenate([[-1], np.maximum.accumulate(place)[:-1]]) if len(place) else place
    return np.where(latest >= slots.first[:-1][slots.pair], latest, -1)


def _sums(change: NDArray[np.float64], begin: Index, end: Index) -> NDArray[np.float64]:
    """Sums over ``change[begin:end]``, each by itself, so that no other series' rounding enters."""
    edges = np.stack([begin, end], axis=1).ravel()
    return np.add.reduceat(np.append(change, 0.0), edges)[::2] if len(edges) else np.zeros(0)
