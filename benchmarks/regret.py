"""How much detection the default test gives away, at worst, against the best single test for each pattern of loss.

    python -m benchmarks.regret [--realisations N] [--periods N]

Independent periods; each loss is one that the Neyman–Pearson test would find with 95 % at the same false-alarm
probability. The single tests are: standardised, CUMUF at the end, GEMUF, and Page with k = 0.25, 0.5 and 1, each
calibrated exactly (the distribution of its maximum is computed, not simulated). The default is used as it is, with the
limits that a review would use. All tests see the same realisations.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, ndtri

from benchmarks import figure
from stockward.figures.loss_tests import CalibratedTests
from stockward.figures.page import page_statistics, page_threshold
from stockward.figures.windows import window_directions, windows_of

Array = NDArray[np.float64]

DETECTION = 0.95
LENGTHS = (1, 2, 4, 8, 13, 26, 39)
FOUR = ("abrupt in the middle", "even", "a quarter long", "a half long")
CHUNK = 20_000


def patterns(periods: int) -> dict[str, tuple[int, int]]:
    """First and last period (from 0, last excluded) of every loss; the four of the design come first."""
    quarter, half = periods // 4, periods // 2
    named = {
        FOUR[0]: (half, half + 1),
        FOUR[1]: (0, periods),
        FOUR[2]: (quarter, half),
        FOUR[3]: (half, periods),
    }
    for length in (length * periods // 52 or 1 for length in LENGTHS):
        middle = (periods - length) // 2
        named[f"{length} first"] = (0, length)
        named[f"{length} middle"] = (middle, middle + length)
        named[f"{length} last"] = (periods - length, periods)
    return named


def losses(periods: int, false_alarm: float) -> dict[str, Array]:
    """A loss of each pattern that the Neyman–Pearson test finds with 95 %, σ being 1 a period."""
    size = ndtri(1 - false_alarm) + ndtri(DETECTION)
    shapes = {}
    for name, (first, last) in patterns(periods).items():
        loss = np.zeros(periods)
        loss[first:last] = size / np.sqrt(last - first)
        shapes[name] = loss
    return shapes


class Contest:
    """The default test and its rivals, all at one false-alarm probability."""

    def __init__(self, periods: int, false_alarm: float) -> None:
        calibrated = CalibratedTests(np.eye(periods), false_alarm=false_alarm, seed=1)
        starts, ends, classes = windows_of(periods)
        directions, _ = window_directions(np.eye(periods), starts, ends)
        self._scaled = (directions / calibrated.default_limits[classes]).astype(np.float32)
        self._single = -ndtri(1 - (1 - false_alarm) ** (1 / periods))
        self._sum = -ndtri(false_alarm)
        self._square = chdtri(periods, false_alarm)
        self._page = {k: page_threshold(periods, k, false_alarm) for k in (0.25, 0.5, 1.0)}

    def alarms(self, y: Array) -> dict[str, int]:
        """How many of the realisations each test alarms on."""
        found = {
            "standardised": y.max(axis=1) > self._single,
            "cumuf": y.sum(axis=1) / np.sqrt(y.shape[1]) > self._sum,
            "gemuf": np.vecdot(y, y) > self._square,
            **{f"page {k:g}": page_statistics(y, k=k).max(axis=1) > h for k, h in self._page.items()},
            "default": (y.astype(np.float32) @ self._scaled).max(axis=1) > 1.0,
        }
        return {name: int(alarm.sum()) for name, alarm in found.items()}


def run(periods: int, false_alarm: float, realisations: int, seed: int) -> dict[str, dict[str, float]]:
    """Chance of an alarm of every test, for every pattern and for no loss."""
    contest, shapes = Contest(periods, false_alarm), {"no loss": np.zeros(periods), **losses(periods, false_alarm)}
    counts: dict[str, dict[str, int]] = {name: {} for name in shapes}
    rng = np.random.default_rng(seed)
    for _ in range(-(-realisations // CHUNK)):
        errors = rng.standard_normal((CHUNK, periods))
        for name, loss in shapes.items():
            for test, alarms in contest.alarms(errors + loss).items():
                counts[name][test] = counts[name].get(test, 0) + alarms
    total = CHUNK * -(-realisations // CHUNK)
    return {name: {test: count / total for test, count in tests.items()} for name, tests in counts.items()}


def print_table(chances: dict[str, dict[str, float]], false_alarm: float) -> tuple[float, float]:
    """Print every pattern; returns the worst regret over the four patterns and over the others."""
    had = 100 * chances["no loss"]["default"]
    print(f"\nfalse alarms asked for {100 * false_alarm:g} %, had without loss: default {had:.2f} %")
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
    parser.add_argument("--periods", type=int, default=52)
    options = parser.parse_args()
    for false_alarm, limits in ((0.05, (0.09, 0.12)), (0.0025, (None, None))):
        chances = run(options.periods, false_alarm, options.realisations, seed=3)
        four, others = print_table(chances, false_alarm)
        asked = f"worst regret of the default test, {options.periods} periods, {100 * false_alarm:g} %"
        figure(f"{asked}: four patterns", four, limit=limits[0])
        figure(f"{asked}: other losses", others, limit=limits[1])


if __name__ == "__main__":
    main()
