"""Workers who leave before they could be transferred: a share of all on record, evenly over lines and affiliations."""

from __future__ import annotations

import math

import polars as pl

from stockward.book.known import KnownBooks
from stockward.guards.selection.pool import WORKER

_ROUNDING = 1e-9


def workers_gone(books: KnownBooks, share: float) -> frozenset[str]:
    """The workers on record of whom ``share`` remain, rounded down, less those who do.

    Whoever is gone at one share is gone at every smaller one. Nobody is picked: workers stand in order of line,
    affiliation and key, and leave in the order of the van der Corput sequence, the last of it first, so that those who
    remain lie evenly among them [van der Corput 1935].
    """
    if share >= 1:
        return frozenset()
    workers = books["people"].filter(pl.col("role") == WORKER).sort("line", "affiliation", "person", nulls_last=True)
    persons = workers["person"].cast(pl.String).to_list()
    remaining = min(math.floor(share * len(persons) + _ROUNDING), len(persons))
    bits = max(len(persons) - 1, 0).bit_length()
    order = sorted(range(len(persons)), key=lambda place: _reversed_bits(place, bits))
    return frozenset(persons[place] for place in order[remaining:])


def _reversed_bits(number: int, bits: int) -> int:
    return int(f"{number:0{bits}b}"[::-1], 2) if bits else 0
