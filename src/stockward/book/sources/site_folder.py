"""A site as a folder of files or as one workbook: which of them are tables, and what else stands there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from stockward.book.problems import more_like_it
from stockward.book.schema.dictionary import Table, tables
from stockward.book.settings import SETTINGS, Settings, read_settings
from stockward.book.site import WORKBOOK, Site, lacking_tables
from stockward.book.sources.naming.files import TableNames, table_called, tables_named
from stockward.book.sources.parquet import parquet_columns, parquet_headed, read_parquet
from stockward.book.sources.raw import RawTable, headed_as
from stockward.book.sources.separated import read_csv, text_headed, text_headed_as
from stockward.book.sources.strangers import PLAIN, TEXT_FILES, WORKBOOKS, Stranger, Strangers
from stockward.book.sources.workbook.sheets import Workbook
from stockward.terms.errors import SiteError, require_none
from stockward.terms.files import UNFINISHED, read_bytes, read_head

README_SHEET = "README"
"""A sheet of this name explains the workbook to people, and is passed over."""

_READ_AS = (".csv", ".parquet")

_HEAD_LENGTH = 65_536
"""So many bytes of a text that is no table are looked at."""

_PASSED_OVER = (".", "~$")
"""Beginnings of names of files that programs keep beside those of people, such as locks."""

_MOST_BELOW = 1_000
"""So many names are looked at in the folders within that of a site."""

_Source = tuple[str, str, Callable[[], RawTable]]
"""The name of a table, where it stands, and the way to read it."""

_ONE_TABLE = "keep one of them, with the rows of both"


def read_site(path: str | Path) -> Site:
    """Read a site folder (or its ``site.xlsx``), check every row, and set aside those at fault.

    Raises ``SiteError`` in one line, naming file and mend, where the site cannot be read at all: a missing folder,
    table or column, a broken setting, an unreadable file. Rows at fault are no error: they stand in ``problems``.
    """
    path = Path(path)
    try:
        return _read(path)
    except OSError as error:
        if error.filename is None:
            raise
        raise SiteError(
            str(error.filename), f"cannot be read ({error.strerror})", "check the path and its rights"
        ) from None


def read_raw(path: Path, *, whole: bool = True) -> tuple[dict[str, RawTable], str, dict[str, str]]:
    """The tables of a site as they stand, the text of its settings, and the SHA-256 of each file.

    Where it need not be ``whole``, required tables may lack: they stand elsewhere. Raises ``SiteError`` as
    ``read_site`` does.
    """
    reader = _reader(path)
    raw, _ = reader.raw_tables(whole=whole)
    return raw, read_bytes(reader.folder / SETTINGS).decode("utf-8-sig"), reader.files


def _read(path: Path) -> Site:
    return _reader(path).site()


def _reader(path: Path) -> _Reader:
    folder = path.parent if path.name == WORKBOOK and path.is_file() else path
    if not folder.is_dir():
        problem = "this is a file" if folder.exists() else "there is no such folder"
        raise SiteError(str(path), problem, f"name the folder that holds {SETTINGS}")
    if (folder / UNFINISHED).exists():
        mend = f"run the same command again: stockward import FILES --into {path}"
        raise SiteError(str(path), "an import was cut short while it put its tables in place", mend)
    settings = read_settings(folder / SETTINGS)
    return _Reader(folder, settings, workbook_only=folder != path)


class _Reader:
    """Reads one folder; what it finds on the way (notices, hashes) is gathered here."""

    def __init__(self, folder: Path, settings: Settings, *, workbook_only: bool) -> None:
        self.folder = folder
        self._settings = settings
        self._workbook_only = workbook_only
        self._strangers: list[Stranger] = []
        self.files: dict[str, str] = {SETTINGS: _sha256(read_bytes(folder / SETTINGS))}

    def site(self) -> Site:
        """Read, check and freeze."""
        raw, notices = self.raw_tables()
        if not self._workbook_only:
            notices += _below(self.folder, {*raw, *self.files})
        whole = partial(Site.from_raw, settings=self._settings, notices=notices, files=self.files)
        # Nothing here may hold the cells while they are checked: they are let go one by one.
        return whole(raw)

    def raw_tables(self, *, whole: bool = True) -> tuple[dict[str, RawTable], list[str]]:
        """Every table that the site has, and what is left out; all faults of files and headers are said at once."""
        raw: dict[str, RawTable] = {}
        faults: list[SiteError] = []
        sources = list(self._sources(faults))
        for name, file, read in sources:
            try:
                if name in raw:
                    raise SiteError(file, f"the table {name} stands in {raw[name].file} too", _ONE_TABLE)
                raw[name] = read()
            except SiteError as error:
                faults.append(error)
        present = {name: file for name, file, _ in sources}
        meant, left_out = Strangers(self._strangers, present, WORKBOOK in self.files).told()
        faults.extend(meant)
        require_none(faults or (lacking_tables(raw) if whole else ()))
        return raw, left_out

    def _sources(self, faults: list[SiteError]) -> Iterator[_Source]:
        """Each table that stands somewhere, with the way to read it; what is none is kept for ``Strangers``."""
        found = list(self._found(faults))
        readable = [one.stem if one.read is not None else "" for one in found]
        named = tables_named(readable, lambda place, table: found[place].headed_as(tables()[table]))
        for place, one in enumerate(found):
            if place in named and one.read is not None:
                yield named[place], one.shown, partial(_read_as, one, one.read, tables()[named[place]])
            elif not one.is_sheet or one.stem.lower() != README_SHEET.lower():
                self._strangers.append(one)

    def _found(self, faults: list[SiteError]) -> Iterator[Stranger]:
        """Every file and sheet that may be a table by its ending or its place."""
        for path in _listed(self.folder):
            suffix = path.suffix.lower()
            if path.name == WORKBOOK:
                yield from self._sheets(path, faults)
            elif self._workbook_only or path.name.startswith(_PASSED_OVER):
                continue
            elif suffix in {*_READ_AS, *TEXT_FILES, *WORKBOOKS}:
                yield Stranger(
                    path.name,
                    path.stem,
                    suffix,
                    partial(self._headed, path),
                    partial(self._headed_as, path),
                    partial(self._file, path) if suffix in _READ_AS else None,
                    partial(self._sheets_of, path),
                    partial(self._twin, path),
                )

    def _sheets(self, path: Path, faults: list[SiteError]) -> Iterator[Stranger]:
        try:
            workbook = Workbook(self._content(path), path.name, self._settings.site.decimal, TableNames())
        except SiteError as error:
            faults.append(error)
            return
        for sheet in workbook.sheets:
            yield Stranger(
                f"{path.name}[{sheet}]",
                sheet,
                "",
                partial(workbook.headed, sheet),
                partial(workbook.is_headed_as, sheet=sheet),
                partial(workbook.read, sheet) if sheet in TableNames() else None,
            )

    def _sheets_of(self, path: Path) -> tuple[str, ...]:
        """Names of the sheets of a workbook that is not read; none where nobody can read it."""
        try:
            return Workbook(read_bytes(path), path.name, self._settings.site.decimal, ()).sheets
        except SiteError:
            return ()

    def _twin(self, path: Path) -> str | None:
        """The file that was read, and holds the same; ``None`` where nobody can read this one."""
        try:
            sha256 = _sha256(read_bytes(path))
        except SiteError:
            return None
        return next((name for name, of in self.files.items() if of == sha256), None)

    def _headed(self, path: Path) -> str | None:
        """The table whose header stands in a file that is not read; ``None`` where nobody can read it."""
        suffix = path.suffix.lower()
        try:
            if suffix in PLAIN:
                return text_headed(read_head(path, _HEAD_LENGTH))
            if suffix in _READ_AS:
                return parquet_headed(read_bytes(path))
            workbook = Workbook(read_bytes(path), path.name, self._settings.site.decimal, ())
        except SiteError:
            return None
        return next((table for sheet in workbook.sheets if (table := workbook.headed(sheet))), None)

    def _headed_as(self, path: Path, table: Table) -> bool:
        """Whether the header of a table stands in a file under whatever names."""
        suffix = path.suffix.lower()
        try:
            if suffix in PLAIN:
                return text_headed_as(table, read_head(path, _HEAD_LENGTH))
            if suffix in _READ_AS:
                return headed_as(table, [parquet_columns(read_bytes(path))])
            workbook = Workbook(read_bytes(path), path.name, self._settings.site.decimal, ())
        except SiteError:
            return False
        return any(workbook.is_headed_as(table, sheet) for sheet in workbook.sheets)

    def _content(self, path: Path) -> bytes:
        content = read_bytes(path)
        self.files[path.name] = _sha256(content)
        return content

    def _file(self, path: Path, table: Table) -> RawTable:
        content = self._content(path)
        if path.suffix.lower() == ".csv":
            return read_csv(path, content, table, self._settings.site.decimal)
        return read_parquet(path, content, table)


def _read_as(found: Stranger, read: Callable[[Table], RawTable], table: Table) -> RawTable:
    """Read a file or sheet as a table; of one that has another name, and not only another spelling, it is told."""
    raw = read(table)
    if table_called(found.stem) == table.name:
        return raw
    return replace(raw, notices=(f"{found.shown}: read as the table {table.name}", *raw.notices))


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise SiteError(str(folder), f"cannot be read ({error.strerror})", "check the folder and its rights") from None


def _below(folder: Path, present: set[str]) -> list[str]:
    """A notice of what the site lacks, a table or the workbook, and a folder within its own has: it is not read."""
    within = [path for path in _listed(folder) if path.is_dir() and not path.is_symlink()]
    seen = (path for inner in within if not inner.name.startswith(_PASSED_OVER) for path in _in_folder(inner))
    found = [
        f"{path.parent.name}/{path.name}"
        for path in islice(seen, _MOST_BELOW)
        if (path.name == WORKBOOK and WORKBOOK not in present)
        or (path.suffix.lower() in _READ_AS and (table := table_called(path.stem)) is not None and table not in present)
    ]
    words = "not read: the tables of a site stand in its folder itself"
    return [f"{found[0]}: {words}{more_like_it(len(found) - 1, 'file', 'files')}"] if found else []


def _in_folder(folder: Path) -> list[Path]:
    """What stands in a folder that is not read; nothing where nobody may look."""
    try:
        return sorted(islice(folder.iterdir(), _MOST_BELOW))
    except OSError:
        return []


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
