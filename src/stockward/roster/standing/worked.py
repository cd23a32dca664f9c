"""Planned against worked hours: what a roster gave each guard, and what stands on record as worked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from stockward.answers.rostered.hours import GuardHours, HoursApart
from stockward.book import Site
from stockward.roster.site.demand import Horizon, RosterPost, read_posts, shift_of
from stockward.roster.site.staff import RosterStaff, Worked, end_of_shift, read_assignments
from stockward.roster.standing.duties import PlannedShifts, shifts_out_of_file
from stockward.terms.errors import UsageError

_HAIR = timedelta(seconds=1)


@dataclass
class WorkedShift:
    """A planned shift with what was worked of it; ``planned`` is ``None`` where it was not planned."""

    planned: Worked | None
    worked: list[Worked] = field(default_factory=list)

    @property
    def first(self) -> Worked:
        """What says whose it is and when."""
        return self.planned or self.worked[0]

    @property
    def planned_hours(self) -> float:
        """Hours by the roster."""
        return 0.0 if self.planned is None else self.planned.shift.minutes / 60

    @property
    def worked_hours(self) -> float:
        """Hours on record."""
        return sum(one.shift.minutes for one in self.worked) / 60


@dataclass(frozen=True)
class HoursOnRecord:
    """What was planned and what was worked on the days up to one, and what is planned after it.

    ``open`` are assignments up to that day that are not locked: nothing says that they were worked.
    """

    shifts: tuple[WorkedShift, ...]
    ahead: tuple[Worked, ...]
    open: int


def hours_on_record(site: Site, horizon: Horizon, until: date, planned: PlannedShifts | None) -> HoursOnRecord:
    """Planned and worked shifts of the days of a horizon.

    A locked assignment that begins up to the end of the day ``until`` was worked, from its start to its end. Planned is
    the roster out of a file; without one, each assignment that begins with a shift of its post, and as long as that is.
    What was worked belongs to the planned shift of that guard with which it has most time in common.

    Raises
    ------
    UsageError
        Where nothing was planned or worked on these days, or nothing is locked.
    """
    posts = {post.post: post for post in read_posts(site, {})}
    entered = [one for one in read_assignments(site, horizon, posts) if 0 <= one[0].shift.day < horizon.days]
    worked = [one for one, locked in entered if locked and horizon.date(one.shift.day) <= until]
    own = [one for one, _ in entered] if planned is None else shifts_out_of_file(site, planned, horizon, posts)
    plan = own if planned is not None else list(filter(None, (_as_planned(one, posts, horizon) for one in own)))
    _require_any(plan, worked, horizon, until)
    past = [one for one in plan if horizon.date(one.shift.day) <= until]
    return HoursOnRecord(
        shifts=tuple(_matched(past, worked)),
        ahead=tuple(one for one in plan if horizon.date(one.shift.day) > until),
        open=sum(not locked and horizon.date(one.shift.day) <= until for one, locked in entered),
    )


def _require_any(plan: Sequence[Worked], worked: Sequence[Worked], horizon: Horizon, until: date) -> None:
    days = f"{horizon.start} to {until}"
    if not worked:
        raise UsageError(
            f"no assignment from {days} is on record as worked: write locked = yes in assignments for each shift that "
            "was worked, with its end where it was longer or shorter than planned"
        )
    if not plan:
        raise UsageError(f"no roster is on record for {days}: name its file with --previous")


def _as_planned(one: Worked, posts: dict[str, RosterPost], horizon: Horizon) -> Worked | None:
    """An assignment as the shift of its post has it; ``None`` where the post has no shift that begins then."""
    post = posts.get(one.post)
    end = end_of_shift(one.shift.start, post, horizon, 0)
    if post is None or end == one.shift.start:
        return None
    return Worked(one.guard, one.post, shift_of(horizon, one.shift.start, end), one.row)


def _matched(planned: Iterable[Worked], worked: Iterable[Worked]) -> list[WorkedShift]:
    """The planned shifts with what was worked of them, then what was not planned; in order of time."""
    found = [WorkedShift(one) for one in planned]
    of: dict[str, list[WorkedShift]] = {}
    for shift in found:
        of.setdefault(shift.first.guard, []).append(shift)
    for one in worked:
        near = max(of.get(one.guard, ()), key=lambda shift: _in_common(shift.first, one), default=None)
        if near is None or _in_common(near.first, one) < _HAIR:
            found.append(WorkedShift(None, [one]))
        else:
            near.worked.append(one)
    return sorted(found, key=lambda shift: (shift.first.shift.start, shift.first.guard))


def _in_common(one: Worked, other: Worked) -> timedelta:
    latest: datetime = max(one.shift.start, other.shift.start)
    return min(one.shift.end, other.shift.end) - latest


def guard_hours(
    record: HoursOnRecord, staff: RosterStaff, affiliations: dict[str, str]
) -> tuple[GuardHours, ...]:  # fmt: skip
    """Planned and worked hours of each guard who is on the roster, or had or has a shift; by code."""
    contracts = {guard.code: guard.contract_minutes / 60 for guard in staff.guards}
    mine: dict[str, list[WorkedShift]] = {}
    for shift in record.shifts:
        mine.setdefault(shift.first.guard, []).append(shift)
    ahead: dict[str, float] = {}
    for one in record.ahead:
        ahead[one.guard] = ahead.get(one.guard, 0) + one.shift.minutes / 60
    return tuple(
        GuardHours(
            person=code,
            affiliation=affiliations.get(code, ""),
            planned_shifts=sum(shift.planned is not None for shift in mine.get(code, ())),
            planned=sum(shift.planned_hours for shift in mine.get(code, ())),
            worked_shifts=sum(bool(shift.worked) for shift in mine.get(code, ())),
            worked=sum(shift.worked_hours for shift in mine.get(code, ())),
            missed=sum(not shift.worked for shift in mine.get(code, ())),
            added=sum(shift.planned is None for shift in mine.get(code, ())),
            ahead=ahead.get(code, 0.0),
            contract=contracts.get(code),
        )
        for code in sorted(contracts.keys() | mine.keys() | ahead.keys())
    )


def shifts_apart(record: HoursOnRecord, horizon: Horizon) -> tuple[HoursApart, ...]:
    """The shifts that were not worked as long as planned, in order of time."""
    return tuple(
        HoursApart(
            person=shift.first.guard,
            day=horizon.date(shift.first.shift.day),
            post=shift.first.post,
            start=shift.first.shift.start,
            planned=shift.planned_hours,
            worked=shift.worked_hours,
        )
        for shift in record.shifts
        if shift.planned_hours != shift.worked_hours
    )
