"""Files of any usual kind as grids of cells: what stands where, before anybody knows what it means."""

from __future__ import annotations

import hashlib
import io
import os
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from stockward.book.cells.reading import UNCALCULATED
from stockward.book.sources.importers.grid.texts import text_rows
from stockward.book.sources.raw import letters_of
from stockward.book.sources.silence import contained
from stockward.book.sources.workbook.looks.comments import commented_cells, told_of_comments
from stockward.book.sources.workbook.looks.strikes import NONE_STRUCK, Struck, has_struck_font, struck_in_open_document
from stockward.book.sources.workbook.markup import require_sound
from stockward.book.sources.workbook.old import CONTAINER, OLD_RECORDS, plain_old
from stockward.book.sources.workbook.sheets import Workbook
from stockward.book.sources.workbook.unpacking import DAMAGED
from stockward.terms.errors import SiteError
from stockward.terms.files import read_bytes
from stockward.terms.limits import limit, limit_bytes, require_within
from stockward.terms.signs import is_text

CellValue = str | int | float | bool | date | datetime | time
"""What a cell holds; the empty text where it holds nothing."""

WORKBOOK_FILES = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
TEXTS = frozenset({".csv", ".tsv", ".txt"})
KINDS = ", ".join(sorted({*WORKBOOK_FILES, *TEXTS, ".parquet"}))
"""Endings of files that are read."""

_STYLES = "styles.xml"
_MANIFEST = "META-INF/manifest.xml"
_PLAIN_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" '
    'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)
_ODS_PASSWORD = "take the password away (File, Save As, without 'Save with password') and save it"
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_REPEATED = re.compile(rb"number-(columns|rows)-repeated=[\"']([0-9]{1,18})[\"']")
_FILLED_CELL = re.compile(rb"<table:table-cell\s[^<>]*office:value-type[^<>]*>")
_NAMELESS = re.compile(
    r"(?i)^(?:sheet|tabelle|feuil|hoja|foglio|blad|ark|лист|аркуш|sayfa|arkusz|ورقة|工作表|シート|시트|planilha|munka|"
    r"data|export|worksheet)\s*\d*$"
)
_FETCH = "; where that cannot open it either, fetch it again from where it came"
_SAVE_NEW = "open it in a spreadsheet program, save it as Excel Workbook (.xlsx), and import that"
_SAVE = "open it in a spreadsheet program and save it as Excel Workbook (.xlsx), or each sheet as CSV UTF-8"


