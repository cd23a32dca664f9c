"""A game of two whose sums are zero, one side choosing from what is added [von Neumann 1928; Dantzig & Wolfe 1960].

    minimise    v
    subject to  v − Σ_c loss_rc p_c ≥ 0    for each choice r of the other side
                Σ_c p_c = 1,  p ≥ 0

The prices of the rows are the other side's mixture. Few rows bind: the others wait until the answer breaks them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stockward.terms.errors import FigureError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_HAIR = 1e-10
_AT_ONCE = 60
"""Rows that are added together, those that are broken most."""


@dataclass(frozen=True, eq=False)
class GameSolution:
    """The value, the mixture of the columns added so far, and that of the other side over the rows."""

    value: float
    shares: Floats
    prices: Floats


class MatrixGame:
    """The program with the columns added so far."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self._columns: list[Floats] = []
        self._looked_at = np.zeros(rows, np.bool_)

    def add(self, losses: Floats) -> None:
        """Add a choice: what the other side gains by each of his, shape (rows,)."""
        self._columns.append(losses)
        self._looked_at[int(losses.argmax())] = True

    def look_at(self, rows: npt.NDArray[np.int64]) -> None:
        """Look at some rows from the first: those that are likely to bind."""
        self._looked_at[rows] = True

    def solve(self) -> GameSolution:
        """Solve to optimality. Raises ``FigureError`` where the solver does not."""
        table = np.column_stack(self._columns)
        while True:
            looked_at = np.flatnonzero(self._looked_at)
            value, shares, prices = _solved(table[looked_at])
            losses = table @ shares
            over = np.where(self._looked_at, -np.inf, losses - value)
            if over.max(initial=-np.inf) <= _HAIR * max(1.0, value):
                break
            worst = np.argsort(-over)[:_AT_ONCE]
            self._looked_at[worst[over[worst] > 0]] = True
        all_prices = np.zeros(self.rows)
        all_prices[looked_at] = prices
        return GameSolution(float(losses.max()), shares, all_prices)


def _solved(table: Floats) -> tuple[float, Floats, Floats]:
    """The value, the mixture of the columns and that of the rows of a whole table."""
    from scipy.optimize import linprog

    rows, columns = table.shape
    costs = np.append(np.zeros(columns), 1.0)
    one = np.append(np.ones(columns), 0.0)[None, :]
    bounds = [(0.0, None)] * columns + [(None, None)]
    found = linprog(
        costs, np.column_stack([table, -np.ones(rows)]), np.zeros(rows), one, [1.0], bounds, method="highs-ds",
        options={"primal_feasibility_tolerance": _HAIR, "dual_feasibility_tolerance": _HAIR},
    )  # fmt: skip
    if found.status != 0:
        raise FigureError(f"the solver leaves a game unsolved ({found.message}): report it, with the site's settings")
    shares = np.maximum(found.x[:columns], 0.0)
    prices = np.maximum(-found.ineqlin.marginals, 0.0)
    return float(found.fun), shares / shares.sum(), prices / prices.sum()
