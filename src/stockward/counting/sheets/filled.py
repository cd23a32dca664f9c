"""The filled count sheet, CSV or XLSX, read back: every line of the draw once, or one error that says what is amiss.

A line is found by its key. The other words of its row must be those that the draw wrote all the same: where some
columns were sorted without the others, a quantity would stand beside the key of another line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from stockward.answers.counting import CountingDraw, CountingStratum, SheetLine
from stockward.book.cells.columns import read_column, shown
from stockward.book.cells.reading import Locale
from stockward.book.schema.dictionary import Column, ColumnType, Table
from stockward.book.sources.raw import RawTable
from stockward.book.sources.separated import read_csv
from stockward.book.sources.workbook.sheets import Workbook
from stockward.book.sources.workbook.unpacking import DAMAGED
from stockward.counting.sheets.typed import unseen
from stockward.terms.counting import TASK_MEANING, Task
from stockward.terms.errors import SheetError, SiteError
from stockward.terms.files import read_bytes
from stockward.terms.spreadsheet_text import text_of

COUNT_SHEET = "count_sheet"
"""The sheet of a workbook that is filled in."""

README = "README"
"""The sheet of a workbook that says how it is filled in."""

_HIDDEN = frozenset({"draw", "key"})
"""Columns of a workbook that the draw hides: ``draw`` and ``key``."""

_WRITTEN_SHEETS = frozenset({COUNT_SHEET, README})

TITLES = 3
"""Rows above the header in a workbook."""

MOST_LINES_READ = 2_000_000_000
"""More items than this are in no box; a weight may be larger."""

_LONGEST_SHOWN = 40
_HEAVIEST = 1e15


def _column(name: str, kind: ColumnType, *, required: bool = False) -> Column:
    return Column(name, kind, "", required, "", None, (), "")


SHEET_COLUMNS = (
    "draw", "key", "sheet", "line", "area", "material", "task", "unit_number", "quantity", "unit", "remark", "how",
)  # fmt: skip
"""Columns of a sheet to fill in, in order; a workbook hides the first two. No figure of the book is among them."""

_WORDS = ("sheet", "line", "area", "material", "task", "unit")
"""Columns that are for people, and that are compared with the draw where they are there."""

_BOX_HOW = "Open the box and count what is in it. Boxes that are not full have the last numbers."

HOW: dict[Task, tuple[str, ...]] = {
    task: (meaning, _BOX_HOW) if task is Task.COUNT else (meaning,) for task, meaning in TASK_MEANING.items()
}
"""What the last column may say of each task: what is to be done, in a file that has no page around it."""

_TABLE = Table(
    name=COUNT_SHEET,
    key=("key",),
    required=True,
    private=False,
    part="counting",
    meaning="A count sheet.",
    columns=(
        _column("draw", "key", required=True),
        _column("key", "key", required=True),
        _column("unit_number", "key", required=True),
        _column("quantity", "number", required=True),
        _column("remark", "text"),
        *(_column(name, "text") for name in (*_WORDS, "how")),
    ),
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a sheet says of each line, in the order of the draw: a quantity (``None`` is not counted) and a remark."""

    file: str
    sha256: str
    quantities: tuple[float | None, ...]
    remarks: tuple[str, ...]
    notices: tuple[str, ...]


def how(line: SheetLine, stratum: CountingStratum) -> str:
    """What is to be done at one line."""
    return _BOX_HOW if line.task is Task.COUNT and stratum.kind == "box" else TASK_MEANING[line.task]


def sheet_words(line: SheetLine, stratum: CountingStratum) -> dict[str, str | int]:
    """What a row says of its line to people."""
    return {
        "sheet": line.sheet,
        "line": line.line,
        "area": stratum.area,
        "material": stratum.material,
        "task": line.task.value,
        "unit": stratum.unit if line.task is Task.WEIGH else "items",
    }


def read_filled(path: Path, draw: CountingDraw) -> Filled:
    """Read a filled sheet and match it with the draw.

    A blank quantity is *not counted*, 0 is *counted, none*. Raises ``SheetError`` in one line for a file that is no
    sheet, one of another draw, a line that is missing, changed or there twice, and a quantity that is none.
    """
    try:
        content = read_bytes(path)
        raw = _raw(path, content, draw.plan.decimal)
    except SiteError as error:
        raise SheetError(error.file, error.problem, error.mend) from None
    cells = {name: shown(column).str.strip_chars().fill_null("").to_list() for name, column in raw.cells.items()}
    rows = raw.rows.to_list()
    faults = list(_faults(raw, cells, rows, draw))
    if faults:
        first = faults[0]
        more = f" (and {len(faults) - 1} more at fault)" if len(faults) > 1 else ""
        raise SheetError(first.file, first.problem + more, first.mend, row=first.row, column=first.column)
    return _in_order(path.name, content, raw, cells, draw)


