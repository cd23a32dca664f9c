"""Rows in a colour of their own may have been cancelled: they are asked about, and never left out by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet
from tests.importing.keepers.books import came, went, workbook
from tests.importing.rows import Rows, imported, table

from stockward.book.sources.workbook.looks.colours import colours_of_rows
from stockward.questions.importing import Request, import_files

_HEADER = ["Date", "Item", "Unit", "Store", "In", "Out"]
_LINES = [[date(2026, 3, day), "RDX", "kg", "A", 10 + day, None] for day in range(1, 6)]
_LINES += [[date(2026, 3, 6), "RDX", "kg", "A", None, 3]]


def painted(*rows: int, ground: Color | str = "", letters: Color | str = "") -> Callable[[Worksheet], None]:
    """Give rows a ground, or letters of a colour."""

    def touch(sheet: Worksheet) -> None:
        for row in rows:
            for cell in sheet[row]:
                if ground:
                    cell.fill = PatternFill("solid", start_color=ground)
                if letters:
                    cell.font = Font(color=letters)

    return touch


def _read(folder: Path, touch: Callable[[Worksheet], None], answer: str = "", *, accepts: bool = False) -> Rows:
    files = workbook(folder / "l.xlsx", {"L": [_HEADER, *_LINES]}, touch)
    answers = {("source", "L", "coloured"): answer} if answer else {}
    return imported(files, folder / "site", answers, accepts=accepts)


@pytest.mark.parametrize(
    ("paint", "name"),
    [
        ({"ground": "FFFF0000"}, "red"), ({"letters": "FFFF0000"}, "red letters"), ({"ground": "FFFFFF00"}, "yellow"),
        ({"letters": "FFBFBFBF"}, "grey letters"), ({"letters": "FFFFFFFF"}, "white letters"),
        ({"ground": Color(theme=0, tint=-0.25)}, "grey"), ({"ground": Color(indexed=10)}, "red"),
        ({"ground": Color(theme=9)}, "green"), ({"ground": Color(theme=4)}, "blue"), ({"ground": "FFFFC000"}, "yellow"),
    ],
)  # fmt: skip
def test_a_row_in_its_own_colour_waits(tmp_path: Path, paint: dict[str, Color | str], name: str) -> None:
    found = _read(tmp_path, painted(7, **paint))
    (question,) = found.found.questions
    assert question.about == ("source", "L", "coloured", name)
    assert "1 row of L, the first l.xlsx[L] row 7, is coloured" in question.asks
    assert len(found.movements) == 5
    assert [row["at"] for row in found.waiting] == ["2026-03-06"]


def test_it_counts_or_not_as_its_keeper_says(tmp_path: Path) -> None:
    every = {came(f"2026-03-0{day}", "RDX", 10 + day, "A") for day in range(1, 6)}
    issue = went("2026-03-06", "RDX", 3, "A")
    assert _read(tmp_path, painted(7, ground="FFFF0000"), "they count").movements == every | {issue}
    assert _read(tmp_path, painted(7, ground="FFFF0000"), "they were: leave them out").movements == every


def test_what_may_be_crossed_out_is_never_accepted(tmp_path: Path) -> None:
    red = _read(tmp_path, painted(4, ground="FFFF0000"), accepts=True)
    assert [row["at"] for row in red.waiting] == ["2026-03-03"]
    yellow = _read(tmp_path, painted(4, ground="FFFFFF00"), accepts=True)
    assert not yellow.waiting
    assert ("source.L.coloured.yellow", "they count") in yellow.found.accepted


@pytest.mark.parametrize(
    "touch",
    [
        painted(1, ground="FFFF0000"), painted(*range(2, 8), ground="FFFF0000"),
        painted(2, 4, 6, ground=Color(theme=0, tint=-0.15)), painted(2, 3, 4, 5, ground="FF92D050"),
        painted(4, letters=Color(theme=1)), painted(4, ground="FFFFFFFF"), painted(*range(2, 7), letters="FF00B050"),
    ],
    ids=["the header", "all rows", "every second", "most rows", "black", "white", "all that came"],
)  # fmt: skip
def test_what_is_there_for_the_eye_is_not_asked_about(tmp_path: Path, touch: Callable[[Worksheet], None]) -> None:
    found = _read(tmp_path, touch)
    assert not found.found.questions
    assert len(found.movements) == 6


def test_red_rows_in_turn_are_asked_about_all_the_same(tmp_path: Path) -> None:
    assert len(_read(tmp_path, painted(2, 4, 6, ground="FFFF0000")).waiting) == 3


def test_a_single_cell_is_no_row(tmp_path: Path) -> None:
    def touch(sheet: Worksheet) -> None:
        sheet["E3"].fill = PatternFill("solid", start_color="FFFF0000")

    assert not _read(tmp_path, touch).found.questions


def test_a_row_that_is_coloured_later_is_asked_about(tmp_path: Path) -> None:
    site = tmp_path / "site"
    first = import_files(
        Request(workbook(tmp_path / "one.xlsx", {"L": [_HEADER, *_LINES]}), site, timezone="UTC", accepts=True)
    )
    (site / "imported").mkdir(parents=True)
    for name, text in first.contents.items():
        (site / name).write_text(text, encoding="utf-8")
    files = workbook(tmp_path / "two.xlsx", {"L": [_HEADER, *_LINES]}, painted(4, ground="FFFF0000"))
    found = import_files(Request(files, site, timezone="UTC"))
    assert ("source", "L", "coloured", "red") in [question.about for question in found.questions]
    assert [row["at"] for row in table(found, "movements") if row["kind"].startswith("?")] == ["2026-03-03"]
    assert '"", "red"]' in found.contents["imported/rows.jsonl"]


def _rule(where: str, formula: str, **form: Font | PatternFill) -> Callable[[Worksheet], None]:
    return lambda sheet: sheet.conditional_formatting.add(where, FormulaRule(formula=[formula], **form))


_RED = PatternFill("solid", start_color="FFFF0000", end_color="FFFF0000")


@pytest.mark.parametrize("form", [{"fill": _RED}, {"font": Font(strike=True)}])
def test_a_rule_that_names_a_word_marks_the_rows_that_have_it(
    tmp_path: Path, form: dict[str, Font | PatternFill]
) -> None:
    lines = [[*line, "RDX-1" if number % 2 else "X"] for number, line in enumerate(_LINES)]
    rows = [[*_HEADER, "Batch"], *lines]
    files = workbook(tmp_path / "l.xlsx", {"L": rows}, _rule("A2:G7", '$G2="x"', **form))
    found = imported(files, tmp_path / "site", accepts=True)
    (question,) = found.found.questions
    assert question.about[2] == "coloured"
    assert question.about[3].endswith("by a rule")
    assert [row["at"] for row in found.waiting] == ["2026-03-01", "2026-03-03", "2026-03-05"]


def test_a_rule_that_is_not_reckoned_may_strike_any_of_its_rows(tmp_path: Path) -> None:
    found = _read(tmp_path, _rule("A3:F5", "AND($E3>12,$A3<TODAY())", font=Font(strike=True)), accepts=True)
    assert [row["at"] for row in found.waiting] == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert "is struck through by a rule of conditional formatting, or may be" not in found.found.questions[0].asks
    assert "are struck through by a rule of conditional formatting, or may be" in found.found.questions[0].asks


def test_a_rule_that_only_colours_by_figures_is_not_asked_about(tmp_path: Path) -> None:
    assert not _read(tmp_path, _rule("A2:F7", "$E2>12", fill=_RED)).found.questions
    assert not _read(tmp_path, _rule("A2:F7", '$B2="TNT"', fill=_RED)).found.questions


def test_cells_that_name_no_place_have_their_colours_too() -> None:
    styles = b"<styleSheet><fills><fill><patternFill patternType='solid'><fgColor rgb='FFFF0000'/></patternFill></fill>"
    styles += b"</fills><cellXfs><xf/><xf fillId='0'/></cellXfs></styleSheet>"
    sheet = b'<worksheet><sheetData><row r="2"><c s="1"><v>1</v></c><c><v>2</v></c></row></sheetData></worksheet>'
    assert colours_of_rows(sheet, styles, [["", ""], [1.0, 2.0]]) == {1: "red"}
