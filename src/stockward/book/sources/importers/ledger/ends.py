"""Rows that name both ends: what happened follows from what the places are."""

from __future__ import annotations

from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.ledger.meanings import (
    ADJUSTMENT,
    COUNT,
    INWARD,
    LEAVE_OUT,
    OPPOSITE,
    OUTWARD,
    Meanings,
)
from stockward.book.sources.importers.ledger.posting import Posting, code_of
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.terms.spelling import folded

OUTSIDE = "outside"
_INSIDE, _PRODUCTION, _SCRAP = "a place of the site", "production", "scrap"
_LOCATION_TYPES = {
    "internal": _INSIDE, "internal location": _INSIDE, "transit": _INSIDE, "transit location": _INSIDE,
    "storage": _INSIDE, "supplier": OUTSIDE, "vendor": OUTSIDE, "vendor location": OUTSIDE, "customer": OUTSIDE,
    "customer location": OUTSIDE, "production": _PRODUCTION, "inventory": ADJUSTMENT, "inventory loss": ADJUSTMENT,
    "lost and found": ADJUSTMENT,
}  # fmt: skip
_PLACE_WORDS = (
    ("scrap", _SCRAP), ("production", _PRODUCTION), ("inventory loss", ADJUSTMENT), ("lost and found", ADJUSTMENT),
    ("adjustment", ADJUSTMENT), ("vendor", OUTSIDE), ("supplier", OUTSIDE), ("customer", OUTSIDE),
    ("partner", OUTSIDE),
)  # fmt: skip
_BETWEEN = {
    (OUTSIDE, _INSIDE): "receipt", (_INSIDE, OUTSIDE): "issue", (_INSIDE, _INSIDE): "transfer",
    (_PRODUCTION, _INSIDE): "make", (_INSIDE, _PRODUCTION): "use", (_INSIDE, ADJUSTMENT): "write_off",
    (ADJUSTMENT, _INSIDE): "found", (_INSIDE, _SCRAP): "discard", (_SCRAP, _INSIDE): "found",
}  # fmt: skip


def posting_between(entry: SourceEntry, size: float | None, meanings: Meanings) -> Posting:
    """A row that names both ends; a negative one undoes another."""
    posting = _posting_of_ends(entry, size, meanings)
    if (entry.change or 0.0) < 0 and posting.kind in OPPOSITE:
        posting.reverses = UNREAD
    return posting


def _posting_of_ends(entry: SourceEntry, size: float | None, meanings: Meanings) -> Posting:
    """A row that names both ends: what happened follows from what they are."""
    ends = entry.text("from_area"), entry.text("to_area")
    types = entry.text("origin_type"), entry.text("target_type")
    code = code_of(entry)
    if code:
        meaning = meanings.of(code, 0)
        path = meanings.path(code)
        if meaning is None:
            return Posting(entry, f"{UNREAD} {code}", size, *ends, waits=[path])
        if meaning in {LEAVE_OUT, COUNT}:
            return Posting(entry, meaning, size, to_area=entry.area)
        if meaning in INWARD or meaning in OUTWARD:
            return Posting(entry, meaning, size, *(("", ends[1]) if meaning in INWARD else (ends[0], "")))
        if meaning == "transfer" and all(ends):
            return Posting(entry, meaning, size, *ends)
    are = [_end(end, kind, meanings.mapping) for end, kind in zip(ends, types, strict=True)]
    waits: list[Path] = [("places", end) for end, what in zip(ends, are, strict=True) if what is None]
    if waits:
        return Posting(entry, f"{UNREAD} {ends[0]} > {ends[1]}", size, *ends, waits=waits)
    kind = _BETWEEN.get((are[0] or "", are[1] or ""))
    if kind is None:
        return Posting(entry, LEAVE_OUT, size)
    from_area, to_area = (end if what == _INSIDE else "" for end, what in zip(ends, are, strict=True))
    return Posting(entry, kind, size, from_area, to_area)


def _end(name: str, kind: str, mapping: MappingFile) -> str | None:
    """What one end of a row is; a blank one lies outside."""
    if not name:
        return OUTSIDE
    known = _LOCATION_TYPES.get(folded(kind))
    if known is not None:
        return mapping.settle("places", name, value=known, because=f"its type is {kind}")
    likely = next((what for word, what in _PLACE_WORDS if word in folded(name)), _INSIDE)
    every = [likely, *(one for one in (_INSIDE, OUTSIDE, _PRODUCTION, _SCRAP, ADJUSTMENT) if one != likely)]
    return mapping.ask("places", name, asks=f"What is the place {name!r}?", choices=every)
