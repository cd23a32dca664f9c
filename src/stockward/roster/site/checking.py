"""Re-measures a guards' roster from the facts alone: it shares no code with the model, the search or the settling.

It reads posts, people, absences, assignments and rules of the site once more, in its own words, and walks through the
duties as a reader of the rules would. Every roster that leaves has passed it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from stockward.answers.roster import Duty
from stockward.book import Site

_DAY = timedelta(days=1)
_NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WINDOW = 28


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that a roster breaks: which, in words, and whom, where and when it is about."""

    rule: str
    words: str
    person: str | None = None
    post: str | None = None
    day: date | None = None

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
    ) -> None:
        self.site, self.rules = site, site.settings.work_rules
        self.zone = ZoneInfo(site.timezone)
        self.first, self.end = start, start + timedelta(weeks=weeks)
        self.complete, self.open_places = complete, open_places or {}
        self.numbers = numbers
        self.posts: dict[str, dict[str, Any]] = {row["post"]: row for row in site["posts"].iter_rows(named=True)}
        self.people: dict[str, dict[str, Any]] = {row["person"]: row for row in roll.iter_rows(named=True)}
        self.duties = duties
        self.before, self.after = self._settled()
        self.since = min((stint.day for stint in self._all_before), default=start)
        self.stints: dict[str, list[Stint]] = defaultdict(list)
        for duty in duties:
            day = duty.start.astimezone(self.zone).date()
            one = Stint(duty.person, duty.post, duty.number, day, duty.start, duty.end, planned=True)
            self.stints[duty.person].append(one)
        for one in (*self.before, *self.after):
            self.stints[one.person].append(one)
        for ones in self.stints.values():
            ones.sort(key=lambda one: one.start)

    def _settled(self) -> tuple[list[Stint], list[Stint]]:
        """Assignments before the start, of the last five weeks, and locked ones after the end."""
        before, after = [], []
        for row in self.site["assignments"].iter_rows(named=True):
            day = row["start"].astimezone(self.zone).date()
            end = row["end"] or self._own_end(row["post"], row["start"])
            one = Stint(row["person"], row["post"], 1, day, row["start"], end, planned=False, row=row["row"])
            if self.first - timedelta(days=35) <= day < self.first:
                before.append(one)
            elif day >= self.end and row["locked"]:
                after.append(one)
        self._all_before = before
        return before, after

    def _own_end(self, post: str, start: datetime) -> datetime:
        if post in self.posts:
            day = start.astimezone(self.zone).date()
            for one in (day, day - _DAY):
                for low, high in self.spans(self.posts[post], one):
                    if low == start:
                        return high
        return start + timedelta(hours=self.site.settings.force.shift_hours)

    def clock(self, day: date, minutes: int) -> datetime:
        """A time of day of the site as a moment."""
        wall = datetime.combine(day, time(0)) + timedelta(minutes=minutes)
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

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
            day = self.first - _DAY
            while day < self.end:
                if _NAMES[day.weekday()] in post["days"]:
                    for low, high in self.spans(post, day):
                        if self.first <= low.astimezone(self.zone).date() < self.end:
                            yield post, low, high
                day += _DAY

    def contract_minutes(self, person: str) -> float:
        """What the contract gives over the roster, week by week from the Monday before its first day on."""
        monday = self.first - _DAY * self.first.weekday()
        weeks = 0.0
        while monday < self.end:
            weeks += self._part_of_a_week(person, [monday + _DAY * step for step in range(7)])
            monday += 7 * _DAY
        return weeks * 60 * float(self.people[person]["hours_per_week"] or 0)

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

    @property
    def absent(self) -> Mapping[tuple[str, str], set[date]]:
        """Days of absence of each person, first and last day included: ``counted`` for hours of the contract, or not.

        ``other`` says only that somebody is not available.
        """
        if not hasattr(self, "_absent"):
            self._absent: dict[tuple[str, str], set[date]] = defaultdict(set)
            for row in self.site["absences"].iter_rows(named=True):
                day, last = (row[name].astimezone(self.zone).date() for name in ("start", "end"))
                what = "other" if row["kind"] == "other" else "counted"
                while day <= last:
                    self._absent[row["person"], what].add(day)
                    day += _DAY
        return self._absent

    def runs(self, days: set[date]) -> list[tuple[date, int]]:
        """Runs of days in a row: first day and length."""
        found: list[tuple[date, int]] = []
        for day in sorted(days):
            if found and found[-1][0] + _DAY * found[-1][1] == day:
                found[-1] = found[-1][0], found[-1][1] + 1
            else:
                found.append((day, 1))
        return found


