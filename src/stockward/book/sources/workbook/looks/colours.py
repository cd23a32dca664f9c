"""Rows that bear a colour of their own: a keeper's way to mark an entry, of which no value says what it means."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from colorsys import rgb_to_hls
from typing import Any
from xml.etree import ElementTree

from stockward.book.sources.workbook.extent import CellPlace, column_of
from stockward.book.sources.workbook.formats import elements_named, styled_cells
from stockward.terms.spelling import whole_up_to

_SIGNS = (b"patternFill", b"color")
_PLACE = re.compile(rb"<(?:[^<>/:\s]*:)?c\s(?:[^<>]*\s)?r=\"([A-Z]{1,3})([0-9]{1,7})\"")
_THEME = ("FFFFFF", "000000", "E7E6E6", "44546A", "4472C4", "ED7D31", "A5A5A5", "FFC000", "5B9BD5", "70AD47")
"""The colours of a theme as it is before anybody changes it: few ever do."""
_INDEXED = {
    0: "000000", 1: "FFFFFF", 2: "FF0000", 3: "00FF00", 4: "0000FF", 5: "FFFF00", 6: "FF00FF", 7: "00FFFF",
    8: "000000", 9: "FFFFFF", 10: "FF0000", 11: "00FF00", 12: "0000FF", 13: "FFFF00", 14: "FF00FF", 15: "00FFFF",
    16: "800000", 22: "C0C0C0", 23: "808080", 55: "969696", 64: "000000", 65: "FFFFFF",
}  # fmt: skip
_HUES = (
    (18, "red"), (45, "orange"), (70, "yellow"), (170, "green"), (200, "turquoise"), (260, "blue"), (340, "violet"),
)  # fmt: skip
"""Where each begins to be another, in degrees; beyond the last it is red again."""
_PALE, _DARK, _DULL = 0.97, 0.06, 0.12
NO_COLOUR, ANY_COLOUR, _WHITE, _BLACK = "", "another colour", "white", "black"
LETTERS = "letters"
"""Behind the colour of what is written, as against that of what lies below it."""


def colours_of_rows(xml: bytes, styles: bytes, rows: Sequence[Sequence[Any]]) -> dict[int, str]:
    """The colour of each row, from 0, of which half the cells that hold something bear one, or more.

    That of the ground goes before that of the letters. Black on white is no colour.
    """
    named = _coloured_styles(styles)
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for (row, column), colour in _places(xml, named):
        if row < len(rows) and column < len(rows[row]) and rows[row][column] != "":
            found[row][colour] += 1
    most = ((row, colours.most_common(1)[0]) for row, colours in found.items())
    return {row: colour for row, (colour, times) in most if 2 * times >= sum(cell != "" for cell in rows[row])}


def _coloured_styles(styles: bytes) -> dict[int, str]:
    """The colour of each style that has one, by its number."""
    if not any(sign in styles for sign in _SIGNS):
        return {}
    root = ElementTree.fromstring(styles)
    fills = [colour_of_fill(one) for listed in elements_named(root, "fills") for one in elements_named(listed, "fill")]
    fonts = [colour_of_font(one) for listed in elements_named(root, "fonts") for one in elements_named(listed, "font")]
    styled = (one for listed in elements_named(root, "cellXfs") for one in elements_named(listed, "xf"))
    colours = (_at(fills, one.get("fillId")) or _at(fonts, one.get("fontId")) for one in styled)
    return {number: colour for number, colour in enumerate(colours) if colour}


def _at(colours: Sequence[str], place: str | None) -> str:
    number = whole_up_to(place or "", len(colours) - 1)
    return NO_COLOUR if number is None else colours[number]


def colour_of_fill(fill: ElementTree.Element, *, of_a_rule: bool = False) -> str:
    """The colour of a ground; one that a rule lays stands where the pattern of any other has its second."""
    pattern = next(elements_named(fill, "patternFill"), None)
    if pattern is None or pattern.get("patternType", "solid" if of_a_rule else "none") in {"none", "gray125"}:
        return NO_COLOUR
    places = ("bgColor", "fgColor") if of_a_rule else ("fgColor",)
    name = next((_named(one) for place in places for one in elements_named(pattern, place)), NO_COLOUR)
    return NO_COLOUR if name == _WHITE else name


def colour_of_font(font: ElementTree.Element) -> str:
    """The colour of letters; black is none."""
    name = next((_named(colour) for colour in elements_named(font, "color")), NO_COLOUR)
    return f"{name} {LETTERS}" if name not in {NO_COLOUR, _BLACK} else NO_COLOUR


def _named(colour: ElementTree.Element) -> str:
    """The name of a colour as people call it."""
    if colour.get("auto") in {"1", "true"}:
        return NO_COLOUR
    tone = tone_of(colour)
    if tone is None:
        return ANY_COLOUR
    hue, light, strong = tone
    if light > _PALE or light < _DARK:
        return _WHITE if light > _PALE else _BLACK
    return "grey" if strong < _DULL else next((name for end, name in _HUES if hue * 360 < end), "red")


def tone_of(colour: ElementTree.Element) -> tuple[float, float, float] | None:
    """Hue, lightness and strength of a colour, each from 0 to 1; ``None`` of one that no list here has."""
    theme, indexed, code = colour.get("theme"), colour.get("indexed"), colour.get("rgb", "")[-6:]
    if theme is not None:
        number = whole_up_to(theme, len(_THEME) - 1)
        code = "" if number is None else _THEME[number]
    elif indexed is not None:
        number = whole_up_to(indexed, max(_INDEXED))
        code = "" if number is None else _INDEXED.get(number, "")
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", code):
        return None
    hue, light, strong = rgb_to_hls(*(int(code[place : place + 2], 16) / 255 for place in (0, 2, 4)))
    tint = float(colour.get("tint", "0"))
    return hue, light * (1 + tint) if tint < 0 else light + (1 - light) * tint, strong


def _places(xml: bytes, named: Mapping[int, str]) -> Iterator[tuple[CellPlace, str]]:
    """The cells in each of these styles, which are looked up by their signs: most of a long sheet has none of them."""
    for style, colour in named.items():
        places = _places_of(xml, style)
        if places is None:
            cells = styled_cells(xml, named)
            yield from (((row, column), named[number]) for row, column, number, _, _ in cells)
            return
        yield from ((place, colour) for place in places)


def _places_of(xml: bytes, style: int) -> Collection[CellPlace] | None:
    """The cells in one style; ``None`` where one is written in an unusual way."""
    sign, found = b' s="%d"' % style, list[CellPlace]()
    at = xml.find(sign)
    while at >= 0:
        begin = xml.rfind(b"<", 0, at)
        tag = xml[begin : xml.find(b">", at)]
        if not tag.startswith(b"<row"):
            place = _PLACE.match(tag)
            if place is None and tag[1:2] == b"c":
                return None
            if place is not None:
                found.append((int(place[2]) - 1, column_of(place[1])))
        at = xml.find(sign, at + 1)
    return found
