"""Boxes that hold another number of each material: as a column of the rows says, or a person for each material."""

from __future__ import annotations

from pathlib import Path

from tests.importing.rows import imported

LINES = [
    "Date,Item,Store,Rounds per box,Received,Issued,Unit",
    "2026-01-15,HE,Mag 1,24,10,,box", "2026-01-16,Smk,Mag 1,12,10,,box",
    "2026-01-17,HE,Mag 1,24,,2,box", "2026-01-18,HE,Mag 1,24,,5,rds",
]  # fmt: skip
TRUE = {
    ("2026-01-15", "receipt", "HE", 240.0, "", "Mag 1"),
    ("2026-01-16", "receipt", "Smk", 120.0, "", "Mag 1"),
    ("2026-01-17", "issue", "HE", 48.0, "Mag 1", ""),
    ("2026-01-18", "issue", "HE", 5.0, "Mag 1", ""),
}
BY_COLUMN = "as many each as the column of each row says"


def _file(folder: Path, lines: list[str]) -> Path:
    path = folder / "l.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def test_a_column_of_the_rows_says_how_many_a_box_holds(tmp_path: Path) -> None:
    path = _file(tmp_path, LINES)
    asked = next(one for one in imported([path], tmp_path / "site").found.questions if one.about == ("units", "box"))
    assert asked.choices[0] == BY_COLUMN
    answers = {("units", "box"): BY_COLUMN, ("units", "rds"): "each"}
    assert imported([path], tmp_path / "site", answers).movements == TRUE


def test_boxes_are_asked_for_material_by_material(tmp_path: Path) -> None:
    path = _file(tmp_path, [",".join(line.split(",")[:3] + line.split(",")[4:]) for line in LINES])
    answers = {("units", "box"): "by material", ("units", "rds"): "each"}
    rows = imported([path], tmp_path / "site", answers)
    assert rows.movements == {one for one in TRUE if one[3] == 5.0}
    assert {one.about for one in rows.found.questions} == {
        ("materials", material, "unit_sizes", "box") for material in ("HE", "Smk")
    }
    sizes = {("materials", "HE", "unit_sizes"): "24 each", ("materials", "Smk", "unit_sizes"): "12 each"}
    assert imported([path], tmp_path / "site", answers | sizes).movements == TRUE


def test_a_row_that_does_not_say_how_many_is_asked_for_by_its_material(tmp_path: Path) -> None:
    path = _file(tmp_path, [*LINES[:2], LINES[2].replace(",12,", ",,")])
    rows = imported([path], tmp_path / "site", {("units", "box"): BY_COLUMN})
    assert {one[2] for one in rows.movements} == {"HE"}
    assert [one.about for one in rows.found.questions] == [("materials", "Smk", "unit_sizes", "box")]
