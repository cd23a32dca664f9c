"""Every row of the books as it was measured, with its errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockward.balance.sigma.plates import Plates
from stockward.stats.arrays import Array, Flags, Index


@dataclass(frozen=True, slots=True)
class MeasuredRows:
    """Every row of the books: the movements in their order, then the counts in theirs.

    ``quantity`` and the absolute errors are in the material's own unit; errors are standard deviations, relative ones
    per unit of quantity. ``group`` numbers the method and calibration that measured the row, −1 for none; ``reading``
    the reading that it shares with other rows, −1 for a measurement of its own. ``plates`` are those of the scales,
    if any, to which the codes of ``method`` (−1 none) and ``material`` lead.
    """

    movements: int
    quantity: Array
    random_rel: Array
    random_abs: Array
    systematic_rel: Array
    systematic_abs: Array
    group: Index
    groups: int
    reading: Index
    readings: int
    plates: Plates | None
    method: Index
    material: Index

    def __len__(self) -> int:
        return len(self.quantity)

    @property
    def weighed(self) -> Flags:
        """Rows that were measured with an error; the others are exact, or nobody knows."""
        return np.asarray((self.random_rel + self.random_abs + self.systematic_rel + self.systematic_abs) > 0)

    def as_heavy(self, quantity: Array) -> Flags:
        """Rows of which the plates say the same error at another quantity, shape (rows,)."""
        if self.plates is None:
            return np.ones(len(self), bool)
        own, other = (self.plates.loads(self.method, self.material, of) for of in (self.quantity, quantity))
        return np.asarray((own.times == other.times) & (own.steps == other.steps))
