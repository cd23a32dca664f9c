"""Days across the columns, with rows of what came in and went out below each thing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import openpyxl
import pytest
from tests.importing.keepers.books import Rows, came, went, workbook
from tests.importing.messy import Truth
from tests.importing.rows import imported

from stockward.book.sources.importers.grid.days_across import days_as_rows
from stockward.book.sources.importers.grid.files import read_file

_DAYS = [date(2026, 3, day) for day in range(1, 6)]
_TNT = {came("2026-03-01", "TNT", 10, "A"), went("2026-03-02", "TNT", 3, "A"), came("2026-03-03", "TNT", 5, "A")}
_TNT |= {went("2026-03-05", "TNT", 2, "A")}
_RDX = {came("2026-03-01", "RDX", 7, "A"), went("2026-03-03", "RDX", 4, "A"), came("2026-03-04", "RDX", 1, "A")}
_PLACE = {("source", "L", "area"): "A"}
_MONTH = {("source", "L", "month"): "2026-03"}


def plain(folder: Path) -> Truth:
    rows: Rows = [
        ["Item", "Unit", "", *_DAYS],
        ["TNT", "kg", "In", 10, None, 5, None, None], ["TNT", "kg", "Out", None, 3, None, None, 2],
        ["RDX", "kg", "In", 7, None, None, 1, None], ["RDX", "kg", "Out", None, None, 4, None, None],
    ]  # fmt: skip
    return Truth(workbook(folder / "l.xlsx", {"L": rows}), _TNT | _RDX, answers=_PLACE)


def merged_with_balances(folder: Path) -> Truth:
    """Numbers of days, the month in the title, the days of the week below, balances, and sums on two sides."""
    rows: Rows = [
        ["STOCK SHEET - MARCH 2026"], ["Item", "Unit", "Movement", 1, 2, 3, 4, 5, "Total"],
        [None, None, None, "Su", "Mo", "Tu", "We", "Th"],
        ["TNT", "kg", "In", 10, None, 5, None, None, 15], [None, None, "Out", None, 3, None, "-", 2, 5],
        [None, None, "Balance", 10, 7, 12, 12, 10, None],
        ["RDX", "kg", "In", 7, 0, None, 1, None, 8], [None, None, "Out", None, None, 4, None, None, 4],
        [None, None, "Balance", 7, 7, 3, 4, 4, None], ["Total", None, None, 17, 3, 9, 1, 2, 32],
    ]  # fmt: skip
    files = workbook(folder / "l.xlsx", {"L": rows}, lambda sheet: sheet.merge_cells("A4:A6"))
    return Truth(files, _TNT | _RDX, answers=_PLACE | _MONTH)


def one_thing_a_sheet(folder: Path) -> Truth:
    rows: Rows = [
        ["Item: TNT", "", "Unit: kg"], ["", *_DAYS],
        ["Received", 10, None, 5, None, None], ["Issued", None, 3, None, None, 2], ["Balance", 10, 7, 12, 12, 10],
    ]  # fmt: skip
    answers = {**_PLACE, ("source", "L", "material"): "TNT"}
    return Truth(workbook(folder / "l.xlsx", {"L": rows}), _TNT, answers=answers)


def side_behind_the_name(folder: Path) -> Truth:
    rows: Rows = [
        ["Item", *_DAYS],
        ["TNT in (kg)", 10, None, 5, None, None], ["TNT - out (kg)", None, 3, None, None, 2],
        ["RDX in (kg)", 7, None, None, 1, None], ["RDX - out (kg)", None, None, 4, None, None],
    ]  # fmt: skip
    return Truth(workbook(folder / "l.xlsx", {"L": rows}), _TNT | _RDX, answers=_PLACE)


def name_above_its_rows(folder: Path) -> Truth:
    rows: Rows = [
        ["Item", "Unit", "", "1 Mar 2026", "2 Mar 2026", "3 Mar 2026", "4 Mar 2026", "5 Mar 2026"],
        ["TNT", "kg"], [None, None, "In", 10, None, 5, None, None], [None, None, "Out", None, 3, None, None, 2],
        ["RDX", "kg"], [None, None, "In", 7, None, None, 1, None], [None, None, "Out", None, None, 4, None, None],
    ]  # fmt: skip
    return Truth(workbook(folder / "l.xlsx", {"L": rows}), _TNT | _RDX, answers=_PLACE)


def parts_by_side(folder: Path) -> Truth:
    """All that came in, and below it all that went out; days on which nothing moved are left out."""
    rows: Rows = [
        ["Item", "Unit", *_DAYS], ["RECEIVED"], ["TNT", "kg", 10, None, 5, None, None],
        ["RDX", "kg", 7, None, None, 1, None], ["ISSUED"], ["TNT", "kg", None, 3, None, None, 2],
        ["RDX", "kg", None, None, 4, None, None],
    ]  # fmt: skip
    return Truth(workbook(folder / "l.xlsx", {"L": rows}), _TNT | _RDX, answers=_PLACE)


def opened_and_closed(folder: Path) -> Truth:
    rows: Rows = [
        ["Item", "Unit", "", "Opening", *_DAYS, "Closing"],
        ["TNT", "kg", "In", 100, 10, None, 5, None, None, None],
        ["TNT", "kg", "Out", None, None, 3, None, None, 2, 110],
    ]
    answers = {**_PLACE, ("source", "L", "kinds"): "count", ("source", "L", "opening_day"): "2026-02-28"}
    counts = {("2026-02-28", "A", "TNT", 100.0)}
    return Truth(workbook(folder / "l.xlsx", {"L": rows}), _TNT, counts, answers)


def a_column_of_places(folder: Path) -> Truth:
    rows: Rows = [
        ["Store", "Item", "Unit", "", *_DAYS],
        ["A", "TNT", "kg", "In", 10, None, 5, None, None], [None, None, None, "Out", None, 3, None, None, 2],
        ["B", "TNT", "kg", "In", 1, None, None, None, None], [None, None, None, "Out", None, None, None, 1, None],
    ]  # fmt: skip
    truth = _TNT | {came("2026-03-01", "TNT", 1, "B"), went("2026-03-04", "TNT", 1, "B")}
    return Truth(workbook(folder / "l.xlsx", {"L": rows}), truth, answers={("source", "L", "blank"): "it does"})


def two_months(folder: Path) -> Truth:
    rows: Rows = [
        ["Item", "Unit", "", *_DAYS[:3]],
        ["TNT", "kg", "In", 10, None, 5],
        [None, None, "Out", None, 3, None],
    ]
    rows = [*rows, [], ["Item", "Unit", "", *(date(2026, 4, day) for day in (1, 2, 7))]]
    rows = [*rows, ["TNT", "kg", "In", 4, None, None], [None, None, "Out", None, None, 6]]
    truth = {*(one for one in _TNT if one[0] < "2026-03-05")}
    truth |= {came("2026-04-01", "TNT", 4, "A"), went("2026-04-07", "TNT", 6, "A")}
    return Truth(workbook(folder / "l.xlsx", {"L": rows}), truth, answers=_PLACE)


LAYOUTS: tuple[Callable[[Path], Truth], ...] = (
    plain, merged_with_balances, one_thing_a_sheet, side_behind_the_name, name_above_its_rows, parts_by_side,
    opened_and_closed, a_column_of_places, two_months,
)  # fmt: skip


@pytest.mark.parametrize("write", LAYOUTS, ids=lambda one: one.__name__)
def test_each_figure_is_a_row_of_its_day(tmp_path: Path, write: Callable[[Path], Truth]) -> None:
    truth = write(tmp_path)
    rows = imported(truth.files, tmp_path / "site", truth.answers)
    assert rows.movements == truth.movements
    assert rows.counts == truth.counts
    assert not rows.waiting
    assert not rows.found.questions


@pytest.mark.parametrize("write", LAYOUTS, ids=lambda one: one.__name__)
def test_no_figure_is_wrong_without_an_answer(tmp_path: Path, write: Callable[[Path], Truth]) -> None:
    truth = write(tmp_path)
    rows = imported(truth.files, tmp_path / "site")
    assert rows.movements <= truth.movements
    assert not rows.counts
    assert len(rows.found.questions) <= 4


def test_a_balance_that_does_not_follow_is_told(tmp_path: Path) -> None:
    rows: Rows = [
        ["Item", "Unit", "Store", "", *_DAYS[:4]], ["TNT", "kg", "A", "In", 10, None, 5, None],
        ["TNT", "kg", "A", "Out", None, 3, None, 1], ["TNT", "kg", "A", "Balance", 10, 7, 13, 12],
    ]  # fmt: skip
    found = imported(workbook(tmp_path / "l.xlsx", {"L": rows}), tmp_path / "site")
    assert ("source", "L", "tie_out") in [question.about[:3] for question in found.found.questions]
    assert "2026-03-03" in {row["at"] for row in found.waiting}


def _blocks(folder: Path, rows: Rows) -> list[object]:
    (file,) = workbook(folder / "x.xlsx", {"L": rows})
    (grid,) = read_file(file).grids
    return list(days_as_rows(grid))


@pytest.mark.parametrize(
    "rows",
    [
        [["Employee", "", *_DAYS], ["Kim", "In", 8, 8, 8, 8, 8], ["Kim", "Out", 16, 16, 16, 16, 16]],
        [["Item", "", *_DAYS[:3]], ["a", "In", time(8), time(8), None], ["a", "Out", time(16), time(16), None]],
        [["Item", "", *_DAYS[:3]], ["TNT", "In", 1, 2, 3], ["TNT", "Lost", 1, 2, 3], ["TNT", "Out", 1, 2, 3]],
        [["Item", "", *_DAYS[:3], "Written off"], ["TNT", "In", 1, 2, 3, 4], ["TNT", "Out", 1, 2, 3, None]],
        [["Item", "", *_DAYS[:3]], ["TNT", "In", 1, 2, 3], [None, "In", 1, 2, 3], ["TNT", "Out", 1, 2, 3]],
        [["Item", "", *_DAYS[:3]], [None, "In", 1, 2, 3], [None, "Out", 1, 2, 3]],
        [["Item", "Unit", 1, 2, 3], ["TNT", "kg", 1, 2, 3]],
        [["Item", "Unit", *_DAYS[:3]], ["TNT", "kg", 1, 2, 3], [None, None, 1, 2, 3]],
        [["Item", "", *reversed(_DAYS)], ["TNT", "In", 1, 2, 3, 4, 5], ["TNT", "Out", 1, 2, 3, 4, 5]],
    ],
    ids=["people", "clock", "other side", "figures beside", "twice", "no name", "numbers", "no name once", "backwards"],
)  # fmt: skip
def test_what_is_another_table_is_not_read_so(tmp_path: Path, rows: Rows) -> None:
    assert not _blocks(tmp_path, rows)


@pytest.mark.parametrize(
    ("days", "answers"),
    [
        ([date(2026, 1, 31), date(2026, 2, 28)], {}), (["2026-01-31", "2026-02-28"], {}),
        (["31 Jan", "28 Feb"], {("source", "L", "year"): "2026"}), (["31 Jan 2026", "28 Feb 2026"], {}),
        (["31.01.2026", "28.02.2026"], {}), (["Count of 31 Jan 2026", "Count of 28 Feb 2026"], {}),
    ],
)  # fmt: skip
def test_what_was_counted_on_several_days_stands_below_these(
    tmp_path: Path, days: list[object], answers: dict[tuple[str, ...], str]
) -> None:
    rows: Rows = [
        ["STOCKTAKES"], ["Item", "Unit", "Store", *days], ["Cap", "each", "A", 200, 180],
        ["Fuze", "each", "A", None, 50], ["Total", None, None, 200, 230],
    ]  # fmt: skip
    truth = {("2026-01-31", "A", "Cap", 200.0), ("2026-02-28", "A", "Cap", 180.0)}
    files = workbook(tmp_path / "l.xlsx", {"L": rows})
    truth.add(("2026-02-28", "A", "Fuze", 50.0))
    assert imported(files, tmp_path / "site").counts <= truth
    known = {("source", "L", "table"): "counts", ("source", "L", "columns_answered", "counted"): "Figure", **answers}
    found = imported(files, tmp_path / "site", known)
    assert found.counts == truth
    assert not found.found.questions


def test_the_year_turns_once_for_all_things(tmp_path: Path) -> None:
    rows: Rows = [
        ["Item", "Unit", "Store", "", "28 Dec", "31 Dec", "3 Jan"],
        ["TNT", "kg", "A", "In", 1, 2, 3], ["TNT", "kg", "A", "Out", None, 1, 2],
        ["RDX", "kg", "A", "In", 4, 5, 6], ["RDX", "kg", "A", "Out", None, None, 2],
    ]  # fmt: skip
    answers = {("source", "L", "year"): "2025"}
    found = imported(workbook(tmp_path / "l.xlsx", {"L": rows}), tmp_path / "site", answers)
    days = ("2025-12-28", "2025-12-31", "2026-01-03")
    truth = {came(day, "TNT", size, "A") for day, size in zip(days, (1, 2, 3), strict=True)}
    truth |= {came(day, "RDX", size, "A") for day, size in zip(days, (4, 5, 6), strict=True)}
    truth |= {went(days[1], "TNT", 1, "A"), went(days[2], "TNT", 2, "A"), went(days[2], "RDX", 2, "A")}
    assert found.movements == truth


def test_figures_that_follow_one_another_are_no_other_header(tmp_path: Path) -> None:
    rows: Rows = [
        ["Item", "Unit", "Store", "", 1, 2, 3], ["TNT", "kg", "A", "In", 1, 2, 3],
        ["TNT", "kg", "A", "Out", None, 1, 2], ["RDX", "kg", "A", "In", 1, 2, 3],
    ]  # fmt: skip
    found = imported(workbook(tmp_path / "l.xlsx", {"L": rows}), tmp_path / "site", _MONTH)
    truth = {came(f"2026-03-0{day}", name, day, "A") for day in (1, 2, 3) for name in ("TNT", "RDX")}
    assert found.movements == truth | {went("2026-03-02", "TNT", 1, "A"), went("2026-03-03", "TNT", 2, "A")}


def test_one_figure_over_several_days_is_set_aside(tmp_path: Path) -> None:
    rows: Rows = [
        ["Item", "Unit", "Store", "", *_DAYS[:3]], ["TNT", "kg", "A", "In", 10, None, 5],
        ["TNT", "kg", "A", "Out", None, 3, None],
    ]  # fmt: skip
    files = workbook(tmp_path / "l.xlsx", {"L": rows}, lambda sheet: sheet.merge_cells("E2:F2"))
    found = imported(files, tmp_path / "site")
    assert found.movements == {went("2026-03-02", "TNT", 3, "A"), came("2026-03-03", "TNT", 5, "A")}
    assert [why for _, why in found.found.set_aside if "is merged with other cells" in why]


def test_a_second_file_adds_nothing_twice(tmp_path: Path) -> None:
    truth = plain(tmp_path)
    book = openpyxl.load_workbook(truth.files[0])
    book.save(tmp_path / "again.xlsx")
    rows = imported([*truth.files, tmp_path / "again.xlsx"], tmp_path / "site", truth.answers)
    assert rows.movements == truth.movements
