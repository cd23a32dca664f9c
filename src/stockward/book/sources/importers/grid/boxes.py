"""Quantities in two columns, full boxes and loose pieces: each is a row of its own, in its own unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from stockward.book.sources.importers.grid.files import CellValue
from stockward.book.sources.importers.grid.layout import Block, TableRow
from stockward.book.sources.naming.aliases import role_of
from stockward.terms.spelling import folded

_BOXES = re.compile(
    r"(?:full |whole |unopened )?(?:boxes|box|cases|crates|cartons|packs|packages|drums|kisten|kartons|caisses|cajas|"
    r"ящики|ящиков|ящиків|коробки|kutu|sandık)\b"
)
_LOOSE = re.compile(
    r"(?:loose|singles|odd|odds|lose|einzeln|vrac|en vrac|sueltos|sueltas|россыпью?|поштучно|розсипом|dokme)"
    r"(?: (?:rounds|rds|pieces|pcs|items|units|nos))?\b"
)
_COUNT, _QUANTITY = "Counted", "Quantity"
BOXES_APART = "Unit (boxes, pieces)"
"""The header of the units of a table of which boxes and loose pieces are rows of their own."""
_OF_BOXES, _OF_PIECES, _OF_BOTH = "box", "each", frozenset(("balance", "book", "difference"))
_Pair = tuple[int, int, str]
"""The places of the boxes and of the loose pieces of one quantity, and the header that both have then."""


def with_boxes_apart(blocks: Sequence[Block], is_known: Callable[[Block], bool], *, is_count: bool) -> list[Block]:
    """The tables, each with boxes and loose pieces in two columns as one with a row for each, and a column of units.

    One that was imported as it stands before, of which ``is_known`` says so, is left as it is.
    """
    found = []
    for block in blocks:
        pairs = [] if is_known(block) else _pairs(block, is_count=is_count)
        found.append(_apart(block, pairs) if pairs else block)
    return found


def _pairs(block: Block, *, is_count: bool) -> list[_Pair]:
    if "unit" in map(role_of, block.headers):
        return []
    plain = [folded(header) for header in block.headers]
    loose = {_LOOSE.sub("", name).strip(): place for place, name in enumerate(plain) if _LOOSE.search(name)}
    found: list[_Pair] = []
    for place, name in enumerate(plain):
        beside = _BOXES.sub("", name).strip()
        if _BOXES.search(name) and not role_of(block.headers[place]) and beside in loose:
            header = beside if role_of(beside) in {"in", "out", "counted", "quantity"} else ""
            if header or not beside:
                found.append((place, loose[beside], header or (_COUNT if is_count else _QUANTITY)))
    return found


def _apart(block: Block, pairs: Sequence[_Pair]) -> Block:
    taken = {place for boxes, loose, _ in pairs for place in (boxes, loose)}
    kept = [place for place in range(len(block.headers)) if place not in taken]
    headers = (*(block.headers[place] for place in kept), *(header for _, _, header in pairs), BOXES_APART)
    first = block.places[0]
    found = replace(block, headers=headers, places=tuple(range(first, first + len(headers))), rows=[])
    balances = [
        at for at, place in enumerate(kept) if role_of(block.headers[place]) in {"balance", "book", "difference"}
    ]
    for row in block.rows:
        filled = [unit for unit in (_OF_BOXES, _OF_PIECES) if any(map(str, _figures(row, pairs, unit)))]
        for unit in filled or [_OF_PIECES]:
            own: list[CellValue] = [row.cells[place] for place in kept]
            for at in balances if unit != (filled or [_OF_PIECES])[-1] else ():
                # What is left stands behind the second of the two.
                own[at] = ""
            found.rows.append(row._replace(cells=(*own, *_figures(row, pairs, unit), unit)))
    return found


def _figures(row: TableRow, pairs: Sequence[_Pair], unit: str) -> list[CellValue]:
    return [row.cells[boxes if unit == _OF_BOXES else loose] for boxes, loose, _ in pairs]