def _raw(path: Path, content: bytes, decimal: str) -> RawTable:
    if path.suffix.lower() == ".csv":
        return read_csv(path, content, _TABLE)
    if path.suffix.lower() not in {".xlsx", ".xlsm"}:
        raise SiteError(path.name, "a filled sheet is a CSV file or a workbook", "save it as .csv or .xlsx")
    return _of_workbook(path, content, decimal)


def _of_workbook(path: Path, content: bytes, decimal: str) -> RawTable:
    workbook = Workbook(content, path.name, decimal, (COUNT_SHEET,))
    if COUNT_SHEET not in workbook.sheets:
        raise SiteError(path.name, f"there is no sheet {COUNT_SHEET}", "fill in the workbook that the draw wrote")
    raw = workbook.read(COUNT_SHEET, _TABLE, hides=_HIDDEN, as_shown=True)
    try:
        seen = unseen(workbook.parts, path.name, COUNT_SHEET, "quantity", usual=_WRITTEN_SHEETS)
    except DAMAGED:
        mend = "open the workbook in a spreadsheet program and save it again"
        raise SiteError(path.name, f"the sheet {COUNT_SHEET} cannot be read", mend) from None
    return replace(raw, notices=(*raw.notices, *seen))


def _quantities(raw: RawTable, decimal: str) -> tuple[list[float | None], list[str | None]]:
    column = Column("quantity", "number", "", False, "", None, (), "")
    reading = read_column(raw.cells["quantity"], column, Locale(decimal, "UTC"))
    return reading.values.to_list(), reading.fault.to_list()


