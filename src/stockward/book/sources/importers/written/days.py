"""Dates as people and programs write them: one way for a whole column, and a question where two ways fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from stockward.book.sources.importers.grid.files import CellValue
from stockward.book.sources.importers.written.numerals import in_western_figures
from stockward.terms.spelling import folded

WAYS: dict[str, tuple[str, ...]] = {
    "year-month-day": ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    "day-month-year": ("%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %m %Y", "%d-%m-%y", "%d/%m/%y", "%d.%m.%y", "%d %m %y"),
    "month-day-year": ("%m-%d-%Y", "%m/%d/%Y", "%m %d %Y", "%m-%d-%y", "%m/%d/%y", "%m %d %y"),
    "day-name-year": (
        "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %b %y", "%d. %b %Y", "%d.%b.%Y", "%d%b%Y", "%b %d, %Y",
    ),
    "year-month-day of two figures": ("%y-%m-%d", "%y/%m/%d", "%y.%m.%d", "%y%m%d"),
}  # fmt: skip
"""Ways to write a date, and the formats of each. Nobody who puts the month first writes points between."""

_CLOCK = re.compile(
    r"(?<![\sT,])[\sT,]+(?P<clock>\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?)\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?$"
)
_HALF_A_DAY = re.compile(
    r"(?i)(?<=\d)[\s,]+(?:[ap]\.?m\.?|morning|forenoon|afternoon|vormittags?|nachmittags?|matin|après-midi|mañana|tarde)$"
)
_MONTHS_BY_NAME: tuple[str, ...] = (
    "jan january januar jänner janv janvier ene enero gen gennaio janeiro января январь янв ocak oca "
    "stycznia styczeń sty "
    "січня січень січ يناير",
    "feb february februar févr fév février febrero febbraio fev fevereiro февраля февраль фев şubat şub "
    "lutego luty lut "
    "лютого лютий лют فبراير",
    "mar march märz mrz mär mars marzo março марта март мар mart marca marzec березня березень бер مارس",
    "apr april avr avril abr abril aprile апреля апрель апр nisan nis kwietnia kwiecień kwi "
    "квітня квітень кві أبريل ابريل",
    "may mai mayo mag maggio maio мая май mayıs mayis maja maj травня травень тра مايو",
    "jun june juni juin junio giu giugno junho июня июнь июн haziran haz czerwca czerwiec cze червня червень чер يونيو",
    "jul july juli juil juillet julio lug luglio julho июля июль июл temmuz tem lipca lipiec lip "
    "липня липень лип يوليو",
    "aug august août ago agosto августа август авг ağustos ağu sierpnia sierpień sie серпня серпень сер أغسطس اغسطس",
    "sep sept september septembre septiembre set sett settembre setembro сентября сентябрь сен сент eylül eyl września "
    "wrzesień wrz "
    "вересня вересень вер سبتمبر",
    "oct october okt oktober octobre octubre ott ottobre out outubro октября октябрь окт ekim eki października "
    "październik paź "
    "жовтня жовтень жов أكتوبر اكتوبر",
    "nov november novembre noviembre novembro ноября ноябрь ноя нояб kasım kasim kas listopada listopad lis "
    "листопада листопад лис نوفمبر",
    "dec december dez dezember déc décembre dic diciembre dicembre dezembro декабря декабрь дек aralık aralik ara "
    "grudnia grudzień gru "
    "грудня грудень гру ديسمبر",
)
"""Names of each month and their abbreviations, in the languages that the names of columns are known in."""
_MONTH_OF = {folded(name): number for number, names in enumerate(_MONTHS_BY_NAME, 1) for name in names.split()}
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SHORT, _YEAR_OF_FOUR = 3, 4
_OF_THE_YEAR = re.compile(r"(?i)(?<=\d)\s*(?:г\.?|года)$")
_SIGNS_OF_EAST = re.compile(r"(\d{4})\s*[년年]\s*(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日]")


_SERIAL_FROM, _SERIAL_TO = 25_569, 73_416


@lru_cache(200_000)
def moment_as_written(text: str, way: str) -> tuple[date, str, str] | None:
    """Date, time of day (HH:MM:SS or empty) and offset of a text written in a way; ``None`` for what is none."""
    text = in_western_figures(text.strip())
    clock, zone = "", ""
    found = _CLOCK.search(text)
    if found:
        text, zone = text[: found.start()], found["zone"] or ""
        read = _clock(found["clock"], found["half"] or "")
        if read is None:
            return None
        clock = read
    else:
        # Half a day is no time of day: it is on that day.
        text = _HALF_A_DAY.sub("", text)
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


@lru_cache(200_000)
def moment_of_its_own(text: str) -> tuple[date, str, str] | None:
    """What ``moment_as_written`` gives for a text that is one day alone, whatever is written beside it.

    So is one with the year of four figures first, and one with the name of its month.
    """
    read = {way: found for way in WAYS if (found := moment_as_written(text, way)) is not None}
    own = [read[way] for way in ("year-month-day", "day-name-year") if way in read]
    return own[0] if own and len({*read.values()}) == 1 else None


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


def month_named(word: str) -> int | None:
    """The month that a word names, whole or in short, from 1; ``None`` for any other word."""
    return _MONTH_OF.get(folded(word))


def is_a_month(text: str) -> bool:
    """Whether a line says no more than a month, with its year or without."""
    found = re.fullmatch(r"([^\W\d_]+)\W*(\d{4}|\d{2}|)\W*", text.strip())
    if found is None or month_named(found[1]) is None:
        return False
    return is_no_other_word(found[1]) or len(found[2]) == _YEAR_OF_FOUR


def is_no_other_word(name: str) -> bool:
    """Whether the name of a month is whole or English; short ones are other words too: a Mag 2 is a magazine."""
    return len(name) > _SHORT or folded(name) in _ENGLISH


_SHIFT = 543
_AHEAD = re.compile(r"(?<!\d)2[56]\d\d(?!\d)")


def is_543_ahead(cell: CellValue) -> bool:
    """Whether a cell is a date only if its year is one of the Buddhist calendar, which is 543 ahead."""
    return moved_back(cell) is not None


def moved_back(cell: CellValue) -> CellValue | None:
    """A date of the Buddhist calendar with the common year; ``None`` for what is no such date."""
    if isinstance(cell, date):
        try:
            return cell.replace(year=cell.year - _SHIFT) if 2500 <= cell.year <= 2100 + _SHIFT else None
        except ValueError:
            return None
    if not isinstance(cell, str) or ways_that_fit([cell]):
        return None
    text = _AHEAD.sub(lambda year: str(int(year[0]) - _SHIFT), cell)
    return text if text != cell and ways_that_fit([text]) else None


_DAY_MONTH = re.compile(r"(\d{1,2})([-/])(\d{1,2})|(\d{1,2})\.(\d{1,2})\.")
_DAY_NAME = re.compile(r"(\d{1,2})\.?[\s\-./]?(?:de\s)?([^\W\d_]+)\.?")
_NAME_DAY = re.compile(r"([^\W\d_]+)\.?\s(\d{1,2})")
_EAST_DAY = re.compile(r"(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日]")


@lru_cache(50_000)
def with_year(text: str, year: int) -> str | None:
    """A day without its year, written with one; ``None`` for what is no such day."""
    text = " ".join(text.split())
    if found := _DAY_MONTH.fullmatch(text):
        first, second, sign = (found[1], found[3], found[2]) if found[1] else (found[4], found[5], ".")
        written = f"{first}{sign}{second}{sign}{year}"
        return written if ways_that_fit([written.replace(str(year), "2000")]) else None
    if found := _DAY_NAME.fullmatch(text):
        day, month = int(found[1]), month_named(found[2])
    elif (found := _NAME_DAY.fullmatch(text)) and is_no_other_word(found[1]):
        day, month = int(found[2]), month_named(found[1])
    elif found := _EAST_DAY.fullmatch(text):
        day, month = int(found[2]), int(found[1])
    else:
        return None
    is_one = month is not None and 1 <= month <= 12 and 1 <= day <= 31
    return f"{day} {_ENGLISH[month - 1]} {year}" if is_one and month is not None else None


def names_its_month(text: str) -> bool:
    """Whether a text is a day with the name of its month and no year, which is nothing else than a day."""
    word = re.search(r"[^\W\d_]+", text)
    is_sure = word is not None and (is_no_other_word(word[0]) or bool(_EAST_DAY.fullmatch(text.strip())))
    return is_sure and with_year(text, 2000) is not None


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
    text = _SIGNS_OF_EAST.sub(r"\1-\2-\3", _OF_THE_YEAR.sub("", " ".join(text.split())))
    if way == "day-name-year":
        text = re.sub(r"(?i)(?<=\s)del?\s", "", re.sub(r"[^\W\d_]+\.?", _in_english, text))
    for form in WAYS[way]:
        # Months and days of one figure are read as well, but years of two are none of four.
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
        if 1970 <= found.year <= 2100:
            return found
    return None


def _in_english(word: re.Match[str]) -> str:
    """The English short name of a month in any language; any other word is left as it is."""
    number = month_named(word[0])
    if number is None:
        return word[0]
    # A full stop between parts belongs to the date, and one behind a short name to that.
    parted = word[0].endswith(".") and word.string[word.end() : word.end() + 1].isdigit()
    return _ENGLISH[number - 1] + ("." if parted else "")
