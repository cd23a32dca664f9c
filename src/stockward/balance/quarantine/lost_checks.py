"""Readings of standards that were set aside: the errors that a method takes from the others may be other than these."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from stockward.book.known import KnownBooks
from stockward.terms.measuring import ChecksUse


def lost_checks(books: KnownBooks, most: int) -> Iterator[tuple[int, list[str]]]:
    """At most so many readings at fault, by row, and the methods whose errors each could change."""
    taken = [method for method, record in books.records.items() if record.use is ChecksUse.TAKEN]
    for row, own in islice(books.set_aside["checks"].select("row", "method").iter_rows(), most if taken else 0):
        if methods := [method for method in taken if own is None or method == own]:
            yield row, methods
