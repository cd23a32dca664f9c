"""Tables as sheets of one workbook ``site.xlsx``.

A spreadsheet hides three things that a reader of values does not see: error cells, formulas that were never
calculated, and numbers that only look like codes. The first two are found in the sheet's XML and become faults.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Container, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from stockward.book.cells.reading import MERGED, UNCALCULATED
from stockward.book.problems import more_like_it
from stockward.book.schema.dictionary import Table
from stockward.book.sources.raw import (
    TITLE_ROWS,
    Header,
    RawTable,
    columns_of,
    find_header,
    headed_as,
    is_blank,
    letters_of,
    table_headed,
)
from stockward.book.sources.silence import contained
from stockward.book.sources.workbook.extent import CellPlace, cells, extent, require_own_names, texts_named
from stockward.book.sources.workbook.formats import unlike_by_condition, unlike_cells
from stockward.book.sources.workbook.looks.colours import colours_of_rows
from stockward.book.sources.workbook.looks.comments import commented_cells, commented_in, told_of_comments
from stockward.book.sources.workbook.looks.hidden import hidden_lines, hidden_notices
from stockward.book.sources.workbook.looks.rules import rows_by_rule
from stockward.book.sources.workbook.looks.shown import ShownOtherwise
from stockward.book.sources.workbook.looks.strikes import Struck, struck_cells
from stockward.book.sources.workbook.shared_texts import SharedTexts
from stockward.book.sources.workbook.unpacking import DAMAGED, Parts, unpack
from stockward.terms.errors import SiteError
from stockward.terms.limits import limit_bytes, require_bytes_within, require_within

_HIDDEN_SHEET = "{}: the sheet is hidden; it is read like the others"
_FORMULAS = "{}: {} cells are formulas; their last calculated values are read"
_LARGEST_WHOLE = 1e15
_MAY_BE_MARKED = (b"<f", b":f", b'"e"', b"'e'")
"""In a sheet with a formula or an error."""
_SAVE_AGAIN = "open the workbook in a spreadsheet program and save it again, or save the table as CSV UTF-8"
_LONGEST_SHOWN = 40
_MOST_AT_THE_TOP = 2_000
"""So many cells of a sheet that is not read are looked at for a header."""


class Workbook:
    """An opened workbook. Raises ``SiteError`` where the bytes are none that a spreadsheet program wrote.

    ``wanted`` are the sheets that will be read: of the others only the names are looked at.
    """

    def __init__(self, content: bytes, file: str, decimal: str, wanted: Container[str]) -> None:
        import python_calamine

        self.file = file
        self._decimal = decimal
        try:
            with contained():
                self.parts = unpack(content, file, wanted)
                self._texts = SharedTexts(self.parts.strings, file)
                _require_small(self.parts, self._texts, file)
                if self.parts.content:
                    self._values = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(self.parts.content))
        except (python_calamine.CalamineError, *DAMAGED):
            mend = "open it in a spreadsheet program and save it as Excel Workbook (.xlsx), or each table as CSV UTF-8"
            mend += "; where that cannot open it either, fetch it again from where it came"
            raise SiteError(file, "this is no readable XLSX workbook", mend) from None
        self.sheets: tuple[str, ...] = tuple(self.parts.paths)
        paths = {name: path for name, path in self.parts.paths.items() if path in self.parts.sheets}
        self._comments = {name: commented_cells(content, path) for name, path in paths.items()}

    def read(self, sheet: str, table: Table, *, hides: Collection[str] = (), as_shown: bool = False) -> RawTable:
        """Read one sheet as one table; titles above the header are passed over.

        What is hidden is told, but for the columns that the sheet ``hides`` of itself; so are formats that show
        something else than the cell holds. Cells that are struck through, or that nobody sees, are marked as faults.
        Where all must be ``as_shown``, each of these raises ``SiteError``.
        """
        file = f"{self.file}[{sheet}]"
        records, formulas, merged = self._records(sheet, file)
        above = find_header(table, file, records)
        header = Header.of(table, file, records[above])
        _mark_merged(records, merged, above + 1, header)
        otherwise = self._mark_shown_otherwise(sheet, records, above + 1, header, as_shown=as_shown)
        below = ((row, record) for row, record in enumerate(records[above + 1 :], above + 2) if not is_blank(record))
        columns, rows = columns_of(below, header.places)
        told = [_FORMULAS.format(file, formulas)] if formulas else []
        told += otherwise
        told += [_HIDDEN_SHEET.format(file)] if self._is_hidden(sheet) else []
        told += hidden_notices(self.parts.sheet(sheet), header, rows, hides)
        told += self._told_unlike(sheet, header, above + 1, as_shown=as_shown)
        return header.table_of(columns, rows, notices=told)

    def grid(self, sheet: str) -> tuple[list[list[Any]], list[tuple[CellPlace, CellPlace]], list[str]]:
        """Every row of a sheet as its cells are typed, the merged ranges, and what is hidden or calculated in it.

        Errors, and formulas that were never calculated, stand as their marks.
        """
        file = f"{self.file}[{sheet}]"
        rows, marks, merged = self._typed(sheet, file)
        hidden = {place: mark for place, mark in marks.items() if mark}
        formulas = len(marks) - len(hidden)
        told = [_FORMULAS.format(file, formulas)] if formulas else []
        told += [_HIDDEN_SHEET.format(file)] if self._is_hidden(sheet) else []
        told += hidden_lines(self.parts.sheet(sheet), file)
        told += self._told_of_formats(sheet, file)
        return _with_marks(rows, hidden), merged, told

    def struck(self, sheet: str) -> Struck:
        """The cells of a sheet that are struck through."""
        try:
            return struck_cells(self.parts.sheet(sheet), self.parts.styles, self.parts.strings)
        except DAMAGED:
            raise SiteError(f"{self.file}[{sheet}]", "the formats of its cells cannot be read", _SAVE_AGAIN) from None

    def colours(self, sheet: str, rows: Sequence[Sequence[Any]]) -> dict[int, str]:
        """The colours of the rows of a sheet, which are those of ``grid``; what a rule makes of a row goes before."""
        xml, styles = self.parts.sheet(sheet), self.parts.styles
        try:
            return colours_of_rows(xml, styles, rows) | rows_by_rule(xml, styles, rows)
        except DAMAGED:
            raise SiteError(f"{self.file}[{sheet}]", "the formats of its cells cannot be read", _SAVE_AGAIN) from None

    def _mark_shown_otherwise(
        self, sheet: str, records: list[list[str]], top: int, header: Header, *, as_shown: bool
    ) -> list[str]:
        """Mark the cells that are struck through or unseen, and say what rules and comments may make of others."""
        parts = self.parts
        columns = {place: name for name, place in header.known.items()}
        try:
            xml, below = parts.sheet(sheet), (top, columns)
            otherwise = ShownOtherwise(xml, parts.styles, parts.strings, records, below, strictly=as_shown)
        except DAMAGED:
            raise SiteError(header.file, "the formats of its cells cannot be read", _SAVE_AGAIN) from None
        if as_shown:
            otherwise.require_none(header.file)
        otherwise.mark(records)
        beside = commented_in(self._comments[sheet], top, columns)
        return [*otherwise.told(header.file), *told_of_comments(beside, header.file)]

    def _told_of_formats(self, sheet: str, file: str) -> list[str]:
        """What is said of cells that show something else than they hold, such as a code with zeros before it."""
        try:
            found = list(unlike_cells(self.parts.sheet(sheet), self.parts.styles, strictly=False))
        except DAMAGED:
            raise SiteError(file, "the formats of its cells cannot be read", _SAVE_AGAIN) from None
        if not found:
            return []
        first = found[0]
        more = more_like_it(len(found) - 1, "cell", "cells")
        place = f"{file} cell {letters_of(first.column)}{first.row + 1}"
        return [f"{place}: the format {first.code[:_LONGEST_SHOWN]!r} shows something else than the cell holds{more}"]

    def _is_hidden(self, sheet: str) -> bool:
        """Whether a spreadsheet program shows no tab of it, or not even its name in the list of hidden ones."""
        from python_calamine import SheetVisibleEnum

        sheets = self._values.sheets_metadata
        return any(one.name == sheet and one.visible != SheetVisibleEnum.Visible for one in sheets)

    def _told_unlike(self, sheet: str, header: Header, top: int, *, as_shown: bool) -> Iterator[str]:
        """What is said of cells below the header that show something else than they hold."""
        xml, styles = self.parts.sheet(sheet), self.parts.styles
        names = {place: name for name, place in header.known.items()}
        try:
            cells = unlike_cells(xml, styles, strictly=as_shown)
            found = [cell for cell in cells if cell.row >= top and cell.column in names]
            code = found[0].code if found else unlike_by_condition(xml, styles)
        except DAMAGED:
            raise SiteError(header.file, "the formats of its cells cannot be read", _SAVE_AGAIN) from None
        if code is None:
            return
        at = f" row {found[0].row + 1}, {names[found[0].column]}" if found else ", conditional formatting"
        says = f"the format {code[:_LONGEST_SHOWN]!r} shows something else than the cell holds"
        mend = "format it as General, and look at it again"
        if as_shown:
            raise SiteError(f"{header.file}{at}", says, mend)
        more = more_like_it(max(len(found) - 1, 0), "cell", "cells")
        yield f"{header.file}{at}: {says}, which is read: {mend}{more}"

    def headed(self, sheet: str) -> str | None:
        """The table whose header stands at the top of a sheet that is not read."""
        return table_headed(self._top(sheet))

    def is_headed_as(self, table: Table, sheet: str) -> bool:
        """Whether the header of a table stands at the top of a sheet, under whatever names."""
        return headed_as(table, self._top(sheet))

    def _top(self, sheet: str) -> list[list[str]]:
        """The first rows of a sheet, without their blank cells."""
        rows: dict[int, list[str]] = {}
        xml = self.parts.tops[sheet] if sheet in self.parts.tops else self.parts.sheet(sheet)
        for cell in islice(cells(xml), _MOST_AT_THE_TOP):
            if cell.place[0] >= TITLE_ROWS:
                break
            text = self._texts.text(cell.value) if cell.kind == "s" else cell.text
            rows.setdefault(cell.place[0], []).append(text)
        return list(rows.values())

    def _records(self, sheet: str, file: str) -> tuple[list[list[str]], int, list[tuple[CellPlace, CellPlace]]]:
        """Every row of a sheet as text, all of one width, how many cells are calculated formulas, and merged ranges."""
        rows, marks, merged = self._typed(sheet, file)
        decimal = self._decimal
        # Most cells are texts, and these need no turning into one.
        records = [[cell if type(cell) is str else cell_text(cell, decimal) for cell in row] for row in rows]
        hidden = {place: mark for place, mark in marks.items() if mark}
        return _with_marks(records, hidden), len(marks) - len(hidden), merged

    def _typed(
        self, sheet: str, file: str
    ) -> tuple[list[list[Any]], dict[CellPlace, str], list[tuple[CellPlace, CellPlace]]]:
        """Every row of a sheet as its cells are typed, marks of cells, and merged ranges."""
        import python_calamine

        try:
            with contained():
                read = self._values.get_sheet_by_name(sheet)
                rows, merged = read.to_python(skip_empty_area=False), read.merged_cell_ranges or []
                marks = dict(self._marks(sheet))
        except (python_calamine.CalamineError, *DAMAGED):
            raise SiteError(file, "the sheet cannot be read", _SAVE_AGAIN) from None
        return rows, marks, merged

    def _marks(self, sheet: str) -> Iterator[tuple[CellPlace, str]]:
        """Cells that are errors, uncalculated formulas, or calculated ones (an empty mark)."""
        xml = self.parts.sheet(sheet)
        if not any(sign in xml for sign in _MAY_BE_MARKED):
            return
        for cell in cells(xml):
            if cell.kind == "e":
                value = cell.value
                yield cell.place, value if value.startswith("#") else "#VALUE!"
            elif cell.is_formula:
                # A formula whose result is the empty text says so by its type.
                calculated = not self.parts.stale and (cell.value or cell.kind == "str")
                yield cell.place, "" if calculated else UNCALCULATED


def _require_small(parts: Parts, texts: SharedTexts, file: str) -> None:
    """Raise where the sheets reach further, or their cells repeat more text, than is read."""
    spanned = 0
    require_own_names(parts.strings, b"sst", file)
    for sheet, path in parts.paths.items():
        if path in parts.sheets:
            xml = parts.sheet(sheet)
            rows, columns = extent(xml, f"{file}[{sheet}]")
            require_own_names(xml, b"sheetData", f"{file}[{sheet}]")
            spanned += rows * columns
            require_within("CELLS", spanned, file)
            if rows * columns * int(texts.lengths.max(initial=0)) > limit_bytes("UNPACKED_MB"):
                repeated = sum(count * texts.length(place) for place, count in texts_named(xml).items())
                require_bytes_within("UNPACKED_MB", repeated, f"{file}[{sheet}]")


def _mark_merged(records: list[list[str]], merged: list[tuple[CellPlace, CellPlace]], top: int, header: Header) -> None:
    """Mark the cells that a merged one covers: they look filled, and hold nothing.

    Rows that hold nothing else are left blank: they belong to the row above, which is written over several.
    """
    bottom = len(records) - 1
    shown = [((first, left), (last, right)) for (first, left), (last, right) in merged if first <= bottom]
    # No two of them can cover one cell: more of them than cells would be marked over and over.
    _require_apart(shown, header.file, bottom, len(records[0]) - 1)
    for (first, left), (last, right) in shown:
        covered = [place for place in header.known.values() if left <= place <= right]
        for row in range(max(first, top), min(last, bottom) + 1) if covered else ():
            if not is_blank(records[row]):
                for place in covered:
                    if (row, place) != (first, left):
                        records[row][place] = f"{MERGED} {letters_of(left)}{first + 1}:{letters_of(right)}{last + 1}"


def _require_apart(merged: list[tuple[CellPlace, CellPlace]], file: str, bottom: int, right: int) -> None:
    """Raise where merged cells cover more, up to the last row and column, than there is."""
    heights = (max(0, min(last[0], bottom) - first[0] + 1) for first, last in merged)
    widths = (max(0, min(last[1], right) - first[1] + 1) for first, last in merged)
    if sum(height * width for height, width in zip(heights, widths, strict=True)) > (bottom + 1) * (right + 1):
        raise SiteError(file, "merged cells lie over one another", "unmerge them and save the workbook again")


def _with_marks(records: list[list[Any]], marks: dict[CellPlace, str]) -> list[list[Any]]:
    """The records with the faults that their values hide, all padded to one width, as the library gives them."""
    if not marks:
        return records
    height = max((len(records), *(row + 1 for row, _ in marks)))
    width = max((0, *(len(record) for record in records), *(column + 1 for _, column in marks)))
    grown = [*records, *([] for _ in range(height - len(records)))]
    padded = [record if len(record) == width else [*record, *[""] * (width - len(record))] for record in grown]
    for (row, column), mark in marks.items():
        padded[row][column] = mark
    return padded


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
