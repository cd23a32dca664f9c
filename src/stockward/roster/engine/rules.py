"""Every rule of a person in the model of CP-SAT: one function a rule, in words and as an equation.

``x[d, c]`` is true where the person chooses ``c`` on day ``d`` (0 a day off, ``s + 1`` shift ``s``); choices that are
ruled out have no variable. ``w[d]`` is true where the person works on day d: w_d = 1 − x_d0. D is the number of days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stockward.roster.engine.problem import DAY_OFF

if TYPE_CHECKING:
    from stockward.roster.engine.problem import PersonRules, RosterProblem


@dataclass(frozen=True, eq=False)
class Cells:
    """The variables of one person: ``choice[day][c]`` where c is open, and ``work[day]``, a literal."""

    problem: RosterProblem
    rules: PersonRules
    choice: list[dict[int, Any]]
    work: list[Any]

    def of_shift(self, shift: int) -> list[Any]:
        """The variables of one shift on all days where it is open."""
        return [cells[shift + 1] for cells in self.choice if shift + 1 in cells]


def one_choice_a_day(model: Any, cells: Cells) -> None:
    """One shift or the day off on each day: Σ_c x_dc = 1; and w_d = 1 − x_d0."""
    for day, choices in enumerate(cells.choice):
        if choices:
            model.add_exactly_one(choices.values())
        else:
            model.add_bool_or([])
        model.add(cells.work[day] == 1 - choices[DAY_OFF] if DAY_OFF in choices else cells.work[day] == 1)


def successions(model: Any, cells: Cells) -> None:
    """No shift b on the day after a where a must not be followed by b: x_da + x_(d+1)b ≤ 1."""
    follows = cells.problem.may_follow
    for today, tomorrow in zip(cells.choice, cells.choice[1:], strict=False):
        for before, literal in today.items():
            barred = [
                other for after, other in tomorrow.items() if before and after and not follows[before - 1, after - 1]
            ]
            if barred:
                # The choices of a day exclude each other, so one row bars them all.
                model.add_at_most_one([literal, *barred])


def most_of_shifts(model: Any, cells: Cells) -> None:
    """At most so many of each shift: Σ_d x_d,s+1 ≤ most_s."""
    for shift, most in enumerate(cells.rules.max_of_shift):
        literals = cells.of_shift(shift)
        if len(literals) > most:
            model.add(sum(literals) <= most)


def minutes(model: Any, cells: Cells) -> None:
    """Minutes between the bounds: low ≤ Σ_d,s length_s x_d,s+1 ≤ high."""
    lengths = cells.problem.minutes
    total = sum(
        int(lengths[c - 1]) * literal for choices in cells.choice for c, literal in choices.items() if c != DAY_OFF
    )
    model.add_linear_constraint(total, cells.rules.min_minutes, cells.rules.max_minutes)


def longest_runs(model: Any, cells: Cells) -> None:
    """At most K days of work in a row: Σ_{i=d..d+K} w_i ≤ K for each window of K + 1 days."""
    most = cells.rules.max_run
    for day in range(cells.problem.days - most):
        model.add_bool_or([literal.negated() for literal in cells.work[day : day + most + 1]])


def shortest_runs(model: Any, cells: Cells) -> None:
    """At least k days of work in a row: no run of n < k days of work between two days off.

    For each n < k and each d with 0 ≤ d and d + n + 1 < D: w_d ∨ ¬w_(d+1) ∨ … ∨ ¬w_(d+n) ∨ w_(d+n+1). A run that
    touches the first or last day is not between two days off of the horizon. Of days off likewise, with ¬w for w.
    """
    for least, flags in (
        (cells.rules.min_run, cells.work),
        (cells.rules.min_off_run, [literal.negated() for literal in cells.work]),
    ):
        for length in range(1, least):
            for day in range(cells.problem.days - length - 1):
                inside = [literal.negated() for literal in flags[day + 1 : day + length + 1]]
                model.add_bool_or([flags[day], *inside, flags[day + length + 1]])


def weekends(model: Any, cells: Cells) -> None:
    """At most W weekends with any work: v_i ≥ w_d for each day d of weekend i, and Σ_i v_i ≤ W."""
    found = cells.problem.weekends
    if cells.rules.max_weekends >= len(found):
        return
    worked = []
    for days in found:
        any_work = model.new_bool_var("")
        for day in days:
            model.add_implication(cells.work[day], any_work)
        worked.append(any_work)
    model.add(sum(worked) <= cells.rules.max_weekends)


PERSON_RULES: tuple[Callable[[Any, Cells], None], ...] = (
    one_choice_a_day, successions, most_of_shifts, minutes, longest_runs, shortest_runs, weekends,
)  # fmt: skip
