"""Cells whose format shows something else than they hold: digits of its own, or nothing at all.

A format has up to four parts, ``positive;negative;zero;text``: digits in quotation marks stand there whatever the cell
holds, and an empty part shows nothing. Usual formats round, group, and put a unit behind; these are passed over.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator, Mapping
from html import unescape
from typing import NamedTuple
from xml.etree import ElementTree

_TOKENS = re.compile(r'"([^"]*)"|\\(.)|\*(.)|_.|\[([^\]]*)\]|(.)', re.DOTALL)
"""Words in quotation marks, a sign by itself, one that fills the cell, room, colours and conditions, and all else."""
_CONDITION = re.compile(r"\[[<>=]")
_WHITE = re.compile(r"(?i)\[(?:white|color ?2)\]")
"""Nobody sees it on paper."""
_ELAPSED = re.compile(r"(?i)h+|m+|s+")
_GENERAL = re.compile(r"(?i)general")
_OF_THE_VALUE = frozenset("0#?@ymdhsYMDHSeEgGbB")
"""Signs for which digits of the value stand, or a part of its day, or its text."""
_DENOMINATOR = re.compile(r"/ ?[0-9]+")
_SCALED = re.compile(r"[0#?],+(?![0#?])")
"""A comma behind the last digit leaves out three of the value's."""
_BESIDE = re.compile(r"[0-9][\s.,']*\0|\0[\s.,']*[0-9]")
_CODE = re.compile(rb"formatCode\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_POSITIVE, _NEGATIVE, _ZERO, _TEXT = range(4)
_LONGEST = 1_000
_OF_TEXT = frozenset({"s", "str", "inlineStr"})


class Unlike(NamedTuple):
    """A cell that shows something else than it holds: its place from 0, and its format."""

    row: int
    column: int
    code: str


class _Part(NamedTuple):
    """What one part of a format shows: the value, digits that are not the value's, anything at all."""

    value: bool
    own_digits: bool
    anything: bool


def unlike_cells(xml: bytes, styles: bytes, *, strictly: bool) -> Iterator[Unlike]:
    """Cells of a sheet that show something else than they hold; ``strictly``, no zero is hidden either."""
    codes = _doubtful(styles, strictly=strictly)
    if codes:
        for row, column, style, kind, value in styled_cells(xml, codes):
            if value and _differs(codes[style], kind, value, strictly=strictly):
                yield Unlike(row, column, codes[style])


def unlike_by_condition(xml: bytes, styles: bytes) -> str | None:
    """The first format of a condition on a sheet by which cells would show something else than they hold."""
    if b"conditionalFormatting" not in xml:
        return None
    codes = [unescape((one or two).decode("utf-8", errors="replace")) for one, two in _CODE.findall(xml)]
    if b"dxf" in styles:
        dxfs = elements_named(ElementTree.fromstring(styles), "dxf")
        codes += [one.get("formatCode", "") for dxf in dxfs for one in elements_named(dxf, "numFmt")]
    return next((code for code in codes if _is_doubtful(code, strictly=False)), None)


def _doubtful(styles: bytes, *, strictly: bool) -> Mapping[int, str]:
    """Formats that may show something else, by the number of the style."""
    if b"formatCode" not in styles:
        return {}
    root = ElementTree.fromstring(styles)
    formats = (one for listed in elements_named(root, "numFmts") for one in elements_named(listed, "numFmt"))
    codes = {one.get("numFmtId"): one.get("formatCode", "") for one in formats}
    bad = {number: code for number, code in codes.items() if _is_doubtful(code, strictly=strictly)}
    styled = (one.get("numFmtId") for listed in elements_named(root, "cellXfs") for one in elements_named(listed, "xf"))
    return {style: bad[number] for style, number in enumerate(styled) if number in bad}


def elements_named(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    """All elements of a name in another one, from whatever origin the name is."""
    return (one for one in element.iter() if one.tag.rpartition("}")[2] == name)


def _is_doubtful(code: str, *, strictly: bool) -> bool:
    values = ("n", "1"), ("n", "-1"), ("n", "0"), ("s", "x")
    return any(_differs(code, kind, value, strictly=strictly) for kind, value in values)


def _differs(code: str, kind: str, value: str, *, strictly: bool) -> bool:
    """Whether a cell of this type and value shows something else under a format."""
    if len(code) > _LONGEST:
        return True
    texts = _split(_GENERAL.sub("0", code))
    last = texts[-1] if len(texts) > _TEXT or "@" in texts[-1] else None
    if kind in _OF_TEXT:
        shown = [] if last is None else [_part_of(last)]
        return any(not part.value or part.own_digits for part in shown)
    numbers = [_part_of(text) for text in texts[:_TEXT]]
    if last is not None and 1 < len(texts) <= _TEXT:
        numbers.pop()
    number = _number(value)
    shown = numbers if _CONDITION.search(code) else [_of_number(numbers, number)]
    hides = (not part.value and (number != 0 or (strictly and not part.anything)) for part in shown)
    return any(part.own_digits for part in shown) or any(hides)


def _of_number(parts: list[_Part], number: float) -> _Part:
    place = _NEGATIVE if number < 0 else _ZERO if number == 0 else _POSITIVE
    return parts[place] if place < len(parts) else parts[_POSITIVE]


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return 1.0


def _split(code: str) -> list[str]:
    """The parts of a format; a semicolon in quotation marks, or behind a sign that takes it, begins none."""
    parts = [""]
    for token in _TOKENS.finditer(code):
        if token[0] == ";":
            parts.append("")
        else:
            parts[-1] += token[0]
    return parts


def _part_of(part: str) -> _Part:
    if _WHITE.search(part):
        return _Part(value=False, own_digits=False, anything=False)
    shown, is_filled = "", False
    for quoted, single, filling, bracket, sign in _TOKENS.findall(_DENOMINATOR.sub("/?", part)):
        if sign in _OF_THE_VALUE or _ELAPSED.fullmatch(bracket):
            shown += "\0"
        elif bracket.startswith("$"):
            shown += bracket[1:].partition("-")[0]
        elif filling:
            is_filled = is_filled or filling.isdigit()
        elif not (bracket or sign in (",", ".")):
            shown += quoted or single or sign
    value = "\0" in shown
    # Digits of a unit, as in m3, stand behind a letter; beside those of the value they pass for its own.
    own = _BESIDE.search(shown) if value else re.search("[0-9]", shown)
    return _Part(value, bool(own or is_filled or _SCALED.search(part)), bool(shown.strip()))


def styled_cells(xml: bytes, styles: Collection[int]) -> Iterator[tuple[int, int, int, str, str]]:
    """Cells in one of these styles: row and column from 0, style, type, and the value as it is written."""
    row = column = -1
    for event, element in ElementTree.iterparse(io.BytesIO(xml), events=("start", "end")):
        name = element.tag.rpartition("}")[2]
        if name == "row" and event == "start":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif name == "c" and event == "end":
            row, column = _place(element.get("r"), row, column + 1)
            style = int(element.get("s", "0"))
            if style in styles:
                yield row, column, style, element.get("t", "n"), _value(element)
        elif name == "row":
            element.clear()


def _place(reference: str | None, row: int, column: int) -> tuple[int, int]:
    if reference is None:
        return row, column
    letters = reference.rstrip("0123456789")
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return int(reference[len(letters) :]) - 1, place - 1


def _value(cell: ElementTree.Element) -> str:
    return "".join(text for part in cell if part.tag.rpartition("}")[2] in {"v", "is"} for text in part.itertext())
