"""Smallest detectable losses of a large site, today and at a surge, and how far the chances can be trusted.

    python -m benchmarks.unseen

200 areas with a stream in and a stream out, 52 weeks, random and shared errors of their own, one thread. For each:
the default test calibrated, and the smallest losses of four patterns; then all of it again with five times the
production, the books raised and closed anew. The peer counts alarms: as many plain draws as give the same error.
"""

from __future__ import annotations

import csv
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks import figure
from stockward.answers.balances import Balances
from stockward.balance.closing import close_balances
from stockward.balance.testing import hazards
from stockward.book import Site, read_site
from stockward.book.known import known_at
from stockward.stats.page import page_pair_thresholds
from stockward.stats.power import cumuf_power, gemuf_power, page_pair_power, page_power, standardised_power
from stockward.surge.asked import Surge
from stockward.surge.books import surged_site
from stockward.unseen.series import SightRequest, sights
from stockward.unseen.sight import Sight, error_points

SERIES, WEEKS = 200, 52
SHARED = Path(os.environ.get("STOCKWARD_SHARED", "../shared"))
TRIALS = 100_000
CHECKED = 6
SETTINGS = """format = 1
[site]
name = "Two hundred areas"
timezone = "UTC"
[detection]
false_alarm = 0.05
detection = 0.95
"""


def large_site(folder: Path) -> Site:
    """Write and read a site of 200 areas; each has its own scales, flows and stock."""
    rng = np.random.default_rng(1)
    start = datetime(2025, 7, 1, tzinfo=UTC)
    tables: dict[str, list[str]] = {
        "areas": ["area,kind"],
        "materials": ["material,kind,unit", "TNT,bulk,kg"],
        "methods": ["method,random_rel,systematic_rel,random_abs,calibration_days"],
        "movements": ["movement,at,kind,material,quantity,from_area,to_area,method"],
        "counts": ["inventory,at,area,material,quantity,method"],
    }
    for area in range(SERIES):
        name, days = f"A{area:03d}", int(rng.choice([30, 91, 182, 365]))
        tables["areas"].append(f"{name},process")
        for scale in ("in", "out", "tank"):
            errors = f"{rng.uniform(0.001, 0.006):.5f},{rng.uniform(0.0003, 0.003):.5f},{rng.uniform(0, 0.3):.3f}"
            tables["methods"].append(f"{name}-{scale},{errors},{days}")
        flow, stock = rng.uniform(50, 500), rng.uniform(50, 1000)
        for week in range(WEEKS + 1):
            at = start + timedelta(weeks=week)
            tables["counts"].append(f"W{week:02d},{at.isoformat()},{name},TNT,{stock:.3f},{name}-tank")
            for kind, places, scale in (("receipt", f",{name}", "in"), ("issue", f"{name},", "out")):
                moved = (at - timedelta(days=3)).isoformat()
                row = f"{name}{week}{scale},{moved},{kind},TNT,{flow:.3f},{places},{name}-{scale}"
                tables["movements"].append(row)
    (folder / "site.toml").write_text(SETTINGS, encoding="utf-8")
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_site(folder)


def looked_at(balances: Balances, site: Site) -> tuple[list[Sight], list[float]]:
    """What every series sees, and the standard errors of its chances, points."""
    asked = SightRequest(goals=site["goals"], detection=0.95, seed=1)
    seen = [sight for sight in sights(balances, hazards(balances, 0.05), asked) if sight is not None]
    return seen, [error_points(*sight.detectable()) for sight in seen]


def counted(sight: Sight, trials: int) -> tuple[float, float]:
    """Chance of an alarm at the smallest even loss by counting, and the CPU time of it."""
    found, curves = sight.detectable()
    began = time.process_time()
    rng = np.random.default_rng(7)
    tested = np.isfinite(sight.scan.limits)
    limits, alarms = sight.scan.limits[tested].astype(np.float32), 0
    directions = sight.scan.directions[:, tested].astype(np.float32)
    move = ((found.even_year or 0.0) * (sight.inverse @ sight.even())).astype(np.float32)
    for _ in range(trials // 2_000):
        y = rng.standard_normal((2_000, sight.periods), dtype=np.float32) + move
        alarms += int(np.count_nonzero((y @ directions > limits).any(axis=1)))
    assert curves[2].gain > 0
    return alarms / trials, time.process_time() - began


def power_departure() -> float | None:
    """The largest departure of the named tests' power from the reference."""
    path = SHARED / "reference" / "detection_power.csv"
    if not path.exists():
        return None
    pair, worst = page_pair_thresholds(WEEKS, 0.05, draws=40_000), 0.0
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        loss, alone = float(row["L_over_sigma"]), np.eye(WEEKS)
        places = {"abrupt_first": [0], "abrupt_middle": [26], "abrupt_last": [51]}
        moves = [loss * alone[place] for place in places.get(row["pattern"], range(WEEKS))]
        if row["pattern"] == "even":
            moves = [np.full(WEEKS, loss / WEEKS)]
        draws = 16_384 if len(moves) == 1 else 2_048
        found = {
            "standardised": [standardised_power(move, false_alarm=0.05) for move in moves],
            "cumuf": [cumuf_power(loss, float(np.sqrt(WEEKS)), false_alarm=0.05)],
            "page_0.5": [page_power(move, k=0.5, false_alarm=0.05) for move in moves],
            "gemuf": [gemuf_power(move, false_alarm=0.05) for move in moves],
            "page_pair_0.25_1.0": [
                page_pair_power(move, pair, seed=seed, draws=draws) for seed, move in enumerate(moves)
            ],
        }
        worst = max(worst, *(abs(float(np.mean(powers)) - float(row[test])) for test, powers in found.items()))
    return worst


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        site = large_site(Path(folder))
    books = known_at(site, None)
    balances = close_balances(books)
    began = time.process_time()
    today, errors = looked_at(balances, site)
    between = time.process_time()
    raised = close_balances(known_at(surged_site(books, Surge(production=5)), None))
    surged, more = looked_at(raised, site)
    ended = time.process_time()
    print(f"{len(today)} series today {between - began:.1f} s, at the surge {ended - between:.1f} s of CPU")
    # And the whole site, of which each area holds a part.
    assert len(today) == len(surged) == SERIES + 1
    figure(f"{SERIES} series x {WEEKS} periods, 4 patterns, today and at the surge: CPU s", ended - began, limit=20)
    figure("largest standard error of a simulated chance, points", max(*errors, *more), limit=0.5)
    checked = [*today[:: SERIES // CHECKED], *surged[:: SERIES // CHECKED]]
    outcomes = [counted(sight, TRIALS) for sight in checked]
    departures = [abs(100 * chance - 95) for chance, _ in outcomes]
    plain = 100 * float(np.sqrt(0.95 * 0.05 / TRIALS))
    print(f"counting alarms in {TRIALS} plain draws has a standard error of {plain:.2f} points")
    figure("detectable losses against counted alarms, largest departure, points", max(departures), limit=0.5)
    # As many plain draws as have the error of the simulated chances.
    needed = 0.95 * 0.05 / (np.median(errors) / 100) ** 2
    peer = float(np.mean([seconds for _, seconds in outcomes])) * needed / TRIALS
    figure(
        "CPU of one series, 4 patterns / counting alarms of one loss to the same error",
        (ended - began) / 2 / SERIES / peer,
        limit=None,
    )
    departure = power_departure()
    if departure is not None:
        figure("power of the named tests against the reference, largest departure", departure, limit=0.005)


if __name__ == "__main__":
    main()
