"""Books of impatient keepers: with few answers every row is right, and without any none is silently wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet
from tests.importing.keepers.books import KEPT, came, strike, went, workbook
from tests.importing.keepers.languages import LANGUAGES, in_language
from tests.importing.messy import Truth
from tests.importing.rows import imported, table

from stockward.questions.importing import Request, import_files


@pytest.mark.parametrize("write", KEPT, ids=lambda one: one.__name__)
def test_every_row_is_right_with_the_keeper_s_answers(tmp_path: Path, write: Callable[[Path], Truth]) -> None:
    truth = write(tmp_path)
    rows = imported(truth.files, tmp_path / "site", truth.answers)
    assert rows.movements == truth.movements
    assert rows.counts == truth.counts
    assert len(rows.waiting) == truth.aside, rows.found.questions
    assert not rows.found.questions


@pytest.mark.parametrize("write", KEPT, ids=lambda one: one.__name__)
def test_no_row_is_wrong_without_an_answer_and_the_questions_are_few(
    tmp_path: Path, write: Callable[[Path], Truth]
) -> None:
    truth = write(tmp_path)
    rows = imported(truth.files, tmp_path / "site")
    assert rows.movements <= truth.movements
    assert rows.counts <= truth.counts
    assert 1 <= len(rows.found.questions) <= 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_headers_figures_and_days_of_a_language_need_no_answer(tmp_path: Path, language: str) -> None:
    truth = in_language(language, tmp_path)
    rows = imported(truth.files, tmp_path / "site")
    assert rows.movements == truth.movements
    assert not rows.found.questions


def test_what_is_struck_through_counts_where_its_keeper_says_so(tmp_path: Path) -> None:
    rows = [["Date", "Item", "Unit", "Store", "In", "Out"], [date(2026, 1, 5), "RDX", "kg", "A", 40, None]]
    files = workbook(tmp_path / "all.xlsx", {"L": [*rows, [date(2026, 1, 6), "RDX", "kg", "A", None, 4]]}, strike(3))
    found = imported(files, tmp_path / "site", {("source", "L", "struck"): "they count"})
    assert found.movements == {came("2026-01-05", "RDX", 40, "A"), went("2026-01-06", "RDX", 4, "A")}


def test_a_row_that_a_later_file_strikes_through_is_asked_about(tmp_path: Path) -> None:
    header = ["Date", "Item", "Unit", "Store", "In", "Out"]
    lines = [[date(2026, 1, day), "RDX", "kg", "A", 10 + day, None] for day in range(1, 7)]
    site = tmp_path / "site"
    first = import_files(Request(workbook(tmp_path / "one.xlsx", {"L": [header, *lines]}), site, timezone="UTC"))
    (site / "imported").mkdir(parents=True)
    for name, text in first.contents.items():
        (site / name).write_text(text, encoding="utf-8")
    second = workbook(tmp_path / "two.xlsx", {"L": [header, *lines]}, strike(4))
    found = import_files(Request(second, site, timezone="UTC"))
    asked = {question.about[0] for question in found.questions} | {one.about[-1] for one in found.questions}
    assert {"differences", "struck"} & asked
    waiting = [row for row in table(found, "movements") if row["kind"].startswith("?")]
    assert [row["quantity"] for row in waiting if row["at"] == "2026-01-03"]


def test_rows_that_were_stored_stay_struck_through(tmp_path: Path) -> None:
    header = ["Date", "Item", "Unit", "Store", "In", "Out"]
    lines = [[date(2026, 1, day), "RDX", "kg", "A", 10 + day, None] for day in range(1, 4)]
    site = tmp_path / "site"
    first = import_files(
        Request(workbook(tmp_path / "one.xlsx", {"L": [header, *lines]}, strike(3)), site, timezone="UTC", accepts=True)
    )
    (site / "imported").mkdir(parents=True)
    for name, text in first.contents.items():
        (site / name).write_text(text, encoding="utf-8")
    again = import_files(Request([], site, timezone="UTC"))
    assert [row["at"] for row in table(again, "movements")] == ["2026-01-01", "2026-01-03"]


def test_comments_are_told_of(tmp_path: Path) -> None:
    def touch(sheet: Worksheet) -> None:
        sheet["E2"].comment = Comment("should be 25", "keeper")
        sheet["A2"].comment = Comment("seen", "keeper")

    rows = [["Date", "Item", "Unit", "Store", "In", "Out"], [date(2026, 1, 5), "RDX", "kg", "A", 40, None]]
    found = imported(workbook(tmp_path / "c.xlsx", {"L": rows}, touch), tmp_path / "site").found
    told = "c.xlsx[L]: 2 cells have comments, the first is A2; comments are not read"
    assert [notice for notice in found.notices if notice.startswith(told)]


def test_each_month_s_sheet_says_its_month(tmp_path: Path) -> None:
    sheets = {
        name: [["Day", "Item", "Unit", "Store", "In", "Out"], [3, "RDX", "kg", "A", 10 + number, None]]
        for number, name in enumerate(("Nov 24", "Dec 24", "Jan 25"))
    }
    rows = imported(workbook(tmp_path / "years.xlsx", sheets), tmp_path / "site", accepts=True)
    days = ("2024-11-03", "2024-12-03", "2025-01-03")
    assert rows.movements == {came(day, "RDX", 10 + number, "A") for number, day in enumerate(days)}
