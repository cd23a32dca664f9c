"""Errors of measuring that were estimated: false alarms of a site and year, and the power that the doubt costs.

    python -m benchmarks.estimated_errors [--draws 400] [--shared 0.2]

Twenty series of 52 weekly periods, calibrated every quarter: three streams (in, out, inventory), each with a random and
a systematic error, so that six σ are estimated with χ² errors. Σ is built of the estimates, and the default test is
calibrated for it, with Student limits and without (*plug-in*); what is measured varies by the true Σ. Given the
estimates, the chance of a false alarm is sampled as the limits are [``stats.scanning.scan``], which takes far fewer
draws than counting alarms. Power is that of one series at the loss that the test with known σ finds with 95 %.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from benchmarks import figure
from stockward.stats.arrays import Array
from stockward.stats.detection import detection_curves
from stockward.stats.loss_tests import CalibratedTests, calibrate_together
from stockward.stats.scanning.scan import crossing_probability
from stockward.stats.scanning.student import EstimatedParts, normal_equivalent

WEEKS, QUARTER, SERIES = 52, 13, 20
FALSE_ALARM, DETECTION = 0.05, 0.95
DEGREES = ((4, 3), (9, 4), (9, 9), (19, 9), (49, 19))
PLUG_IN = (0.78, 0.43, 0.34, 0.17, 0.081)
POWER = ((0.39, 0.45), (0.70, 0.59), (0.77, 0.85), (0.87, 0.85), (0.92, 0.91))
"""False alarms of the plug-in, and power (abrupt, even) of the corrected test, as they were found in November 2026."""

MOST_FALSE_ALARMS = 0.08
_LOSSES, _SAMPLED, _BATCH = 20, 128, 16
_ENDS = 7.0 * np.arange(1, WEEKS + 1)


def components(shared: float) -> Array:
    """What each of the six σ² makes of the true Σ, random errors first; shape (6, n, n).

    ``shared`` is the variance of a systematic error of a flow, that of a random one being 1.
    """
    each, quarters = np.eye(WEEKS), np.kron(np.eye(WEEKS // QUARTER), np.ones((QUARTER, QUARTER)))
    between = np.eye(WEEKS, k=1) + np.eye(WEEKS, k=-1)
    # An inventory begins one period and ends another; its shared error shows where a calibration lies between.
    counted = np.zeros((WEEKS, WEEKS // QUARTER))
    for week in range(WEEKS):
        counted[week, max(week - 1, 0) // QUARTER] += 1.0
        counted[week, week // QUARTER] -= 1.0
    systematic = shared * quarters
    return np.stack([each, each, 2.0 * each - between, systematic, systematic, counted @ counted.T])


@dataclass(frozen=True)
class Plant:
    """The true Σ, its parts, and the losses that known σ finds with the chance asked for."""

    parts: Array
    root: Array
    losses: Array

    @classmethod
    def make(cls, shared: float) -> Plant:
        """Losses in the middle week, and evenly over all."""
        parts = components(shared)
        covariance = parts.sum(axis=0)
        patterns = np.stack([np.eye(WEEKS)[WEEKS // 2], np.full(WEEKS, 1.0 / WEEKS)])
        scan = tests_of(covariance, None).scans[0]
        curves = detection_curves(scan.directions, scan.limits, list(patterns @ scan.inverse.T), seed=1, draws=4_000)
        sizes = np.array([curve.detectable(DETECTION) for curve in curves], dtype=float)
        return cls(parts, np.linalg.cholesky(covariance), sizes[:, None] * patterns)


def tests_of(covariance: Array, estimated: EstimatedParts | None) -> CalibratedTests:
    """One series of twenty."""
    hazard = np.full(WEEKS, -np.log(1.0 - FALSE_ALARM) / WEEKS / SERIES)
    return CalibratedTests(
        covariance, start=_ENDS - 7.0, end=_ENDS, hazard=hazard, seed=1, estimated=estimated
    )  # fmt: skip


def measure(plant: Plant, degrees: tuple[int, int], draws: int, seed: int) -> tuple[Array, Array]:
    """Chance of a false alarm given each estimate, plug-in and corrected, shape (draws, 2); and power by loss, (2,)."""
    rng = np.random.default_rng([seed, *degrees])
    freedom = np.repeat(np.array(degrees, dtype=float), 3)
    factors = rng.chisquare(freedom, (draws, 6)) / freedom
    chances, found = np.empty((draws, 2)), np.zeros(2)
    for first in range(0, draws, _BATCH):
        some = factors[first : first + _BATCH]
        parts = [EstimatedParts(plant.parts * own[:, None, None], freedom) for own in some]
        tests = [tests_of(one.parts.sum(axis=0), one) for one in parts]
        calibrate_together(tests)
        for number, one in enumerate(tests, first):
            scan = one.scans[0]
            assert scan.freedom is not None
            weights = scan.inverse.T @ scan.directions
            # Along true, independent figures z, with M = L z: how far each window scatters in truth.
            along = plant.root.T @ weights
            spread = np.sqrt(np.sum(along**2, axis=0))
            for place, limits in enumerate((normal_equivalent(scan.limits, scan.freedom), scan.limits)):
                chances[number, place] = crossing_probability(
                    along / spread, limits / spread, seed=number, draws=_SAMPLED
                )
            errors = rng.standard_normal((_LOSSES, WEEKS)) @ plant.root.T
            for place, loss in enumerate(plant.losses):
                found[place] += np.mean(np.any((errors + loss) @ weights > scan.limits, axis=1))
    return chances, found / draws


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=400, help="estimates of all errors, each with its own limits")
    parser.add_argument("--shared", type=float, default=0.2, help="variance of a shared error, a random one being 1")
    asked = parser.parse_args()
    draws, plant = asked.draws, Plant.make(asked.shared)
    print("random, systematic   plug-in -> corrected (se)    20 series of the same methods    power abrupt, even")
    for degrees, before, least in zip(DEGREES, PLUG_IN, POWER, strict=True):
        chances, power = measure(plant, degrees, draws, seed=1)
        site = 1.0 - (1.0 - chances.mean(axis=0)) ** SERIES
        error = SERIES * chances.std(axis=0)[1] / np.sqrt(draws)
        alike = np.mean(1.0 - (1.0 - chances) ** SERIES, axis=0)
        print(
            f"{degrees[0]:>6}, {degrees[1]:<10} {site[0]:>10.1%} -> {site[1]:.1%} ({error:.1%})"
            f" {alike[0]:>20.1%} -> {alike[1]:.1%} {power[0]:>20.2f}, {power[1]:.2f}   (found before: {before:.0%}, "
            f"{least[0]:.2f}, {least[1]:.2f})"
        )
        name = f"estimated errors, ν {degrees[0]}, {degrees[1]}"
        figure(f"{name}: false alarms of 20 series, 5 % asked", float(site[1]), limit=MOST_FALSE_ALARMS)
        for pattern, reached, of in zip(("abrupt", "even"), power, least, strict=True):
            figure(f"{name}: power lost against the reference, {pattern}", float(of - reached), limit=0.02)


if __name__ == "__main__":
    main()
