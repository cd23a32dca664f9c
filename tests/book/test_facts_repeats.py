"""A part of a ledger that was put in twice under new codes is told; equal movements of an ordinary day are not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from small_folders import SiteFolder

HEADER = "movement,at,kind,material,quantity,unit,from_area,to_area,document\n"


def ledger(rows: Sequence[str]) -> str:
    return HEADER + "".join(f"B{number:03},{row}\n" for number, row in enumerate(rows))


def receipts(days: Sequence[int], clock: str = "T08:00", document: str = "") -> list[str]:
    """One receipt a day, each of another quantity."""
    return [f"2026-01-{day:02}{clock},receipt,SHELL,{day},each,,S1,{document}" for day in days]


def told(folder: SiteFolder, rows: Sequence[str]) -> str:
    notices = folder.write("movements", ledger(rows)).read().notices
    return " ".join(notice for notice in notices if "repeat others" in notice)


MONTH = list(range(1, 21))


def test_rows_pasted_twice_are_told_once(folder: SiteFolder) -> None:
    month = receipts(MONTH)
    assert told(folder, month + month[4:9]) == (
        "movements.csv: 5 rows repeat others in everything but their code, the first is row 22 (as row 6): delete them "
        "if they were put in twice"
    )
    assert told(folder, month) == ""


@pytest.mark.parametrize("clock", ["T08:00", ""])
def test_three_in_their_order_are_enough_and_two_are_not(folder: SiteFolder, clock: str) -> None:
    month = receipts(MONTH, clock)
    assert told(folder, month + month[:3]).startswith("movements.csv: 3 rows")
    assert told(folder, month + month[:2]) == ""
    assert told(folder, [*month, month[0], month[7], month[3]]) == ""


@pytest.mark.parametrize(("clock", "document"), [("T08:00", ""), ("", "DN-1")])
def test_pairs_that_were_sorted_afterwards_are_told(folder: SiteFolder, clock: str, document: str) -> None:
    month = receipts(MONTH, clock, document)
    assert told(folder, sorted(month + month[:5])).startswith("movements.csv: 5 rows")
    assert told(folder, sorted(month + month[:4])) == ""


def test_shifts_that_do_the_same_on_one_day_are_usual(folder: SiteFolder) -> None:
    shift = [f"2026-01-05,receipt,SHELL,{number},each,,S1," for number in (10, 20, 30)]
    assert told(folder, shift + shift) == ""


def test_twins_here_and_there_are_usual(folder: SiteFolder) -> None:
    month = receipts(MONTH)
    assert told(folder, sorted(month + month[::3])) == ""


def test_drums_of_one_size_are_usual(folder: SiteFolder) -> None:
    drums = [row for row in receipts(MONTH, "T08:00", "DN-1") for _ in range(1 + int(row[8:10]) % 4)]
    assert told(folder, drums) == ""
