"""Two lists of one thing: what a program exports in two ways happened once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence

from stockward.book.sources.importers.entries import SourceEntry
from stockward.book.sources.importers.ledger.meanings import LEAVE_OUT
from stockward.book.sources.importers.ledger.posting import Posting
from stockward.book.sources.importers.mapping import MappingFile, Path

_FEWEST, _SHARE = 3, 0.5
"""So many rows, and so much of the shorter list, stand in another by no chance."""
_LATER, _EARLIER, _SUM = "this list", "the other list", "both: they add up"
_OUT, _OTHERS = "leave it out", "they are others"


def without_doubles(postings: Sequence[Posting], what: str, mapping: MappingFile) -> list[Posting]:
    """The postings of all sources, without those of a list that says again what another one says.

    Whether it does is asked; until then the rows of the later list wait.
    """
    by_source: dict[str, list[Posting]] = defaultdict(list)
    for one in postings:
        by_source[one.entry.source].append(one)
    if len(by_source) < 2:
        return list(postings)
    kept: list[Posting] = []
    seen: dict[str, Counter[Hashable]] = {}
    for source, rows in by_source.items():
        said = Counter(map(_said, rows))
        other = next((name for name, before in seen.items() if _is_double(said, before)), None)
        if other is not None:
            path: Path = ("source", source, f"{what} that stand in another list")
            both = (said & seen[other]).total()
            asks = f"{both} of {len(rows)} {what} in {source} stand in {other} too: do both list the same {what}?"
            answer = mapping.ask(*path, asks=asks, choices=[_OUT, _OTHERS])
            if answer == _OUT:
                continue
            if answer is None:
                for one in rows:
                    one.waits.append(path)
        seen[source] = said
        kept += rows
    return kept


def counts_once(counts: Sequence[Posting], mapping: MappingFile) -> list[Posting]:
    """Counts of which each place, lot and day stands in one list alone: which of two lists stands is asked."""
    first: dict[Hashable, Posting] = {}
    kept = []
    for one in counts:
        entry = one.entry
        key = entry.at[:10], one.to_area, entry.text("material"), entry.text("batch")
        before = first.setdefault(key, one)
        if before is one or before.entry.block is entry.block or not entry.at[:1].isdigit():
            kept.append(one)
            continue
        path: Path = ("counts", "twice", f"{entry.block.grid.name} {entry.block.digest}")
        this, other = _told_apart(entry, before.entry)
        asks = f"{this} has counts of things that {other} has for that day too"
        answer = mapping.ask(*path, asks=f"{asks}: which of the two lists stands?", choices=[_LATER, _EARLIER, _SUM])
        if answer is None:
            one.waits.append(path)
            before.waits.append(path)
        if answer == _LATER:
            before.kind = LEAVE_OUT
        if answer != _EARLIER:
            kept.append(one)
    return [one for one in kept if one.kind != LEAVE_OUT]


def _told_apart(*entries: SourceEntry) -> list[str]:
    """What the lists of entries are called; those of one name by their rows, and by when they came."""
    names = [entry.block.grid.name for entry in entries]
    if len(set(names)) == len(names):
        return names
    return [f"{one.place}, as {'it is now' if one.block.is_new else 'imported before'}," for one in entries]


def _said(one: Posting) -> Hashable:
    """Day, material, lot and size of a row: places and documents may be called otherwise elsewhere."""
    entry = one.entry
    size = None if one.quantity is None else round(one.quantity, 6)
    return entry.at[:10], entry.text("material"), entry.text("batch"), size


def _is_double(said: Counter[Hashable], before: Counter[Hashable]) -> bool:
    both = (said & before).total()
    return both >= _FEWEST and both >= _SHARE * min(said.total(), before.total())
