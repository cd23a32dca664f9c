"""What can be said of published differences whose sigma nobody published.

    python examples/published/read.py

Reads ``uk_muf_1977_82.csv`` beside this file and prints every figure that the README of this folder quotes. Signs are
as printed in the source; which of them means missing is not known, so every test here looks both ways.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binomtest, chi2, nct, t

FILE = Path(__file__).parent / "uk_muf_1977_82.csv"
LEVEL = 0.05
Z_ONE_SIDED = 1.6448536269514722
"""95 % quantile of the standard normal distribution."""


@dataclass(frozen=True)
class Figures:
    """Figures of one establishment and substance, in its unit; p-values are two-sided.

    ``scatter_low`` and ``scatter_high`` are the 95 % chi-square interval of the standard deviation.
    ``sigma_at_limit`` is the σ of the sum above which the sum is within measuring, one-sided at 5 %; ``found_then`` is
    the loss that a test with that σ finds with 95 %.
    """

    name: str
    unit: str
    values: tuple[float, ...]
    total: float
    mean: float
    scatter: float
    scatter_low: float
    scatter_high: float
    t: float
    p_t: float
    positive: int
    p_signs: float
    p_trend: float
    correlation: float
    sigma_at_limit: float
    found_then: float


def read(file: Path = FILE) -> list[tuple[str, str, tuple[float, ...]]]:
    """Name, unit and values in order of years, of each establishment and substance, in the order of the file."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    series: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for row in csv.DictReader(lines):
        name = f"{row['establishment']} {row['substance']}"
        series.setdefault((name, row["unit"]), []).append((row["year"], float(row["published"])))
    return [(name, unit, tuple(value for _, value in sorted(years))) for (name, unit), years in series.items()]


def figures(name: str, unit: str, values: tuple[float, ...]) -> Figures:
    """Everything that needs no σ."""
    x = np.array(values)
    n = len(x)
    scatter = float(np.std(x, ddof=1))
    statistic = float(np.mean(x)) / (scatter / np.sqrt(n))
    positive = int(np.sum(x > 0))
    departures = x - np.mean(x)
    return Figures(
        name=name,
        unit=unit,
        values=values,
        total=float(np.sum(x)),
        mean=float(np.mean(x)),
        scatter=scatter,
        scatter_low=scatter * float(np.sqrt((n - 1) / chi2.ppf(0.975, n - 1))),
        scatter_high=scatter * float(np.sqrt((n - 1) / chi2.ppf(0.025, n - 1))),
        t=statistic,
        p_t=float(2 * t.sf(abs(statistic), n - 1)),
        positive=positive,
        p_signs=float(binomtest(positive, n).pvalue),
        p_trend=trend(values),
        correlation=float(departures[1:] @ departures[:-1] / (departures @ departures)),
        sigma_at_limit=float(abs(np.sum(x)) / Z_ONE_SIDED),
        found_then=float(2 * abs(np.sum(x))),
    )


def trend(values: Sequence[float]) -> float:
    """Two-sided p-value of the trend: the share of all orders that rise or fall as much [Mann 1945]."""
    rises = [abs(_rise(order)) for order in permutations(values)]
    return sum(rise >= abs(_rise(values)) for rise in rises) / len(rises)


def _rise(values: Sequence[float]) -> int:
    """Pairs in which the later value is the larger, less those in which it is the smaller."""
    return sum((later > earlier) - (later < earlier) for earlier, later in combinations(values, 2))


def power_of_t(shift: float, n: int) -> float:
    """Chance that the two-sided t test at 5 % finds a constant shift of so many standard deviations of one year.

    An alarm on the wrong side of so large a shift is left out: its chance is below one in a thousand.
    """
    return float(nct.sf(t.ppf(1 - LEVEL / 2, n - 1), n - 1, shift * np.sqrt(n)))


def shift_found(power: float, n: int) -> float:
    """The constant shift, in standard deviations of one year, that the t test finds with this chance."""
    return float(brentq(lambda shift: power_of_t(shift, n) - power, 0.5, 6.0))


def _three(value: float) -> str:
    """Three digits, written out."""
    return f"{float(f'{value:.3g}'):g}"


def main() -> None:
    """Print the figures."""
    every = [figures(*series) for series in read()]
    n = len(every[0].values)
    print(f"{'':<21} {'unit':<9} {'sum':>9} {'mean':>8} {'scatter':>8}  {'95 % interval':<14} {'t':>6} {'p':>6}")
    for one in every:
        interval = f"{_three(one.scatter_low)} to {_three(one.scatter_high)}"
        print(
            f"{one.name:<21} {one.unit:<9} {one.total:>+9.4g} {one.mean:>+8.3g} {one.scatter:>8.3g}  {interval:<14} "
            f"{one.t:>+6.2f} {one.p_t:>6.3f}"
        )
    print()
    heads = (("plus signs", 10), ("p signs", 8), ("p trend", 8), ("next to next", 13), ("sigma at limit", 15))
    print(f"{'':<21}", *(f"{head:>{width}}" for head, width in heads), f"{'found then':>11}")
    for one in every:
        print(
            f"{one.name:<21} {f'{one.positive} of {n}':>10} {one.p_signs:>8.3f} {one.p_trend:>8.3f} "
            f"{one.correlation:>+13.2f} {one.sigma_at_limit:>15.3g} {one.found_then:>11.4g}"
        )
    print()
    print(f"smallest p-value that {n} signs can have     {2 * 0.5**n:.4f}")
    print(f"smallest p-value of the trend in {n} years   {trend(range(n)):.4f}")
    print(f"shift that the t test finds with 50 %       {shift_found(0.50, n):.2f} standard deviations of one year")
    print(f"shift that the t test finds with 95 %       {shift_found(0.95, n):.2f} standard deviations of one year")


if __name__ == "__main__":
    main()
