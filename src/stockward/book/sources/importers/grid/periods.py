"""Tables with a group of columns for each month or week: each of their figures is a row of its own period."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import PurePath

from stockward.book.checks.refused.totals import names_a_total
from stockward.book.sources.importers.grid.files import CellValue, SheetGrid, is_blank_cell
from stockward.book.sources.importers.grid.layout import Block, TableRow, cell_as_text, struck_through, titles_above
from stockward.book.sources.importers.written.titled import first_day_of, last_day_of, month_and_year, said_by
from stockward.book.sources.naming.aliases import role_of
from stockward.terms.spelling import folded

_FEWEST_PERIODS, _MOST_ABOVE = 3, 20
_WEEK = re.compile(r"(?i)^(?:w|wk|week|kw|woche|semaine|sem|semana|tydzień|неделя|тиждень|hafta)\.?\s*0?(\d{1,2})$")
_LAST_WEEK = 53
_SUMS = re.compile(r"(?i)(?:q[1-4]|[1-4]\. ?q|quarter|half|year|jahr|année|año|год|рік)")
_OPENING = re.compile(r"(?i)opening|b/?f\b|brought|anfangsbestand|initial|початк|на начало|açılış")
_OPENS, PERIOD = "Opening balance", "Date"


@dataclass(frozen=True, slots=True)
class _Period:
    """A month as 2025-01 or a week as 2025-W01, and its columns by what stands below."""

    text: str
    columns: dict[str, int]


def periods_as_rows(grid: SheetGrid) -> list[Block]:
    """The table of a grid whose header has a group of columns for each period, as one with a column of periods.

    Each row of the sheet is one for each period in which something stands; an opening before all of them is a row
    of the period before. No table where the grid has no such header.
    """
    if not any(_is_header(grid, top) for top in range(min(len(grid.rows), _MOST_ABOVE))):
        return []
    tops = [top for top in range(len(grid.rows)) if _is_header(grid, top)]
    found: list[Block] = []
    for top, end in zip(tops, [*tops[1:], len(grid.rows)], strict=True):
        titles = titles_above(grid, 0, tops[0])
        year = said_by([grid.sheet, *titles, PurePath(grid.file).stem]).year
        periods = _periods(_spans(grid, top), grid.rows[top + 1], year)
        if not periods or _holds_more(grid, top, end, periods):
            return []
        found.append(_block(grid, top, end, periods, titles))
    return [block for block in found if block.rows]


def _is_header(grid: SheetGrid, top: int) -> bool:
    spans = _spans(grid, top)
    return len(spans) >= _FEWEST_PERIODS and top + 1 < len(grid.rows) and _has_sides(spans, grid.rows[top + 1])


def _holds_more(grid: SheetGrid, top: int, end: int, periods: Sequence[_Period]) -> bool:
    """Whether figures stand right of the first period that are of no period, and no sums of some."""
    taken = {place for period in periods for place in period.columns.values()}
    above, over = grid.rows[top], ""
    for place in range(min(taken), max(map(len, grid.rows[top:end]))):
        over = (cell_as_text(above[place]) if place < len(above) else "") or over
        if place in taken or names_a_total(over) or _SUMS.match(over):
            continue
        if any(place < len(row) and not is_blank_cell(row[place]) for row in grid.rows[top + 2 : end]):
            return True
    return False


def _spans(grid: SheetGrid, top: int) -> list[tuple[str, range]]:
    """What each cell of a row says that names a period, and the columns up to the next cell of the row."""
    named = [(place, cell_as_text(cell)) for place, cell in enumerate(grid.rows[top]) if not is_blank_cell(cell)]
    if not named:
        return []
    width = max(map(len, grid.rows[top : top + 2]))
    ends = [place for place, _ in named[1:]] + [width]
    spans = [(text, range(place, end)) for (place, text), end in zip(named, ends, strict=True)]
    return [(text, span) for text, span in spans if _WEEK.match(text) or month_and_year(text).month]


def _has_sides(spans: Sequence[tuple[str, range]], below: Sequence[CellValue]) -> bool:
    """Whether below every period stand the same names, one of them of what came or went."""
    named = [[folded(cell_as_text(below[place])) for place in span if place < len(below)] for _, span in spans]
    first = [name for name in named[0] if name]
    return bool({"in", "out"} & set(map(role_of, first))) and all(
        [*filter(None, one)][: len(first)] == first for one in named
    )


def _periods(spans: Sequence[tuple[str, range]], below: Sequence[CellValue], year: int) -> list[_Period]:
    """The periods in their order; none where one has no year, or they do not follow one another."""
    found: list[_Period] = []
    for text, span in spans:
        named = {place: cell_as_text(below[place]) for place in span if place < len(below)}
        columns = {name: place for place, name in named.items() if name}
        week, said = _WEEK.match(text), month_and_year(text)
        number = int(week[1]) if week else said.month
        if not (said.year or year) or (week and number > _LAST_WEEK):
            return []
        found.append(_Period(f"{said.year or year}-{'W' if week else ''}{number:02d}", columns))
    return found if all(one.text < other.text for one, other in pairwise(found)) else []


def _block(grid: SheetGrid, top: int, end: int, periods: Sequence[_Period], titles: tuple[str, ...]) -> Block:
    first = min(min(period.columns.values()) for period in periods)
    above, below = (grid.rows[number] for number in (top, top + 1))
    own = [cell_as_text(below[place]) or cell_as_text(above[place]) for place in range(first)]
    opening = next((place for place, name in enumerate(own) if _OPENING.search(name)), None)
    kept = [place for place, name in enumerate(own) if name and place != opening]
    sides = [*periods[0].columns]
    headers = (*(own[place] for place in kept), PERIOD, *sides, "Note")
    block = Block(grid, top, headers, tuple(range(len(headers))), titles)
    for number in range(top + 2, end):
        row = [*grid.rows[number], *[""] * (len(above) + len(below) - len(grid.rows[number]))]
        named = [row[place] for place in kept]
        texts = [cell_as_text(cell) for cell in row if not is_blank_cell(cell)]
        if not texts:
            continue
        if names_a_total(texts[0]):
            block.drop("a total", number)
            continue
        struck = struck_through(grid, number, range(len(grid.rows[number])))
        for figures in _rows_of(row, periods, opening, sides):
            block.rows.append(TableRow(number, (*named, *figures), "", struck))
    return block


def _before(period: str) -> str:
    """The month or week before one: what opens a table was there at the end of it."""
    first = first_day_of(period, last) if (last := last_day_of(period)) is not None else None
    if first is None:
        return ""
    day = first - timedelta(days=1)
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}" if "W" in period else f"{day:%Y-%m}"


def _rows_of(
    row: Sequence[CellValue], periods: Sequence[_Period], opening: int | None, sides: Sequence[str]
) -> Iterator[tuple[CellValue, ...]]:
    """The period and the figures of each row that a row of the sheet holds, the opening first."""
    balance = next((side for side in sides if role_of(side) == "balance"), "")
    if opening is not None and balance and not is_blank_cell(row[opening]):
        yield (_before(periods[0].text), *(row[opening] if side == balance else "" for side in sides), _OPENS)
    for period in periods:
        figures = [row[period.columns[side]] if side in period.columns else "" for side in sides]
        if not all(map(is_blank_cell, figures)):
            yield (period.text, *figures, "")
