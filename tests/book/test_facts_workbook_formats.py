"""A format that shows other digits than the cell holds, or nothing, is told; usual formats are not."""

from __future__ import annotations

import pytest
from small_folders import CLEAN, SiteFolder, cells
from xlsxwriter import Workbook

from stockward.book.sources.workbook.formats import unlike_cells

BAD = [
    '"40"', '"40";"40";"40"', ";;;", ";", '""', '" "', "\\4\\0", '"4"0', '0"0"', '0\\0', "40", '[>=1]"40";0',
    '[Red]"40"', "[$40]", "[$40-409]", "*4", "[White]0", "[color2]General", '0,', "0.0,", '0,"kg"', '"1.000 "0',
    '"40"General',
]  # fmt: skip
USUAL = [
    "General", "0", "0.00", "#,##0", "#,##0.00", '#,##0.00" kg"', '0" m3"', '0"m2"', "0%", "0.00E+00", "# ?/?",
    "# ?/16", "@", "0;-0;;@", "0;-0;\"-\";@", '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', "#,##0_);[Red](#,##0)",
    "#,##0.00 [$€-407]", "[$$-409]#,##0", '[>=10000000]##\\,##\\,##\\,##0;[>=100000]##\\,##\\,##0;##,##0', '"No. "0',
    "[h]:mm", "yyyy-mm-dd", "000000", '0 "pcs of 105 mm"', "[Red]0", "#,##0;(#,##0)", 'General" kg"', "?0.0",
]  # fmt: skip


def styles(code: str) -> bytes:
    escaped = code.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
    return (
        f'<styleSheet xmlns="m"><numFmts><numFmt numFmtId="170" formatCode="{escaped}"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="0"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>'
    ).encode()


def unlike(code: str, value: str, kind: str = "n", *, strictly: bool = False) -> bool:
    held = f"<is><t>{value}</t></is>" if kind == "inlineStr" else f"<v>{value}</v>"
    cell = f'<c r="B7" s="1" t="{kind}">{held}</c><c><v>1</v></c>'
    xml = f'<worksheet xmlns="m"><sheetData><row r="7">{cell}</row></sheetData></worksheet>'.encode()
    found = list(unlike_cells(xml, styles(code), strictly=strictly))
    assert all(tuple(cell) == (6, 1, code) for cell in found)
    return bool(found)


@pytest.mark.parametrize("code", BAD)
def test_formats_that_show_something_else(code: str) -> None:
    assert unlike(code, "12")


@pytest.mark.parametrize("code", USUAL)
def test_usual_formats(code: str) -> None:
    assert not any(unlike(code, value) for value in ("12", "0", "-3", "0.5", "12345678"))
    assert not unlike(code, "M1", "inlineStr")


def test_what_is_shown_hangs_on_the_value() -> None:
    assert unlike('0;0;"40"', "0")
    assert not unlike('0;0;"40"', "12")
    assert unlike('0;"40";0', "-1")
    assert not unlike("0;-0;;@", "0")
    assert unlike("0;-0;;@", "0", strictly=True)
    assert unlike('0;-0;0;"M1"', "M2", "inlineStr")
    assert unlike(";;;", "M2", "inlineStr")
    assert not unlike('"40"', "M2", "inlineStr")


def test_a_cell_without_a_style_has_the_first() -> None:
    xml = b"<worksheet><sheetData><row><c><v>0</v></c></row></sheetData></worksheet>"
    first = styles('"40"').replace(b'<cellXfs><xf numFmtId="0"/>', b"<cellXfs>")
    assert [tuple(cell) for cell in unlike_cells(xml, first, strictly=False)] == [(0, 0, '"40"')]


def written(folder: SiteFolder, code: str, *, by_condition: bool = False) -> SiteFolder:
    """The counts as a workbook whose first quantity has this format."""
    (folder.path / "counts.csv").unlink()
    book = Workbook(str(folder.path / "site.xlsx"))
    sheet, other = book.add_worksheet("counts"), book.add_format({"num_format": code})
    for row, line in enumerate(cells(CLEAN["counts"])):
        for column, text in enumerate(line):
            if row and column == 4:
                sheet.write_number(row, column, float(text), None if by_condition or row > 1 else other)
            elif text:
                sheet.write_string(row, column, text)
    if by_condition:
        sheet.conditional_format("E2:E9", {"type": "cell", "criteria": ">", "value": 0, "format": other})
    book.close()
    return folder


SAYS = (
    "the format '\"40\"' shows something else than the cell holds, which is read: format it as General, and look at it "
    "again"
)


def test_a_book_tells_the_first_cell(folder: SiteFolder) -> None:
    site = written(folder, '"40"').read()
    assert site.notices == (f"site.xlsx[counts] row 2, quantity: {SAYS}",)
    assert site["counts"]["quantity"][0] == 300


def test_a_format_of_a_condition_is_told(folder: SiteFolder) -> None:
    assert written(folder, '"40"', by_condition=True).read().notices == (
        f"site.xlsx[counts], conditional formatting: {SAYS}",
    )


@pytest.mark.parametrize("by_condition", [False, True])
def test_usual_formats_of_a_book_are_not_told(folder: SiteFolder, *, by_condition: bool) -> None:
    assert written(folder, '#,##0.00" kg"', by_condition=by_condition).read().notices == ()
