"""The rate at which a series may raise false alarms, as the series that share it come and go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockward.stats.arrays import Array


@dataclass(frozen=True, slots=True)
class Hazard:
    """The rate at which one series may raise false alarms: ``passed`` is its sum from the first of all beginnings.

    Between ``moments`` (days) it is constant; ``begun`` is when the series began.
    """

    begun: float
    moments: Array
    passed: Array

    def over(self, end: Array) -> Array:
        """Its sum over the time up to each inventory (days, shape (n,), in order) from the one before."""
        reached = np.interp(np.concatenate([[self.begun], end]), self.moments, self.passed)
        return np.asarray(np.maximum(np.diff(reached), 0.0))
