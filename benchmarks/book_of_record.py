"""The book of record: filled by many at once, and verified when it is large.

    python -m benchmarks.book_of_record [--entries 1000000] [--only NAME]

On SQLite, and on PostgreSQL where its programs are on this machine. Killed writers, changed bytes, its pages and its
answers have modules of their own: ``book_killed``, ``book_damage``, ``book_pages``, ``book_same_answers``.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import Queue

from benchmarks import figure
from benchmarks.books import RIDGEWAY, filled_book, movements, new_databases, recorder_of
from stockward.book.store.exporting import export_files
from stockward.book.store.handed_in import HandedIn
from stockward.book.store.proof import Verified, verify_database, verify_export
from stockward.book.store.records import Book
from stockward.book.store.tree_heads import HeadSigner
from stockward.outputs import write_new_folder
from stockward.terms.errors import BookError, ConflictError


def entered(url: str) -> None:
    """Ridgeway entered and approved, in seconds of this process."""
    with Book.create(url, recorder_of(HeadSigner.made("ridgeway"))) as book:
        before = time.process_time()
        submission = book.submit("ridgeway", "clerk", HandedIn.of_folder(RIDGEWAY))
        book.approve(submission, "officer")
        figure(
            f"{url.partition(':')[0]}: Ridgeway handed in and approved, CPU s", time.process_time() - before, limit=20
        )


WRITERS, OFFICERS, SUBMISSIONS, ROWS = 50, 8, 4, 10


class Crowd:
    """50 who write and 8 who approve what was just handed in, all at once; every writer tries to approve their own."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.waits: list[float] = []
        self.approved: Counter[int] = Counter()
        self.by_authors = 0
        self._waiting: Queue[int | None] = Queue()

    def work(self) -> float:
        """Seconds until all was handed in and decided on."""
        begun = time.perf_counter()
        with ThreadPoolExecutor(WRITERS) as writers, ThreadPoolExecutor(OFFICERS) as officers:
            busy = [officers.submit(self._approve, number) for number in range(OFFICERS)]
            list(writers.map(self._write, range(WRITERS)))
            for _ in busy:
                self._waiting.put(None)
            for one in busy:
                one.result()
        return time.perf_counter() - begun

    def _write(self, number: int) -> None:
        for place in range(SUBMISSIONS):
            changes = movements(1000 * number + place * ROWS, ROWS)
            submission = self._timed(self.book.submit, f"site {number % 5}", f"clerk {number}", changes)
            try:
                self.book.approve(submission, f"clerk {number}")
                self.by_authors += 1
            except (BookError, ConflictError):
                # Two officers get it, so that each is decided on twice.
                for _ in range(2):
                    self._waiting.put(submission)

    def _approve(self, number: int) -> None:
        while (submission := self._waiting.get()) is not None:
            with suppress(ConflictError):
                self._timed(self.book.approve, submission, f"officer {number}")
                self.approved[submission] += 1

    def _timed(self, action: Callable[..., int], *given: object) -> int:
        begun = time.perf_counter()
        done = action(*given)
        self.waits.append(time.perf_counter() - begun)
        return done


def many(url: str) -> None:
    """Let them work, and look at the book."""
    with Book.create(url, recorder_of(HeadSigner.made("many"))) as book:
        crowd = Crowd(book)
        seconds = crowd.work()
        with book.database.reading() as connection:
            own = (
                "SELECT COUNT(*) FROM book_entries a JOIN book_entries s ON s.number = a.submission "
                'WHERE a.kind = \'approval\' AND a."by" = s."by"'
            )
            crowd.by_authors += int(connection.exec_driver_sql(own).scalar_one())
            numbers = connection.exec_driver_sql("SELECT number FROM book_entries ORDER BY number").scalars().all()
    engine, found, waits = url.partition(":")[0], verify_database(url), sorted(crowd.waits)
    rate, late = found.size / seconds, waits[int(0.95 * len(waits))]
    print(f"{engine}: {found.size} entries, {rate:.0f} a second, p95 {late * 1000:.0f} ms of {len(waits)} answers")
    asked = WRITERS * SUBMISSIONS
    wrong = sum(crowd.approved[one] != 1 for one in crowd.approved) + asked - len(crowd.approved)
    figure(f"{engine}: of {asked} submissions, approved other than once", wrong, limit=0)
    figure(f"{engine}: approved by the author", crowd.by_authors, limit=0)
    figure(f"{engine}: entries out of one order", sum(map(int.__ne__, numbers, range(len(numbers)))), limit=0)
    figure(f"{engine}: faults of a book that 58 wrote at once", len(found.faults), limit=0)


def large(folder: Path, entries: int) -> None:
    """A large book and its export verified, beside SHA-256 over its texts."""
    url, exported = f"sqlite:///{folder}/large.sqlite", folder / "exported"
    filled_book(url, HeadSigner.made("large"), entries)
    verified(url, lambda: verify_database(url))
    before = time.process_time()
    connection = sqlite3.connect(folder / "large.sqlite")
    for (text,) in connection.execute("SELECT entry FROM book_entries ORDER BY number"):
        hashlib.sha256(text.encode()).digest()
    connection.close()
    print(f"SHA-256 over the texts alone: {time.process_time() - before:.1f} CPU s")
    with Book.open(url) as book:
        write_new_folder(exported, export_files(book, "north"))
    verified("its export", lambda: verify_export(exported))
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def verified(name: str, verify: Callable[[], Verified]) -> None:
    """How long it takes to verify what is whole."""
    name, begun, before = name.partition(":")[0], time.perf_counter(), time.process_time()
    found = verify()
    seconds = time.process_time() - before
    print(f"{name}: {found.size} entries, {time.perf_counter() - begun:.1f} s, {seconds:.1f} CPU s")
    figure(f"{name}: faults of a book of {found.size} entries", len(found.faults), limit=0)
    figure(f"{name}: {found.size} entries verified, CPU s", seconds, limit=60 * found.size / 1_000_000)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--entries", type=int, default=1_000_000)
    asked.add_argument("--only", choices=["entered", "many", "large"])
    options = asked.parse_args()
    wanted = {options.only} if options.only else {"entered", "many", "large"}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with new_databases(folder) as databases:
            for new in databases:
                if "entered" in wanted:
                    entered(new("entered"))
                if "many" in wanted:
                    many(new("many"))
        if "large" in wanted:
            large(folder, options.entries)


if __name__ == "__main__":
    main()
