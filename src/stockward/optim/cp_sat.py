"""One door to CP-SAT: limits, seed and threads go in, a status from the closed list, objective and bound come out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from stockward.terms.errors import UsageError
from stockward.terms.verdicts import Solved


@dataclass(frozen=True)
class SearchRequest:
    """How a model is to be solved.

    With ``work`` (CP-SAT's deterministic seconds) as the only limit and one thread, the same seed gives the same
    answer. ``better_than`` asks only for answers whose objective is below it.
    """

    seed: int
    seconds: float | None = None
    work: float | None = None
    threads: int = 1
    better_than: int | None = None
    probing: bool = True
    """Whether to try out variables before the search: on small models that costs more than it gives."""
    relaxed: int = 1
    """How much of the model enters the linear relaxation: 0 nothing, 1 some, 2 all."""


@dataclass(frozen=True, eq=False)
class SearchResult:
    """What CP-SAT says: status, objective (``None`` where nothing was found) and proven bound."""

    status: Solved
    objective: int | None
    bound: float
    _solver: Any = field(repr=False)

    @property
    def found(self) -> bool:
        """Whether there are values."""
        return self.objective is not None

    @property
    def colliding(self) -> tuple[int, ...]:
        """Indices of assumptions that cannot hold together, where the model is impossible under those made."""
        return tuple(self._solver.sufficient_assumptions_for_infeasibility())

    def value(self, literal: Any) -> bool:
        """Value of a literal in the best answer."""
        return bool(self._solver.boolean_value(literal))


def solve_model(model: Any, asked: SearchRequest) -> SearchResult:
    """Solve ``model`` within the limits; raises ``UsageError`` where CP-SAT refuses it as malformed."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    parameters = solver.parameters
    # Its own handler of Ctrl-C leaves none of Python's behind.
    parameters.catch_sigint_signal = False
    parameters.num_workers = asked.threads
    parameters.random_seed = asked.seed % 2**31
    parameters.linearization_level = asked.relaxed
    if not asked.probing:
        parameters.cp_model_probing_level = 0
    if asked.seconds is not None:
        parameters.max_time_in_seconds = max(asked.seconds, 0.0)
    if asked.work is not None:
        parameters.max_deterministic_time = asked.work
    if asked.better_than is not None:
        _require_below(model, asked.better_than)
    status = solver.solve(model)
    if status == cp_model.MODEL_INVALID:
        raise UsageError(f"the model was refused: {model.validate().splitlines()[0]}")
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    said = {
        cp_model.OPTIMAL: Solved.PROVEN,
        cp_model.FEASIBLE: Solved.FEASIBLE,
        cp_model.INFEASIBLE: Solved.IMPOSSIBLE,
    }.get(status, Solved.OUT_OF_TIME)
    objective = round(solver.objective_value) if found else None
    bound = math.inf if said is Solved.IMPOSSIBLE else solver.best_objective_bound
    return SearchResult(said, objective, bound, solver)


def _require_below(model: Any, objective: int) -> None:
    """Ask only for answers whose objective is below this."""
    from ortools.sat.python import cp_model

    proto = model.proto.objective
    scale = proto.scaling_factor or 1.0
    terms = [
        (model.get_int_var_from_proto_index(index), round(coefficient * scale))
        for index, coefficient in zip(proto.vars, proto.coeffs, strict=True)
    ]
    total = cp_model.LinearExpr.weighted_sum([one for one, _ in terms], [factor for _, factor in terms])
    model.add(total <= objective - 1 - round(proto.offset * scale))
