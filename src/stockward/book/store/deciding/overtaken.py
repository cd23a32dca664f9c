"""What a decision looks at: whether what is named stands, and what was approved since that speaks of the same."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from stockward.book.schema.dictionary import tables
from stockward.book.store.entries import BookEntry, EntryKind
from stockward.book.store.findings import findings_in
from stockward.book.store.standing import StandingRow, approved_in, fallen_among, standing_of
from stockward.book.store.tables import ENTRIES, decides, of_kind
from stockward.terms.errors import BookError, ConflictError


@dataclass(frozen=True, slots=True)
class RowAgain:
    """A row that is handed in, and one that speaks of the same: under one key, or cell for cell where ``is_same``."""

    entry: int
    table: str
    cells: Mapping[str, str]
    other: int
    other_cells: Mapping[str, str]

    @property
    def is_same(self) -> bool:
        """Whether both say the same, cell for cell."""
        return dict(self.cells) == dict(self.other_cells)


@dataclass(frozen=True, slots=True)
class Overtaken:
    """What a submission was overtaken by.

    rows
        Its rows of which others were approved since.
    settings, answers
        Submissions with other settings, or with another mapping, that were approved since, where it has its own.
    last
        The number of the last approval at the site when this was looked at; -1 for none.
    """

    rows: tuple[RowAgain, ...]
    settings: tuple[int, ...]
    answers: tuple[int, ...]
    last: int

    @property
    def said(self) -> str:
        """What it is, in half a sentence."""
        parts = []
        if self.rows:
            first = self.rows[0]
            again = "is approved already, as" if first.is_same else "has the key of"
            more = f", and {len(self.rows) - 1} more" if len(self.rows) > 1 else ""
            parts.append(f"its entry {first.entry} of {first.table} {again} entry {first.other}{more}")
        if self.settings:
            parts.append(f"other settings were approved since it was handed in, by submission {self.settings[-1]}")
        if self.answers:
            parts.append(f"answers about files were approved since it was read, by submission {self.answers[-1]}")
        return "; ".join(parts)

    def __bool__(self) -> bool:
        return bool(self.rows or self.settings or self.answers)


def overtaken_by(connection: Connection, site: str, submission: int) -> Overtaken:
    """What was approved at the site since a submission was handed in, and speaks of what it speaks of.

    Two people may hand in the same rows. Whoever approves the second must know that they stand already.
    """
    approvals = select(ENTRIES.c.number, ENTRIES.c.submission).where(of_kind(EntryKind.APPROVAL.value, site))
    approved = {int(row.submission): int(row.number) for row in connection.execute(approvals)}
    last = max(approved.values(), default=-1)
    since = {of for of, number in approved.items() if number > submission and of != submission}
    handed_in = list(_entries_of(connection, submission))
    if not since or not handed_in:
        return Overtaken((), (), (), last)
    has_settings = any(one.kind is EntryKind.SETTINGS for one in handed_in)
    has_answers = "answers" in handed_in[0].about
    return Overtaken(
        tuple(_rows_again(connection, site, handed_in, since)),
        tuple(of for of in sorted(since) if has_settings and _brings_settings(connection, of)),
        tuple(of for of in sorted(since) if has_answers and _brings_answers(connection, of)),
        last,
    )


def waiting_with(connection: Connection, site: str, submission: int) -> dict[int, int]:
    """How many rows of a submission stand, cell for cell or under their key, in others that wait: by their numbers."""
    decided = select(ENTRIES.c.submission).where(decides(), ENTRIES.c.submission.is_not(None))
    waiting = select(ENTRIES.c.number).where(
        of_kind(EntryKind.SUBMISSION.value, site), ENTRIES.c.number != submission, ENTRIES.c.number.not_in(decided)
    )
    own = {_name_of(one) for one in _entries_of(connection, submission) if one.kind is EntryKind.ROW}
    found = {}
    for row in connection.execute(waiting).all() if own else ():
        others = (one for one in _entries_of(connection, int(row.number)) if one.kind is EntryKind.ROW)
        if count := sum(_name_of(one) in own for one in others):
            found[int(row.number)] = count
    return found


def decision_on(connection: Connection, submission: int) -> Any:
    """Number, kind and time of the decision on a submission; ``None`` for one that waits."""
    return connection.execute(
        select(ENTRIES.c.number, ENTRIES.c.kind, ENTRIES.c.at).where(ENTRIES.c.submission == submission, decides())
    ).first()


def named_by(connection: Connection, submission: int) -> dict[int, str]:
    """The entries that corrections and withdrawals of a submission name, and the table in which they do."""
    named = select(ENTRIES.c.of, ENTRIES.c.table).where(ENTRIES.c.submission == submission, ENTRIES.c.of.is_not(None))
    return {int(row.of): str(row.table) for row in connection.execute(named)}


def require_standing(connection: Connection, site: str, named: Mapping[int, str]) -> None:
    """Raise ``ConflictError`` where an entry that is to be corrected or withdrawn does not stand."""
    if fallen := fallen_among(connection, site, named):
        raise ConflictError(
            f"entry {fallen[0]}: it does not stand for {site}, or another entry has taken its place since: "
            "read the row again, and correct what stands now"
        )


def require_waiting(connection: Connection, proposal: BookEntry) -> None:
    """Raise ``ConflictError`` where a proposal to settle a finding was overtaken."""
    record = findings_in(connection, proposal.site or "").proposed(proposal.number)
    if record is None or record.waiting is None or record.waiting.number != proposal.number:
        raise ConflictError(
            f"entry {proposal.number}: more of the finding was found since it was proposed: propose it again"
        )


def entry_numbered(connection: Connection, number: int) -> BookEntry | None:
    """An entry by its number. Raises ``BookError`` for one that was changed."""
    row = connection.execute(select(ENTRIES.c.entry).where(ENTRIES.c.number == number)).first()
    if row is None:
        return None
    try:
        return BookEntry.of_text(row.entry)
    except ValueError as error:
        raise BookError(f"entry {number}: {error}: verify the book, and put back a copy") from None


def require_not_overtaken(connection: Connection, site: str, submission: int, seen: int | None) -> dict[str, Any]:
    """What the approval of a submission says of others that were approved since it was handed in.

    ``seen`` is the number of the last approval that whoever approves has seen. Raises ``ConflictError`` where more was
    approved since that, or nothing was seen.
    """
    found = overtaken_by(connection, site, submission)
    if not found:
        return {}
    if seen is None or seen < found.last:
        raise ConflictError(f"submission {submission}: {found.said}: look at it again, and approve it knowingly, or "
                            "send it back")  # fmt: skip
    return {"overtaken": {"answers": list(found.answers), "rows": len(found.rows), "settings": list(found.settings)}}


def _rows_again(connection: Connection, site: str, handed_in: list[BookEntry], since: set[int]) -> Iterator[RowAgain]:
    standing = [row for row in standing_of(approved_in(connection, site)).rows if row.table]
    brought_by = _submissions_of(connection, {row.entry for row in standing})
    others: dict[Any, list[StandingRow]] = defaultdict(list)
    for row in standing:
        if brought_by.get(row.entry) in since:
            others[_identity(row.table, row.cells)].append(row)
    for one in handed_in:
        if one.kind is EntryKind.ROW and (found := others.get(_name_of(one))):
            again = found[0]
            yield RowAgain(one.number, str(one.table), one.about["row"], again.entry, again.cells)


def _submissions_of(connection: Connection, entries: set[int]) -> dict[int, int]:
    """The submission that brought each of these entries."""
    if not entries:
        return {}
    asked = select(ENTRIES.c.number, ENTRIES.c.submission).where(
        ENTRIES.c.number.between(min(entries), max(entries)),
        ENTRIES.c.kind.in_([EntryKind.ROW.value, EntryKind.CORRECTION.value]),
    )
    return {int(row.number): int(row.submission) for row in connection.execute(asked) if row.number in entries}


def _identity(table: str, cells: Mapping[str, str]) -> tuple[str, ...]:
    """What names a row: its key, or all of its cells where its table has none or the key is blank."""
    key = tables()[table].key if table in tables() else ()
    if key and cells.get(key[0]):
        return (table, *(cells.get(name, "") for name in key))
    return (table, json.dumps(dict(cells), sort_keys=True))


def _name_of(one: BookEntry) -> tuple[str, ...]:
    return _identity(str(one.table), one.about["row"])


def _entries_of(connection: Connection, submission: int) -> Iterator[BookEntry]:
    """A submission and its changes, in their order."""
    asked = select(ENTRIES.c.entry).where(ENTRIES.c.submission == submission).order_by(ENTRIES.c.number)
    return (BookEntry.of_text(row.entry) for row in connection.execute(asked).all())


def _brings_settings(connection: Connection, submission: int) -> bool:
    asked = select(ENTRIES.c.number).where(
        ENTRIES.c.submission == submission, ENTRIES.c.kind == EntryKind.SETTINGS.value
    )
    return connection.execute(asked.limit(1)).first() is not None


def _brings_answers(connection: Connection, submission: int) -> bool:
    found = entry_numbered(connection, submission)
    return found is not None and found.kind is EntryKind.SUBMISSION and "answers" in found.about
