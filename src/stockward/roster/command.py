"""What the command ``stockward roster --instance`` does: read, solve, write rows, and say how good the roster is."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from stockward.roster.engine.streams import EngineAnswer, Limits, make_roster
from stockward.roster.instance import read_instance
from stockward.terms.errors import SheetError
from stockward.terms.files import read_text
from stockward.terms.spreadsheet_text import csv_text, no_formula, text_of
from stockward.terms.verdicts import SOLVED_MEANING, Solved

if TYPE_CHECKING:
    from stockward.roster.engine.problem import RosterProblem, RosterRows

HEADER = ("employee", "day", "shift")


def solve_instance(
    path: Path,
    *,
    seed: int,
    workers: int,
    seconds_left: Callable[[], float] | None,
    steps: int | None,
    say: Callable[[str], None],
) -> tuple[EngineAnswer, str | None]:
    """Solve one benchmark instance; returns the answer and the roster as CSV (``None`` where there is none)."""
    problem = read_instance(path)

    def progress(best: int | None, bound: float) -> None:
        say(how_far(best, bound))

    limits = Limits(seconds_left, steps)
    answer = make_roster(problem, seed=seed, workers=workers, limits=limits, progress=progress)
    return answer, None if answer.roster is None else roster_csv(problem, answer.roster)


def roster_csv(problem: RosterProblem, roster: RosterRows) -> str:
    """One row a worked shift: the person's code, the day from 0, the shift's code."""
    rows = [
        (person.code, day, problem.shifts[choice - 1].code)
        for person, row in zip(problem.people, roster, strict=True)
        for day, choice in enumerate(row.tolist())
        if choice
    ]
    return csv_text([HEADER, *rows], no_formula)


def read_roster_csv(problem: RosterProblem, path: Path) -> RosterRows:
    """Read a roster that ``roster_csv`` wrote; raises ``SheetError`` with file and row for anything else."""
    import numpy as np

    people = {person.code: i for i, person in enumerate(problem.people)}
    shifts = {shift.code: i for i, shift in enumerate(problem.shifts)}
    roster = np.zeros((len(people), problem.days), np.int16)
    try:
        header, *rows = list(csv.reader(read_text(path).splitlines())) or [[]]
    except csv.Error as error:
        raise SheetError(str(path), f"no valid CSV ({error})", "take the file as it was written") from None
    if tuple(header) != HEADER:
        raise SheetError(str(path), f"the header is not {','.join(HEADER)}", "take a file that this command wrote")
    for number, row in enumerate(rows, 2):
        person, day, shift = (text_of(cell) for cell in row) if len(row) == len(HEADER) else ("",) * 3
        known = person in people and shift in shifts and day.isascii() and day.isdigit() and len(day) < 6
        if not known or int(day) >= problem.days:
            said = f"{','.join(row)!r} names no person, day and shift of it"
            raise SheetError(str(path), said, "correct it", row=number)
        if roster[people[person], int(day)]:
            raise SheetError(str(path), f"{person} works twice on day {day}", "keep one of the two", row=number)
        roster[people[person], int(day)] = shifts[shift] + 1
    return roster


def report_of(answer: EngineAnswer) -> list[str]:
    """How many points count against the roster and for what, how few any could have, and what the answer is."""
    lines = []
    if answer.measured is not None:
        parts = answer.measured
        lines.append(
            f"points against this roster: {parts.objective} ({parts.wishes} for wishes not met, {parts.under} for too "
            f"few at work, {parts.over} for too many)"
        )
    if answer.status is not Solved.IMPOSSIBLE and math.isfinite(answer.bound):
        lines.append(f"none that keeps every rule has fewer than {bound_words(answer.bound)}{_to_be_saved(answer)}")
    lines.append(f"{answer.status.replace('_', ' ')}: {SOLVED_MEANING[answer.status]}")
    return [*lines, *answer.reasons]


def _to_be_saved(answer: EngineAnswer) -> str:
    """How far the roster may be from the best one; nothing where none is better."""
    return f": a better one can save at most {100 * answer.gap:.2f} % of these points" if answer.gap else ""


def how_far(best: int | None, bound: float) -> str:
    """How far the search is, for whoever waits for a roster.

    >>> how_far(120, 79.6)
    'best roster so far: 120 points against it; none can have fewer than 80'
    """
    if best is None:
        return "no roster that keeps every rule yet"
    said = f"best roster so far: {best} points against it"
    if best <= bound:
        return f"{said}; no better one exists"
    return f"{said}; none can have fewer than {bound_words(bound)}" if math.isfinite(bound) else said


def bound_words(bound: float) -> str:
    """A bound without decimals; zero has no sign, and none that is known is a dash.

    >>> bound_words(-0.2)
    '0'
    """
    return f"{round(bound)}" if math.isfinite(bound) else "-"
