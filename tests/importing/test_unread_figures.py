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
