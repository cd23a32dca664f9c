"""The book of record: killed while it writes, changed by a byte, filled by many, and verified when it is large.

    python -m benchmarks.book_of_record [--moments 1000] [--bytes 1000] [--entries 1000000] [--only NAME]

On SQLite, and on PostgreSQL where its programs are on this machine. A writer says each entry that was acknowledged and
is killed at a random moment: an entry that it has said must stand, none may be there by half, and the book is whole.
On SQLite one byte of the file of a book of 100,000 entries is changed at a time: it is told, or no entry and no head
reads otherwise than before. The peer of verifying is SHA-256 over the same texts alone.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import psycopg
from tests.postgres import started_server

from benchmarks import figure
from stockward.book.schema.dictionary import tables
from stockward.book.sources.raw import RawTable
from stockward.book.store.handed_in import HandedIn
from stockward.book.store.proof import verify_database
from stockward.book.store.records import Book, Recorder
from stockward.book.store.tree_heads import HeadSigner
from stockward.terms.errors import ConflictError, StockwardError

RIDGEWAY = Path("examples/ridgeway")
WRITER = "--as-writer"
ROWS_AT_ONCE = 20


def recorder_of(signer: HeadSigner) -> Recorder:
    return Recorder(signer, lambda: datetime.now(UTC))


def movements(begin: int, number: int) -> HandedIn:
    """So many rows of movements, each with a code of its own."""
    frame = pl.DataFrame(
        {
            "movement": [f"M-{begin + place:08d}" for place in range(number)],
            "at": "2026-01-12T06:07",
            "kind": "transfer",
            "material": "TNT",
            "quantity": [str(1 + place % 900) for place in range(number)],
            "from_area": "M1",
            "to_area": "M2",
        }
    )
    return HandedIn({"movements": RawTable.of_frame(tables()["movements"], "movements.csv", frame)})


def write_for_ever(url: str, key: str) -> None:
    """Hand in and approve until it is killed; every line printed was acknowledged."""
    with Book.open(url, recorder_of(HeadSigner.read(Path(key)))) as book:
        for begin in range(0, sys.maxsize, ROWS_AT_ONCE):
            once = f"{begin}-{random.random()}"
            submission = book.submit("north", "clerk", movements(begin, ROWS_AT_ONCE), once=once)
            print("S", submission, once, flush=True)
            print("A", book.approve(submission, "officer"), flush=True)


def killed(url: str, folder: Path, moments: int) -> None:
    """Kill a writer at random moments."""
    signer = HeadSigner.made("killed")
    key = folder / f"{abs(hash(url))}.key"
    signer.write(key)
    Book.create(url, recorder_of(signer)).close()
    drawn, lost, halves, faults, acknowledged = random.Random(1), 0, 0, 0, 0
    for _ in range(moments):
        command = [sys.executable, "-m", "benchmarks.book_of_record", WRITER, url, str(key)]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        lines = [writer.stdout.readline()]
        time.sleep(drawn.uniform(0, 0.5))
        writer.send_signal(signal.SIGKILL)
        # What was cut off within a line was never read by anybody.
        lines += [line for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        writer.wait()
        with Book.open(url) as book, book.database.reading() as connection:
            stored = {
                row[0]: row[1]
                for row in connection.exec_driver_sql("SELECT number, kind FROM book_entries ORDER BY number")
            }
            sizes = connection.exec_driver_sql(
                "SELECT COUNT(*) FROM book_entries WHERE kind = 'row' GROUP BY submission"
            ).scalars()
            halves += sum(size != ROWS_AT_ONCE for size in sizes)
        said = [line.split() for line in lines]
        acknowledged += len(said)
        lost += sum(stored.get(int(words[1])) != {"S": "submission", "A": "approval"}[words[0]] for words in said)
        faults += len(verify_database(url).faults)
    engine = url.partition(":")[0]
    print(f"{engine}: {moments} kills, {acknowledged} answers read before them")
    figure(f"{engine}: answers given and lost over {moments} kills", lost, limit=0)
    figure(f"{engine}: submissions entered by half", halves, limit=0)
    figure(f"{engine}: faults of the book after a kill", faults, limit=0)


def changed_bytes(folder: Path, number: int) -> None:
    """Change one byte at a time of a book of 100,000 entries."""
    path = folder / "bytes.sqlite"
    with Book.create(f"sqlite:///{path}", recorder_of(HeadSigner.made("bytes"))) as book:
        for begin in range(0, 100_000, 10_000):
            book.approve(book.submit("north", "clerk", movements(begin, 10_000)), "officer")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    whole, content, drawn = _data_of(path), path.read_bytes(), random.Random(2)
    told = unseen = 0
    for _ in range(number):
        place, bit = drawn.randrange(len(content)), 1 << drawn.randrange(8)
        with path.open("r+b") as file:
            file.seek(place)
            file.write(bytes([content[place] ^ bit]))
        try:
            found = not verify_database(f"sqlite:///{path}").whole
        except StockwardError:
            found = True
        told += found
        if not found:
            unseen += _data_of(path) != whole
        with path.open("r+b") as file:
            file.seek(place)
            file.write(content[place : place + 1])
    print(f"{told} of {number} changed bytes told; the others changed no entry and no head")
    figure(f"of {number} changed bytes, unseen changes of data", unseen, limit=0)


def _data_of(path: Path) -> str:
    connection = sqlite3.connect(path)
    digest = hashlib.sha256()
    for table in ("book_entries", "book_heads"):
        for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1"):
            digest.update(repr(row).encode())
    connection.close()
    return digest.hexdigest()


def entered(url: str) -> None:
    """Ridgeway entered and approved, in seconds of this process."""
    with Book.create(url, recorder_of(HeadSigner.made("ridgeway"))) as book:
        before = time.process_time()
        submission = book.submit("ridgeway", "clerk", HandedIn.of_folder(RIDGEWAY))
        book.approve(submission, "officer")
        figure(
            f"{url.partition(':')[0]}: Ridgeway handed in and approved, CPU s", time.process_time() - before, limit=20
        )


def many(url: str) -> None:
    """50 who write and 8 who approve, at once."""
    with Book.create(url, recorder_of(HeadSigner.made("many"))) as book:
        waits: list[float] = []

        def timed(action: Callable[[], int]) -> int:
            begun = time.perf_counter()
            done = action()
            waits.append(time.perf_counter() - begun)
            return done

        def write(number: int) -> list[int]:
            changes = [movements(1000 * number + place * 10, 10) for place in range(4)]
            return [timed(lambda one=one: book.submit(f"site {number % 5}", f"clerk {number}", one)) for one in changes]  # type: ignore[misc]

        def approve(submission: int) -> str:
            try:
                timed(lambda: book.approve(submission, f"officer {submission % 8}"))
            except ConflictError:
                return "conflict"
            return "approved"

        begun = time.perf_counter()
        with ThreadPoolExecutor(50) as writers, ThreadPoolExecutor(8) as officers:
            submissions = [one for ones in writers.map(write, range(50)) for one in ones]
            said = [*officers.map(approve, [*submissions, *submissions])]
        seconds = time.perf_counter() - begun
    engine, found = url.partition(":")[0], verify_database(url)
    waits.sort()
    print(f"{engine}: {found.size / seconds:.0f} entries a second, p95 {waits[int(0.95 * len(waits))] * 1000:.0f} ms")
    figure(
        f"{engine}: approvals that were not one a submission", abs(said.count("approved") - len(submissions)), limit=0
    )
    figure(f"{engine}: faults of a book that 58 wrote at once", len(found.faults), limit=0)


def large(folder: Path, entries: int) -> None:
    """A large book verified, beside SHA-256 over its texts."""
    url = f"sqlite:///{folder}/large.sqlite"
    with Book.create(url, recorder_of(HeadSigner.made("large"))) as book:
        for begin in range(0, entries, 50_000):
            book.approve(book.submit("north", "clerk", movements(begin, min(50_000, entries - begin))), "officer")
    before = time.process_time()
    found = verify_database(url)
    seconds = time.process_time() - before
    before = time.process_time()
    connection = sqlite3.connect(folder / "large.sqlite")
    for (text,) in connection.execute("SELECT entry FROM book_entries ORDER BY number"):
        hashlib.sha256(text.encode()).digest()
    peer = time.process_time() - before
    print(f"{found.size} entries verified: {seconds / peer:.1f} times SHA-256 over their texts")
    figure(f"faults of a book of {found.size} entries", len(found.faults), limit=0)
    figure(f"{found.size} entries verified, CPU s", seconds, limit=60 * found.size / 1_000_000)
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


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


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--moments", type=int, default=1000)
    asked.add_argument("--bytes", type=int, default=1000)
    asked.add_argument("--entries", type=int, default=1_000_000)
    asked.add_argument("--only", choices=["entered", "many", "killed", "bytes", "large"])
    asked.add_argument(WRITER, nargs=2, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.as_writer:
        write_for_ever(*options.as_writer)
        return
    folder = Path(tempfile.mkdtemp())
    wanted = {options.only} if options.only else {"entered", "many", "killed", "bytes", "large"}
    try:
        with new_databases(folder) as databases:
            for new in databases:
                if "entered" in wanted:
                    entered(new("entered"))
                if "many" in wanted:
                    many(new("many"))
                if "killed" in wanted:
                    killed(new("killed"), folder, options.moments)
        if "bytes" in wanted:
            changed_bytes(folder, options.bytes)
        if "large" in wanted:
            large(folder, options.entries)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
