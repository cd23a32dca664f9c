"""The lists of people and of absences of an import: which of the two each is, and the rows that come of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from stockward.book.sources.importers.columns import LEFT_OUT, roles_of
from stockward.book.sources.importers.entries import SourceEntry
from stockward.book.sources.importers.grid.files import CellValue
from stockward.book.sources.importers.grid.layout import Block
from stockward.book.sources.importers.ledger.posting import Postings
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.people.away import absence_rows
from stockward.book.sources.importers.people.recognising import ABSENCES, PEOPLE, likely_table
from stockward.book.sources.importers.people.roll import roll_rows
from stockward.book.sources.importers.profiles import Profile
from stockward.book.sources.importers.site_rows import SiteRows, log_line

_TIME = re.compile(r"\d[ T]+\d{1,2}:\d{2}")
_CELL = re.compile(r"(?<=\s)(['\"]).*\1 ")
_TIMED = Profile("", "", "", (), {}, {}, {"times": ("ask",)})
_DATED = Profile("", "", "", (), {}, {}, {})
ColumnRoles = dict[str, tuple[str, ...]]


def table_of_people(source: str, blocks: Sequence[Block], mapping: MappingFile) -> str | None:
    """Whether the rows of a source are people or absences; ``None`` while it is asked."""
    likely, is_sure = likely_table(blocks[0].headers)
    if is_sure:
        return mapping.settle("source", source, "table", value=likely)
    other = ABSENCES if likely == PEOPLE else PEOPLE
    asks = f"What is {blocks[0].name}, with the columns {', '.join(blocks[0].headers[:8])}?"
    return mapping.ask("source", source, "table", asks=asks, choices=[likely, other, LEFT_OUT])


def reading_of_people(
    source: str, blocks: Sequence[Block], table: str, mapping: MappingFile
) -> tuple[ColumnRoles, Profile]:
    """The columns of a list, and whether its times must be asked about: a bare first and last day is one of either."""
    profile = _TIMED if any(map(_has_time, blocks)) else _DATED
    roles = roles_of(blocks, profile, mapping, source)
    for in_absences, in_people in (("start", "since"), ("end", "until")):
        wanted, found = (in_people, in_absences) if table == PEOPLE else (in_absences, in_people)
        if wanted not in roles and found in roles:
            roles[wanted] = roles.pop(found)
    return roles, profile


def as_known_again(entries: Iterable[SourceEntry], table: str) -> None:
    """Give entries what names them in another file: a person's number, or the first day of an absence."""
    for entry in entries:
        # A cell of a list of people is shown nowhere.
        entry.faults = [_CELL.sub("a cell ", fault) for fault in entry.faults]
        if table == PEOPLE:
            entry.at, entry.texts["id"] = "", entry.text("member")
        elif entry.text("start"):
            entry.at = entry.text("start")


@dataclass(slots=True)
class PeopleRead:
    """Rows of ``people`` and ``absences``, to be written once all lists have been read."""

    affiliations: Sequence[str] = ()
    found: list[tuple[str, SourceEntry, list[dict[str, str]]]] = field(default_factory=list)

    def take(self, source: str, entries: Sequence[SourceEntry], table: str, mapping: MappingFile) -> Postings:
        """Read the entries of one source; what was left out is told."""
        made = Postings()
        if table == PEOPLE:
            for entry in entries:
                _add_last_day(entry, mapping)
            rolled = roll_rows(entries, source, self.affiliations, mapping, made)
            self.found += [(PEOPLE, entry, [row]) for entry, row in rolled]
        else:
            self.found += [(ABSENCES, entry, rows) for entry, rows in absence_rows(entries, source, mapping, made)]
        return made

    def write(self, rows: SiteRows, mapping: MappingFile) -> None:
        """Add all rows, and a line of the log for each entry."""
        for table, entry, made in self.found:
            for path in entry.waits:
                mapping.wait(path, entry.place)
            (rows.people if table == PEOPLE else rows.absences).extend(made)
            key = ", ".join(filter(None, (made[0]["person"], made[0].get("start", ""))))
            rows.log.append(log_line(entry, table, key, entry.waits, entry.faults))


def _add_last_day(entry: SourceEntry, mapping: MappingFile) -> None:
    """The last day of somebody who stands in later lists no more, as a person has said it."""
    told: Path = ("people", "left", entry.text("member"))
    day = mapping.settled.get(told, "")
    if day[:1].isdigit() and not entry.text("until"):
        entry.texts["until"] = day
        entry.columns |= {"until"}


def _has_time(block: Block) -> bool:
    return any(_is_timed(cell) for row in block.rows for cell in row.cells)


def _is_timed(cell: CellValue) -> bool:
    if isinstance(cell, datetime):
        return cell.time() != time()
    return isinstance(cell, str) and bool(_TIME.search(cell))
