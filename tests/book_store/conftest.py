"""A new book on each engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg
import pytest
from tests.postgres import started_server

from stockward.book.store.records import Book, Recorder
from stockward.book.store.tree_heads import HeadSigner

NUMBERS = count()


def recorder_of(signer: HeadSigner) -> Recorder:
    return Recorder(signer, lambda: datetime.now(UTC))


@pytest.fixture(scope="session")
def server() -> Iterator[str | None]:
    with started_server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """The address of a database without a book, on either engine."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path}/{next(NUMBERS)}.sqlite"
    address = request.getfixturevalue("server")
    if address is None:
        pytest.skip("PostgreSQL is not on this machine")

    def made() -> str:
        name = f"book_{next(NUMBERS)}"
        with psycopg.connect(address.format(name="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return str(address.format(name=name))

    return made


@pytest.fixture
def signer() -> HeadSigner:
    return HeadSigner.made("north-works")


@pytest.fixture
def book(new_url: Callable[[], str], signer: HeadSigner) -> Iterator[Book]:
    made = Book.create(new_url(), recorder_of(signer))
    yield made
    made.close()
