"""Days that are bare numbers: lines of months above them in every spelling, and none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from tests.importing.rows import Rows, imported

from stockward.book.sources.importers.written.month_lines import is_a_month_line

HEADER = ["Datum", "Art.-Nr.", "Zugang", "Abgang", "Bestand"]
KINDS = {("source", "Magazin 1", "area"): "Magazin 1", ("source", "Magazin 1", "holds"): "it is"}
DAYS = ["2026-01-02", "2026-01-09", "2026-01-27", "2026-02-03", "2026-02-11"]


def _book(folder: Path, lines: tuple[object, object], days: tuple[object, ...] = (2, 9, 27, 3, 11)) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Magazin 1"
    figures = [(250, None, 250), (None, 40, 210), (None, 50, 160), (None, 35, 125), (100, None, 225)]
    rows = [[day, "0012", *some] for day, some in zip(days, figures, strict=True)]
    first, second = ([[line]] if line else [] for line in lines)
    for row in [HEADER, *first, *rows[:3], ["Summe", None, 250, 90], *second, *rows[3:], ["Summe", None, 100, 35]]:
        sheet.append(row)
    path = folder / "buch.xlsx"
    book.save(path)
    return path


def _days(rows: Rows) -> list[str]:
    return sorted(movement[0] for movement in rows.movements)


@pytest.mark.parametrize(
    "lines",
    [
        ("01/2026", "02/2026"), ("1/2026", "2/2026"), ("2026-01", "2026-02"), ("01.2026", "02.2026"),
        ("Monat 01/2026", "Monat: Februar 2026"),
        (date(2026, 1, 1), date(2026, 2, 1)), ("Januar 2026", date(2026, 2, 1)),
    ],
)  # fmt: skip
def test_lines_of_months_are_read_in_words_in_figures_and_as_dates(
    tmp_path: Path, lines: tuple[object, object]
) -> None:
    rows = imported([_book(tmp_path, lines)], tmp_path / "site", accepts=True)
    assert _days(rows) == DAYS
    assert {one for movement in rows.movements for one in movement if "/2026" in str(one)} == set()
    places = [one.choices for one in imported([_book(tmp_path, lines)], tmp_path / "other").found.questions]
    assert ("Magazin 1",) in places
    assert not [one for choices in places for one in choices if is_a_month_line(one)]


def test_days_that_go_back_without_a_line_are_of_a_month_each(tmp_path: Path) -> None:
    path = _book(tmp_path, (None, None))
    months = [
        one.asks for one in imported([path], tmp_path / "site", KINDS).found.questions if "Which month" in one.asks
    ]
    assert [asks.split(" in? ")[0] for asks in months] == [
        "Which month is day 2 of buch.xlsx[Magazin 1] row 2", "Which month is day 3 of buch.xlsx[Magazin 1] row 6",
    ]  # fmt: skip


def test_a_date_alone_above_whole_dates_is_no_line_of_a_month(tmp_path: Path) -> None:
    whole = tuple(date.fromisoformat(day) for day in DAYS)
    rows = imported([_book(tmp_path, (None, date(2026, 2, 1)), whole)], tmp_path / "site", accepts=True)
    assert _days(rows) == DAYS


@pytest.mark.parametrize("lines", [("Januar 2026", "Februar 2026"), (date(2026, 1, 1), date(2026, 2, 1))])
@pytest.mark.parametrize("odd", ["9?", "9.1.", "9. Jan", 99])
def test_a_day_that_cannot_be_read_sets_its_row_aside_alone_and_is_mended_as_told(
    tmp_path: Path, lines: tuple[object, object], odd: object
) -> None:
    rows = imported([_book(tmp_path, lines, (2, odd, 27, 3, 11))], tmp_path / "site", accepts=True)
    assert _days(rows) == [day for day in DAYS if day != "2026-01-09"]
    assert [why for _, why in rows.found.set_aside] == [f"at '{odd}' is no day of its month: write the day, such as 17"]
    for mended in (9, "9", date(2026, 1, 9), "2026-01-09", "09.01.2026"):
        path = _book(tmp_path, lines, (2, mended, 27, 3, 11))
        assert _days(imported([path], tmp_path / "other", accepts=True)) == DAYS, mended


def test_a_day_that_its_month_has_not_is_no_day(tmp_path: Path) -> None:
    rows = imported([_book(tmp_path, ("01/2026", "02/2026"), (2, 9, 27, 3, 30))], tmp_path / "site", accepts=True)
    assert _days(rows) == DAYS[:-1]
    assert [why for _, why in rows.found.set_aside] == [
        "at '2026-02-30' is no day of its month: write the day, such as 17"
    ]


def test_a_day_that_is_mended_stands_among_the_rows_that_were_kept(tmp_path: Path) -> None:
    site, lines = tmp_path / "site", ("Januar 2026", "Februar 2026")
    first = imported([_book(tmp_path, lines, (2, "9?", 27, 3, 11))], site, accepts=True)
    for name, text in first.found.contents.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    again = imported([_book(tmp_path, lines)], site)
    assert _days(again) == DAYS
    assert not again.found.questions
    assert not again.found.set_aside


def test_a_line_that_may_be_a_month_is_no_place(tmp_path: Path) -> None:
    asked = imported([_book(tmp_path, ("01/26", "02/26"))], tmp_path / "site").found.questions
    assert [one.choices for one in asked if one.about[2] == "area"] == [("Magazin 1",)]
