"""Makes the example of a book: the smallest site handed in by one account, approved by another, and corrected.

    python examples/book/make_book.py examples/book/book.sqlite

A new book has a key of its own and the times of its making, so it is never the same twice; the key is not kept.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from stockward.book.store.handed_in import Correction, HandedIn
from stockward.book.store.records import Book, Recorder
from stockward.book.store.standing import approved_in, standing_of
from stockward.book.store.tree_heads import HeadSigner

SITE = Path(__file__).parents[2] / "docs" / "first_site"


def main(path: str) -> None:
    """Make the book at this path, and print its head."""
    recorder = Recorder(HeadSigner.made("example"), lambda: datetime.now(UTC))
    with Book.create(f"sqlite:///{path}", recorder) as book:
        whole = book.submit("first_site", "clerk", HandedIn.of_folder(SITE, note="all that was kept so far"))
        book.approve(whole, "officer")
        with book.database.reading() as connection:
            rows = standing_of(approved_in(connection, "first_site")).rows
        last = next(row for row in reversed(rows) if row.table == "movements")
        noted = Correction(
            last.entry, last.table, {**last.cells, "note": "the paper stands in folder 7"}, "the note was forgotten"
        )
        corrected = book.submit("first_site", "clerk", HandedIn(corrections=(noted,)))
        book.approve(corrected, "officer")
        print(book.head(), end="")


if __name__ == "__main__":
    main(sys.argv[1])
