"""The false-alarm probability of a whole site, and how wrong the stated errors may be before it breaks.

    python -m benchmarks.false_alarms [--sites N]

Twenty areas stand in a chain. Each week stock moves from one to the next, weighed once as it leaves, and every area is
counted at the week's end on its own scale. Scales have random errors, and systematic ones that last for a year, a
quarter or a month. Errors are drawn term by term, and nothing is lost. Each series is tested as a review tests it: its
own Σ, its share of the 5 %, the limits of the default test. Two sites are measured: one in which no two series share a
method or a weighing (what one area issues and the next receives is weighed twice), and one in which they do. Then the
errors are given heavier tails than stated, or a larger σ. Beside it stand the covariances of ``examples/ridgeway``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import figure
from stockward.accountancy.closing import close_balances
from stockward.accountancy.known import known_at
from stockward.facts import read_site
from stockward.figures.loss_tests import CalibratedTests
from stockward.figures.propagation import random_covariance, systematic_covariance
from stockward.figures.whitening import whitener
from stockward.figures.windows import window_family
from stockward.terms.periods import YEAR_DAYS

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Array]

SERIES, WEEKS, FALSE_ALARM, WEIGHINGS = 20, 52, 0.05, 5
CHUNK = 2_000
RIDGEWAY = Path(__file__).parents[1] / "examples" / "ridgeway"


@dataclass(frozen=True)
class Scale:
    """One scale: relative errors, and how many weeks one calibration lasts."""

    random_rel: float
    systematic_rel: float
    weeks: int

    @property
    def calibration(self) -> NDArray[np.int64]:
        """Number of the calibration of each week."""
        return np.arange(WEEKS + 1) // self.weeks


@dataclass(frozen=True)
class Plant:
    """Flows of each week, stock at each week's end, and the scale of each area."""

    flow: Array
    stock: Array
    scales: tuple[Scale, ...]


def make_plant(seed: int = 7) -> Plant:
    """Output doubles over the year; stocks and scales differ from area to area."""
    rng = np.random.default_rng(seed)
    flow = 100.0 * np.linspace(1.0, 2.0, WEEKS) * rng.uniform(0.8, 1.2, WEEKS)
    stock = rng.uniform(50.0, 400.0, SERIES)[:, None] * rng.uniform(0.7, 1.3, (SERIES, WEEKS + 1))
    lasting = (WEEKS + 1, 13, 4)
    scales = tuple(
        Scale(float(rng.uniform(0.002, 0.006)), float(rng.uniform(0.001, 0.004)), lasting[area % 3])
        for area in range(SERIES + 1)
    )
    return Plant(flow, stock, scales)


def covariance_of(plant: Plant, area: int) -> Array:
    """Σ of one area: received on the scale of the one before, sent and counted on its own."""
    before, own = plant.scales[area], plant.scales[area + 1]
    weighed = plant.flow**2 / WEIGHINGS
    counted = (own.random_rel * plant.stock[area]) ** 2
    single = before.random_rel**2 * weighed + own.random_rel**2 * weighed + counted[:-1] + counted[1:]
    received = _by_calibration(plant.flow, before.calibration[:-1], before)
    sent = _by_calibration(-plant.flow, own.calibration[:-1], own)
    begun = _by_calibration(plant.stock[area][:-1], own.calibration[:-1], own)
    ended = _by_calibration(-plant.stock[area][1:], own.calibration[1:], own)
    groups = np.concatenate([received, sent + begun + ended], axis=1)
    return random_covariance(single, counted[1:-1]) + systematic_covariance(groups, np.ones(groups.shape[1]))


def _by_calibration(signed: Array, calibration: NDArray[np.int64], scale: Scale) -> Array:
    groups = np.zeros((WEEKS, int(scale.calibration[-1]) + 1))
    groups[np.arange(WEEKS), calibration] = scale.systematic_rel * signed
    return groups


def draw_differences(plant: Plant, sites: int, rng: np.random.Generator, draw: Draw, *, shared: bool) -> list[Array]:
    """Differences of every series, shape (sites, weeks), with every error drawn by itself."""
    handed_over = [_weighed(plant, area, sites, rng, draw) for area in range(SERIES + 1)]
    found = []
    for area in range(SERIES):
        received = handed_over[area][0] if shared else _weighed(plant, area, sites, rng, draw)[0]
        sent, error = handed_over[area + 1]
        own = plant.scales[area + 1]
        counted = plant.stock[area] * (own.random_rel * draw(rng, (sites, WEEKS + 1)) + error[:, own.calibration])
        found.append(received - sent + counted[:, :-1] - counted[:, 1:])
    return found


def _weighed(plant: Plant, scale: int, sites: int, rng: np.random.Generator, draw: Draw) -> tuple[Array, Array]:
    """Errors of what one scale hands over each week, and its systematic error by calibration."""
    own = plant.scales[scale]
    systematic = own.systematic_rel * draw(rng, (sites, int(own.calibration[-1]) + 1))
    random = own.random_rel * draw(rng, (sites, WEEKS, WEIGHINGS)).sum(axis=-1) / WEIGHINGS
    return plant.flow * (random + systematic[:, own.calibration[:-1]]), systematic


