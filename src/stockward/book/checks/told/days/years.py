"""Many movements of a wrong year: a month that lies outside the record, and is missing within it. Told, not changed."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

import polars as pl

from stockward.book.cells.moments import day_of
from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.told.doubts import MOST_APART, tell_rows
from stockward.terms.periods import SEASON_DAYS

_FEWEST_DAYS, _FEWEST_OTHERS = 2, 10
_SEASON = timedelta(days=SEASON_DAYS)


class AnotherYear(NamedTuple):
    """Movements that may be of another year: their ``row``s, the days that they have, and those that were ``meant``."""

    rows: pl.Series
    days: list[date]
    meant: list[date]
    side: str


def many_rows_may_be_of_another_year(draft: Draft, table: TableDraft) -> None:
    """Told at the counts, which say when the record begins and ends."""
    found = of_another_year(draft)
    if found is not None:
        why = (
            f"its day, {found.days[0]}, lies long {found.side}, and on such days of {found.meant[0].year} no movement "
            f"is on record: was it {found.meant[0].year}? Correct the year then"
        )
        tell_rows(draft, draft["movements"], found.rows, why)


def of_another_year(draft: Draft) -> AnotherYear | None:
    """Those a season or more before the first inventory, or after the last, that fill a gap in another year.

    No other movement lies among them there, and the gap is the longest that the others leave.
    """
    if draft["movements"].values.height <= MOST_APART + _FEWEST_OTHERS:
        return None
    zone = draft.settings.site.timezone
    moved, counted = (_dated(draft[name], zone) for name in ("movements", "counts"))
    if counted.is_empty():
        return None
    first, last = counted["day"][0], counted["day"][-1]
    sides = (
        (pl.col("day") < first - _SEASON, 1, f"before the first inventory ({first})"),
        (pl.col("day") > last + _SEASON, -1, f"after the last inventory ({last})"),
    )
    for outside, years, side in sides:
        rows, others = moved.filter(outside), moved.filter(~outside)
        days = rows["day"].unique().sort()
        if rows.height > MOST_APART and len(days) >= _FEWEST_DAYS and others.height >= _FEWEST_OTHERS:
            meant = days.dt.offset_by(f"{years}y").to_list()
            if _fill_a_gap(meant, sorted({first, last, *others["day"].unique()})):
                return AnotherYear(rows["row"].sort(), days.to_list(), meant, side)
    return None


def _dated(table: TableDraft, zone: str) -> pl.DataFrame:
    """The good rows with the day of each, in time order."""
    return table.good().select("row", day=day_of(table.table["at"], zone)).drop_nulls().sort("day", "row")


def _fill_a_gap(meant: list[date], others: list[date]) -> bool:
    """Whether all lie between two days of the others, which are further apart than any two that follow each other."""
    gaps = [(two - one, one, two) for one, two in pairwise(others)]
    longest, begin, end = max(gaps)
    return begin <= meant[0] and meant[-1] <= end and sum(gap == longest for gap, _, _ in gaps) == 1
