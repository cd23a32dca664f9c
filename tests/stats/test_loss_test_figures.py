"""Thresholds, chances of detection and σ against figures that were computed independently."""

from __future__ import annotations

import numpy as np
import pytest
from planned_series import whole_year
from scipy.stats import binomtest, chi2, ncx2, norm

from stockward.stats.page import page_alarm_probability, page_pair_thresholds, page_statistics, page_threshold
from stockward.stats.scanning.scan import calibrate, crossing_probability
from stockward.stats.whitening import foretold, whitener

# Integral equation, checked by Brook–Evans and 4,000,000 paths: alarm if P > h at any i ≤ N, whole sequence at 5 %.
PAGE_THRESHOLDS = {
    (12, 0.25): 4.763141466783451,
    (12, 0.5): 3.3745214033315434,
    (12, 1.0): 1.9165259400283747,
    (12, 1.5): 1.1855276004618092,
    (52, 0.25): 7.997379471426116,
    (52, 0.5): 4.971658187163296,
    (52, 1.0): 2.6574180281746487,
    (52, 1.5): 1.710372603647133,
}
# The same, for the two tests with k = 0.25 and 1 together at equal marginal chances.
PAIR_THRESHOLDS = {12: (5.258880659769682, 2.1335489586662373), 52: (8.924162303545739, 2.937700921551715)}
# N = 52, σ = 1 a period, the whole sequence at 5 %: chance to detect the loss, by test.
POWER = {
    ("even", 2): (0.05668762777489189, 0.0857337659664058, 0.06805794558708833, 0.05086427860486752),
    ("middle", 2): (0.17922769813761763, 0.0857337659664058, 0.10507183689399002, 0.1083085044414371),
    ("even", 5): (0.06820139354867072, 0.17068079382499746, 0.10567710744764303, 0.05556200940837049),
    ("first", 5): (0.9730374251266144, 0.17068079382499746, 0.5000759449641831, 0.6765960694048828),
    ("middle", 5): (0.9730374251266144, 0.17068079382499746, 0.6175595283400456, 0.6765960694048828),
    ("last", 5): (0.9730374251266144, 0.17068079382499746, 0.5000759449641965, 0.6765960694048828),
    ("even", 8): (0.08170953654984137, 0.29616824365360384, 0.15908330195509723, 0.06501180991611172),
    ("even", 10): (0.09194799495093908, 0.39816365554176747, 0.20491198632673124, 0.07458728744422914),
}


