"""Findings as pages show them: each with its state, and what is new, explained and overdue beside a review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from stockward.book.store.entries import BookEntry, EntryKind
from stockward.book.store.findings import (
    SETTLED,
    FindingRecord,
    FindingsLedger,
    FindingState,
    FindingStep,
    RecordedReview,
    findings_in,
)
from stockward.web.records.lists import names_of
from stockward.web.records.the_book import the_book
from stockward.web.wording import FINDING_STATES, FINDING_STEPS, FOUND_VERDICTS


def amount_settled(cells: Mapping[str, str] | None) -> str:
    """The amount of a row of ``settled``, and its two inventories; empty where there is none."""
    if not cells:
        return ""
    amount = f"{cells.get('amount', '')} {cells.get('unit', '')}"
    return f"{amount}, {cells.get('from_inventory', '')} → {cells.get('to_inventory', '')}"


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step of a finding: when, by whom, what, and why."""

    entry: BookEntry
    by: str

    @property
    def what(self) -> str:
        """The step, in words."""
        about = self.entry.about
        if self.entry.kind is not EntryKind.FINDING:
            return str(FINDING_STEPS[self.entry.kind])
        step = FindingStep(about["step"])
        state = str(FINDING_STATES[FindingState(about["state"])]) if "state" in about else ""
        if step is FindingStep.CHANGED:
            return state
        return f"{FINDING_STEPS[step]}: {state}" if state else str(FINDING_STEPS[step])

    @property
    def reason(self) -> str:
        """What was written to it."""
        return str(self.entry.about.get("reason", ""))

    @property
    def named(self) -> int | None:
        """The entry that explains it."""
        return self.entry.about.get("entry")

    @property
    def settled(self) -> str:
        """How much it settles, and between which inventories; empty where no amount is said."""
        return amount_settled(self.entry.about.get("settled"))


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding on a page, with the names of accounts, as of a day."""

    record: FindingRecord
    names: Mapping[str, str]
    today: date

    @property
    def number(self) -> int:
        """Its number in the book."""
        return self.record.number

    @property
    def series(self) -> str:
        """Where and of what."""
        return self.record.subject.series

    @property
    def kind(self) -> str:
        """What was found, in words."""
        of = self.record.subject.of
        return str(FOUND_VERDICTS.get(of, of))

    @property
    def begun(self) -> str:
        """Inventory and day of its first alarm."""
        first = self.record.alarms[0]
        return f"{first.inventory} {first.at:%Y-%m-%d}".strip()

    @property
    def further(self) -> list[str]:
        """Inventories and days of its later alarms."""
        return [f"{one.inventory} {one.at:%Y-%m-%d}" for one in self.record.alarms[1:]]

    @property
    def amount(self) -> str:
        """How much is missing, less than nothing for a surplus; empty where the report alone says."""
        known = [one.amount for one in self.record.alarms if one.amount is not None]
        return f"{known[-1]:g} {self.record.subject.unit}" if known else ""

    @property
    def settled_amount(self) -> str:
        """How much of it is settled, and between which inventories."""
        return amount_settled(self.record.settled)

    @property
    def state(self) -> str:
        """Its state, in words."""
        return str(FINDING_STATES[self.record.state])

    @property
    def settled(self) -> bool:
        """Whether it is explained or a confirmed loss."""
        return self.record.state in SETTLED

    @property
    def overdue(self) -> bool:
        """Whether its day has passed."""
        return self.record.overdue(self.today)

    @property
    def looks(self) -> str:
        """The name of who looks into it."""
        return self.names.get(self.record.looks, "")

    @property
    def answers(self) -> str:
        """The name of who answers for it."""
        return self.names.get(self.record.answers, "")

    @property
    def approved_by(self) -> str:
        """The name of who approved what it came to."""
        return "" if self.record.approval is None else self.names.get(self.record.approval.by, "")

    @property
    def waiting(self) -> ShownStep | None:
        """The proposal on which nobody has decided."""
        entry = self.record.waiting
        return None if entry is None else ShownStep(entry, self.names.get(entry.by, ""))

    @property
    def steps(self) -> list[ShownStep]:
        """What was done about it, in order."""
        return [ShownStep(one, self.names.get(one.by, "")) for one in self.record.steps]


@dataclass(frozen=True, slots=True)
class FindingsBeside:
    """What stands beside a review: findings that are new, grown, settled since the one before, overdue, not found."""

    new: Sequence[ShownFinding]
    grown: Sequence[ShownFinding]
    settled: Sequence[ShownFinding]
    overdue: Sequence[ShownFinding]
    gone: Sequence[ShownFinding]
    others: int


def findings_beside(site: str, review: str, today: date) -> FindingsBeside | None:
    """What stands beside a review, until the next one; ``None`` for one whose findings the book does not know."""
    ledger = ledger_of(site)
    keys = [one.key for one in ledger.reviews]
    if review not in keys:
        return None
    place = keys.index(review)
    this, later = ledger.reviews[place], ledger.reviews[place + 1 : place + 2]
    before = ledger.reviews[place - 1].entry.number if place else 0
    if later:
        ledger, today = ledger_of(site, later[0].entry.number), later[0].entry.at.date()
    return _beside(ledger, this, before, today)


def _beside(ledger: FindingsLedger, review: RecordedReview, before: int, today: date) -> FindingsBeside:
    records = ledger.records
    settled = {
        number for number, one in records.items()
        if one.state in SETTLED and one.approval is not None and one.approval.number > before
    }  # fmt: skip
    overdue = {number for number, one in records.items() if one.overdue(today)}
    gone = {number for number, one in records.items() if one.state not in SETTLED and number not in review.found}
    told = review.raised | review.grown | settled | overdue | gone

    def shown(numbers: Iterable[int]) -> list[ShownFinding]:
        return shown_findings([records[number] for number in sorted(numbers)], today)

    return FindingsBeside(
        new=shown(review.raised),
        grown=shown(review.grown),
        settled=shown(settled),
        overdue=shown(overdue),
        gone=shown(gone),
        others=len(review.found - told),
    )


def ledger_of(site: str, upto: int | None = None) -> FindingsLedger:
    """The findings of a site, now or as they stood before an entry."""
    with the_book().database.reading() as connection:
        return findings_in(connection, site, upto)


def shown_findings(records: Iterable[FindingRecord], today: date) -> list[ShownFinding]:
    """Findings with the names of the accounts in them."""
    records = list(records)
    keys = {step.by for one in records for step in one.steps}
    keys |= {key for one in records for key in (one.looks, one.answers)}
    names = names_of(keys)
    return [ShownFinding(one, names, today) for one in records]
