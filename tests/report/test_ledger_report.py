"""The ledger's own arithmetic on the page, in the workbook, in a terminal, in the JSON and in Python."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from reviews_made_by_hand import FORMULA, MARKUP, cancelling_site, faults_of_every_kind, full_site
from rich.console import Console

from stockward.answers.review import ReviewAnswer
from stockward.face.reviews import Review
from stockward.report import write_html, write_json, write_xlsx
from stockward.report.review.grounds.ledger import SHOWN_MAX
from stockward.report.review.terminal import print_review
from stockward.terms.verdicts import LEDGER_FAULT_MEANING, LedgerFault

TOLD = (
    "prints a balance of 110 kg of TNT in FILLING, and 130 kg follow from the one before: 20 kg less.",
    "It comes right on the same day, so that rows may stand in another order",
    "30 of 40 printed balances do not follow from the rows",
    "prints beside the count of inventory W01 a book of 110 kg",
    "inventory W01 found 10 kg, and what came and went since makes -5 kg",
    "one says 100 kg, which stands, and the other 90 kg, 10 kg between them",
    "12 rows dated before inventory W01 were entered after it",
    "Document R-77 stands in the books twice, with 3 lines each time",
    "R-41 to R-45, R-61",
    "400 numbers are not there",
)


@pytest.fixture(scope="module")
def review() -> ReviewAnswer:
    return cancelling_site()


def spoken(html: str) -> str:
    return " ".join(html.replace("−", "-").replace("\u202f", " ").replace("\xa0", " ").split())


def test_every_kind_has_a_meaning() -> None:
    assert set(LEDGER_FAULT_MEANING) == set(LedgerFault)
    assert {one.fault for one in faults_of_every_kind()} == set(LedgerFault)


@pytest.mark.parametrize("text", TOLD)
def test_the_page_tells_what_is_odd(review: ReviewAnswer, text: str) -> None:
    page = spoken(write_html(review))
    assert 'id="ledger"' in page
    assert text in page


def test_the_page_names_the_row_in_its_own_file_and_what_to_do(review: ReviewAnswer) -> None:
    page = spoken(write_html(review))
    assert "movements row 812 (from ledger.xlsx, sheet May, row 40" in page
    assert "Look for a receipt that was not booked" in page
    assert "Without movements row 812 (from ledger.xlsx, sheet May, row 40, receipt of 3.5 kg" in page
    assert "the verdict is balanced" in page
    assert "By chance 0.25 movements would do as much." in page


def test_a_page_without_any_has_no_such_part() -> None:
    assert 'id="ledger"' not in write_html(full_site())


def test_more_than_a_page_holds(review: ReviewAnswer, tmp_path: Path) -> None:
    many = replace(review, ledger=review.ledger * 5)
    more = len(many.ledger) - SHOWN_MAX
    assert f"{more} more are in the workbook" in write_html(many)
    write_xlsx(many, tmp_path / "many.xlsx")
    assert openpyxl.load_workbook(tmp_path / "many.xlsx")["ledger"].max_row == len(many.ledger) + 1


def test_the_workbook_has_all_figures(review: ReviewAnswer, tmp_path: Path) -> None:
    write_xlsx(review, tmp_path / "review.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "review.xlsx")["ledger"].iter_rows(values_only=True))
    first = dict(zip(rows[0], rows[1], strict=True))
    assert len(rows) == len(review.ledger) + 1
    assert (first["finding"], first["row (as a spreadsheet shows it)"]) == ("printed balance", 812)
    assert (first["stated (unit)"], first["reckoned (unit)"], first["unit"]) == (110, 130, "kg")


def test_a_terminal_shows_the_first_of_each_kind(review: ReviewAnswer) -> None:
    out = io.StringIO()
    print_review(review, Console(file=out, width=100))
    lines = " ".join(out.getvalue().split())
    assert lines.count("Ledger, ") == len(LedgerFault)
    assert "3 more findings of this kind on the page." in lines


def test_the_json_has_all_of_it(review: ReviewAnswer) -> None:
    document = json.loads(write_json(review))
    assert [one["fault"] for one in document["ledger"]] == [one.fault for one in review.ledger]
    assert document["ledger"][0]["rows"][0]["source"] == "ledger.xlsx, sheet May, row 40"
    (hangs,) = (one["hangs_on"] for one in document["series"] if one["hangs_on"] is not None)
    assert (hangs["rows"][0]["row"], hangs["rows"][0]["verdict"], hangs["expected"]) == (812, "balanced", 0.25)


def test_python_has_a_table_of_it(review: ReviewAnswer) -> None:
    table = Review(review).ledger
    assert table["fault"].to_list() == [one.fault.value for one in review.ledger]
    assert table.row(0, named=True)["source"] == "ledger.xlsx, sheet May, row 40"
    assert Review(full_site()).ledger.height == 0


def test_texts_of_the_site_run_nowhere(review: ReviewAnswer, tmp_path: Path) -> None:
    hostile = replace(
        review,
        ledger=(*faults_of_every_kind(MARKUP), *faults_of_every_kind(FORMULA)),
    )
    assert MARKUP not in write_html(hostile)
    write_xlsx(hostile, tmp_path / "review.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "review.xlsx")["ledger"].iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
