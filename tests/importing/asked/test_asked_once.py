"""No question is asked twice in the same words, and of two lists of one name it is told which is meant."""

from __future__ import annotations

from pathlib import Path

from tests.importing.keepers.books import workbook
from tests.importing.rows import Rows, imported, table

_BOOK: list[list[object]] = [
    ["Datum", "Art.-Nr.", "Lagerort", "Zugang", "Abgang", "ME"],
    [2, "0012", "Bunker 4", 250, None, "Stk"],
    [9, "0012", "Bunker 4", None, 40, "Stk"],
    [14, "0012", "Bunker 4", None, 20, "Stk"],
]
_COUNTS: list[list[object]] = [
    ["Datum", "Magazin", "Art.-Nr.", "Ist", "Einheit"],
    ["31.01.2026", "Bunker 4", "0012", 190, "Stk"],
    ["31.01.2026", "Bunker 4", "0013", 50, "Stk"],
]


def _kept(rows: Rows, site: Path) -> None:
    for name, text in rows.found.contents.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")


def test_the_month_of_days_is_asked_once_though_the_file_comes_again(tmp_path: Path) -> None:
    files, site = workbook(tmp_path / "b.xlsx", {"Buch": _BOOK}), tmp_path / "site"
    first = imported(files, site, accepts=True)
    asked = [one for one in first.found.questions if one.about[2] == "month"]
    assert len(asked) == 1
    _kept(first, site)
    again = imported(files, site, {asked[0].about: "2026-01"}, accepts=True)
    assert not again.found.questions
    assert [row["at"] for row in table(again.found, "movements")] == ["2026-01-02", "2026-01-09", "2026-01-14"]


def test_two_lists_of_one_name_are_told_apart_by_row_and_by_when_they_came(tmp_path: Path) -> None:
    site = tmp_path / "site"
    _kept(imported(workbook(tmp_path / "b.xlsx", {"Inventur": _COUNTS}), site, accepts=True), site)
    changed = [*_COUNTS[:1], [*_COUNTS[1][:3], 188, "Stk"], *_COUNTS[2:]]
    rows = imported(workbook(tmp_path / "b.xlsx", {"Inventur": changed}), site)
    asked = [one.asks for one in rows.found.questions if one.about[:2] == ("counts", "twice")]
    assert all("row 2, as it is now," in text and "row 2, as imported before," in text for text in asked)
    assert asked
