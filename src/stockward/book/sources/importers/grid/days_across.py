"""Tables with days across: each figure below a day is a row of that day.

Below each thing stand a row for what came in and one for what went out: what the label of a row says, or the line above
several rows, tells the side; a thing is named in the first of its rows, or in a line above them. Or each thing has one
row, as in lists of what was counted on several days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from itertools import pairwise

from stockward.book.cells.reading import MERGED
from stockward.book.checks.refused.totals import names_a_total
from stockward.book.sources.importers.grid.files import CellValue, SheetGrid, is_blank_cell
from stockward.book.sources.importers.grid.labels import heading_of
from stockward.book.sources.importers.grid.layout import (
    Block,
    TableRow,
    cell_as_text,
    struck_through,
    titles_above,
)
from stockward.book.sources.importers.grid.marks import is_mark, is_nothing
from stockward.book.sources.importers.written.days import ways_that_fit, with_year
from stockward.book.sources.naming.aliases import PEOPLE_LISTS, in_brackets, role_of
from stockward.book.sources.raw import letters_of
from stockward.terms.spelling import folded, whole_up_to
from stockward.terms.units import written_units

DAYS_ACROSS = "Date (of the column)"
"""The header of the days of such a table."""
_FEWEST_DAYS, _FEWEST_NUMBERS, _MOST_ABOVE, _LAST_DAY, _LEAP_YEAR = 2, 3, 30, 31, 2000
_COUNTED, _FIGURE = "Counted", "Figure"
_COUNT_OF = re.compile(
    r"(?i)(?:physical |stock )?(?:count(?:ed)?|stocktake|inventory|inventur|gezählt)\s*(?:of|on|at|am|vom|[:,-])?"
    r"\s*(?P<day>.*\d.*)"
)
_SIDES, _UNIT, _OPENS = ("In", "Out", "Balance"), "Unit", "Opening balance"
_SIDE_OF = {"in": 0, "out": 1, "balance": 2, "opening": 2}
"""The place of each among the figures of a row."""
_BALANCES = re.compile(r"(?i)(?:closing|end(?:ing)?|day'?s?)(?: (?:balance|stock))?|(?:balance|stock) (?:c/?f|at end)")
_OPENING = re.compile(r"(?i)opening|b/?f\b|brought|anfangsbestand|vortrag|initial|початк|на начало|açılış")
_OPENS_A_DAY = re.compile(r"(?i)(?:opening|brought forward|b/?f)(?: (?:balance|stock))?")
_BEHIND = re.compile(r"(?P<thing>.*\w\)?)\s*[-–:,/]?\s+(?P<side>[^\W\d_]+)\s*(?P<unit>\([^()]*\))?", re.DOTALL)
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")


@dataclass(slots=True)
class _Across:
    """A header with days: its row, the columns of the days, those before them, and that of an opening balance."""

    top: int
    days: tuple[int, ...]
    before: tuple[int, ...]
    opening: int | None


@dataclass(slots=True)
class _Thing:
    """What stands in the columns before the days, and the row of the sheet of each side, and of the balance."""

    cells: list[CellValue]
    rows: dict[str, int] = field(default_factory=dict)

    def says(self, own: Sequence[CellValue]) -> bool:
        """Whether a row may be of it: what is not blank in the row is as above."""
        return all(is_blank_cell(cell) or cell == above for cell, above in zip(own, self.cells, strict=True))


def days_as_rows(grid: SheetGrid) -> list[Block]:
    """The tables of a grid that have days across; none where one of them is another.

    Figures that belong to no side, or to no thing, make it another: then nothing of the grid is read in this way.
    """
    tops = range(min(len(grid.rows), _MOST_ABOVE))
    first = next((found for top in tops if (found := _across(grid, top)) is not None), None)
    if first is None:
        return []
    # Figures may follow one another as days do: another header repeats what stands before the days of the first.
    own = _names_before(grid, first, first.top)
    again = (top for top in range(first.top + 1, len(grid.rows)) if _names_before(grid, first, top) == own)
    heads = [first, *(found for top in again if (found := _across(grid, top)) is not None)]
    blocks: list[Block] = []
    for head, end in zip(heads, [*(one.top for one in heads[1:]), len(grid.rows)], strict=True):
        block = _block(grid, head, end)
        if block is None:
            return []
        # Day by day: of days without a year, the order says where the next one begins.
        order = {day: place for place, day in enumerate(map(_day_in, (grid.rows[head.top][day] for day in head.days)))}
        at = block.headers.index(DAYS_ACROSS)
        block.rows.sort(key=lambda row, at=at, order=order: order.get(row.cells[at], -1))  # type: ignore[misc]
        blocks.append(block)
    return [block for block in blocks if block.rows]


def _names_before(grid: SheetGrid, head: _Across, top: int) -> list[str]:
    return [_text(grid.rows[top], place) for place in range(head.days[0])]


def _across(grid: SheetGrid, top: int) -> _Across | None:
    """The header that a row is, if days stand in it one after the other, and beside them no figures but sums."""
    row = grid.rows[top]
    days = [place for place, cell in enumerate(row) if _is_day(cell)]
    if len(days) < _FEWEST_DAYS or not _follow([row[place] for place in days]):
        return None
    width = max(map(len, grid.rows[top:]))
    others = [place for place in range(days[0], width) if place not in days and not _sums_up(_text(row, place))]
    if any(_filled(line, place) for line in grid.rows[top:] for place in others):
        return None
    before = [place for place in range(days[0]) if any(_filled(line, place) for line in grid.rows[top:])]
    opening = next((place for place in before if _OPENING.search(_text(row, place))), None)
    return _Across(top, tuple(days), tuple(place for place in before if place != opening), opening)


def _sums_up(header: str) -> bool:
    return names_a_total(header) or _role_of_side(header) == "balance"


def _day_in(cell: CellValue) -> CellValue:
    """The day that a header names: behind a word for a count, or alone."""
    found = _COUNT_OF.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return found["day"] if found else cell


def _is_day(header: CellValue) -> bool:
    cell = _day_in(header)
    if isinstance(cell, date):
        return True
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell).is_integer() and 1 <= cell <= _LAST_DAY
    return isinstance(cell, str) and bool(_number(cell) or ways_that_fit([cell]) or with_year(cell, _LEAP_YEAR))


def _number(cell: CellValue) -> int:
    """The number of a day; 0 for what is none."""
    text = cell_as_text(cell)
    return (whole_up_to(text, _LAST_DAY) or 0) if text.isascii() else 0


def _follow(days: Sequence[CellValue]) -> bool:
    """Whether days follow one another: dates later and later, numbers one by one, texts all different."""
    if all(isinstance(day, date) for day in days):
        return all(str(one)[:10] < str(other)[:10] for one, other in pairwise(days))
    numbers = [_number(day) for day in days]
    if all(numbers):
        return len(days) >= _FEWEST_NUMBERS and all(other == one + 1 for one, other in pairwise(numbers))
    return not any(numbers) and all(isinstance(day, str) for day in days) and len(set(days)) == len(days)


def _block(grid: SheetGrid, head: _Across, end: int) -> Block | None:
    """A table; ``None`` where some figures below the days belong to no side or to no thing, or are hours of people."""
    label = next((place for place in head.before if _says_sides(grid, head, place, end)), None)
    kept = [place for place in head.before if place != label]
    names = [_text(grid.rows[head.top], place) or f"Column {letters_of(place)}" for place in kept]
    if any(role_of(name, PEOPLE_LISTS) in {"member", "person_name"} for name in names):
        return None
    titles = titles_above(grid, 0, head.top)
    block = Block(grid, head.top, (), (), titles)
    lines = range(head.top + 1, end)
    things = _things(block, head, lines, kept, label)
    if not things:
        return _with_one_row_each(Block(grid, head.top, (), (), titles), head, lines, names, kept)
    has_unit = "unit" in map(role_of, names)
    units = [
        "" if has_unit else _unit_of(grid, thing, [*kept, *([] if label is None else [label])]) for thing in things
    ]
    block.headers = (*names, *([_UNIT] if any(units) else []), DAYS_ACROSS, *_SIDES, "Note")
    block.places = tuple(range(len(block.headers)))
    for thing, unit in zip(things, units, strict=True):
        own = [*thing.cells, *([unit] if any(units) else [])]
        for side in sorted({"balance", "opening"} & thing.rows.keys()):
            block.drop("balances of the days, read beside the rows above", thing.rows[side])
        block.rows += _rows_of(grid, head, thing, own, heading_of(titles))
    return block


def _with_one_row_each(
    block: Block, head: _Across, lines: Iterable[int], names: Sequence[str], kept: Sequence[int]
) -> Block | None:
    """A table with one row of figures for each thing.

    ``None`` where the days have numbers alone, a row has a side or no name, or the figures are times of day.
    """
    grid, above = block.grid, block.grid.rows[head.top]
    if not {"material", "material_name"} & set(map(role_of, names)) or any(_number(above[day]) for day in head.days):
        return None
    are_counts = all(_COUNT_OF.fullmatch(_text(above, day)) for day in head.days)
    block.headers = (*names, DAYS_ACROSS, _COUNTED if are_counts else _FIGURE)
    block.places = tuple(range(len(block.headers)))
    for number in lines:
        own = [_cell(grid, number, place) for place in kept]
        filled = [day for day in head.days if _filled(grid.rows[number], day)]
        figures = [_cell(grid, number, day) for day in filled]
        if any(isinstance(cell, time) or _CLOCK.fullmatch(cell_as_text(cell)) for cell in figures):
            return None
        if any(_role_of_side(cell_as_text(cell)) in _SIDE_OF for cell in own) or (filled and is_blank_cell(own[0])):
            return None
        if filled and _is_a_total(cell_as_text(own[0])):
            block.drop("a total", number)
            continue
        for day in filled:
            struck, cell = struck_through(grid, number, [day]), _cell(grid, number, day)
            block.rows.append(TableRow(number, (*own, _day_in(above[day]), cell), heading_of(block.titles), struck))
    return block if block.rows else None


def _says_sides(grid: SheetGrid, head: _Across, place: int, end: int) -> bool:
    """Whether each cell of a column beside figures is the name of a side, and both sides stand in it."""
    beside = [row for row in grid.rows[head.top + 1 : end] if any(_filled(row, day) for day in head.days)]
    sides = {_role_of_side(text) for row in beside if (text := _text(row, place)) and not _is_a_total(text)}
    return {"in", "out"} <= sides <= _SIDE_OF.keys()


def _role_of_side(text: str) -> str:
    if _BALANCES.fullmatch(text):
        return "balance"
    return "opening" if _OPENS_A_DAY.fullmatch(text) else role_of(text)


def _is_a_total(text: str) -> bool:
    return names_a_total(text) and _role_of_side(text) not in _SIDE_OF


def _things(
    block: Block, head: _Across, lines: Iterable[int], kept: Sequence[int], label: int | None
) -> list[_Thing] | None:
    """What the rows are of; ``None`` where one with figures has no side, or says a side of one thing again."""
    grid, found, section = block.grid, list[_Thing](), ""
    for number in lines:
        row = grid.rows[number]
        said = [cell_as_text(cell) for cell in row if not is_blank_cell(cell)]
        figures = [row[day] for day in head.days if _filled(row, day)]
        own, side = [_cell(grid, number, place) for place in kept], _role_of_side(_text(row, label))
        if side not in _SIDE_OF and said:
            if len(said) == 1 and _role_of_side(said[0]) in _SIDE_OF:
                section = _role_of_side(said[0])
                continue
            if _is_a_total(said[0]):
                block.drop("a total", number)
                continue
            side, own = _side_in(own, section)
        if not said or (figures and not any(map(_may_move, figures))):
            # Below the days may stand those of the week.
            continue
        if any(isinstance(cell, time) or _CLOCK.fullmatch(cell_as_text(cell)) for cell in figures):
            return None
        if side not in _SIDE_OF or not figures:
            if figures:
                return None
            _take_name(found, own)
            continue
        thing = _thing_of(found, own, side, is_section=bool(section))
        if thing is None:
            return None
        thing.rows[side] = number
    return [thing for thing in found if thing.rows]


def _take_name(found: list[_Thing], own: list[CellValue]) -> None:
    """Begin a thing whose name stands in a line above its rows."""
    if any(not is_blank_cell(cell) for cell in own):
        found.append(_Thing(own))


def _thing_of(found: list[_Thing], own: list[CellValue], side: str, *, is_section: bool) -> _Thing | None:
    """The thing that a row is of; ``None`` where it names none, or one of which that side was said already."""
    named = [not is_blank_cell(cell) for cell in own]
    if is_section:
        same = next((thing for thing in found if thing.cells == own), None)
    elif found and (not any(named) or (side not in found[-1].rows and found[-1].says(own))):
        same = found[-1]
    elif own and not any(named):
        return None
    else:
        same = None
    if same is None:
        found.append(same := _Thing(own))
    return same if side not in same.rows else None


def _side_in(own: list[CellValue], section: str) -> tuple[str, list[CellValue]]:
    """The side of a row without a label: what stands behind the name of the thing, or the line above several rows."""
    for place, cell in enumerate(own):
        if isinstance(cell, str) and (found := _BEHIND.fullmatch(cell.strip())) and role_of(found["side"]) in _SIDE_OF:
            return role_of(found["side"]), [*own[:place], found["thing"], *own[place + 1 :]]
    return section, own


def _unit_of(grid: SheetGrid, thing: _Thing, places: Sequence[int]) -> str:
    """The unit in brackets behind a label, or behind the side of a thing."""
    cells = (_text(grid.rows[number], place) for number in thing.rows.values() for place in places)
    return next((unit for text in cells if folded(unit := in_brackets(text)) in written_units()), "")


def _rows_of(
    grid: SheetGrid, head: _Across, thing: _Thing, own: Sequence[CellValue], heading: str
) -> Iterator[TableRow]:
    """The rows of one thing, day by day; the balance of a day stands behind the last of that day."""
    opened = [(number, _cell(grid, number, place)) for number, place in _places_of_opening(head, thing)]
    for number, cell in [one for one in opened if not is_blank_cell(one[1])][:1]:
        yield TableRow(number, (*own, "", "", "", cell, _OPENS), heading)
    shared = set(grid.covered.values())
    for day in head.days:
        moved = [side for side in ("in", "out") if side in thing.rows and _moves(grid, thing.rows[side], day)]
        left = _cell(grid, thing.rows["balance"], day) if "balance" in thing.rows else ""
        for side in moved:
            number = thing.rows[side]
            figures: list[CellValue] = ["", "", left if side == moved[-1] else ""]
            figures[_SIDE_OF[side]] = MERGED if (number, day) in shared else _cell(grid, number, day)
            struck = struck_through(grid, number, [day])
            yield TableRow(number, (*own, grid.rows[head.top][day], *figures, ""), heading, struck)


def _places_of_opening(head: _Across, thing: _Thing) -> list[tuple[int, int]]:
    """Where the balance before all days may stand: in a column before them, or in a row of its own below the first."""
    found = [] if head.opening is None else [(number, head.opening) for number in thing.rows.values()]
    return [*found, *([(thing.rows["opening"], head.days[0])] if "opening" in thing.rows else [])]


def _moves(grid: SheetGrid, number: int, day: int) -> bool:
    cell = _cell(grid, number, day)
    return not is_blank_cell(cell) and not is_nothing(cell) and cell != 0


def _may_move(cell: CellValue) -> bool:
    """Whether a cell is a figure, or a mark in place of one, and no word or dash."""
    return not isinstance(cell, str) or is_mark(cell) or any(map(str.isdigit, cell))


def _cell(grid: SheetGrid, number: int, place: int) -> CellValue:
    row = grid.rows[number]
    return row[place] if place < len(row) else ""


def _filled(row: Sequence[CellValue], place: int | None) -> bool:
    return place is not None and place < len(row) and not is_blank_cell(row[place])


def _text(row: Sequence[CellValue], place: int | None) -> str:
    return cell_as_text(row[place]) if place is not None and place < len(row) else ""
