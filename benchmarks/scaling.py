"""How the cost of closing grows: in movements, in series, and in the periods of one series.

    python -m benchmarks.scaling

Each row doubles one of the three. An exponent is the slope of log time on log size: 1 is linear.
"""

from __future__ import annotations

import numpy as np

from benchmarks import figure
from benchmarks.ledger import close, cpu_seconds, make_site
from stockward.stats.loss_tests import CalibratedTests, calibrate_together
from stockward.terms.periods import YEAR_DAYS


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Slope of log seconds on log size."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def fastest(work, runs: int = 3) -> float:  # type: ignore[no-untyped-def]
    """Least CPU time of several runs."""
    return min(cpu_seconds(work) for _ in range(runs))


def one_series(size: int, days: float) -> None:
    """Calibrate and run all tests of one series of so many inventories."""
    covariance = np.eye(size) - 0.3 * (np.eye(size, k=1) + np.eye(size, k=-1)) + 0.05
    end = days * np.arange(1, size + 1)
    hazard = np.full(size, -np.log(0.95) * days / YEAR_DAYS)
    tests = CalibratedTests(covariance, start=end - days, end=end, hazard=hazard, seed=1)
    tests.run(np.random.default_rng(1).standard_normal(size))


def many_series(count: int = 2_000) -> None:
    """Two periods each, with errors of their own, at the same moments: calibrated together, and run."""
    rng = np.random.default_rng(2)
    end = np.array([30.0, 60.0])
    hazard = np.full(2, -np.log(0.95) / count * 30.0 / YEAR_DAYS)
    tests = [
        CalibratedTests(
            np.diag(rng.uniform(1, 3, 2)) - 0.4 * np.eye(2)[::-1], start=end - 30.0, end=end, hazard=hazard, seed=1
        )
        for _ in range(count)
    ]
    calibrate_together(tests)
    for one in tests:
        one.run(rng.standard_normal(2))


def main() -> None:
    """Measure and print."""
    sizes = [1_000_000, 2_000_000, 4_000_000, 8_000_000]
    seconds = []
    for size in sizes:
        site = make_site(size, 500)
        seconds.append(fastest(lambda site=site: close(site)))
    print("movements:", ", ".join(f"{size:,} {second:.2f} s" for size, second in zip(sizes, seconds, strict=True)))
    figure("closing: exponent of the cost in movements", exponent(sizes, seconds), limit=1.15)
    sizes, seconds = [500, 1_000, 2_000, 4_000], []
    for size in sizes:
        site = make_site(1_000 * size, size)
        seconds.append(fastest(lambda site=site: close(site)))
    print("series:", ", ".join(f"{size:,} {second:.2f} s" for size, second in zip(sizes, seconds, strict=True)))
    figure(
        "closing: exponent of the cost in series (movements growing with them)", exponent(sizes, seconds), limit=1.15
    )
    for pace, days in (("weeks", 7.0), ("days", 1.0)):
        sizes = [500, 1_000, 2_000]
        seconds = [fastest(lambda size=size, days=days: one_series(size, days), 1) for size in sizes]
        row = ", ".join(f"{size:,} {second:.2f} s" for size, second in zip(sizes, seconds, strict=True))
        print(f"inventories of one series, {pace}, all tests: {row}")
        figure(f"all tests of one series, 2,000 {pace}: CPU s", seconds[-1], limit=None)
        figure(f"all tests: exponent of the cost in {pace}, 500 to 2,000", exponent(sizes, seconds), limit=3.0)
    figure("all tests of 2,000 series of three inventories: CPU s", fastest(many_series, 1), limit=None)


if __name__ == "__main__":
    main()
