"""Cells that are struck through, in each kind of workbook."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.importing.harm.old_workbooks import book, contained
from tests.importing.keepers.books import strike, workbook

from stockward.book.sources.importers.grid.files import read_file
from stockward.book.sources.workbook.looks.strikes import has_struck_font, struck_cells, struck_in_open_document
from stockward.terms.errors import SiteError

_FONT = b"\x31\x00%c\x00\xc8\x00%c\x00\xff\x7f\x90\x01\x00\x00\x00\x00\x01\x00%c\x00Arial"


def _font(marks: int) -> bytes:
    return _FONT % (16 + len("Arial"), marks, len("Arial"))


def test_rows_of_an_xlsx_are_told_by_their_cells(tmp_path: Path) -> None:
    (file,) = workbook(tmp_path / "a.xlsx", {"L": [["a", "b"], [1, None], [date(2026, 1, 5), "x"]]}, strike(2, 3))
    (grid,) = read_file(file).grids
    assert grid.struck.whole == {(1, 0), (2, 0), (2, 1)}
    assert not grid.struck.partly


def test_a_style_that_says_no_strike_is_none() -> None:
    styles = b"<styleSheet><fonts><font><strike val='0'/></font><font><strike/></font></fonts><cellXfs><xf fontId='0'/>"
    styles += b"<xf fontId='1'/></cellXfs></styleSheet>"
    sheet = b'<worksheet><sheetData><row r="1"><c r="A1" s="0"><v>1</v></c><c r="B1" s="1"><v>2</v></c>'
    sheet += b'<c r="C1" s="1"/></row></sheetData></worksheet>'
    assert struck_cells(sheet, styles, b"").whole == {(0, 1)}


def test_runs_of_a_shared_text_are_struck_as_a_whole_or_in_part() -> None:
    strings = b"<sst><si><t>5</t></si><si><r><rPr><strike/></rPr><t>50</t></r><r><t>45</t></r></si>"
    strings += b'<si><r><rPr><strike val="1"/></rPr><t>7</t></r></si></sst>'
    cells = b"".join(b'<c r="%c1" t="s"><v>%d</v></c>' % (65 + place, place) for place in range(3))
    found = struck_cells(b'<worksheet><sheetData><row r="1">' + cells + b"</row></sheetData></worksheet>", b"", strings)
    assert found.whole == {(0, 2)}
    assert found.partly == {(0, 1)}


@pytest.mark.parametrize("line", ["style:text-line-through-style", "style:text-line-through-type"])
def test_an_open_document_says_it_by_a_line_through_its_text(line: str) -> None:
    names = " ".join(f'xmlns:{one}="urn:{one}"' for one in ("office", "style", "table", "text"))
    xml = (
        f'<office:document {names}><style:style style:name="x"><style:text-properties {line}="solid"/></style:style>'
        f'<style:style style:name="y"><style:text-properties {line}="none"/></style:style><table:table table:name="L">'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2"/>'
        '<table:table-cell table:style-name="x"><text:p>1</text:p></table:table-cell>'
        '<table:table-cell table:style-name="y"><text:p>2</text:p></table:table-cell></table:table-row>'
        '<table:table-row><table:table-cell><text:p><text:span text:style-name="x">5</text:span>4'
        '<text:span text:style-name="y">3</text:span></text:p></table:table-cell></table:table-row></table:table>'
        "</office:document>"
    ).encode()
    found = struck_in_open_document(xml, b"")["L"]
    assert found.whole == {(0, 2), (1, 2)}
    assert found.partly == {(2, 0)}


def test_an_old_workbook_with_a_struck_font_is_refused_with_the_mend(tmp_path: Path) -> None:
    assert has_struck_font(b"x" * 7 + _font(0x08))
    assert has_struck_font(_font(0x0A))
    assert not has_struck_font(_font(0x02) + b"\x31\x00" * 40)
    old = tmp_path / "old.xls"
    old.write_bytes(contained({"Workbook": book(8, {"L": [["a", "b"], [1.0, 2.0]]}, fonts=_font(0x08))}))
    with pytest.raises(SiteError, match=r"struck through.*save it as Excel Workbook \(\.xlsx\), and import that"):
        read_file(old)


def test_a_workbook_without_a_list_of_comments_has_none(tmp_path: Path) -> None:
    (file,) = workbook(tmp_path / "a.xlsx", {"L": [["a", "b"], [1, 2]]})
    (grid,) = read_file(file).grids
    assert grid.notices == ()
