"""What is used as it stands, and was most likely not meant: told in a notice, one a file and kind of doubt."""

from __future__ import annotations

import polars as pl

from stockward.facts.draft import Draft, TableDraft
from stockward.terms.units import factor


def a_grain_may_be_a_gram(draft: Draft, table: TableDraft) -> None:
    """The unit ``gr`` is a grain, and many write it for a gram, which is fifteen times as much."""
    for column in table.table.columns:
        if column.type == "unit":
            rows = table["row"].filter((table[column.name] == "gr").fill_null(False))
            why = f"{column.name} gr is the grain of {factor('gr', 'g'):.3g} g: write g if grams are meant"
            _tell(draft, table, rows, why)


def _tell(draft: Draft, table: TableDraft, rows: pl.Series, why: str) -> None:
    """One notice that names the first row, and how many more there are."""
    if len(rows):
        others = len(rows) - 1
        more = f" (and {others} more {'row' if others == 1 else 'rows'} like it)" if others else ""
        draft.notices.append(f"{table.file} row {rows[0]}: {why}{more}")
