"""A row that repeats or explains the header is one fault, whose mend leaves none."""

from __future__ import annotations

import polars as pl
import pytest
from small_folders import CLEAN, SiteFolder, cells

AGAIN = "this repeats the header: delete the row"


@pytest.mark.parametrize("table", list(CLEAN))
def test_a_header_in_the_middle_of_a_table_is_one_fault(folder: SiteFolder, table: str) -> None:
    before = CLEAN[table]
    head = before.splitlines()[0]
    folder.add(table, head.upper(), head)
    assert [(problem.column, problem.reason) for problem in folder.read().problems] == [("", AGAIN)] * 2
    assert folder.write(table, before).read().problems == ()


def test_a_header_in_the_middle_of_a_sheet(folder: SiteFolder) -> None:
    rows = cells(CLEAN["counts"])
    assert folder.workbook(counts=[*rows, rows[0]]).only_problem().reason == AGAIN


def test_a_header_in_the_middle_of_a_parquet_file(folder: SiteFolder) -> None:
    head, *rows = cells(CLEAN["counts"])
    frame = pl.DataFrame([*rows, head], schema=[str(name) for name in head], orient="row")
    assert folder.parquet("counts", frame).only_problem().reason == AGAIN


def test_units_below_the_header_are_one_fault(folder: SiteFolder) -> None:
    problem = folder.replace("counts", "sheet\n", "sheet\n(no.),(date),,,(kg),,,\n").only_problem()
    assert (problem.row, problem.column) == (2, "")
    assert problem.reason.startswith("this explains the header: delete the row; a unit")


def test_a_row_with_one_name_of_a_column_is_no_header(folder: SiteFolder) -> None:
    problem = folder.add("counts", "MAR,2026-03-31,S1,material,1,kg,W1,a").only_problem()
    assert (problem.column, problem.value) == ("material", "material")
