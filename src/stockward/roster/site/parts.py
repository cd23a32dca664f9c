"""A part of a guards' roster, solved to the end: some guards beside the others, under every rule and at the true cost.

The guards of a part hold together what they held before: of each kind of place and day the same number, and what was
left open where that helps. So a part changes nothing for the others, and parts of different guards can be solved at the
same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from stockward.optim.cp_sat import SearchRequest, solve_model
from stockward.roster.rules.drafting import RosterDraft
from stockward.roster.rules.forms import Integers
from stockward.roster.rules.table import OF_A_GUARD
from stockward.roster.site.columns import OPEN
from stockward.roster.site.costs import fairness
from stockward.roster.site.scoring import BEYOND, Scorer
from stockward.terms.verdicts import Solved

if TYPE_CHECKING:
    from stockward.optim.cp_sat import SearchResult


@dataclass(frozen=True)
class GuardsPart:
    """Some guards on some days: what they do now on every day, shape (guards, days), and its score.

    ``left_open`` counts the places that nobody holds, shape (days, kinds).
    """

    guards: tuple[int, ...]
    days: range
    rows: Integers
    left_open: Integers
    score: int


@dataclass(frozen=True)
class PartSolution:
    """The rows of a part's guards at no higher score, or ``None``; whether none is lower."""

    rows: Integers | None
    proven: bool


@dataclass(eq=False)
class _Model:
    """A part while it is written as a model."""

    scorer: Scorer
    part: GuardsPart
    model: Any
    choices: dict[tuple[int, int, int], Any] = field(default_factory=dict)
    """Literal by guard's place in the part, day and kind."""
    filled: dict[tuple[int, int], Any] = field(default_factory=dict)
    """How many of the places left open are filled, by day and kind."""


def solve_guards(scorer: Scorer, part: GuardsPart, asked: SearchRequest) -> PartSolution:
    """The best rows of the part's guards within the limits.

    Minimises cost + OPEN · places left open over the guards' choices y_gdk (guard g, day d, kind k), subject to every
    rule of one guard and Σ_g y_gdk = held_dk + filled_dk, 0 ≤ filled_dk ≤ open_dk.
    """
    from ortools.sat.python import cp_model

    writing = _Model(scorer, part, cp_model.CpModel())
    draft = _draft(writing)
    for guard in part.guards:
        for rule in OF_A_GUARD:
            rule.write(draft, guard)
    _hold(writing)
    _minimise(writing, draft)
    answer = solve_model(writing.model, asked)
    proven = answer.status in (Solved.PROVEN, Solved.IMPOSSIBLE)
    return PartSolution(_rows(writing, answer) if answer.found else None, proven)


def least_alone(scorer: Scorer, guard: int, asked: SearchRequest) -> float:
    """The least that one guard can cost under every rule of one guard, whatever the others do: a lower bound of it."""
    from ortools.sat.python import cp_model

    days, kinds = scorer.translated.shift_of.shape
    rows = np.zeros((1, days), np.int64)
    everything = GuardsPart((guard,), range(days), rows, np.ones((days, kinds), np.int64), 0)
    writing = _Model(scorer, everything, cp_model.CpModel())
    draft = _draft(writing)
    for rule in OF_A_GUARD:
        rule.write(draft, guard)
    terms, constant = _cost(writing, draft)
    writing.model.minimize(sum(terms))
    return solve_model(writing.model, asked).bound + constant


def _draft(writing: _Model) -> RosterDraft:
    """The choices of each guard and day, and the shifts that they stand for, as the rules know them."""
    scorer, part, model = writing.scorer, writing.part, writing.model
    shift_of = scorer.translated.shift_of
    kept = {}
    for place, guard in enumerate(part.guards):
        outside = [day for day in range(shift_of.shape[0]) if day not in part.days and part.rows[place, day]]
        kept[guard] = frozenset(int(shift_of[day, part.rows[place, day] - 1]) for day in outside)
    draft = RosterDraft(scorer.problem, model, part.guards, part.days, kept)
    for day in part.days:
        kinds = np.union1d(part.rows[:, day][part.rows[:, day] > 0], np.flatnonzero(part.left_open[day]) + 1).tolist()
        for place, guard in enumerate(part.guards):
            _choose(writing, draft, place, [kind for kind in kinds if scorer.can[guard, day, kind]], day)
    return draft


