"""Totals that bear a day, rows taken out of a table by hand, and remarks below the rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.importing.keepers.books import workbook
from tests.importing.rows import imported, table

_HEADERS: list[object] = ["Date", "Doc", "Item", "Store", "In", "Out", "Balance", "Unit"]
_ROWS: list[list[object]] = [
    [date(2026, 3, 1), "R-1", "TNT", "A", 100, None, 100, "kg"],
    [date(2026, 3, 9), "I-1", "TNT", "A", None, 20, 80, "kg"],
]


@pytest.mark.parametrize("word", ["Total", "TOTAL:", "Summe", "Razem", "Итого"])
def test_a_total_with_a_day_in_place_of_its_document_is_no_movement(tmp_path: Path, word: str) -> None:
    total: list[object] = [date(2026, 3, 31), word, "TNT", "A", 100, 20, 80, "kg"]
    files = workbook(tmp_path / "card.xlsx", {"card": [_HEADERS, *_ROWS, total]})
    found = imported(files, tmp_path / "site").found
    assert [row["quantity"] for row in table(found, "movements")] == ["100", "20"]
    assert found.sources[0].left_out == {"a total": ["card.xlsx[card] row 4"]}
    assert found.sources[0].balance is not None
    assert found.sources[0].balance.holds


def test_a_document_that_has_a_word_for_a_total_in_its_number_is_a_row(tmp_path: Path) -> None:
    row: list[object] = [date(2026, 3, 31), "Total-17", "TNT", "A", None, 30, 50, "kg"]
    files = workbook(tmp_path / "card.xlsx", {"card": [_HEADERS, *_ROWS, row]})
    assert len(table(imported(files, tmp_path / "site").found, "movements")) == 3


def test_a_row_taken_out_by_hand_is_put_back_with_a_word_of_where_to_take_it_out(tmp_path: Path) -> None:
    files, site = workbook(tmp_path / "card.xlsx", {"card": [_HEADERS, *_ROWS]}), tmp_path / "site"
    for name, text in imported(files, site).found.contents.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    movements = site / "movements.csv"
    movements.write_text("\n".join(movements.read_text(encoding="utf-8").split("\n")[:-2]) + "\n", encoding="utf-8")
    found = imported(files, site).found
    assert found.notices == [
        "movements.csv: 1 rows that were taken out by hand are put back, since their file has them: take them out "
        "there (card.xlsx[card] row 3)"
    ]


def test_a_remark_below_the_rows_is_told_as_that(tmp_path: Path) -> None:
    rows: list[list[object]] = [_HEADERS, ["Mag 1"], *_ROWS, [], ["checked 31.03.2026: 80 (2 crates light?)"]]
    found = imported(workbook(tmp_path / "card.xlsx", {"card": rows}), tmp_path / "site").found
    assert found.sources[0].left_out == {
        "a line that heads others": ["card.xlsx[card] row 2"],
        "a remark below the rows": ["card.xlsx[card] row 6"],
    }
