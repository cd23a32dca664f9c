"""How much detection the default test gives away, at worst, against the best single test for each pattern of loss.

    python -m benchmarks.regret [--realisations N]

Differences are independent, σ² of a period in proportion to its time; periods are weeks, months, quarters, 5 and 23
days by turns, or of any length, one planned year of them. Each loss goes on evenly in time, and is one that the
Neyman–Pearson test would find with 95 % at the same false-alarm probability. The single tests are: standardised,
CUMUF at the end, GEMUF, and Page with k = 0.25, 0.5 and 1, each calibrated exactly (the distribution of its maximum
is computed, not simulated) to the probability that the default may have spent by the end. The default is used as it
is, with the limits that the reviews after every inventory would use. All tests see the same realisations.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, ndtri

from benchmarks import figure
from stockward.stats.loss_tests import CalibratedTests
from stockward.stats.page import page_statistics, page_threshold
from stockward.terms.periods import YEAR_DAYS

Array = NDArray[np.float64]

DETECTION = 0.95
PARTS = (1, 2, 4, 8, 13, 26, 39)
"""Lengths of the losses, 52nds of the year."""

FOUR = ("abrupt in the middle", "even", "a quarter long", "a half long")
CHUNK = 20_000

PACES: dict[str, tuple[Array, tuple[float, float]]] = {
    "52 weeks": (np.full(52, 7.0), (0.09, 0.12)),
    "12 months": (np.full(12, YEAR_DAYS / 12), (0.09, 0.12)),
    "4 quarters": (np.full(4, YEAR_DAYS / 4), (0.09, 0.12)),
    "26 periods of 5 and 23 days": (np.tile([5.0, 23.0], 13), (0.15, 0.15)),
    "26 periods at random": (
        np.diff(np.sort(np.random.default_rng(0).uniform(0, YEAR_DAYS, 25)), prepend=0.0, append=YEAR_DAYS),
        (0.15, 0.15),
    ),
}
"""Lengths of the periods, and the limits for the four patterns and the others.

