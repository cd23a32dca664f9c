"""Events of confidential reports that stand in the book: keys of receivers, and answers for all readers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from sqlalchemy import or_, select

from stockward.book.store.entries import BookEntry, EntryKind
from stockward.book.store.tables import ENTRIES, of_kind
from stockward.web.records.the_book import the_book

PUBLISHED = "answer published"
KEY_EVENTS = {
    "receiver named": _("named"),
    "receiver's key changed": _("another key"),
    "receiver taken off": _("receives no more"),
    "receiver receives again": _("receives again"),
}
"""What is entered of the keys of receivers, and what each is called."""
_MOST = 200


@dataclass(frozen=True, slots=True)
class BookEvent:
    """One event: when, and what it says."""

    at: datetime
    about: dict[str, Any]

    @property
    def what(self) -> str:
        """What became of a key, in words."""
        return str(KEY_EVENTS.get(str(self.about.get("event")), ""))


def published_answers(site: str) -> list[BookEvent]:
    """The answers to questions on figures of a site, the last first."""
    return _events(site, (PUBLISHED,))


def key_events() -> list[BookEvent]:
    """What became of the keys of receivers, the last first."""
    return _events(None, tuple(KEY_EVENTS))


def _events(site: str | None, names: tuple[str, ...]) -> list[BookEvent]:
    named = [ENTRIES.c.entry.contains(f'"event":"{name}"', autoescape=True) for name in names]
    query = (
        select(ENTRIES.c.entry)
        .where(of_kind(EntryKind.EVENT.value, site), or_(*named))
        .order_by(ENTRIES.c.number.desc())
        .limit(_MOST)
    )
    with the_book().database.reading() as connection:
        found = [BookEntry.of_text(row.entry) for row in connection.execute(query)]
    return [BookEvent(one.at, dict(one.about)) for one in found if one.about.get("event") in names]
