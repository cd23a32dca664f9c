"""A writer of the book killed by a signal that nobody hears, at random moments, on both engines.

    python -m benchmarks.book_killed [--moments 1000] [--over-http 100] [--engine sqlite]

A writer hands in and approves without a pause and says every number that it was answered. What was said must stand
afterwards, every submission must be there whole or not at all, and the book must verify. The writers are the code that
the pages call, in a process of its own each time; some of the moments are of the whole server, asked over HTTP.
PostgreSQL itself goes on, as it does where it runs apart. A new book is begun every 50 moments.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import figure
from benchmarks.books import movements, new_databases, recorder_of
from stockward.book.store.proof import verify_database
from stockward.book.store.records import Book
from stockward.book.store.tree_heads import HeadSigner

ROWS_AT_ONCE = 7
MOMENTS_A_BOOK = 50
LONGEST_RUN = 0.3
"""Seconds from the first answer of a writer to its end, at most."""


@dataclass
class Tally:
    """What became of the answers over all moments."""

    moments: int = 0
    answers: int = 0
    lost: int = 0
    halves: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, url: str, said: Sequence[str]) -> None:
        """Hold the book against what was answered before the writer was killed."""
        with Book.open(url) as book, book.database.reading() as connection:
            rows = connection.exec_driver_sql("SELECT number, kind, submission FROM book_entries ORDER BY number").all()
        kinds = {number: kind for number, kind, _ in rows}
        sizes: dict[int, int] = {number: 0 for number, kind, _ in rows if kind == "submission"}
        for _, kind, submission in rows:
            if kind == "row":
                sizes[submission] += 1
        words = [line.split() for line in said]
        self.moments += 1
        self.answers += len(words)
        self.lost += sum(kinds.get(int(number)) != kind for kind, number in words)
        self.halves += sum(size != ROWS_AT_ONCE for size in sizes.values())
        self.faults += verify_database(url).faults

    def told(self, of: str) -> None:
        """Print what was found."""
        rate = self.answers / self.seconds if self.seconds else 0
        print(f"{of}: {self.moments} moments, {self.answers} answers read before them, {rate:.0f} a second written")
        for fault in self.faults[:5]:
            print(f"  {fault}")
        figure(f"{of}: answers given and lost over {self.moments} moments", self.lost, limit=0)
        figure(f"{of}: submissions entered by half", self.halves, limit=0)
        figure(f"{of}: faults of the book, verified each time", len(self.faults), limit=0)


def write_for_ever(url: str, key: Path, say: int) -> None:
    """Hand in and approve until it is killed; every line that is said was answered."""
    with Book.open(url, recorder_of(HeadSigner.read(key))) as book:
        for begin in range(0, sys.maxsize, ROWS_AT_ONCE):
            once = f"{begin}-{os.getpid()}-{time.time_ns()}"
            submission = book.submit("north", "clerk", movements(begin, ROWS_AT_ONCE), once=once)
            os.write(say, f"submission {submission}\n".encode())
            os.write(say, f"approval {book.approve(submission, 'officer')}\n".encode())


def run_until_killed(writer: Callable[[int], None], seconds: float) -> list[str]:
    """What a writer of its own process said until it was killed, so long after its first word.

    A line that was cut off was read by nobody.
    """
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        try:
            writer(say)
        finally:
            os._exit(1)
    os.close(say)
    said = os.read(hear, 1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    while more := os.read(hear, 1_000_000):
        said += more
    os.close(hear)
    os.waitpid(child, 0)
    return [line.decode() for line in said.splitlines(keepends=True) if line.endswith(b"\n")]


def killed(new: Callable[[str], str], folder: Path, moments: int, seed: int) -> Tally:
    """Kill writers of the pages' own code."""
    drawn, tally, url, key = random.Random(seed), Tally(), "", folder / "none.key"
    gc.freeze()
    for moment in range(moments):
        if moment % MOMENTS_A_BOOK == 0:
            name = f"killed_{moment}"
            signer, url = HeadSigner.made("killed"), new(name)
            key = folder / f"{url.partition(':')[0]}-{name}.key"
            signer.write(key)
            Book.create(url, recorder_of(signer)).close()
        seconds = drawn.uniform(0, LONGEST_RUN)
        tally.add(url, run_until_killed(lambda say, to=(url, key): write_for_ever(*to, say), seconds))  # type: ignore[misc]
        tally.seconds += seconds
        if moment % 50 == 49:
            print(f"{url.partition(':')[0]}: {moment + 1} moments, {tally.answers} answers, {tally.lost} lost, "
                  f"{tally.halves} by half, {len(tally.faults)} faults", flush=True)  # fmt: skip
    return tally


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--moments", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--engine", choices=["sqlite", "postgresql"])
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as made, new_databases(Path(made)) as databases:
        for engine, new in zip(("sqlite", "postgresql"), databases, strict=False):
            if options.engine in (None, engine):
                killed(new, Path(made), options.moments, options.seed).told(engine)


if __name__ == "__main__":
    main()
