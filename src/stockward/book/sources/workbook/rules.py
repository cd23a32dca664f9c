"""Rows that a rule of conditional formatting strikes through or colours: what it shows stands in no cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import islice
from typing import Any, NamedTuple
from xml.etree import ElementTree

from stockward.book.sources.workbook.colours import NO_COLOUR, colour_of_fill, colour_of_font
from stockward.book.sources.workbook.extent import column_of
from stockward.book.sources.workbook.formats import elements_named

_RANGES = re.compile(
    rb"<(?:[a-z0-9]+:)?conditionalFormatting\b[^<>]*\bsqref=\"([^\"]*)\"[^<>]*>(.*?)"
    rb"</(?:[a-z0-9]+:)?conditionalFormatting>",
    re.DOTALL,
)
_RULE = re.compile(rb"<(?:[a-z0-9]+:)?cfRule\b([^<>]*[^/<>])>(.*?)</(?:[a-z0-9]+:)?cfRule>", re.DOTALL)
_FORMAT, _FORMULA = re.compile(rb"\bdxfId=\"(\d+)\""), re.compile(rb"formula>([^<]*)<")
_EXPRESSION = re.compile(rb"\btype=\"expression\"")
_RANGE = re.compile(rb"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?[A-Z]{1,3}\$?([0-9]{1,7}))?")
_EQUALS = re.compile(r"=?\s*\$?([A-Z]{1,3})(\d+)\s*=\s*\"([^\"]*)\"\s*")
_NO = frozenset(("0", "false"))
_MOST_RULES = 200
BY_A_RULE = "by a rule"
"""Behind the colour of a row that a rule gives it."""
STRUCK_BY_A_RULE = f"struck through {BY_A_RULE}"
"""Stands for the colour of a row that a rule strikes through, or may."""


class _Format(NamedTuple):
    strikes: bool
    colour: str


def rows_by_rule(xml: bytes, styles: bytes, rows: Sequence[Sequence[Any]]) -> dict[int, str]:
    """By row, from 0, what a rule makes of it: a colour where it compares a cell of the row with a text.

    A rule that strikes through by another formula may do so to each of its rows.
    """
    if b"cfRule" not in xml or b"dxf" not in styles:
        return {}
    formats = [_format_of(one) for listed in _named(styles, "dxfs") for one in elements_named(listed, "dxf")]
    found: dict[int, str] = {}
    for ranges, rules in islice(_RANGES.findall(xml), _MOST_RULES):
        spans = [(int(first) - 1, int(last or first) - 1) for _, first, last in _RANGE.findall(ranges)]
        for attributes, rule in islice(_RULE.findall(rules), _MOST_RULES):
            number = _FORMAT.search(attributes)
            if number and int(number[1]) < len(formats) and spans:
                found |= dict(_rows_of(rule, attributes, formats[int(number[1])], spans, rows))
    return found


def _rows_of(
    rule: bytes, attributes: bytes, form: _Format, spans: Sequence[tuple[int, int]], rows: Sequence[Sequence[Any]]
) -> Iterator[tuple[int, str]]:
    said = STRUCK_BY_A_RULE if form.strikes else f"{form.colour} {BY_A_RULE}" if form.colour else ""
    formula = _FORMULA.search(rule)
    if not said:
        return
    equals = _EQUALS.fullmatch(unescape(formula[1].decode("utf-8", "replace"))) if formula else None
    numbers = [number for first, last in spans for number in range(first, min(last, len(rows) - 1) + 1)]
    if equals is None or not _EXPRESSION.search(attributes):
        yield from ((number, said) for number in numbers if form.strikes)
        return
    # The formula is that of the first row of the range, and moves on with the others.
    column, shift = column_of(equals[1].encode()), int(equals[2]) - 1 - min(first for first, _ in spans)
    for number in numbers:
        row = rows[number + shift] if 0 <= number + shift < len(rows) else ()
        if column < len(row) and str(row[column]).strip().casefold() == equals[3].strip().casefold():
            yield number, said


def _format_of(form: ElementTree.Element) -> _Format:
    strikes = any(one.get("val", "1") not in _NO for one in elements_named(form, "strike"))
    fills = (colour_of_fill(one, of_a_rule=True) for one in elements_named(form, "fill"))
    fonts = (colour_of_font(one) for one in elements_named(form, "font"))
    return _Format(strikes, next(filter(None, (*fills, *fonts)), NO_COLOUR))


def _named(styles: bytes, name: str) -> Iterator[ElementTree.Element]:
    return elements_named(ElementTree.fromstring(styles), name)
