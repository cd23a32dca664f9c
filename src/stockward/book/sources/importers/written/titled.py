"""The year and the month that a title, the name of a sheet or the name of a file says."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from stockward.book.sources.importers.grid.files import CellValue
from stockward.book.sources.importers.written.days import is_no_other_word, month_named

_YEAR = re.compile(r"(?<!\d)(?:19[7-9]\d|20\d\d)(?!\d)")
_MONTH_AND_YEAR = re.compile(
    r"(?<!\d)(?:(0?[1-9]|1[0-2])[-/._ ]((?:19[7-9]|20\d)\d)|((?:19[7-9]|20\d)\d)[-/._](0?[1-9]|1[0-2]))(?!\d)"
)
_MONTH_AND_SHORT_YEAR = re.compile(r"([^\W\d_]+)[.\s'’_-]*(\d\d)")
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST, _SUNDAY = 3, 7
_WEEK_OF_A_YEAR = re.compile(r"((?:19|20)\d\d)-?W(\d\d)")
_ONLY_A_MONTH = re.compile(
    r"[^\W\d_]+[.\s'’/-]*(?:19|20)\d\d|(?:19|20)\d\d[-/. ](?:\d{1,2}|[^\W\d_]+)|\d{1,2}[-/.](?:19|20)\d\d"
)
"""A month with its year, and nothing beside."""


@dataclass(frozen=True, slots=True)
class Titled:
    """A year and a month, from 1; 0 for what nothing says."""

    year: int = 0
    month: int = 0

    @property
    def text(self) -> str:
        """As an answer is written: 2026-01."""
        return f"{self.year}-{self.month:02d}" if self.month else str(self.year)


def last_day_of(cell: CellValue) -> date | None:
    """The last day of the month or week that a text is, with its year; ``None`` for any other cell.

    >>> last_day_of("Feb 2024").isoformat()
    '2024-02-29'
    """
    if not isinstance(cell, str):
        return None
    week = _WEEK_OF_A_YEAR.fullmatch(cell.strip())
    if week is not None:
        try:
            return date.fromisocalendar(int(week[1]), int(week[2]), _SUNDAY)
        except ValueError:
            return None
    if not _ONLY_A_MONTH.fullmatch(cell.strip()):
        return None
    said = month_and_year(cell)
    if not (said.year and said.month):
        return None
    return date(said.year, said.month, monthrange(said.year, said.month)[1])


def first_day_of(cell: CellValue, last: date) -> date:
    """The first day of the month or week that a text is, of which the last is known."""
    is_week = isinstance(cell, str) and _WEEK_OF_A_YEAR.fullmatch(cell.strip())
    return last - timedelta(days=_SUNDAY - 1) if is_week else last.replace(day=1)


def said_by(texts: Iterable[str]) -> Titled:
    """The first year and the first month that any of the texts says."""
    year = month = 0
    for text in texts:
        found = month_and_year(text)
        year, month = year or found.year, month or found.month
    return Titled(year, month)


def month_and_year(text: str) -> Titled:
    """The year and the month in a text: Jan 2026, 2026-01, 01/2026, or one of the two alone."""
    figures = _MONTH_AND_YEAR.search(text)
    if figures:
        return Titled(int(figures[2] or figures[3]), int(figures[1] or figures[4]))
    short = _MONTH_AND_SHORT_YEAR.fullmatch(text.strip())
    if short and (named := month_named(short[1])) is not None and is_no_other_word(short[1]):
        return Titled(2000 + int(short[2]), named)
    years = {int(year) for year in _YEAR.findall(text)}
    words = [word for word in _WORD.findall(text) if len(word) >= _SHORTEST]
    months = {
        number for word in words if (number := month_named(word)) is not None and (is_no_other_word(word) or years)
    }
    return Titled(years.pop() if len(years) == 1 else 0, months.pop() if len(months) == 1 else 0)
