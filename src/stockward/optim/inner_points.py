"""Large linear programs by the method of inner points, without the corner it would end in: one door to HiGHS.

Where many answers are as good, the one in their midst is wanted, and the way from there to a corner takes longest. The
prices are as good as the tolerance: whoever states a bound computes it from them. HiGHS and CP-SAT cannot be loaded
into one process, so the program is solved in one of its own: ``python -m stockward.optim.inner_points``.
"""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stockward.optim.covering import quiet_solver

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_TOLERANCE = 1e-5
_SECONDS = 600.0


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
    columns = table.tocsc()
    asked = io.BytesIO()
    np.savez(
        asked, costs=costs, low=low, high=high, least=least, most=most,
        starts=columns.indptr, rows=columns.indices, values=columns.data,
    )  # fmt: skip
    command = [sys.executable, "-m", "stockward.optim.inner_points"]
    try:
        run = subprocess.run(command, input=asked.getvalue(), capture_output=True, check=True, timeout=_SECONDS)
        found = np.load(io.BytesIO(run.stdout))
        return InnerPoint(found["amounts"], found["prices"])
    except (OSError, ValueError, KeyError, EOFError, subprocess.SubprocessError):
        return None


def _main() -> None:
    """Solve what stands on standard input, and write the answer to standard output; nothing where there is none."""
    import highspy

    asked = np.load(io.BytesIO(sys.stdin.buffer.read()))
    solver = quiet_solver()
    for name, value in (("solver", "ipm"), ("run_crossover", "off"), ("ipm_optimality_tolerance", _TOLERANCE)):
        solver.setOptionValue(name, value)
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = len(asked["low"]), len(asked["costs"])
    program.col_cost_, program.col_lower_, program.col_upper_ = asked["costs"], asked["least"], asked["most"]
    program.row_lower_, program.row_upper_ = asked["low"], asked["high"]
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_, program.a_matrix_.index_ = asked["starts"], asked["rows"]
    program.a_matrix_.value_ = asked["values"]
    solver.passModel(program)
    solver.run()
    solution = solver.getSolution()
    if solution.value_valid and solution.dual_valid:
        np.savez(sys.stdout.buffer, amounts=np.array(solution.col_value), prices=np.array(solution.row_dual))


if __name__ == "__main__":
    _main()
