"""Lines above the evidence that a stratum gives, over a range of n: what makes the search for samples linear."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stockward.stats.sampling import evidence
from stockward.stats.splitting.mixes import Stratum


class Chords:
    """Of each stratum, its evidence against numbers of defective units, and the chords over ranges of n; kept.

    Evidence counts up to the ``target``, which a mix must reach.
    """

    def __init__(self, strata: Sequence[Stratum], target: float) -> None:
        self._strata, self._target = strata, target
        self._chords: dict[tuple[int, int, int, int], tuple[float, float]] = {}
        self._known: dict[tuple[int, float, int, int], float] = {}

    def evidence(self, place: int, n: int, defects: int) -> float:
        """Evidence of n units of a stratum against so many defective ones."""
        stratum = self._strata[place]
        key = (stratum.units, stratum.notice, n, defects)
        if key not in self._known:
            self._known[key] = float(evidence(stratum.units, n, np.array([defects]), notice=stratum.notice)[0])
        return self._known[key]

    def line(self, place: int, low: int, high: int, defects: int) -> tuple[float, float]:
        """Height at the low end, and slope, of a line above the evidence over the box, which counts up to the target.

        Beyond the n at which the evidence alone reaches the target, all that is above the target is alike.
        """
        key = (place, low, high, defects)
        if key not in self._chords:
            at_low = min(self.evidence(place, low, defects), self._target)
            reach = self._reaching(place, low, high, defects)
            at_reach = min(self.evidence(place, reach, defects), self._target)
            self._chords[key] = at_low, (at_reach - at_low) / (reach - low) if reach > low else 0.0
        return self._chords[key]

    def _reaching(self, place: int, low: int, high: int, defects: int) -> int:
        """The least n above ``low`` at which the evidence alone reaches the target; ``high`` where none does."""
        if self.evidence(place, high, defects) <= self._target:
            return high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.evidence(place, middle, defects) >= self._target else (middle, high)
        return high
