"""Shares of the false-alarm probability, verdicts and their order, and what later data may not change."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from made_balances import ORIGIN, YEAR, balances, one
from small_sites import Closed, write_site

from stockward.balance.testing import series_tested
from stockward.balance.testing import test_losses as verdicts_of
from stockward.stats.scanning.planned import CLOSING
from stockward.terms.verdicts import TESTS, Verdict

# --- the share of each series


@pytest.mark.parametrize(
    ("days", "series", "share"),
    [
        (YEAR, 1, 0.05),
        (YEAR, 4, 1 - 0.95**0.25),
        (YEAR * 3, 2, 1 - 0.95**1.5),
        (YEAR * 20, 1, 1 - 0.95**20),
    ],
)
def test_a_series_gets_its_share_of_the_years_and_the_series(days: float, series: int, share: float) -> None:
    tested = {"difference": np.zeros(4), "covariance": np.eye(4), "days": days / 4}
    exact = {"difference": np.zeros(4), "covariance": np.zeros((4, 4))}
    found = verdicts_of(balances(*[tested] * series, exact), false_alarm=0.05, seed=1)
    assert [verdict.share for verdict in found[:-1]] == pytest.approx([share] * series, rel=1e-6)
    assert found[-1].share is None
    assert series_tested(found) == series


def within_the_year(released: float) -> float:
    """What may be spent before the planned year is closed: a part is kept for the inventory that closes it."""
    return float((1 - CLOSING) * (1 - 0.95**released))


@pytest.mark.parametrize("part", [0.1, 0.5, 0.8])
def test_within_its_planned_year_a_series_keeps_a_part_for_what_comes(part: float) -> None:
    # The first of four releases its own quarter; each later one half of its own and of what those before kept, so that
    # 1/2, 3/4 and 7/8 of a quarter are kept.
    found = one(difference=np.zeros(4), covariance=np.eye(4), days=part * YEAR / 4)
    assert found.share == pytest.approx(within_the_year(part * (1 - 7 / 32)), rel=1e-6)


def test_the_years_run_from_the_first_to_the_last_closed_inventory() -> None:
    # Begun with the second period; of the three tenths of a year since, the two closed periods stand for all: the first
    # releases its tenth, the other half of the two tenths since.
    status = ["not_tested", "closed", "not_tested", "closed", "incomplete"]
    found = one(difference=np.zeros(5), covariance=np.eye(2), status=status, days=YEAR / 10)
    assert found.share == pytest.approx(within_the_year(0.2), rel=1e-6)


# --- verdicts, the first that holds


def test_a_shortage_comes_before_a_gain_and_a_discrepancy() -> None:
    covariance = np.diag([1.0, 1.0, 0.0])
    assert one(difference=[9, -9, 5], covariance=covariance).verdict is Verdict.SHORTAGE
    assert one(difference=[0, -9, 5], covariance=covariance).verdict is Verdict.GAIN
    found = one(difference=[0, 0.1, 5], covariance=covariance)
    assert (found.verdict, found.alarm_inventory) == (Verdict.DISCREPANCY, "I3")
    assert one(difference=[0, 0.1, 0], covariance=covariance).verdict is Verdict.BALANCED


def test_an_alarm_names_its_inventory_and_what_went_when() -> None:
    # What went is said from all data; the plain sum of the same periods stands beside it.
    found = one(difference=[0, 0, 12, 0], covariance=np.eye(4))
    assert (found.verdict, found.alarm_inventory) == (Verdict.SHORTAGE, "I3")
    (loss,) = found.losses
    assert (loss.first_inventory, loss.last_inventory, loss.periods) == ("I3", "I3", 1)
    assert (loss.not_before, loss.not_after) == (
        ORIGIN + timedelta(days=YEAR / 2),
        ORIGIN + timedelta(days=YEAR * 3 / 4),
    )
    assert loss.low < 12 < loss.high
    assert loss.estimate == pytest.approx(12, abs=0.2)
    assert (loss.plain_sum, loss.plain_sigma) == (pytest.approx(12), pytest.approx(1))


def test_a_discrepancy_comes_before_a_period_that_is_not_tested() -> None:
    status = ["closed", "not_tested"]
    assert one(difference=[3, 0], covariance=[[0.0]], status=status).verdict is Verdict.DISCREPANCY
    # Where some periods are closed and nothing alarms, that much is said: balanced in part, and why not in all.
    found = one(difference=[0, 0], covariance=[[0.0]], status=status)
    assert (found.verdict, found.reason) == (Verdict.BALANCED_IN_PART, "1 of 2 periods not tested: why 2")
    found = one(difference=[0, 0], covariance=np.zeros((0, 0)), status=["not_tested"] * 2)
    assert (found.verdict, found.reason) == (Verdict.NOT_TESTED, "2 of 2 periods not tested: why 1; why 2")
    assert one(difference=[9, 0], covariance=[[1.0]], status=status).verdict is Verdict.SHORTAGE


def test_an_incomplete_inventory_is_no_hole_once_a_later_one_closes_its_balance() -> None:
    closed = one(difference=[0, 0], covariance=[[1.0]], status=["incomplete", "closed"])
    assert closed.verdict is Verdict.BALANCED
    left_open = one(difference=[0, 0], covariance=[[1.0]], status=["closed", "incomplete"])
    assert left_open.verdict is Verdict.BALANCED_IN_PART


def test_an_exact_difference_within_rounding_is_none() -> None:
    # Of 1,000 that passed through, sixteen half last digits are 1.8e-12.
    assert one(difference=[1.7e-12], covariance=[[0.0]]).verdict is Verdict.BALANCED
    assert one(difference=[1.9e-12], covariance=[[0.0]]).verdict is Verdict.DISCREPANCY


def test_exact_periods_leave_the_tests_and_give_discrepancies() -> None:
    # The two that are tested keep their moments: windows are spans of time, so the tests that look at windows are not
    # those of two periods side by side; the others are.
    found = one(difference=[0.5, 4, 0.2], covariance=np.diag([1.0, 0.0, 1.0]), days=YEAR / 3)
    without = one(difference=[0.5, 0.2], covariance=np.eye(2), days=YEAR / 2)
    assert found.verdict is Verdict.DISCREPANCY
    # No error can have made it, so it has no chance, whatever that of the periods beside it.
    assert found.p_value is None
    assert without.p_value is not None
    assert found.share == pytest.approx(without.share)
    for name in TESTS:
        assert found.tests[name].statistic[1] is None
        if name not in {"windows", "default"}:
            beside = [found.tests[name].statistic[place] for place in (0, 2)]
            assert beside == pytest.approx(without.tests[name].statistic)
            assert found.tests[name].p_value == pytest.approx(without.tests[name].p_value)


def test_gains_are_tested_by_the_mirrored_test() -> None:
    covariance = np.eye(6) - 0.3 * (np.eye(6, k=1) + np.eye(6, k=-1))
    difference = np.array([0.3, 1.0, 4.0, 3.0, -1.0, 0.0])
    loss, gain = one(difference=difference, covariance=covariance), one(difference=-difference, covariance=covariance)
    assert (loss.verdict, gain.verdict) == (Verdict.SHORTAGE, Verdict.GAIN)
    assert (loss.p_value, loss.alarm_inventory) == (gain.p_value, gain.alarm_inventory)
    assert loss.tests["default"] == gain.gains["default"]
    assert "gemuf" not in gain.gains
    assert len(loss.losses) == len(gain.losses) > 0
    for lost, gained in zip(loss.losses, gain.losses, strict=True):
        assert (gained.estimate, gained.low, gained.high) == (-lost.estimate, -lost.high, -lost.low)
        assert (gained.not_before, gained.not_after) == (lost.not_before, lost.not_after)
        assert gained.plain_sum == -lost.plain_sum
    assert gain.alarms == tuple(replace(alarm, of=Verdict.GAIN) for alarm in loss.alarms)


def test_p_value_and_alarm_agree() -> None:
    rng = np.random.default_rng(7)
    for _ in range(12):
        found = one(difference=rng.standard_normal(5) + 0.8, covariance=np.eye(5), false_alarm=0.2)
        for test in found.tests.values():
            assert (test.p_value <= found.share) == (test.alarm_inventory is not None)
        assert (found.verdict is Verdict.SHORTAGE) == (found.p_value <= found.share)


# --- how many periods


@pytest.mark.parametrize("periods", [1, 2])
def test_few_periods_without_loss_are_balanced(periods: int) -> None:
    assert one(difference=np.zeros(periods), covariance=np.eye(periods)).verdict is Verdict.BALANCED


@pytest.mark.parametrize("periods", [1, 2, 52, pytest.param(400, marks=pytest.mark.slow)])
def test_any_number_of_periods_is_tested(periods: int) -> None:
    loss = np.zeros(periods)
    loss[-1] = 12
    assert one(difference=loss, covariance=np.eye(periods)).alarm_inventory == f"I{periods}"


def test_one_period_is_a_test_of_its_difference() -> None:
    found = one(difference=[2.0], covariance=[[1.0]])
    assert found.p_value == pytest.approx(0.0227501, abs=1e-6)
    assert found.verdict is Verdict.SHORTAGE
    assert one(difference=[1.6448], covariance=[[1.0]]).verdict is Verdict.BALANCED
    assert one(difference=[1.6449], covariance=[[1.0]]).verdict is Verdict.SHORTAGE


def test_a_loss_of_a_thousand_sigma_is_a_shortage() -> None:
    for size in (37.7, 38.2, 1e3, 1e6):
        found = one(difference=[0, size, 0], covariance=np.eye(3))
        assert found.verdict is Verdict.SHORTAGE
        assert 0 <= found.p_value < 1e-150
        assert math.copysign(1.0, found.p_value) == 1


def test_a_gain_that_may_be_nothing_reaches_to_zero_and_not_to_minus_zero() -> None:
    found = one(difference=[-4.5, -3.4, -4.0], covariance=np.eye(3) + 3.0, false_alarm=0.1)
    assert found.verdict is Verdict.GAIN
    (gain,) = found.losses
    assert (gain.high, math.copysign(1.0, gain.high)) == (0, 1)


def test_a_singular_covariance_loses_its_direction() -> None:
    # The inventory between is all that is measured: what one period lacks the next has, and the sum is exact.
    found = one(difference=[0.5, -0.5], covariance=[[1.0, -1.0], [-1.0, 1.0]])
    assert found.verdict is Verdict.BALANCED
    assert found.sitmuf == pytest.approx((0.5, 0.0))
    assert (found.cumulative, found.cumulative_sigma) == (0.0, 0.0)
    assert found.tests["cumuf"].statistic == pytest.approx((0.5, 0.0))


def test_inventories_at_one_moment_test_nothing() -> None:
    found = one(difference=[3.0], covariance=[[1.0]], days=0.0)
    assert (found.verdict, found.share, found.p_value) == (Verdict.NOT_TESTED, None, None)
    assert "one moment" in str(found.reason)


def test_more_years_than_series_leave_every_test_a_share_below_one() -> None:
    for periods in (1, 2, 3, 40):
        found = one(difference=np.zeros(periods), covariance=np.eye(periods), days=60 * YEAR / periods)
        assert found.share == pytest.approx(1 - 0.95**60, rel=1e-6)
        assert found.tests["default"].threshold == 1


# --- later data never change an earlier statistic


def test_a_later_period_never_changes_an_earlier_statistic() -> None:
    rng = np.random.default_rng(3)
    root = rng.standard_normal((9, 9))
    covariance, difference = root @ root.T, 3 * rng.standard_normal(9)
    whole = one(difference=difference, covariance=covariance)
    for known in (1, 4, 8):
        early = one(difference=difference[:known], covariance=covariance[:known, :known])
        for name in ("standardised", "cumuf", "sitmuf", "gemuf", "page"):
            assert whole.tests[name].statistic[:known] == pytest.approx(early.tests[name].statistic)
        assert whole.sitmuf[:known] == pytest.approx(early.sitmuf)


COUNTS = "inventory,at,area,material,quantity,method\n" + "".join(
    f"I{month},2026-{month + 1:02d}-01,A,TNT,{quantity},scale\n"
    for month, quantity in enumerate((100, 102, 99, 105, 91, 96, 95))
)
MOVEMENTS = "movement,at,kind,material,quantity,from_area,to_area,method\n" + "".join(
    f"m{month},2026-{month:02d}-15,{kind},TNT,{quantity},{area},other\n"
    for month, (kind, quantity, area) in enumerate(
        [
            ("receipt", 3, ",A"),
            ("issue", 2, "A,"),
            ("receipt", 7, ",A"),
            ("issue", 11, "A,"),
            ("receipt", 4, ",A"),
            ("issue", 1, "A,"),
        ],
        start=1,
    )
)
METHODS = "method,random_rel,systematic_rel,calibration_days\nscale,0.01,0.02,45\nother,0.02,0.05,\n"


def test_a_review_as_of_an_earlier_day_had_the_same_statistics(tmp_path: Path) -> None:
    site = write_site(tmp_path, counts=COUNTS, movements=MOVEMENTS, methods=METHODS)
    whole = Closed(site).verdicts()["A/TNT"]
    for month in (3, 5):
        early = Closed(site, datetime(2026, month, 1, tzinfo=UTC)).verdicts()["A/TNT"]
        known = len(early.sitmuf)
        assert known == month - 1
        for name in ("standardised", "cumuf", "sitmuf", "gemuf", "page"):
            assert whole.tests[name].statistic[:known] == pytest.approx(early.tests[name].statistic)


@pytest.mark.parametrize("place", [1, 3, 8])
def test_a_gain_whose_shadow_alarms_as_a_loss_is_a_gain(place: int) -> None:
    # The error that all periods share is thought to be behind a part of the gain, and is missing in the others.
    covariance = np.eye(12) + 9.0
    found = one(difference=-40.0 * np.eye(12)[place], covariance=covariance)
    assert found.tests["default"].alarm_inventory is not None
    assert found.verdict is Verdict.GAIN
    (gain,) = found.losses
    assert gain.low < -40 < gain.high < 0
    # A loss casts its shadow the other way round, and stays a shortage.
    lost = one(difference=40.0 * np.eye(12)[place], covariance=covariance)
    assert lost.verdict is Verdict.SHORTAGE
    assert lost.gains["default"].alarm_inventory is not None


SHADOWED = np.array([2.3, -34.3, 1.2, 3.6, 4.5, 4.0, 4.5, 3.3, 4.8, 5.6, 3.8, 4.8])
SHARED = np.eye(12) + 9.0 - 0.4 * (np.eye(12, k=1) + np.eye(12, k=-1))


def test_a_loss_that_does_not_alarm_without_the_gain_is_its_shadow() -> None:
    # By its interval alone a slow loss would be told beside the gain: 18.6 of what the shared error had foretold.
    found = one(difference=SHADOWED, covariance=SHARED)
    assert found.tests["default"].alarm_inventory is not None
    assert found.verdict is Verdict.GAIN
    assert all(loss.high < 0 for loss in found.losses)


@pytest.mark.parametrize("place", [0, 2, 7, 11])
def test_a_loss_beside_a_gain_stays_a_shortage(place: int) -> None:
    found = one(difference=SHADOWED + 12.0 * np.eye(12)[place], covariance=SHARED)
    assert found.verdict is Verdict.SHORTAGE
    assert any(loss.low > 0 for loss in found.losses)
    assert any(loss.high < 0 for loss in found.losses)
