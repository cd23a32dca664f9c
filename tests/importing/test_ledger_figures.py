"""What a ledger prints beside its rows stays in the facts: balances, books beside counts, both sides of transfers."""

from __future__ import annotations

from pathlib import Path

import pytest
from rows import imported, table

from stockward.balance.closing import close_balances
from stockward.balance.ledger.faults import faults_of_ledger
from stockward.book import read_site
from stockward.book.known import known_at
from stockward.questions.importing import Request, import_files
from stockward.terms.verdicts import LedgerFault

HEAD = "Date,Document,Type,Place,Material,Received,Issued,Balance"
CARD = [
    HEAD,
    "2025-01-02,R1,receipt,M1,SHELL,100,,150",
    "2025-01-09,I1,issue,M1,SHELL,,40,110",
    "2025-01-16,T1,transfer,M1,SHELL,,30,80",
    "2025-01-16,T1,transfer,M2,SHELL,30,,30",
    "2025-01-23,I2,issue,M1,SHELL,,10,70",
]
KINDS = {("source",): "each", ("sheets",): "they may"}
BALANCE_WRONG = ("source", "card", "tie_out")


def card(folder: Path, rows: list[str]) -> Path:
    path = folder / "card.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_balances_stand_beside_the_area_that_they_are_of(tmp_path: Path) -> None:
    found = imported([card(tmp_path, CARD)], tmp_path / "site", {("source", "card", "unit"): "each"}).found
    rows = {row["document"]: row for row in table(found, "movements")}
    assert (rows["R1"]["to_balance"], rows["R1"]["from_balance"]) == ("150", "")
    assert (rows["I1"]["to_balance"], rows["I1"]["from_balance"]) == ("", "110")
    assert (rows["T1"]["from_balance"], rows["T1"]["to_balance"], rows["T1"]["other_quantity"]) == ("80", "30", "30")


def test_balances_over_several_places_are_left_out(tmp_path: Path) -> None:
    """They are those of the material as a whole, and no column of the tables holds them."""
    rows = [HEAD, "2025-01-02,R1,receipt,M1,SHELL,100,,150", "2025-01-03,R2,receipt,M2,SHELL,10,,160",
            "2025-01-04,I1,issue,M1,SHELL,,60,100", "2025-01-05,I2,issue,M2,SHELL,,5,95"]  # fmt: skip
    found = imported([card(tmp_path, rows)], tmp_path / "site", {("source", "card", "unit"): "each"}).found
    made = table(found, "movements")
    assert len(made) == 4
    assert not any(row["from_balance"] or row["to_balance"] for row in made)


@pytest.mark.parametrize(
    ("answer", "stands", "other"), [("what was sent", "30", "25"), ("what was received", "25", "30")]
)
def test_sides_of_a_transfer_that_differ_are_asked_about(tmp_path: Path, answer: str, stands: str, other: str) -> None:
    rows = [*CARD[:4], "2025-01-16,T1,transfer,M2,SHELL,25,,25", CARD[5]]
    path, unit = card(tmp_path, rows), {("source", "card", "unit"): "each"}
    waits = imported([path], tmp_path / "open", unit)
    assert [row["document"] for row in waits.waiting] == ["T1"]
    (asked,) = (one for one in waits.found.questions if one.about == ("source", "card", "sides_differ"))
    assert "30 sent" in asked.asks
    assert "25 received" in asked.asks
    found = imported([path], tmp_path / "site", {**unit, asked.about: answer}).found
    (row,) = (row for row in table(found, "movements") if row["document"] == "T1")
    assert (row["quantity"], row["other_quantity"]) == (stands, other)
    assert (row["from_area"], row["to_area"]) == ("M1", "M2")


def test_what_is_no_pair_is_asked_about_as_two(tmp_path: Path) -> None:
    rows = [*CARD[:4], "2025-01-16,T1,transfer,M2,SHELL,25,,25", CARD[5]]
    answers = {("source", "card", "unit"): "each", ("source", "card", "sides_differ"): "they are no pair"}
    found = imported([card(tmp_path, rows)], tmp_path / "site", answers)
    assert ("source", "card", "single_transfers") in {one.about for one in found.found.questions}


def test_a_balance_that_breaks_is_named_by_its_place_in_the_file(tmp_path: Path) -> None:
    rows = [*CARD, "2025-01-30,I3,issue,M1,SHELL,,5,45", "2025-02-03,I4,issue,M1,SHELL,,5,40"]
    counts = tmp_path / "counts.csv"
    counts.write_text(
        "Date,Place,Material,Book,Counted\n2025-01-01,M1,SHELL,50,50\n2025-01-01,M2,SHELL,0,0\n"
        "2025-02-10,M1,SHELL,66,60\n2025-02-10,M2,SHELL,30,30\n",
        encoding="utf-8",
    )
    site = tmp_path / "site"
    answers = {
        ("source", "card", "unit"): "each", ("source", "counts", "unit"): "each",
        ("source", "card", "tie_out"): "the balance is wrong",
        ("source", "counts", "prefilled"): "each line was counted",
    }  # fmt: skip
    request = Request([card(tmp_path, rows), counts], site, timezone="UTC")
    request.answers.update({**answers, ("areas", "kind"): "store"})
    result = import_files(request)
    result = import_files(request)
    assert [one.about for one in result.questions if one.answer is None] == []
    for name, content in result.contents.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(content, encoding="utf-8", newline="")
    books = known_at(read_site(site), None)
    found = {one.fault: one for one in faults_of_ledger(books, close_balances(books))}
    balance, book = found[LedgerFault.BALANCE_BREAKS], found[LedgerFault.BOOK_DIFFERS]
    assert (balance.rows[0].source, balance.amount) == ("card.csv row 7", -20.0)
    assert (book.rows[0].source, book.stated, book.reckoned) == ("counts.csv row 4", 66.0, 60.0)
