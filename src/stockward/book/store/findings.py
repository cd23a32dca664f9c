"""Findings of reviews as the book keeps them: what each is, which state it is in, and what may become of it.

A finding is what a review alarms for. It is entered when a review first finds it, and lives until somebody explains it
and somebody else approves that: no later review that does not find it ends it. The same alarms give the same finding:
of one series and one direction those that follow one another within a year, and of exact books each difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from stockward.book.store.entries import CHANGES, BookEntry, EntryKind
from stockward.book.store.tables import ENTRIES

SETTLED_CELLS = (
    "settled", "basis", "area", "substance", "material", "from_inventory", "to_inventory", "amount", "unit", "sigma",
    "direction", "reason",
)  # fmt: skip
"""Cells of the row of ``settled`` that an approved finding with an amount is; the approval gives the others."""
REQUIRED_CELLS = ("settled", "basis", "from_inventory", "to_inventory", "amount", "reason")
"""Those without which the table could not be read."""
LONGEST_REASON = 2_000
"""Letters of a reason."""


class FindingState(StrEnum):
    """What is known of a finding."""

    OPEN = "open"
    LOOKED_INTO = "looked_into"
    EXPLAINED = "explained"
    CONFIRMED_LOSS = "confirmed_loss"


SETTLED = frozenset({FindingState.EXPLAINED, FindingState.CONFIRMED_LOSS})
"""States that somebody else must approve."""


class FindingStep(StrEnum):
    """What an entry does to a finding."""

    REVIEWED = "reviewed"
    """A review ended: which findings it found again."""
    RAISED = "raised"
    GROWN = "grown"
    """A review found more of it than is known: what was settled is open again."""
    CHANGED = "changed"
    PROPOSED = "proposed"
    """It is explained, or a confirmed loss, as soon as somebody else approves this entry."""


_BY_A_REVIEW = frozenset({FindingStep.REVIEWED, FindingStep.RAISED, FindingStep.GROWN})
_MAY_FOLLOW: Mapping[tuple[FindingStep, FindingState], frozenset[FindingState]] = {
    (FindingStep.CHANGED, FindingState.LOOKED_INTO): frozenset({FindingState.OPEN, FindingState.LOOKED_INTO}),
    (FindingStep.CHANGED, FindingState.OPEN): frozenset({FindingState.LOOKED_INTO, *SETTLED}),
    **{(FindingStep.PROPOSED, one): frozenset({FindingState.OPEN, FindingState.LOOKED_INTO}) for one in SETTLED},
}
"""For each step to a state: the states from which it may be taken."""


def follows_its_review(entry: BookEntry) -> bool:
    """Whether an entry was made together with one before it: what a review raised or found grown."""
    steps = (FindingStep.RAISED, FindingStep.GROWN)
    return entry.kind is EntryKind.FINDING and entry.about.get("step") in steps


@dataclass(frozen=True, slots=True)
class FoundSubject:
    """What a finding is about: ``AREA/HOLDING`` and its unit, or two methods, and which verdict was given on it.

    Of an exact difference, ``inventory`` is the one that ends its period: each is a finding of its own.
    """

    series: str
    unit: str
    of: str
    inventory: str | None = None

    @property
    def said(self) -> dict[str, Any]:
        """As it stands in an entry."""
        about = {"series": self.series, "unit": self.unit, "of": self.of, "inventory": self.inventory}
        return {name: value for name, value in about.items() if value is not None}


@dataclass(frozen=True, slots=True)
class FoundAlarm:
    """One alarm of a review: its subject, the inventory that raised it, when that stood, and an exact amount.

    ``at`` is in the site's time zone, so that its day is the one that the report says.
    """

    subject: FoundSubject
    inventory: str
    at: datetime
    amount: float | None = None

    @property
    def said(self) -> dict[str, Any]:
        """As it stands in an entry, without its subject."""
        about = {"inventory": self.inventory, "at": self.at.isoformat(timespec="seconds"), "amount": self.amount}
        return {name: value for name, value in about.items() if value is not None}

    @classmethod
    def of_entry(cls, subject: FoundSubject, said: Mapping[str, Any]) -> FoundAlarm:
        """Read what ``said`` gave."""
        return cls(subject, said["inventory"], datetime.fromisoformat(said["at"]), said.get("amount"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord:
    """A finding as it stands: ``number`` is the entry that raised it.

    ``looks`` and ``answers`` are keys of the accounts that look into it and answer for it. ``entry`` is the entry of
    the books that explains it, ``settled`` the cells of the row that says how much, where that was said. ``waiting`` is
    the proposal on which nobody has decided.
    """

    number: int
    site: str | None
    subject: FoundSubject
    alarms: tuple[FoundAlarm, ...]
    raised: datetime
    due: date
    state: FindingState = FindingState.OPEN
    looks: str = ""
    answers: str = ""
    reason: str = ""
    entry: int | None = None
    settled: Mapping[str, str] | None = None
    approval: BookEntry | None = None
    waiting: BookEntry | None = None
    steps: tuple[BookEntry, ...] = ()

    def overdue(self, today: date) -> bool:
        """Whether its day has passed and it is not settled."""
        return self.state not in SETTLED and self.due < today


@dataclass(frozen=True, slots=True)
class RecordedReview:
    """A review whose findings the book knows: its entry, and which findings it found, raised, and found grown."""

    entry: BookEntry
    found: set[int] = field(default_factory=set)
    raised: set[int] = field(default_factory=set)
    grown: set[int] = field(default_factory=set)

    @property
    def key(self) -> str:
        """The key of the review."""
        return str(self.entry.about["review"])


class FindingsLedger:
    """The findings of a book, entry by entry; what may not follow is told before it is taken."""

    def __init__(self) -> None:
        self.records: dict[int, FindingRecord] = {}
        self.reviews: list[RecordedReview] = []
        self._proposals: dict[int, int] = {}

    @classmethod
    def of_entries(cls, entries: Iterable[BookEntry]) -> FindingsLedger:
        """The findings after these entries, which are in order of their numbers."""
        ledger = cls()
        for entry in entries:
            ledger.take(entry)
        return ledger

    def proposed(self, number: int) -> FindingRecord | None:
        """The finding on which the entry of this number proposes to decide."""
        return self.records.get(self._proposals.get(number, -1))

    def faults_of(self, entry: BookEntry) -> Iterator[str]:
        """Why this entry may not follow those taken, as far as findings go."""
        try:
            if entry.kind is EntryKind.FINDING:
                yield from self._faults_of_step(entry, FindingStep(entry.about["step"]))
            elif entry.kind is EntryKind.APPROVAL and self._overtaken(entry.submission or 0):
                yield "it approves a proposal that was overtaken: the finding has grown since"
        except (KeyError, TypeError, ValueError) as error:
            yield f"it is no step of a finding ({error})"

    def take(self, entry: BookEntry) -> None:
        """Let an entry follow."""
        if entry.kind is EntryKind.FINDING:
            self._take_step(entry, FindingStep(entry.about["step"]))
        elif entry.kind in (EntryKind.APPROVAL, EntryKind.RETURN):
            record = self.proposed(entry.submission or 0)
            if record is not None:
                self._decided(record, entry)

    def _overtaken(self, proposal: int) -> bool:
        record = self.proposed(proposal)
        return record is not None and (record.waiting is None or record.waiting.number != proposal)

    def _take_step(self, entry: BookEntry, step: FindingStep) -> None:
        match step:
            case FindingStep.REVIEWED:
                self.reviews.append(RecordedReview(entry, found=set(entry.about["found"])))
            case FindingStep.RAISED:
                self._raised(entry)
            case FindingStep.GROWN:
                self._grown(entry)
            case FindingStep.CHANGED:
                self._changed(entry)
            case FindingStep.PROPOSED:
                self._proposed(entry)

    def _faults_of_step(self, entry: BookEntry, step: FindingStep) -> Iterator[str]:
        if step in _BY_A_REVIEW and not entry.about["review"]:
            yield "it names no review"
        if step is FindingStep.REVIEWED:
            return
        _due(entry) if step is not FindingStep.PROPOSED else None
        if step is FindingStep.RAISED:
            subject = FoundSubject(**entry.about["subject"])
            if not [FoundAlarm.of_entry(subject, one) for one in entry.about["alarms"]]:
                yield "it names no alarm"
            return
        record = self.records.get(-1 if entry.of is None else entry.of)
        if record is None or record.site != entry.site:
            yield f"{entry.of}: there is no such finding"
        elif step is not FindingStep.GROWN:
            yield from _faults_of_change(record, entry, step)

    def _raised(self, entry: BookEntry) -> None:
        about = entry.about
        subject = FoundSubject(**about["subject"])
        alarms = tuple(FoundAlarm.of_entry(subject, one) for one in about["alarms"])
        self.records[entry.number] = FindingRecord(
            number=entry.number, site=entry.site, subject=subject, alarms=alarms, raised=entry.at, due=_due(entry),
            steps=(entry,),
        )  # fmt: skip
        for review in self._of_its_review(entry):
            review.raised.add(entry.number)
            review.found.add(entry.number)

    def _grown(self, entry: BookEntry) -> None:
        record = self._named(entry)
        alarms = tuple(FoundAlarm.of_entry(record.subject, one) for one in entry.about["alarms"])
        changed = replace(record, alarms=alarms, waiting=None)
        if record.state in SETTLED:
            changed = replace(
                changed, state=FindingState.OPEN, due=_due(entry), approval=None, entry=None, settled=None, reason=""
            )
        self._keep(changed, entry)
        for review in self._of_its_review(entry):
            review.grown.add(record.number)

    def _changed(self, entry: BookEntry) -> None:
        about = entry.about
        self._keep(
            replace(
                self._named(entry), state=FindingState(about["state"]), due=_due(entry), looks=about.get("looks", ""),
                answers=about.get("answers", ""), reason=about.get("reason", ""), approval=None, entry=None,
                settled=None,
            ),
            entry,
        )  # fmt: skip

    def _proposed(self, entry: BookEntry) -> None:
        record = self._named(entry)
        self._proposals[entry.number] = record.number
        self._keep(replace(record, waiting=entry), entry)

    def _decided(self, record: FindingRecord, decision: BookEntry) -> None:
        proposal = record.waiting
        if proposal is None or proposal.number != decision.submission:
            return
        if decision.kind is EntryKind.APPROVAL:
            about = proposal.about
            state, reason = FindingState(about["state"]), about["reason"]
            record = replace(
                record, state=state, reason=reason, entry=about.get("entry"), settled=about.get("settled"),
                approval=decision,
            )  # fmt: skip
        self._keep(replace(record, waiting=None), decision)

    def _keep(self, record: FindingRecord, step: BookEntry) -> None:
        self.records[record.number] = replace(record, steps=(*record.steps, step))

    def _named(self, entry: BookEntry) -> FindingRecord:
        return self.records[-1 if entry.of is None else entry.of]

    def _of_its_review(self, entry: BookEntry) -> list[RecordedReview]:
        return [one for one in self.reviews[-1:] if one.key == entry.about["review"]]


def _due(entry: BookEntry) -> date:
    return date.fromisoformat(entry.about["due"])


def _faults_of_change(record: FindingRecord, entry: BookEntry, step: FindingStep) -> Iterator[str]:
    """What is wrong with what somebody says of a finding."""
    about = entry.about
    state = FindingState(about["state"])
    if record.waiting is not None:
        yield f"entry {record.waiting.number} of this finding waits for a decision: have it decided on first"
    elif record.state not in _MAY_FOLLOW.get((step, state), frozenset()):
        yield f"a finding that is {_words(record.state)} cannot become {_words(state)} so: open it first, with a reason"
    reason = about.get("reason", "")
    if len(reason) > LONGEST_REASON or (state is not FindingState.LOOKED_INTO and not reason.strip()):
        yield f"a reason is a sentence, of at most {LONGEST_REASON} letters: write one"
    if state is FindingState.LOOKED_INTO and not (about.get("looks") and about.get("answers")):
        yield "two accounts are named: who looks into it, and who answers for it"
    if state is FindingState.EXPLAINED and not isinstance(about.get("entry"), int):
        yield "an entry of the books explains a finding: give its number"
    yield from _faults_of_settled(about.get("settled"))


def _faults_of_settled(cells: object) -> Iterator[str]:
    """What is wrong with the cells of a row of ``settled``; what they say is checked where the site is read."""
    if cells is None:
        return
    if not isinstance(cells, Mapping) or not all(isinstance(text, str) for text in cells.values()):
        yield "what is settled is a row of cells: give texts by column"
    elif unknown := sorted(cells.keys() - set(SETTLED_CELLS)):
        yield f"{unknown[0]} is no cell of what is settled: leave it out"
    elif blank := [name for name in REQUIRED_CELLS if not str(cells.get(name, "")).strip()]:
        yield f"{blank[0]} is blank in what is settled: give it"
    elif max(map(len, cells.values()), default=0) > LONGEST_REASON:
        yield f"a cell has at most {LONGEST_REASON} letters: write less"


def _words(state: FindingState) -> str:
    return state.value.replace("_", " ")


def findings_in(connection: Connection, site: str, upto: int | None = None) -> FindingsLedger:
    """The findings of a site in the book, now or as they stood before the entry of a number."""
    proposal = ENTRIES.alias()
    decides = ENTRIES.c.kind.in_([EntryKind.APPROVAL.value, EntryKind.RETURN.value])
    decided = and_(decides, proposal.c.kind == EntryKind.FINDING.value)
    query = (
        select(ENTRIES.c.entry)
        .outerjoin(proposal, and_(decides, proposal.c.number == ENTRIES.c.submission))
        .where(ENTRIES.c.site == site, or_(ENTRIES.c.kind == EntryKind.FINDING.value, decided))
        .order_by(ENTRIES.c.number)
    )
    if upto is not None:
        query = query.where(ENTRIES.c.number < upto)
    return FindingsLedger.of_entries(BookEntry.of_text(row.entry) for row in connection.execute(query))


def is_in_force(connection: Connection, site: str, number: int) -> bool:
    """Whether an entry is a change to a site's facts that was approved."""
    approval = ENTRIES.alias()
    query = (
        select(ENTRIES.c.number)
        .join(
            approval, and_(approval.c.submission == ENTRIES.c.submission, approval.c.kind == EntryKind.APPROVAL.value)
        )
        .where(ENTRIES.c.number == number, ENTRIES.c.site == site, ENTRIES.c.kind.in_(sorted(CHANGES)))
    )
    return connection.execute(query).first() is not None