def check_roster(checked: Checked) -> tuple[Breach, ...]:
    """Every rule that a roster breaks, in the order of the rules."""
    return tuple(breach for rule in CHECKS for breach in rule(checked))


def known(checked: Checked) -> Iterator[Breach]:
    """Everybody is a guard who can stand at a post, and every duty is a shift of its post."""
    shifts = {(post["post"], low, high) for post, low, high in checked.asked()}
    for duty in checked.duties:
        if duty.person not in checked.people:
            yield Breach(
                "known", f"{duty.person} is no guard who can stand at a post", duty.person, duty.post, duty.day
            )
        elif (duty.post, duty.start, duty.end) not in shifts:
            yield Breach("known", f"{duty.post} has no such shift on {duty.day}", duty.person, duty.post, duty.day)


def staffing(checked: Checked) -> Iterator[Breach]:
    """As many stand at each of the posts in each shift as it asks for."""
    there = Counter((duty.post, duty.number, duty.start) for duty in checked.duties)
    there_at_all = Counter((duty.post, duty.start) for duty in checked.duties)
    for post, low, _ in checked.asked():
        name, guards = post["post"], int(post["guards"])
        number = checked.numbers.get(name, 1)
        day = low.astimezone(checked.zone).date()
        wanted = guards * number - checked.open_places.get((name, low), 0)
        stand = there_at_all[name, low]
        if stand > wanted or (checked.complete and stand < wanted):
            yield Breach("staffing", f"{stand} stand at {name} on {day} in place of {wanted}", None, name, day)
        for copy in range(1, number + 1):
            if there[name, copy, low] > guards:
                yield Breach("staffing", f"{there[name, copy, low]} stand at {name} ({copy}) on {day}", None, name, day)
    for name, copy, start in there:
        if not 1 <= copy <= checked.numbers.get(name, 1):
            day = start.astimezone(checked.zone).date()
            yield Breach("staffing", f"there is no {name} ({copy})", None, name, day)


def qualification(checked: Checked) -> Iterator[Breach]:
    """Whoever stands at a post holds what it asks for."""
    for duty in checked.duties:
        wanted = checked.posts.get(duty.post, {}).get("qualification")
        held = checked.people.get(duty.person, {}).get("qualifications") or []
        if wanted is not None and wanted not in held:
            words = f"{duty.person} does not hold {wanted}, which {duty.post} asks for"
            yield Breach("qualification", words, duty.person, duty.post, duty.day)


def areas(checked: Checked) -> Iterator[Breach]:
    """Nobody stands in an area that they must not guard."""
    for duty in checked.duties:
        area = checked.posts.get(duty.post, {}).get("area")
        if area is not None and area in (checked.people.get(duty.person, {}).get("not_in_areas") or []):
            words = f"{duty.person} must not guard {area}, where {duty.post} is"
            yield Breach("areas", words, duty.person, duty.post, duty.day)


def there(checked: Checked) -> Iterator[Breach]:
    """Nobody has a duty that takes place on a day on which they are absent, or do not count."""
    for duty in checked.duties:
        if duty.person in checked.people:
            day, last = (
                moment.astimezone(checked.zone).date() for moment in (duty.start, duty.end - timedelta(seconds=1))
            )
            while day <= last:
                if not checked.is_there(duty.person, day):
                    words = f"{duty.person} is not there on {day}"
                    yield Breach("there", words, duty.person, duty.post, duty.day)
                    break
                day += _DAY


