"""What no book may hold, whoever signed it: looked at entry by entry, in their order."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator

from stockward.book.store.deciding.hands import hands_in
from stockward.book.store.entries import CHANGES, DECISIONS, BookEntry, EntryKind
from stockward.book.store.findings import FindingsLedger

_OF_FINDINGS = frozenset({EntryKind.FINDING, *DECISIONS})
_Place = tuple[str | None, str | None]
"""Site and table of a row."""
_Change = tuple[int, int | None, _Place, bool]
"""Its number, the entry that it names, where its row is, and whether that no longer holds."""


class BookRules:
    """What no book may hold, whoever signed it: a decision by the author, or a second; a correction of what fell."""

    def __init__(self) -> None:
        self._authors: dict[int, tuple[str, str | None]] = {}
        self._hands: dict[int, dict[str, str]] = {}
        self._decided: set[int] = set()
        self._changes: dict[int, list[_Change]] = {}
        self._standing: dict[int, _Place] = {}
        self._places: dict[_Place, _Place] = {}
        self._proposals: dict[int, tuple[str, str | None]] = {}
        self._findings = FindingsLedger()
        self._last_change: dict[int, int] = {}
        self._approved: list[int] = []

    def faults_of(self, entry: BookEntry) -> Iterator[str]:
        """What is wrong with this entry after those before it."""
        if (entry.number == 0) != (entry.kind is EntryKind.BOOK):
            yield "only the first entry names the book"
        if entry.kind is not EntryKind.BOOK and not entry.by:
            yield "nobody has entered it"
        if entry.kind is EntryKind.SUBMISSION:
            self._authors[entry.number] = entry.by, entry.site
            self._hands[entry.number] = hands_in(entry)
        elif entry.kind in CHANGES:
            yield from self._faults_of_change(entry)
        elif entry.kind in (EntryKind.APPROVAL, EntryKind.RETURN):
            yield from self._faults_of_decision(entry)
        if entry.kind in _OF_FINDINGS:
            yield from self._faults_of_finding(entry)

    def _faults_of_finding(self, entry: BookEntry) -> Iterator[str]:
        faults = list(self._findings.faults_of(entry))
        named = entry.about.get("entry") if entry.settles else None
        if isinstance(named, int) and not self._in_force(named, entry.site):
            faults.append(f"it names entry {named}, which is no approved change of its site")
        yield from faults
        if faults:
            return
        if entry.settles:
            self._proposals[entry.number] = entry.by, entry.site
            self._hands[entry.number] = hands_in(entry)
        self._findings.take(entry)

    def _in_force(self, number: int, site: str | None) -> bool:
        """Whether an entry is a change to the facts of a site that was approved."""
        place = bisect_right(self._approved, number)
        submission = self._approved[place - 1] if place else number
        return submission < number <= self._last_change.get(submission, -1) and self._authors[submission][1] == site

    def _faults_of_change(self, entry: BookEntry) -> Iterator[str]:
        self._last_change[entry.submission or 0] = entry.number
        if self._authors.get(entry.submission or 0) != (entry.by, entry.site):
            yield "it belongs to no submission of the same person and site"
        elif entry.kind is not EntryKind.SETTINGS:
            place = entry.site, entry.table
            # Of a million rows the few tables are kept once, and nothing else of what they say.
            change = entry.number, entry.of, self._places.setdefault(place, place), entry.kind is EntryKind.WITHDRAWAL
            self._changes.setdefault(entry.submission or 0, []).append(change)

    def _faults_of_decision(self, entry: BookEntry) -> Iterator[str]:
        submission = entry.submission or 0
        handed_in = self._authors.get(submission) or self._proposals.get(submission)
        _author, site = handed_in or ("", None)
        if handed_in is None or site != entry.site:
            yield "it decides on no submission of its site"
        if did := self._hands.get(submission, {}).get(entry.by):
            yield f"who {did} has decided on it"
        if submission in self._decided:
            yield "its submission was decided before"
        self._decided.add(submission)
        changes = self._changes.pop(submission, [])
        if entry.kind is EntryKind.RETURN:
            return
        insort(self._approved, submission)
        for number, named, place, withdrawn in changes:
            if named is not None and self._standing.pop(named, None) != place:
                yield f"entry {number}, which it approves, names entry {named}, which does not stand"
            if not withdrawn:
                self._standing[number] = place
