"""A sheet of a workbook as a value: a header, and rows of cells by their own type; and the file that holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

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
    write_whole(path, finish(made.getvalue()))
