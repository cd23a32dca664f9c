"""What whoever approves must see beside the rows: how the settings change, and what others handed in of the same."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stockward.book.store.deciding.overtaken import Overtaken, overtaken_by, waiting_with
from stockward.book.store.entries import EntryKind
from stockward.book.store.standing import approved_in, standing_of
from stockward.web.records.entering.foreign import mapping_in_force
from stockward.web.records.lists import ShownSubmission, entries_of, submission_of
from stockward.web.records.the_book import the_book

_MOST_SHOWN, _AROUND = 100, 2


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line of the settings: one that goes (``-``), one that comes (``+``), or one beside them (blank)."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class BeforeApproval:
    """What stands beside a submission that waits.

    settings, answers
        The lines in which its settings, and its answers about files, differ from those in force now.
    overtaken
        What was approved since it was handed in, and speaks of the same.
    since
        The submissions among those that brought other settings or answers.
    waiting
        Other submissions that wait, and how many of their rows are in this one too.
    """

    settings: Sequence[ChangedLine]
    answers: Sequence[ChangedLine]
    overtaken: Overtaken
    since: Sequence[ShownSubmission]
    waiting: Sequence[tuple[ShownSubmission, int]]

    @property
    def rows_shown(self) -> Sequence[object]:
        """The first of the rows that stand already."""
        return self.overtaken.rows[:_MOST_SHOWN]


def before_approval(site: str, submission: ShownSubmission, parts: frozenset[str]) -> BeforeApproval:
    """What whoever approves a submission must see."""
    number = submission.number
    with the_book().database.reading() as connection:
        overtaken = overtaken_by(connection, site, number)
        waiting = waiting_with(connection, site, number)
        standing = standing_of(approved_in(connection, site)).settings
    own = next((one.entry.about["text"] for one in entries_of(site, parts, submission=number, after=number)
                if one.entry.kind is EntryKind.SETTINGS), None)  # fmt: skip
    return BeforeApproval(
        settings=() if own is None else changed_lines(standing or "", own),
        answers=changed_lines(mapping_in_force(site), submission.answers) if submission.answers else (),
        overtaken=overtaken,
        since=_shown(site, {*overtaken.settings, *overtaken.answers}, parts),
        waiting=[(one, waiting[one.number]) for one in _shown(site, waiting, parts)],
    )


def changed_lines(before: str, after: str) -> list[ChangedLine]:
    """The lines in which two texts differ, with those around them; none where they say the same."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), n=_AROUND, lineterm="")
    return [ChangedLine(line[:1], line[1:]) for line in list(found)[2:] if not line.startswith("@@")]


def _shown(site: str, numbers: Mapping[int, int] | set[int], parts: frozenset[str]) -> list[ShownSubmission]:
    found = (submission_of(site, number, parts) for number in sorted(numbers))
    return [one for one in found if one is not None]
