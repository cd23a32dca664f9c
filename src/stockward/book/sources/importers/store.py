"""The rows that were imported before, as they were read, and what a new file says that is new, changed or gone.

Rows are known again by their own number, or by document and line, and else by all that they say; never by their date.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from stockward.book.sources.importers.grids import Cell, Grid
from stockward.book.sources.importers.layout import Block, Row, text_of
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.terms.errors import SiteError

STORE = "imported/rows.jsonl"
_KEEP, _TAKE = "keep what was taken before", "take the new file"


@dataclass(slots=True)
class Differences:
    """What the new files say beside what was imported before: places of rows, as ``FILE row N``."""

    new: list[str] = field(default_factory=list)
    same: int = 0
    changed: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def stored_text(blocks: Iterable[Block]) -> str:
    """Blocks as lines of JSON: each block's header, and then its rows."""
    lines = []
    for block in blocks:
        head = {
            "file": block.grid.file, "sheet": block.grid.sheet, "top": block.top, "headers": block.headers,
            "titles": block.titles,
        }  # fmt: skip
        lines.append(json.dumps(head, ensure_ascii=False))
        lines += [
            json.dumps([row.number, row.heading, [_plain(cell) for cell in row.cells]], ensure_ascii=False)
            for row in block.rows
        ]
    return "\n".join([*lines, ""])


def read_stored(text: str, file: str) -> list[Block]:
    """The blocks of ``stored_text``. Raises ``SiteError`` where the file was changed by hand."""
    blocks: list[Block] = []
    try:
        for line in text.splitlines():
            said = json.loads(line)
            if isinstance(said, dict):
                grid = Grid(said["file"], said["sheet"], ())
                headers = tuple(said["headers"])
                places = tuple(range(len(headers)))
                blocks.append(Block(grid, said["top"], headers, places, tuple(said["titles"])))
            else:
                number, heading, cells = said
                blocks[-1].rows.append(Row(number, tuple(map(_typed, cells)), heading))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        mend = "put it back as it was, or take it away and import every file again"
        raise SiteError(file, "these are no rows that an import has kept", mend) from None
    return blocks


def merged(
    stored: Sequence[Block], fresh: Sequence[Block], keys: Mapping[str, Sequence[str]], mapping: MappingFile
) -> tuple[list[Block], Differences]:
    """The rows of both, each once, and the differences. What changed or is gone waits for a person's word.

    ``keys`` are, by source, the headers that name a row; ``stored`` and ``fresh`` hold blocks of one source each.
    """
    found = Differences(files=sorted({block.grid.file for block in fresh}))
    kept: list[Block] = [replace(block, rows=list(block.rows)) for block in stored]
    known: dict[tuple[str, str], tuple[Block, int, str]] = {}
    for block in kept:
        for place, (identity, digest) in enumerate(_named(block, keys, mapping)):
            known[identity] = (block, place, digest)
    added: list[Block] = []
    for block in fresh:
        rows: list[Row] = []
        met: set[tuple[str, str]] = set()
        for row, (identity, digest) in zip(block.rows, _named(block, keys, mapping), strict=True):
            met.add(identity)
            before = known.get(identity)
            if before is None:
                rows.append(row)
                found.new.append(block.grid.place(row.number))
            elif before[2] == digest:
                found.same += 1
            else:
                found.changed.append(block.grid.place(row.number))
                _settle_changed(before, row, block, mapping)
        _settle_vanished(block, met, known, found, mapping)
        if rows:
            added.append(replace(block, rows=rows))
    return [block for block in [*kept, *added] if block.rows], found


def _named(
    block: Block, keys: Mapping[str, Sequence[str]], mapping: MappingFile
) -> Iterable[tuple[tuple[str, str], str]]:
    """The identity of each row within its source, and the digest of all that it says."""
    source = mapping.source_of(block.fingerprint) or ""
    places = [block.headers.index(header) for header in keys.get(source, ()) if header in block.headers]
    order = sorted(range(len(block.headers)), key=lambda place: block.headers[place])
    seen: Counter[str] = Counter()
    names = ["/".join(text_of(row.cells[place]) for place in places) if places else "" for row in block.rows]
    own = bool(places) and all(name.strip("/") for name in names) and len(set(names)) == len(names)
    for row, name in zip(block.rows, names, strict=True):
        said = repr([(block.headers[place], text_of(row.cells[place])) for place in order])
        digest = hashlib.sha256(said.encode()).hexdigest()[:16]
        if own:
            yield (source, name), digest
            continue
        seen[digest] += 1
        yield (source, f"{digest} {seen[digest]}"), digest


def _settle_changed(before: tuple[Block, int, str], row: Row, block: Block, mapping: MappingFile) -> None:
    path: Path = ("differences", block.grid.file, "changed")
    asks = f"{block.grid.name} says other things of rows that were imported before: which of the two is right?"
    answer = mapping.ask(*path, asks=asks, choices=[_KEEP, _TAKE])
    old, place, _ = before
    if answer == _TAKE:
        order = [block.headers.index(header) if header in block.headers else -1 for header in old.headers]
        cells = tuple(row.cells[at] if at >= 0 else "" for at in order)
        old.rows[place] = replace(old.rows[place], cells=cells)
    elif answer is None:
        old.rows[place] = replace(old.rows[place], waits=(path,))


def _settle_vanished(
    block: Block, met: set[tuple[str, str]], known: Mapping[tuple[str, str], tuple[Block, int, str]],
    found: Differences, mapping: MappingFile,
) -> None:  # fmt: skip
    """Rows of a list that a later export of the same list has no more, among those it repeats."""
    source = mapping.source_of(block.fingerprint) or ""
    again = [known[identity] for identity in met if identity in known]
    if not again:
        return
    # An export begins at some row: what stood before the first that it repeats lies outside.
    first = {id(one[0]): min(other[1] for other in again if other[0] is one[0]) for one in again}
    last = {id(one[0]): max(other[1] for other in again if other[0] is one[0]) for one in again}
    gone = [
        (old, place)
        for identity, (old, place, _) in known.items()
        if identity[0] == source and identity not in met and id(old) in first
        and first[id(old)] < place < last[id(old)]
    ]  # fmt: skip
    if not gone:
        return
    path: Path = ("differences", block.grid.file, "vanished")
    asks = f"Rows that were imported before are no more in {block.grid.name}: are they to be kept?"
    answer = mapping.ask(*path, asks=asks, choices=[_KEEP, "take them out"])
    for old, place in gone:
        found.vanished.append(old.grid.place(old.rows[place].number))
        if answer is None:
            old.rows[place] = replace(old.rows[place], waits=(path,))
    if answer == "take them out":
        for old in {id(old): old for old, _ in gone}.values():
            places = {place for other, place in gone if other is old}
            old.rows = [row for place, row in enumerate(old.rows) if place not in places]


def _plain(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return {"t": cell.isoformat()}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    if isinstance(cell, time):
        return {"c": cell.isoformat()}
    return cell


def _typed(said: Any) -> Cell:
    if isinstance(said, dict):
        kind, text = next(iter(said.items()))
        if kind == "t":
            return datetime.fromisoformat(text)
        return date.fromisoformat(text) if kind == "d" else time.fromisoformat(text)
    if not isinstance(said, (str, int, float, bool)):
        raise TypeError
    return said
