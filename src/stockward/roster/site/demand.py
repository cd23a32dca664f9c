"""What the posts ask for: each post, on each of its days, cut into shifts.

A post is cut from its start into shifts of ``hours_per_shift`` (else the site's ``shift_hours``) by the clock on the
wall; a rest is a shorter last shift. A shift over midnight belongs to the day on which it begins. Hours are real
hours: a night on which the clocks change has one more or one less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl

from stockward.book import Site
from stockward.roster.engine.problem import SATURDAY
from stockward.terms.errors import UsageError

Day = date
"""A date, where that name stands for something else."""
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK_DAYS = 7
MOST_WEEKS = 26
"""So long a roster is at most."""
MINUTES_A_DAY = 24 * 60
TABLES = ("posts", "people", "absences", "wishes", "assignments")
"""What a roster stands on."""
NOON = 12
NIGHT = (0, 5 * 60)
"""A night shift covers more than half of the time from 00:00 to 05:00."""


@dataclass(frozen=True, slots=True)
class RosterPost:
    """One post of the site: ``number`` such posts stand, each with ``guards`` at once, cut at ``cuts`` (minutes)."""

    post: str
    area: str | None
    qualification: str | None
    mixed: bool
    guards: int
    number: int
    days: frozenset[int]
    cuts: tuple[int, ...]
    row: int

    @property
    def begins(self) -> tuple[str, ...]:
        """The times of day at which its shifts begin, in order, such as 07:30."""
        minutes = sorted({cut % MINUTES_A_DAY for cut in self.cuts[:-1]})
        return tuple(f"{one // 60:02d}:{one % 60:02d}" for one in minutes)


@dataclass(frozen=True)
class DatedShift:
    """A time to work: it begins on ``day`` (0 is the first of the roster), ``start`` to ``end`` in UTC."""

    day: int
    start: datetime
    end: datetime
    touched: tuple[date, ...]
    """The days of the site on which it takes place."""
    night: bool
    weekend: bool
    early: bool
    """Whether it begins before noon by the clock of the site."""

    @property
    def kind(self) -> int:
        """0 for a night, 1 for another that begins before noon, 2 for one that begins later."""
        return 0 if self.night else 1 if self.early else 2

    @cached_property
    def minutes(self) -> int:
        """Real minutes from start to end."""
        return int((self.end - self.start).total_seconds()) // 60


@dataclass(frozen=True, slots=True)
class Horizon:
    """The days of a roster: ``weeks`` weeks from ``start`` on, in the site's time zone."""

    start: date
    weeks: int
    timezone: str

    @property
    def days(self) -> int:
        """How many days."""
        return WEEK_DAYS * self.weeks

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    def date(self, day: int) -> date:
        """The date of a day; negative before the start."""
        return self.start + timedelta(days=day)

    def holds(self, day: Day) -> bool:
        """Whether a date is a day of the roster."""
        return self.start <= day < self.date(self.days)

    def day_of(self, moment: datetime) -> int:
        """The day on which a moment falls, by the site's clock."""
        return (moment.astimezone(self.zone).date() - self.start).days

    def weekday(self, day: int) -> int:
        """0 for Monday to 6 for Sunday."""
        return self.date(day).weekday()

    def week(self, day: int) -> int:
        """The calendar week, Monday to Sunday, in which a day lies: 0 that of the first day."""
        return (day + self.weekday(0)) // WEEK_DAYS

    def days_of_week(self, week: int) -> range:
        """Monday to Sunday of a week."""
        monday = week * WEEK_DAYS - self.weekday(0)
        return range(monday, monday + WEEK_DAYS)

    @property
    def first_saturday(self) -> int:
        """The first Saturday of the roster."""
        return (SATURDAY - self.weekday(0)) % WEEK_DAYS

    def moment(self, day: int, minutes: int) -> datetime:
        """The moment that many minutes by the clock after 00:00 of a day, in UTC."""
        over, rest = divmod(minutes, MINUTES_A_DAY)
        local = datetime.combine(self.date(day + over), time(rest // 60, rest % 60), tzinfo=self.zone)
        return local.astimezone(UTC)


def read_posts(site: Site, numbers: Mapping[str, int]) -> tuple[RosterPost, ...]:
    """Every post at which somebody stands, with how many such posts there are (1 where ``numbers`` does not say).

    Raises ``UsageError`` for a post that begins and ends at the same time of day, and for one cut into shifts of less
    than a minute.
    """
    shift_hours = site.settings.force.shift_hours
    posts = [_post(row, numbers, shift_hours) for row in site["posts"].iter_rows(named=True)]
    return tuple(post for post in posts if post.guards and post.number)


def _post(row: Mapping[str, object], numbers: Mapping[str, int], shift_hours: float) -> RosterPost:
    name, start, end = str(row["post"]), int(str(row["start"])), int(str(row["end"]))
    if start % MINUTES_A_DAY == end % MINUTES_A_DAY and end - start != MINUTES_A_DAY:
        raise UsageError(
            f"posts row {row['row']}: {name} begins and ends at the same time: write 00:00 to 24:00 for round the clock"
        )
    length = round(60 * float(str(row["hours_per_shift"] or shift_hours)))
    if length < 1:
        raise UsageError(f"posts row {row['row']}: a shift of {name} is shorter than a minute: correct hours_per_shift")
    if row["mixed"] and 0 < float(str(row["guards"])) < 2:
        raise UsageError(f"posts row {row['row']}: {name} asks for a mix and for one guard: correct one of the two")
    days = row["days"]
    assert isinstance(days, list)
    return RosterPost(
        post=name,
        area=None if row["area"] is None else str(row["area"]),
        qualification=None if row["qualification"] is None else str(row["qualification"]),
        mixed=bool(row["mixed"]),
        guards=int(float(str(row["guards"]))),
        number=numbers.get(name, 1),
        days=frozenset(DAY_NAMES.index(day) for day in days),
        cuts=cuts_of(start, end, length),
        row=int(str(row["row"])),
    )


def cuts_of(start: int, end: int, length: int) -> tuple[int, ...]:
    """Where the shifts of a post begin and end, in minutes after 00:00 of its day; the last is the end of the post.

    >>> cut(22 * 60, 6 * 60, 8 * 60)
    (1320, 1800)
    """
    if end <= start:
        end += MINUTES_A_DAY
    return (*range(start, end, length), end)


def shift_of(horizon: Horizon, start: datetime, end: datetime) -> DatedShift:
    """The shift between two moments."""
    zone = horizon.zone
    first, last = start.astimezone(zone).date(), (end - timedelta(microseconds=1)).astimezone(zone).date()
    touched = tuple(first + timedelta(days=step) for step in range((last - first).days + 1))
    dark = sum(_overlap(start, end, *_night_of(horizon, one)) for one in touched)
    return DatedShift(
        day=(first - horizon.start).days,
        start=start,
        end=end,
        touched=touched,
        night=2 * dark > NIGHT[1] - NIGHT[0],
        weekend=first.weekday() >= SATURDAY,
        early=start.astimezone(zone).hour < NOON,
    )


def _night_of(horizon: Horizon, one: date) -> tuple[datetime, datetime]:
    day = (one - horizon.start).days
    return horizon.moment(day, NIGHT[0]), horizon.moment(day, NIGHT[1])


def _overlap(start: datetime, end: datetime, low: datetime, high: datetime) -> float:
    """Minutes in common."""
    return max((min(end, high) - max(start, low)).total_seconds(), 0.0) / 60


def post_spans(horizon: Horizon, post: RosterPost) -> list[tuple[datetime, datetime]]:
    """Start and end of every shift of a post that begins within the horizon, in order of time."""
    low, high = horizon.moment(0, 0), horizon.moment(horizon.days, 0)
    found = []
    # The last shift of a post that crosses midnight may begin on the day after the post's own.
    for day in range(-1, horizon.days):
        if horizon.weekday(day) in post.days:
            for begins, ends in pairwise(post.cuts):
                start, end = horizon.moment(day, begins), horizon.moment(day, ends)
                if low <= start < high and end > start:
                    found.append((start, end))
    return found


def begun_before(horizon: Horizon, post: RosterPost) -> datetime | None:
    """When the shift of a post ends that began on the day before the horizon and reaches into it; else ``None``."""
    if horizon.weekday(-1) in post.days:
        for begins, ends in pairwise(post.cuts):
            if horizon.moment(-1, begins) < horizon.moment(0, 0) < horizon.moment(-1, ends):
                return horizon.moment(-1, ends)
    return None


def rows_not_known(site: Site) -> list[str]:
    """Rows set aside of the tables that a roster stands on, each table in a few words."""
    said = []
    for name in TABLES:
        rows: pl.DataFrame = site.set_aside[name]
        if rows.height:
            numbers = ", ".join(str(row) for row in rows["row"].to_list()[:10])
            more = f" and {rows.height - 10} more" if rows.height > 10 else ""
            said.append(f"{name}: row {numbers}{more} set aside; mend it, since this roster does not know of it")
    return said
