"""Tables as Parquet files. What the file says of its size is added up before the library unpacks any of it.

The footer tells rows and columns; but what a page unpacks to stands in the page's own header, and the library makes
room for so much. So the headers are walked through, page by page, without unpacking one [Apache Parquet format].
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from stockward.book.schema.dictionary import Table
from stockward.book.sources.raw import Header, RawTable, table_headed
from stockward.book.sources.silence import contained
from stockward.book.sources.thrift import Reader
from stockward.terms.errors import SiteError
from stockward.terms.limits import limit_bytes, require_bytes_within, require_within

_MARK = b"PAR1"
_TAIL = 8
"""Bytes at the end of the file: the length of the footer, and the mark."""
_LARGEST_FOOTER = 8_000_000
"""Bytes. A row group takes some hundred bytes a column."""

_DAMAGED = (
    pl.exceptions.PolarsError, OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError,
    RecursionError,
)  # fmt: skip
"""What reading a damaged file, or the structures in it, raises: one byte makes a number of a structure."""

# Numbers of fields in the structures of the format.
_SCHEMA, _ROWS, _GROUPS = 2, 3, 4
_KIND, _LENGTH, _NAME = 1, 2, 4
_CHUNKS, _ROWS_OF_GROUP = 1, 3
_META = 3
_VALUES_OF_CHUNK, _COMPRESSED_CHUNK, _DATA_AT, _DICTIONARY_AT = 5, 7, 9, 11
_PAGE_KIND, _UNPACKED_PAGE, _COMPRESSED_PAGE, _DATA_PAGE, _DATA_PAGE_V2 = 1, 2, 3, 5, 8
_VALUES_OF_PAGE = 1
_PACKING, _PACKING_V2 = 2, 4

_FIXED = 7
"""A column whose every value takes as many bytes as the footer says, an empty one too."""
_SHARED_BEGINS = 7
"""Packing of texts as what they have in common with the one before: each can be as long as the page."""


def read_parquet(path: Path, content: bytes, table: Table) -> RawTable:
    """Read a Parquet file; its typed columns stay typed, and its first row counts as row 2, as under a header."""
    try:
        with contained():
            _require_small(path.name, content)
            names = list(pl.read_parquet_schema(io.BytesIO(content)))
            header = Header.of(table, path.name, names)
            wanted = [names[place] for place in header.places]
            frame = pl.read_parquet(io.BytesIO(content), columns=wanted) if wanted else pl.DataFrame()
    except _DAMAGED:
        mend = "write it again, or save the table as CSV"
        raise SiteError(path.name, "this is no readable Parquet file", mend) from None
    require_bytes_within("UNPACKED_MB", sum(_text_bytes(column) for column in frame), path.name)
    return header.typed_table_of(frame.get_columns(), frame.height)


def read_frame(file: str, content: bytes) -> pl.DataFrame:
    """Every column of a Parquet file. Raises ``SiteError`` for one that is damaged, or larger than is read."""
    try:
        with contained():
            _require_small(file, content)
            frame = pl.read_parquet(io.BytesIO(content))
    except _DAMAGED:
        mend = "write it again, or save the table as CSV"
        raise SiteError(file, "this is no readable Parquet file", mend) from None
    require_bytes_within("UNPACKED_MB", sum(_text_bytes(column) for column in frame), file)
    return frame


def parquet_headed(content: bytes) -> str | None:
    """The table whose columns a Parquet file has; ``None`` where it cannot be read."""
    return table_headed([parquet_columns(content)])


def parquet_columns(content: bytes) -> list[str]:
    """Names of the columns of a Parquet file; none where it cannot be read."""
    try:
        with contained():
            # The library is not asked: a footer that nests deeply enough ends its process.
            named = [column.get(_NAME, b"") for column in _footer(content)[_SCHEMA][1:]]
            return [name.decode() for name in named if isinstance(name, bytes)]
    except _DAMAGED:
        return []


def _require_small(file: str, content: bytes) -> None:
    """Raise ``SiteError`` for a file that has or claims too much, ``ValueError`` for one that is damaged."""
    footer = _footer(content)
    groups = footer.get(_GROUPS, [])
    rows = max(footer[_ROWS], sum(group[_ROWS_OF_GROUP] for group in groups))
    require_within("ROWS", rows, file)
    require_within("COLUMNS", len(footer[_SCHEMA]) - 1, file)
    unpacked = shared = 0
    values: dict[int, int] = {}
    for group in groups:
        for place, chunk in enumerate(group[_CHUNKS]):
            for page in _pages(content, chunk[_META]):
                unpacked += page[_UNPACKED_PAGE]
                shared += page[_UNPACKED_PAGE] * _values_of(page) if _packing_of(page) == _SHARED_BEGINS else 0
                values[place] = values.get(place, 0) + _values_of(page)
                require_bytes_within("UNPACKED_MB", unpacked, file)
    most = max(values.values(), default=0)
    require_within("ROWS", most, file)
    require_bytes_within("UNPACKED_MB", max(most, rows) * _fixed_length(footer[_SCHEMA]), file)
    if shared > limit_bytes("UNPACKED_MB"):
        problem = "its texts are packed by what they share (DELTA_BYTE_ARRAY), and may unpack to any size"
        raise SiteError(file, problem, "write it with plain or dictionary encoding, or save the table as CSV")


def _fixed_length(schema: list[dict[int, Any]]) -> int:
    """Bytes of the fixed-length values of one row, which the library makes room for whatever the pages hold."""
    lengths = [column.get(_LENGTH, 0) for column in schema if column.get(_KIND) == _FIXED]
    if min(lengths, default=0) < 0:
        raise ValueError("a length below zero")
    return sum(lengths)


def _footer(content: bytes) -> dict[int, Any]:
    if not (content.startswith(_MARK) and content.endswith(_MARK)):
        raise ValueError("no mark")
    length = int.from_bytes(content[-_TAIL : -len(_MARK)], "little")
    if length > min(_LARGEST_FOOTER, len(content) - _TAIL):
        raise ValueError("no footer")
    return Reader(content[-_TAIL - length : -_TAIL]).struct()


def _pages(content: bytes, chunk: dict[int, Any]) -> Iterator[dict[int, Any]]:
    """The header of every page of a column chunk, as the library would come upon them."""
    start = min(place for place in (chunk.get(_DICTIONARY_AT, 0), chunk[_DATA_AT]) if place > 0)
    end, seen = start + chunk[_COMPRESSED_CHUNK], 0
    while start < end and seen < chunk[_VALUES_OF_CHUNK]:
        reader = Reader(content, start)
        page = reader.struct()
        if page[_UNPACKED_PAGE] < 0 or page[_COMPRESSED_PAGE] < 0:
            raise ValueError("a size below zero")
        yield page
        seen += _values_of(page)
        start = reader.place + page[_COMPRESSED_PAGE]


def _values_of(page: dict[int, Any]) -> int:
    """Values of a data page; a dictionary has none of its own."""
    data = page.get(_DATA_PAGE) or page.get(_DATA_PAGE_V2) or {}
    return int(data.get(_VALUES_OF_PAGE, 0))


def _packing_of(page: dict[int, Any]) -> int | None:
    data, number = (
        (page[_DATA_PAGE], _PACKING) if page.get(_DATA_PAGE) else (page.get(_DATA_PAGE_V2) or {}, _PACKING_V2)
    )
    packing: int | None = data.get(number)
    return packing


def _text_bytes(column: pl.Series) -> int:
    """What the texts of a column hold, each counted where it stands: the file may hold a repeated one only once."""
    if isinstance(column.dtype, pl.List):
        return _text_bytes(column.explode())
    if column.dtype in (pl.Categorical, pl.Enum):
        lengths = column.cat.len_bytes()
    elif column.dtype == pl.String:
        lengths = column.str.len_bytes()
    elif column.dtype == pl.Binary:
        lengths = column.bin.size()
    else:
        return 0
    # Lengths are small numbers, whose sum would begin again at 4 GB.
    return int(lengths.cast(pl.UInt64).sum())
