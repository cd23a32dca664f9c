"""What people and posts say that was most likely not meant: told, not changed."""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.told.doubts import said, tell_rows
from stockward.book.problems import did_you_mean


def somebody_holds_what_a_post_asks_for(draft: Draft, table: TableDraft) -> None:
    """A post may ask for what only looks like a qualification that people hold: told, as nobody can stand there."""
    held = table["qualifications"].explode().drop_nulls().unique().sort().to_list()
    posts = draft["posts"].good().select("row", "qualification").drop_nulls()
    meant = [(row, word, did_you_mean(word, held)) for row, word in posts.rows() if word not in held]
    for word in dict.fromkeys(word for _, word, guess in meant if guess):
        rows = pl.Series([row for row, other, _ in meant if other == word])
        guess = next(guess for _, other, guess in meant if other == word)
        tell_rows(draft, draft["posts"], rows, f"nobody holds {word!r}: did you mean {guess}? Write what people hold")


_MANY_HOURS, _FEW_HOURS = 60, 12
"""Hours a week: seldom is anybody's contract one of more, or that of every guard one of no more."""


def a_person_works_no_month_a_week(draft: Draft, table: TableDraft) -> None:
    """Hours a week may be those of a month or of two weeks, or where all are so few, of a day."""
    hours = pl.col("hours_per_week")
    guards = table.good().filter(pl.col("role") == "guard").select("row", "hours_per_week").drop_nulls()
    many, few = guards.filter(hours > _MANY_HOURS), guards.filter((hours <= _FEW_HOURS).all())
    for rows, much, long in ((many, "much", "a month or of two weeks"), (few, "little", "a day")):
        if rows.height:
            number = said(draft, rows["hours_per_week"][0])
            words = f"hours_per_week {number} is {much} for a week: if it is of {long}, write the hours of one week"
            tell_rows(draft, table, rows["row"], words)
