"""Rows that are wrong in the same way are named together where they add up to what is claimed, and else none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from small_sites import Closed, write_site

from stockward.answers.losses import RowToCheck
from stockward.balance.findings.events import events_of
from stockward.balance.items import find_in_items
from stockward.terms.verdicts import Slip

METHODS = "method,random_rel\nscale,0.001\n"
MATERIALS = "material,kind,unit\nTNT,bulk,kg\nPASTE,bulk,kg\nSLURRY,bulk,kg\nBOX,item,each\n"
CONTENTS = "material,substance,amount,unit,random_rel,systematic_rel\nSLURRY,TNT,0.6,kg,0,0\n"
COUNTED = "inventory,at,area,material,quantity,method"
MOVED = "movement,at,kind,from_area,to_area,material,quantity,unit,method,document"


def counted(quantities: Mapping[str, list[float]]) -> str:
    """What each area held at the begin of each month."""
    rows = [
        f"N{month},2025-{month + 1:02d}-01T06:00,{area},TNT,{quantity},scale"
        for area, each in quantities.items()
        for month, quantity in enumerate(each)
    ]
    return "\n".join([COUNTED, *rows])


def moved(*rows: str) -> str:
    """Movements by hand: ``at,kind,from,to,material,quantity,unit``."""
    return "\n".join([MOVED, *(f"V{number},{row},scale,D{number}" for number, row in enumerate(rows))])


def named(folder: Path, counts: str, movements: str, **tables: str) -> list[RowToCheck]:
    tables = {"methods": METHODS, "materials": MATERIALS, "contents": CONTENTS, **tables}
    site = write_site(folder, counts=counts, movements=movements, **tables)
    closed = Closed(site)
    found = find_in_items(closed.books, closed.balances, seed=1)
    events = events_of(closed.books, closed.balances, list(closed.verdicts().values()), found.discrepancies)
    return [row for event in events for row in event.to_check]


RECEIVED = [f"2025-{month:02d}-05T08:00,receipt,,A,TNT,600," for month in (1, 2)]


def used(month: int, quantity: float = 600.0) -> str:
    return f"2025-{month:02d}-20T08:00,use,A,,TNT,{quantity},"


def test_what_was_used_where_nothing_was_made_of_it_is_named(tmp_path: Path) -> None:
    (row,) = named(tmp_path, counted({"A": [50, 50, 50]}), moved(*RECEIVED, used(1), used(2)))
    assert (row.slip, row.row, row.others, row.whole) == (Slip.USED_UP, 4, (5,), True)
    assert row.explains == pytest.approx(1200)


def test_one_such_row_is_enough(tmp_path: Path) -> None:
    (row,) = named(tmp_path, counted({"A": [50, 50, 650]}), moved(*RECEIVED, used(1)))
    assert (row.slip, row.row, row.others) == (Slip.USED_UP, 4, ())


def test_use_is_none_where_it_was_made_into_what_holds_it(tmp_path: Path) -> None:
    made = "2025-01-21T08:00,make,,A,SLURRY,1000,"
    gone = named(tmp_path, counted({"A": [50, 50, 50]}), moved(*RECEIVED, used(1), made, used(2)))
    assert [row for row in gone if row.slip == Slip.USED_UP] == []


def test_use_of_another_amount_than_is_missing_is_not_named(tmp_path: Path) -> None:
    assert named(tmp_path, counted({"A": [50, 50, 50]}), moved(*RECEIVED, used(1, 200), used(2, 200))) == []


def month_of(year: int, month: int, unit: str = "", times: float = 1.0) -> list[str]:
    """A month of A and B: in, across and out, in a unit."""
    day = f"{year}-{month:02d}"
    return [
        f"{day}-05T08:00,receipt,,A,TNT,{812.5 * times},{unit}",
        f"{day}-09T08:00,transfer,A,B,TNT,{150 * times},{unit}",
        f"{day}-14T08:00,issue,B,,TNT,{140 * times},{unit}",
        f"{day}-16T08:00,issue,A,,TNT,{600 * times},{unit}",
    ]


MONTHS = range(1, 7)
TRUE = {"A": [3000 + 62.5 * month for month in range(7)], "B": [200 + 10.0 * month for month in range(7)]}
"""What stands there at the begin of each month, if every month is as ``month_of`` says."""


def by_slip(found: list[RowToCheck]) -> dict[Slip, list[tuple[int, ...]]]:
    """The rows that are named together, by the way in which they may be wrong."""
    told: dict[Slip, list[tuple[int, ...]]] = {}
    for row in found:
        if row.others:
            told.setdefault(row.slip, []).append((row.row, *row.others))
    return told


def test_books_that_are_right_name_nothing(tmp_path: Path) -> None:
    rows = [row for month in MONTHS for row in month_of(2025, month)]
    assert named(tmp_path, counted(TRUE), moved(*rows)) == []


def test_a_month_of_the_wrong_year_is_named(tmp_path: Path) -> None:
    rows = [row for month in MONTHS for row in month_of(2024 if month == 3 else 2025, month)]
    found = by_slip(named(tmp_path, counted(TRUE), moved(*rows)))
    assert sorted(found[Slip.WRONG_YEAR]) == [(10, 11, 13), (11, 12)]


def test_a_month_put_in_twice_is_named(tmp_path: Path) -> None:
    rows = [row for month in MONTHS for row in month_of(2025, month)]
    text = moved(*rows, *month_of(2025, 4))
    for place in range(4):  # under new numbers, with the documents of before
        text = text.replace(f"scale,D{len(rows) + place}", f"scale,D{12 + place}")
    found = by_slip(named(tmp_path, counted(TRUE), text))
    assert sorted(found[Slip.TWICE]) == [(26, 27, 29), (27, 28)]


def test_grains_that_were_meant_as_grams_are_named(tmp_path: Path) -> None:
    rows = [row for month in MONTHS for row in month_of(2025, month, "gr", 1000)]
    found = named(tmp_path, counted(TRUE), moved(*rows))
    told = [row for row in found if row.slip == Slip.WRONG_UNIT and row.others]
    assert {row.meant for row in told} == {"g"}
    assert {len(row.others) + 1 for row in told} == {12, 18}


def test_transfers_that_all_go_the_wrong_way_are_named(tmp_path: Path) -> None:
    rows = [row.replace("transfer,A,B", "transfer,B,A") for month in MONTHS for row in month_of(2025, month)]
    found = by_slip(named(tmp_path, counted(TRUE), moved(*rows)))
    assert found[Slip.WRONG_WAY] == [(3, 7, 11, 15, 19, 23)]


def test_an_issue_among_alike_ones_that_is_booked_in_is_named(tmp_path: Path) -> None:
    rows = [row for month in MONTHS for row in month_of(2025, month)]
    rows[15] = rows[15].replace("issue,A,", "receipt,,A")
    (row,) = named(tmp_path, counted(TRUE), moved(*rows))
    assert (row.slip, row.row, row.explains) == (Slip.REVERSED, 17, 1200)


@pytest.mark.parametrize(("lost", "whole"), [(0.0, True), (0.05, False), (0.45, False)])
def test_a_normal_loss_that_comes_to_light_is_named(tmp_path: Path, lost: float, whole: bool) -> None:
    """Of 150 kg a month half is taken for lost, and less was."""
    rows = [row for month in MONTHS for row in month_of(2025, month)]
    held = {**TRUE, "B": [quantity - 150 * lost * month for month, quantity in enumerate(TRUE["B"])]}
    rates = "area,substance,rate,basis,random_rel,systematic_rel\nB,TNT,0.5,per_received,0,0\n"
    found = named(tmp_path, counted(held), moved(*rows), normal_losses=rates)
    told = [(row.table, row.row, row.meant, row.whole, row.explains) for row in found if row.slip == Slip.RATE]
    # Where most of it was lost, the rate is no percentage.
    assert told == ([("normal_losses", 2, "0.005", whole, 450.0)] if lost < 0.4 else [])


def test_a_normal_loss_that_was_one_is_not_named(tmp_path: Path) -> None:
    rows = [row for month in MONTHS for row in month_of(2025, month)]
    held = {**TRUE, "B": [quantity - 1.5 * month for month, quantity in enumerate(TRUE["B"])]}
    rates = "area,substance,rate,basis,random_rel,systematic_rel\nB,TNT,0.01,per_received,0,0\n"
    assert named(tmp_path, counted(held), moved(*rows), normal_losses=rates) == []
