"""The tests of loss for inventories at given days, as the figures' tests need them."""

from __future__ import annotations

import numpy as np

from stockward.stats.loss_tests import CalibratedTests
from stockward.terms.periods import YEAR_DAYS


def at_days(covariance: np.ndarray, end: np.ndarray, *, false_alarm: float = 0.05, seed: int = 1) -> CalibratedTests:
    """One series alone, from day 0; inventories at the ends (days)."""
    start = np.concatenate([[0.0], end[:-1]])
    hazard = -np.log1p(-false_alarm) * (end - start) / YEAR_DAYS
    return CalibratedTests(covariance, start=start, end=end, hazard=hazard, seed=seed)


def whole_year(covariance: np.ndarray, *, false_alarm: float = 0.05, seed: int = 1) -> CalibratedTests:
    """Equal periods that fill one planned year, so that all of the year's probability may have been spent."""
    periods = len(covariance)
    return at_days(covariance, YEAR_DAYS * np.arange(1, periods + 1) / periods, false_alarm=false_alarm, seed=seed)
