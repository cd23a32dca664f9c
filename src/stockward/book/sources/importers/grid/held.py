"""What the cells of a column hold, whatever its header says: days, numbers, names, kinds that come again, units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice

from stockward.book.sources.importers.grid.files import CellValue, is_blank_cell
from stockward.book.sources.importers.grid.layout import Block, cell_as_text
from stockward.book.sources.importers.grid.marks import is_nothing
from stockward.book.sources.importers.written.days import (
    is_543_ahead,
    is_serial_day,
    names_its_month,
    ways_that_fit,
)
from stockward.book.sources.importers.written.numerals import share_of_numbers, value_of
from stockward.book.sources.importers.written.titled import last_day_of
from stockward.terms.spelling import folded
from stockward.terms.units import written_units

_MOSTLY = 0.8
_LOOKED_AT = 2_000
_SMALLEST_CODE = 100
_CODE_OF_FIGURES = re.compile(r"\s*0[0-9]+\s*")
_FEW = 12
"""Of so few rows words come again that stand but twice."""
_CODE = 3
"""Figures of the codes that programs have for kinds of movements."""
_MOST_KINDS = 40
"""Columns with more different texts than this say something of each row, and not what kind of row it is."""


def headers_of(blocks: Sequence[Block]) -> list[str]:
    """Every header of a source, once."""
    return list(dict.fromkeys(header for block in blocks for header in block.headers if header))


def cells_below(blocks: Sequence[Block], header: str) -> list[CellValue]:
    """The cells below a header in all tables of a source."""
    return [cell for block in blocks if header in block.headers for cell in block.column(header)]


def may_be_books(blocks: Sequence[Block]) -> bool:
    """Whether a table has days and numbers in columns of their own, as every ledger has."""
    columns = [cells_below(blocks, header) for header in headers_of(blocks)]
    return any(are_days(cells) or _are_periods(cells) for cells in columns) and any(map(are_numbers, columns))


def _are_periods(cells: Sequence[CellValue]) -> bool:
    """Whether every cell is a month or a week with its year."""
    filled = _filled(cells)
    return bool(filled) and all(last_day_of(cell) is not None for cell in filled)


def are_days(cells: Sequence[CellValue]) -> bool:
    """Whether most cells are days."""
    filled = _filled(cells)
    days = sum(isinstance(cell, date) or (isinstance(cell, str) and _is_day(cell)) for cell in filled)
    return bool(filled) and days >= _MOSTLY * len(filled)


def _is_day(text: str) -> bool:
    return bool(ways_that_fit([text])) or names_its_month(text) or is_543_ahead(text)


def may_be_days(cells: Sequence[CellValue]) -> bool:
    """Whether most cells are days, or numbers of days as spreadsheets count them."""
    filled = _filled(cells)
    counted = sum(isinstance(cell, float) and is_serial_day(cell) for cell in filled)
    return are_days(cells) or (bool(filled) and counted >= _MOSTLY * len(filled))


def are_numbers(cells: Sequence[CellValue]) -> bool:
    """Whether most cells are numbers, and no days."""
    filled = [cell for cell in _filled(cells) if not is_nothing(cell)]
    return bool(filled) and share_of_numbers(filled) >= _MOSTLY and not are_days(cells)


def are_names(cells: Sequence[CellValue]) -> bool:
    """Whether the cells are names or numbers of things: texts and whole numbers, and no days."""
    filled = _filled(cells)
    return bool(filled) and not any(map(_is_broken, filled)) and not are_days(cells)


def may_say_kinds(cells: Sequence[CellValue]) -> bool:
    """Whether nearly every row has one of the words or codes that come again: not one of some numbers, or hours."""
    texts = [cell_as_text(cell) for cell in _filled(cells)]
    worded = sum(any(map(str.isalpha, text)) or (len(text) == _CODE and text.isdigit()) for text in texts)
    few = len(texts) <= _FEW and len(texts) >= _MOSTLY * len(cells) and are_names(cells) and len({*texts}) < len(texts)
    return (few or name_every_row(cells)) and worded >= _MOSTLY * len(texts)


def may_be_materials(cells: Sequence[CellValue]) -> bool:
    """Whether the cells are names of things, and not just small numbers, as quantities in pieces are.

    Figures that begin with a nought are a code, however small.
    """
    filled = [cell for cell in _filled(cells) if not (isinstance(cell, str) and _CODE_OF_FIGURES.fullmatch(cell))]
    values = [number for cell in filled if (number := value_of(cell, ".")) is not None]
    return are_names(cells) and not (values and len(values) == len(filled) and min(values) < _SMALLEST_CODE)


def may_be_codes(cells: Sequence[CellValue]) -> bool:
    """Whether nearly every row has a name or a whole number, of which some differ: it may tell things apart."""
    filled = _filled(cells)
    is_full = len(filled) >= _MOSTLY * min(len(cells), _LOOKED_AT)
    return is_full and len({cell_as_text(cell) for cell in filled}) > 1 and are_names(cells)


def are_kinds(cells: Sequence[CellValue]) -> bool:
    """Whether the cells are names of which the same ones come again."""
    filled = _filled(cells)
    different = {cell_as_text(cell) for cell in filled}
    return are_names(cells) and len(different) <= min(_MOST_KINDS, max(3, len(filled) // 2))


def name_every_row(cells: Sequence[CellValue]) -> bool:
    """Whether nearly every row has one of the names that come again."""
    return len(_filled(cells)) >= _MOSTLY * min(len(cells), _LOOKED_AT) and are_kinds(cells)


def are_units(cells: Sequence[CellValue]) -> bool:
    """Whether every cell is a unit that is known."""
    filled = _filled(cells)
    return bool(filled) and all(isinstance(cell, str) and folded(cell) in written_units() for cell in filled)


def _is_broken(cell: CellValue) -> bool:
    """Whether a cell is a number with decimals, under either mark: no thing is called so."""
    values = [value for mark in (".", ",") if (value := value_of(cell, mark)) is not None]
    return any(value % 1 for value in values)


def _filled(cells: Iterable[CellValue]) -> list[CellValue]:
    return list(islice((cell for cell in cells if not is_blank_cell(cell)), _LOOKED_AT))
