"""Tables as CSV and Parquet files of a folder. Input files are read and never changed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from stockward.facts.dictionary import Table
from stockward.facts.raw import TITLE_ROWS, RawTable, TornRow, find_header, from_records, known_columns
from stockward.terms.errors import SiteError

_SEPARATORS = (",", ";", "\t")


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
    file = path.name
    text = _decode(content, file)
    lines = list(io.StringIO(text, newline=""))
    head = list(_head(lines, table))
    header_index = find_header(table, file, [record for record, _ in head])
    header, separator = head[header_index]
    places, notices = known_columns(table, file, header)
    torn: list[TornRow] = []
    records = _whole_records(lines, separator, header_index, len(header), torn)
    cells, rows = from_records(table, file, records, torn, places)
    if content and not content.endswith((b"\n", b"\r")):
        notices.append(f"{file}: the last line has no line end: make sure that the file was not cut short")
    return RawTable(table, file, cells, rows, tuple(torn), tuple(notices))


def read_parquet(path: Path, content: bytes, table: Table) -> RawTable:
    """Read a Parquet file; its typed columns stay typed, and its first row counts as row 2, as under a header."""
    try:
        frame = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError, ValueError):
        raise SiteError(path.name, "this is no readable Parquet file", "write it again, or save the table as CSV") from None
    places, notices = known_columns(table, path.name, frame.columns)
    cells = {name: frame.to_series(place).alias(name) for name, place in places.items()}
    rows = pl.int_range(2, frame.height + 2, dtype=pl.UInt32, eager=True).alias("row")
    return RawTable(table, path.name, cells, rows, (), tuple(notices))


def _decode(content: bytes, file: str) -> str:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1")):
        raise SiteError(file, "this is a workbook or Parquet file under the name of a CSV", "save the table as CSV UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise SiteError(file, f"row {row} is not UTF-8", "save the file as CSV UTF-8") from None
    if "\0" in text:
        raise SiteError(file, f"row {text.count(chr(10), 0, text.index(chr(0))) + 1} holds a zero byte", "save the file as CSV UTF-8")
    return text


def _head(lines: Sequence[str], table: Table) -> Iterator[tuple[list[str], str]]:
    """The first lines, each cut at the separator under which it names most known columns."""
    for line in lines[:TITLE_ROWS]:
        cuts = [(_cut(line, separator), separator) for separator in _SEPARATORS]
        yield max(cuts, key=lambda cut: (sum(cell.strip() in table.names for cell in cut[0]), len(cut[0])))


def _cut(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _whole_records(
    lines: Sequence[str], separator: str, header_index: int, width: int, torn: list[TornRow]
) -> Iterator[tuple[int, list[str]]]:
    """Records below the header with their row numbers; those that are not whole are added to ``torn``.

    A quotation mark that is never closed would swallow the rows behind it: reading starts again on the next line.
    """
    start, number = header_index + 1, header_index + 1
    while start < len(lines):
        rest = (lines[index] for index in range(start, len(lines)))
        reader = csv.reader(rest, delimiter=separator, strict=True)
        read = 0
        broken = False
        while not broken:
            number += 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error:
                torn.append(TornRow(number, "its quotation marks do not close: correct them"))
                broken = True
                break
            if len(record) > width and not any(cell.strip() for cell in record[width:]):
                record = record[:width]
            if record and len(record) != width:
                torn.append(TornRow(number, f"it has {len(record)} cells and the header {width}: complete the row"))
                broken = reader.line_num - read > 1
            else:
                yield number, record
            read = reader.line_num if not broken else read
        start += read + 1
