"""Files of other programs as the tables of a site: what they are taken for, what is asked, and what is written."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from stockward.book.schema.dictionary import tables
from stockward.book.settings import SETTINGS
from stockward.book.site import WORKBOOK
from stockward.book.sources.importers.columns import JOINT, speaks_of_a_count, tells_its_kind
from stockward.book.sources.importers.grid.accounts import with_joined_accounts
from stockward.book.sources.importers.grid.boxes import with_boxes_apart
from stockward.book.sources.importers.grid.days_across import days_as_rows
from stockward.book.sources.importers.grid.files import ReadFile, SheetGrid, name_of, read_file
from stockward.book.sources.importers.grid.layout import Block, blocks_of
from stockward.book.sources.importers.grid.named import with_named_headers
from stockward.book.sources.importers.grid.periods import periods_as_rows
from stockward.book.sources.importers.grid.readings import note_readings
from stockward.book.sources.importers.grid.texts import ENCODINGS, UnknownEncodingError, shown_in
from stockward.book.sources.importers.mapping import MAPPING, MappingFile, Question, quoted, read_mapping, written
from stockward.book.sources.importers.merging import Differences
from stockward.book.sources.importers.people.away import ABSENCE_COLUMNS
from stockward.book.sources.importers.people.calendars import calendars_of
from stockward.book.sources.importers.people.private import NAMES, NameKey, key_text, private_lists, read_key
from stockward.book.sources.importers.people.roll import PEOPLE_COLUMNS
from stockward.book.sources.importers.profiles import GENERIC, profile_of
from stockward.book.sources.importers.scopes import SCOPE_COLUMNS
from stockward.book.sources.importers.site_files import OwnRows, files_of, require_own_table, table_text
from stockward.book.sources.importers.site_rows import (
    COUNT_COLUMNS,
    LOG_COLUMNS,
    MOVEMENT_COLUMNS,
    SiteRows,
)
from stockward.book.sources.importers.sources import SourceRead, SourcesRead
from stockward.book.sources.importers.store import STORE, read_stored, stored_text
from stockward.terms.errors import SiteError, UsageError
from stockward.terms.files import read_bytes
from stockward.terms.signs import printable
from stockward.terms.spelling import folded

LOG = "imported/log.csv"
_MAY_BE_MISSING = ("scopes", "people", "absences")
_ALIKE = 0.6
"""So much of two headers is one where they are of one list."""
_SETTINGS = """\
format = 1

[site]
name = {name}
timezone = {timezone}