def _choose(writing: _Model, draft: RosterDraft, place: int, kinds: Sequence[int], day: int) -> None:
    """One guard's day: a literal for each kind, for each shift, and for work at all."""
    guard, model = writing.part.guards[place], writing.model
    of_shift: dict[int, list[Any]] = {}
    for kind in kinds:
        literal = model.new_bool_var("")
        writing.choices[place, day, kind] = literal
        of_shift.setdefault(int(writing.scorer.translated.shift_of[day, kind - 1]), []).append(literal)
    for shift, literals in of_shift.items():
        draft.work[guard, shift] = draft.any_of(literals)
    if of_shift:
        draft.begun[guard, day] = list(of_shift)
        draft.literals[guard, day] = draft.any_of([draft.work[guard, shift] for shift in of_shift])
    if not writing.scorer.can[guard, day, 0]:
        model.add(sum(draft.work[guard, shift] for shift in of_shift) == 1)


def _hold(writing: _Model) -> None:
    """The guards hold what they held, and of what is left open as much as helps."""
    part, model = writing.part, writing.model
    places: dict[tuple[int, int], list[Any]] = {}
    for (_, day, kind), literal in writing.choices.items():
        places.setdefault((day, kind), []).append(literal)
    for (day, kind), literals in places.items():
        open_ = min(int(part.left_open[day, kind - 1]), len(literals))
        held = int((part.rows[:, day] == kind).sum())
        if open_:
            writing.filled[day, kind] = model.new_int_var(0, open_, "")
        model.add(sum(literals) == held + writing.filled.get((day, kind), 0))


def _minimise(writing: _Model, draft: RosterDraft) -> None:
    """The score, which must not rise."""
    terms, constant = _cost(writing, draft)
    terms += [-OPEN * filled for filled in writing.filled.values()]
    writing.model.add(sum(terms) <= writing.part.score - constant)
    writing.model.minimize(sum(terms))


def _cost(writing: _Model, draft: RosterDraft) -> tuple[list[Any], int]:
    """The terms of the cost, and what does not depend on the choices."""
    scorer, part = writing.scorer, writing.part
    terms = fairness(draft, scorer.shares)
    constant = 0
    for place, guard in enumerate(part.guards):
        costs = scorer.costs[guard]
        inside = np.isin(np.arange(len(costs)), np.array(part.days))
        constant += int(np.where(inside, costs[:, 0], costs[np.arange(len(costs)), part.rows[place]]).sum())
    for (place, day, kind), literal in writing.choices.items():
        costs = scorer.costs[part.guards[place], day]
        terms.append(int(costs[kind] - costs[0]) * literal)
    if scorer.ordinary is not None:
        terms += [_beyond(draft, guard, int(scorer.ordinary[guard])) for guard in part.guards]
    return terms, constant


def _beyond(draft: RosterDraft, guard: int, ordinary: int) -> Any:
    """What the hours beyond an ordinary contract cost: each that has begun."""
    shifts = draft.problem.shifts
    done = sum(shifts[s].minutes for s in draft.kept_of(guard))
    sought = [(shift.minutes, literal) for shift, literal in draft.of_guard(guard)]
    hours = draft.model.new_int_var(0, (done + sum(minutes for minutes, _ in sought)) // 60 + 1, "")
    draft.model.add(60 * hours >= done - ordinary + sum(minutes * literal for minutes, literal in sought))
    return BEYOND * hours


def _rows(writing: _Model, answer: SearchResult) -> Integers:
    """The rows of the answer."""
    rows = writing.part.rows.copy()
    rows[:, np.array(writing.part.days)] = 0
    for (place, day, kind), literal in writing.choices.items():
        if answer.value(literal):
            rows[place, day] = kind
    return rows
