"""``stockward import`` as it is typed: what it writes, what it says, and what nothing can harm."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from stockward.book import read_site
from stockward.cli import main

JANUARY = "Date;Doc;Item;Location;In;Out;Balance;Unit\n2025-01-13;R1;TNT;A;100;;100;kg\n2025-01-14;I1;TNT;A;;10;90;kg\n"
FEBRUARY = "Date;Doc;Item;Location;In;Out;Balance;Unit\n2025-01-14;I1;TNT;A;;10;90;kg\n2025-02-13;R2;TNT;A;50;;140;kg\n"


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["import", *words, "--into", str(folder / "site")])


def rows(folder: Path, table: str = "movements") -> list[dict[str, str]]:
    with (folder / "site" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def january(tmp_path: Path) -> str:
    path = tmp_path / "january.csv"
    path.write_text(JANUARY, encoding="utf-8")
    return str(path)


@pytest.fixture
def february(tmp_path: Path) -> str:
    path = tmp_path / "february.csv"
    path.write_text(FEBRUARY, encoding="utf-8")
    return str(path)


def test_a_ledger_becomes_a_site_that_is_read(tmp_path: Path, january: str) -> None:
    result = run(tmp_path, january, "--accept", "--timezone", "Asia/Seoul")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("2 rows taken\n")
    site = read_site(tmp_path / "site")
    assert not site.problems
    assert site["movements"]["quantity"].to_list() == [100, 10]
    assert site["movements"]["source"].to_list() == ["january.csv row 2", "january.csv row 3"]
    assert str(site.timezone) == "Asia/Seoul"


def test_a_question_is_answered_in_the_file(tmp_path: Path, january: str) -> None:
    assert run(tmp_path, january).exit_code == 3
    mapping = tmp_path / "site" / "import.toml"
    text = mapping.read_text(encoding="utf-8")
    assert 'about = "areas.kind"' in text
    mapping.write_text(text.replace('answer = ""', 'answer = "Process"'), encoding="utf-8")
    assert run(tmp_path, january).exit_code == 0
    assert rows(tmp_path, "areas") == [{"area": "A", "kind": "process", "source": "january.csv row 2"}]
    assert 'kind = "process"  # answered' in mapping.read_text(encoding="utf-8")


def test_an_answer_that_is_none_is_told(tmp_path: Path, january: str) -> None:
    run(tmp_path, january)
    mapping = tmp_path / "site" / "import.toml"
    before = mapping.read_text(encoding="utf-8").replace('answer = ""', 'answer = "castle"')
    mapping.write_text(before, encoding="utf-8")
    result = run(tmp_path, january)
    assert result.exit_code == 2
    assert "'castle' is no answer to the question about areas.kind: write one of store, by place" in result.stderr
    assert mapping.read_text(encoding="utf-8") == before


def test_the_next_month_brings_in_what_is_new(tmp_path: Path, january: str, february: str) -> None:
    run(tmp_path, january, "--accept")
    result = run(tmp_path, february)
    assert "1 new, 1 the same, 0 changed, 0 no more there" in result.output
    assert [row["document"] for row in rows(tmp_path)] == ["R1", "I1", "R2"]
    again = run(tmp_path, february, january)
    assert "0 new, 4 the same" in again.output
    assert len(rows(tmp_path)) == 3


def test_a_month_that_was_changed_is_asked_about(tmp_path: Path, january: str) -> None:
    run(tmp_path, january, "--accept")
    changed = tmp_path / "again.csv"
    changed.write_text(JANUARY.replace(";;10;90", ";;15;85"), encoding="utf-8")
    result = run(tmp_path, str(changed), "--accept")
    assert result.exit_code == 3
    assert "1 are no more there, 1 are new in days that were imported. Which is right?" in result.output
    assert [row["kind"] for row in rows(tmp_path)] == ["receipt", "? issue", "? issue"]
    mapping = tmp_path / "site" / "import.toml"
    text = mapping.read_text(encoding="utf-8").replace('answer = ""', 'answer = "the new file"')
    mapping.write_text(text, encoding="utf-8")
    assert run(tmp_path, str(changed)).exit_code == 0
    assert [(row["kind"], row["quantity"]) for row in rows(tmp_path)] == [("receipt", "100"), ("issue", "15")]


def test_an_open_difference_is_not_forgotten(tmp_path: Path, january: str, february: str) -> None:
    run(tmp_path, january, "--accept")
    changed = tmp_path / "again.csv"
    changed.write_text(JANUARY.replace(";;10;90", ";;15;85"), encoding="utf-8")
    run(tmp_path, str(changed))
    assert "Which is right?" in run(tmp_path, february).output
    assert [row["kind"] for row in rows(tmp_path)].count("? issue") == 2


def test_numbers_that_begin_anew_are_of_other_rows(tmp_path: Path) -> None:
    head = "ID,Date,Item,Location,In,Out,Unit"
    for month, size in ((1, 100), (2, 50)):
        text = f"{head}\n1,2026-0{month}-13,TNT,A,{size},,kg\n"
        (tmp_path / f"{month}.csv").write_text(text, encoding="utf-8")
    run(tmp_path, str(tmp_path / "1.csv"), "--accept")
    assert run(tmp_path, str(tmp_path / "2.csv")).exit_code == 3
    mapping = tmp_path / "site" / "import.toml"
    text = mapping.read_text(encoding="utf-8").replace('answer = ""', 'answer = "both: its numbers begin anew"')
    mapping.write_text(text, encoding="utf-8")
    run(tmp_path, str(tmp_path / "2.csv"))
    assert sorted(row["quantity"] for row in rows(tmp_path)) == ["100", "50"]
    (tmp_path / "3.csv").write_text(f"{head}\n2,2026-03-13,TNT,A,7,,kg\n", encoding="utf-8")
    run(tmp_path, str(tmp_path / "3.csv"))
    assert sorted(row["quantity"] for row in rows(tmp_path)) == ["100", "50", "7"]


def test_rows_written_by_hand_stay(tmp_path: Path, january: str, february: str) -> None:
    run(tmp_path, january, "--accept")
    path = tmp_path / "site" / "movements.csv"
    said = {"movement": "own", "at": "2025-01-20", "kind": "found", "material": "TNT", "quantity": "1", "to_area": "A"}
    own = dict.fromkeys(rows(tmp_path)[0], "") | said
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, own).writerow(own)
    run(tmp_path, february)
    assert [row["movement"] for row in rows(tmp_path)].count("own") == 1
    assert len(rows(tmp_path)) == 4


def test_an_imported_row_that_was_changed_by_hand_stays_so(tmp_path: Path, january: str, february: str) -> None:
    run(tmp_path, january, "--accept")
    path = tmp_path / "site" / "movements.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",10,kg", ",11,kg"), encoding="utf-8")
    result = run(tmp_path, february)
    assert "movements.csv: 1 rows that were changed by hand stay as they are" in result.output
    assert [row["quantity"] for row in rows(tmp_path)] == ["100", "11", "50"]


def test_nothing_is_written_on_trial(tmp_path: Path, january: str) -> None:
    result = run(tmp_path, january, "--dry-run")
    assert "run it without --dry-run" in result.output
    assert not (tmp_path / "site").exists()


def test_a_table_of_the_site_is_no_source(tmp_path: Path, january: str) -> None:
    run(tmp_path, january, "--accept")
    before = (tmp_path / "site" / "movements.csv").read_bytes()
    result = run(tmp_path, str(tmp_path / "site" / "movements.csv"))
    assert result.exit_code == 2
    assert "would write over this file: name another folder after --into" in result.stderr
    assert (tmp_path / "site" / "movements.csv").read_bytes() == before


def unreadable(folder: Path) -> dict[str, Path]:
    protected = b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    contents = {
        "cut.xlsx": b"PK\x03\x04" + bytes(40), "locked.xlsx": protected, "page.xls": b"<html><table></table></html>",
        "ledger.pdf": b"%PDF-1.4", "zero.csv": b"Date,Item\0,In", "old.xls": b"\xd0\xcf\x11\xe0" + bytes(600),
        "broken.ods": b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "half.parquet": b"PAR1",
    }  # fmt: skip
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in contents}


@pytest.mark.parametrize(
    "name",
    [
        "cut.xlsx",
        "locked.xlsx",
        "page.xls",
        "ledger.pdf",
        "zero.csv",
        "old.xls",
        "broken.ods",
        "half.parquet",
        "no.csv",
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path, january: str, name: str) -> None:
    run(tmp_path, january, "--accept")
    before = {path: path.read_bytes() for path in (tmp_path / "site").rglob("*") if path.is_file()}
    file = unreadable(tmp_path).get(name, tmp_path / name)
    result = run(tmp_path, january, str(file))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {name}")
    assert result.stderr.count("\n") == 1
    assert {path: path.read_bytes() for path in (tmp_path / "site").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    "text",
    ["format = 2\n", "format = 1\n[source\n", "format = 1\nquestion = 3\n", "format = 1\n[source.a]\nx = [1]\n"],
)
def test_a_broken_mapping_is_told(tmp_path: Path, january: str, text: str) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "import.toml").write_text(text, encoding="utf-8")
    result = run(tmp_path, january)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "import.toml" in result.stderr


def test_an_empty_file_and_a_sheet_of_blank_rows_have_no_table(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    book = openpyxl.Workbook()
    book.active.cell(row=5_000, column=1, value=" ")
    book.save(tmp_path / "blank.xlsx")
    result = run(tmp_path, str(tmp_path / "empty.csv"), str(tmp_path / "blank.xlsx"))
    assert "empty.csv: no table was found in it" in result.output
    assert "blank.xlsx: no table was found in it" in result.output


def test_a_formula_that_was_never_calculated_is_set_aside(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Date", "Item", "Store", "In", "Out", "Unit"], ["2025-01-13", "TNT", "A", "=5+5", None, "kg"]):
        book.active.append(row)
    book.save(tmp_path / "formulas.xlsx")
    result = run(tmp_path, str(tmp_path / "formulas.xlsx"), "--accept")
    assert result.exit_code == 3
    assert rows(tmp_path)[0]["quantity"].startswith("?")


def test_a_site_that_is_a_workbook_is_left_alone(tmp_path: Path, january: str) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "site.xlsx").write_bytes(b"")
    result = run(tmp_path, january)
    assert result.exit_code == 2
    assert "its tables stand in site.xlsx: name another folder to import into" in result.stderr


def test_the_same_files_give_the_same_bytes(tmp_path: Path, january: str, february: str) -> None:
    contents = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        run(folder, january, february, "--accept")
        contents.append({path.name: path.read_bytes() for path in (folder / "site").rglob("*") if path.is_file()})
    assert contents[0] == contents[1]


PLAIN = "Date,Type,Item,Location,Qty,Unit\n"


def plain(folder: Path, name: str, lines: str) -> str:
    path = folder / name
    path.write_text(PLAIN + lines, encoding="utf-8")
    return str(path)


def answer(folder: Path, text: str) -> None:
    mapping = folder / "site" / "import.toml"
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace('answer = ""', f'answer = "{text}"'), encoding="utf-8"
    )


ONE = "2026-01-05,Receipt,TNT,A,100,kg\n2026-01-12,Issue,TNT,A,5,kg\n2026-01-19,Issue,TNT,A,7,kg\n"


@pytest.mark.parametrize(("said", "count"), [("one: the files overlap", 4), ("two: they only look the same", 6)])
def test_equal_rows_of_two_files_are_asked_about(tmp_path: Path, said: str, count: int) -> None:
    run(tmp_path, plain(tmp_path, "a.csv", ONE), "--accept")
    second = plain(tmp_path, "b.csv", ONE.split("\n", 1)[1] + "2026-02-02,Issue,TNT,A,9,kg\n")
    result = run(tmp_path, second)
    assert result.exit_code == 3
    assert (
        "2 rows of b.csv say the same as rows that stand in another file too, the first as a.csv row 3" in result.output
    )
    assert [row["kind"][0] for row in rows(tmp_path)].count("?") == 2
    answer(tmp_path, said)
    assert run(tmp_path, second).exit_code == 0
    assert len(rows(tmp_path)) == count
    assert run(tmp_path, second).exit_code == 0
    assert len(rows(tmp_path)) == count


def test_the_same_file_once_more_is_no_question(tmp_path: Path) -> None:
    first = plain(tmp_path, "a.csv", ONE)
    run(tmp_path, first, "--accept")
    copy = plain(tmp_path, "copy of a.csv", ONE)
    assert run(tmp_path, first, copy).exit_code == 0
    assert len(rows(tmp_path)) == 3


@pytest.mark.parametrize(
    "second",
    [
        # The last row is gone, and fewer than four in five of the others are there again.
        "2026-01-12,Issue,TNT,A,5,kg\n",
        # What is gone is of a material that the new file does not speak of.
        "2026-01-05,Receipt,TNT,A,100,kg\n2026-02-12,Issue,TNT,A,5,kg\n",
    ],
)
def test_a_row_that_vanished_is_asked_about(tmp_path: Path, second: str) -> None:
    first = "2026-01-05,Receipt,TNT,A,100,kg\n2026-01-12,Issue,TNT,A,5,kg\n2026-01-19,Issue,RDX,A,7,kg\n"
    run(tmp_path, plain(tmp_path, "a.csv", first), "--accept")
    result = run(tmp_path, plain(tmp_path, "b.csv", second), "--accept")
    assert result.exit_code == 3
    assert "are no more there" in result.output
    assert next(row["kind"] for row in rows(tmp_path) if row["material"] == "RDX") == "? issue"


@pytest.mark.parametrize("header", ["+/-", "Qty +/-", "Quantity (+/-)", "Change (+/-)"])
def test_a_type_beside_a_signed_quantity(tmp_path: Path, header: str) -> None:
    path = tmp_path / "signed.csv"
    lines = "2026-01-05,Receipt,TNT,A,+100,kg\n2026-01-06,Issue,TNT,A,-10,kg\n2026-01-07,Issue,TNT,A,+4,kg\n"
    path.write_text(f"Date,Type,Item,Store,{header},Unit\n{lines}", encoding="utf-8")
    result = run(tmp_path, str(path), "--accept")
    assert result.exit_code == 0, result.output
    book = sum(
        float(row["quantity"]) * (1 if row["to_area"] else -1) for row in rows(tmp_path) if row["material"] == "TNT"
    )
    assert book == 94


def test_a_count_of_a_few_materials_is_asked_for_its_scope(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    lines = [f"2026-01-{day:02d},D{day},M{day},A,10,,kg" for day in range(1, 9)]
    ledger.write_text("\n".join(["Date,Doc,Item,Location,In,Out,Unit", *lines, ""]), encoding="utf-8")
    cycle = tmp_path / "cycle.csv"
    counted = "Count date,Item,Location,Counted,Unit\n2026-02-02,M1,A,10,kg\n2026-02-02,M2,A,,kg\n"
    cycle.write_text(counted, encoding="utf-8")
    result = run(tmp_path, str(ledger), str(cycle))
    assert (
        "The inventory count 2026-02-02 of A (cycle.csv row 2 and on) lists 2 of 8 materials that are kept there"
        in (" ".join(result.output.split()))
    )
    assert [row["material"] for row in rows(tmp_path, "scopes")] == ["?"]
    assert any(one.table == "scopes" for one in read_site(tmp_path / "site").problems)
    assert run(tmp_path, str(ledger), str(cycle), "--accept").exit_code == 0
    # A line that was left blank was to be counted, and was not.
    assert [row["material"] for row in rows(tmp_path, "scopes")] == ["M1", "M2"]
    assert not read_site(tmp_path / "site").problems


def test_numbers_are_written_with_the_decimal_mark_of_the_site(tmp_path: Path, january: str, february: str) -> None:
    (tmp_path / "january.csv").write_text(JANUARY.replace(";10;90;", ";10,25;89,75;"), encoding="utf-8")
    (tmp_path / "site").mkdir()
    settings = '[site]\nname = "N"\ntimezone = "UTC"\ndecimal = ","\n[detection]\nfalse_alarm = 0.05\ndetection = 0.9\n'
    (tmp_path / "site" / "site.toml").write_text(f"format = 1\n{settings}", encoding="utf-8")
    run(tmp_path, january, "--accept")
    assert [row["quantity"] for row in rows(tmp_path)] == ["100", "10,25"]
    assert not read_site(tmp_path / "site").problems
    run(tmp_path, january, "--accept")
    assert [row["quantity"] for row in rows(tmp_path)] == ["100", "10,25"], "and are known again"
