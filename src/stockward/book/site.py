"""A site's facts: read, checked, and frozen. A what-if is a new value, made by ``Site.replace``."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl

from stockward.book.cells.reading import Locale
from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.rules import check_draft
from stockward.book.problems import Problem, Problems, did_you_mean, more_like_it
from stockward.book.schema.dictionary import Table, tables
from stockward.book.settings import Settings, read_settings
from stockward.book.sources.folder import read_csv, text_headed
from stockward.book.sources.parquet import parquet_headed, read_parquet
from stockward.book.sources.raw import RawTable
from stockward.book.sources.workbook import Workbook
from stockward.terms.errors import SiteError
from stockward.terms.files import read_bytes, read_head
from stockward.terms.limits import grouped
from stockward.terms.units import UNITS, factor

WORKBOOK = "site.xlsx"
SETTINGS = "site.toml"
README_SHEET = "README"
"""A sheet of this name explains the workbook to people, and is passed over."""

_READ_AS = (".csv", ".parquet")
_TEXTS = (".txt", ".tsv")
_PLAIN = (".csv", *_TEXTS)
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
"""Files that may be meant as tables, and are not read under such names."""

_HEAD_LENGTH = 65_536
"""So many bytes of a text that is no table are looked at."""

_PASSED_OVER = (".", "~$")
"""Beginnings of names of files that programs keep beside those of people, such as locks."""

_MOST_BELOW = 1_000
"""So many names are looked at in the folders within that of a site."""

_Source = tuple[str, str, Callable[[], RawTable]]
"""The name of a table, where it stands, and the way to read it."""

_ONE_TABLE = "keep one of them, with the rows of both"

_COMPACT = ("areas", "materials", "methods")
"""Tables whose keys are held as codes in the ledger and the counts."""


@dataclass(frozen=True, slots=True)
class Site:
    """The facts of one site.

    tables
        Every table of the format by name, good rows only; a table that the site does not have is empty. Columns are
        those of the dictionary with ``row``, the number that a spreadsheet shows. Times are UTC. Quantities of
        movements, counts and incidents are in the material's own unit; ``unit`` keeps the unit as entered.
    set_aside
        The other rows, with what is readable of them and the list ``unreadable`` of columns that are not.
    problems
        Why, for every cell at fault, in order of table and row.
    files
        SHA-256 of every file that was read, by name.
    doubted_inventories
        Inventory and area, where a notice says that the day of the inventory contradicts the others.
    """

    settings: Settings
    tables: Mapping[str, pl.DataFrame]
    set_aside: Mapping[str, pl.DataFrame]
    problems: Sequence[Problem]
    notices: tuple[str, ...]
    files: Mapping[str, str]
    sources: Mapping[str, str]
    doubted_inventories: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """Name of the site."""
        return self.settings.site.name

    @property
    def timezone(self) -> str:
        """IANA name of the site's time zone."""
        return self.settings.site.timezone

    @property
    def blank(self) -> bool:
        """Whether no table has a row yet, not even one that was set aside."""
        return not any(table.height for kind in (self.tables, self.set_aside) for table in kind.values())

    def __getitem__(self, table: str) -> pl.DataFrame:
        return self.tables[table]

    def replace(self, *, settings: Settings | None = None, **changed: pl.DataFrame) -> Site:
        """Return a new site with these tables (by name) or settings in place of the present ones."""
        unknown = changed.keys() - self.tables.keys()
        if unknown:
            raise KeyError(f"no such table: {', '.join(sorted(unknown))}")
        fields: dict[str, Any] = {"tables": MappingProxyType({**self.tables, **changed})}
        if settings is not None:
            fields["settings"] = settings
        return dataclasses.replace(self, **fields)


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


def _read(path: Path) -> Site:
    folder = path.parent if path.name == WORKBOOK and path.is_file() else path
    if not folder.is_dir():
        problem = "this is a file" if folder.exists() else "there is no such folder"
        raise SiteError(str(path), problem, f"name the folder that holds {SETTINGS}")
    settings = read_settings(folder / SETTINGS)
    return _Reader(folder, settings, workbook_only=folder != path).site()


