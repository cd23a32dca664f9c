"""Tables as CSV files of a folder. Input files are read and never changed."""

from __future__ import annotations

import codecs
import csv
import dataclasses
import io
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from stockward.book.checks.draft import MOST_ROWS_TOLD
from stockward.book.checks.refused.notes import words_of_a_note
from stockward.book.checks.refused.totals import A_TOTAL, names_a_total
from stockward.book.schema.dictionary import Table
from stockward.book.sources.naming.headings import columns_named
from stockward.book.sources.raw import (
    TITLE_ROWS,
    Header,
    RawTable,
    Record,
    TornRow,
    columns_of,
    find_header,
    headed_as,
    is_blank,
    table_headed,
)
from stockward.book.sources.regular import cut_regular
from stockward.terms.errors import SiteError
from stockward.terms.limits import limit, limit_bytes, require_bytes_within, require_within

_SEPARATORS = (",", ";", "\t", "|")
_QUOTE = '"'
_INTEGER, _DECIMALS = re.compile(r"^\s*-?[0-9]+\s*$"), re.compile(r"^\s*[0-9]{1,3}\s*$")
_SIGN = re.compile(r"[^\w\s\"]")
_OTHER_FORMATS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1")
_END_OF_FILE = b"\x1a"
"""What programs of old put behind the last line."""

_HEAD_LENGTH = 250_000
"""So many bytes at the top of a file are searched for its header."""

_MOST_STARTS = 1_000
"""How often reading starts again behind a quotation mark that does not close, after a search for its end."""

_MOST_UNCLOSED = 100_000
"""So many rows whose quotation marks do not close are no slips: the file as a whole was written wrongly."""

_UNTOLD = "it has another number of cells than the header: correct the row"
"""Of a row beyond those of which the reasons are listed, or of one with very many cells: to tell these takes long."""

_CELLS_AT_ONCE = 2_000_000
"""Lines with so many cells are cut at a time: the columns that are not known take memory too."""

_AS_UTF8 = "save the file as CSV UTF-8"


def read_csv(path: Path, content: bytes, table: Table, decimal: str = ".") -> RawTable:
    """Read a CSV file: UTF-8 with or without BOM, separated by comma, semicolon or tab, titles above the header or not.

    Every cell stays text. A row with fewer or more cells than the header, or with broken quotation marks, is torn.
    """
    content = _plain(content, path.name)
    head = _find_head(content[:_HEAD_LENGTH].decode("utf-8", errors="ignore"), table, path.name)
    header = Header.of(table, path.name, head.cells)
    columns, rows, torn = _cut(content[head.end :], dataclasses.replace(head, decimal=decimal), header)
    cut_short = f"{path.name}: the last line has no line end: make sure that the file was not cut short"
    return header.table_of(columns, rows, torn, [] if content.endswith((b"\n", b"\r")) else [cut_short])


def text_headed(top: bytes) -> str | None:
    """The table whose header stands at the top of a text, under whatever separator."""
    return table_headed(_top_records(top))


def text_headed_as(table: Table, top: bytes) -> bool:
    """Whether the header of a table stands at the top of a text, under whatever separator and names."""
    return headed_as(table, _top_records(top))


def _top_records(top: bytes) -> Iterator[Record]:
    code = "utf-16" if top.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    text = top.decode(code, errors="ignore")
    separators = (*_SEPARATORS, *_odd_signs(text))
    return (head.cells for separator in separators for head in _first_lines(text, separator))


@dataclass(frozen=True, slots=True)
class _Head:
    """A header row: its cells and separator, its row number, and where in the text the rows below it begin.

    ``decimal`` is the mark that the site has declared.
    """

    cells: Record
    separator: str
    row: int
    end: int
    decimal: str = "."


