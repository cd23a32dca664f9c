"""Whether the counts of a workbook were typed, where everybody sees them; a reader of values cannot tell."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection
from itertools import takewhile
from xml.etree import ElementTree

from stockward.book.sources.raw import TITLE_ROWS
from stockward.book.sources.workbook.extent import cells
from stockward.book.sources.workbook.shared_texts import SharedTexts
from stockward.book.sources.workbook.unpacking import MAIN, Parts
from stockward.terms.errors import SheetError

_BOOK = "xl/workbook.xml"
_COVERS = re.compile(rb"<[^<>]*\bt\s*=\s*[\"'](?:array|dataTable)[\"']")
"""Formulas that fill more cells than the one in which they stand."""


def unseen(parts: Parts, file: str, sheet: str, column: str, *, usual: Collection[str]) -> tuple[str, ...]:
    """Sheets of an unpacked workbook besides the ``usual`` ones, which are not read.

    Raises ``SheetError`` where the sheet is hidden itself, or its ``column`` holds a formula in place of a count.
    """
    if _states(parts).get(sheet) != "visible":
        raise SheetError(
            file, f"the sheet {sheet} is hidden, so nobody has filled it in", "fill in one that is in sight"
        )
    _require_typed(parts, f"{file}[{sheet}]", sheet, column)
    others = [name for name in parts.paths if name not in usual]
    return (f"{file}: left out what no draw writes: sheet {', '.join(others)}",) if others else ()


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
