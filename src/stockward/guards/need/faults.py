"""Rows set aside that the need could hang on: what they may be, and how they are named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from stockward.book.known import KnownBooks

_MOST_NAMED = 5


def set_aside_words(table: str, rows: Sequence[int], could: str = "") -> str | None:
    """Rows of a table at fault by number alone, what they ``could`` change, and the mend; ``None`` where none is."""
    if not rows:
        return None
    named = ", ".join(str(row) for row in rows[:_MOST_NAMED])
    more = f" and {len(rows) - _MOST_NAMED} more" if len(rows) > _MOST_NAMED else ""
    one = len(rows) == 1
    doubt = f" and could {could}" if could else ""
    return (
        f"{table} {'row' if one else 'rows'} {named}{more} {'is' if one else 'are'} set aside{doubt}: "
        f"mend {'it' if one else 'them'} (stockward check)"
    )


def posts_at_fault(books: KnownBooks) -> str | None:
    """Any row of posts at fault leaves hours out."""
    return set_aside_words("posts", books.set_aside["posts"]["row"].to_list())


def people_at_fault(books: KnownBooks, first: date) -> str | None:
    """Rows of people that could be a guard who counted on ``first`` or later."""
    return set_aside_words("people", _perhaps_guards(books, first)["row"].to_list())


def candidates_at_fault(books: KnownBooks, day: date) -> str | None:
    """Rows set aside that could be a worker or an applicant on a day, or a post that lets more of them in."""
    guard = (pl.col("role") == "guard").fill_null(False)
    gone = (pl.col("until") < day).fill_null(False)
    people = books.set_aside["people"].filter(~guard & ~gone)["row"].to_list()
    said = (
        set_aside_words("people", people, "be candidates" if len(people) > 1 else "be a candidate"),
        set_aside_words("posts", books.set_aside["posts"]["row"].to_list(), "let more candidates in"),
    )
    return "; ".join(words for words in said if words) or None


def _perhaps_guards(books: KnownBooks, first: date) -> pl.DataFrame:
    aside = books.set_aside["people"]
    other = pl.col("role").is_not_null() & (pl.col("role") != "guard")
    gone = (pl.col("until") < first).fill_null(False)
    return aside.filter(~other & ~gone)


def absences_at_fault(books: KnownBooks, first: date, last: date) -> str | None:
    """Rows of absences that could be those of a guard between two days.

    Those of people in another role, and those that lie before or after, change nothing.
    """
    aside = books.set_aside["absences"]
    if aside.height == 0:
        return None
    guards = books["people"].filter(pl.col("role") == "guard")["person"]
    others = pl.concat(
        [
            books["people"].filter(pl.col("role") != "guard")["person"],
            books.set_aside["people"].filter(pl.col("role") != "guard")["person"].drop_nulls(),
        ]
    )
    # One code may stand in two rows of people, the later one at fault.
    others = others.filter(~others.is_in(guards.implode()))
    zone = books.site.timezone
    begins, ends = (pl.col(name).dt.convert_time_zone(zone).dt.date() for name in ("start", "end"))
    # An end before its start says nothing of when.
    whole = ~(pl.col("end") < pl.col("start")).fill_null(False)
    outside = whole & ((begins > last).fill_null(False) | (ends < first).fill_null(False))
    rows = aside.filter(~pl.col("person").is_in(others.implode()).fill_null(False) & ~outside)
    return set_aside_words("absences", rows["row"].to_list())
