"""What is in a draft: which rows are new, and what is wrong with them beside those that stand in the book."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from django.utils.translation import gettext_lazy

from stockward.book import Site
from stockward.book.cells.columns import MEND_OF_IMPORTED
from stockward.book.problems import Problem, waits_for
from stockward.book.schema.dictionary import tables
from stockward.book.settings import SETTINGS, settings_in
from stockward.book.site import lacking_tables
from stockward.book.sources.raw import RawTable
from stockward.book.sources.site_folder import read_raw
from stockward.book.store.handed_in import Correction, HandedIn
from stockward.book.store.standing import StandingFacts
from stockward.terms.errors import StockwardError, UsageError, require_none
from stockward.terms.signs import printable
from stockward.web.records.entering.differences import (
    Extent,
    TableDifferences,
    TickedRows,
    differences_of,
    texts_of,
    told_of_differences,
)
from stockward.web.records.entering.uploads import folder_of
from stockward.web.records.the_book import standing_facts, standing_tables

_MOST_PROBLEMS = 500
_OF_SETTINGS = "stock"
"""The part of the tables with which the settings of a site go."""
_STANDING = 3_000_000_000
_MEND_HERE = gettext_lazy("correct its file and upload it again, or type it here")
"""Added to the numbers of rows that stand in the book already, so that what is wrong with them is told apart."""


@dataclass(frozen=True, slots=True)
class Brought:
    """All that somebody brings: files of the format by name and content, and tables that stand beside them.

    typed, foreign
        Tables that were typed, which stand in the place of those in files; and those that came of foreign files.
    hashes
        SHA-256 of the foreign files.
    """

    files: Sequence[tuple[str, bytes]] = ()
    typed: Mapping[str, RawTable] = field(default_factory=dict)
    foreign: Mapping[str, RawTable] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    answers: str = ""
    """The text of the mapping by which foreign files were read."""

    def extent_of(self, table: str) -> Extent:
        """Of which rows of the book a table should have each; an import writes the whole table anew."""
        if table in self.typed:
            return Extent.ROWS
        return Extent.TABLE if table in self.foreign else Extent.FILE


@dataclass(frozen=True, slots=True)
class ReadUpload:
    """What files came to.

    changes
        What is to be handed in.
    site
        The facts of the site as they would be with it.
    compared
        Each table beside the book: what is new, there already, changed and gone.
    """

    changes: HandedIn
    site: Site
    compared: Mapping[str, TableDifferences]

    def told(self, *, asked: bool = False) -> dict[str, Any]:
        """What a page shows of it, as JSON has it: every problem of the new rows with file, row, column and mend.

        Where questions about the files are ``asked``, rows that wait for an answer are no problems, but counted apart:
        nothing in a file is wrong with them.
        """
        problems = [one for one in self.site.problems if one.row < _STANDING and one.table in self.compared]
        waiting = _waiting(problems) if asked else set()
        problems = [one for one in problems if (one.file, one.row) not in waiting]
        differences = told_of_differences(list(self.compared.values()))
        new = any(len(one.new.rows) for one in self.compared.values())
        return {
            "problems": [
                {
                    "table": one.table,
                    "file": printable(one.file),
                    "source": printable(one.source),
                    "row": one.row,
                    "column": one.column,
                    "value": "" if one.value is None else printable(one.value)[:200],
                    "reason": printable(one.reason.replace(MEND_OF_IMPORTED, str(_MEND_HERE))),
                }
                for one in problems[:_MOST_PROBLEMS]
            ],
            "count": len(problems),
            "waiting": len(waiting),
            "notices": [printable(one) for one in self.site.notices],
            "tables": [
                {"name": name, "file": printable(one.brought.file), "new": len(one.new.rows), "there": one.there,
                 "changed": len(one.changed), "gone": len(one.gone)}
                for name, one in self.compared.items()
            ],
            **differences,
            "settings": self.changes.settings is not None,
            "empty": self.changes.settings is None and not new
            and not differences["changed_count"] and not differences["gone_count"],
        }  # fmt: skip

    @property
    def everything(self) -> tuple[frozenset[int], frozenset[int]]:
        """The entries of which rows are changed, and those that are gone."""
        changed = {row.standing.entry for one in self.compared.values() for row in one.changed}
        return frozenset(changed), frozenset(row.entry for one in self.compared.values() for row in one.gone)


def _waiting(problems: Collection[Problem]) -> set[tuple[str, int]]:
    """Rows of imported tables, by file and row, in which an answer is lacking, and those that wait for such a row."""
    found = {(one.file, one.row) for one in problems if one.source and (one.value or "").startswith("?")}
    while True:
        more = {(one.file, one.row) for one in problems if waits_for(one.reason) in found} - found
        if not more:
            return found
        found |= more


def read_upload(
    brought: Brought, site: str, parts: Collection[str], note: str = "", choice: TickedRows | None = None
) -> ReadUpload:
    """Read what was brought beside what stands in the book.

    Parameters
    ----------
    brought
        Files and tables.
    site
        The site that they are of.
    parts
        Parts of the tables that whoever uploads may enter.
    note
        What whoever uploads says about it.
    choice
        What of the differences is handed in; where ``None``, rows that are changed are checked as they would be.

    Raises
    ------
    SiteError
        Files that cannot be read at all.
    UsageError
        Tables that whoever uploads does not enter, and a first upload without settings.
    """
    facts = standing_facts(site)
    standing = None if facts.settings is None else facts.settings.encode()
    raw, text, hashes = tables_brought(brought, standing)
    _require_parts(raw, parts)
    is_changed = text.encode() != standing
    if _OF_SETTINGS not in parts and is_changed:
        raise UsageError(f"{SETTINGS}: your role does not change the settings of a site: leave it out")
    decimal = settings_in(text.encode(), SETTINGS).site.decimal
    kept = standing_tables(site, decimal)
    compared = tables_compared(brought, raw, facts, kept, decimal)
    if choice is None:
        choice = TickedRows({row.standing.entry for one in compared.values() for row in one.changed})
        corrections: tuple[Correction, ...] = ()
    else:
        corrections = tuple(row for one in compared.values() for row in one.corrections(choice))
    changes = HandedIn(
        {name: one.new for name, one in compared.items()}, text if is_changed else None, corrections,
        hashes, note, decimal, left=_left(compared, choice), answers=brought.answers,
    )  # fmt: skip
    return ReadUpload(changes, _facts_with(compared, kept, text, choice, hashes), compared)


def tables_brought(brought: Brought, standing: bytes | None) -> tuple[dict[str, RawTable], str, dict[str, str]]:
    """Every table that is brought, the settings, and the SHA-256 of each file. Raises as ``read_upload`` does."""
    files, names = list(brought.files), {name.lower() for name, _content in brought.files}
    if SETTINGS not in names:
        if standing is None:
            raise UsageError(f"{SETTINGS}: the first upload of a site brings its settings: upload {SETTINGS} with it")
        files.append((SETTINGS, standing))
    with folder_of(files) as folder:
        raw, text, hashes = _read_in(folder)
    if SETTINGS not in names:
        hashes.pop(SETTINGS)
    for name, table in brought.foreign.items():
        if name in raw:
            said = f"{raw[name].file}: the table {name} comes out of your other files too"
            raise UsageError(f"{said}: submit one of them first, and then the other")
        raw[name] = table
    return {**raw, **brought.typed}, text, {**hashes, **brought.hashes}


def _read_in(folder: Path) -> tuple[Any, str, dict[str, str]]:
    """The files of the folder; errors name them as they were uploaded, and not where they lie for this moment."""
    try:
        return read_raw(folder, whole=False)
    except StockwardError as error:
        raise UsageError(str(error).replace(f"{folder}{os.sep}", "")) from None


def tables_compared(
    brought: Brought, raw: Mapping[str, RawTable], facts: StandingFacts, kept: Mapping[str, RawTable], decimal: str
) -> dict[str, TableDifferences]:
    """Each table beside the same one in the book."""
    ordered = {name: raw[name] for name in tables() if name in raw}
    return {
        name: differences_of(
            table, kept.get(name), [row for row in facts.rows if row.table == name], decimal,
            brought.extent_of(name),
        )
        for name, table in ordered.items()
    }  # fmt: skip


def _facts_with(
    compared: Mapping[str, TableDifferences],
    kept: Mapping[str, RawTable],
    text: str,
    choice: TickedRows,
    hashes: Mapping[str, str],
) -> Site:
    """The facts as they would be: what stands, with what is put right, and what is new."""
    settings = settings_in(text.encode(), SETTINGS)
    decimal = settings.site.decimal
    both = {}
    for name in tables():
        if name in compared:
            one = compared[name]
            both[name] = _together(one.left_standing(choice), one.with_chosen(choice), decimal)
        elif name in kept:
            both[name] = _numbered(kept[name])
    # Settings alone are enough to begin with: who enters stock and who enters guards then go each their own way.
    require_none(lacking_tables(both) if both else [])
    return Site.from_raw(both, settings, files=hashes)


def _left(compared: Mapping[str, TableDifferences], choice: TickedRows) -> dict[str, int]:
    """How many rows are left as they are in the book: said to whoever approves."""
    left = {
        "there": sum(one.there for one in compared.values()),
        "changed": sum(row.standing.entry not in choice.changed for one in compared.values() for row in one.changed),
        "gone": sum(row.entry not in choice.gone for one in compared.values() for row in one.gone),
    }
    return {name: count for name, count in left.items() if count}


def _require_parts(raw: Mapping[str, RawTable], parts: Collection[str]) -> None:
    others = [f"{table.file} ({name})" for name, table in raw.items() if table.table.part not in parts]
    if others:
        raise UsageError(f"{', '.join(others)}: your role does not enter these tables: leave them out")


def _together(kept: RawTable | None, new: RawTable, decimal: str) -> RawTable:
    """Rows of the book and new ones as one table; those of the book have other numbers."""
    if kept is None:
        return new
    names = [name for name in new.table.names if name in kept.cells or name in new.cells]
    before, after = texts_of(kept, decimal), texts_of(new, decimal)
    cells = {name: pl.concat([before[name], after[name]]) for name in names}
    rows = pl.concat([_numbered(kept).rows, new.rows])
    return dataclasses.replace(new, cells=cells, rows=rows)


def _numbered(kept: RawTable) -> RawTable:
    return dataclasses.replace(kept, rows=(kept.rows.cast(pl.Int64) + _STANDING).cast(pl.UInt32).alias("row"))
