"""The book of the server: one for each process, opened when it is first asked for."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from sqlalchemy import func, select

from stockward.book import Site
from stockward.book.sources.raw import RawTable
from stockward.book.store.entries import EntryKind
from stockward.book.store.facts import site_from_book, tables_in, written_files
from stockward.book.store.records import Book, Recorder
from stockward.book.store.standing import StandingFacts, approved_in, standing_of
from stockward.book.store.tables import ENTRIES
from stockward.book.store.tree_heads import HeadSigner
from stockward.terms.errors import UsageError
from stockward.web.running.place import ServerPlace

_NAME = "stockward"


def make_book(place: ServerPlace) -> None:
    """Make the book, and the key that signs it, where there is none.

    The key is kept under another name until its book is there: whenever this is cut short, it is gone on with. Raises
    ``UsageError`` where the book that is there has another key.
    """
    key, begun = place.folder / "book.key", place.folder / "book.key.new"
    if key.exists():
        Book.open(place.book, _recorder(key)).close()
        return
    if not begun.exists():
        HeadSigner.made(_NAME).write(begun)
    recorder = _recorder(begun)
    try:
        Book.create(place.book, recorder).close()
    except UsageError:
        Book.open(place.book, recorder).close()
    begun.rename(key)


def _recorder(key: Path) -> Recorder:
    return Recorder(HeadSigner.read(key), timezone.now)


@lru_cache(maxsize=1)
def the_book() -> Book:
    """The book, open for adding."""
    place: ServerPlace = settings.STOCKWARD_PLACE
    return Book.open(place.book, _recorder(place.folder / "book.key"))


def recorded_site(site: str, as_of: datetime | None = None) -> Site:
    """The facts of a site as they were approved at a moment, or now."""
    return site_from_book(the_book(), site, as_of)


def standing_facts(site: str) -> StandingFacts:
    """What stands of a site in the book; nothing where nothing of it was approved yet."""
    return _facts_after(*_state_of(site))


def standing_tables(site: str, decimal: str) -> dict[str, RawTable]:
    """The tables that stand of a site, read with a decimal mark."""
    return dict(_tables_after(*_state_of(site), decimal))


def standing_files(site: str) -> dict[str, bytes]:
    """The files of a site as they stand in the book; none where nothing of it was approved yet."""
    return written_files(standing_facts(site))


def _state_of(site: str) -> tuple[str, str, int]:
    """The book, the site, and the last approval or step of a finding: until the next, what stands is the same."""
    kinds = [EntryKind.APPROVAL.value, EntryKind.FINDING.value]
    last = select(func.max(ENTRIES.c.number)).where(ENTRIES.c.site == site, ENTRIES.c.kind.in_(kinds))
    book = the_book()
    with book.database.reading() as connection:
        number = connection.execute(last).scalar()
    return str(book.database.url), site, -1 if number is None else int(number)


@lru_cache(maxsize=2)
def _facts_after(_book: str, site: str, _last: int) -> StandingFacts:
    with the_book().database.reading() as connection:
        return standing_of(approved_in(connection, site))


@lru_cache(maxsize=2)
def _tables_after(book: str, site: str, last: int, decimal: str) -> dict[str, RawTable]:
    return tables_in(written_files(_facts_after(book, site, last)), decimal)
