"""Whether a book is what was entered: every entry, every hash, every signature, every rule; without any server.

What a book cannot show by itself is that its end was cut off, with the heads over it. So former heads, kept elsewhere,
are held against it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from stockward.book.store.database import Database
from stockward.book.store.entries import CHANGES, BookEntry, EntryKind, time_text
from stockward.book.store.facts import written_files
from stockward.book.store.findings import follows_its_review
from stockward.book.store.guarded import schema_faults
from stockward.book.store.merkle import Peaks, leaf_hash
from stockward.book.store.proving.rules import BookRules
from stockward.book.store.records import repeated_columns
from stockward.book.store.standing import approved_among, standing_of
from stockward.book.store.tables import ENTRIES, TREE_HEADS
from stockward.book.store.tree_heads import HeadKey, TreeHead
from stockward.terms.errors import BookError, SiteError, UsageError
from stockward.terms.files import read_lines, read_text

LOG, HEADS_FILE, ABOUT = "entries.jsonl", "heads.jsonl", "export.json"
LOG_FOLDER = "book"
_MOST_TOLD = 100
_OF_FINDINGS = frozenset({EntryKind.FINDING, EntryKind.APPROVAL, EntryKind.RETURN})


class StoredEntry(NamedTuple):
    """An entry as it is stored: its text (``None`` where only the hash was given), the hash, and other columns."""

    text: str | None
    leaf: bytes
    columns: Sequence[Any] | None = None
    """Those of ``repeated_columns``, in their order."""


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A tree head as it is stored."""

    size: int
    at: str
    peaks: str
    note: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found: how many entries, under which root, signed last when; and every fault, in one line each."""

    book: str
    size: int
    root: bytes
    faults: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong with the book."""
        return not self.faults


def verify_database(url: str, *, key: str | None = None, former: Iterable[str] = ()) -> Verified:
    """Verify a book on its database.

    Parameters
    ----------
    url
        Its address.
    key
        The public key that it must be signed with, as ``stockward book head`` prints it; the one in its first entry
        where ``None``.
    former
        Signed heads that were kept elsewhere: the book must still begin with what they stand for.

    Raises
    ------
    UsageError
        No such book. What is wrong with one that is there stands in ``faults``.
    """
    database = Database(url)
    try:
        with database.looking() as connection:
            heads = [StoredHead(*row) for row in connection.execute(select(TREE_HEADS).order_by(TREE_HEADS.c.size))]
            faults = list(schema_faults(connection))
            found = _verified(_stored_in(connection), heads, key, former)
    except (BookError, ValueError, TypeError) as error:
        return Verified("", 0, b"", (" ".join(str(error).split()),))
    finally:
        database.close()
    return Verified(found.book, found.size, found.root, (*faults, *found.faults))


def verify_export(folder: Path, *, key: str | None = None, former: Iterable[str] = ()) -> Verified:
    """Verify a folder that ``stockward book export`` wrote: its log as above, and its tables against the log."""
    try:
        heads = exported_heads(folder)
        about = json.loads(read_text(folder / LOG_FOLDER / ABOUT))
        site, as_of = about["site"], None if about["as_of"] is None else datetime.fromisoformat(about["as_of"])
        own: list[BookEntry] = []
        found = _verified(exported_entries(folder), heads, key, former, own, site)
    except SiteError as error:
        raise UsageError(f"{folder}: this is no export of a book ({error})") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return Verified("", 0, b"", (f"{folder}: the log of the export cannot be read ({error})",))
    try:
        faults = [*_faults_of_files(folder, written_files(standing_of(approved_among(own, site, as_of))))]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        faults = [f"{folder}: what its log says makes no tables ({error})"]
    return Verified(found.book, found.size, found.root, (*found.faults, *faults))


def _verified(
    stored: Iterable[StoredEntry], heads: Sequence[StoredHead], key: str | None, former: Iterable[str],
    own: list[BookEntry] | None = None, site: str | None = None,
) -> Verified:  # fmt: skip
    """Go over the book; entries of a site are added to ``own``."""
    checking = _Checking(heads, key, former)
    for one in stored:
        entry = checking.take(one)
        if own is not None and entry is not None and entry.site == site:
            own.append(entry)
    return checking.verified()


