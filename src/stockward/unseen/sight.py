"""The test in force of one series, and what it sees: losses by pattern, and the limit of any test."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from stockward.answers.detection import Detectable, DetectionCurves
from stockward.stats.arrays import Array, Index
from stockward.stats.detection import (
    DETECTION_DRAWS,
    DetectionCurve,
    detection_curves,
    limit_detectable,
    smaller,
    worst_pattern,
)
from stockward.stats.loss_tests import CalibratedTests, Scan
from stockward.stats.whitening import exact_rows, least_left
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.unseen.error_terms import ErrorTerms
from stockward.unseen.patterns import YEAR, even_shares, middle_of

_ROUNDING = 1e-9
_CURVE_POINTS, _CURVE_DRAWS = 17, 128
_CURVE_REACH = 1.6
"""Each curve has its points up to this many times the loss that is found with the chance asked for."""


class Sight:
    """What the default test sees of a loss in one series, in its last planned year and the one before.

    Parameters
    ----------
    terms
        What the Σ of all tested periods is made of.
    hazard
        Rate of false alarms over each of them, shape (n,).
    detection, seed, draws
        The chance asked for, and the simulation.
    limits
        Those of a review, one a window of the record, where they are known; else they are calibrated when needed.
    """

    def __init__(
        self,
        terms: ErrorTerms,
        *,
        hazard: Array,
        detection: float,
        seed: int,
        limits: Array | None = None,
        draws: int = DETECTION_DRAWS,
    ) -> None:
        self.terms, self.hazard, self.detection, self.seed = terms, hazard, detection, seed
        self._limits, self._draws = limits, draws
        start, end = terms.start / MICROSECONDS_A_DAY, terms.end / MICROSECONDS_A_DAY
        whole = terms.covariance()
        moments = {"start": start, "end": end, "hazard": hazard}
        self._tests = CalibratedTests(whole, **moments, seed=seed, estimated=terms.estimated())
        self._block = self._tests.last_years
        self.covariance: Array = whole[self._block, self._block]
        self.inverse: Array = self._tests.inverse_of(self._block)
        self._exact = exact_rows(self.covariance, self.inverse)[1]
        self._least = least_left(self.covariance, self._exact, terms.rounding[self._block])

    def seeing(self, terms: ErrorTerms, *, more: float = 1.0, draws: int = DETECTION_DRAWS) -> Sight:
        """What would be seen with other terms of error: at the same rate of false alarms over the same time.

        ``more`` is by how many times there are then more series, which share that rate.
        """
        hazard = self._hazard_over(terms) / more
        return Sight(terms, hazard=hazard, detection=self.detection, seed=self.seed, draws=draws)

    def _hazard_over(self, terms: ErrorTerms) -> Array:
        """The rate of false alarms over other periods of the same time."""
        moments = np.concatenate([[self.terms.start[0]], self.terms.end]).astype(float)
        passed = np.concatenate([[0.0], np.cumsum(self.hazard)])
        return np.diff(np.interp(np.concatenate([[terms.start[0]], terms.end]).astype(float), moments, passed))

    @cached_property
    def scan(self) -> Scan:
        """The windows that are looked at, with their limits."""
        return self._tests.seen(self._limits)

    @property
    def share(self) -> float:
        """False-alarm probability that may have been spent in what is looked at."""
        return self._tests.share_of(self._block)

    @property
    def periods(self) -> int:
        """Number of periods that are looked at."""
        return len(self.covariance)

    @property
    def start(self) -> Index:
        """When each of them begins, microseconds."""
        return self.terms.start[self._block]

    @property
    def end(self) -> Index:
        """When each of them ends, microseconds."""
        return self.terms.end[self._block]

    @property
    def even_days(self) -> float:
        """Days over which an even loss is spread: a year, or all that is looked at."""
        return min(YEAR, float(self.end[-1] - self.start[0]) / MICROSECONDS_A_DAY)

    @property
    def middle(self) -> int:
        """The middle period of the rolling year."""
        return middle_of(self.start, self.end)

    @property
    def sigma(self) -> float:
        """σ of all differences together, unit."""
        return float(np.sqrt(max(self.covariance.sum(), 0.0)))

    def abrupt(self, period: int) -> Array:
        """All of the loss in one period."""
        return np.asarray(np.eye(self.periods)[period])

    def even(self, days: float = YEAR, record: tuple[int, int] | None = None) -> Array:
        """Evenly over the last so many days, or all that is looked at (or of the ``record``) where that is shorter."""
        terms, counted = self.terms, self.terms.counted[self._block]
        return even_shares(self.start, self.end, terms.exact, days, counted=counted, record=record)

    def curve(self, *patterns: Array, until: int | None = None) -> list[DetectionCurve]:
        """Chance of an alarm (by the end of a period) for losses of each pattern."""
        scan = self.scan
        last = scan.windows.last
        kept = slice(0, len(last) if until is None else int(np.searchsorted(last, until, side="right")))
        moves = [self.inverse @ pattern for pattern in patterns]
        curves = detection_curves(scan.directions[:, kept], scan.limits[kept], moves, seed=self.seed, draws=self._draws)
        return [
            replace(curve, shown=self._shown(pattern, until)) for curve, pattern in zip(curves, patterns, strict=True)
        ]

    def _shown(self, pattern: Array, until: int | None = None) -> float:
        """The loss of this pattern from which more than rounding is left in a direction without error; else infinite.

        Such a direction looks back only: it is known by the end of its last period.
        """
        by_then = slice(0, self.periods if until is None else until + 1)
        known = ~np.any(self._exact[:, by_then.stop :], axis=1)
        rows = self._exact[known, by_then]
        moved = np.abs(rows @ pattern[by_then])
        told = moved > _ROUNDING * (np.abs(rows) @ np.abs(pattern[by_then]))
        return float(np.min(self._least[known][told] / moved[told], initial=np.inf))

    def limit(self, pattern: Array | None) -> float | None:
        """The loss that no test would find more often, had it the same false-alarm probability."""
        if pattern is None:
            return None
        limit = limit_detectable(self.inverse @ pattern, false_alarm=self.share, detection=self.detection)
        return smaller(limit, self._shown(pattern))

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


def drawn_losses(found: Detectable, curves: list[DetectionCurve]) -> DetectionCurves:
    """The chance over the size of the loss, abrupt in the middle period and even over a year."""
    reaches = [_CURVE_REACH * (loss or 0.0) for loss in (found.abrupt, found.even_year)]
    losses = np.unique(np.concatenate([np.linspace(0.0, reach, _CURVE_POINTS) for reach in reaches]))
    shown = (curves[place].thinned(_CURVE_DRAWS) for place in (0, 2))
    abrupt, even = (tuple(curve.probability(losses).tolist()) for curve in shown)
    return DetectionCurves(losses=tuple(losses.tolist()), abrupt=abrupt, even_year=even)
