"""What readings of standards and pairs most likely do not mean, and where they are too few to be used."""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.measured import records_of_draft
from stockward.book.checks.told.doubts import said, tell_rows
from stockward.book.problems import more_like_it
from stockward.terms.measuring import LEAST_ADJUSTMENTS, LEAST_FREEDOM, ChecksUse

_FAR = 0.1
"""Seldom is a scale off by such a share of a standard, or do two scales differ so much."""


def a_reading_may_be_misread(draft: Draft, table: TableDraft) -> None:
    """A reading far from its standard would make the error of its method large."""
    off = (pl.col("reading") / pl.col("standard") - 1).abs()
    rows = table.good().select("row", "method", "standard", "reading", off=off).filter(pl.col("off") > _FAR)
    if rows.height:
        method, standard, reading, share = rows.select("method", "standard", "reading", "off").row(0)
        why = (
            f"{method} read {said(draft, reading)} where the standard is {said(draft, standard)}, which is "
            f"{said(draft, round(100 * share, 1))} % off: correct it if it was misread"
        )
        tell_rows(draft, table, rows["row"], why)


def readings_may_stand_twice(draft: Draft, table: TableDraft) -> None:
    """Rows with a time of day that repeat others in everything were read once, and would count twice."""
    local = pl.col("at").dt.convert_time_zone(draft.settings.site.timezone).dt.time()
    content = [name for name in table.table.names if name not in ("recorded_at", "recorded_by", "note")]
    timed = table.good().filter(local != pl.time())
    again = timed.filter(~pl.struct(content).is_first_distinct())
    tell_rows(draft, table, again["row"], "it repeats another in everything: delete it if it was put in twice")


def a_pair_may_be_misread(draft: Draft, table: TableDraft) -> None:
    """Two measurements that differ by so much are perhaps of two things, or in two units."""
    larger = pl.max_horizontal("first", "second")
    apart = (pl.col("first") - pl.col("second")).abs() > _FAR * larger
    rows = table.good().filter(apart)
    if rows.height:
        first, second = (said(draft, one) for one in rows.select("first", "second").row(0))
        why = f"{first} and {second} of one thing differ by more than {_FAR:.0%}: correct it if one was misread"
        tell_rows(draft, table, rows["row"], why)


def readings_may_be_too_few(draft: Draft, table: TableDraft) -> None:
    """Methods that state no error, and of which readings of standards do not say enough."""
    records = records_of_draft(draft)
    for use in (ChecksUse.TOO_FEW, ChecksUse.NO_SCATTER):
        found = [one for one in records.values() if one.use is use]
        if found:
            one, more = found[0], more_like_it(len(found) - 1, "method", "methods")
            freedom = int(one.random.freedom) if one.random is not None else 0
            why = (
                f"{freedom} repetitions within sessions and {one.adjustments} adjustments seen as found are too few "
                f"for its errors, which take {LEAST_FREEDOM} and {LEAST_ADJUSTMENTS}: read the standard several times "
                "a session, before each calibration"
                if use is ChecksUse.TOO_FEW
                else "its readings are all alike, so that they show no random error: write its division in methods"
            )
            draft.notices.append(f"{table.file}: {one.method} states no error, and {why}{more}")
