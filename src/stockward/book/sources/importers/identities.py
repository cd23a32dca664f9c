"""What names a row again in another file: its own number, its document and line, or else all that it says."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence

from stockward.book.sources.importers.entries import SourceEntry

_LENGTH = 12


def own_name(entry: SourceEntry) -> str:
    """The number that a row bears, or its document and line; empty where it has neither."""
    if entry.text("id"):
        return entry.text("id")
    return f"{entry.text('document')}/{entry.text('line')}" if entry.text("document") and entry.text("line") else ""


def identities_of(entries: Sequence[SourceEntry], said: Callable[[SourceEntry], str]) -> list[str]:
    """A name for each row of one table: its own where all bear different ones, else a digest of what it ``said``.

    Of rows that say the same, the second ends in ``-2``, and so on.
    """
    own = [own_name(entry) for entry in entries]
    if all(own) and len(set(own)) == len(own):
        return own
    seen: Counter[str] = Counter()
    found = []
    for entry in entries:
        digest = hashlib.sha256(said(entry).encode()).hexdigest()[:_LENGTH]
        seen[digest] += 1
        found.append(digest if seen[digest] == 1 else f"{digest}-{seen[digest]}")
    return found
