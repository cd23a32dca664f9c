"""Boxes, of which the book says how many items they hold together, and never which of them is not full.

The sheet asks that the box that is not full gets the last number. Whoever numbered it elsewhere has lost nothing: with
N boxes of b items and M items in the book, all boxes together lack N·b − M of being full (the *slack*), wherever that
is. So as much may be lacking from the boxes counted before anything is known to be missing.

Several boxes that are not full are counted as if filled up from one another, so that the book has N boxes as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from stockward.answers.counting import CountingStratum

Counted = Mapping[int, float | None]
"""Number of each box that was drawn, and what was in it; ``None`` where it was not counted."""


def expected(stratum: CountingStratum, counted: Counted) -> dict[int, float]:
    """What the book says of each box that was drawn.

    Where all boxes are drawn, what they lack of being full is looked for where it was found: first in the last one,
    then in the others in order, then in those that were not counted. Else the last one is the one that is not full.
    """
    slack = _slack(stratum)
    held = dict.fromkeys(counted, float(stratum.per_unit))
    if len(counted) == stratum.units:
        for number in sorted(counted, key=lambda one: (counted[one] is None, one != stratum.units, one)):
            lacking = min(slack, _lacking(stratum, counted[number] or 0.0))
            held[number] -= lacking
            slack -= lacking
    if stratum.units in held:
        held[stratum.units] -= slack
    return held


def missing(stratum: CountingStratum, counted: Counted) -> float:
    """What is missing from the boxes counted, whichever of all boxes was the one that is not full."""
    lacking = math.fsum(_lacking(stratum, one) for one in counted.values() if one is not None)
    return max(0.0, lacking - _slack(stratum))


def surplus(stratum: CountingStratum, counted: Counted) -> float:
    """What the boxes hold above being full; where each was counted, also what they hold in all above the book."""
    found = [one for one in counted.values() if one is not None]
    above = math.fsum(max(0.0, one - stratum.per_unit) for one in found)
    if len(found) < stratum.units:
        return above
    lacking = math.fsum(_lacking(stratum, one) for one in found)
    return above + max(0.0, _slack(stratum) - lacking)


def _slack(stratum: CountingStratum) -> float:
    return stratum.units * stratum.per_unit - stratum.book


def _lacking(stratum: CountingStratum, quantity: float) -> float:
    return max(0.0, stratum.per_unit - quantity)
