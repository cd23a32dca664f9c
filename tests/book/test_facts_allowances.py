"""A method with an error where items are counted, and a normal loss that nobody knows, are told."""

from __future__ import annotations

import pytest
from small_folders import SiteFolder

COUNTS = "inventory,at,area,material,quantity,method\n"


def counted(folder: SiteFolder, *methods: str, area: str = "S1") -> list[str]:
    rows = (f"I{day},2026-03-{day:02},{area},SHELL,25,{method}\n" for day, method in enumerate(methods, 1))
    folder.write("methods", "method,random_rel,systematic_rel\nW1,0.001,0.0005\nW2,0,0\nEST,0.04,\n")
    site = folder.write("counts", COUNTS + "".join(rows)).read()
    assert site.problems == ()
    return [notice for notice in site.notices if "such quantities" in notice]


def test_items_that_are_estimated_once_are_told(folder: SiteFolder) -> None:
    assert counted(folder, "", "", "W2", "", "", "EST") == [
        "counts.csv row 7: its method EST states an error, and 5 of 6 such quantities of SHELL in S1 are exact: count "
        "the items, or a missing one passes for an error of the method"
    ]


def test_four_of_five_and_five_at_least_are_exact(folder: SiteFolder) -> None:
    assert counted(folder, *[""] * 8, "EST", "EST")[0].endswith("(and 1 more row like it)")
    assert not counted(folder, *[""] * 7, "EST", "EST")
    assert not counted(folder, *[""] * 4, "EST")
    assert not counted(folder, *["EST"] * 8)
    assert not counted(folder, *["", "W2"] * 8)


def test_areas_are_looked_at_by_themselves_and_bulk_is_measured(folder: SiteFolder) -> None:
    rows = [f"I{day},2026-03-{day:02},S1,SHELL,25,\n" for day in range(1, 9)]
    rows += ["J1,2026-03-09,P1,SHELL,25,W1\n", "J2,2026-03-09,S1,TNT,25,W1\n"]
    notices = folder.write("counts", COUNTS + "".join(rows)).read().notices
    assert not any("such quantities" in notice for notice in notices)


@pytest.mark.parametrize(("other", "is_told"), [("receipt,SHELL,5,each,,S1", True), ("make,SHELL,5,each,,P1", False)])
def test_movements_of_one_kind_and_way_are_alike(folder: SiteFolder, other: str, is_told: bool) -> None:
    head = "movement,at,kind,material,quantity,unit,from_area,to_area,method\n"
    rows = [f"M{day},2026-01-{day:02},receipt,SHELL,{day},each,,S1,\n" for day in range(1, 9)]
    site = folder.write("movements", head + "".join(rows) + f"M9,2026-01-09,{other},W1\n").read()
    found = [notice for notice in site.notices if "such quantities" in notice]
    assert bool(found) is is_told
    assert all("8 of 9 such quantities of SHELL are exact" in notice for notice in found)


LOSSES = "area,substance,rate,basis,unit,random_rel,systematic_rel\n"


def losses(folder: SiteFolder, *rows: str) -> list[str]:
    site = folder.write("normal_losses", LOSSES + "".join(f"{row}\n" for row in rows)).read()
    assert site.problems == ()
    return [notice for notice in site.notices if "passes for normal" in notice]


def test_a_normal_loss_that_nobody_knows_is_told(folder: SiteFolder) -> None:
    assert losses(folder, "S1,TNT,0.02,per_received,,1,0.95") == [
        "normal_losses.csv row 2: random_rel 1 is 100 % of the loss, so that three times as much passes for normal; S1 "
        "is a store, which loses no share of what it receives: write what past periods bear out",
        "normal_losses.csv row 2: systematic_rel 0.95 is 95 % of the loss, so that three times as much passes for "
        "normal; S1 is a store, which loses no share of what it receives: write what past periods bear out",
    ]
    (process,) = losses(folder, "P1,TNT,0.02,per_received,,0.9,0.2")
    assert "store" not in process


@pytest.mark.parametrize(
    "row", ["S1,TNT,0.002,per_received,,0.2,0.2", "P1,TNT,0.02,per_received,,0.89,0.5", "P1,TNT,0,per_day,kg,1,1"]
)
def test_a_normal_loss_that_is_known_is_not_told(folder: SiteFolder, row: str) -> None:
    assert not losses(folder, row)
