"""Rules on spans of time and on patterns, held against the duties of a roster: each in the checker's own words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations

from stockward.book.rotations import rotation_cells
from stockward.roster.checker.facts import ONE_DAY, Checked, RuleBreach, Stint

_SEVEN = 7


def check_weekly_rest(checked: Checked) -> Iterator[RuleBreach]:
    """In any seven days with a planned shift lies a long rest, as long as the site states."""
    least = checked.rules.min_weekly_rest_hours
    for person, stints in checked.stints.items() if least is not None else ():
        day = max(checked.since, checked.first - 6 * ONE_DAY)
        while day < checked.end:
            longest = _longest_rest(stints, checked.clock(day, 0), checked.clock(day + _SEVEN * ONE_DAY, 0))
            if longest is not None and least is not None and longest < timedelta(hours=least, seconds=-1e-3):
                hours = longest.total_seconds() / 3600
                words = (
                    f"{person} has {hours:g} h of rest at a time in the seven days from {day} on, at least {least:g} h"
                )
                yield RuleBreach("weekly_rest", words, person, None, day)
            day += ONE_DAY


def _longest_rest(stints: Sequence[Stint], low: datetime, high: datetime) -> timedelta | None:
    """The longest time without a shift between two moments; ``None`` where no shift planned now lies there."""
    inside = sorted((one for one in stints if one.end > low and one.start < high), key=lambda one: one.start)
    if not any(one.planned for one in inside):
        return None
    free_from, longest = low, timedelta(0)
    for one in inside:
        longest = max(longest, one.start - free_from)
        free_from = max(free_from, one.end)
    return max(longest, high - free_from)


def check_average_hours(checked: Checked) -> Iterator[RuleBreach]:
    """Nobody works more on average than allowed; days of leave, sickness and training are left out."""
    most, weeks = checked.rules.max_average_hours_per_week, checked.rules.average_weeks
    if most is None or weeks is None:
        return
    for low, high in _periods(checked, weeks):
        for person, stints in checked.stints.items():
            mine = [one for one in stints if low <= one.day < high]
            days = [low + ONE_DAY * step for step in range((high - low).days)]
            there = sum(1 for day in days if _is_averaged(checked, person, day))
            minutes = sum(one.minutes for one in mine)
            if any(one.planned for one in mine) and minutes > int(60 * most + 1e-6) * there // _SEVEN:
                words = (
                    f"{person} works {minutes / 60:g} h from {low} to {high - ONE_DAY}, at most {most:g} h a week on "
                    f"average of the {there} days at work"
                )
                yield RuleBreach("average_hours", words, person, None, max(low, checked.first))


def _periods(checked: Checked, weeks: int) -> list[tuple[date, date]]:
    """Reference periods: each ends with a week of the roster; where less is known, all that is known is one."""
    length, end, found = timedelta(weeks=weeks), checked.end, []
    while end > checked.first:
        if end - length >= checked.since:
            found.append((end - length, end))
        end -= timedelta(weeks=1)
    return found or [(checked.since, checked.end)]


def _is_averaged(checked: Checked, person: str, day: date) -> bool:
    if person not in checked.people:
        return True
    return checked.counts(person, day) and day not in checked.absent[person, "counted"]


def check_rest_on_change(checked: Checked) -> Iterator[RuleBreach]:
    """Enough hours lie between a shift and a later one of another kind: night, begun before noon, or later."""
    hours = checked.rules.min_rest_hours_on_change
    for person, stints in checked.stints.items() if hours is not None else ():
        for one, following in combinations(stints, 2):
            between = (following.start - one.end).total_seconds() / 3600
            near = hours is not None and between < hours - 1e-9 and (one.planned or following.planned)
            if near and _kind(checked, one) != _kind(checked, following):
                words = (
                    f"{person} rests {max(between, 0):g} h before the shift of another kind on {following.day}, at "
                    f"least {hours:g} h"
                )
                yield RuleBreach("rest_on_change", words, person, following.post, following.day)


def _kind(checked: Checked, one: Stint) -> str:
    if checked.is_night(one):
        return "night"
    return "early" if one.start.astimezone(checked.zone).hour <= 11 else "late"


def check_longest_night(checked: Checked) -> Iterator[RuleBreach]:
    """No night shift is longer than allowed."""
    most = checked.rules.max_night_shift_hours
    for person, stints in checked.stints.items() if most is not None else ():
        for one in stints:
            if one.planned and most is not None and one.minutes > 60 * most + 1e-6 and checked.is_night(one):
                words = f"{person} works a night of {one.minutes / 60:g} h on {one.day}, at most {most:g} h"
                yield RuleBreach("longest_night", words, person, one.post, one.day)


def check_pattern(checked: Checked) -> Iterator[RuleBreach]:
    """Everybody works the pattern from some begin, that which fits best what is settled: no shift lies off it."""
    cells = rotation_cells(checked.rules.pattern or "") or ""
    for person, stints in checked.stints.items() if cells else ():
        off = [[one for one in stints if _is_off(checked, one, cells, begin)] for begin in range(len(cells))]
        fewest = min(map(_unplanned, off))
        planned = [[one for one in ones if one.planned] for ones in off if _unplanned(ones) == fewest]
        best = min(planned, key=len)
        if best:
            days = ", ".join(str(one.day) for one in best)
            words = f"{person} works off the pattern {checked.rules.pattern} on {days}, whenever it begins"
            yield RuleBreach("pattern", words, person, None, best[0].day)


def _unplanned(stints: Sequence[Stint]) -> int:
    return sum(not one.planned for one in stints)


def _is_off(checked: Checked, one: Stint, cells: str, begin: int) -> bool:
    letter = cells[((one.day - checked.first).days + begin) % len(cells)]
    return letter != "W" and letter != {"night": "N", "early": "E", "late": "L"}[_kind(checked, one)]
