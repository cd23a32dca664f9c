"""Workbooks that are made to harm, or were cut: each is refused in one line, in bounds, and nothing is written."""

from __future__ import annotations

import io
import random
import resource
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
_HEAD = (
    f'<office:document-content xmlns:office="{_OFFICE}:office:1.0" xmlns:table="{_OFFICE}:table:1.0" '
    f'xmlns:text="{_OFFICE}:text:1.0"><office:body><office:spreadsheet>'
)
_TAIL = "</office:spreadsheet></office:body></office:document-content>"
_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MEGABYTES, _SECONDS = 2_000, 20
"""The memory that is allowed, and the CPU time on a slow computer, of which the start of the program takes two."""


def cell(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def row(cells: str, more: str = "") -> str:
    return f"<table:table-row{more}>{cells}</table:table-row>"


def sheet(*rows: str) -> str:
    head = row("".join(map(cell, ("Date", "Item", "Store", "In", "Out", "Unit"))))
    return f'{_HEAD}<table:table table:name="S">{head}{"".join(rows)}</table:table>{_TAIL}'


BLANK = row("<table:table-cell/>" * 8, ' table:number-rows-repeated="1048000"')
LINE = "".join(map(cell, ("2025-01-13", "TNT", "A", "5", "", "kg")))


def ods(content: str | bytes, manifest: str = "<a/>") -> bytes:
    said = io.BytesIO()
    with zipfile.ZipFile(said, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), _TYPE)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return said.getvalue()


def entities() -> bytes:
    nested = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    return ods(f'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">{nested}]>{sheet(row(cell("&j;")))}')


def lying() -> bytes:
    """An archive whose list says of 500 megabytes that they are 1000 bytes."""
    content = bytearray(ods(b" " * 500_000_000))
    place = content.rfind(b"PK\x01\x02", 0, content.rfind(b"content.xml"))
    content[place + 24 : place + 28] = struct.pack("<I", 1_000)
    return bytes(content)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "entities": entities,
    "a document type": lambda: ods(f"<!DOCTYPE a>{sheet(row(LINE))}"),
    "spans a million deep": lambda: ods(sheet(row(cell("<text:span>" * 10**6 + "x" + "</text:span>" * 10**6)))),
    "tables without end": lambda: ods(_HEAD + "<table:table>" * 300_000),
    "rows without end": lambda: ods(sheet(row(LINE, ' table:number-rows-repeated="1000000000"'))),
    "columns without end": lambda: ods(
        sheet(
            row(
                LINE + '<table:table-cell table:number-columns-repeated="1000000000" office:value-type="float" '
                'office:value="7"><text:p>7</text:p></table:table-cell>'
            )
        )
    ),
    "blank rows before one": lambda: ods(sheet(BLANK, row(LINE))),
    "a bomb": lambda: ods(b" " * 500_000_000),
    "a bomb that lies": lying,
    "cut in the middle": lambda: (whole := ods(sheet(row(LINE))))[: len(whole) // 2],
    "encrypted": lambda: ods(random.Random(1).randbytes(5_000), "<m><manifest:encryption-data/></m>"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_sheet_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    file = tmp_path / "hostile.ods"
    file.write_bytes(HOSTILE[name]())
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [sys.executable, "-m", "stockward", "import", str(file), "--into", str(tmp_path / "site")]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert found.returncode == 2, found.stdout
    assert found.stderr.startswith("error: hostile.ods")
    assert found.stderr.count("\n") == 1
    assert not (tmp_path / "site").exists()
    assert used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime < _SECONDS
    assert used.ru_maxrss < _MEGABYTES * 1024


@pytest.mark.parametrize("name", ["encrypted"])
def test_a_password_is_told(tmp_path: Path, name: str) -> None:
    from stockward.book.sources.importers.grid.files import read_file
    from stockward.terms.errors import SiteError

    file = tmp_path / "locked.ods"
    file.write_bytes(HOSTILE[name]())
    with pytest.raises(SiteError, match="the workbook is protected by a password"):
        read_file(file)


@pytest.mark.parametrize("name", ["fine", "blank columns without end"])
def test_a_sheet_that_only_looks_large_is_read(tmp_path: Path, name: str) -> None:
    from stockward.book.sources.importers.grid.files import read_file

    wide = row('<table:table-cell table:number-columns-repeated="1000000000"/>') if name != "fine" else ""
    file = tmp_path / "fine.ods"
    file.write_bytes(ods(sheet(row(LINE), wide)))
    (grid,) = read_file(file).grids
    assert list(grid.rows[1])[:4] == ["2025-01-13", "TNT", "A", "5"]