def _plain(content: bytes, file: str) -> bytes:
    """The text of the file, still as bytes, without the marks at its begin and end. Raises where it is none in UTF-8.

    Rows and lines are counted before anything is cut.
    """
    if content.startswith(_OTHER_FORMATS):
        raise SiteError(
            file,
            "this is a workbook or Parquet file under the name of a CSV",
            "save the table as CSV UTF-8 with a spreadsheet program (Save As; not by renaming)",
        )
    while content.startswith(codecs.BOM_UTF8):
        # A program that puts a mark before a text that has one already makes two.
        content = content[len(codecs.BOM_UTF8) :]
    content = content.removesuffix(_END_OF_FILE)
    require_within("ROWS", max(content.count(b"\n"), content.count(b"\r")), file)
    _require_short_lines(content, file)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SiteError(file, f"row {_row_at(content, error.start)} is not UTF-8", _AS_UTF8) from None
    if (zero := content.find(b"\0")) >= 0:
        raise SiteError(file, f"row {_row_at(content, zero)} holds a zero byte", _AS_UTF8)
    return content


def _require_short_lines(content: bytes, file: str) -> None:
    """Raise where a line is longer than is read: each step goes to the last line end within that length."""
    most, start = limit_bytes("LINE_KB"), 0
    while len(content) - start > most:
        end = max(content.rfind(mark, start, start + most + 1) for mark in (b"\n", b"\r"))
        if end < 0:
            length = (content.find(b"\n", start) + 1 or len(content) + 1) - 1 - start
            require_bytes_within("LINE_KB", length, f"{file} row {_row_at(content, start)}")
        start = end + 1


