"""Every kind of neighbour by its name, and the neighbour of a seed."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .clocks import database_offsets, midnight_change, moved_on_the_day
from .combined import several
from .counting import counted_on_the_day, forged_plan, formulas, open_box
from .guards import calendar_names, hostile_calendars, leave_day, near_words, weekend_guard
from .holding import Fault, Neighbour
from .ledger import chain_of_returns, ledger_in_parts, part_of_a_return, two_heaps
from .measuring import half_a_scale, no_errors_stated, quiet_store
from .terminals import terminal_escapes
from .workbooks import far_cell, merged_cells, strict_workbook

KINDS: tuple[Callable[[random.Random], Neighbour], ...] = (
    part_of_a_return, chain_of_returns, midnight_change, two_heaps, open_box, counted_on_the_day, moved_on_the_day,
    leave_day, weekend_guard, calendar_names, near_words, merged_cells, database_offsets, strict_workbook,
    ledger_in_parts, forged_plan, far_cell, formulas, hostile_calendars, terminal_escapes, no_errors_stated,
    quiet_store, half_a_scale, several,
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What came of one neighbour."""

    number: int
    kind: str
    told: str
    faults: list[Fault]


def try_one(number: int, seed: int, keep: Path | None = None) -> Outcome:
    """Make the neighbour of this number, and hold the answers against its truth."""
    make = KINDS[number % len(KINDS)]
    neighbour = make(random.Random(f"{make.__name__} {number} {seed}"))
    folder = keep or Path(tempfile.mkdtemp(prefix="neighbour"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return Outcome(number, make.__name__, neighbour.told, neighbour.trial(folder))
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
