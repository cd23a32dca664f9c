"""Who can be rostered: the guards on the roll, the days on which they are there, and what they have worked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from stockward.facts import Site
from stockward.roster.guards_demand import Horizon, Post, Shift, shift_of

HISTORY_DAYS = 35
"""What was worked so long before the start can still matter: 28 days, and the week in which they begin."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard: a code, what they can do, and the days (from day −1 of the roster on) on which they are there."""

    code: str
    affiliation: str
    qualifications: frozenset[str]
    not_in_areas: frozenset[str]
    hours_per_week: float
    there: frozenset[date]
    contract_minutes: int
    """Minutes over the horizon: contract hours ÷ 5 for each Monday to Friday on which they are there."""

    def can_stand(self, post: Post) -> bool:
        """Whether they hold what the post asks for, and may guard its area."""
        qualified = post.qualification is None or post.qualification in self.qualifications
        return qualified and post.area not in self.not_in_areas


@dataclass(frozen=True, slots=True)
class Worked:
    """An assignment: who stands where and when; ``row`` is its row in the table of the site."""

    guard: str
    post: str
    shift: Shift
    row: int


@dataclass(frozen=True, slots=True)
class Staff:
    """The guards of a roster, and who was left out, by code and why."""

    guards: tuple[Guard, ...]
    left_out: tuple[tuple[str, str], ...]


def read_staff(site: Site, roll: pl.DataFrame, horizon: Horizon) -> Staff:
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
    absent = absent_days(site, horizon)
    guards, left_out = [], []
    for row in roll.sort("person").iter_rows(named=True):
        code = row["person"]
        there = _there(row, horizon) - absent.get(code, frozenset())
        if row["hours_per_week"] is None:
            left_out.append((code, "no hours_per_week on record"))
        elif row["hours_per_week"] <= 0:
            left_out.append((code, "a contract of 0 hours a week"))
        elif not any(horizon.start <= day < horizon.date(horizon.days) for day in there):
            left_out.append((code, "not there on any day of the roster"))
        else:
            guards.append(_guard(row, there, horizon))
    return Staff(tuple(guards), tuple(left_out))


def _there(row: Mapping[str, Any], horizon: Horizon) -> frozenset[date]:
    """Days on which a guard counts, a day before and some days after the roster included."""
    first, last = row["counts_from"] or date.min, row["counts_to"] or date.max
    days = (horizon.date(day) for day in range(-1, horizon.days + 3))
    return frozenset(day for day in days if first <= day <= last)


def _guard(row: Mapping[str, Any], there: frozenset[date], horizon: Horizon) -> Guard:
    end = horizon.date(horizon.days)
    weekdays = sum(1 for day in there if horizon.start <= day < end and day.weekday() < 5)
    return Guard(
        code=row["person"],
        affiliation=row["affiliation"],
        qualifications=frozenset(row["qualifications"] or ()),
        not_in_areas=frozenset(row["not_in_areas"] or ()),
        hours_per_week=row["hours_per_week"],
        there=there,
        contract_minutes=int(60 * row["hours_per_week"] * weekdays / 5 + 1e-6),
    )


def absent_days(site: Site, horizon: Horizon) -> dict[str, frozenset[date]]:
    """The days of absence of each person around the horizon, first and last day included."""
    low, high = horizon.date(-2), horizon.date(horizon.days + 3)
    local = site["absences"].with_columns(
        pl.col(name).dt.convert_time_zone(horizon.timezone).dt.date() for name in ("start", "end")
    )
    found: dict[str, set[date]] = {}
    for person, start, end in local.select("person", "start", "end").iter_rows():
        first, last = max(start, low), min(end, high)
        days = (first + timedelta(days=step) for step in range((last - first).days + 1))
        found.setdefault(person, set()).update(days)
    return {person: frozenset(days) for person, days in found.items()}


def read_assignments(site: Site, horizon: Horizon, posts: Mapping[str, Post]) -> list[tuple[Worked, bool]]:
    """The assignments of the site from some weeks before the roster on, each with whether it is locked.

    One without ``end`` ends where the shift of its post does that begins then, else after the site's shift hours.
    """
    since = horizon.moment(-HISTORY_DAYS, 0)
    rows = site["assignments"].filter(pl.col("start") >= since).sort("start", "person")
    shift_hours = site.settings.force.shift_hours
    found = []
    for row in rows.iter_rows(named=True):
        end = row["end"] or _end(row["start"], posts.get(row["post"]), horizon, shift_hours)
        shift = shift_of(horizon, row["start"], end)
        found.append((Worked(row["person"], row["post"], shift, row["row"]), bool(row["locked"])))
    return found


def _end(start: datetime, post: Post | None, horizon: Horizon, shift_hours: float) -> datetime:
    day = horizon.day_of(start)
    if post is not None:
        for before in (day, day - 1):
            for begins, ends in zip(post.cuts, post.cuts[1:], strict=False):
                if horizon.moment(before, begins) == start:
                    return horizon.moment(before, ends)
    return start + timedelta(hours=shift_hours)
