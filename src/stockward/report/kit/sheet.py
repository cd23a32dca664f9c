"""A sheet of a workbook as a value: a header, and rows of cells by their own type; and the file that holds them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from stockward.kept_files import marked_workbook
from stockward.outputs import OutputTarget, write_whole

if TYPE_CHECKING:
    from xlsxwriter import Workbook

_SAFE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
"""No text becomes a formula, a link or a number."""

_WIDTH_MIN, _WIDTH_MAX = 9, 60
_WIDTH_ROWS = 200
# The most characters that a cell of a spreadsheet holds.
_TEXT_MAX = 32_767

Cell = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: a header, and rows of as many cells."""

    name: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


@contextmanager
def workbook_at(path: OutputTarget, *, finish: Callable[[bytes], bytes] = bytes) -> Iterator[Workbook]:
    """A workbook to fill, which is whole, and finished, before the first byte of its file is written.

    Raises ``UsageError`` where the file cannot be written.
    """
    from stockward.report.kit.spelt_workbook import SpeltWorkbook  # only workbooks need the library

    made = BytesIO()
    with SpeltWorkbook(made, _SAFE) as book:
        yield book
    write_whole(path, marked_workbook(finish(made.getvalue())))


def write_sheets(path: OutputTarget, title: str, made: datetime, sheets: Iterable[Sheet]) -> None:
    """A workbook of sheets; the same sheets, made at the same local time, give the same bytes.

    Raises ``UsageError`` where the file cannot be written.
    """
    with workbook_at(path) as book:
        book.set_properties({"title": title, "created": made})
        styles = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
            "text": book.add_format({"valign": "top", "text_wrap": True}),
            "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left", "valign": "top"}),
            "number": book.add_format({"valign": "top"}),
        }
        for sheet in sheets:
            _write(book, sheet, styles)


def _write(book: Any, sheet: Sheet, styles: dict[str, Any]) -> None:
    page = book.add_worksheet(sheet.name)
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&L&A&R&P / &N")
    for column, width in enumerate(_widths(sheet)):
        page.set_column(column, column, width)
    for column, name in enumerate(sheet.header):
        page.write_string(0, column, name, styles["head"])
    for number, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            _put(page, number, column, value, styles)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.header) - 1)


def _put(page: Any, row: int, column: int, value: Cell, styles: dict[str, Any]) -> None:
    """One cell by its own type; unknown stays an empty cell."""
    if isinstance(value, bool):
        page.write_string(row, column, "yes" if value else "no", styles["text"])
    elif isinstance(value, str):
        page.write_string(row, column, value[:_TEXT_MAX], styles["text"])
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value.replace(tzinfo=None), styles["moment"])
    elif isinstance(value, date):
        page.write_datetime(row, column, value, styles["day"])
    elif value is not None and math.isfinite(value):
        page.write_number(row, column, value, styles["number"])


def _widths(sheet: Sheet) -> list[int]:
    """Wide enough for what stands in the first rows; headers wrap at their words."""
    widths = [max(max(map(len, name.split())), _WIDTH_MIN) for name in sheet.header]
    for row in sheet.rows[:_WIDTH_ROWS]:
        for column, value in enumerate(row):
            length = 16 if isinstance(value, datetime) else 10 if isinstance(value, float) else len(str(value or ""))
            widths[column] = max(widths[column], length + 1)
    return [min(width, _WIDTH_MAX) for width in widths]
