"""Days that are written in another way than ISO 8601, as what they can only mean. Said in a mend, never read so."""

from __future__ import annotations

import re
from datetime import date, time

import polars as pl

MONTHS_BY_NAME = {
    name: number
    for number, names in enumerate(
        (
            "jan", "feb", "mar mär mrz", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
"""Months by the first letters of their English and German names."""

_NAME = r"(?P<name>[^\W\d_]{3,})\.?"
_CLOCK = r"(?:[ T,]+(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?))?"
_SHAPES = tuple(
    re.compile(rf"{shape}{_CLOCK}")
    for shape in (
        r"(?P<year>[0-9]{4})(?P<sign>[-/.])(?P<month>[0-9]{1,2})(?P=sign)(?P<day>[0-9]{1,2})",
        r"(?P<one>[0-9]{1,2})(?P<sign>[-/.])(?P<two>[0-9]{1,2})(?P=sign)(?P<year>[0-9]{4})",
        rf"(?P<day>[0-9]{{1,2}})\.?[ -]?{_NAME}[ ,-]*(?P<year>[0-9]{{4}})",
        rf"{_NAME} (?P<day>[0-9]{{1,2}}),? (?P<year>[0-9]{{4}})",
    )
)
_MONTHS_OF_A_YEAR = 12
_MOST_LOOKED_AT = 1000


def iso_meant(texts: pl.Series) -> pl.Series:
    """What each text can only mean, as ISO 8601; null where it could be two days, or none."""
    meant = {text: one for text in texts.drop_nulls().unique().head(_MOST_LOOKED_AT) if (one := _iso(text))}
    return texts.replace_strict(meant, default=None, return_dtype=pl.String)


def _iso(text: str) -> str | None:
    found = next((match for shape in _SHAPES if (match := shape.fullmatch(text))), None)
    if found is None:
        return None
    parts = found.groupdict()
    try:
        days = {date(int(parts["year"]), month, day) for month, day in _months_and_days(parts)}
        clock = time.fromisoformat(parts["clock"].zfill(len("00:00"))) if parts["clock"] else None
    except ValueError:
        return None
    if len(days) != 1:
        return None
    return f"{days.pop()}" + ("" if clock is None else f"T{clock:%H:%M}" + (f":{clock:%S}" if clock.second else ""))


def _months_and_days(parts: dict[str, str | None]) -> set[tuple[int, int]]:
    """The month and the day, either way round where both may be a month."""
    day, name, month = parts.get("day"), parts.get("name"), parts.get("month")
    if name is not None:
        number = MONTHS_BY_NAME.get(name.casefold()[:3])
        return set() if number is None else {(number, int(day or 0))}
    if month is not None:
        return {(int(month), int(day or 0))}
    one, two = int(parts["one"] or 0), int(parts["two"] or 0)
    return {(month, day) for month, day in ((one, two), (two, one)) if month <= _MONTHS_OF_A_YEAR}
