"""A ledger in which a stretch of time has no movement, or that ends before the counts do: told, not changed.

What a month that was left out moved is missing in the counts, or hides what is.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.told.days.years import AnotherYear, of_another_year

_FEWEST_MOVEMENTS, _FEWEST_DAYS = 30, 5
"""So many movements show a pace; so many days with some lie before a hole and behind it, else a year is wrong."""
_LEAST_DAYS, _TIMES_THE_USUAL = 14, 5
_NEARLY_ALL = 0.95


def a_ledger_may_have_a_hole(draft: Draft, table: TableDraft) -> None:
    """Told at the counts, which show by their differences that something moved."""
    ledger, zone = draft["movements"], draft.settings.site.timezone
    if not ledger.values.height:
        if not ledger.torn and _differ(table):
            mend = "put in the movements in between, or nothing explains the differences"
            draft.notices.append(f"{ledger.file}: it has no row, and inventories differ: {mend}")
        return
    if ledger.values.height < _FEWEST_MOVEMENTS:
        return
    days = _as_meant(_days(ledger, zone), of_another_year(draft))
    if len(days) <= 2 * _FEWEST_DAYS:
        return
    gaps = [(two - one).days for one, two in pairwise(days)]
    longest = max(_LEAST_DAYS, _TIMES_THE_USUAL * sorted(gaps)[int(_NEARLY_ALL * (len(gaps) - 1))])
    usual = max((gap for gap in gaps if gap <= longest), default=longest)
    where = f"where otherwise none is further apart than {usual} {'day' if usual == 1 else 'days'}"
    for begin, end in list(pairwise(days))[_FEWEST_DAYS - 1 : 1 - _FEWEST_DAYS]:
        if (end - begin).days > longest:
            _tell(draft, f"between {begin} and {end}, {where}")
    counted = _days(table, zone)
    if counted and counted[-1] - days[-1] > timedelta(days=longest):
        _tell(draft, f"after {days[-1]}, {where}, and inventories go on to {counted[-1]}")
    if counted and days[0] - counted[0] > timedelta(days=longest):
        _tell(draft, f"before {days[0]}, {where}, and inventories begin on {counted[0]}")


def _tell(draft: Draft, when: str) -> None:
    mend = "put in what is missing, if something moved"
    draft.notices.append(f"{draft['movements'].file}: no movement is on record {when}: {mend}")


def _days(table: TableDraft, timezone: str) -> list[date]:
    """The days of a table's rows, in order; those of rows that are set aside tell as much of when something moved."""
    return table["at"].drop_nulls().dt.convert_time_zone(timezone).dt.date().unique().sort().to_list()


def _as_meant(days: list[date], wrong: AnotherYear | None) -> list[date]:
    """The days with those of another year where they were meant: what these left open is told with them."""
    return days if wrong is None else sorted({*days} - {*wrong.days} | {*wrong.meant})


def _differ(counts: TableDraft) -> bool:
    """Whether inventories found different quantities of one material in one area."""
    found = counts.good().group_by("area", "material", "inventory", "unit").agg(pl.col("quantity").sum())
    of_each = found.group_by("area", "material", "unit").agg(pl.col("quantity").n_unique())
    return bool((of_each["quantity"] > 1).any())
