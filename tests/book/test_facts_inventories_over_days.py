"""An inventory whose rows stand apart in time, with movements in between, never passes silently for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from stockward.book import Site, read_site

SETTINGS = (
    'format = 1\n[site]\nname = "T"\ntimezone = "Asia/Seoul"\n[detection]\nfalse_alarm = 0.05\ndetection = 0.95\n'
)
MOVED = "movement,at,kind,material,quantity,from_area,to_area,reverses\n"


def site_of(folder: Path, first: str, last: str, moves: str) -> Site:
    tables = {
        "areas": "area,kind\nA,store\nB,store\n",
        "materials": "material,kind,unit\nBOX,item,each\nKEG,item,each\n",
        "movements": MOVED + moves,
        "counts": "inventory,at,area,material,quantity\nI0,2026-01-01,A,BOX,9\n"
        f"I1,{first},A,BOX,9\nI1,{last},A,KEG,0\n",
    }
    (folder / "site.toml").write_text(SETTINGS, encoding="utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_site(folder)


def test_a_row_that_moved_long_before_its_inventory_stood_is_set_aside(tmp_path: Path) -> None:
    site = site_of(tmp_path, "2026-02-01", "2026-02-20", "m1,2026-02-10,issue,BOX,5,A,,\n")
    (problem,) = site.problems
    assert (problem.file, problem.row, problem.column) == ("counts.csv", 3, "at")
    assert problem.reason == (
        "the inventory stands at 2026-02-20 00:00 (counts.csv row 4), 19.0 days after this row, and by movements.csv "
        "row 2 some moved in between: give them inventories of their own, or correct the time"
    )
    assert site.notices == ()


@pytest.mark.parametrize("stray", ["2062-02-01", "2026-02-20"])
def test_one_row_far_behind_the_others_is_set_aside_and_they_stay(tmp_path: Path, stray: str) -> None:
    """The others agree on their time; a wrong year in one row says nothing against them."""
    site_of(tmp_path, "2026-02-01", "2026-02-01", "m1,2026-02-10,issue,BOX,5,A,,\n")
    counts = tmp_path / "counts.csv"
    counts.write_text(counts.read_text() + f"I1,{stray},A,LID,4\n")
    with (tmp_path / "materials.csv").open("a") as materials:
        materials.write("LID,item,each\n")
    (problem,) = read_site(tmp_path).problems
    assert (problem.row, problem.column) == (5, "at")
    assert "days behind 2 of the 3 rows of I1 in A, and some moved in between: correct its time" in problem.reason
    counts.write_text(counts.read_text().replace(stray, "2026-02-01"))
    assert read_site(tmp_path).problems == ()


def test_within_a_week_it_is_told_and_nothing_is_set_aside(tmp_path: Path) -> None:
    site = site_of(tmp_path, "2026-02-01T08:00", "2026-02-02T08:00", "m1,2026-02-01T12:00,transfer,BOX,5,A,B,\n")
    assert site.problems == ()
    (notice,) = site.notices
    assert notice.startswith("counts.csv row 3: the inventory stands at 2026-02-02 08:00 (counts.csv row 4), 1.0 days")


@pytest.mark.parametrize(
    "moves",
    [
        "m1,2026-02-01,issue,BOX,5,A,,\n",  # At its own moment: it belongs to the period that it ends.
        "m1,2026-02-21,issue,BOX,5,A,,\n",
        "m1,2026-01-30,issue,KEG,5,A,,\n",
        "m1,2026-02-10,issue,BOX,5,B,,\n",
        "m1,2026-02-10,write_off,BOX,5,A,,\n",
        "m1,2026-02-10,issue,BOX,5,A,,\nm2,2026-02-11,issue,BOX,5,A,,m1\n",
    ],
)
def test_what_does_not_touch_the_counted_rows_is_no_fault(tmp_path: Path, moves: str) -> None:
    site = site_of(tmp_path, "2026-02-01", "2026-02-20", moves)
    assert (site.problems, site.notices) == ((), ())


def test_a_row_long_after_the_others_whose_material_moved_in_between_is_told(tmp_path: Path) -> None:
    site = site_of(tmp_path, "2026-02-01", "2026-02-11", "m1,2026-02-10,issue,KEG,5,A,,\n")
    assert site.problems == ()
    assert site.notices == (
        "counts.csv row 4: it lies 10.0 days behind the first of I1 in A, and by movements.csv row 2 KEG moved in "
        "between: correct its time if it is wrong",
    )


def test_a_row_of_the_same_week_is_not(tmp_path: Path) -> None:
    assert site_of(tmp_path, "2026-02-01", "2026-02-08", "m1,2026-02-07,issue,KEG,5,A,,\n").notices == ()


@pytest.mark.parametrize(
    ("counted", "moved", "side"),
    [
        ("2026-02-20", "2026-02-20T08:00", "after"),
        ("2026-02-20T00:00", "2026-02-20T08:00", "after"),
        ("2026-02-20", "2026-02-20", "before"),
        ("2026-02-20T17:00", "2026-02-20", "before"),
        ("2026-02-20T17:00", "2026-02-20T08:00", None),
        ("2026-02-20", "2026-02-21", None),
    ],
)
@pytest.mark.parametrize("timezone", ["Asia/Seoul", "America/Havana", "UTC"])
def test_a_movement_of_the_day_of_a_count_is_told_with_the_side_it_takes(
    tmp_path: Path, timezone: str, counted: str, moved: str, side: str | None
) -> None:
    tables = {"movements": f"{MOVED}m1,{moved},issue,BOX,5,A,,\n"}
    site = small_site(tmp_path, timezone, counted, **tables)
    told = {
        "after": "counts.csv row 3: the count gives no time of day, so what moved that day (movements.csv row 2) is "
        "taken to come after it: give it one if that came before",
        "before": "movements.csv row 2: it gives no time of day, and is taken to come before the count of that day "
        "(counts.csv row 3): give both one if it came after",
    }
    assert site.notices == (() if side is None else (told[side],))


def test_on_a_day_without_midnight_a_day_begins_later(tmp_path: Path) -> None:
    """In Cairo 24 April 2026 begins at 01:00."""
    moves = f"{MOVED}m1,2026-04-24T08:00,issue,BOX,5,A,,\nm2,2026-04-24T09:00,issue,BOX,1,A,,\n"
    (notice,) = small_site(tmp_path, "Africa/Cairo", "2026-04-24", movements=moves).notices
    assert "(movements.csv row 2 and 1 more) is taken to come after it" in notice


@pytest.mark.parametrize(
    "move",
    ["issue,KEG,5,A,,", "issue,BOX,5,B,,", "write_off,BOX,5,A,,", "issue,BOX,5,A,,\nm2,2026-03-01,issue,BOX,5,A,,m1"],
)
def test_what_moved_nothing_that_was_counted_that_day_has_no_side(tmp_path: Path, move: str) -> None:
    moves = f"{MOVED}m1,2026-02-20T08:00,{move}\n"
    assert small_site(tmp_path, "Asia/Seoul", "2026-02-20", movements=moves).notices == ()


def small_site(folder: Path, timezone: str, counted: str, **tables: str) -> Site:
    written = {
        "areas": "area,kind\nA,store\nB,store\n",
        "materials": "material,kind,unit\nBOX,item,each\nKEG,item,each\n",
        "counts": f"inventory,at,area,material,quantity\nI0,2026-01-01,A,BOX,9\nI1,{counted},A,BOX,9\n",
        **tables,
    }
    (folder / "site.toml").write_text(SETTINGS.replace("Asia/Seoul", timezone), encoding="utf-8")
    for name, text in written.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_site(folder)
