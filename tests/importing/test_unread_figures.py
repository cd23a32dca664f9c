"""Figures in columns that nobody knows: none is left out without a person's word."""

from __future__ import annotations

from pathlib import Path

from tests.importing.rows import imported

_LEFT_OUT = ("source", "book", "not_read")
LEDGER = [
    "Date,Item,Store,Unit,Received,Issued,Returned,Unit price,Folio",
    "2026-01-05,HE,Mag 1,ea,100,,,12.5,1",
    "2026-01-06,HE,Mag 1,ea,,40,,12.5,2",
    "2026-01-08,HE,Mag 1,ea,,20,12,12.5,3",
    "2026-01-09,HE,Mag 1,ea,,5,,12.5,4",
]
COUNTS = [
    "Location,Item,Unit,Count 1,Count 2,Recount,Ledger",
    "Mag 1,Shell,ea,240,240,,240",
    "Mag 1,Flare,ea,58,60,,60",
    "Mag 2,Shell,ea,118,119,117,120",
]
COUNTED_AT: dict[tuple[str, ...], str] = {
    ("source", "book", "table"): "counts",
    ("source", "book", "counted_at"): "2026-03-31",
}
LAST = "the last that is filled: Count 1 + Count 2 + Recount"


def _written(folder: Path, lines: list[str]) -> list[Path]:
    path = folder / "book.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return [path]


def test_quantities_below_an_unknown_header_wait_for_a_word(tmp_path: Path) -> None:
    asked = imported(_written(tmp_path, LEDGER), tmp_path / "site", accepts=True)
    assert [one.about for one in asked.found.questions] == [(*_LEFT_OUT, "Returned")]
    assert [row["at"] for row in asked.waiting] == ["2026-01-08"]
    assert len(asked.movements) == 3
    found = imported(_written(tmp_path, LEDGER), tmp_path / "site", {_LEFT_OUT: "they may"})
    assert len(found.movements) == 4
    assert not found.waiting


def test_of_several_counts_the_last_that_is_filled_is_offered(tmp_path: Path) -> None:
    asked = imported(_written(tmp_path, COUNTS), tmp_path / "site", COUNTED_AT)
    question = next(one for one in asked.found.questions if one.about[-1] == "counted")
    assert question.choices == (LAST, "Count 1", "Count 2", "Recount", "Ledger", "no column")
    answers: dict[tuple[str, ...], str] = {**COUNTED_AT, question.about: LAST, _LEFT_OUT: "they may"}
    found = imported(_written(tmp_path, COUNTS), tmp_path / "site", answers)
    assert found.counts == {
        ("2026-03-31", "Mag 1", "Shell", 240.0), ("2026-03-31", "Mag 1", "Flare", 60.0),
        ("2026-03-31", "Mag 2", "Shell", 117.0),
    }  # fmt: skip


def test_counts_beside_the_one_that_is_taken_are_asked_about(tmp_path: Path) -> None:
    answers: dict[tuple[str, ...], str] = {**COUNTED_AT, ("source", "book", "columns_answered", "counted"): "Count 1"}
    asked = imported(_written(tmp_path, COUNTS), tmp_path / "site", answers)
    about = sorted(one.about[-1] for one in asked.found.questions)
    assert about == ["Count 2", "Ledger", "Recount"]
    assert len(asked.waiting) == 3


PIVOT = [
    "Stock count as at 31 January 2026,,,,",
    ",,,,",
    "Row Labels,Mag A,Mag B,In,Grand Total",
    "105mm HE,120,80,,200",
    "Total Kit,4,0,2,6",
    "0012,30,,7,37",
    "Grand Total,154,80,9,243",
]
PIVOTED: dict[tuple[str, ...], str] = {
    ("source", "book", "table"): "counts",
    ("source", "book", "columns_answered", "material"): "Row Labels",
    ("source", "book", "unit"): "each",
}


def test_totals_of_a_pivot_are_neither_places_nor_materials(tmp_path: Path) -> None:
    first = imported(_written(tmp_path, PIVOT), tmp_path / "site")
    assert [(one.about[-1], one.choices[0]) for one in first.found.questions] == [("table", "counts")]
    asked = imported(_written(tmp_path, PIVOT), tmp_path / "site", PIVOTED)
    offered = {one.about[-1]: one.choices for one in asked.found.questions}
    assert offered["counted"][0] == "Mag A + Mag B + In"
    assert "Grand Total" not in offered["area"]
    answers = {**PIVOTED, ("source", "book", "columns_answered", "counted"): "Mag A + Mag B + In"}
    dated = imported(_written(tmp_path, PIVOT), tmp_path / "site", answers)
    assert [one.choices[0] for one in dated.found.questions] == ["2026-01-31"]
    answers[("source", "book", "counted_at")] = "2026-01-31"
    found = imported(_written(tmp_path, PIVOT), tmp_path / "site", answers)
    assert {row[1:] for row in found.counts} == {
        ("Mag A", "105mm HE", 120.0), ("Mag B", "105mm HE", 80.0), ("Mag A", "Total Kit", 4.0),
        ("Mag B", "Total Kit", 0.0), ("In", "Total Kit", 2.0), ("Mag A", "0012", 30.0), ("In", "0012", 7.0),
    }  # fmt: skip
    assert not found.waiting
    assert not found.found.questions
