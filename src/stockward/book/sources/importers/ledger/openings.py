"""Balances brought forward: the first of a thing says what was there, and later ones repeat what its rows came to."""

from __future__ import annotations

from collections.abc import Sequence

from stockward.book.sources.importers.entries import SourceEntry
from stockward.book.sources.importers.ledger.meanings import AFTER_OTHERS, Meanings, is_brought_forward
from stockward.book.sources.importers.ledger.posting import code_of
from stockward.book.sources.importers.written.names import material_meant


def tell_openings_apart(entries: Sequence[SourceEntry], meanings: Meanings) -> None:
    """Give a balance brought forward after other rows of its material and place a code of its own."""
    first: dict[tuple[str, str], str] = {}
    codes = [*map(code_of, entries)]
    if not any(map(is_brought_forward, codes)):
        return
    for entry, code in zip(entries, codes, strict=True):
        day = entry.at[:10]
        if day and not is_brought_forward(code):
            first[_thing(entry, meanings)] = min(day, first.get(_thing(entry, meanings), day))
    for entry, code in zip(entries, codes, strict=True):
        if is_brought_forward(code) and entry.at[:10] > first.get(_thing(entry, meanings), entry.at[:10]):
            entry.texts["kind"] = f"{code}{AFTER_OTHERS}"


def _thing(entry: SourceEntry, meanings: Meanings) -> tuple[str, str]:
    return material_meant(entry.text("material"), meanings.mapping), entry.area
