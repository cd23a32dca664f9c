"""The draw: a function of seed and frozen book, and of nothing else, which anybody can do again.

Of the units 1 to N of a stratum, those n are drawn whose ``SHA-256("SEED\\nBOOK\\nAREA/MATERIAL\\nUNIT")`` is smallest:
texts in UTF-8, BOOK the digest of the frozen book in hexadecimal digits, UNIT in decimal ones. SHA-256 cannot be told
from a random function, so every choice of n units is as likely as any other; who publishes the SHA-256 of the seed
before the book is frozen cannot choose the units, and who freezes the book without knowing the seed cannot either.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterator
from heapq import nsmallest

from stockward.answers.counting import Draw, Plan, SheetLine, Stratum
from stockward.counting.plan_file import plan_digest
from stockward.terms.counting import Task
from stockward.terms.errors import UsageError

LINES_A_SHEET = 26
"""Lines of one count sheet, which is one printed page."""

ID_LENGTH = 16
SHORTEST_SEED = 16
_HEX = re.compile(r"[0-9a-f]{64}")
_LETTER = {Task.COUNT: "c", Task.MEASURE: "m", Task.WEIGH: "w"}


def require_seed(seed: str) -> str:
    """The seed without blanks around it. Raises ``UsageError`` for one that could be guessed from its SHA-256."""
    seed = seed.strip()
    if len(seed) < SHORTEST_SEED or not seed.isprintable():
        raise UsageError(
            f"the seed must be one line of at least {SHORTEST_SEED} characters that nobody can guess: "
            "leave it out to have one made"
        )
    return seed


def commitment_of(seed: str) -> str:
    """SHA-256 of the seed's UTF-8 bytes, as 64 hexadecimal digits: what is published before the draw.

    >>> commitment_of("a seed nobody can guess")[:16]
    '0b382f5fff267b15'
    """
    return hashlib.sha256(seed.encode()).hexdigest()


def committed(plan: Plan, commitment: str) -> Plan:
    """The plan bound to a seed by its SHA-256. Raises ``UsageError`` for what is none."""
    commitment = commitment.strip().lower()
    if not _HEX.fullmatch(commitment):
        raise UsageError("the commitment must be a SHA-256: write its 64 hexadecimal digits")
    return dataclasses.replace(plan, commitment=commitment)


def draw_units(plan: Plan, seed: str) -> Draw:
    """Draw the units of every stratum, as lines of count sheets in the order in which a counter walks.

    Raises ``UsageError`` where the plan is not committed, or the seed is not the one that it is committed to.
    """
    seed = require_seed(seed)
    if plan.commitment is None:
        raise UsageError("the plan is not committed to a seed: make it with stockward sample SITE --commit PLAN")
    if commitment_of(seed) != plan.commitment:
        raise UsageError("this seed is not the one of the plan: its SHA-256 differs from the commitment")
    digest = plan_digest(plan)
    return Draw(plan=plan, plan_digest=digest, id=digest[:ID_LENGTH], seed=seed, lines=tuple(_lines(plan, seed)))


def drawn(seed: str, book_digest: str, stratum: str, units: int, n: int) -> list[int]:
    """The n units that are drawn of units 1 to N, in the order of their hashes; shorter samples are its beginnings."""
    if n == 0:
        return []
    prefix = hashlib.sha256(f"{seed}\n{book_digest}\n{stratum}\n".encode())

    def place(unit: int) -> bytes:
        hashed = prefix.copy()
        hashed.update(str(unit).encode())
        return hashed.digest()

    return nsmallest(n, range(1, units + 1), key=place)


def _lines(plan: Plan, seed: str) -> Iterator[SheetLine]:
    """Lines by area and task, so that a sheet is filled in at one place; within it by material and unit."""
    sheet = 0
    by_place: dict[tuple[str, Task], list[tuple[int, Stratum, int]]] = {}
    for number, stratum in enumerate(plan.strata, 1):
        for task, units in _tasks(plan, stratum, seed):
            by_place.setdefault((stratum.area, task), []).extend((number, stratum, unit) for unit in units)
    for (_, task), entries in by_place.items():
        for place, (number, stratum, unit) in enumerate(entries):
            sheet += place % LINES_A_SHEET == 0
            yield SheetLine(
                key=f"{number}{_LETTER[task]}{unit}",
                sheet=sheet,
                line=place % LINES_A_SHEET + 1,
                stratum=stratum.id,
                task=task,
                position=unit,
            )


def _tasks(plan: Plan, stratum: Stratum, seed: str) -> Iterator[tuple[Task, list[int]]]:
    """The units of each task by rising number; those measured are the first that were drawn to be counted."""
    if stratum.kind == "bulk":
        yield Task.WEIGH, [1]
        return
    units = drawn(seed, plan.book_digest, stratum.id, stratum.units, stratum.counted)
    yield Task.COUNT, sorted(units)
    yield Task.MEASURE, sorted(units[: stratum.measured])
