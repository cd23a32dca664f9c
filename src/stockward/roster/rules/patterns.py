"""Patterns of rotation: the form of one that is compulsory, the cost of one that is wished, what one contradicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from stockward.book.rotations import rotation_cells
from stockward.roster.rules.forms import Counter, Form, Integers, Months

if TYPE_CHECKING:
    from stockward.book.settings import WorkRules
    from stockward.roster.rules.drafting import Reason, RosterDraft
    from stockward.roster.site.demand import DatedShift
    from stockward.roster.site.problem import GuardProblem

_KINDS = "NEL"
"""The letter of each kind of shift, by its number."""
_MANY = 10_000


def cells_of(rules: WorkRules) -> str:
    """The letters of the pattern that a site states; none where it states none."""
    return "" if rules.pattern is None else rotation_cells(rules.pattern) or ""


@dataclass(frozen=True, slots=True)
class WishedRotation:
    """A pattern that a site wishes: its letters, and of each guard the begins that fit best what is settled."""

    cells: str
    begins: tuple[tuple[int, ...], ...]

    def off(self, guard: int, shifts: Sequence[DatedShift]) -> int:
        """How many shifts of a guard lie off the pattern, by the begin by which the fewest do."""
        return min(
            sum(not _allows(self.cells, shift.day + begin, shift.kind) for shift in shifts)
            for begin in self.begins[guard]
        )

    def term(self, draft: RosterDraft, guard: int) -> Any:
        """The same in a model: n ≥ Σ x_gs over the shifts off the pattern where begin o is chosen, one is.

        What is settled around the roster has chosen the begins already, and is not counted.
        """
        chosen = [draft.model.new_bool_var("") for _ in self.begins[guard]]
        draft.model.add_exactly_one(chosen)
        off = draft.model.new_int_var(0, draft.problem.horizon.days, "")
        shifts: list[tuple[Any, Any]] = [(shift, literal) for shift, literal in draft.of_guard(guard)]
        shifts += [(draft.problem.shifts[s], 1) for s in draft.kept_of(guard)]
        for begin, literal in zip(self.begins[guard], chosen, strict=True):
            missed = [x for shift, x in shifts if not _allows(self.cells, shift.day + begin, shift.kind)]
            draft.model.add(off >= sum(missed)).only_enforce_if(literal)
        return off


def wished_rotation(problem: GuardProblem) -> WishedRotation | None:
    """The pattern that a site wishes; ``None`` where it wishes none."""
    wished = problem.rules.wished_pattern
    cells = None if wished is None else rotation_cells(wished)
    if not cells:
        return None
    return WishedRotation(cells, tuple(tuple(_begins(problem, guard, cells)) for guard in range(len(problem.guards))))


def shifts_off(problem: GuardProblem, cells: str) -> Callable[[Months], Integers]:
    """What counts in arrays the shifts of each row that lie off a pattern, by the begin by which the fewest do."""
    days, length = problem.horizon.days, len(cells)
    off = np.array(
        [[[not _allows(cells, day + begin, kind) for begin in range(length)] for day in range(days)]
         for kind in range(len(_KINDS))], np.int64,
    )  # fmt: skip
    barred = np.full((len(problem.guards), length), _MANY, np.int64)
    for guard in range(len(problem.guards)):
        barred[guard, _begins(problem, guard, cells)] = 0

    def count(months: Months) -> Integers:
        work, kinds = months.work[:, months.inside], months.kind[:, months.inside]
        missed = sum((work & (kinds == kind)).astype(np.int64) @ off[kind] for kind in range(len(_KINDS)))
        return np.asarray((missed + barred[months.guards]).min(axis=1), np.int64)

    return count


def follows_rotation() -> Form:
    """A guard works the pattern from a begin of its own: x_gs ≤ Σ c_go over begins o whose letter allows s, Σ c_go = 1.

    The letter of day d is cell (d + o) mod n. Begins are those that fit best what is settled around the roster. A day
    of work in the pattern may be free. Arrays count the shifts that lie off the pattern by the best begin.
    """

    def write(draft: RosterDraft, guard: int, limit: int, reason: Reason) -> None:
        cells = cells_of(draft.problem.rules)
        begins = _begins(draft.problem, guard, cells)
        chosen = {begin: draft.model.new_bool_var("") for begin in begins}
        draft.model.add_exactly_one(chosen.values())
        shifts: list[tuple[Any, Any]] = [(shift, literal) for shift, literal in draft.of_guard(guard)]
        shifts += [(draft.problem.shifts[s], 1) for s in draft.kept_of(guard)]
        for shift, literal in shifts:
            fitting = [of for begin, of in chosen.items() if _allows(cells, shift.day + begin, shift.kind)]
            if len(fitting) < len(chosen):
                draft.require(sum(fitting) >= literal, replace(reason, day=shift.day))

    def counter(problem: GuardProblem) -> Counter:
        count = shifts_off(problem, cells_of(problem.rules))
        return lambda months, limits: count(months)

    return Form(write, counter)


def _allows(cells: str, day: int, kind: int) -> bool:
    return cells[day % len(cells)] in ("W", _KINDS[kind])


def _begins(problem: GuardProblem, guard: int, cells: str) -> list[int]:
    """The begins of the pattern that fit best what is settled of a guard."""
    missed = [
        sum(not _allows(cells, one.shift.day + begin, one.shift.kind) for one in problem.worked[guard])
        for begin in range(len(cells))
    ]
    return [begin for begin, number in enumerate(missed) if number == min(missed)]


def pattern_contradictions(problem: GuardProblem) -> list[tuple[str, str]]:
    """What of the rules and posts a pattern contradicts, each with its mend."""
    rules, cells = problem.rules, cells_of(problem.rules)
    if not cells:
        return []
    found = []
    work, off, nights = _runs(cells, "ELNW"), _runs(cells, "-"), _runs(cells, "N")
    for key, runs, what, most in (
        ("max_consecutive_shifts", work, "days of work", True), ("max_consecutive_nights", nights, "nights", True),
        ("min_consecutive_shifts", work, "days of work", False),
        ("min_consecutive_days_off", off, "days off", False),
    ):  # fmt: skip
        limit: int | None = getattr(rules, key)
        length = (max if most else min)(runs, default=limit or 0)
        if limit is not None and (length > limit if most else length < limit):
            found.append((f"{key} = {limit}, but pattern = {rules.pattern} has {length} {what} in a row",
                          f"write {key} = {length}, or another pattern"))  # fmt: skip
    for group in problem.groups:
        letter = _KINDS[problem.shifts[group.shift].kind]
        if not {letter, "W"} & set(cells) and not group.taken_in:
            kind = {"N": "at night", "E": "that begin before noon", "L": "that begin after noon"}[letter]
            post = group.posts[0].post
            found.append((f"pattern = {rules.pattern} has no shifts {kind}, but {post} has",
                          f"write a pattern with {letter} or W, or correct the times of {post} in posts"))  # fmt: skip
            break
    return found


def _runs(cells: str, letters: str) -> Sequence[int]:
    """Lengths of the runs of such letters, the pattern beginning again after its end."""
    inside = [cell in letters for cell in cells]
    if all(inside) or not any(inside):
        return [len(cells)] * all(inside)
    first = next(place for place, one in enumerate(inside) if not one)
    turned = inside[first:] + inside[:first]
    return [len(list(ones)) for is_in, ones in groupby(turned) if is_in]
