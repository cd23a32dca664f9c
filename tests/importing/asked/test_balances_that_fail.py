"""Balances that do not follow: asked about once nothing else is open, and anew for each file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.importing.keepers.books import workbook
from tests.importing.rows import Rows, imported, table

_HEADERS: list[object] = ["Date", "Material", "Place", "In", "Out", "Balance", "Unit"]
_CARD: list[list[object]] = [
    [date(2026, 1, 5), "TNT", "A", 100, None, 100, "kg"],
    [date(2026, 1, 9), "TNT", "A", None, 10, 85, "kg"],
]
_LATER: list[list[object]] = [
    [date(2026, 2, 5), "TNT", "A", None, 5, 80, "kg"],
    [date(2026, 2, 9), "TNT", "A", None, 10, 60, "kg"],
]
_TIE_OUT = ("source", "card", "tie_out")
_ASIDE, _WRONG = "leave these rows aside", "the balance is wrong"


def _kept(rows: Rows, site: Path) -> None:
    for name, text in rows.found.contents.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")


def _about(rows: Rows) -> list[str]:
    return [one.about[2] for one in rows.found.questions if len(one.about) > 2]


def test_they_are_asked_about_once_places_and_materials_are_known(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Date", "In", "Out", "Balance"]]
    sheets = {
        name: [*rows, [date(2026, 1, 5), size, None, size], [date(2026, 1, 9), None, 10, size - left]]
        for name, size, left in (("Mag 1", 100, 10), ("Mag 2", 500, 12))
    }
    files = workbook(tmp_path / "cards.xlsx", sheets)
    first = imported(files, tmp_path / "site")
    assert "tie_out" not in _about(first)
    places = {("source", "Mag 1", "area", name): name for name in ("Mag 1", "Mag 2")}
    answers = {**places, ("source", "Mag 1", "material"): "TNT", ("source", "Mag 1", "unit"): "kg"}
    then = imported(files, tmp_path / "site", answers)
    asked = [one for one in then.found.questions if one.about[2] == "tie_out"]
    assert [(one.rows, one.first) for one in asked] == [(1, "cards.xlsx[Mag 2] row 3")]


def test_rows_left_aside_are_told_with_the_mend_and_that_mends(tmp_path: Path) -> None:
    site, files = tmp_path / "site", workbook(tmp_path / "card.xlsx", {"card": [_HEADERS, *_CARD]})
    first = imported(files, site, {_TIE_OUT: _ASIDE})
    assert not first.found.questions
    assert not first.found.waiting
    (aside,) = first.found.set_aside
    assert aside[0] == "card.xlsx[card] row 3"
    assert "balance '85' does not follow from the row before" in aside[1]
    assert f'write "{_WRONG}" at source.card.tie_out.' in aside[1]
    _kept(first, site)
    mapping = site / "import.toml"
    mapping.write_text(mapping.read_text(encoding="utf-8").replace(_ASIDE, _WRONG), encoding="utf-8")
    assert [row["quantity"] for row in table(imported(files, site).found, "movements")] == ["100", "10"]


def test_an_answer_of_one_file_is_not_taken_for_the_next(tmp_path: Path) -> None:
    site, name = tmp_path / "site", tmp_path / "card.xlsx"
    _kept(imported(workbook(name, {"card": [_HEADERS, *_CARD]}), site, {_TIE_OUT: _WRONG}), site)
    then = imported(workbook(name, {"card": [_HEADERS, *_CARD, *_LATER]}), site)
    (asked,) = then.found.questions
    assert asked.about[:3] == _TIE_OUT
    assert asked.first == "card.xlsx[card] row 5"
    assert asked.rows == 1
