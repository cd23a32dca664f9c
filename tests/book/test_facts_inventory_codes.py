"""A code a line is no inventory: such lines are set aside, and what is counted as it should be never is."""

from __future__ import annotations

import pytest
from small_folders import SiteFolder

COUNTS = "inventory,at,area,material,quantity,unit,method,sheet\n"


def at_fault(folder: SiteFolder, *rows: str) -> list[tuple[int, str]]:
    folder.write("counts", COUNTS + "".join(f"{row},,,a\n" for row in rows))
    return [(one.row, one.reason) for one in folder.read().problems]


def test_lines_with_a_code_each_are_set_aside(folder: SiteFolder) -> None:
    found = at_fault(
        folder,
        "1,2026-01-31T08:00,S1,TNT,300",
        "2,2026-01-31T08:00,S1,SHELL,25",
        "3,2026-01-31T08:00,P1,TNT,20",
        "4,2026-02-28T08:00,S1,TNT,300",
        "5,2026-02-28T08:00,S1,SHELL,25",
    )
    assert [row for row, _ in found] == [2, 3, 5, 6]
    assert found[0][1].startswith("2 codes of S1 are of this moment, each with one material")
    assert found[0][1].endswith("give all that is counted in an area at a time one code")


@pytest.mark.parametrize(
    "rows",
    [
        ("A,2026-01-31,S1,TNT,300", "A,2026-01-31,S1,SHELL,25", "B,2026-02-28,S1,TNT,300"),
        ("A,2026-01-31,S1,TNT,300", "B,2026-01-31,S1,TNT,301"),  # one material, counted again
        ("A,2026-01-31,S1,TNT,300", "A,2026-01-31,S1,SHELL,25", "B,2026-01-31,S1,SHELL,24"),
        ("A,2026-01-31T08:00,S1,TNT,300", "B,2026-01-31T12:00,S1,SHELL,25"),  # the one had left by then
        ("A,2026-01-31,S1,TNT,300", "B,2026-01-31,P1,SHELL,25"),
        ("A,2026-01-31,S1,TNT,300", "B,2026-01-31,S1,NONE,25"),
        # One inventory was cut in two, and the others are whole.
        ("A,2026-01-31,S1,TNT,300", "B,2026-01-31,S1,SHELL,25", "C,2026-02-28,S1,TNT,3", "C,2026-02-28,S1,SHELL,2"),
    ],
)
def test_inventories_are_not(folder: SiteFolder, rows: tuple[str, ...]) -> None:
    assert [row for row, reason in at_fault(folder, *rows) if "codes of" in reason] == []
