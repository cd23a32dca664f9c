"""A roster for machines: flat CSV for payroll, and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import polars as pl

from stockward.answers.roster import Duty, GuardMonth, RosterAnswer, RosterCost
from stockward.book.cells.columns import read_column
from stockward.book.cells.reading import Locale, Reading
from stockward.book.schema.dictionary import Column, Table
from stockward.book.sources.raw import RawTable
from stockward.book.sources.separated import read_csv
from stockward.book.sources.workbook.sheets import Workbook
from stockward.report.kit.json_texts import json_text
from stockward.terms.errors import SheetError, SiteError
from stockward.terms.files import read_bytes
from stockward.terms.spreadsheet_text import csv_text, text_of

ROSTER_SCHEMA = "stockward.roster/1"
ROSTER_COLUMNS = ("person", "affiliation", "post", "number", "start", "end", "hours", "night", "weekend")
"""Columns of the flat file, one row a shift of a guard; moments with their offset from UTC."""


def write_roster_csv(answer: RosterAnswer) -> str:
    """The roster as flat CSV, one row a shift of a guard, in order of time; codes survive a spreadsheet."""
    return duties_csv(answer.duties, answer.timezone)


def duties_csv(duties: Iterable[Duty], timezone: str) -> str:
    """Shifts of guards as flat CSV, in their order; moments in the time zone of the site."""
    zone = ZoneInfo(timezone)
    return csv_text([ROSTER_COLUMNS, *(_row_of(duty, zone) for duty in duties)])


def _row_of(duty: Duty, zone: ZoneInfo) -> tuple[str | float, ...]:
    start, end = (moment.astimezone(zone).isoformat(timespec="minutes") for moment in (duty.start, duty.end))
    night, weekend = ("yes" if it_is else "no" for it_is in (duty.night, duty.weekend))
    return duty.person, duty.affiliation, duty.post, duty.number, start, end, duty.hours, night, weekend


ROSTER_SHEET = "shifts"
"""The sheet of a workbook that holds the same rows, with local moments."""

_READ = ("person", "post", "start")
"""The columns of an earlier roster that are read."""


def _column(name: str) -> Column:
    return Column(name, "time" if name == "start" else "key", "", name in _READ, "", None, (), "")


_TABLE = Table(
    name=ROSTER_SHEET,
    key=("person", "start"),
    required=True,
    private=False,
    part="guards",
    meaning="An earlier roster.",
    columns=tuple(map(_column, (*ROSTER_COLUMNS, "locked"))),
)
_WORKBOOKS = frozenset({".xlsx", ".xlsm"})


def read_earlier_roster(path: Path, timezone: str) -> tuple[dict[tuple[str, datetime], str], tuple[str, ...]]:
    """Read a roster that was written as CSV or as a workbook: post by guard's code and moment of start, and notices.

    It is read as the tables of a site are: a spreadsheet program may have saved it again, and a moment without an
    offset is one of the site's ``timezone``. Raises ``SheetError`` in one line for a file that is none, with its row.
    """
    try:
        raw = _raw(path)
    except SiteError as error:
        raise SheetError(error.file, error.problem, error.mend) from None
    for torn in raw.torn:
        _refuse(raw.file, torn.row, "", torn.reason)
    locale = Locale(".", timezone)
    read = {name: read_column(_bare(raw.cells[name]), _TABLE[name], locale) for name in _READ}
    _refuse_first(raw, read)
    found: dict[tuple[str, datetime], str] = {}
    for row, person, post, start in zip(raw.rows, *(read[name].values for name in _READ), strict=True):
        if (person, start) in found:
            raise SheetError(raw.file, f"{person} begins twice at that time", "keep one row", row=row)
        found[person, start] = post
    if not found:
        raise SheetError(raw.file, "the file has no shift", "take a file that this command wrote")
    return found, raw.notices


def _raw(path: Path) -> RawTable:
    content = read_bytes(path)
    if path.suffix.lower() not in _WORKBOOKS:
        try:
            return read_csv(path, content, _TABLE)
        except SiteError as error:
            raise SiteError(
                error.file, error.problem, f"{error.mend}, or take a file that this command wrote"
            ) from None
    workbook = Workbook(content, path.name, ".", (ROSTER_SHEET,))
    if ROSTER_SHEET not in workbook.sheets:
        mend = f"take a workbook that this command wrote, or call the sheet with person, post and start {ROSTER_SHEET}"
        raise SiteError(path.name, f"there is no sheet {ROSTER_SHEET}", mend)
    return workbook.read(ROSTER_SHEET, _TABLE)


def _bare(cells: pl.Series) -> pl.Series:
    """Codes without the sign that kept a spreadsheet program from changing them."""
    return pl.Series([None if cell is None else text_of(cell.strip()) for cell in cells], dtype=pl.String)


def _refuse_first(raw: RawTable, read: Mapping[str, Reading]) -> None:
    """Raise for the first cell that cannot be read."""
    faults = [
        (row, name, reason)
        for name, reading in read.items()
        for row, reason in zip(raw.rows, reading.fault, strict=True)
        if reason is not None
    ]
    if faults:
        row, name, reason = min(faults)
        _refuse(raw.file, row, name, reason)


def _refuse(file: str, row: int, column: str, reason: str) -> NoReturn:
    problem, _, mend = reason.partition(": ")
    raise SheetError(file, problem, mend or "correct it", row=row, column=column)


def write_roster_json(answer: RosterAnswer) -> str:
    """The roster as JSON, schema ``stockward.roster/1``: the same roster gives the same bytes but its moment."""
    document: dict[str, Any] = {
        "schema": ROSTER_SCHEMA,
        "generated": {"version": answer.version, "at": answer.at, "seed": answer.seed, "options": answer.options},
        "site": {"name": answer.site, "timezone": answer.timezone},
        "start": answer.start,
        "weeks": answer.weeks,
        "rules": {rule.key: rule.value for rule in answer.rules},
        "status": answer.status,
        "stopped": answer.stopped,
        "cost": None if answer.cost is None else _stated(answer.cost),
        "bound": answer.bound,
        "gap": answer.gap,
        "duties": answer.duties,
        "left_open": answer.left_open,
        "guards": [_stated(one) for one in answer.guards],
        "posts": answer.posts,
        "left_out": [{"person": person, "reason": reason} for person, reason in answer.left_out],
        "conflicts": answer.conflicts,
        "irreducible": answer.irreducible,
        "relaxations": answer.relaxations,
        "changed": answer.changed,
        "notes": answer.notes,
        "set_aside": sum(answer.set_aside.values()),
    }
    if answer.overtime is not None:
        document["overtime"] = answer.overtime
    return json_text(document, answer.timezone)


def _stated(part: RosterCost | GuardMonth) -> dict[str, Any]:
    """A part of the answer without what the site does not state: overtime, a wished pattern."""
    found = {field.name: getattr(part, field.name) for field in fields(part)}
    return {name: value for name, value in found.items() if value is not None}
