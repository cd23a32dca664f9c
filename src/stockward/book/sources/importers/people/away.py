"""Lists of leave, sickness and training as rows of ``absences``: from when to when, and of which kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.ledger.happening import IS_SO
from stockward.book.sources.importers.ledger.posting import Postings
from stockward.book.sources.importers.mapping import MappingFile
from stockward.book.sources.importers.people.words import (
    ABSENCE_WORDS,
    HALVES,
    IN_FORCE,
    NOT_IN_FORCE,
    NOT_TAKEN,
    TAKEN,
    ask_meaning,
    likely_kind,
)
from stockward.terms.spelling import folded

ABSENCE_COLUMNS = ("person", "start", "end", "kind", "source")
_KINDS = ("leave", "sick", "training", "other")
_MORNING, _AFTERNOON, _WHOLE = "the morning", "the afternoon", "a whole day"
_HALF_WORDS = frozenset(map(folded, ("half day", "half-day", "hd", "halber tag", "demi-journée", "medio día")))
_NOON, _LAST_SECOND = "T12:00:00", "T23:59:59"
_HALF = 0.5

AbsenceRow = dict[str, str]
Span = tuple[str, str]


def absence_rows(
    entries: Sequence[SourceEntry], source: str, mapping: MappingFile, made: Postings
) -> list[tuple[SourceEntry, list[AbsenceRow]]]:
    """The rows of ``absences`` that each entry makes: several where a half day stands among whole ones.

    One that waits or is at fault bears a kind that no reader takes. What was left out stands in ``made``.
    """
    found = []
    for entry in entries:
        _require_person(entry)
        if not _is_in_force(entry, source, mapping, made):
            continue
        kind = _kind(entry, source, mapping)
        if kind == NOT_TAKEN:
            made.leave_out(f"{_code(entry) or 'blank'} is no absence", entry)
            continue
        spans = _spans(entry, source, mapping)
        if not spans:
            made.leave_out("half a day is no absence", entry)
            continue
        is_open = bool(entry.waits or entry.faults)
        rows = [
            {
                "person": entry.text("member"), "start": start, "end": end,
                "kind": f"{UNREAD} {kind}" if is_open else kind, "source": entry.place,
            }
            for start, end in spans
        ]  # fmt: skip
        found.append((entry, rows))
    return found


def _require_person(entry: SourceEntry) -> None:
    if not entry.text("member"):
        entry.faults.append("no person")
    elif entry.text("member").startswith(UNREAD):
        entry.faults.append("several people have this name: give them numbers")


def _is_attendance(entry: SourceEntry) -> bool:
    """Whether a row says of one day what somebody did."""
    return "at" in entry.columns and "start" not in entry.columns


def _code(entry: SourceEntry) -> str:
    state = entry.text("state") if _is_attendance(entry) else ""
    return entry.text("kind") or entry.text("type") or state


def _is_in_force(entry: SourceEntry, source: str, mapping: MappingFile, made: Postings) -> bool:
    """Whether leave was granted; a draft, and what was refused or cancelled, is left out and told."""
    if "state" not in entry.columns or _is_attendance(entry):
        return True
    state = entry.text("state")
    if folded(state) in IN_FORCE:
        return True
    if folded(state) not in NOT_IN_FORCE:
        path = ("source", source, "states", state or "blank")
        asks = f"Was leave of the state {state or 'blank'!r} in {source} granted?"
        if ask_meaning(entry, path, asks, [NOT_TAKEN, TAKEN], mapping) != NOT_TAKEN:
            return True
    made.leave_out(f"its state is {state or 'blank'}", entry)
    return False


def _kind(entry: SourceEntry, source: str, mapping: MappingFile) -> str:
    code = _code(entry)
    if not code and not {"kind", "type"} & entry.columns:
        path = ("source", source, "kind", entry.block.label)
        asks = f"What are the absences in {entry.block.grid.name}? No column says it"
        return ask_meaning(entry, path, asks, _KINDS, mapping) or "?"
    word = ABSENCE_WORDS.get(folded(code))
    if word is not None:
        return mapping.settle("source", source, "kinds", code, value=word, because="so the word says")
    path = ("source", source, "kinds", code or "blank")
    asks = f"What does {code or 'a blank'!r} in {source} stand for?"
    choices = [likely_kind(code), *_KINDS, NOT_TAKEN]
    return ask_meaning(entry, path, asks, choices, mapping) or code


def _spans(entry: SourceEntry, source: str, mapping: MappingFile) -> list[Span]:
    """First and last moment of each part of an absence, as the tables write them."""
    start = entry.text("start") or entry.at
    end = entry.text("end") or _one_day(entry, start)
    first, last = _as_day(start), _as_day(end)
    if first is None or last is None:
        if not entry.waits and not entry.faults:
            entry.faults.append("no first day" if not start else "no last day")
        return [(start or UNREAD, end or UNREAD)]
    if last < first:
        entry.faults.append("it ends before it begins")
    days = entry.numbers.get("days")
    if days is not None and days > (last - first).days + 1 and last >= first:
        entry.faults.append(f"it says {days:g} days, and from {first} to {last} are {(last - first).days + 1}")
    half = _half_day(entry, first, last)
    if half is None or last < first:
        return [(start, end)]
    part = _part(entry, source, mapping)
    before = [(start, str(half - timedelta(days=1)))] if first < half else []
    after = [(str(half + timedelta(days=1)), end)] if half < last else []
    return [*before, *_half_span(str(half), part), *after]


def _one_day(entry: SourceEntry, start: str) -> str:
    """The last day of an absence that names none: the first one, where it is of one day or less."""
    days = entry.numbers.get("days")
    return start if _is_attendance(entry) or (days is not None and days <= 1) or _says_half(entry) else ""


def _says_half(entry: SourceEntry) -> bool:
    said = folded(entry.text("half_day"))
    return said in IS_SO or said in HALVES or bool(_HALF_WORDS & {folded(_code(entry)), folded(entry.text("state"))})


def _half_day(entry: SourceEntry, first: date, last: date) -> date | None:
    """The day of which half is meant, if any."""
    named = _as_day(entry.text("half_date"))
    if named is not None and not (first <= named <= last):
        entry.faults.append(f"its half day {named} lies outside of it")
        return None
    days = entry.numbers.get("days")
    is_half = _says_half(entry) or (days is not None and days % 1 == _HALF)
    if not is_half:
        return None
    if named is None and first != last:
        entry.faults.append("it has half a day, and does not say which of its days that is")
        return None
    return named or first


def _part(entry: SourceEntry, source: str, mapping: MappingFile) -> str:
    told = HALVES.get(folded(entry.text("half_part"))) or HALVES.get(folded(entry.text("half_day")))
    if told is not None:
        return told
    asks = f"Half days in {source}: as what are they taken? Net hours are reckoned in whole days of absence"
    choices = [_WHOLE, _MORNING, _AFTERNOON, NOT_TAKEN]
    return ask_meaning(entry, ("source", source, "half_days"), asks, choices, mapping) or _WHOLE


def _half_span(day: str, part: str) -> list[Span]:
    if part == NOT_TAKEN:
        return []
    return [
        {_MORNING: (day, f"{day}{_NOON}"), _AFTERNOON: (f"{day}{_NOON}", f"{day}{_LAST_SECOND}")}.get(part, (day, day))
    ]


def _as_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
