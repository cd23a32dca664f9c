"""The rows that were imported before, as they were read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, datetime, time
from functools import lru_cache
from math import isfinite
from typing import Any

from stockward.book.sources.importers.grid.files import CellValue, SheetGrid
from stockward.book.sources.importers.grid.layout import Block, TableRow
from stockward.terms.errors import SiteError

STORE = "imported/rows.jsonl"


def stored_text(blocks: Iterable[Block], kept: Mapping[int, Sequence[TableRow]], pending: Set[int]) -> str:
    """Blocks as lines of JSON: each block's header, then its rows; ``kept`` has those of each, by its identity.

    Blocks that are ``pending`` are looked at again as new ones: what is asked of them is not answered yet.
    """
    lines = []
    for block in blocks:
        rows = kept.get(id(block), block.rows)
        if not rows:
            continue
        head = {
            "file": block.grid.file, "sheet": block.grid.sheet, "top": block.top, "headers": block.headers,
            "titles": block.titles, "over": block.over, "new": id(block) in pending,
        }  # fmt: skip
        if block.reading:
            head["reading"] = block.reading
        if any(block.places[:1]):
            head["column"] = block.places[0]
        if block.columns:
            head["columns"] = block.columns
        if block.of_people:
            head["people"] = True
        lines.append(json.dumps(head, ensure_ascii=False))
        lines += map(_line, rows)
    return "\n".join([*lines, ""])


def _line(row: TableRow) -> str:
    """A row as JSON."""
    marks = [row.struck, row.colour, row.month]
    while marks and not marks[-1]:
        marks.pop()
    marked = "".join(f", {_quoted(mark)}" for mark in marks)
    return f"[{row.number}, {_quoted(row.heading)}, [{', '.join(map(_cell, row.cells))}]{marked}]"


def _cell(cell: CellValue) -> str:
    """A cell as JSON; a text or a number, as most are, is written without looking for its kind."""
    if type(cell) is str:
        return _quoted(cell)
    return repr(cell) if type(cell) is float and isfinite(cell) else _json(cell)


def read_stored(text: str, file: str) -> list[Block]:
    """The blocks of ``stored_text``. Raises ``SiteError`` where the file was changed by hand."""
    blocks: list[Block] = []
    try:
        for line in filter(None, text.split("\n")):
            said = json.loads(line)
            if isinstance(said, dict):
                grid = SheetGrid(said["file"], said["sheet"], ())
                headers = tuple(said["headers"])
                first = int(said.get("column", 0))
                places = tuple(range(first, first + len(headers)))
                titles, over = tuple(said["titles"]), said["over"]
                people, reading = said.get("people", False), str(said.get("reading", ""))
                block = Block(grid, said["top"], headers, places, titles, is_new=said["new"], over=over)
                block.of_people, block.reading, block.columns = people, reading, str(said.get("columns", ""))
                blocks.append(block)
            else:
                number, heading, cells, *marks = said
                blocks[-1].rows.append(TableRow(number, tuple(map(_typed, cells)), heading, *map(str, marks[:3])))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        mend = "put it back as it was, or take it away and import every file again"
        raise SiteError(file, "these are no rows that an import has kept", mend) from None
    return blocks


def _plain(cell: object) -> Any:
    """A cell of which JSON has no kind."""
    if isinstance(cell, datetime):
        return {"t": cell.isoformat()}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    if isinstance(cell, time):
        return {"c": cell.isoformat()}
    raise TypeError


_json = lru_cache(50_000, typed=True)(json.JSONEncoder(ensure_ascii=False, default=_plain).encode)
_quoted = json.encoder.encode_basestring


def _typed(said: Any) -> CellValue:
    if isinstance(said, dict):
        kind, text = next(iter(said.items()))
        if kind == "t":
            return datetime.fromisoformat(text)
        return date.fromisoformat(text) if kind == "d" else time.fromisoformat(text)
    if not isinstance(said, (str, int, float, bool)):
        raise TypeError
    return said
