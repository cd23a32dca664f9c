"""A roster as an iCalendar for each person [RFC 5545]."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from stockward.answers.roster import Duty, RosterAnswer
from stockward.outputs import CALENDAR, OutputTarget, make_folder, write_all
from stockward.report.kit.file_names import file_names
from stockward.terms.signs import upright

_MOST_OCTETS = 75
_NO_SHIFT = (
    "BEGIN:VTIMEZONE", "TZID:UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip
"""A calendar must hold something [RFC 5545, 3.6]: the time zone, where there is no shift."""


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
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//Stockward//{version}//EN", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", f"X-WR-CALNAME:{_text(f'{person}, {site}')}",
    ]  # fmt: skip
    events = [line for shift in shifts for line in _event(site, shift)]
    lines += events or _NO_SHIFT
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _event(site: str, shift: CalendarShift) -> list[str]:
    duty = shift.duty
    # Two codes never share an identifier, or a program would take the shifts of two guards for one.
    identifier = uuid5(NAMESPACE_OID, "\n".join((site, duty.person, _utc(duty.start))))
    return [
        "BEGIN:VEVENT",
        f"UID:{identifier}",
        f"DTSTAMP:{_utc(shift.at)}",
        f"DTSTART:{_utc(duty.start)}",
        f"DTEND:{_utc(duty.end)}",
        f"SUMMARY:{_text(shift.post or duty.post)}",
        f"DESCRIPTION:{_text(f'{duty.post} ({duty.number}), {duty.hours:g} h')}",
        "END:VEVENT",
    ]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """Text as RFC 5545 wants it [3.3.11], in one line of signs that are seen."""
    plain = upright(value).replace("\n", " ").replace("\t", " ")
    for sign in "\\;,":
        plain = plain.replace(sign, f"\\{sign}")
    return plain


def _folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 octets, the further ones begun by a blank [RFC 5545, 3.1]."""
    part, size = "", 0
    for sign in line:
        octets = len(sign.encode("utf-8"))
        if size + octets > _MOST_OCTETS:
            yield part
            part, size = " ", 1
        part, size = part + sign, size + octets
    yield part
