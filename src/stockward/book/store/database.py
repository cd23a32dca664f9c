"""The door to the database of a book: SQLite or PostgreSQL, opened, locked, and its failures said in one line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from stockward.book.store.tables import LOCK, METADATA, guards_of
from stockward.terms.errors import BookError, ConflictError, UsageError

BOOK_URLS = ("sqlite:///", "postgresql://")
"""Beginnings of the addresses of books."""
_ASKED = ("site", "as_of")
_SECONDS_TO_WAIT = 60
"""For other writers, before a book is said to be busy."""
_MAGIC = b"SQLite format 3\x00"
_UNIQUE = {"23505"}


class Database:
    """A database that holds a book: ``reading`` and ``writing`` are its only two ways in."""

    def __init__(self, url: str, *, new: bool = False) -> None:
        self.url, self.asked = _known(url)
        self._sqlite = self.url.get_backend_name() == "sqlite"
        if self._sqlite:
            _require_place(Path(self.url.database or ""), new=new)
        if new and self._sqlite:
            Path(self.url.database or "").touch(exist_ok=False)
        self._engine = self._opened()
        if new:
            self._make_tables()

    @property
    def shown(self) -> str:
        """Its address without a password."""
        return self.url.set(drivername=self.url.get_backend_name()).render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view of the book, whatever is added meanwhile. Raises ``BookError``."""
        with self._said(), self._engine.connect() as connection:
            if not self._sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """As ``reading``, for one who looks for damage: bytes that are no text are read too, as other ones."""
        with self.reading() as connection:
            if self._sqlite:
                driven: Any = connection.connection.driver_connection
                driven.text_factory = lambda found: found.decode(errors="replace")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The only writer, until all is on the disk. Raises ``BookError``, and then nothing was entered."""
        with self._said(), self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            if not self._sqlite:
                connection.execute(LOCK)
            yield connection

    def close(self) -> None:
        """Let go of what is open."""
        self._engine.dispose()

    def _opened(self) -> Engine:
        if not self._sqlite:
            return create_engine(
                self.url, pool_pre_ping=True, pool_size=4, max_overflow=60, connect_args={"connect_timeout": 10}
            )
        engine = create_engine(_there(self.url), poolclass=NullPool, connect_args={"timeout": _SECONDS_TO_WAIT})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _make_tables(self) -> None:
        with self.writing() as connection:
            METADATA.create_all(connection)
            for guard in guards_of(self.url.get_backend_name()):
                connection.exec_driver_sql(guard)

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._error_of(error) from None
        except SQLAlchemyError as error:
            raise BookError(
                f"{self.shown}: the book cannot be used ({_first_line(error)}): check the database"
            ) from None

    def _error_of(self, error: DBAPIError) -> BookError:
        said, state = _first_line(error.orig), getattr(error.orig, "sqlstate", None)
        if state in _UNIQUE or "UNIQUE constraint" in said:
            return ConflictError(f"{self.shown}: somebody else was first ({said}): read the book again")
        if state in ("P0001",) or "RAISE" in said or type(error.orig).__name__ == "IntegrityError":
            return BookError(f"{self.shown}: the book refuses it ({said}): enter it anew")
        if "locked" in said or "busy" in said:
            return BookError(f"{self.shown}: others have written for {_SECONDS_TO_WAIT} seconds: try it again")
        if "full" in said or state == "53100":
            return BookError(f"{self.shown}: the disk is full, and nothing was entered: make room, and enter it again")
        if "no such table" in said or state == "42P01":
            return BookError(f"{self.shown}: there is no book in it: make one with: stockward serve DIR")
        if "unable to open" in said:
            return BookError(f"{self.shown}: the file is not there: nothing was entered; put it back, and try it again")
        if "malformed" in said or "not a database" in said:
            return BookError(f"{self.shown}: the file is damaged ({said}): put back a copy, and verify it")
        if error.connection_invalidated:
            # It may have broken off behind the last word of the writer, before the answer came.
            mend = "check it, and see what was entered before you enter it again"
            return BookError(f"{self.shown}: the database broke off ({said}): {mend}")
        return BookError(f"{self.shown}: the database does not answer ({said}): nothing was entered; check it")


def _known(url: str) -> tuple[URL, dict[str, str]]:
    """The address, and what it asks for: a site, a moment. Raises ``UsageError`` for what is none."""
    if not url.startswith(BOOK_URLS):
        raise UsageError(f"{url}: this is no address of a book: write sqlite:///FILE or postgresql://USER@HOST/NAME")
    try:
        found = make_url(url)
        if found.get_backend_name() == "postgresql":
            found = found.set(drivername="postgresql+psycopg")
            found.get_dialect().import_dbapi()
    except (ArgumentError, ValueError):
        raise UsageError(f"{url.split('@')[-1]}: the address cannot be read: write it as sqlite:///FILE") from None
    except (ImportError, NoSuchModuleError):
        raise UsageError('PostgreSQL is not installed for Stockward: pip install "stockward[postgres]"') from None
    asked = {name: str(value) for name, value in found.query.items() if name in _ASKED}
    return found.difference_update_query(_ASKED), asked


def _require_place(path: Path, *, new: bool) -> None:
    """Raise ``UsageError`` for a file that is none, or one where a new book would go that is there already."""
    if str(path) in ("", ".", ":memory:"):
        raise UsageError("sqlite:///: name the file of the book, as in sqlite:///book.sqlite")
    if new:
        if path.exists():
            raise UsageError(f"{path}: there is a file already: name another, or open it")
        if not path.parent.is_dir():
            raise UsageError(f"{path}: there is no folder {path.parent}: make it first")
        return
    if not path.is_file():
        raise UsageError(f"{path}: there is no such book: check the path")
    with path.open("rb") as file:
        begin = file.read(len(_MAGIC))
    if begin != _MAGIC:
        raise UsageError(f"{path}: this is no book, but another file: name the .sqlite file of the book")


def _there(url: URL) -> URL:
    """The address of a file that is there; where nothing can be written, as to a copy on a disc, it is only read.

    A file that is moved away must not be made anew, empty: its own could then not be put back without harm.
    """
    path = Path(url.database or "").absolute()
    writable = os.access(path.parent, os.W_OK) or path.with_name(f"{path.name}-wal").exists()
    how = {"mode": "rw"} if writable else {"immutable": "1"}
    return url.set(database=path.as_uri()).update_query_dict({**how, "uri": "true"})


def _prepare_sqlite(connection: Any, _: object) -> None:
    # The driver's own transactions begin too late to keep another writer out.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().split("\n", 1)[0]
