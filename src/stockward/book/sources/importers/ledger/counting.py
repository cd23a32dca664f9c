"""Lists of counts: which lines were counted, when, and of which inventory they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.identities import identities_of
from stockward.book.sources.importers.ledger.meanings import COUNT, Meanings
from stockward.book.sources.importers.ledger.posting import Posting, Postings, all_said
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.profiles import Profile
from stockward.book.sources.importers.written.days import WAYS, moment_as_written
from stockward.terms.spelling import folded

_ALL_COUNTED, _EQUAL_NOT, _NONE = "each line was counted", "lines equal to the book were not counted", "leave out"
NOT_COUNTED = "its count is blank: not counted"
_SAME = 1e-9
_FEWEST, _MOSTLY = 5, 0.8
"""Fewer lines, and a smaller share of them, agree with the book by good order."""
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?")
_DATE_IN_TEXT = re.compile(
    r"\d{1,4}[-./ ]\d{1,2}[-./ ]\d{1,4}|\d{1,2}\.?[- ]?[^\W\d_]{3,9}\.?[- ]?\d{2,4}|[^\W\d_]{3,9} \d{1,2}, \d{4}"
)


def counted_lines(entries: Sequence[SourceEntry], meanings: Meanings) -> Postings:
    """Turn the lines of a count list into counted rows; a blank is no count, and a zero may be none."""
    made = Postings()
    role = "counted" if any("counted" in entry.numbers for entry in entries) else "quantity"
    if role not in (entries[0].numbers if entries else {}):
        for entry in entries:
            made.leave_out("no column says what was counted", entry)
        return made
    states = {folded(state) for state in meanings.profile.rules.get("states", ())}
    kept = []
    for entry in entries:
        value, book = entry.numbers.get(role), entry.numbers.get("book")
        if not entry.text("material"):
            made.leave_out("it names no material: a subtotal or a note", entry)
        elif states and "state" in entry.texts and folded(entry.text("state")) not in states:
            made.leave_out(f"its state is {entry.text('state') or 'blank'}", entry)
        elif value is None and not entry.raw.get(role) and not entry.faults:
            made.leave_out(NOT_COUNTED, entry)
        elif value == 0 and _is_unset(entry, meanings.profile):
            made.leave_out("its zero was not set as a count", entry)
        else:
            kept.append((entry, value, book))
    answer, path = _prefilled([one for one in kept if one[2] is not None], meanings)
    _refuse_negative(kept, role)
    identities = identities_of([entry for entry, _, _ in kept], all_said)
    for (entry, value, book), identity in zip(kept, identities, strict=True):
        if answer == _NONE or (answer == _EQUAL_NOT and value == book):
            made.leave_out("it equals the book, and was not counted", entry)
            continue
        packs = entry.numbers.get("pack_size")
        posting = Posting(entry, COUNT, value if value is None or packs is None else value * packs, to_area=entry.area)
        posting.identity = identity
        if path is not None:
            posting.waits.append(path)
        _date(posting, meanings.source, meanings.mapping)
        made.counts.append(posting)
    if meanings.profile.rules.get("purged"):
        made.notes.append(f"{meanings.source}: the program leaves out what was counted and agreed with the book")
    return made


def _is_unset(entry: SourceEntry, profile: Profile) -> bool:
    """Whether a zero only stands where nothing was set."""
    rule = profile.rules.get("zero_counts", ("",))[0]
    if rule == "zero_count":
        return "zero_count" in entry.texts and not entry.text("zero_count")
    return rule == "difference" and not entry.numbers.get("difference")


_Line = tuple[SourceEntry, float | None, float | None]
"""An entry, what was counted, and what the book says."""


def _prefilled(with_book: Sequence[_Line], meanings: Meanings) -> tuple[str | None, Path | None]:
    """What is known of lists in which the program has filled in the book's figures, and the question about it."""
    equal = sum(value is not None and book is not None and abs(value - book) <= _SAME for _, value, book in with_book)
    suspect = "prefilled" in meanings.profile.rules or (len(with_book) >= _FEWEST and equal >= _MOSTLY * len(with_book))
    if not with_book or not suspect:
        return None, None
    path = ("source", meanings.source, "prefilled")
    asks = (
        f"In {meanings.source}, {equal} of {len(with_book)} lines equal the book, with which such lists are filled "
        "beforehand: was each line really counted?"
    )
    answer = meanings.mapping.ask(*path, asks=asks, choices=[_ALL_COUNTED, _EQUAL_NOT, _NONE])
    return answer, path if answer is None else None


def _refuse_negative(kept: Iterable[_Line], role: str) -> None:
    """Nobody counts less than nothing: a list with such lines is the book."""
    for entry, value, _ in kept:
        if value is not None and value < 0:
            entry.faults.append(f"{role} is negative: this is the book, and no count")


def _date(posting: Posting, source: str, mapping: MappingFile) -> None:
    """The moment of a count: its own day, or that which a person gives for the list it stands in."""
    entry = posting.entry
    if entry.at:
        return
    block = entry.block
    path = ("source", source, "counted_at", f"{block.grid.name} {block.digest}")
    found = [date for title in (*block.titles, block.grid.sheet, block.grid.file) for date in _dates_in(title)]
    asks = (
        f"When was {block.grid.name} counted? Write a day, or a day and a time, such as 2026-06-30 or 2026-06-30T18:00"
    )
    answer = mapping.ask(*path, asks=asks, choices=list(dict.fromkeys(found)), free=True)
    if answer is not None and not _MOMENT.fullmatch(answer):
        mapping.take_back(path, "is no day such as 2026-06-30")
        answer = mapping.ask(*path, asks=asks, choices=list(dict.fromkeys(found)), free=True)
    if answer is None:
        posting.waits.append(path)
    entry.at = answer or UNREAD


def _dates_in(text: str) -> list[str]:
    words = _DATE_IN_TEXT.findall(text)
    return [
        found[0].isoformat() for word in words for way in WAYS if (found := moment_as_written(word, way)) is not None
    ]
