"""The chance that a loss is found: against counted alarms, closed forms, and computed references."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from planned_series import whole_year
from scipy.special import ndtr, ndtri

from stockward.stats.detection import (
    DetectionCurve,
    detection_curves,
    limit_detectable,
    limit_power,
    worst_pattern,
)
from stockward.stats.page import page_pair_thresholds
from stockward.stats.power import (
    cumuf_power,
    gemuf_power,
    page_pair_power,
    page_power,
    standardised_power,
)
from stockward.stats.propagation import random_covariance, systematic_covariance
from stockward.stats.whitening import whitener

WEEKS = 52


def detection_curve(directions: np.ndarray, limits: np.ndarray, move: np.ndarray, *, seed: int) -> DetectionCurve:
    return detection_curves(directions, limits, [move], seed=seed)[0]


def worked_plant(flows: np.ndarray) -> np.ndarray:
    """Σ of the worked plant: a flow in and out a week, inventory 200, one calibration."""
    counted = np.full(len(flows) - 1, 1.0)
    covariance = random_covariance(2 * (0.005 * flows) ** 2 + 2.0, counted)
    return covariance + systematic_covariance(np.stack([flows, -flows], axis=-1), np.full(2, 0.003**2))


PLANTS = {
    "base_x1_yearly_calibration": np.full(WEEKS, 100.0),
    "surge_x5_all_year_yearly_calibration": np.full(WEEKS, 500.0),
    "surge_x5_weeks27-39_yearly_calibration": np.where(np.isin(np.arange(1, 53), range(27, 40)), 500.0, 100.0),
}
WEEK = np.arange(1, 53)
PATTERNS = {
    "even_52_weeks": np.full(WEEKS, 1 / WEEKS),
    "abrupt_week_31": (WEEK == 31) * 1.0,
    "even_weeks_27-39": np.isin(WEEK, range(27, 40)) / 13,
}


@pytest.mark.parametrize("name", PLANTS)
@pytest.mark.parametrize("pattern", [np.eye(WEEKS)[26], np.eye(WEEKS)[51], np.full(WEEKS, 1 / WEEKS), None])
def test_the_curve_agrees_with_counted_alarms(name: str, pattern: np.ndarray | None) -> None:
    covariance = worked_plant(PLANTS[name])
    if pattern is None:
        pattern = worst_pattern(covariance)
        assert pattern is not None
    tests = whole_year(covariance, false_alarm=0.01, seed=3)
    move = tests.inverse @ pattern
    (scan,) = tests.scans
    curve = detection_curve(scan.directions, scan.limits, move, seed=3)
    loss = curve.detectable(0.95)
    assert loss is not None
    rng = np.random.default_rng(11)
    for share in (0.0, 0.6, 1.0):
        y = rng.standard_normal((20_000, WEEKS)) + share * loss * move
        counted = np.mean(np.any(y @ scan.directions > scan.limits, axis=-1))
        error = np.hypot(np.sqrt(counted * (1 - counted) / len(y)), curve.standard_error(share * loss))
        assert abs(float(curve.probability(share * loss)) - counted) < 4 * error
    assert curve.standard_error(loss) < 0.0015


def test_no_test_beats_the_limit_and_the_default_comes_near_where_the_pattern_is_plain() -> None:
    covariance = worked_plant(np.full(WEEKS, 100.0))
    tests = whole_year(covariance)
    (scan,) = tests.scans
    # Who knows the period of an abrupt loss looks at one figure only; the test in force must look at all, and has
    # spent nine tenths of its chance of a false alarm before the inventory that shows the whole of an even loss.
    for pattern, least in ((np.eye(WEEKS)[26], 0.45), (np.full(WEEKS, 1 / WEEKS), 0.84)):
        move = tests.inverse @ pattern
        limit = limit_detectable(move, false_alarm=0.05, detection=0.95)
        assert limit is not None
        assert limit_power(limit, move, false_alarm=0.05) == pytest.approx(0.95, abs=1e-12)
        found = float(detection_curve(scan.directions, scan.limits, move, seed=1).probability(limit))
        assert least < found < 0.95


def test_a_single_direction_is_exact() -> None:
    curve = detection_curve(np.ones((1, 1)), np.array([1.6]), np.array([0.25]), seed=1)
    assert float(curve.probability(4.0)) == pytest.approx(float(ndtr(1.0 - 1.6)), abs=1e-6)
    assert curve.detectable(0.9) == pytest.approx((1.6 + float(ndtri(0.9))) / 0.25, rel=1e-5)
    assert curve.standard_error(4.0) < 1e-8  # single precision


def test_a_direction_against_the_loss_is_reckoned_with() -> None:
    # Two directions that point opposite ways: alarms where |z + L| > 2.
    curve = detection_curve(np.array([[1.0, -1.0]]), np.array([2.0, 2.0]), np.array([1.0]), seed=1)
    for loss in (0.0, 1.0, 3.0):
        expected = float(ndtr(loss - 2) + ndtr(-2 - loss))
        assert float(curve.probability(loss)) == pytest.approx(expected, abs=1e-6)


def test_a_loss_that_moves_nothing_is_never_found() -> None:
    curve = detection_curve(np.eye(2), np.ones(2), np.zeros(2), seed=1)
    assert curve.detectable(0.95) is None
    assert limit_detectable(np.zeros(2), false_alarm=0.05, detection=0.95) is None


def test_only_alarms_by_then_count() -> None:
    (scan,) = whole_year(np.eye(6)).scans
    found = []
    for until in range(6):
        known = scan.windows.last <= until
        curve = detection_curve(scan.directions[:, known], scan.limits[known], np.eye(6)[3], seed=1)
        found.append(float(curve.probability(5.0)))
    assert found == sorted(found)
    assert found[2] < 0.05 < 0.8 < found[3]


def test_the_worst_pattern_is_the_worst() -> None:
    covariance = worked_plant(np.full(WEEKS, 100.0))
    worst = worst_pattern(covariance)
    assert worst is not None
    assert worst.sum() == pytest.approx(1)
    least = worst @ np.linalg.solve(covariance, worst)
    assert least == pytest.approx(1 / covariance.sum(), rel=1e-9)
    rng = np.random.default_rng(2)
    for other in rng.dirichlet(np.ones(WEEKS), 200):
        assert other @ np.linalg.solve(covariance, other) > least
    assert worst_pattern(np.array([[1.0, -1.0], [-1.0, 1.0]])) is None


def test_false_alarms_alone_may_be_enough() -> None:
    curve = DetectionCurve(1.0, np.array([-3.0, -3.0]), np.array([-np.inf, -np.inf]))
    assert curve.detectable(0.5) == 0.0


def reference(name: str) -> list[dict[str, str]]:
    path = Path(os.environ.get("STOCKWARD_SHARED", "../shared")) / "reference" / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def moved(pattern: str, loss: float) -> list[np.ndarray]:
    """The moves of a row of the reference; a mean over positions is that of all abrupt ones."""
    if pattern == "even":
        return [np.full(WEEKS, loss / WEEKS)]
    if pattern == "abrupt_mean_over_positions":
        return [loss * row for row in np.eye(WEEKS)]
    return [loss * np.eye(WEEKS)[{"abrupt_first": 0, "abrupt_middle": 26, "abrupt_last": 51}[pattern]]]


def test_powers_of_the_named_tests_on_independent_periods() -> None:
    rows = reference("detection_power.csv")
    assert len(rows) == 25
    thresholds = page_pair_thresholds(WEEKS, 0.05, draws=40_000)
    for row in rows:
        loss = float(row["L_over_sigma"])
        moves = moved(row["pattern"], loss)
        found = {
            "standardised": np.mean([standardised_power(move, false_alarm=0.05) for move in moves]),
            "cumuf": cumuf_power(loss, np.sqrt(WEEKS), false_alarm=0.05),
            "page_0.5": np.mean([page_power(move, k=0.5, false_alarm=0.05) for move in moves]),
            "gemuf": np.mean([gemuf_power(move, false_alarm=0.05) for move in moves]),
            "neyman_pearson": np.mean([limit_power(1.0, move, false_alarm=0.05) for move in moves]),
        }
        for test, power in found.items():
            assert power == pytest.approx(float(row[test]), abs=0.005), (row["pattern"], loss, test)
        draws = 16_384 if len(moves) == 1 else 2_048
        pair = np.mean([page_pair_power(move, thresholds, seed=seed, draws=draws) for seed, move in enumerate(moves)])
        assert pair == pytest.approx(float(row["page_pair_0.25_1.0"]), abs=0.005), (row["pattern"], loss)


def test_powers_at_the_surge() -> None:
    rows = reference("surge_power.csv")
    assert len(rows) == 18
    for row in rows:
        covariance, pattern, loss = worked_plant(PLANTS[row["case"]]), PATTERNS[row["pattern"]], float(row["L"])
        move = loss * whitener(covariance) @ pattern
        found = {
            "cumuf": cumuf_power(loss, float(np.sqrt(covariance.sum())), false_alarm=0.05),
            "page_0.5": page_power(move, k=0.5, false_alarm=0.05),
            "gemuf": gemuf_power(move, false_alarm=0.05),
            "neyman_pearson": limit_power(1.0, move, false_alarm=0.05),
        }
        for test, power in found.items():
            assert power == pytest.approx(float(row[test]), abs=1e-6), (row["case"], row["pattern"], loss, test)
