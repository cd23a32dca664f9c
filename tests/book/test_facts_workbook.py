"""Workbooks hide errors, formulas that were never calculated, and codes that became numbers."""

# ruff: noqa: DTZ001 - cells of a table have no zone
from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from small_folders import CLEAN, SiteFolder, cells, write_workbook
from xlsxwriter import Workbook

from stockward.book import read_site
from stockward.terms.errors import SiteError

SECOND = "xl/worksheets/sheet2.xml"
MOVEMENTS = cells(CLEAN["movements"])


def with_cell(row: int, column: int, value: Any) -> list[list[Any]]:
    """The movements with one cell changed, counted from 0."""
    rows = [list(line) for line in MOVEMENTS]
    rows[row][column] = value
    return rows


def refusal(folder: SiteFolder) -> str:
    with pytest.raises(SiteError) as caught:
        folder.read()
    return str(caught.value)


def test_a_workbook_of_text_cells_reads_as_its_csv_files_do(folder: SiteFolder) -> None:
    from_files = folder.read()
    site = folder.workbook(**{table: cells(text) for table, text in CLEAN.items()}).read()
    assert site.problems == ()
    assert all(site[table].equals(from_files[table]) for table in CLEAN)
    assert site.sources["areas"] == "site.xlsx[areas]"
    assert set(site.files) == {"site.toml", "site.xlsx"}


def test_a_workbook_may_stand_beside_files_and_be_named_itself(folder: SiteFolder) -> None:
    folder.workbook(movements=MOVEMENTS)
    assert folder.read()["movements"].height == 4
    folder.workbook(**{table: cells(text) for table, text in CLEAN.items()})
    folder.write("areas", "not read, as the workbook alone was named")
    assert read_site(folder.path / "site.xlsx")["areas"].height == 2


def test_numeric_key_cells_are_codes_without_a_decimal_mark(folder: SiteFolder) -> None:
    site = folder.workbook(movements=with_cell(1, 0, 12)).read()
    assert site["movements"]["movement"][0] == "12"


def test_numeric_cells_of_a_site_that_writes_commas(comma_folder: SiteFolder) -> None:
    site = comma_folder.workbook(movements=with_cell(1, 4, 1.5)).read()
    assert site.problems == ()
    assert site["movements"]["quantity"][0] == 1.5


def test_text_in_number_cells_follows_the_declared_mark(folder: SiteFolder, comma_folder: SiteFolder) -> None:
    assert "decimal mark" in folder.workbook(movements=with_cell(1, 4, "1,5")).only_problem().reason
    assert comma_folder.workbook(movements=with_cell(1, 4, "1,5")).read()["movements"]["quantity"][0] == 1.5


@pytest.mark.parametrize("value", [0.1, 1e-7, 123456789.123, 1e14])
def test_numeric_cells_keep_every_digit(folder: SiteFolder, value: float) -> None:
    assert folder.workbook(movements=with_cell(1, 4, value)).read()["movements"]["quantity"][0] == value


def test_real_date_cells_are_accepted(folder: SiteFolder) -> None:
    site = folder.workbook(
        movements=with_cell(1, 1, datetime(2026, 1, 2, 8)), calibrations=[["method", "at"], ["W1", date(2026, 1, 1)]]
    ).read()
    assert site.problems == ()
    assert site["movements"]["at"].equals(SiteFolder(folder.path.parent / "text").read()["movements"]["at"])


