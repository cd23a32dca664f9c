"""The rows that were imported before, as they were read, and what a new file says that is new, changed or gone.

Rows are known again by their own number, or by document and line, and else by all that they say; never by their date.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from stockward.book.sources.importers.entries import UNREAD, SourceEntry, own_name
from stockward.book.sources.importers.grid.files import CellValue, SheetGrid
from stockward.book.sources.importers.grid.layout import Block, TableRow
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.terms.errors import SiteError

STORE = "imported/rows.jsonl"
DIFFERENCES = "differences"
"""Begins the path of what is asked about a file that differs from what was imported before."""
_NOT_ITS_OWN = frozenset(("book", "difference"))
_BOTH = "both: its numbers begin anew"
_MOSTLY = 0.8
_KEEP, _TAKE = "what was imported before", "the new file"


@dataclass(slots=True)
class Differences:
    """What the new files say beside what was imported before: places of rows, as ``FILE row N``."""

    new: list[str] = field(default_factory=list)
    same: int = 0
    changed: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


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
        lines.append(json.dumps(head, ensure_ascii=False))
        lines += [
            json.dumps([row.number, row.heading, [_plain(cell) for cell in row.cells]], ensure_ascii=False)
            for row in rows
        ]
    return "\n".join([*lines, ""])


def read_stored(text: str, file: str) -> list[Block]:
    """The blocks of ``stored_text``. Raises ``SiteError`` where the file was changed by hand."""
    blocks: list[Block] = []
    try:
        for line in text.splitlines():
            said = json.loads(line)
            if isinstance(said, dict):
                grid = SheetGrid(said["file"], said["sheet"], ())
                headers = tuple(said["headers"])
                places = tuple(range(len(headers)))
                titles, over = tuple(said["titles"]), said["over"]
                blocks.append(Block(grid, said["top"], headers, places, titles, is_new=said["new"], over=over))
            else:
                number, heading, cells = said
                blocks[-1].rows.append(TableRow(number, tuple(map(_typed, cells)), heading))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        mend = "put it back as it was, or take it away and import every file again"
        raise SiteError(file, "these are no rows that an import has kept", mend) from None
    return blocks


def merged(entries: Sequence[SourceEntry], source: str, mapping: MappingFile, found: Differences) -> list[SourceEntry]:
    """The rows of all files of one source, each once; what a later file says otherwise waits for a person's word.

    Entries stand file by file, those that were kept before first. A row that stands again is left out; one that bears
    the number of another and says other things, or is no more in a file that covers its day, is asked about.
    """
    by_block: dict[int, list[SourceEntry]] = defaultdict(list)
    for entry in entries:
        by_block[id(entry.block)].append(entry)
    sheets: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        sheets[entry.block.grid.file].add(entry.block.grid.sheet)
    apart = any(len(names) > 1 for names in sheets.values())
    known: dict[str, SourceEntry] = {}
    roles = frozenset.intersection(*(entry.columns for entry in entries)) if entries else frozenset()
    for group in by_block.values():
        named = dict(zip(_names_of(group, roles, with_sheet=apart), group, strict=True))
        if group[0].block.is_new:
            _merge_file(named, known, roles, mapping, found)
        else:
            # All of them were taken, be it under numbers that began anew: none may stand in the place of another.
            digest = group[0].block.digest
            known.update({f"{name} {digest}" if name in known else name: entry for name, entry in named.items()})
    return list(known.values())


def _names_of(entries: Sequence[SourceEntry], roles: frozenset[str], *, with_sheet: bool) -> list[str]:
    """What names each row in any file: its own number, or all that it says, and which of its like it is.

    Sheets of one workbook are ledgers of their own, which may say the same of different places; so may lists that are
    not dated.
    """
    own = [own_name(entry) for entry in entries]
    if all(own) and len(set(own)) == len(own):
        sheet = f" {entries[0].block.grid.sheet}" if with_sheet else ""
        return [f"{name}{sheet}" for name in own]
    seen: Counter[str] = Counter()
    names = []
    for entry in entries:
        said = _said(entry, roles)
        if UNREAD in {entry.area, entry.text("material")}:
            said += entry.block.grid.label
        if with_sheet or not entry.at:
            said += entry.block.grid.sheet if entry.at else f"{entry.block.grid.name} {entry.block.digest}"
        digest = hashlib.sha256(said.encode()).hexdigest()[:16]
        seen[digest] += 1
        names.append(f"{digest} {seen[digest]}")
    return names


def _said(entry: SourceEntry, roles: frozenset[str]) -> str:
    """All that a row says of itself in the columns that every file has; a balance tells rows apart that are alike."""
    texts = sorted((role, text) for role, text in entry.texts.items() if role in roles or role not in entry.columns)
    numbers = sorted((role, text) for role, text in entry.raw.items() if role in roles and role not in _NOT_ITS_OWN)
    return repr((texts, entry.area, entry.at, numbers))


def _merge_file(
    named: Mapping[str, SourceEntry],
    known: dict[str, SourceEntry],
    roles: frozenset[str],
    mapping: MappingFile,
    found: Differences,
) -> None:
    """Add the rows of one new table to those that are known."""
    again = named.keys() & known.keys()
    changed = {name for name in again if _said(named[name], roles) != _said(known[name], roles)}
    gone = _gone(named, known)
    gone_until: dict[tuple[str, str, str], str] = {}
    for name in gone:
        key = _key(known[name])
        gone_until[key] = max(gone_until.get(key, ""), known[name].at[:10])
    late = {
        name
        for name, entry in named.items()
        if name not in known and gone_until.get(_key(entry), "") >= entry.at[:10]
    }  # fmt: skip
    found.same += len(again) - len(changed)
    found.new += [entry.place for name, entry in named.items() if name not in known]
    found.changed += [named[name].place for name in named if name in changed]
    found.vanished += [known[name].place for name in known if name in gone]
    answer = None
    if changed or gone:
        block = next(iter(named.values())).block
        path: Path = (DIFFERENCES, f"{block.grid.name} {block.digest}")
        asks = (
            f"{block.grid.name} differs from what was imported before: {len(changed)} rows say other things, "
            f"{len(gone)} are no more there, {len(late)} are new in days that were imported. Which is right?"
        )
        answer = mapping.ask(*path, asks=asks, choices=[_TAKE, _KEEP, _BOTH], never_accepted=True)
        if answer is None:
            for name in {*changed, *gone}:
                known[name].waits.append(path)
            for name in late:
                named[name].waits.append(path)
    for name in gone if answer == _TAKE else ():
        del known[name]
    for name, entry in named.items():
        if name in changed and answer == _BOTH:
            known[f"{name} {entry.block.digest}"] = entry
        elif name in changed:
            known[name] = entry if answer == _TAKE else known[name]
        elif name not in known and not (name in late and answer == _KEEP):
            known[name] = entry


def _gone(named: Mapping[str, SourceEntry], known: Mapping[str, SourceEntry]) -> set[str]:
    """Rows that a new file should have, and has not: those of the days, materials and places that it speaks of.

    A file that repeats most of an earlier one should have all of it.
    """
    days = [entry.at[:10] for entry in named.values() if entry.at and not entry.at.startswith(UNREAD)]
    if not days:
        return set()
    first, last, keys = min(days), max(days), {_key(entry) for entry in named.values()}
    rows, again = Counter(id(entry.block) for entry in known.values()), Counter[int]()
    for name in named.keys() & known.keys():
        again[id(known[name].block)] += 1
    # A file that repeats most of another one is that one, brought up to date.
    whole = {block for block, count in again.items() if count >= _MOSTLY * rows[block]}
    return {
        name
        for name, entry in known.items()
        if name not in named and (id(entry.block) in whole or (first <= entry.at[:10] <= last and _key(entry) in keys))
    }


def _key(entry: SourceEntry) -> tuple[str, str, str]:
    place = entry.block.grid.name if entry.area in {"", UNREAD} else entry.area
    return entry.text("material"), place, entry.text("tracked_item")


def _plain(cell: CellValue) -> Any:
    if isinstance(cell, datetime):
        return {"t": cell.isoformat()}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    if isinstance(cell, time):
        return {"c": cell.isoformat()}
    return cell


def _typed(said: Any) -> CellValue:
    if isinstance(said, dict):
        kind, text = next(iter(said.items()))
        if kind == "t":
            return datetime.fromisoformat(text)
        return date.fromisoformat(text) if kind == "d" else time.fromisoformat(text)
    if not isinstance(said, (str, int, float, bool)):
        raise TypeError
    return said
