"""Eight who write without a pause while the disk fills to the end, or the database is gone for a while and comes back.

    python -m benchmarks.book_hard_times [--seconds 10] [--engine sqlite]

On SQLite the disk is a small one of its own, and the file is moved away and back; on PostgreSQL its data stand on such
a disk, and the server is stopped and started. Whoever was refused sends the same again with its own key. Every refusal
is one line, every answer stands afterwards once, the book is whole, and writing goes on. Disks are mounted as root.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.postgres import PostgresServer

from benchmarks import figure
from benchmarks.books import recorder_of
from stockward.book.store.proof import verify_database
from stockward.book.store.records import Book
from stockward.book.store.tree_heads import HeadSigner
from stockward.terms.errors import StockwardError

WRITERS = 8


class Writers:
    """They enter events; what is refused is sent again, and why is counted."""

    def __init__(self, url: str) -> None:
        self.answers: dict[str, int] = {}
        self.refused: Counter[str] = Counter()
        self.tracebacks = 0
        self._url, self._over = url, threading.Event()
        signer = HeadSigner.made("hard-times")
        self._book = Book.create(url, recorder_of(signer))
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]

    def _write(self, number: int) -> None:
        place = 0
        while not self._over.is_set():
            once = f"{number}-{place}"
            try:
                self.answers[once] = self._book.record(
                    "looked in", f"clerk {number}", once=once, about={"say": "x" * 400}
                )
                place += 1
            except StockwardError as error:
                self.refused[str(error).partition(": ")[2]] += 1
                self.tracebacks += "\n" in str(error)
                time.sleep(0.05)
            except Exception as error:  # what else comes is counted as a fault, and told
                self.refused[repr(error)] += 1
                self.tracebacks += 1
                time.sleep(0.05)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While this lasts they write."""
        for one in self._threads:
            one.start()
        yield
        self._over.set()
        for one in self._threads:
            one.join()

    def told(self, name: str) -> int:
        """Print what was refused, hold the book against what was answered; returns what is wrong."""
        with Book.open(self._url) as book, book.database.reading() as connection:
            rows = connection.exec_driver_sql("SELECT once, number FROM book_entries WHERE once IS NOT NULL").all()
        entered = dict(map(tuple, rows))
        lost = sum(entered.get(once) != number for once, number in self.answers.items())
        found = verify_database(self._url)
        print(f"{name}: {len(self.answers)} answers, {sum(self.refused.values())} refusals, {found.size} entries")
        for said, times in self.refused.most_common(6):
            print(f"  {times} times: {said[:150]}")
        figure(f"{name}: answers that are lost, or were given twice", lost + len(rows) - len(entered), limit=0)
        figure(f"{name}: refusals that are not one line", self.tracebacks, limit=0)
        figure(f"{name}: faults of the book", len(found.faults), limit=0)
        self._book.close()
        return int(lost) + self.tracebacks + len(found.faults)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A disk of so many megabytes at a folder."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def enlarge(folder: Path, megabytes: int) -> None:
    """Make room."""
    subprocess.run(["mount", "-o", f"remount,size={megabytes}m", folder], check=True)


def until_refused(writers: Writers, seconds: float) -> None:
    """Wait until somebody was refused, and then so long."""
    while not writers.refused:
        time.sleep(0.05)
    time.sleep(seconds)


def interrupted(writers: Writers, seconds: float, begin: Callable[[], object], end: Callable[[], object]) -> None:
    """Let them write, take away what they need, give it back, and let them write again until all were answered."""
    with writers.at_work():
        time.sleep(seconds)
        begin()
        until_refused(writers, seconds / 2)
        end()
        before = len(writers.answers)
        while len(writers.answers) < before + WRITERS:
            time.sleep(0.05)


def on_sqlite(folder: Path, seconds: float) -> int:
    disk = folder / "disk"
    with small_disk(disk, 2):
        writers = Writers(f"sqlite:///{disk}/b.sqlite")
        interrupted(writers, 0, lambda: None, lambda: enlarge(disk, 20))
        wrong = writers.told("sqlite, full disk")
    path = folder / "moved.sqlite"
    writers = Writers(f"sqlite:///{path}")
    away = folder / "away"

    def move(to: Path, back: Path) -> None:
        to.mkdir(exist_ok=True)
        for file in [*back.glob("moved.sqlite*")]:
            file.rename(to / file.name)

    interrupted(writers, seconds, lambda: move(away, folder), lambda: move(folder, away))
    return wrong + writers.told("sqlite, file moved away and back")


def on_postgresql(folder: Path, seconds: float) -> int:
    disk, wrong = folder / "pgdisk", 0
    with small_disk(disk, 110), PostgresServer(disk / "server") as server:
        writers = Writers(server.new_database("full"))
        filler = disk / "filler"
        room = 110_000_000
        with writers.at_work():
            time.sleep(seconds / 2)
            with filler.open("wb") as file:
                try:
                    for _ in range(room // 65_536):
                        file.write(bytes(65_536))
                        file.flush()
                except OSError:
                    pass
            until_refused(writers, seconds / 2)
            enlarge(disk, 400)
            filler.unlink()
            server.start_again()
            before = len(writers.answers)
            while len(writers.answers) < before + WRITERS:
                time.sleep(0.05)
        wrong += writers.told("postgresql, full disk")
    with PostgresServer(folder / "server") as server:
        writers = Writers(server.new_database("gone"))
        interrupted(writers, seconds, server.stop, server.start)
        wrong += writers.told("postgresql, stopped and started")
    return wrong


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seconds", type=float, default=10)
    asked.add_argument("--engine", choices=["sqlite", "postgresql"])
    options = asked.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        for engine, hard_times in (("sqlite", on_sqlite), ("postgresql", on_postgresql)):
            if options.engine in (None, engine):
                wrong += hard_times(Path(made), options.seconds)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
