"""The draw: a function of seed and frozen book, and of nothing else, which anybody can do again.

Of the units 1 to N of a stratum, those n are drawn whose ``SHA-256("SEED\\nBOOK\\nAREA/MATERIAL\\nUNIT")`` is smallest:
texts in UTF-8, BOOK the digest of the frozen book in hexadecimal digits, UNIT in decimal ones. SHA-256 cannot be told
from a random function, so every choice of n units is as likely as any other to whoever does not know the seed. The plan
fixes N, n and the book, and its SHA-256 is published before the seed is known: so nobody can fit one to the other.
Of a public value SEED is the letters, as small ones, and the digits.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from heapq import nsmallest

from stockward.answers.counting import CountingDraw, CountingPlan, CountingStratum, SheetLine
from stockward.counting.plan_file import plan_digest
from stockward.counting.seeds import public_seed, require_seed, require_sha256, require_source, sha256_of
from stockward.terms.counting import Task
from stockward.terms.errors import UsageError

LINES_A_SHEET = 26
"""Lines of one count sheet, which is one printed page."""

LETTER = {Task.COUNT: "c", Task.MEASURE: "m", Task.WEIGH: "w"}
"""How the key of a line names its task."""
_ID_DIGITS = 15


def committed(plan: CountingPlan, *, seed_sha256: str | None = None, seed_source: str | None = None) -> CountingPlan:
    """The plan bound to a secret seed by its SHA-256, or else to the public value of a source.

    Raises ``UsageError`` for what is none.
    """
    if seed_source is not None:
        return dataclasses.replace(plan, seed_sha256=None, seed_source=require_source(seed_source))
    digits = require_sha256("--seed-sha256", seed_sha256 or "")
    return dataclasses.replace(plan, seed_sha256=digits, seed_source=None)


def draw_units(plan: CountingPlan, seed: str, *, commitment: str | None = None) -> CountingDraw:
    """Draw the units of every stratum, as lines of count sheets in the order in which a counter walks.

    ``commitment`` is the SHA-256 of the plan as it was published before the draw. Raises ``UsageError`` where the plan
    is not the one of the commitment, is not committed, or the seed is not the one that it is committed to.
    """
    seed = require_seed(seed) if plan.seed_source is None else public_seed(seed)
    digest = plan_digest(plan)
    if commitment is not None:
        _require_published(digest, require_sha256("--commitment", commitment))
    if plan.seed_sha256 is None and plan.seed_source is None:
        raise UsageError("the plan is not committed to a seed: make it with stockward sample plan SITE --commit PLAN")
    if plan.seed_sha256 is not None and sha256_of(seed) != plan.seed_sha256:
        raise UsageError(
            "this seed is not the one of the plan: its SHA-256 differs from the one in the plan: give the seed that "
            "was kept for it"
        )
    return CountingDraw(
        plan=plan,
        commitment=digest,
        published=commitment is not None,
        id=_id_of(digest, seed),
        seed=seed,
        lines=tuple(_lines(plan, seed)),
    )


def _require_published(digest: str, commitment: str) -> None:
    if digest != commitment:
        raise UsageError(
            f"--commitment {commitment[:16]}… is not that of this plan, which is {digest[:16]}…: the plan was changed "
            "or is another one: use the file that was committed, or copy the commitment again"
        )


def _id_of(commitment: str, seed: str) -> str:
    """A letter before the digits keeps a spreadsheet from taking them for a number such as 12345e6."""
    both = f"{commitment}\n{seed}"
    return f"S{hashlib.sha256(both.encode()).hexdigest()[:_ID_DIGITS]}"


def drawn_units(seed: str, book_digest: str, stratum: str, units: int, n: int) -> list[int]:
    """The n units that are drawn of units 1 to N, in the order of their hashes; shorter samples are its beginnings."""
    if n == 0:
        return []
    prefix = hashlib.sha256(f"{seed}\n{book_digest}\n{stratum}\n".encode())

    def place(unit: int) -> bytes:
        hashed = prefix.copy()
        hashed.update(str(unit).encode())
        return hashed.digest()

    return nsmallest(n, range(1, units + 1), key=place)


def _lines(plan: CountingPlan, seed: str) -> Iterator[SheetLine]:
    """Lines by area and task, so that a sheet is filled in at one place; within it by material and unit."""
    sheet = 0
    by_place: dict[tuple[str, Task], list[tuple[int, CountingStratum, int]]] = {}
    for number, stratum in enumerate(plan.strata, 1):
        for task, units in _tasks(plan, stratum, seed):
            by_place.setdefault((stratum.area, task), []).extend((number, stratum, unit) for unit in units)
    for (_, task), entries in by_place.items():
        for place, (number, stratum, unit) in enumerate(entries):
            sheet += place % LINES_A_SHEET == 0
            yield SheetLine(
                key=f"{number}{LETTER[task]}{unit}",
                sheet=sheet,
                line=place % LINES_A_SHEET + 1,
                stratum=stratum.id,
                task=task,
                position=unit,
            )


def _tasks(plan: CountingPlan, stratum: CountingStratum, seed: str) -> Iterator[tuple[Task, list[int]]]:
    """The units of each task by rising number; those measured are the first that were drawn to be counted."""
    if stratum.kind == "bulk":
        yield Task.WEIGH, [1]
        return
    units = drawn_units(seed, plan.book_digest, stratum.id, stratum.units, stratum.counted)
    yield Task.COUNT, sorted(units)
    yield Task.MEASURE, sorted(units[: stratum.measured])
