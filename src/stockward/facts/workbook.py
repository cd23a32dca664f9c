"""Tables as sheets of one workbook ``site.xlsx``.

A spreadsheet hides three things that a reader of values does not see: error cells, formulas that were never
calculated, and numbers that only look like codes. The first two are found in the sheet's XML and become faults.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from xml.etree import ElementTree

from stockward.facts.dictionary import Table
from stockward.facts.raw import TITLE_ROWS, RawTable, find_header, from_records, known_columns
from stockward.terms.errors import SiteError

UNCALCULATED = "#UNCALCULATED"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(r"([A-Z]+)(\d+)")


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
        except (python_calamine.CalamineError, zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError, OSError):
            raise SiteError(file, "this is no readable XLSX workbook", "open it in a spreadsheet program and save it as XLSX") from None
        self.sheets: tuple[str, ...] = tuple(self._values.sheet_names)

    def read(self, sheet: str, table: Table) -> RawTable:
        """Read one sheet as one table; titles above the header are passed over."""
        import python_calamine

        file = f"{self.file}[{sheet}]"
        try:
            rows = self._values.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            marks = dict(self._marks(sheet))
        except (python_calamine.CalamineError, zipfile.BadZipFile, ElementTree.ParseError, KeyError, OSError, EOFError):
            raise SiteError(file, "the sheet cannot be read", "open the workbook in a spreadsheet program and save it again") from None
        records = [[cell_text(value, self._decimal) for value in row] for row in rows]
        formulas = _apply_marks(records, marks)
        header_index = find_header(table, file, records[:TITLE_ROWS])
        places, notices = known_columns(table, file, records[header_index])
        numbered = ((index + 1, records[index]) for index in range(header_index + 1, len(records)))
        cells, numbers = from_records(table, file, numbered, [], places)
        if formulas:
            notices.append(f"{file}: {formulas} cells are formulas; their last calculated values are read")
        return RawTable(table, file, cells, numbers, (), tuple(notices))

    def _marks(self, sheet: str) -> Iterator[tuple[tuple[int, int], str]]:
        """Cells (row, column from 0) that are errors, uncalculated formulas, or calculated ones (an empty mark)."""
        content = self._archive.read(self._paths[sheet])
        if b"<f" not in content and b't="e"' not in content:
            return
        for _, cell in ElementTree.iterparse(io.BytesIO(content)):
            if cell.tag != f"{_MAIN}c":
                continue
            value = cell.findtext(f"{_MAIN}v") or ""
            formula = cell.find(f"{_MAIN}f") is not None
            place = _place(cell.get("r", ""))
            if place is None:
                continue
            if cell.get("t") == "e":
                yield place, value if value.startswith("#") else "#VALUE!"
            elif formula:
                yield place, UNCALCULATED if self._stale or not value else ""
            cell.clear()


def _apply_marks(records: list[list[str]], marks: dict[tuple[int, int], str]) -> int:
    """Write the faults into the records, where the values hide them; returns how many calculated formulas there are."""
    for (row, column), mark in marks.items():
        if mark and row < len(records):
            records[row].extend([""] * (column + 1 - len(records[row])))
            records[row][column] = mark
    return sum(not mark for mark in marks.values())


def _sheet_paths(archive: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """Path of each sheet's XML, and whether the workbook says that its formulas are yet to be calculated."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    paths = {
        sheet.get("name", ""): posixpath.normpath(posixpath.join("xl", targets[sheet.get(_RELATION)])).lstrip("/")
        for sheet in book.iter(f"{_MAIN}sheet")
    }
    calculation = book.find(f"{_MAIN}calcPr")
    return paths, calculation is not None and calculation.get("fullCalcOnLoad") in {"1", "true"}


def _place(reference: str) -> tuple[int, int] | None:
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
        if value.is_integer() and abs(value) < 1e15:
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