@dataclass
class _Checking:
    """Goes over the book once, entry by entry."""

    heads: Sequence[StoredHead]
    key_text: str | None
    former: Iterable[str]
    faults: list[str] = field(default_factory=list)
    peaks: Peaks = field(default_factory=Peaks)
    last: str = ""

    def __post_init__(self) -> None:
        self.rules = BookRules()
        self._size = 0
        self._leaves: list[bytes] = []
        self.key: HeadKey | None = None
        self._waiting = list(reversed(self.heads))
        self._signed = {head.size for head in self.heads}
        self._looked_at = set(self._signed)
        self._former: dict[int, list[TreeHead]] = {}
        self.untold = 0

    def take(self, stored: StoredEntry) -> BookEntry | None:
        """Look at the next entry; returns what it says where that can be read."""
        number, entry = self._size, None
        if stored.text is not None:
            entry = self._take_text(number, stored.text, stored)
        else:
            self.last = ""
            if stored.columns is not None:
                self._tell(f"entry {number}: its text is gone")
            elif number == 0:
                self._tell("entry 0: the first entry must be given: export the book again")
        if self.key is None:
            self._take_key(None)
        self._leaves.append(stored.leaf)
        self._size += 1
        if self._size in self._looked_at:
            self._close_heads()
        return entry

    def verified(self) -> Verified:
        """What was found, once every entry was taken."""
        self._close_heads()
        if not self.heads or self.heads[-1].size != self.peaks.size:
            signed = self.heads[-1].size if self.heads else 0
            self._tell(
                f"{self.peaks.size} entries, and the last signed head is over {signed}: entries are missing or added"
            )
        for head in (heads[0] for size, heads in self._former.items() if size > self.peaks.size):
            self._tell(head.not_reached(self.peaks.size))
        more = [f"and {self.untold} more faults"] if self.untold else []
        name = "" if self.key is None else self.key.book
        return Verified(name, self.peaks.size, self.peaks.root, (*self.faults, *more))

    def _take_text(self, number: int, text: str, stored: StoredEntry) -> BookEntry | None:
        if leaf_hash(text.encode()) != stored.leaf:
            self._tell(f"entry {number}: its text or its hash was changed")
        try:
            entry = BookEntry.of_text(text)
        except ValueError as error:
            self._tell(f"entry {number}: {error}")
            return None
        if entry.number != number:
            self._tell(f"entry {number}: here stands the one numbered {entry.number}: entries are missing or moved")
        columns = repeated_columns(entry)
        if stored.columns is not None and stored.columns != [*columns.values()]:
            changed = [
                name for (name, value), kept in zip(columns.items(), stored.columns, strict=True) if kept != value
            ]
            self._tell(f"entry {number}: {', '.join(changed)} beside it was changed")
        if columns["at"] < self.last:
            self._tell(f"entry {number}: it is older than the one before")
        self.last = columns["at"]
        if number == 0:
            self._take_key(entry)
        elif not (entry.kind in CHANGES or number in self._signed or follows_its_review(entry)):
            self._tell(f"entry {number}: the head that was signed before it is missing")
        for fault in self.rules.faults_of(entry):
            self._tell(f"entry {number}: {fault}")
        return entry

    def _take_key(self, first: BookEntry | None) -> None:
        """Take the key that is given, or else that of the first entry; and look at former heads with it."""
        own = None if first is None else first.about.get("key")
        if self.key_text is not None and own is not None and own != self.key_text.strip():
            self._tell("the key in the first entry is not the one that is given: this is another book, or a forged one")
        try:
            self.key = HeadKey.of_text(self.key_text or str(own))
        except ValueError as error:
            if self.key_text is not None:
                raise UsageError(f"--key: {error}: give the line that was printed with the heads") from None
            self._tell(f"entry 0: it names no key ({error})")
            self.key = HeadKey("", bytes(32))
        for note in self.former:
            try:
                head = self.key.checked(note)
            except ValueError as error:
                self._tell(f"a head that was kept: {error}: it is of another book, or either is forged")
                continue
            self._former.setdefault(head.size, []).append(head)
            self._looked_at.add(head.size)

    def _close_heads(self) -> None:
        """Look at the heads over the entries taken so far."""
        self.peaks = self.peaks.grown(self._leaves)
        self._leaves.clear()
        size = self.peaks.size
        for kept in self._former.get(size, ()):
            if kept.root != self.peaks.root:
                self._tell(
                    f"the first {size} entries are not those that were signed on {kept.at:%Y-%m-%d %H:%M}: they were "
                    "changed, or a copy from before was put back and written on"
                )
        while self._waiting and self._waiting[-1].size <= size:
            head = self._waiting.pop()
            if head.size == size:
                self._check_head(head)
            else:
                self._tell(f"head over {head.size}: it is out of order")

    def _check_head(self, stored: StoredHead) -> None:
        assert self.key is not None
        if stored.peaks != self.peaks.text:
            self._tell(f"head over {stored.size}: its hashes are not those of the entries")
        try:
            head = self.key.checked(stored.note)
        except ValueError as error:
            self._tell(f"head over {stored.size}: {error}")
            return
        if (head.size, head.root, time_text(head.at)) != (stored.size, self.peaks.root, stored.at):
            self._tell(f"head over {stored.size}: it was signed for other entries")
        if stored.at != self.last and self.last:
            self._tell(f"head over {stored.size}: its time is not that of its last entry")

    def _tell(self, fault: str) -> None:
        if len(self.faults) < _MOST_TOLD:
            self.faults.append(fault)
        else:
            self.untold += 1


def _stored_in(connection: Connection) -> Iterator[StoredEntry]:
    streamed = connection.execution_options(yield_per=10_000)
    for *columns, leaf, entry in streamed.execute(select(ENTRIES).order_by(ENTRIES.c.number)):
        yield StoredEntry(entry, bytes(leaf), columns)


def exported_entries(folder: Path) -> Iterator[StoredEntry]:
    """The log in an export, entry by entry. Raises ``SiteError`` where there is none, ``ValueError`` for another."""
    return map(_of_line, read_lines(folder / LOG_FOLDER / LOG))


def exported_heads(folder: Path) -> list[StoredHead]:
    """The heads in an export. Raises as ``exported_entries``."""
    return [StoredHead(**json.loads(line)) for line in read_lines(folder / LOG_FOLDER / HEADS_FILE)]


def _of_line(line: str) -> StoredEntry:
    """An entry of an export: its text, or of those of other sites the hash alone."""
    if line.startswith('{"leaf":'):
        return StoredEntry(None, bytes.fromhex(json.loads(line)["leaf"]))
    return StoredEntry(line, leaf_hash(line.encode()))


def _faults_of_files(folder: Path, written: Mapping[str, bytes]) -> Iterator[str]:
    for name, content in written.items():
        path = folder / name
        if not path.is_file():
            yield f"{path}: it is missing"
        elif path.read_bytes() != content:
            yield f"{path}: it is not what the log says: it was changed after the export"
    tables = {path.name for path in folder.iterdir() if path.suffix.lower() in (".csv", ".parquet", ".xlsx")}
    for name in sorted(tables - written.keys()):
        yield f"{folder / name}: the log knows nothing of this file"
