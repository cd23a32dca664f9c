"""Rows of a ledger or list as entries: what each cell says under the mapping, and the questions that it waits for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from itertools import chain

from stockward.book.sources.importers.columns import ACROSS, COUNTED_AGAIN, DATES, NUMBERS, OF_PERSONS
from stockward.book.sources.importers.conventions import (
    NO_DAY,
    TYPED,
    Conventions,
    PlacesByRole,
    moment_of_cell,
    no_date,
)
from stockward.book.sources.importers.grid.files import CellValue, is_blank_cell
from stockward.book.sources.importers.grid.layout import Block, TableRow, cell_as_text
from stockward.book.sources.importers.grid.marks import LONGEST_DITTO, is_mark, is_nothing, repeats, what_it_shows
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.profiles import Profile
from stockward.book.sources.importers.written.days import (
    clock_of,
    is_serial_day,
    moment_as_written,
    moment_of_its_own,
    serial_moment,
)
from stockward.book.sources.importers.written.figures import Figures, no_number
from stockward.book.sources.importers.written.numerals import split_unit, value_of
from stockward.book.sources.naming.aliases import unit_of_header
from stockward.terms.spelling import folded
from stockward.terms.units import written_units

_CODE_AND_NAME = re.compile(r"\[([^\[\]]+)\]\s*(.*)")
UNREAD = "?"
"""Begins what stands in a table in place of a value that is not settled: no reader takes it for one."""
_CAME_BACK, _WENT_OUT = "it came back", "all of it went out"
_BESIDE = frozenset(("balance", "book", "difference"))
"""Figures beside those that are taken."""
_SIDES = ("in", "out")
_RECORDED, _OF_PERSONS = frozenset(("recorded_at", "recorded_date")), frozenset(OF_PERSONS)
_MARKED = ("at", "material", "quantity", "in", "out", "counted", COUNTED_AGAIN, "member", *OF_PERSONS)
"""Roles in whose cells a mark of an error is told."""
_MEASURED = ("quantity", "in", "out", "counted")
_TEXT_ROLES = (
    "material", "material_name", "unit", "kind", "reason", "document", "line", "id", "batch", "recorded_by",
    "counted_by", "inventory", "cancelled", "state", "note", "from_area", "to_area", "zero_count", "origin_type",
    "target_type", "tracked_item", "deltas", "member", "department", "job", "role", "affiliation", "duty",
    "qualifications", "type", "half_day", "half_part", "tested_fit", "not_in_areas",
)  # fmt: skip


@dataclass(slots=True)
class SourceEntry:
    """One row of a source. Texts are as written; numbers are ``None`` where blank or not settled.

    columns
        The roles that its table has a column of.
    at, recorded_at
        As the tables of a site write them; empty where blank.
    waits
        The questions that must be answered before the row is taken.
    faults
        What is wrong with it whatever is answered.
    dittos
        The roles in whose cells a sign says that the row above holds.
    side
        ``in`` or ``out`` for one of the two movements of a row in which something came and something went.
    """

    source: str
    place: str
    order: int
    block: Block
    row: TableRow
    heading: str
    texts: dict[str, str]
    numbers: dict[str, float | None]
    columns: frozenset[str]
    area: str = ""
    at: str = ""
    recorded_at: str = ""
    waits: list[Path] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)
    dittos: list[str] = field(default_factory=list)
    side: str = ""

    def text(self, role: str) -> str:
        """The text of a role; empty where the source has none."""
        return self.texts.get(role, "")

    @property
    def change(self) -> float | None:
        """The signed change of stock: a quantity, or what came in less what went out."""
        if "quantity" in self.numbers:
            return self.numbers["quantity"]
        came, went = self.numbers.get("in"), self.numbers.get("out")
        return None if came is None and went is None else (came or 0.0) - (went or 0.0)


class EntryReader:
    """Reads the rows of one source, under the conventions that its files write in."""

    def __init__(
        self,
        source: str,
        blocks: Sequence[Block],
        roles: dict[str, tuple[str, ...]],
        profile: Profile,
        mapping: MappingFile,
        timezone: str,
    ) -> None:
        self.source, self.blocks, self.roles = source, blocks, roles
        self.profile, self.mapping, self.timezone = profile, mapping, timezone
        self._columns = [(block, _places_in(block, roles)) for block in blocks]
        dates = [role for role in DATES if role in roles]
        self._conventions = Conventions(source, self._columns, dates, mapping)
        self._utc = self._zone()
        self._units = {role: self._unit_of_header(role) for role in _MEASURED if role in roles}
        self._figures = Figures(source, {role: roles[role][0] for role in NUMBERS if role in roles}, mapping)
        self._signed_out = {block.grid.file for block in blocks if self._bears_signs(block.grid.file)}

    def _bears_signs(self, file: str) -> bool:
        """Whether a file writes what went out with a sign; where only some have one, these are returns."""
        columns = [(block, places) for block, places in self._columns if block.grid.file == file]
        cells = chain.from_iterable(_cells_of(block, places, "out") for block, places in columns)
        outs = [value_of(cell, self._conventions.decimals[file] or ".") or 0.0 for cell in cells]
        if not any(value < 0 for value in outs):
            return False
        if not any(value > 0 for value in outs):
            return True
        path = ("source", self.source, "negative", file)
        asks = f"Some of what went out in {file} is negative: did that come back, or do only some rows bear the sign?"
        choices = [_CAME_BACK, _WENT_OUT]
        return self.mapping.ask(*path, asks=asks, choices=choices) == _WENT_OUT

    def entries(self) -> Iterator[SourceEntry]:
        """Every row as an entry, in the order of the files; one a column where each place or material has its own."""
        order = 0
        for block, places in self._columns:
            across = next((role for role in ACROSS if len(places.get(role, ())) > 1), None)
            if across is None:
                read = _ReadPlaces.of(block, places)
                for row in block.rows:
                    yield self._entry(read, row, order)
                    order += 1
                continue
            parts = [(column, *_of_column(block, {**places, across: (column,)}, column)) for column in places[across]]
            for row in block.rows:
                for column, role, named, read in parts:
                    if not is_blank_cell(row.cells[column]):
                        entry = self._entry(read, row, order)
                        _give_named(entry, role, named)
                        yield entry
                        order += 1

    def _unit_of_header(self, role: str) -> str:
        """The unit behind a header, such as ``Qty (kg)`` or ``Received kg``."""
        unit = unit_of_header(self.roles[role][0])
        return unit if folded(unit) in written_units() else ""

    def _zone(self) -> bool:
        if self.profile.rules.get("times") != ("ask",):
            return False
        path = ("source", self.source, "times")
        asks = f"Are the times in {self.source} those of the site, or UTC? Look up a row whose time you know"
        return self.mapping.ask(*path, asks=asks, choices=["UTC", "of the site"]) == "UTC"

    def _entry(self, read: _ReadPlaces, row: TableRow, order: int) -> SourceEntry:
        places, cells = read.places, row.cells
        texts = {role: _key(cells[column]) for role, column in read.texts}
        for role, columns in read.joined:
            texts[role] = " / ".join(filter(None, (_key(cells[column]) for column in columns)))
        self._split_code(texts)
        if row.struck:
            # What a later file says of the same row, without the stroke, is another thing.
            texts["struck"] = row.struck
        place = read.block.place(row.number)
        entry = SourceEntry(self.source, place, order, read.block, row, row.heading, texts, {}, read.roles)
        entry.area = _area(*[cells[column] for column in places.get("area", ())])
        day = _key(cells[places["at"][0]]) if "at" in places else ""
        written = (
            ("area", entry.area),
            ("material", texts.get("material", "")),
            ("at", day),
            ("unit", texts.get("unit", "")),
        )
        entry.dittos = [role for role, text in written if len(text) <= LONGEST_DITTO and repeats(text)]
        if entry.dittos:
            entry.area = "" if "area" in entry.dittos else entry.area
            texts.update({role: "" for role in ("material", "unit") if role in entry.dittos})
        self._read_numbers(entry, read)
        entry.at = self._moment(entry, row, places, read.date_role, "time")
        if not _RECORDED.isdisjoint(places):
            entry.recorded_at = self._moment(entry, row, places, "recorded_at", "") or self._moment(
                entry, row, places, "recorded_date", "recorded_time"
            )
        if "T" not in entry.at and entry.recorded_at.startswith(f"{entry.at}T"):
            # A day alone does not tell before or after; the program booked it on that day, at that time.
            entry.at = entry.recorded_at
        if not _OF_PERSONS.isdisjoint(places):
            texts |= {role: self._moment(entry, row, places, role, "") for role in OF_PERSONS if role in places}
        for role, column in read.marked:
            if is_mark(cells[column]):
                entry.faults.append(f"{role} {what_it_shows(cell_as_text(cells[column]))}")
        if [column for column in places.get("material", ()) if isinstance(cells[column], date)]:
            entry.faults.append("material is a date: a spreadsheet made it of a code; write that as text")
        if repeats(texts.get("document", "")):
            entry.faults.append(f"document {texts['document']!r} repeats a cell above: write it out")
        if self.profile.rules.get("times") and self.mapping.get("source", self.source, "times") is None:
            entry.waits.append(("source", self.source, "times"))
        return entry

    def _split_code(self, texts: dict[str, str]) -> None:
        """A material that is written as ``[CODE] Name`` is its code, and has that name."""
        material = texts.get("material", "")
        if material[:1] == "[" and (found := _CODE_AND_NAME.fullmatch(material)):
            texts["material"] = found[1].strip()
            texts["material_name"] = texts.get("material_name") or found[2]

    def _read_numbers(self, entry: SourceEntry, read: _ReadPlaces) -> None:
        file, cells = entry.block.grid.file, entry.row.cells
        decimal = self._conventions.decimals[file]
        for role, place in read.numbers:
            cell = cells[place]
            if role == "counted":
                again = (cells[other] for other in reversed(read.places.get(COUNTED_AGAIN, ())))
                cell = next((one for one in again if not is_blank_cell(one)), cell)
            entry.raw[role] = cell_as_text(cell)
            if is_blank_cell(cell) or (role in _SIDES and is_nothing(cell)):
                entry.numbers[role] = None
                continue
            value = value_of(cell, decimal or ".")
            if decimal is None and isinstance(cell, str):
                if value != value_of(cell, ","):
                    value = None
                    _wait(entry, self._conventions.decimal_paths[file])
            elif value is None and role not in _BESIDE and not is_mark(cell):
                value = self._figures.fraction(entry, role, cell)
                if value is None:
                    entry.faults.append(f"{role} {cell_as_text(cell)!r} {no_number(cell)}")
            if role in self._units and value is not None:
                self._read_unit(entry, role, cell)
            if value is not None:
                value = self._figures.meant(entry, role, cell, value)
            if role == "out" and value is not None and value < 0:
                value = -value if file in self._signed_out else value
                if (path := ("source", self.source, "negative", file)) in self.mapping.questions:
                    _wait(entry, path)
            entry.numbers[role] = value

    def _read_unit(self, entry: SourceEntry, role: str, cell: CellValue) -> None:
        """A unit behind the number in its cell, or behind the header; it must not gainsay a column of units."""
        beside = split_unit(cell)[1] if isinstance(cell, str) else ""
        if "unit" not in entry.columns:
            entry.texts["unit"] = beside or self._units[role] or entry.text("unit")
        elif beside and folded(beside) != folded(entry.text("unit")):
            entry.faults.append(f"{role} {cell_as_text(cell)!r} has another unit than {entry.text('unit')!r} beside it")

    def _moment(self, entry: SourceEntry, row: TableRow, places: PlacesByRole, role: str, clock_role: str) -> str:
        if role not in places:
            return ""
        cell = self._conventions.unsaid.cell(row, places[role][0])
        if is_blank_cell(cell) or is_mark(cell) or (isinstance(cell, str) and repeats(cell)):
            return ""
        unsaid = self._conventions.unsaid.waits_for(row, places[role][0])
        if unsaid is not None:
            _wait(entry, unsaid)
            return f"{UNREAD} {cell_as_text(cell)}"
        clock = self._clock(entry, row, places, clock_role)
        key = (entry.block.grid.file, role)
        way = self._conventions.ways[key]
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            cell = serial_moment(cell) if is_serial_day(cell) else cell_as_text(cell)
        if way is None and isinstance(cell, str) and moment_of_its_own(cell) is not None:
            way = TYPED
        if way is None:
            _wait(entry, self._conventions.date_paths[key])
            return f"{UNREAD} {cell_as_text(cell)}"
        told = isinstance(cell, (str, date))
        found = moment_of_cell(cell, way, clock, self.timezone, is_utc=self._utc) if told else None
        if found is None:
            among_days = self._conventions.unsaid.is_among_days(row, places[role][0])
            entry.faults.append(f"{role} {cell_as_text(cell)!r} {NO_DAY if among_days else no_date(way)}")
            return f"{UNREAD} {cell_as_text(cell)}"
        return found

    def _clock(self, entry: SourceEntry, row: TableRow, places: PlacesByRole, role: str) -> str:
        if not role or role not in places:
            return ""
        cell = row.cells[places[role][0]]
        if isinstance(cell, datetime):
            return cell.time().isoformat("seconds")
        if isinstance(cell, time):
            return cell.isoformat("seconds")
        if isinstance(cell, float) and 0 <= cell < 1:
            seconds = round(cell * 86_400)
            return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        found = clock_of(cell_as_text(cell))
        if found is None and not is_blank_cell(cell):
            entry.faults.append(f"{role} {cell_as_text(cell)!r} is no time of day such as 14:05")
        return found or ""


@dataclass(frozen=True, slots=True)
class _ReadPlaces:
    """What is read of each row of a table: where the columns of each role stand, of texts, numbers and marks apart."""

    block: Block
    places: PlacesByRole
    roles: frozenset[str]
    texts: tuple[tuple[str, int], ...]
    joined: tuple[tuple[str, tuple[int, ...]], ...]
    numbers: tuple[tuple[str, int], ...]
    marked: tuple[tuple[str, int], ...]
    date_role: str

    @classmethod
    def of(cls, block: Block, places: PlacesByRole) -> _ReadPlaces:
        """What is read of a table."""
        texts = [(role, places[role]) for role in sorted(_TEXT_ROLES) if role in places]
        return cls(
            block,
            places,
            frozenset(places),
            tuple((role, columns[0]) for role, columns in texts if len(columns) == 1),
            tuple((role, columns) for role, columns in texts if len(columns) != 1),
            tuple((role, places[role][0]) for role in NUMBERS if role in places),
            tuple((role, place) for role in _MARKED for place in places.get(role, ())),
            "count_date" if "count_date" in places and ("counted" in places or "at" not in places) else "at",
        )


def _of_column(block: Block, places: PlacesByRole, column: int) -> tuple[str, str, _ReadPlaces]:
    """What the header of a column of figures names: the day or the place of its entries, or else their material."""
    header = block.headers[column]
    day = moment_as_written(header, "year-month-day")
    if day is not None and not {"at", "count_date"} & places.keys():
        return "at", day[0].isoformat(), _ReadPlaces.of(block, places)
    of = "area" if "material" in places else "material"
    return of, header, _ReadPlaces.of(block, {**places, of: ()})


def _give_named(entry: SourceEntry, role: str, named: str) -> None:
    if role == "material":
        entry.texts["material"] = named
    else:
        setattr(entry, role, named)


def _places_in(block: Block, roles: Mapping[str, tuple[str, ...]]) -> PlacesByRole:
    """Where the columns of each role stand in a block; headers of files may differ in order, letter case and signs."""
    plain = [folded(header) for header in block.headers]
    found: dict[str, tuple[int, ...]] = {}
    for role, headers in roles.items():
        places = [
            block.headers.index(header) if header in block.headers else plain.index(folded(header))
            for header in headers
            if header in block.headers or folded(header) in plain
        ]
        if places:
            found[role] = tuple(places)
    return found


def _cells_of(block: Block, places: PlacesByRole, role: str) -> Iterator[CellValue]:
    return (row.cells[place] for place in places.get(role, ()) for row in block.rows)


@lru_cache(50_000, typed=True)
def _area(*cells: CellValue) -> str:
    parts = [_key(cell) for cell in cells]
    # A plant without a store names no place in it.
    return "/".join(filter(None, parts)) if parts and parts[-1] else ""


def _wait(entry: SourceEntry, path: Path) -> None:
    if path not in entry.waits:
        entry.waits.append(path)


@lru_cache(200_000, typed=True)
def _key(cell: CellValue) -> str:
    """A cell as a key: a text without blanks around it, in which no sign is lost."""
    return "" if is_mark(cell) else " ".join(cell_as_text(cell).split())
