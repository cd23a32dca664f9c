"""Without anything put in, the differences must be what the stated errors say: mean zero, and the stated covariance.

Balances are closed by hand (``closed_by_hand``), over several seeds. Bounds hold each of some 60 figures at 1e-5.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from closed_by_hand import Site
from scipy.stats import chi2

from stockward.simulation import ClericalErrors, ProductionSurge, simulate_site, standard_plan

SEEDS = range(100, 106)
CHANCE = 1e-5

Drawn = dict[tuple[str, str], list[tuple[np.ndarray, np.ndarray]]]


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    """Differences and covariance of every series that is measured, for each seed."""
    plan = standard_plan(
        weeks=12,
        lines=5,
        surge=ProductionSurge(factor=4.0, first_week=3, ramp_weeks=4),
        clerical=ClericalErrors(late=0.01, reversed=0.01, swapped=0.01),
    )
    found: Drawn = defaultdict(list)
    for seed in SEEDS:
        site = Site(simulate_site(plan, seed=seed).tables)
        for area, holding, basis in site.series():
            if basis == "item" and seed != SEEDS[0]:
                continue  # exact: one seed says it all
            balance = site.balance(area, holding, basis)
            if basis == "item":
                assert not balance.differences.any(), (area, holding)
            elif np.sqrt(np.diag(balance.covariance)).max() < 1e-9:
                # Only items hold the substance: what they hold cancels, up to the rounding of sums.
                assert np.abs(balance.differences).max() < 1e-6, (area, holding)
            else:
                found[area, holding].append((balance.differences, balance.covariance))
    return found


def test_every_measured_series_is_drawn(drawn: Drawn) -> None:
    assert len(drawn) == 14
    assert all(len(draws) == len(SEEDS) for draws in drawn.values())


def test_standardised_differences_have_the_stated_covariance(drawn: Drawn) -> None:
    for series, draws in drawn.items():
        y = np.concatenate([np.linalg.solve(np.linalg.cholesky(sigma), muf) for muf, sigma in draws])
        _assert_chi_square(series, float(y @ y), y.size)


def test_cumulated_differences_have_the_stated_sigma(drawn: Drawn) -> None:
    """The sum over all periods is where a wrong systematic part would show."""
    for series, draws in drawn.items():
        z = np.array([muf.sum() / np.sqrt(sigma.sum()) for muf, sigma in draws])
        _assert_chi_square(series, float(z @ z), z.size)


def test_differences_have_mean_zero(drawn: Drawn) -> None:
    for series, draws in drawn.items():
        z = np.array([muf.sum() / np.sqrt(sigma.sum()) for muf, sigma in draws])
        assert abs(z.sum() / np.sqrt(z.size)) < 4.0, series


def _assert_chi_square(series: tuple[str, str], statistic: float, freedom: int) -> None:
    low, high = chi2.ppf([CHANCE, 1 - CHANCE], freedom)
    assert low < statistic < high, (series, statistic, freedom)
