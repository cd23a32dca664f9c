"""How each file of a source writes its numbers and dates: by what its own cells tell, and else by a person's word.

Files of one program may differ, since each was exported under the settings of some computer; so a convention that one
file shows is taken for another only where that one's cells allow no other reading, or tell nothing themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from stockward.book.sources.importers.columns import COUNTED_AGAIN, NUMBERS
from stockward.book.sources.importers.grid.files import CellValue
from stockward.book.sources.importers.grid.layout import Block
from stockward.book.sources.importers.grid.marks import is_mark
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.written.days import (
    WAYS,
    as_site_moment,
    in_order,
    moment_as_written,
    moment_of_its_own,
    ways_that_fit,
)
from stockward.book.sources.importers.written.numerals import decimal_marks, value_of
from stockward.book.sources.importers.written.unsaid import Unsaid
from stockward.terms.spelling import folded

NO_DAY = "is no day of its month: write the day, such as 17"
TYPED, _ISO = "as typed", "year-month-day"
_TURNED = ", date cells turned round"
_COMMA_HEADERS = frozenset(
    map(folded, ("Menge", "Menge in ErfassME", "Buchungsdatum", "Werk", "Lagerort", "Quantité", "Cantidad", "Bestand"))
)

_EXAMPLES = {
    "year-month-day": "2026-06-30", "day-month-year": "30/06/2026", "month-day-year": "06/30/2026",
    "day-name-year": "30 Jun 2026", "year-month-day of two figures": "26-06-30",
}  # fmt: skip

PlacesByRole = Mapping[str, tuple[int, ...]]
"""By role, the places of its columns in a block."""


class Conventions:
    """The decimal mark of each file, and the way of each column of dates; ``None`` while it is asked."""

    def __init__(
        self, source: str, columns: Sequence[tuple[Block, PlacesByRole]], dates: Sequence[str], mapping: MappingFile
    ) -> None:
        self._source, self._mapping = source, mapping
        self.unsaid = Unsaid(source, columns, dates, mapping)
        self._files: dict[str, list[tuple[Block, PlacesByRole]]] = defaultdict(list)
        for block, places in columns:
            self._files[block.grid.file].append((block, places))
        self.decimal_paths: dict[str, Path] = {}
        self.date_paths: dict[tuple[str, str], Path] = {}
        self.decimals = self._decimals()
        self.ways = {(file, role): self._way(file, role) for role in dates for file in self._files}

    def _cells(self, file: str, roles: Iterable[str]) -> list[CellValue]:
        return [
            self.unsaid.cell(row, place)
            for block, places in self._files[file]
            for role in roles
            for place in places.get(role, ())
            for row in block.rows
            if self.unsaid.waits_for(row, place) is None
        ]

    def _decimals(self) -> dict[str, str | None]:
        told = {file: decimal_marks(self._cells(file, (*NUMBERS, COUNTED_AGAIN))) for file in self._files}
        path: Path = ("source", self._source, "decimal")
        marks = {said for said, _ in told.values() if said in {".", ","}}
        if len(marks) == 1:
            self._mapping.settle(*path, value=next(iter(marks)), because="so its numbers are written")
        found: dict[str, str | None] = {}
        for file, (said, doubtful) in told.items():
            if said in {".", ","}:
                found[file] = said
            elif not said and not doubtful:
                found[file] = "."
            else:
                of_file: Path = (*path, file)
                self.decimal_paths[file] = of_file if said == "both" or len(marks) > 1 else path
                found[file] = self._mapping.settled.get(of_file) or self._ask_decimal(file, doubtful)
        return found

    def _ask_decimal(self, file: str, doubtful: Sequence[str]) -> str | None:
        path = self.decimal_paths[file]
        example = doubtful[0] if doubtful else ""
        headers = self._files[file][0][0].headers
        comma_first = any(folded(header) in _COMMA_HEADERS for header in headers) or "," in example
        asks = f"Which sign is the decimal mark in {file}?"
        if example:
            under = {mark: value_of(example, mark) for mark in (".", ",")}
            asks += f" {example!r} is {under['.']:g} with a point, {under[',']:g} with a comma"
        else:
            asks += " Some of its numbers have a point for it, and others a comma"
        return self._mapping.ask(*path, asks=asks, choices=[",", "."] if comma_first else [".", ","])

    def _way(self, file: str, role: str) -> str | None:
        cells = self._cells(file, [role])
        texts = [cell for cell in cells if isinstance(cell, str) and cell.strip() and not is_mark(cell)]
        path: Path = ("source", self._source, "dates", role)
        of_file: Path = (*path, file)
        self.date_paths[file, role] = of_file
        answered = self._mapping.settled.get(of_file)
        if answered is not None and answered.removesuffix(_TURNED) in WAYS:
            return answered
        texts, is_whole = _to_be_settled(texts)
        if not texts:
            return TYPED
        fitting = ways_that_fit(texts)
        typed = [cell for cell in cells if isinstance(cell, (date, datetime))]
        if typed and fitting and fitting[0] != "year-month-day" and all(cell.day <= 12 for cell in typed):
            return self._ask_turned(of_file, fitting[0], cells)
        settled = self._mapping.settled.get(path)
        if settled in fitting:
            self.date_paths[file, role] = path
            return settled
        if len(fitting) == 1 or (fitting and len({meant(texts, way) for way in fitting}) == 1):
            if is_whole:
                self._mapping.settle(*path, value=fitting[0], because="the only way that fits all of its dates")
            return fitting[0]
        if not fitting:
            return self._ask_mixed(of_file, role, texts)
        self.date_paths[file, role] = path if settled is None else of_file
        return self._ask_way(self.date_paths[file, role], file, fitting, texts)

    def _ask_way(self, path: Path, file: str, fitting: Sequence[str], texts: Sequence[str]) -> str | None:
        ranked = sorted(fitting, key=lambda way: -in_order(texts, way))
        readings = "; ".join(f"{way}: {meant(texts[:1], way)[0]}" for way in ranked)
        ordered = in_order(texts, ranked[0]) > in_order(texts, ranked[1])
        because = f"as {ranked[0]}, its rows stand in the order of time" if ordered else ""
        asks = f"How are the dates in {file} written? {texts[0]!r} may be {readings}"
        return self._mapping.ask(*path, asks=asks, choices=ranked, because=because)

    def _ask_mixed(self, path: Path, role: str, texts: Sequence[str]) -> str | None:
        """Dates of which no way fits all: the way of most, and the others are cells to correct."""
        counts = {way: sum(moment_as_written(text, way) is not None for text in texts) for way in WAYS}
        best = max(WAYS, key=lambda way: counts[way])
        others = [way for way in WAYS if way != best and counts[way]]
        if not others:
            return best if counts[best] else TYPED
        odd = next(text for text in texts if moment_as_written(text, best) is None)
        share = "Most" if 2 * counts[best] > len(texts) else "Some"
        asks = f"How are the dates in {path[-1]} written? {share} are {best}, {odd!r} is not"
        return self._mapping.ask(*path, asks=asks, choices=[best, *others])

    def _ask_turned(self, path: Path, way: str, cells: Sequence[CellValue]) -> str | None:
        """A spreadsheet that reads a text as a date turns day and month round, and leaves the others texts.

        Where the rows stand in the order of time as the cells are, and would not if these were turned, they were not.
        """
        first = next(cell for cell in cells if isinstance(cell, date))
        asks = (
            f"Some dates in {path[-1]} are texts and others date cells, all before the 13th of a month. Were day and "
            f"month turned round in these when it was opened? {first:%Y-%m-%d} would be {turned(first):%Y-%m-%d} then"
        )
        as_they_are = [_in_words(cell, way) for cell in cells]
        if_turned = [_in_words(turned(cell) if isinstance(cell, date) else cell, way) for cell in cells]
        choices = [f"{way}{_TURNED}", way]
        if in_order(as_they_are, _ISO) > in_order(if_turned, _ISO):
            choices.reverse()
        return self._mapping.ask(*path, asks=asks, choices=choices)


def _to_be_settled(texts: list[str]) -> tuple[list[str], bool]:
    """The dates whose way is to be found, and whether these are all.

    Where one way does not fit all, each that is one day alone is read by itself, and what is no date in any way tells
    nothing of the others.
    """
    if ways_that_fit(texts):
        return texts, True
    found = [text for text in texts if moment_of_its_own(text) is None and ways_that_fit([text])]
    return found, False


def _in_words(cell: CellValue, way: str) -> str:
    """A date as it is written year first, of whatever kind its cell is; empty for none."""
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    found = moment_as_written(cell, way) if isinstance(cell, str) else None
    return found[0].isoformat() if found else ""


def no_date(way: str) -> str:
    """What is said of a text that is no date beside others of a way, and how to write one that will be read."""
    if way == TYPED:
        return "is no date: write it as 2026-06-30"
    return f"is no date as {plain_way(way)}, as the others are: write it as {_EXAMPLES[plain_way(way)]}"


def is_turned(way: str) -> bool:
    """Whether date cells were turned round beside texts of this way."""
    return way.endswith(_TURNED)


def plain_way(way: str) -> str:
    """The way of the texts."""
    return way.removesuffix(_TURNED)


def turned(day: date) -> date:
    """A day with day and month exchanged."""
    return day.replace(month=day.day, day=day.month)


def meant(texts: Iterable[str], way: str) -> tuple[str, ...]:
    """The days that texts are under a way."""
    found = (moment_as_written(text, way) for text in texts)
    return tuple(one[0].isoformat() for one in found if one is not None)


@lru_cache(50_000, typed=True)
def moment_of_cell(cell: str | date, way: str, clock: str, timezone: str, *, is_utc: bool) -> str | None:
    """A cell of a day, with the time of day beside it, as the tables of a site have it; ``None`` for what is no day."""
    if isinstance(cell, datetime) and cell.tzinfo is not None:
        return cell.astimezone(ZoneInfo(timezone)).isoformat(timespec="seconds")
    if isinstance(cell, date):
        moment = turned(cell) if is_turned(way) else cell
        own = moment.time().isoformat("seconds") if isinstance(moment, datetime) and moment.time() != time() else ""
        day, zone = moment.date() if isinstance(moment, datetime) else moment, ""
    else:
        found = moment_as_written(cell, "year-month-day" if way == TYPED else plain_way(way)) or moment_of_its_own(cell)
        if found is None:
            return None
        day, own, zone = found
    zone = zone or ("UTC" if is_utc else "")
    return as_site_moment(day, own or clock, zone if own or clock else "", timezone)
