"""Tables as CSV and Parquet files of a folder. Input files are read and never changed."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from stockward.facts.dictionary import Table
from stockward.facts.raw import TITLE_ROWS, Header, RawTable, Record, TornRow, columns_of, find_header, is_blank
from stockward.facts.regular import cut_regular
from stockward.terms.errors import SiteError

_SEPARATORS = (",", ";", "\t")
_QUOTE = '"'
_OTHER_FORMATS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1")
_STANDARD_ERROR = 2
_HEAD_LENGTH = 1_000_000
"""So many characters at the top of a file are searched for its header."""
_AS_UTF8 = "save the file as CSV UTF-8"


def read_bytes(path: Path) -> bytes:
    """The file's bytes; ``SiteError`` where the system does not give them."""
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise SiteError(path.name, f"cannot be read ({reason})", "check the file and its rights") from None


def read_csv(path: Path, content: bytes, table: Table) -> RawTable:
    """Read a CSV file: UTF-8 with or without BOM, separated by comma, semicolon or tab, titles above the header or not.

    Every cell stays text. A row with fewer or more cells than the header, or with broken quotation marks, is torn.
    """
    text = _decode(content, path.name)
    head = _find_head(text, table, path.name)
    header = Header.of(table, path.name, head.cells)
    columns, rows, torn = _cut(text, head, header.places)
    cut_short = f"{path.name}: the last line has no line end: make sure that the file was not cut short"
    return header.table_of(columns, rows, torn, [] if text.endswith(("\n", "\r")) else [cut_short])


def read_parquet(path: Path, content: bytes, table: Table) -> RawTable:
    """Read a Parquet file; its typed columns stay typed, and its first row counts as row 2, as under a header."""
    try:
        with _silent_library():
            frame = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError):
        mend = "write it again, or save the table as CSV"
        raise SiteError(path.name, "this is no readable Parquet file", mend) from None
    header = Header.of(table, path.name, frame.columns)
    columns = [frame.to_series(place) for place in header.places]
    for name, column in zip(header.known, columns, strict=False):
        _refuse_nested(path.name, name, column.dtype)
    return header.table_of(columns, pl.int_range(2, frame.height + 2, dtype=pl.UInt32, eager=True))


@contextmanager
def _silent_library() -> Iterator[None]:
    """Keep the library's own report of a damaged file off standard error; the error that it raises is told instead."""
    try:
        kept = os.dup(_STANDARD_ERROR)
    except OSError:
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), _STANDARD_ERROR)
        yield
    finally:
        os.dup2(kept, _STANDARD_ERROR)
        os.close(kept)


def _refuse_nested(file: str, name: str, dtype: pl.DataType) -> None:
    """Only a list of words can stand inside one cell."""
    inner = dtype.inner if isinstance(dtype, pl.List) else dtype
    if isinstance(inner, (pl.DataType, type)) and inner in (pl.List, pl.Array, pl.Struct, pl.Object):
        raise SiteError(file, f"column {name} holds cells inside cells", "write one value a cell")


@dataclass(frozen=True, slots=True)
class _Head:
    """A header row: its cells and separator, its row number, and where in the text the rows below it begin."""

    cells: Record
    separator: str
    row: int
    end: int