[detection]                # usual values: the site decides whether they are its own
false_alarm = 0.05    # chance that any series of the site is falsely called a shortage in a year
detection = 0.95      # chance to detect the loss that matters
"""


@dataclass(slots=True)
class Request:
    """Which files are imported into which site; ``answers`` are those given at a terminal."""

    files: Sequence[Path]
    site: Path
    name: str = ""
    timezone: str = ""
    accepts: bool = False
    answers: dict[tuple[str, ...], str] = field(default_factory=dict)


@dataclass(slots=True)
class Imported:
    """What an import found, and the files that it would write.

    contents
        Text of each file, by its name in the folder of the site.
    state
        What the files of the site were when they were read: see ``state_of``.
    """

    sources: list[SourceRead]
    questions: list[Question]
    accepted: list[tuple[str, str]]
    differences: Differences
    taken: int
    waiting: int
    set_aside: list[tuple[str, str]]
    notices: list[str]
    contents: dict[str, str] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=dict)


def import_files(request: Request) -> Imported:
    """Read files as a site's mapping says, or as their headers do where it says nothing yet.

    Nothing is written: ``contents`` holds what is to be.

    Raises ``SiteError`` for a file that cannot be read at all, and ``UsageError`` for a site that is a workbook.
    """
    site = request.site
    if (site / WORKBOOK).exists():
        raise UsageError(f"{site}: its tables stand in {WORKBOOK}: name another folder to import into")
    _require_others(request)
    state = state_of(site)
    mapping = _mapping_of(site)
    mapping.accepts = request.accepts
    for path, answer in request.answers.items():
        mapping.answer(path, answer)
    zone = _zone(site, request.timezone, mapping)
    read = [one for path in request.files if (one := _read(path, mapping)) is not None]
    stored = _stored(site, read)
    tables = _Tables(read, mapping)
    found = SourcesRead(mapping, zone, _affiliations(site))
    for grid, blocks in tables.unread():
        found.ask_about_unread(grid, blocks)
    key = _key_of(site)
    known = [block for block in stored if block.of_people]
    fresh, notices = private_lists(tables.blocks, known, key, mapping)
    note_readings(fresh, read)
    found.unknown += [
        name_of(path) for path in request.files if ("files", name_of(path), "encoding") in mapping.questions
    ]
    waiting = {(block.grid.name, block.digest) for block in stored if block.is_new}
    everything = [*stored, *(block for block in fresh if (block.grid.name, block.digest) not in waiting)]
    for source, blocks in _by_source(everything, mapping).items():
        found.read(source, blocks)
    rows = found.rows()
    rows.log += [
        {"source": place, "mapping": one.name, "state": "left out", "why": rule}
        for one in found.sources
        for rule, places in one.left_out.items()
        for place in places
    ]
    notices += [notice for one in read for grid in one.grids for notice in grid.notices]
    notices += [f"{one.name}: no table was found in it" for one in read if not tables.has_one(one)]
    contents, changed = _contents(request, rows, mapping, found, everything)
    if key.codes:
        contents[NAMES] = key_text(key)
    notices += changed
    log = rows.log
    return Imported(
        sources=found.sources,
        questions=mapping.open_questions(),
        accepted=[(".".join(path), mapping.settled[path]) for path in mapping.accepted],
        differences=found.differences,
        taken=sum(line["state"] == "taken" for line in log),
        waiting=sum(line["state"] == "waits" for line in log),
        set_aside=[(line["source"], line["why"]) for line in log if line["state"] == "set aside"],
        notices=notices,
        contents=contents,
        state=state,
    )


def state_of(site: Path) -> dict[str, str]:
    """The SHA-256 of each file of a site that an import reads and writes, by its name."""
    return {str(one): hashlib.sha256(read_bytes(one)).hexdigest() for one in _own_files(site) if one.exists()}


def _own_files(site: Path) -> list[Path]:
    names = [f"{table}.csv" for table in tables()]
    return [
        site / name for name in (*names, *(f"imported/{name}" for name in names), SETTINGS, MAPPING, LOG, STORE, NAMES)
    ]


def _require_others(request: Request) -> None:
    """Raise ``UsageError`` for a folder, and for a file that the import itself would write."""
    own = [one for one in _own_files(request.site) if one.exists()]
    for file in request.files:
        if file.is_dir():
            raise UsageError(f"{file}: this is a folder: name the files in it that are to be imported")
        if file.exists() and any(file.samefile(one) for one in own):
            raise UsageError(
                f"{file}: an import into {request.site} would write over this file: name another folder after --into"
            )


def _mapping_of(site: Path) -> MappingFile:
    path = site / MAPPING
    if not path.exists():
        return MappingFile()
    return read_mapping(read_bytes(path), str(path))


def _zone(site: Path, timezone: str, mapping: MappingFile) -> str:
    from stockward.book.settings import read_settings, require_site

    if (site / SETTINGS).exists():
        return read_settings(site / SETTINGS).site.timezone
    require_site(name="x", timezone=timezone or "UTC")
    return mapping.settle("site", "timezone", value=timezone or "UTC")


def _read(path: Path, mapping: MappingFile) -> ReadFile | None:
    """A file's grids; ``None`` for a text of which it is asked what it is in."""
    name = name_of(path)
    try:
        return read_file(path, mapping.get("files", name, "encoding") or "")
    except UnknownEncodingError:
        content = read_bytes(path)
        readings = "; ".join(f"{one}: {shown_in(content, one)}" for one in ENCODINGS)
        asks = f"{name} is no UTF-8. Which of these reads it rightly? {readings}"
        answer = mapping.ask("files", name, "encoding", asks=asks, choices=ENCODINGS)
        mapping.wait(("files", name, "encoding"), name, content.count(b"\n"))
        return None if answer is None else read_file(path, answer)


