"""Which columns hold what came in, what went out and the balance, where the rows rolled forward prove it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from stockward.book.sources.importers.grid.files import CellValue, is_blank_cell
from stockward.book.sources.importers.grid.layout import Block, TableRow, cell_as_text
from stockward.book.sources.importers.grid.marks import is_nothing
from stockward.book.sources.importers.written.numerals import decimal_marks, value_of

Sides = tuple[str, str, str]
"""The headers of what came in, of what went out, and of the balance."""

_MOST_COLUMNS, _MOST_NAMES, _MOST_ROWS = 6, 5, 500
_FEWEST_STEPS = 2
_CLOSE = 1e-6


def sides_that_follow(
    blocks: Sequence[Block], numbers: Sequence[str], names: Sequence[str], balance: str = ""
) -> list[Sides]:
    """Every assignment of columns to in, out and balance under which each balance follows from the one before.

    A balance is that of the things that some of the columns ``names`` tell apart, two at most; rows stand in the order
    of time or against it. Nothing is proved where there are fewer than two steps, or only steps to one side.
    """
    known = [*numbers[:_MOST_COLUMNS], *([balance] if balance else [])]
    tables = [_Table(block, known) for block in blocks if {*known} <= {*block.headers}]
    keys = [key for size in range(3) for key in combinations(names[:_MOST_NAMES], size)]
    return [sides for sides in _assignments(numbers[:_MOST_COLUMNS], balance) if _follow(tables, sides, keys)]


def _assignments(numbers: Sequence[str], balance: str) -> Iterator[Sides]:
    if balance:
        yield from ((came, went, balance) for came, went in permutations(numbers, 2))
    else:
        yield from permutations(numbers, 3)


class _Table:
    """The rows of a table with the numbers in its columns; what is no number counts as blank."""

    def __init__(self, block: Block, numbers: Sequence[str]) -> None:
        self.block = block
        self.rows: Sequence[TableRow] = block.rows[:_MOST_ROWS]
        cells = {header: block.column(header)[:_MOST_ROWS] for header in numbers}
        said, _ = decimal_marks([cell for column in cells.values() for cell in column])
        mark = "," if said == "," else "."
        self.values = {header: [_value(cell, mark) for cell in column] for header, column in cells.items()}

    def keys(self, names: Sequence[str]) -> list[tuple[str, ...]]:
        places = [self.block.headers.index(name) for name in names if name in self.block.headers]
        return [(row.heading, *(cell_as_text(row.cells[place]) for place in places)) for row in self.rows]


def _value(cell: CellValue, mark: str) -> float | None:
    return None if is_blank_cell(cell) or is_nothing(cell) else value_of(cell, mark)


def _follow(tables: Sequence[_Table], sides: Sides, keys: Sequence[Sequence[str]]) -> bool:
    return any(_follows(tables, sides, key, step) for key in keys for step in (1, -1))


def _follows(tables: Sequence[_Table], sides: Sides, names: Sequence[str], step: int) -> bool:
    """Whether every balance follows, with steps to both sides among them."""
    ups = downs = 0
    for table in tables:
        came, went, balance = (table.values[header] for header in sides)
        last: dict[tuple[str, ...], float] = {}
        rows = [*enumerate(table.keys(names))][::step]
        for number, key in rows:
            left, one, other = balance[number], came[number] or 0.0, went[number] or 0.0
            if left is None:
                continue
            if key in last and (one or other):
                if abs(last[key] + one - other - left) > _CLOSE * max(1.0, abs(left)):
                    return False
                ups, downs = ups + bool(one), downs + bool(other)
            last[key] = left
    return ups > 0 and downs > 0 and ups + downs >= _FEWEST_STEPS
