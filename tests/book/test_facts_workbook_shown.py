"""What a spreadsheet program shows of a workbook is what is read, or it is said that it is not."""

from __future__ import annotations

import re
import zipfile

import pytest
from small_folders import CLEAN, SiteFolder, cells

from stockward.terms.errors import SiteError

COUNTS = "xl/worksheets/sheet1.xml"
QUANTITY = re.compile(rb'<c r="E2"[^>]*>.*?</c>')


def changed(folder: SiteFolder, old: re.Pattern[bytes] | bytes, new: bytes, part: str = COUNTS) -> SiteFolder:
    """The counts as a workbook, of whose XML a part is changed."""
    folder.workbook(counts=cells(CLEAN["counts"]))
    path = folder.path / "site.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    found = re.sub(old if isinstance(old, re.Pattern) else re.escape(old), lambda _: new, parts[part], count=1)
    assert found != parts[part]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, found if name == part else content)
    return folder


def refusal(folder: SiteFolder) -> str:
    with pytest.raises(SiteError) as caught:
        folder.read()
    return str(caught.value)


AGAIN = "open it in a spreadsheet program, look at what that shows, and save it again"
SHOWN, HELD = '<c r="E2"><v>300</v></c>', '<c r="E2"><v>0</v></c>'


@pytest.mark.parametrize(
    "both",
    [
        SHOWN + HELD,
        HELD + SHOWN,
        SHOWN + '<c s="0" r="E2"><v>0</v></c>',
        f'{SHOWN}</row><row r="2">{HELD}',
        f"{SHOWN}</row><row r='2'><c r='E2'/>",
        f"{SHOWN}</row><row r='2'><c r='D2'/><c/>",
    ],
)
def test_a_cell_that_stands_twice_is_refused(folder: SiteFolder, both: str) -> None:
    where = "E2" if "D2" not in both else "D2"
    told = f"site.xlsx[counts] cell {where}: it stands there twice: {AGAIN}"
    assert refusal(changed(folder, QUANTITY, both.encode())) == told


MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


@pytest.mark.parametrize(
    "cell",
    [
        f'<mc:AlternateContent {MC}><mc:Choice Requires="x14">{SHOWN}</mc:Choice></mc:AlternateContent>',
        f"<mc:AlternateContent {MC}><mc:Fallback>{HELD}</mc:Fallback></mc:AlternateContent>",
        '<o:c xmlns:o="urn:o" r="E2"><o:v>300</o:v></o:c>',
        '<c xmlns="urn:o" r="E2"><v>300</v></c>',
    ],
)
def test_cells_of_names_of_another_origin_are_refused(folder: SiteFolder, cell: str) -> None:
    told = f"site.xlsx[counts]: it holds cells that not every program shows: {AGAIN}"
    assert refusal(changed(folder, QUANTITY, cell.encode())) == told


def test_so_are_texts(folder: SiteFolder) -> None:
    text = b'<si><o:t xmlns:o="urn:o">300</o:t><t>'
    told = refusal(changed(folder, b"<si><t>", text, "xl/sharedStrings.xml"))
    assert told == f"site.xlsx: it holds cells that not every program shows: {AGAIN}"


def test_one_prefix_for_all_is_read_and_a_name_without_it_is_refused(folder: SiteFolder) -> None:
    def prefixed(cell: bytes) -> SiteFolder:
        changed(folder, QUANTITY, cell)
        path = folder.path / "site.xlsx"
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        xml = re.sub(rb"<(/?)(?=[a-zA-Z])(?!bare)", rb"<\1x:", parts[COUNTS]).replace(b"xmlns=", b"xmlns:x=")
        parts[COUNTS] = xml.replace(b"bare", b"")
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        return folder

    assert prefixed(b'<c r="E2"><v>301</v></c>').read()["counts"]["quantity"][0] == 301
    bare = b'<barec r="E2"><barev>301</barev></barec>'
    assert "not every program shows" in refusal(prefixed(bare))


def test_what_stands_around_the_cells_may_be_of_any_origin(folder: SiteFolder) -> None:
    control = f'</sheetData><mc:AlternateContent {MC}><mc:Choice Requires="x14"/></mc:AlternateContent>'
    assert changed(folder, b"</sheetData>", control.encode()).read()["counts"].height == 3


def test_rows_in_any_order_are_read(folder: SiteFolder) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    path = folder.path / "site.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    rows = re.findall(rb"<row .*?</row>", parts[COUNTS])
    parts[COUNTS] = parts[COUNTS].replace(b"".join(rows), b"".join([rows[0], *reversed(rows[1:])]))
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert folder.read()["counts"]["quantity"].to_list() == [300, 25, 300]
