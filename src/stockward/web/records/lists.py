"""What is shown of the book: its submissions and its entries, a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from stockward.book.schema.dictionary import tables
from stockward.book.store.deciding.hands import HANDS, hands_in
from stockward.book.store.entries import CHANGES, DECISIONS, BookEntry, EntryKind, time_text
from stockward.book.store.tables import ENTRIES, decides, of_kind
from stockward.web.models import UserAccount
from stockward.web.records.the_book import the_book
from stockward.web.wording import KIND_NAMES

PAGE = 100
"""Entries on a page."""
_DECIDED = {EntryKind.APPROVAL: "approved", EntryKind.RETURN: "sent_back"}


@dataclass(frozen=True, slots=True)
class ShownSubmission:
    """A submission, and what became of it: ``waiting``, ``approved`` or ``sent_back``."""

    entry: BookEntry
    decision: BookEntry | None
    names: Mapping[str, str]

    @property
    def number(self) -> int:
        """Its number in the book."""
        return self.entry.number

    @property
    def at(self) -> datetime:
        """When it was handed in."""
        return self.entry.at

    @property
    def by(self) -> str:
        """The name of whoever handed it in."""
        return self.names.get(self.entry.by, "")

    @property
    def state(self) -> str:
        """What became of it."""
        return "waiting" if self.decision is None else _DECIDED[self.decision.kind]

    @property
    def decided_by(self) -> str:
        """The name of whoever decided on it."""
        return "" if self.decision is None else self.names.get(self.decision.by, "")

    @property
    def reason(self) -> str:
        """Why it was sent back."""
        return "" if self.decision is None else str(self.decision.about.get("reason", ""))

    @property
    def note(self) -> str:
        """What whoever handed it in says about it."""
        return str(self.entry.about.get("note", ""))

    @property
    def moved(self) -> Mapping[str, Any] | None:
        """The time zones before and after, and how many rows it moves, where its settings change that."""
        found: Mapping[str, Any] | None = self.entry.about.get("time_zone")
        return found

    @property
    def files(self) -> list[str]:
        """Names of the files that were brought."""
        return sorted(self.entry.about.get("files", {}))

    @property
    def tables(self) -> list[tuple[str, int]]:
        """The tables in it, and how many rows of each are new."""
        return [(name, brought["rows"]) for name, brought in self.entry.about.get("tables", {}).items()]

    @property
    def answers(self) -> str:
        """The text of the mapping by which its files of other programs were read; empty where it has none."""
        return str(self.entry.about.get("answers", ""))

    @property
    def left(self) -> dict[str, int]:
        """How many rows of its files stand in the book already, or were left there as they are."""
        return dict(self.entry.about.get("left", {}))

    @property
    def hands(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Names of others who had a hand in it, and what each did."""
        return [(self.names.get(key, ""), did) for key, did in self.entry.about.get(HANDS, {}).items()]

    @property
    def corrected(self) -> list[tuple[str, int]]:
        """The tables of which rows are put right or withdrawn, and how many of each."""
        return list(self.entry.about.get("corrected", {}).items())


def tables_of(parts: Collection[str]) -> list[str]:
    """The tables of these parts, in the order of the data dictionary."""
    return [name for name, table in tables().items() if table.part in parts]


def submissions_of(
    site: str, parts: Collection[str], *, waiting: bool = False, by: str | None = None, before: int | None = None
) -> list[ShownSubmission]:
    """Submissions of a site with tables of these parts alone, the last first: at most a page of them.

    Parameters
    ----------
    site, parts
        The site, and the parts of the tables that may be seen.
    waiting
        Only those that nobody has decided on.
    by
        Only those of this account.
    before
        Only those with a smaller number.
    """
    decision = ENTRIES.alias()
    decided = and_(decision.c.submission == ENTRIES.c.number, decides(decision))
    query = (
        select(ENTRIES.c.entry, decision.c.entry.label("decision"))
        .select_from(ENTRIES.outerjoin(decision, decided))
        .where(of_kind(EntryKind.SUBMISSION.value, site))
        .order_by(ENTRIES.c.number.desc())
    )
    if waiting:
        query = query.where(decision.c.number.is_(None))
    if by is not None:
        query = query.where(ENTRIES.c.by == by)
    if before is not None:
        query = query.where(ENTRIES.c.number < before)
    seen = set(tables_of(parts))
    found = [(BookEntry.of_text(row.entry), row.decision) for row in _rows(query.limit(PAGE))]
    kept = [(entry, decided) for entry, decided in found if seen.issuperset(_tables_in(entry))]
    return _shown([(entry, BookEntry.of_text(text) if text else None) for entry, text in kept])


def approvals_since(site: str, moment: datetime) -> int:
    """How many submissions of a site were approved after a moment."""
    handed_in = select(ENTRIES.c.number).where(ENTRIES.c.site == site, ENTRIES.c.kind == EntryKind.SUBMISSION.value)
    query = select(func.count()).where(ENTRIES.c.site == site, ENTRIES.c.at > time_text(moment))
    query = query.where(ENTRIES.c.kind == EntryKind.APPROVAL.value, ENTRIES.c.submission.in_(handed_in))
    with the_book().database.reading() as connection:
        return int(connection.execute(query).scalar_one())


def submission_of(site: str, number: int, parts: Collection[str]) -> ShownSubmission | None:
    """One submission of a site, where all of its tables may be seen."""
    found = submissions_of(site, parts, before=number + 1)[:1]
    return found[0] if found and found[0].number == number else None


