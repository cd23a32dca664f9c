"""The year and the month that a title, the name of a sheet or the name of a file says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from stockward.book.sources.importers.written.days import is_no_other_word, month_named

_YEAR = re.compile(r"(?<!\d)(?:19[7-9]\d|20\d\d)(?!\d)")
_MONTH_AND_YEAR = re.compile(
    r"(?<!\d)(?:(0?[1-9]|1[0-2])[-/._ ]((?:19[7-9]|20\d)\d)|((?:19[7-9]|20\d)\d)[-/._](0?[1-9]|1[0-2]))(?!\d)"
)
_MONTH_AND_SHORT_YEAR = re.compile(r"([^\W\d_]+)[.\s'’_-]*(\d\d)")
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Titled:
    """A year and a month, from 1; 0 for what nothing says."""

    year: int = 0
    month: int = 0

    @property
    def text(self) -> str:
        """As an answer is written: 2026-01."""
        return f"{self.year}-{self.month:02d}" if self.month else str(self.year)


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
