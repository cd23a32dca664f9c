"""The rate at which a series may raise false alarms, as the series that share it come and go."""

from __future__ import annotations

from collections.abc import Iterable
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

    def without(self, gaps: Iterable[tuple[float, float]]) -> Hazard:
        """The same where nothing is tested in these times (days, apart from each other): nothing accrues in them."""
        found = self
        for begin, end in gaps:
            moments = np.union1d(found.moments, np.array([begin, end]))
            passed = np.interp(moments, found.moments, found.passed)
            at_begin, at_end = np.interp([begin, end], moments, passed)
            inside = np.clip(passed, at_begin, at_end) - at_begin
            found = Hazard(self.begun, moments, passed - inside)
        return found
