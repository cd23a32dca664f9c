"""Time as the books count it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from stockward.terms.errors import UsageError

YEAR_DAYS = 365.25
SEASON_DAYS = 120
"""A day that lies so far outside a record, or apart from others of its kind, is perhaps one of another year."""
MICROSECONDS_A_DAY = 86_400_000_000

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    rf"(?P<day>{_DAY.pattern})[T ](?P<clock>[0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]{{1,6}})?)?)"
    r" ?(?P<offset>Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
)
_END_OF_DAY = re.compile(r"24:00(:00([.]0+)?)?")


def first_moment(day: date, timezone: str) -> datetime:
    """When a day begins in a time zone, UTC.

    Where the clocks skip midnight that is when they change; where midnight comes twice, the first.
    """
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


def last_moment(day: date, timezone: str) -> datetime:
    """The last microsecond of a day in a time zone, UTC.

    Raises ``UsageError`` for the last day of the calendar, which no day follows.
    """
    if day == date.max:
        raise UsageError(f"{day} is beyond the calendar: write a date of the books")
    return first_moment(day + timedelta(days=1), timezone) - timedelta(microseconds=1)


def local_day(moment: datetime, timezone: str) -> date:
    """The day that the clock of a time zone shows at a moment."""
    return moment.astimezone(ZoneInfo(timezone)).date()


def written_day(text: str, name: str) -> date:
    """A day that is written as 2026-06-30; ``UsageError`` for all else, which calls it by its name."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise UsageError(f"{name} {text!r} is no date: write it as 2026-06-30")


def written_moment(text: str, name: str) -> date | datetime:
    """A day, or a moment as the tables have it, such as 2026-06-30T14:05, with an offset or without.

    24:00 is the next day's 00:00. Raises ``UsageError`` for all else.
    """
    if parts := _MOMENT.fullmatch(text):
        ends_a_day = _END_OF_DAY.fullmatch(parts["clock"]) is not None
        clock = "00:00" if ends_a_day else parts["clock"]
        try:
            moment = datetime.fromisoformat(f"{parts['day']}T{clock}{parts['offset'] or ''}")
            return moment + timedelta(days=ends_a_day)
        except (ValueError, OverflowError):
            pass
    return written_day(text, name)


def end_of(as_of: str | date | datetime, timezone: str, name: str = "as-of") -> datetime:
    """The last moment that a review *as of* a date knows of: the day itself is included.

    ``as_of`` is a date, or a date and time, taken in the site's time zone where it names none. Raises ``UsageError``
    for anything else, which calls it by its ``name``.
    """
    zone = ZoneInfo(timezone)
    if isinstance(as_of, str):
        as_of = written_moment(as_of.strip(), name)
    if isinstance(as_of, datetime):
        # By way of UTC, so that a moment which the clocks skip is told as they show it.
        return as_of if as_of.tzinfo else as_of.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return last_moment(as_of, timezone).astimezone(zone)
