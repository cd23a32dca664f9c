"""An inventory all of whose rows have a wrong day is told, with the day that may be meant; a right one never is."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from small_folders import SiteFolder

from stockward import cli

YEAR = [date(2026, month, 1) for month in range(1, 13)]


def dated(folder: SiteFolder, days: dict[str, date], *, areas: tuple[str, ...] = ("S1",), year: int = 2026) -> None:
    """A year of movements and these inventories, each with two rows in each area."""
    moved = [f"{1000 + at},{year}-{at:02}-15T08:00,receipt,TNT,1,kg,,S1,W1,," for at in range(1, 13)]
    head = "movement,at,kind,material,quantity,unit,from_area,to_area,method,reverses,note\n"
    folder.write("movements", head + "\n".join(moved) + "\n")
    rows = [
        f"{code},{day},{area},{material},{number},,,a\n"
        for code, day in days.items()
        for area in areas
        for material, number in (("TNT", 300), ("SHELL", 25))
    ]
    folder.write("counts", "inventory,at,area,material,quantity,unit,method,sheet\n" + "".join(rows))


def numbered(**wrong: date) -> dict[str, date]:
    """INV-01 to INV-12 on the first of each month, but for some."""
    days = {f"INV-{at:02}": day for at, day in enumerate(YEAR, start=1)}
    return {**days, **{f"INV-{name[1:]}": day for name, day in wrong.items()}}


def told(folder: SiteFolder) -> list[str]:
    return [notice for notice in folder.read().notices if "was it" in notice]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"n07": date(2025, 7, 1)}, "INV-07 of S1 is of 2025-07-01, before INV-06 (2026-06-01): was it 2026-07-01?"),
        ({"n07": date(2027, 7, 1)}, "INV-07 of S1 is of 2027-07-01, after INV-08 (2026-08-01): was it 2026-07-01?"),
        ({"n01": date(2027, 1, 1)}, "INV-01 of S1 is of 2027-01-01, after INV-02 (2026-02-01): was it 2026-01-01?"),
        ({"n12": date(2025, 12, 1)}, "INV-12 of S1 is of 2025-12-01, before INV-11 (2026-11-01): was it 2026-12-01?"),
        ({"n07": date(2026, 1, 7)}, "INV-07 of S1 is of 2026-01-07, before INV-06 (2026-06-01): was it 2026-07-01?"),
        ({"n07": date(2062, 7, 1)}, "INV-07 of S1 is of 2062-07-01, after INV-08 (2026-08-01): was it 2026-07-01?"),
        ({"n01": date(2025, 1, 1)}, "379 days before the first movement (2026-01-15): was it 2026-01-01?"),
        ({"n12": date(2027, 12, 1)}, "351 days after the last movement (2026-12-15): was it 2026-12-01?"),
    ],
)
def test_a_wrong_day_is_told_with_the_one_that_may_be_meant(
    folder: SiteFolder, wrong: dict[str, date], said: str
) -> None:
    dated(folder, numbered(**wrong))
    (notice,) = told(folder)
    row = 2 * int(next(iter(wrong))[1:])
    assert notice.startswith(f"counts.csv row {row}: inventory INV-")
    assert notice.endswith(f"{said} Correct its day then (and 1 more row like it)")
    # The mend mends, and nothing was changed before.
    assert not folder.read().problems
    dated(folder, numbered())
    assert told(folder) == []


def test_an_inventory_of_several_areas_is_told_once(folder: SiteFolder) -> None:
    dated(folder, numbered(n07=date(2025, 7, 1)), areas=("S1", "P1"))
    (notice,) = told(folder)
    assert notice.endswith("(and 3 more rows like it)")


def test_codes_without_an_order_are_judged_by_the_movements(folder: SiteFolder) -> None:
    names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    days = dict(zip(names, YEAR, strict=True))
    dated(folder, {**days, "JUN": date(2025, 6, 1)})
    (notice,) = told(folder)
    assert "inventory JUN of S1 is of 2025-06-01, 228 days before the first movement" in notice
    dated(folder, days)
    assert told(folder) == []


@pytest.mark.parametrize(
    "days",
    [
        # Numbers that do not follow time, a recount under a later number, few inventories, one a year, long numbers.
        {f"INV-{at:02}": YEAR[(at * 7) % 12] for at in range(1, 13)},
        {**numbered(), "INV-13": date(2026, 3, 2)},
        {"INV-01": date(2025, 1, 1), "INV-02": date(2026, 2, 1)},
        {f"INV-{at:02}": date(2020 + at, 6, 30) for at in range(1, 7)},
        {"9" * 5000: date(2026, 1, 1), "1" * 5000: date(2026, 2, 1), "2" * 5000: date(2026, 3, 1)},
    ],
)
def test_what_may_well_be_right_is_not_told(folder: SiteFolder, days: dict[str, date]) -> None:
    dated(folder, days)
    assert told(folder) == []


def test_inventories_that_go_on_while_nothing_moves_are_not_told(folder: SiteFolder) -> None:
    later = {f"INV-{12 + at:02}": date(2027, at, 1) for at in range(1, 11)}
    dated(folder, {**numbered(), **later})
    assert told(folder) == []
    dated(folder, {f"C{'ABCDEFGHIJKL'[at]}": day.replace(year=2025) for at, day in enumerate(YEAR)})
    assert told(folder) == []


def test_of_three_the_one_away_from_the_movements_is_told(folder: SiteFolder) -> None:
    days = {"INV-1": date(2026, 1, 1), "INV-2": date(2025, 2, 1), "INV-3": date(2026, 3, 1)}
    dated(folder, days)
    (notice,) = told(folder)
    assert "INV-2 of S1 is of 2025-02-01, before INV-1 (2026-01-01): was it 2026-02-01?" in notice


def test_a_review_begins_with_the_day_to_correct(folder: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stockward.cli.review.moment_now", lambda: datetime(2027, 1, 1, tzinfo=UTC))
    dated(folder, numbered(n07=date(2025, 7, 1)))
    ran = CliRunner().invoke(cli.main, ["review", str(folder.path)])
    said = " ".join(ran.stdout.split())
    first = "First correct the day of inventory INV-07: what follows may come of it."
    line = "The day of inventory INV-07 of S1 contradicts the others"
    assert said.index(first) < said.index(line) < said.index("series: ")
    # A review as of a day before its rows were recorded has none of it.
    assert folder.read().doubted_inventories == (("INV-07", "S1"),)
    ran = CliRunner().invoke(cli.main, ["review", str(folder.path), "--as-of", "2025-06-30"])
    assert "correct the day" not in ran.stdout


def test_every_area_of_a_doubted_inventory_is_known(folder: SiteFolder) -> None:
    dated(folder, numbered(n07=date(2025, 7, 1)), areas=("S1", "P1"))
    assert folder.read().doubted_inventories == (("INV-07", "S1"), ("INV-07", "P1"))
