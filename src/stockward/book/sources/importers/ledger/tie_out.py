"""A ledger's own balance column: the mapped rows rolled forward against it tell whether they were read as meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from stockward.book.sources.importers.entries import SourceEntry
from stockward.book.sources.importers.written.names import spelling_core

_CLOSE = 1e-6
_MOST_SOLVED = 6
"""So many codes at most are tried in every combination: each may come in, go out, or say nothing."""

_OF_LOTS, _OF_PLACES, _OF_MATERIALS = "material, place and lot", "material and place", "material"
_Key = Callable[[SourceEntry], Hashable]
_Named = Callable[[str], str]
_LIST = "the whole list, part by part"


@dataclass(frozen=True, slots=True)
class TieOut:
    """How many balances follow from the one before and the change of the row, and the first that does not.

    kept, tried
        Balances that follow, of those that have one before.
    of
        Of what the balance is.
    backwards
        Whether the list has its newest rows first.
    broken
        The rows that do not follow.
    """

    kept: int
    tried: int
    of: str
    backwards: bool
    broken: tuple[SourceEntry, ...]

    @property
    def holds(self) -> bool:
        """Whether every balance follows."""
        return self.kept == self.tried

    def is_of_places(self, *, places: int, lots: bool) -> bool:
        """Whether each balance is that of a material in a place, in a source of so many places."""
        return self.of == _OF_PLACES or (self.of == _OF_LOTS and not lots) or (self.of == _OF_MATERIALS and places == 1)


_Change = Callable[[SourceEntry], float | None]


def tie_out(
    entries: Sequence[SourceEntry], change: _Change = lambda entry: entry.change, named: _Named = spelling_core
) -> TieOut | None:
    """Roll the rows forward against their balances in the order, and by the key, in which most of them follow.

    A row without a change sets the balance anew: a count, or an opening. ``None`` where no source has a balance.
    ``named`` tells which spellings are of one material; where these differ, both are tried.
    """
    with_balance = [entry for entry in entries if entry.numbers.get("balance") is not None]
    if len(with_balance) < 2:
        return None
    keys = _keys(with_balance, named)
    tried = [
        _rolled(order(with_balance, backwards=backwards), of, key, backwards, change)
        for of, key in keys
        for order in ((_in_time, _day_by_day) if _are_of_several_runs(with_balance) else (_in_time,))
        for backwards in (False, True)
    ]
    tried = [one for one in tried if one.tried]
    return max(tried, key=lambda one: (one.kept / one.tried, one.tried), default=None)


def solved(
    entries: Sequence[SourceEntry], code: Callable[[SourceEntry], str], sizes: _Change
) -> tuple[dict[str, int], float, float] | None:
    """The signs of unsigned codes by which most balances follow, their share, and that of the runner-up.

    ``None`` where there is no balance, or more codes than can be tried.
    """
    if all(entry.numbers.get("balance") is None for entry in entries):
        return None
    codes = sorted({code(entry) for entry in entries if sizes(entry) is not None})
    if not codes or len(codes) > _MOST_SOLVED:
        return None
    scores = []
    for signs in product((1, -1), repeat=len(codes)):
        by_code = dict(zip(codes, signs, strict=True))

        def signed(entry: SourceEntry, by_code: Mapping[str, int] = by_code) -> float | None:
            size = sizes(entry)
            return None if size is None else by_code[code(entry)] * size

        found = tie_out(entries, signed)
        if found is not None:
            scores.append((found.kept / found.tried, by_code))
    scores.sort(key=lambda one: -one[0])
    if len(scores) < 2:
        return None
    return scores[0][1], scores[0][0], scores[1][0]


def _keys(entries: Sequence[SourceEntry], named: _Named) -> list[tuple[str, _Key]]:
    """Of what a balance may be: materials as they are spelt, and where it makes a difference, as what they are."""
    spellings = {entry.text("material") for entry in entries}
    meant = {text: named(text) for text in spellings}
    keys = _keys_of({text: text for text in spellings})
    if len({*meant.values()}) < len(spellings):
        keys += _keys_of(meant)
    return [*keys, (_LIST, lambda entry: (entry.block.name, entry.heading))]


def _keys_of(things: Mapping[str, str]) -> list[tuple[str, _Key]]:
    return [
        (_OF_LOTS, lambda entry: (things[entry.text("material")], entry.area, entry.text("batch"))),
        (_OF_PLACES, lambda entry: (things[entry.text("material")], entry.area)),
        (_OF_MATERIALS, lambda entry: things[entry.text("material")]),
    ]


def _in_time(entries: Sequence[SourceEntry], *, backwards: bool) -> list[SourceEntry]:
    """The rows table by table, the earliest first; each from its end to its begin where its newest rows come first."""
    tables: dict[int, list[SourceEntry]] = defaultdict(list)
    for entry in entries:
        tables[id(entry.block)].append(entry)
    ordered = sorted(tables.values(), key=lambda rows: min(entry.at for entry in rows))
    return [entry for rows in ordered for entry in (reversed(rows) if backwards else rows)]


def _are_of_several_runs(entries: Sequence[SourceEntry]) -> bool:
    """Whether rows of one table were kept by one run, and others of it by another."""
    blocks = {id(entry.block): entry.block.name for entry in entries}
    return len({*blocks.values()}) < len(blocks)


def _day_by_day(entries: Sequence[SourceEntry], *, backwards: bool) -> list[SourceEntry]:
    """All rows by their days and where they stand: one that was mended later among those that it stands among."""
    sign = -1 if backwards else 1
    return sorted(entries, key=lambda entry: (entry.at[:10], sign * entry.row.number))


def _rolled(entries: Iterable[SourceEntry], of: str, key: _Key, backwards: bool, change: _Change) -> TieOut:
    before, kept, tried = defaultdict[Hashable, float | None](lambda: None), 0, 0
    broken = []
    for entry in entries:
        place, balance, moved = key(entry), entry.numbers["balance"], change(entry)
        assert balance is not None
        last = before[place]
        if last is not None and moved is not None:
            tried += 1
            if abs(last + moved - balance) <= _CLOSE * max(1.0, abs(last), abs(balance)):
                kept += 1
            else:
                broken.append(entry)
        before[place] = balance
    return TieOut(kept, tried, of, backwards, tuple(broken))
