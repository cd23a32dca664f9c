"""A count sheet that anybody has filled in is never written over; a blank one may be written again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from counting_sites import SEED, drawn, fill, one_line, run

import stockward as sw
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


@pytest.mark.parametrize("content", [b"", b"PK no workbook", b"quantity\n5\n", b"\xff\xfe\x00"])
def test_what_is_no_count_sheet_is_written_over(tmp_path: Path, content: bytes) -> None:
    plan = drawn(tmp_path)
    (tmp_path / "other.csv").write_bytes(content)
    assert run("--draw", plan, "--csv", tmp_path / "other.csv").exit_code == 0
