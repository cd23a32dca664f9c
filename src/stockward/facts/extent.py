"""How far the cells of a sheet reach, looked up in its XML before the library makes room for all that lies between.

Nearly every program writes a cell as ``<c r="B12" …``; those are looked over all at once. Any other sheet, and one
that would be too large, is looked at cell by cell: only there is it seen which cells hold nothing but a format. Names
of the XML are taken without their namespace, as the library takes them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

from stockward.facts.raw import letters_of
from stockward.terms.limits import limit, require_within

Place = tuple[int, int]
"""Row and column, from 0."""

_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_OTHER_CELLS = re.compile(rb"<c[\t\n\r/>]"), re.compile(rb":c[ \t\n\r/>]")
_ESCAPED_PLACE = re.compile(rb"<[^<>]*\sr\s*=\s*[\"'][^\"'<>&]*&")
"""The library passes over such a place, and would put the cell elsewhere."""
TAGS_OF_A_CELL = 6
_BLOCK, _LONGEST_TAG = 1 << 22, 16
_START = len('<c r="')
_CODES = {letter: ord(letter) for letter in '<c r="09AZ'}


def extent(xml: bytes, file: str) -> tuple[int, int]:
    """Rows and columns from the first cell of the sheet to the last that holds something.

    Raises ``SiteError`` where they are more than is read, and ``ValueError`` or ``ParseError`` for damaged XML.
    """
    require_within("CELLS", xml.count(b"<") // TAGS_OF_A_CELL, file)
    plain = found = _plain_extent(xml)
    if found is None or found[0] > limit("ROWS") or found[1] > limit("COLUMNS") or found[0] * found[1] > limit("CELLS"):
        found = _careful_extent(xml)
    rows, columns = found
    place = f"{file} cell {letters_of(columns - 1)}{rows}" if rows else file
    require_within("ROWS", rows, place)
    require_within("COLUMNS", columns, place)
    require_within("CELLS", rows * columns, place)
    if plain is None and _ESCAPED_PLACE.search(xml):
        raise ValueError("a place that is escaped")
    return found


def cells(xml: bytes) -> Iterator[tuple[Place, ElementTree.Element]]:
    """Every cell of a sheet's XML with its place; one that names none follows the one before."""
    row = column = 0
    for event, element in ElementTree.iterparse(io.BytesIO(xml), events=("start", "end")):
        name = element.tag.rpartition("}")[2]
        if name == "row" and event == "start":
            row = int(element.get("r", row + 1)) - 1
        elif name == "row":
            row, column = row + 1, 0
            element.clear()
        elif name == "c" and event == "end":
            place = _place(element.get("r")) or (row, column)
            column = place[1] + 1
            yield place, element
            element.clear()


def _careful_extent(xml: bytes) -> tuple[int, int]:
    rows = columns = 0
    for (row, column), cell in cells(xml):
        if len(cell):
            rows, columns = max(rows, row + 1), max(columns, column + 1)
    return rows, columns


def _plain_extent(xml: bytes) -> tuple[int, int] | None:
    """The same where every cell begins with its place, as nearly every program writes it; None elsewhere."""
    if any(other.search(xml) for other in _OTHER_CELLS):
        return None
    rows = columns = 0
    for start in range(0, len(xml), _BLOCK):
        length = min(_BLOCK, len(xml) - start)
        block = xml[start : start + length + _LONGEST_TAG].ljust(length + _LONGEST_TAG)
        found = _last_place(np.frombuffer(block, dtype=np.uint8), length)
        if found is None:
            return None
        rows, columns = max(rows, found[0]), max(columns, found[1])
    return rows, columns


def _last_place(text: npt.NDArray[np.uint8], length: int) -> tuple[int, int] | None:
    """The last row and column (from 1) of the cells that begin in the first ``length`` bytes of the text."""
    tags = np.flatnonzero((text[:length] == _CODES["<"]) & (text[1 : length + 1] == _CODES["c"]))
    tags = tags[text[tags + 2] == _CODES[" "]]
    if not all(bool(np.all(text[tags + step] == _CODES[letter])) for step, letter in enumerate('r="', 3)):
        return None
    row, column = np.zeros(len(tags), np.int64), np.zeros(len(tags), np.int64)
    names = np.ones(len(tags), np.bool_)
    for step in range(_START, _LONGEST_TAG):
        code = text[tags + step].astype(np.int64)
        names &= code != _CODES['"']
        is_digit = (code >= _CODES["0"]) & (code <= _CODES["9"])
        is_letter = (code >= _CODES["A"]) & (code <= _CODES["Z"]) & (row == 0)
        if np.any(names & ~is_digit & ~is_letter):
            return None
        row = np.where(names & is_digit, row * 10 + code - _CODES["0"], row)
        column = np.where(names & is_letter, column * 26 + code - _CODES["A"] + 1, column)
    return None if names.any() else (int(row.max(initial=0)), int(column.max(initial=0)))


def _place(reference: str | None) -> Place | None:
    """The place that a cell names, from 0; None for a cell that names none."""
    if reference is None:
        return None
    match = _CELL.fullmatch(reference)
    if match is None:
        raise ValueError(f"no place of a cell: {reference!r}")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1
