"""A roster as people look at it: letter codes, people by days, posts by shifts, guards beside their fair shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from stockward.answers.roster import Duty, RosterAnswer
from stockward.answers.rostered.sheet import DutySheet, post_called
from stockward.report.kit import words

OFF_DUTY = ""
WEEKDAY_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_NOON = 12 * 60
_LONG_HOURS = 10.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A letter code: N for nights, E early, L late, D by day of more than ten hours; ``tone`` is its colour."""

    code: str
    tone: str
    times: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHead:
    """The head of a day's column."""

    day: date
    weekday: str
    number: str
    weekend: bool


def days(answer: RosterAnswer | DutySheet) -> tuple[DayHead, ...]:
    """The days of the roster."""
    found = (answer.start + timedelta(days=step) for step in range(7 * answer.weeks))
    return tuple(
        DayHead(day=day, weekday=WEEKDAY_NAMES[day.weekday()], number=str(day.day), weekend=day.weekday() >= 5)
        for day in found
    )


def clock_words(moment: datetime, zone: ZoneInfo) -> str:
    """The time of day of a moment at the site."""
    return moment.astimezone(zone).strftime("%H:%M")


def times(duty: Duty, zone: ZoneInfo) -> str:
    """From when to when by the clock of the site."""
    end = clock_words(duty.end, zone)
    return f"{clock_words(duty.start, zone)}–{'24:00' if end == '00:00' else end}"


def codes(answer: RosterAnswer | DutySheet) -> dict[str, Code]:
    """The letter code of each time of day at which anybody works, numbered where several share a letter."""
    zone = ZoneInfo(answer.timezone)
    letters: dict[str, str] = {}
    for duty in sorted(answer.duties, key=lambda one: clock_words(one.start, zone) + clock_words(one.end, zone)):
        letters.setdefault(times(duty, zone), _letter(duty, zone))
    number: dict[str, int] = {}
    several = {letter for letter in letters.values() if list(letters.values()).count(letter) > 1}
    found = {}
    for when, letter in letters.items():
        number[letter] = number.get(letter, 0) + 1
        code = f"{letter}{number[letter]}" if letter in several else letter
        found[when] = Code(code=code, tone=letter, times=when)
    return found


def _letter(duty: Duty, zone: ZoneInfo) -> str:
    local = duty.start.astimezone(zone)
    if duty.night:
        return "N"
    if duty.hours > _LONG_HOURS:
        return "D"
    return "E" if 60 * local.hour + local.minute < _NOON else "L"


def by_person(answer: RosterAnswer) -> dict[str, dict[date, Duty]]:
    """The shifts of each guard by day, guards in order, those without any too."""
    found: dict[str, dict[date, Duty]] = {one.person: {} for one in answer.guards}
    for duty in answer.duties:
        found[duty.person][duty.day] = duty
    return found


def by_post(answer: RosterAnswer) -> dict[tuple[str, int], dict[str, dict[date, list[Duty]]]]:
    """Who stands at each of the posts, by time of day and day."""
    zone = ZoneInfo(answer.timezone)
    found: dict[tuple[str, int], dict[str, dict[date, list[Duty]]]] = {}
    order = {post.post: place for place, post in enumerate(answer.posts)}
    for duty in sorted(answer.duties, key=lambda one: (order[one.post], one.number, clock_words(one.start, zone))):
        shifts = found.setdefault((duty.post, duty.number), {})
        shifts.setdefault(times(duty, zone), {}).setdefault(duty.day, []).append(duty)
    return found


def post_name(answer: RosterAnswer, post: str, number: int) -> str:
    """The name of a post as people say it, with its number where there are several such posts."""
    said = next(one for one in answer.posts if one.post == post)
    return post_called(post, said.name, number, several=said.posts > 1)


def weeks(heads: Sequence[DayHead]) -> list[Sequence[DayHead]]:
    """The days in weeks from Monday to Sunday."""
    cuts = [0, *(place for place, head in enumerate(heads) if place and head.day.weekday() == 0), len(heads)]
    return [heads[low:high] for low, high in pairwise(cuts)]


def difference(value: float, fair: float) -> str:
    """How far a figure is from its fair share."""
    return words.number(value - fair, 1, signed=True)