def _row_at(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1


def _find_head(top: str, table: Table, file: str) -> _Head:
    """The header row, under the separator and the reading of quotation marks by which it names most columns."""
    ways = [list(way(top, separator)) for way in (_first_records, _first_lines) for separator in _SEPARATORS]
    known = frozenset(table.names)
    best = max(ways, key=lambda heads: _most_names(heads, known))
    if not any(known.issuperset(table.required_names) for known in map(_cells_of, best)):
        best = max(ways, key=lambda heads: (_most_meant(heads, table), _most_names(heads, known)))
    number, width = _most_names(best, known)
    _refuse_odd_sign(top, known, (max(number, _most_meant(best, table)), width), file)
    return best[find_header(table, file, [head.cells for head in best])]


def _most_names(heads: Iterable[_Head], known: Set[str]) -> tuple[int, int]:
    return max((_names_in(head, known) for head in heads), default=(0, 0))


def _cells_of(head: _Head) -> set[str]:
    return {cell.strip() for cell in head.cells}


def _most_meant(heads: Iterable[_Head], table: Table) -> int:
    """How many columns the best of some header rows names, under whatever names."""
    return max((len(columns_named(table, head.cells)) for head in heads), default=0)


def _names_in(head: _Head, known: Set[str]) -> tuple[int, int]:
    cells = {cell.strip().lower() for cell in set(head.cells)}
    return len(cells & known), len(head.cells)


def _refuse_odd_sign(top: str, known: Set[str], found: tuple[int, int], file: str) -> None:
    """Raise where the header stands under a sign by which no cells are cut: else a whole table would have none."""
    for sign in _odd_signs(top):
        names, _ = _most_names(_first_lines(top, sign), known)
        if names > max(found[0], 1):
            shown = "a blank" if sign == " " else repr(sign)
            mend = "save it as CSV UTF-8 with commas, semicolons or tabs between them"
            raise SiteError(file, f"between its cells stands {shown}", mend)


def _odd_signs(text: str) -> list[str]:
    """Signs that may stand between the cells of the first lines, and by which none are cut; last the blank."""
    lines = "".join(islice(io.StringIO(text, newline=""), TITLE_ROWS))
    return [*sorted(set(_SIGN.findall(lines)) - set(_SEPARATORS)), " "]


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
        end += len(line.encode())
        yield _Head([cell.strip(_QUOTE) for cell in line.split(separator)], separator, row, end)


def _counted(lines: Iterator[str], ends: list[int]) -> Iterator[str]:
    """Pass the lines on, and note where each ends in the file."""
    for line in lines:
        ends.append(ends[-1] + len(line.encode()))
        yield line


_Cut = tuple[list[pl.Series], pl.Series, list[TornRow]]


def _cut(body: bytes, head: _Head, header: Header) -> _Cut:
    """Cut what stands below the header: all at once where every line is a whole row, and with care elsewhere."""
    quoted = _QUOTE.encode() in body
    regular = cut_regular(body, head.separator, len(head.cells), header.places, quoted=quoted)
    if regular is None:
        return _cut_quoted(body, head, header) if quoted else _cut_plain(body, head, header)
    columns, lines = regular
    return columns, lines + (head.row + 1), []


def _cut_plain(body: bytes, head: _Head, header: Header) -> _Cut:
    """Cut lines without any quotation mark at the separators, as many at once as have some number of cells."""
    text = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode()
    lines = pl.Series([text]).str.split("\n").explode()
    rows = pl.int_range(head.row + 1, head.row + 1 + len(lines), dtype=pl.UInt32, eager=True)
    filled = lines.str.contains(rf"[^\s{head.separator}]")
    lines, rows = lines.filter(filled), rows.filter(filled)
    # What is cut takes memory for each cell, and one line may have a million.
    endless = lines.str.count_matches(head.separator, literal=True) >= max(limit("COLUMNS"), len(head.cells))
    torn = [TornRow(row, _UNTOLD) for row in rows.filter(endless)]
    lines, rows = lines.filter(~endless), rows.filter(~endless)
    step = max(_CELLS_AT_ONCE // len(head.cells), 1)
    cut = [
        _cut_lines(lines.slice(start, step), rows.slice(start, step), head, header, torn)
        for start in range(0, max(len(lines), 1), step)
    ]
    columns = [pl.concat(parts) for parts in zip(*(columns for columns, _ in cut), strict=True)]
    return columns, pl.concat([kept for _, kept in cut]), torn


def _cut_lines(
    lines: pl.Series, rows: pl.Series, head: _Head, header: Header, torn: list[TornRow]
) -> tuple[list[pl.Series], pl.Series]:
    """The cells of the lines that are whole, and their rows; the others are added to ``torn``."""
    width, cells = len(head.cells), lines.str.split(head.separator)
    height = cells.list.len()
    wider = (height > width) & (cells.list.slice(width).list.join("").str.strip_chars() == "")
    if wider.any() and head.separator == ",":
        for place in _places_of_numbers(header):
            number, next_to = (cells.list.get(at, null_on_oob=True).fill_null("") for at in (place, place + 1))
            wider &= ~(number.str.contains(_INTEGER.pattern) & next_to.str.contains(_DECIMALS.pattern))
    whole = (height == width) | wider
    if not whole.all():
        lost = rows.filter(~whole)
        uneven = cells.filter(~whole).head(max(MOST_ROWS_TOLD - len(torn), 0))
        torn += [_uneven(row, found.to_list(), head, header) for row, found in zip(lost, uneven, strict=False)]
        torn += [TornRow(row, _UNTOLD) for row in lost[len(uneven) :]]
        cells, rows = cells.filter(whole), rows.filter(whole)
    return [cells.list.get(place) for place in header.places], rows


def _cut_quoted(body: bytes, head: _Head, header: Header) -> _Cut:
    """Cut lines of which some hold quotation marks, record by record."""
    torn: list[TornRow] = []
    lines = list(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline=""))
    columns, rows = columns_of(_whole_records(lines, head, header, torn), header.places)
    return columns, rows, torn


def _places_of_numbers(header: Header) -> list[int]:
    numbers = {column.name for column in header.table.columns if column.type == "number"}
    return [place for name, place in header.known.items() if name in numbers]


def _is_cut_in_two(record: Record, head: _Head, header: Header) -> bool:
    """Whether a number with a decimal comma may have pushed the cells of a row to the right, the last of them blank."""
    return head.separator == "," and any(
        _INTEGER.search(record[place]) and _DECIMALS.search(record[place + 1]) for place in _places_of_numbers(header)
    )


def _uneven(row: int, record: Record, head: _Head, header: Header) -> TornRow:
    """A row of another width than the header: a total, a note, or one that lost or won cells."""
    filled = [cell for cell in record if cell.strip()]
    if len(filled) < len(header.table.required_names) and any(map(names_a_total, filled)):
        return TornRow(row, A_TOTAL)
    lacks_cells = len(record) < len(head.cells)
    if lacks_cells and (words := words_of_a_note(record, header.table)):
        return TornRow(row, words)
    mend = "complete the row, or delete it if it is a note" if lacks_cells else _too_many(head)
    cells = f"{len(record)} cell{'s' * (len(record) != 1)}"
    return TornRow(row, f"it has {cells} and the header {len(head.cells)}: {mend}")


_SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "sign |"}


