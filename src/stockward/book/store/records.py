"""The book of record: handing in, approving, sending back. The one way to add an entry, whoever asks.

Nobody decides on what they had a hand in themselves, and every submission is decided once: that is looked at while no
other writer can come between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self

from sqlalchemy import Connection, insert, select

from stockward.book.store.compared import compared_alarms
from stockward.book.store.database import Database
from stockward.book.store.deciding.hands import hands_in
from stockward.book.store.deciding.overtaken import (
    decision_on,
    entry_numbered,
    named_by,
    require_not_overtaken,
    require_standing,
    require_waiting,
)
from stockward.book.store.deciding.time_zones import moved_by
from stockward.book.store.entries import CHANGES, DECISIONS, FORMAT, BookEntry, EntryKind, time_text
from stockward.book.store.findings import (
    LONGEST_REASON,
    FindingState,
    FindingStep,
    FoundAlarm,
    findings_in,
    is_in_force,
)
from stockward.book.store.handed_in import HandedIn
from stockward.book.store.merkle import Peaks, leaf_hash
from stockward.book.store.tables import ENTRIES, TREE_HEADS
from stockward.book.store.tree_heads import HeadKey, HeadSigner, TreeHead
from stockward.terms.errors import BookError, ConflictError, StockwardError, UsageError

_CLOCKS_DIFFER = timedelta(seconds=2)
"""By which the clocks of two machines may differ; entries in between take the time of the last."""
_SOME_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""Of an entry that is only looked at before it is made."""
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Recorder:
    """What it takes to add to a book: the key that signs its heads, and a clock that tells the time in UTC."""

    signer: HeadSigner
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entry before it has its number and its time."""

    kind: EntryKind
    about: Mapping[str, Any]
    of: int | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request asks for, by which one that is sent again is told from another with the same key."""

    kind: EntryKind
    site: str | None = None
    submission: int | None = None

    def is_of(self, former: BookEntry) -> bool:
        """Whether a former entry is what is asked for now."""
        decides = self.kind in DECISIONS
        return former.kind is self.kind and (
            former.submission == self.submission if decides else former.site == self.site
        )


