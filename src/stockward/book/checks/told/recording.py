"""When rows entered the books, beside what they tell of: nobody records, or cancels, what has not happened yet."""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.told.doubts import tell_rows
from stockward.book.problems import more_like_it

_AHEAD_DAYS = 7
"""So far ahead may a movement be entered that is known to come."""


def a_row_is_recorded_after_it_took_effect(draft: Draft, table: TableDraft) -> None:
    """A row on record long before its day was in no book of then, or its day is another."""
    rows = table.good().filter(pl.col("at") - pl.col("recorded_at") > pl.duration(days=_AHEAD_DAYS))
    if rows.height:
        at, recorded = (rows[name].dt.convert_time_zone(_zone(draft)).dt.date()[0] for name in ("at", "recorded_at"))
        why = f"it was recorded on {recorded}, {(at - recorded).days} days before it took effect: correct at or "
        tell_rows(draft, table, rows["row"], f"{why}recorded_at")


def a_reversal_follows_what_it_cancels(draft: Draft, table: TableDraft) -> None:
    """What is cancelled on a day before it happened, or was recorded, was most likely not what the reversal means."""
    if table["reverses"].null_count() == table.values.height:
        return
    at, recorded = pl.col("at"), pl.coalesce("recorded_at", "at")
    days = [moment.dt.convert_time_zone(_zone(draft)).dt.date() for moment in (at, recorded)]
    rows = table.good().select("movement", "reverses", "row", at=days[0], recorded=days[1])
    pairs = rows.drop_nulls("reverses").join(
        rows.drop("reverses"), left_on="reverses", right_on="movement", suffix="_of_it", maintain_order="left"
    )
    for name, words in (("at", "lies"), ("recorded", "was recorded")):
        early = pairs.filter(pl.col(name) < pl.col(f"{name}_of_it"))
        if early.height:
            row, day, other, its_day = early.select("row", name, "row_of_it", f"{name}_of_it").row(0)
            more = more_like_it(early.height - 1, "row", "rows")
            draft.notices.append(
                f"{table.file} row {row}: it reverses row {other}, which {words} later ({its_day}, and this {day}), "
                f"and both are left out: correct reverses, or the day that is wrong{more}"
            )
        pairs = pairs.join(early, on="row", how="anti")


def _zone(draft: Draft) -> str:
    return draft.settings.site.timezone
