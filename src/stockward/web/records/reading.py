"""What is in uploaded files: which rows are new, and what is wrong with them beside those that stand in the book."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from stockward.book import Site
from stockward.book.schema.dictionary import tables
from stockward.book.settings import SETTINGS, settings_in
from stockward.book.site import lacking_tables
from stockward.book.sources.raw import RawTable
from stockward.book.sources.site_folder import read_raw
from stockward.book.store.facts import tables_in
from stockward.book.store.handed_in import HandedIn, written_cells
from stockward.terms.errors import StockwardError, UsageError, require_none
from stockward.terms.signs import printable
from stockward.web.records.the_book import standing_files
from stockward.web.records.told import said_to_people
from stockward.web.records.uploads import folder_of

_MOST_PROBLEMS = 500
_OF_SETTINGS = "stock"
"""The part of the tables with which the settings of a site go."""
_STANDING = 3_000_000_000
"""Added to the numbers of rows that stand in the book already, so that what is wrong with them is told apart."""


@dataclass(frozen=True, slots=True)
class ReadUpload:
    """What files came to.

    changes
        What is new, to be handed in.
    site
        The facts of the site as they would be with it.
    there
        How many rows of each table stand in the book already, cell for cell, and are left out.
    """

    changes: HandedIn
    site: Site
    there: Mapping[str, int]

    def told(self) -> dict[str, Any]:
        """What a page shows of it, as JSON has it: every problem of the new rows with file, row, column and mend."""
        problems = [one for one in self.site.problems if one.row < _STANDING and one.table in self.changes.tables]
        return {
            "problems": [
                {
                    "file": printable(one.file),
                    "row": one.row,
                    "column": one.column,
                    "value": "" if one.value is None else printable(one.value)[:200],
                    "reason": printable(one.reason),
                }
                for one in problems[:_MOST_PROBLEMS]
            ],
            "count": len(problems),
            "notices": [printable(one) for one in self.site.notices],
            "tables": [
                {"name": name, "file": printable(raw.file), "new": len(raw.rows), "there": self.there.get(name, 0)}
                for name, raw in self.changes.tables.items()
            ],
            "settings": self.changes.settings is not None,
            "empty": self.changes.settings is None and not any(len(raw.rows) for raw in self.changes.tables.values()),
        }


def read_upload(files: Iterable[tuple[str, bytes]], site: str, parts: Collection[str], note: str = "") -> ReadUpload:
    """Read uploaded files beside what stands in the book.

    Parameters
    ----------
    files
        Names and contents.
    site
        The site that they are of.
    parts
        Parts of the tables that whoever uploads may enter.
    note
        What whoever uploads says about it.

    Raises
    ------
    SiteError
        Files that cannot be read at all.
    UsageError
        Tables that whoever uploads does not enter, and a first upload without settings.
    """
    brought, standing = list(files), standing_files(site)
    names = {name.lower() for name, _ in brought}
    if SETTINGS not in names:
        if SETTINGS not in standing:
            raise UsageError(f"{SETTINGS}: the first upload of a site brings its settings: upload {SETTINGS} with it")
        brought.append((SETTINGS, standing[SETTINGS]))
    with folder_of(brought) as folder:
        raw, text, hashes = _read_in(folder)
    if SETTINGS not in names:
        hashes.pop(SETTINGS)
    _require_parts(raw, parts)
    if _OF_SETTINGS not in parts and text.encode() != standing.get(SETTINGS):
        raise UsageError(f"{SETTINGS}: your role does not change the settings of a site: leave it out")
    return _beside(raw, None if text.encode() == standing.get(SETTINGS) else text, hashes, standing, note)


def _read_in(folder: Path) -> tuple[Any, str, dict[str, str]]:
    """The files of the folder; errors name them as they were uploaded, and not where they lie for this moment."""
    try:
        return read_raw(folder, whole=False)
    except StockwardError as error:
        raise UsageError(str(error).replace(f"{folder}{os.sep}", "")) from None


def _beside(
    raw: Mapping[str, RawTable], text: str | None, hashes: Mapping[str, str], standing: Mapping[str, bytes], note: str
) -> ReadUpload:
    settings = settings_in(standing[SETTINGS] if text is None else text.encode(), SETTINGS)
    decimal = settings.site.decimal
    kept = tables_in(standing, decimal)
    new, there = {}, {}
    for name, table in raw.items():
        is_new = _is_new(table, kept.get(name), decimal)
        there[name] = int((~is_new).sum())
        new[name] = _only(table, is_new)
    both = {name: _together(kept.get(name), new.get(name), decimal) for name in tables() if name in kept or name in new}
    # Settings alone are enough to begin with: who enters stock and who enters guards then go each their own way.
    require_none(lacking_tables(both) if both else [])
    facts = Site.from_raw(both, settings, files=hashes)
    return ReadUpload(HandedIn(new, text, (), hashes, note, decimal), facts, there)


def _require_parts(raw: Mapping[str, RawTable], parts: Collection[str]) -> None:
    others = [f"{table.file} ({name})" for name, table in raw.items() if table.table.part not in parts]
    if others:
        raise UsageError(f"{', '.join(others)}: your role does not enter these tables: leave them out")


def _texts(raw: RawTable, decimal: str) -> pl.DataFrame:
    """Cells as texts, a column for every column of the table; blank ones are empty."""
    return pl.DataFrame(
        {
            name: written_cells(raw.cells[name], decimal).fill_null("").str.strip_chars()
            if name in raw.cells
            else pl.repeat("", len(raw.rows), eager=True)
            for name in raw.table.names
        }
    )


def _is_new(brought: RawTable, kept: RawTable | None, decimal: str) -> pl.Series:
    """Whether each row is one more than stand in the book already, cell for cell."""
    if kept is None or not len(brought.rows):
        return pl.repeat(True, len(brought.rows), dtype=pl.Boolean, eager=True)
    names = list(brought.table.names)
    counted = _texts(kept, decimal).group_by(names).len("there")
    found = (
        _texts(brought, decimal)
        .with_columns(turn=pl.int_range(pl.len()).over(names))
        .join(counted, on=names, how="left", maintain_order="left")
    )
    return found.select(pl.col("turn") >= pl.col("there").fill_null(0)).to_series()


def _only(raw: RawTable, wanted: pl.Series) -> RawTable:
    cells = {name: column.filter(wanted) for name, column in raw.cells.items()}
    return dataclasses.replace(raw, cells=cells, rows=raw.rows.filter(wanted))


def _together(kept: RawTable | None, new: RawTable | None, decimal: str) -> RawTable:
    """Rows of the book and new ones as one table; those of the book have other numbers."""
    if kept is None or new is None:
        known = new or kept
        assert known is not None
        return known if kept is None else _numbered(known)
    names = [name for name in new.table.names if name in kept.cells or name in new.cells]
    before, after = _texts(kept, decimal), _texts(new, decimal)
    cells = {name: pl.concat([before[name], after[name]]) for name in names}
    rows = pl.concat([_numbered(kept).rows, new.rows])
    return dataclasses.replace(new, cells=cells, rows=rows)


def _numbered(kept: RawTable) -> RawTable:
    return dataclasses.replace(kept, rows=(kept.rows.cast(pl.Int64) + _STANDING).cast(pl.UInt32).alias("row"))


def found_in(files: Iterable[tuple[str, bytes]], site: str, parts: Collection[str]) -> dict[str, Any]:
    """What a page shows of files; where they cannot be read at all, the one line that says why."""
    try:
        return read_upload(files, site, parts).told()
    except StockwardError as error:
        return {"fault": said_to_people(error)}
