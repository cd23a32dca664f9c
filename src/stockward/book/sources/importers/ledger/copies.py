"""Tables of one file that say the same: a sheet that was copied, or two that are alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from itertools import combinations

from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.grid.layout import Block
from stockward.book.sources.importers.identities import own_name
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.raw import letters_of

_HALF, _MOSTLY, _FEWEST = 0.5, 0.8, 2
_BOTH = "both count: neither is a copy"
_LEAVE_OUT = "leave out "


def copies_among(entries: Sequence[SourceEntry], mapping: MappingFile, pending: set[int]) -> dict[int, str]:
    """By the identity of each table that a person calls a copy, which of the same file it is a copy of.

    Asked about are two sheets of which half of the shorter stands in the other, and two tables of one sheet of which
    nearly all does; until that is answered the rows of both wait, and both are ``pending``.
    """
    by_block: dict[int, list[SourceEntry]] = defaultdict(list)
    for entry in entries:
        if entry.block.is_new and entry.block.reading and not entry.block.of_people:
            by_block[id(entry.block)].append(entry)
    left_out: dict[int, str] = {}
    for one, other, both in _alike([*by_block.values()]) if len(by_block) > 1 else ():
        first, second = one[0].block, other[0].block
        if {id(first), id(second)} & left_out.keys():
            continue
        names = [_stands_in(first), _stands_in(second)]
        path: Path = ("overlaps", f"{names[0]} {first.digest} and {names[1]} {second.digest}")
        asks = (
            f"{both} of {len(other)} rows of {names[1]} stand in {names[0]} of the same file too. "
            "Is one of the two a copy, to be left out?"
        )
        choices = [f"{_LEAVE_OUT}{names[1]}", f"{_LEAVE_OUT}{names[0]}", _BOTH]
        answer = mapping.ask(*path, asks=asks, choices=choices, never_accepted=True)
        if answer is None:
            pending |= {id(first), id(second)}
            for entry in (*one, *other):
                entry.waits.append(path)
        elif answer in choices[:2]:
            is_second = answer == choices[0]
            left_out[id(second if is_second else first)] = names[0 if is_second else 1]
    return left_out


def _alike(groups: Sequence[list[SourceEntry]]) -> Iterator[tuple[list[SourceEntry], list[SourceEntry], int]]:
    """Two tables that were read together and are alike, the earlier first, and how many rows stand in both."""
    said = [Counter(map(_said, group)) for group in groups]
    for first, second in combinations(range(len(groups)), 2):
        one, other = groups[first][0].block, groups[second][0].block
        if one.reading != other.reading:
            continue
        both, shorter = (said[first] & said[second]).total(), min(len(groups[first]), len(groups[second]))
        is_apart = one.grid.sheet != other.grid.sheet
        if both >= (_HALF * shorter if is_apart else max(_FEWEST, _MOSTLY * shorter)):
            yield groups[first], groups[second], both


def _said(entry: SourceEntry) -> Hashable:
    """What a row says happened; of a table whose place or material is not known, that it is of this table."""
    texts = [entry.area, entry.at, own_name(entry), *map(entry.text, ("material", "document", "batch", "kind"))]
    label = (entry.block.grid.label, entry.block.over) if UNREAD in texts else ""
    return repr((texts, label, _side(entry), sorted((role, size) for role, size in entry.numbers.items() if size)))


def _side(entry: SourceEntry) -> str:
    """What stands above a table says which way its quantities go, where no column does."""
    return "" if {"in", "out", "kind"} & entry.columns else entry.block.over


def _stands_in(block: Block) -> str:
    """Where a table stands: one beside another by its column."""
    first = next(iter(block.places), 0)
    return f"{block.name} from column {letters_of(first)}" if first else block.name
