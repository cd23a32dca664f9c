"""What the book says of an account: who made it, what it was given, and how its owner changed how they sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from sqlalchemy import or_, select

from stockward.book.store.entries import BookEntry, EntryKind
from stockward.book.store.tables import ENTRIES
from stockward.web.records.the_book import the_book

PASSWORD_CHANGED, PASSWORD_SET = "password changed", "password set through a link"
FACTOR_SET_UP, CODES_MADE_ANEW = "second factor set up", "recovery codes made anew"
OWN_CHANGES = (PASSWORD_CHANGED, PASSWORD_SET, FACTOR_SET_UP, CODES_MADE_ANEW)
"""Events of the book by which somebody changed how they sign in."""
ACCOUNT_EVENTS = {
    "account made": _("account made"),
    "rights changed": _("rights changed"),
    "sign-in made anew": _("a new link was made; password and second factor were forgotten"),
    PASSWORD_SET: _("password set through a link"),
    PASSWORD_CHANGED: _("password changed"),
    FACTOR_SET_UP: _("second factor set up"),
    CODES_MADE_ANEW: _("recovery codes made anew"),
}
"""What is entered of an account, and what each is called."""
_SHOWN, _IS_NEWS = 10, timedelta(days=7)


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """One event: when, its name in the book, and what it is called."""

    at: datetime
    event: str

    @property
    def what(self) -> str:
        """What happened, in words."""
        return str(ACCOUNT_EVENTS.get(self.event, self.event))


def account_events(key: str) -> list[AccountEvent]:
    """The last events of an account, the last first."""
    own = [ENTRIES.c.entry.contains(f'"event":"{name}"', autoescape=True) for name in OWN_CHANGES]
    by_others = [
        ENTRIES.c.entry.contains(f'"account":"{key}"', autoescape=True)
        & ENTRIES.c.entry.contains(f'"event":"{name}"', autoescape=True)
        for name in ACCOUNT_EVENTS.keys() - set(OWN_CHANGES)
    ]
    query = (
        select(ENTRIES.c.entry)
        .where(ENTRIES.c.site.is_(None), ENTRIES.c.kind == EntryKind.EVENT.value)
        .where(or_((ENTRIES.c.by == key) & or_(*own), *by_others))
        .order_by(ENTRIES.c.number.desc())
        .limit(_SHOWN)
    )
    with the_book().database.reading() as connection:
        entries = [BookEntry.of_text(row.entry) for row in connection.execute(query)]
    return [AccountEvent(one.at, str(one.about["event"])) for one in entries]


def last_change(key: str) -> AccountEvent | None:
    """How the owner of an account last changed how they sign in, for as long as that is news."""
    changes = (one for one in account_events(key) if one.event in OWN_CHANGES)
    last = next(changes, None)
    return last if last is not None and timezone.now() - last.at < _IS_NEWS else None
