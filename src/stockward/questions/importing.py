"""Files of other programs as the tables of a site: what they are taken for, what is asked, and what is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stockward.book.schema.dictionary import tables
from stockward.book.settings import SETTINGS
from stockward.book.site import WORKBOOK
from stockward.book.sources.importers.above import fill_from_above
from stockward.book.sources.importers.columns import BOOK, COUNTS, ITEMS, LEFT_OUT, roles_of, table_of
from stockward.book.sources.importers.entries import UNREAD, EntryReader, SourceEntry
from stockward.book.sources.importers.grid.files import ReadFile, read_file
from stockward.book.sources.importers.grid.layout import Block, TableRow, blocks_of
from stockward.book.sources.importers.grid.texts import ENCODINGS, UnknownEncodingError, shown_in
from stockward.book.sources.importers.ledger.counting import counted_lines
from stockward.book.sources.importers.ledger.doubles import without_doubles
from stockward.book.sources.importers.ledger.happening import happened
from stockward.book.sources.importers.ledger.meanings import Meanings
from stockward.book.sources.importers.ledger.posting import Posting, Postings
from stockward.book.sources.importers.ledger.postings import changes_of, postings_of
from stockward.book.sources.importers.ledger.tie_out import TieOut, tie_out
from stockward.book.sources.importers.ledger.tracked import lots_of, with_lots
from stockward.book.sources.importers.mapping import MAPPING, MappingFile, Question, read_mapping, written
from stockward.book.sources.importers.profiles import GENERIC, Profile, profile_named, profile_of
from stockward.book.sources.importers.site_files import OwnRows, table_text
from stockward.book.sources.importers.site_rows import (
    COUNT_COLUMNS,
    LOG_COLUMNS,
    MOVEMENT_COLUMNS,
    RowWriter,
    SiteRows,
    days_with_movements,
)
from stockward.book.sources.importers.store import DIFFERENCES, STORE, Differences, merged, read_stored, stored_text
from stockward.terms.errors import UsageError
from stockward.terms.files import read_bytes

LOG = "imported/log.csv"
_BALANCE_WRONG = "the balance is wrong"
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
class SourceRead:
    """What was made of one kind of table: where it stands, what it is taken for, and how its own balance ties out."""

    name: str
    places: list[str]
    table: str
    title: str
    rows: int
    left_out: dict[str, list[str]]
    notes: list[str]
    balance: TieOut | None = None


@dataclass(slots=True)
class Imported:
    """What an import found, and the files that it would write.

    contents
        Text of each file, by its name in the folder of the site.
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


def import_files(request: Request) -> Imported:
    """Read files as a site's mapping says, or as their headers do where it says nothing yet.

    Nothing is written: ``contents`` holds what is to be.

    Raises ``SiteError`` for a file that cannot be read at all, and ``UsageError`` for a site that is a workbook.
    """
    site = request.site
    if (site / WORKBOOK).exists():
        raise UsageError(f"{site}: its tables stand in {WORKBOOK}: name another folder to import into")
    _require_others(request)
    mapping = _mapping_of(site)
    mapping.accepts = request.accepts
    for path, answer in request.answers.items():
        mapping.answer(path, answer)
    zone = _zone(site, request.timezone, mapping)
    read = [one for path in request.files if (one := _read(path, mapping)) is not None]
    fresh = [block for one in read for grid in one.grids for block in blocks_of(grid)]
    stored = _stored(site)
    found = _Import(mapping, zone)
    found.unknown += [path.name for path in request.files if ("files", path.name, "encoding") in mapping.questions]
    everything = [*stored, *fresh]
    for source, blocks in _by_source(everything, mapping).items():
        found.read(source, blocks)
    rows = found.rows()
    notices = [notice for one in read for grid in one.grids for notice in grid.notices]
    notices += [f"{one.name}: no table was found in it" for one in read if not _has_table(one, fresh)]
    contents, changed = _contents(request, rows, mapping, found, everything)
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
    )