class Book:
    """A book on a database; without a recorder it can only be read.

    Every method that adds takes ``by``, the key of the account, and ``once``, the client's own key of the request: one
    that is sent again, since its answer was lost, is entered once and answered as before.
    """

    def __init__(self, database: Database, recorder: Recorder | None = None) -> None:
        self.database = database
        self._recorder = recorder
        try:
            self.key = self._key()
            if recorder is not None and recorder.signer.key != self.key:
                said = "the key is that of another book: give the one made with this book"
                raise UsageError(f"{database.shown}: {said}")
        except StockwardError:
            database.close()
            raise

    @classmethod
    def create(cls, url: str, recorder: Recorder) -> Self:
        """Make a book where there is none. Raises ``UsageError`` where there is one, ``BookError`` as writing does."""
        database = Database(url, new=True)
        with database.writing() as connection:
            if connection.execute(select(ENTRIES.c.number).limit(1)).first() is not None:
                raise UsageError(f"{database.shown}: there is a book already: open it, or name another database")
            about = {"format": FORMAT, "key": recorder.signer.key.text}
            adding = _Adding(connection, recorder)
            adding.add([_Draft(EntryKind.BOOK, about)], by="", site=None)  # nobody's: it only names the key
        return cls(database, recorder)

    @classmethod
    def open(cls, url: str, recorder: Recorder | None = None) -> Self:
        """Open a book that is there. Raises ``UsageError`` for none, ``BookError`` where it does not answer."""
        return cls(Database(url), recorder)

    def submit(self, site: str, by: str, changes: HandedIn, *, once: str | None = None) -> int:
        """Hand in changes to a site's facts; returns the number of the submission, which waits for somebody else.

        Raises ``UsageError`` for nothing to hand in and for another time zone without a note, ``ConflictError`` where
        a row that is corrected or withdrawn no longer stands.
        """
        if not site or not site.isprintable():
            raise UsageError(f"{site!r}: a site has a name in letters: give it one")
        with self._adding(by, once, _Asked(EntryKind.SUBMISSION, site=site)) as adding:
            if adding.answered is not None:
                return adding.answered
            require_standing(adding.connection, site, {one.of: one.table for one in changes.corrections})
            moved = moved_by(adding.connection, site, changes.settings, changes.note)
            about = changes.about if moved is None else {**changes.about, "time_zone": moved}
            drafts = [_Draft(EntryKind.SUBMISSION, about)]
            drafts += [_Draft(EntryKind(kind), about, of) for kind, about, of in changes.entries()]
            if len(drafts) == 1:
                raise UsageError(f"{site}: there is nothing to hand in: no row, no correction, no setting")
            return adding.add(drafts, by=by, site=site, once=once)

    def approve(self, submission: int, by: str, *, once: str | None = None, seen: int | None = None) -> int:
        """Put a submission in force.

        ``seen`` is the number of the last approval that ``by`` has seen, where others speak of the same. Raises
        ``BookError`` for one's own, ``ConflictError`` for one that is decided, or overtaken by what was not seen.
        """
        return self._decide(EntryKind.APPROVAL, submission, by, {}, once, seen)

    def send_back(self, submission: int, by: str, reason: str, *, once: str | None = None) -> int:
        """Refuse a submission, with the reason. Raises as ``approve`` does."""
        return self._decide(EntryKind.RETURN, submission, by, {"reason": _reason(reason)}, once)

    def record(
        self, event: str, by: str, *, site: str | None = None, about: Mapping[str, Any] | None = None,
        once: str | None = None,
    ) -> int:  # fmt: skip
        """Enter what was done around the book: who signed in, read, sealed, was given a role."""
        with self._adding(by, once, _Asked(EntryKind.EVENT, site=site)) as adding:
            if adding.answered is not None:
                return adding.answered
            draft = _Draft(EntryKind.EVENT, {"event": event, **(about or {})})
            return adding.add([draft], by=by, site=site, once=once)

    def record_review(self, site: str, by: str, review: str, alarms: Sequence[FoundAlarm], due: date) -> int:
        """Enter which findings a review found: new ones, and more of known ones; each is to be settled by ``due``.

        ``review`` is the key of the review, which is entered once.
        """
        with self._adding(by, f"review-{review}", _Asked(EntryKind.FINDING, site=site)) as adding:
            if adding.answered is not None:
                return adding.answered
            compared = compared_alarms(findings_in(adding.connection, site).records, alarms)
            of_review: dict[str, Any] = {"review": review, "due": due.isoformat()}
            about: dict[str, Any] = {"step": FindingStep.REVIEWED, "review": review, "found": sorted(compared.found)}
            drafts = [_Draft(EntryKind.FINDING, about)]
            for number, grown in sorted(compared.grown.items()):
                said = {"step": FindingStep.GROWN, "alarms": [one.said for one in grown], **of_review}
                drafts.append(_Draft(EntryKind.FINDING, said, number))
            for raised in compared.raised:
                said = {"step": FindingStep.RAISED, "subject": raised[0].subject.said, **of_review}
                drafts.append(_Draft(EntryKind.FINDING, {**said, "alarms": [one.said for one in raised]}))
            return adding.add(drafts, by=by, site=site, once=f"review-{review}")

    def change_finding(
        self, site: str, finding: int, by: str, state: FindingState, *, due: date, looks: str = "", answers: str = "",
        reason: str = "", once: str | None = None,
    ) -> int:  # fmt: skip
        """Say who looks into a finding, who answers for it and until when; or open it again, with the reason.

        Raises ``UsageError`` for what cannot be said of it, or not as it stands.
        """
        about = {"looks": looks, "answers": answers, "reason": reason.strip()}
        said = {"step": FindingStep.CHANGED, "state": FindingState(state), "due": due.isoformat()}
        return self._say_of(site, finding, by, {**said, **{name: text for name, text in about.items() if text}}, once)

    def settle_finding(
        self, site: str, finding: int, by: str, state: FindingState, reason: str, *, entry: int | None = None,
        settled: Mapping[str, str] | None = None, once: str | None = None,
    ) -> int:  # fmt: skip
        """Propose that a finding is explained, by which entry and why, or a confirmed loss; returns the proposal.

        It is in force once somebody else approves it, as a submission is: see ``approve``. Then ``settled``, cells of
        the table of that name, of the columns ``SETTLED_CELLS``, stand among the facts. Raises as ``change_finding``.
        """
        about: dict[str, Any] = {"step": FindingStep.PROPOSED, "state": FindingState(state), "reason": reason.strip()}
        about |= {} if entry is None else {"entry": entry}
        return self._say_of(site, finding, by, about | ({"settled": dict(settled)} if settled else {}), once)

    def head(self) -> str:
        """The last signed tree head: keep it elsewhere, and what it stands for can never be changed unseen."""
        with self.database.reading() as connection:
            row = connection.execute(select(TREE_HEADS.c.note).order_by(TREE_HEADS.c.size.desc()).limit(1)).first()
        if row is None:
            raise BookError(f"{self.database.shown}: it has no signed head: verify it with: stockward book verify")
        return str(row.note)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _decide(
        self, kind: EntryKind, submission: int, by: str, about: Mapping[str, Any], once: str | None,
        seen: int | None = None,
    ) -> int:  # fmt: skip
        with self._adding(by, once, _Asked(kind, submission=submission)) as adding:
            if adding.answered is not None:
                return adding.answered
            found = entry_numbered(adding.connection, submission)
            if found is None or not (found.kind is EntryKind.SUBMISSION or found.settles):
                raise UsageError(f"{submission}: there is no such submission: see those that wait")
            if did := hands_in(found).get(by):
                raise BookError(f"submission {submission}: who {did} cannot decide on it: ask somebody else")
            if (decided := decision_on(adding.connection, submission)) is not None:
                said = "approved" if decided.kind == EntryKind.APPROVAL else "sent back"
                raise ConflictError(f"submission {submission}: it was {said} already, at {decided.at}: see entry "
                                    f"{decided.number}")  # fmt: skip
            if found.settles:
                require_waiting(adding.connection, found)
            elif kind is EntryKind.APPROVAL and found.site is not None:
                require_standing(adding.connection, found.site, named_by(adding.connection, submission))
                about = {**about, **require_not_overtaken(adding.connection, found.site, submission, seen)}
            return adding.add([_Draft(kind, about)], by=by, site=found.site, once=once, submission=submission)

    def _say_of(self, site: str, finding: int, by: str, about: Mapping[str, Any], once: str | None) -> int:
        with self._adding(by, once, _Asked(EntryKind.FINDING, site=site)) as adding:
            if adding.answered is not None:
                return adding.answered
            named = about.get("entry")
            if named is not None and not is_in_force(adding.connection, site, named):
                raise UsageError(f"entry {named}: it is no approved change of {site}: name the entry that explains it")
            ledger = findings_in(adding.connection, site)
            said = BookEntry(0, EntryKind.FINDING, _SOME_TIME, by, site, None, finding, about)
            if fault := next(ledger.faults_of(said), None):
                raise UsageError(f"finding {finding}: {fault}")
            return adding.add([_Draft(EntryKind.FINDING, about, finding)], by=by, site=site, once=once)

    @contextmanager
    def _adding(self, by: str, once: str | None, asked: _Asked) -> Iterator[_Adding]:
        if not by:
            raise UsageError("nobody enters this: sign in first")
        if self._recorder is None:
            raise UsageError(f"{self.database.shown}: without its key a book is only read: open it with the key")
        with self.database.writing() as connection:
            adding = _Adding(connection, self._recorder)
            if once is not None:
                adding.answered = _former(connection, by, once, asked)
            yield adding

    def _key(self) -> HeadKey:
        with self.database.reading() as connection:
            first = entry_numbered(connection, 0)
        try:
            return HeadKey.of_text(str(first.about["key"]) if first is not None else "")
        except (KeyError, ValueError):
            said = "its first entry is lost or changed"
            raise BookError(f"{self.database.shown}: this is no book, or {said}: put back a copy") from None


