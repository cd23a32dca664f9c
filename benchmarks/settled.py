"""What a settled loss costs the tests that go on after it, and what they still find.

    python -m benchmarks.settled [--runs N]

First the false alarms of a year after a settled span, for weekly, monthly and quarterly inventories, errors of five
shapes and spans from one period to some months, wherever they stand in the planned year: limits for what is left of Σ,
and realisations of it without loss. Then the whole way: a first loss, of which the review says how much and when some
weeks after its alarm, is settled with just these, and what is alarmed afterwards is counted where nothing more is lost,
where a second loss follows at once or where the first simply goes on. Beside it stands how often the same second loss
is found where there was no first.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks import figure
from stockward.answers.balances import Balances
from stockward.answers.settled.spans import SettledRow
from stockward.balance.settled.placing import PlacedRow
from stockward.balance.settled.settling import settle_rows
from stockward.balance.testing import calibrated_tests
from stockward.stats.estimates import estimate_losses
from stockward.stats.loss_tests import CalibratedTests
from stockward.terms.periods import YEAR_DAYS
from stockward.terms.verdicts import SettledState

Array = NDArray[np.float64]
FALSE_ALARM, YEARS = 0.05, 3
ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)
PACES = {"weekly": 7.0, "monthly": YEAR_DAYS / 12, "quarterly": YEAR_DAYS / 4}
SPANS = ((0.1, 0.1), (0.2, 0.45), (0.7, 0.99), (0.9, 1.3), (1.2, 1.2))
"""When the span begins and ends, in years."""
CHUNK, LATER = 2_000, 28.0


def shapes(periods: int) -> dict[str, Array]:
    """Σ of five kinds: shared inventories, one bias for ever, one a calibration, and all of them."""
    own, beside = np.eye(periods), np.eye(periods, k=1) + np.eye(periods, k=-1)
    calibration = np.arange(periods) // max(periods // 8, 1)
    calibrated = (calibration[:, None] == calibration[None]).astype(float)
    return {
        "independent": own,
        "inventories": own - 0.45 * beside,
        "one bias": own + 0.25,
        "calibrated": own + calibrated,
        "all": own - 0.4 * beside + 0.5 * calibrated + 0.1,
    }


def balances_of(
    difference: Array, covariance: Array, days: float, settled: NDArray[np.bool_] | None = None
) -> Balances:
    """One series without books behind it."""
    count = len(difference)
    moments = [ORIGIN + timedelta(days=days * place) for place in range(count + 1)]
    periods = pl.DataFrame(
        {
            "series": np.zeros(count, np.int64),
            "inventory": [f"I{place + 1}" for place in range(count)],
            "start": moments[:-1],
            "end": moments[1:],
            "difference": difference,
            "sigma": np.sqrt(np.diagonal(covariance)),
            "throughput": np.full(count, 1_000.0),
            "status": ["closed"] * count,
            "reason": pl.Series([None] * count, dtype=pl.String),
            "taken": np.zeros(count),
            "settled": np.zeros(count, bool) if settled is None else settled,
        },
        schema_overrides={"start": pl.Datetime("us", "UTC"), "end": pl.Datetime("us", "UTC")},
    )
    nothing = pl.DataFrame()
    series = pl.DataFrame({"id": ["A/S"]})
    return Balances(series=series, periods=periods, covariances=(covariance,), terms=nothing, causes=nothing)


def calibrated(balances: Balances) -> CalibratedTests:
    """The tests of the one series."""
    ((_, tests),) = calibrated_tests(balances, false_alarm=FALSE_ALARM, seed=1)
    assert tests is not None
    return tests


def after_a_span(pace: str, covariance: Array, span: tuple[float, float], runs: int) -> float:
    """The chance of a false alarm in the year after a settled span."""
    days = PACES[pace]
    settled = np.zeros(len(covariance), bool)
    settled[int(span[0] * YEAR_DAYS / days) : int(span[1] * YEAR_DAYS / days) + 1] = True
    tests = calibrated(balances_of(np.zeros(len(covariance)), covariance, days, settled))
    end = days * np.flatnonzero(~settled) + days
    last = days * (np.flatnonzero(settled)[-1] + 1)
    year = (end > last) & (end <= last + YEAR_DAYS + 1e-6)
    factor = np.linalg.cholesky(covariance[np.ix_(~settled, ~settled)])
    rng, alarmed = np.random.default_rng(1), 0
    for _ in range(runs // CHUNK):
        differences = rng.standard_normal((CHUNK, len(factor))) @ factor.T
        alarmed += int((tests.ratios_of(differences)[:, year].max(axis=1) > 1.0).sum())
    return alarmed / (runs // CHUNK * CHUNK)


@dataclass(frozen=True, eq=False)
class Way:
    """One record: Σ, the length of a period, and the two losses, by period."""

    covariance: Array
    days: float
    first: Array
    second: Array

    @cached_property
    def tests(self) -> CalibratedTests:
        """The tests before anything is settled: they hang on Σ alone."""
        return calibrated(balances_of(self.first, self.covariance, self.days))

    def settled(self, rng: np.random.Generator) -> tuple[bool, SettledState | None]:
        """Whether anything alarms in the year after what was settled, and what came of it: nothing without an alarm."""
        noise = np.linalg.cholesky(self.covariance) @ rng.standard_normal(len(self.covariance))
        seen = noise + self.first
        alarms = self.tests.alarms(seen)
        if not alarms:
            return False, None
        now = min(alarms[0] + max(int(LATER / self.days), 1), len(seen) - 1)
        part = slice(0, now + 1)
        losses = estimate_losses(seen[part], self.covariance[part, part], np.full(now + 1, self.days))
        told = [one for one in losses if one.low > 0]
        if not told:
            return False, None
        differences = seen + self._after(max(one.last for one in told))
        rows = [self._row(number, one.first, one.last, one.amount) for number, one in enumerate(told)]
        balances, spans = settle_rows(
            rows, balances_of(differences, self.covariance, self.days), false_alarm=FALSE_ALARM, seed=1
        )
        left = (balances.periods["difference"] - balances.periods["taken"]).to_numpy()
        kept = ~balances.periods["settled"].to_numpy()
        places = np.flatnonzero(kept)
        last = max(one.last for one in told)
        year = (places > last) & (places <= last + round(YEAR_DAYS / self.days))
        found = calibrated(balances).ratios(left[kept])[year]
        return bool(np.max(found, initial=0.0) > 1.0), spans[0].state

    def _after(self, last: int) -> Array:
        """The second loss, from the period after the settled span on."""
        later = np.zeros(len(self.covariance))
        room = len(later) - last - 1
        later[last + 1 :] = self.second[:room]
        return later

    def _row(self, number: int, first: int, last: int, amount: float) -> PlacedRow:
        row = SettledRow(
            settled=f"S{number}", row=number + 2, basis="confirmed_loss", known_since=date(2026, 1, 1),
            from_inventory="", to_inventory="", amount=amount, sigma=0.0, reason="", reference=None, approved_by=None,
            follows_from=None,
        )  # fmt: skip
        places = tuple(range(first, last + 1))
        return PlacedRow(series=0, places=places, surplus=False, start=None, end=None, row=row)


def ways(pace: str) -> Iterator[tuple[str, str, Way]]:
    """A first loss of three shapes, followed by nothing, by another at once, or by more of the same."""
    days = PACES[pace]
    count = round(YEARS * YEAR_DAYS / days)
    begin = round(0.4 * YEAR_DAYS / days)
    for name, covariance in shapes(count).items():
        if name in ("inventories", "one bias"):
            continue
        for lasting in (1, max(count // (YEARS * 8), 2)):
            first = np.zeros(count)
            first[begin : begin + lasting] = 7.0 * np.sqrt(covariance[0, 0] / lasting)
            for follows in ("nothing", "another", "the same goes on"):
                second = np.zeros(count)
                if follows == "another":
                    second[2] = 5.5 * np.sqrt(covariance[0, 0])
                elif follows == "the same goes on":
                    second[: count // YEARS] = first[begin]
                yield name, f"{lasting} periods, then {follows}", Way(covariance, days, first, second)


def main() -> None:
    """Measure, and print each figure beside its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20_000, help="realisations of each false-alarm probability")
    parser.add_argument("--ways", type=int, default=400, help="realisations of each whole way")
    parser.add_argument("--pace", default="monthly", choices=[*PACES], help="inventories of the whole ways")
    options = parser.parse_args()
    chances = []
    for pace, days in PACES.items():
        for name, covariance in shapes(round(YEARS * YEAR_DAYS / days)).items():
            for span in SPANS:
                chances.append(after_a_span(pace, covariance, span, options.runs))
                print(f"{pace}, {name}, settled from {span[0]} to {span[1]} years: {chances[-1]:.2%}", flush=True)
    figure("false alarms in the year after a settled span, most", max(chances), limit=0.055)
    figure("false alarms in the year after a settled span, least", min(chances), limit=0.055, low=0.045)
    alone: list[bool] = []
    for name, what, way in ways(options.pace):
        rng = np.random.default_rng(7)
        found = [way.settled(rng) for _ in range(options.ways)]
        told = [(alarmed, state) for alarmed, state in found if state is not None]
        alone += [one for one, _ in told if what.endswith("nothing")]
        states = {state: sum(one is state for _, one in told) for state in SettledState}
        alarmed = sum(one for one, _ in told) / max(len(told), 1)
        print(f"{options.pace}, {name}, {what}: alarmed after {alarmed:.1%} of {len(told)}; {states}", flush=True)
    figure("years alarmed after the review's own estimate was settled", float(np.mean(alone)), limit=0.055)


if __name__ == "__main__":
    main()