class _Import:
    """Reads source by source, and makes the rows of all of them at the end."""

    def __init__(self, mapping: MappingFile, timezone: str) -> None:
        self.mapping, self.timezone = mapping, timezone
        self.sources: list[SourceRead] = []
        self.movements: list[Posting] = []
        self.counts: list[Posting] = []
        self.items: list[SourceEntry] = []
        self.steps: list[tuple[str, list[SourceEntry], Profile, SourceRead]] = []
        self.unknown: list[str] = []
        self.differences = Differences()
        self.places: dict[str, None] = {}
        self.kept: dict[int, list[TableRow]] = {}

    def read(self, source: str, blocks: Sequence[Block]) -> None:
        """Read one source; tracked lots wait for the list of these."""
        profile = self._profile(source, blocks)
        roles = roles_of(blocks, profile, self.mapping, source)
        table = table_of(blocks, roles, profile, self.mapping, source)
        told = _source_read(source, table or "?", profile.title, blocks)
        self.sources.append(told)
        if table is None:
            self.mapping.wait(("source", source, "table"), blocks[0].name, told.rows)
            if {"material", "quantity"} <= roles.keys():
                self.unknown += [block.grid.place(block.top) for block in blocks]
            return
        if table in {LEFT_OUT, BOOK}:
            return
        reader = EntryReader(source, blocks, roles, profile, self.mapping, self.timezone)
        entries = self._merged(source, list(reader.entries()), blocks)
        if table == ITEMS:
            for entry in entries:
                entry.raw["place"] = _place_number(entry)
            self.items += entries
        elif "tracked" in profile.rules:
            self.steps.append((source, entries, profile, told))
        elif table == COUNTS:
            fill_from_above(entries, [*self.places], self.mapping)
            self._take(counted_lines(entries, Meanings(source, profile, self.mapping)), told)
        else:
            self._ledger(source, entries, profile, told)

    def _merged(self, source: str, entries: list[SourceEntry], blocks: Sequence[Block]) -> list[SourceEntry]:
        """The rows of all files of a source, each once; which rows of each block are kept is noted."""
        kept = merged(entries, source, self.mapping, self.differences)
        self.kept |= {id(block): [] for block in blocks}
        for entry in kept:
            if entry.block.is_new and any(path[0] == DIFFERENCES for path in entry.waits):
                # What is not settled is looked at again when the file is named again.
                continue
            self.kept[id(entry.block)].append(entry.row)
        return kept

    def rows(self) -> SiteRows:
        """The rows of all sources, once every one has been read."""
        lots, places = lots_of(self.items)
        for source, entries, profile, told in self.steps:
            self._ledger(source, with_lots(entries, lots, places, self.mapping), profile, told)
        self.movements = without_doubles(self.movements, "movements", self.mapping)
        self.counts = without_doubles(self.counts, "counts", self.mapping)
        for number, source in enumerate(dict.fromkeys(one.entry.source for one in self.movements)):
            if number:
                self.mapping.settle("source", source, "ids_begin_with", value=f"{number + 1}-")
        dated = days_with_movements(self.movements, lambda at: "T" not in at and not at.startswith(UNREAD))
        writer = RowWriter(self.mapping, dated)
        writer.prepare([*self.movements, *self.counts])
        rows = writer.write(self.movements, self.counts)
        for place in self.unknown:
            # What may be movements of anything leaves every balance untested until somebody says what it is.
            unread = dict.fromkeys(("at", "kind", "material", "quantity", "from_area", "to_area"), UNREAD)
            rows.movements.append({"movement": f"{UNREAD} {place}", **unread, "source": place})
        return rows

    def _ledger(self, source: str, entries: list[SourceEntry], profile: Profile, told: SourceRead) -> None:
        made, meanings = Postings(), Meanings(source, profile, self.mapping)
        entries = happened(entries, meanings, made)
        fill_from_above(entries, [*self.places], self.mapping)
        self.places |= {entry.area: None for entry in entries if entry.area and not entry.area.startswith(UNREAD)}
        postings_of(entries, meanings, made)
        changes = changes_of(entries, made, meanings)
        sound = [entry for entry in entries if not entry.faults]
        told.balance = tie_out(sound, lambda entry: changes.get(id(entry)))
        if told.balance is not None and not told.balance.holds:
            self._ask_about_balance(source, told.balance)
        self._take(made, told)

    def _ask_about_balance(self, source: str, found: TieOut) -> None:
        """Rows whose balances do not follow are open until somebody says that it is the balance that is wrong."""
        path = ("source", source, "tie_out")
        asks = (
            f"In {source} {found.tried - found.kept} of {found.tried} balances (by {found.of}) do not follow from the "
            f"row before; the first stands in {found.broken[0].place}. Is the balance wrong there, or the reading?"
        )
        answer = self.mapping.ask(
            *path, asks=asks, choices=[_BALANCE_WRONG, "leave these rows aside"], never_accepted=True
        )
        if answer != _BALANCE_WRONG:
            for entry in found.broken:
                entry.waits.append(path)

    def _take(self, made: Postings, told: SourceRead) -> None:
        self.movements += made.movements
        self.counts += made.counts
        told.notes += made.notes
        for rule, entries in made.left_out.items():
            told.left_out.setdefault(rule, []).extend(entry.place for entry in entries)

    def _profile(self, source: str, blocks: Sequence[Block]) -> Profile:
        known = self.mapping.get("source", source, "profile")
        if known is not None:
            return profile_named(known)
        profile = profile_of(blocks[0].headers)
        if profile is not GENERIC:
            self.mapping.settle("source", source, "profile", value=profile.name, because=profile.title)
        return profile


