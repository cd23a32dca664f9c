"""Whether the counts of a workbook were typed, where everybody sees them; a reader of values cannot tell."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Iterator, Set
from itertools import takewhile
from xml.etree import ElementTree

from stockward.facts.extent import cells
from stockward.facts.raw import TITLE_ROWS, letters_of
from stockward.facts.shared_texts import SharedTexts
from stockward.facts.unpacking import MAIN, Parts, unpack
from stockward.terms.errors import SheetError

_BOOK = "xl/workbook.xml"
_MOST_COLUMNS = 26
_YES = {"1", "true"}
_COVERS = re.compile(rb"<[^<>]*\bt\s*=\s*[\"'](?:array|dataTable)[\"']")
"""Formulas that fill more cells than the one in which they stand."""


def unseen(
    content: bytes, file: str, sheet: str, column: str, *, usual: Collection[str], ours: Set[str]
) -> tuple[str, ...]:
    """What somebody who looked at the workbook may not have seen: hidden rows and columns, and further sheets.

    The sheets that are ``usual`` are not told of, nor are the columns that the draw itself hides (``ours``).

    Raises ``SheetError`` where the sheet is hidden itself, or its ``column`` holds a formula in place of a count.
    """
    parts = unpack(content, file, (sheet,))
    if _states(parts).get(sheet) != "visible":
        raise SheetError(
            file, f"the sheet {sheet} is hidden, so nobody has filled it in", "fill in one that is in sight"
        )
    _require_typed(parts, f"{file}[{sheet}]", sheet, column)
    hidden = sum(_is_hidden(row) for row in _named("row", parts.sheet(sheet)))
    columns = ", ".join(sorted(_hidden_columns(parts.sheet(sheet)) - ours))
    others = [name for name in parts.paths if name not in usual]
    told = (
        f"{file}[{sheet}]: hidden rows, which are read all the same: {hidden}" if hidden else "",
        f"{file}[{sheet}]: hidden columns, which are read all the same: {columns}" if columns else "",
        f"{file}: left out what no draw writes: sheet {', '.join(others)}" if others else "",
    )
    return tuple(one for one in told if one)


def _require_typed(parts: Parts, place: str, sheet: str, column: str) -> None:
    own = {at for (_, at), text in _texts(parts, place, sheet).items() if text.strip() == column}
    for cell in cells(parts.sheet(sheet)):
        if cell.is_formula and (cell.place[1] in own or _COVERS.search(cell.xml)):
            mend = "write the number that was counted, as it stands on the signed sheet"
            raise SheetError(place, "a formula, and a count is typed", mend, row=cell.place[0] + 1, column=column)


def _states(parts: Parts) -> dict[str, str]:
    """Whether each sheet is visible; of two with one name nobody can say which was filled in."""
    states: dict[str, str] = {}
    for one in ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(parts.content)).read(_BOOK)).iter(f"{MAIN}sheet"):
        name = one.get("name", "")
        states[name] = "twice" if name in states else one.get("state", "visible")
    return states


def _texts(parts: Parts, place: str, sheet: str) -> dict[tuple[int, int], str]:
    """What the cells say among which the header stands."""
    shared = SharedTexts(parts.strings, place)
    top = takewhile(lambda cell: cell.place[0] < TITLE_ROWS, cells(parts.sheet(sheet)))
    return {cell.place: shared.text(cell.value) if cell.kind == "s" else cell.text for cell in top}


def _named(name: str, xml: bytes) -> Iterator[ElementTree.Element]:
    return (one for one in ElementTree.fromstring(xml).iter() if one.tag.rpartition("}")[2] == name)


def _hidden_columns(xml: bytes) -> set[str]:
    """Letters of the columns that are hidden, among those that a sheet could have."""
    hidden = (one for one in _named("col", xml) if one.get("hidden") in _YES)
    spans = (range(int(one.get("min", 1)) - 1, min(int(one.get("max", 1)), _MOST_COLUMNS)) for one in hidden)
    return {letters_of(place) for span in spans for place in span}


def _is_hidden(row: ElementTree.Element) -> bool:
    return row.get("hidden") in _YES or row.get("ht") == "0"
