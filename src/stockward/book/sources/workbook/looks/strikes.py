"""Cells that are struck through: a keeper's way to cancel an entry, of which its value says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import NamedTuple
from xml.etree import ElementTree

from stockward.book.sources.workbook.extent import CellPlace, cells
from stockward.book.sources.workbook.formats import elements_named, styled_cells

_SIGN = b"strike"
_A_TEXT = re.compile(rb"<(?:[^<>/:\s]*:)?si[\s/>]")
_NO = frozenset(("0", "false"))
_LINE = "text-line-through-style", "text-line-through-type"
_ODS_SIGN = b"text-line-through"
_FONT = re.compile(
    rb"\x31\x00(?=[\x10-\x60]\x00)(..)..(.)\x00..(?:[\x64-\xff]\x00|.[\x01-\x03])[\x00-\x02]\x00[\x00-\x02\x21\x22]"
    rb".{2}\x00([\x01-\x1f])([\x00\x01])",
    re.DOTALL,
)
"""A font of an old workbook: its length, marks, length of its name, and whether that is in two bytes a letter."""
_STRUCK_FONT, _FONT_WITHOUT_NAME = 0x08, 16


class Struck(NamedTuple):
    """Cells that are struck through as a whole, and those of which a part of the text is."""

    whole: Set[CellPlace]
    partly: Set[CellPlace]


NONE_STRUCK = Struck(frozenset(), frozenset())


def struck_cells(xml: bytes, styles: bytes, strings: bytes) -> Struck:
    """The cells of a sheet that hold something, and are struck through by their format or in their text."""
    whole: set[CellPlace] = set()
    partly: set[CellPlace] = set()
    if _SIGN in styles and (struck := _struck_styles(styles)):
        whole |= {(row, column) for row, column, _, _, value in styled_cells(xml, struck) if value.strip()}
    if _SIGN in strings or _SIGN in xml:
        texts = _struck_texts(strings)
        for cell in cells(xml):
            all_of_it = texts.get(cell.value) if cell.kind == "s" else _is_struck(cell.xml)
            if all_of_it is not None:
                (whole if all_of_it else partly).add(cell.place)
    return Struck(whole, partly - whole) if whole or partly else NONE_STRUCK


def _struck_styles(styles: bytes) -> frozenset[int]:
    """The numbers of the styles whose font is struck through."""
    root = ElementTree.fromstring(styles)
    fonts = [one for listed in elements_named(root, "fonts") for one in elements_named(listed, "font")]
    struck = {str(number) for number, font in enumerate(fonts) if _says_struck(font)}
    styled = (one for listed in elements_named(root, "cellXfs") for one in elements_named(listed, "xf"))
    return frozenset(number for number, one in enumerate(styled) if one.get("fontId") in struck)


def _says_struck(font: ElementTree.Element) -> bool:
    return any(one.get("val", "1") not in _NO for one in elements_named(font, "strike"))


def _struck_texts(strings: bytes) -> dict[str, bool]:
    """By the place of a shared text of which something is struck through, whether all of it is."""
    if _SIGN not in strings:
        return {}
    starts = [found.start() for found in _A_TEXT.finditer(strings)]
    pieces = (strings[start:end] for start, end in zip(starts, [*starts[1:], len(strings)], strict=True))
    found = ((str(place), _is_struck(piece)) for place, piece in enumerate(pieces))
    return {place: all_of_it for place, all_of_it in found if all_of_it is not None}


def _is_struck(piece: bytes) -> bool | None:
    """Whether all of a text in several runs is struck through; ``None`` where nothing of it is."""
    if _SIGN not in piece:
        return None
    runs = re.split(rb"<(?:[^<>/:\s]*:)?r[\s>]", piece)[1:]
    struck = [bool(re.search(rb"<(?:[^<>/:\s]*:)?strike\s*(?:/|val\s*=\s*[\"'](?:1|true))", run)) for run in runs]
    return all(struck) if any(struck) else None


def struck_in_open_document(content: bytes, styles: bytes) -> dict[str, Struck]:
    """The struck cells of each sheet of an OpenDocument workbook, by its name."""
    if _ODS_SIGN not in content and _ODS_SIGN not in styles:
        return {}
    names = _lined(styles) | _lined(content)
    if not names:
        return {}
    root = ElementTree.fromstring(content)
    return {_own(table, "name"): _struck_of(table, names) for table in elements_named(root, "table")}


def _lined(xml: bytes) -> frozenset[str]:
    """The names of the styles that draw a line through a text, and of those that are like one of them."""
    if not xml:
        return frozenset()
    styles = list(elements_named(ElementTree.fromstring(xml), "style"))
    drawn = {
        _own(style, "name")
        for style in styles
        for text in elements_named(style, "text-properties")
        if any(_own(text, name) not in {"", "none"} for name in _LINE)
    }
    return frozenset(drawn | {_own(style, "name") for style in styles if _own(style, "parent-style-name") in drawn})


def _struck_of(table: ElementTree.Element, names: Set[str]) -> Struck:
    whole: set[CellPlace] = set()
    partly: set[CellPlace] = set()
    for row, column, cell in _open_document_cells(table):
        spans = [_own(span, "style-name") in names for span in elements_named(cell, "span")]
        if _own(cell, "style-name") in names or (spans and all(spans)):
            whole.add((row, column))
        elif any(spans):
            partly.add((row, column))
    return Struck(whole, partly)


def _open_document_cells(table: ElementTree.Element) -> Iterator[tuple[int, int, ElementTree.Element]]:
    """Every cell that holds a text, with its row and column from 0; one that is repeated as often as it is."""
    top = 0
    for row in elements_named(table, "table-row"):
        times, left = int(_own(row, "number-rows-repeated") or 1), 0
        for cell in row:
            width = int(_own(cell, "number-columns-repeated") or 1)
            if next(elements_named(cell, "p"), None) is not None:
                for down in range(times):
                    yield from ((top + down, left + right, cell) for right in range(width))
            left += width
        top += times


def _own(element: ElementTree.Element, name: str) -> str:
    """An attribute of an element, from whatever origin its name is."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def has_struck_font(content: bytes) -> bool:
    """Whether an old workbook (.xls) has a font that is struck through; which cells have it, no reader here tells."""
    for font in _FONT.finditer(content):
        size, name, wide = int.from_bytes(font[1], "little"), font[3][0], font[4][0] + 1
        if size == _FONT_WITHOUT_NAME + name * wide and font[2][0] & _STRUCK_FONT:
            return True
    return False
