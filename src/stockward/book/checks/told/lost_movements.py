"""Movements that perhaps got lost in the ledger: one of nothing, and a code that is left out. Told, not changed.

A receipt that was taken out of the books takes with it what is missing of it.
"""

from __future__ import annotations

from itertools import islice, pairwise

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.told.doubts import tell_rows
from stockward.book.problems import more_like_it

_NEARLY_ALL = 0.99
"""Where so many of the codes between the first and the last are there, somebody numbers the rows one by one."""
_MOST_NAMED = 3
_DIGITS = r"^(.*?)([0-9]{1,15})$"


def a_movement_of_nothing_moves_nothing(draft: Draft, table: TableDraft) -> None:
    """A quantity of 0 is most likely one that was not put in, or taken out again."""
    rows = table.good().filter(pl.col("quantity") == 0)["row"]
    tell_rows(draft, table, rows, "quantity 0 moves nothing: write what moved, or delete the row if nothing did")


def a_code_may_be_left_out(draft: Draft, table: TableDraft) -> None:
    """Codes that run on but for a few: a row may have been left out. Where many are lacking, codes say nothing."""
    # A row whose code cannot be read may be the one that lacks.
    if table.torn or table.illegible("movement").any() or table["movement"].null_count():
        return
    parts = table["movement"].str.extract_groups(_DIGITS).struct.rename_fields(["series", "digits"])
    codes = parts.struct.unnest().drop_nulls().with_columns(number=pl.col("digits").cast(pl.Int64))
    codes = codes.unique(["series", "number"]).sort("number")
    # A wider step begins another book, or is a slip: what lies on either side may be whole all the same.
    step = (pl.col("number").diff() - 1).fill_null(0)
    leaps = (step > (1 - _NEARLY_ALL) * (pl.len() + step)).cum_sum()
    runs = (
        codes.with_columns(leaps=leaps.over("series"))
        .group_by("series", "leaps")
        .agg(
            pl.col("number"),
            first=pl.col("digits").first(),
            last=pl.col("digits").last(),
            lacking=pl.col("number").last() - pl.col("number").first() + 1 - pl.len().cast(pl.Int64),
        )
    )
    few = (1 - _NEARLY_ALL) * (pl.col("lacking") + pl.col("number").list.len())
    told = runs.filter(pl.col("lacking").is_between(1, few)).sort("series", "leaps").drop("leaps")
    for series, numbers, first, last, lacking in told.rows():
        named = [f"{series}{number:0{len(first)}}" for number in _first_missing(numbers)]
        more = more_like_it(lacking - len(named), "code", "codes", it="them")
        draft.notices.append(
            f"{table.file}: codes of movements run from {series}{first} to {series}{last}, and {', '.join(named)} "
            f"{'is' if lacking == 1 else 'are'} not among them{more}: put the row in if it was left out"
        )


def _first_missing(numbers: list[int]) -> list[int]:
    """The first numbers that lack between those of a series."""
    lacking = (number for one, two in pairwise(numbers) for number in range(one + 1, two))
    return list(islice(lacking, _MOST_NAMED))
