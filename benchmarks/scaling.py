"""How the cost of closing grows: in movements, in series, and in the periods of one series.

    python -m benchmarks.scaling

Each row doubles one of the three. An exponent is the slope of log time on log size: 1 is linear.
"""

from __future__ import annotations

import numpy as np

from benchmarks import figure
from benchmarks.ledger import close, cpu_seconds, make_site
from stockward.figures.loss_tests import CalibratedTests


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Slope of log seconds on log size."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def fastest(work, runs: int = 3) -> float:  # type: ignore[no-untyped-def]
    """Least CPU time of several runs."""
    return min(cpu_seconds(work) for _ in range(runs))


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
    sizes, seconds = [100, 200, 400], []
    for size in sizes:
        covariance = np.eye(size) - 0.3 * (np.eye(size, k=1) + np.eye(size, k=-1)) + 0.05
        differences = np.random.default_rng(1).standard_normal(size)
        seconds.append(
            fastest(lambda c=covariance, d=differences: CalibratedTests(c, false_alarm=0.05, seed=1).run(d), 1)
        )
    print(
        "periods, all tests:", ", ".join(f"{size} {second:.2f} s" for size, second in zip(sizes, seconds, strict=True))
    )
    figure("all tests: exponent of the cost in periods, 100 to 400", exponent(sizes, seconds), limit=3.0)


if __name__ == "__main__":
    main()
