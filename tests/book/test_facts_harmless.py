"""Reading harms nothing: what is no file, or would unpack to more than is read, is refused in one line."""

from __future__ import annotations

import io
import os
import random
import re
import socket
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
from small_folders import CLEAN, SiteFolder, cells

from stockward.book.checks import draft
from stockward.book.checks.draft import MOST_ROWS_TOLD
from stockward.book.settings import read_settings
from stockward.book.sources import parquet, thrift
from stockward.book.sources import separated as csv_files
from stockward.book.sources.workbook import extent, lengths, markup
from stockward.terms.errors import SiteError, UsageError
from stockward.terms.limits import limit

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def refusal(folder: SiteFolder) -> str:
    with pytest.raises(SiteError) as caught:
        folder.read()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("file", ["counts.csv", "site.toml", "site.xlsx", "counts.parquet"])
def test_a_pipe_is_never_waited_for(folder: SiteFolder, file: str) -> None:
    for name in (file, "counts.csv"):
        (folder.path / name).unlink(missing_ok=True)
    os.mkfifo(folder.path / file)
    assert f"{file}: this is a pipe" in refusal(folder)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/random", "/dev/null"])
def test_a_device_is_never_read(folder: SiteFolder, device: str) -> None:
    folder.remove("counts")
    (folder.path / "counts.csv").symlink_to(device)
    assert f"counts.csv: this is a device (a link to {device})" in refusal(folder)