def mixed(checked: Checked) -> Iterator[Breach]:
    """More than one affiliation stands at a post that asks for it, as soon as all its places are filled."""
    there_: dict[tuple[str, int, datetime], list[Duty]] = defaultdict(list)
    for duty in checked.duties:
        there_[duty.post, duty.number, duty.start].append(duty)
    for (name, _, start), duties in there_.items():
        post = checked.posts.get(name, {})
        affiliations = {checked.people[duty.person]["affiliation"] for duty in duties if duty.person in checked.people}
        if post.get("mixed") and len(duties) >= int(post["guards"]) and len(affiliations) < 2:
            day = start.astimezone(checked.zone).date()
            yield Breach("mixed", f"one affiliation alone stands at {name} on {day}", None, name, day)


def one_shift_a_day(checked: Checked) -> Iterator[Breach]:
    """Nobody begins two shifts on a day."""
    for person, stints in checked.stints.items():
        for day, number in Counter(one.day for one in stints).items():
            if number > 1 and any(one.planned and one.day == day for one in stints):
                yield Breach("one_shift_a_day", f"{person} begins {number} shifts on {day}", person, None, day)


def rest(checked: Checked) -> Iterator[Breach]:
    """Enough hours lie between the end of a shift and the start of the next."""
    hours = checked.rules.min_rest_hours or 0
    for person, stints in checked.stints.items():
        for one, following in combinations(stints, 2):
            between = (following.start - one.end).total_seconds() / 3600
            if between < hours - 1e-9 and (one.planned or following.planned):
                words = (
                    f"{person} rests {max(between, 0):g} h before the shift of {following.day}, at least {hours:g} h"
                )
                yield Breach("rest", words, person, following.post, following.day)


def hours_a_week(checked: Checked) -> Iterator[Breach]:
    """Nobody works more than the hours of a week, Monday to Sunday."""
    most = checked.rules.max_hours_per_week
    for person, stints in checked.stints.items() if most is not None else ():
        weeks: dict[date, list[Stint]] = defaultdict(list)
        for one in stints:
            weeks[one.day - _DAY * one.day.weekday()].append(one)
        for monday, ones in weeks.items():
            hours = sum(one.minutes for one in ones) / 60
            if any(one.planned for one in ones) and most is not None and hours > most + 1e-9:
                words = f"{person} works {hours:g} h in the week of {monday}, at most {most:g} h"
                yield Breach("hours_a_week", words, person, None, monday)


def contract_hours(checked: Checked) -> Iterator[Breach]:
    """Nobody works more than the contract gives."""
    minutes: dict[str, float] = defaultdict(float)
    for duty in checked.duties:
        minutes[duty.person] += (duty.end - duty.start).total_seconds() / 60
    for person, total in minutes.items():
        if person in checked.people:
            most = checked.contract_minutes(person)
            if total > most + 1e-6:
                words = f"{person} works {total / 60:g} h in these weeks, the contract gives {most / 60:g} h"
                yield Breach("contract_hours", words, person)


def longest_run(checked: Checked) -> Iterator[Breach]:
    """Nobody works more days in a row than allowed."""
    most = checked.rules.max_consecutive_shifts
    yield from _too_long(checked, "longest_run", "days", most, lambda one: True)


def nights_in_a_row(checked: Checked) -> Iterator[Breach]:
    """Nobody works more nights in a row than allowed."""
    most = checked.rules.max_consecutive_nights
    yield from _too_long(checked, "nights_in_a_row", "nights", most, lambda one: is_night(checked, one))


def _too_long(checked: Checked, rule: str, what: str, most: int | None, counts: Any) -> Iterator[Breach]:
    if most is None:
        return
    for person, stints in checked.stints.items():
        planned = {one.day for one in stints if one.planned and counts(one)}
        for first, length in checked.runs({one.day for one in stints if counts(one)}):
            days = [first + _DAY * step for step in range(length)]
            beyond = any(day in planned for day in days[most:])
            into_locked = any(day in planned for day in days) and days[-1] >= checked.end
            if length > most and (beyond or into_locked):
                words = f"{person} works {length} {what} in a row from {first} on, at most {most}"
                yield Breach(rule, words, person, None, first)


def is_night(checked: Checked, one: Stint) -> bool:
    """Whether a shift covers more than half of the five hours after a midnight."""
    dark, day = 0.0, one.day
    while checked.clock(day, 0) < one.end:
        low, high = max(one.start, checked.clock(day, 0)), min(one.end, checked.clock(day, 300))
        dark += max((high - low).total_seconds(), 0)
        day += _DAY
    return dark > 2.5 * 3600


