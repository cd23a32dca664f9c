"""A month of movements of a wrong year is told with the year that is missing; a record that begins early is not."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from small_folders import SiteFolder

LEDGER = "movement,at,kind,material,quantity,to_area\n"
COUNTS = "inventory,at,area,material,quantity\n"
DAYS = (4, 9, 14, 18, 22)


def told(folder: SiteFolder, months: Iterable[tuple[int, int]], *, first: str = "2026-01-01") -> list[str]:
    """What is told of a ledger of these months, with inventories from the first to one of September."""
    days = (f"{year}-{month:02d}-{day:02d}" for year, month in months for day in DAYS)
    folder.write(
        "movements", LEDGER + "".join(f"{number},{day},receipt,SHELL,1,S1\n" for number, day in enumerate(days))
    )
    folder.write("counts", COUNTS + "".join(f"I{day},{day},S1,SHELL,9\n" for day in (first, "2026-09-01")))
    return [notice for notice in folder.read().notices if notice.startswith("movements.csv")]


YEAR = [(2026, month) for month in range(1, 9)]


@pytest.mark.parametrize("month", [1, 6, 8])
@pytest.mark.parametrize(("year", "side"), [(2025, "before the first inventory"), (2027, "after the last inventory")])
def test_a_month_of_another_year_is_told(folder: SiteFolder, month: int, year: int, side: str) -> None:
    months = [(year if number == month else 2026, number) for _, number in YEAR]
    (notice,) = told(folder, months)
    assert notice.startswith(f"movements.csv row {5 * month - 3}: its day, {year}-{month:02d}-04, lies long {side}")
    assert "was it 2026? Correct the year then (and 4 more rows like it)" in notice


@pytest.mark.parametrize(
    "months",
    [
        YEAR,
        [(2025, month) for month in range(1, 13)] + YEAR,  # the ledger begins before the inventories
        [(2025, 6), *YEAR],  # as much was received in June a year before
    ],
)
def test_what_came_before_the_first_inventory_is_not(folder: SiteFolder, months: list[tuple[int, int]]) -> None:
    assert [notice for notice in told(folder, months) if "was it" in notice] == []