def _stored(site: Path, read: Sequence[ReadFile]) -> list[Block]:
    path = site / STORE
    if not path.exists():
        _require_all_again(site, {one.name for one in read})
    return read_stored(read_bytes(path).decode("utf-8", errors="replace"), str(path)) if path.exists() else []


def _require_all_again(site: Path, names: Set[str]) -> None:
    """Raise ``SiteError`` where rows were imported of which none is kept: those of files that are not read would go."""
    lost = sorted(file for table in tables() for file in files_of(site, table) if file not in names)
    if lost:
        mend = f"import {', '.join(dict.fromkeys(lost))} in the same command too"
        raise SiteError(str(site / STORE), "it is gone, and with it the rows that were imported before", mend)


def _by_source(blocks: Sequence[Block], mapping: MappingFile) -> dict[str, list[Block]]:
    """Blocks by the source whose headers they have; new ones get a name of their own."""
    found: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        # Two lists with the same headers are two, where these do not say what the rows are.
        told = block.of_people or tells_its_kind(block) or profile_of(block.headers) is not GENERIC
        source = _source_of(block, mapping, named=not told)
        if source is None:
            source = _free_name(block, mapping)
            mapping.headers[source] = block.fingerprint
            if not told:
                mapping.settle("source", source, "label", value=block.label)
        found[source].append(block)
    return found


def _source_of(block: Block, mapping: MappingFile, *, named: bool) -> str | None:
    """The source of a block: the one with its headers, and its name too where it is known by that."""
    if not named:
        return mapping.source_of(block.fingerprint) or _changed_layout(block, mapping)
    same = [source for source, headers in mapping.headers.items() if headers == block.fingerprint]
    return next((source for source in same if mapping.get("source", source, "label") == block.label), None)


def _changed_layout(block: Block, mapping: MappingFile) -> str | None:
    """The source whose columns stand in a block among others: a list to which columns were added, or lost some."""
    headers = set(block.fingerprint)
    for source, known in mapping.headers.items():
        read = [value for path, value in mapping.settled.items() if path[:3] == ("source", source, "columns")]
        columns = {folded(header) for value in read for header in value.split(JOINT)}
        if columns and columns <= headers and len(headers & set(known)) >= _ALIKE * len(headers | set(known)):
            return source
    return None


def _free_name(block: Block, mapping: MappingFile) -> str:
    profile = profile_of(block.headers)
    base = profile.title or block.grid.sheet or Path(block.grid.file).stem
    names = [base, *(f"{base} {number}" for number in range(2, 1_000))]
    return next(name for name in names if name not in mapping.headers)


@dataclass(slots=True)
class _Tables:
    """The tables in all grids that were read; a calendar is one, with a line for each absence in it."""

    read: Sequence[ReadFile]
    mapping: MappingFile
    blocks: list[Block] = field(init=False)
    calendars: list[SheetGrid] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.blocks = [block for one in self.read for grid in one.grids for block in self._of(grid)]

    def _of(self, grid: SheetGrid) -> list[Block]:
        across = days_as_rows(grid)
        if across and not any(map(self._is_known, blocks_of(grid))):
            return with_named_headers(grid, across, self.mapping)
        found = calendars_of(grid, self.mapping)
        if found is None:
            tables = periods_as_rows(grid) or with_joined_accounts(blocks_of(grid), self._is_known)
            found = with_named_headers(grid, tables, self.mapping)
            is_count = any(speaks_of_a_count(text) for block in found for text in (grid.name, *block.titles))
            return with_boxes_apart(found, self._is_known, is_count=is_count)
        self.calendars.append(grid)
        return found

    def _is_known(self, block: Block) -> bool:
        """Whether a table with these headers was imported before."""
        return self.mapping.source_of(block.fingerprint) is not None

    def unread(self) -> list[tuple[SheetGrid, list[Block]]]:
        """Every grid but the calendars, with its tables."""
        grids = [grid for one in self.read for grid in one.grids if grid not in self.calendars]
        return [(grid, [block for block in self.blocks if block.grid is grid]) for grid in grids]

    def has_one(self, file: ReadFile) -> bool:
        """Whether a table was found in a file."""
        found = [*(block.grid for block in self.blocks), *self.calendars]
        return any(grid.file == file.name for grid in found)