@dataclass(frozen=True, slots=True)
class _Stranger:
    """A file or sheet that is no table of the format; ``headed`` finds the table whose header it has all the same."""

    shown: str
    stem: str
    suffix: str
    headed: Callable[[], str | None]
    sheets: Callable[[], tuple[str, ...]] = tuple
    """Names of its sheets, where it is a workbook that can be read."""

    @property
    def is_workbook(self) -> bool:
        """Whether it is a workbook."""
        return self.suffix in _WORKBOOKS

    @property
    def is_sheet(self) -> bool:
        """Whether it is a sheet of the site's workbook."""
        return not self.suffix

    @property
    def holder(self) -> str:
        """What it stands in."""
        return "workbook" if self.is_sheet else "folder"

    def renamed(self, table: str) -> str:
        """How it would be read as that table; a workbook has but one sheet of it."""
        if self.is_workbook:
            saved = f"save the sheet as {table}.csv (Save As, CSV UTF-8; not by renaming)"
            return f"put its sheet into {WORKBOOK} under the name {table}, or {saved}, and take {self.shown} out"
        return f"rename it to {table}{self.suffix}"

    @property
    def as_workbook(self) -> str:
        """How it would be read as the workbook of the site."""
        if self.suffix == Path(WORKBOOK).suffix:
            return f"rename it to {WORKBOOK}"
        return (
            f"save it as {WORKBOOK} (Save As, Excel Workbook; not by renaming), and take {self.shown} out of the folder"
        )

    def part_of(self, present: Sequence[str]) -> str | None:
        """The table of which it seems to be a part: by its header, or by its name where a name is all that it has."""
        by_header = self.headed()
        return did_you_mean(self.stem, present) if by_header is None and self.suffix not in _PLAIN else by_header