def _decode(content: bytes, file: str) -> str:
    if content.startswith(_OTHER_FORMATS):
        raise SiteError(
            file, "this is a workbook or Parquet file under the name of a CSV", "save the table as CSV UTF-8"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise SiteError(file, f"row {row} is not UTF-8", _AS_UTF8) from None
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise SiteError(file, f"row {row} holds a zero byte", _AS_UTF8)
    return text


def _find_head(text: str, table: Table, file: str) -> _Head:
    """The header row, under the separator and the reading of quotation marks by which it names most columns."""
    top = text[:_HEAD_LENGTH]
    ways = [list(way(top, separator)) for way in (_first_records, _first_lines) for separator in _SEPARATORS]
    known = frozenset(table.names)
    best = max(ways, key=lambda heads: max((_names_in(head, known) for head in heads), default=(0, 0)))
    return best[find_header(table, file, [head.cells for head in best])]


def _names_in(head: _Head, known: Set[str]) -> tuple[int, int]:
    cells = {cell.strip().lower() for cell in head.cells}
    return len(cells & known), len(head.cells)


def _first_records(text: str, separator: str) -> Iterator[_Head]:
    """The first records, quotation marks being heeded: a title or a name may run over several lines."""
    ends = [0]
    lines = _counted(io.StringIO(text, newline=""), ends)
    try:
        for row, record in enumerate(islice(csv.reader(lines, delimiter=separator), TITLE_ROWS), 1):
            yield _Head(record, separator, row, ends[-1])
    except csv.Error:
        return


def _first_lines(text: str, separator: str) -> Iterator[_Head]:
    """The first lines, each by itself: a quotation mark in a title that is never closed hides no header then."""
    end = 0
    for row, line in enumerate(islice(io.StringIO(text, newline=""), TITLE_ROWS), 1):
        end += len(line)
        yield _Head([cell.strip(_QUOTE) for cell in line.split(separator)], separator, row, end)


def _counted(lines: Iterator[str], ends: list[int]) -> Iterator[str]:
    """Pass the lines on, and note where each ends."""
    for line in lines:
        ends.append(ends[-1] + len(line))
        yield line


_Cut = tuple[list[pl.Series], pl.Series, list[TornRow]]


def _cut(text: str, head: _Head, places: Sequence[int]) -> _Cut:
    """Cut what stands below the header: all at once where every line is a whole row, and with care elsewhere."""
    body = text[head.end :]
    quoted = _QUOTE in body
    regular = cut_regular(body.encode(), head.separator, len(head.cells), places, quoted=quoted)
    if regular is None:
        return (_cut_quoted if quoted else _cut_plain)(body, head, places)
    columns, lines = regular
    return columns, lines + (head.row + 1), []


def _cut_plain(body: str, head: _Head, places: Sequence[int]) -> _Cut:
    """Cut lines without any quotation mark at the separators, all at once."""
    width = len(head.cells)
    lines = pl.Series([body.replace("\r\n", "\n").replace("\r", "\n")]).str.split("\n").explode()
    rows = pl.int_range(head.row + 1, head.row + 1 + len(lines), dtype=pl.UInt32, eager=True)
    filled = lines.str.contains(rf"[^\s{head.separator}]")
    cells, rows = lines.filter(filled).str.split(head.separator), rows.filter(filled)
    height = cells.list.len()
    whole = (height == width) | ((height > width) & (cells.list.slice(width).list.join("").str.strip_chars() == ""))
    if whole.all():
        kept = cells
        torn = []
    else:
        lost = zip(rows.filter(~whole), height.filter(~whole), strict=True)
        torn = [_uneven(row, found, width) for row, found in lost]
        kept, rows = cells.filter(whole), rows.filter(whole)
    return [kept.list.get(place) for place in places], rows, torn


def _cut_quoted(body: str, head: _Head, places: Sequence[int]) -> _Cut:
    """Cut lines of which some hold quotation marks, record by record."""
    torn: list[TornRow] = []
    columns, rows = columns_of(_whole_records(list(io.StringIO(body, newline="")), head, torn), places)
    return columns, rows, torn


def _uneven(row: int, found: int, width: int) -> TornRow:
    return TornRow(row, f"it has {found} cells and the header {width}: complete the row")


def _whole_records(lines: Sequence[str], head: _Head, torn: list[TornRow]) -> Iterator[tuple[int, Record]]:
    """Records that are whole, with their row numbers; the others are added to ``torn``.

    A quotation mark that is never closed, or closed many rows below, would swallow the rows between: reading starts
    again on the line behind it.
    """
    width, row, start = len(head.cells), head.row, 0
    while start < len(lines):
        rest = (lines[place] for place in range(start, len(lines)))
        reader = csv.reader(rest, delimiter=head.separator, strict=True)
        read = 0
        while True:
            row += 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error:
                torn.append(TornRow(row, "its quotation marks do not close: correct them"))
                break
            first, read = start + read, reader.line_num
            if start + read > first + 1 and _swallows(lines[first + 1 : start + read], head):
                torn.append(TornRow(row, "its quotation marks close only rows below: correct them"))
                read = first - start
                break
            if is_blank(record):
                continue
            if len(record) == width or (len(record) > width and is_blank(record[width:])):
                yield row, record[:width]
                continue
            torn.append(_uneven(row, len(record), width))
            if read > first - start + 1:
                read = first - start
                break
        start += read + 1


def _swallows(continued: Sequence[str], head: _Head) -> bool:
    """Whether lines inside a record look like rows of their own."""
    return any(line.count(head.separator) + 1 >= len(head.cells) for line in continued)
