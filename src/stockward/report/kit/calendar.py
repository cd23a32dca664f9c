"""An iCalendar: events in lines of at most 75 octets [RFC 5545]."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from stockward.terms.signs import upright

_MOST_OCTETS = 75
_NO_EVENT = (
    "BEGIN:VTIMEZONE", "TZID:UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip
"""A calendar must hold something [RFC 5545, 3.6]: the time zone, where there is no event."""


def calendar_text(name: str, events: Iterable[Iterable[str]], *, version: str) -> str:
    """A calendar of that name; each event is its lines, from ``UID`` on."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//Stockward//{version}//EN", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", f"X-WR-CALNAME:{calendar_words(name)}",
    ]  # fmt: skip
    shown = [line for event in events for line in ("BEGIN:VEVENT", *event, "END:VEVENT")]
    lines += shown or _NO_EVENT
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def calendar_moment(moment: datetime) -> str:
    """A moment in UTC."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def calendar_words(value: str) -> str:
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
