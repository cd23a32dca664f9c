"""The roll: who is a guard on which day, and the day that "now" is."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from stockward.accountancy.known import KnownBooks

GUARDS, PATROLLING = "guards", "patrolling_guards"
OFFICE, PATROL = "office", "patrol"

_MOMENTS = (("movements", "at"), ("counts", "at"), ("incidents", "at"))
_DAYS = (("orders", "issued_on"), ("reports", "received_on"))


def day_of_the_books(books: KnownBooks, as_of: date | None) -> date | None:
    """The day of the review: ``as_of``, or the last day of which the books tell; ``None`` where they name none.

    Movements, counts and incidents, the issue of orders and the receipt of reports are what has happened. Absences and
    joiners may lie ahead: only where nothing else is on record, the last day on which an absence or a guard began.
    """
    if as_of is not None:
        return as_of
    for days in (
        [_local_day(books, getattr(books, table)[column]) for table, column in _MOMENTS]
        + [_latest(books[table][column]) for table, column in _DAYS]
        # An order at fault is answered as one that cannot be measured, and must not lie ahead for that.
        + [_latest(books.set_aside["orders"]["issued_on"])],
        [_local_day(books, books["absences"]["start"])],
        [_latest(books["people"]["since"])],
    ):
        known = [day for day in days if day is not None]
        if known:
            return max(known)
    return None


def _local_day(books: KnownBooks, moments: pl.Series) -> date | None:
    """The last day among moments, by the clock of the site."""
    last = pl.Series([moments.max()], dtype=pl.Datetime("us", "UTC"))
    return _latest(last.dt.convert_time_zone(books.site.timezone).dt.date())


def _latest(days: pl.Series) -> date | None:
    last = days.max()
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


def measured(guards: pl.DataFrame, measure: str) -> pl.DataFrame:
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


def months_from(first: date, count: int) -> list[date]:
    """The first days of so many months, ``first`` (itself the first of a month) among them."""
    months = first.year * 12 + first.month - 1
    return [date((months + step) // 12, (months + step) % 12 + 1, 1) for step in range(count)]
