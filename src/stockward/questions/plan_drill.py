"""A drill of the planned books: are the losses of the goals found as often as the plan says?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl

from stockward.answers.drill import DrillLine
from stockward.answers.plan import DrilledGoal
from stockward.book import Site
from stockward.drill.running import DrillOptions, make_drill
from stockward.protection.closed.planned_books import planned_site
from stockward.protection.closed.seen_books import SeenBooks
from stockward.protection.decisions import DecidedLevels


def drill_of_plan(
    seen: SeenBooks,
    choice: DecidedLevels | None,
    copies: int,
    seed: int,
    generated: datetime,
    progress: Callable[[str], None],
) -> tuple[DrilledGoal, ...]:
    """Take the loss of every goal out of so many copies of the books with the plan in them; nothing without a plan.

    The losses go round all goals and both ways to take them evenly. Raises ``UsageError`` where no goal is about a
    series that can be drilled.
    """
    if choice is None:
        return ()
    site = _numbered(planned_site(seen.books, choice, seen.balances.joined))
    options = DrillOptions(copies=copies, seed=seed, goals=True)
    answer = make_drill(
        site, options, generated=generated, progress=lambda step: progress(f"drilling the plan: {step}")
    )
    return tuple(_drilled(line) for line in answer.lines)


def _numbered(site: Site) -> Site:
    """The site with a number of its own for every row: a plan adds rows that stand in no file."""
    movements, counts = (
        site[name].with_columns(row=pl.int_range(2, site[name].height + 2, dtype=pl.UInt32))
        for name in ("movements", "counts")
    )
    return site.replace(movements=movements, counts=counts)


def _drilled(line: DrillLine) -> DrilledGoal:
    return DrilledGoal(
        id=line.id,
        label=line.label,
        quantity=None if line.loss is None else line.loss[1],
        unit=line.unit,
        pattern=line.pattern,
        copies=line.copies,
        found=line.counts.found,
        chance=line.stated,
        predicted=line.predicted,
        error=line.error,
        why=next((place.why for place in line.places if place.why is not None), None) if not line.copies else None,
    )
