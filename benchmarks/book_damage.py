"""One byte changed at 1,000 random places of a book of 100,000 entries, on both engines: each is found, by its number.

    python -m benchmarks.book_damage [--bytes 1000] [--entries 100000] [--engine sqlite]

On SQLite a bit of the file itself is turned, in a cell of an entry or a head; on PostgreSQL, which keeps its pages to
itself, a bit of a value. So that a thousand are done in an hour, up to 190 entries are changed at a time: what is
counted as found is a line that says of this very entry or head that it was changed. Then all is put back, and the book
must be whole again.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg

from benchmarks import figure
from benchmarks.books import movements, new_databases, recorder_of
from stockward.book.store import sqlite_file
from stockward.book.store.proof import verify_database
from stockward.book.store.records import Book
from stockward.book.store.tree_heads import HeadSigner

AT_ONCE, ROWS_AT_ONCE = {"entry": 190, "head over": 10}, 20_000
TABLES = {"entry": "book_entries", "head over": "book_heads"}
HEADS_SHARE = 0.05


@dataclass(frozen=True)
class Cell:
    """A cell of the database: what its row is called in a fault, its column, and what it holds."""

    row: str
    number: int
    column: str
    value: Any

    def is_told(self, faults: Sequence[str]) -> bool:
        """Whether a line says of its row that it was changed, and not only what follows from another."""
        begin = f"{self.row} {self.number}: "
        ends = ("its text or its hash was changed", "beside it was changed") if self.row == "entry" else ("",)
        return any(fault.startswith(begin) and fault.endswith(ends) for fault in faults)


def filled(url: str, entries: int) -> None:
    """A book of so many entries, under few heads: one leaf that is changed makes every later head wrong."""
    with Book.create(url, recorder_of(HeadSigner.made("damage"))) as book:
        size = 1
        while size < entries:
            number = min(ROWS_AT_ONCE, max(1, entries - size - 2))
            book.approve(book.submit("north", "clerk", movements(size, number)), "officer")
            size += number + 2


def cells_of(rows: Sequence[dict[str, Any]], row: str, drawn: random.Random, number: int) -> list[Cell]:
    """Cells drawn by their bytes, each of another row; the number of a row is not among them."""
    found = []
    for one in drawn.sample(rows, number):
        key, *columns = one
        held = {name: one[name] for name in columns if one[name] is not None}
        (column,) = drawn.choices([*held], [len(_bytes(value)) for value in held.values()])
        found.append(Cell(row, one[key], column, held[column]))
    return found


def _bytes(value: Any) -> bytes:
    if isinstance(value, int):
        return value.to_bytes(max(1, (value.bit_length() + 7) // 8))
    return value.encode() if isinstance(value, str) else bytes(value)


@contextmanager
def turned_in_file(path: Path, cells: Sequence[Cell], drawn: random.Random) -> Iterator[None]:
    """A bit of a byte of each cell is turned in the file, and afterwards turned back."""
    content = path.read_bytes()
    with path.open("r+b") as file:
        places = []
        for cell in cells:
            begin, length = _place_of(path, content, cell)
            place = begin + drawn.randrange(length)
            places.append(place)
            file.seek(place)
            file.write(bytes([content[place] ^ 1 << drawn.randrange(8)]))
    yield
    with path.open("r+b") as file:
        for place in places:
            file.seek(place)
            file.write(content[place : place + 1])


def _place_of(path: Path, content: bytes, cell: Cell) -> tuple[int, int]:
    """Where the bytes of a cell stand in the file, and how many.

    SQLite writes the values of a row one behind the other, in the order of its columns; the leaf of an entry and the
    note of a head stand in the file once.
    """
    table, key = TABLES[cell.row], "number" if cell.row == "entry" else "size"
    with sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute(f"SELECT * FROM {table} WHERE {key} = ?", (cell.number,)).fetchone())
    connection.close()
    row.pop(key)
    anchor = "leaf" if cell.row == "entry" else "note"
    lengths = {name: _length(value) for name, value in row.items()}
    names = [*row]
    before = sum(lengths[name] for name in names[: names.index(anchor)])
    begin = content.index(_bytes(row[anchor])) - before
    assert content.count(_bytes(row[anchor])) == 1
    return begin + sum(lengths[name] for name in names[: names.index(cell.column)]), lengths[cell.column]


def _length(value: Any) -> int:
    """Bytes that a value takes in a row of SQLite; of whole numbers, 0 and 1 take none, others 1, 2, 3, 4, 6 or 8."""
    if value is None or value in (0, 1):
        return 0
    if isinstance(value, int):
        return next(size for size in (1, 2, 3, 4, 6, 8) if -(1 << 8 * size - 1) <= value < 1 << 8 * size - 1)
    return len(_bytes(value))


@contextmanager
def turned_in_values(url: str, cells: Sequence[Cell], drawn: random.Random) -> Iterator[None]:
    """A bit of a byte of each value is turned on PostgreSQL by whoever owns the database, and then turned back."""
    _put(url, [(cell, _turned(cell.value, drawn)) for cell in cells])
    yield
    _put(url, [(cell, cell.value) for cell in cells])


def _put(url: str, values: Sequence[tuple[Cell, Any]]) -> None:
    with psycopg.connect(url) as connection:
        for table in TABLES.values():
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for cell, value in values:
            key = "number" if cell.row == "entry" else "size"
            statement = f'UPDATE {TABLES[cell.row]} SET "{cell.column}" = %s WHERE {key} = %s'
            connection.execute(statement, (value, cell.number))
        for table in TABLES.values():
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _turned(value: Any, drawn: random.Random) -> Any:
    """The value with another bit; PostgreSQL itself refuses a text with a zero byte, or that is no UTF-8."""
    while True:
        content = bytearray(_bytes(value))
        content[drawn.randrange(len(content))] ^= 1 << drawn.randrange(8)
        if isinstance(value, int):
            return int.from_bytes(content)
        if isinstance(value, bytes):
            return bytes(content)
        if 0 not in content:
            with suppress(UnicodeDecodeError):
                return content.decode()


def rows_of(url: str, table: str) -> list[dict[str, Any]]:
    """All rows of a table, with the key first."""
    with Book.open(url) as book, book.database.reading() as connection:
        return [dict(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}").mappings()]


def damaged(url: str, number: int) -> int:
    """Change so many bytes; returns how many were missed."""
    engine, drawn, missed, done = url.partition(":")[0], random.Random(2), [], 0
    path = sqlite_file(url)
    if path is not None:
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    rows = {row: rows_of(url, table) for row, table in TABLES.items()}
    while done < number:
        row = "head over" if done < HEADS_SHARE * number else "entry"
        cells = cells_of(rows[row], row, drawn, min(AT_ONCE[row], number - done))
        turning = turned_in_values(url, cells, drawn) if path is None else turned_in_file(path, cells, drawn)
        # Of more than a hundred faults, a book that is verified tells the number alone.
        with turning, patch("stockward.book.store.proof._MOST_TOLD", 1_000_000):
            faults = verify_database(url).faults
        missed += [cell for cell in cells if not cell.is_told(faults)]
        done += len(cells)
        print(f"{engine}: {done} bytes changed, {done - len(missed)} found", flush=True)
    for cell in missed[:10]:
        print(f"missed: {cell}")
    last = verify_database(url)
    print(f"{engine}: put back: {last.size} entries, {len(last.faults)} faults")
    figure(f"{engine}: of {number} changed bytes of a book of {last.size} entries, missed", len(missed), limit=0)
    return len(missed) + len(last.faults)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--bytes", type=int, default=1000)
    asked.add_argument("--entries", type=int, default=100_000)
    asked.add_argument("--engine", choices=["sqlite", "postgresql"])
    options = asked.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory() as made, new_databases(Path(made)) as databases:
        for engine, new in zip(("sqlite", "postgresql"), databases, strict=False):
            if options.engine in (None, engine):
                url = new("damage")
                filled(url, options.entries)
                missed += damaged(url, options.bytes)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
