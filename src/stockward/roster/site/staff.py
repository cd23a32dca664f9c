"""Who can be rostered: the guards on the roll, the days on which they are there, and what they have worked."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from stockward.book import Site
from stockward.book.settings import WorkRules
from stockward.roster.engine.problem import SATURDAY
from stockward.roster.site.demand import WEEK_DAYS, DatedShift, Horizon, RosterPost, shift_of

WEEKDAYS_A_WEEK = SATURDAY
"""Monday to Friday."""
OTHER = "other"
"""The kind of absence that takes no hours of the contract."""
_HAIR = 1e-6
HISTORY_DAYS = 35
"""What was worked so long before the start can still matter: 28 days, and the week in which they begin."""


def history_days(rules: WorkRules) -> int:
    """So many days before the start can matter: those, or the reference period of an average where that is longer."""
    return max(HISTORY_DAYS, WEEK_DAYS * (rules.average_weeks or 0))


@dataclass(frozen=True, slots=True)
class RosterGuard:
    """One guard: a code, what they can do, and the days, those around the roster too, on which they are there."""

    code: str
    affiliation: str
    qualifications: frozenset[str]
    not_in_areas: frozenset[str]
    hours_per_week: float
    there: frozenset[date]
    contract_minutes: int
    """Minutes that the contract gives over the horizon (``contract_weeks``)."""
    taken_minutes: int
    """Minutes of the contract over the horizon that leave, sickness and training have taken."""
    other: frozenset[date]
    """Days of the horizon on which they are not available by an absence of kind ``other``."""
    overtime_minutes: int
    """Minutes beyond the contract that the site allows over the horizon."""
    averaged: frozenset[date]
    """Days, up to the end of the horizon, on which they count and are not on leave, sick or in training."""

    @property
    def most_minutes(self) -> int:
        """Minutes over the horizon that the guard may work: those of the contract, and overtime where there is any."""
        return self.contract_minutes + self.overtime_minutes

    def can_stand(self, post: RosterPost) -> bool:
        """Whether they hold what the post asks for, and may guard its area."""
        qualified = post.qualification is None or post.qualification in self.qualifications
        return qualified and post.area not in self.not_in_areas


@dataclass(frozen=True, slots=True)
class Worked:
    """An assignment: who stands where and when; ``row`` is its row in the table of the site."""

    guard: str
    post: str
    shift: DatedShift
    row: int


@dataclass(frozen=True, slots=True)
class RosterStaff:
    """The guards of a roster, and who was left out, by code and why."""

    guards: tuple[RosterGuard, ...]
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """Days on which a guard is absent, first and last day included.

    Those of leave, sickness or training take the hours that the contract has there; those of kind ``other`` say only
    that the guard is not available. A day of both is one of the former.
    """

    taking: frozenset[date] = frozenset()
    other: frozenset[date] = frozenset()


def read_staff(site: Site, roll: pl.DataFrame, horizon: Horizon) -> RosterStaff:
    """The guards who can be rostered.

    Parameters
    ----------
    site
        The facts: ``absences`` are taken from it.
    roll
        Rows of ``people`` that can stand at a post, with ``counts_from`` and ``counts_to`` (both days included).
    horizon
        The days of the roster.
    """
    rules = site.settings.work_rules
    back = history_days(rules)
    absences = absent_days(site, horizon, back)
    guards, left_out = [], []
    for row in roll.sort("person").iter_rows(named=True):
        code = row["person"]
        guard = _guard(row, absences.get(code, Absent()), horizon, rules)
        if row["hours_per_week"] is None:
            left_out.append((code, "no hours_per_week on record"))
        elif row["hours_per_week"] <= 0:
            left_out.append((code, "a contract of 0 hours a week"))
        elif not any(horizon.holds(day) for day in guard.there):
            left_out.append((code, "not there on any day of the roster"))
        else:
            guards.append(guard)
    return RosterStaff(tuple(guards), tuple(left_out))


def _guard(row: Mapping[str, Any], absent: Absent, horizon: Horizon, rules: WorkRules) -> RosterGuard:
    counting = _counting(row, horizon, WEEK_DAYS)
    minutes, weeks = 60 * (row["hours_per_week"] or 0), contract_weeks(counting, absent, horizon)
    taken = sum(1 for day in absent.taking & counting if horizon.holds(day) and day.weekday() < SATURDAY)
    return RosterGuard(
        code=row["person"],
        affiliation=row["affiliation"],
        qualifications=frozenset(row["qualifications"] or ()),
        not_in_areas=frozenset(row["not_in_areas"] or ()),
        hours_per_week=row["hours_per_week"] or 0,
        there=counting - absent.taking - absent.other,
        contract_minutes=int(minutes * weeks + _HAIR),
        taken_minutes=round(minutes * taken / WEEKDAYS_A_WEEK),
        other=frozenset(day for day in absent.other & counting if horizon.holds(day)),
        overtime_minutes=int(60 * (rules.max_overtime_hours_per_week or 0) * weeks + _HAIR),
        averaged=_counting(row, horizon, history_days(rules)) - absent.taking,
    )


def _counting(row: Mapping[str, Any], horizon: Horizon, back: int) -> frozenset[date]:
    """Days on which a guard counts, of all weeks that the roster touches, and of the days on which a shift may end."""
    first, last = row["counts_from"] or date.min, row["counts_to"] or date.max
    return frozenset(day for day in _days_around(horizon, back) if first <= day <= last)


def _days_around(horizon: Horizon, back: int) -> list[date]:
    return [horizon.date(day) for day in range(-back, horizon.days + WEEK_DAYS)]


def contract_weeks(counting: Set[date], absent: Absent, horizon: Horizon) -> float:
    """How many weeks of the contract lie in the roster, for a guard who counts on some days and is absent on others.

    The hours of a week, 1, lie on its Monday to Friday: a fifth on each. Those of a day on which the guard does not
    count, or which leave, sickness or training takes, are gone. All others lie evenly on the free days of Monday to
    Friday, and where ``other`` leaves none, on the free days of the weekend. What lies on days of the roster counts.
    """
    total = 0.0
    for week in range(horizon.week(horizon.days - 1) + 1):
        days = [horizon.date(day) for day in horizon.days_of_week(week)]
        left = sum(1 for day in days[:SATURDAY] if day in counting and day not in absent.taking)
        free = [day for day in days if day in counting and day not in absent.taking | absent.other]
        carrying = [day for day in free if day.weekday() < SATURDAY] or free
        here = sum(1 for day in carrying if horizon.holds(day))
        total += left / WEEKDAYS_A_WEEK * here / max(len(carrying), 1)
    return total


def absent_days(site: Site, horizon: Horizon, back: int) -> dict[str, Absent]:
    """The days of absence of each person from so many days before the roster to a week after it."""
    around = _days_around(horizon, back)
    low, high = around[0], around[-1]
    local = site["absences"].with_columns(
        pl.col(name).dt.convert_time_zone(horizon.timezone).dt.date() for name in ("start", "end")
    )
    found: dict[str, dict[bool, set[date]]] = {}
    for person, start, end, kind in local.select("person", "start", "end", "kind").iter_rows():
        first, last = max(start, low), min(end, high)
        days = (first + timedelta(days=step) for step in range((last - first).days + 1))
        found.setdefault(person, {True: set(), False: set()})[kind != OTHER].update(days)
    return {
        person: Absent(frozenset(days[True]), frozenset(days[False] - days[True])) for person, days in found.items()
    }


def read_assignments(site: Site, horizon: Horizon, posts: Mapping[str, RosterPost]) -> list[tuple[Worked, bool]]:
    """The assignments of the site from some weeks before the roster on, each with whether it is locked.

    One without ``end`` ends where the shift of its post does that begins then, else after the site's shift hours.
    """
    since = horizon.moment(-history_days(site.settings.work_rules), 0)
    rows = site["assignments"].filter(pl.col("start") >= since).sort("start", "person")
    shift_hours = site.settings.force.shift_hours
    found = []
    for row in rows.iter_rows(named=True):
        end = row["end"] or end_of_shift(row["start"], posts.get(row["post"]), horizon, shift_hours)
        shift = shift_of(horizon, row["start"], end)
        found.append((Worked(row["person"], row["post"], shift, row["row"]), bool(row["locked"])))
    return found


def end_of_shift(start: datetime, post: RosterPost | None, horizon: Horizon, shift_hours: float) -> datetime:
    """When a shift ends that begins at a moment: as the post has it, else after the site's shift hours."""
    day = horizon.day_of(start)
    if post is not None:
        for before in (day, day - 1):
            for begins, ends in zip(post.cuts, post.cuts[1:], strict=False):
                if horizon.moment(before, begins) == start:
                    return horizon.moment(before, ends)
    return start + timedelta(hours=shift_hours)
