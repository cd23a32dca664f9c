"""Calendars with people down and days across: a line for each run of days that bear one sign."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from stockward.book.sources.importers.grid.files import CellValue, SheetGrid, is_blank_cell
from stockward.book.sources.importers.grid.layout import Block, TableRow, cell_as_text
from stockward.book.sources.importers.mapping import MappingFile
from stockward.book.sources.importers.written.days import moment_as_written
from stockward.book.sources.naming.aliases import PEOPLE_LISTS, role_of

_FEWEST_DAYS = 7
_LATEST_HEADER = 30
_DAY_NUMBER = re.compile(r"(?:[^\W\d_]{2,4}\.?\s*)?(\d{1,2})(?:\s*[^\W\d_]{1,4}\.?)?")
_MONTH_FORMS = (
    re.compile(r"(?P<name>[^\W\d_]{3,})\.?[\s\-/',_]*(?P<year>(?:19|20)\d{2})"),
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})[-/._](?P<number>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<number>\d{1,2})[-/._](?P<year>(?:19|20)\d{2})(?!\d)"),
)
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_CODED = 0.5
"""So much of what is filled in are signs and words; else they are hours, or quantities."""


@dataclass(frozen=True, slots=True)
class _Days:
    """The columns of days below one month: ``first`` is the day of the first of them, where its cell is a date."""

    columns: tuple[int, ...]
    numbers: tuple[int, ...]
    first: date | None


def calendars_of(grid: SheetGrid, mapping: MappingFile) -> list[Block] | None:
    """The absences of a calendar as a table; ``None`` for a grid that is none, nothing while its month is asked."""
    found = next(
        ((top, days) for top in range(min(len(grid.rows), _LATEST_HEADER)) if (days := _days_in(grid, top))), None
    )
    if found is None:
        return None
    top, parts = found
    left = [place for place in range(parts[0].columns[0]) if _is_filled_below(grid, top, place)]
    if not left or not _is_coded(grid, top, parts, left):
        return None
    dates: dict[int, date | str] = {}
    for part in parts:
        told = _dated(grid, top, part, mapping)
        if told is None:
            return []
        dates |= told
    headers = _left_headers(grid, top, left)
    block = Block(grid, top, (*headers, "From", "To", "Absence"), (), ())
    for number in range(top + 1, len(grid.rows)):
        _take_row(block, number, left, dates)
    return [block] if block.rows else []


def _days_in(grid: SheetGrid, top: int) -> list[_Days]:
    """Runs of seven days or more that stand side by side in a row."""
    row = grid.rows[top]
    runs: list[list[int]] = []
    for place, cell in enumerate(row):
        before = row[place - 1] if place else ""
        if runs and runs[-1][-1] == place - 1 and _follows(before, cell):
            runs[-1].append(place)
        elif _day_number(cell) is not None:
            runs.append([place])
    found: list[_Days] = []
    for run in runs:
        first = row[run[0]]
        is_dated = isinstance(first, date)
        if len(run) >= _FEWEST_DAYS and (is_dated or _day_number(first) == 1 or found):
            day = (first.date() if isinstance(first, datetime) else first) if isinstance(first, date) else None
            found.append(_Days(tuple(run), tuple(_day_number(row[place]) or 0 for place in run), day))
    return found


def _follows(before: CellValue, cell: CellValue) -> bool:
    if isinstance(before, date) and isinstance(cell, date):
        return (cell - before) == timedelta(days=1)
    one, other = _day_number(before), _day_number(cell)
    return not isinstance(cell, date) and one is not None and other == one + 1


def _day_number(cell: CellValue) -> int | None:
    if isinstance(cell, date):
        return cell.day
    if isinstance(cell, bool):
        return None
    match = _DAY_NUMBER.fullmatch(cell_as_text(cell)) if isinstance(cell, (str, int, float)) else None
    return int(match[1]) if match and 1 <= int(match[1]) <= 31 else None


def _is_filled_below(grid: SheetGrid, top: int, place: int) -> bool:
    return any(place < len(row) and not is_blank_cell(row[place]) for row in grid.rows[top + 1 :])


def _is_coded(grid: SheetGrid, top: int, parts: Sequence[_Days], left: Sequence[int]) -> bool:
    columns = [place for part in parts for place in part.columns]
    named = [row for row in grid.rows[top + 1 :] if any(place < len(row) and row[place] != "" for place in left)]
    cells = [row[place] for row in named for place in columns if place < len(row)]
    filled = [cell for cell in cells if not is_blank_cell(cell)]
    return bool(filled) and sum(isinstance(cell, str) for cell in filled) >= _CODED * len(filled)


def _dated(grid: SheetGrid, top: int, part: _Days, mapping: MappingFile) -> dict[int, date | str] | None:
    """The day of each column; a number that its month has not is told as it would be written."""
    if part.first is not None:
        return {place: part.first + timedelta(days=step) for step, place in enumerate(part.columns)}
    path = ("files", grid.name, "month", str(part.columns[0] + 1))
    told = _month_told(grid, top, part)
    if told is not None:
        said = mapping.settle(*path, value=told, because="so it stands above, or in the name")
    else:
        asks = f"Of which month are the days of {grid.name} from {grid.place(top, part.columns[0])} on? Write 2026-01"
        said = mapping.ask(*path, asks=asks) or ""
        if said and not _month_of(said):
            mapping.take_back(path, "is no month such as 2026-01")
            said = mapping.ask(*path, asks=asks) or ""
    month = _month_of(said)
    if month is None:
        mapping.wait(path, grid.place(top), len(grid.rows) - top - 1)
        return None
    year, number = month
    return {
        place: date(year, number, day) if day <= monthrange(year, number)[1] else f"{year}-{number:02d}-{day:02d}"
        for place, day in zip(part.columns, part.numbers, strict=True)
    }


def _month_of(said: str) -> tuple[int, int] | None:
    match = _MONTH.fullmatch(said.strip())
    return (int(match[1]), int(match[2])) if match and 1 <= int(match[2]) <= 12 else None


def _month_told(grid: SheetGrid, top: int, part: _Days) -> str | None:
    """The month that stands above the days, or in a title, the name of the sheet or that of the file."""
    above = [
        cell_as_text(row[place])
        for row in reversed(grid.rows[:top])
        for place in range(part.columns[0], -1, -1)
        if place < len(row) and not is_blank_cell(row[place])
    ]
    typed = [cell for row in grid.rows[:top] for cell in row if isinstance(cell, date)]
    told = [month for text in (*above, grid.sheet, grid.file) for month in _months_in(text)]
    return next(iter(told), f"{typed[0]:%Y-%m}" if typed else None)


def _months_in(text: str) -> Iterator[str]:
    for form in _MONTH_FORMS:
        for match in form.finditer(text):
            parts = match.groupdict()
            if parts.get("name"):
                day = moment_as_written(f"1 {parts['name']} {parts['year']}", "day-name-year")
                if day is not None:
                    yield f"{day[0]:%Y-%m}"
            elif 1 <= int(parts["number"]) <= 12:
                yield f"{parts['year']}-{int(parts['number']):02d}"


def _left_headers(grid: SheetGrid, top: int, left: Sequence[int]) -> list[str]:
    """Names of the columns before the days; where none says that it is of people, the first is their name."""
    row = grid.rows[top]
    names = [cell_as_text(row[place]) if place < len(row) else "" for place in left]
    names = [name or f"column {place + 1}" for name, place in zip(names, left, strict=True)]
    if not any(role_of(name, PEOPLE_LISTS) in {"member", "person_name"} for name in names):
        texts = [
            sum(isinstance(below[place], str) for below in grid.rows[top + 1 :] if place < len(below)) for place in left
        ]
        names[texts.index(max(texts))] = "Employee"
    return names


def _take_row(block: Block, number: int, left: Sequence[int], days: dict[int, date | str]) -> None:
    """Every run of days with one sign is a row; who has none was there, and a row without a name is of nobody."""
    grid = block.grid
    row = grid.rows[number]
    cells = tuple(row[place] if place < len(row) else "" for place in left)
    signs = [(day, _sign(grid, number, place)) for place, day in days.items()]
    filled = [(day, sign) for day, sign in signs if sign]
    if not filled:
        return
    if all(is_blank_cell(cell) for cell in cells):
        block.drop("it names nobody", number)
        return
    start, end, code = filled[0][0], filled[0][0], filled[0][1]
    for day, sign in filled[1:]:
        if sign == code and isinstance(day, date) and isinstance(end, date) and (day - end).days == 1:
            end = day
            continue
        block.rows.append(TableRow(number, (*cells, start, end, code)))
        start, end, code = day, day, sign
    block.rows.append(TableRow(number, (*cells, start, end, code)))


def _sign(grid: SheetGrid, number: int, place: int) -> str:
    """What stands in a day; a merged cell stands in all that it covers."""
    row, column = grid.covered.get((number, place), (number, place))
    cells = grid.rows[row]
    return cell_as_text(cells[column]) if column < len(cells) else ""
