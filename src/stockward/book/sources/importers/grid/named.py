"""Tables below a header that nobody knows: a person says which row it is, and they are read on from it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stockward.book.sources.importers.grid.files import SheetGrid, is_blank_cell
from stockward.book.sources.importers.grid.layout import Block, block_under, cell_as_text, is_in_figures
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.naming.aliases import how_many_known

MAY, BELONG = "they may", "they belong to the books"
"""Answers to the question whether rows without a known header may be left out."""
FEWEST_ROWS = 2
"""So many rows outside all tables are asked about."""
_MOST_PROPOSED, _FEWEST_NAMES, _FEWEST_CELLS = 4, 2, 3
_ROW = re.compile(r"(?i)(?:row\s*)?(\d{1,7})")


def rows_outside(grid: SheetGrid, blocks: Sequence[Block]) -> list[int]:
    """Rows with three cells or more that look like those of a table, and belong to none: with a number or a date."""
    inside = {row.number for block in blocks for row in block.rows}
    inside |= {number for block in blocks for numbers in block.dropped.values() for number in numbers}
    inside |= {top for block in blocks for top in (block.top - 1, block.top, block.top + 1)}
    found = []
    for number, row in enumerate(grid.rows):
        if number in inside or row.count("") > len(row) - _FEWEST_CELLS:
            continue
        filled = [cell for cell in row if not is_blank_cell(cell)]
        if len(filled) >= _FEWEST_CELLS:
            figures = sum(not isinstance(cell, str) or is_in_figures(cell) for cell in filled)
            if figures:
                found.append(number)
    return found


def path_of_unread(grid: SheetGrid, rows: Sequence[int]) -> Path:
    """The question of rows that belong to no table."""
    return ("sheets", f"{grid.name} from row {rows[0] + 1}")


def with_named_headers(grid: SheetGrid, blocks: Sequence[Block], mapping: MappingFile) -> list[Block]:
    """The tables of a grid with those below the headers that a person names for the rows outside them."""
    found = [*blocks]
    while len(rows := rows_outside(grid, found)) >= FEWEST_ROWS:
        path = path_of_unread(grid, rows)
        if mapping.get(*path) != BELONG:
            break
        top = _header_row(grid, found, rows, path[1], mapping)
        if top is None:
            break
        block = block_under(grid, top, min((one.top for one in found if one.top > top), default=len(grid.rows)))
        if not block.rows:
            mapping.take_back(("header_rows", path[1]), "has no row of a table below it")
            _header_row(grid, found, rows, path[1], mapping)
            break
        found.append(block)
    return sorted(found, key=lambda block: block.top)


def _header_row(
    grid: SheetGrid, blocks: Sequence[Block], rows: Sequence[int], name: str, mapping: MappingFile
) -> int | None:
    """The row (from 0) that a person names as the header of rows; ``None`` while it is asked."""
    path: Path = ("header_rows", name)
    answer = mapping.get(*path)
    number = _number(answer, grid) if answer is not None else None
    if answer is not None and number is None:
        mapping.take_back(path, "is no row of it")
    likely = _likely(grid, blocks, rows)
    shown = "; ".join(f"row {number + 1} is {_shown(grid, number)}" for number in likely)
    asks = f"Which row of {grid.name} is the header of the rows from row {rows[0] + 1} on? {shown}"
    answer = mapping.ask(*path, asks=asks, choices=[f"row {number + 1}" for number in likely], free=True)
    if answer is None:
        mapping.wait(path, grid.place(rows[0]), len(rows))
    return number


def _number(answer: str, grid: SheetGrid) -> int | None:
    found = _ROW.fullmatch(answer.strip())
    return int(found[1]) - 1 if found and 1 <= int(found[1]) <= len(grid.rows) else None


def _likely(grid: SheetGrid, blocks: Sequence[Block], rows: Sequence[int]) -> list[int]:
    """Rows that may be the header: that with most known names first, then most cells, then most texts."""
    inside = {row.number for block in blocks for row in block.rows}
    first = max((number + 1 for number in inside if number < rows[0]), default=0)
    last = min(rows[0] + _MOST_PROPOSED, len(grid.rows))
    near = [number for number in range(first, last) if _filled(grid, number) >= _FEWEST_NAMES]
    ranked = sorted(near, key=lambda number: (-_known(grid, number), -_filled(grid, number), -_texts(grid, number)))
    return ranked[:_MOST_PROPOSED] or [rows[0]]


def _known(grid: SheetGrid, number: int) -> int:
    return how_many_known([cell for cell in grid.rows[number] if isinstance(cell, str)])


def _filled(grid: SheetGrid, number: int) -> int:
    return sum(not is_blank_cell(cell) for cell in grid.rows[number])


def _texts(grid: SheetGrid, number: int) -> int:
    return sum(isinstance(cell, str) and not is_blank_cell(cell) for cell in grid.rows[number])


def _shown(grid: SheetGrid, number: int) -> str:
    texts = [cell_as_text(cell)[:20] for cell in grid.rows[number] if not is_blank_cell(cell)]
    return ", ".join(texts[:4]) + (" ..." if len(texts) > 4 else "")
