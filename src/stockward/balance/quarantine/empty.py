"""When an area surely held nothing of a series: its book was empty, and nothing passed."""

from __future__ import annotations

import numpy as np

from stockward.balance.completeness import Completeness
from stockward.balance.layout import Layout
from stockward.balance.legs import Entries
from stockward.balance.quarantine.touches import Touches
from stockward.stats.arrays import Flags


def empty_intervals(layout: Layout, flows: Entries, counts: Entries, complete: Completeness, touches: Touches) -> Flags:
    """By slot of the layout: whether nothing was there in the interval before its inventory.

    The inventory that began the interval found nothing, or, before the first, the first did; no movement of any kind
    fell into it; and no row at fault could change either.
    """
    found = np.bincount(counts.slot, counts.quantity, layout.slots)
    nothing = (found == 0) & complete.complete & ~complete.doubtful
    still = (np.bincount(flows.slot, minlength=layout.slots) == 0) & ~touches.intervals
    first = layout.first[:-1]
    begun = np.roll(nothing, 1)
    begun[first] = nothing[first]
    return np.asarray(still & begun)
