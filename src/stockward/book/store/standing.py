"""Which rows stand at a moment: those of approved submissions, as they were corrected, without the withdrawn ones.

What a finding came to, where it states an amount, stands as a row of ``settled`` from its approval until it is opened
again: no submission brings it, and no correction changes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from stockward.book.store.entries import CHANGES, BookEntry, EntryKind, time_text
from stockward.book.store.tables import ENTRIES


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A row as it stands: ``first`` is the entry that brought it, ``entry`` the one that says what it is now.

    ``finding`` is the one of which it says what that came to; ``None`` for a row that was handed in.
    """

    first: int
    entry: int
    table: str
    cells: Mapping[str, str]
    file: str
    row: int
    finding: int | None = None


@dataclass(frozen=True, slots=True)
class StandingFacts:
    """The facts of a site at a moment: the text of its settings, its rows, and the columns that its files had."""

    settings: str | None
    rows: tuple[StandingRow, ...]
    columns: Mapping[str, frozenset[str]]


Approved = tuple[int, str, int | None, Mapping[str, Any]]
"""An entry of an approved submission: its number, its kind, the entry that it names, and what it says."""


def standing_of(approved: Iterable[Approved]) -> StandingFacts:
    """What stands after these entries, which come in the order of their approval and then of their number."""
    settings: str | None = None
    columns: dict[str, frozenset[str]] = {}
    rows: dict[int, StandingRow] = {}
    first_of: dict[int, int] = {}
    settled: dict[int, StandingRow] = {}
    for number, kind, of, about in approved:
        if kind == EntryKind.SUBMISSION:
            for table, brought in about.get("tables", {}).items():
                columns[table] = columns.get(table, frozenset()) | frozenset(brought["columns"])
        elif kind == EntryKind.SETTINGS:
            settings = about["text"]
        elif kind == EntryKind.ROW:
            source = about["source"]
            rows[number] = StandingRow(number, number, about["table"], about["row"], source["file"], source["row"])
            first_of[number] = number
        elif kind == EntryKind.FINDING and of is not None:
            settled.pop(of, None)
            if "settled" in about:
                settled[of] = StandingRow(number, number, "settled", about["settled"], f"finding {of}", number, of)
        elif of is not None:
            # What names an entry that no longer stands is never approved: the book refuses it.
            first = first_of.pop(of)
            was = rows.pop(first)
            if kind == EntryKind.CORRECTION:
                rows[first] = replace(was, entry=number, cells=about["row"])
                first_of[number] = first
    rows |= {one.first: one for one in settled.values()}
    return StandingFacts(settings, tuple(rows[first] for first in sorted(rows)), columns)


def approved_in(connection: Connection, site: str, as_of: datetime | None = None) -> Iterator[Approved]:
    """The entries of a site whose submissions were approved by a moment (by now where ``None``)."""
    columns = select(ENTRIES.c.number, ENTRIES.c.kind, ENTRIES.c.of, ENTRIES.c.entry).order_by(ENTRIES.c.number)
    by_then = [] if as_of is None else [ENTRIES.c.at <= time_text(as_of)]
    deciding = select(ENTRIES.c.kind, ENTRIES.c.submission, ENTRIES.c.entry).where(
        ENTRIES.c.site == site, ENTRIES.c.kind.in_([EntryKind.APPROVAL.value, EntryKind.FINDING.value]), *by_then
    )
    proposals: dict[int, BookEntry] = {}
    for decision in connection.execute(deciding.order_by(ENTRIES.c.number)).all():
        if decision.kind == EntryKind.FINDING or decision.submission in proposals:
            yield from _of_finding(BookEntry.of_text(decision.entry), proposals)
            continue
        for one in connection.execute(columns.where(ENTRIES.c.submission == decision.submission)):
            if one.kind not in _DECIDED:
                yield one.number, one.kind, one.of, json.loads(one.entry).get("about", {})


def approved_among(entries: Iterable[BookEntry], site: str, as_of: datetime | None = None) -> Iterator[Approved]:
    """As ``approved_in``, out of entries in their order."""
    handed_in: dict[int, list[BookEntry]] = {}
    proposals: dict[int, BookEntry] = {}
    for one in entries:
        if one.site != site:
            continue
        decides = one.kind is EntryKind.APPROVAL and (as_of is None or one.at <= as_of)
        if one.kind is EntryKind.FINDING or (decides and one.submission in proposals):
            if as_of is None or one.at <= as_of:
                yield from _of_finding(one, proposals)
        elif one.kind is EntryKind.SUBMISSION:
            handed_in[one.number] = [one]
        elif one.kind in CHANGES and one.submission in handed_in:
            handed_in[one.submission].append(one)
        elif decides:
            for change in handed_in.get(one.submission or 0, ()):
                yield change.number, change.kind, change.of, change.about


def _of_finding(entry: BookEntry, proposals: dict[int, BookEntry]) -> Iterator[Approved]:
    """What an entry about a finding, or the approval of one, changes of what is settled; keeps what is proposed."""
    if entry.settles:
        proposals[entry.number] = entry
    elif entry.kind is EntryKind.APPROVAL:
        proposal = proposals.pop(entry.submission or 0)
        cells = proposal.about.get("settled")
        known = {
            "known_since": f"{entry.at:%Y-%m-%d}",
            "approved_by": entry.by,
            "reference": f"entry {proposal.number}",
        }
        about = {} if cells is None else {"settled": {**cells, **known}}
        yield proposal.number, EntryKind.FINDING, proposal.of, about
    elif entry.about.get("step") in _OPENS:
        yield entry.number, EntryKind.FINDING, entry.of, {}


_OPENS = ("changed", "grown")
"""Steps after which a finding is not settled."""


def sites_in(connection: Connection) -> list[str]:
    """The sites of which anything was handed in, in order of name."""
    named = select(ENTRIES.c.site).where(ENTRIES.c.kind == EntryKind.SUBMISSION.value).distinct()
    return sorted(str(row.site) for row in connection.execute(named))


_DECIDED = frozenset({EntryKind.APPROVAL.value, EntryKind.RETURN.value})
