"""A roster as an iCalendar for each person [RFC 5545]."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def calendar_of(answer: RosterAnswer, person: str) -> str:
    """The shifts of one person as an iCalendar, times in UTC, lines of at most 75 octets."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//Stockward//{answer.version}//EN", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", f"X-WR-CALNAME:{_text(f'{person}, {answer.site}')}",
    ]  # fmt: skip
    events = [line for duty in answer.duties if duty.person == person for line in _event(answer, duty)]
    lines += events or _NO_SHIFT
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _event(answer: RosterAnswer, duty: Duty) -> list[str]:
    name = next((post.name for post in answer.posts if post.post == duty.post), None) or duty.post
    # Two codes never share an identifier, or a program would take the shifts of two guards for one.
    identifier = uuid5(NAMESPACE_OID, "\n".join((answer.site, duty.person, _utc(duty.start))))
    return [
        "BEGIN:VEVENT",
        f"UID:{identifier}",
        f"DTSTAMP:{_utc(answer.at)}",
        f"DTSTART:{_utc(duty.start)}",
        f"DTEND:{_utc(duty.end)}",
        f"SUMMARY:{_text(name)}",
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
