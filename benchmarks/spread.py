"""A loss spread over all areas of a site: what the review promises, and how often it is found.

    python -m benchmarks.spread [--realisations N]

Areas stand in a row: what one sends the next receives, weighed once at the hand-over, and each is counted on its own
scale. The goal has no area. Of the loss that the review says is found with 95 % over a year, every area loses an equal
share, evenly over the year. Each realisation draws the errors of every row afresh, by row, and by method and
calibration, and is tested with its own Σ and the review's own limits. Beside it stand the peers: how often the series
of any area alarms, and what was promised where a goal counted as met if every area alone would have found that loss.

What an area loses after its own last inventory nobody sees: the last two shapes, whose areas are counted on different
days, show that the promise reckons with it.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks import figure
from stockward.balance.closing import assemble
from stockward.balance.sigma.incidence import SeriesIncidence, incidence_of
from stockward.balance.testing import hazards
from stockward.book import Site, read_site
from stockward.book.known import known_at
from stockward.stats.loss_tests import CalibratedTests
from stockward.unseen.books_calibrated import BooksCalibrated
from stockward.unseen.goals import Goal, answer
from stockward.unseen.series import SightRequest, sights, unseen_losses
from stockward.unseen.sight import Sight

Array = NDArray[np.float64]

REALISATIONS, CHUNK = 20_000, 250
WEEKS, FLOW, STOCK = 52, 200.0, 500.0
FALSE_ALARM, DETECTION = 0.05, 0.95
_WEEKS_MORE = 7
"""Goods move on until the last area is counted."""
ERRORS = "0.004,0.002,0.1,91"
BEGIN = datetime(2025, 7, 1, 6, tzinfo=UTC)
SETTINGS = f"""format = 1
[site]
name = "Areas in a row"
timezone = "UTC"
[detection]
false_alarm = {FALSE_ALARM}
detection = {DETECTION}
"""


@dataclass(frozen=True)
class Row:
    """A plant of areas in a row, counted every so many weeks, each area so many days after the one before it."""

    name: str
    areas: int
    shared_scales: bool = False
    weeks_apart: int = 1
    days_later: int = 0

    def scale(self, number: int, what: str) -> str:
        """The scale on which an area counts, or hands over."""
        return what if self.shared_scales else f"{what}{number}"

    def tables(self) -> dict[str, list[str]]:
        """The tables of the site as lines of CSV."""
        numbers = range(self.areas)
        scales = dict.fromkeys(self.scale(number, what) for number in numbers for what in ("count", "send"))
        tables = {
            "areas": ["area,kind", *(f"A{number},process" for number in numbers)],
            "materials": ["material,kind,unit", "TNT,bulk,kg"],
            "methods": [
                "method,random_rel,systematic_rel,random_abs,calibration_days",
                *(f"{scale},{ERRORS}" for scale in ["gate", *scales]),
            ],
            "movements": ["movement,at,kind,material,quantity,from_area,to_area,method"],
            "counts": ["inventory,at,area,material,quantity,method"],
        }
        for week in range(WEEKS + _WEEKS_MORE):
            at = (BEGIN + timedelta(weeks=week, days=-3)).isoformat()
            tables["movements"].append(f"r{week},{at},receipt,TNT,{FLOW},,A0,gate")
            for number in numbers:
                kind, to = ("issue", "") if number == self.areas - 1 else ("transfer", f"A{number + 1}")
                scale = self.scale(number, "send")
                tables["movements"].append(f"s{week}-{number},{at},{kind},TNT,{FLOW},A{number},{to},{scale}")
        for week in range(0, WEEKS + 1, self.weeks_apart):
            for number in numbers:
                at = (BEGIN + timedelta(weeks=week, days=number * self.days_later)).isoformat()
                tables["counts"].append(f"W{week:02d},{at},A{number},TNT,{STOCK},{self.scale(number, 'count')}")
        return tables

    def written(self, folder: Path) -> Site:
        """Write and read the site."""
        (folder / "site.toml").write_text(SETTINGS, encoding="utf-8")
        for name, lines in self.tables().items():
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        site = read_site(folder)
        assert site.problems == (), site.problems
        return site


SHAPES = (
    Row("10 areas", 10),
    Row("3 areas", 3),
    Row("10 areas, shared scales", 10, shared_scales=True),
    Row("10 areas, quarterly within 9 days", 10, weeks_apart=13, days_later=1),
    Row("10 areas, quarterly within 45 days", 10, weeks_apart=13, days_later=5),
)


class Reviewed:
    """A site as a review sees it, and its rows measured afresh; the series of the whole site is the last."""

    def __init__(self, site: Site) -> None:
        self.books = known_at(site, None)
        assembly = assemble(self.books)
        self.balances = assembly.balances(*(self.books[name] for name in ("areas", "materials", "methods")))
        self.incidence = incidence_of(self.books, assembly, self.balances)
        self.again = BooksCalibrated(self.books, self.balances)
        self.rates = hazards(self.balances, FALSE_ALARM)
        self.whole = self.incidence.series[-1]
        assert self.whole.id == "*/TNT"

    @cached_property
    def sights(self) -> list[Sight]:
        """What each series sees."""
        return [one for one in sights(self.balances, self.rates, self._asked()) if one is not None]

    def _asked(self, goals: pl.DataFrame | None = None) -> SightRequest:
        empty = self.books.site["goals"]
        return SightRequest(goals=empty if goals is None else goals, detection=DETECTION, seed=1)

    def promised(self) -> float:
        """The loss, kg, that the review says is found over a year; a goal of it without an area is met."""
        found = unseen_losses(self.balances, self.sights, self._asked(), again=self.again)[-1].detectable
        assert found is not None
        assert found.even_year is not None
        goals = pl.DataFrame({"substance": ["TNT"], "area": [None], "quantity": [found.even_year], "unit": ["kg"]})
        goals = goals.with_columns(pl.col("area").cast(pl.String), within_days=pl.lit(365.0))
        judged = [one.goal for one in unseen_losses(self.balances, self.sights, self._asked(goals), again=self.again)]
        assert [goal is not None for goal in judged] == [series is self.whole for series in self.incidence.series]
        assert judged[-1] is not None
        assert judged[-1].met
        return found.even_year

    def once_promised(self, loss: float) -> float:
        """The least chance with which an area alone would find all of this loss, had only areas been tested."""
        areas = len(self.sights) - 1
        old = [
            Sight(sight.terms, hazard=sight.hazard * (areas + 1) / areas, detection=DETECTION, seed=1)
            for sight in self.sights[:-1]
        ]
        return min(answer(sight, Goal(loss, 365.0)).probability for sight in old)

    def robbed(self, loss: float) -> Array:
        """True quantities: by each count, what its area lost until then of an equal share of the loss is gone."""
        counts, start, end = self.books.counts, int(self.whole.start[0]), int(self.whole.end[-1])
        at = counts["at"].to_physical().to_numpy()
        gone = np.clip((at - start) / (end - start), 0.0, 1.0) * loss / counts["area"].n_unique()
        true = self.incidence.rows.quantity.copy()
        true[self.incidence.rows.movements :] -= gone
        return true

    def measured(self, true: Array, count: int, rng: np.random.Generator) -> Array:
        """Every row measured afresh: random errors by row, systematic ones by method and calibration."""
        rows = self.incidence.rows
        relative, absolute = (rng.standard_normal((count, rows.groups))[:, rows.group] for _ in range(2))
        random, fixed = (rng.standard_normal((count, len(rows))) for _ in range(2))
        share = rows.random_rel * random + rows.systematic_rel * relative
        return np.asarray(true * (1.0 + share) + rows.random_abs * fixed + rows.systematic_abs * absolute)

    def tests(self, number: int) -> CalibratedTests:
        """The tests of a series, with the limits of the review."""
        series, sight = self.incidence.series[number], self.sights[number]
        assert series.kept.all()
        day = 86_400e6
        return CalibratedTests(
            sight.covariance, start=series.start / day, end=series.end / day, hazard=sight.hazard, seed=1
        )


@dataclass(frozen=True)
class Found:
    """Shares of the realisations in which the whole site, and any area, alarmed."""

    whole: float
    any_area: float


def simulated(site: Reviewed, loss: float, realisations: int) -> Found:
    """Take the loss, measure and test again and again."""
    true, rng = site.robbed(loss), np.random.default_rng(11)
    tests = [site.tests(number) for number in range(len(site.sights))]
    whole = areas = 0
    for _ in range(realisations // CHUNK):
        measured = site.measured(true, CHUNK, rng)
        alarms = np.stack(
            [_alarms(one, test, measured) for one, test in zip(site.incidence.series, tests, strict=True)]
        )
        whole += int(alarms[-1].sum())
        areas += int(alarms[:-1].any(axis=0).sum())
    return Found(whole / realisations, areas / realisations)


def _alarms(series: SeriesIncidence, tests: CalibratedTests, measured: Array) -> NDArray[np.bool_]:
    own = measured[:, series.rows]
    ratios = tests.ratios_of(series.differences(own), series.covariance(own))
    return np.asarray(ratios.max(axis=1) > 1.0)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--realisations", type=int, default=REALISATIONS)
    realisations = parser.parse_args().realisations
    for shape in SHAPES:
        with tempfile.TemporaryDirectory() as folder:
            site = Reviewed(shape.written(Path(folder)))
        loss = site.promised()
        found, once = simulated(site, loss, realisations), site.once_promised(loss)
        print(
            f"{shape.name}: {loss:.1f} kg a year, promised with {100 * DETECTION:g} %, is found spread over areas in "
            f"{100 * found.whole:.2f} % of {realisations:,} by the whole site; any area alarms in "
            f"{100 * found.any_area:.1f} %; met in every area promised {100 * once:.1f} %"
        )
        figure(f"{shape.name}: |found by the whole site − promise|, points", _apart(found.whole), limit=1.0)
        figure(f"{shape.name}: any area alarms, %", 100 * found.any_area, limit=None)
        figure(f"{shape.name}: promise where every area alone met the goal, %", 100 * once, limit=None)


def _apart(share: float) -> float:
    return 100 * abs(share - DETECTION)


if __name__ == "__main__":
    main()
