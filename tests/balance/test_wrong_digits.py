"""A quantity with two digits exchanged, or one doubled, is named where chance would hardly bring such a row about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_rows_to_check import counted_after, counts_of, issues, named

from stockward.answers.losses import RowToCheck
from stockward.balance.findings.rows_to_check.digits import ways_to_misread
from stockward.terms.verdicts import Slip

TRUE = {f"{month:02d}-{day:02d}T08:00": 1000.0 + 37 * month + 11 * day for month in range(1, 8) for day in (8, 22)}
START = 40_000.0


def digits(rows: list[RowToCheck]) -> list[RowToCheck]:
    return [row for row in rows if row.slip is Slip.WRONG_DIGITS]


def test_ways_to_misread_a_number() -> None:
    assert set(ways_to_misread("122.0")) == {"12", "1122", "1222", "212"}
    assert set(ways_to_misread("1.50")) == {"1.55", "11.5", "5.1"}
    # With its decimal point elsewhere it is another slip.
    assert set(ways_to_misread("100.0")) == {"1100"}


def written_wrongly(true: float, way: str) -> float:
    """The same number with two digits exchanged, one doubled, or one of two left out."""
    text = f"{true:g}"
    places = [n for n in range(len(text) - 1) if text[n] != text[n + 1] and text[n + 1] != "."]
    at = places[0]
    if way == "exchanged":
        return float(text[:at] + text[at + 1] + text[at] + text[at + 2 :])
    return float(text[:at] + text[at] + text[at:])


@pytest.mark.parametrize("way", ["exchanged", "doubled"])
@pytest.mark.parametrize("seed", range(4))
def test_of_items_the_row_is_named_with_what_was_meant(tmp_path: Path, way: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    true = {day: float(rng.integers(1000, 9000)) for day in TRUE}
    day = list(true)[int(rng.integers(2, 10))]
    wrong = {**true, day: written_wrongly(true[day], way)}
    rows = digits(named(tmp_path, counts_of("BOX", counted_after(200_000, true)), issues("BOX", wrong)))
    named_row = next(row for row in rows if row.document == f"D{day[:5]}")
    assert float(str(named_row.meant)) == true[day]
    assert named_row.explains == abs(wrong[day] - true[day])
    assert named_row.expected is not None and named_row.expected <= 0.05
    assert len(rows) <= 2


def test_of_bulk_the_row_is_named_only_where_measuring_leaves_little_room(tmp_path: Path) -> None:
    """Of 72,000 kg that are off the interval is narrow; of 3,060 kg many figures would do."""
    day = "04-22T08:00"
    for true, wrong, there in ((91_300.0, 19_300.0, True), (1240.0, 4120.0, False)):
        left = counted_after(150_000, {**TRUE, day: true})
        counts = counts_of("TNT", [round(one, 2) for one in left], method="scale")
        folder = tmp_path / str(true)
        folder.mkdir()
        rows = digits(named(folder, counts, issues("TNT", {**TRUE, day: wrong}, "scale")))
        assert [(row.document, float(str(row.meant))) for row in rows] == ([("D04-22", true)] if there else [])


def test_a_count_with_two_digits_exchanged(tmp_path: Path) -> None:
    left = counted_after(START, TRUE)
    left[4] = written_wrongly(left[4], "exchanged")
    (row,) = digits(named(tmp_path, counts_of("BOX", left), issues("BOX", TRUE)))
    assert (row.table, row.quantity, row.places) == ("counts", left[4], (0, 1))


@pytest.mark.parametrize("seed", range(12))
def test_what_was_stolen_is_hardly_ever_a_wrong_digit(tmp_path: Path, seed: int) -> None:
    """A theft of any size: a row is named in one of twenty sites at most, by what is stated."""
    rng = np.random.default_rng(1000 + seed)
    true = {day: float(rng.integers(100, 900)) for day in TRUE}
    gone = {**true, "04-15T09:00": float(rng.integers(20, 400))}
    rows = digits(named(tmp_path, counts_of("BOX", counted_after(40_000, gone)), issues("BOX", true)))
    assert not rows