def test_every_minute_of_a_day_survives_the_spreadsheet(folder: SiteFolder) -> None:
    moments = [datetime(2026, 1, 2, minute // 60, minute % 60) for minute in range(0, 1440, 7)]
    rows = [["movement", "at", "kind", "material", "quantity", "to_area"]]
    rows += [[str(number), moment, "receipt", "TNT", 1, "S1"] for number, moment in enumerate(moments)]
    at = (
        folder.workbook(movements=rows)
        .read()["movements"]["at"]
        .dt.convert_time_zone("Asia/Seoul")
        .dt.replace_time_zone(None)
    )
    assert at.to_list() == moments


def test_a_date_typed_as_its_serial_number_is_refused(folder: SiteFolder) -> None:
    problem = folder.workbook(movements=with_cell(1, 1, 45720)).only_problem()
    assert (problem.value, problem.column) == ("45720", "at")
    assert "serial date" in problem.reason


def test_times_of_day_in_time_cells(folder: SiteFolder) -> None:
    posts = [["post", "kind", "guards", "start", "end", "days"], ["G1", "gate", 2, time(22, 30), "06:00", "daily"]]
    site = folder.workbook(posts=posts).read()
    assert site.problems == ()
    assert site["posts"]["start"].to_list() == [1350]


def test_titles_above_the_header(folder: SiteFolder) -> None:
    site = folder.workbook(movements=[["Ledger of 2026"], [], *MOVEMENTS]).read()
    assert site["movements"]["row"].to_list() == [4, 5, 6, 7]


def test_merged_titles_above_the_header(folder: SiteFolder) -> None:
    book = Workbook(str(folder.remove("areas").path / "site.xlsx"))
    sheet = book.add_worksheet("areas")
    sheet.merge_range("A1:D2", "Areas of the works")
    for row, line in enumerate(cells(CLEAN["areas"]), 3):
        sheet.write_row(row, 1, line)
    book.close()
    site = folder.read()
    assert site.problems == ()
    assert site["areas"]["row"].to_list() == [5, 6]


def test_blank_rows_are_passed_over_and_counted(folder: SiteFolder) -> None:
    site = folder.workbook(movements=[MOVEMENTS[0], [], MOVEMENTS[1], ["  "], *MOVEMENTS[2:]]).read()
    assert site["movements"]["row"].to_list() == [3, 5, 6, 7]


@pytest.mark.parametrize("column", [3, 4, 10], ids=["key", "number", "text"])
@pytest.mark.parametrize("mark", ["#REF!", "#N/A", "#DIV/0!"])
def test_error_cells_are_at_fault_in_every_column(folder: SiteFolder, column: int, mark: str) -> None:
    folder.remove("movements")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "movements"
    for line in with_cell(1, column, mark):
        sheet.append(line)
    assert sheet.cell(2, column + 1).data_type == "e"
    book.save(folder.path / "site.xlsx")
    problem = folder.only_problem()
    assert (problem.file, problem.row, problem.value) == ("site.xlsx[movements]", 2, mark)
    assert "shows an error" in problem.reason


def formulas(path: Path, *, value: Any) -> None:
    """One formula for the first quantity, as a program writes it that gives no result, or this one."""
    book = Workbook(str(path))
    sheet = book.add_worksheet("movements")
    for number, line in enumerate(MOVEMENTS):
        sheet.write_row(number, 0, line)
    sheet.write_formula(1, 4, "=250+250", None, value)
    book.close()


def without_calculation_flag(path: Path) -> None:
    """Save the workbook as a spreadsheet program does, which has calculated it."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert b'fullCalcOnLoad="1"' in parts["xl/workbook.xml"]
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"")
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)


def test_a_formula_that_xlsxwriter_wrote_as_zero_was_never_calculated(folder: SiteFolder) -> None:
    formulas(folder.remove("movements").path / "site.xlsx", value=0)
    problem = folder.only_problem()
    assert (problem.row, problem.column) == (2, "quantity")
    assert "never calculated" in problem.reason


def test_a_formula_that_openpyxl_wrote_without_a_value_was_never_calculated(folder: SiteFolder) -> None:
    book = openpyxl.Workbook()
    book.active.title = "movements"
    for line in with_cell(1, 4, "=250+250"):
        book.active.append(line)
    book.save(folder.remove("movements").path / "site.xlsx")
    assert "never calculated" in folder.only_problem().reason


def test_a_row_of_uncalculated_formulas_at_the_end_is_not_lost(folder: SiteFolder) -> None:
    book = openpyxl.Workbook()
    book.active.title = "areas"
    for line in [*cells(CLEAN["areas"]), ['="S"&3', '="store"']]:
        book.active.append(line)
    book.save(folder.remove("areas").path / "site.xlsx")
    site = folder.read()
    assert site["areas"].height == 2
    assert [(problem.row, problem.column) for problem in site.problems] == [(4, "area"), (4, "kind")]


def test_calculated_formulas_are_read_with_a_notice(folder: SiteFolder) -> None:
    path = folder.remove("movements").path / "site.xlsx"
    formulas(path, value=500)
    without_calculation_flag(path)
    site = folder.read()
    assert site.problems == ()
    assert site["movements"]["quantity"][0] == 500
    assert site.notices == ("site.xlsx[movements]: 1 cells are formulas; their last calculated values are read",)


def test_a_calculated_formula_whose_result_is_no_text_is_a_blank_cell(folder: SiteFolder) -> None:
    path = folder.remove("movements").path / "site.xlsx"
    book = Workbook(str(path))
    sheet = book.add_worksheet("movements")
    for number, line in enumerate(MOVEMENTS):
        sheet.write_row(number, 0, line)
    sheet.write_formula(1, 10, '=IF(1,"","late")', None, "")
    book.close()
    without_calculation_flag(path)
    with zipfile.ZipFile(path) as written:
        parts = {name: written.read(name) for name in written.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"</f><v>0</v>", b"</f><v></v>").replace(b'<c r="K2">', b'<c r="K2" t="str">')
    with zipfile.ZipFile(path, "w") as changed:
        for part, content in parts.items():
            changed.writestr(part, content)
    site = folder.read()
    assert site.problems == ()
    assert site["movements"]["note"][0] is None


def test_true_and_false_cells(folder: SiteFolder) -> None:
    rows = [
        ["post", "kind", "guards", "start", "end", "days", "mixed"],
        ["G1", "gate", 2, "06:00", "18:00", "daily", True],
    ]
    assert folder.workbook(posts=rows).read()["posts"]["mixed"].to_list() == [True]
    assert "no number" in folder.workbook(movements=with_cell(1, 4, True)).only_problem().reason


def test_values_beyond_the_header_are_said(folder: SiteFolder) -> None:
    rows = [[*cells(CLEAN["areas"])[0]], ["S1", "store", None, "kg"], ["P1", "process"]]
    assert "no name in the header: column D" in folder.workbook(areas=rows).read().notices[0]


def hidden(path: Path, rows: dict[int, dict[str, Any]], columns: str = "Z:Z") -> None:
    """The movements with these rows, counted from 0, and these columns hidden."""
    book = Workbook(str(path))
    sheet = book.add_worksheet("movements")
    for number, line in enumerate(MOVEMENTS):
        sheet.write_row(number, 0, line)
    for number, options in rows.items():
        sheet.set_row(number, None, None, options)
    sheet.set_column(columns, None, None, {"hidden": True})
    book.close()


def test_hidden_rows_are_read_and_told(folder: SiteFolder) -> None:
    path = folder.remove("movements").path / "site.xlsx"
    hidden(path, {2: {"hidden": True}, 4: {"hidden": True, "level": 1}, 30: {"hidden": True}})
    site = folder.read()
    assert site["movements"].height == 4
    assert site.notices == (
        "site.xlsx[movements]: 2 rows are hidden, the first is row 3; they are read like the others",
    )
    hidden(path, {3: {"hidden": True}})
    assert folder.read().notices == ("site.xlsx[movements]: row 4 is hidden; it is read like the others",)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_read_and_told(folder: SiteFolder, state: str) -> None:
    folder.workbook(**{table: cells(text) for table, text in CLEAN.items()})
    path = folder.path / "site.xlsx"
    book = openpyxl.load_workbook(path)
    book["counts"].sheet_state = state
    book.save(path)
    site = folder.read()
    assert site["counts"].height == 3
    assert site.notices == ("site.xlsx[counts]: the sheet is hidden; it is read like the others",)


def test_hidden_columns_are_read_and_told(folder: SiteFolder) -> None:
    path = folder.remove("movements").path / "site.xlsx"
    hidden(path, {}, "F:G")
    site = folder.read()
    assert site["movements"]["unit"][0] == "kg"
    told = "columns F (unit), G (from_area) are hidden; they are read like the others"
    assert site.notices == (f"site.xlsx[movements]: {told}",)
    hidden(path, {1: {"hidden": False}}, "F:F")
    assert folder.read().notices == ("site.xlsx[movements]: column F (unit) is hidden; it is read like the others",)


def test_a_sheet_named_readme_is_passed_over_and_others_are_said(folder: SiteFolder) -> None:
    site = folder.workbook(README=[["How to"]], Readme2=[["x"]], movements=MOVEMENTS, Notes=[["x"]]).read()
    assert site.notices == (
        "site.xlsx[Readme2]: not read, it is no table of the format",
        "site.xlsx[Notes]: not read, it is no table of the format",
    )


@pytest.mark.parametrize("titles", [[], [["Ledger of the year"], []]], ids=["bare", "titled"])
def test_a_sheet_with_the_header_of_a_table_is_a_part_of_it(folder: SiteFolder, titles: list[list[Any]]) -> None:
    told = refusal(folder.workbook(movements=MOVEMENTS, Sheet1=[*titles, *MOVEMENTS]))
    assert "site.xlsx[Sheet1]: it looks like a part of movements, which is read from site.xlsx[movements] alone" in told
    assert "or take it out of the workbook" in told


def test_a_sheet_with_the_header_of_a_table_that_stands_nowhere_is_that_table(folder: SiteFolder) -> None:
    told = refusal(folder.remove("movements").workbook(Sheet1=MOVEMENTS))
    assert "site.xlsx[Sheet1]: it has the columns of movements, and is not read: rename it to movements" in told


def test_a_workbook_beside_the_tables_with_a_part_of_one(folder: SiteFolder) -> None:
    book = openpyxl.Workbook()
    old = book.create_sheet("Old")
    for row in MOVEMENTS:
        old.append(row)
    book.save(folder.path / "Book1.xlsx")
    assert "Book1.xlsx: it looks like a part of movements, which is read from movements.csv alone" in refusal(folder)


def test_of_a_workbook_beside_the_tables_only_the_tops_are_looked_at(folder: SiteFolder) -> None:
    """It is not read: what stands below, and would be refused in a workbook of the site, costs no time."""
    write_workbook(path := folder.path / "Book1.xlsx", {"Old": MOVEMENTS})
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/styles.xml"] = b"<a>" * 2_000
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(b"</sst>", b"<si>" * 2_000)
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    assert "Book1.xlsx: it looks like a part of movements, which is read from movements.csv alone" in refusal(folder)


def test_the_header_of_a_sheet_may_stand_behind_many_texts(folder: SiteFolder) -> None:
    others = [[f"text {number}" for number in range(50)] for _ in range(3)]
    told = refusal(folder.workbook(movements=MOVEMENTS, Notes=others, More=cells(CLEAN["counts"])))
    assert "site.xlsx[More]: it looks like a part of counts" in told


def test_a_sheet_that_is_not_read_may_hold_anything(folder: SiteFolder) -> None:
    folder.workbook(movements=MOVEMENTS, Notes=[["x"]])
    with zipfile.ZipFile(folder.path / "site.xlsx") as book:
        parts = {name: book.read(name) for name in book.namelist()}
    for hostile in (b"", b"<", b"<worksheet>" * 100_000, b"<!DOCTYPE x>", b"\0" * 70_000, parts[SECOND][:200]):
        with zipfile.ZipFile(folder.path / "site.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
            for name, content in {**parts, SECOND: hostile}.items():
                book.writestr(name, content)
        assert folder.read().notices == ("site.xlsx[Notes]: not read, it is no table of the format",)


def test_a_sheet_whose_name_is_misspelt_is_refused(folder: SiteFolder) -> None:
    folder.remove("methods").workbook(Methds=cells(CLEAN["methods"]))
    assert "site.xlsx[Methds]: it is no table of the format, did you mean methods?" in refusal(folder)


def test_an_empty_sheet_is_refused(folder: SiteFolder) -> None:
    folder.workbook(calibrations=[])
    assert "site.xlsx[calibrations]: there is no header row" in refusal(folder)


@pytest.mark.parametrize("length", [0, 10, 200, 2000, -20, -400])
def test_a_workbook_cut_short_is_refused(folder: SiteFolder, length: int) -> None:
    path = folder.workbook(**{table: cells(text) for table, text in CLEAN.items()}).path / "site.xlsx"
    path.write_bytes(path.read_bytes()[:length])
    assert "site.xlsx: this is no readable XLSX workbook" in refusal(folder)


def test_a_csv_under_the_name_of_a_workbook_is_refused(folder: SiteFolder) -> None:
    folder.write("site.xlsx", CLEAN["areas"])
    assert "site.xlsx: this is no readable XLSX workbook: open it in a spreadsheet program" in refusal(folder)


def test_a_damaged_sheet_is_refused_by_name(folder: SiteFolder) -> None:
    path = folder.workbook(movements=MOVEMENTS).path / "site.xlsx"
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:400]
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    assert "site.xlsx" in refusal(folder)


def test_the_workbook_is_never_changed(folder: SiteFolder) -> None:
    path = folder.workbook(movements=MOVEMENTS).path / "site.xlsx"
    before = path.read_bytes(), path.stat().st_mtime_ns
    folder.read()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
