"""Cells that nobody can read where they stand: letters in the colour of their ground, or as small as a dot."""

from __future__ import annotations

from colorsys import hls_to_rgb
from xml.etree import ElementTree

from stockward.book.sources.workbook.extent import CellPlace
from stockward.book.sources.workbook.formats import elements_named, styled_cells
from stockward.book.sources.workbook.looks.colours import tone_of

_SMALLEST = 3.0
"""Points below which no letter is read."""
_ALIKE = 0.1
"""So far apart, of 1, may red, green and blue of two colours be that nobody tells from one another."""
_BLACK, _WHITE = ElementTree.Element("color", rgb="FF000000"), ElementTree.Element("color", rgb="FFFFFFFF")
_UNKNOWN = ElementTree.Element("color")


def cells_out_of_sight(xml: bytes, styles: bytes) -> set[CellPlace]:
    """The cells of a sheet that hold something, and whose own format lets nobody see it."""
    if b"color" not in styles and b"sz" not in styles:
        return set()
    root = ElementTree.fromstring(styles)
    fonts, fills = (
        [one for listed in elements_named(root, f"{name}s") for one in elements_named(listed, name)]
        for name in ("font", "fill")
    )
    styled = (one for listed in elements_named(root, "cellXfs") for one in elements_named(listed, "xf"))
    hidden = {
        number
        for number, one in enumerate(styled)
        if hides_letters(_at(fonts, one.get("fontId")), _at(fills, one.get("fillId")))
    }
    if not hidden:
        return set()
    return {(row, column) for row, column, _, _, value in styled_cells(xml, hidden) if value.strip()}


def hides_letters(
    font: ElementTree.Element | None, fill: ElementTree.Element | None, *, of_a_rule: bool = False
) -> bool:
    """Whether what is written in a font lies unseen on a fill; without them, it is black on white."""
    if font is not None and any(_size(one) < _SMALLEST for one in elements_named(font, "sz")):
        return True
    letters = _BLACK if font is None else next(elements_named(font, "color"), _BLACK)
    letters = _BLACK if letters.get("auto") in {"1", "true"} else letters
    ground = _WHITE if fill is None else _ground(fill, of_a_rule=of_a_rule)
    if letters.attrib and letters.attrib == ground.attrib:
        return True
    one, other = tone_of(letters), tone_of(ground)
    if one is None or other is None:
        return False
    pairs = zip(hls_to_rgb(*one), hls_to_rgb(*other), strict=True)
    return max(abs(first - second) for first, second in pairs) <= _ALIKE


def _ground(fill: ElementTree.Element, *, of_a_rule: bool) -> ElementTree.Element:
    """The colour that lies below; one that a rule lays stands where the pattern of any other has its second."""
    pattern = next(elements_named(fill, "patternFill"), None)
    if pattern is None:
        return _UNKNOWN
    kind = pattern.get("patternType", "solid" if of_a_rule else "none")
    if kind != "solid":
        return _WHITE if kind == "none" else _UNKNOWN
    places = ("bgColor", "fgColor") if of_a_rule else ("fgColor",)
    return next((one for place in places for one in elements_named(pattern, place)), _UNKNOWN)


def _size(size: ElementTree.Element) -> float:
    return float(size.get("val", _SMALLEST))


def _at(listed: list[ElementTree.Element], place: str | None) -> ElementTree.Element | None:
    return listed[int(place)] if place and place.isdigit() and int(place) < len(listed) else None
