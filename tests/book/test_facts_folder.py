"""The folder as a whole: which files are read, and which mistakes about files stop the reading."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from small_folders import CLEAN, SETTINGS, SiteFolder, cells, write_workbook
from xlsxwriter import Workbook

from stockward.book import read_site, tables
from stockward.cli import main
from stockward.counting.sheets import filled
from stockward.report.guards import orders_table
from stockward.report.roster import files as roster_files
from stockward.terms.errors import SiteError


def refusal(folder: SiteFolder | Path) -> str:
    with pytest.raises(SiteError) as caught:
        read_site(folder.path if isinstance(folder, SiteFolder) else folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none").endswith("none: there is no such folder: name the folder that holds site.toml")


def test_a_file_in_place_of_the_folder(folder: SiteFolder) -> None:
    assert "this is a file" in refusal(folder.path / "areas.csv")


def test_a_missing_site_toml(folder: SiteFolder) -> None:
    (folder.path / "site.toml").unlink()
    assert "site.toml: the file is missing: write one, or make a blank site with: stockward init DIR" in refusal(folder)


@pytest.mark.parametrize("table", [name for name, table in tables().items() if table.required])
def test_a_missing_required_table(folder: SiteFolder, table: str) -> None:
    assert f"{table}.csv: the required table is missing: add it" in refusal(folder.remove(table))


def test_every_missing_table_is_said_at_once(folder: SiteFolder) -> None:
    message = refusal(folder.remove("areas", "counts"))
    assert "areas.csv" in message
    assert "counts.csv" in message


def test_optional_tables_are_left_out(folder: SiteFolder) -> None:
    site = folder.remove("calibrations", "contents").read()
    assert site.problems == ()
    assert site["calibrations"].height == 0
    assert list(site.tables) == list(tables())


def test_a_site_that_holds_only_guard_tables(tmp_path: Path) -> None:
    folder = SiteFolder(tmp_path / "guards").remove(*CLEAN)
    folder.write("posts", "post,kind,guards,start,end,days\nG1,gate,2,00:00,24:00,daily\n")
    folder.write("people", "person,role,affiliation\n1,guard,ministry\n")
    site = folder.read()
    assert site.problems == ()
    assert site["posts"]["end"].to_list() == [1440]
    folder.write("areas", CLEAN["areas"])
    assert folder.read()["areas"].height == 2


def test_a_folder_without_any_table(tmp_path: Path) -> None:
    assert "areas.csv: the required table is missing" in refusal(SiteFolder(tmp_path / "bare").remove(*CLEAN))


def test_a_table_in_two_places(folder: SiteFolder) -> None:
    folder.write("areas.csv", CLEAN["areas"])
    folder.workbook(areas=cells(CLEAN["areas"])).write("areas.csv", CLEAN["areas"])
    assert "the table areas stands in areas.csv too: keep one of them" in refusal(folder)


@pytest.mark.parametrize(
    ("file", "meant"),
    [
        ("method.csv", "methods"),
        ("metods.parquet", "methods"),
        ("methods.tsv", "methods"),
        ("methods.txt", "methods"),
        ("methods.xlsx", "methods"),
        ("methods.ods", "methods"),
    ],
)
def test_a_file_that_looks_like_a_table_which_the_site_lacks_is_refused(
    folder: SiteFolder, file: str, meant: str
) -> None:
    folder.remove("methods").write(file, CLEAN["methods"])
    mend = "put its sheet into site.xlsx" if file.endswith(("xlsx", "ods")) else "rename it"
    assert f"{file}: it is no table of the format, did you mean {meant}?: {mend}" in refusal(folder)


def test_a_required_table_that_is_misspelt_is_said_once(folder: SiteFolder) -> None:
    folder.remove("movements").write("movments.csv", CLEAN["movements"])
    message = refusal(folder)
    assert "movments.csv: it is no table of the format, did you mean movements?" in message
    assert "also" not in message


def test_what_is_no_table_is_a_notice(folder: SiteFolder) -> None:
    folder.write("expenses.csv", "a,b\n").write("README.txt", "about").write("areas.tsv", "area\tkind\n")
    assert folder.read().notices == (
        "areas.tsv: not read, it is no table of the format",
        "expenses.csv: not read, it is no table of the format",
    )


@pytest.mark.parametrize("file", ["movements2.csv", "ledger.csv", "movements (copy).tsv", "old.txt"])
def test_a_part_of_a_table_beside_it_is_refused(folder: SiteFolder, file: str) -> None:
    separator = "," if file.endswith(".csv") else "\t"
    part = CLEAN["movements"].rsplit("0004", 1)[0]
    told = refusal(folder.write(file, part.replace(",", separator)))
    assert f"{file}: it looks like a part of movements, which is read from movements.csv alone" in told


OWN = ",".join(f"own {number}" for number in range(8))


@pytest.mark.parametrize(
    ("header", "table"),
    [
        (f"movement,at,kind,material,quantity,{OWN}", "movements"),
        (f"{OWN},inventory,at,area,material,quantity,counted_by", "counts"),
        (f"material,substance,amount,unit,{OWN}", "contents"),
        ("movement,at,kind,material,qty,from,to", "movements"),
    ],
)
def test_a_part_of_a_table_may_hold_columns_of_its_own(folder: SiteFolder, header: str, table: str) -> None:
    assert f"second.csv: it looks like a part of {table}" in refusal(folder.write("second.csv", header + "\n"))
    (folder.path / "second.csv").unlink()
    pl.DataFrame({name: ["x"] for name in header.split(",")}).write_parquet(folder.path / "second.parquet")
    assert f"second.parquet: it looks like a part of {table}" in refusal(folder)
    (folder.path / "second.parquet").unlink()
    _workbook(folder.path / "second.xlsx", {"Tabelle1": header.split(",")}, 1)
    assert f"second.xlsx: it looks like a part of {table}" in refusal(folder)


def test_incidents_that_name_movements_are_incidents(folder: SiteFolder) -> None:
    header = "incident,at,area,kind,material,quantity,movement,status\n"
    assert "old.csv: it has the columns of incidents" in refusal(folder.write("old.csv", header))


@pytest.mark.parametrize(
    "header",
    [
        filled.SHEET_COLUMNS,
        orders_table.CSV_COLUMNS,
        roster_files.ROSTER_COLUMNS,
        ("inventory", "table", "row", "at", "kind", "material", "quantity (unit)", "method"),
        ("person", "start", "end", "kind", "post", "hours", "night", "weekend", "pay"),
        ("at", "kind", "material", "quantity", "price", "supplier"),
    ],
)
def test_what_the_product_writes_and_lists_of_other_things_are_no_part(
    folder: SiteFolder, header: Sequence[str]
) -> None:
    folder.write("export.csv", ",".join(header) + "\n")
    assert folder.read().notices == ("export.csv: not read, it is no table of the format",)


def test_a_part_of_a_table_is_known_by_its_columns_in_a_parquet_file(folder: SiteFolder) -> None:
    pl.DataFrame({name: ["x"] for name in tables()["movements"].names}).write_parquet(folder.path / "february.parquet")
    assert "february.parquet: it looks like a part of movements, which is read from movements.csv" in refusal(folder)


@pytest.mark.parametrize("titles", [0, 3])
def test_a_part_of_a_table_is_known_by_its_columns_in_another_workbook(folder: SiteFolder, titles: int) -> None:
    _workbook(folder.path / "february.xlsx", {"About": ["a", "b"], "Tabelle1": tables()["counts"].names}, titles)
    told = refusal(folder)
    assert "february.xlsx: it looks like a part of counts, which is read from counts.csv alone" in told


def test_a_part_of_a_table_is_known_by_its_columns_in_another_sheet(folder: SiteFolder) -> None:
    _workbook(folder.path / "site.xlsx", {"2026-02": tables()["movements"].names}, 0)
    told = refusal(folder)
    assert "site.xlsx[2026-02]: it looks like a part of movements, which is read from movements.csv alone" in told


def test_a_workbook_of_other_things_is_a_notice(folder: SiteFolder) -> None:
    _workbook(folder.path / "prices.xlsx", {"Tabelle1": ["material", "price"]}, 0)
    assert folder.read().notices == ("prices.xlsx: not read, it is no table of the format",)


def _workbook(path: Path, sheets: Mapping[str, Sequence[str]], titles: int) -> None:
    book = Workbook(str(path))
    for name, header in sheets.items():
        page = book.add_worksheet(name)
        for title in range(titles):
            page.write_string(title, 0, f"Title {title}")
        for place, column in enumerate(header):
            page.write_string(titles, place, column)
    book.close()


@pytest.mark.parametrize("file", ["movements_2.xlsx", "movements2.parquet", "counts.xlsx"])
def test_a_file_that_cannot_be_looked_into_is_refused_by_its_name(folder: SiteFolder, file: str) -> None:
    assert f"{file}: it looks like a part of" in refusal(folder.write(file, b"whatever"))


def test_a_parquet_file_with_the_columns_of_a_table_is_a_part_of_it(folder: SiteFolder) -> None:
    pl.read_csv(folder.path / "movements.csv", infer_schema=False).write_parquet(folder.path / "export.parquet")
    assert "export.parquet: it looks like a part of movements" in refusal(folder)


def test_a_table_under_another_name_is_refused(folder: SiteFolder) -> None:
    text = "issuer,order,issued_on,measure,comparator,due_on\n"
    assert "duties.csv: it has the columns of orders, and is not read: rename it to orders.csv" in refusal(
        folder.write("duties.csv", text)
    )


@pytest.mark.parametrize("file", ["Site.xlsx", "site.xls", "site.ods", "site.xlsm", "sites.xlsx"])
def test_a_workbook_of_another_name_is_refused(folder: SiteFolder, file: str) -> None:
    folder.write(file, b"a workbook")
    assert f"{file}: it is not read, did you mean site.xlsx?" in refusal(folder)


def test_a_workbook_of_the_tables_under_another_name_is_renamed(folder: SiteFolder) -> None:
    for table in CLEAN:
        folder.remove(table)
    path = folder.path / "Site 2026.xlsx"
    write_workbook(path, {table: cells(text) for table, text in CLEAN.items()})
    problem = "it is not read: the workbook of a site is site.xlsx"
    assert refusal(folder) == f"Site 2026.xlsx: {problem}: rename it to site.xlsx"
    saved = "save it as site.xlsx (Save As, Excel Workbook; not by renaming), and take site.xlsm out of the folder"
    path = path.rename(folder.path / "site.xlsm")
    assert refusal(folder) == f"site.xlsm: {problem}: {saved}"
    path.rename(folder.path / "site.xlsx")
    assert folder.read().problems == ()


def test_the_only_workbook_is_meant_as_that_of_the_site(folder: SiteFolder) -> None:
    for table in CLEAN:
        folder.remove(table)
    write_workbook(folder.path / "Book1.xlsx", {"Tabelle1": cells(CLEAN["counts"])})
    assert refusal(folder).startswith("Book1.xlsx: it is not read: the workbook of a site is site.xlsx: rename it")


def test_a_workbook_with_tables_beside_that_of_the_site(folder: SiteFolder) -> None:
    folder.remove("methods", "calibrations").workbook(areas=cells(CLEAN["areas"]))
    write_workbook(folder.path / "more.xlsx", {table: cells(CLEAN[table]) for table in ("methods", "calibrations")})
    mend = "put its sheets methods, calibrations into site.xlsx, and take more.xlsx out of the folder"
    assert mend in refusal(folder)


def test_a_workbook_under_the_name_of_a_table_is_a_sheet_or_a_csv(folder: SiteFolder) -> None:
    write_workbook(folder.path / "counts.xlsx", {"counts": cells(CLEAN["counts"])})
    told = refusal(folder.remove("counts"))
    assert "put its sheet into site.xlsx under the name counts, or save the sheet as counts.csv" in told
    assert told.endswith("and take counts.xlsx out of the folder")
    (folder.path / "counts.xlsx").rename(folder.path / "site.xlsx")
    assert folder.read().problems == ()


def test_locks_and_hidden_files_are_passed_over(folder: SiteFolder) -> None:
    folder.write("~$site.xlsx", b"lock").write(".movements.csv", "lock").write("._areas.csv", b"\xff")
    assert folder.read().notices == ()


def test_a_suffix_in_capitals_is_read(folder: SiteFolder) -> None:
    (folder.path / "areas.csv").rename(folder.path / "areas.CSV")
    assert folder.read().sources["areas"] == "areas.CSV"


def test_a_folder_under_the_name_of_a_table(folder: SiteFolder) -> None:
    (folder.remove("areas").path / "areas.csv").mkdir()
    assert "areas.csv: this is a folder" in refusal(folder)


def test_a_file_without_the_right_to_read_it(folder: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, flags: int) -> int:
        if path.name == "areas.csv":
            raise PermissionError(13, "Permission denied")
        return opened(path, flags)

    opened = os.open
    monkeypatch.setattr(os, "open", refuse)
    assert "areas.csv: cannot be read (Permission denied): check the file and its rights" in refusal(folder)


def test_a_folder_without_the_right_to_list_it(folder: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert "cannot be read (Permission denied)" in refusal(folder)


def test_read_only_files_are_read(folder: SiteFolder) -> None:
    for path in folder.path.iterdir():
        path.chmod(stat.S_IRUSR)
    assert folder.read().problems == ()


def test_the_hash_of_every_file_that_was_read(folder: SiteFolder) -> None:
    site = folder.write("expenses.csv", "a\n").read()
    assert set(site.files) == {"site.toml", *(f"{table}.csv" for table in CLEAN)}


@pytest.mark.parametrize("as_csv", [False, True], ids=["workbook", "csv"])
def test_a_blank_site_reads_as_an_empty_one(tmp_path: Path, as_csv: bool) -> None:
    folder = tmp_path / "new"
    asked = ["init", str(folder), "--name", 'The "Works"', "--timezone", "Asia/Seoul", *(["--csv"] if as_csv else [])]
    made = CliRunner().invoke(main, [*asked, "--false-alarm", "0.05", "--detection", "0.95"])
    assert made.exit_code == 0
    site = read_site(folder)
    assert site.name == 'The "Works"'
    assert site.problems == ()
    assert site.notices == ()
    assert all(table.height == 0 for table in site.tables.values())


def test_what_only_the_site_can_decide_stands_in_a_blank_one_as_a_usual_value(tmp_path: Path) -> None:
    made = CliRunner().invoke(main, ["init", str(tmp_path / "new"), "--detection", "0.9"])
    assert made.exit_code == 0
    assert "false_alarm = 0.05 in" in made.stderr
    assert "a usual value, and the site's to decide" in made.stderr
    assert "usual values: the site may change them" in (tmp_path / "new" / "site.toml").read_text()
    assert read_site(tmp_path / "new").settings.detection.model_dump() == {"false_alarm": 0.05, "detection": 0.9}


def test_what_the_site_has_decided_is_called_no_usual_value(tmp_path: Path) -> None:
    asked = ["init", str(tmp_path / "new"), "--detection", "0.9", "--false-alarm", "0.01"]
    made = CliRunner().invoke(main, asked)
    assert "usual" not in made.stderr + (tmp_path / "new" / "site.toml").read_text()


def test_a_blank_site_writes_over_nothing(folder: SiteFolder) -> None:
    result = CliRunner().invoke(main, ["init", str(folder.path)])
    assert result.exit_code == 2
    assert "would be read with the new site" in result.stderr
    assert (folder.path / "site.toml").read_text() == SETTINGS.format(decimal=".", timezone="Asia/Seoul")


def test_a_site_is_frozen_and_replaced(folder: SiteFolder) -> None:
    site = folder.read()
    other = site.replace(areas=site["areas"].head(1))
    assert (site["areas"].height, other["areas"].height) == (2, 1)
    with pytest.raises(KeyError, match="no such table"):
        site.replace(area=site["areas"])


def test_tables_in_a_folder_within_are_told(folder: SiteFolder, tmp_path: Path) -> None:
    within, other = folder.path / "data", tmp_path / "other"
    for path in (within, other, within / "old", folder.path / ".kept"):
        path.mkdir()
        (path / "normal_losses.csv").write_text("x", encoding="utf-8")
    (folder.path / "link").symlink_to(other)
    (within / "movements.csv").write_text("x", encoding="utf-8")
    words = "not read: the tables of a site stand in its folder itself"
    assert folder.read().notices == (f"data/normal_losses.csv: {words}",)
    (within / "people.parquet").write_text("x", encoding="utf-8")
    assert folder.read().notices == (f"data/normal_losses.csv: {words} (and 1 more file like it)",)
    (within / "site.xlsx").write_bytes(b"")
    assert folder.read().notices == (f"data/normal_losses.csv: {words} (and 2 more files like it)",)
