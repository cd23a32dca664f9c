"""Files of any usual kind as grids of cells: what stands where, before anybody knows what it means."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from stockward.book.sources.importers.grid.texts import text_rows
from stockward.book.sources.raw import letters_of
from stockward.book.sources.silence import contained
from stockward.book.sources.workbook.markup import require_sound
from stockward.book.sources.workbook.sheets import Workbook
from stockward.book.sources.workbook.unpacking import DAMAGED
from stockward.terms.errors import SiteError
from stockward.terms.files import read_bytes
from stockward.terms.limits import limit, limit_bytes, require_within

CellValue = str | int | float | bool | date | datetime | time
"""What a cell holds; the empty text where it holds nothing."""

WORKBOOK_FILES = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
TEXTS = frozenset({".csv", ".tsv", ".txt"})
KINDS = ", ".join(sorted({*WORKBOOK_FILES, *TEXTS, ".parquet"}))
"""Endings of files that are read."""

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
_NAMELESS = re.compile(r"(?i)^(?:sheet|tabelle|feuil|hoja|foglio|blad|ark|лист|data|export|worksheet)\s*\d*$")
_OLDEST = b"\x09\x00"
_SAVE = "open it in a spreadsheet program and save it as Excel Workbook (.xlsx), or each sheet as CSV UTF-8"


@dataclass(frozen=True, slots=True)
class SheetGrid:
    """The cells of one sheet, or of a text: row ``i`` of ``rows`` is row ``i + 1`` of the file.

    covered
        Row and column, from 0, of each cell that a merged one covers, and of the first of it, which holds its value.
    notices
        What a person who looks at the file might not know of it.
    """

    file: str
    sheet: str
    rows: Sequence[Sequence[CellValue]]
    covered: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()

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


def read_file(path: Path, encoding: str = "") -> ReadFile:
    """Read every sheet of a file. Raises ``SiteError`` where it cannot be read as what its ending says.

    ``encoding`` is that of a text which is no UTF-8, where somebody has said it.
    """
    suffix = path.suffix.lower()
    content = read_bytes(path)
    if suffix in WORKBOOK_FILES:
        grids = tuple(_workbook_grids(content, path.name, suffix))
    elif suffix == ".parquet":
        grids = (_parquet_grid(path, content),)
    elif suffix in TEXTS or not suffix:
        grids = (SheetGrid(path.name, "", text_rows(content, path.name, encoding)),)
    else:
        raise SiteError(path.name, f"a file that ends in {suffix} is not read", f"save it as one of {KINDS}")
    return ReadFile(path.name, hashlib.sha256(content).hexdigest(), grids)


def is_blank_cell(cell: CellValue) -> bool:
    """Whether a cell holds nothing."""
    return isinstance(cell, str) and not cell.strip()


def _workbook_grids(content: bytes, file: str, suffix: str) -> Iterator[SheetGrid]:
    if content.startswith(b"PK"):
        if _is_ods(content):
            yield from _calamine_grids(_bounded_ods(content, file), file)
            return
        every = Workbook(content, file, ".", ()).sheets
        workbook = Workbook(content, file, ".", every)
        for sheet in every:
            rows, merged, notices = workbook.grid(sheet)
            yield SheetGrid(file, sheet, rows, _covered(merged, len(rows)), tuple(notices))
        return
    if suffix in {".xlsx", ".xlsm", ".ods"} and not content.startswith(b"\xd0\xcf"):
        raise SiteError(file, "this is no workbook, whatever its name says", _SAVE)
    if content.lstrip()[:1] == b"<" or not content.startswith((b"\xd0\xcf", _OLDEST)):
        # Many programs write a text, or a page, and call it a workbook.
        if content.lstrip()[:1] == b"<":
            raise SiteError(file, "this is a web page under the name of a workbook", _SAVE)
        yield SheetGrid(file, "", text_rows(content, file, ""))
        return
    if "EncryptedPackage".encode("utf-16-le") in content:
        mend = "take the password away (File, Info, Protect Workbook, Encrypt with Password) and save it"
        raise SiteError(file, "the workbook is protected by a password", mend)
    yield from _calamine_grids(content, file)


def _calamine_grids(content: bytes, file: str) -> Iterator[SheetGrid]:
    """Sheets of an old workbook, or of an OpenDocument one."""
    import python_calamine

    try:
        with contained():
            workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
            sheets = [(name, workbook.get_sheet_by_name(name)) for name in workbook.sheet_names]
            read = [(name, sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges) for name, sheet in sheets]
    except (python_calamine.CalamineError, ValueError, OSError, RuntimeError):
        raise SiteError(file, "this is no readable workbook", _SAVE) from None
    for name, rows, merged in read:
        require_within("CELLS", sum(map(len, rows)), f"{file}[{name}]")
        yield SheetGrid(
            file, name, [[plain_cell(cell) for cell in row] for row in rows], _covered(merged or [], len(rows))
        )


def _is_ods(content: bytes) -> bool:
    return _ODS_TYPE.encode() in content[:200]


def _bounded_ods(content: bytes, file: str) -> bytes:
    """A plain archive of its cells alone, once it is known that they are sound, and no more than is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            require_within("UNPACKED_MB", sum(one.file_size for one in archive.infolist()) // 1_000_000, file)
            if b"encryption-data" in _unpacked(archive, _MANIFEST, file):
                raise SiteError(file, "the workbook is protected by a password", _ODS_PASSWORD)
            xml = _unpacked(archive, "content.xml", file)
        if b"<!DOCTYPE" in xml:
            raise ValueError
        require_sound(xml)
    except DAMAGED:
        raise SiteError(file, "this is no readable workbook", _SAVE) from None
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
    return plain.getvalue()


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

    frame = read_frame(path.name, content)
    rows = [[plain_cell(cell) for cell in row] for row in frame.iter_rows()]
    return SheetGrid(path.name, "", [list(frame.columns), *rows])


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
