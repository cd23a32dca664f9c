"""Tables of one file, beside each other or on sheets of their own: none is a later version of another."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from tests.importing.keepers.books import workbook
from tests.importing.rows import Rows, imported, table

_HEADERS: list[object] = ["Date", "Item", "Store", "Unit", "Received", "Issued"]
_RECEIPT: list[object] = [date(2026, 1, 5), "HE", "Mag 1", "ea", 30, None]
_ISSUE: list[object] = [date(2026, 1, 9), "HE", "Mag 1", "ea", None, 2]
_LAST: list[object] = [date(2026, 1, 20), "HE", "Mag 1", "ea", None, 3]
_COPY = ("overlaps",)


def _receipts_and_issues(folder: Path, *later: list[object]) -> list[Path]:
    """Two tables beside each other, with one header: what came in, and what went out."""
    rows: list[list[object]] = [
        ["RECEIPTS", None, None, None, None, None, "ISSUES"],
        ["Date", "Item", "Qty", "Unit", "Store", None, "Date", "Item", "Qty", "Unit", "Store"],
        [date(2026, 1, 5), "Mine", 30, "ea", "Mag 1", None, date(2026, 1, 8), "Mine", 4, "ea", "Mag 1"],
        [date(2026, 1, 12), "Mine", 10, "ea", "Mag 1", None, date(2026, 1, 15), "Mine", 6, "ea", "Mag 1"],
        [None, None, None, None, None, None, date(2026, 1, 22), "Mine", 2, "ea", "Mag 1"],
        *later,
    ]
    return workbook(folder / "sides.xlsx", {"Side": rows})


def _sizes(rows: Rows) -> list[tuple[str, str, str]]:
    return sorted((row["at"], row["kind"], row["quantity"]) for row in table(rows.found, "movements"))


def _about(rows: Rows) -> list[str]:
    return [one.about[0] for one in rows.found.questions]


def _log(rows: Rows) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rows.found.contents["imported/log.csv"], newline="")))


def _kept(rows: Rows, site: Path) -> None:
    for name, text in rows.found.contents.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")


SIDES = [
    ("2026-01-05", "receipt", "30"), ("2026-01-08", "issue", "4"), ("2026-01-12", "receipt", "10"),
    ("2026-01-15", "issue", "6"), ("2026-01-22", "issue", "2"),
]  # fmt: skip


def test_tables_beside_each_other_are_both_taken_and_read_again_as_they_were(tmp_path: Path) -> None:
    files, site = _receipts_and_issues(tmp_path), tmp_path / "site"
    first = imported(files, site)
    assert _sizes(first) == SIDES
    assert not first.found.questions
    _kept(first, site)
    again = imported(files, site)
    assert _sizes(again) == SIDES
    assert not again.found.questions
    more = [None, None, None, None, None, None, date(2026, 1, 25), "Mine", 1, "ea", "Mag 1"]
    later = imported(_receipts_and_issues(tmp_path, more), site)
    assert _sizes(later) == [*SIDES, ("2026-01-25", "issue", "1")]
    assert not later.found.questions


def test_a_row_that_has_gone_from_one_of_two_tables_is_asked_about(tmp_path: Path) -> None:
    site = tmp_path / "site"
    first = imported(_receipts_and_issues(tmp_path), site)
    _kept(first, site)
    shorter = _receipts_and_issues(tmp_path)
    book = openpyxl.load_workbook(shorter[0])
    for column in range(1, 6):
        book.active.cell(3, column).value = None
    book.save(shorter[0])
    asked = imported(shorter, site)
    assert _about(asked) == ["differences"]
    assert len(asked.waiting) == 1
    taken = imported(shorter, site, {("differences",): "the new file"})
    assert _sizes(taken) == SIDES[1:]
    assert [row["state"] for row in _log(taken) if row["source"].endswith("row 3")] == ["taken", "left out"]


def test_equal_rows_of_two_tables_on_a_sheet_are_two(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [*_HEADERS, None, *_HEADERS],
        [*_RECEIPT, None, *_RECEIPT],
        [*_ISSUE, None, *_LAST],
    ]
    found = imported(workbook(tmp_path / "same.xlsx", {"S": rows}), tmp_path / "site")
    receipt = ("2026-01-05", "receipt", "30")
    assert _sizes(found) == [receipt, receipt, ("2026-01-09", "issue", "2"), ("2026-01-20", "issue", "3")]
    assert [row["state"] for row in _log(found)] == ["taken"] * 4


@pytest.mark.parametrize("last", [_LAST, [*_LAST[:5], 4]], ids=["a copy", "a copy that was changed"])
def test_a_copied_sheet_is_asked_about_by_name(tmp_path: Path, last: list[object]) -> None:
    sheets: dict[str, list[list[object]]] = {
        "Ledger": [_HEADERS, _RECEIPT, _ISSUE, _LAST],
        "Ledger (2)": [_HEADERS, _RECEIPT, _ISSUE, last],
    }
    files, site = workbook(tmp_path / "book.xlsx", sheets), tmp_path / "site"
    asked = imported(files, site, accepts=True)
    assert _about(asked) == ["overlaps"]
    assert all(name in asked.found.questions[0].asks for name in ("[Ledger]", "[Ledger (2)]"))
    assert len(asked.waiting) == 6
    once = imported(files, site, {_COPY: "leave out book.xlsx[Ledger (2)]"})
    true = [("2026-01-05", "receipt", "30"), ("2026-01-09", "issue", "2"), ("2026-01-20", "issue", "3")]
    assert _sizes(once) == true
    assert [row["state"] for row in _log(once)] == ["taken"] * 3 + ["left out"] * 3
    _kept(once, site)
    again = imported(files, site)
    assert _sizes(again) == true
    assert not again.found.questions
    twice = imported(files, tmp_path / "other", {_COPY: "both count: neither is a copy"})
    assert len(_sizes(twice)) == 6
    assert not twice.waiting


def test_a_question_about_a_copy_waits_for_the_next_run(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {
        "Ledger": [_HEADERS, _RECEIPT, _ISSUE, _LAST],
        "Old": [_HEADERS, _RECEIPT, _ISSUE, _LAST],
    }
    files, site = workbook(tmp_path / "book.xlsx", sheets), tmp_path / "site"
    _kept(imported(files, site), site)
    answered = imported([], site, {_COPY: "leave out book.xlsx[Old]"})
    assert len(_sizes(answered)) == 3
    assert not answered.waiting


def _gross(folder: Path, *, codes: bool) -> list[Path]:
    """A ledger in which things came and went on one line, with its balance, and a voucher a line."""
    lines = [(5, 20, None, 20, "V1"), (6, 4, 6, 18, "V2"), (7, 5, 5, 18, "V3"), (8, None, 1, 17, "V4")]
    rows: list[list[object]] = [[*_HEADERS, "Balance", "Voucher", *(["Type"] if codes else [])]]
    rows += [
        [date(2026, 1, day), "HE", "Mag 1", "ea", came, went, left, voucher, *(["X"] if codes else [])]
        for day, came, went, left, voucher in lines
    ]
    return workbook(folder / "gross.xlsx", {"Ledger": rows})


GROSS = [
    ("2026-01-05", "receipt", "20"), ("2026-01-06", "issue", "6"), ("2026-01-06", "receipt", "4"),
    ("2026-01-07", "issue", "5"), ("2026-01-07", "receipt", "5"), ("2026-01-08", "issue", "1"),
]  # fmt: skip


def test_what_came_and_went_on_one_line_is_two_movements(tmp_path: Path) -> None:
    found = imported(_gross(tmp_path, codes=False), tmp_path / "site")
    assert _sizes(found) == GROSS
    rows = table(found.found, "movements")
    both = [row for row in rows if row["source"].endswith("row 3")]
    assert [row["movement"].rpartition("-")[2] for row in both] == ["in", "out"]
    assert len({row["movement"].rpartition("-")[0] for row in both}) == 1
    assert [row["from_balance"] or row["to_balance"] for row in rows] == ["20", "", "18", "", "18", "17"]
    balance = found.found.sources[0].balance
    assert balance is not None and balance.holds


def test_one_code_for_what_came_and_went_is_asked_about_by_side(tmp_path: Path) -> None:
    kinds = ("source", "Ledger", "kinds")
    asked = imported(_gross(tmp_path, codes=True), tmp_path / "site")
    assert sorted(one.about[-1] for one in asked.found.questions) == ["X, in", "X, out"]
    assert len(asked.waiting) == len(GROSS)
    answers = {(*kinds, "X, in"): "receipt", (*kinds, "X, out"): "issue"}
    assert _sizes(imported(_gross(tmp_path, codes=True), tmp_path / "site", answers)) == GROSS


def test_halves_that_differ_in_one_header_have_their_own_columns_alone(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["RECEIPTS", None, None, None, None, None, "ISSUES"],
        [*_HEADERS[:5], None, *_HEADERS[:4], "Issued"],
        [*_RECEIPT[:5], None, date(2026, 1, 6), "HE", "Mag 1", "ea", 2],
        [date(2026, 1, 12), "HE", "Mag 1", "ea", 10, None, date(2026, 1, 15), "HE", "Mag 1", "ea", 6],
    ]
    found = imported(workbook(tmp_path / "halves.xlsx", {"Jan": rows}), tmp_path / "site")
    assert _sizes(found) == [
        ("2026-01-05", "receipt", "30"), ("2026-01-06", "issue", "2"), ("2026-01-12", "receipt", "10"),
        ("2026-01-15", "issue", "6"),
    ]  # fmt: skip
    assert not found.found.questions


def test_the_two_sides_of_an_account_are_one_table(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["HE 81mm - Mag 1"],
        ["IN", None, None, None, "OUT"],
        ["Date", "From", "Qty", None, "Date", "To", "Qty"],
        [date(2026, 1, 5), "Depot", 100, None, date(2026, 1, 6), "A Coy", 20],
        [date(2026, 1, 12), "Depot", 50, None, date(2026, 1, 9), "B Coy", 30],
        [None, None, None, None, date(2026, 1, 20), "A Coy", 10],
    ]
    files = workbook(tmp_path / "account.xlsx", {"HE": rows})
    answers: dict[tuple[str, ...], str] = {
        ("source", "HE", "area"): "Mag 1",
        ("source", "HE", "material"): "HE 81mm",
        ("source", "HE", "unit"): "each",
    }
    found = imported(files, tmp_path / "site", answers)
    assert _sizes(found) == [
        ("2026-01-05", "receipt", "100"), ("2026-01-06", "issue", "20"), ("2026-01-09", "issue", "30"),
        ("2026-01-12", "receipt", "50"), ("2026-01-20", "issue", "10"),
    ]  # fmt: skip