def test_a_socket_and_a_link_to_a_folder(folder: SiteFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.remove("counts", "areas")
    monkeypatch.chdir(folder.path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("counts.csv")
        (folder.path / "areas.csv").symlink_to(tmp_path)
        told = refusal(folder)
    assert "areas.csv: this is a folder (a link to" in told
    assert "counts.csv: this is a socket" in told


def test_links_that_lead_in_a_circle_or_nowhere(folder: SiteFolder) -> None:
    folder.remove("counts", "areas")
    (folder.path / "counts.csv").symlink_to("counts.csv")
    (folder.path / "areas.csv").symlink_to("nowhere.csv")
    told = refusal(folder)
    assert "areas.csv: this is a link to nowhere.csv, where nothing is" in told
    assert "counts.csv: cannot be read" in told


@pytest.mark.parametrize(
    ("name", "most", "words"),
    [
        ("FILE_MB", 0, "the file has 1 megabytes, and at most 0 are read"),
        ("ROWS", 3, "the table has 5 rows, and at most 3 are read"),
        ("COLUMNS", 8, "the table has 11 columns, and at most 8 are read"),
        ("LINE_KB", 0, "one line has 1 kilobytes, and at most 0 are read"),
    ],
)
def test_a_limit_of_a_csv_is_told_with_the_way_to_set_it(
    folder: SiteFolder, monkeypatch: pytest.MonkeyPatch, name: str, most: int, words: str
) -> None:
    monkeypatch.setenv(f"STOCKWARD_MAX_{name}", str(most))
    told = refusal(folder)
    assert words in told
    assert f"STOCKWARD_MAX_{name}=" in told
    monkeypatch.setenv(f"STOCKWARD_MAX_{name}", "20")
    assert folder.read().problems == ()


@pytest.mark.parametrize("text", ["many", "-1", "1e9", "1" * 20])
def test_a_limit_that_is_no_number(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("STOCKWARD_MAX_ROWS", text)
    with pytest.raises(UsageError, match="write a whole number, such as"):
        limit("ROWS")


def test_a_far_cell_is_named(folder: SiteFolder) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    put_sheet(folder, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    told = refusal(folder)
    assert "site.xlsx[counts] cell XFD1048576: the table has 16 384 columns" in told


def put_sheet(folder: SiteFolder, rows: str, *, size: int | None = None, top: str = MAIN) -> None:
    """Put these rows into the place of the only sheet of the workbook."""
    path = folder.path / "site.xlsx"
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/worksheets/sheet1.xml"] = f"<worksheet {top}><sheetData>{rows}</sheetData></worksheet>".encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    if size is not None:
        content = path.read_bytes()
        true = len(parts["xl/worksheets/sheet1.xml"]).to_bytes(4, "little")
        path.write_bytes(content.replace(true, size.to_bytes(4, "little")))


def change_part(path: Path, part: str, old: bytes, new: bytes) -> None:
    """Put something else into the place of one stretch of a part."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new, 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)


DEEP = b"<a>" * 400_000 + b"</a>" * 400_000
DEEP_THAT_LOOKS_CLOSED = b'<a b="/>">' * 120_000 + b"</a>" * 120_000
LONG = b"<a" + b" " * 2_200_000 + b"/>"
MANY_NAMES = b"".join(b"<a%d/>" % name for name in range(50_001))
MANY_ATTRIBUTES = b"<a %s/>" % b" ".join(b'b%d=""' % name for name in range(80_000))


NO_WORKBOOK = "site.xlsx: this is no readable XLSX workbook"


@pytest.mark.parametrize(
    ("part", "end"),
    [
        ("xl/worksheets/sheet1.xml", b"</sheetData>"),
        ("xl/styles.xml", b"</styleSheet>"),
        ("xl/sharedStrings.xml", b"</sst>"),
        ("xl/workbook.xml", b"</workbook>"),
        ("xl/_rels/workbook.xml.rels", b"</Relationships>"),
        ("[Content_Types].xml", b"</Types>"),
    ],
)
@pytest.mark.parametrize("xml", [DEEP, DEEP_THAT_LOOKS_CLOSED, LONG], ids=["deep", "looks closed", "long"])
def test_a_part_as_no_program_writes_it(folder: SiteFolder, part: str, end: bytes, xml: bytes) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    change_part(folder.path / "site.xlsx", part, end, xml + end)
    # In a sheet, tags that look closed look like a long text, and that is told before all is parsed.
    is_long = xml is DEEP_THAT_LOOKS_CLOSED and "worksheets" in part
    told = "site.xlsx[counts]: one cell of a workbook holds 240 kilobytes" if is_long else NO_WORKBOOK
    assert told in refusal(folder)


@pytest.mark.parametrize("xml", [MANY_NAMES, MANY_ATTRIBUTES], ids=["tags", "attributes"])
def test_more_names_than_a_program_writes(folder: SiteFolder, monkeypatch: pytest.MonkeyPatch, xml: bytes) -> None:
    monkeypatch.setattr(markup, "_MOST_NAMES", 50_000)
    folder.workbook(counts=cells(CLEAN["counts"]))
    change_part(folder.path / "site.xlsx", "xl/styles.xml", b"</styleSheet>", xml + b"</styleSheet>")
    assert "site.xlsx: this is no readable XLSX workbook" in refusal(folder)


def test_tags_of_all_parts_are_counted_before_one_is_parsed(
    folder: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    change_part(folder.path / "site.xlsx", "xl/styles.xml", b"</styleSheet>", b"<a/>" * 7_000 + b"</styleSheet>")
    folder.read()
    monkeypatch.setenv("STOCKWARD_MAX_CELLS", "1000")
    assert re.search(r"site.xlsx: the tables of the workbook span 1 \d\d\d cells", refusal(folder))


def test_a_sheet_as_programs_write_it_is_sound() -> None:
    markup.require_sound(b"<s>" + b"<a>" * 900 + b"</a>" * 900 + b'<b c="%s"/>' % (b"A1 " * 300_000) + b"</s>")
    text = b" a/> " * 1_000_000
    markup.require_sound(b"<s><t>" + text + b'</t><t u="' + text[:900_000] + b'"/></s>')


def test_a_cell_far_away_that_holds_only_a_format_is_none(folder: SiteFolder) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    header = "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for letter, name in zip("ABCDE", ("inventory", "at", "area", "material", "quantity"), strict=True)
    )
    put_sheet(folder, f'<row r="1">{header}</row><row r="1048576"><c r="XFD1048576" s="1"/></row>')
    assert folder.read()["counts"].height == 0


@pytest.mark.parametrize(
    "cell",
    [
        '<c s="0" r="XFD1048576"><v>1</v></c>',
        "<c r='XFD1048576'><v>1</v></c>",
        '<c r="&#88;FD1048576"><v>1</v></c>',
        '<c xmlns="urn:x" r="XFD1048576"><v>1</v></c>',
        '<x:c xmlns:x="urn:x" r="XFD1048576"><x:v>1</x:v></x:c>',
        f'<x:c xmlns:x="{MAIN[7:-1]}" r="XFD1048576"><x:v>1</x:v></x:c>',
    ],
)
def test_a_far_cell_is_seen_however_it_is_written(folder: SiteFolder, cell: str) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    put_sheet(folder, f'<row r="1048576">{cell}</row>')
    assert "cell XFD1048576" in refusal(folder)


@pytest.mark.parametrize("cell", ['<c r="xfd1048576"><v>1</v></c>', '<c r="A0"><v>1</v></c>', '<c r="1A"><v>1</v></c>'])
def test_a_place_that_is_none(folder: SiteFolder, cell: str) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    put_sheet(folder, f"<row>{cell}</row>")
    assert "site.xlsx" in refusal(folder)


def test_a_far_cell_of_a_sheet_in_another_namespace(folder: SiteFolder) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    put_sheet(folder, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', top='xmlns="urn:x"')
    assert "cell XFD1048576" in refusal(folder)


def test_a_cell_without_a_place_follows_its_row_and_not_the_cell_before() -> None:
    xml = b'<s><row r="9"><c r="A1"><v>1</v></c><c><v>1</v></c></row><row><c><v>1</v></c></row></s>'
    assert [cell.place for cell in extent.cells(xml)] == [(0, 0), (8, 1), (9, 0)]


def test_a_place_that_the_library_passes_over(folder: SiteFolder) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    put_sheet(folder, '<row r="1048576"><c r="&#65;1"><v>1</v></c></row>')
    assert "site.xlsx: this is no readable XLSX workbook" in refusal(folder)


@pytest.mark.parametrize("size", [10, 1_000_000_000])
def test_a_part_that_lies_of_its_size(folder: SiteFolder, size: int) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    put_sheet(folder, " " * 100_000, size=size)
    assert "site.xlsx: " in refusal(folder)


def test_text_that_many_cells_share_counts_as_often(folder: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = cells(CLEAN["counts"])
    rows[0].append("counted_by")
    for row in rows[1:]:
        row.append("x" * 30_000)
    folder.workbook(counts=rows * 20)
    monkeypatch.setenv("STOCKWARD_MAX_UNPACKED_MB", "1")
    assert "site.xlsx[counts]: it unpacks to 2 megabytes" in refusal(folder)


def changed_strings(folder: SiteFolder, name: str, prefix: str) -> None:
    """The shared texts of the workbook under this name, with this prefix before each tag."""
    path, other = folder.path / "site.xlsx", io.BytesIO()
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(other, "w") as written:
        for part in book.namelist():
            content = book.read(part)
            if part == "xl/sharedStrings.xml":
                part = name
                content = re.sub(rb"<(/?)([a-z])", rb"<\1" + prefix.encode() + rb"\2", content)
                content = content.replace(b"xmlns=", b"xmlns:x=") if prefix else content
            written.writestr(part, content)
    path.write_bytes(other.getvalue())


@pytest.mark.parametrize(
    ("name", "prefix"), [("xl/SHAREDSTRINGS.xml", ""), ("xl/sharedStrings.xml", "x:"), ("XL/sharedstrings.XML", "x:")]
)
def test_shared_texts_are_found_as_the_library_finds_them(
    folder: SiteFolder, monkeypatch: pytest.MonkeyPatch, name: str, prefix: str
) -> None:
    rows = cells(CLEAN["counts"])
    for row in rows:
        row.append("counted_by" if row is rows[0] else "x" * 30_000)
    folder.workbook(counts=[rows[0], *rows[1:] * 20])
    changed_strings(folder, name, prefix)
    folder.read()
    monkeypatch.setenv("STOCKWARD_MAX_UNPACKED_MB", "1")
    assert "site.xlsx[counts]: it unpacks to 2 megabytes" in refusal(folder)


def test_two_parts_that_differ_in_letter_case_only(folder: SiteFolder) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    with zipfile.ZipFile(folder.path / "site.xlsx", "a") as book:
        book.writestr("xl/SharedStrings.xml", "<sst/>")
    assert "site.xlsx: this is no readable XLSX workbook" in refusal(folder)


@pytest.mark.parametrize("cell", ["c", "x:c"])
@pytest.mark.parametrize("run", ["<t>{}</t>", "<r><t>{}</t></r>" * 30, '<r a="1"><t>&#65;{}</t></r>' * 300])
def test_a_long_text_in_one_cell(folder: SiteFolder, cell: str, run: str) -> None:
    text = run.replace("{}", "B" * (210_000 // run.count("{}")))
    folder.workbook(counts=cells(CLEAN["counts"]))
    put_sheet(
        folder, f'<row r="1"><{cell} r="A1" t="inlineStr"><is>{text}</is></{cell}></row>', top=f'{MAIN} xmlns:x="x"'
    )
    assert re.search("one cell of a workbook holds 21[0-9] kilobytes, and at most 200", refusal(folder))


def test_the_format_of_many_cells_is_no_text() -> None:
    many = b"".join(b'<c r="A%d" s="1"/>' % row for row in range(20_000))
    lengths.require_short_cells(b"<s>" + many + b'<c r="B1"><v>1</v></c>' + many + b"</s>", "f")


@pytest.mark.parametrize(
    "text",
    [
        "<![CDATA[</c>]]>",
        "<?x </c>?>",
        "<!-<!-- -->- </c> -->",
        '<t a="</c>">1</t>',
        "<!--",
        "<!-- -->" * 1_001,
    ],
)
def test_tags_that_are_none_are_refused(folder: SiteFolder, text: str) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    put_sheet(folder, f'<row r="1"><c r="A1" t="inlineStr"><is>{text}</is></c></row>')
    assert "site.xlsx: this is no readable XLSX workbook" in refusal(folder)


def test_a_remark_in_a_sheet_is_passed_over(folder: SiteFolder) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    put_sheet(folder, '<!-- <c r="XFD1048576"><v>1</v></c> --><row r="1"><c r="A1"><v>1<!---->2</v></c></row>')
    assert "site.xlsx[counts]: there is no header row" in refusal(folder)


def test_merged_cells_that_lie_over_one_another(folder: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    path, other = folder.path / "site.xlsx", io.BytesIO()
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(other, "w") as written:
        for part in book.namelist():
            merges = b"</sheetData><mergeCells>%s</mergeCells>" % (b'<mergeCell ref="A1:XFD1048576"/>' * 1_000)
            written.writestr(part, book.read(part).replace(b"</sheetData>", merges))
    path.write_bytes(other.getvalue())
    assert "site.xlsx[counts]: merged cells lie over one another: unmerge them" in refusal(folder)
    monkeypatch.setenv("STOCKWARD_MAX_MERGED", "999")
    assert "site.xlsx[counts]: the sheet has 1 000 merged cells, and at most 999" in refusal(folder)


def test_rows_of_nothing_are_rows(folder: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    put_sheet(folder, "<row/>" * 1_000)
    monkeypatch.setenv("STOCKWARD_MAX_ROWS", "999")
    assert "site.xlsx[counts]: the table has 1 000 rows, and at most 999 are read" in refusal(folder)


@pytest.mark.parametrize(
    "attributes",
    ['t="n" r="C2"', 's="1" t="n"  r="C2"', "t='n' r=\"C2\"", 'x=" r=\'A1\' " r="C2" t="n"', 't="n"\nr="C2"'],
)
def test_a_cell_stands_where_it_says_in_whatever_order(attributes: str) -> None:
    sheet = f'<sheetData><row r="2"><c r="A2"/><c {attributes}><v>1</v></c></row></sheetData>'.encode()
    assert extent.extent(sheet, "f") == (2, 3)
    assert [(cell.place, cell.kind) for cell in extent.cells(sheet)] == [((1, 0), ""), ((1, 2), "n")]


def test_the_extent_of_a_sheet_across_blocks() -> None:
    rng = random.Random(3)
    columns = [1, 26, 27, 702, 703, 990]
    places = [(row, rng.choice(columns)) for row in range(1, 40_000)]
    xml = "".join(
        f'<row r="{row}"><c r="{extent.letters_of(column - 1)}{row}"><v>1</v></c></row>' for row, column in places
    )
    sheet = f"<worksheet {MAIN}>{xml}</worksheet>".encode()
    assert extent._plain_extent(sheet, "f") == (39_999, 990) == extent._careful_extent(sheet, "f")


def test_cells_of_a_sheet_across_blocks_stand_once_in_any_order() -> None:
    written = [f'<c r="B{row}"><v>1</v></c>' for row in range(1, 300_001)]
    random.Random(4).shuffle(written)
    assert extent._plain_extent("".join(written).encode(), "f") == (300_000, 2)
    with pytest.raises(SiteError, match="f cell B7: it stands there twice"):
        extent._plain_extent("".join([*written, '<c r="B7"/>']).encode(), "f")


def test_a_parquet_file_that_unpacks_to_much(folder: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pl.DataFrame({"area": ["x" * 2_000] * 2_000, "kind": ["store"] * 2_000})
    folder.parquet("areas", rows)
    assert (folder.path / "areas.parquet").stat().st_size < 10_000
    monkeypatch.setenv("STOCKWARD_MAX_UNPACKED_MB", "1")
    assert "areas.parquet: it unpacks to 5 megabytes" in refusal(folder)
    monkeypatch.setenv("STOCKWARD_MAX_UNPACKED_MB", "9")
    monkeypatch.setenv("STOCKWARD_MAX_ROWS", "1999")
    assert "areas.parquet: the table has 2 000 rows" in refusal(folder)


def parquet_footer(monkeypatch: pytest.MonkeyPatch, rows: int, **column: int) -> None:
    """Each file has one column of a kind and a length, or one page of a size and a packing."""
    footer = {
        2: [{4: b"schema"}, {1: column.get("kind", 6), 2: column.get("length", 0), 4: b"area"}],
        3: rows,
        4: [{1: [{3: {}}], 3: rows}],
    }
    page = {
        2: column.get("size", 1),
        3: 1,
        column.get("field", 5): {1: rows, column.get("at", 2): column.get("packing", 0)},
    }
    monkeypatch.setattr(parquet, "_footer", lambda _: footer)
    monkeypatch.setattr(parquet, "_pages", lambda *_: iter([page]))


def test_values_of_a_fixed_length_count_though_they_are_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    parquet_footer(monkeypatch, 1_000, kind=7, length=16)
    parquet._require_small("areas.parquet", b"")
    parquet_footer(monkeypatch, 1_000, kind=7, length=2_000_000_000)
    with pytest.raises(SiteError, match="it unpacks to 2 000 000 megabytes"):
        parquet._require_small("areas.parquet", b"")
    parquet_footer(monkeypatch, 1_000, kind=7, length=-1)
    with pytest.raises(ValueError, match="below zero"):
        parquet._require_small("areas.parquet", b"")


@pytest.mark.parametrize(("field", "at"), [(5, 2), (8, 4)])
def test_texts_packed_by_what_they_share(monkeypatch: pytest.MonkeyPatch, field: int, at: int) -> None:
    parquet_footer(monkeypatch, 1_000, size=1_000, field=field, at=at, packing=7)
    parquet._require_small("areas.parquet", b"")
    parquet_footer(monkeypatch, 20_000, size=1_000_000, field=field, at=at, packing=0)
    parquet._require_small("areas.parquet", b"")
    parquet_footer(monkeypatch, 20_000, size=1_000_000, field=field, at=at, packing=7)
    with pytest.raises(SiteError, match="its texts are packed by what they share"):
        parquet._require_small("areas.parquet", b"")


def test_one_text_named_very_often_counts_as_often(folder: SiteFolder) -> None:
    """Few kilobytes that hold 9 GB."""
    same = pl.Series(["x" * 30_000], dtype=pl.Categorical).new_from_index(0, 300_000)
    folder.parquet("areas", pl.DataFrame({"area": same, "kind": ["store"] * 300_000}))
    assert (folder.path / "areas.parquet").stat().st_size < 100_000
    assert "areas.parquet: it unpacks to 9 002 megabytes" in refusal(folder).replace("\xa0", " ")


def test_texts_of_more_than_four_gigabytes_count_in_full() -> None:
    """Lengths are kept as small numbers, whose sum begins again there."""
    text, often = "x" * 14_400, 300_000
    for one in (pl.Series([text]), pl.Series([text], dtype=pl.Categorical), pl.Series([text.encode()])):
        assert parquet._text_bytes(one.new_from_index(0, often)) == len(text) * often


class _Waiting(io.FileIO):
    """As the system's own log, which is a regular file and waits for what comes next."""

    def read(self, _size: int | None = -1) -> None:  # type: ignore[override]
        return None


def test_a_regular_file_that_waits_is_not_read(folder: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fdopen", _Waiting)
    assert "site.toml: it has nothing to read yet, and no end" in refusal(folder)


def test_a_list_of_many_words_in_one_cell(folder: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    people = pl.DataFrame({"person": ["1"], "role": ["guard"], "affiliation": ["a"], "qualifications": [["x"] * 5_000]})
    folder.parquet("people", people)
    monkeypatch.setenv("STOCKWARD_MAX_ROWS", "4999")
    assert "people.parquet: the table has 5 000 rows" in refusal(folder)


def test_columns_of_a_parquet_file_that_are_not_known_are_not_unpacked(folder: SiteFolder) -> None:
    site = folder.parquet(
        "areas", pl.DataFrame({"area": ["S1", "P1"], "kind": ["store", "process"], "z": [{"a": 1}] * 2})
    )
    assert site.read().notices == ("areas.parquet: left out what the format does not know: column z",)


@pytest.mark.parametrize(
    "content", [b"", b"\x15", b"\x19\xfc\xff\xff\xff\xff\x0f", b"\x1c" * 5_000, b"\x16" + b"\xff" * 20]
)
def test_damaged_structures_end_in_an_error(content: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):
        thrift.Reader(content).struct()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\n" * 20_000, "it has 120000 bytes, and at most 100000 are read"),
        (".".join(["a"] * 200) + " = 1\n", "line 1 has more than 100 dots"),
        ("a = " + "[" * 50_000, "line 1 is nested too deep"),
        ("\n".join(f"k{i} = 1" for i in range(5_000)), "and 4983 more"),
    ],
)
def test_settings_that_are_long_or_deep(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "site.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SiteError, match=words):
        read_settings(tmp_path / "site.toml")


def test_quotation_marks_that_never_close_are_given_up(folder: SiteFolder) -> None:
    folder.write("areas", "area,kind\n" + '"a\n' * 5_000)
    assert "areas.csv: the quotation marks of more than 1000 rows do not close" in refusal(folder)
    folder.write("areas", "area,kind\n" + '"a,store\n' * 100_001)
    assert "areas.csv: the quotation marks of more than 100000 rows do not close" in refusal(folder)


def test_rows_at_fault_are_all_set_aside_and_the_first_are_listed(folder: SiteFolder) -> None:
    folder.write("counts", "inventory,at,area,material,quantity\n" + "A,today,S1,TNT,1\n" * (MOST_ROWS_TOLD + 7))
    site = folder.read()
    assert site.set_aside["counts"].height == MOST_ROWS_TOLD + 7
    assert {problem.row for problem in site.problems} == set(range(2, MOST_ROWS_TOLD + 2))
    assert "counts.csv: 7 more rows are set aside, and not listed: mend those that are first" in site.notices


def test_what_is_told_of_the_first_rows_is_the_same_however_many_follow(
    folder: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        f"M{row},2026-01-0{row % 9 + 1},{kind},{material},{quantity},S1,{area},W{row},{back}"
        for row, (kind, material, quantity, area, back) in enumerate(
            [
                ("transfer", "TNT", "-5", "P1", ""), ("use", "TNTT", "5 kg", "", "M0"),
                ("transfer", "n/a", "5%", "Q", ""),
                ("transfer", "TNT", "5", "", "M9"), ("total", "TNT", "1 000", "S1", ""),
                ("use", "X", "(7)", "P1", "M2"),
            ] * 4
        )
    ]  # fmt: skip
    torn = "M99,2026-01-01\n"
    header = "movement,at,kind,material,quantity,from_area,to_area,method,reverses\n"
    folder.write("movements", header + "\n".join(rows[:5]) + f"\n{torn}" + "\n".join(rows[5:]) + "\n")
    whole = folder.read()
    told = sorted({problem.row for problem in whole.problems})
    for most in (1, 3, 7, 20):
        monkeypatch.setattr(draft, "MOST_ROWS_TOLD", most)
        site = folder.read()
        assert list(site.problems) == [problem for problem in whole.problems if problem.row <= told[most - 1]]
        assert all(site.set_aside[name].equals(rows) for name, rows in whole.set_aside.items())
        assert f"movements.csv: {len(told) - most} more rows are set aside" in " ".join(site.notices)


def test_reversals_and_notes_beyond_the_first_rows_are_set_aside_untold(
    folder: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = "movement,at,kind,material,quantity,from_area,to_area,reverses\n"
    first = "M0,2026-01-01,transfer,TNT,5,S1,P1,\n"
    contradict = "".join(f"M{row},2026-01-02,transfer,TNT,{row + 5},S1,P1,M0\n" for row in range(1, 5))
    circle = "M7,2026-01-03,transfer,TNT,5,S1,P1,M8\nM8,2026-01-03,transfer,TNT,5,S1,P1,M7\n"
    notes = "".join(f"checked by shift {row},,,,,,,\n" for row in range(4))
    folder.write("movements", header + first + contradict + circle + notes)
    whole = folder.read()
    assert {problem.row for problem in whole.problems} == set(range(3, 13))
    monkeypatch.setattr(draft, "MOST_ROWS_TOLD", 2)
    site = folder.read()
    assert site.problems == [problem for problem in whole.problems if problem.row <= 4]
    assert all(site.set_aside[name].equals(rows) for name, rows in whole.set_aside.items())


def test_many_notes_at_the_end_are_notes_up_to_a_row_that_somebody_began(folder: SiteFolder) -> None:
    begun, notes = "M1,2026-01-01,issue,,5,S1,\n", 2500
    text = "movement,at,kind,material,quantity,from_area,to_area\nbefore the row,,,,,,\n" + begun
    site = folder.write("movements", text + "a remark,,,,,,\n" * notes).read()
    said = [problem.row for problem in site.problems if "delete the row if it is a note" in problem.reason]
    assert said == list(range(4, 4 + notes))


def test_problems_are_a_sequence(folder: SiteFolder) -> None:
    folder.write("counts", "inventory,at,area,material,quantity\nA,today,S1,TNT,x\nA,today,S1,TNT,1\n")
    problems = folder.read().problems
    found = list(problems)
    assert problems[0] == found[0]
    assert problems[-1] == found[-1]
    assert problems[1:] == tuple(found[1:])
    assert problems == found
    assert problems != found[1:]
    assert repr(problems) == repr(tuple(found))


@pytest.mark.parametrize("quote", ["", '"'])
def test_of_torn_rows_the_first_alone_get_a_reason_of_their_own(
    folder: SiteFolder, monkeypatch: pytest.MonkeyPatch, quote: str
) -> None:
    for module in (draft, csv_files):
        monkeypatch.setattr(module, "MOST_ROWS_TOLD", 3)
    said: list[int] = []
    monkeypatch.setattr(csv_files, "names_a_total", lambda _: bool(said.append(1)))
    header = "inventory,at,area,material,quantity\n"
    folder.write("counts", header + f"{quote}A{quote}\n" * 4 + "JAN,2026-01-31,S1,TNT,300\nA\nA\n")
    site = folder.read()
    assert len(said) == 3
    assert site.set_aside["counts"]["row"].to_list() == [2, 3, 4, 5, 7, 8]
    assert site["counts"]["row"].to_list() == [6]
    assert [(problem.row, problem.reason) for problem in site.problems] == [
        (row, "it holds only 'A': delete the row if it is a note, or complete it, with as many cells as the header has")
        for row in (2, 3, 4)
    ]
    assert "counts.csv: 3 more rows are set aside, and not listed: mend those that are first" in site.notices


def test_marks_at_begin_and_end_of_a_file_are_no_text(folder: SiteFolder) -> None:
    for table, text in CLEAN.items():
        folder.write(table, b"\xef\xbb\xbf" * 2 + text.replace(",", "|").encode() + b"\x1a")
    site = folder.read()
    assert site.problems == ()
    assert site.notices == ()


def test_a_strict_workbook_is_read(folder: SiteFolder) -> None:
    folder.workbook(**{table: cells(text) for table, text in CLEAN.items()})
    path, strict = folder.path / "site.xlsx", io.BytesIO()
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(strict, "w") as other:
        for name in book.namelist():
            content = book.read(name)
            content = content.replace(MAIN[7:-1].encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main")
            content = content.replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            other.writestr(name, content)
    path.write_bytes(strict.getvalue())
    assert folder.read().problems == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password: take the password away",
        ),
        (b"\xd0\xcf\x11\xe0 whatever", "an old workbook (.xls) under the name of a new one: save it as Excel Workbook"),
    ],
)
def test_a_workbook_in_another_container(folder: SiteFolder, content: bytes, words: str) -> None:
    assert words in refusal(folder.write("site.xlsx", content))


CELLS_IN_MANY_WAYS = [
    '<c r="B2"><v>7</v></c>',
    '<c r="B2" s="3" t="s"><v>7</v></c>',
    '<c s="3" t="s" r="B2"><v>7</v></c>',
    '<c t="s" r="B2" s="3" cm="1"><v>7</v></c>',
    '<x:c t="e" r="B2"><x:v>#REF!</x:v></x:c>',
    "<c r='B2' t='e'><v>#REF!</v></c>",
    '<c\n r = "B2"\tt="str"><f>A1&amp;"b"</f><v></v></c>',
    '<c r="B2" t="inlineStr"><is><t xml:space="preserve"> a &lt; b </t></is></c>',
    '<c r="B2" t="inlineStr"><is><r><rPr><b/></rPr><t>a</t></r></is></c>',
    '<c r="B2" s="4"/>',
    '<c s="4" r="B2" />',
    '<c r="B2" s="4"></c>',
    '<c r="B2"><f t="shared" si="0"/><v>1</v></c>',
    '<c r="B2"><v>1</v><extLst><ext uri="a"/></extLst></c>',
    "<c><v>1</v></c>",
]


@pytest.mark.parametrize("first", CELLS_IN_MANY_WAYS)
@pytest.mark.parametrize("second", CELLS_IN_MANY_WAYS)
def test_cells_are_what_a_parser_finds(first: str, second: str) -> None:
    second = second.replace("B2", "D2")
    xml = f'<s xmlns:x="urn:x"><row r="1"><c r="A1"><v>0</v></c></row><row r="2">{first}{second}</row></s>'
    assert [parsed(cell) for cell in extent.cells(xml.encode())] == list(parsed_cells(xml))


def parsed(cell: extent.SheetCell) -> tuple[extent.CellPlace, str, str, bool, bool]:
    return cell.place, cell.kind, cell.value, cell.is_formula, cell.filled


def parsed_cells(xml: str) -> Iterator[tuple[extent.CellPlace, str, str, bool, bool]]:
    """The same, by a parser."""
    for number, row in enumerate(ElementTree.fromstring(xml)):
        following = 0
        for cell in row:
            place = cell.get("r")
            column = ord(place[0]) - ord("A") if place else following
            following = column + 1
            parts = {part.tag.rpartition("}")[2]: part for part in cell}
            value = (parts["v"].text or "") if "v" in parts else ""
            yield (number, column), cell.get("t", ""), value, "f" in parts, bool(parts)


def test_texts_that_are_named_are_those_of_the_cells_one_by_one() -> None:
    xml = f'<s xmlns:x="urn:x"><row r="2">{"".join(CELLS_IN_MANY_WAYS)}</row></s>'.encode()
    one_by_one = [cell.value for cell in extent.cells(xml) if cell.kind == "s"]
    assert sorted(extent.texts_named(xml).elements()) == one_by_one == ["7", "7", "7"]


@pytest.mark.parametrize("cell", ['<c r="A1" t="&#115;"><v>0</v></c>', '<c r="&#65;1"><v>0</v></c>'])
def test_what_no_program_escapes(folder: SiteFolder, cell: str) -> None:
    folder.workbook(counts=cells(CLEAN["counts"]))
    put_sheet(folder, f"<row>{cell}</row>")
    assert "site.xlsx: this is no readable XLSX workbook" in refusal(folder)


def test_more_cells_in_an_unusual_form_than_are_looked_at(folder: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extent, "_MOST_UNUSUAL", 10)
    folder.workbook(counts=cells(CLEAN["counts"]))
    put_sheet(folder, "<row>" + "<c r='A1'><v>0</v></c>" * 11 + "</row>")
    assert "site.xlsx: this is no readable XLSX workbook" in refusal(folder)
