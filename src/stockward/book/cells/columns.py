"""Reading cells: each column becomes values and, for every cell that cannot be read, the reason with its mend.

Nothing is guessed: what a cell could mean under another convention is said in the reason and left to the site.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set

import polars as pl

from stockward.book.cells.clocks import read_clock
from stockward.book.cells.moments import read_date, read_month, read_time, typed_time
from stockward.book.cells.numbers import read_integer, read_number, typed_number, whole_number, within
from stockward.book.cells.reading import MERGED, SHOWN_OTHERWISE, UNCALCULATED, Locale, Reading, without
from stockward.book.cells.weekdays import read_days
from stockward.book.cells.words import (
    read_choice,
    read_flag,
    read_list,
    read_measure,
    read_unit,
    read_words,
)
from stockward.book.schema.dictionary import DTYPES, Column

_SPREADSHEET_ERROR = r"^#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|[A-Z]+!|GETTING_DATA)$"
_CONTROL = r"[\x00-\x08\x0a-\x1f\x7f]"
_NOT_KNOWN, _NOT_NAMED = r"^\? ", r"^\?+( |$)"
_NAMING = frozenset({"key", "choice", "unit"})
"""Types of columns that name something, in which a lone question mark says as much; of days and numbers, each says what
to write for one that is not known."""
MEND_OF_IMPORTED = "answer in import.toml, or correct its file, and import again"
"""The mend of a row that `stockward import` has brought in."""
_SUSPECT = rf"#|\? |\?$|{_CONTROL}"
"""Stands in whatever a spreadsheet leaves behind, and in hardly any other cell."""
_LARGEST_WHOLE = 1e15

_READERS: dict[str, Callable[[pl.Series, Column, Locale], Reading]] = {
    "key": read_words,
    "text": read_words,
    "number": read_number,
    "integer": read_integer,
    "time": read_time,
    "date": read_date,
    "month": read_month,
    "clock": read_clock,
    "unit": read_unit,
    "choice": read_choice,
    "flag": read_flag,
    "list": read_list,
    "days": read_days,
    "measure": read_measure,
}


def may_be_marked(cells: Mapping[str, pl.Series]) -> Set[str]:
    """The columns of which a cell may hold what a spreadsheet leaves behind: of text hardly any, asked all at once."""
    texts = pl.DataFrame({name: column for name, column in cells.items() if column.dtype == pl.String})
    found = texts.select(pl.all().str.contains(_SUSPECT).any())
    return {name for name in cells if name not in found.columns or found[name].any()}


def read_column(cells: pl.Series, column: Column, locale: Locale, *, marked: bool = True) -> Reading:
    """Read the cells of one column as the dictionary describes it. No cell that holds something is read as blank.

    ``marked`` says whether one may hold what a spreadsheet leaves behind.
    """
    cells = _without_blanks(cells)
    blank = cells.null_count()
    reading = _read(cells, column, locale, marked=marked) if blank < len(cells) else blank_column(column, blank)
    if column.required and blank:
        reading = reading.refuse(cells.is_null(), "it is blank and must be given")
    if reading.values.null_count() > blank:
        lost = cells.is_not_null() & reading.values.is_null()
        reading = reading.refuse(lost, "it cannot be read as what the column holds: correct it")
    return reading.named(column.name)


def blank_column(column: Column, height: int) -> Reading:
    """A column that the table does not have: blank in every row."""
    values = pl.Series([None], dtype=DTYPES[column.type]).new_from_index(0, height)
    return Reading.of(values).named(column.name)


def shown(cells: pl.Series) -> pl.Series:
    """Cells as a person sees them: whole numbers without a decimal mark, lists with spaces between words."""
    if cells.dtype == pl.String:
        return cells
    if isinstance(cells.dtype, pl.List):
        return cells.cast(pl.List(pl.String), strict=False).list.join(" ")
    if cells.dtype == pl.Binary:
        return pl.Series([_decoded(cell) for cell in cells], dtype=pl.String)
    if not cells.dtype.is_float():
        return cells.cast(pl.String, strict=False)
    is_whole = cells.is_finite() & (cells == cells.round(0)) & (cells.abs() < _LARGEST_WHOLE)
    plain = without(cells, ~is_whole).cast(pl.Int64, strict=False).cast(pl.String)
    return plain.fill_null(cells.cast(pl.String))


def _decoded(cell: bytes | None) -> str | None:
    try:
        return None if cell is None else cell.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _read(cells: pl.Series, column: Column, locale: Locale, *, marked: bool) -> Reading:
    if column.type in {"number", "integer"} and cells.dtype.is_numeric():
        numbers = typed_number(cells)
        return within(whole_number(numbers) if column.type == "integer" else numbers, column)
    if column.type == "time" and cells.dtype in (pl.Datetime, pl.Date):
        return typed_time(cells, locale)
    reading = _read_marked(shown(cells), column, locale) if marked else _READERS[column.type](cells, column, locale)
    if cells.dtype.is_float():
        reading = reading.refuse(~cells.is_finite(), "this is no finite number: correct or blank it")
    return within(reading, column)


def _read_marked(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Read text cells of which some may hold what a spreadsheet leaves behind, which is refused in every column."""
    marks = _refuse_marks(text, column)
    reading = _READERS[column.type](marks.values, column, locale)
    return Reading(reading.values, marks.fault.fill_null(reading.fault))


def _refuse_marks(text: pl.Series, column: Column) -> Reading:
    """Refuse the marks of errors and of formulas without a result; line breaks belong into texts alone."""
    uncalculated = "the formula was never calculated: open the file in a spreadsheet program and save it"
    marks = (
        Reading.of(text)
        .refuse(text.str.contains(_SPREADSHEET_ERROR), "the spreadsheet shows an error here: correct its formula")
        .refuse(text == UNCALCULATED, uncalculated)
        .refuse(
            text.str.starts_with(MERGED),
            "the cell is part of a merged one: unmerge it, and write the value into each row",
        )
    )
    for mark, reason in SHOWN_OTHERWISE.items():
        marks = marks.refuse(text.str.starts_with(f"{mark} "), reason)
    if column.type == "text":
        return marks
    waits = f"a question mark stands for what is not known: write it; of an imported row, {MEND_OF_IMPORTED}"
    marks = marks.refuse(text.str.contains(_NOT_NAMED if column.type in _NAMING else _NOT_KNOWN), waits)
    return marks.refuse(text.str.contains(_CONTROL), "it holds a line break or a control character: remove it")


def _without_blanks(cells: pl.Series) -> pl.Series:
    """The cells without blanks around their text; those that hold nothing are null."""
    if cells.null_count() == len(cells):
        return cells
    if isinstance(cells.dtype, pl.List):
        return without(cells, cells.list.len() == 0)
    if cells.dtype not in (pl.String, pl.Categorical, pl.Enum):
        return cells
    text = cells.cast(pl.String).str.strip_chars()
    return without(text, text == "")
