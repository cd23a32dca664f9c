"""A roster for machines: flat CSV for payroll, and JSON."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from stockward.answers.roster import Duty, RosterAnswer
from stockward.report.document import json_text
from stockward.terms.errors import SheetError
from stockward.terms.files import read_text
from stockward.terms.spreadsheet_text import csv_text, text_of

SCHEMA = "stockward.roster/1"
COLUMNS = ("person", "affiliation", "post", "number", "start", "end", "hours", "night", "weekend")
"""Columns of the flat file, one row a shift of a guard; moments with their offset from UTC."""


def write_roster_csv(answer: RosterAnswer) -> str:
    """The roster as flat CSV, one row a shift of a guard, in order of time; codes survive a spreadsheet."""
    zone = ZoneInfo(answer.timezone)
    return csv_text([COLUMNS, *(_row_of(duty, zone) for duty in answer.duties)])


def _row_of(duty: Duty, zone: ZoneInfo) -> tuple[str | float, ...]:
    start, end = (moment.astimezone(zone).isoformat(timespec="minutes") for moment in (duty.start, duty.end))
    night, weekend = ("yes" if it_is else "no" for it_is in (duty.night, duty.weekend))
    return duty.person, duty.affiliation, duty.post, duty.number, start, end, duty.hours, night, weekend


_SEPARATORS = (",", ";", "\t", "|")
"""What programs put between the cells of a CSV when they save it again."""

_READ = ("person", "post", "start")
"""The columns of an earlier roster that are read."""

_LOCAL = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}.*", re.ASCII)


def read_roster_csv(path: Path) -> dict[tuple[str, datetime], str]:
    """Read a roster that ``write_roster_csv`` wrote: post by guard's code and moment of start (UTC).

    A spreadsheet program may have saved it again, with another sign between the cells. Raises ``SheetError`` in one
    line for a file that is none, with its row.
    """
    try:
        text = read_text(path)
    except UnicodeDecodeError:
        raise SheetError(path.name, "the file is no UTF-8 text", "take the file as it was written") from None
    reader = csv.reader(io.StringIO(text), delimiter=_separator(text))
    mend = "take a file that this command wrote"
    found: dict[tuple[str, datetime], str] = {}
    try:
        header = next(reader, [])
        for name in _READ:
            if header.count(name) != 1:
                said = "is missing" if name not in header else f"stands there {header.count(name)} times"
                raise SheetError(path.name, f"the column {name} {said}", mend, row=1)
        for row, cells in enumerate(reader, 2):
            if any(cells):
                person, start, post = _row(path.name, row, header, cells)
                if (person, start) in found:
                    raise SheetError(path.name, f"{person} begins twice at that time", "keep one row", row=row)
                found[person, start] = post
    except csv.Error as error:
        raise SheetError(path.name, f"no valid CSV ({error})", "take the file as it was written") from None
    if not found:
        raise SheetError(path.name, "the file has no shift", mend, row=1)
    return found


def _separator(text: str) -> str:
    """The sign under which the header names most of the columns that are read."""
    header = text.partition("\n")[0]
    return max(
        _SEPARATORS, key=lambda sign: len({cell.strip(' "\r') for cell in header.split(sign)}.intersection(_READ))
    )


def _row(name: str, row: int, header: Sequence[str], cells: Sequence[str]) -> tuple[str, datetime, str]:
    if len(cells) != len(header):
        raise SheetError(name, f"{len(cells)} cells in place of {len(header)}", "correct that row", row=row)
    values = {column: text_of(cell.strip()) for column, cell in zip(header, cells, strict=True)}
    try:
        start = datetime.fromisoformat(values["start"])
        moment = None if start.tzinfo is None else start.astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        mend = "write it as 2026-07-06T06:00+09:00"
        said = f"{values['start']!r} is no moment with its offset"
        if _LOCAL.fullmatch(values["start"]):
            said += ", as if a spreadsheet program had rewritten it"
            mend = f"take the file as this command wrote it, or {mend}, in this row and all others"
        raise SheetError(name, said, mend, row=row, column="start")
    return values["person"], moment, values["post"]


def write_roster_json(answer: RosterAnswer) -> str:
    """The roster as JSON, schema ``stockward.roster/1``: the same roster gives the same bytes but its moment."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "generated": {"version": answer.version, "at": answer.at, "seed": answer.seed, "options": answer.options},
        "site": {"name": answer.site, "timezone": answer.timezone},
        "start": answer.start,
        "weeks": answer.weeks,
        "rules": dict(answer.rules),
        "status": answer.status,
        "stopped": answer.stopped,
        "cost": answer.cost,
        "bound": answer.bound,
        "gap": answer.gap,
        "duties": answer.duties,
        "left_open": answer.left_open,
        "guards": answer.guards,
        "posts": answer.posts,
        "left_out": [{"person": person, "reason": reason} for person, reason in answer.left_out],
        "conflicts": answer.conflicts,
        "irreducible": answer.irreducible,
        "relaxations": answer.relaxations,
        "changed": answer.changed,
        "notes": answer.notes,
        "set_aside": sum(answer.set_aside.values()),
    }
    return json_text(document, answer.timezone)
