"""The linear relaxation of a CP-SAT model: a bound of its objective that does not hang on a solver's tolerances.

Whatever the prices y of the rows, y ≤ 0 for those that are at most their right side,

    b·y + Σ_j min over [low_j, high_j] of (c − Aᵀy)_j x_j

is a lower bound [Neumaier & Shcherbina 2004]; HiGHS only looks for prices with which it is high.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_INFINITE = 2**60
_HAIR = 1e-6


@dataclass(eq=False)
class _Rows:
    """Rows at most their right side, or equal to it, while they are gathered."""

    entries: list[tuple[int, int, float]] = field(default_factory=list)
    right: list[float] = field(default_factory=list)

    def add(self, terms: Iterable[tuple[int, float]], right: float) -> None:
        """One row; a literal's negation ¬x is 1 − x."""
        row = len(self.right)
        for index, factor in terms:
            if index >= 0:
                self.entries.append((row, index, factor))
            else:
                self.entries.append((row, -index - 1, -factor))
                right -= factor
        self.right.append(right)

    def table(self, columns: int) -> Any:
        """The sparse matrix, shape (rows, columns)."""
        from scipy.sparse import csr_array

        rows, places, factors = zip(*self.entries, strict=True) if self.entries else ((), (), ())
        return csr_array((factors, (rows, places)), shape=(len(self.right), columns))


def relaxed_bound(model: Any) -> float:
    """A lower bound of the least objective of a CP-SAT model that minimises, by its linear relaxation.

    Rows with conditions, and constraints that are not linear, are left out: the bound holds without them. It is rounded
    up to a value that an objective of whole numbers can take.

    Parameters
    ----------
    model
        ``cp_model.CpModel`` whose variables are all bounded.

    Returns
    -------
    float
        The bound; −∞ where HiGHS finds no prices, as where nothing keeps the rows.
    """
    from scipy.optimize import linprog

    proto = model.proto
    bounds = np.array([(min(one.domain), max(one.domain)) for one in proto.variables], np.float64).reshape(-1, 2)
    costs = np.zeros(len(bounds))
    np.add.at(costs, list(proto.objective.vars), np.array(list(proto.objective.coeffs), np.float64))
    at_most, equal = _rows_of(proto)
    tables = at_most.table(len(bounds)), equal.table(len(bounds))
    right = np.array(at_most.right), np.array(equal.right)
    # The method of inner points: such programs have many solutions that are as good, over which the simplex stumbles.
    found = linprog(costs, tables[0], right[0], tables[1], right[1], bounds, method="highs-ipm")
    if found.ineqlin.marginals is None or found.status != 0:
        return -math.inf
    prices = np.minimum(found.ineqlin.marginals, 0), np.asarray(found.eqlin.marginals)
    reduced = costs - tables[0].T @ prices[0] - tables[1].T @ prices[1]
    least = np.minimum(reduced * bounds[:, 0], reduced * bounds[:, 1]).sum()
    return _reachable(float(right[0] @ prices[0] + right[1] @ prices[1] + least), proto.objective)


def _rows_of(proto: Any) -> tuple[_Rows, _Rows]:
    """The rows of all constraints that are linear, or a clause."""
    at_most, equal = _Rows(), _Rows()
    for one in proto.constraints:
        conditions = list(one.enforcement_literal)
        if one.has_linear() and not conditions:
            _linear(one.linear, at_most, equal)
        elif one.has_at_most_one() and not conditions:
            at_most.add([(index, 1.0) for index in one.at_most_one.literals], 1.0)
        elif one.has_bool_or():
            clause = [*one.bool_or.literals, *(-index - 1 for index in conditions)]
            at_most.add([(index, -1.0) for index in clause], -1.0)
        elif one.has_bool_and():
            for literal in one.bool_and.literals:
                at_most.add([(index, -1.0) for index in (literal, *(-index - 1 for index in conditions))], -1.0)
    return at_most, equal


def _linear(linear: Any, at_most: _Rows, equal: _Rows) -> None:
    """A linear constraint, as one or two rows: the gaps in its domain are left out."""
    pairs = zip(linear.vars, linear.coeffs, strict=True)
    # Other than in a clause, −i − 1 stands for the negative of a number here.
    terms = [(index, float(factor)) if index >= 0 else (-index - 1, -float(factor)) for index, factor in pairs]
    low, high = min(linear.domain), max(linear.domain)
    if low == high:
        equal.add(terms, float(high))
        return
    if high < _INFINITE:
        at_most.add(terms, float(high))
    if low > -_INFINITE:
        at_most.add([(index, -factor) for index, factor in terms], -float(low))


def _reachable(bound: float, objective: Any) -> float:
    """The least value from ``bound`` on that whole numbers can give the objective."""
    step = math.gcd(*(int(factor) for factor in objective.coeffs)) or 1
    return step * math.ceil(bound / step - _HAIR) + float(objective.offset)
