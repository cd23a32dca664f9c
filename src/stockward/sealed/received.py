"""What a receiver does on a machine of their own: opens what the server gave out, grades it, answers.

A server gives out a zip file with an age file a report, under its day: ``2026-11-30/1f3a90c2.age``. Opened, each is a
text with a head of four lines. Nothing here speaks to a server.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from stockward.sealed.envelope import SEALED_MOST, DamagedSealError, opened, seal
from stockward.sealed.keys import require_public_key
from stockward.sealed.texts import text_given
from stockward.terms.errors import UsageError
from stockward.terms.files import read_bytes
from stockward.terms.signs import printable
from stockward.terms.spreadsheet_text import csv_text, no_formula, text_of

if TYPE_CHECKING:
    from pyrage import x25519

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})/([0-9a-f]{8})\.age")
_HEAD = ("report", "received on", "answer key", "about")
_COLUMNS = ("report", "received_on", "about", "text", "source", "source_grade", "information_grade")
KEPT = "kept by the receiver"
"""What stands in the table of reports instead of the text of one."""


@dataclass(frozen=True, slots=True)
class OpenedReport:
    """One report that its receiver has opened.

    answer_key
        Public key to which an answer is sealed.
    """

    number: str
    day: date
    about: str
    text: str
    answer_key: str

    @property
    def written(self) -> str:
        """The report as a text file; no sign in it can speak to a terminal."""
        head = (self.number, self.day.isoformat(), self.answer_key, " ".join(self.about.split()))
        lines = [f"{name}: {printable(value)}" for name, value in zip(_HEAD, head, strict=True)]
        return "\n".join([*lines, "", *map(printable, self.text.splitlines()), ""])

    @classmethod
    def read(cls, path: Path) -> OpenedReport:
        """A report from its text file. Raises ``UsageError`` for another file."""
        head, _, text = text_given(path).partition("\n\n")
        told = dict(line.partition(": ")[::2] for line in head.splitlines())
        try:
            number, day, key, about = (told[name] for name in _HEAD)
            return cls(number, date.fromisoformat(day), about, text, key)
        except (KeyError, ValueError):
            mend = "give a file that stockward reports open has written, with its first lines as they were"
            raise UsageError(f"{path}: this is no opened report: {mend}") from None


@dataclass(slots=True)
class OpenedExport:
    """What came of opening: the reports, how many are sealed to others, and what could not be opened at all."""

    reports: list[OpenedReport] = field(default_factory=list)
    of_others: int = 0
    damaged: list[str] = field(default_factory=list)

    @property
    def files(self) -> dict[str, str]:
        """A text file for each report."""
        return {f"{one.number}.txt": one.written for one in self.reports}


def zipped(sealed: Sequence[tuple[str, date, bytes]]) -> bytes:
    """The file that a server gives out, of numbers, days and sealed reports; it tells no other time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number, day, content in sorted(sealed):
            archive.writestr(zipfile.ZipInfo(f"{day.isoformat()}/{number}.age"), content)
    return made.getvalue()


def open_export(path: Path, identity: x25519.Identity) -> OpenedExport:
    """Open all that is sealed to a key in the file of a server. Raises ``UsageError`` for another file."""
    came_to = OpenedExport()
    for name, day, number, sealed in _members(path):
        try:
            said = opened(sealed, identity)
        except DamagedSealError as error:
            came_to.damaged.append(f"{name}: {error}")
            continue
        if said is None:
            came_to.of_others += 1
            continue
        about, text, key = said.get("about", ""), said.get("text", ""), said.get("answer_key", "")
        came_to.reports.append(OpenedReport(number, day, about, text, key))
    return came_to


def _members(path: Path) -> Iterator[tuple[str, date, str, bytes]]:
    mend = "give the file that the page of the receivers has given out"
    try:
        with zipfile.ZipFile(io.BytesIO(read_bytes(path))) as archive:
            for one in archive.infolist():
                found = _NAME.fullmatch(one.filename)
                if found is None or one.file_size > SEALED_MOST:
                    raise UsageError(f"{path}: {printable(one.filename)} is no sealed report: {mend}")
                yield one.filename, date.fromisoformat(found[1]), found[2], archive.read(one)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        raise UsageError(f"{path}: it is no file of sealed reports, or was cut: {mend}") from None


def graded(table: str, report: OpenedReport, grades: Mapping[str, str], *, with_text: bool) -> str:
    """A table ``reports`` with one more row; ``grades`` has ``about``, ``source_grade`` and ``information_grade``.

    Raises ``UsageError`` where the report stands in it already, or the table has other columns.
    """
    reader = csv.DictReader(io.StringIO(table))
    columns = tuple(reader.fieldnames or _COLUMNS)
    if lacking := [name for name in (*_COLUMNS[:4], *_COLUMNS[5:]) if name not in columns]:
        raise UsageError(f"the table of reports has no column {lacking[0]}: add it, or name a new file")
    rows = list(reader)
    number = f"R-{report.number}"
    if any(row["report"] == number for row in rows):
        raise UsageError(f"{number} is graded already in this table: take its row out to grade it anew")
    row = {"report": number, "received_on": report.day.isoformat(), "text": report.text if with_text else KEPT}
    # Cells of former rows are read as they were meant, or the sign before a text would be set once more.
    kept = [{name: text_of(cell) for name, cell in one.items() if isinstance(cell, str)} for one in rows]
    added = [[one.get(name, "") for name in columns] for one in (*kept, row | dict(grades))]
    return csv_text([columns, *added], guard=no_formula)


def sealed_answer(report: OpenedReport, text: str) -> bytes:
    """An answer that opens with the receipt code of its report. Raises ``UsageError`` for an empty or too long one."""
    if not text.strip():
        raise UsageError("the answer is empty: write it into the file")
    try:
        key = require_public_key(report.answer_key)
    except UsageError:
        mend = "give the text as stockward reports open has written it"
        raise UsageError(f"report {report.number}: it has no key to answer to: {mend}") from None
    return seal({"answer": text.strip()}, [key])