def _needs_no(table: str, site: Path) -> bool:
    """Whether a table of which no row was imported is not to be written: it may be missing, or is there already."""
    return table in _MAY_BE_MISSING or any((site / f"{table}{ending}").exists() for ending in (".csv", ".parquet"))


def _key_of(site: Path) -> NameKey:
    path = site / NAMES
    return read_key(read_bytes(path).decode("utf-8", errors="replace"), str(path)) if path.exists() else NameKey()


def _affiliations(site: Path) -> list[str]:
    """The affiliations that the site has bands for."""
    from stockward.book.settings import read_settings

    if not (site / SETTINGS).exists():
        return []
    force = read_settings(site / SETTINGS).force
    return [one.name for one in force.affiliation] if force else []


def _decimal(site: Path) -> str:
    """The decimal mark with which the tables of the site are read."""
    from stockward.book.settings import read_settings

    return read_settings(site / SETTINGS).site.decimal if (site / SETTINGS).exists() else "."


def _with_decimal(table: str, lines: Sequence[dict[str, str]], decimal: str) -> Sequence[dict[str, str]]:
    """Rows with their numbers as the site writes them; what was not read as a number stays as it is."""
    if decimal == ".":
        return lines
    numbers = {column.name for column in tables()[table].columns if column.type == "number"}
    return [
        {
            name: cell.replace(".", decimal) if name in numbers and _is_number(cell) else cell
            for name, cell in row.items()
        }
        for row in lines
    ]


def _is_number(cell: str) -> bool:
    try:
        return bool(cell) and float(cell) == float(cell)
    except ValueError:
        return False


def _contents(
    request: Request, rows: SiteRows, mapping: MappingFile, found: SourcesRead, blocks: Sequence[Block]
) -> tuple[dict[str, str], list[str]]:
    """The text of each file by its name in the site, and what is told of rows that somebody has changed by hand."""
    site = request.site
    made = {
        "movements": (MOVEMENT_COLUMNS, rows.movements),
        "counts": (COUNT_COLUMNS, rows.counts),
        "materials": (("material", "kind", "unit", "name", "source"), rows.materials),
        "areas": (("area", "kind", "source"), rows.areas),
        "scopes": (SCOPE_COLUMNS, rows.scopes),
        "people": (PEOPLE_COLUMNS, rows.people),
        "absences": (ABSENCE_COLUMNS, rows.absences),
    }
    contents, notices = {}, []
    decimal = _decimal(site)
    for table, (columns, written_so) in made.items():
        lines = _with_decimal(table, written_so, decimal)
        if not lines and not (site / "imported" / f"{table}.csv").exists() and _needs_no(table, site):
            require_own_table(site, table)
            continue
        if (site / f"{table}.parquet").exists():
            raise UsageError(f"{site / table}.parquet: an import writes {table}.csv: save this table as that first")
        own = OwnRows(site, table)
        rows_beside, others = own.beside(lines), own.columns(columns)
        imported = table_text(columns, lines)
        contents[f"imported/{table}.csv"] = imported
        is_same = rows_beside == list(lines) and not others
        contents[f"{table}.csv"] = imported if is_same else table_text([*columns, *others], rows_beside)
        notices += own.notices
    contents[LOG] = table_text(LOG_COLUMNS, rows.log)
    contents[STORE] = stored_text(blocks, found.kept, found.differences.pending)
    contents[MAPPING] = written(mapping)
    if not (site / SETTINGS).exists():
        name = printable(request.name or site.resolve().name or "My site")
        contents[SETTINGS] = _SETTINGS.format(name=quoted(name), timezone=quoted(found.timezone))
    return contents, notices
