"""A stretch of time without movements is told where there are many otherwise; a quiet store stays silent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from small_folders import SiteFolder

LEDGER = "movement,at,kind,material,quantity,to_area\n"
COUNTS = "inventory,at,area,material,quantity\n"
FIRST = date(2026, 1, 1)


def told(folder: SiteFolder, days: Iterable[int], *, begin: int = 0, end: int = 120) -> list[str]:
    """What is told of movements on these days of the year, with inventories at the begin and the end."""
    rows = (f"{day},{FIRST + timedelta(days=day)},receipt,SHELL,1,S1\n" for day in days)
    folder.write("movements", LEDGER + "".join(rows))
    sides = (f"I{day},{FIRST + timedelta(days=day)},S1,SHELL,{day + 9}\n" for day in (begin, end))
    folder.write("counts", COUNTS + "".join(sides))
    return [notice for notice in folder.read().notices if notice.startswith("movements.csv:")]


def test_a_month_that_was_left_out_is_told(folder: SiteFolder) -> None:
    assert told(folder, [day for day in range(0, 121, 2) if not 30 < day < 60]) == [
        "movements.csv: no movement is on record between 2026-01-31 and 2026-03-02, where otherwise none is further "
        "apart than 2 days: put in what is missing, if something moved"
    ]


def test_a_ledger_that_ends_before_the_inventories_is_told(folder: SiteFolder) -> None:
    (notice,) = told(folder, range(80))
    assert "after 2026-03-21, where otherwise none is further apart than 1 day, and inventories go on to" in notice


def test_a_ledger_that_begins_after_the_inventories_is_told(folder: SiteFolder) -> None:
    (notice,) = told(folder, range(40, 121))
    assert "before 2026-02-10, where otherwise none is further apart than 1 day, and inventories begin on" in notice


@pytest.mark.parametrize(
    "days",
    [
        range(121),
        [*range(50), *range(60, 121)],  # Some days off.
        range(0, 121, 10),  # A quiet store.
        [*range(0, 60, 3), *range(100, 121, 3)],  # Fewer than thirty.
        [*range(100), 400],  # One wrong year is told by itself.
    ],
)
def test_an_ordinary_ledger_is_not(folder: SiteFolder, days: Iterable[int]) -> None:
    assert told(folder, days) == []


def test_a_ledger_without_a_row_is_told_where_inventories_differ(folder: SiteFolder) -> None:
    assert told(folder, []) == [
        "movements.csv: it has no row, and inventories differ: put in the movements in between, or nothing explains "
        "the differences"
    ]
    folder.write("counts", COUNTS + "I1,2026-01-01,S1,SHELL,9\nI2,2026-02-01,S1,SHELL,9\n")
    assert folder.read().notices == ()
