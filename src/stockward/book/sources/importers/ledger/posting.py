"""One movement or counted row that a ledger's entry makes, and what names it again in another file."""

from __future__ import annotations

from dataclasses import dataclass, field

from stockward.book.sources.importers.entries import SourceEntry
from stockward.book.sources.importers.ledger.meanings import carries_a_balance, speaks_of_the_book, words
from stockward.book.sources.importers.mapping import Path
from stockward.terms.spelling import folded


@dataclass(slots=True)
class Posting:
    """One movement, or one counted row, made of an entry or of both halves of a transfer.

    kind
        A kind of movement; ``count`` for a counted row; what was written behind ``UNREAD`` while it is asked.
    other_quantity
        Of a transfer of which both halves stand there, what the one says whose figure is not taken.
    """

    entry: SourceEntry
    kind: str
    quantity: float | None
    from_area: str = ""
    to_area: str = ""
    identity: str = ""
    reverses: str = ""
    other: SourceEntry | None = None
    other_quantity: float | None = None
    waits: list[Path] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer, or something is wrong with it."""
        halves = [self.entry, *([self.other] if self.other else [])]
        return bool(self.waits) or any(one.waits or one.faults for one in halves)


@dataclass(slots=True)
class Postings:
    """All that came of one source; ``left_out`` are entries by the rule that left them out, ``notes`` what is told."""

    movements: list[Posting] = field(default_factory=list)
    counts: list[Posting] = field(default_factory=list)
    left_out: dict[str, list[SourceEntry]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def leave_out(self, rule: str, entry: SourceEntry) -> None:
        """Leave an entry out by a rule that is told."""
        self.left_out.setdefault(rule, []).append(entry)


def all_said(entry: SourceEntry) -> str:
    """All that a row says, in whatever column."""
    return repr((entry.source, sorted(entry.texts.items()), entry.area, entry.at, sorted(entry.raw.items())))


def code_of(entry: SourceEntry) -> str:
    """The code of a row, or the reason; a note that speaks of a count, a correction or an opening is one too."""
    # Most rows have one, and need no further look.
    if code := entry.text("kind") or entry.text("reason"):
        return code
    note, document = entry.text("note"), entry.text("document")
    if document and carries_a_balance(document):
        return document
    spoken = note if note and speaks_of_the_book(note) else ""
    # What stands above one of several tables says what its quantities are, unless its columns do.
    over = "" if {"in", "out"} & entry.columns else entry.block.over
    return spoken or over or _code_of_name(entry)


def _code_of_name(entry: SourceEntry) -> str:
    """What a sheet or a file is called says what its rows are, where nothing in them does: *Receipts*, *Issues*."""
    if {"in", "out", "from_area", "to_area", "deltas"} & entry.columns:
        return ""
    grid = entry.block.grid
    name = grid.sheet or grid.file.rpartition(".")[0]
    return name if folded(name) in words() else ""
