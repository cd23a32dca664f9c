"""Movements that repeat others in all but their code: a part of a ledger perhaps put in twice. Told, not changed."""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft

_FEWEST_IN_ORDER, _FEWEST_PAIRS, _USUAL = 3, 5, 0.25
"""So many rows that repeat others in their order, or so many pairs in a row, are no chance.

Where a larger share of all rows has a twin beside it, lots of one size are usual.
"""

_OWN = ("movement", "recorded_at", "from_balance", "to_balance", "source")
"""What a row that repeats another has of its own."""


def movements_may_stand_twice(draft: Draft, table: TableDraft) -> None:
    """Rows pasted once more under new codes: each is a movement that may be true, all of them together hardly."""
    rows = _repeating(table, draft.settings.site.timezone)
    if rows.is_empty():
        return
    told = rows.filter(_is_in_order(rows))
    if told.is_empty() and rows.height <= _USUAL * table.values.height:
        told = rows.filter(_is_in_pairs(rows))
    if told.height:
        row, first = told.select("row", "first").row(0)
        draft.notices.append(
            f"{table.file}: {told.height} rows repeat others in everything but their code, the first is row {row} (as "
            f"row {first}): delete them if they were put in twice"
        )


def _repeating(table: TableDraft, timezone: str) -> pl.DataFrame:
    """Good rows that repeat an earlier one, the nearest: that one's ``first`` row, and how far it is ``back``.

    ``timed`` says that a time of day or a document tells them from others of the day, ``alike`` how many rows are so.
    """
    content = [name for name in table.table.names if name not in _OWN]
    alike = table.good().with_columns(place=pl.int_range(pl.len()), content=pl.struct(content).hash())
    alike = alike.filter(pl.col("content").is_duplicated())
    local = pl.col("at").dt.convert_time_zone(timezone)
    return alike.select(
        "row",
        "place",
        "content",
        timed=(local.dt.time() != pl.time()) | pl.col("document").is_not_null(),
        day=local.dt.date(),
        first=pl.col("row").shift().over("content"),
        back=pl.col("place") - pl.col("place").shift().over("content"),
        alike=pl.len().over("content"),
    ).drop_nulls("first")


def _is_in_pairs(rows: pl.DataFrame) -> pl.Series:
    """Whether a row and its neighbours are each the twin of the row above: put in twice, and sorted afterwards."""
    pair = pl.col("timed") & (pl.col("alike") == 2) & (pl.col("back") == 1)
    new = ~pair | (pl.col("place").diff() != 2)
    run = rows.select(pair=pair, run=new.fill_null(True).cum_sum())
    return run.select(((pl.len() >= _FEWEST_PAIRS) & pl.col("pair").all()).over("run")).to_series()


def _is_in_order(rows: pl.DataFrame) -> pl.Series:
    """Whether a row and its neighbours repeat as many others in the same order, none of them itself.

    Without times of day two shifts may well do the same on one day, and not on several.
    """
    new = (pl.col("place").diff() != 1) | (pl.col("back").diff() != 0)
    run = rows.with_columns(run=new.fill_null(True).cum_sum())
    long = (pl.len() >= _FEWEST_IN_ORDER) & (pl.col("back").first() >= _FEWEST_IN_ORDER)
    several = pl.col("timed").all() | (pl.col("day").n_unique() > 1)
    return run.select((long & several).over("run")).to_series()
