"""Errors from records of measurements: published analyses of variance, Grubbs, and what a simulation says of both."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from stockward.stats.measuring.components import Estimate, grubbs, of_differences, one_way, pooled
from stockward.terms.errors import FigureError


def nist(name: str) -> list[np.ndarray]:
    """The data of NIST's statistical reference sets, as SciPy carries them for its own tests."""
    found = files("scipy.stats.tests").joinpath("data", "nist_anova", f"{name}.dat")
    if not found.is_file():
        pytest.skip("this SciPy came without its tests")
    group, value = np.array([line.split() for line in found.read_text().splitlines()[60:] if line.strip()], float).T
    return [value[group == one] for one in np.unique(group)]


@pytest.mark.parametrize(
    ("name", "between", "within", "digits"),
    [("SiRstv", 1.27865654e-02, 1.08318280e-02, 1e-10), ("AtmWtAg", 3.63834187500e-09, 2.28155932971014e-10, 1e-5)],
)
def test_certified_mean_squares(name: str, between: float, within: float, digits: float) -> None:
    """Readings of AtmWtAg are held to eight digits after seven that are constant: so many are left."""
    found = one_way(nist(name))
    assert found.between.variance == pytest.approx(between, rel=digits)
    assert found.within.variance == pytest.approx(within, rel=digits)
    assert found.size == len(nist(name)[0])


def test_the_parts_of_unequal_sessions() -> None:
    """Weighed by hand: sessions of 2, 3 and 1 readings, with means 2, 5 and 8."""
    found = one_way([np.array([1.0, 3.0]), np.array([4.0, 5.0, 6.0]), np.array([8.0])])
    mean = (2 * 2 + 3 * 5 + 8) / 6
    assert found.between == Estimate(
        pytest.approx((2 * (2 - mean) ** 2 + 3 * (5 - mean) ** 2 + (8 - mean) ** 2) / 2), 2
    )
    assert found.within == Estimate(pytest.approx(4 / 3), 3)
    assert found.size == pytest.approx((6 - (4 + 9 + 1) / 6) / 2)


def test_the_degrees_of_freedom_are_those_of_a_simulation() -> None:
    """The scatter of the estimates is that of a multiple of χ² with as many degrees of freedom."""
    rng = np.random.default_rng(2)
    sessions = rng.normal(0, 1.5, (2_500, 12, 1)) + rng.normal(0, 1.0, (2_500, 12, 5))
    found = [one_way(list(one)) for one in sessions]
    for estimates, true in (
        ([one.within.variance for one in found], 1.0),
        ([one.shared.variance for one in found], 2.25),
    ):
        assert np.mean(estimates) == pytest.approx(true, rel=0.03)
    within, shared = found[0].within.freedom, np.median([one.shared.freedom for one in found])
    assert within == 48
    spread = np.var([one.shared.variance for one in found])
    assert shared == pytest.approx(2 * 2.25**2 / spread, rel=0.15)


def test_sessions_that_do_not_differ_share_nothing() -> None:
    found = one_way([np.array([1.0, 3.0]), np.array([1.0, 3.0]), np.array([1.0, 3.0])])
    assert found.shared.variance == 0.0


def test_pooling_of_the_handbook() -> None:
    """NIST/SEMATECH e-Handbook, mpc443: five standard deviations of equal weight pool to 0.0197."""
    deviations = (0.0223, 0.0027, 0.0289, 0.0133, 0.0205)
    found = pooled([Estimate(one**2, 5) for one in deviations])
    assert round(found.variance**0.5, 4) == 0.0197
    assert found.freedom == 25


@pytest.mark.parametrize("instruments", [2, 3, 5])
def test_grubbs_finds_each_error_whatever_the_things_weigh(instruments: int) -> None:
    rng = np.random.default_rng(4)
    sigma = np.arange(1, instruments + 1) * 0.5
    copies = rng.normal(0, sigma, (800, 40, instruments)) + rng.normal(100, 2.0, (800, 40, 1))
    found = [grubbs(one) for one in copies]
    variances = np.array([[one.variance for one in each] for each in found])
    # Over all copies; the scatter of the mean is a few per cent.
    np.testing.assert_allclose(variances.mean(axis=0), sigma**2, rtol=0.1, atol=0.02)
    last = np.median([each[-1].freedom for each in found])
    assert last == pytest.approx(2 * sigma[-1] ** 4 / variances[:, -1].var(), rel=0.2)


def test_three_instruments_by_their_differences() -> None:
    """Grubbs' other form: half of var(a − b) + var(a − c) − var(b − c)."""
    readings = np.random.default_rng(8).normal(50, [1.0, 2.0, 0.5], (12, 3))
    a, b, c = readings.T
    var = [float(np.var(one, ddof=1)) for one in (a - b, a - c, b - c)]
    assert grubbs(readings)[0].variance == pytest.approx((var[0] + var[1] - var[2]) / 2)


def test_of_two_instruments_one_may_come_out_negative() -> None:
    rng = np.random.default_rng(1)
    readings = rng.normal(0, 30.0, (8, 1)) + rng.normal(0, [0.1, 1.0], (8, 2))
    first, second = grubbs(readings)
    assert min(first.variance, second.variance) < 0
    both = of_differences(readings)
    assert both.variance == pytest.approx(first.variance + second.variance)
    assert both.freedom == 7


@pytest.mark.parametrize("sessions", [[], [np.ones(3)], [np.ones(1), np.ones(1)], [np.ones(2), np.ones(0)]])
def test_too_few_readings_are_no_estimate(sessions: list[np.ndarray]) -> None:
    with pytest.raises(FigureError, match="two sessions are needed"):
        one_way(sessions)


def test_too_few_things_are_no_estimate() -> None:
    with pytest.raises(FigureError, match="three things"):
        grubbs(np.ones((2, 2)))
    with pytest.raises(FigureError, match="to pool"):
        pooled([])
