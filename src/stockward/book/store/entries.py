"""What one entry of the book says, and the bytes that are hashed of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self

from pydantic_core import from_json

FORMAT = 1
"""Of the entries: it stands in the first of them."""


class EntryKind(StrEnum):
    """What an entry does to the book."""

    BOOK = "book"
    """The first entry: the name of the book, the key that signs its heads, the format."""
    SUBMISSION = "submission"
    """Changes handed in together: the settings and rows that follow it name its number."""
    SETTINGS = "settings"
    ROW = "row"
    CORRECTION = "correction"
    """What a row of an earlier entry really says."""
    WITHDRAWAL = "withdrawal"
    """That a row of an earlier entry does not hold."""
    APPROVAL = "approval"
    RETURN = "return"
    """A submission that is sent back to whoever handed it in."""
    FINDING = "finding"
    """What a review alarmed for, and what became of it."""
    EVENT = "event"
    """What was done with the book, or around it."""


CHANGES = frozenset({EntryKind.SETTINGS, EntryKind.ROW, EntryKind.CORRECTION, EntryKind.WITHDRAWAL})
"""Kinds that come into force with the approval of their submission."""
DECISIONS = frozenset({EntryKind.APPROVAL, EntryKind.RETURN})


@dataclass(frozen=True, slots=True)
class BookEntry:
    """One entry.

    number
        Its place in the book, from 0: the index of its leaf in the tree.
    at
        When it was entered, UTC.
    by
        The key of the account that entered it.
    site
        The site that it is about; ``None`` for the book as a whole.
    submission
        The number of the submission that a change belongs to, or that a decision decides.
    of
        The number of the entry that a correction or withdrawal names.
    about
        What it says: values that JSON has.
    """

    number: int
    kind: EntryKind
    at: datetime
    by: str
    site: str | None
    submission: int | None
    of: int | None
    about: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The entry in one line of ASCII: JSON with its keys in order and no blanks. These bytes are hashed."""
        said = {
            "about": self.about,
            "at": time_text(self.at),
            "by": self.by,
            "kind": self.kind,
            "number": self.number,
            "of": self.of,
            "site": self.site,
            "submission": self.submission,
        }
        return _JSON.encode({key: value for key, value in said.items() if value is not None})

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Read what ``text`` gave. Raises ``ValueError`` for what is no entry."""
        try:
            said = _json_in(text)
            about = said.get("about")
            return cls(
                number=said["number"],
                kind=_KINDS[said["kind"]],
                at=_moment_of(said["at"]),
                by=said["by"],
                site=said.get("site"),
                submission=said.get("submission"),
                of=said.get("of"),
                about={} if about is None else about,
            )
        except (AttributeError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"it is no entry ({error})") from None

    @property
    def settles(self) -> bool:
        """Whether it proposes to settle a finding, so that somebody else decides on it."""
        return self.kind is EntryKind.FINDING and self.about.get("step") == "proposed"

    @property
    def table(self) -> str | None:
        """The table of a row."""
        table = self.about.get("table")
        return table if isinstance(table, str) else None


_KINDS = {kind.value: kind for kind in EntryKind}
_JSON = json.JSONEncoder(ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))


def time_text(moment: datetime) -> str:
    """A moment to the microsecond, in UTC: text of one length, which sorts as time does."""
    return _text_of(moment.astimezone(UTC))


def _json_in(text: str) -> Any:
    try:
        return from_json(text, cache_strings="keys")
    except ValueError:
        # Half of a pair of surrogates, which Python can hold and write, is refused there.
        return json.loads(text)


# Entries that were handed in together share their moment.
@lru_cache(maxsize=64)
def _moment_of(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@lru_cache(maxsize=64)
def _text_of(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
