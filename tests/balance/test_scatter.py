"""Differences that scatter far less than the stated errors are told; honest ones never are."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2
from small_sites import Closed, write_site

from stockward.balance.findings.scatter import quieter_than_stated
from stockward.stats.scatter import chance_of_less_scatter


def told(folder: Path, readings: np.ndarray) -> list[str]:
    """What is said of a store that is counted every week, and of which nothing comes or goes."""
    days = [date(2026, 1, 5) + timedelta(days=7 * week) for week in range(len(readings))]
    counts = "".join(f"I{day},{day},A,TNT,{kg:.6f},scale\n" for day, kg in zip(days, readings, strict=True))
    site = write_site(
        folder,
        counts="inventory,at,area,material,quantity,method\n" + counts,
        movements="movement,at,kind,material,quantity,from_area,to_area,method\n",
    )
    closed = Closed(site)
    return list(quieter_than_stated(closed.balances, tuple(closed.verdicts().values())))


def test_counts_that_were_copied_from_the_book_are_told(tmp_path: Path) -> None:
    (said,) = told(tmp_path, np.full(27, 500.0))
    assert said.startswith("TNT in A: its 26 differences scatter by 0 of what the stated errors let expect")


@pytest.mark.parametrize(("share", "is_told"), [(1.0, False), (0.5, False), (0.1, True)])
def test_an_error_that_is_stated_too_large_is_told(tmp_path: Path, share: float, is_told: bool) -> None:
    readings = 500 * (1 + 0.01 * share * np.random.default_rng(7).standard_normal(53))
    assert bool(told(tmp_path, readings)) is is_told


def test_a_few_quiet_periods_are_chance(tmp_path: Path) -> None:
    assert told(tmp_path, 500 * (1 + 0.001 * np.random.default_rng(3).standard_normal(6))) == []


@pytest.mark.parametrize("size", [1, 5, 52])
def test_the_chance_is_that_of_chi_square(size: int) -> None:
    y = np.random.default_rng(size).standard_normal(size)
    assert chance_of_less_scatter(y) == pytest.approx(chi2.cdf(y @ y, size), rel=1e-12)
    assert chance_of_less_scatter(0.0 * y) == 0.0
