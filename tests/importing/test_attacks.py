"""What was tried against an import: nothing of it may be wrong in silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from tests.importing.rows import Rows, imported

HEAD = "Date,Material,Store,Type,Qty,Unit"


def ledger(folder: Path, lines: Sequence[str], name: str = "ledger.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def taken(folder: Path, lines: Sequence[str], answers: Mapping[tuple[str, ...], str] | None = None) -> Rows:
    return imported([ledger(folder, lines)], folder / "site", answers)


def asked(rows: Rows) -> str:
    return "\n".join(one.asks for one in rows.found.questions)


def test_one_negative_row_does_not_turn_a_ledger_round(tmp_path: Path) -> None:
    moved = ((13, "Receipt", 100), (14, "Issue", 50), (15, "Issue", 20), (16, "Issue", -5))
    lines = [HEAD, *(f"2026-01-{day},TNT,A,{kind},{size},kg" for day, kind, size in moved)]
    alone = taken(tmp_path, lines)
    assert not alone.movements
    assert "some quantities are negative" in asked(alone)
    rows = taken(tmp_path, lines, {("source", "ledger", "negative"): "they undo another row"})
    assert {row[1:4] for row in rows.movements} == {
        ("receipt", "TNT", 100.0), ("issue", "TNT", 50.0), ("issue", "TNT", 20.0), ("receipt", "TNT", 5.0),
    }  # fmt: skip


def test_a_column_of_money_is_no_quantity(tmp_path: Path) -> None:
    rows = taken(tmp_path, ["Date,Material,Store,Type,Qty (kg),Amount", "2026-01-13,TNT,A,Receipt,100,750.00"])
    assert rows.movements == {("2026-01-13", "receipt", "TNT", 100.0, "", "A")}


def test_counted_with_its_unit_is_the_count(tmp_path: Path) -> None:
    answers = {("source", "ledger", "counted_at"): "2026-01-31"}
    rows = taken(tmp_path, ["Material,Store,Quantity,Counted (kg)", "TNT,A,100,92"], answers)
    assert rows.counts == {("2026-01-31", "A", "TNT", 92.0)}


@pytest.mark.parametrize("cell", ["2 t", "500 g", "3 boxes"])
def test_a_unit_in_the_cell_must_not_gainsay_its_column(tmp_path: Path, cell: str) -> None:
    rows = taken(tmp_path, [HEAD, f"2026-01-13,TNT,A,Receipt,{cell},kg"])
    assert not rows.movements
    assert "has another unit than 'kg' beside it" in rows.found.set_aside[0][1]


def test_sides_of_a_transfer_are_read_from_its_words(tmp_path: Path) -> None:
    lines = [HEAD, "2026-01-13,TNT,A,Transfer out,50,kg", "2026-01-13,TNT,B,Transfer in,50,kg"]
    answers = {("source", "ledger", "kinds"): "transfer"}
    assert taken(tmp_path, lines, answers).movements == {("2026-01-13", "transfer", "TNT", 50.0, "A", "B")}


def test_debit_and_credit_are_asked(tmp_path: Path) -> None:
    lines = ["Date,Material,Store,Debit,Credit,Unit", "2026-01-13,TNT,A,100,,kg", "2026-01-14,TNT,A,,20,kg"]
    rows = taken(tmp_path, lines)
    assert not rows.movements
    assert "adds to stock" in asked(rows)
    rows = taken(tmp_path, lines, {("source", "ledger", "adds"): "Debit"})
    assert {row[1:4] for row in rows.movements} == {("receipt", "TNT", 100.0), ("issue", "TNT", 20.0)}


def test_a_return_in_the_column_of_issues_adds(tmp_path: Path) -> None:
    lines = ["Date,Material,Store,In,Out,Unit", "2026-01-13,TNT,A,,20,kg", "2026-01-14,TNT,A,,-5,kg"]
    assert len(taken(tmp_path, lines).movements) == 1
    rows = taken(tmp_path, lines, {("source", "ledger", "negative"): "it came back"})
    assert sum(row[3] if row[5] else -row[3] for row in rows.movements) == -15


def test_a_sign_in_january_says_nothing_of_february(tmp_path: Path) -> None:
    head = "Date,Material,Store,In,Out,Unit"
    january = ledger(tmp_path, [head, "2026-01-13,TNT,A,100,,kg", "2026-01-14,TNT,A,,-20,kg"], "january.csv")
    february = ledger(tmp_path, [head, "2026-02-13,TNT,A,,5,kg"], "february.csv")
    rows = imported([january, february], tmp_path / "site")
    assert sum(row[3] if row[5] else -row[3] for row in rows.movements) == 75


def test_receipts_and_issues_in_files_of_one_layout(tmp_path: Path) -> None:
    head = "Date,Material,Store,Qty,Unit"
    sizes = {"receipts.csv": 100, "issues.csv": 20}
    files = [ledger(tmp_path, [head, f"2026-01-13,TNT,A,{size},kg"], name) for name, size in sizes.items()]
    answers = {("source", "receipts", "table"): "movements", ("source", "issues", "table"): "movements"}
    rows = imported(files, tmp_path / "site", answers)
    assert {row[1:4] for row in rows.movements} == {("receipt", "TNT", 100.0), ("issue", "TNT", 20.0)}


def test_a_transfer_that_takes_days_is_on_the_way(tmp_path: Path) -> None:
    sides = "2026-01-30,7,TNT,A,Transfer out,50,kg", "2026-02-02,7,TNT,B,Transfer in,50,kg"
    lines = ["Date,Doc,Material,Store,Type,Qty,Unit", *sides]
    rows = taken(tmp_path, lines, {("source", "ledger", "kinds"): "transfer"})
    assert rows.movements == {
        ("2026-01-30", "transfer", "TNT", 50.0, "A", "in transit"),
        ("2026-02-02", "transfer", "TNT", 50.0, "in transit", "B"),
    }


def test_figures_in_other_columns_wait(tmp_path: Path) -> None:
    lines = ["Date,Material,Store,Received,Issued,Loss,Unit", "2026-01-13,TNT,A,,20,2,kg", "2026-01-14,TNT,A,5,,,kg"]
    rows = taken(tmp_path, lines)
    assert {row[1:4] for row in rows.movements} == {("receipt", "TNT", 5.0)}
    assert "The column 'Loss' of ledger is not read" in asked(rows)


def test_two_magazines_beside_each_other(tmp_path: Path) -> None:
    lines = [
        ",,Magazine A,,Magazine B,",
        "Date,Material,In,Out,In,Out",
        "2026-01-13,TNT,10,,,4",
        "2026-01-14,TNT,,3,7,",
    ]
    answers = {
        ("source", "ledger", "area", "ledger.csv Magazine A"): "A", ("source", "ledger", "unit"): "kg",
        ("source", "ledger", "area", "ledger.csv Magazine B"): "B",
    }  # fmt: skip
    rows = taken(tmp_path, lines, answers)
    assert rows.movements == {
        ("2026-01-13", "receipt", "TNT", 10.0, "", "A"), ("2026-01-14", "issue", "TNT", 3.0, "A", ""),
        ("2026-01-13", "issue", "TNT", 4.0, "B", ""), ("2026-01-14", "receipt", "TNT", 7.0, "", "B"),
    }  # fmt: skip


@pytest.mark.parametrize("word", ["Delivery", "Lieferung", "Production"])
def test_words_of_two_meanings_are_asked(tmp_path: Path, word: str) -> None:
    rows = taken(tmp_path, [HEAD, f"2026-01-13,TNT,A,{word},5,kg"])
    assert not rows.movements
    assert repr(word) in asked(rows)


def test_states_are_asked(tmp_path: Path) -> None:
    states = (1, "Done"), (2, "Draft"), (3, "Cancelled")
    rows = taken(
        tmp_path, [f"{HEAD},Status", *(f"2026-01-13,TNT,A,Receipt,{size},kg,{state}" for size, state in states)]
    )
    assert {row[3] for row in rows.movements} == {1.0}


def test_places_of_two_columns_and_of_two_spellings_are_asked(tmp_path: Path) -> None:
    lines = ["Date,Material,Depot,Magazine,In,Out,Unit", "2026-01-13,TNT,North,1,5,,kg", "2026-01-14,TNT,South,1,6,,kg"]
    rows = taken(tmp_path, lines)
    assert {row[5] for row in rows.movements} <= {"North/1", "South/1"}
    assert "name the place" in asked(rows)
    lines = [HEAD, "2026-01-13,TNT,Magazine 1,Receipt,5,kg", "2026-01-14,TNT,magazine 1,Receipt,5,kg"]
    rows = taken(tmp_path, lines)
    assert "Is the place 'magazine 1' the same as 'Magazine 1'?" in asked(rows)


def test_two_decimal_marks(tmp_path: Path) -> None:
    first = ledger(tmp_path, [HEAD, "2026-01-13,TNT,A,Receipt,12,kg"], "one.csv")
    second = ledger(tmp_path, [HEAD.replace(",", ";"), "2026-02-13;TNT;A;Receipt;12,500;kg"], "two.csv")
    rows = imported([first, second], tmp_path / "site")
    assert {row[3] for row in rows.movements} == {12.0}
    assert "'12,500' is 12500 with a point, 12.5 with a comma" in asked(rows)
    both = ["2026-02-13;TNT;A;Receipt;12.5;kg", "2026-02-14;TNT;A;Receipt;0,250;kg"]
    mixed = ledger(tmp_path, [HEAD.replace(",", ";"), *both], "three.csv")
    assert not imported([mixed], tmp_path / "other").movements


def test_a_changed_layout_is_the_same_list(tmp_path: Path) -> None:
    rows = [HEAD, "2026-01-13,TNT,A,Receipt,12,kg", "2026-01-14,TNT,A,Issue,5,kg"]
    more = [f"{HEAD},Remarks", *(f"{row}," for row in rows[1:]), "2026-02-13,TNT,A,Issue,1,kg,late"]
    found = imported([ledger(tmp_path, rows), ledger(tmp_path, more, "more.csv")], tmp_path / "site")
    assert len(found.movements) == 3


def test_an_opening_and_a_note_of_a_total_loss_are_rows(tmp_path: Path) -> None:
    lines = [
        "Date,Doc,Material,Store,In,Out,Balance,Unit,Remarks", "2026-01-01,,TNT,A,,,500,kg,Opening balance",
        "2026-01-13,x,TNT,A,,20,480,kg,Total loss of a drum in transit", ",,Total,,,20,,,",
    ]  # fmt: skip
    rows = taken(tmp_path, lines, {("source", "ledger", "kinds", "Opening balance"): "count"})
    assert rows.counts == {("2026-01-01", "A", "TNT", 500.0)}
    assert {row[3] for row in rows.movements} == {20.0}
    assert rows.found.sources[0].left_out == {"a total": ["ledger.csv row 4"]}


def test_a_sheet_without_a_header_is_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (HEAD.split(","), ["2026-01-13", "TNT", "A", "Receipt", 5, "kg"]):
        book.active.append(row)
    other = book.create_sheet("2027")
    for day in ("2027-01-13", "2027-01-14"):
        other.append([day, "TNT", "A", "Receipt", 5, "kg"])
    book.save(tmp_path / "years.xlsx")
    rows = imported([tmp_path / "years.xlsx"], tmp_path / "site")
    assert "2 rows of years.xlsx[2027], the first row 1, have no known header" in asked(rows)
    assert [row["at"] for row in rows.waiting] == ["?"]


def test_days_as_cells_first_and_as_texts_later(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (HEAD.split(","), ["2026-01-13", "TNT", "A", "Receipt", 5, "kg"]):
        book.active.append(row)
    book.active["A2"] = date(2026, 1, 13)
    book.save(tmp_path / "cells.xlsx")
    later = ledger(tmp_path, [HEAD, "13/02/2026,TNT,A,Receipt,6,kg"])
    rows = imported([tmp_path / "cells.xlsx", later], tmp_path / "site")
    assert {row[0] for row in rows.movements} == {"2026-01-13", "2026-02-13"}


def test_two_cards_of_two_files_that_begin_alike_are_two(tmp_path: Path) -> None:
    card = ["Date,In,Out,Balance", "2026-01-13,100,,100", "2026-01-14,,5,95"]
    files = [ledger(tmp_path, card, name) for name in ("north.csv", "south.csv")]
    answers = {
        ("source", "north", "area", "north.csv"): "North", ("source", "north", "area", "south.csv"): "South",
        ("source", "north", "material"): "TNT", ("source", "north", "unit"): "kg",
    }  # fmt: skip
    rows = imported(files, tmp_path / "site", answers)
    assert len(rows.movements) == 4


def test_files_of_two_places_go_their_own_ways(tmp_path: Path) -> None:
    north = ledger(tmp_path, [HEAD, *(f"2026-01-1{day},TNT,A,Receipt,5,kg" for day in range(3, 9))], "north.csv")
    south = ledger(tmp_path, [HEAD, *(f"2026-01-1{day},TNT,B,Receipt,6,kg" for day in range(4, 7))], "south.csv")
    once = imported([north, south], tmp_path / "site")
    again = imported([north, south, north], tmp_path / "site")
    assert once.movements == again.movements
    assert not again.found.differences.vanished


def test_signs_of_a_repeated_cell_are_no_material(tmp_path: Path) -> None:
    lines = [HEAD, "2026-01-13,TNT,A,Receipt,5,kg", "2026-01-14,ditto,A,Receipt,5,kg"]
    rows = taken(tmp_path, lines)
    assert len(rows.movements) == 1
    assert "does that of the row above hold for them?" in asked(rows)


def test_a_list_that_mostly_equals_the_book_is_asked_about(tmp_path: Path) -> None:
    lines = [f"M{number},A,{number},{number or 5},kg,2026-01-31" for number in range(6)]
    rows = taken(tmp_path, ["Material,Store,Book qty,Counted,Unit,Count date", *lines])
    assert not rows.counts
    assert "was each line really counted?" in asked(rows)


def test_a_negative_transfer_goes_back(tmp_path: Path) -> None:
    lines = ["Date,Material,From,To,Quantity,Unit", "2026-01-13,TNT,,A,100,kg", "2026-01-14,TNT,A,B,50,kg"]
    places = {("places", name): "a place of the site" for name in ("A", "B")}
    rows = taken(tmp_path, [*lines, "2026-01-15,TNT,A,B,-5,kg"], places)
    assert {row[1:] for row in rows.movements} == {
        ("receipt", "TNT", 100.0, "", "A"), ("transfer", "TNT", 50.0, "A", "B"), ("transfer", "TNT", 5.0, "B", "A"),
    }  # fmt: skip


CARD = "Date,Material,Store,Unit,In,Out,Balance,Remarks"


def test_what_is_carried_forward_is_no_issue(tmp_path: Path) -> None:
    lines = [
        CARD, "2026-01-01,HE,A,ea,,,500,Opening stock", "2026-01-09,HE,A,ea,,20,480,to A Coy",
        "2026-01-31,HE,A,ea,,480,0,Carried forward", "2026-02-01,HE,A,ea,480,,480,Brought forward",
        "2026-02-03,HE,A,ea,,30,450,to B Coy",
    ]  # fmt: skip
    (tmp_path / "card.csv").write_text("\n".join(lines), encoding="utf-8")
    rows = imported([tmp_path / "card.csv"], tmp_path / "site", accepts=True)
    assert {row[:4] for row in rows.movements} == {
        ("2026-01-09", "issue", "HE", 20.0), ("2026-02-03", "issue", "HE", 30.0)
    }  # fmt: skip
    assert rows.counts == {("2026-01-01", "A", "HE", 500.0)}
    assert not rows.waiting


def test_the_foot_of_a_page_and_its_head_are_no_rows(tmp_path: Path) -> None:
    lines = [
        CARD, "2026-01-13,HE,A,ea,180,,180,", "2026-01-14,HE,A,ea,,60,120,", ",Page total / carried forward,,,180,60,,",
        ",Brought forward,,,120,,,", "2026-01-15,HE,A,ea,,5,115,",
    ]  # fmt: skip
    rows = taken(tmp_path, lines)
    assert {row[:4] for row in rows.movements} == {
        ("2026-01-13", "receipt", "HE", 180.0), ("2026-01-14", "issue", "HE", 60.0), ("2026-01-15", "issue", "HE", 5.0)
    }  # fmt: skip
    assert not rows.waiting


def test_codes_that_are_called_differently_are_most_likely_two_things(tmp_path: Path) -> None:
    header = "Date,Item code,Item name,Store,Receipts,Unit"
    rows = taken(tmp_path, [header, "2026-01-13,0012,Total kit,A,5,ea", "2026-01-14,12,Cap blasting,A,3,ea"])
    (question,) = [one for one in rows.found.questions if one.about[-1] == "same_as"]
    assert question.choices[0] == "a material of its own"
    assert "called" in question.because


def test_figures_that_a_dash_parts_are_another_code(tmp_path: Path) -> None:
    header = "Date,Item code,Store,Receipts,Unit"
    rows = taken(tmp_path, [header, "2026-01-13,0012,A,5,ea", "2026-01-14,1-2,A,3,ea"])
    assert not [one for one in rows.found.questions if one.about[-1] == "same_as"]


@pytest.mark.parametrize("place", [0, 3, 5])
def test_a_number_without_end_is_no_day_no_kind_and_no_unit(place: int, tmp_path: Path) -> None:
    cells = ["2026-01-14", "TNT", "A", "Receipt", "50", "kg"]
    cells[place] = "1" * 5_000
    rows = taken(tmp_path, [HEAD, "2026-01-13,TNT,A,Receipt,100,kg", ",".join(cells)])
    assert len(rows.movements) < 2
    assert rows.found.set_aside or rows.found.questions
