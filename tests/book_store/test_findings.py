"""Findings in the book, on both engines: recognised again, explained, approved by another, and looked at by verify."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from tests.book_store.test_records import FIRST_SITE, address_of, entered, row_entries

import stockward as sw
from stockward.book.store.compared import compared_alarms
from stockward.book.store.entries import BookEntry, EntryKind
from stockward.book.store.exporting import export_files
from stockward.book.store.findings import (
    FindingRecord,
    FindingsLedger,
    FindingState,
    FindingStep,
    FoundAlarm,
    FoundSubject,
    findings_in,
)
from stockward.book.store.handed_in import Correction, HandedIn
from stockward.book.store.merkle import Peaks, leaf_hash
from stockward.book.store.proof import verify_database, verify_export
from stockward.book.store.records import Book, entry_numbered, repeated_columns
from stockward.book.store.tables import ENTRIES, TREE_HEADS
from stockward.book.store.tree_heads import HeadSigner, TreeHead
from stockward.outputs import write_new_folder
from stockward.questions.found import alarms_found
from stockward.questions.review import make_review
from stockward.terms.errors import BookError, ConflictError, UsageError

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
SHORTAGE = FoundSubject("press/RDX", "kg", "shortage")
DUE = date(2026, 3, 1)


def alarm(inventory: str, days: int, subject: FoundSubject = SHORTAGE, amount: float | None = None) -> FoundAlarm:
    return FoundAlarm(subject, inventory, BEGIN + timedelta(days=days), amount)


def exact(inventory: str, days: int, amount: float) -> FoundAlarm:
    return alarm(inventory, days, FoundSubject("store/shell", "each", "discrepancy", inventory), amount)


def ledger_of(book: Book) -> FindingsLedger:
    with book.database.reading() as connection:
        return findings_in(connection, "first")


def found(book: Book, review: str, *alarms: FoundAlarm) -> list[FindingRecord]:
    book.record_review("first", "officer", review, alarms, DUE)
    return list(ledger_of(book).records.values())


def looked_into(book: Book, finding: int, by: str = "officer") -> int:
    state = FindingState.LOOKED_INTO
    return book.change_finding("first", finding, by, state, due=DUE, looks="inspector", answers="officer")


def test_a_growing_alarm_stays_one_finding(book: Book) -> None:
    (one,) = found(book, "january", alarm("I1", 0))
    assert (one.state, one.due, one.subject) == (FindingState.OPEN, DUE, SHORTAGE)
    (same,) = found(book, "february", alarm("I1", 0), alarm("I2", 28))
    assert same.number == one.number and [each.inventory for each in same.alarms] == ["I1", "I2"]
    last = ledger_of(book).reviews[-1]
    assert (last.found, last.raised, last.grown) == ({one.number}, set(), {one.number})
    found(book, "march", alarm("I1", 0), alarm("I2", 28))
    last = ledger_of(book).reviews[-1]
    assert (last.found, last.raised, last.grown) == ({one.number}, set(), set())


def test_what_is_another_loss_is_another_finding() -> None:
    gain = replace(SHORTAGE, of="gain")
    compared = compared_alarms({}, [alarm("I1", 0), alarm("I9", 900), alarm("I1", 0, gain), exact("I1", 0, 2.0)])
    assert len(compared.raised) == 4
    records = {
        number: FindingRecord(
            number=number, site="first", subject=alarms[0].subject, alarms=alarms, raised=BEGIN, due=DUE
        )
        for number, alarms in enumerate(compared.raised)
    }
    again = compared_alarms(records, [alarm("I0", -7), alarm("I8", 880), exact("I2", 30, -2.0), exact("I1", 0, 2.0)])
    shortages = [number for number, one in records.items() if one.subject == SHORTAGE]
    assert set(shortages) <= again.found
    assert [[each.inventory for each in again.grown[number]] for number in shortages] == [["I0", "I1"], ["I8", "I9"]]
    assert [[each.inventory for each in run] for run in again.raised] == [["I2"]]
    (changed,) = compared_alarms(records, [exact("I1", 0, 3.0)]).grown.values()
    assert changed[0].amount == 3.0


def test_a_review_is_entered_once(book: Book) -> None:
    number = book.record_review("first", "officer", "january", [alarm("I1", 0)], DUE)
    assert book.record_review("first", "officer", "january", [alarm("I1", 0)], DUE) == number
    assert len(ledger_of(book).reviews) == 1


def test_what_explains_is_named_and_somebody_else_approves_it(book: Book) -> None:
    entered(book)
    (one,) = found(book, "january", alarm("I1", 0))
    looked_into(book, one.number)
    row = row_entries(book, "counts")[0]
    state = FindingState.EXPLAINED
    with pytest.raises(UsageError, match="a reason is a sentence"):
        book.settle_finding("first", one.number, "officer", state, " ", entry=row)
    with pytest.raises(UsageError, match="an entry of the books explains a finding"):
        book.settle_finding("first", one.number, "officer", state, "a scale")
    for none in (0, one.number, 10**15):
        with pytest.raises(UsageError, match="it is no approved change of first"):
            book.settle_finding("first", one.number, "officer", state, "a scale", entry=none)
    proposal = book.settle_finding("first", one.number, "officer", state, "the scale was wrong", entry=row)
    assert ledger_of(book).records[one.number].state is FindingState.LOOKED_INTO, "it is only proposed"
    with pytest.raises(BookError, match="who handed it in cannot decide on it"):
        book.approve(proposal, "officer")
    with pytest.raises(UsageError, match="waits for a decision"):
        looked_into(book, one.number)
    book.approve(proposal, "inspector")
    settled = ledger_of(book).records[one.number]
    assert (settled.state, settled.entry, settled.reason) == (state, row, "the scale was wrong")
    assert settled.approval is not None and settled.approval.by == "inspector"
    assert settled.alarms == one.alarms and not settled.overdue(date(2030, 1, 1))
    with pytest.raises(ConflictError, match="it was approved already"):
        book.send_back(proposal, "inspector", "too late")
    assert verify_database(address_of(book)).whole


def test_a_change_that_waits_explains_nothing(book: Book) -> None:
    entered(book)
    (one,) = found(book, "january", alarm("I1", 0))
    from stockward.book.store.handed_in import HandedIn

    waiting = book.submit("first", "clerk", HandedIn.of_folder(FIRST_SITE))
    with pytest.raises(UsageError, match="it is no approved change"):
        book.settle_finding("first", one.number, "officer", FindingState.EXPLAINED, "it was late", entry=waiting + 1)


def test_what_is_sent_back_is_as_it_was(book: Book) -> None:
    (one,) = found(book, "january", alarm("I1", 0))
    proposal = book.settle_finding("first", one.number, "officer", FindingState.CONFIRMED_LOSS, "it is gone")
    book.send_back(proposal, "inspector", "count again first")
    now = ledger_of(book).records[one.number]
    assert (now.state, now.waiting) == (FindingState.OPEN, None)
    book.settle_finding("first", one.number, "officer", FindingState.CONFIRMED_LOSS, "counted again: it is gone")
    assert verify_database(address_of(book)).whole


def test_more_of_a_settled_finding_opens_it_again(book: Book) -> None:
    (one,) = found(book, "january", alarm("I1", 0))
    proposal = book.settle_finding("first", one.number, "officer", FindingState.CONFIRMED_LOSS, "it is gone")
    book.approve(proposal, "inspector")
    (same,) = found(book, "february", alarm("I1", 0))
    assert same.state is FindingState.CONFIRMED_LOSS, "what is known alarms no more than it did"
    (same,) = found(book, "march", alarm("I1", 0), alarm("I3", 56))
    assert (same.state, same.approval) == (FindingState.OPEN, None)
    proposal = book.settle_finding("first", one.number, "officer", FindingState.CONFIRMED_LOSS, "more is gone")
    found(book, "april", alarm("I1", 0), alarm("I3", 56), alarm("I4", 84))
    with pytest.raises(ConflictError, match="more of the finding was found since it was proposed: propose it again"):
        book.approve(proposal, "inspector")
    assert verify_database(address_of(book)).whole


def test_what_no_review_finds_any_more_is_still_to_be_explained(book: Book) -> None:
    (one,) = found(book, "january", alarm("I1", 0))
    (same,) = found(book, "february")
    assert same.state is FindingState.OPEN and same.overdue(DUE + timedelta(days=1))
    assert one.number not in ledger_of(book).reviews[-1].found


def test_steps_that_are_not_allowed_are_refused_in_one_line(book: Book) -> None:
    (one,) = found(book, "january", alarm("I1", 0))
    with pytest.raises(UsageError, match="there is no such finding"):
        looked_into(book, one.number + 1)
    with pytest.raises(UsageError, match="two accounts are named"):
        book.change_finding("first", one.number, "officer", FindingState.LOOKED_INTO, due=DUE, looks="a")
    with pytest.raises(UsageError, match="cannot become open"):
        book.change_finding("first", one.number, "officer", FindingState.OPEN, due=DUE, reason="why not")
    with pytest.raises(UsageError, match="cannot become explained so"):
        book.change_finding("first", one.number, "officer", FindingState.EXPLAINED, due=DUE, reason="I say so")
    with pytest.raises(UsageError, match="there is no such finding"):
        book.change_finding("second", one.number, "officer", FindingState.LOOKED_INTO, due=DUE, looks="a", answers="b")
    looked_into(book, one.number)
    book.change_finding("first", one.number, "officer", FindingState.OPEN, due=DUE, reason="the inspector is away")
    assert ledger_of(book).records[one.number].state is FindingState.OPEN


def forged(book: Book, signer: HeadSigner, entry: BookEntry) -> list[str]:
    """Faults of the book after an entry that whoever holds the key signs past its rules."""
    with book.database.writing() as connection:
        last = connection.execute(TREE_HEADS.select().order_by(TREE_HEADS.c.size.desc()).limit(1)).one()
        made = replace(entry, number=last.size, at=datetime.fromisoformat(last.at))
        leaf = leaf_hash(made.text.encode())
        connection.execute(insert(ENTRIES), repeated_columns(made) | {"leaf": leaf, "entry": made.text})
        peaks = Peaks.of_text(last.size, last.peaks).grown([leaf])
        head = TreeHead(signer.key.book, peaks.size, peaks.root, made.at)
        said = {"size": peaks.size, "at": last.at, "peaks": peaks.text, "note": signer.signed(head)}
        connection.execute(insert(TREE_HEADS), said)
    return list(verify_database(address_of(book)).faults)


@pytest.mark.parametrize(
    ("about", "fault"),
    [
        ({"step": "changed", "state": "explained", "due": "2026-03-01", "reason": "mine"}, "cannot become explained"),
        ({"step": "proposed", "state": "explained", "reason": "row", "entry": 1}, "entry 1, which is no approved"),
        ({"step": "proposed", "state": "lost", "reason": "row"}, "it is no step of a finding"),
        ({"step": "changed", "state": "looked_into", "due": "soon", "looks": "a", "answers": "b"}, "no step"),
        ({"step": "vanished"}, "it is no step of a finding"),
        ({"step": "raised", "review": "x", "due": "2026-03-01", "alarms": []}, "it is no step of a finding"),
    ],
)
def test_verify_finds_steps_past_the_rules(book: Book, signer: HeadSigner, about: dict[str, str], fault: str) -> None:
    (one,) = found(book, "january", alarm("I1", 0))
    faults = forged(book, signer, BookEntry(0, EntryKind.FINDING, BEGIN, "thief", "first", None, one.number, about))
    assert fault in faults[0]


def test_verify_finds_an_approval_of_what_was_overtaken(book: Book, signer: HeadSigner) -> None:
    (one,) = found(book, "january", alarm("I1", 0))
    proposal = book.settle_finding("first", one.number, "officer", FindingState.CONFIRMED_LOSS, "it is gone")
    found(book, "february", alarm("I1", 0), alarm("I2", 28))
    faults = forged(book, signer, BookEntry(0, EntryKind.APPROVAL, BEGIN, "other", "first", proposal, None, {}))
    assert len(faults) == 1 and "overtaken" in faults[0]


def test_the_database_refuses_an_approval_by_whoever_proposed_it(book: Book, signer: HeadSigner) -> None:
    (one,) = found(book, "january", alarm("I1", 0))
    proposal = book.settle_finding("first", one.number, "officer", FindingState.CONFIRMED_LOSS, "it is gone")
    with pytest.raises(BookError):
        forged(book, signer, BookEntry(0, EntryKind.APPROVAL, BEGIN, "officer", "first", proposal, None, {}))
    assert verify_database(address_of(book)).whole


def test_an_export_carries_the_findings_and_facts_stay(book: Book, tmp_path: Path) -> None:
    entered(book)
    before = export_files(book, "first")
    (one,) = found(book, "january", alarm("I1", 0))
    proposal = book.settle_finding("first", one.number, "officer", FindingState.CONFIRMED_LOSS, "it is gone")
    book.approve(proposal, "inspector")
    files = export_files(book, "first")
    assert {name: files[name] for name in before if not name.startswith("book/")} == {
        name: content for name, content in before.items() if not name.startswith("book/")
    }
    write_new_folder(tmp_path / "out", files)
    assert verify_export(tmp_path / "out").whole
    assert b'"step":"raised"' in files["book/entries.jsonl"]


def test_next_months_review_names_the_same_findings() -> None:
    """Ridgeway as of three days in order: every finding is recognised again, and none comes twice."""
    site = sw.read_site(Path(__file__).parents[2] / "examples" / "ridgeway")
    records: dict[int, FindingRecord] = {}
    for day in ("2026-02-28", "2026-05-12", None):
        answers = make_review(site, as_of=day, generated=datetime(2026, 8, 1, tzinfo=UTC))
        alarms = alarms_found(answers)
        compared = compared_alarms(records, alarms)
        assert compared.found == records.keys(), "no alarm vanishes without a changed fact"
        for number, grown in compared.grown.items():
            records[number] = replace(records[number], alarms=grown)
        for run in compared.raised:
            number = len(records)
            records[number] = FindingRecord(
                number=number, site="r", subject=run[0].subject, alarms=run, raised=BEGIN, due=DUE
            )
    kept = sorted(
        (one.subject.series, each.inventory, one.subject.of) for one in records.values() for each in one.alarms
    )
    assert kept == sorted((one.subject.series, one.inventory, one.subject.of) for one in alarms)
    alarming = {answers.balances.series["id"][number] for event in answers.events for number in event.series}
    assert alarming <= {one.subject.series for one in records.values()}


def test_steps_are_those_that_entries_know() -> None:
    about = {"step": FindingStep.PROPOSED.value}
    assert BookEntry(1, EntryKind.FINDING, BEGIN, "a", "first", None, 0, about).settles
    assert not BookEntry(1, EntryKind.EVENT, BEGIN, "a", "first", None, 0, about).settles


CELLS = {
    "settled": "finding-1", "basis": "confirmed_loss", "area": "S1", "substance": "TNT", "from_inventory": "JAN",
    "to_inventory": "FEB", "amount": "2", "unit": "kg", "reason": "stolen",
}  # fmt: skip


def test_an_approved_amount_is_a_row_of_the_facts_until_the_finding_is_opened_again(book: Book, tmp_path: Path) -> None:
    entered(book)
    (one,) = found(book, "january", alarm("I1", 0))
    state = FindingState.CONFIRMED_LOSS
    before = export_files(book, "first")
    proposal = book.settle_finding("first", one.number, "officer", state, "stolen", settled=CELLS)
    assert "settled.csv" not in export_files(book, "first"), "it is only proposed"
    approval = book.approve(proposal, "inspector")
    files = export_files(book, "first")
    tables = {name: text for name, text in files.items() if "/" not in name and name != "settled.csv"}
    assert tables == {name: text for name, text in before.items() if "/" not in name}
    header, row = files["settled.csv"].decode().splitlines()
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    assert {name: cells[name] for name in CELLS} == CELLS
    assert (cells["approved_by"], cells["reference"]) == ("inspector", f"entry {proposal}")
    assert cells["known_since"] == f"{datetime.now(UTC):%Y-%m-%d}"
    write_new_folder(tmp_path / "out", files)
    assert verify_export(tmp_path / "out").whole
    assert verify_database(address_of(book)).whole
    (tmp_path / "out" / "settled.csv").write_bytes(files["settled.csv"].replace(b",2,", b",9,"))
    assert not verify_export(tmp_path / "out").whole
    # It is out of the tests: what alarms all the same, and be it at its own inventory, is another finding.
    compared = compared_alarms(ledger_of(book).records, [alarm("I1", 0), alarm("I2", 30)])
    assert not compared.found and [len(alarms) for alarms in compared.raised] == [2]
    book.change_finding("first", one.number, "officer", FindingState.OPEN, due=DUE, reason="it was seen")
    assert "settled.csv" not in export_files(book, "first")
    assert ledger_of(book).records[one.number].settled is None
    with book.database.reading() as connection:
        at = entry_numbered(connection, approval)
    assert at is not None
    assert "settled.csv" in export_files(book, "first", at.at), "as the book stood then"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"amount": ""}, "amount is blank"),
        ({"colour": "red"}, "colour is no cell"),
        ({"reason": "x" * 3_000}, "at most"),
        ({"known_since": "2020-01-01"}, "known_since is no cell"),
    ],
)
def test_what_is_no_row_of_settled_is_not_proposed(book: Book, cells: dict[str, str], said: str) -> None:
    entered(book)
    (one,) = found(book, "january", alarm("I1", 0))
    with pytest.raises(UsageError, match=said):
        book.settle_finding(
            "first", one.number, "officer", FindingState.CONFIRMED_LOSS, "stolen", settled={**CELLS, **cells}
        )


def test_what_a_finding_came_to_is_corrected_by_no_submission(book: Book) -> None:
    entered(book)
    (one,) = found(book, "january", alarm("I1", 0))
    proposal = book.settle_finding("first", one.number, "officer", FindingState.CONFIRMED_LOSS, "stolen", settled=CELLS)
    book.approve(proposal, "inspector")
    wrong = Correction(proposal, "settled", None, "it was not")
    with pytest.raises(ConflictError, match="it does not stand"):
        book.submit("first", "clerk", HandedIn(corrections=(wrong,)))
