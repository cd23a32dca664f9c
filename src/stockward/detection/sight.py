"""The test in force of one series, and what it sees: losses by pattern, and the limit of any test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stockward.answers.detection import Detectable, DetectionCurves
from stockward.detection.error_terms import ErrorTerms
from stockward.detection.patterns import YEAR, even_shares
from stockward.figures.detection import DRAWS, DetectionCurve, detection_curves, limit_detectable, worst_pattern
from stockward.figures.scan import DRAWS as LIMIT_DRAWS
from stockward.figures.scan import Family, calibrate
from stockward.figures.whitening import whitener
from stockward.figures.windows import window_family

Array = NDArray[np.float64]
Index = NDArray[np.int64]

_CURVE_POINTS = 25
_CURVE_REACH = 1.6
"""Each curve has its points up to this many times the loss that is found with the chance asked for."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Σ of one series with the terms that it is made of, and the default test calibrated to the series' share."""

    terms: ErrorTerms
    covariance: Array
    inverse: Array
    family: Family
    limits: Array
    share: float
    detection: float
    seed: int
    draws: int

    @classmethod
    def of(
        cls,
        terms: ErrorTerms,
        *,
        share: float,
        detection: float,
        seed: int,
        limits: tuple[float, ...] | None = None,
        like: Sight | None = None,
    ) -> Sight:
        """Calibrate the default test for these terms, unless its limits are known.

        A similar sight, of which this is a what-if, is a quick start; half as many draws then serve.
        """
        covariance = terms.covariance()
        inverse = whitener(covariance)
        family = window_family(inverse)
        if limits is not None:
            known, draws = np.array(limits), DRAWS
        elif like is None:
            known, draws = calibrate(family, share, seed=seed), DRAWS
        else:
            known, draws = calibrate(family, share, seed=seed, draws=LIMIT_DRAWS // 2, like=like.limits), DRAWS // 2
        return cls(terms, covariance, inverse, family, known, share, detection, seed, draws)

    @property
    def periods(self) -> int:
        """Number of tested periods."""
        return self.terms.periods

    @property
    def start(self) -> Index:
        """When each tested period begins, microseconds."""
        return self.terms.start

    @property
    def end(self) -> Index:
        """When each tested period ends, microseconds."""
        return self.terms.end

    @property
    def middle(self) -> int:
        """The middle period."""
        return self.periods // 2

    @property
    def sigma(self) -> float:
        """σ of all differences together, unit."""
        return float(np.sqrt(max(self.covariance.sum(), 0.0)))

    def abrupt(self, period: int) -> Array:
        """All of the loss in one period."""
        return np.asarray(np.eye(self.periods)[period])

    def even(self, days: float = YEAR) -> Array:
        """Evenly over the last so many days, or all of the record where it is shorter."""
        return even_shares(self.start, self.end, self.terms.exact, days)

    def curve(self, *patterns: Array, until: int | None = None) -> list[DetectionCurve]:
        """Chance of an alarm (by the end of a period) for losses of each pattern."""
        moves = [self.inverse @ pattern for pattern in patterns]
        return detection_curves(self.family, self.limits, moves, until=until, seed=self.seed, draws=self.draws)

    def limit(self, pattern: Array | None) -> float | None:
        """The loss that no test would find more often, had it the same false-alarm probability."""
        if pattern is None:
            return None
        return limit_detectable(self.inverse @ pattern, false_alarm=self.share, detection=self.detection)

    def detectable(self) -> tuple[Detectable, list[DetectionCurve]]:
        """The smallest losses of every pattern, and the curves: middle, last, even, and worst where there is one."""
        worst = worst_pattern(self.covariance)
        patterns = [self.abrupt(self.middle), self.abrupt(self.periods - 1), self.even()]
        curves = self.curve(*patterns, *([] if worst is None else [worst]))
        losses = [curve.detectable(self.detection) for curve in curves]
        found = Detectable(
            abrupt=losses[0],
            abrupt_last=losses[1],
            even_year=losses[2],
            worst_pattern=None if worst is None else losses[3],
            limit_abrupt=self.limit(patterns[0]),
            limit_even_year=self.limit(patterns[2]),
            limit_worst=self.limit(worst),
            probability=self.detection,
        )
        return found, curves


def error_points(found: Detectable, curves: list[DetectionCurve]) -> float:
    """The greatest standard error of the simulated chances at the losses found, percentage points."""
    losses = (found.abrupt, found.abrupt_last, found.even_year, found.worst_pattern)
    errors = [curve.standard_error(loss) for curve, loss in zip(curves, losses, strict=False) if loss is not None]
    return 100 * max(errors, default=0.0)


def drawn(found: Detectable, curves: list[DetectionCurve]) -> DetectionCurves:
    """The chance over the size of the loss, abrupt in the middle period and even over a year."""
    reaches = [_CURVE_REACH * (loss or 0.0) for loss in (found.abrupt, found.even_year)]
    losses = np.unique(np.concatenate([np.linspace(0.0, reach, _CURVE_POINTS) for reach in reaches]))
    abrupt, even = (tuple(curve.probability(losses).tolist()) for curve in (curves[0], curves[2]))
    return DetectionCurves(losses=tuple(losses.tolist()), abrupt=abrupt, even_year=even)
