"""The workbook: what went in comes out, as what it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from reviews_made_by_hand import FORMULA, MARKUP

from stockward.answers.review import ReviewAnswer
from stockward.report import write_xlsx
from stockward.terms.errors import UsageError

SITES = ["whole_site", "joined"]
SHEETS = ["summary", "series", "losses", "alarms", *SITES, "periods", "tests", "assumed_exact"]
RECORDS = ["pairs", "scales", "checks"]
SHEETS += ["methods", *RECORDS, "unseen", "remedies", "items", "evidence", "set_aside", "stock", "about"]


def rows_of(sheet: Any) -> list[dict[str, Any]]:
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def written(review: ReviewAnswer, folder: Path) -> Any:
    path = folder / "review.xlsx"
    write_xlsx(review, path)
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def book(full: ReviewAnswer, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return written(full, tmp_path_factory.mktemp("book"))


def test_every_sheet_is_there_frozen_and_landscape(book: Any) -> None:
    assert book.sheetnames == SHEETS
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "A2"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == "$1:$1"
        assert all(cell.value for cell in sheet[1])


def test_numbers_and_dates_keep_their_type_and_value(book: Any, full: ReviewAnswer) -> None:
    periods = rows_of(book["periods"])
    source = full.balances.periods
    assert len(periods) == source.height
    known = [row["difference (unit; + missing)"] for row in periods if row["status"] == "closed"]
    assert known == pytest.approx(source["difference"].drop_nulls().to_list(), rel=1e-15)
    assert periods[0]["start"] == datetime(2025, 7, 5)  # noqa: DTZ001 - a workbook knows no time zone
    assert periods[0]["statistic of default"] == pytest.approx(
        full.verdicts[0].tests["default"].statistic[0], rel=1e-15
    )


def test_series_tests_and_items_are_whole(book: Any, full: ReviewAnswer) -> None:
    series = rows_of(book["series"])
    assert [row["verdict"] for row in series] == [said.verdict for said in full.verdicts]
    losses, alarms = rows_of(book["losses"]), rows_of(book["alarms"])
    assert [row["series"] for row in losses] == ["FILLING/TNT", "PRESSING/RDX"]
    assert losses[0]["estimate (unit; + missing)"] == pytest.approx(full.verdicts[0].losses[0].estimate, rel=1e-15)
    assert [(row["series"], row["state"]) for row in alarms] == [
        ("FILLING/TNT", "standing"), ("PRESSING/RDX", "standing"),
    ]  # fmt: skip
    assert rows_of(book["assumed_exact"])[0]["material"] == "GRENADE"
    measured, plate = rows_of(book["methods"])
    assert (measured["basis"], measured["random_df"], measured["class"]) == ("measured", 9, None)
    assert (plate["basis"], plate["class"], plate["max"], plate["division"]) == ("plate", "III", 3000, 1)
    assert rows_of(book["whole_site"])[0]["outside: never counted"] == "GATE"
    assert len(rows_of(book["joined"])) == full.balances.joined.height
    tests = rows_of(book["tests"])
    assert len(tests) == sum(len(said.tests) + len(said.gains) for said in full.verdicts)
    items = rows_of(book["items"])
    assert [row["alarms"] for row in items] == ["yes", "no", "no", "no", "no"]
    assert items[0]["difference (unit; + missing)"] == 3
    assert len(rows_of(book["evidence"])) == full.evidence.height
    assert len(rows_of(book["set_aside"])) == len(full.facts.set_aside)
    assert len(rows_of(book["stock"])) == full.stock.height


def test_the_summary_says_it_in_words(book: Any) -> None:
    rows = rows_of(book["summary"])
    assert rows[0]["in plain words"] == "More is missing than measuring explains."
    assert rows[-1]["in plain words"] == "5 series: measuring explains the differences."


def test_the_summary_tells_each_event_and_each_open_question(book: Any) -> None:
    rows = rows_of(book["summary"])
    assert [row["verdict"] for row in rows[1:6]] == [
        "shortage",
        "gain",
        "discrepancy",
        "not_tested",
        "balanced_in_part",
    ]
    assert "kg of TNT is missing from FILLING; it went not before" in rows[1]["in plain words"]
    assert any(row["in plain words"].startswith("Goal of 2 kg of PETN") for row in rows)


def test_text_that_looks_like_a_formula_stays_text(hostile: ReviewAnswer, tmp_path: Path) -> None:
    book = written(hostile, tmp_path)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    texts = {cell.value for cell in cells}
    assert {FORMULA, MARKUP, "@SUM(1)", "-2+3"} <= texts
    assert not any(cell.hyperlink for cell in cells)


def test_a_text_longer_than_a_cell_is_cut(full: ReviewAnswer, tmp_path: Path) -> None:
    book = written(replace(full, facts=replace(full.facts, notices=("x" * 40_000,))), tmp_path)
    notice = next(row for row in rows_of(book["about"]) if row["what"] == "notice")
    assert len(notice["value"]) == 32_767


@pytest.mark.parametrize("name", ["empty", "unknown"])
def test_a_site_without_figures(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    left_out = {"methods", *RECORDS, *(() if name == "unknown" else SITES)}
    sheets = [sheet for sheet in SHEETS if sheet not in left_out]
    assert written(request.getfixturevalue(name), tmp_path).sheetnames == sheets


def test_the_same_review_gives_the_same_bytes(full: ReviewAnswer, tmp_path: Path) -> None:
    first, second = tmp_path / "one.xlsx", tmp_path / "two.xlsx"
    write_xlsx(full, first)
    write_xlsx(full, second)
    assert first.read_bytes() == second.read_bytes()


def test_a_file_that_cannot_be_written_is_named(full: ReviewAnswer, tmp_path: Path) -> None:
    path = tmp_path / "no such folder" / "review.xlsx"
    with pytest.raises(UsageError, match=r"review\.xlsx: cannot be written"):
        write_xlsx(full, path)


def test_what_would_go_unseen_and_what_restores_it(surged: ReviewAnswer, tmp_path: Path) -> None:
    book = written(surged, tmp_path)
    rows = rows_of(book["unseen"])
    assert [row["when"] for row in rows[:2]] == ["today", "at the surge"]
    assert (rows[0]["even_year (unit)"], rows[1]["sigma ratio"]) == (pytest.approx(9.4 * 4.36), 4.9)
    assert (rows[0]["goal met"], rows[0]["exact"]) == ("no", "no")
    measures = rows_of(book["remedies"])
    assert measures[0]["measure"] == "calibrate SC-1 every 30 days"
    assert [row["area"] for row in rows_of(book["stores"])] == ["STORE-1", "STORE-2"]