def loss(pattern: str, size: float, periods: int = 52) -> np.ndarray:
    if pattern == "even":
        return np.full(periods, size / periods)
    place = {"first": 0, "middle": periods // 2, "last": periods - 1}[pattern]
    return np.where(np.arange(periods) == place, size, 0.0)


def correlated(periods: int = 20) -> np.ndarray:
    """Σ of equal periods: an inventory of 1 % between, flows of 0.5 %, and a calibration shared by ten periods."""
    covariance = 0.8 * np.eye(periods) - 0.25 * (np.eye(periods, k=1) + np.eye(periods, k=-1))
    return covariance + 0.2 * (np.arange(periods)[:, None] // 10 == np.arange(periods) // 10)


@pytest.mark.parametrize(("key", "expected"), PAGE_THRESHOLDS.items())
def test_page_thresholds(key: tuple[int, float], expected: float) -> None:
    assert page_threshold(*key, 0.05) == pytest.approx(expected, abs=1e-7)
    assert page_alarm_probability(*key, expected) == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize(("periods", "expected"), PAIR_THRESHOLDS.items())
def test_page_pair_thresholds(periods: int, expected: tuple[float, float]) -> None:
    found = page_pair_thresholds(periods, 0.05, draws=40_000)
    assert found == pytest.approx(expected, abs=0.012)
    # Equal marginal chances.
    first, second = (page_alarm_probability(periods, k, h) for k, h in zip((0.25, 1.0), found, strict=True))
    assert first == pytest.approx(second, rel=1e-6)


@pytest.fixture(scope="module")
def tests_of_52() -> dict[str, float]:
    found = whole_year(np.eye(52)).run(np.zeros(52))
    return {name: test.threshold for name, test in found.items()}


@pytest.mark.parametrize(("key", "expected"), POWER.items())
def test_power_of_the_named_tests(
    key: tuple[str, float], expected: tuple[float, ...], tests_of_52: dict[str, float]
) -> None:
    standardised, cumuf, page, gemuf = expected
    shift = loss(*key)
    # Limits of the correlated families are found to about 1 % of the false-alarm probability.
    assert 1 - np.prod(norm.cdf(tests_of_52["standardised"] - shift)) == pytest.approx(standardised, rel=0.02)
    assert 1 - np.prod(norm.cdf(tests_of_52["sitmuf"] - shift)) == pytest.approx(standardised, rel=1e-6)
    assert norm.sf(tests_of_52["cumuf"] - shift.sum() / np.sqrt(52)) == pytest.approx(cumuf, rel=1e-9)
    assert ncx2.sf(tests_of_52["gemuf"], 52, np.sum(shift**2)) == pytest.approx(gemuf, rel=1e-6)
    paths = page_statistics(np.random.default_rng(5).standard_normal((20_000, 52)) + shift, k=0.5)
    alarms = int(np.sum(paths.max(axis=1) > tests_of_52["page"]))
    assert binomtest(alarms, 20_000, page).pvalue > 1e-4


def test_limits_of_the_tests_that_have_a_formula(tests_of_52: dict[str, float]) -> None:
    assert tests_of_52["cumuf"] == pytest.approx(norm.isf(0.05))
    assert tests_of_52["sitmuf"] == pytest.approx(norm.isf(1 - 0.95 ** (1 / 52)))
    assert tests_of_52["gemuf"] == pytest.approx(chi2.isf(0.05, 52))
    assert tests_of_52["page"] == pytest.approx(PAGE_THRESHOLDS[52, 0.5], abs=1e-7)


@pytest.mark.parametrize("chance", [0.3, 0.05, 0.002])
def test_importance_sampling_agrees_with_plain_sampling(chance: float) -> None:
    (scan,) = whole_year(correlated()).scans
    limits = calibrate(scan.directions, scan.windows.weight, chance, seed=3, draws=4_000)
    estimate = crossing_probability(scan.directions, limits, seed=4, draws=20_000)
    assert estimate == pytest.approx(chance, rel=0.04)
    figures = np.random.default_rng(6).standard_normal((60_000, 20)).astype(np.float32)
    crossed = int(np.sum(np.any(figures @ scan.directions.astype(np.float32) > limits, axis=1)))
    assert binomtest(crossed, 60_000, estimate).pvalue > 1e-3


def test_importance_sampling_of_a_family_with_a_known_chance() -> None:
    for limit in (0.5, 2.0, 4.0, 7.0, 20.0):
        exact = -np.expm1(30 * norm.logcdf(limit))
        found = crossing_probability(np.eye(30), np.full(30, limit), seed=2, draws=8000)
        assert found == pytest.approx(exact, rel=0.02)
    assert 0 <= crossing_probability(np.eye(30), np.full(30, 38.2), seed=2) < 1e-290


def test_the_default_test_holds_its_false_alarm_probability_on_a_real_covariance() -> None:
    covariance = correlated()
    tests = whole_year(covariance, seed=9)
    draws = np.random.default_rng(8).multivariate_normal(np.zeros(20), covariance, 8000, method="cholesky")
    alarms = sum(tests.default_alarms(difference) for difference in draws)
    assert binomtest(alarms, 8000, 0.05).pvalue > 1e-3


def test_page_of_an_enormous_figure_is_no_enormous_work() -> None:
    chances = [page_alarm_probability(52, 0.5, height) for height in (10.0, 60.0, 70.0, 1e3, 1e9)]
    assert chances == sorted(chances, reverse=True)
    assert 0 <= chances[-1] <= chances[2] < 1e-20


def test_p_values_are_uniform_without_loss() -> None:
    rng = np.random.default_rng(10)
    tests = whole_year(correlated(8))
    draws = rng.multivariate_normal(np.zeros(8), correlated(8), 250, method="cholesky")
    found = [tests.run(difference) for difference in draws]
    for name in found[0]:
        p_values = np.array([run[name].p_value for run in found])
        for level in (0.05, 0.2, 0.5):
            assert binomtest(int(np.sum(p_values <= level)), len(draws), level, alternative="greater").pvalue > 1e-4, (
                name
            )


def test_a_whitened_covariance_is_the_identity_and_looks_only_back() -> None:
    covariance = correlated()
    inverse = whitener(covariance)
    np.testing.assert_allclose(inverse @ covariance @ inverse.T, np.eye(20), atol=1e-12)
    np.testing.assert_allclose(whitener(covariance[:7, :7]), inverse[:7, :7], atol=1e-14)
    singular = np.array([[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0], [0.0, 0.0, 4.0]])
    np.testing.assert_allclose(whitener(singular), np.diag([1.0, 0.0, 0.5]), atol=1e-12)


def test_what_the_others_foretell_adds_no_evidence() -> None:
    rng = np.random.default_rng(5)
    half = rng.standard_normal((6, 9))
    covariance, differences = half @ half.T, rng.standard_normal(6)
    unknown = np.array([False, True, True, False, False, True])
    filled = foretold(differences, covariance, unknown)
    known = ~unknown
    of_known = differences[known] @ np.linalg.solve(covariance[np.ix_(known, known)], differences[known])
    assert filled[known] == pytest.approx(differences[known])
    assert filled @ np.linalg.solve(covariance, filled) == pytest.approx(of_known)
    assert foretold(differences, covariance, ~np.zeros(6, bool)) == pytest.approx(np.zeros(6))
