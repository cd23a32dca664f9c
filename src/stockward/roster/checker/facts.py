"""What a roster is held against: posts, people, absences, assignments and rules, read from the site once more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from stockward.answers.roster import Duty
from stockward.book import Site

ONE_DAY = timedelta(days=1)
_NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, slots=True)
class RuleBreach:
    """One rule that a roster breaks: which, in words, and whom, where and when it is about.

    ``partner`` is the other guard of a rule of two.
    """

    rule: str
    words: str
    person: str | None = None
    post: str | None = None
    day: date | None = None
    partner: str | None = None

    def text_of(self, guard: str | None) -> str:
        """What is said of a guard, without the guard's code."""
        if self.partner is None:
            return self.words.removeprefix(f"{self.person} ")
        other = self.person if guard == self.partner else self.partner
        return f"stands with {other} {self.words.partition(' meet ')[2]}"

    def __str__(self) -> str:
        return f"{self.rule}: {self.words}"


@dataclass(frozen=True)
class Stint:
    """A shift of one guard, worked before, planned, or locked after the end; ``row`` of the table it came from."""

    person: str
    post: str
    number: int
    day: date
    start: datetime
    end: datetime
    planned: bool
    row: int | None = None

    @property
    def minutes(self) -> float:
        """Real minutes."""
        return (self.end - self.start).total_seconds() / 60


