"""The book of record: entries that are only ever added, on a database, under a Merkle tree with signed heads.

``entries`` says what an entry is, ``merkle`` hashes it, ``tree_heads`` signs; ``tables`` are those of the database, and
``records`` the one way to add to them; ``facts`` makes the files of a site as of any moment, ``proof`` finds what was
changed behind its back. A person is nothing here but the key of an account.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, TypeGuard

from stockward.terms.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from stockward.book.site import Site
    from stockward.book.store.records import Book, Recorder

_ADDRESSES = ("sqlite:", "postgresql:", "postgres:")


def is_address(place: object) -> TypeGuard[str]:
    """Whether a text is the address of a book, and no path of a folder."""
    return isinstance(place, str) and place.startswith(_ADDRESSES)


def open_book(address: str, recorder: Recorder | None = None) -> Book:
    """The book at ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``; to be read where no recorder is given.

    Raises ``UsageError`` where there is none, or what books need is not installed; ``BookError`` where it does not
    answer.
    """
    require_installed()
    from stockward.book.store.records import Book

    return Book.open(address, recorder)


def read_from_book(address: str, as_of: str | date | datetime | None = None) -> Site:
    """The facts of a site in a book.

    ``address`` may end in ``?site=NAME``, and ``&as_of=2026-06-30``. ``as_of`` is the moment at which the facts were
    in force: a date is the end of that day in the site's time zone. Raises as ``open_book``, and as reading a site.
    """
    require_installed()
    from stockward.book.store.facts import asked_site

    return asked_site(address, as_of)


def sqlite_file(address: str) -> Path | None:
    """The file of a book on SQLite; ``None`` for another."""
    from pathlib import Path

    scheme, _, rest = address.partition(":///")
    return Path(rest.partition("?")[0]) if scheme == "sqlite" and rest else None


def require_installed() -> None:
    """Raise ``UsageError`` where the libraries of a book are not there."""
    try:
        import cryptography  # noqa: F401
        import sqlalchemy  # noqa: F401
    except ImportError:
        raise UsageError('books need more than is installed: pip install "stockward[book]"') from None
