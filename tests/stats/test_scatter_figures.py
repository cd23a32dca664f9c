"""Sums of squares of standardised differences: against direct formulae, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from stockward.stats.scatter import ScatterSample, SumOfSquares, sum_of_squares

NOTHING = np.zeros(0, np.int64)
PERIODS, GROUPS = 12, 3


def made(rng: np.random.Generator, *, weight: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Random part of Σ, tridiagonal, its root, and G with ``weight`` as much in a group."""
    random = 2.0 * np.eye(PERIODS) - 0.5 * (np.eye(PERIODS, k=1) + np.eye(PERIODS, k=-1))
    return random, np.linalg.cholesky(random), weight * rng.normal(1.0, 1.0, (PERIODS, GROUPS))


def test_they_are_those_of_the_textbook_forms() -> None:
    rng = np.random.default_rng(3)
    random, _, groups = made(rng)
    covariance = random + groups @ groups.T
    differences = rng.normal(0, 3, PERIODS)
    sample = ScatterSample(differences, covariance, groups, np.zeros((PERIODS, 0)), NOTHING)
    whole, clean = sum_of_squares([sample], clean=False), sum_of_squares([sample], clean=True)
    inverse = np.linalg.inv(covariance)
    assert (whole.number, clean.number) == (PERIODS, PERIODS - GROUPS)
    assert whole.total == pytest.approx(differences @ inverse @ differences)
    # Generalised least squares of the differences on the groups, whose residuals no systematic error reaches.
    fitted = groups @ np.linalg.solve(groups.T @ inverse @ groups, groups.T @ inverse @ differences)
    assert clean.total == pytest.approx((differences - fitted) @ inverse @ (differences - fitted))
    moved = ScatterSample(differences + groups @ [3.0, -5.0, 2.0], covariance, groups, sample.shared, NOTHING)
    assert sum_of_squares([moved], clean=True).total == pytest.approx(clean.total)
    assert sum_of_squares([moved], clean=False).total > whole.total
    reached = whole.less(clean)
    assert (reached.number, reached.total) == (GROUPS, pytest.approx(whole.total - clean.total))


def test_what_hardly_has_systematic_errors_is_clean_as_a_whole() -> None:
    rng = np.random.default_rng(4)
    random, _, groups = made(rng, weight=0.01)
    sample = ScatterSample(np.ones(PERIODS), random + groups @ groups.T, groups, np.zeros((PERIODS, 0)), NOTHING)
    assert sum_of_squares([sample], clean=True) == sum_of_squares([sample], clean=False)


def test_chances_are_those_of_chi_square() -> None:
    found = SumOfSquares(total=60.0, number=40)
    assert (found.degrees_of_freedom, found.chi_square) == (40.0, 60.0)
    assert found.ratio == pytest.approx(np.sqrt(1.5))
    assert (found.p_more, found.p_less) == (pytest.approx(chi2.sf(60, 40)), pytest.approx(chi2.cdf(60, 40)))


def test_a_series_that_stands_twice_counts_once() -> None:
    differences = np.array([1.0, -2.0, 0.5, 1.0])
    twin = ScatterSample(differences, np.eye(4), np.zeros((4, 0)), np.eye(4), np.arange(4))
    one, two = sum_of_squares([twin], clean=False), sum_of_squares([twin, twin], clean=False)
    assert one.pairs == one.triples == 0
    assert two.degrees_of_freedom == pytest.approx(one.degrees_of_freedom)
    assert two.chi_square == pytest.approx(one.chi_square)


def test_the_size_is_kept_where_series_share_their_methods() -> None:
    rng = np.random.default_rng(5)
    sites, series, squares = 4000, 8, []
    common = rng.standard_normal((sites, GROUPS))
    samples, weights = [], []
    for random, root, groups in (made(rng) for _ in range(series)):
        covariance = random + groups @ groups.T
        drawn = rng.standard_normal((sites, PERIODS)) @ root.T + common @ groups.T
        squares.append(np.einsum("si,ij,sj->s", drawn, np.linalg.inv(covariance), drawn))
        samples.append(ScatterSample(drawn[0], covariance, groups, groups, np.arange(GROUPS)))
        weights.append(np.linalg.inv(np.linalg.cholesky(covariance)) @ groups)
    totals, first = np.sum(squares, axis=0), sum_of_squares(samples, clean=False)
    assert first.total == pytest.approx(totals[0])
    stacked = np.concatenate(weights)
    between = stacked @ stacked.T
    for own in range(series):
        block = slice(own * PERIODS, (own + 1) * PERIODS)
        between[block, block] = 0.0
    assert first.pairs == pytest.approx(np.trace(between @ between))
    assert first.triples == pytest.approx(np.trace(between @ between @ between))
    assert first.pairs > 0.3 * first.number
    found = [SumOfSquares(float(total), first.number, first.pairs, first.triples) for total in totals]
    more, less = (np.mean([getattr(one, name) < 0.01 for one in found]) for name in ("p_more", "p_less"))
    # The standard error is 0.0016.
    assert 0.006 < more < 0.014
    assert less < 0.014
