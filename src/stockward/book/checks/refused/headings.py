"""Rows that name or explain the columns once more: printed pages that were put together hold them."""

from __future__ import annotations

import re

import polars as pl

from stockward.book.cells.columns import shown
from stockward.book.checks.draft import Draft, TableDraft

_IN_BRACKETS = r"^[(\[].*[)\]]$"

A_HEADER = "this repeats the header: delete the row"
_EXPLAINS = "this explains the header: delete the row"
_UNITS_TOO = f"{_EXPLAINS}; a unit that it names belongs into the column unit of each row"


def a_header_is_no_row(draft: Draft, table: TableDraft) -> None:
    """A row of column names, or of words in brackets below them, has one reason against it in place of many."""
    at_fault = table.bad if table.reasons else pl.Series([], dtype=pl.Boolean)
    rows = at_fault.arg_true()
    if rows.is_empty():
        return
    # Few rows hold a name or a bracket at all: only these are counted.
    near = pl.Series([False]).new_from_index(0, len(rows))
    # A unit that a header names stands in no column of the file.
    of_file = {name: cells for name, cells in table.cells.items() if name in table.headers}
    heads = {name: sorted({name, table.headers[name].lower()}) for name in of_file}
    for name, cells in of_file.items():
        words = "|".join(map(re.escape, heads[name]))
        near |= shown(cells.gather(rows)).str.contains(rf"(?i)^\s*(?:{words})\s*$|^\s*[(\[]").fill_null(False)
    rows = rows.filter(near)
    texts = pl.DataFrame({name: shown(cells.gather(rows)).str.strip_chars() for name, cells in of_file.items()})
    counted = texts.select(
        filled=pl.sum_horizontal(pl.col(name).fill_null("") != "" for name in texts.columns),
        names=pl.sum_horizontal(
            pl.col(name).str.to_lowercase().is_in(heads[name]).fill_null(False) for name in texts.columns
        ),
        brackets=pl.sum_horizontal(pl.col(name).str.contains(_IN_BRACKETS).fill_null(False) for name in texts.columns),
    )
    repeats = counted.select((pl.col("names") > 1) & (pl.col("names") * 2 > pl.col("filled"))).to_series()
    explains = counted.select((pl.col("brackets") > 1) & (pl.col("brackets") == pl.col("filled"))).to_series()
    nowhere = pl.Series([False]).new_from_index(0, table.values.height)
    for where, reason in ((repeats, A_HEADER), (explains, _UNITS_TOO if "unit" in table.table.names else _EXPLAINS)):
        if where.any():
            table.refuse_rows(nowhere.clone().scatter(rows.filter(where), True), reason)
