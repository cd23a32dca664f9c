"""The log of a book, out of its database or an export, and the proofs that are made from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from stockward.book.store.database import Database
from stockward.book.store.entries import BookEntry
from stockward.book.store.merkle import consistency_proof, inclusion_proof, leaf_hash, root_of
from stockward.book.store.proof import exported_entries, exported_heads
from stockward.book.store.proving.log_proofs import EntryProof, GrowthProof
from stockward.book.store.tables import ENTRIES, TREE_HEADS
from stockward.book.store.tree_heads import HeadKey, TreeHead
from stockward.terms.errors import BookError, SiteError, UsageError


@dataclass(frozen=True, slots=True)
class BookLog:
    """What is hashed of a book: its leaves, its last signed head, its key, and the line of one entry.

    ``place`` is where it was read, and ``entry`` the line that was asked for; ``None`` where only its hash is there.
    """

    place: str
    leaves: Sequence[bytes]
    note: str
    key: HeadKey
    entry: str | None = None

    @classmethod
    def of_database(cls, url: str, number: int | None = None) -> BookLog:
        """The log on a database. Raises as opening a book does, and ``BookError`` where it cannot be read."""
        database = Database(url)
        try:
            with database.reading() as connection:
                leaves = connection.execute(select(ENTRIES.c.leaf).order_by(ENTRIES.c.number)).scalars().all()
                last = select(TREE_HEADS.c.note).order_by(TREE_HEADS.c.size.desc()).limit(1)
                note = connection.execute(last).scalar()
                asked = [select(ENTRIES.c.entry).where(ENTRIES.c.number == one) for one in (0, number)]
                first, entry = (connection.execute(one).scalar() for one in asked)
        finally:
            database.close()
        return cls(database.shown, list(map(bytes, leaves)), str(note), _key_in(database.shown, first), entry)

    @classmethod
    def of_export(cls, folder: Path, number: int | None = None) -> BookLog:
        """The log in an export. Raises ``UsageError`` where there is none."""
        leaves, lines = [], {}
        try:
            for place, stored in enumerate(exported_entries(folder)):
                leaves.append(stored.leaf)
                if place in (0, number):
                    lines[place] = stored.text
            notes = [head.note for head in exported_heads(folder)]
        except (SiteError, ValueError, TypeError, KeyError) as error:
            raise UsageError(f"{folder}: this is no export of a book ({error}): name one, or a book") from None
        note, key = (notes or [""])[-1], _key_in(str(folder), lines.get(0))
        return cls(str(folder), leaves, note, key, None if number is None else lines.get(number))

    def proof_of_entry(self, number: int, under: str | None = None) -> EntryProof:
        """That an entry stands under a head that was kept, or the last one.

        Raises ``UsageError`` for an entry that is not under it or not here, ``BookError`` where the log was changed.
        """
        note = under or self.note
        head = self._head(note)
        if not 0 <= number < head.size:
            raise UsageError(f"entry {number}: the head is over the entries 0 to {head.size - 1}: name one of them")
        if self.entry is None:
            raise UsageError(
                f"entry {number}: {self.place} has its hash alone, since it is of another site: ask the book itself"
            )
        if leaf_hash(self.entry.encode()) != self.leaves[number]:
            raise _changed(self.place)
        return EntryProof(self.entry, number, tuple(inclusion_proof(self.leaves[: head.size], number)), note)

    def proof_of_growth(self, since: str, under: str | None = None) -> GrowthProof:
        """That a head that was kept, or the last one, goes on from a former one. Raises as for an entry."""
        note = under or self.note
        former, head = self._head(since), self._head(note)
        if former.size > head.size:
            raise UsageError(
                f"--since is a head over {former.size} entries, and the other over {head.size}: change them over"
            )
        return GrowthProof(former.size, tuple(consistency_proof(self.leaves[: head.size], former.size)), note)

    def _head(self, note: str) -> TreeHead:
        """A head that this log has grown out of. Raises ``UsageError`` for one of another book."""
        try:
            head = self.key.checked(note)
        except ValueError as error:
            raise UsageError(f"{self.place}: a head: {error}: give the whole of one of this book") from None
        if head.size > len(self.leaves):
            raise BookError(f"{self.place}: {head.not_reached(len(self.leaves))}")
        if root_of(self.leaves[: head.size]) != head.root:
            raise _changed(self.place)
        return head


def _changed(place: str) -> BookError:
    return BookError(f"{place}: its entries are not those of its heads: see what was changed: stockward book verify")


def _key_in(place: str, first: str | None) -> HeadKey:
    try:
        return HeadKey.of_text(str(BookEntry.of_text(first or "").about["key"]))
    except (KeyError, ValueError):
        raise BookError(f"{place}: its first entry names no key: see what was changed: stockward book verify") from None
