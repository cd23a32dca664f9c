"""Whether the counts of a workbook were typed, where everybody sees them; a reader of values cannot tell."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count
from xml.etree import ElementTree

from stockward.facts.extent import cells
from stockward.facts.raw import TITLE_ROWS
from stockward.facts.unpacking import MAIN, Parts, unpack
from stockward.terms.errors import SheetError

_BOOK = "xl/workbook.xml"
_YES = {"1", "true"}
_COVERS = {"array", "dataTable"}
"""Formulas that fill more cells than the one in which they stand."""


def unseen(content: bytes, file: str, sheet: str, column: str, usual: Collection[str]) -> tuple[str, ...]:
    """What somebody who looked at the workbook may not have seen: hidden rows, sheets beside those that are usual.

    Raises ``SheetError`` where the sheet is hidden itself, or its ``column`` holds a formula in place of a count.
    """
    parts = unpack(content, file, (sheet,))
    if sheet not in _shown(parts):
        raise SheetError(
            file, f"the sheet {sheet} is hidden, so nobody has filled it in", "fill in one that is in sight"
        )
    _require_typed(parts, f"{file}[{sheet}]", sheet, column)
    hidden = sum(_is_hidden(row) for row in _rows(parts.sheet(sheet)))
    others = [name for name in parts.paths if name not in usual]
    told = (
        f"{file}[{sheet}]: hidden rows, which are read all the same: {hidden}" if hidden else "",
        f"{file}: left out what no draw writes: sheet {', '.join(others)}" if others else "",
    )
    return tuple(one for one in told if one)


def _require_typed(parts: Parts, place: str, sheet: str, column: str) -> None:
    own = {at for (_, at), text in _texts(parts, sheet).items() if text.strip() == column}
    for (row, at), cell in cells(parts.sheet(sheet)):
        formula = cell.find("{*}f")
        if formula is not None and (at in own or formula.get("t") in _COVERS):
            mend = "write the number that was counted, as it stands on the signed sheet"
            raise SheetError(place, "a formula, and a count is typed", mend, row=row + 1, column=column)


def _shown(parts: Parts) -> set[str]:
    book = ElementTree.fromstring(parts.archive.read(_BOOK))
    return {one.get("name", "") for one in book.iter(f"{MAIN}sheet") if one.get("state", "visible") == "visible"}


def _texts(parts: Parts, sheet: str) -> dict[tuple[int, int], str]:
    """What the cells say among which the header stands."""
    top = [(place, cell.get("t"), _value(cell)) for place, cell in _top(parts.sheet(sheet))]
    named = {text for _, kind, text in top if kind == "s" and text.isdecimal()}
    shared = dict(zip(map(str, count()), parts.texts(max(map(int, named), default=-1) + 1), strict=False))
    return {place: shared.get(text, "") if kind == "s" else text for place, kind, text in top}


def _top(xml: bytes) -> Iterator[tuple[tuple[int, int], ElementTree.Element]]:
    for place, cell in cells(xml):
        if place[0] >= TITLE_ROWS:
            return
        yield place, cell


def _value(cell: ElementTree.Element) -> str:
    return cell.findtext("{*}v") or "".join(text.text or "" for text in cell.iterfind("{*}is//{*}t"))


def _rows(xml: bytes) -> Iterator[ElementTree.Element]:
    return (one for one in ElementTree.fromstring(xml).iter() if one.tag.rpartition("}")[2] == "row")


def _is_hidden(row: ElementTree.Element) -> bool:
    return row.get("hidden") in _YES or row.get("ht") == "0"
