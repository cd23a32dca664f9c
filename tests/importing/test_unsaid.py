"""What dates leave unsaid is asked for once, with what titles say proposed; and names beside labels above a table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from tests.importing.rows import Rows, imported

from stockward.book.sources.importers.above import names_above
from stockward.book.sources.importers.written.days import is_a_month, moved_back, ways_that_fit, with_year
from stockward.book.sources.importers.written.titled import month_and_year
from stockward.report.importing import question_lines

HEADER = ["Date", "Item", "Store", "In", "Out", "Balance", "Unit"]
TURN = [
    ("28 Dec", 10, None, 10), ("31 Dec", None, 2, 8), ("3 Jan", None, 1, 7),
]  # fmt: skip


def _rows(days: list[tuple[object, int | None, int | None, int]]) -> list[list[object]]:
    return [[day, "Fuse A", "Mag 1", came, went, left, "ea"] for day, came, went, left in days]


def _book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def _choices(rows: Rows, kind: str) -> list[tuple[str, ...]]:
    return [one.choices for one in rows.found.questions if one.about[2:3] == (kind,)]


def _days(rows: Rows) -> list[str]:
    return sorted(movement[0] for movement in rows.movements)


@pytest.mark.parametrize(
    "days", [("28 Dec", "31 Dec", "3 Jan"), ("28/12", "31/12", "3/1"), ("28.12.", "31.12.", "3.1.")]
)
def test_a_year_is_asked_for_and_turns_after_december(tmp_path: Path, days: tuple[str, ...]) -> None:
    rows = _rows([(day, came, went, left) for day, (_, came, went, left) in zip(days, TURN, strict=True)])
    path = _book(tmp_path / "list.xlsx", {"Ledger": [HEADER, *rows]})
    asked = imported([path], tmp_path / "site", accepts=True)
    assert not asked.movements
    assert _choices(asked, "year") == [()]
    answered = imported([path], tmp_path / "site", {("source", "Ledger", "year"): "2025"})
    assert _days(answered) == ["2025-12-28", "2025-12-31", "2026-01-03"]


def test_the_year_of_a_title_is_that_of_most_rows(tmp_path: Path) -> None:
    days = [*TURN, ("7 Feb", None, 1, 6), ("8 Feb", None, 1, 5)]
    path = _book(tmp_path / "list.xlsx", {"Ledger": [["LEDGER 2026"], HEADER, *_rows(days)]})
    assert _choices(imported([path], tmp_path / "site"), "year") == [("2025",)]


def test_a_list_with_the_newest_first_goes_back_over_the_turn(tmp_path: Path) -> None:
    path = _book(tmp_path / "list.xlsx", {"Ledger": [HEADER, *_rows(TURN[::-1])]})
    answered = imported([path], tmp_path / "site", {("source", "Ledger", "year"): "2026"})
    assert _days(answered) == ["2025-12-28", "2025-12-31", "2026-01-03"]


def test_a_year_that_is_none_is_asked_for_again(tmp_path: Path) -> None:
    path = _book(tmp_path / "list.xlsx", {"Ledger": [HEADER, *_rows(TURN)]})
    first = imported([path], tmp_path / "site")
    about = next(one.about for one in first.found.questions if one.about[2] == "year")
    folder = tmp_path / "site"
    folder.mkdir()
    text = first.found.contents["import.toml"].replace('answer = ""', 'answer = "last year"', 1)
    (folder / "import.toml").write_text(text, encoding="utf-8")
    again = imported([path], folder)
    assert not again.movements
    assert [one.because for one in again.found.questions if one.about == about] == ["'last year' is none"]


def test_day_numbers_are_of_the_month_that_each_sheet_says(tmp_path: Path) -> None:
    header = ["Day", *HEADER[1:]]
    sheets = {
        "JAN 2026": [header, *_rows([(28, 10, None, 10), (31, None, 2, 8)])],
        "FEB 2026": [header, *_rows([(3, None, 1, 7)]), ["Certified correct"]],
    }
    path = _book(tmp_path / "months.xlsx", sheets)
    asked = imported([path], tmp_path / "site")
    assert _choices(asked, "holds") == [("it is", "it is not")]
    assert "'28' stands below it" in next(one.asks for one in asked.found.questions if one.about[2] == "holds")
    rows = imported([path], tmp_path / "site", accepts=True)
    assert _days(rows) == ["2026-01-28", "2026-01-31", "2026-02-03"]


def test_years_543_ahead_are_proposed_as_buddhist(tmp_path: Path) -> None:
    days = [("15/01/2569", 10, None, 10), ("03/02/2569", None, 2, 8), ("28/02/2569", None, 1, 7)]
    path = _book(tmp_path / "thai.xlsx", {"Ledger": [HEADER, *_rows(days)]})
    asked = imported([path], tmp_path / "site")
    assert [choices[0] for choices in _choices(asked, "calendar")] == ["Buddhist: 543 years ahead"]
    assert _days(imported([path], tmp_path / "site", accepts=True)) == ["2026-01-15", "2026-02-03", "2026-02-28"]
    mixed = _book(tmp_path / "mixed.xlsx", {"Ledger": [HEADER, *_rows([*days, ("01/03/2026", None, 1, 6)])]})
    rows = imported([mixed], tmp_path / "other", accepts=True)
    assert _choices(rows, "calendar")[0][0] != "Buddhist: 543 years ahead"
    assert _days(rows) in ([], ["2026-03-01"])


def test_a_date_that_cannot_be_read_claims_no_way_and_says_the_mend(tmp_path: Path) -> None:
    days = [(f"{number} days", None, 1, 9) for number in range(3)]
    path = _book(tmp_path / "list.xlsx", {"Ledger": [HEADER, *_rows([*days, ("soon", 1, None, 9)])]})
    answers = {("source", "Ledger", "holds"): "it is", ("source", "Ledger", "table"): "movements"}
    whys = {why for _, why in imported([path], tmp_path / "site", answers).found.set_aside}
    assert "at 'soon' is no date: write it as 2026-06-30" in whys
    days = [("13/06/2026", 10, None, 10), ("14/06/2026", None, 1, 9), ("15/06/2026", None, 1, 8), ("16/06", None, 1, 7)]
    path = _book(tmp_path / "other.xlsx", {"Ledger": [HEADER, *_rows(days)]})
    told = imported([path], tmp_path / "other").found.set_aside
    assert [why for _, why in told] == [
        "at '16/06' is no date as day-month-year, as the others are: write it as 30/06/2026"
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("5 января 2026 г.", "2026-01-05"), ("2026년 1월 5일", "2026-01-05"), ("2026年1月5日", "2026-01-05"),
        ("19 Şubat 2026", "2026-02-19"), ("11 Aralık 2026", "2026-12-11"), ("5 de enero de 2026", "2026-01-05"),
        ("12. März 2026", "2026-03-12"), ("12 sept. 2026", "2026-09-12"), ("5 maja 2026", "2026-05-05"),
        ("3 août 2026", "2026-08-03"), ("7 giugno 2026", "2026-06-07"),
    ],
)  # fmt: skip
def test_months_are_named_in_the_languages_of_the_headers(tmp_path: Path, written: str, meant: str) -> None:
    assert len(ways_that_fit([written])) == 1
    path = _book(tmp_path / "list.xlsx", {"Ledger": [HEADER, *_rows([(written, 10, None, 10)])]})
    assert _days(imported([path], tmp_path / "site")) == [meant]


def test_what_lacks_a_year() -> None:
    assert [with_year(text, 2026) for text in ("5 Jan", "Jan 5", "28/12", "1월 5일", "5 Ocak")] == [
        "5 jan 2026", "5 jan 2026", "28/12/2026", "5 jan 2026", "5 jan 2026",
    ]  # fmt: skip
    assert [with_year(text, 2026) for text in ("12.5", "32 Jan", "40/50", "Mag 2", "5 each")] == [
        None, None, None, None, None,
    ]  # fmt: skip
    assert moved_back(date(2569, 1, 15)) == date(2026, 1, 15)
    assert moved_back("15/01/2026") is None


def test_titles_that_say_a_month() -> None:
    said = [month_and_year(text) for text in ("STORE LEDGER - JAN 2026", "2026-03", "03/2026", "Mag 2", "Year 2026")]
    assert [(one.year, one.month) for one in said] == [(2026, 1), (2026, 3), (2026, 3), (0, 0), (2026, 0)]
    assert [is_a_month(text) for text in ("January", "FEB 2026", "Mag 2", "Marine store", "Ocak")] == [
        True, True, False, False, True,
    ]  # fmt: skip


def test_a_name_beside_a_label_above_the_table_is_proposed() -> None:
    lines = [
        "A059", "BIN CARD", "AF 2049", "Item:", "Cartridge 5.56mm", "DODIC:", "A059", "Location:", "Igloo 7",
        "U/I:", "EA",
    ]  # fmt: skip
    assert names_above(lines, frozenset({"area"}))[0] == "Igloo 7"
    assert names_above(lines, frozenset({"material", "material_name"}))[:2] == ["Cartridge 5.56mm", "A059"]
    assert not {"Item:", "Location:", "EA", "U/I:"} & {*names_above(lines, frozenset({"area"}))}
    assert names_above(["JAN 2026", "STORE LEDGER - MAGAZINE 2 - JAN 2026", "2026-01-31"], frozenset({"area"})) == [
        "MAGAZINE 2", "STORE LEDGER - MAGAZINE 2 - JAN 2026",
    ]  # fmt: skip
    assert names_above(["Sheet", "Material: TNT (kg)"], frozenset({"material"}))[0] == "TNT"


def test_a_question_that_takes_any_text_says_so(tmp_path: Path) -> None:
    rows = [["Location:", "Igloo 7"], [], ["Date", "Item", "In", "Out", "Unit"], [date(2026, 1, 5), "A", 1, None, "ea"]]
    found = imported([_book(tmp_path / "card.xlsx", {"Card": rows})], tmp_path / "site").found
    asked = next(one for one in found.questions if one.about[2] == "area")
    assert asked.choices[0] == "Igloo 7"
    assert "  or write another" in [*question_lines(asked)]


def test_a_balance_brought_forward_is_no_total(tmp_path: Path) -> None:
    header = [*HEADER, "Remarks"]
    rows = [
        header, ["1 Jan", "A", "M1", None, None, 100, "ea", "Bal b/f"], ["5 Jan", "A", "M1", None, 10, 90, "ea", None],
        [None, "A", "M1", None, None, 90, "ea", "Bal c/f"], [None, None, "Total", None, 10, None, None, None],
    ]  # fmt: skip
    path = _book(tmp_path / "card.xlsx", {"Card": rows})
    found = imported([path], tmp_path / "site", {("source", "Card", "year"): "2026"}).found
    left = {rule: len(places) for rule, places in found.sources[0].left_out.items()}
    assert left == {"a balance brought forward": 1, "a total": 1}
    assert [one.about[2:] for one in found.questions] == [("kinds", "Bal b/f")]
