"""Rows that belong to the books although no header is known are read below the one that a person names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
from tests.importing.rows import imported

from stockward.report.importing import import_lines

BELONG = "they belong to the books"


def _book(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Inv"
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


SECTIONS: list[list[object]] = [
    ["INVENTORY 30 JUN 2026"],
    ["NSN", "Was es ist", "Einh", "Gefunden am Tag", "Nach dem Buch"],
    ["MAGAZINE A"],
    [1305, "Ctg 5.56", "EA", 1000, 1000],
    [1306, "Ctg 7.62", "EA", 480, 500],
    ["Subtotal", None, None, 1480, 1500],
    ["MAGAZINE B"],
    [1305, "Ctg 5.56", "EA", 200, 200],
]


def test_parts_headed_by_lines_are_read_below_a_header_that_nobody_knows(tmp_path: Path) -> None:
    path = _book(tmp_path / "inv.xlsx", SECTIONS)
    columns = ("source", "Inv", "columns_answered")
    answers = {
        ("source", "Inv", "table"): "counts", (*columns, "counted"): "Gefunden am Tag", (*columns, "material"): "NSN",
        (*columns, "area"): "no column", ("source", "Inv", "area"): "the line above each part",
        (*columns, "count_date"): "no column", ("source", "Inv", "counted_at"): "2026-06-30",
            ("source", "Inv", "not_read"): "they may",
    }  # fmt: skip
    assert imported([path], tmp_path / "site", answers).counts == {
        ("2026-06-30", "MAGAZINE A", "1305", 1000.0),
        ("2026-06-30", "MAGAZINE A", "1306", 480.0),
        ("2026-06-30", "MAGAZINE B", "1305", 200.0),
    }


STATE: list[list[object]] = [
    ["STORE BOOK", None, "WEEK 3", 2026],
    ["Wann", "Ding", "7", "8"],
    [date(2026, 1, 5), "A", 10, None],
    [date(2026, 1, 6), "A", None, 4],
]


def test_the_header_is_asked_for_and_the_rows_below_it_are_read(tmp_path: Path) -> None:
    path = _book(tmp_path / "state.xlsx", STATE)
    first = imported([path], tmp_path / "site")
    assert [one.about[0] for one in first.found.questions] == ["sheets"]
    asked = imported([path], tmp_path / "site", {("sheets",): BELONG})
    header = next(one for one in asked.found.questions if one.about[0] == "header_rows")
    assert "row 2" in header.choices
    assert "row 2 is Wann, Ding, 7, 8" in header.asks
    assert header.free
    columns = ("source", "Inv", "columns_answered")
    answers = {
        ("sheets",): BELONG, ("header_rows",): "row 2", ("source", "Inv", "table"): "movements",
        (*columns, "at"): "Wann", (*columns, "material"): "Ding",
        (*columns, "quantity"): "one column for what came in, another for what went out",
        (*columns, "in"): "7", (*columns, "out"): "8", (*columns, "kind"): "no column", (*columns, "area"): "no column",
        ("source", "Inv", "area"): "M1", ("source", "Inv", "unit"): "each",
    }  # fmt: skip
    assert imported([path], tmp_path / "site", answers).movements == {
        ("2026-01-05", "receipt", "A", 10.0, "", "M1"),
        ("2026-01-06", "issue", "A", 4.0, "M1", ""),
    }


def test_a_row_that_heads_nothing_is_asked_for_again(tmp_path: Path) -> None:
    path = _book(tmp_path / "state.xlsx", STATE)
    for answer in ("row 4", "row 99", "the second"):
        found = imported([path], tmp_path / "site").found
        folder = tmp_path / answer.replace(" ", "")
        folder.mkdir()
        text = found.contents["import.toml"].replace('answer = ""', f'answer = "{BELONG}"', 1)
        (folder / "import.toml").write_text(text, encoding="utf-8")
        text = imported([path], folder).found.contents["import.toml"].replace('answer = ""', f'answer = "{answer}"', 1)
        (folder / "import.toml").write_text(text, encoding="utf-8")
        again = imported([path], folder).found
        assert [one.about[0] for one in again.questions] == ["header_rows"], answer
        assert answer in again.questions[0].because
        assert not any("name a file with a ledger" in line for line in import_lines(again, "site", written=True))


def test_a_state_with_a_column_a_day_is_a_count_of_each_day(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["DAILY STATE", None, "WEEK 3"],
        ["Nature", date(2026, 1, 12), date(2026, 1, 13)],
        ["9mm Ball", 5000, 4800],
        ["Flare trip", 40, 41],
    ]
    columns = ("source", "Inv", "columns_answered")
    answers = {
        ("sheets",): BELONG, ("header_rows",): "row 2", ("source", "Inv", "table"): "counts",
        (*columns, "counted"): "2026-01-12 + 2026-01-13", (*columns, "material"): "Nature",
        ("source", "Inv", "area"): "Mag 1", ("source", "Inv", "unit"): "each",
    }  # fmt: skip
    assert imported([_book(tmp_path / "state.xlsx", rows)], tmp_path / "site", answers).counts == {
        ("2026-01-12", "Mag 1", "9mm Ball", 5000.0), ("2026-01-13", "Mag 1", "9mm Ball", 4800.0),
        ("2026-01-12", "Mag 1", "Flare trip", 40.0), ("2026-01-13", "Mag 1", "Flare trip", 41.0),
    }  # fmt: skip
