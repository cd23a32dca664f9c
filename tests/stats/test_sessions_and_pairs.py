"""Standards and pairs: by hand, against brute force and SciPy, published figures, and what simulations say of both."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from stockward.stats.measuring.components import Estimate
from stockward.stats.measuring.pairs import (
    StatedErrors,
    explained,
    mean_difference,
    scatter_ratio,
    together,
)
from stockward.stats.measuring.sessions import about_zero, is_relative, systematic_part, within_sessions
from stockward.terms.errors import FigureError

SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
"""Student 1908: hours of sleep more by one drug than by the other."""


def test_the_parts_of_sessions_by_hand() -> None:
    """Sessions of 2 and 3 readings, means 2 and −3: within 2 + 2 over 3, about zero 2·4 + 3·9 over 2 sessions."""
    sessions = [np.array([1.0, 3.0]), np.array([-4.0, -3.0, -2.0])]
    within = within_sessions(sessions)
    assert within == Estimate(pytest.approx(4 / 3), 3)
    found = about_zero(sessions, within, 2)
    assert found.between == Estimate(pytest.approx(35 / 2), 2)
    assert found.size == 2.5
    part = systematic_part(found)
    assert part.corrected
    assert part.estimate.variance == pytest.approx((35 / 2 - 4 / 3) / 2.5)


def test_an_instrument_that_is_always_off_is_not_without_error() -> None:
    """Sessions that agree with each other, and are 1 too high: about their mean they would show nothing."""
    sessions = [np.array([0.9, 1.1]), np.array([1.0, 1.0]), np.array([1.1, 0.9])]
    found = systematic_part(about_zero(sessions, within_sessions(sessions), 3))
    assert found.estimate.variance == pytest.approx(1.0, rel=0.02)


def test_a_negative_part_is_not_set_to_nothing() -> None:
    sessions = [np.array([1.0, -1.0]), np.array([2.0, -2.1]), np.array([-1.0, 1.1])]
    within = within_sessions(sessions)
    found = about_zero(sessions, within, 3)
    assert found.between.variance < within.variance
    part = systematic_part(found)
    assert not part.corrected
    assert part.estimate == Estimate(pytest.approx(found.between.variance / 2), 3)
    assert part.estimate.variance > 0


def test_what_shows_nothing_is_refused() -> None:
    with pytest.raises(FigureError, match="two readings"):
        within_sessions([np.array([1.0]), np.array([2.0])])
    with pytest.raises(FigureError, match="as found"):
        about_zero([], Estimate(1.0, 9), 0)
    with pytest.raises(FigureError, match="two on"):
        mean_difference(np.array([1.0]), confidence=0.95)
    with pytest.raises(FigureError, match="above 0"):
        scatter_ratio(1.0, 3, 0.0, confidence=0.95)


@pytest.mark.parametrize(("adjustments", "readings", "ratio"), [(5, 3, 1.0), (8, 5, 0.5), (20, 2, 2.0), (6, 10, 0.0)])
def test_limits_with_both_errors_estimated_keep_the_false_alarms(adjustments: int, readings: int, ratio: float) -> None:
    """A difference of one systematic and some random errors, beside Student's limit at Welch and Satterthwaite's ν."""
    rng = np.random.default_rng(adjustments)
    alarms, runs = 0, 4_000
    for _ in range(runs):
        sessions = list(rng.normal(0, ratio, (adjustments, 1)) + rng.normal(0, 1, (adjustments, readings)))
        within = within_sessions(sessions)
        shared = systematic_part(about_zero(sessions, within, adjustments)).estimate
        parts, freedom = [4 * within.variance, 9 * shared.variance], [within.freedom, shared.freedom]
        difference = 3 * rng.normal(0, ratio) + 2 * rng.normal()
        alarms += explained(difference, parts, freedom) < 0.10 and difference > 0
    rate = alarms / runs
    assert rate < 0.05 + 0.025
    # Where there is no systematic error, the mean square that stands for it is too large, and alarms are rarer.
    assert rate > (0.02 if ratio else 0.0)


def test_what_grows_with_the_load_is_told_from_what_does_not() -> None:
    rng = np.random.default_rng(5)
    loads = np.tile([100.0, 200.0, 500.0, 1000.0], 10)
    assert sum(is_relative(loads, loads * rng.normal(0, 0.001, 40)) for _ in range(200)) >= 198
    assert sum(is_relative(loads, rng.normal(0, 1.0, 40)) for _ in range(200)) <= 2
    assert is_relative(loads, np.zeros(40))


def test_the_mean_difference_of_student() -> None:
    """The limits and the chance that R prints for its data set sleep."""
    found = mean_difference(SLEEP, confidence=0.95)
    assert (found.low, found.high) == pytest.approx((0.7001142, 2.4598858), abs=5e-8)
    assert found.p_value == pytest.approx(0.002833, abs=5e-7)
    other = stats.ttest_1samp(SLEEP, 0.0)
    assert (found.p_value, found.mean / found.error) == pytest.approx((other.pvalue, other.statistic))


def test_differences_that_are_all_alike() -> None:
    found = mean_difference(np.full(5, 0.1 + 0.2), confidence=0.95)
    assert (found.p_value, found.low, found.high) == (0.0, found.mean, found.mean)
    assert mean_difference(np.zeros(5), confidence=0.95).p_value == 1.0


@pytest.mark.parametrize(("pairs", "equal"), list(product((3, 5, 10, 30, 200), (True, False))))
def test_no_bias_is_called_one_no_more_often_than_asked_for(pairs: int, equal: bool) -> None:
    """At 5 %, 1 % and 0.1 % two-sided; amounts alike, or from 1 to 1,000 with errors that grow with them."""
    rng = np.random.default_rng(pairs)
    runs = 20_000
    amounts = np.ones(pairs) if equal else 10.0 ** rng.uniform(0, 3, (runs, pairs))
    differences = amounts * rng.standard_normal((runs, pairs))
    error = differences.std(axis=1, ddof=1) / np.sqrt(pairs)
    p_values = 2 * stats.t.sf(np.abs(differences.mean(axis=1)) / error, pairs - 1)
    assert p_values[0] == pytest.approx(mean_difference(differences[0], confidence=0.95).p_value)
    for level in (0.05, 0.01, 0.001):
        found, doubt = np.mean(p_values <= level), 4 * np.sqrt(level / runs)
        assert found <= level + doubt
        if equal or pairs == 200:
            assert found >= level - doubt


@pytest.mark.parametrize("pairs", [3, 10, 200])
def test_the_limits_hold_the_true_mean(pairs: int) -> None:
    rng = np.random.default_rng(pairs)
    found = [mean_difference(0.7 + rng.standard_normal(pairs), confidence=0.95) for _ in range(2_000)]
    assert np.mean([one.low <= 0.7 <= one.high for one in found]) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("groups", [0, 1, 4])
def test_stated_errors_are_those_of_the_whole_covariance(groups: int) -> None:
    """Sum, scatter and degrees of freedom against V and M written out."""
    rng = np.random.default_rng(groups)
    n = 11
    both = StatedErrors(rng.uniform(0.5, 2, n), rng.normal(0, 1, (n, groups)))
    covariance = np.diag(both.fresh) + both.shared @ both.shared.T
    centring = np.eye(n) - np.full((n, n), 1 / n)
    product_of = centring @ covariance
    assert both.of_sum == pytest.approx(covariance.sum())
    assert both.scatter == pytest.approx(np.trace(product_of) / (n - 1))
    assert both.freedom_of_scatter == pytest.approx(np.trace(product_of) ** 2 / np.trace(product_of @ product_of))


def test_parts_together_are_the_sum_of_their_covariances() -> None:
    parts = [StatedErrors(np.ones(3), np.zeros((3, 0))), StatedErrors(np.zeros(3), np.full((3, 1), 2.0))]
    whole = together(parts)
    assert whole.of_sum == sum(one.of_sum for one in parts) == 3 + 36
    # A systematic error that all pairs share is in no difference between them.
    assert whole.scatter == parts[0].scatter == 1.0
    assert whole.freedom_of_scatter == pytest.approx(2)


@pytest.mark.parametrize("stated_freedom", [np.inf, 12.0])
def test_a_scatter_beside_a_stated_one(stated_freedom: float) -> None:
    found = scatter_ratio(2.0, 9, 1.0, stated_freedom, confidence=0.95)
    law = stats.f(9, 1e9 if np.isinf(stated_freedom) else stated_freedom)
    assert (found.ratio, found.p_more, found.p_less) == pytest.approx((2**0.5, law.sf(2.0), law.cdf(2.0)), rel=1e-6)
    assert (found.low, found.high) == pytest.approx(np.sqrt(2.0 / law.ppf([0.975, 0.025])), rel=1e-6)


def test_the_chance_of_a_sum_by_its_parts() -> None:
    assert explained(3.0, [1.0], [np.inf]) == pytest.approx(2 * stats.norm.sf(3.0))
    assert explained(-3.0, [1.0], [7.0]) == pytest.approx(2 * stats.t.sf(3.0, 7))
    freedom = 4.0 / (0.25 / 0.25 * (1 / 5 + 1 / 10))
    assert explained(2.0, [1.0, 1.0], [5.0, 10.0]) == pytest.approx(2 * stats.t.sf(2 / 2**0.5, freedom))
    assert (explained(1.0, [0.0], [3.0]), explained(0.0, [0.0], [3.0])) == (0.0, 1.0)