class Alarm:
    """The default test of one series at its share."""

    def __init__(self, covariance: Array, share: float) -> None:
        calibrated = CalibratedTests(covariance, false_alarm=share, seed=1)
        inverse = whitener(covariance)
        family = window_family(inverse)
        scaled = family.directions / calibrated.default_limits[family.classes]
        self._scaled = (inverse.T @ scaled).astype(np.float32)

    def __call__(self, differences: Array) -> NDArray[np.bool_]:
        """Whether each realisation alarms; shape (realisations,)."""
        return np.asarray((differences.astype(np.float32) @ self._scaled).max(axis=1) > 1.0)


def rate(plant: Plant, alarms: list[Alarm], sites: int, draw: Draw, *, shared: bool, seed: int) -> float:
    """Share of sites on which any series is falsely called a shortage."""
    rng = np.random.default_rng(seed)
    false = 0
    for first in range(0, sites, CHUNK):
        count = min(CHUNK, sites - first)
        differences = draw_differences(plant, count, rng, draw, shared=shared)
        hit = np.zeros(count, bool)
        for alarm, series in zip(alarms, differences, strict=True):
            hit |= alarm(series)
        false += int(hit.sum())
    return false / sites


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """As stated."""
    return rng.standard_normal(shape)


def student(degrees: int) -> Draw:
    """Student's t, scaled to the σ that is stated."""
    scale = np.sqrt((degrees - 2) / degrees)
    return lambda rng, shape: scale * rng.standard_t(degrees, shape)


def contaminated(share: float, factor: float) -> Draw:
    """A share of the errors is so many times larger; scaled to the σ that is stated."""
    scale = 1 / np.sqrt(1 - share + share * factor**2)
    return lambda rng, shape: scale * rng.standard_normal(shape) * np.where(rng.random(shape) < share, factor, 1.0)


def larger(factor: float) -> Draw:
    """Every σ is so many times what is stated."""
    return lambda rng, shape: factor * rng.standard_normal(shape)


def ridgeway(sites: int, seed: int) -> tuple[int, float]:
    """Series of the example that are tested, and the false-alarm probability with their covariances, unshared."""
    balances = close_balances(known_at(read_site(RIDGEWAY), None))
    uncertain = [(c, np.diagonal(c) > 0) for c in balances.covariances if len(c) and np.any(np.diagonal(c) > 0)]
    share = 1 - (1 - FALSE_ALARM) ** (1 / len(uncertain))
    rng = np.random.default_rng(seed)
    hit = np.zeros(sites, bool)
    for covariance, kept in uncertain:
        sigma = covariance[np.ix_(kept, kept)]
        roots, vectors = np.linalg.eigh(sigma)
        errors = rng.standard_normal((sites, len(roots))) @ (vectors * np.sqrt(np.maximum(roots, 0.0))).T
        hit |= Alarm(sigma, share)(errors)
    return len(uncertain), float(hit.mean())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=20_000)
    parser.add_argument("--wrong-sites", type=int, default=4_000, help="sites for each row of wrong errors")
    options = parser.parse_args()
    plant = make_plant()
    share = 1 - (1 - FALSE_ALARM) ** (WEEKS * 7 / YEAR_DAYS / SERIES)
    alarms = [Alarm(covariance_of(plant, area), share) for area in range(SERIES)]
    error = 100 * np.sqrt(FALSE_ALARM * (1 - FALSE_ALARM) / options.sites)
    alone = rate(plant, alarms, options.sites, normal, shared=False, seed=11)
    together = rate(plant, alarms, options.sites, normal, shared=True, seed=12)
    series, example = ridgeway(options.sites, seed=13)
    print(f"{options.sites} sites of {SERIES} series, asked for 5 % (simulation error {error:.2f} points)")
    figure(f"false alarms of a site, {SERIES} series, nothing shared, %", 100 * alone, limit=6, low=4)
    figure(f"false alarms of a site, {SERIES} series, weighings and scales shared, %", 100 * together, limit=None)
    figure(f"false alarms with the covariances of Ridgeway, {series} series, %", 100 * example, limit=6, low=4)
    print(f"\nerrors that are not as stated ({options.wrong_sites} sites each, nothing shared): false alarms")
    wrong: dict[str, Draw] = {
        **{f"Student's t, {degrees} degrees": student(degrees) for degrees in (8, 5, 4, 3)},
        "1 % of errors 5 times larger": contaminated(0.01, 5.0),
        "5 % of errors 5 times larger": contaminated(0.05, 5.0),
        **{f"every σ {factor:g} × the stated": larger(factor) for factor in (0.8, 0.9, 1.1, 1.2, 1.3, 1.5, 2.0)},
    }
    for number, (name, draw) in enumerate(wrong.items()):
        found = rate(plant, alarms, options.wrong_sites, draw, shared=False, seed=20 + number)
        print(f"  {name:<30} {100 * found:6.2f} %")


if __name__ == "__main__":
    main()
