"""Tables as sheets of one workbook ``site.xlsx``.

A spreadsheet hides three things that a reader of values does not see: error cells, formulas that were never
calculated, and numbers that only look like codes. The first two are found in the sheet's XML and become faults.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from xml.etree import ElementTree

from stockward.facts.dictionary import Table
from stockward.facts.raw import Header, RawTable, columns_of, find_header, is_blank
from stockward.facts.reading import UNCALCULATED
from stockward.terms.errors import SiteError

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_LARGEST_WHOLE = 1e15
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, IndexError, ValueError, OSError, EOFError,
    RuntimeError,
)  # fmt: skip
"""What reading a damaged or encrypted archive, or the XML in it, raises."""

_Place = tuple[int, int]


class Workbook:
    """An opened workbook. Raises ``SiteError`` where the bytes are none that a spreadsheet program wrote."""

    def __init__(self, content: bytes, file: str, decimal: str) -> None:
        import python_calamine

        self.file = file
        self._decimal = decimal
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
            self._values = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
            self._paths, self._stale = _sheet_paths(self._archive)
        except (python_calamine.CalamineError, *_DAMAGED):
            mend = "open it in a spreadsheet program and save it as XLSX"
            raise SiteError(file, "this is no readable XLSX workbook", mend) from None
        self.sheets: tuple[str, ...] = tuple(self._values.sheet_names)

    def read(self, sheet: str, table: Table) -> RawTable:
        """Read one sheet as one table; titles above the header are passed over."""
        file = f"{self.file}[{sheet}]"
        records, formulas = self._records(sheet, file)
        above = find_header(table, file, records)
        header = Header.of(table, file, records[above])
        below = ((row, record) for row, record in enumerate(records[above + 1 :], above + 2) if not is_blank(record))
        columns, rows = columns_of(below, header.places)
        words = f"{file}: {formulas} cells are formulas; their last calculated values are read"
        return header.table_of(columns, rows, notices=[words] if formulas else [])

    def _records(self, sheet: str, file: str) -> tuple[list[list[str]], int]:
        """Every row of a sheet as text, all of one width, and how many of its cells are calculated formulas."""
        import python_calamine

        try:
            rows = self._values.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            marks = dict(self._marks(sheet))
        except (python_calamine.CalamineError, *_DAMAGED):
            mend = "open the workbook in a spreadsheet program and save it again"
            raise SiteError(file, "the sheet cannot be read", mend) from None
        records = [[cell_text(value, self._decimal) for value in row] for row in rows]
        hidden = {place: mark for place, mark in marks.items() if mark}
        return _with_marks(records, hidden), len(marks) - len(hidden)

    def _marks(self, sheet: str) -> Iterator[tuple[_Place, str]]:
        """Cells that are errors, uncalculated formulas, or calculated ones (an empty mark)."""
        content = self._archive.read(self._paths[sheet])
        if b"<f" not in content and b't="e"' not in content:
            return
        for place, cell in _cells(content):
            value = cell.findtext(f"{_MAIN}v") or ""
            if cell.get("t") == "e":
                yield place, value if value.startswith("#") else "#VALUE!"
            elif cell.find(f"{_MAIN}f") is not None:
                # A formula whose result is the empty text says so by its type.
                calculated = not self._stale and (value or cell.get("t") == "str")
                yield place, "" if calculated else UNCALCULATED


def _cells(content: bytes) -> Iterator[tuple[_Place, ElementTree.Element]]:
    """Every cell of a sheet's XML with its place (row, column, from 0); one that names none follows the one before."""
    row, column = -1, -1
    for event, element in ElementTree.iterparse(io.BytesIO(content), events=("start", "end")):
        if event == "start" and element.tag == f"{_MAIN}row":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif event == "end" and element.tag == f"{_MAIN}c":
            row, column = _place(element.get("r", "")) or (row, column + 1)
            yield (row, column), element
            element.clear()


def _with_marks(records: list[list[str]], marks: dict[_Place, str]) -> list[list[str]]:
    """The records with the faults that their values hide, all padded to one width."""
    height = max((len(records), *(row + 1 for row, _ in marks)))
    width = max((0, *(len(record) for record in records), *(column + 1 for _, column in marks)))
    grown = [*records, *([] for _ in range(height - len(records)))]
    padded = [record if len(record) == width else [*record, *[""] * (width - len(record))] for record in grown]
    for (row, column), mark in marks.items():
        padded[row][column] = mark
    return padded


def _sheet_paths(archive: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """Path of each sheet's XML, and whether the workbook says that its formulas are yet to be calculated."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    paths = {
        sheet.get("name", ""): posixpath.normpath(posixpath.join("/xl", targets[sheet.get(_RELATION)])).lstrip("/")
        for sheet in book.iter(f"{_MAIN}sheet")
    }
    calculation = book.find(f"{_MAIN}calcPr")
    return paths, calculation is not None and calculation.get("fullCalcOnLoad") in {"1", "true"}


def _place(reference: str) -> _Place | None:
    match = _CELL.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1


def cell_text(value: object, decimal: str) -> str:
    """A cell's value as the same text that a CSV of this site would hold, numbers in its declared decimal mark."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < _LARGEST_WHOLE:
            return str(int(value))
        return repr(value).replace(".", decimal)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return str(value)
