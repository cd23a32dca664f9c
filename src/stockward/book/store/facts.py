"""The facts of a site out of the book: its files as they stood at a moment, and what is read from them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from stockward.book.schema.dictionary import IMPORTED_TABLES, tables
from stockward.book.settings import SETTINGS, settings_in
from stockward.book.site import Site, lacking_tables
from stockward.book.sources.raw import RawTable
from stockward.book.sources.separated import read_csv
from stockward.book.store.records import Book
from stockward.book.store.standing import StandingFacts, StandingRow, approved_in, sites_in, standing_of
from stockward.terms.errors import BookError, UsageError, require_none
from stockward.terms.periods import end_of
from stockward.terms.spreadsheet_text import unguarded_csv

_HEADER_ROW = 1


def site_files_in(book: Book, site: str | None = None, as_of: datetime | None = None) -> dict[str, bytes]:
    """The files of a site, as a folder of it would hold them: ``site.toml``, and a CSV a table.

    Parameters
    ----------
    book
        The book.
    site
        The name of the site; ``None`` where the book has one alone.
    as_of
        The files as they were approved at this moment; the last where ``None``.

    Raises
    ------
    UsageError
        A site that the book does not have.
    BookError
        Where nothing of it was approved by then, or the book does not answer.
    """
    with book.database.reading() as connection:
        named = site_named(connection, book, site)
        standing = standing_of(approved_in(connection, named, as_of))
    if standing.settings is None:
        when = "" if as_of is None else f" by {as_of:%Y-%m-%d %H:%M}"
        raise BookError(
            f"{book.database.shown}: no settings of {named} were approved{when}: approve a submission first"
        )
    return written_files(standing)


def written_files(standing: StandingFacts) -> dict[str, bytes]:
    """The files of what stands, by name."""
    files = {} if standing.settings is None else {SETTINGS: standing.settings.encode()}
    for name, table in tables().items():
        rows = [row for row in standing.rows if row.table == name]
        if rows or name in standing.columns:
            used = standing.columns.get(name, frozenset()).union(*(row.cells for row in rows))
            files[f"{name}.csv"] = _csv_of(name, [column for column in table.names if column in used], rows)
    return files


def tables_in(files: Mapping[str, bytes], decimal: str) -> dict[str, RawTable]:
    """The tables in files of a site, read with its decimal mark. Raises ``SiteError`` as reading a CSV does."""
    return {
        name: read_csv(Path(f"{name}.csv"), files[f"{name}.csv"], table, decimal)
        for name, table in tables().items()
        if f"{name}.csv" in files
    }


def site_from_book(book: Book, site: str | None = None, as_of: datetime | None = None) -> Site:
    """The facts of a site, read as those of a folder are. Raises as ``site_files_in``, and ``SiteError``."""
    files = site_files_in(book, site, as_of)
    settings = settings_in(files[SETTINGS], SETTINGS)
    raw = tables_in(files, settings.site.decimal)
    require_none(lacking_tables(raw))
    # A folder is read by the settings first, and then by name.
    ordered = sorted(files.items(), key=lambda file: (file[0] != SETTINGS, file[0]))
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in ordered}
    return Site.from_raw(raw, settings, files=hashes)


def asked_site(address: str, as_of: str | date | datetime | None = None) -> Site:
    """The facts of the site that an address names, as of a moment that it or ``as_of`` names."""
    with Book.open(address) as book:
        site = book.database.asked.get("site")
        moment = as_of if as_of is not None else book.database.asked.get("as_of")
        return site_from_book(book, site, None if moment is None else moment_of_book(book, site, moment))


def moment_of_book(book: Book, site: str | None, as_of: str | date | datetime) -> datetime:
    """The end of ``as_of`` in the time zone that the site has now. Raises ``UsageError`` for no date."""
    settings = settings_in(site_files_in(book, site)[SETTINGS], SETTINGS)
    return end_of(as_of, settings.site.timezone)


def site_named(connection: Connection, book: Book, site: str | None) -> str:
    """The site that is asked for, or the only one. Raises ``UsageError``."""
    known = sites_in(connection)
    if site in known:
        return str(site)
    if site is None and len(known) == 1:
        return known[0]
    shown = ", ".join(known) or "none yet"
    asked = "name one of its sites" if site is None else f"there is no site {site}"
    raise UsageError(f"{book.database.shown}: {asked}: it has {shown}")


def _csv_of(table: str, columns: Sequence[str], rows: Sequence[StandingRow]) -> bytes:
    """A table as text. A row that now stands elsewhere than in its own file says where that was."""
    moved = table in IMPORTED_TABLES and any(
        "source" not in one.cells and (one.file, one.row) != (f"{table}.csv", number)
        for number, one in enumerate(rows, _HEADER_ROW + 1)
    )
    header = [name for name in tables()[table].names if name in columns or (moved and name == "source")]
    numbered = enumerate(rows, _HEADER_ROW + 1)
    cells = (_cells_of(one, header, f"{table}.csv", number, moved=moved) for number, one in numbered)
    return unguarded_csv([header, *cells]).encode()


def _cells_of(one: StandingRow, header: Sequence[str], file: str, number: int, *, moved: bool) -> list[str]:
    cells: Mapping[str, str] = one.cells
    if moved and "source" not in cells and (one.file, one.row) != (file, number):
        cells = {**cells, "source": f"{one.file} row {one.row}"}
    return [cells.get(name, "") for name in header]
