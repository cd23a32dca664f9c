"""What was used, is made into nothing, and is gone is told; what stands there still, or was made, is not."""

from __future__ import annotations

import pytest
from small_folders import SiteFolder

LEDGER = "movement,at,kind,material,quantity,unit,from_area,to_area\n"
COUNTS = "inventory,at,area,material,quantity\n"
RECEIVED = "1,2026-01-05,receipt,TNT,600,,,P1"
USED = "2,2026-01-20,use,TNT,400,,P1,"
IN_GRAMS = "2,2026-01-20,use,TNT,400000,g,P1,"


def told(folder: SiteFolder, last: float, *rows: str) -> list[str]:
    """With 100 kg at the begin, and so many at the end."""
    folder.write("movements", LEDGER + "\n".join(rows) + "\n")
    folder.write("counts", f"{COUNTS}A,2026-01-01,P1,TNT,100\nB,2026-02-01,P1,TNT,{last}\n")
    return [notice for notice in folder.read().notices if "is used in" in notice]


@pytest.mark.parametrize("used", [USED, IN_GRAMS])
def test_what_is_used_and_gone_is_told(folder: SiteFolder, used: str) -> None:
    (notice,) = told(folder, 301, RECEIVED, used)
    assert notice.startswith("movements.csv row 3: TNT is used in P1, where nothing that holds it is made, and its")
    assert "(400 kg): book discard or issue if it was consumed or left" in notice


@pytest.mark.parametrize("last", [700, 699, 500, 0, 320.5, 279.5])
def test_what_stands_there_still_or_lacks_otherwise_is_not(folder: SiteFolder, last: float) -> None:
    assert told(folder, last, RECEIVED, USED) == []


def test_what_was_made_of_it_is_not(folder: SiteFolder) -> None:
    assert told(folder, 300, RECEIVED, USED, "3,2026-01-21,make,SHELL,60,,,P1") == []


def test_another_area_that_makes_it_is_none(folder: SiteFolder) -> None:
    assert len(told(folder, 300, RECEIVED, USED, "3,2026-01-21,make,SHELL,60,,,S1")) == 1


def test_a_write_off_moves_nothing(folder: SiteFolder) -> None:
    assert len(told(folder, 300, RECEIVED, USED, "3,2026-01-21,write_off,TNT,400,,P1,")) == 1
