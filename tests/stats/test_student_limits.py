"""Limits where σ was estimated: Student's, at Welch–Satterthwaite degrees of freedom."""

from __future__ import annotations

import numpy as np
import pytest
from planned_series import at_days, whole_year
from scipy import stats

from stockward.stats.loss_tests import CalibratedTests
from stockward.stats.scanning.student import (
    EstimatedParts,
    normal_equivalent,
    student_limits,
    welch_satterthwaite,
)

WEEKS = 12


@pytest.mark.parametrize("limit", [0.05, 1.645, 2.326, 5.0, 20.0])
@pytest.mark.parametrize("freedom", [1.0, 3.3, 9.0, 250.0, 1e6])
def test_a_limit_keeps_its_chance(limit: float, freedom: float) -> None:
    found = student_limits(np.array([limit]), np.array([freedom]))
    assert float(stats.t.sf(found, freedom)[0]) == pytest.approx(float(stats.norm.sf(limit)), rel=1e-5)
    assert normal_equivalent(found, np.array([freedom]))[0] == pytest.approx(limit, rel=1e-5)


def test_the_limits_of_nine_degrees_of_freedom() -> None:
    """Student's distribution, 5 % and 1 % [Fisher & Yates 1963, Table III]: 1.833 and 2.821."""
    z = stats.norm.isf([0.05, 0.01])
    assert student_limits(z, np.full(2, 9.0)).round(3).tolist() == [1.833, 2.821]


def test_what_is_known_stays_to_the_last_digit() -> None:
    limits = np.array([0.1, 2.0, np.inf])
    assert student_limits(limits, None) is limits
    assert np.array_equal(student_limits(limits, np.full(3, np.inf)), limits)
    assert np.array_equal(student_limits(limits, np.full(3, 4.0))[2:], limits[2:])
    assert np.array_equal(normal_equivalent(limits, np.full(3, np.inf)), limits)


def test_welch_satterthwaite_of_the_guide() -> None:
    """JCGM 100:2008 (GUM), H.1.6, an end gauge: uc² is 1002 nm², of 25, 9.7, 2.9 and 16.6 nm with degrees of freedom.

    The rest is known. It has 16.7 degrees of freedom.
    """
    parts, freedom = np.array([25.0, 9.7, 2.9, 16.6]), np.array([18.0, 25.6, 50.0, 2.0])
    assert float(welch_satterthwaite(parts**2 / 1002.0, freedom)) == pytest.approx(16.7, abs=0.05)


def parts_of(random: float, systematic: float) -> tuple[np.ndarray, EstimatedParts]:
    """Weekly periods, each with a random error of its own, and two calibrations with one error each."""
    shared = np.repeat(np.eye(2), WEEKS // 2, axis=0)
    parts = np.stack([np.eye(WEEKS), 0.2 * shared @ shared.T])
    return parts.sum(axis=0), EstimatedParts(parts, np.array([random, systematic]))


def test_the_share_of_a_window_is_that_of_its_variance() -> None:
    covariance, estimated = parts_of(9.0, 4.0)
    tests = whole_year(covariance)
    inverse = tests.inverse
    # The direction of the plain sum: its variance is 12 of random errors, and 2 × 0.2 × 36 of shared ones.
    sums = np.ones((WEEKS, 1)) / np.sqrt(covariance.sum())
    direction = np.linalg.inv(inverse).T @ sums
    assert float(np.sum(direction**2)) == pytest.approx(1.0)
    shares = np.array([12.0, 14.4]) / 26.4
    expected = 1 / (shares[0] ** 2 / 9 + shares[1] ** 2 / 4)
    assert estimated.freedom_of(direction, inverse)[0] == pytest.approx(expected)
    assert estimated.freedom_of_sums(sums)[0] == pytest.approx(expected)


def calibrated(covariance: np.ndarray, estimated: EstimatedParts | None) -> CalibratedTests:
    end = np.arange(1, WEEKS + 1) * 365.25 / WEEKS
    return CalibratedTests(
        covariance, start=end - end[0], end=end, hazard=np.full(WEEKS, -np.log(0.95) / WEEKS), seed=1,
        estimated=estimated,
    )  # fmt: skip


def test_alarm_and_p_value_agree_where_errors_are_estimated() -> None:
    covariance, estimated = parts_of(5.0, 3.0)
    tests, known = calibrated(covariance, estimated), calibrated(covariance, None)
    limits = [scan.limits for scan in tests.scans]
    finite = np.isfinite(limits[0])
    assert np.all(limits[0][finite] > known.scans[0].limits[finite])
    rng = np.random.default_rng(3)
    for loss in (0.0, 1.0, 3.0, 6.0):
        differences = np.linalg.cholesky(covariance) @ rng.standard_normal(WEEKS) + loss
        found = tests.run(differences)
        for name, test in found.items():
            assert (test.alarm is not None) == (test.p_value <= tests.share), (name, loss)
        assert found["default"].p_value >= known.run(differences)["default"].p_value


def test_many_degrees_of_freedom_are_as_good_as_known() -> None:
    covariance, estimated = parts_of(1e8, 1e8)
    tests, known = calibrated(covariance, estimated), calibrated(covariance, None)
    np.testing.assert_allclose(tests.scans[0].limits, known.scans[0].limits, rtol=1e-4)


def test_later_inventories_move_no_limit() -> None:
    covariance, estimated = parts_of(5.0, 3.0)
    end = np.arange(1, WEEKS + 1) * 365.25 / WEEKS
    hazard = np.full(WEEKS, -np.log(0.95) / WEEKS)

    def limits(until: int) -> np.ndarray:
        cut = slice(0, until)
        return CalibratedTests(
            covariance[cut, cut], start=(end - end[0])[cut], end=end[cut], hazard=hazard[cut], seed=1,
            estimated=estimated.within(cut),
        ).scans[0].limits  # fmt: skip

    some = limits(8)
    np.testing.assert_allclose(limits(WEEKS)[: len(some)], some, rtol=1e-9)


def test_one_estimated_error_alarms_as_seldom_as_asked() -> None:
    """One period, σ estimated with nine degrees of freedom: 5 % of the copies alarm, where the plug-in has 6.7 %."""
    rng = np.random.default_rng(5)
    copies = 40_000
    sigma = np.sqrt(rng.chisquare(9, copies) / 9)
    figure = rng.standard_normal(copies) / sigma
    test = at_days(np.eye(1), np.array([365.25]))
    limit = float(student_limits(test.scans[0].limits, np.array([9.0]))[0])
    assert np.mean(figure > limit) == pytest.approx(test.share, abs=0.004)
    assert np.mean(figure > test.scans[0].limits[0]) > test.share + 0.01
