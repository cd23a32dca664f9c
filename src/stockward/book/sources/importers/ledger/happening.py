"""Which rows of a ledger happened: no draft, nothing that was cancelled, no subtotal."""

from __future__ import annotations

from collections.abc import Iterable

from stockward.book.sources.importers.columns import NUMBERS
from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.grid.marks import is_mark
from stockward.book.sources.importers.ledger.meanings import LEAVE_OUT, Meanings, carries_a_balance
from stockward.book.sources.importers.ledger.posting import Postings
from stockward.terms.spelling import folded

IS_SO = frozenset({"1", "yes", "true", "x", "ja", "oui", "y", "si", "wahr"})
"""Folded words that say yes."""
_HAPPENED = "it happened"
_DONE = frozenset(
    map(folded, ("done", "posted", "completed", "complete", "closed", "booked", "finalised", "erledigt", "gebucht"))
)
_UNDONE = frozenset(("draft", "cancelled", "canceled", "void", "rejected", "open", "planned", "storniert"))


def happened(entries: Iterable[SourceEntry], meanings: Meanings, made: Postings) -> list[SourceEntry]:
    """The rows that happened: no draft, no cancelled row, none without a key. A state that is not known is asked."""
    profile, taken = meanings.profile, []
    for entry in entries:
        cancelled = folded(entry.text("cancelled")) in IS_SO
        if not entry.text("material") and not entry.at and not entry.heading and "tracked_item" not in entry.texts:
            made.leave_out("it names neither a material nor a day: a subtotal", entry)
        elif (not entry.at or entry.at.startswith(UNREAD)) and not _has_figure(entry):
            made.leave_out("it has neither a day nor a figure", entry)
        elif carries_a_balance(entry.text("material")):
            made.leave_out("it carries a balance forward, and names no material", entry)
        elif cancelled and profile.rules.get("cancelled") != ("reverses",):
            made.leave_out("it is cancelled", entry)
        elif "state" in entry.texts and not _has_happened(entry, meanings):
            made.leave_out(f"its state is {entry.text('state') or 'blank'}", entry)
        else:
            if not entry.at and not (entry.waits or entry.faults):
                entry.faults.append("no day")
            taken.append(entry)
    return taken


def _has_figure(entry: SourceEntry) -> bool:
    """Whether a column of numbers has a digit, or a number that is broken: what is signed below a list has neither."""
    cells = [entry.raw.get(role, "") for role in NUMBERS]
    return any(is_mark(cell) or any(sign.isdigit() for sign in cell) for cell in cells)


def _has_happened(entry: SourceEntry, meanings: Meanings) -> bool:
    """Whether the state of a row says that it happened; while that is asked the row waits."""
    state, states = entry.text("state"), meanings.profile.rules.get("states")
    if states is not None:
        return folded(state) in {folded(one) for one in states}
    if meanings.profile.name or folded(state) in _DONE:
        return True
    path = ("source", meanings.source, "states", state or "blank")
    asks = f"Did what has the state {state or 'blank'!r} in {meanings.source} happen?"
    choices = [_HAPPENED, LEAVE_OUT] if folded(state) not in _UNDONE else [LEAVE_OUT, _HAPPENED]
    answer = meanings.mapping.ask(*path, asks=asks, choices=choices)
    if answer is None:
        entry.waits.append(path)
    return answer != LEAVE_OUT
