"""What somebody hands in: new rows, rows put right, rows withdrawn, settings; and a folder of files as such."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import polars as pl

from stockward.book.cells.columns import shown
from stockward.book.schema.dictionary import tables
from stockward.book.settings import SETTINGS, settings_in
from stockward.book.sources.raw import RawTable
from stockward.book.sources.site_folder import read_raw
from stockward.book.store.deciding.hands import HANDS
from stockward.terms.errors import UsageError

Said = tuple[str, Mapping[str, Any], int | None]
"""The kind of an entry, what it says, and the entry that it names."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What the row of an entry really says (its cells by column), or ``None`` where it does not hold; and why."""

    of: int
    table: str
    cells: Mapping[str, str] | None
    reason: str


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Changes to the facts of one site.

    tables
        New rows, by table: cells as their file holds them, and the rows where they stand there.
    settings
        The whole text of the settings, where they change.
    files
        SHA-256 of each file that was brought, by name.
    decimal
        The decimal mark of the site, with which numbers that a file holds as such are written.
    left
        How many rows of the files stand in the book already, or say other things than it and are left as they are.
    answers
        The text of the mapping with which files of other programs were read; empty where there are none.
    hands
        By account: what others than whoever hands it in did for it. None of them decides on it.
    """

    tables: Mapping[str, RawTable] = field(default_factory=dict)
    settings: str | None = None
    corrections: tuple[Correction, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    decimal: str = "."
    left: Mapping[str, int] = field(default_factory=dict)
    answers: str = ""
    hands: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_folder(cls, folder: Path, note: str = "") -> Self:
        """All that stands in the folder of a site. Raises ``SiteError`` where it cannot be read."""
        raw, settings, files = read_raw(folder)
        return cls(raw, settings, (), files, note, settings_in(settings.encode(), SETTINGS).site.decimal)

    @property
    def about(self) -> dict[str, Any]:
        """What the entry of the submission says: files, and the columns and rows of each table."""
        brought = {
            name: {"columns": list(raw.cells), "file": raw.file, "rows": len(raw.rows)}
            for name, raw in sorted(self.tables.items())
        }
        corrected = dict(sorted(Counter(one.table for one in self.corrections).items()))
        said = {
            "answers": self.answers, "corrected": corrected, "files": dict(self.files), HANDS: dict(self.hands),
            "left": dict(self.left), "note": self.note, "tables": brought,
        }  # fmt: skip
        return {name: value for name, value in said.items() if value}

    def entries(self) -> Iterator[Said]:
        """The entries of the changes, rows table by table. Raises ``UsageError`` for what is no change."""
        if self.settings is not None:
            settings_in(self.settings.encode(), SETTINGS)
            yield "settings", {"text": self.settings}, None
        for name in tables():
            if name in self.tables:
                yield from _rows_of(self.tables[name], self.decimal)
        for one in self.corrections:
            yield _correction(one)


def _rows_of(raw: RawTable, decimal: str) -> Iterator[Said]:
    """A row an entry; blank cells are left out. Raises ``UsageError`` for rows whose cells cannot be told apart."""
    if raw.torn:
        torn = raw.torn[0]
        raise UsageError(f"{raw.file} row {torn.row}: {torn.reason}: mend the row before it is entered")
    columns = {name: written_cells(column, decimal).to_list() for name, column in raw.cells.items()}
    for place, number in enumerate(raw.rows.to_list()):
        cells = {name: text for name, column in columns.items() if (text := column[place])}
        yield "row", {"table": raw.table.name, "row": cells, "source": {"file": raw.file, "row": number}}, None


def written_cells(cells: pl.Series, decimal: str) -> pl.Series:
    """Cells as texts that are read back as the same on a site with this decimal mark."""
    texts = shown(cells)
    return texts.str.replace(".", decimal, literal=True) if cells.dtype.is_float() else texts


def _correction(one: Correction) -> Said:
    if not one.reason.strip():
        raise UsageError(f"entry {one.of}: a correction says why: write the reason")
    if one.cells is None:
        return "withdrawal", {"reason": one.reason.strip(), "table": one.table}, one.of
    cells = {name: cell for name, cell in one.cells.items() if cell}
    return "correction", {"reason": one.reason.strip(), "row": cells, "table": one.table}, one.of
