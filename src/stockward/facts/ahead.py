"""Rows dated later than today: what they tell cannot have happened yet, and would pass for the end of the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from stockward.facts.problems import more_like_it
from stockward.facts.site import Site
from stockward.terms.periods import last_moment, local_day

_HAPPENED = ("movements", "counts", "incidents")
"""Tables that tell what has happened; calibrations and plans may lie ahead."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is to be told of rows that lie ahead, and the last day of stock that lies ahead, ``None`` without one."""

    notices: tuple[str, ...]
    last: date | None


def rows_ahead(site: Site, now: datetime, as_of: datetime | None = None) -> Ahead:
    """Look for rows of a later day than that of the clock, or of ``as_of`` where that is later.

    Rows that a review as of then does not use are passed over.
    """
    as_of = None if as_of is None else as_of.astimezone(UTC)
    today = local_day(now if as_of is None else max(now, as_of), site.timezone)
    end = last_moment(today, site.timezone)
    found = {table: _ahead(_recorded_by(site[table], as_of), end) for table in _HAPPENED}
    stock = pl.concat([found[table]["at"] for table in ("movements", "counts")]).max()
    return Ahead(
        notices=tuple(notice for table, rows in found.items() for notice in _told(site, table, rows, today)),
        last=local_day(stock, site.timezone) if isinstance(stock, datetime) else None,
    )


def _recorded_by(frame: pl.DataFrame, as_of: datetime | None) -> pl.DataFrame:
    return frame if as_of is None else frame.filter(_recorded(frame) <= as_of)


def _recorded(frame: pl.DataFrame) -> pl.Expr:
    return pl.coalesce("recorded_at", "at") if "recorded_at" in frame.columns else pl.col("at")


def _ahead(frame: pl.DataFrame, end: datetime) -> pl.DataFrame:
    return frame.select("row", "at", recorded=_recorded(frame)).filter(pl.col("at") > end)


def _told(site: Site, table: str, rows: pl.DataFrame, today: date) -> Iterator[str]:
    """One notice a table, which names the first row."""
    if rows.height:
        row, at, recorded = rows.row(0)
        # A review as of today has no row that was recorded later.
        out = f", or leave it out with --as-of {today}" if local_day(recorded, site.timezone) > today else ""
        why = f"it lies in the future (today is {today}): correct the year{out}"
        shown = str(local_day(at, site.timezone))
        yield f"{site.sources[table]} row {row}, at = {shown!r}: {why}{more_like_it(rows.height - 1, 'row', 'rows')}"
