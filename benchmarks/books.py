"""Books of record for the benchmarks: on each engine, of any size, and filled as sites fill them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import psycopg
from tests.postgres import started_server

from stockward.book.schema.dictionary import tables
from stockward.book.sources.raw import RawTable
from stockward.book.store.handed_in import HandedIn
from stockward.book.store.records import Book, Recorder
from stockward.book.store.tree_heads import HeadSigner

RIDGEWAY, FIRST_SITE = Path("examples/ridgeway"), Path("docs/first_site")
SITES = {"north": 70, "south": 25, "west": 5}
"""Their share of the submissions of a filled book, in percent."""
_ROWS_AT_ONCE = (5, 20, 50, 200, 2000)


def recorder_of(signer: HeadSigner) -> Recorder:
    """What it takes to add to a book, with the clock of this machine."""
    return Recorder(signer, lambda: datetime.now(UTC))


def movements(begin: int, number: int) -> HandedIn:
    """So many rows of movements, each with a code of its own."""
    codes = [f"M-{begin + place:08d}" for place in range(number)]
    receipts = {"kind": "receipt", "material": "TNT", "to_area": "M1"}
    return _rows("movements", {"movement": codes, "quantity": _quantities(number), **receipts}, number)


def _counts(begin: int, number: int) -> HandedIn:
    codes = [f"I-{begin + place:08d}" for place in range(number)]
    return _rows(
        "counts", {"inventory": codes, "quantity": _quantities(number), "area": "M1", "material": "TNT"}, number
    )


def _quantities(number: int) -> list[str]:
    return [str(1 + place % 900) for place in range(number)]


def _rows(table: str, columns: dict[str, str | list[str]], number: int) -> HandedIn:
    known = tables()[table]
    times = {"at": ["2026-01-12T06:07"] * number}
    frame = pl.DataFrame({**times, **columns})
    named = frame.select([name for name in known.names if name in frame.columns])
    return HandedIn({table: RawTable.of_frame(known, f"{table}.csv", named)})


def filled_book(url: str, signer: HeadSigner, entries: int) -> None:
    """A book of three sites with so many entries: submissions of 5 to 2 000 rows, one in 50 of them sent back."""
    drawn = random.Random(3)
    with Book.create(url, recorder_of(signer)) as book:
        for site in SITES:
            size = book.approve(book.submit(site, "clerk", HandedIn.of_folder(FIRST_SITE)), "officer") + 1
        while size < entries:
            number = min(drawn.choice(_ROWS_AT_ONCE), max(1, entries - size - 2))
            (site,) = drawn.choices([*SITES], [*SITES.values()])
            handed_in = movements if drawn.random() < 0.9 else _counts
            submission = book.submit(site, "clerk", handed_in(size, number))
            if drawn.random() < 0.98:
                book.approve(submission, "officer")
            else:
                book.send_back(submission, "officer", "counted anew")
            size += number + 2


@contextmanager
def new_databases(folder: Path) -> Iterator[list[Callable[[str], str]]]:
    """Ways to the address of a new database by its name, one an engine."""
    with started_server() as address:
        made: list[Callable[[str], str]] = [lambda name: f"sqlite:///{folder}/{name}.sqlite"]
        if address is None:
            print("PostgreSQL is not on this machine: SQLite alone")
            yield made
            return

        def on_server(name: str) -> str:
            with psycopg.connect(address.format(name="postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            return address.format(name=name)

        yield [*made, on_server]
