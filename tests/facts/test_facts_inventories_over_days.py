"""An inventory whose rows stand apart in time, with movements in between, never passes silently for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from stockward.facts import Site, read_site

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
        "m1,2026-02-10,issue,KEG,5,A,,\n",
        "m1,2026-02-10,issue,BOX,5,B,,\n",
        "m1,2026-02-10,write_off,BOX,5,A,,\n",
        "m1,2026-02-10,issue,BOX,5,A,,\nm2,2026-02-11,issue,BOX,5,A,,m1\n",
    ],
)
def test_what_does_not_touch_the_counted_rows_is_no_fault(tmp_path: Path, moves: str) -> None:
    site = site_of(tmp_path, "2026-02-01", "2026-02-20", moves)
    assert (site.problems, site.notices) == ((), ())
