"""What is said after an alarm: how much went and when, on losses of known size, shape and place."""

from __future__ import annotations

import numpy as np
import pytest
from planned_series import at_days

from stockward.stats.detection import detection_curves
from stockward.stats.estimates import LossEstimate, estimate_losses

MONTHS = np.full(12, 30.4)


def store(periods: int) -> np.ndarray:
    """A quiet store: what moves is known, and every inventory has a σ of 1."""
    return 2 * np.eye(periods) - np.eye(periods, k=1) - np.eye(periods, k=-1)


def single(differences: np.ndarray, covariance: np.ndarray, days: np.ndarray) -> LossEstimate:
    (found,) = estimate_losses(differences, covariance, days)
    return found


def over(first: int, last: int, amount: float, days: np.ndarray = MONTHS) -> np.ndarray:
    """A loss that goes on evenly in time from the first to the last period, both included."""
    inside = (np.arange(len(days)) >= first) & (np.arange(len(days)) <= last)
    return amount * inside * days / days[inside].sum()


@pytest.mark.parametrize("place", range(12))
def test_a_single_step_of_a_quiet_store_is_told_wherever_it_is(place: int) -> None:
    found = single(over(place, place, 20.0), store(12), MONTHS)
    # It may have begun before the record, or still go on: next to its edges one more period is left in doubt.
    assert found.first <= place <= found.last
    assert found.last - found.first <= (place in {1, 10})
    assert found.low < 20 < found.high
    assert found.amount == pytest.approx(20, rel=0.03)
    # The window with the largest ratio alone would say much less than went.
    assert found.high - found.low < 8


@pytest.mark.parametrize("first", [0, 2, 5, 8])
def test_thirty_six_kilograms_over_four_months_are_told_as_thirty_six(first: int) -> None:
    found = single(over(first, first + 3, 36.0), store(12), MONTHS)
    assert found.low < 36 < found.high
    assert found.amount == pytest.approx(36, rel=0.04)
    assert found.first <= first
    assert found.last >= first + 3
    assert found.last - found.first <= 5


def test_two_losses_apart_are_told_apart() -> None:
    first, second = estimate_losses(over(1, 2, 25.0) + over(8, 8, 15.0), store(12), MONTHS)
    assert (first.low < 25 < first.high, second.low < 15 < second.high) == (True, True)
    assert first.amount == pytest.approx(25, rel=0.06)
    assert second.amount == pytest.approx(15, rel=0.06)
    assert first.first <= 1 <= 2 <= first.last < second.first <= 8 <= second.last


def test_three_losses_apart_are_told_apart() -> None:
    weeks = np.full(40, 7.0)
    losses = [(3, 3, 30.0), (15, 16, 40.0), (33, 33, 25.0)]
    told = estimate_losses(sum(over(*loss, weeks) for loss in losses), store(40), weeks)
    assert len(told) == 3
    for one, (begin, end, amount) in zip(told, losses, strict=True):
        assert one.low < amount < one.high
        assert one.amount == pytest.approx(amount, rel=0.06)
        assert one.first <= begin <= end <= one.last


@pytest.mark.parametrize("seed", range(4))
def test_a_loss_that_was_grown_in_the_wrong_place_is_moved_to_the_right_one(seed: int) -> None:
    """Of three losses no two come near; the third, once found, moves both of them."""
    weeks = np.full(40, 7.0)
    losses = [(3, 3, 60.0), (15, 16, 80.0), (33, 33, 50.0)]
    noise = np.linalg.cholesky(store(40)) @ np.random.default_rng(seed).standard_normal(40)
    told = estimate_losses(noise + sum(over(*loss, weeks) for loss in losses), store(40), weeks)
    assert len(told) == 3
    for one, (begin, end, amount) in zip(told, losses, strict=True):
        assert one.low - 1.5 < amount < one.high + 1.5
        assert one.first <= begin <= end <= one.last
        assert one.last - one.first <= 3


def test_an_uneven_loss_is_not_bent_into_an_even_one() -> None:
    loss = np.zeros(12)
    loss[3:8] = [14.0, 2.0, 9.0, 1.0, 10.0]
    total = sum(one.amount for one in estimate_losses(loss, store(12), MONTHS))
    assert total == pytest.approx(36, rel=0.06)


