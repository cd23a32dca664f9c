"""Workbooks of before 2007 (.xls): read where they are sound, and in one line refused where they are not."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest
from tests.importing.harm.old_workbooks import Cell, Formula, book, contained, record

from stockward.book.sources.importers.grid.files import ReadFile, read_file
from stockward.terms.errors import SiteError

ROWS: list[list[Cell | Formula]] = [
    ["Date", "Material", "Store", "Type", "Qty", "Unit"],
    ["2026-01-13", "TNT", "A", "Receipt", 100.0, "kg"],
    ["2026-01-14", "TNT", "A", "Issue", 50.0, "kg"],
]
STREAM = {8: "Workbook", 5: "Book"}


def read(folder: Path, content: bytes) -> ReadFile:
    path = folder / "old.xls"
    path.write_bytes(content)
    return read_file(path)


@pytest.mark.parametrize("version", [5, 8])
def test_sheets_are_read_and_macros_left_where_they_are(tmp_path: Path, version: int) -> None:
    records = book(version, {"Ledger": ROWS, "Second": ROWS[:1]})
    for streams in ({STREAM[version]: records}, {STREAM[version]: records, "_VBA_PROJECT_CUR": b"Attribut" * 700}):
        first, second = read(tmp_path, contained(streams)).grids
        assert (first.sheet, second.sheet) == ("Ledger", "Second")
        assert [list(row) for row in first.rows] == ROWS


@pytest.mark.parametrize("version", [5, 8])
def test_a_password_is_told(tmp_path: Path, version: int) -> None:
    with pytest.raises(SiteError, match="the workbook is protected by a password: take the password away"):
        read(tmp_path, contained({STREAM[version]: book(version, {"Ledger": ROWS}, locked=True)}))


@pytest.mark.parametrize("version", [5, 8])
def test_records_without_a_container_are_told_to_be_saved_anew(tmp_path: Path, version: int) -> None:
    with pytest.raises(SiteError, match="a workbook as they were before 1997: open it in a spreadsheet program"):
        read(tmp_path, book(version, {"Ledger": ROWS}))


def test_a_formula_that_was_never_calculated_is_no_zero(tmp_path: Path) -> None:
    formulas = [Formula(0.0, False), Formula(0.0, True), Formula(7.0, False)]
    (grid,) = read(tmp_path, contained({"Workbook": book(8, {"S": [formulas]})})).grids
    assert list(grid.rows[0]) == ["#UNCALCULATED", 0.0, 7.0]


def far_cell(row: int, column: int) -> bytes:
    """A workbook in which one cell stands far from the others."""
    records = book(8, {"Ledger": ROWS})
    far = record(0x203, struct.pack("<HHHd", row, column, 0, 1.0))
    return contained({"Workbook": records[:-4] + far + record(0x0A)})


def test_a_cell_in_a_corner_that_no_sheet_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="this is no readable workbook"):
        read(tmp_path, far_cell(65_535, 65_535))


def test_a_cell_that_makes_a_sheet_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="the tables of the workbook span 16"):
        read(tmp_path, far_cell(65_535, 255))


def test_a_workbook_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = contained({"Workbook": book(8, {"Ledger": ROWS * 20})})
    for length in range(100, len(whole) - 1, 211):
        with pytest.raises(SiteError, match="this is no readable workbook"):
            read(tmp_path, whole[:length])


def test_damage_anywhere_ends_in_one_line_or_in_a_grid(tmp_path: Path) -> None:
    whole = contained({"Workbook": book(8, {"Ledger": ROWS * 20})})
    drawn = random.Random(20261129)
    refused = 0
    for _ in range(400):
        content = bytearray(whole)
        for _ in range(drawn.choice((1, 3, 9))):
            content[drawn.randrange(len(content))] = drawn.randrange(256)
        try:
            assert read(tmp_path, bytes(content)).grids
        except SiteError:
            refused += 1
    assert 100 < refused < 400