@dataclass(frozen=True, slots=True)
class SheetGrid:
    """The cells of one sheet, or of a text: row ``i`` of ``rows`` is row ``i + 1`` of the file.

    covered
        Row and column, from 0, of each cell that a merged one covers, and of the first of it, which holds its value.
    notices
        What a person who looks at the file might not know of it.
    struck
        Row and column, from 0, of the cells that are struck through.
    colours
        By row, from 0, the colour that most of it bears.
    """

    file: str
    sheet: str
    rows: Sequence[Sequence[CellValue]]
    covered: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    struck: Struck = NONE_STRUCK
    colours: Mapping[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file, and the sheet of a workbook."""
        return f"{self.file}[{self.sheet}]" if self.sheet else self.file

    @property
    def label(self) -> str:
        """What is asked about once and for all files: the sheet, where its name says something."""
        return self.name if not self.sheet or _NAMELESS.match(self.sheet) else self.sheet

    def place(self, row: int, column: int | None = None) -> str:
        """Where a row (from 0) stands, or a cell of it."""
        at = f"{self.name} row {row + 1}"
        return at if column is None else f"{self.name} cell {letters_of(column)}{row + 1}"


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read: its name, the SHA-256 of its bytes, and its grids."""

    name: str
    sha256: str
    grids: tuple[SheetGrid, ...]


def name_of(path: Path) -> str:
    """The name of a file as it is told and kept; bytes of it that are no UTF-8 are written as their numbers."""
    return path.name if is_text(path.name) else os.fsencode(path.name).decode("utf-8", "backslashreplace")


def read_file(path: Path, encoding: str = "") -> ReadFile:
    """Read every sheet of a file. Raises ``SiteError`` where it cannot be read as what its ending says.

    ``encoding`` is that of a text which is no UTF-8, where somebody has said it.
    """
    suffix, name = path.suffix.lower(), name_of(path)
    content = read_bytes(path)
    if suffix in WORKBOOK_FILES:
        grids = tuple(_workbook_grids(content, name, suffix))
    elif suffix == ".parquet":
        grids = (_parquet_grid(path, content),)
    elif suffix in TEXTS or not suffix:
        grids = (SheetGrid(name, "", text_rows(content, name, encoding)),)
    else:
        raise SiteError(name, f"a file that ends in {suffix} is not read", f"save it as one of {KINDS}")
    return ReadFile(name, hashlib.sha256(content).hexdigest(), grids)


def is_blank_cell(cell: CellValue) -> bool:
    """Whether a cell holds nothing."""
    return isinstance(cell, str) and not cell.strip()


def _workbook_grids(content: bytes, file: str, suffix: str) -> Iterator[SheetGrid]:
    if content.startswith(b"PK"):
        if _is_ods(content):
            yield from _ods_grids(content, file)
            return
        every = Workbook(content, file, ".", ()).sheets
        workbook = Workbook(content, file, ".", every)
        for sheet in every:
            rows, merged, notices = workbook.grid(sheet)
            notices += told_of_comments(commented_cells(content, workbook.parts.paths[sheet]), f"{file}[{sheet}]")
            covered = _covered(merged, len(rows))
            struck, colours = workbook.struck(sheet), workbook.colours(sheet, rows)
            yield SheetGrid(file, sheet, rows, covered, tuple(notices), struck, colours)
        return
    if suffix in {".xlsx", ".xlsm", ".ods"} and not content.startswith(CONTAINER[:2]):
        raise SiteError(file, "this is no workbook, whatever its name says", _SAVE)
    if content.lstrip()[:1] == b"<" or not content.startswith((CONTAINER[:2], *OLD_RECORDS)):
        # Many programs write a text, or a page, and call it a workbook.
        if content.lstrip()[:1] == b"<":
            raise SiteError(file, "this is a web page under the name of a workbook", _SAVE)
        yield SheetGrid(file, "", text_rows(content, file, ""))
        return
    if "EncryptedPackage".encode("utf-16-le") in content:
        mend = "take the password away (File, Info, Protect Workbook, Encrypt with Password) and save it"
        raise SiteError(file, "the workbook is protected by a password", mend)
    if not content.startswith(CONTAINER):
        raise SiteError(file, "this is a workbook as they were before 1997", _SAVE)
    try:
        plain, uncalculated = plain_old(content, file)
    except (*DAMAGED, struct.error, StopIteration):
        raise SiteError(file, "this is no readable workbook", _SAVE + _FETCH) from None
    if has_struck_font(plain):
        # Which cells these are is not seen, and what was cancelled must not be taken for what happened.
        raise SiteError(file, "it has cells that are struck through, which are not seen in an old workbook", _SAVE_NEW)
    for grid, cells in zip(_calamine_grids(plain, file), uncalculated, strict=True):
        yield _with_uncalculated(grid, cells) if cells else grid


def _with_uncalculated(grid: SheetGrid, cells: Sequence[tuple[int, int]]) -> SheetGrid:
    """A grid in which formulas that were never calculated are told from the zeros that stand for them."""
    rows = [list(row) for row in grid.rows]
    for row, column in cells:
        rows[row][column] = UNCALCULATED
    return replace(grid, rows=rows)


def _ods_grids(content: bytes, file: str) -> Iterator[SheetGrid]:
    """Sheets of an OpenDocument workbook, with what is struck through in each."""
    plain, xml, styles = _bounded_ods(content, file)
    try:
        struck = struck_in_open_document(xml, styles)
    except DAMAGED:
        raise SiteError(file, "this is no readable workbook", _SAVE) from None
    for grid in _calamine_grids(plain, file):
        yield replace(grid, struck=struck.get(grid.sheet, NONE_STRUCK))


def _calamine_grids(content: bytes, file: str) -> Iterator[SheetGrid]:
    """Sheets of an old workbook, or of an OpenDocument one."""
    import python_calamine

    try:
        with contained():
            workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
            sheets = [(name, workbook.get_sheet_by_name(name)) for name in workbook.sheet_names]
            read = [(name, sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges) for name, sheet in sheets]
    except (python_calamine.CalamineError, ValueError, OSError, RuntimeError):
        raise SiteError(file, "this is no readable workbook", _SAVE + _FETCH) from None
    for name, rows, merged in read:
        require_within("CELLS", sum(map(len, rows)), f"{file}[{name}]")
        yield SheetGrid(
            file, name, [[plain_cell(cell) for cell in row] for row in rows], _covered(merged or [], len(rows))
        )


def _is_ods(content: bytes) -> bool:
    return _ODS_TYPE.encode() in content[:200]


def _bounded_ods(content: bytes, file: str) -> tuple[bytes, bytes, bytes]:
    """A plain archive of its cells alone, once it is known that they are sound, and no more than is read.

    Beside it the XML of the cells, and that of the styles that all sheets share.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            require_within("UNPACKED_MB", sum(one.file_size for one in archive.infolist()) // 1_000_000, file)
            if b"encryption-data" in _unpacked(archive, _MANIFEST, file):
                raise SiteError(file, "the workbook is protected by a password", _ODS_PASSWORD)
            xml = _unpacked(archive, "content.xml", file)
            styles = _unpacked(archive, _STYLES, file) if _STYLES in archive.namelist() else b""
        if b"<!DOCTYPE" in xml or b"<!DOCTYPE" in styles:
            raise ValueError
        require_sound(xml)
        if styles:
            require_sound(styles)
    except DAMAGED:
        raise SiteError(file, "this is no readable workbook", _SAVE + _FETCH) from None
    for row in re.split(rb"<table:table-row", xml)[1:]:
        repeats = [int(times) for kind, times in _REPEATED.findall(row) if kind == b"columns"]
        if b"office:value" in row or b"<text:p" in row:
            head = row[: row.find(b">")]
            times = [int(number) for kind, number in _REPEATED.findall(head) if kind == b"rows"]
            require_within("ROWS", max(times, default=1), file)
            if max(repeats, default=1) > limit("COLUMNS"):
                require_within("COLUMNS", max(map(_columns_of, _FILLED_CELL.findall(row)), default=1), file)
            require_within("CELLS", max(times, default=1) * (row.count(b"<table:table-cell") + len(repeats)), file)
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        for name, part in (("mimetype", _ODS_TYPE), (_MANIFEST, _PLAIN_MANIFEST), ("content.xml", xml)):
            archive.writestr(zipfile.ZipInfo(name), part)
    return plain.getvalue(), xml, styles


def _columns_of(cell: bytes) -> int:
    """How many columns a cell of an OpenDocument row says that it stands in."""
    return max((int(number) for kind, number in _REPEATED.findall(cell) if kind == b"columns"), default=1)


def _unpacked(archive: zipfile.ZipFile, name: str, file: str) -> bytes:
    """One part of an archive, whatever size it says that it has: no more of it is unpacked than is read."""
    with archive.open(name) as part:
        content = part.read(limit_bytes("UNPACKED_MB") + 1)
    require_within("UNPACKED_MB", len(content) // 1_000_000, file)
    return content


def _parquet_grid(path: Path, content: bytes) -> SheetGrid:
    """A Parquet file as a grid, its column names above its rows."""
    from stockward.book.sources.parquet import read_frame

    frame = read_frame(name_of(path), content)
    rows = [[plain_cell(cell) for cell in row] for row in frame.iter_rows()]
    return SheetGrid(name_of(path), "", [list(frame.columns), *rows])


def plain_cell(value: object) -> CellValue:
    """A cell without what no reader needs to tell apart."""
    if value is None:
        return ""
    if isinstance(value, (str, bool, int, float, datetime, date, time)):
        return value
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _covered(
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]], height: int
) -> dict[tuple[int, int], tuple[int, int]]:
    require_within("MERGED", len(merged), "merged cells")
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for (top, left), (bottom, right) in merged:
        for row in range(top, min(bottom, height - 1) + 1):
            for column in range(left, min(right, left + 200) + 1):
                if (row, column) != (top, left):
                    found[row, column] = (top, left)
    return found