class _Reader:
    """Reads one folder; what it finds on the way (notices, hashes) is gathered here."""

    def __init__(self, folder: Path, settings: Settings, *, workbook_only: bool) -> None:
        self._folder = folder
        self._settings = settings
        self._workbook_only = workbook_only
        self._notices: list[str] = []
        self._strangers: list[_Stranger] = []
        self._files: dict[str, str] = {SETTINGS: _sha256(read_bytes(folder / SETTINGS))}

    def site(self) -> Site:
        """Read, check and freeze. Cells as the files hold them are let go as soon as all has been said of them."""
        draft, sources = self._checked()
        problems = Problems(pl.concat(table.problems() for table in draft.tables.values()))
        for table in draft.tables.values():
            table.cells = {}
        return Site(
            settings=self._settings,
            tables=MappingProxyType(_settle(draft)),
            set_aside=MappingProxyType({name: table.set_aside() for name, table in draft.tables.items()}),
            problems=problems,
            notices=tuple(self._notices),
            files=MappingProxyType(self._files),
            sources=MappingProxyType(sources),
            doubted_inventories=tuple(draft.doubted_inventories),
        )

    def _checked(self) -> tuple[Draft, dict[str, str]]:
        """Every table read and checked, and where each stands."""
        raw = self._raw_tables()
        if not self._workbook_only:
            self._notices.extend(_below(self._folder, {*raw, *self._files}))
        locale = Locale(self._settings.site.decimal, self._settings.site.timezone)
        draft = Draft(self._settings)
        for name, table in tables().items():
            draft.tables[name] = TableDraft.read(raw[name], locale) if name in raw else TableDraft.absent(table)
        check_draft(draft)
        for table_raw in raw.values():
            self._notices.extend(table_raw.notices)
        self._notices.extend(draft.notices)
        self._notices.extend(
            f"{table.file}: {grouped(more)} more {'row is' if more == 1 else 'rows are'} set aside, and not listed: "
            "mend those that are first"
            for table in draft.tables.values()
            if (more := table.untold())
        )
        return draft, {name: table.file for name, table in raw.items()}

    def _raw_tables(self) -> dict[str, RawTable]:
        """Every table that the site has; all faults of files and headers are said at once."""
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
        faults.extend(self._misspelt({name: file for name, file, _ in sources}))
        if not faults:
            faults.extend(_missing(set(raw)))
        if faults:
            others = "".join(f"; also {error}" for error in faults[1:])
            raise SiteError(faults[0].file, faults[0].problem, faults[0].mend + others)
        return raw

    def _sources(self, faults: list[SiteError]) -> Iterator[_Source]:
        """Each table that stands somewhere, with the way to read it; what is none is kept for ``_misspelt``."""
        for path in _listed(self._folder):
            suffix = path.suffix.lower()
            if path.name == WORKBOOK:
                yield from self._sheets(path, faults)
            elif self._workbook_only or path.name.startswith(_PASSED_OVER):
                continue
            elif path.stem in tables() and suffix in _READ_AS:
                yield path.stem, path.name, partial(self._file, path)
            elif suffix in {*_READ_AS, *_TEXTS, *_WORKBOOKS}:
                stranger = _Stranger(
                    path.name, path.stem, suffix, partial(self._headed, path), partial(self._sheets_of, path)
                )
                self._strangers.append(stranger)

    def _sheets(self, path: Path, faults: list[SiteError]) -> Iterator[_Source]:
        try:
            workbook = Workbook(self._content(path), path.name, self._settings.site.decimal, tables())
        except SiteError as error:
            faults.append(error)
            return
        for sheet in workbook.sheets:
            if sheet in tables():
                yield sheet, f"{path.name}[{sheet}]", partial(workbook.read, sheet, tables()[sheet])
            elif sheet.lower() != README_SHEET.lower():
                headed = partial(workbook.headed, sheet)
                self._strangers.append(_Stranger(f"{path.name}[{sheet}]", sheet, "", headed))

    def _misspelt(self, present: Mapping[str, str]) -> Iterator[SiteError]:
        """Files and sheets that are meant as a table, and would not be read; the others are left out with a notice.

        A table that the site lacks would let a default stand in for what the site gave, and a part of a table that
        it has is as bad: half a ledger makes a shortage.
        """
        lacking = [name for name in tables() if name not in present]
        for stranger in self._strangers:
            guess = did_you_mean(stranger.stem, lacking)
            if (meant := self._meant_as_workbook(stranger, guess, present)) is not None:
                yield meant
                continue
            part = stranger.part_of(tuple(present))
            if guess is not None and stranger.is_workbook:
                mend = f"{stranger.renamed(guess)} of the folder"
                yield SiteError(stranger.shown, f"it is no table of the format, did you mean {guess}?", mend)
            elif guess is not None:
                mend = f"rename it ({guess}.csv, {guess}.parquet, or a sheet {guess} of {WORKBOOK})"
                yield SiteError(stranger.shown, f"it is no table of the format, did you mean {guess}?", mend)
            elif part is not None and part in present:
                problem = f"it looks like a part of {part}, which is read from {present[part]} alone"
                mend = f"put its rows below those of {present[part]}, or take it out of the {stranger.holder}"
                yield SiteError(stranger.shown, problem, mend)
            elif part is not None:
                mend = stranger.renamed(part) + (" of" if stranger.is_workbook else ", or take it out of")
                mend += f" the {stranger.holder}"
                yield SiteError(stranger.shown, f"it has the columns of {part}, and is not read", mend)
            elif stranger.is_workbook and WORKBOOK not in self._files and did_you_mean(stranger.stem, ["site"]):
                yield SiteError(stranger.shown, f"it is not read, did you mean {WORKBOOK}?", stranger.as_workbook)
            elif stranger.suffix not in _TEXTS or did_you_mean(stranger.stem, tuple(tables())):
                self._notices.append(f"{stranger.shown}: not read, it is no table of the format")

    def _meant_as_workbook(
        self, stranger: _Stranger, guess: str | None, present: Mapping[str, str]
    ) -> SiteError | None:
        """A workbook under another name of which several sheets are tables that the site lacks, or all that it has."""
        if not stranger.is_workbook:
            return None
        sheets = stranger.sheets()
        missed = [sheet for sheet in sheets if sheet in tables() and sheet not in present]
        others = sum(other.is_workbook for other in self._strangers) > 1
        alone = bool(sheets) and not present and not others
        if not (missed or alone) or (guess is not None and len(missed) < 2):
            return None
        if WORKBOOK in self._files or others:
            named = f"its sheets {', '.join(missed)}" if len(missed) > 1 else f"its sheet {missed[0]}"
            mend = f"put {named} into {WORKBOOK}, and take {stranger.shown} out of the folder"
        else:
            mend = stranger.as_workbook
        return SiteError(stranger.shown, f"it is not read: the workbook of a site is {WORKBOOK}", mend)

    def _sheets_of(self, path: Path) -> tuple[str, ...]:
        """Names of the sheets of a workbook that is not read; none where nobody can read it."""
        try:
            return Workbook(read_bytes(path), path.name, self._settings.site.decimal, ()).sheets
        except SiteError:
            return ()

    def _headed(self, path: Path) -> str | None:
        """The table whose header stands in a file that is not read; ``None`` where nobody can read it."""
        suffix = path.suffix.lower()
        try:
            if suffix in _PLAIN:
                return text_headed(read_head(path, _HEAD_LENGTH))
            if suffix in _READ_AS:
                return parquet_headed(read_bytes(path))
            workbook = Workbook(read_bytes(path), path.name, self._settings.site.decimal, ())
        except SiteError:
            return None
        return next((table for sheet in workbook.sheets if (table := workbook.headed(sheet))), None)

    def _content(self, path: Path) -> bytes:
        content = read_bytes(path)
        self._files[path.name] = _sha256(content)
        return content

    def _file(self, path: Path) -> RawTable:
        table: Table = tables()[path.stem]
        content = self._content(path)
        if path.suffix.lower() == ".csv":
            return read_csv(path, content, table, self._settings.site.decimal)
        return read_parquet(path, content, table)


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
        or (path.suffix.lower() in _READ_AS and path.stem in tables() and path.stem not in present)
    ]
    words = "not read: the tables of a site stand in its folder itself"
    return [f"{found[0]}: {words}{more_like_it(len(found) - 1, 'file', 'files')}"] if found else []


