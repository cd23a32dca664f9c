"""Dates as people and programs write them: one way for a whole column, and a question where two ways fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from stockward.book.sources.importers.grid.files import CellValue

WAYS: dict[str, tuple[str, ...]] = {
    "year-month-day": ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    "day-month-year": ("%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %m %Y", "%d-%m-%y", "%d/%m/%y", "%d.%m.%y", "%d %m %y"),
    "month-day-year": ("%m-%d-%Y", "%m/%d/%Y", "%m %d %Y", "%m-%d-%y", "%m/%d/%y", "%m %d %y"),
    "day-name-year": (
        "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %b %y", "%d %B %Y", "%d. %B %Y", "%d.%b.%Y", "%d%b%Y", "%b %d, %Y",
        "%B %d, %Y",
    ),
    "year-month-day of two figures": ("%y-%m-%d", "%y/%m/%d", "%y.%m.%d", "%y%m%d"),
}  # fmt: skip
"""Ways to write a date, and the formats of each. Nobody who puts the month first writes points between."""

_CLOCK = re.compile(
    r"[\sT,]+(?P<clock>\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?)\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?$"
)
_NAMES = {
    "mrz": "mar", "mär": "mar", "mai": "may", "okt": "oct", "dez": "dec", "janv": "jan", "févr": "feb", "fév": "feb",
    "mars": "mar", "avr": "apr", "juin": "jun", "juil": "jul", "août": "aug", "déc": "dec", "ene": "jan", "abr": "apr",
    "ago": "aug", "dic": "dec", "sept": "sep", "januar": "january", "februar": "february", "märz": "march",
    "juni": "june", "juli": "july", "oktober": "october", "dezember": "december",
}  # fmt: skip


_SERIAL_FROM, _SERIAL_TO = 25_569, 73_416
_MONTHS = frozenset(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"))


@lru_cache(200_000)
def moment_as_written(text: str, way: str) -> tuple[date, str, str] | None:
    """Date, time of day (HH:MM:SS or empty) and offset of a text written in a way; ``None`` for what is none."""
    text = text.strip()
    clock, zone = "", ""
    found = _CLOCK.search(text)
    if found:
        text, zone = text[: found.start()], found["zone"] or ""
        read = _clock(found["clock"], found["half"] or "")
        if read is None:
            return None
        clock = read
    day = _day(text, way)
    return None if day is None else (day, clock, zone)


@lru_cache(50_000)
def clock_of(text: str) -> str | None:
    """A time of day as HH:MM:SS; ``None`` for what is none."""
    found = re.fullmatch(r"(\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?)\s*([AaPp]\.?[Mm]\.?)?", text.strip())
    if found:
        return _clock(found[1], found[2] or "")
    digits = text.strip()
    return _clock(f"{digits[:2]}:{digits[2:4]}:{digits[4:]}", "") if re.fullmatch(r"\d{6}", digits) else None


def ways_that_fit(cells: Iterable[CellValue]) -> list[str]:
    """Every way in which all texts among the cells are dates; none where there is no text at all."""
    texts = {cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()}
    if not texts:
        return []
    return [way for way in WAYS if all(moment_as_written(text, way) is not None for text in texts)]


def in_order(cells: Sequence[CellValue], way: str) -> float:
    """How much of a column goes in one direction of time under a way: 1 where all of it does."""
    days = [found[0] for cell in cells if isinstance(cell, str) and (found := moment_as_written(cell, way)) is not None]
    steps = [(later - earlier).days for earlier, later in pairwise(days)]
    if not steps:
        return 1.0
    return max(sum(step >= 0 for step in steps), sum(step <= 0 for step in steps)) / len(steps)


def is_serial_day(cell: float) -> bool:
    """Whether a number may be a day as spreadsheets count them: one from 1970 to 2100."""
    return _SERIAL_FROM <= cell < _SERIAL_TO


def serial_moment(cell: float) -> datetime:
    """The moment that a spreadsheet shows for a number in a cell of dates, to the second."""
    return datetime(1899, 12, 30) + timedelta(seconds=round(cell * 86_400))  # noqa: DTZ001


def is_a_month(text: str) -> bool:
    """Whether a line says no more than a month, with its year or without."""
    word = text.split()[0].strip(".,").casefold() if text.split() else ""
    return _NAMES.get(word, word)[:3] in _MONTHS


def as_site_moment(day: date, clock: str, zone: str, timezone: str) -> str:
    """A moment as the tables of a site have it: a day, or a day and a time on the clocks of the site."""
    if not clock:
        return day.isoformat()
    if zone:
        at = datetime.combine(day, time.fromisoformat(clock), UTC) - _offset(zone)
        local = at.astimezone(ZoneInfo(timezone))
        # Where the clocks are put back an hour stands twice; the offset says which one is meant.
        return local.isoformat(timespec="seconds")
    return f"{day.isoformat()}T{clock}"


def _offset(zone: str) -> timedelta:
    if zone in {"Z", "UTC"}:
        return timedelta()
    sign = -1 if zone[0] == "-" else 1
    return sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))


def _clock(text: str, half: str) -> str | None:
    parts = [int(part) for part in re.split(r"[.,]", text)[0].split(":")]
    hours, minutes, seconds = (*parts, 0)[:3]
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}"


@lru_cache(50_000)
def _day(text: str, way: str) -> date | None:
    text = " ".join(text.split())
    if way == "day-name-year":
        text = re.sub(r"[^\W\d_]+", lambda word: _NAMES.get(word[0].casefold(), word[0]), text)
    for form in WAYS[way]:
        # Months and days of one figure are read as well, but years of two are none of four.
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
        if 1970 <= found.year <= 2100:
            return found
    return None
