"""The model of a whole roster, or of a part of one, for CP-SAT: every rule of ``rules``, the demand, the cost.

minimise  Σ_p,d,c cost_pdc x_pdc + Σ_d,s (under_ds u_ds + over_ds o_ds)
subject to  Σ_p x_pd,s+1 + u_ds − o_ds = required_ds,  u, o ≥ 0,  and every rule of every person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stockward.optim.cp_sat import SearchRequest, solve_model
from stockward.roster.engine.problem import DAY_OFF
from stockward.roster.engine.rules import PERSON_RULES, Cells

if TYPE_CHECKING:
    import numpy.typing as npt

    from stockward.optim.cp_sat import SearchResult
    from stockward.roster.engine.problem import DayTable, RosterProblem, RosterRows


@dataclass(frozen=True, eq=False)
class PeoplePart:
    """What of a roster is to be found: these people, with these choices; the others cover ``covered`` already."""

    people: Sequence[int]
    open: npt.NDArray[np.bool_]
    """Shape (people of the part, days, 1 + shifts)."""
    covered: DayTable
    """How many of the others work, shape (days, shifts)."""


@dataclass(frozen=True, eq=False)
class Modelled:
    """A model and its variables, by person of the part, day and choice."""

    model: Any
    choice: list[list[dict[int, Any]]]


@dataclass(frozen=True, eq=False)
class FoundRows:
    """What CP-SAT found for a part: rows of its people (or ``None``), and what it says of them."""

    rows: RosterRows | None
    answer: SearchResult


def everything(problem: RosterProblem) -> PeoplePart:
    """The whole roster as a part."""
    return PeoplePart(range(len(problem.people)), problem.open, np.zeros(problem.demand.required.shape, np.int64))


def people_model(problem: RosterProblem, part: PeoplePart) -> Modelled:
    """The model of a part."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    choice = []
    for place, person in enumerate(part.people):
        cells = [
            {c: model.new_bool_var("") for c in np.flatnonzero(part.open[place, day]).tolist()}
            for day in range(problem.days)
        ]
        work = [model.new_bool_var("") for _ in range(problem.days)]
        for rule in PERSON_RULES:
            rule(model, Cells(problem, problem.people[person].rules, cells, work))
        choice.append(cells)
    model.minimize(sum(_personal_costs(problem, part, choice)) + sum(_demand(model, problem, part, choice)))
    return Modelled(model, choice)


def _personal_costs(problem: RosterProblem, part: PeoplePart, choice: list[list[dict[int, Any]]]) -> list[Any]:
    terms: list[Any] = []
    for person, cells in zip(part.people, choice, strict=True):
        costs = problem.people[person].costs
        for day, choices in enumerate(cells):
            # Only differences matter to the solver; the least of a day is a constant.
            terms.append(int(costs[day].min()))
            terms.extend(int(costs[day, c] - costs[day].min()) * literal for c, literal in choices.items())
    return terms


def _demand(model: Any, problem: RosterProblem, part: PeoplePart, choice: list[list[dict[int, Any]]]) -> list[Any]:
    """Σ x + u − o = required − covered for each day and shift; returns the costs of u and o."""
    demand, terms = problem.demand, []
    number = len(part.people)
    for day in range(problem.days):
        for shift in range(len(problem.shifts)):
            wanted = int(demand.required[day, shift] - part.covered[day, shift])
            under = model.new_int_var(0, max(wanted, 0), "")
            over = model.new_int_var(max(-wanted, 0), number + max(-wanted, 0), "")
            working = [cells[day][shift + 1] for cells in choice if shift + 1 in cells[day]]
            model.add(sum(working) + under - over == wanted)
            terms.append(int(demand.under_weight[day, shift]) * under)
            terms.append(int(demand.over_weight[day, shift]) * over)
    return terms


def solve_people(
    problem: RosterProblem, part: PeoplePart, asked: SearchRequest, *, hint: RosterRows | None = None
) -> FoundRows:
    """Find the best rows of a part; ``hint`` has the rows of its people that are known so far."""
    modelled = people_model(problem, part)
    if hint is not None:
        for row, cells in zip(hint, modelled.choice, strict=True):
            for day, choices in enumerate(cells):
                for c, literal in choices.items():
                    modelled.model.add_hint(literal, int(row[day]) == c)
    answer = solve_model(modelled.model, asked)
    if not answer.found:
        return FoundRows(None, answer)
    rows = np.full((len(part.people), problem.days), DAY_OFF, np.int16)
    for place, cells in enumerate(modelled.choice):
        for day, choices in enumerate(cells):
            rows[place, day] = next(c for c, literal in choices.items() if answer.value(literal))
    return FoundRows(rows, answer)
