"""Site and a roster in force → who can stand in, or what a swap does: the one place that knows the order of steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from stockward.answers.roster import Duty
from stockward.answers.rostered.changes import ReplacementAnswer, SwapAnswer, SwapSide
from stockward.answers.rostered.sheet import DutySheet, post_called
from stockward.book import Site
from stockward.book.known import known_at
from stockward.book.problems import did_you_mean
from stockward.guards.roll import on_posts, roll
from stockward.roster.rules.stated import require_stated, stated_rules, told_of_rules
from stockward.roster.site.demand import MOST_WEEKS, TABLES, Horizon, rows_not_known
from stockward.roster.standing.duties import PlannedShifts, StandingRoster, days_in_force, read_standing
from stockward.roster.standing.judging import breaks_of
from stockward.roster.standing.loads import GuardLoads, hours_in
from stockward.roster.standing.standing_in import shift_to_fill
from stockward.terms.errors import UsageError
from stockward.version import VERSION

STAND_INS = 5
"""How many guards who can stand in are named for a shift."""
WEEKS = 4
"""Weeks of a roster of which nobody says how long it is."""
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """What is asked of a roster in force.

    ``planned`` is a roster out of a file; without one the assignments of the site are the roster. ``start`` and
    ``weeks`` are the days by which contracts and fair shares are judged; those of the roster without them.
    ``generated`` is printed on the answer; ``told`` is what is to be told of the file.
    """

    generated: datetime
    planned: PlannedShifts | None = None
    start: date | None = None
    weeks: int | None = None
    told: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of_file(
        cls,
        file: str | None,
        found: tuple[PlannedShifts | None, tuple[str, ...]],
        *,
        generated: datetime,
        start: date | None,
        weeks: int,
        options: Mapping[str, object],
    ) -> ChangeRequest:
        """With what was found in the file of a roster, and what is told of it; ``weeks`` count from ``start`` alone."""
        planned, told = found
        days = {"start": None, "weeks": None} if start is None else {"start": str(start), "weeks": weeks}
        return cls(
            generated=generated, planned=planned, start=start, weeks=None if start is None else weeks, told=told,
            options={**options, "previous": file, **days},
        )  # fmt: skip


def who_can_stand_in(
    site: Site, person: str, day: date, asked: ChangeRequest, *, most: int = STAND_INS
) -> ReplacementAnswer:
    """Who can stand in for a guard in the shifts that begin on a day.

    Raises
    ------
    UsageError
        For a guard or a day that the roster does not know, rules that must be stated and are not, and posts that cannot
        be cut into shifts.
    """
    standing = _standing(site, (day,), asked)
    shifts = _shifts_of(standing, person, day)
    loads = GuardLoads(standing)
    horizon = standing.horizon
    return ReplacementAnswer(
        site=site.name, timezone=site.timezone, version=VERSION, at=asked.generated,
        options=MappingProxyType(dict(asked.options)), start=horizon.start, weeks=horizon.weeks,
        rules=stated_rules(site.settings.work_rules), person=person, day=day,
        shifts=tuple(shift_to_fill(standing, loads, left, most) for left in shifts),
        notes=_notes(site, standing, shifts, asked), set_aside=rows_set_aside(site),
    )  # fmt: skip


def what_a_swap_does(
    site: Site, one: tuple[str, date], other: tuple[str, date], asked: ChangeRequest
) -> SwapAnswer:  # fmt: skip
    """What it breaks and costs where two guards swap the shifts that begin on a day of each.

    Raises ``UsageError`` as ``who_can_stand_in`` does, and for guards who are one, or have several shifts on a day.
    """
    if one[0] == other[0]:
        raise UsageError(f"{one[0]} cannot swap with {other[0]}: name two guards, each with the day of the shift given")
    standing = _standing(site, (one[1], other[1]), asked)
    first, second = (_only_shift(standing, *of) for of in (one, other))
    loads = GuardLoads(standing)
    for person, _ in (one, other):
        if person not in loads.number_of:
            why = dict(standing.problem.left_out).get(person, "no guard who can stand at a post on those days")
            raise UsageError(
                f"{person} cannot take a shift ({why}): correct people and absences, or name another guard"
            )
    swapped = tuple(_after(duty, first, second) for duty in standing.duties)
    return SwapAnswer(
        site=site.name, timezone=site.timezone, version=VERSION, at=asked.generated,
        options=MappingProxyType(dict(asked.options)), start=standing.horizon.start, weeks=standing.horizon.weeks,
        rules=stated_rules(site.settings.work_rules),
        sides=(_side(loads, first, second, swapped), _side(loads, second, first, swapped)),
        breaks=breaks_of(standing, swapped, (one[0], other[0])), duties=swapped,
        notes=_notes(site, standing, (first, second), asked), set_aside=rows_set_aside(site),
    )  # fmt: skip


def sheet_in_force(site: Site, asked: ChangeRequest) -> DutySheet:
    """The roster in force out of a file, as it hangs in the guardroom; raises ``UsageError`` as the others do."""
    days = sorted(start.astimezone(ZoneInfo(site.timezone)).date() for _, start in asked.planned or ())
    standing = _standing(site, days[:1], asked)
    names = dict(site["posts"].select("post", "name").iter_rows())
    places = sorted(
        {(duty.post, duty.number) for duty in standing.duties},
        key=lambda one: (list(names).index(one[0]) if one[0] in names else len(names), one),
    )
    return DutySheet(
        site=site.name, timezone=site.timezone, start=standing.horizon.start, weeks=standing.horizon.weeks,
        duties=standing.duties,
        posts={
            (post, number): post_called(post, names.get(post), number, several=standing.numbers.get(post, 1) > 1)
            for post, number in places
        },
    )  # fmt: skip


def guard_and_day(text: str) -> tuple[str, date]:
    """Read a guard and a day, written as ``G-07:2026-07-09``; raises ``UsageError`` for anything else."""
    person, colon, day = text.rpartition(":")
    try:
        if colon and person.strip() and len(day) == len("2026-07-09"):
            return person.strip(), date.fromisoformat(day)
    except ValueError:
        pass
    raise UsageError(f"swap {text}: this names no guard and day: write it as G-07:2026-07-09")


def _standing(site: Site, days: Sequence[date], asked: ChangeRequest) -> StandingRoster:
    """The roster in force around some days."""
    require_stated(site.settings.work_rules)
    if not site["posts"].height:
        raise UsageError("the site has no posts: fill in the table posts")
    start, weeks = days_asked(site, days, asked)
    if not 1 <= weeks <= MOST_WEEKS:
        raise UsageError(
            f"a roster is for 1 to {MOST_WEEKS} weeks, not {weeks}: name its days with --start and --weeks"
        )
    if not date(1970, 1, 1) <= start <= date(9000, 1, 1):
        raise UsageError(f"{start} is no day to start a roster on: write a date such as 2026-07-06")
    horizon = Horizon(start, weeks, site.timezone)
    for day in days:
        if not horizon.holds(day):
            last = horizon.date(horizon.days - 1)
            raise UsageError(
                f"{day} is no day of the roster from {start} to {last}: name a day of it, or its days with --start and "
                "--weeks"
            )
    return read_standing(site, on_posts(roll(known_at(site, None))), horizon, asked.planned)


def days_asked(site: Site, days: Sequence[date], asked: ChangeRequest) -> tuple[date, int]:
    """The first day of the roster, and its weeks: as asked, else as what is in force around some days has them."""
    if asked.start is not None:
        return asked.start, WEEKS if asked.weeks is None else asked.weeks
    return days_in_force(asked.planned, site, days)


def _shifts_of(standing: StandingRoster, person: str, day: date) -> tuple[Duty, ...]:
    """The shifts of a guard that begin on a day; raises ``UsageError`` where there is none."""
    if shifts := standing.of(person, day):
        return shifts
    mine = sorted({duty.day for duty in standing.duties if duty.person == person}, key=lambda one: abs(one - day))
    if mine:
        near = ", ".join(str(one) for one in sorted(mine[:_MOST_NAMED]))
        raise UsageError(
            f"{person} has no shift that begins on {day}: name a day on which one begins, near it on {near}"
        )
    known = sorted({duty.person for duty in standing.duties})
    guess = did_you_mean(person, known)
    raise UsageError(
        f"{person} has no shift in this roster: "
        + (f"did you mean {guess}?" if guess else f"name a guard of it, such as {', '.join(known[:2])}")
    )


def _only_shift(standing: StandingRoster, person: str, day: date) -> Duty:
    """The one shift of a guard that begins on a day."""
    first, *more = _shifts_of(standing, person, day)
    if more:
        raise UsageError(f"{person} has {1 + len(more)} shifts that begin on {day}: correct the roster first")
    return first


def _after(duty: Duty, first: Duty, second: Duty) -> Duty:
    """A shift after the swap of two."""
    for mine, theirs in ((first, second), (second, first)):
        if duty == mine:
            return replace(duty, person=theirs.person, affiliation=theirs.affiliation, locked=False)
    return duty


def _side(loads: GuardLoads, gives: Duty, takes: Duty, swapped: Sequence[Duty]) -> SwapSide:
    person, number = gives.person, loads.number_of[gives.person]
    now, then = loads.duties_of[person], tuple(duty for duty in swapped if duty.person == person)
    return SwapSide(
        person=person, gives=gives, takes=takes, points=loads.points(person, then) - loads.points(person, now),
        hours=hours_in(then), contract=loads.standing.problem.guards[number].contract_minutes / 60,
        fair_hours=loads.shares.minutes[number].exact / 60,
    )  # fmt: skip


def _notes(
    site: Site, standing: StandingRoster, shifts: Sequence[Duty], asked: ChangeRequest
) -> tuple[str, ...]:  # fmt: skip
    """What is told beside the answer."""
    horizon = standing.horizon
    last = horizon.date(horizon.days - 1)
    told = [*asked.told]
    if asked.planned is None and asked.start is None:
        told.append(
            f"contracts and fair shares are judged from {horizon.start} to {last}: name the days of the roster with "
            "--start and --weeks where it has others"
        )
    told += [
        f"the shift of {duty.person} at {duty.post} on {duty.day} is locked: correct its row of assignments as well"
        for duty in shifts
        if duty.locked
    ]
    return (*told, *told_of_rules(standing.problem), *standing.notes, *rows_not_known(site))


def rows_set_aside(site: Site) -> dict[str, int]:
    """How many rows of the tables that a roster stands on are set aside."""
    return {name: rows for name in TABLES if (rows := site.set_aside[name].height)}