What may be spent goes by time, so a loss at once in the first days of a record, or between two inventories on one day,
is found less often than by a test that counts periods alike: there, and there alone, the last shape misses its limit.
"""

FALSE_ALARMS = (0.05, 0.0025)
"""That of one series, and its share among 20."""


def patterns(days: Array) -> dict[str, tuple[int, int]]:
    """First and last period (from 0, last excluded) of every loss; the four of the design come first."""
    end = np.cumsum(days)

    def nearest(part: float) -> int:
        return int(np.argmin(np.abs(np.concatenate([[0.0], end]) - part * end[-1])))

    def run(first: float, last: float) -> tuple[int, int]:
        a = min(nearest(first), len(days) - 1)
        return a, max(nearest(last), a + 1)

    half = len(days) // 2
    named = {
        FOUR[0]: (half, half + 1),
        FOUR[1]: (0, len(days)),
        FOUR[2]: run(0.25, 0.5),
        FOUR[3]: run(0.5, 1.0),
    }
    for part in PARTS:
        long = part / 52
        named[f"{part}/52 first"] = run(0.0, long)
        named[f"{part}/52 middle"] = run((1 - long) / 2, (1 + long) / 2)
        named[f"{part}/52 last"] = run(1.0 - long, 1.0)
    return named


class Contest:
    """The default test and its rivals, all at one false-alarm probability."""

    def __init__(self, days: Array, false_alarm: float) -> None:
        end = np.cumsum(days)
        sigma = np.sqrt(days / days.mean())
        hazard = -np.log1p(-false_alarm) * days / YEAR_DAYS
        calibrated = CalibratedTests(np.diag(sigma**2), start=end - days, end=end, hazard=hazard, seed=1)
        self.sigma, self.days, self.share = sigma, days, calibrated.share
        # What may stand beyond a year that is closed early is a scan of its own.
        self._scaled = [
            (scan.periods, ((scan.inverse.T * sigma[scan.periods, None]) @ (scan.directions / scan.limits)))
            for scan in calibrated.scans
        ]
        self._scaled = [(periods, scaled.astype(np.float32)) for periods, scaled in self._scaled]
        self._single = -ndtri(1 - (1 - self.share) ** (1 / len(days)))
        self._sum = -ndtri(self.share)
        self._square = chdtri(len(days), self.share)
        self._page = {k: page_threshold(len(days), k, self.share) for k in (0.25, 0.5, 1.0)}

    def losses(self) -> dict[str, Array]:
        """A loss of each pattern that the Neyman–Pearson test finds with 95 %, in y."""
        shapes = {}
        for name, (first, last) in patterns(self.days).items():
            inside = np.where((np.arange(len(self.days)) >= first) & (np.arange(len(self.days)) < last), self.days, 0.0)
            move = inside / self.sigma
            shapes[name] = (ndtri(1 - self.share) + ndtri(DETECTION)) * move / np.linalg.norm(move)
        return shapes

    def alarms(self, y: Array) -> dict[str, int]:
        """How many of the realisations each test alarms on."""
        cumulated = y @ self.sigma / np.linalg.norm(self.sigma)
        single = y.astype(np.float32)
        default = np.zeros(len(y), bool)
        for periods, scaled in self._scaled:
            default |= (single[:, periods] @ scaled).max(axis=1) > 1.0
        found = {
            "standardised": y.max(axis=1) > self._single,
            "cumuf": cumulated > self._sum,
            "gemuf": np.vecdot(y, y) > self._square,
            **{f"page {k:g}": page_statistics(y, k=k).max(axis=1) > h for k, h in self._page.items()},
            "default": default,
        }
        return {name: int(alarm.sum()) for name, alarm in found.items()}


def run(contest: Contest, realisations: int, seed: int) -> dict[str, dict[str, float]]:
    """Chance of an alarm of every test, for every pattern and for no loss."""
    periods = len(contest.days)
    shapes = {"no loss": np.zeros(periods), **contest.losses()}
    counts: dict[str, dict[str, int]] = {name: {} for name in shapes}
    rng = np.random.default_rng(seed)
    rounds = -(-realisations // CHUNK)
    for _ in range(rounds):
        errors = rng.standard_normal((CHUNK, periods))
        for name, loss in shapes.items():
            for test, alarms in contest.alarms(errors + loss).items():
                counts[name][test] = counts[name].get(test, 0) + alarms
    return {name: {test: count / (CHUNK * rounds) for test, count in tests.items()} for name, tests in counts.items()}


def print_table(chances: dict[str, dict[str, float]], share: float) -> tuple[float, float]:
    """Print every pattern; returns the worst regret over the four patterns and over the others."""
    had = 100 * chances["no loss"]["default"]
    print(f"false alarms allowed {100 * share:.3g} %, had without loss: default {had:.3g} %")
    print(f"{'loss':<22} {'default':>8} {'best':>8}  {'best single test':<14} {'regret':>7}")
    worst = {True: 0.0, False: 0.0}
    for name, tests in chances.items():
        if name == "no loss":
            continue
        rivals = {test: chance for test, chance in tests.items() if test != "default"}
        best = max(rivals, key=lambda test: rivals[test])
        regret = rivals[best] - tests["default"]
        worst[name in FOUR] = max(worst[name in FOUR], regret)
        print(f"{name:<22} {tests['default']:>8.3f} {rivals[best]:>8.3f}  {best:<14} {regret:>7.3f}")
    return worst[True], worst[False]


def main() -> None:
    """Measure at 5 %, and at the share of one series among 20, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--realisations", type=int, default=200_000)
    options = parser.parse_args()
    for pace, (days, limits) in PACES.items():
        for false_alarm in FALSE_ALARMS:
            print(f"\n{pace}, {100 * false_alarm:g} % a year")
            contest = Contest(days, false_alarm)
            four, others = print_table(run(contest, options.realisations, seed=3), contest.share)
            name = f"worst regret, {pace}, {100 * false_alarm:g} %"
            figure(f"{name}: four patterns", four, limit=limits[0])
            figure(f"{name}: other losses", others, limit=limits[1])


if __name__ == "__main__":
    main()
