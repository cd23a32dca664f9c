"""Which rows stand at a moment: those of approved submissions, as they were corrected, without the withdrawn ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from stockward.book.store.entries import EntryKind, time_text
from stockward.book.store.tables import ENTRIES

_CHANGED = (EntryKind.ROW.value, EntryKind.CORRECTION.value, EntryKind.WITHDRAWAL.value)


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A row as it stands: ``first`` is the entry that brought it, ``entry`` the one that says what it is now."""

    first: int
    entry: int
    table: str
    cells: Mapping[str, str]
    file: str
    row: int


def standing_rows(connection: Connection, site: str, as_of: datetime | None = None) -> list[StandingRow]:
    """The rows of a site that stood at a moment (now where ``None``), in the order in which they were brought."""
    rows: dict[int, StandingRow] = {}
    first_of: dict[int, int] = {}
    for one in _approved(connection, site, as_of, ENTRIES.c.kind.in_(_CHANGED)):
        about = json.loads(one.entry)["about"]
        if one.kind == EntryKind.ROW:
            source = about["source"]
            rows[one.number] = StandingRow(
                one.number, one.number, about["table"], about["row"], source["file"], source["row"]
            )
            first_of[one.number] = one.number
            continue
        # What names an entry that no longer stands was never approved: the book refuses it.
        first = first_of.pop(one.of)
        was = rows.pop(first)
        if one.kind == EntryKind.CORRECTION:
            rows[first] = replace(was, entry=one.number, cells=about["row"])
            first_of[one.number] = first
    return [rows[first] for first in sorted(rows)]


def standing_settings(connection: Connection, site: str, as_of: datetime | None = None) -> str | None:
    """The text of the settings that stood at a moment; ``None`` where none were approved."""
    text = None
    for one in _approved(connection, site, as_of, ENTRIES.c.kind == EntryKind.SETTINGS.value):
        text = str(json.loads(one.entry)["about"]["text"])
    return text


def standing_columns(connection: Connection, site: str, as_of: datetime | None = None) -> dict[str, set[str]]:
    """The columns of each table that its files had."""
    columns: dict[str, set[str]] = {}
    for one in _approved(connection, site, as_of, ENTRIES.c.kind == EntryKind.SUBMISSION.value):
        for table, brought in json.loads(one.entry)["about"].get("tables", {}).items():
            columns.setdefault(table, set()).update(brought["columns"])
    return columns


def sites_in(connection: Connection) -> list[str]:
    """The sites of which anything was handed in, in order of name."""
    named = select(ENTRIES.c.site).where(ENTRIES.c.kind == EntryKind.SUBMISSION.value).distinct()
    return sorted(str(row.site) for row in connection.execute(named))


def _approved(
    connection: Connection, site: str, as_of: datetime | None, wanted: ColumnElement[bool]
) -> Iterator[Any]:
    """Entries of a site of approved submissions, in order of approval."""
    approvals = select(ENTRIES.c.number, ENTRIES.c.submission).where(
        ENTRIES.c.site == site,
        ENTRIES.c.kind == EntryKind.APPROVAL.value,
        *([] if as_of is None else [ENTRIES.c.at <= time_text(as_of)]),
    )
    for approval in connection.execute(approvals.order_by(ENTRIES.c.number)).all():
        query = select(ENTRIES.c.number, ENTRIES.c.kind, ENTRIES.c.of, ENTRIES.c.entry)
        of_it = query.where(ENTRIES.c.submission == approval.submission, wanted).order_by(ENTRIES.c.number)
        yield from connection.execute(of_it)
