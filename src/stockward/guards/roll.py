"""The roll: who is a guard on which day, and the day that "now" is."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from stockward.book.known import KnownBooks
from stockward.terms.periods import last_moment

GUARDS, PATROLLING = "guards", "patrolling_guards"
OFFICE, PATROL = "office", "patrol"

_STOCK = ("movements", "counts")
"""The tables that date the books."""


def day_of_the_books(books: KnownBooks, as_of: date | None, today: date) -> date:
    """The day of the review: ``as_of``, or the last day of which the books of stock tell; ``today`` where none does.

    Movements, counts and incidents, and the receipt of reports, are what has happened; rows later than today have not.
    Tables on guards date nothing: joiners, leavers and absences may lie ahead, and an order says nothing of its day.
    """
    if as_of is not None:
        return as_of
    kept = [day for name in _STOCK if (day := _last_local(books, getattr(books, name)["at"], today)) is not None]
    if not kept:
        return today
    others = (_last_local(books, books.incidents["at"], today), _last(books["reports"]["received_on"], today))
    return max([*kept, *(day for day in others if day is not None)])


def _last_local(books: KnownBooks, moments: pl.Series, today: date) -> date | None:
    """The last day among moments up to today, by the clock of the site."""
    come = moments.filter(moments <= last_moment(today, books.site.timezone))
    last = pl.Series([come.max()], dtype=pl.Datetime("us", "UTC"))
    return _last(last.dt.convert_time_zone(books.site.timezone).dt.date(), today)


def _last(days: pl.Series, today: date) -> date | None:
    last = days.filter(days <= today).max()
    return last if isinstance(last, date) else None


def roll(books: KnownBooks) -> pl.DataFrame:
    """Every guard on record: the rows of ``people`` in that role, with the first and last day on which they count.

    A guard counts from ``since`` (or ``available_from``, where later) and after ``training_weeks`` from then, and up to
    ``until``, that day included. ``counts_from`` is null for those of whom no first day is on record: they count from
    the beginning. ``counts_to`` is null for those who stay.
    """
    guards = books["people"].filter(pl.col("role") == "guard")
    return guards.with_columns(counts_from=first_day(), counts_to=pl.col("until"))


def first_day() -> pl.Expr:
    """The day from which a row of ``people`` counts as a guard: its begin, and the training after it."""
    begins = pl.max_horizontal("since", "available_from")
    return begins + pl.duration(days=(pl.col("training_weeks").fill_null(0.0) * 7).ceil().cast(pl.Int64))


def counts_on(day: date) -> pl.Expr:
    """Whether a row of the roll counts on a day."""
    begun = pl.col("counts_from").is_null() | (pl.col("counts_from") <= day)
    return begun & (pl.col("counts_to").is_null() | (pl.col("counts_to") >= day))


def present(guards: pl.DataFrame, day: date) -> pl.DataFrame:
    """The rows of the roll that count on a day."""
    return guards.filter(counts_on(day))


def measured_heads(guards: pl.DataFrame, measure: str) -> pl.DataFrame:
    """The rows that count towards a measure of an order: all guards, or those whose duty is patrol."""
    return guards.filter(pl.col("duty") == PATROL) if measure == PATROLLING else guards


def on_posts(guards: pl.DataFrame) -> pl.DataFrame:
    """The guards who can stand at a post: all but those whose duty is the office."""
    return guards.filter(can_stand())


def can_stand() -> pl.Expr:
    """Whether a row of the roll can stand at a post."""
    return pl.col("duty").is_null() | (pl.col("duty") != OFFICE)


def month_of(day: date) -> date:
    """The first day of the month of a day."""
    return day.replace(day=1)


def end_of_month(month: date) -> date:
    """The last day of the month that begins on ``month``."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
