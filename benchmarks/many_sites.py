"""Many sites: what one costs, what the driver adds, matching a million dispatches, and losses on the way found.

    python -m benchmarks.many_sites [cost | driver | match | found] ...

``cost``: a site in a run of many beside one review of it, CPU seconds, and two processes beside one. ``driver``: what
is done beside the reviews (results kept, tables, page), by answers that are played back, for 1 250, 2 500 and 5 000
sites, with the highest memory. ``match``: CPU seconds to match and test 1 000 000 dispatches. ``found``: a loss of
0.5 % on one route of 200, how often it is found beside the chance predicted.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
from scipy.stats import norm

from benchmarks import figure
from stockward import simulation
from stockward.book import read_site
from stockward.outputs import OutputTarget
from stockward.questions.many.local import LocalEngine
from stockward.questions.many.places import SitePlace, site_places
from stockward.questions.many.routes import compare_transfers
from stockward.questions.many.running import SitesAsked, review_sites
from stockward.questions.many.work import SiteOutcome, SiteTask, review_site
from stockward.questions.review import make_review
from stockward.report import write_html
from stockward.report.sites.document import write_sites_json
from stockward.report.sites.page import write_sites_html

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ASKED = SitesAsked(as_of=None, seed=1, pages="none", page=write_html, generated=NOW)
SITES, WEEKS = 24, 12
LEAST_GAIN, MOST_OVER_SINGLE = 1.8, 1.1
MOST_APART, MOST_MEMORY, LARGEST_PAGE, MOST_CPU = 0.10, 1_000, 20, 30.0
RUNS, PREDICTED, ROUTES, EACH, SHARE = 3_000, 300, 200, 8, 0.005
RANDOM, SYSTEMATIC = 0.001, 0.0008


def task_of(key: str, place: str) -> SiteTask:
    return SiteTask(id=key, place=place, generated=NOW, as_of=None, seed=1, known=None, pages="none", page=write_html)


def kept(name: str, value: float, *, most: float | None = None, least: float | None = None) -> bool:
    """Print a figure, and whether it meets its goal: at ``most``, or at ``least``."""
    if least is not None:
        figure(name, value, limit=1e9, low=least)
        return value >= least
    figure(name, value, limit=most)
    return most is None or value <= most


def cost() -> bool:
    """CPU seconds of one site, warm, alone and in a run of many; and wall time of two processes beside one."""
    with tempfile.TemporaryDirectory() as nowhere:
        land = Path(nowhere) / "land"
        simulation.write_sites(land, SITES, weeks=WEEKS, lines=0, losses=False, seed=1)
        places = site_places([land])
        single, many = [], []
        for place in places:
            begun = time.process_time()
            make_review(read_site(place.place), generated=NOW)
            single.append(time.process_time() - begun)
            task = task_of(place.id, place.place)
            begun = time.process_time()
            review_site(task)
            many.append(time.process_time() - begun)
        ratio = float(np.median(many[2:]) / np.median(single[2:]))
        print(
            f"one site among many: {np.median(many[2:]):.3f} s CPU; one review {np.median(single[2:]):.3f}", flush=True
        )
        ok = kept("one site among many over one review, CPU", ratio, most=MOST_OVER_SINGLE)
        spent = {}
        for jobs in (1, 2):
            begun = time.perf_counter()
            out = OutputTarget((Path(nowhere) / f"out-{jobs}").resolve())
            review_sites(places, out, LocalEngine(jobs, 3600), ASKED)
            spent[jobs] = time.perf_counter() - begun
        gain = spent[1] / spent[2]
        return kept("two processes over one, wall with start-up", gain, least=LEAST_GAIN) and ok


class _PlayedBack:
    """Gives the result of one site for every other."""

    def __init__(self, outcome: SiteOutcome) -> None:
        self.outcome = outcome

    def outcomes(self, tasks: Iterator[SiteTask]) -> Iterator[SiteOutcome]:
        for task in tasks:
            yield SiteOutcome(id=task.id, digest=self.outcome.digest, result=self.outcome.result)


def driver() -> bool:
    """What the driver spends a site, its highest memory, and the size of the page."""
    with tempfile.TemporaryDirectory() as nowhere:
        land = Path(nowhere) / "land"
        simulation.write_sites(land, 3, weeks=WEEKS, lines=1, losses=True, seed=1)
        engine = _PlayedBack(review_site(task_of("x", str(land / "S-00001"))))
        each = {}
        for sites in (1_250, 2_500, 5_000, 10_000):
            places = [SitePlace(place=f"/none/{n:05d}", key=f"{n:05d}", id=f"s-{n:05d}") for n in range(sites)]
            begun = time.process_time()
            answer = review_sites(places, OutputTarget((Path(nowhere) / f"out-{sites}").resolve()), engine, ASKED)
            page = write_sites_html(answer)
            write_sites_json(answer)
            each[sites] = (time.process_time() - begun) / sites
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
            print(f"{sites} sites: {1000 * each[sites]:.1f} ms CPU a site, page {len(page.encode()) / 1e6:.1f} MB, "
                  f"highest memory {memory:.0f} MB", flush=True)  # fmt: skip
        apart = abs(each[5_000] / each[2_500] - 1)
        ok = kept("driver's CPU a site, 5 000 sites apart from 2 500", apart, most=MOST_APART)
        ok &= kept("highest memory of the driver, 10 000 sites, MB", memory, most=MOST_MEMORY)
        return kept("page of 10 000 sites, MB", len(page.encode()) / 1e6, most=LARGEST_PAGE) and ok


def lines_of(routes: int, each: int, draw: np.random.Generator, losing: dict[int, float]) -> pl.DataFrame:
    """The lines of so many routes, as the results of their sites hold them; each end has one scale."""
    route = np.repeat(np.arange(routes), each)
    true = draw.uniform(400, 2400, len(route))
    lost = np.zeros(routes)
    lost[list(losing)] = list(losing.values())
    frames = []
    for side, end, factor, late in (("sent", "A", np.ones(routes), 0), ("received", "B", 1 - lost, 1)):
        gain = SYSTEMATIC * draw.standard_normal(routes)
        shown = true * factor[route] * (1 + gain[route] + RANDOM * draw.standard_normal(len(route)))
        days = 7 * np.tile(np.arange(each), routes) + late
        at = np.datetime64("2026-01-05T08:00", "us") + days.astype("timedelta64[D]")
        frames.append(
            pl.DataFrame({"number": np.arange(len(route)), "route": route, "quantity": shown, "at": at}).select(
                site=pl.format(f"{end}{{}}", "route"), side=pl.lit(side), document=pl.format("T-{}", "number"),
                occasion=pl.lit(0, dtype=pl.Int64), material=pl.lit("TNT"), unit=pl.lit("kg"),
                partner=pl.lit(None, dtype=pl.String), carrier=pl.format("C-{}", pl.col("route") % 7),
                method=pl.lit("S"), calibration=pl.lit(0, dtype=pl.Int64), instrument=pl.lit(None, dtype=pl.String),
                first_at=pl.col("at").dt.replace_time_zone("UTC"), last_at=pl.col("at").dt.replace_time_zone("UTC"),
                rows=pl.lit(1, dtype=pl.Int64), quantity="quantity",
                random_variance=(RANDOM * pl.col("quantity")) ** 2, relative=SYSTEMATIC * pl.col("quantity"),
                absolute=pl.lit(0.0), random_df=pl.lit(None, dtype=pl.Float64),
                systematic_df=pl.lit(None, dtype=pl.Float64), known=pl.lit(True),
            )
        )  # fmt: skip
    return pl.concat(frames)


def sites_of(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.select("site").unique(maintain_order=True).with_columns(name="site", status=pl.lit("reviewed"))


def match() -> bool:
    """CPU seconds to match and test a million dispatches on 10 000 routes."""
    lines = lines_of(10_000, 100, np.random.default_rng(1), {})
    begun = time.process_time()
    compared = compare_transfers(lines, sites_of(lines), false_alarm=0.05, detection=0.95)
    spent = time.process_time() - begun
    assert compared.transfers.height == 1_000_000
    assert (compared.transfers["status"] == "matched").all()
    return kept("1 000 000 dispatches matched and tested, s CPU", spent, most=MOST_CPU)


def predicted_of(lines: pl.DataFrame, draw: np.random.Generator) -> float:
    """The chance predicted for the route that loses: normal differences of its Σ, and the limits of its two tests."""
    sent = lines.filter((pl.col("site") == "A3") & (pl.col("side") == "sent"))["quantity"].to_numpy()
    sigma = np.diag(2 * (RANDOM * sent) ** 2) + 2 * SYSTEMATIC**2 * np.outer(sent, sent)
    drawn = draw.multivariate_normal(SHARE * sent, sigma, size=4_000)
    share = 0.05 / (2 * ROUTES)
    whole = drawn.sum(axis=1) / np.sqrt(sigma.sum()) >= norm.isf(share)
    single = (drawn / np.sqrt(np.diag(sigma))).max(axis=1) >= norm.isf(1 - (1 - share) ** (1 / len(sent)))
    return float(np.mean(whole | single))


def found() -> bool:
    """A loss of 0.5 % on one route of 200: how often it is found, beside the chance predicted."""
    draw, other = np.random.default_rng(7).spawn(2)
    hits, false, predicted = 0, 0, []
    for run in range(RUNS):
        lines = lines_of(ROUTES, EACH, draw, {3: SHARE})
        routes = compare_transfers(lines, sites_of(lines), false_alarm=0.05, detection=0.95).routes
        losing = routes.row(by_predicate=pl.col("shipper") == "A3", named=True)
        hits += losing["verdict"] == "shortage"
        false += bool((routes.filter(pl.col("shipper") != "A3")["verdict"] == "shortage").any())
        if run < PREDICTED:
            predicted.append(predicted_of(lines, other))
    share, chance = hits / RUNS, float(np.mean(predicted))
    error = float(np.sqrt(chance * (1 - chance) / RUNS))
    print(f"found {share:.3f}, predicted {chance:.3f} (s.e. {error:.3f}, {RUNS} runs)", flush=True)
    print(
        f"a false alarm on any of the other routes: {false / RUNS:.3f} of the runs, at most 0.05 predicted", flush=True
    )
    return kept(f"0.5 % lost on one route of {ROUTES}: found apart from predicted", abs(share - chance), most=0.02)


PARTS = {"cost": cost, "driver": driver, "match": match, "found": found}


def main(asked: list[str]) -> int:
    """Measure what is asked for, or all."""
    met = [PARTS[name]() for name in asked or PARTS]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