def shortest_run(checked: Checked) -> Iterator[Breach]:
    """Runs of work are long enough; those that touch the first day that is known or the last of the roster are."""
    least = checked.rules.min_consecutive_shifts or 1
    for person, stints in checked.stints.items() if checked.complete else ():
        for first, length in checked.runs({one.day for one in stints}):
            last = first + _DAY * (length - 1)
            inside = first > checked.since and checked.first - _DAY <= last < checked.end - _DAY
            if inside and length < least and last + _DAY >= checked.first:
                words = f"{person} works {length} days in a row from {first} on, at least {least}"
                yield Breach("shortest_run", words, person, None, first)


def days_off(checked: Checked) -> Iterator[Breach]:
    """Runs of days off are long enough; those that touch the first day that is known or the last of the roster are."""
    least = checked.rules.min_consecutive_days_off or 1
    for person, stints in checked.stints.items() if checked.complete else ():
        worked = sorted({one.day for one in stints})
        for one, following in pairwise(worked):
            length = (following - one).days - 1
            if 0 < length < least and checked.first <= following < checked.end:
                words = f"{person} has {length} days off from {one + _DAY} on, at least {least}"
                yield Breach("days_off", words, person, None, one + _DAY)


def weekends(checked: Checked) -> Iterator[Breach]:
    """Nobody works on more weekends of any 28 days than allowed."""
    most = checked.rules.max_weekends
    for person, stints in checked.stints.items() if most is not None else ():
        worked: dict[date, bool] = {}
        for one in stints:
            if one.day.weekday() >= 5:
                saturday = one.day - _DAY * (one.day.weekday() - 5)
                worked[saturday] = worked.get(saturday, False) or one.planned
        for saturday in worked:
            window = [day for day in worked if saturday <= day < saturday + _DAY * _WINDOW]
            # Weekends worked before count, but only those planned now can be too many.
            past = sum(1 for day in window if not worked[day])
            allowed = max(most or 0, past)
            if len(window) > allowed and any(worked[day] for day in window):
                words = f"{person} works on {len(window)} weekends in the 28 days from {saturday} on, at most {most}"
                yield Breach("weekends", words, person, None, saturday)


def pairs(checked: Checked) -> Iterator[Breach]:
    """No two guards stand at one post together more often in any 28 days than allowed."""
    most = checked.rules.max_same_pair
    if most is None:
        return
    there_: dict[tuple[str, int, datetime], list[Stint]] = defaultdict(list)
    for stints in checked.stints.values():
        for one in stints:
            there_[one.post, one.number if one.planned else 0, one.start].append(one)
    met: dict[tuple[str, str], list[tuple[date, bool]]] = defaultdict(list)
    for together in there_.values():
        for one, other in combinations(sorted(together, key=lambda stint: stint.person), 2):
            met[one.person, other.person].append((one.day, one.planned))
    for (person, partner), days in met.items():
        for day, _ in days:
            window = [entry for entry in days if day <= entry[0] < day + _DAY * _WINDOW]
            past = sum(1 for entry in window if not entry[1])
            if len(window) > max(most, past):
                words = f"{person} and {partner} meet {len(window)} times in 28 days from {day} on, at most {most}"
                yield Breach("pairs", words, person, None, day)
                break


def locked(checked: Checked) -> Iterator[Breach]:
    """Every locked assignment of the days of the roster is kept."""
    standing = {(duty.person, duty.post, duty.start) for duty in checked.duties}
    for row in checked.site["assignments"].iter_rows(named=True):
        day = row["start"].astimezone(checked.zone).date()
        of_the_roster = row["locked"] and checked.first <= day < checked.end and checked.complete
        if of_the_roster and (row["person"], row["post"], row["start"]) not in standing:
            words = f"{row['person']} is not at {row['post']} on {day}, which is locked"
            yield Breach("locked", words, row["person"], row["post"], day)


CHECKS = (
    known, staffing, qualification, areas, there, mixed, one_shift_a_day, rest, hours_a_week, contract_hours,
    longest_run, nights_in_a_row, shortest_run, days_off, weekends, pairs, locked,
)  # fmt: skip
"""Every rule that a roster is held against."""
