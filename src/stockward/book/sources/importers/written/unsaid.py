"""What the dates of a column leave unsaid: their year, their month, or that their calendar is another.

It is asked once for a file, and what its titles, its sheet or its name say is proposed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath

from stockward.book.sources.importers.grid.files import CellValue, is_blank_cell
from stockward.book.sources.importers.grid.layout import Block, TableRow
from stockward.book.sources.importers.grid.marks import is_mark
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.written.days import (
    is_543_ahead,
    moment_as_written,
    moved_back,
    ways_that_fit,
    with_year,
)
from stockward.book.sources.importers.written.month_lines import day_of_a_month
from stockward.book.sources.importers.written.numerals import value_of
from stockward.book.sources.importers.written.titled import Titled, first_day_of, last_day_of, month_and_year, said_by
from stockward.terms.spelling import whole_up_to

BY_TITLE = "as the title or name of each table says"
_BUDDHIST, _COMMON = "Buddhist: 543 years ahead", "the common one: correct these dates"
_LEAP = 2000
_TURN = 6
_HALF, _FEW = 0.5, 0.2
_MOST_PARTS = 24
"""Of more parts than this nobody says the month one by one: whole dates are to be written."""

_LAST_DAY, _FIRST_DAY = "the last day", "the first day"
_Places = Sequence[tuple[Block, Mapping[str, tuple[int, ...]]]]
_Dated = tuple[TableRow, int, CellValue]
"""A row, the place of its date, and the date as it stands."""


def are_days_of_a_month(cells: Sequence[CellValue]) -> bool:
    """Whether most cells are whole numbers from 1 to 31, and few other numbers; dates and texts may be among them."""
    filled = [cell for cell in cells if not is_blank_cell(cell)]
    days = sum(day_of_a_month(cell) is not None for cell in filled)
    numbers = sum(value_of(cell, ".") is not None for cell in filled if day_of_a_month(cell) is None)
    return days > _HALF * len(filled) and numbers <= _FEW * len(filled)


def lack_a_part(cells: Sequence[CellValue]) -> bool:
    """Whether most cells are days without their year, or in the years of another calendar."""
    filled = [cell for cell in cells if not is_blank_cell(cell)]
    some = sum(
        is_543_ahead(cell)
        or last_day_of(cell) is not None
        or (isinstance(cell, str) and with_year(cell, _LEAP) is not None)
        for cell in filled
    )
    return bool(filled) and some > _HALF * len(filled)


class Unsaid:
    """The dates of a source with what they leave unsaid, as far as it is answered."""

    def __init__(self, source: str, columns: _Places, roles: Sequence[str], mapping: MappingFile) -> None:
        self._source, self._mapping = source, mapping
        self._whole: dict[tuple[int, int], CellValue] = {}
        self._paths: dict[tuple[int, int], Path] = {}
        self._among_days: set[tuple[int, int]] = set()
        files: dict[str, list[tuple[Block, Mapping[str, tuple[int, ...]]]]] = {}
        for block, places in columns:
            files.setdefault(block.grid.file, []).append((block, places))
        for role in roles:
            for file, members in files.items():
                self._complete(role, file, [(block, _dated(block, places, role)) for block, places in members])

    def cell(self, row: TableRow, place: int) -> CellValue:
        """The date in a cell, with what was answered of it."""
        return self._whole.get((id(row), place), row.cells[place])

    def waits_for(self, row: TableRow, place: int) -> Path | None:
        """The question that the date in a cell waits for."""
        return self._paths.get((id(row), place))

    def is_among_days(self, row: TableRow, place: int) -> bool:
        """Whether a cell stands in a column of days without their months."""
        return (id(row), place) in self._among_days

    def _complete(self, role: str, file: str, tables: list[tuple[Block, list[_Dated]]]) -> None:
        cells = [cell for _, dated in tables for _, _, cell in dated]
        if not cells:
            return
        if are_days_of_a_month(cells):
            self._among_days |= {(id(row), place) for _, dated in tables for row, place, _ in dated}
            if all(_month_of(row) for _, dated in tables for row, _, _ in dated):
                self._below_months(role, tables)
            else:
                self._months(role, file, tables)
        elif sum(last_day_of(cell) is not None for cell in cells) > _HALF * len(cells):
            self._periods(role, file, tables)
        elif sum(map(is_543_ahead, cells)) > _HALF * len(cells):
            self._calendar(role, file, tables)
        elif sum(isinstance(cell, str) and with_year(cell, _LEAP) is not None for cell in cells) > _HALF * len(cells):
            self._years(role, file, tables)

    def _periods(self, role: str, file: str, tables: list[tuple[Block, list[_Dated]]]) -> None:
        """Months or weeks in place of days: of which day of each its rows are."""
        whole = [(one, last) for _, dated in tables for one in dated if (last := last_day_of(one[2])) is not None]
        path: Path = ("source", self._source, "periods", role, file)
        (_, _, cell), last = whole[0]
        asks = (
            f"Rows of {file} have months or weeks for days, the first {_shown(cell)}. Are they of the last day of "
            f"each, {last} there, or of the first?"
        )
        answer = self._mapping.ask(*path, asks=asks, choices=[_LAST_DAY, _FIRST_DAY])
        for (row, place, cell), last in whole:
            if answer is None:
                self._paths[id(row), place] = path
            else:
                self._whole[id(row), place] = last if answer == _LAST_DAY else first_day_of(cell, last)

    def _calendar(self, role: str, file: str, tables: list[tuple[Block, list[_Dated]]]) -> None:
        ahead = [one for _, dated in tables for one in dated if is_543_ahead(one[2])]
        path: Path = ("source", self._source, "calendar", role, file)
        would_be = f"{_shown(ahead[0][2])} would be {_shown(moved_back(ahead[0][2]))}"
        asks = f"Which calendar are the dates of {file} in? {would_be}"
        are_all = len(ahead) == sum(len(dated) for _, dated in tables)
        choices = [_BUDDHIST, _COMMON] if are_all else [_COMMON, _BUDDHIST]
        answer = self._mapping.ask(*path, asks=asks, choices=choices, never_accepted=not are_all)
        for row, place, cell in ahead:
            moved = moved_back(cell)
            if answer is None:
                self._paths[id(row), place] = path
            elif answer == _BUDDHIST and moved is not None:
                self._whole[id(row), place] = moved

    def _years(self, role: str, file: str, tables: list[tuple[Block, list[_Dated]]]) -> None:
        way = self._way_without_year(role, [cell for _, dated in tables for _, _, cell in dated])
        turns = [_turns([_month(cell, way) for _, _, cell in dated]) for _, dated in tables]
        said = [_first_year(_said_of(block), years) for (block, _), years in zip(tables, turns, strict=True)]
        for group in _asked_together(said):
            block, dated = tables[group[0]]
            path = self._path("year", role, file, "" if all(said) else block.name, len(tables) == 1)
            first = next((cell for _, _, cell in dated if isinstance(cell, str)), "")
            asks = (
                f"Which year is {first!r} in, the first day of {block.name}? It stands without a year (write one such "
                "as 2026; where December comes before January, the year turns)"
            )
            answer = self._ask(path, asks, [str(said[one]) if said[one] else "" for one in group], _is_year)
            for one in group:
                begins = said[one] if answer == BY_TITLE else int(answer or 0)
                for (row, place, cell), turned in zip(tables[one][1], turns[one], strict=True):
                    if not isinstance(cell, str) or with_year(cell, _LEAP) is None:
                        continue
                    if answer is None:
                        self._paths[id(row), place] = path
                    else:
                        self._whole[id(row), place] = with_year(cell, begins + turned) or cell

    def _months(self, role: str, file: str, tables: list[tuple[Block, list[_Dated]]]) -> None:
        """Numbers of days: the month of each table, and of each part of one whose days begin again."""
        parts = [(block, part) for block, dated in tables for part in _of_one_month(block, dated)]
        if len(parts) > len(tables) + _MOST_PARTS:
            return
        said = [_said_of(block, part[0][0]) for block, part in parts]
        known = [one.text if one.year and one.month else "" for one in said]
        for group in _asked_together(known):
            block, dated = parts[group[0]]
            is_whole = sum(one is block for one, _ in parts) == 1
            where = block.name if is_whole else block.place(dated[0][0].number)
            path = self._path("month", role, file, "" if all(known) else where, len(parts) == 1)
            asks = f"Which month is day {_shown(dated[0][2])} of {where} in? Write one such as 2026-01"
            answer = self._ask(path, asks, [known[one] for one in group], _is_month)
            for one in group:
                of = said[one] if answer == BY_TITLE else month_and_year(answer or "")
                for row, place, cell in parts[one][1]:
                    if day_of_a_month(cell) is None:
                        continue
                    if answer is None:
                        self._paths[id(row), place] = path
                    else:
                        self._whole[id(row), place] = f"{of.text}-{day_of_a_month(cell):02d}"

    def _below_months(self, role: str, tables: list[tuple[Block, list[_Dated]]]) -> None:
        """Days below lines of months: the year of the first line, where the lines do not say it."""
        for block, dated in tables:
            said = [month_and_year(row.month) for row, _, _ in dated]
            turns = _turns([one.month for one in said])
            begins = 0
            path: Path = ("source", self._source, "year", role, block.grid.name)
            if not all(one.year for one in said):
                asks = (
                    f"Which year is {dated[0][0].month!r} in, the line above the first day of {block.name}? It stands "
                    "without a year (write one such as 2026; where December comes before January, the year turns)"
                )
                first = _first_year(_said_of(block), turns)
                begins = int(self._ask(path, asks, [str(first) if first else ""], _is_year) or 0)
            for (row, place, cell), of, turned in zip(dated, said, turns, strict=True):
                year = of.year or (begins + turned if begins else 0)
                if day_of_a_month(cell) is not None and year:
                    self._whole[id(row), place] = f"{year}-{of.month:02d}-{day_of_a_month(cell):02d}"
                elif day_of_a_month(cell) is not None:
                    self._paths[id(row), place] = path

    def _path(self, what: str, role: str, file: str, table: str, is_alone: bool) -> Path:
        """The question about a file, or about one table of it: which it was stays so when the file comes again.

        What was answered of a file with one table alone stands while it is alone.
        """
        of_file: Path = ("source", self._source, what, role, file)
        return of_file if not table or (is_alone and of_file in self._mapping.settled) else (*of_file[:-1], table)

    def _ask(self, path: Path, asks: str, proposed: Sequence[str], is_one: Callable[[str], bool]) -> str | None:
        """Ask for a year or a month; an answer that is none is asked for again."""
        choices = [*filter(None, dict.fromkeys(proposed))]
        if len(choices) > 1:
            asks += f"; by title: {', '.join(choices[:4])}"
            choices = [BY_TITLE]
        answer = self._mapping.get(*path)
        if answer is not None and not is_one(answer) and not (answer == BY_TITLE and all(proposed)):
            self._mapping.take_back(path, "is none")
        return self._mapping.ask(*path, asks=asks, choices=choices, free=True)

    def _way_without_year(self, role: str, cells: Sequence[CellValue]) -> str:
        """The way of the days once they have a year: the settled one, or the first that fits most of them."""
        texts = [whole for cell in cells if isinstance(cell, str) and (whole := with_year(cell, _LEAP)) is not None]
        fitting = ways_that_fit(texts) or ways_that_fit(texts[:1])
        settled = {
            value
            for path, value in self._mapping.settled.items()
            if path[:4] == ("source", self._source, "dates", role)
        }
        return next((way for way in fitting if way in settled), fitting[0])


def _month_of(row: TableRow) -> int:
    """The month that the line above a row says; 0 where there is no such line."""
    return month_and_year(row.month).month if row.month else 0


def _asked_together(known: Sequence[object]) -> list[list[int]]:
    """Tables of a file of which one question is asked: all where each says its own, or there is but one."""
    if all(known) or len(known) == 1:
        return [[*range(len(known))]]
    return [[one] for one in range(len(known))]


def _dated(block: Block, places: Mapping[str, tuple[int, ...]], role: str) -> list[_Dated]:
    found = [(row, place, row.cells[place]) for row in block.rows for place in places.get(role, ())[:1]]
    return [one for one in found if not is_blank_cell(one[2]) and not is_mark(one[2])]


def _said_of(block: Block, row: TableRow | None = None) -> Titled:
    """What the lines above a row say, and the sheet, the titles and the file, in this order."""
    lines = [row.month, row.heading] if row is not None else []
    return said_by([*lines, block.grid.sheet, *block.titles, PurePath(block.grid.file).stem])


def _of_one_month(block: Block, dated: list[_Dated]) -> list[list[_Dated]]:
    """The rows of a table in parts that may each be of one month: all, where a title says the month of the whole.

    Else a month begins below a line, and where the days go back.
    """
    if _said_of(block).month and not any(row.month for row, _, _ in dated):
        return [dated] if dated else []
    parts: list[list[_Dated]] = []
    before, above = 0, ""
    for one in dated:
        day = day_of_a_month(one[2]) or before
        if not parts or day < before or one[0].month != above:
            parts.append([])
        parts[-1].append(one)
        before, above = day, one[0].month
    return parts


def _first_year(said: Titled, turns: Sequence[int]) -> int:
    """The year of the first day where that of most is what the title says; 0 where it says none."""
    return said.year - Counter(turns).most_common(1)[0][0] if said.year and turns else 0


def _turns(months: Sequence[int | None]) -> list[int]:
    """By how many years each day is after the first, in a list that goes on from December to January, or back."""
    found, years, before = [], 0, None
    for month in months:
        if month is not None:
            if before is not None and abs(month - before) >= _TURN:
                years += 1 if month < before else -1
            before = month
        found.append(years)
    return found


def _month(cell: CellValue, way: str) -> int | None:
    whole = with_year(cell, _LEAP) if isinstance(cell, str) else None
    found = moment_as_written(whole, way) if whole is not None else None
    return None if found is None else found[0].month


def _is_year(text: str) -> bool:
    return (whole_up_to(text, 2100) or 0) >= 1970


def _is_month(text: str) -> bool:
    found = month_and_year(text)
    return bool(found.year and found.month)


def _shown(cell: CellValue | None) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)[:10] if not isinstance(cell, str) else repr(cell)
