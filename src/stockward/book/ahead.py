"""Days that today contradicts: what cannot have happened yet, and what lies years further than anybody plans.

The first would pass for the end of the record; the second are most likely of another year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from stockward.book.cells.moments import day_of, recorded
from stockward.book.problems import more_like_it
from stockward.book.schema.dictionary import tables
from stockward.book.site import Site
from stockward.terms.periods import YEAR_DAYS, last_moment, local_day

_HAPPENED = ("movements", "counts", "checks", "pairs", "incidents")
"""Tables that tell what has happened at a moment; calibrations and plans may lie ahead."""

_HAPPENED_ON = {"orders": "issued_on", "reports": "received_on", "production": "month"}
"""Tables that tell what has happened by the day."""

_YEARS_AHEAD: Mapping[str, Mapping[str, int]] = {
    "calibrations": {"at": 2},
    "people": {"since": 2, "available_from": 2, "until": 50},
    "absences": {"start": 2, "end": 5},
    "wishes": {"date": 2},
    "assignments": {"start": 2, "end": 2},
    "orders": {"due_on": 10, "baseline_on": 2},
}
"""So far ahead are the days of plans seldom; a contract may last until somebody retires."""

_YEARS_BACK = 60
"""So long nobody has served, and so old is no list of guards."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is to be told of rows that lie ahead, and the last day of stock that lies ahead, ``None`` without one."""

    notices: tuple[str, ...]
    last: date | None


def rows_ahead(site: Site, now: datetime, as_of: datetime | None = None) -> Ahead:
    """Look for rows of a later day than that of the clock, or of ``as_of`` where that is later.

    One that took effect, or was recorded, on such a day is told even where a review as of then does not use it: what
    the row says would be gone without a word.
    """
    as_of = None if as_of is None else as_of.astimezone(UTC)
    today = local_day(now if as_of is None else max(now, as_of), site.timezone)
    end = last_moment(today, site.timezone)
    ahead = {table: _ahead(site[table], end, as_of) for table in _HAPPENED if site[table].height}
    found = {table: rows for table, rows in ahead.items() if rows.height}
    later = pl.col("used") & (pl.col("column") == "at")
    days = [found[table].filter(later)["day"].max() for table in ("movements", "counts") if table in found]
    stock = max((day for day in days if isinstance(day, datetime)), default=None)
    told = [
        notice
        # The report begins with a day that lies ahead, and names the first notice for it.
        for column in ("at", "recorded_at")
        for used in (True, False)
        for table, rows in found.items()
        for notice in _told(site, table, rows.filter(pl.col("used") == used, pl.col("column") == column), today)
    ]
    # As of a day, what lies after it is not used.
    happened = _not_yet(site, today) if as_of is None else ()
    return Ahead(
        notices=(
            *_far_as_of(site, now, as_of),
            *told,
            *happened,
            *_far_ahead(site, today),
            *_long_ago(site, local_day(now, site.timezone)),
        ),
        last=None if stock is None else local_day(stock, site.timezone),
    )


def _far_as_of(site: Site, now: datetime, as_of: datetime | None) -> Iterator[str]:
    """A notice of a review as of a day that nobody can mean: of what is recorded by then, today knows too little."""
    today = local_day(now, site.timezone)
    if as_of is not None and (day := local_day(as_of, site.timezone)) > _years_ahead(today, 1):
        yield f"as of {day}: it lies more than a year ahead (today is {today}): correct the year if it is wrong"


def _ahead(frame: pl.DataFrame, end: datetime, as_of: datetime | None) -> pl.DataFrame:
    """Rows of which ``at``, or else ``recorded_at``, lies after today, by that ``column``, with the ``day`` in it.

    ``used`` says whether a review as of then uses the row, and ``late`` whether it was recorded after today.
    """
    entered = recorded(frame)
    is_later = pl.col("at") > end
    return frame.filter(is_later | (entered > end)).select(
        "row",
        column=pl.when(is_later).then(pl.lit("at")).otherwise(pl.lit("recorded_at")),
        day=pl.when(is_later).then(pl.col("at")).otherwise(entered),
        used=pl.lit(True) if as_of is None else entered <= as_of,
        late=entered > end,
    )


