"""Who had a hand in what waits for a decision: whoever did does not decide on it.

Who enters an entry stands on it as ``by``. Where others wrote what it hands in, as when one types a count and another
hands it in, they stand in it too, by account, with what each did.
"""

from __future__ import annotations

from collections.abc import Mapping

from stockward.book.store.entries import BookEntry

HANDS = "hands"
"""The key of an entry under which the others stand."""


def hands_in(entry: BookEntry) -> dict[str, str]:
    """By account: what each had to do with what an entry hands in."""
    others = entry.about.get(HANDS)
    return dict.fromkeys(others if isinstance(others, Mapping) else (), "had a hand in it") | {entry.by: "handed it in"}