def _source_read(name: str, table: str, title: str, blocks: Sequence[Block]) -> SourceRead:
    """What is told of a source before its rows are looked at: of the new files, where there are any."""
    told = [block for block in blocks if block.is_new] or blocks
    dropped: dict[str, list[str]] = defaultdict(list)
    for block in told:
        for rule, numbers in block.dropped.items():
            dropped[rule] += [block.grid.place(number) for number in numbers]
    places = list(dict.fromkeys(block.name for block in told))
    return SourceRead(name, places, table, title, sum(len(block.rows) for block in told), dict(dropped), [])


def _require_others(request: Request) -> None:
    """Raise ``UsageError`` for a file that the import itself would write."""
    names = (*(f"{table}.csv" for table in tables()), SETTINGS, MAPPING, LOG, STORE)
    own = [request.site / name for name in names]
    for file in request.files:
        if any(one.exists() and file.exists() and file.samefile(one) for one in own):
            raise UsageError(f"{file}: this is a table of {request.site} itself: name the file of another program")


def _place_number(entry: SourceEntry) -> str:
    """The number under which a list of lots knows a place, beside its name."""
    block = entry.block
    if "Location" not in block.headers:
        return ""
    row = next(row for row in block.rows if block.grid.place(row.number) == entry.place)
    return str(row.cells[block.headers.index("Location")])


def _mapping_of(site: Path) -> MappingFile:
    path = site / MAPPING
    if not path.exists():
        return MappingFile()
    return read_mapping(read_bytes(path).decode("utf-8", errors="replace"), str(path))


def _zone(site: Path, timezone: str, mapping: MappingFile) -> str:
    from stockward.book.settings import read_settings, require_site

    if (site / SETTINGS).exists():
        return read_settings(site / SETTINGS).site.timezone
    require_site(name="x", timezone=timezone or "UTC")
    return mapping.settle("site", "timezone", value=timezone or "UTC")


def _read(path: Path, mapping: MappingFile) -> ReadFile | None:
    """A file's grids; ``None`` for a text of which it is asked what it is in."""
    try:
        return read_file(path, mapping.get("files", path.name, "encoding") or "")
    except UnknownEncodingError:
        content = read_bytes(path)
        readings = "; ".join(f"{one}: {shown_in(content, one)}" for one in ENCODINGS)
        asks = f"{path.name} is no UTF-8. Which of these reads it rightly? {readings}"
        answer = mapping.ask("files", path.name, "encoding", asks=asks, choices=ENCODINGS)
        mapping.wait(("files", path.name, "encoding"), path.name, content.count(b"\n"))
        return None if answer is None else read_file(path, answer)


def _stored(site: Path) -> list[Block]:
    path = site / STORE
    return read_stored(read_bytes(path).decode("utf-8", errors="replace"), str(path)) if path.exists() else []


def _by_source(blocks: Sequence[Block], mapping: MappingFile) -> dict[str, list[Block]]:
    """Blocks by the source whose headers they have; new ones get a name of their own."""
    found: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        source = mapping.source_of(block.fingerprint)
        if source is None:
            source = _free_name(block, mapping)
            mapping.headers[source] = block.fingerprint
        found[source].append(block)
    return found


def _free_name(block: Block, mapping: MappingFile) -> str:
    profile = profile_of(block.headers)
    base = profile.title or block.grid.sheet or Path(block.grid.file).stem
    names = [base, *(f"{base} {number}" for number in range(2, 1_000))]
    return next(name for name in names if name not in mapping.headers)


def _has_table(one: ReadFile, blocks: Sequence[Block]) -> bool:
    return any(block.grid.file == one.name for block in blocks)


def _contents(
    request: Request, rows: SiteRows, mapping: MappingFile, found: _Import, blocks: Sequence[Block]
) -> tuple[dict[str, str], list[str]]:
    """The text of each file by its name in the site, and what is told of rows that somebody has changed by hand."""
    site = request.site
    made = {
        "movements": (MOVEMENT_COLUMNS, rows.movements),
        "counts": (COUNT_COLUMNS, rows.counts),
        "materials": (("material", "kind", "unit", "name"), rows.materials),
        "areas": (("area", "kind"), rows.areas),
    }
    contents, notices = {}, []
    for table, (columns, lines) in made.items():
        own = OwnRows(site, table)
        contents[f"{table}.csv"] = table_text([*columns, *own.columns(columns)], own.beside(lines))
        contents[f"imported/{table}.csv"] = table_text(columns, lines)
        notices += own.notices
    contents[LOG] = table_text(LOG_COLUMNS, rows.log)
    contents[STORE] = stored_text(blocks, found.kept)
    contents[MAPPING] = written(mapping)
    if not (site / SETTINGS).exists():
        name = (request.name or site.resolve().name or "My site").replace("\\", "\\\\").replace('"', '\\"')
        contents[SETTINGS] = _SETTINGS.format(name=f'"{name}"', timezone=f'"{found.timezone}"')
    return contents, notices
