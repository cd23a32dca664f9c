"""Integer programs with linear rules, solved by CP-SAT: the one door to it, where every number is whole.

A program is built of whole numbers between bounds and of sums that must lie between bounds. It is solved for one sum at
a time, on one thread, with a seed and a limit in the solver's own deterministic time: the same program gives the same
answer on any machine, and an answer that is not proven says by how much a better one could differ.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stockward.optim.whole import LARGEST_SUM
from stockward.terms.errors import FigureError
from stockward.terms.verdicts import Solved

if TYPE_CHECKING:
    from ortools.sat.python.cp_model_helper import CpModelProto

DETERMINISTIC_SECONDS = 10.0
"""Limit of one solution, in deterministic seconds of the solver: about as many of a clock, the same on any machine."""

Sum = Mapping[int, int]
"""Coefficients by number."""


@dataclass(frozen=True, slots=True)
class LinearRule:
    """``low`` ≤ Σ coefficient × number ≤ ``high``; ``None`` leaves that side open."""

    terms: Sum
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearSolution:
    """What the solver can say.

    ``values`` has one whole number for each of the program, empty without an answer. ``bound``: no answer has a smaller
    objective. ``gap`` = (objective − bound) ÷ |objective|, 0 where proven; ``None`` without an answer.
    """

    status: Solved
    values: tuple[int, ...]
    objective: int | None
    bound: int | None
    gap: float | None

    @property
    def found(self) -> bool:
        """Whether there is an answer that keeps every rule."""
        return self.objective is not None

    def of(self, terms: Sum) -> int:
        """The value of a sum in this answer."""
        return sum(coefficient * self.values[number] for number, coefficient in terms.items())


class Program:
    """Whole numbers between bounds, and rules for their sums.

    >>> program = Program()
    >>> a, b = program.number(0, 10), program.number(0, 10)
    >>> program.rule({a: 2, b: 3}, high=17)
    >>> program.minimise({a: -3, b: -4}, seed=1).values
    (7, 1)
    """

    def __init__(self) -> None:
        from ortools.sat.python import cp_model_helper as solver

        self._largest: list[int] = []
        self._model = solver.CpModelProto()

    def number(self, low: int, high: int) -> int:
        """Add a whole number from ``low`` to ``high``, both included; returns its place in ``values``."""
        if low > high:
            raise FigureError(f"a number of the program has the bounds {low} and {high}: the lower one is above")
        self._model.variables.add().domain.extend([low, high])
        self._largest.append(max(abs(low), abs(high)))
        return len(self._largest) - 1

    def rule(self, terms: Sum, *, low: int | None = None, high: int | None = None) -> None:
        """Add the rule ``low`` ≤ Σ terms ≤ ``high``. Without terms, the sum is 0."""
        self._add(self._model, LinearRule(terms, low, high))

    def minimise(
        self,
        terms: Sum,
        *,
        seed: int,
        also: Iterable[LinearRule] = (),
        deterministic_seconds: float = DETERMINISTIC_SECONDS,
    ) -> LinearSolution:
        """The answer with the least Σ terms among those that keep every rule, and those of ``also``.

        Raises ``FigureError`` for a program whose sums could leave the range of exact whole numbers.
        """
        from ortools.sat.python import cp_model_helper as solver

        self._reach(terms)
        model = solver.CpModelProto()
        model.copy_from(self._model)
        for rule in also:
            self._add(model, rule)
        model.objective.vars.extend(list(terms))
        model.objective.coeffs.extend(list(terms.values()))
        parameters = solver.SatParameters()
        parameters.num_workers = 1
        # These programs are small and tight: to simplify one first takes as long as to solve it.
        parameters.cp_model_presolve = False
        parameters.random_seed = seed % 2**31
        parameters.max_deterministic_time = deterministic_seconds
        # An interrupted search would pass for one whose time had ended, and give another answer.
        parameters.catch_sigint_signal = False
        door: Any = solver.SolveWrapper()
        door.set_parameters(parameters)
        return _solution(door.solve(model), terms, solver)

    def _add(self, model: CpModelProto, rule: LinearRule) -> None:
        reach = self._reach(rule.terms)
        # A bound beyond what the sum can reach is none; one that it can never keep stands just beyond its reach.
        low, high = (
            max(-reach - 1, min(reach + 1, bound)) for bound in (_or(rule.low, -reach - 1), _or(rule.high, reach + 1))
        )
        if low > high:
            raise FigureError(f"a rule of the program asks for {rule.low} to {rule.high}: the lower bound is above")
        linear = model.constraints.add().linear
        linear.vars.extend(list(rule.terms))
        linear.coeffs.extend(list(rule.terms.values()))
        linear.domain.extend([low, high])

    def _reach(self, terms: Sum) -> int:
        """The largest amount that a sum could have."""
        reach = sum(abs(factor) * self._largest[number] for number, factor in terms.items())
        if reach > LARGEST_SUM:
            raise FigureError(f"a sum of the program could reach {reach:.1e}, beyond exact numbers: check the data")
        return reach


def _or(bound: int | None, otherwise: int) -> int:
    return otherwise if bound is None else bound


def _solution(response: Any, objective: Sum, solver: Any) -> LinearSolution:
    """What the library says, in our words; what it refuses is our error."""
    status = response.status
    if status == solver.INFEASIBLE:
        return LinearSolution(status=Solved.IMPOSSIBLE, values=(), objective=None, bound=None, gap=None)
    if status == solver.UNKNOWN:
        return LinearSolution(status=Solved.OUT_OF_TIME, values=(), objective=None, bound=None, gap=None)
    if status not in (solver.OPTIMAL, solver.FEASIBLE):
        raise FigureError(f"the solver refuses the program ({status.name}): report it, with the site's settings")
    values = tuple(int(value) for value in response.solution)
    reached = sum(coefficient * values[number] for number, coefficient in objective.items())
    if status == solver.OPTIMAL:
        return LinearSolution(status=Solved.PROVEN, values=values, objective=reached, bound=reached, gap=0.0)
    bound = math.ceil(response.best_objective_bound - 1e-6)
    gap = (reached - bound) / abs(reached) if reached else float(reached > bound)
    return LinearSolution(status=Solved.FEASIBLE, values=values, objective=reached, bound=bound, gap=gap)
