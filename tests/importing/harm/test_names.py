"""Names of files, sites and things that steer, end lines, or are no text: what was imported can be imported again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stockward.book import read_site
from stockward.cli import main

LEDGER = "Date,Doc,Material,Store,Type,Qty,Unit\n2026-01-13,R1,TNT,A,Receipt,100,kg\n2026-01-14,I1,TNT,A,Issue,50,kg\n"
SIGNS = {
    "line separator": "a\u2028b", "next line": "a\x85b", "turned": "a\u202eb", "mark-up": "<script>alert(1)</script>",
    "formula": "=cmd|' /C calc'!A0", "path": "../../x", "long": "x" * 300, "escape": "a\x1b[31mb", "quote": 'a""b',
}  # fmt: skip


def run(site: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["import", *words, "--into", str(site), "--accept"])


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("column", ["TNT", "A", "R1"])
def test_a_name_in_a_cell_is_known_again(tmp_path: Path, sign: str, column: str) -> None:
    file, site = tmp_path / "ledger.csv", tmp_path / "site"
    file.write_text(LEDGER.replace(f",{column},", f',"{SIGNS[sign]}",'), encoding="utf-8", newline="")
    before = file.read_bytes()
    assert run(site, str(file)).exit_code == 0
    table = (site / "movements.csv").read_bytes()
    result = run(site, str(file))
    assert "0 new, 2 the same, 0 changed, 0 no more there" in result.stdout
    assert (site / "movements.csv").read_bytes() == table
    assert file.read_bytes() == before
    assert not any(cell[:1] in "=@" for line in table.decode().splitlines() for cell in line.split(",") if cell)
    assert not read_site(site).problems


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes here alone")
@pytest.mark.parametrize("name", [b"bad\xff\x80.csv", b"a\nb.csv", "a\u2028b.csv".encode(), b"=cmd.csv", b"<b>.csv"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_file_is_known_again_by_whatever_name(tmp_path: Path, name: bytes, encoding: str) -> None:
    file, site = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))), tmp_path / "site"  # noqa: PTH118
    file.write_bytes(LEDGER.replace("TNT", "Größe").encode(encoding))
    assert run(site, str(file)).exit_code == 0
    assert "0 new, 2 the same" in run(site, str(file)).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no such names of folders there")
@pytest.mark.parametrize("name", ["a\nb", 'a"b\\c', "\x1b[31m", "my site", "<b>"])
def test_a_site_is_read_by_whatever_name(tmp_path: Path, name: str) -> None:
    file, site = tmp_path / "ledger.csv", tmp_path / name
    file.write_text(LEDGER, encoding="utf-8")
    assert run(site, str(file)).exit_code == 0
    assert not read_site(site).problems


def test_a_path_with_a_blank_is_told_as_one_word(tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    site = tmp_path / "my site"
    mark = '"' if os.name == "nt" else "'"
    assert f"stockward check {mark}{site}{mark}, then" in run(site, str(tmp_path / "ledger.csv")).stdout


def test_a_folder_that_is_a_file_is_told_before_anything_is_said_of_rows(tmp_path: Path) -> None:
    file = tmp_path / "ledger.csv"
    file.write_text(LEDGER, encoding="utf-8")
    for site in (file, file / "below"):
        result = run(site, str(file))
        assert result.exit_code == 2
        assert not result.stdout
        assert "ledger.csv: this is a file, and no folder: name another folder" in result.stderr
    result = run(tmp_path / "site", str(tmp_path))
    assert "this is a folder: name the files in it that are to be imported" in result.stderr


def test_a_file_that_an_import_would_write_over_is_not_read(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (tmp_path / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    run(site, str(tmp_path / "ledger.csv"))
    for name in ("movements.csv", "imported/movements.csv", "imported/log.csv"):
        result = run(site, str(site / name))
        assert result.exit_code == 2
        assert "would write over this file: name another folder after --into" in result.stderr


def test_a_list_of_another_program_in_the_place_of_a_table_is_told(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "counts.csv").write_text("Material,Store,Counted\nTNT,A,50\n", encoding="utf-8")
    (site / "ledger.csv").write_text(LEDGER, encoding="utf-8")
    result = run(site, str(site / "ledger.csv"))
    assert result.exit_code == 2
    assert "counts.csv: its first row is no header with inventory" in result.stderr
    assert "take it out of this folder and import it" in result.stderr
    (site / "counts.csv").rename(tmp_path / "counts.csv")
    assert run(site, str(site / "ledger.csv")).exit_code == 0


def test_a_table_that_a_spreadsheet_saved_with_other_signs_between_is_read(tmp_path: Path) -> None:
    site, file = tmp_path / "site", tmp_path / "ledger.csv"
    file.write_text(LEDGER, encoding="utf-8")
    run(site, str(file))
    table = site / "movements.csv"
    before = table.read_text(encoding="utf-8")
    table.write_text(before.replace(",", ";"), encoding="utf-8-sig")
    assert run(site, str(file)).exit_code == 0
    assert table.read_text(encoding="utf-8") == before
