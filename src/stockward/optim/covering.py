"""A linear program that chooses one column for each group and covers rows at a price for too few and too many.

    minimise    Σ c_j x_j + Σ under_r u_r + Σ over_r o_r
    subject to  Σ_{j in group g} x_j = 1            for each group g
                Σ_j a_rj x_j + u_r − o_r = b_r      for each row r
                x, u, o ≥ 0

Columns are added as they are found (Dantzig & Wolfe 1960); HiGHS solves it again from the last basis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


_DUAL, _PRIMAL = 1, 4


@dataclass(frozen=True)
class Chosen:
    """An optimum of the program: objective, share of each column, price of each group and of each row."""

    objective: float
    shares: Floats
    group_prices: Floats
    row_prices: Floats


@dataclass(frozen=True)
class Columns:
    """New columns: the group and cost of each, and the rows that it covers (``rows[starts[j]:starts[j + 1]]``)."""

    groups: Integers
    costs: Floats
    starts: Integers
    rows: Integers

    @property
    def number(self) -> int:
        """How many columns."""
        return len(self.groups)


class Covering:
    """The program with the columns added so far."""

    def __init__(self, groups: int, required: Floats, under: Floats, over: Floats) -> None:
        self.groups, self.number = groups, 0
        self._highs = quiet_solver()
        for name, value in (("threads", 1), ("random_seed", 1)):
            self._highs.setOptionValue(name, value)
        rows = len(required)
        right = np.concatenate([np.ones(groups), required])
        none = np.empty(0, np.int32), np.empty(0)
        self._highs.addRows(groups + rows, right, right, 0, np.zeros(groups + rows, np.int32), *none)
        for cost, sign in ((under, 1.0), (over, -1.0)):
            places, starts = np.arange(groups, groups + rows, dtype=np.int32), np.arange(rows, dtype=np.int32)
            signs = np.full(rows, sign)
            free = np.full(rows, np.inf)
            self._highs.addCols(rows, cost.astype(float), np.zeros(rows), free, rows, starts, places, signs)
        self._slacks = 2 * rows
        self._changed_bounds = False

    def add(self, columns: Columns) -> None:
        """Add columns; their places follow those of the columns before."""
        number = columns.number
        lengths = np.diff(columns.starts)
        starts = (columns.starts[:-1] + np.arange(number)).astype(np.int32)
        indices = np.empty(len(columns.rows) + number, np.int32)
        own = starts + lengths
        indices[own] = columns.groups
        others = np.ones(len(indices), np.bool_)
        others[own] = False
        indices[others] = columns.rows + self.groups
        # No upper bound: the group's row is one, and a bound would only make degenerate steps.
        low, high, ones = np.zeros(number), np.full(number, np.inf), np.ones(len(indices))
        self._highs.addCols(number, columns.costs, low, high, len(indices), starts, indices, ones)
        self.number += number

    def fix(self, places: list[int]) -> None:
        """Choose these columns wholly."""
        columns = np.array(places, np.int32) + self._slacks
        number = len(columns)
        self._highs.changeColsBounds(number, columns, np.ones(number), np.full(number, np.inf))
        self._changed_bounds = True

    def solve(self) -> Chosen:
        """Solve to optimality; every group needs a column.

        After new columns the last basis is still feasible, so the primal simplex goes on from it; after new bounds its
        prices still fit, so the dual simplex does.
        """
        self._highs.setOptionValue("simplex_strategy", _DUAL if self._changed_bounds else _PRIMAL)
        self._changed_bounds = False
        self._highs.run()
        solution = self._highs.getSolution()
        prices = np.array(solution.row_dual)
        shares = np.array(solution.col_value)[self._slacks :]
        return Chosen(
            float(self._highs.getInfo().objective_function_value), shares, prices[: self.groups], prices[self.groups :]
        )


def quiet_solver() -> Any:
    """HiGHS without a word on standard output, where a roster may be written.

    It prints its banner at the first call but that of an option, and from 1.16 on it makes such a call, to enable
    callbacks, while it is constructed.
    """
    import highspy

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    solver = Quiet()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    return solver
