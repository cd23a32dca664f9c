"""Readings that several rows repeat: one measurement of one thing, listed again wherever the thing is.

Rows with one ``measurement`` share its errors, so that a sealed drum which every inventory lists at its old weight adds
none. A measurement that stands in one row alone is that row's own, and needs no code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from stockward.book.known import KnownBooks
from stockward.stats.arrays import Index

OWN = -1
"""In place of a reading: the row is a measurement of its own."""


@dataclass(frozen=True, slots=True)
class Readings:
    """The reading of every movement and of every counted row, ``OWN`` where no other row repeats it.

    ``at`` is the moment of the earliest row of each reading, microseconds: that of its one calibration.
    """

    movements: Index
    counts: Index
    at: Index


def readings_of(books: KnownBooks) -> Readings:
    """Number the readings that more than one row repeats, in order of their keys."""
    tables = (books.movements, books.counts)
    named = [table.select("measurement", "at").drop_nulls() for table in tables if _named(table)]
    if not named:
        moved, counted = (np.full(table.height, OWN) for table in tables)
        return Readings(moved, counted, np.zeros(0, np.int64))
    uses = pl.concat(named).group_by("measurement").agg(pl.col("at").min(), rows=pl.len())
    shared = uses.filter(pl.col("rows") > 1).sort("measurement").with_row_index("reading")
    codes = shared.select("measurement", pl.col("reading").cast(pl.Int64))
    moved, counted = (_codes(table, codes) for table in tables)
    return Readings(moved, counted, shared["at"].to_physical().to_numpy())


def _named(table: pl.DataFrame) -> bool:
    return table["measurement"].null_count() < table.height


def _codes(table: pl.DataFrame, codes: pl.DataFrame) -> Index:
    if not _named(table):
        return np.full(table.height, OWN)
    joined = table.select("measurement").join(codes, on="measurement", how="left", maintain_order="left")
    return joined["reading"].fill_null(OWN).to_numpy()
