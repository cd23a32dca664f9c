"""How little the standardised differences of a series scatter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc


def chance_of_less_scatter(y: NDArray[np.float64]) -> float:
    """The chance that n independent standard normal figures ``y`` (shape (n,)) scatter as little, or less.

    ``P(χ²_n ≤ yᵀy)``, the regularised lower incomplete gamma function of n/2 and yᵀy/2 [DLMF 8.2.4].
    """
    return float(gammainc(len(y) / 2, float(y @ y) / 2))
