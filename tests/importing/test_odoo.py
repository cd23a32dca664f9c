"""Moves and counts as Odoo exports them: made here, with the headers and rules of its source."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from tests.importing.rows import imported

MOVES = """Date,Reference,Product,Lot/Serial Number,From,To,Quantity,Unit of Measure,Status
2025-01-02 23:30:00,WH/IN/1,[00042] TNT flakes,,Partners/Vendors,WH/A,500.25,kg,Done
2025-01-03 08:00:00,WH/INT/2,[SHELL] Shell,0012,WH/A,WH/B,5.0,Units,Done
2025-01-04 09:00:00,WH/MO/3,[00042] TNT flakes,,WH/A,Virtual Locations/Production,100.0,kg,Done
2025-01-07 14:00:00,WH/MO/6,[SHELL] Shell,0013,Virtual Locations/Production,WH/A,8.0,Units,Done
2025-01-08 06:45:00,WH/OUT/7,[SHELL] Shell,0012,WH/B,Partners/Customers,12.0,Units,Done
2025-01-09 12:20:00,WH/SP/8,[SHELL] Shell,0012,WH/A,Virtual Locations/Scrap,1.0,Units,Done
2025-01-10 12:20:00,WH/OUT/9,[SHELL] Shell,0012,WH/A,Partners/Customers,3.0,Units,Cancelled
2025-02-01 08:00:00,Quantity Updated,[SHELL] Shell,0012,WH/B,Virtual Locations/Inventory adjustment,1.0,Units,Done
"""
PLACES = {
    "WH/A": "a place of the site", "WH/B": "a place of the site", "Partners/Vendors": "outside",
    "Partners/Customers": "outside", "Virtual Locations/Production": "production", "Virtual Locations/Scrap": "scrap",
    "Virtual Locations/Inventory adjustment": "adjustment",
}  # fmt: skip
ANSWERS = {
    ("source", "Odoo stock move lines", "times"): "UTC", **{("places", name): what for name, what in PLACES.items()},
}  # fmt: skip


def test_moves_say_by_their_ends_what_happened(tmp_path: Path) -> None:
    file = tmp_path / "moves.csv"
    file.write_text(MOVES, encoding="utf-8")
    rows = imported([file], tmp_path / "site", ANSWERS)
    assert rows.movements == {
        ("2025-01-02", "receipt", "00042", 500.25, "", "WH/A"),
        ("2025-01-03", "transfer", "SHELL", 5.0, "WH/A", "WH/B"),
        ("2025-01-04", "use", "00042", 100.0, "WH/A", ""),
        ("2025-01-07", "make", "SHELL", 8.0, "", "WH/A"),
        ("2025-01-08", "issue", "SHELL", 12.0, "WH/B", ""),
        ("2025-01-09", "discard", "SHELL", 1.0, "WH/A", ""),
        ("2025-02-01", "write_off", "SHELL", 1.0, "WH/B", ""),
    }
    assert rows.found.sources[0].left_out == {"its state is Cancelled": ["moves.csv row 8"]}


def test_no_move_is_taken_while_its_zone_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "moves.csv"
    file.write_text(MOVES, encoding="utf-8")
    assert not imported([file], tmp_path / "site").movements


def test_groups_with_their_sums_are_no_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["Product", "Date", "Reference", "From", "To", "Quantity", "Unit of Measure", "Status"],
        ["    [SHELL] Shell (2)", None, None, None, None, 13.0],
        ["[SHELL] Shell", "2025-01-07 14:00:00", "WH/MO/6", "Virtual Locations/Production", "WH/A", 8, "Units", "Done"],
        ["[SHELL] Shell", "2025-01-13 08:00:00", "WH/INT/2", "WH/A", "WH/B", 5, "Units", "Done"],
    ):
        book.active.append(row)
    book.save(tmp_path / "grouped.xlsx")
    rows = imported([tmp_path / "grouped.xlsx"], tmp_path / "site", ANSWERS)
    assert {row[1:4] for row in rows.movements} == {("make", "SHELL", 8.0), ("transfer", "SHELL", 5.0)}
    assert rows.found.sources[0].left_out == {"a group with its sum": ["grouped.xlsx[Sheet] row 2"]}


def test_a_zero_that_nobody_set_is_no_count(tmp_path: Path) -> None:
    lines = [
        "Location,Product,Lot/Serial Number,Quantity,Unit of Measure,Counted Quantity,Difference,Scheduled Date",
        "WH/A,[SHELL] Shell,0012,24.0,Units,0.0,0.0,2025-12-31",
        "WH/A,[SHELL] Shell,0013,18.0,Units,18.0,0.0,2025-12-31",
        "WH/B,[SHELL] Shell,0012,5.0,Units,0.0,-5.0,2025-12-31",
    ]
    (tmp_path / "quants.csv").write_text("\n".join(lines), encoding="utf-8")
    answers = {("source", "Odoo stock on hand (quants)", "counted_at"): "2025-01-31T18:00"}
    rows = imported([tmp_path / "quants.csv"], tmp_path / "site", answers)
    assert rows.counts == {("2025-01-31", "WH/A", "SHELL", 18.0), ("2025-01-31", "WH/B", "SHELL", 0.0)}
    assert rows.found.sources[0].left_out == {"its zero was not set as a count": ["quants.csv row 2"]}
