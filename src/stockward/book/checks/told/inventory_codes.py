"""Codes of inventories: one for all that was counted in an area at a time, and written alike in every row."""

from __future__ import annotations

import polars as pl

from stockward.book.cells.reading import no_text
from stockward.book.checks.draft import MOST_ROWS_TOLD, Draft, TableDraft

_OF_ONE = ("area", "at")


def a_line_is_no_inventory(draft: Draft, table: TableDraft) -> None:
    """A code a line makes an inventory of each, which left out all that the others counted: none of it is known then.

    So it is where several codes of one area and moment have one material each, and not the same one: three of them, or
    two where no inventory of the area has more. One whose scope is told is no such line.
    """
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in ("inventory", "material", *_OF_ONE))
    scoped = draft["scopes"].values["inventory"].drop_nulls().unique()
    known &= ~pl.col("inventory").is_in(scoped.implode())
    good = table.values.with_row_index("place").filter(known & ~table.bad)
    if not good.select("inventory", *_OF_ONE).unique().select(_OF_ONE).is_duplicated().any():
        return
    is_line = pl.col("material").n_unique().over("inventory", *_OF_ONE) == 1
    codes, materials = (pl.col(name).n_unique().over(_OF_ONE) for name in ("inventory", "material"))
    never_more = is_line.all().over("area")
    lines = good.filter(is_line.all().over(_OF_ONE) & (materials > 1) & ((codes > 2) | ((codes > 1) & never_more)))
    if lines.height:
        nowhere = pl.Series([False]).new_from_index(0, table.values.height)
        where = nowhere.scatter(lines["place"], True)
        told = lines.head(MOST_ROWS_TOLD)
        words = told.select(pl.format(_A_LINE, pl.col("inventory").n_unique().over(_OF_ONE), "area")).to_series()
        table.refuse("inventory", where, no_text(len(where)).scatter(told["place"], words))


_A_LINE = (
    "{} codes of {} are of this moment, each with one material, as if each were an inventory that left out the others: "
    "give all that is counted in an area at a time one code"
)


def an_inventory_has_one_code(draft: Draft, table: TableDraft) -> None:
    """Codes that differ by zeros at their begin alone are told: a spreadsheet may have cut them off in some rows."""
    for name in ("inventory", "measurement"):
        if not table[name].str.starts_with("0").any():
            continue
        codes = table[name].drop_nulls().unique()
        bare = codes.str.strip_chars_start("0")
        twice = codes.filter(bare.is_duplicated() & (bare != "")).sort().to_list()
        if twice:
            shown = ", ".join(twice[:2])
            mend = "if they are one, write it with its zeros in every row"
            draft.notices.append(f"{table.file}, {name}: {shown} differ by zeros at the begin alone: {mend}")
