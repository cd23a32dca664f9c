"""Large linear programs by the method of inner points, without the corner it would end in: one door to HiGHS.

Where many answers are as good, the one in their midst is wanted, and the way from there to a corner takes longest. The
prices are as good as the tolerance: whoever states a bound computes it from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stockward.optim.highs import quiet_solver

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_TOLERANCE = 1e-5


@dataclass(frozen=True, eq=False)
class InnerPoint:
    """Amounts of the columns, shape (columns,), and prices of the rows, shape (rows,)."""

    amounts: Floats
    prices: Floats


def inner_point(costs: Floats, table: Any, low: Floats, high: Floats, least: Floats, most: Floats) -> InnerPoint | None:
    """Minimise costs · x where low ≤ table x ≤ high and least ≤ x ≤ most; ``None`` where HiGHS finds no end.

    Parameters
    ----------
    table
        Sparse, of scipy, shape (rows, columns).
    """
    import highspy

    solver = quiet_solver()
    for name, value in (("solver", "ipm"), ("run_crossover", "off"), ("ipm_optimality_tolerance", _TOLERANCE)):
        solver.setOptionValue(name, value)
    columns = table.tocsc()
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = columns.shape
    program.col_cost_, program.col_lower_, program.col_upper_ = costs, least, most
    program.row_lower_, program.row_upper_ = low, high
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_, program.a_matrix_.index_ = columns.indptr, columns.indices
    program.a_matrix_.value_ = columns.data
    solver.passModel(program)
    solver.run()
    solution = solver.getSolution()
    if not solution.value_valid or not solution.dual_valid:
        return None
    return InnerPoint(np.array(solution.col_value), np.array(solution.row_dual))
