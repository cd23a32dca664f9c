"""Rules of conditional formatting that strike through, hide or colour cells: what they show stands in no cell."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import Any, NamedTuple
from xml.etree import ElementTree

from stockward.book.sources.workbook.extent import CellPlace, column_of
from stockward.book.sources.workbook.formats import elements_named
from stockward.book.sources.workbook.looks.colours import NO_COLOUR, colour_of_fill, colour_of_font
from stockward.book.sources.workbook.looks.letters import hides_letters

_NAME, _INSIDE = rb"(?:[A-Za-z0-9]+:)?", rb"((?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)"
_RANGES = re.compile(
    rb"<" + _NAME + rb"conditionalFormatting\b" + _INSIDE + rb">(.*?)</" + _NAME + rb"conditionalFormatting>", re.DOTALL
)
_RULE = re.compile(
    rb"<" + _NAME + rb"cfRule\b" + _INSIDE + rb"(?:/>|>(.*?)</" + _NAME + rb"cfRule>)",
    re.DOTALL,
)
_PLACES = re.compile(rb"\bsqref\s*=\s*[\"']([^\"']*)[\"']"), re.compile(rb"sqref\b[^<>]*>([^<]*)<")
_FORMAT, _KIND = (re.compile(rb"\b" + name + rb"\s*=\s*[\"'](\w+)[\"']") for name in (b"dxfId", b"type"))
_COMPARES = re.compile(rb"\boperator\s*=\s*[\"'](\w+)[\"']")
_OWN_FORMAT = re.compile(rb"<" + _NAME + rb"dxf\b[^<>]*>(.*)</" + _NAME + rb"dxf>", re.DOTALL)
_PREFIX = re.compile(rb"(</?)[A-Za-z0-9]+:")
_FORMULA = re.compile(rb"<" + _NAME + rb"f(?:ormula)?\b[^<>]*>([^<]*)<")
_SHOWS_NONE = re.compile(rb"\bshowValue\s*=\s*[\"'](?:0|false)[\"']")
_RANGE = re.compile(rb"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_EQUALS = re.compile(r"=?\s*\$?([A-Z]{1,3})(\d+)\s*=\s*\"([^\"]*)\"\s*")
_LITERAL = re.compile(r"=?\s*(?:\"([^\"]*)\"|(-?[0-9]+(?:\.[0-9]+)?))\s*")
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "equal": operator.eq, "notEqual": operator.ne, "lessThan": operator.lt, "lessThanOrEqual": operator.le,
    "greaterThan": operator.gt, "greaterThanOrEqual": operator.ge,
}  # fmt: skip
_EQUALITIES = frozenset(("equal", "notEqual"))
_NO = frozenset(("0", "false"))
_MOST_RULES = 200
BY_A_RULE = "by a rule"
"""Behind the colour of a row that a rule gives it."""
STRUCK_BY_A_RULE = f"struck through {BY_A_RULE}"
"""Stands for the colour of a row that a rule strikes through, or may."""


class CellSpan(NamedTuple):
    """A range of cells: its first and last row and column, from 0."""

    top: int
    left: int
    bottom: int
    right: int


_EVERYWHERE = CellSpan(0, 0, 1 << 20, 1 << 14)


@dataclass(frozen=True, slots=True)
class ShowingRule:
    """A rule of conditional formatting by which cells look otherwise.

    places
        The ranges, as they are written.
    strikes, hides
        Whether it strikes cells through, or lets nobody see what they hold.
    colour
        The colour that it gives them, or none.
    """

    places: str
    spans: tuple[CellSpan, ...]
    kind: str
    compares: str
    formula: str | None
    strikes: bool
    hides: bool
    colour: str

    def cells(self, rows: Sequence[Sequence[Any]]) -> Set[CellPlace] | None:
        """The cells of these rows that it changes; ``None`` where its formula is none that is followed here."""
        equals = _EQUALS.fullmatch(self.formula) if self.formula and self.kind == "expression" else None
        literal = _LITERAL.fullmatch(self.formula) if self.formula and self.kind == "cellIs" else None
        if equals is not None:
            # The formula is that of the first row of the range, and moves on with the others.
            column, shift = column_of(equals[1].encode()), int(equals[2]) - 1 - min(span.top for span in self.spans)
            texts = equals[3].strip().casefold()
            return {(row, at) for row, at in self._all(rows) if _text(rows, row + shift, column) == texts}
        if literal is not None and self.compares in (_OPERATORS if literal[1] is None else _EQUALITIES):
            how, what = self.compares, literal
            return {place for place in self._all(rows) if _compared(_text(rows, *place), how, what)}
        return None

    def _all(self, rows: Sequence[Sequence[Any]]) -> Iterator[CellPlace]:
        for span in self.spans:
            for row in range(span.top, min(span.bottom, len(rows) - 1) + 1):
                yield from ((row, at) for at in range(span.left, min(span.right, len(rows[row]) - 1) + 1))


def rules_of(xml: bytes, styles: bytes) -> Iterator[ShowingRule]:
    """The rules of a sheet that change how cells look, so many as are looked at."""
    if b"cfRule" not in xml:
        return
    root = ElementTree.fromstring(styles) if b"dxf" in styles else ElementTree.Element("none")
    formats = [one for listed in elements_named(root, "dxfs") for one in elements_named(listed, "dxf")]
    for attributes, inner in islice(_RANGES.findall(xml), _MOST_RULES):
        found_places = _PLACES[0].search(attributes) or _PLACES[1].search(inner)
        written = found_places[1] if found_places else b""
        spans = tuple(_spans(written))
        for own, rule in islice(_RULE.findall(inner), _MOST_RULES) if spans else ():
            found = _rule(own, rule, formats, written.decode("utf-8", "replace"), spans)
            if found.strikes or found.hides or found.colour:
                yield found


def rows_by_rule(xml: bytes, styles: bytes, rows: Sequence[Sequence[Any]]) -> dict[int, str]:
    """By row, from 0, what a rule makes of it: a colour where it compares a cell of the row with a text.

    A rule that strikes through by another formula may do so to each of its rows.
    """
    found: dict[int, str] = {}
    for rule in rules_of(xml, styles):
        said = STRUCK_BY_A_RULE if rule.strikes else f"{rule.colour} {BY_A_RULE}" if rule.colour else ""
        changed = rule.cells(rows) if rule.kind == "expression" else None
        if said and changed is not None:
            found |= {row: said for row, _ in changed}
        elif said and rule.strikes:
            numbers = (number for span in rule.spans for number in range(span.top, min(span.bottom, len(rows) - 1) + 1))
            found |= dict.fromkeys(numbers, said)
    return found


def _rule(
    attributes: bytes, inner: bytes, formats: Sequence[ElementTree.Element], places: str, spans: tuple[CellSpan, ...]
) -> ShowingRule:
    number, kind, compares = (sign.search(attributes) for sign in (_FORMAT, _KIND, _COMPARES))
    own, formula = _OWN_FORMAT.search(inner), _FORMULA.search(inner)
    form = ElementTree.Element("none")
    if own is not None:
        form = ElementTree.fromstring(b"<dxf>" + _PREFIX.sub(rb"\1", own[1]) + b"</dxf>")
    elif number is not None and number[1].isdigit() and int(number[1]) < len(formats):
        form = formats[int(number[1])]
    fill, font = (next(elements_named(form, name), None) for name in ("fill", "font"))
    colours = (colour_of_fill(fill, of_a_rule=True) if fill is not None else NO_COLOUR,
               colour_of_font(font) if font is not None else NO_COLOUR)  # fmt: skip
    changes = font is not None or fill is not None
    return ShowingRule(
        places,
        spans,
        kind[1].decode() if kind else "",
        compares[1].decode() if compares else "",
        unescape(formula[1].decode("utf-8", "replace")) if formula else None,
        strikes=any(one.get("val", "1") not in _NO for one in elements_named(form, "strike")),
        hides=bool(_SHOWS_NONE.search(inner)) or (changes and hides_letters(font, fill, of_a_rule=True)),
        colour=next(filter(None, colours), NO_COLOUR),
    )


def _spans(written: bytes) -> Iterator[CellSpan]:
    for one in written.split():
        if found := _RANGE.fullmatch(one):
            left, top, right, bottom = found.groups()
            yield CellSpan(int(top) - 1, column_of(left), int(bottom or top) - 1, column_of(right or left))
        else:
            # Whole columns or rows, as few programs write them.
            yield _EVERYWHERE


def _text(rows: Sequence[Sequence[Any]], row: int, column: int) -> str:
    return str(rows[row][column]).strip().casefold() if 0 <= row < len(rows) and column < len(rows[row]) else ""


def _compared(text: str, how: str, literal: re.Match[str]) -> bool:
    """Whether a cell compares so with a text or a number; one that holds nothing never does."""
    if not text:
        return False
    if literal[1] is not None:
        return _OPERATORS[how](text == literal[1].strip().casefold(), True)
    try:
        return _OPERATORS[how](float(text.replace(",", ".")), float(literal[2]))
    except ValueError:
        # A spreadsheet program puts every text behind all numbers.
        return how in {"notEqual", "greaterThan", "greaterThanOrEqual"}
