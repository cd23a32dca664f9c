"""Time as the books count it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from stockward.terms.errors import UsageError

YEAR_DAYS = 365.25
MICROSECONDS_A_DAY = 86_400_000_000


def end_of(as_of: str | date | datetime, timezone: str) -> datetime:
    """The last moment that a review *as of* a date knows of: the day itself is included.

    ``as_of`` is an ISO 8601 date, or a date and time, taken in the site's time zone where it names none.
    Raises ``UsageError`` for anything else.
    """
    if isinstance(as_of, str):
        try:
            as_of = date.fromisoformat(as_of) if len(as_of) == len("2026-06-30") else datetime.fromisoformat(as_of)
        except ValueError:
            raise UsageError(f"as-of {as_of!r} is no date: write it as 2026-06-30") from None
    zone = ZoneInfo(timezone)
    if isinstance(as_of, datetime):
        return as_of if as_of.tzinfo else as_of.replace(tzinfo=zone)
    if as_of == date.max:
        raise UsageError(f"as-of {as_of} is beyond the calendar: write a date of the books")
    midnight = datetime.combine(as_of + timedelta(days=1), time(), tzinfo=zone)
    return midnight - timedelta(microseconds=1)