class Checked:
    """A roster with the facts that it is held against."""

    def __init__(
        self,
        site: Site,
        roll: pl.DataFrame,
        duties: Sequence[Duty],
        *,
        start: date,
        weeks: int,
        numbers: Mapping[str, int],
        open_places: Mapping[tuple[str, datetime], int] | None = None,
        complete: bool = True,
        now: datetime | None = None,
    ) -> None:
        self.site, self.rules = site, site.settings.work_rules
        self.zone = ZoneInfo(site.timezone)
        self.first, self.end = start, start + timedelta(weeks=weeks)
        self.complete, self.open_places = complete, open_places or {}
        self.numbers = numbers
        self.posts: dict[str, dict[str, Any]] = {row["post"]: row for row in site["posts"].iter_rows(named=True)}
        self.people: dict[str, dict[str, Any]] = {row["person"]: row for row in roll.iter_rows(named=True)}
        self.duties = duties
        self._worked = self._begun_by(now)
        self.before, self.after = self._settled()
        self.since = min((stint.day for stint in self.before), default=start)
        self._nights: dict[tuple[datetime, datetime], bool] = {}
        self.stints: dict[str, list[Stint]] = defaultdict(list)
        for duty in duties:
            day = duty.start.astimezone(self.zone).date()
            one = Stint(duty.person, duty.post, duty.number, day, duty.start, duty.end, planned=True)
            self.stints[duty.person].append(one)
        for one in (*self.before, *self.after):
            self.stints[one.person].append(one)
        for ones in self.stints.values():
            ones.sort(key=lambda one: one.start)

    def _begun_by(self, now: datetime | None) -> set[tuple[str, str, datetime, datetime]]:
        """What is locked and has begun by a moment, and so was worked: whose, where, from when to when."""
        return {
            (row["person"], row["post"], row["start"], row["end"] or self._own_end(row["post"], row["start"]))
            for row in self.site["assignments"].iter_rows(named=True)
            if now is not None and row["locked"] and row["start"] < now
        }

    def was_worked(self, duty: Duty) -> bool:
        """Whether a duty is a fact: entered as locked, and begun."""
        return (duty.person, duty.post, duty.start, duty.end) in self._worked

    def own_shift(self, duty: Duty) -> tuple[datetime, datetime] | None:
        """The shift of its post with which a duty has most time in common; ``None`` without any."""
        best, most = None, 0.0
        day = duty.start.astimezone(self.zone).date()
        for step in range(-2, 2) if duty.post in self.posts else ():
            one = day + ONE_DAY * step
            if _NAMES[one.weekday()] in self.posts[duty.post]["days"]:
                for low, high in self.spans(self.posts[duty.post], one):
                    common = (min(duty.end, high) - max(duty.start, low)).total_seconds()
                    if common > most:
                        best, most = (low, high), common
        return best

    def worked_otherwise(self, duty: Duty) -> bool:
        """Whether a duty was worked, and at other times than a shift of its post."""
        return self.was_worked(duty) and (duty.start, duty.end) != self.own_shift(duty)

    def _settled(self) -> tuple[list[Stint], list[Stint]]:
        """Assignments before the start, of the last five weeks or an average's, and locked ones after the end."""
        before, after = [], []
        back = timedelta(days=max(35, 7 * (self.rules.average_weeks or 0)))
        for row in self.site["assignments"].iter_rows(named=True):
            day = row["start"].astimezone(self.zone).date()
            end = row["end"] or self._own_end(row["post"], row["start"])
            one = Stint(row["person"], row["post"], 1, day, row["start"], end, planned=False, row=row["row"])
            if self.first - back <= day < self.first:
                before.append(one)
            elif day >= self.end and row["locked"]:
                after.append(one)
        return before, after

    def _own_end(self, post: str, start: datetime) -> datetime:
        if post in self.posts:
            day = start.astimezone(self.zone).date()
            for one in (day, day - ONE_DAY):
                for low, high in self.spans(self.posts[post], one):
                    if low == start:
                        return high
        return start + timedelta(hours=self.site.settings.force.shift_hours)

    def clock(self, day: date, minutes: int) -> datetime:
        """A time of day of the site as a moment."""
        wall = datetime.combine(day, time(0)) + timedelta(minutes=minutes)
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def is_night(self, one: Stint) -> bool:
        """Whether a shift covers more than half of the five hours after a midnight."""
        if (one.start, one.end) not in self._nights:
            dark, day = 0.0, one.day
            while self.clock(day, 0) < one.end:
                low, high = max(one.start, self.clock(day, 0)), min(one.end, self.clock(day, 300))
                dark += max((high - low).total_seconds(), 0)
                day += ONE_DAY
            self._nights[one.start, one.end] = dark > 2.5 * 3600
        return self._nights[one.start, one.end]

    def spans(self, post: Mapping[str, Any], day: date) -> list[tuple[datetime, datetime]]:
        """The shifts of a post on one of its days."""
        opens, closes = post["start"], post["end"]
        if closes <= opens:
            closes += 24 * 60
        step = round(60 * (post["hours_per_shift"] or self.site.settings.force.shift_hours))
        cuts = []
        while opens < closes:
            cuts.append((self.clock(day, opens), self.clock(day, min(opens + step, closes))))
            opens += step
        return cuts

    def asked(self) -> Iterator[tuple[Mapping[str, Any], datetime, datetime]]:
        """Every shift of every post that begins within the roster."""
        for post in self.posts.values():
            day = self.first - ONE_DAY
            while day < self.end:
                if _NAMES[day.weekday()] in post["days"]:
                    for low, high in self.spans(post, day):
                        if self.first <= low.astimezone(self.zone).date() < self.end:
                            yield post, low, high
                day += ONE_DAY

    def contract_minutes(self, person: str) -> float:
        """What the contract gives over the roster."""
        return self._contract_weeks(person) * 60 * float(self.people[person]["hours_per_week"] or 0)

    def overtime_minutes(self, person: str) -> float:
        """What the site allows beyond the contract over the roster: so many hours for each week of the contract."""
        return self._contract_weeks(person) * 60 * (self.rules.max_overtime_hours_per_week or 0)

    def _contract_weeks(self, person: str) -> float:
        """How many weeks of the contract lie in the roster, week by week from the Monday before its first day on."""
        monday = self.first - ONE_DAY * self.first.weekday()
        weeks = 0.0
        while monday < self.end:
            weeks += self._part_of_a_week(person, [monday + ONE_DAY * step for step in range(7)])
            monday += 7 * ONE_DAY
        return weeks

    def _part_of_a_week(self, person: str, week: Sequence[date]) -> float:
        """The part of a week's contract hours that lies within the roster.

        Each weekday on which the guard does not count, or is on leave, sick or in training, takes a fifth away. The
        rest is spread over the weekdays on which the guard is there; without any, over the weekend where they are.
        """
        fifths = 5
        for day in week[:5]:
            if not self.counts(person, day) or day in self.absent[person, "counted"]:
                fifths -= 1
        present = [day for day in week if self.is_there(person, day)]
        weekdays = [day for day in present if day.weekday() <= 4]
        over = weekdays if weekdays else present
        if not over:
            return 0.0
        return fifths / 5 * sum(1 for day in over if self.first <= day < self.end) / len(over)

    def counts(self, person: str, day: date) -> bool:
        """Whether a guard counts as one on a day."""
        begins, ends = self.people[person]["counts_from"], self.people[person]["counts_to"]
        return (begins is None or begins <= day) and (ends is None or day <= ends)

    def is_there(self, person: str, day: date) -> bool:
        """Whether a guard counts on a day, and is not absent."""
        away = self.absent[person, "counted"] | self.absent[person, "other"]
        return self.counts(person, day) and day not in away

    @cached_property
    def absent(self) -> Mapping[tuple[str, str], set[date]]:
        """Days of absence of each person, first and last day included: ``counted`` for hours of the contract, or not.

        ``other`` says only that somebody is not available.
        """
        found: dict[tuple[str, str], set[date]] = defaultdict(set)
        for row in self.site["absences"].iter_rows(named=True):
            day, last = (row[name].astimezone(self.zone).date() for name in ("start", "end"))
            what = "other" if row["kind"] == "other" else "counted"
            while day <= last:
                found[row["person"], what].add(day)
                day += ONE_DAY
        return found

    def runs(self, days: set[date]) -> list[tuple[date, int]]:
        """Runs of days in a row: first day and length."""
        found: list[tuple[date, int]] = []
        for day in sorted(days):
            if found and found[-1][0] + ONE_DAY * found[-1][1] == day:
                found[-1] = found[-1][0], found[-1][1] + 1
            else:
                found.append((day, 1))
        return found
