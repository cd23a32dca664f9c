"""Sums of squares of standardised differences: against direct formulae, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, f

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


@pytest.mark.parametrize("freedom", [3.0, 30.0])
def test_where_all_errors_were_estimated_as_one_the_chances_are_those_of_f(freedom: float) -> None:
    random, _, groups = made(np.random.default_rng(6))
    covariance = random + groups @ groups.T
    for scale in (0.3, 1.0, 2.0):
        differences = scale * np.linalg.cholesky(covariance) @ np.ones(PERIODS)
        sample = ScatterSample(
            differences, covariance, groups, np.zeros((PERIODS, 0)), NOTHING, {"": (freedom, covariance)}
        )
        found = sum_of_squares([sample, sample], clean=False)
        assert (found.total, found.number) == (pytest.approx(scale**2 * 2 * PERIODS), 2 * PERIODS)
        assert found.p_more == pytest.approx(f.sf(scale**2, 2 * PERIODS, freedom), rel=0.02, abs=1e-4)
        assert found.p_less == pytest.approx(f.cdf(scale**2, 2 * PERIODS, freedom), rel=0.02, abs=1e-4)


def test_each_error_has_its_part_of_the_doubt() -> None:
    random, _, groups = made(np.random.default_rng(6))
    systematic = groups @ groups.T
    parts = {"random": (9.0, random), "systematic": (5.0, systematic)}
    sample = ScatterSample(np.ones(PERIODS), random + systematic, groups, np.zeros((PERIODS, 0)), NOTHING, parts)
    whole, clean = (sum_of_squares([sample], clean=part) for part in (False, True))
    share = np.trace(np.linalg.solve(random + systematic, random))
    assert whole.estimated == {
        "random": (9.0, pytest.approx(share)),
        "systematic": (5.0, pytest.approx(PERIODS - share)),
    }
    # No systematic error is in the clean part, and what is left of the random ones is in the other.
    assert clean.estimated["random"] == (9.0, pytest.approx(clean.number))
    assert clean.estimated["systematic"] == (5.0, pytest.approx(0.0, abs=1e-9))
    assert whole.less(clean).estimated["random"] == (9.0, pytest.approx(share - clean.number))


def test_the_size_is_kept_where_errors_were_estimated() -> None:
    """Each site has two errors, estimated once with as much doubt as is stated, in all its areas."""
    rng = np.random.default_rng(7)
    sites, series, found = 250, 4, []
    areas = [made(rng) for _ in range(series)]
    freedom = (9.0, 5.0)
    ratios = [rng.chisquare(of, sites) / of for of in freedom]
    for random_ratio, systematic_ratio in zip(*ratios, strict=True):
        samples = []
        for random, root, groups in areas:
            drawn = root @ rng.standard_normal(PERIODS) + groups @ rng.standard_normal(GROUPS)
            systematic = systematic_ratio * groups @ groups.T
            parts = {"random": (freedom[0], random_ratio * random), "systematic": (freedom[1], systematic)}
            covariance = random_ratio * random + systematic
            samples.append(ScatterSample(drawn, covariance, groups, np.zeros((PERIODS, 0)), NOTHING, parts))
        found.append(sum_of_squares(samples, clean=False))
    more, less = (np.mean([getattr(one, name) < 0.01 for one in found]) for name in ("p_more", "p_less"))
    # The standard error is 0.006; without their doubt, a fifth of such sites would be told.
    assert more < 0.03
    assert less < 0.03
    assert np.mean([chi2.sf(one.total, one.number) < 0.01 for one in found]) > 0.15