def _faults(raw: RawTable, cells: dict[str, list[str]], rows: list[int], draw: CountingDraw) -> Iterator[SheetError]:
    """Everything that does not fit, from what concerns the whole file down to single cells."""
    file, lines = raw.file, {line.key: line for line in draw.lines}
    for torn in raw.torn:
        problem, _, mend = torn.reason.partition(": ")
        yield SheetError(file, problem, mend, row=torn.row)
    others = [(row, one) for row, one in zip(rows, cells["draw"], strict=True) if one != draw.id]
    for row, other in others:
        said = f"draw {_quoted(other)}, and the plan's is {draw.id}" if other else "it names no draw"
        yield SheetError(file, said, "fill in a sheet of this draw", row=row, column="draw")
    if others:
        return
    seen: dict[str, int] = {}
    for row, key, position in zip(rows, cells["key"], cells["unit_number"], strict=True):
        fault = _key_fault(key, position, lines, seen)
        if fault:
            yield SheetError(file, *fault, row=row, column="unit_number" if key in lines and key not in seen else "key")
        seen.setdefault(key, row)
    yield from _word_faults(file, rows, cells, draw)
    values, reasons = _quantities(raw, draw.plan.decimal)
    yield from _quantity_faults(file, rows, cells, values, reasons, draw)
    yield from _measured_and_not_there(file, rows, cells["key"], values, lines)
    lost = [line for line in draw.lines if line.key not in seen]
    if lost:
        names = ", ".join(_place(line) for line in lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
        yield SheetError(file, f"lines of the draw are missing: {names}", "hand in every line, blank if not counted")


def _key_fault(key: str, position: str, lines: dict[str, SheetLine], seen: dict[str, int]) -> tuple[str, str] | None:
    if key not in lines:
        return f"the key {_quoted(key)} is not in this draw", "put back the key that was there"
    if key in seen:
        return f"the key {_quoted(key)} stands in row {seen[key]} too", "keep one of them, and put back the other key"
    if position != str(lines[key].position):
        return (
            f"unit {_quoted(position)} does not belong to the key {_quoted(key)}, which is unit {lines[key].position}",
            "put back what was there",
        )
    return None


def _word_faults(file: str, rows: list[int], cells: dict[str, list[str]], draw: CountingDraw) -> Iterator[SheetError]:
    """Words of a row that are not those of its key: columns were sorted apart, or a program changed them."""
    strata = {one.id: one for one in draw.plan.strata}
    written = {line.key: sheet_words(line, strata[line.stratum]) for line in draw.lines}
    for name in (name for name in _WORDS if name in cells):
        for row, key, found in zip(rows, cells["key"], cells[name], strict=True):
            if found and key in written and not _is_word(found, str(written[key][name])):
                said = f"{_quoted(found)} does not belong to the key {_quoted(key)}: the draw wrote "
                mend = "put it back; a spreadsheet that changes what it reads leaves the workbook of --xlsx as it is"
                yield SheetError(file, said + _quoted(str(written[key][name])), mend, row=row, column=name)


def _is_word(found: str, written: str) -> bool:
    return found == written or text_of(found) == written


def _quantity_faults(
    file: str,
    rows: list[int],
    cells: dict[str, list[str]],
    values: Sequence[float | None],
    reasons: Sequence[str | None],
    draw: CountingDraw,
) -> Iterator[SheetError]:
    strata = {one.id: one for one in draw.plan.strata}
    lines = {line.key: line for line in draw.lines}
    texts = shown(pl.Series(cells["quantity"], dtype=pl.String)).to_list()
    for row, key, text, value, reason in zip(rows, cells["key"], texts, values, reasons, strict=True):
        if reason is not None:
            problem, _, mend = reason.rpartition(": ")
            yield SheetError(file, f"{_quoted(text)}: {problem}", mend, row=row, column="quantity")
        elif value is not None and key in lines:
            fault = _quantity_fault(value, lines[key], strata[lines[key].stratum])
            if fault:
                yield SheetError(file, f"{_quoted(text)}: {fault[0]}", fault[1], row=row, column="quantity")


def _measured_and_not_there(
    file: str, rows: list[int], keys: list[str], values: Sequence[float | None], lines: dict[str, SheetLine]
) -> Iterator[SheetError]:
    """What is whole is there: of an item that was found missing nobody has measured anything."""
    known = [(row, lines[key], value) for row, key, value in zip(rows, keys, values, strict=True) if key in lines]
    gone = {(line.stratum, line.position) for _, line, value in known if line.task is Task.COUNT and value == 0}
    for row, line, value in known:
        if line.task is Task.MEASURE and value and (line.stratum, line.position) in gone:
            said = f"item {line.position} of {line.stratum} is measured as whole, and counted as not there"
            yield SheetError(file, said, "correct the one that is wrong", row=row, column="quantity")


def _quantity_fault(value: float, line: SheetLine, stratum: CountingStratum) -> tuple[str, str] | None:
    if value < 0:
        return "a quantity is never negative", "write what is there, 0 for none"
    if value > (_HEAVIEST if line.task is Task.WEIGH else MOST_LINES_READ):
        return "there cannot be so many", "correct it"
    if line.task is Task.WEIGH:
        return None
    if value != round(value):
        return "items are counted in whole numbers", "write how many there are"
    if line.task is Task.MEASURE and value > 1:
        return "a measured item is whole or not", "write 1 or 0"
    if stratum.kind == "item" and value > 1:
        return "one item is there or not", "write 1 or 0"
    return None


def _in_order(file: str, content: bytes, raw: RawTable, cells: dict[str, list[str]], draw: CountingDraw) -> Filled:
    values, _ = _quantities(raw, draw.plan.decimal)
    found = dict(zip(cells["key"], values, strict=True))
    said = dict(zip(cells["key"], cells.get("remark", [""] * len(values)), strict=True))
    return Filled(
        file=file,
        sha256=hashlib.sha256(content).hexdigest(),
        quantities=tuple(found[line.key] for line in draw.lines),
        remarks=tuple(said[line.key] for line in draw.lines),
        notices=(*raw.notices, *_passed_over(raw)),
    )


def _passed_over(raw: RawTable) -> Iterator[str]:
    """A whole sheet could stand above the header of the one that is read."""
    more = int(raw.rows[0]) - 2 - (0 if raw.file.lower().endswith(".csv") else TITLES)
    if more > 0:
        yield f"{raw.file}: rows above the lines of the draw, which are passed over: {more}"


def _place(line: SheetLine) -> str:
    return f"sheet {line.sheet} line {line.line} (unit {line.position} of {line.stratum})"


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…")
