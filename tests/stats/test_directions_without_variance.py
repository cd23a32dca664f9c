"""A direction without variance is a test without error: what is left in it is never set to zero."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planned_series import whole_year
from scipy.linalg import null_space

from stockward.stats.whitening import exact_rows, hidden_sigma, running_variance, sitmuf, whitener


@st.composite
def singular(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Σ = B Bᵀ of fewer sources of error than periods, every σ positive; B, Σ, and what is left of the draw."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    periods = draw(st.integers(2, 14))
    sources = draw(st.integers(1, periods - 1))
    root = rng.standard_normal((periods, sources)) * (rng.random((periods, sources)) < 0.7)
    root[:, 0] += 0.3
    return root, root @ root.T, rng


@settings(max_examples=80, deadline=None, derandomize=True)
@given(singular())
def test_exact_rows_span_what_no_error_moves(case: tuple[np.ndarray, np.ndarray, np.random.Generator]) -> None:
    """Independently: the combinations that no source of error moves are the null space of Bᵀ."""
    root, covariance, rng = case
    places, rows = exact_rows(covariance, whitener(covariance))
    expected = null_space(root.T, rcond=1e-7)
    assert len(places) == expected.shape[1]
    # Every row is one of those combinations, and together they are all of them.
    np.testing.assert_allclose(rows @ root, 0, atol=1e-5 * np.abs(root).max() * np.abs(rows).max())
    if len(places):
        assert np.linalg.matrix_rank(rows, tol=1e-8) == len(places)
        # Each ends with its own period, and looks back only.
        for row, place in zip(rows, places, strict=True):
            assert row[place] == 1
            assert not np.any(row[place + 1 :])
        loss = rng.standard_normal(len(covariance))
        foretold = root @ rng.standard_normal(root.shape[1])
        np.testing.assert_allclose(rows @ (foretold + loss), rows @ loss, atol=1e-5 * np.abs(rows).max())


@settings(max_examples=40, deadline=None, derandomize=True)
@given(singular())
def test_later_periods_change_no_exact_row(case: tuple[np.ndarray, np.ndarray, np.random.Generator]) -> None:
    _, covariance, _ = case
    places, rows = exact_rows(covariance, whitener(covariance))
    for known in range(1, len(covariance)):
        block = covariance[:known, :known]
        early, early_rows = exact_rows(block, whitener(block))
        assert early.tolist() == places[places < known].tolist()
        np.testing.assert_allclose(early_rows, rows[: len(early), :known], rtol=1e-6, atol=1e-9)


def test_exact_rows_by_hand() -> None:
    # One scale weighs all: its error is 2, 4 and 6 % of the three flows; the third period has an error of its own too.
    covariance = np.outer([2.0, 4.0, 6.0], [2.0, 4.0, 6.0]) + np.diag([0.0, 0.0, 1.0])
    places, rows = exact_rows(covariance, whitener(covariance))
    assert places.tolist() == [1]
    np.testing.assert_allclose(rows, [[-2.0, 1.0, 0.0]])


def test_what_has_no_variance_is_no_evidence_in_the_tests_of_random_errors() -> None:
    covariance = np.ones((3, 3))
    tests = whole_year(covariance)
    assert sitmuf(np.array([0.5, 9.0, 0.5]), tests.inverse).tolist() == pytest.approx([0.5, 0.0, 0.0])
    found = tests.run(np.array([0.5, 9.0, 0.5]))
    assert found["sitmuf"].alarm is None
    assert tests.exact[1] @ np.array([0.5, 9.0, 0.5]) == pytest.approx([8.5, 0.0], abs=1e-9)


@pytest.mark.parametrize("periods", [9, 40])
def test_both_ways_to_whiten_agree_where_some_direction_is_nearly_exact(periods: int) -> None:
    rng = np.random.default_rng(periods)
    for small in (1e-2, 1e-4, 1e-5):
        covariance = np.ones((periods, periods)) + np.diag(rng.uniform(0.5, 1.0, periods) * small)
        np.testing.assert_allclose(
            whitener(covariance), whitener(covariance[None])[0], rtol=1e-5, atol=1e-7 / np.sqrt(small)
        )


def counted_by(sigma: np.ndarray) -> np.ndarray:
    """Σ of the differences between inventories of these σ, nothing moving in between."""
    between = np.eye(len(sigma) - 1, len(sigma)) - np.eye(len(sigma) - 1, len(sigma), 1)
    return np.asarray(between @ np.diag(sigma**2) @ between.T)


@pytest.mark.parametrize("rough", [1.0, 1e3, 1e6])
@pytest.mark.parametrize("periods", [4, 30])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_rough_count_does_not_make_sharp_ones_exact(rough: float, periods: int, place: int) -> None:
    sigma = np.ones(periods + 1)
    sigma[place] = rough
    covariance = counted_by(sigma)
    places, _ = exact_rows(covariance, whitener(covariance))
    assert not len(places)
    # What the sharp counts around the rough one say: both of its differences together have the errors of two counts.
    assert running_variance(covariance)[place:].min() == pytest.approx(sigma[0] ** 2 + 1, rel=1e-3)


@pytest.mark.parametrize("rough", [1e9, 1e12])
def test_what_cannot_be_told_from_rounding_is_not_said_to_be_exact(rough: float) -> None:
    sigma = np.array([1.0, 1.0, rough, 1.0, 1.0, 1.0])
    covariance = counted_by(sigma)
    places, rows = exact_rows(covariance, whitener(covariance))
    # The other periods are tested; in this direction an error of what the rounding hides may stand.
    assert places.tolist() == [2]
    assert hidden_sigma(covariance, rows)[0] > np.sqrt(2.0)


def test_the_unit_of_a_period_changes_nothing() -> None:
    rng = np.random.default_rng(4)
    root = rng.standard_normal((6, 9))
    scale = 10.0 ** np.array([-6, 6, 0, 3, -3, 1])
    covariance = root @ root.T
    found = whitener(covariance * np.outer(scale, scale))
    np.testing.assert_allclose(found * scale, whitener(covariance), rtol=1e-9, atol=1e-9)
