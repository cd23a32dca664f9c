"""How good the amount and the dates are that are said of a loss, over kinds of site, shapes of the loss and its sizes.

    python -m benchmarks.estimates [--draws N] [--site NAME]

A loss goes on evenly in time over a run of periods, somewhere in the record, or two of half the size go a quarter of
the record apart. Sizes are multiples of the loss of that shape and place which the default test finds with 95 % at its
share. Errors are normal with the Σ of the site. Measured are: the mean of all that is said to be lost, over the truth;
how often the 95 % interval holds the truth (where the losses are told apart, each its own; where more are told than
there were, none does); and how often all of the loss lies between *not before* and *not after*. Each over all draws,
and over those in which the test alarmed, as a review says it of these alone. Asked are a mean within 5 % of the truth,
and 93 to 97 % of intervals and dates that hold.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks import figure
from stockward.figures.detection import detection_curves
from stockward.figures.estimates import LossEstimate, estimate_losses
from stockward.figures.loss_tests import CalibratedTests
from stockward.terms.periods import YEAR_DAYS

Array = NDArray[np.float64]

FALSE_ALARM, DETECTION = 0.05, 0.95
SIZES = (1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
LENGTHS = (1, 2, 4, 13, 26)
PLACES = 6
"""A loss begins at one of so many places, evenly over those that the record has for it."""

Run = tuple[int, int]
"""First period, and the one after the last."""


def correlated(days: Array, *, counted: float, shared: float, lasts: float) -> Array:
    """Σ of flows in proportion to time, inventories between, and a calibration that lasts so many days."""
    periods, time = len(days), days / days.mean()
    covariance = np.diag(time + 2 * counted) - counted * (np.eye(periods, k=1) + np.eye(periods, k=-1))
    number = np.floor((np.cumsum(days) - days) / lasts + 1e-9)
    return covariance + shared * np.outer(time, time) * (number[:, None] == number)


def sites() -> dict[str, tuple[Array, Array]]:
    """Lengths of the periods, and Σ, of each kind of site."""
    month, weeks, quarters = np.full(12, YEAR_DAYS / 12), np.full(52, 7.0), np.full(8, YEAR_DAYS / 4)
    unequal = np.tile([5.0, 23.0], 13)
    return {
        "quiet monthly store": (month, 2 * np.eye(12) - np.eye(12, k=1) - np.eye(12, k=-1)),
        "weekly, calibrated quarterly": (weeks, correlated(weeks, counted=0.4, shared=0.15, lasts=91.0)),
        "weekly, calibrated once a year": (weeks, correlated(weeks, counted=0.4, shared=0.15, lasts=400.0)),
        "quarterly": (quarters, correlated(quarters, counted=0.3, shared=0.2, lasts=366.0)),
        "5 and 23 days by turns": (unequal, correlated(unequal, counted=0.4, shared=0.1, lasts=182.0)),
    }


def shapes(periods: int) -> dict[str, list[tuple[Run, ...]]]:
    """Runs of every shape, at each place where it may begin."""
    found: dict[str, list[tuple[Run, ...]]] = {}
    for length in LENGTHS:
        if length < periods:
            begins = np.unique(np.linspace(0, periods - length, PLACES).round().astype(int))
            found["at once" if length == 1 else f"over {length}"] = [((int(a), int(a) + length),) for a in begins]
    found["over all"] = [((0, periods),)]
    quarter, short = max(periods // 4, 1), max(periods // 12, 1)
    begins = np.unique(np.linspace(0, periods - quarter - 2 * short, PLACES).round().astype(int))
    found["two apart"] = [
        ((int(a), int(a) + short), (int(a) + short + quarter, int(a) + 2 * short + quarter)) for a in begins
    ]
    return found


@dataclass(frozen=True)
class Site:
    """One site with its tests."""

    days: Array
    covariance: Array
    tests: CalibratedTests

    @classmethod
    def of(cls, days: Array, covariance: Array) -> Site:
        """A series alone."""
        end = np.cumsum(days)
        hazard = -np.log1p(-FALSE_ALARM) * days / YEAR_DAYS
        return cls(days, covariance, CalibratedTests(covariance, start=end - days, end=end, hazard=hazard, seed=1))

    def loss(self, runs: tuple[Run, ...]) -> Array:
        """A loss of one unit over these runs, as much in each."""
        pattern = np.zeros(len(self.days))
        for first, last in runs:
            pattern[first:last] += self.days[first:last] / self.days[first:last].sum() / len(runs)
        return pattern

    def detectable(self, runs: tuple[Run, ...]) -> float:
        """The size that the default test finds with 95 %, over the whole record."""
        scan = self.tests.seen()
        (curve,) = detection_curves(scan.directions, scan.limits, [scan.inverse @ self.loss(runs)], seed=1)
        found = curve.detectable(DETECTION)
        assert found is not None
        return found


@dataclass
class Tally:
    """What was said of the draws of one shape and size; one entry a draw."""

    ratio: list[float]
    covered: list[float]
    dated: list[bool]
    apart: list[bool]
    alarmed: list[bool]

    def add(self, told: tuple[LossEstimate, ...], truth: float, runs: tuple[Run, ...], *, alarmed: bool) -> None:
        """Add one draw."""
        self.ratio.append(sum(one.amount for one in told) / truth)
        if len(told) == 1:
            self.covered.append(float(told[0].low <= truth <= told[0].high))
            self.dated.append(told[0].first <= runs[0][0] and told[0].last >= runs[-1][1] - 1)
        elif len(told) == len(runs):
            each = [one.low <= truth / len(runs) <= one.high for one in told]
            self.covered.append(float(np.mean(each)))
            pairs = zip(told, runs, strict=True)
            self.dated.append(all(one.first <= run[0] and one.last >= run[1] - 1 for one, run in pairs))
        else:
            self.covered.append(0.0)
            self.dated.append(False)
        self.apart.append(len(told) > 1)
        self.alarmed.append(alarmed)

    def summary(self, *, alarmed: bool) -> tuple[float, float, float]:
        """Mean over truth, coverage and dates that hold, over all draws or those that alarmed."""
        kept = np.array(self.alarmed) if alarmed else np.ones(len(self.ratio), bool)
        if not kept.any():
            return (np.nan,) * 3
        return tuple(float(np.mean(np.array(values)[kept])) for values in (self.ratio, self.covered, self.dated))  # type: ignore[return-value]


def measure(site: Site, runs: list[tuple[Run, ...]], draws: int, seed: int) -> Iterator[tuple[float, Tally]]:
    """Tallies by size."""
    root = np.linalg.cholesky(site.covariance)
    detectable = [site.detectable(one) for one in runs]
    for size in SIZES:
        rng, tally = np.random.default_rng(seed), Tally([], [], [], [], [])
        for draw in range(draws):
            place = draw % len(runs)
            truth = size * detectable[place]
            differences = root @ rng.standard_normal(len(root)) + truth * site.loss(runs[place])
            told = estimate_losses(differences, site.covariance, site.days)
            tally.add(told, truth, runs[place], alarmed=site.tests.default_alarms(differences))
        yield size, tally


def gathered(tallies: list[Tally]) -> Tally:
    """Several tallies as one."""
    names = ("ratio", "covered", "dated", "apart", "alarmed")
    return Tally(*([value for tally in tallies for value in getattr(tally, name)] for name in names))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=60, help="of each shape and size; 1000 take hours")
    parser.add_argument("--site", help="only the sites whose name contains this")
    options = parser.parse_args()
    heads = ("alarmed", "mean", "held", "dates", "mean", "held", "dates", "apart")
    for name, (days, covariance) in sites().items():
        if options.site and options.site not in name:
            continue
        site = Site.of(days, covariance)
        print(f"\n{name}: {len(days)} periods, {options.draws} draws each, share {100 * site.tests.share:.2f} %")
        print(f"{'':<12}{'size':>5}{heads[0]:>9} | all {'':<15} | alarmed{'':<11} |")
        print(f"{'':<26}" + " | ".join(" ".join(f"{head:>6}" for head in part) for part in (heads[1:4], heads[4:])))
        every: dict[float, list[Tally]] = {size: [] for size in SIZES}
        for shape, runs in shapes(len(days)).items():
            for size, tally in measure(site, runs, options.draws, seed=5):
                every[size].append(tally)
                whole, those = tally.summary(alarmed=False), tally.summary(alarmed=True)
                cells = " | ".join(" ".join(f"{value:6.3f}" for value in part) for part in (whole, those))
                found, apart = float(np.mean(tally.alarmed)), float(np.mean(tally.apart))
                print(f"{shape:<12}{size:>5g}{found:>9.3f} {cells} {apart:6.3f}", flush=True)
        for over, alarmed in (("alarmed", True), ("all draws", False)):
            mean, held, dates = gathered([tally for size in SIZES for tally in every[size]]).summary(alarmed=alarmed)
            figure(f"{name}, {over}: mean over truth", mean, limit=1.05, low=0.95)
            figure(f"{name}, {over}: intervals that hold, %, asked 93 to 97", 100 * held, limit=None)
            figure(f"{name}, {over}: dates that hold, %, asked 95", 100 * dates, limit=None)


if __name__ == "__main__":
    main()