def _in_folder(folder: Path) -> list[Path]:
    """What stands in a folder that is not read; nothing where nobody may look."""
    try:
        return sorted(islice(folder.iterdir(), _MOST_BELOW))
    except OSError:
        return []


def _missing(present: set[str]) -> list[SiteError]:
    """Required tables that are not there. A site with no stock at all keeps none of them."""
    stock = {name for name, table in tables().items() if table.part == "stock"} - {"areas", "goals"}
    if present and not present & stock:
        return []
    return [
        SiteError(
            f"{name}.csv",
            "the required table is missing",
            f"add it as {name}.csv, {name}.parquet or a sheet of {WORKBOOK}",
        )
        for name, table in tables().items()
        if table.required and name not in present
    ]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _settle(draft: Draft) -> dict[str, pl.DataFrame]:
    """The good rows of every table, quantities in the material's unit, keys of the ledger as codes."""
    settled = {name: table.good() for name, table in draft.tables.items()}
    materials = settled["materials"]
    units = pl.DataFrame({"material": materials["material"], "own": materials["unit"]})
    codes = {name: pl.Enum(settled[name].to_series(1).sort()) for name in _COMPACT}
    for name in ("movements", "counts", "incidents"):
        settled[name] = _in_own_unit(settled[name], units)
    for name in ("movements", "counts"):
        table = tables()[name]
        settled[name] = settled[name].with_columns(
            pl.col(column.name).cast(codes[column.refers_to] if column.refers_to else pl.Enum(column.choices))
            for column in table.columns
            if column.refers_to in codes or column.choices
        )
    return settled


def _in_own_unit(frame: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Convert quantities that were entered in another unit than the material's."""
    if frame["unit"].null_count() == frame.height:
        return frame
    factors = pl.DataFrame(
        [(unit, own, factor(unit, own)) for unit in UNITS for own in UNITS],
        schema={"unit": pl.String, "own": pl.String, "factor": pl.Float64},
        orient="row",
    )
    return (
        frame.join(units, on="material", how="left", maintain_order="left")
        .join(factors, on=["unit", "own"], how="left", maintain_order="left")
        .with_columns(quantity=pl.col("quantity") * pl.col("factor").fill_null(1.0))
        .drop("own", "factor")
    )
