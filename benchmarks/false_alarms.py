"""The false-alarm probability of a whole site, and how wrong the stated errors may be before it breaks.

    python -m benchmarks.false_alarms [--sites N]

Twenty areas stand in a chain. In each period stock moves from one to the next, weighed once as it leaves, and every
area is counted at the period's end on its own scale. Scales have random errors, and systematic ones that last for a
year, a quarter or four weeks. Errors are drawn term by term, and nothing is lost. Each series is tested as the reviews
after every inventory test it: its own Σ, its part of the 5 % a year, the limits of the default test. Three sites are
measured: a year of weeks, a year of months, and three years of weeks; each as one in which no two series share a method
or a weighing (what one area issues and the next receives is weighed twice), and the first also as one in which they do.
An alarm of the last review is one of any review before it, or new; whether any vanishes is counted, every review being
calibrated by itself. Then the errors are given heavier tails than stated, or a larger σ. Beside it stand the
covariances of ``examples/ridgeway``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import figure
from stockward.balance.closing import close_balances
from stockward.balance.testing import hazards
from stockward.book import read_site
from stockward.book.known import known_at
from stockward.stats.loss_tests import CalibratedTests
from stockward.stats.propagation import random_covariance, systematic_covariance
from stockward.terms.periods import MICROSECONDS_A_DAY, YEAR_DAYS
from stockward.unseen.error_terms import ErrorTerms

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Array]

SERIES, FALSE_ALARM, WEIGHINGS = 20, 0.05, 5
CHUNK = 2_000
RIDGEWAY = Path(__file__).parents[1] / "examples" / "ridgeway"
PACES: dict[str, Array] = {
    "a year of weeks": 7.0 * np.arange(1, 53),
    "a year of months": YEAR_DAYS / 12 * np.arange(1, 13),
    "three years of weeks": 7.0 * np.arange(1, 157),
}
REVIEWED = 13
"""Of a longer record every so many reviews are calibrated by themselves."""


@dataclass(frozen=True)
class Scale:
    """One scale: relative errors, and how many days one calibration lasts."""

    random_rel: float
    systematic_rel: float
    days: float

    def calibration(self, moments: Array) -> NDArray[np.int64]:
        """Number of the calibration at each moment."""
        return np.floor(moments / self.days + 1e-9).astype(np.int64)


@dataclass(frozen=True)
class Plant:
    """Ends of the periods, flows of each, stock at each moment, and the scale of each area."""

    end: Array
    flow: Array
    stock: Array
    scales: tuple[Scale, ...]

    @property
    def periods(self) -> int:
        """Number of periods."""
        return len(self.end)

    @property
    def moments(self) -> Array:
        """Days of the inventories."""
        return np.concatenate([[0.0], self.end])


def make_plant(end: Array, seed: int = 7) -> Plant:
    """Output doubles over the record; stocks and scales differ from area to area."""
    rng, periods = np.random.default_rng(seed), len(end)
    days = np.diff(end, prepend=0.0)
    flow = 100.0 * days / 7 * np.linspace(1.0, 2.0, periods) * rng.uniform(0.8, 1.2, periods)
    stock = rng.uniform(50.0, 400.0, SERIES)[:, None] * rng.uniform(0.7, 1.3, (SERIES, periods + 1))
    lasting = (371.0, 91.0, 28.0)
    scales = tuple(
        Scale(float(rng.uniform(0.002, 0.006)), float(rng.uniform(0.001, 0.004)), lasting[area % 3])
        for area in range(SERIES + 1)
    )
    return Plant(end, flow, stock, scales)


def covariance_of(plant: Plant, area: int) -> Array:
    """Σ of one area: received on the scale of the one before, sent and counted on its own."""
    before, own = plant.scales[area], plant.scales[area + 1]
    weighed = plant.flow**2 / WEIGHINGS
    counted = (own.random_rel * plant.stock[area]) ** 2
    single = before.random_rel**2 * weighed + own.random_rel**2 * weighed + counted[:-1] + counted[1:]
    numbers, others = own.calibration(plant.moments), before.calibration(plant.moments)
    received = _by_calibration(plant.flow, others, slice(0, -1), before)
    sent = _by_calibration(-plant.flow, numbers, slice(0, -1), own)
    begun = _by_calibration(plant.stock[area][:-1], numbers, slice(0, -1), own)
    ended = _by_calibration(-plant.stock[area][1:], numbers, slice(1, None), own)
    groups = np.concatenate([received, sent + begun + ended], axis=1)
    return random_covariance(single, counted[1:-1]) + systematic_covariance(groups, np.ones(groups.shape[1]))


def _by_calibration(signed: Array, calibration: NDArray[np.int64], moments: slice, scale: Scale) -> Array:
    groups = np.zeros((len(signed), int(calibration[-1]) + 1))
    groups[np.arange(len(signed)), calibration[moments]] = scale.systematic_rel * signed
    return groups


def draw_differences(plant: Plant, sites: int, rng: np.random.Generator, draw: Draw, *, shared: bool) -> list[Array]:
    """Differences of every series, shape (sites, periods), with every error drawn by itself."""
    handed_over = [_weighed(plant, area, sites, rng, draw) for area in range(SERIES + 1)]
    found = []
    for area in range(SERIES):
        received = handed_over[area][0] if shared else _weighed(plant, area, sites, rng, draw)[0]
        sent, error = handed_over[area + 1]
        own = plant.scales[area + 1]
        lasting = error[:, own.calibration(plant.moments)]
        counted = plant.stock[area] * (own.random_rel * draw(rng, (sites, plant.periods + 1)) + lasting)
        found.append(received - sent + counted[:, :-1] - counted[:, 1:])
    return found


def _weighed(plant: Plant, scale: int, sites: int, rng: np.random.Generator, draw: Draw) -> tuple[Array, Array]:
    """Errors of what one scale hands over each week, and its systematic error by calibration."""
    own = plant.scales[scale]
    calibration = own.calibration(plant.moments)
    systematic = own.systematic_rel * draw(rng, (sites, int(calibration[-1]) + 1))
    random = own.random_rel * draw(rng, (sites, plant.periods, WEIGHINGS)).sum(axis=-1) / WEIGHINGS
    return plant.flow * (random + systematic[:, calibration[:-1]]), systematic


def tests_of(covariance: Array, start: Array, end: Array, hazard: Array) -> CalibratedTests:
    """The tests of one series."""
    return CalibratedTests(covariance, start=start, end=end, hazard=hazard, seed=1)


def chain_tests(plant: Plant, area: int, known: int | None = None) -> CalibratedTests:
    """The tests of one area of the chain, at its part of the 5 %, as the review after so many periods has them."""
    moments = plant.moments[: (known or plant.periods) + 1]
    hazard = -np.log1p(-FALSE_ALARM) / SERIES * np.diff(moments) / YEAR_DAYS
    covariance = covariance_of(plant, area)[:known, :known]
    return tests_of(covariance, moments[:-1], moments[1:], hazard)


class Alarm:
    """The default test of one series as reviews have it."""

    def __init__(self, tests: CalibratedTests) -> None:
        self.share = tests.share
        self._scaled = [
            (scan.periods, (scan.inverse.T @ (scan.directions / scan.limits)).astype(np.float32))
            for scan in tests.scans
        ]

    def __call__(self, differences: Array) -> Flags:
        """Whether the last review alarms on each realisation; shape (realisations,)."""
        found = np.zeros(len(differences), bool)
        single = differences.astype(np.float32)
        for periods, scaled in self._scaled:
            found |= (single[:, periods] @ scaled).max(axis=1) > 1.0
        return found


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


def vanished(plant: Plant, sites: int, seed: int) -> tuple[int, int]:
    """Alarms that stood at one review and not at the next that was looked at; and all that stood at the last."""
    step = 1 if plant.periods <= len(PACES["a year of weeks"]) else REVIEWED
    reviews = [*range(step, plant.periods, step), plant.periods]
    differences = draw_differences(plant, sites, np.random.default_rng(seed), normal, shared=False)
    gone = standing = 0
    for area, series in enumerate(differences):
        before = np.zeros(sites, bool)
        for known in reviews:
            now = Alarm(chain_tests(plant, area, known))(series[:, :known])
            gone += int(np.count_nonzero(before & ~now))
            before = now
        standing += int(before.sum())
    return gone, standing


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


def ridgeway(sites: int, seed: int) -> tuple[int, float, float]:
    """Series of the example that are tested, and their false alarms with nothing shared: had, and allowed."""
    balances = close_balances(known_at(read_site(RIDGEWAY), None))
    rng = np.random.default_rng(seed)
    hit, left, tested = np.zeros(sites, bool), 1.0, 0
    for number, rate_of in enumerate(hazards(balances, FALSE_ALARM)):
        if rate_of is None:
            continue
        terms = ErrorTerms.of(balances, number)
        start, end = terms.start / MICROSECONDS_A_DAY, terms.end / MICROSECONDS_A_DAY
        sigma = terms.covariance()
        alarm = Alarm(tests_of(sigma, start, end, rate_of.over(end)))
        roots, vectors = np.linalg.eigh(sigma)
        errors = rng.standard_normal((sites, len(roots))) @ (vectors * np.sqrt(np.maximum(roots, 0.0))).T
        hit |= alarm(errors)
        left *= 1 - alarm.share
        tested += 1
    return tested, float(hit.mean()), 1 - left


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=20_000)
    parser.add_argument("--wrong-sites", type=int, default=4_000, help="sites for each row of wrong errors")
    options = parser.parse_args()
    for number, (pace, end) in enumerate(PACES.items()):
        plant = make_plant(end)
        alarms = [Alarm(chain_tests(plant, area)) for area in range(SERIES)]
        allowed = 100 * (1 - float(np.prod([1 - alarm.share for alarm in alarms])))
        error = np.sqrt(allowed * (100 - allowed) / options.sites)
        alone = 100 * rate(plant, alarms, options.sites, normal, shared=False, seed=11 + 10 * number)
        print(f"{pace}: {options.sites} sites, allowed {allowed:.2f} % (simulation error {error:.2f} points)")
        name = f"false alarms, {SERIES} series, {pace}, allowed {allowed:.1f} %"
        figure(f"{name}, %", alone, limit=1.1 * allowed, low=0.9 * allowed)
        gone, standing = vanished(plant, CHUNK, seed=12 + 10 * number)
        figure(f"alarms that vanish in {pace}, of {standing} that stand", gone, limit=0)
    plant = make_plant(PACES["a year of weeks"])
    alarms = [Alarm(chain_tests(plant, area)) for area in range(SERIES)]
    together = rate(plant, alarms, options.sites, normal, shared=True, seed=12)
    figure(f"false alarms of a site, {SERIES} series, weighings and scales shared, %", 100 * together, limit=None)
    series, example, most = ridgeway(options.sites, seed=13)
    name = f"false alarms with the covariances of Ridgeway, {series} series, allowed {100 * most:.1f} %, %"
    figure(name, 100 * example, limit=110 * most, low=90 * most)
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
