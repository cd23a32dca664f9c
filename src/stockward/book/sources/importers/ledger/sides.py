"""On which side a row stands: where goods come in, where they go out, or both in one document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from stockward.book.sources.importers.entries import SourceEntry
from stockward.book.sources.importers.ledger.meanings import Meanings
from stockward.book.sources.importers.ledger.posting import code_of
from stockward.book.sources.importers.mapping import Path
from stockward.book.sources.importers.written.names import material_meant
from stockward.terms.spelling import folded

_BOTH_SIDES, _NOTHING = "both sides in one document", 1e-9
_COMING = frozenset(("in", "from", "receipt", "received", "zugang", "eingang", "entree", "entrada"))
_GOING = frozenset(("out", "to", "issue", "issued", "abgang", "ausgang", "sortie", "salida"))


def tell_sides_apart(entries: Sequence[SourceEntry], meanings: Meanings) -> None:
    """Take a code of what comes and of what goes as several: each side, and both sides of one document."""
    signs: dict[str, set[bool]] = defaultdict(set)
    for entry in entries:
        if change := entry.change:
            signs[code_of(entry)].add(change > 0)
    mixed = {code for code, both in signs.items() if len(both) > 1 and not meanings.is_clear(code)}
    if not mixed:
        return
    nets: dict[tuple[str, str, str], float] = defaultdict(float)
    open_ones: dict[tuple[str, str, str], list[Path]] = defaultdict(list)
    for entry in entries:
        nets[_document_of(entry, meanings)] += entry.change or 0.0
        if entry.text("document"):
            open_ones[_document_of(entry, meanings)] += entry.waits
    for entry in entries:
        code, document = code_of(entry), entry.text("document")
        if code in mixed and entry.change:
            # A row is no side alone while another of its document waits.
            entry.waits += [path for path in open_ones[_document_of(entry, meanings)] if path not in entry.waits]
            is_net = bool(document) and not entry.side and abs(nets[_document_of(entry, meanings)]) < _NOTHING
            side = _BOTH_SIDES if is_net else "in" if entry.change > 0 else "out"
            entry.texts["kind"] = f"{code}, {side}" if code else side


def both_sides(entry: SourceEntry) -> list[SourceEntry]:
    """A row as its movements: one in which something came and something went is two, the balance behind the second.

    The two share what they wait for.
    """
    came, went = entry.numbers.get("in"), entry.numbers.get("out")
    if "quantity" in entry.numbers or not (came and went):
        return [entry]
    return [
        replace(
            entry,
            side=side,
            faults=list(entry.faults),
            texts=dict(entry.texts),
            numbers={**entry.numbers, other: None, **({"balance": None} if side == "in" else {})},
            raw={**entry.raw, other: ""},
        )
        for side, other in (("in", "out"), ("out", "in"))
    ]


def _document_of(entry: SourceEntry, meanings: Meanings) -> tuple[str, str, str]:
    """What the rows of one transfer have in common."""
    return code_of(entry), entry.text("document"), material_meant(entry.text("material"), meanings.mapping)


def side_of(code: str, meanings: Meanings) -> int:
    """Which side of a transfer a code without a sign speaks of: 1 where it comes in, -1 where it goes out, 0 asked."""
    words = set(folded(code).split())
    if words & _COMING and not words & _GOING:
        return 1
    if words & _GOING and not words & _COMING:
        return -1
    path = ("source", meanings.source, "sides", code)
    asks = f"Does {code!r} in {meanings.source} stand where goods come in, or where they go out?"
    answer = meanings.mapping.ask(*path, asks=asks, choices=["they go out", "they come in"])
    return {None: 0, "they come in": 1}.get(answer, -1)
