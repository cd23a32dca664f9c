"""How good the amount and the dates are that are said of a loss, over kinds of site, shapes of the loss and its sizes.

    python -m benchmarks.estimates [--draws N] [--site NAME]

A loss goes on evenly in time over a run of periods, somewhere in the record, or from any moment to any other; or two
of half the size go a quarter of the record apart; or what was lost comes to light again so much later. Sizes are
multiples of the loss of that shape and place which the default test finds with 95 % at its share. Errors are normal
with the Σ of the site. Measured are: the mean of all that is said to be lost, over the truth; how often the 95 %
interval holds the truth (where the losses are told apart, each its own; where more are told than there were, none
does); and how often all of the loss lies between *not before* and *not after*. Each over all draws, and over those in
which the test alarmed, as a review says it of these alone. Asked are a mean within 5 % of the truth, and 93 to 97 %
of intervals and dates that hold.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks import figure
from stockward.stats.detection import detection_curves
from stockward.stats.estimates import LossEstimate, estimate_losses
from stockward.stats.loss_tests import CalibratedTests
from stockward.terms.periods import YEAR_DAYS

Array = NDArray[np.float64]

FALSE_ALARM, DETECTION = 0.05, 0.95
SIZES = (1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
LENGTHS = (1, 2, 4, 13, 26)
PLACES = 6
"""A loss begins at one of so many places, evenly over those that the record has for it."""

Run = tuple[float, float, float]
"""Begin and end of what went, in periods from the first, and its share of the loss; negative comes to light again."""


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
            found["at once" if length == 1 else f"over {length}"] = [
                ((a, a + length, 1.0),) for a in _begins(periods - length)
            ]
    found["over all"] = [((0, periods, 1.0),)]
    quarter, short = max(periods // 4, 1), max(periods // 12, 1)
    within = np.random.default_rng(2).uniform(size=(PLACES, 2))
    begins = _begins(periods - quarter - 2)
    found["any moment"] = [
        ((a + part, a + quarter + 1 + more, 1.0),) for a, (part, more) in zip(begins, within, strict=False)
    ]
    begins = _begins(periods - quarter - 2 * short)
    apart = [(a, a + short, a + short + quarter, a + 2 * short + quarter) for a in begins]
    found["two apart"] = [((a, b, 0.5), (c, d, 0.5)) for a, b, c, d in apart]
    found["returned"] = [((a, b, 1.0), (c, d, -1.0)) for a, b, c, d in apart]
    return found


def _begins(last: int) -> list[int]:
    return [int(place) for place in np.unique(np.linspace(0, last, PLACES).round())]


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
        """A loss of one unit over these runs, by period."""
        number = np.arange(len(self.days))
        pattern = np.zeros(len(self.days))
        for begin, end, share in runs:
            inside = np.clip(np.minimum(end, number + 1) - np.maximum(begin, number), 0.0, None) * self.days
            pattern += share * inside / inside.sum()
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
        lost = sum(max(share, 0.0) for *_, share in runs)
        self.ratio.append(sum(max(one.amount, 0.0) for one in told) / (lost * truth))
        if len(told) == len(runs):
            pairs = list(zip(told, runs, strict=True))
            self.covered.append(float(np.mean([one.low <= truth * share <= one.high for one, (*_, share) in pairs])))
            self.dated.append(all(_within(one, begin, end) for one, (begin, end, _) in pairs))
        elif len(told) == 1 and lost == 1.0 and runs[-1][2] > 0:
            self.covered.append(float(told[0].low <= truth <= told[0].high))
            self.dated.append(_within(told[0], runs[0][0], runs[-1][1]))
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


def _within(told: LossEstimate, begin: float, end: float) -> bool:
    """Whether all that went lies within the days that are said."""
    return told.first <= begin and told.last + 1 >= end


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