def _told(site: Site, table: str, rows: pl.DataFrame, today: date) -> Iterator[str]:
    """One notice of rows of one column and use, which names the first."""
    if rows.height:
        row, column, day, used, late = rows.select("row", "column", "day", "used", "late").row(0)
        mend = "correct the year" if column == "at" else "correct it"
        # A review as of today has no row that was recorded later.
        out = f", or leave it out with --as-of {today}" if used and late and column == "at" else ""
        unused = "" if used else ", and is not used"
        why = f"it lies in the future (today is {today}){unused}: {mend}{out}"
        shown = local_day(day, site.timezone)
        more = more_like_it(rows.height - 1, "row", "rows")
        yield f"{site.sources[table]} row {row}, {column} = '{shown}': {why}{more}"


def _not_yet(site: Site, today: date) -> Iterator[str]:
    """One notice a table of what has happened by the day, where it has not."""
    why = f"it lies in the future (today is {today}): correct the year, or leave it out with --as-of {today}"
    for table, column in _HAPPENED_ON.items():
        if site[table].is_empty():
            continue
        rows = site[table].filter(pl.col(column) > today)
        if table == "production":  # a month ahead may have its plan, and no output yet
            rows = rows.filter(pl.col("actual") > 0)
        yield from _of_days(site, table, column, rows, why)


def _far_ahead(site: Site, today: date) -> Iterator[str]:
    """One notice a column of days that lie years further ahead than those of its kind do; a row is told once."""
    for table, columns in _YEARS_AHEAD.items():
        rows = site[table]
        if rows.is_empty():
            continue
        if table in _HAPPENED_ON:  # what has not happened yet is told already, or not used
            rows = rows.filter(pl.col(_HAPPENED_ON[table]) <= today)
        for column, years in columns.items():
            is_far = _day(site, table, column) > _years_ahead(today, years)
            why = f"it lies more than {years} years ahead (today is {today}): correct the year if it is wrong"
            yield from _of_days(site, table, column, rows.filter(is_far), why)
            rows = rows.filter(is_far.fill_null(False).not_())


def _long_ago(site: Site, today: date) -> Iterator[str]:
    """One notice a column of days that lie longer back than anybody serves; a row is told once."""
    why = f"it lies more than {_YEARS_BACK} years back (today is {today}): correct the year if it is wrong"
    dated: dict[str, list[str]] = {table: list(columns) for table, columns in _YEARS_AHEAD.items()}
    for table, column in _HAPPENED_ON.items():
        dated.setdefault(table, []).append(column)
    first = today - timedelta(days=_YEARS_BACK * YEAR_DAYS)
    for table, names in dated.items():
        rows = site[table]
        for column in names if rows.height else ():
            is_far = _day(site, table, column) < first
            yield from _of_days(site, table, column, rows.filter(is_far), why)
            rows = rows.filter(is_far.fill_null(False).not_())


def _years_ahead(today: date, years: int) -> date:
    """So many years after today, or the last day of the calendar."""
    return today + min(timedelta(days=years * YEAR_DAYS), date.max - today)


def _day(site: Site, table: str, column: str) -> pl.Expr:
    """The days of a column, in the site's time zone."""
    return day_of(tables()[table][column], site.timezone)


def _of_days(site: Site, table: str, column: str, rows: pl.DataFrame, why: str) -> Iterator[str]:
    """One notice that names the first row; no day of a private table is shown."""
    if rows.height:
        day = rows.select(_day(site, table, column)).item(0, 0)
        shown = "" if tables()[table].private else f" = '{day}'"
        more = more_like_it(rows.height - 1, "row", "rows")
        yield f"{site.sources[table]} row {rows['row'][0]}, {column}{shown}: {why}{more}"
