"""Three or more that measured the same things: the random error of each, whatever the things weigh [Grubbs 1948]."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import polars as pl

from stockward.answers.measuring.records import MeasuringRecords, ScaleError, ScalesCompared
from stockward.balance.measuring.pairs import compared_pairs, in_one_unit, standing_pairs
from stockward.balance.measuring.standards import checked_methods
from stockward.book.known import KnownBooks
from stockward.stats.measuring.components import grubbs
from stockward.terms.measuring import LEAST_PAIRS

_Scale = tuple[str | None, str | None]
"""A method, or the partner whose it is."""

_SAME = 1e-9


def records_of_measuring(books: KnownBooks, *, false_alarm: float) -> MeasuringRecords:
    """What the readings of standards and the pairs of the books show."""
    pairs = standing_pairs(books)
    readings, contradictory = _readings(pairs)
    return MeasuringRecords(
        checks=checked_methods(books),
        pairs=compared_pairs(books, false_alarm=false_alarm),
        scales=tuple(_compared_scales(readings)),
        cancelled=books.pairs.height - pairs.height,
        set_aside=books.set_aside["pairs"].height,
        contradictory=contradictory,
    )


_Thing = tuple[str, str, str]
"""The kind of its code, the code, and its material."""


def _readings(pairs: pl.DataFrame) -> tuple[Mapping[tuple[str, _Thing], dict[_Scale, float]], int]:
    """What each scale said of each thing, in one unit a dimension, and of how many things one scale said two values."""
    found: dict[tuple[str, _Thing], dict[_Scale, float]] = defaultdict(dict)
    contradictory = set()
    for _, own in pairs.sort("dimension").group_by("dimension", maintain_order=True):
        rows, unit = in_one_unit(own)
        named = pl.coalesce("thing", "movement").is_not_null()
        # Where neither has a method, nobody can say which of the two is the partner's.
        known = pl.any_horizontal(pl.col("first_method", "second_method").is_not_null())
        for row in rows.filter(named & known).iter_rows(named=True):
            kind = "movement" if row["thing"] is None else "thing"
            thing = (unit, (kind, row[kind], row["material"]))
            for side in ("first", "second"):
                method = row[f"{side}_method"]
                scale = (method, row["partner"] if method is None else None)
                value = found[thing].setdefault(scale, row[side])
                if abs(value - row[side]) > _SAME * max(value, row[side]):
                    contradictory.add(thing)
    return {thing: said for thing, said in found.items() if thing not in contradictory}, len(contradictory)


def _compared_scales(readings: Mapping[tuple[str, _Thing], dict[_Scale, float]]) -> list[ScalesCompared]:
    """Every set of three or more scales of which as many things were measured by all, and by no other."""
    sets: dict[tuple[str, tuple[_Scale, ...]], list[list[float]]] = defaultdict(list)
    for (unit, _), said in sorted(readings.items()):
        scales = tuple(sorted(said, key=lambda one: (one[0] or "", one[1] or "")))
        if len(scales) >= 3:
            sets[unit, scales].append([said[one] for one in scales])
    return [
        ScalesCompared(unit=unit, things=len(values), errors=tuple(_errors(scales, values)))
        for (unit, scales), values in sets.items()
        if len(values) >= LEAST_PAIRS
    ]


def _errors(scales: tuple[_Scale, ...], values: list[list[float]]) -> list[ScaleError]:
    return [
        ScaleError(
            method=method,
            partner=partner,
            variance=one.variance,
            sigma=one.variance**0.5 if one.variance >= 0 else None,
            freedom=float(one.freedom),
        )
        for (method, partner), one in zip(scales, grubbs(np.array(values)), strict=True)
    ]
