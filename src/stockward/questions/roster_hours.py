"""Site and a roster in force → planned and worked hours: the one place that knows the order of the steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import MappingProxyType

from stockward.answers.rostered.hours import HoursAnswer
from stockward.book import Site
from stockward.book.known import known_at
from stockward.guards.roll import on_posts, roll
from stockward.questions.roster_changes import ChangeRequest, days_asked, rows_set_aside
from stockward.roster.site.demand import MOST_WEEKS, Horizon, rows_not_known
from stockward.roster.site.staff import read_staff
from stockward.roster.standing.duties import PlannedShifts
from stockward.roster.standing.worked import HoursOnRecord, guard_hours, hours_on_record, shifts_apart
from stockward.terms.errors import UsageError
from stockward.version import VERSION


def planned_and_worked(site: Site, until: date, asked: ChangeRequest) -> HoursAnswer:
    """What was planned for each guard up to the end of a day, and what is on record as worked.

    Raises
    ------
    UsageError
        For days that nobody names, or that lie before the roster, and where nothing was planned or worked.
    """
    horizon = _horizon(site, until, asked)
    last = min(until, horizon.date(horizon.days - 1))
    record = hours_on_record(site, horizon, last, asked.planned)
    staff = read_staff(site, on_posts(roll(known_at(site, None))), horizon)
    affiliations = {code: given or "" for code, given in site["people"].select("person", "affiliation").iter_rows()}
    return HoursAnswer(
        site=site.name, timezone=site.timezone, version=VERSION, at=asked.generated,
        options=MappingProxyType(dict(asked.options)), start=horizon.start, weeks=horizon.weeks, until=last,
        guards=guard_hours(record, staff, affiliations), apart=shifts_apart(record, horizon),
        notes=(*asked.told, *_told(record, asked.planned), *rows_not_known(site)), set_aside=rows_set_aside(site),
    )  # fmt: skip


def _horizon(site: Site, until: date, asked: ChangeRequest) -> Horizon:
    """The days of the roster."""
    if asked.start is None and asked.planned is None:
        raise UsageError("planned and worked hours need the first day of the roster: --start 2026-07-06")
    days: Sequence[date] = (until,) if asked.start is None else (asked.start,)
    start, weeks = days_asked(site, days, asked)
    if until < start:
        raise UsageError(f"{until} lies before the roster, which begins on {start}: name a day of it")
    if not 1 <= weeks <= MOST_WEEKS:
        raise UsageError(f"hours are told of 1 to {MOST_WEEKS} weeks, not {weeks}: name them with --start and --weeks")
    return Horizon(start, weeks, site.timezone)


def _told(record: HoursOnRecord, planned: PlannedShifts | None) -> list[str]:
    told = []
    if planned is None:
        told.append(
            "planned is what stands in assignments, each shift as long as its post has it; who was to stand there "
            "before somebody stood in is known from the roster's file alone: name it with --previous"
        )
    if record.open:
        told.append(
            f"{record.open} assignment{' is' if record.open == 1 else 's are'} not locked, and so not worked: write "
            "locked = yes where it was worked, or delete the row"
        )
    return told