def _tables_in(entry: BookEntry) -> set[str]:
    """The tables of which a submission has rows, corrections or withdrawals."""
    return {*entry.about.get("tables", {}), *entry.about.get("corrected", {})}


def _shown(found: Sequence[tuple[BookEntry, BookEntry | None]]) -> list[ShownSubmission]:
    keys = {one.by for pair in found for one in pair if one is not None}
    names = names_of(keys.union(*(hands_in(entry) for entry, _ in found)))
    return [ShownSubmission(entry, decision, names) for entry, decision in found]


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry as a row of the list: of a row of a table, its cells and where they stood in their file."""

    entry: BookEntry
    by: str
    before: Mapping[str, str] = field(default_factory=dict)
    """The cells of the row that a correction or withdrawal names."""

    @property
    def table(self) -> str:
        """The table of a row."""
        return str(self.entry.about.get("table", ""))

    @property
    def is_row(self) -> bool:
        """Whether it says what a row is, so that it can be put right."""
        return self.entry.kind in (EntryKind.ROW, EntryKind.CORRECTION)

    @property
    def kind(self) -> str:
        """What it does to the book, in words."""
        return str(KIND_NAMES[self.entry.kind])

    @property
    def source(self) -> str:
        """File and row from which it was entered."""
        source = self.entry.about.get("source")
        return f"{source['file']} {source['row']}" if source else ""

    @property
    def said(self) -> str:
        """What it says, in one line."""
        about = self.entry.about
        if self.entry.kind in (EntryKind.CORRECTION, EntryKind.WITHDRAWAL):
            return f"{about['reason']}: {self._changes(about.get('row'))}"
        if self.entry.kind is EntryKind.FINDING:
            subject = about.get("subject", {})
            named = (about["step"], self.entry.of, about.get("state"), about.get("reason"), subject.get("series"))
            return "; ".join(str(value) for value in named if value)
        if "row" in about:
            return _in_words(about["row"])
        if self.entry.kind in DECISIONS:
            return f"{self.entry.submission} {about.get('reason', '')}".strip()
        hidden = {"answers", "corrected", "files", "left", "once", "overtaken", "source", "tables", "text", "time_zone"}
        hidden |= {HANDS} if self.entry.kind is EntryKind.SUBMISSION else set()
        return _in_words({name: value for name, value in about.items() if name not in hidden})

    def _changes(self, row: Mapping[str, str] | None) -> str:
        """What the row says otherwise now than before, or all that no longer holds."""
        if row is None:
            return f"{self.entry.of}: {_in_words(self.before)}"
        changed = [name for name in {**self.before, **row} if self.before.get(name, "") != row.get(name, "")]
        told = {name: f"{self.before.get(name) or '(blank)'} \u2192 {row.get(name) or '(blank)'}" for name in changed}
        key = {name: cell for name, cell in list(row.items())[:1] if name not in told}
        return f"{self.entry.of}: {_in_words({**key, **told})}"


def _in_words(said: Mapping[str, Any]) -> str:
    return "; ".join(f"{name} {value}" for name, value in said.items())


def entries_of(
    site: str, parts: Collection[str], *, table: str | None = None, submission: int | None = None,
    after: int | None = None, before: int | None = None, rows_alone: bool = False,
) -> list[ShownEntry]:  # fmt: skip
    """A page of the entries of a site that may be seen, in their order: after a number, before one, or the last.

    Who may see all parts sees entries of every kind, but for ``rows_alone``; others see rows of their tables alone.
    """
    wanted: list[ColumnElement[bool]] = [ENTRIES.c.site == site]
    allowed = tables_of(parts)
    if table is not None:
        wanted.append(ENTRIES.c.table.in_([table] if table in allowed else []))
    elif rows_alone or len(allowed) < len(tables()):
        wanted.append(ENTRIES.c.table.in_(allowed))
    if submission is not None:
        changes = ENTRIES.c.kind.in_(sorted(CHANGES))
        wanted.append(or_(ENTRIES.c.number == submission, and_(ENTRIES.c.submission == submission, changes)))
    if after is not None:
        query = _entries(*wanted, ENTRIES.c.number > after).order_by(ENTRIES.c.number).limit(PAGE)
        found = [BookEntry.of_text(row.entry) for row in _rows(query)]
    else:
        narrower = [] if before is None else [ENTRIES.c.number < before]
        query = _entries(*wanted, *narrower).order_by(ENTRIES.c.number.desc()).limit(PAGE)
        found = [BookEntry.of_text(row.entry) for row in _rows(query)][::-1]
    names = names_of({one.by for one in found})
    named = _cells_of({one.of for one in found if one.of is not None})
    return [ShownEntry(one, names.get(one.by, ""), named.get(one.of or 0, {})) for one in found]


def _cells_of(numbers: Collection[int]) -> dict[int, dict[str, str]]:
    """The cells of rows by the numbers of their entries."""
    if not numbers:
        return {}
    rows = _rows(select(ENTRIES.c.number, ENTRIES.c.entry).where(ENTRIES.c.number.in_(sorted(numbers))))
    return {row.number: BookEntry.of_text(row.entry).about.get("row", {}) for row in rows}


def _entries(*wanted: ColumnElement[bool]) -> Select[Any]:
    return select(ENTRIES.c.entry).where(*wanted)


def _rows(query: Select[Any]) -> list[Any]:
    with the_book().database.reading() as connection:
        return list(connection.execute(query))


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """The names of accounts by the keys that the book knows."""
    return dict(UserAccount.objects.filter(key__in=list(keys)).values_list("key", "name"))
