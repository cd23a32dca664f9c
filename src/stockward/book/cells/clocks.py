"""Times of day in minutes: ``06:00``, ``6am``, ``0600``, ``6 Uhr`` and ``24:00``; what may be two is refused."""

from __future__ import annotations

import re

import polars as pl

from stockward.book.cells.reading import Locale, Reading, without
from stockward.book.schema.dictionary import Column

_CLOCK = r"^[0-9]{1,2}:[0-9]{2}(:00(\.0+)?)?$"
_OF_TWELVE = re.compile(
    r"(?P<hours>[0-9]{1,2})(?:[:.](?P<past>[0-9]{2}))?(?::00)?\s*(?P<half>[ap])\.?\s?m\.?", re.IGNORECASE
)
_WORDED = re.compile(
    r"(?P<hours>[0-9]{1,2})(?:[:.h]\s?(?P<past>[0-9]{2}))?\s*(?:h|hrs?|hours?|uhr|o'clock)\.?", re.IGNORECASE
)
_FRENCH = re.compile(r"(?P<hours>[0-9]{1,2})\s?h\s?(?P<past>[0-9]{2})", re.IGNORECASE)
_OF_FOUR = re.compile(r"(?P<hours>[0-9]{2})(?P<past>[0-9]{2})\s*(?:h|hrs?|hours?)?\.?", re.IGNORECASE)
_MAY_BE = re.compile(r"(?P<hours>[0-9]{1,2})(?:[.,]?(?P<past>[0-9]{2}))?")
_HALF_DAY, _HOURS, _MINUTES = 12, 24, 60
_NONE = "this is no time of day: write it as 07:30"
_MOST_READ = 1000


def read_clock(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Times of day in minutes, 24:00 included."""
    shaped = text.str.contains(_CLOCK)
    others = text.filter(~shaped.fill_null(True)).unique().head(_MOST_READ)
    read = {one: _written(one) for one in others}
    meant = {one: found for one, (found, _) in read.items() if found}
    said = {one: reason for one, (_, reason) in read.items() if reason}
    plain = text.replace_strict(meant, default=text, return_dtype=pl.String) if meant else text
    shaped = plain.str.contains(_CLOCK)
    parts = without(plain, ~shaped).str.split(":")
    hours = parts.list.get(0, null_on_oob=True).cast(pl.Int32)
    past = parts.list.get(1, null_on_oob=True).cast(pl.Int32)
    minutes = hours * _MINUTES + past
    wrong = ~shaped | (minutes > _HOURS * _MINUTES) | (past >= _MINUTES)
    return Reading.of(minutes).refuse(wrong, text.replace_strict(said, default=_NONE, return_dtype=pl.String))


def _written(text: str) -> tuple[str, str]:
    """A time of day as HH:MM, and else the reason why it is not read."""
    text = " ".join(text.split())
    if found := _OF_TWELVE.fullmatch(text):
        return _of_twelve(int(found["hours"]), int(found["past"] or 0), found["half"].lower())
    for shape in (_FRENCH, _WORDED, _OF_FOUR):
        if found := shape.fullmatch(text):
            return _shown(int(found["hours"]), int(found["past"] or 0)), ""
    if (found := _MAY_BE.fullmatch(text)) and (clock := _shown(int(found["hours"]), int(found["past"] or 0))):
        return "", f"a time of day is written with a colon: write {clock} if that is meant"
    return "", _NONE


def _of_twelve(hours: int, past: int, half: str) -> tuple[str, str]:
    if not 1 <= hours <= _HALF_DAY:
        return "", _NONE
    if hours == _HALF_DAY and past == 0:
        return "", "12 am and 12 pm are taken for either: write 12:00 for noon, 00:00 or 24:00 for midnight"
    return _shown(hours % _HALF_DAY + (_HALF_DAY if half == "p" else 0), past), ""


def _shown(hours: int, past: int) -> str:
    """The time as HH:MM; empty where there is none."""
    is_one = (hours < _HOURS and past < _MINUTES) or (hours == _HOURS and past == 0)
    return f"{hours:02d}:{past:02d}" if is_one else ""