def _too_many(head: _Head) -> str:
    """The mend of a row with more cells than the header: a value was cut in two."""
    asked = f"a {_SEPARATOR_NAMES[head.separator]} inside a value?"
    if head.separator != ",":
        return f"{asked} Put the value in quotation marks"
    if head.decimal == ",":
        return f"{asked} Put the value in quotation marks, or save the file with semicolons between its cells"
    return f"{asked} Put a text in quotation marks, and write a number with a point, as 1234.5"


def _whole_records(
    lines: Sequence[str], head: _Head, header: Header, torn: list[TornRow]
) -> Iterator[tuple[int, Record]]:
    """Records that are whole, with their row numbers; the others are added to ``torn``.

    A quotation mark that is not closed would swallow the rows below it: where one of them looks like a row, or no end
    is found, reading starts again on the line behind the mark. To look for an end takes time, so it is not done often.
    """
    width, row, first = len(head.cells), head.row, [0]
    unclosed, again = 0, 0
    while first[0] < len(lines):
        start, read = first[0], 0
        reader = csv.reader(_until_a_row(lines, first, head), delimiter=head.separator, strict=True)
        while True:
            row, first[0] = row + 1, start + read
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error:
                torn.append(TornRow(row, "its quotation marks do not close: correct them"))
                unclosed += 1
                again += reader.line_num > read + 1
                break
            spans, read = reader.line_num - read, reader.line_num
            if is_blank(record):
                continue
            wider = len(record) > width and is_blank(record[width:]) and not _is_cut_in_two(record, head, header)
            if len(record) == width or wider:
                yield row, record[:width]
                continue
            told = len(torn) < MOST_ROWS_TOLD
            torn.append(_torn(row, record, head, header) if told else TornRow(row, _UNTOLD))
            if spans > 1:
                again += 1
                break
        first[0] += 1
        if again > _MOST_STARTS or unclosed > _MOST_UNCLOSED:
            most = _MOST_STARTS if again > _MOST_STARTS else _MOST_UNCLOSED
            said = f"the quotation marks of more than {most} rows do not close, the last in row {row}"
            raise SiteError(
                header.file, said, "write the file again with quotation marks around whole cells, doubled inside"
            )


def _until_a_row(lines: Sequence[str], first: list[int], head: _Head) -> Iterator[str]:
    """The lines from the first of a record on; an error where a later one of them looks like a row of its own."""
    for place in range(first[0], len(lines)):
        if place > first[0] and lines[place].count(head.separator) + 1 >= len(head.cells):
            raise csv.Error
        yield lines[place]


def _torn(row: int, record: Record, head: _Head, header: Header) -> TornRow:
    if len(record) == 1 and record[0].count(head.separator) + 1 == len(head.cells):
        return TornRow(row, "the row as a whole stands in quotation marks: take away those at its begin and end")
    return _uneven(row, record, head, header)
