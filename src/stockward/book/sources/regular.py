"""CSV text in which every line is one whole row: what nearly every program writes, and what is cut all at once.

Whether a text is such is looked up before it is cut, so that nothing of it is guessed; any other text is left to
the careful reading of ``sources.separated``, which says of every row what is wrong with it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt
import polars as pl

_NEWLINE, _QUOTE = b"\n"[0], b'"'[0]
_BLOCK = 1 << 20
"""So many bytes are looked over at a time: they stay in the processor's cache."""

_AT_ONCE = 100
"""So many columns that are not asked for are looked through at a time, for lines that hold nothing elsewhere."""

_FILLED = r"[^\s]"
_FILLED_QUOTED = r"[^\s\x1c-\x1f]"
"""What makes a cell hold something, as the careful reading has it for lines without and with quotation marks."""

_Bytes = npt.NDArray[np.uint8]


def cut_regular(
    body: bytes, separator: str, width: int, places: Sequence[int], *, quoted: bool
) -> tuple[list[pl.Series], pl.Series] | None:
    """The columns at ``places`` as text, and the numbers of their lines from 0; lines that hold nothing are left out.

    None where some line is no whole row of ``width`` cells by itself. ``quoted`` says that cells may stand in
    quotation marks; without it, a quotation mark is a character.
    """
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not body.endswith(b"\n"):
        body += b"\n"
    mark = separator.encode()[0]
    look = _is_regular_quoted if quoted else _is_regular
    # A table of one column shows a blank line as a row, and is never long.
    if width == 1 or not all(look(block, mark, width) for block in _blocks(body)):
        return None
    # Only what is asked for is taken out: a table may have many columns more.
    frame = _columns(body, separator, places, quoted=quoted)
    filled = _FILLED_QUOTED if quoted else _FILLED
    blank = _blank_lines(frame, filled)
    others = [place for place in range(width) if place not in set(places)]
    for start in range(0, len(others), _AT_ONCE):
        if not blank.any():
            break
        blank &= _blank_lines(_columns(body, separator, others[start : start + _AT_ONCE], quoted=quoted), filled)
    lines = pl.int_range(frame.height, dtype=pl.UInt32, eager=True)
    if blank.any():
        frame, lines = frame.filter(~blank), lines.filter(~blank)
    order = sorted(places)
    return [frame.to_series(order.index(place)) for place in places], lines


def _columns(body: bytes, separator: str, places: Sequence[int], *, quoted: bool) -> pl.DataFrame:
    """The columns at these places, in the order of the file."""
    return pl.read_csv(
        body,
        has_header=False,
        columns=sorted(places),
        separator=separator,
        quote_char='"' if quoted else None,
        infer_schema=False,
        empty_string_is_null=False,
    )


def _blocks(body: bytes) -> Iterator[_Bytes]:
    """The text in parts of whole lines."""
    everything, start = np.frombuffer(body, dtype=np.uint8), 0
    while start < len(body):
        end = body.find(b"\n", min(start + _BLOCK, len(body)) - 1) + 1
        yield everything[start:end]
        start = end


def _is_regular(block: _Bytes, separator: int, width: int) -> bool:
    """Whether between two line ends there are always as many separators as between the cells of the header."""
    return _alternate(block[(block == separator) | (block == _NEWLINE)], width)


def _is_regular_quoted(block: _Bytes, separator: int, width: int) -> bool:
    """The same where quotation marks stand around whole cells, and no line ends between them."""
    marks = block[(block == separator) | (block == _NEWLINE) | (block == _QUOTE)]
    are_quotes = marks == _QUOTE
    # Between an odd quotation mark and the even one behind it, separators are characters of the cell.
    inside = (np.cumsum(are_quotes, dtype=np.uint8) & 1).astype(np.bool_)
    lines = np.flatnonzero(block == _NEWLINE)
    longest = np.diff(lines, prepend=-1).max()
    return (
        not np.any(inside & (marks == _NEWLINE))
        and longest <= csv.field_size_limit()
        and _stand_around_cells(block, separator)
        and _alternate(marks[~inside & ~are_quotes], width)
    )


def _stand_around_cells(block: _Bytes, separator: int) -> bool:
    """Whether each quotation mark opens or closes a cell, or is one of two that stand for a mark inside of it."""
    quotes = np.flatnonzero(block == _QUOTE)
    # Before the first byte stands the line end of the block before; the last byte, at -1, is one as well.
    before, behind = block[quotes[0::2] - 1], block[quotes[1::2] + 1]
    return all(
        bool(np.all((beside == separator) | (beside == _NEWLINE) | (beside == _QUOTE))) for beside in (before, behind)
    )


def _alternate(marks: _Bytes, width: int) -> bool:
    """Whether every mark at the end of ``width`` cells, and no other, is a line end."""
    ends = marks == _NEWLINE
    return len(marks) == width * np.count_nonzero(ends) and bool(np.all(ends[width - 1 :: width]))


def _blank_lines(frame: pl.DataFrame, filled: str) -> pl.Series:
    """Lines of which no cell holds anything. Most tables have none, which their first full column shows."""

    def and_blank(blank: pl.Series, column: pl.Series) -> pl.Series:
        return blank & ~column.str.contains(filled) if blank.any() else blank

    return reduce(and_blank, frame.iter_columns(), pl.Series([True]).new_from_index(0, frame.height))
