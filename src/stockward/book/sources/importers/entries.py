"""Rows of a ledger or list as entries: what each cell says under the mapping, and the questions that it waits for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from stockward.book.cells.reading import MERGED, UNCALCULATED
from stockward.book.sources.importers.columns import DATES, NUMBERS
from stockward.book.sources.importers.grid.aliases import folded, in_brackets
from stockward.book.sources.importers.grid.files import CellValue, is_blank_cell
from stockward.book.sources.importers.grid.layout import Block, TableRow, cell_as_text
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.profiles import Profile
from stockward.book.sources.importers.written.days import (
    WAYS,
    as_site_moment,
    clock_of,
    in_order,
    is_serial_day,
    moment_as_written,
    serial_moment,
    ways_that_fit,
)
from stockward.book.sources.importers.written.names import written_units
from stockward.book.sources.importers.written.numerals import decimal_marks, split_unit, value_of

_CODE_AND_NAME = re.compile(r"\[([^\[\]]+)\]\s*(.*)")
UNREAD = "?"
"""Begins what stands in a table in place of a value that is not settled: no reader takes it for one."""
_TYPED = "as typed"
_MEASURED = ("quantity", "in", "out", "counted")
_TEXT_ROLES = (
    "material", "material_name", "unit", "kind", "reason", "document", "line", "id", "batch", "recorded_by",
    "counted_by", "inventory", "cancelled", "state", "note", "from_area", "to_area", "zero_count", "origin_type",
    "target_type", "tracked_item", "deltas",
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

    def text(self, role: str) -> str:
        """The text of a role; empty where the source has none."""
        return self.texts.get(role, "")

    @property
    def change(self) -> float | None:
        """The signed change of stock: a quantity, or what came in less what went out."""
        if "quantity" in self.numbers:
            return self.numbers["quantity"]
        came, went = self.numbers.get("in"), self.numbers.get("out")
        # Some programs write what went out with a sign, others without.
        return None if came is None and went is None else (came or 0.0) - abs(went or 0.0)


def own_name(entry: SourceEntry) -> str:
    """The number that a row bears, or its document and line; empty where it has neither."""
    if entry.text("id"):
        return entry.text("id")
    return f"{entry.text('document')}/{entry.text('line')}" if entry.text("document") and entry.text("line") else ""


class EntryReader:
    """Reads the rows of one source, once its decimal mark and the way of its dates are settled or asked."""

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
        self.places = {
            role: tuple(blocks[0].headers.index(header) for header in headers) for role, headers in roles.items()
        }
        self.decimal = self._decimal()
        self.ways = {role: self._way(role) for role in DATES if role in roles}
        self.utc = self._zone()
        self.columns = frozenset(roles)
        self.units = {role: self._unit_of_header(role) for role in _MEASURED if role in roles}

    def entries(self) -> Iterator[SourceEntry]:
        """Every row as an entry, in the order of the files."""
        order = 0
        for block in self.blocks:
            for row in block.rows:
                yield self._entry(block, row, order)
                order += 1

    def _unit_of_header(self, role: str) -> str:
        """The unit in brackets behind a header, such as ``Qty (kg)``."""
        unit = in_brackets(self.roles[role][0])
        return unit if folded(unit) in written_units() else ""

    def _cells(self, role: str) -> list[CellValue]:
        places = self.places.get(role, ())
        return [row.cells[place] for block in self.blocks for row in block.rows for place in places]

    def _decimal(self) -> str | None:
        path = ("source", self.source, "decimal")
        settled = self.mapping.settled.get(path)
        if settled is not None:
            return settled
        said, doubtful = decimal_marks(cell for role in NUMBERS for cell in self._cells(role))
        if said in {".", ","}:
            return self.mapping.settle(*path, value=said, because="so its numbers are written")
        if not doubtful and not said:
            return self.mapping.settle(*path, value=".", because="none of its numbers has decimals in a text")
        example = doubtful[0] if doubtful else ""
        german = any(folded(header) in _COMMA_HEADERS for header in self.blocks[0].headers)
        likely = [",", "."] if german or "," in example else [".", ","]
        under = {mark: value_of(example, mark) for mark in (".", ",")}
        asks = f"Which sign is the decimal mark in {self.source}?"
        if example:
            asks += f" {example!r} is {under['.']:g} with a point, {under[',']:g} with a comma"
        return self.mapping.ask(*path, asks=asks, choices=likely)

    def _way(self, role: str) -> str | None:
        """How a column writes its dates; ``as typed`` where no cell is a text."""
        path = ("source", self.source, "dates", role)
        settled = self.mapping.settled.get(path)
        cells = self._cells(role)
        texts = [cell for cell in cells if isinstance(cell, str) and cell.strip() and not _is_mark(cell)]
        if settled is not None:
            return settled
        if not texts:
            return self.mapping.settle(*path, value=_TYPED)
        fitting = ways_that_fit(texts)
        typed = [cell for cell in cells if isinstance(cell, (date, datetime))]
        if typed and fitting and fitting[0] != "year-month-day" and all(cell.day <= 12 for cell in typed):
            return self._maybe_turned(path, fitting[0], typed)
        if len(fitting) == 1 or (fitting and len({_meant(texts, way) for way in fitting}) == 1):
            return self.mapping.settle(*path, value=fitting[0], because="the only way that fits all of its dates")
        if not fitting:
            best = max(WAYS, key=lambda way: sum(moment_as_written(text, way) is not None for text in texts))
            if sum(moment_as_written(text, best) is not None for text in texts) == 0:
                return self.mapping.settle(*path, value=best)
            odd = next(text for text in texts if moment_as_written(text, best) is None)
            others = [way for way in WAYS if way != best and any(moment_as_written(text, way) for text in texts)]
            asks = f"How are the dates in {', '.join(self.roles[role])} written? Most are {best}, {odd!r} is not"
            return self.mapping.ask(*path, asks=asks, choices=[best, *others])
        ranked = sorted(fitting, key=lambda way: -in_order(texts, way))
        readings = "; ".join(f"{way}: {_meant(texts[:1], way)[0]}" for way in ranked)
        ordered = in_order(texts, ranked[0]) > in_order(texts, ranked[1])
        because = f"as {ranked[0]}, its rows stand in the order of time" if ordered else ""
        asks = f"How are the dates in {', '.join(self.roles[role])} written? {texts[0]!r} may be {readings}"
        return self.mapping.ask(*path, asks=asks, choices=ranked, because=because)

    def _maybe_turned(self, path: Path, way: str, typed: Sequence[date]) -> str | None:
        """A spreadsheet that reads a text as a date turns day and month round, and leaves the others texts."""
        first = typed[0]
        asks = (
            "Some dates are texts and others are date cells, all before the 13th of a month. Were day and month "
            f"turned round in these when the file was opened? {first:%Y-%m-%d} would be {_turned(first):%Y-%m-%d} then"
        )
        return self.mapping.ask(*path, asks=asks, choices=[f"{way}, date cells turned round", way])

    def _zone(self) -> bool:
        if self.profile.rules.get("times") != ("ask",):
            return False
        path = ("source", self.source, "times")
        asks = f"Are the times in {self.source} those of the site, or UTC? Look up a row whose time you know"
        return self.mapping.ask(*path, asks=asks, choices=["UTC", "of the site"]) == "UTC"

    def _entry(self, block: Block, row: TableRow, order: int) -> SourceEntry:
        texts = {role: self._text(row, role) for role in _TEXT_ROLES if role in self.places}
        self._split_code(texts)
        entry = SourceEntry(
            self.source, block.grid.place(row.number), order, block, row, row.heading, texts, {}, self.columns
        )
        entry.area = self._area(row)
        self._read_numbers(entry, row)
        entry.at = self._moment(entry, row, "at", "time")
        entry.recorded_at = self._moment(entry, row, "recorded_at", "") or self._moment(
            entry, row, "recorded_date", "recorded_time"
        )
        if "T" not in entry.at and entry.recorded_at.startswith(f"{entry.at}T"):
            # A day alone does not tell before or after; the program booked it on that day, at that time.
            entry.at = entry.recorded_at
        for role in ("at", "quantity", "in", "out", "counted"):
            for place in self.places.get(role, ()):
                if _is_mark(row.cells[place]):
                    entry.faults.append(f"{role} shows {cell_as_text(row.cells[place]).split()[0]}")
        if self.profile.rules.get("times") and self.mapping.get("source", self.source, "times") is None:
            entry.waits.append(("source", self.source, "times"))
        return entry

    def _text(self, row: TableRow, role: str) -> str:
        places = self.places[role]
        if len(places) == 1:
            return _key(row.cells[places[0]])
        return " / ".join(filter(None, (_key(row.cells[place]) for place in places)))

    def _split_code(self, texts: dict[str, str]) -> None:
        """A material that is written as ``[CODE] Name`` is its code, and has that name."""
        found = _CODE_AND_NAME.fullmatch(texts.get("material", ""))
        if found:
            texts["material"] = found[1].strip()
            texts["material_name"] = texts.get("material_name") or found[2]

    def _area(self, row: TableRow) -> str:
        parts = [_key(row.cells[place]) for place in self.places.get("area", ())]
        # A plant without a store names no place in it.
        return "/".join(parts) if parts and parts[-1] else ""

    def _read_numbers(self, entry: SourceEntry, row: TableRow) -> None:
        for role in NUMBERS:
            if role not in self.places:
                continue
            cell = row.cells[self.places[role][0]]
            entry.raw[role] = cell_as_text(cell)
            if is_blank_cell(cell):
                entry.numbers[role] = None
                continue
            value = value_of(cell, self.decimal or ".")
            if self.decimal is None and isinstance(cell, str):
                other = value_of(cell, ",")
                if value != other:
                    value = None
                    self._wait(entry, ("source", self.source, "decimal"))
            elif value is None and role not in {"balance", "book", "difference"} and not _is_mark(cell):
                entry.faults.append(f"{role} {cell_as_text(cell)!r} is no number")
            if "unit" not in self.places and role in self.units:
                beside = split_unit(cell)[1] if isinstance(cell, str) else ""
                entry.texts["unit"] = beside or self.units[role] or entry.text("unit")
            entry.numbers[role] = value

    def _moment(self, entry: SourceEntry, row: TableRow, role: str, clock_role: str) -> str:
        if role not in self.places:
            return ""
        cell = row.cells[self.places[role][0]]
        if is_blank_cell(cell) or _is_mark(cell):
            return ""
        clock = self._clock(row, clock_role)
        way = self.ways[role]
        if isinstance(cell, (int, float)) and not isinstance(cell, bool) and is_serial_day(cell):
            cell = serial_moment(cell)
        if isinstance(cell, (datetime, date)):
            turned = way is not None and way.endswith("turned round")
            day = _turned(cell) if turned else cell
            own = day.time().isoformat("seconds") if isinstance(day, datetime) and day.time() != time() else ""
            day = day.date() if isinstance(day, datetime) else day
            if way is None:
                self._wait(entry, ("source", self.source, "dates", role))
                return f"{UNREAD} {cell_as_text(cell)}"
            return as_site_moment(day, own or clock, "UTC" if self.utc and (own or clock) else "", self.timezone)
        if way is None:
            self._wait(entry, ("source", self.source, "dates", role))
            return f"{UNREAD} {cell_as_text(cell)}"
        found = moment_as_written(cell, way.split(",")[0]) if isinstance(cell, str) else None
        if found is None:
            entry.faults.append(f"{role} {cell_as_text(cell)!r} is no date as {way}")
            return f"{UNREAD} {cell_as_text(cell)}"
        day, own, zone = found
        utc = zone or ("UTC" if self.utc else "")
        return as_site_moment(day, own or clock, utc if own or clock else "", self.timezone)

    def _clock(self, row: TableRow, role: str) -> str:
        if not role or role not in self.places:
            return ""
        cell = row.cells[self.places[role][0]]
        if isinstance(cell, datetime):
            return cell.time().isoformat("seconds")
        if isinstance(cell, time):
            return cell.isoformat("seconds")
        if isinstance(cell, float) and 0 <= cell < 1:
            seconds = round(cell * 86_400)
            return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        return (clock_of(cell) or "") if isinstance(cell, str) and cell.strip() else ""

    def _wait(self, entry: SourceEntry, path: Path) -> None:
        if path not in entry.waits:
            entry.waits.append(path)


_COMMA_HEADERS = frozenset(
    map(folded, ("Menge", "Menge in ErfassME", "Buchungsdatum", "Werk", "Lagerort", "Quantité", "Cantidad", "Bestand"))
)


def _key(cell: CellValue) -> str:
    """A cell as a key: a text without blanks around it, in which no sign is lost."""
    if cell == "":
        return ""
    return " ".join(cell_as_text(cell).split()) if not _is_mark(cell) else ""


_MARKS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", UNCALCULATED, MERGED)


def _is_mark(cell: CellValue) -> bool:
    return isinstance(cell, str) and cell.startswith("#") and cell.startswith(_MARKS)


def _turned(day: date) -> date:
    return day.replace(month=day.day, day=day.month)


def _meant(texts: Iterable[str], way: str) -> tuple[str, ...]:
    found = (moment_as_written(text, way) for text in texts)
    return tuple(one[0].isoformat() for one in found if one is not None)