class _Adding:
    """One transaction that adds entries: ``answered`` is the number that the same request was given before."""

    def __init__(self, connection: Connection, recorder: Recorder) -> None:
        self.connection = connection
        self._recorder = recorder
        self.answered: int | None = None

    def add(
        self, drafts: Sequence[_Draft], *, by: str, site: str | None, once: str | None = None,
        submission: int | None = None,
    ) -> int:  # fmt: skip
        """Add entries one after the other, and a signed head over them; returns the number of the first."""
        last = self.connection.execute(select(TREE_HEADS).order_by(TREE_HEADS.c.size.desc()).limit(1)).first()
        peaks = Peaks() if last is None else Peaks.of_text(last.size, last.peaks)
        at = _moment(self._recorder.clock(), None if last is None else last.at)
        begun = peaks.size
        entries = [
            BookEntry(
                number=begun + place,
                kind=draft.kind,
                at=at,
                by=by,
                site=site,
                submission=begun if draft.kind in CHANGES else submission,
                of=draft.of,
                about=draft.about if place or once is None else {**draft.about, "once": once},
            )
            for place, draft in enumerate(drafts)
        ]
        texts = [entry.text for entry in entries]
        leaves = [leaf_hash(text.encode()) for text in texts]
        self.connection.execute(
            insert(ENTRIES),
            [
                repeated_columns(entry) | {"leaf": leaf, "entry": text}
                for entry, text, leaf in zip(entries, texts, leaves, strict=True)
            ],
        )
        grown = peaks.grown(leaves)
        head = TreeHead(self._recorder.signer.key.book, grown.size, grown.root, at)
        self.connection.execute(
            insert(TREE_HEADS),
            {"size": grown.size, "at": time_text(at), "peaks": grown.text, "note": self._recorder.signer.signed(head)},
        )
        return begun


