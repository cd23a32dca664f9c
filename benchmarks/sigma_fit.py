"""Whether stated errors that do not fit are told, and whether such as fit are left alone.

    python -m benchmarks.sigma_fit [--sites N] [--periods N]

Twenty areas are counted every week for a year. Each receives, sends and counts by three methods of its own, or by
three that all of them share, which are calibrated every quarter. Errors are drawn draw by draw, random and systematic,
and nothing is lost. The Σ that is stated is that of the errors as they are; or they are larger, or smaller, than that,
all of them, or random or systematic ones alone. What the test in force alarms is left out, as in a review. Alarms are
counted where it does not say that they may come of these errors alone.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np

from benchmarks import figure
from stockward.balance.errors_in_doubt.scatter import FIT_SIZE, which_part, which_way
from stockward.stats.arrays import Array
from stockward.stats.break_even import alarmed_periods
from stockward.stats.loss_tests import CalibratedTests, calibrate_together
from stockward.stats.propagation import random_covariance, systematic_covariance
from stockward.stats.scatter import ScatterSample, sum_of_squares
from stockward.terms.periods import YEAR_DAYS
from stockward.terms.verdicts import Fit, FitPart

SERIES, QUARTERS, WEIGHINGS = 20, 4, 5
FALSE_ALARM = 0.05
RANDOM, SYSTEMATIC = 0.004, 0.002
BEYOND_CHANCE = 2.33
"""So many standard errors a share of the sites may stand above what is allowed: one run in a hundred does by chance."""


@dataclass(frozen=True)
class Area:
    """Signed systematic σ of its twelve groups (G, shape (n, 12)), random σ of its flows (n,) and counts (n + 1,)."""

    systematic: Array
    flows: Array
    counts: Array

    @property
    def covariance(self) -> Array:
        """Σ as it is stated."""
        squares = self.counts**2
        single = self.flows**2 + squares[:-1] + squares[1:]
        return random_covariance(single, squares[1:-1]) + systematic_covariance(self.systematic, np.ones(3 * QUARTERS))


def make_areas(periods: int, seed: int) -> list[Area]:
    """Areas of several sizes, through which about as much passes as they hold."""
    rng, areas = np.random.default_rng(seed), []
    quarter = np.minimum(np.arange(periods + 1) * QUARTERS // periods, QUARTERS - 1)
    own, each = quarter[:-1], np.arange(periods)
    for size in rng.uniform(50.0, 300.0, SERIES):
        received, sent = size * rng.uniform(0.7, 1.3, (2, periods))
        stock = size * rng.uniform(0.5, 1.5) * rng.uniform(0.8, 1.2, periods + 1)
        groups = np.zeros((3, periods, QUARTERS))
        groups[0, each, own], groups[1, each, own] = received, -sent
        groups[2, each, own] += stock[:-1]
        groups[2, each, quarter[1:]] -= stock[1:]
        flows = RANDOM * np.sqrt((received**2 + sent**2) / WEIGHINGS)
        areas.append(Area(SYSTEMATIC * np.concatenate(list(groups), axis=1), flows, RANDOM * stock))
    return areas


def differences_of(areas: list[Area], rng: np.random.Generator, factors: tuple[float, float], *, shared: bool) -> Array:
    """Differences of a site without loss, its random and systematic errors so many times as stated."""
    random, systematic = factors
    common = rng.standard_normal(3 * QUARTERS)
    found = []
    for area in areas:
        draws = common if shared else rng.standard_normal(3 * QUARTERS)
        counted = area.counts * rng.standard_normal(len(area.counts))
        fresh = area.flows * rng.standard_normal(len(area.flows)) + counted[:-1] - counted[1:]
        found.append(random * fresh + systematic * area.systematic @ draws)
    return np.array(found)


def tests_of(areas: list[Area], periods: int) -> list[CalibratedTests]:
    """The test in force for each area, which has its part of the 5 %."""
    end = YEAR_DAYS / periods * np.arange(1, periods + 1)
    start = end - YEAR_DAYS / periods
    hazard = np.full(periods, -np.log1p(-FALSE_ALARM) / SERIES / periods)
    tests = [CalibratedTests(area.covariance, start=start, end=end, hazard=hazard, seed=1) for area in areas]
    calibrate_together(tests)
    return tests


def judged(
    areas: list[Area], tests: list[CalibratedTests], differences: Array, *, shared: bool
) -> tuple[Fit, FitPart | None, float]:
    """What a review would say of the errors of this site, and how many times as much the differences scatter."""
    columns = np.arange(3 * QUARTERS) if shared else np.zeros(0, np.int64)
    samples = []
    for area, test, own in zip(areas, tests, differences, strict=True):
        kept = ~alarmed_periods(test, own)
        if kept.any():
            groups = area.systematic[kept]
            common = groups[:, : len(columns)]
            samples.append(ScatterSample(own[kept], test.covariance[np.ix_(kept, kept)], groups, common, columns))
    whole, clean = (sum_of_squares(samples, clean=part) for part in (False, True))
    fit = which_way(whole)
    return fit, which_part(fit, clean, whole.less(clean)), whole.ratio


ALARMED, UNSAID = "alarmed", "alarmed, and not said to hang on σ"


def alarms(tests: list[CalibratedTests], differences: Array, fit: Fit, ratio: float) -> list[str]:
    """Whether any area is called short, and whether any such alarm stands with all σ as large as the scatter says."""
    factors = [
        float(np.max(scan.ratios(own))) for test, own in zip(tests, differences, strict=True) for scan in test.scans
    ]
    largest = max(factors)
    hanging = fit is Fit.MORE and largest <= ratio
    return [ALARMED] * (largest > 1.0) + [UNSAID] * (largest > 1.0 and not hanging)


def told(sites: int, periods: int, factors: tuple[float, float], *, shared: bool, seed: int) -> Counter[object]:
    """How often each is said, in per cent of the sites."""
    areas = make_areas(periods, seed=7)
    tests, rng = tests_of(areas, periods), np.random.default_rng(seed)
    said: Counter[object] = Counter()
    for _ in range(sites):
        differences = differences_of(areas, rng, factors, shared=shared)
        fit, part, ratio = judged(areas, tests, differences, shared=shared)
        said.update([fit, *([part] if part else []), *alarms(tests, differences, fit, ratio)])
    return Counter({key: 100 * number / sites for key, number in said.items()})


def main() -> int:
    """Measure, and print each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=600)
    parser.add_argument("--periods", type=int, default=52)
    options = parser.parse_args()
    most = 100 * (FIT_SIZE + BEYOND_CHANCE * np.sqrt(FIT_SIZE * (1 - FIT_SIZE) / options.sites))
    missed = False

    def kept(name: str, value: float, *, low: float, limit: float) -> None:
        nonlocal missed
        missed |= not low <= value <= limit
        figure(f"{name}, % of {options.sites} sites", value, limit=limit, low=low)

    of = {"sites": options.sites, "periods": options.periods}
    for shared in (False, True):
        right = told(factors=(1.0, 1.0), shared=shared, seed=31 + shared, **of)
        methods = "methods shared" if shared else "methods of their own"
        kept(f"errors as stated, {methods}, told too small", right[Fit.MORE], low=0.0, limit=most)
        kept(f"errors as stated, {methods}, told too large", right[Fit.LESS], low=0.0, limit=most)
    larger = told(factors=(1.2, 1.2), shared=False, seed=33, **of)
    kept("all σ 1.2 times as stated, told", larger[Fit.MORE], low=99.0, limit=100.0)
    smaller = told(factors=(0.8, 0.8), shared=False, seed=34, **of)
    kept("all σ 0.8 times as stated, told", smaller[Fit.LESS], low=99.0, limit=100.0)
    apart = told(factors=(1.0, 2.0), shared=False, seed=35, **of)
    kept("systematic errors twice as stated, told", apart[Fit.MORE], low=80.0, limit=100.0)
    blamed = apart[FitPart.RANDOM] + apart[FitPart.ALL]
    kept("systematic errors twice as stated, random ones blamed", blamed, low=0.0, limit=5.0)
    worse = told(factors=(1.2, 1.0), shared=False, seed=36, **of)
    kept("random errors 1.2 times, told", worse[Fit.MORE], low=99.0, limit=100.0)
    figure(f"random errors 1.2 times, called short, % of {options.sites} sites", worse[ALARMED], limit=None)
    kept("random errors 1.2 times, short and not said to hang on σ", worse[UNSAID], low=0.0, limit=6.0)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
