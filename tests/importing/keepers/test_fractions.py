"""A bare 1/2 where a quantity should stand may be a fraction, a day, or one of two: a person says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.importing.keepers.books import came, went, workbook
from tests.importing.rows import Rows, imported

from stockward.book.sources.importers.written.numerals import bare_fraction

_HEADER = ["Date", "Item", "Unit", "Store", "In", "Out", "Balance"]


def _read(folder: Path, out: object, answer: str = "", *, accepts: bool = False) -> Rows:
    rows = [
        _HEADER,
        [date(2026, 3, 1), "TNT", "kg", "A", 10, None, 10],
        [date(2026, 3, 2), "TNT", "kg", "A", None, out],
    ]
    answers = {("source", "L", "fractions"): answer} if answer else {}
    return imported(workbook(folder / "l.xlsx", {"L": rows}), folder / "site", answers, accepts=accepts)


@pytest.mark.parametrize("text", ["1/2", " 1 / 2 ", "1/2kg", "1/2 kg"])
def test_it_waits_for_the_word_that_it_is_one(tmp_path: Path, text: str) -> None:
    asked = _read(tmp_path, text, accepts=True)
    assert [question.about for question in asked.found.questions] == [("source", "L", "fractions")]
    assert asked.movements == {came("2026-03-01", "TNT", 10, "A")}
    told = _read(tmp_path, text, "they are fractions")
    assert went("2026-03-02", "TNT", 0.5, "A") in told.movements


def test_it_is_set_aside_where_it_is_none(tmp_path: Path) -> None:
    found = _read(tmp_path, "1/2", "leave these rows aside")
    assert [why for _, why in found.found.set_aside] == ["out '1/2' is no number: write how much it is, such as 0.5"]
    assert len(found.movements) == 1


def test_a_balance_beside_it_speaks_for_it(tmp_path: Path) -> None:
    rows = [_HEADER, [date(2026, 3, 1), "TNT", "kg", "A", 10, None, 10]]
    rows += [[date(2026, 3, 2), "TNT", "kg", "A", None, "1/2", 9.5]]
    found = imported(workbook(tmp_path / "l.xlsx", {"L": rows}), tmp_path / "site")
    assert [question.about for question in found.found.questions] == [("source", "L", "fractions")]
    assert found.found.sources[0].balance is not None
    assert found.found.sources[0].balance.holds


@pytest.mark.parametrize(
    ("text", "value"),
    [("1/2", 0.5), ("3/4 kg", 0.75), ("2/1", None), ("1/1", None), ("13/14", 13 / 14), ("1/26", None), ("1 1/2", None)],
)
def test_which_texts_may_be_fractions(text: str, value: float | None) -> None:
    assert bare_fraction(text) == value


def test_a_day_that_a_spreadsheet_made_of_it_is_told_with_the_mend(tmp_path: Path) -> None:
    rows = [_HEADER[:-1], *([date(2026, 3, day), "TNT", "kg", "A", None, day] for day in range(1, 4))]
    rows += [[date(2026, 3, 4), "TNT", "kg", "A", None, date(2026, 2, 1)]]
    found = imported(workbook(tmp_path / "l.xlsx", {"L": rows}), tmp_path / "site")
    assert len(found.movements) == 3
    (why,) = (why for _, why in found.found.set_aside)
    assert why.endswith(
        "is a date: a spreadsheet makes one of 1/2 or 3-4; write the number, and format the cell as one"
    )