def _former(connection: Connection, by: str, once: str, asked: _Asked) -> int | None:
    """The number that the same request was given before; raises ``ConflictError`` where another has its key."""
    number = connection.execute(select(ENTRIES.c.number).where(ENTRIES.c.once == once)).scalar()
    former = None if number is None else entry_numbered(connection, number)
    if former is None:
        return None
    if former.by != by or not asked.is_of(former):
        raise ConflictError(f"{once}: another request has this key already: send it with a key of its own")
    return former.number


def repeated_columns(entry: BookEntry) -> dict[str, Any]:
    """The columns that repeat parts of an entry."""
    return {
        "number": entry.number,
        "kind": entry.kind.value,
        "at": time_text(entry.at),
        "by": entry.by,
        "site": entry.site,
        "submission": entry.number if entry.kind is EntryKind.SUBMISSION else entry.submission,
        "of": entry.of,
        "table": entry.table,
        "once": entry.about.get("once"),
    }


def _moment(now: datetime, last: str | None) -> datetime:
    """The time of the next entries. Raises ``BookError`` where the clock was set back."""
    if last is None:
        return now
    before = datetime.fromisoformat(last).astimezone(UTC)
    if now < before - _CLOCKS_DIFFER:
        raise BookError(
            f"the clock of this machine says {time_text(now)}, and the last entry was made at {last}: "
            "set the clock, and enter it again"
        )
    return max(now, before)


def _reason(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_REASON:
        raise UsageError(f"a reason is a sentence, of at most {LONGEST_REASON} letters: write one")
    return text.strip()
