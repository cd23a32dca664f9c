"""Posts as they stand in a week: hours of a day, weekdays, and the shifts that a post is cut into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from stockward.stats.staffing import post_hours

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = len(WEEKDAYS) * DAY_MINUTES


@dataclass(frozen=True, slots=True)
class PostShift:
    """One stretch of work: minutes from Monday 00:00 to its begin, and its length in minutes."""

    begin: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post of the site. ``hours`` a year are those of all its guards; ``shifts`` are those of one week."""

    post: str
    name: str | None
    kind: str
    area: str | None
    qualification: str
    guards: int
    driver: str | None
    per: float | None
    hours: float
    shifts: tuple[PostShift, ...]


def posts_of(posts: pl.DataFrame, *, shift_hours: float, weeks: float) -> tuple[Post, ...]:
    """Every post in the order of its file; ``shift_hours`` cuts those that say nothing of their own."""
    return tuple(_post(row, shift_hours, weeks) for row in posts.rows(named=True))


def _post(row: dict[str, Any], shift_hours: float, weeks: float) -> Post:
    minutes = minutes_of_day(row["start"], row["end"])
    length = round((row["hours_per_shift"] or shift_hours) * 60)
    weekdays = sorted({WEEKDAYS.index(day) for day in days_listed(row["days"])})
    guards = int(row["guards"])
    return Post(
        post=row["post"],
        name=row["name"],
        kind=row["kind"],
        area=row["area"],
        qualification=row["qualification"] or "",
        guards=guards,
        driver=row["driver"],
        per=row["per"],
        hours=post_hours(guards, minutes / 60, len(weekdays), weeks),
        shifts=tuple(shift for day in weekdays for shift in shifts_of_day(day, row["start"], minutes, max(length, 1))),
    )


def minutes_of_day(start: int, end: int) -> int:
    """Minutes between two times of day, themselves in minutes; an end before the start crosses midnight."""
    return end - start if end > start else end - start + DAY_MINUTES


def days_listed(days: Sequence[str]) -> Sequence[str]:
    """The weekdays of a list; ``daily`` is all of them."""
    return WEEKDAYS if "daily" in days else days


def shifts_of_day(weekday: int, start: int, minutes: int, length: int) -> list[PostShift]:
    """The shifts of one day of a post, from its start on; a rest is a shorter last shift.

    A shift belongs to the weekday on which it begins, which for the later shifts of a post over midnight is the next.
    """
    first = weekday * DAY_MINUTES + start
    return [
        PostShift((first + passed) % WEEK_MINUTES, min(length, minutes - passed))
        for passed in range(0, minutes, length)
    ]


def clock(minutes: int) -> str:
    """A time of day, as 07:30; the end of a day is 24:00."""
    minutes = minutes if minutes == DAY_MINUTES else minutes % DAY_MINUTES
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
