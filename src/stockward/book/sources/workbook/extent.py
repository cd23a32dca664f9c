"""How far the cells of a sheet reach, looked up in its XML before the library makes room for all that lies between.

Nearly every program writes a cell as ``<c r="B12" …``; those are looked over all at once, and where they would be too
many, once more without those that hold nothing but a format. Any other sheet, and one that is still too large, is
looked at cell by cell. Names of the XML are taken without their namespace, as the library takes them.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from html import unescape
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from stockward.book.sources.raw import letters_of
from stockward.terms.errors import SiteError
from stockward.terms.limits import limit, require_within

CellPlace = tuple[int, int]
"""Row and column, from 0."""

_CELL = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
_NAMED = rb"<(/?)(?:[^<>/:\s]*:)?(c|row)"
_ANY = _NAMED + rb"(?=[\s/>])([^<>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^<>\"']*)*)>"
_OF_A_CELL = rb'(?: s="[0-9]+"| t="([A-Za-z]*)"| (?:cm|vm|ph)="[0-9]+")*'
_USUAL_CELL = (
    rb"<(?:[a-z]+:)?c" + _OF_A_CELL + rb'(?: r="([A-Z]{1,3})([0-9]{1,7})")?' + _OF_A_CELL + rb"(?:/>|>"
    rb"([^<]*(?:</?(?:[a-z]+:)?(?:[fv]|is|t)[ >/][^<]*)*)</(?:[a-z]+:)?c>)"
)
"""One as nearly every program writes it, from its begin to its end, with what stands between."""
_TAGS = re.compile(_ANY)
_CELLS_AND_ROWS = re.compile(_USUAL_CELL + rb"|" + _ANY)
"""Whole cells, and the tags that begin and end any others, and rows, with what stands in these."""
_USUAL = re.compile(rb' r="([A-Z]{1,3})([0-9]{1,7})"(?: s="[0-9]+")?(?: t="([A-Za-z]*)")?\s*/?')
_ITS_PLACE = re.compile(rb' r="([A-Z]{1,3})([0-9]{1,7})"')
_USUAL_ROW = re.compile(rb' r="([0-9]{1,7})"')
_ATTRIBUTE = re.compile(rb"([^\s=]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_VALUE = re.compile(rb"<(?:[^<>/:\s]*:)?v(?:\s[^<>]*)?>([^<]*)<")
_FORMULA = re.compile(rb"<(?:[^<>/:\s]*:)?f[\s/>]")
_TEXT_OR_NUMBER = re.compile(
    rb'<c(?: r="[A-Z]{1,3}[0-9]{1,7}")?(?: s="[0-9]+")?'
    rb'(?: t="s"><v>([0-9]{1,8})</v>|(?: t="n")?>(?:<v>[^<>&]*</v>)?)</c>'
)
"""A cell that names one of the shared texts, or holds a number."""
_FORMAT_ALONE = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]+")? ?/>')
"""A cell that holds nothing but a format, as nearly every program writes it."""
_CONTENT_TAG = re.compile(rb"<[^>]*>")
_OTHER_CELLS = re.compile(rb"<c[\t\n\r/>]"), re.compile(rb":c[ \t\n\r/>]")
_ESCAPED = re.compile(rb"<(?:[^<>/:\s]*:)?(?:c|row)\s[^<>&]*&[^<>]*>")
"""The library passes over such a place, and would put the cell elsewhere; no program writes one."""
_MOST_UNUSUAL = 300_000
_BEGINS, _BEGINS_OF_A_CELL = (b"<c", b":c", b"<row", b":row"), 3
_BLOCK, _LONGEST_TAG = 1 << 22, 16
_START = len('<c r="')
_BITS_OF_A_COLUMN = 20
"""More than the letters of a column make."""
_SAVE_AGAIN = "open it in a spreadsheet program, look at what that shows, and save it again"
_PREFIXED, _DECLARED = re.compile(rb"</?[^\s<>/]*:"), re.compile(rb"<[^<>]*\sxmlns")
"""Tags that say of their names, or of those in them, where these are from."""
_CODES = {letter: ord(letter) for letter in '<c r="09AZ'}


def extent(xml: bytes, file: str) -> tuple[int, int]:
    """Rows and columns from the first cell of the sheet to the last that holds something.

    Raises ``SiteError`` where they are more than is read, or where a cell stands twice, and ``ValueError`` for a place
    that is none.
    """
    found = _plain_extent(xml, file)
    if found is not None and _is_large(*found):
        found = _plain_extent(_FORMAT_ALONE.sub(b"", xml), file)
    if found is None or _is_large(*found):
        found = _careful_extent(xml, file)
    rows, columns = found
    place = f"{file} cell {letters_of(columns - 1)}{rows}" if rows else file
    require_within("ROWS", rows, place)
    require_within("COLUMNS", columns, place)
    require_within("CELLS", rows * columns, place)
    if b"&" in xml and _ESCAPED.search(xml):
        raise ValueError("a place or a type that is escaped")
    return found


def _is_large(rows: int, columns: int) -> bool:
    return rows > limit("ROWS") or columns > limit("COLUMNS") or rows * columns > limit("CELLS")


def require_own_names(xml: bytes, around: bytes, file: str) -> None:
    """Raise ``SiteError`` where names of another origin stand in the tag ``around`` the cells, or their texts.

    The library takes every cell; others take one of two variants of it, or none of a name that is not theirs.
    """
    begin, end = xml.find(around), xml.rfind(around)
    if begin < 0:
        return
    prefix = xml[xml.rfind(b"<", 0, begin) + 1 : begin]
    others = re.compile(rb"<(?!/?" + re.escape(prefix) + rb")") if prefix else _PREFIXED
    inner = xml.find(b">", begin) + 1
    declared = xml.find(b"xmlns", inner, end) >= 0 and _DECLARED.search(xml, inner, end)
    # The end of the region is that of the last tag's prefix.
    end = max(inner, xml.rfind(b"<", 0, end))
    may_differ = prefix or xml.find(b":", inner, end) >= 0
    if declared or (may_differ and others.search(xml, inner, end)):
        raise SiteError(file, "it holds cells that not every program shows", _SAVE_AGAIN)


class SheetCell(NamedTuple):
    """What a sheet says of one cell: its place, the type of what it holds, and the XML between its tags."""

    place: CellPlace
    kind: str
    xml: bytes
    filled: bool

    @property
    def value(self) -> str:
        """What it holds, or the result of its formula, as it is written."""
        return _value(self.xml)

    @property
    def text(self) -> str:
        """All that stands between its tags."""
        return _text(_CONTENT_TAG.sub(b"", self.xml))

    @property
    def is_formula(self) -> bool:
        """Whether its value comes from a formula."""
        return _FORMULA.search(self.xml) is not None


def cells(xml: bytes) -> Iterator[SheetCell]:
    """Every cell of a sheet's XML; one that names no place follows the one before.

    The XML is that of ``workbook.unpacking``, in which every ``<`` begins a tag: it need not be parsed. Raises
    ``ValueError`` where more cells than are looked at one by one are written in an unusual way.
    """
    row = column = unusual = 0
    for tag in _CELLS_AND_ROWS.finditer(xml):
        before, letters, number, behind, body, end, name, attributes = tag.groups()
        if not name:
            column = column_of(letters) if letters else column
            kind, held = before or behind or b"", body or b""
            yield SheetCell((int(number) - 1 if number else row, column), kind.decode(), held, b"<" in held)
            column += 1
        elif name == b"row":
            row = row if end else _row(attributes, row)
            if end or attributes.endswith(b"/"):
                row, column = row + 1, 0
        elif not end:
            unusual += 1
            if unusual > _MOST_UNUSUAL:
                raise ValueError("more cells in an unusual form than any program writes")
            place, kind = _named(attributes)
            place = place or (row, column)
            column = place[1] + 1
            if attributes.endswith(b"/"):
                yield SheetCell(place, kind, b"", filled=False)
            else:
                following = _TAGS.search(xml, tag.end())
                body = xml[tag.end() : following.start() if following else len(xml)]
                # What stands in it besides values is left to the library.
                filled = b"<" in body or following is None or not following[1]
                yield SheetCell(place, kind, body, filled)


def texts_named(xml: bytes) -> Counter[str]:
    """How often cells name what in place of a text of their own: most are looked over without their places."""
    pieces = _TEXT_OR_NUMBER.split(xml)
    usual, others = Counter(filter(None, pieces[1::2])), b"".join(pieces[::2])
    named = Counter(cell.value for cell in cells(others) if cell.kind == "s")
    return named + Counter({value.decode(): count for value, count in usual.items()})


def _row(attributes: bytes, row: int) -> int:
    """The row that is named, if one is, and else the next."""
    if usual := _USUAL_ROW.match(attributes):
        return int(usual[1]) - 1
    named = _attributes(attributes).get(b"r")
    return row if named is None else int(named) - 1


def _named(attributes: bytes) -> tuple[CellPlace | None, str]:
    """The place that a cell names, if it does, and its type."""
    if usual := _USUAL.fullmatch(attributes):
        letters, row, kind = usual.groups()
        return (int(row) - 1, column_of(letters)), kind.decode() if kind else ""
    if b"'" not in attributes and (its := _ITS_PLACE.search(attributes)):
        # No sign of a quotation stands in what is quoted, so this is an attribute itself.
        begin, end = its.span()
        return (int(its[2]) - 1, column_of(its[1])), _kind(attributes[:begin] + attributes[end:])
    found = _attributes(attributes)
    return _place(found.get(b"r")), found.get(b"t", "")


@lru_cache(100)
def _value(xml: bytes) -> str:
    """The value in the XML of a cell; errors, and many others, are few that stand in many cells."""
    found = _VALUE.search(xml)
    return _text(found[1]) if found else ""


@lru_cache(100)
def _kind(attributes: bytes) -> str:
    """The type that a cell names; those without their places are few."""
    return _attributes(attributes).get(b"t", "")


def _attributes(attributes: bytes) -> dict[bytes, str]:
    return {name: _text(double or single) for name, double, single in _ATTRIBUTE.findall(attributes)}


def _text(xml: bytes) -> str:
    return unescape(xml.decode("utf-8", errors="replace"))


def _careful_extent(xml: bytes, file: str) -> tuple[int, int]:
    # Blank cells that have a format are looked at as well, and rows.
    require_within("CELLS", sum(map(xml.count, _BEGINS)) // _BEGINS_OF_A_CELL, file)
    rows = columns = 0
    places = array("q")
    for cell in cells(xml):
        places.append(cell.place[0] << _BITS_OF_A_COLUMN | cell.place[1])
        if cell.filled:
            rows, columns = max(rows, cell.place[0] + 1), max(columns, cell.place[1] + 1)
    _require_each_once(np.asarray(places), file)
    return rows, columns


def _require_each_once(places: npt.NDArray[np.int64], file: str) -> None:
    """Raise for a cell that stands twice: programs differ in which of the two they show."""
    if np.any(np.diff(places) <= 0):
        places = np.sort(places)
    again = places[1:][np.diff(places) == 0]
    if len(again):
        row, column = divmod(int(again[0]), 1 << _BITS_OF_A_COLUMN)
        raise SiteError(f"{file} cell {letters_of(column)}{row + 1}", "it stands there twice", _SAVE_AGAIN)


def _plain_extent(xml: bytes, file: str) -> tuple[int, int] | None:
    """The same where every cell begins with its place, as nearly every program writes it; None elsewhere."""
    if any(other.search(xml) for other in _OTHER_CELLS):
        return None
    rows = columns = count = 0
    blocks = [np.empty(0, np.int64)]
    for start in range(0, len(xml), _BLOCK):
        length = min(_BLOCK, len(xml) - start)
        block = xml[start : start + length + _LONGEST_TAG].ljust(length + _LONGEST_TAG)
        found = _places(np.frombuffer(block, dtype=np.uint8), length)
        count += 0 if found is None else len(found[0])
        if found is None or count > _BEGINS_OF_A_CELL * limit("CELLS"):
            return None
        blocks.append((found[0] - 1) << _BITS_OF_A_COLUMN | (found[1] - 1))
        rows, columns = (
            max(most, int(places.max(initial=0))) for most, places in zip((rows, columns), found, strict=True)
        )
    _require_each_once(np.concatenate(blocks), file)
    return rows, columns


def _places(text: npt.NDArray[np.uint8], length: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | None:
    """Rows and columns (from 1) of the cells that begin in the first ``length`` bytes of the text."""
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
    return None if names.any() else (row, column)


def _place(reference: str | None) -> CellPlace | None:
    """The place that a cell names, from 0; None for a cell that names none."""
    if reference is None:
        return None
    match = _CELL.fullmatch(reference.encode())
    if match is None:
        raise ValueError(f"no place of a cell: {reference!r}")
    return int(match[2]) - 1, column_of(match[1])


@cache
def column_of(letters: bytes) -> int:
    """The place of a column, from 0, by its letters."""
    column = 0
    for letter in letters:
        column = column * 26 + letter - ord("A") + 1
    return column - 1
