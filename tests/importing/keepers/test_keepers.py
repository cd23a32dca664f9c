"""Books of impatient keepers: with few answers every row is right, and without any none is silently wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet
from tests.importing.keepers.books import KEPT, account_of_weights, came, strike, went, workbook
from tests.importing.keepers.languages import LANGUAGES, in_language
from tests.importing.messy import Truth
from tests.importing.rows import imported, table

from stockward.book.sources.importers.grid.accounts import with_joined_accounts
from stockward.book.sources.importers.grid.files import read_file
from stockward.book.sources.importers.grid.layout import blocks_of
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


def test_sides_of_an_account_that_were_imported_apart_stay_apart(tmp_path: Path) -> None:
    (grid,) = read_file(account_of_weights(tmp_path).files[0]).grids
    assert [block.over for block in with_joined_accounts(blocks_of(grid), lambda _: True)] == ["RECEIVED", "ISSUED"]
    (joined,) = with_joined_accounts(blocks_of(grid), lambda _: False)
    assert joined.headers == ("Date", "Doc", "RECEIVED (kg)", "ISSUED (kg)")


_HEADER = ["Date", "Item", "Unit", "Store", "In", "Out"]


@pytest.mark.parametrize("cells", ["F3:F4", "E3:F3"])
def test_a_figure_that_several_rows_or_columns_share_is_that_of_none(tmp_path: Path, cells: str) -> None:
    rows = [
        _HEADER,
        [date(2026, 1, 5), "RDX", "kg", "A", 100, None],
        [date(2026, 1, 6), "RDX", "kg", "A", 7 if cells[0] == "E" else None, 40],
        [date(2026, 1, 6), "RDX", "kg", "A", None, None if cells[0] == "F" else 3],
    ]
    files = workbook(tmp_path / "m.xlsx", {"L": rows}, lambda sheet: sheet.merge_cells(cells))
    found = imported(files, tmp_path / "site", accepts=True)
    rest = set() if cells[0] == "F" else {went("2026-01-06", "RDX", 3, "A")}
    assert found.movements == {came("2026-01-05", "RDX", 100, "A"), *rest}
    assert all("unmerge it, and write into each what is its own" in why for _, why in found.found.set_aside)
    assert len(found.waiting) == (2 if cells[0] == "F" else 1)


@pytest.mark.parametrize("text", ["1 2", "~10", "10+5", "5?", "1O", "12/6", "5kg 300g", "1 2345"])
def test_what_may_be_another_number_is_set_aside(tmp_path: Path, text: str) -> None:
    rows = [_HEADER, *([date(2026, 1, day), "RDX", "kg", "A", 100, None] for day in range(1, 9))]
    rows.append([date(2026, 1, 9), "RDX", "kg", "A", text, None])
    found = imported(workbook(tmp_path / "n.xlsx", {"L": rows}), tmp_path / "site", accepts=True)
    assert len(found.movements) == 8
    assert [row["at"] for row in found.waiting] == ["2026-01-09"]


def test_figures_below_no_known_header_are_not_left_out_by_accepting_all(tmp_path: Path) -> None:
    rows = [["What", "", 1, 2, 3], ["RDX", "up", 10, None, 4], ["RDX", "down", None, 3, 5]]
    found = imported(workbook(tmp_path / "x.xlsx", {"Jan 2026": rows}), tmp_path / "site", accepts=True)
    assert [question.about[0] for question in found.found.questions] == ["sheets"]


def test_half_a_day_is_on_that_day(tmp_path: Path) -> None:
    lines = [["05/01/2026 AM", "RDX", "kg", "A", 40, None], ["16/01/2026 afternoon", "RDX", "kg", "A", None, 3]]
    found = imported(workbook(tmp_path / "h.xlsx", {"L": [_HEADER, *lines]}), tmp_path / "site")
    assert found.movements == {came("2026-01-05", "RDX", 40, "A"), went("2026-01-16", "RDX", 3, "A")}


_MONTHS = (["Item", "Unit", "Jan 2026", None, "Feb 2026", None, "Mar 2026"], ["", "", *["In", "Out"] * 3])


def test_each_table_of_months_below_another_has_its_own_months(tmp_path: Path) -> None:
    later = ["Item", "Unit", "Apr 2026", None, "May 2026", None, "Jun 2026"]
    rows = [*_MONTHS, ["TNT", "kg", 1, 2, 3], [], later, _MONTHS[1], ["TNT", "kg", 10, None, None, None, None, 60]]
    found = imported(workbook(tmp_path / "two.xlsx", {"S": rows}), tmp_path / "site", accepts=True)
    assert found.movements == {
        came("2026-01-31", "TNT", 1, "S"), went("2026-01-31", "TNT", 2, "S"), came("2026-02-28", "TNT", 3, "S"),
        came("2026-04-30", "TNT", 10, "S"), went("2026-06-30", "TNT", 60, "S"),
    }  # fmt: skip


def test_a_line_of_months_that_is_struck_through_is_asked_about(tmp_path: Path) -> None:
    rows = [*_MONTHS, ["TNT", "kg", 1, 2, 3], ["RDX", "kg", 4]]
    found = imported(workbook(tmp_path / "s.xlsx", {"S": rows}, strike(3)), tmp_path / "site", accepts=True)
    assert found.movements == {came("2026-01-31", "RDX", 4, "S")}


def test_figures_beside_months_that_are_none_of_theirs_are_asked_about(tmp_path: Path) -> None:
    beside = [[*_MONTHS[0], None, "Correction"], [*_MONTHS[1], "kg"], ["TNT", "kg", 1, 2, 3, 4, 5, 6, 7]]
    beside.append(["RDX", "kg", 1, 2, 3, 4, 5, 6, 7])
    found = imported(workbook(tmp_path / "c.xlsx", {"S": beside}), tmp_path / "site", accepts=True)
    assert not found.movements
    assert found.found.questions
    below = [["Item", "Unit", "Jan 2026", None, None, "Feb 2026", None, None, "Mar 2026"]]
    below += [["", "", *["In", "Out", "Returned"] * 3], ["TNT", "kg", 1, 2, 1, 3, 4, 1, 5, 6, 1]]
    found = imported(workbook(tmp_path / "r.xlsx", {"S": below}), tmp_path / "two", accepts=True)
    assert not found.movements
    assert found.found.questions


def test_a_balance_carried_in_place_of_a_voucher_is_no_movement(tmp_path: Path) -> None:
    rows = [
        ["In", None, None, "Out"],
        ["Date", "Doc", "kg", "Date", "Doc", "kg"],
        [date(2026, 1, 1), "b/f", 50, date(2026, 1, 8), "I1", 40],
        [date(2026, 1, 5), "R1", 100, date(2026, 1, 31), "c/f", 110],
    ]
    answers = {("source", "S", "area"): "A", ("source", "S", "material"): "TNT"}
    files = workbook(tmp_path / "t.xlsx", {"S": rows})
    bare = imported(files, tmp_path / "bare", answers)
    assert bare.movements == {came("2026-01-05", "TNT", 100, "A"), went("2026-01-08", "TNT", 40, "A")}
    answers |= {("source", "S", "kinds", "b/f"): "count", ("source", "S", "kinds", "c/f"): "leave out"}
    found = imported(files, tmp_path / "site", answers)
    assert found.movements == bare.movements
    assert found.counts == {("2026-01-01", "A", "TNT", 50.0)}
