"""Lines between the rows of a table that say no more than a month: in words, in figures, or made a date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from stockward.book.sources.importers.grid.files import CellValue
from stockward.book.sources.importers.written.days import is_a_month
from stockward.terms.spelling import whole_up_to

_IN_FIGURES = re.compile(r"(?:0?[1-9]|1[0-2])[-/.](?:19[7-9]|20\d)\d\.?|(?:19[7-9]|20\d)\d[-/.](?:0?[1-9]|1[0-2])\.?")

_CALLED_A_MONTH = re.compile(r"(?i)^(?:month|monat|mois|mes|mese|mês|miesiąc|месяц|місяць)\b[\s:.]*")
_SHORT = re.compile(r"(?:0?[1-9]|1[0-2])[-/.]\d\d\.?")


def is_a_month_line(text: str) -> bool:
    """Whether a line says no more than a month: January, Jan 2026, 01/2026, 2026-01, Month: 01/2026."""
    text = _CALLED_A_MONTH.sub("", text.strip())
    return is_a_month(text) or bool(_IN_FIGURES.fullmatch(text))


def may_be_a_month_line(text: str) -> bool:
    """Whether a line is one of a month, or may be one with a year of two figures: 01/26."""
    return is_a_month_line(text) or bool(_SHORT.fullmatch(_CALLED_A_MONTH.sub("", text.strip())))


def day_of_a_month(cell: CellValue) -> int | None:
    """The day that a cell gives without its month; ``None`` for any other cell."""
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str)):
        return None
    if isinstance(cell, str):
        # A day of a month has a point behind it in some countries.
        return whole_up_to(cell.strip().removesuffix("."), 31) or None
    return int(cell) if cell % 1 == 0 and 1 <= cell <= 31 else None


def with_month_typed(
    filled: list[CellValue], rows: Sequence[Sequence[CellValue]], numbers: range, places: Sequence[int]
) -> list[CellValue]:
    """What is filled in the first of some rows of a table; a date that is a line of a month as its month.

    Who types *January 2026* into a spreadsheet has the first of January there: it stands alone in its row, above days
    without a month in its column.
    """
    day = filled[0] if len(filled) == 1 else None
    if not isinstance(day, date) or day.day != 1:
        return filled
    own = rows[numbers[0]]
    place = next((place for place in places if place < len(own) and own[place] == day), len(own))
    for row in map(rows.__getitem__, numbers[1:]):
        found = row[place] if place < len(row) else ""
        if day_of_a_month(found) is not None:
            return [f"{day:%Y-%m}"]
        is_other_line = isinstance(found, date) and found.day == 1
        if not (isinstance(found, str) or is_other_line):
            break
    return filled
