"""Dates in several spellings, and rows whose dates were mended in the file."""

from __future__ import annotations

from pathlib import Path

from tests.importing.rows import Rows, imported, table

_DATES = ("source", "led", "dates")


def _ledger(folder: Path, *days: str, name: str = "led.csv") -> list[Path]:
    path = folder / name
    rows = [f"{day},TNT,A,Receipt,{100 + number},kg" for number, day in enumerate(days)]
    path.write_text("\n".join(["Date,Material,Place,Type,Qty,Unit", *rows, ""]), encoding="utf-8")
    return [path]


def _kept(rows: Rows, site: Path) -> None:
    for name, text in rows.found.contents.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")


def _days(rows: Rows) -> list[str]:
    return [row["at"] for row in table(rows.found, "movements")]


def test_days_that_can_be_one_day_alone_are_read_each_by_itself(tmp_path: Path) -> None:
    rows = imported(_ledger(tmp_path, "2026-01-09", "14 sty 2026", "20 Jan 2026", "2026/02/03"), tmp_path / "site")
    assert not rows.found.questions
    assert _days(rows) == ["2026-01-09", "2026-01-14", "2026-01-20", "2026-02-03"]


def test_of_several_spellings_only_what_is_ambiguous_is_asked_about(tmp_path: Path) -> None:
    files = _ledger(tmp_path, "2026-01-09", "14 sty 2026", "03/01/2026")
    asked = [one for one in imported(files, tmp_path / "site").found.questions if one.about[:3] == _DATES]
    assert [(one.rows, one.first) for one in asked] == [(1, "led.csv row 4")]
    assert asked[0].asks.startswith("How are the dates in led.csv written? '03/01/2026' may be ")
    assert _days(imported(files, tmp_path / "site", {_DATES: "day-month-year"}))[2] == "2026-01-03"


def test_most_are_is_said_of_most_alone(tmp_path: Path) -> None:
    said = []
    for number, days in enumerate((("25/01/2026", "01/26/2026"), ("25/01/2026", "26/01/2026", "01/27/2026"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        rows = imported(_ledger(folder, *days), folder / "site")
        said += [one.asks for one in rows.found.questions if one.about[:3] == _DATES]
    assert ["Some are" in one for one in said] == [True, False]
    assert ["Most are" in one for one in said] == [False, True]


def test_rows_whose_dates_are_mended_take_the_place_of_those_that_waited(tmp_path: Path) -> None:
    for number, bad in enumerate((1, 3, 4)):
        # Be it one row of five, or most of them.
        folder = tmp_path / str(number)
        folder.mkdir()
        site, good = folder / "site", [f"{day}/01/2026" for day in range(14, 19)]
        first = imported(_ledger(folder, *[f"{day}?" if at < bad else day for at, day in enumerate(good)]), site)
        assert len(first.found.set_aside) == bad
        _kept(first, site)
        again = imported(_ledger(folder, *good), site)
        assert sorted(_days(again)) == [f"2026-01-{day}" for day in range(14, 19)]
        assert not again.found.questions
        assert not again.found.set_aside
        assert len(again.found.differences.changed) == bad
        assert not again.found.differences.new


def test_a_row_that_waited_and_is_no_more_there_is_asked_about(tmp_path: Path) -> None:
    site = tmp_path / "site"
    _kept(imported(_ledger(tmp_path, "14/01/2026", "15/01/2026", "16?/01/2026"), site), site)
    rows = imported(_ledger(tmp_path, "14/01/2026", "15/01/2026"), site)
    (asked,) = rows.found.questions
    assert asked.about[0] == "differences"


def test_a_row_that_waits_is_no_row_of_the_next_month(tmp_path: Path) -> None:
    site = tmp_path / "site"
    _kept(imported(_ledger(tmp_path, "14/01/2026", "1?/01/2026"), site), site)
    path = tmp_path / "led.csv"
    path.write_text("Date,Material,Place,Type,Qty,Unit\n17/02/2026,TNT,A,Receipt,101,kg\n", encoding="utf-8")
    # The same quantity in another row of a file that repeats none is a row of its own.
    assert len(_days(imported([path], site))) == 3
