"""A count sheet that anybody has filled in is never written over; a blank one may be written again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from counting_sites import SEED, drawn, fill, one_line, run, write

import stockward as sw
from stockward import cli
from stockward.cli import main
from stockward.counting.filled import COLUMNS
from stockward.terms.errors import UsageError

WRITTEN = {"--csv": "to_csv", "--xlsx": "to_xlsx", "--html": "to_html"}


def answered_csv(folder: Path) -> Path:
    return fill(folder)


def remarked_csv(folder: Path) -> Path:
    """One remark, and no quantity."""

    def change(rows: list[dict[str, str]]) -> None:
        for row in rows:
            row["quantity"] = ""
        rows[-1]["remark"] = "door was locked"

    return fill(folder, change)


def misspelt_csv(folder: Path) -> Path:
    """What no result takes is the work of somebody all the same."""
    return fill(folder, lambda rows: rows[0].update(quantity="abc", draw="another"))


def answered_xlsx(folder: Path) -> Path:
    path = folder / "sheets.xlsx"
    assert run("--draw", folder / "plan.json", "--xlsx", path).exit_code == 0
    book = openpyxl.load_workbook(path)
    book["count_sheet"].cell(row=5, column=COLUMNS.index("quantity") + 1, value=0)
    book.save(path)
    return path


@pytest.mark.parametrize("option", WRITTEN)
@pytest.mark.parametrize("answered", [answered_csv, remarked_csv, misspelt_csv, answered_xlsx])
def test_a_sheet_that_is_filled_in_is_kept(tmp_path: Path, option: str, answered: Callable[[Path], Path]) -> None:
    plan = drawn(tmp_path)
    file = answered(tmp_path)
    before = file.read_bytes()
    said = one_line(run("--draw", plan, option, file))
    assert said.endswith(f"{file}: it is filled in, and never written over: name another")
    draw = sw.sample(draw=plan, seed_text=SEED)
    with pytest.raises(UsageError, match="it is filled in, and never written over"):
        getattr(draw, WRITTEN[option])(file)
    assert file.read_bytes() == before


def test_no_other_sheet_is_written_where_one_is_kept(tmp_path: Path) -> None:
    plan = drawn(tmp_path)
    one_line(run("--draw", plan, "--html", tmp_path / "new.html", "--csv", fill(tmp_path)))
    assert not (tmp_path / "new.html").exists()


@pytest.mark.parametrize(("option", "name"), [("--csv", "sheet.csv"), ("--xlsx", "sheet.xlsx")])
def test_a_blank_sheet_is_written_again(tmp_path: Path, option: str, name: str) -> None:
    plan = drawn(tmp_path)
    assert run("--draw", plan, option, tmp_path / name).exit_code == 0
    before = (tmp_path / name).read_bytes()
    assert run("--draw", plan, option, tmp_path / name).exit_code == 0
    assert (tmp_path / name).read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"quantity\n5\n", b"\xff\xfe\x00", b"<html></html>", b"{}"])
def test_what_is_no_count_sheet_is_written_over(tmp_path: Path, content: bytes) -> None:
    plan = drawn(tmp_path)
    (tmp_path / "other.csv").write_bytes(content)
    assert run("--draw", plan, "--csv", tmp_path / "other.csv").exit_code == 0


def changed(path: Path, change: Callable[[bytes], bytes]) -> Path:
    path.write_bytes(change(path.read_bytes()))
    return path


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "another code": lambda text: text.replace(b",seen", b",ge\xf6ffnet"),
    "two bytes a letter": lambda text: text.decode().encode("utf-16"),
    "no draw": lambda text: b"\n".join(line.partition(b",")[2] for line in text.splitlines()),
    "another header": lambda text: text.replace(b"quantity", b"qty", 1),
    "no header": lambda text: text.partition(b"\n")[2],
    "colons": lambda text: text.replace(b",", b":"),
    "torn rows": lambda text: text.replace(b",seen", b",dusty, opened"),
    "a stray byte": lambda text: text + b"\0",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_sheet_that_a_program_has_changed_is_kept(tmp_path: Path, change: str) -> None:
    plan = drawn(tmp_path)
    file = changed(fill(tmp_path, lambda rows: [row.update(remark="seen") for row in rows]), CHANGES[change])
    before = file.read_bytes()
    assert one_line(run("--draw", plan, "--csv", file)).endswith(
        "it is filled in, and never written over: name another"
    )
    assert file.read_bytes() == before


def other_sheet(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book.create_sheet("my notes")["A1"] = "counted box 3: 1"
    book.save(path)


def other_name(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book["count_sheet"].title = "done"
    book.save(path)


def with_a_password(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 500)


def with_a_part_that_does_not_unpack(path: Path) -> None:
    content = bytearray(path.read_bytes())
    start = content.index(b"xl/worksheets/sheet1.xml") + len(b"xl/worksheets/sheet1.xml")
    content[start + 20 : start + 60] = b"\xff" * 40
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("change", [other_sheet, other_name, with_a_password, with_a_part_that_does_not_unpack])
def test_a_workbook_that_somebody_has_changed_is_kept(tmp_path: Path, change: Callable[[Path], None]) -> None:
    plan, path = drawn(tmp_path), tmp_path / "sheets.xlsx"
    assert run("--draw", plan, "--xlsx", path).exit_code == 0
    change(path)
    before = path.read_bytes()
    assert "never written over: name another" in one_line(run("--draw", plan, "--xlsx", path))
    assert path.read_bytes() == before


@pytest.mark.parametrize("file", ["plan.json", "plan.json.seed", "filled.csv", "other/movements.csv", "other/new.csv"])
def test_no_answer_is_written_over_what_is_sealed_or_counted_or_onto_another_site(tmp_path: Path, file: str) -> None:
    drawn(tmp_path)
    fill(tmp_path)
    write(tmp_path / "other")
    place = tmp_path / file
    before = place.read_bytes() if place.exists() else None
    for arguments in (
        ["review", "--json"],
        ["review", "--html"],
        ["orders", "--csv"],
        ["sample", "--items", "box=3", "--json"],
    ):
        command, *asked, option = arguments
        result = CliRunner().invoke(main, [command, str(tmp_path / "site"), *asked, option, str(place)])
        assert result.exit_code == cli.WRONG_USE, result.output
        assert result.stderr.count("\n") == 1
    review = sw.review(tmp_path / "site")
    for write_it in (review.to_json, review.to_html, review.to_xlsx):
        with pytest.raises(UsageError):
            write_it(place)
    assert (place.read_bytes() if place.exists() else None) == before


def test_a_plan_that_is_not_sealed_is_written_over(tmp_path: Path) -> None:
    for _ in range(2):
        assert run(write(tmp_path / "site"), "--json", tmp_path / "plan.json").exit_code == 0
