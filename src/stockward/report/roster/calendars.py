"""A roster as an iCalendar for each person [RFC 5545]."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from stockward.answers.roster import Duty, RosterAnswer
from stockward.outputs import CALENDAR, OutputTarget, make_folder, write_all
from stockward.report.kit.calendar import calendar_moment, calendar_text, calendar_words
from stockward.report.kit.file_names import file_names


def write_calendars(
    answer: RosterAnswer, folder: OutputTarget, places: Mapping[Path, OutputTarget]
) -> list[OutputTarget]:
    """Write an iCalendar for each guard into ``folder``, made where it is missing: all or none; returns the files.

    Guards without a shift have one too: it takes the place of that of an earlier roster. ``places`` says where a
    calendar that is a link leads.
    """
    calendars = {}
    for person, name in file_names(one.person for one in answer.guards).items():
        calendar = folder / f"{name}{CALENDAR}"
        calendars[places.get(calendar, OutputTarget(calendar))] = calendar_of(answer, person)
    make_folder(folder)
    write_all(calendars)
    return list(calendars)


@dataclass(frozen=True, slots=True)
class CalendarShift:
    """One shift as a calendar shows it: the duty, the name of its post, and when its roster was made."""

    duty: Duty
    post: str | None
    at: datetime


def calendar_of(answer: RosterAnswer, person: str) -> str:
    """The shifts of one person as an iCalendar, times in UTC, lines of at most 75 octets."""
    names = {post.post: post.name for post in answer.posts}
    own = (CalendarShift(duty, names.get(duty.post), answer.at) for duty in answer.duties if duty.person == person)
    return shifts_calendar(answer.site, person, own, version=answer.version)


def shifts_calendar(site: str, person: str, shifts: Iterable[CalendarShift], *, version: str) -> str:
    """The shifts of one person, out of one roster or of several, as an iCalendar."""
    events = (_event(site, shift) for shift in shifts)
    return calendar_text(f"{person}, {site}", events, version=version)


def _event(site: str, shift: CalendarShift) -> list[str]:
    duty = shift.duty
    # Two codes never share an identifier, or a program would take the shifts of two guards for one.
    identifier = uuid5(NAMESPACE_OID, "\n".join((site, duty.person, calendar_moment(duty.start))))
    return [
        f"UID:{identifier}",
        f"DTSTAMP:{calendar_moment(shift.at)}",
        f"DTSTART:{calendar_moment(duty.start)}",
        f"DTEND:{calendar_moment(duty.end)}",
        f"SUMMARY:{calendar_words(shift.post or duty.post)}",
        f"DESCRIPTION:{calendar_words(f'{duty.post} ({duty.number}), {duty.hours:g} h')}",
    ]