def test_a_small_and_a_large_loss_near_each_other_are_one_or_two_and_all_of_it_is_told() -> None:
    loss = over(4, 4, 20.0) + over(6, 6, 8.0)
    told = estimate_losses(loss, store(12), MONTHS)
    assert sum(one.amount for one in told) == pytest.approx(28, rel=0.06)


def sample(seed: int, periods: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Differences with a loss, Σ and days of some site."""
    rng = np.random.default_rng(seed)
    days = rng.uniform(3.0, 40.0, periods)
    covariance = np.diag(days / 10) + store(periods) + 0.05 * np.outer(days, days) / 100
    loss = over(periods // 3, periods // 2, 25.0, days)
    return loss + np.linalg.cholesky(covariance) @ rng.standard_normal(periods), covariance, days


@pytest.mark.parametrize("periods", [1, 2, 7, 26])
def test_units_of_mass_and_of_time_change_nothing(periods: int) -> None:
    differences, covariance, days = sample(periods, periods)
    expected = estimate_losses(differences, covariance, days)
    for scale in (1e-6, 1e3):
        told = estimate_losses(scale * differences, scale**2 * covariance, days)
        assert [(one.first, one.last) for one in told] == [(one.first, one.last) for one in expected]
        for one, other in zip(told, expected, strict=True):
            np.testing.assert_allclose(bounds(one), scale * np.array(bounds(other)), rtol=1e-6)
    hours = estimate_losses(differences, covariance, 24 * days)
    for one, other in zip(hours, expected, strict=True):
        np.testing.assert_allclose(bounds(one), bounds(other), rtol=1e-6)
        assert (one.first, one.last) == (other.first, other.last)


def bounds(one: LossEstimate) -> tuple[float, float, float]:
    return one.amount, one.low, one.high


def test_time_run_backwards_tells_the_same_loss_backwards() -> None:
    differences, covariance, days = sample(3, 20)
    forwards = estimate_losses(differences, covariance, days)
    backwards = estimate_losses(differences[::-1], covariance[::-1, ::-1], days[::-1])[::-1]
    for one, other in zip(forwards, backwards, strict=True):
        np.testing.assert_allclose(bounds(one), bounds(other), rtol=1e-6)
        assert (one.first, one.last) == (19 - other.last, 19 - other.first)


def test_one_period_tells_its_difference() -> None:
    found = single(np.array([30.0]), np.array([[4.0]]), np.array([30.0]))
    assert (found.first, found.last) == (0, 0)
    assert found.amount == pytest.approx(30, rel=1e-3)
    # ± 1.96 σ, the amount being far above zero.
    assert (found.low, found.high) == (pytest.approx(30 - 3.92, abs=0.02), pytest.approx(30 + 3.92, abs=0.02))


def test_two_periods() -> None:
    found = single(np.array([0.0, 20.0]), store(2), np.array([30.0, 30.0]))
    assert (found.first, found.last) == (1, 1)
    assert found.low < 20 < found.high


def test_an_amount_beside_which_its_error_is_lost_in_rounding() -> None:
    covariance = np.diag([2.0, 7.744e9, 7.2, 9.7, 9.3])
    covariance[0, 1] = covariance[1, 0] = -1.1
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        (loss,) = estimate_losses(np.array([-0.43, 4.4e14, 2.4, 0.17, -1.13]), covariance, np.full(5, 14.0))
    assert (loss.first, loss.last) == (1, 1)
    assert loss.low <= loss.amount <= loss.high
    assert (loss.low, loss.high) == pytest.approx((4.4e14, 4.4e14), rel=1e-6)


def test_a_year_of_days() -> None:
    days = np.ones(365)
    loss = over(100, 119, 60.0, days)
    noise = np.linalg.cholesky(store(365)) @ np.random.default_rng(2).standard_normal(365)
    found = single(loss + noise, store(365), days)
    assert found.low < 60 < found.high
    assert found.first <= 100
    assert found.last >= 119
    assert found.last - found.first < 40


@pytest.mark.parametrize("small", [1e-3, 1e-6, 1e-9, 0.0])
def test_a_covariance_without_random_errors_still_tells_the_loss(small: float) -> None:
    # One scale weighs the same flow in every period: any loss shows against the others.
    covariance = np.ones((12, 12)) + small * np.eye(12)
    found = single(over(4, 4, 6.0) + 0.8, covariance, MONTHS)
    assert (found.first, found.last) == (4, 4)
    assert found.amount == pytest.approx(6, abs=0.3)
    assert found.low <= 6.0001
    assert found.high >= 5.9999


SITES = {
    "quiet monthly store": (MONTHS, store(12)),
    "quarterly": (np.full(8, 91.3), np.eye(8) + 0.3 * store(8) + 0.2 * np.ones((8, 8))),
    "5 and 23 days": (np.tile([5.0, 23.0], 6), np.diag(np.tile([0.36, 1.64], 6)) + 0.4 * store(12)),
}


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("length", [1, 4])
def test_the_interval_holds_the_truth_as_often_as_it_says(site: str, length: int) -> None:
    """At three times the loss that the test finds with 95 %, to three standard errors of the counting."""
    days, covariance = SITES[site]
    rng = np.random.default_rng(11)
    root = np.linalg.cholesky(covariance)
    scan = at_days(covariance, np.cumsum(days)).seen()
    held = dated = 0
    total = 0.0
    draws = 160 if length == 1 else 80
    for draw in range(draws):
        first = draw % (len(days) - length + 1)
        shape = over(first, first + length - 1, 1.0, days)
        (curve,) = detection_curves(scan.directions, scan.limits, [scan.inverse @ shape], seed=1, draws=256)
        truth = 3 * float(curve.detectable(0.95) or 0.0)
        told = estimate_losses(truth * shape + root @ rng.standard_normal(len(days)), covariance, days)
        total += sum(one.amount for one in told) / truth
        held += len(told) == 1 and told[0].low <= truth <= told[0].high
        dated += told[0].first <= first and told[-1].last >= first + length - 1
    assert total / draws == pytest.approx(1, abs=0.05)
    assert held / draws > 0.95 - 3 * np.sqrt(0.95 * 0.05 / draws)
    assert dated / draws > 0.95 - 3 * np.sqrt(0.95 * 0.05 / draws)


# --- what came to light again


@pytest.mark.parametrize("place", [1, 4, 9])
@pytest.mark.parametrize("apart", [1, 2])
def test_what_was_missing_and_came_to_light_again_is_told_as_both(place: int, apart: int) -> None:
    # One wrong count, or goods that were borrowed: nothing is missing in the end, and no loss of 0 kg is told.
    differences = over(place, place, 12.0) - over(place + apart, place + apart, 12.0)
    lost, found = estimate_losses(differences, 2.25 * np.eye(12), MONTHS)
    assert lost.low < 12 < lost.high
    assert found.low < -12 < found.high
    assert lost.first <= place <= lost.last < place + apart
    assert found.first <= place + apart <= found.last


def test_a_wrong_count_beside_a_loss_does_not_hide_it() -> None:
    differences = over(2, 2, 15.0) + over(8, 8, 400.0) - over(9, 9, 400.0)
    lost, wrong, right = estimate_losses(differences, 2.25 * np.eye(12), MONTHS)
    assert lost.low < 15 < lost.high
    assert lost.first <= 2 <= lost.last
    assert (wrong.first, wrong.last, right.first, right.last) == (8, 8, 9, 9)
    assert wrong.low < 400 < wrong.high
    assert right.low < -400 < right.high


def test_a_return_in_part_is_told_beside_the_loss() -> None:
    lost, returned = estimate_losses(over(3, 5, 30.0) - over(8, 8, 12.0), store(12), MONTHS)
    assert lost.low < 30 < lost.high
    assert returned.low < -12 < returned.high


@pytest.mark.parametrize("seed", range(12))
def test_none_of_several_may_be_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 12, 2)
    differences = over(first, first, 14.0) + rng.choice([-1, 1]) * over(second, second, 9.0)
    told = estimate_losses(differences + 1.5 * rng.standard_normal(12), 2.25 * np.eye(12), MONTHS)
    if len(told) > 1:
        assert all(one.low * one.high > 0 for one in told)


# --- days of losses that do not begin and end with an inventory


@pytest.mark.parametrize(("periods", "kilograms"), [(52, 25.0), (52, 110.0), (12, 40.0)])
def test_days_hold_a_loss_from_any_moment_to_any_other(periods: int, kilograms: float) -> None:
    days = np.full(periods, 364.0 / periods)
    end = np.cumsum(days)
    rng, held = np.random.default_rng(3), []
    for _ in range(40):
        begun, lasted = rng.uniform(20, 150), rng.uniform(50, 180)
        inside = np.clip(np.minimum(end, begun + lasted) - np.maximum(end - days, begun), 0, None)
        told = estimate_losses(kilograms * inside / lasted + rng.standard_normal(periods), np.eye(periods), days)
        first, last = min(one.first for one in told), max(one.last for one in told)
        held.append(end[first] - days[first] <= begun and end[last] >= begun + lasted)
    assert np.mean(held) >= 0.95


# --- what broke it


def flowing(periods: int) -> np.ndarray:
    """A store whose flow is weighed too."""
    return store(periods) + 0.25 * np.eye(periods)


def test_a_loss_before_a_long_surplus_is_told_as_both() -> None:
    differences = np.array([-1.51, -1.75, 2.54, 0.5, -1.7, 5.68, -5.93, -2.22, 0.92, -2.54, 1.38, -2.55])
    lost, found = estimate_losses(differences, flowing(12), MONTHS)
    assert 0 < lost.low < 6 < lost.high
    assert found.high < 0


def test_a_wrong_count_that_as_one_loss_would_be_nothing_is_told_as_a_pair() -> None:
    differences = np.array([-0.56, -1.13, 0.14, -1.35, -0.99, 5.99, -6.12, 0.15, 0.32, 1.9, -0.15, -0.96])
    lost, found = estimate_losses(differences, flowing(12), MONTHS)
    assert lost.first <= 5 <= lost.last
    assert found.first <= 6 <= found.last
    assert 0 < lost.low < 6 < lost.high
    assert found.low < -6 < found.high < 0


def test_an_uneven_loss_behind_a_large_shared_error_is_rarely_told_as_a_gain() -> None:
    covariance = 0.95 + 0.05 * np.eye(12)
    root, invented = np.linalg.cholesky(covariance), 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        parts = rng.gamma(1 / 0.16, 0.16, 10)
        differences = root @ rng.standard_normal(12)
        differences[:10] += 20 * parts / parts.sum()
        invented += any(one.amount < 0 for one in estimate_losses(differences, covariance, MONTHS))
    assert invented <= 9


def test_whatever_the_differences_are_something_finite_is_told() -> None:
    """Wrong counts and typing errors leave differences of thousands of sigma, at the ends as well, and many of them."""
    for seed in range(300):
        rng = np.random.default_rng([20, seed])
        periods = int(rng.integers(1, 40))
        rough = rng.normal(size=(periods, periods))
        covariance = np.eye(periods) + float(rng.choice([0.0, 0.1, 3.0])) * rough @ rough.T / periods
        # A quantity of fourteen digits has an error beside which all others are nothing.
        covariance[(wild := int(rng.integers(periods))), wild] += 10.0 ** float(rng.choice([-9, 6, 16, 26]))
        differences = np.sqrt(np.diagonal(covariance)) * rng.standard_normal(periods)
        for place in rng.choice(periods, size=min(periods, int(rng.integers(1, 6))), replace=False):
            spike = float(rng.choice([-1.0, 1.0])) * 10.0 ** float(rng.uniform(0, 6))
            differences[place] += spike
            if rng.random() < 0.5 and place + 1 < periods:
                differences[place + 1] -= spike
        told = estimate_losses(differences, covariance, np.full(periods, 7.0))
        assert told
        assert all(np.isfinite([one.low, one.amount, one.high]).all() for one in told)
