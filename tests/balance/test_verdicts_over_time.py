"""Verdicts as records grow: alarms with their age, shares of series that come and go, errors that shrink to none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_balances import ORIGIN, YEAR, balances, one

from stockward.answers.losses import SeriesVerdict
from stockward.balance.testing import hazards
from stockward.balance.testing import test_losses as verdicts_of
from stockward.terms.verdicts import ALARMING, AlarmState, Verdict

MONTH = YEAR / 12


def months(count: int, **losses: float) -> SeriesVerdict:
    """So many months of σ 1; ``m5=9`` is a loss of 9 in month 5 (from 1)."""
    difference = np.zeros(count)
    for month, loss in losses.items():
        difference[int(month[1:]) - 1] = loss
    return one(difference=difference, covariance=np.eye(count), days=MONTH)


# --- alarms and their age


def test_an_alarm_is_new_then_standing_then_earlier_and_never_ends() -> None:
    for count in range(5, 40):
        found = months(count, m5=9.0)
        assert (found.verdict, found.alarm_inventory) == (Verdict.SHORTAGE, "I5")
        (alarm,) = found.alarms
        assert alarm.inventory == "I5"
        assert alarm.raised_as_of == ORIGIN + timedelta(days=5 * MONTH)
        age = count - 5
        expected = AlarmState.NEW if age == 0 else AlarmState.STANDING if age < 12 else AlarmState.EARLIER
        assert alarm.state is expected


def test_two_episodes_are_two_alarms_and_two_losses() -> None:
    found = months(12, m3=14.0, m10=16.0)
    assert [(alarm.inventory, alarm.state) for alarm in found.alarms] == [
        ("I3", AlarmState.STANDING),
        ("I10", AlarmState.STANDING),
    ]
    assert [loss.first_inventory for loss in found.losses] == ["I3", "I10"]
    for loss, truth in zip(found.losses, (14.0, 16.0), strict=True):
        assert loss.low < truth < loss.high


def test_a_loss_that_goes_on_is_alarmed_again_only_by_what_came_after() -> None:
    """Of 1.2 σ a month no single month alarms: each alarm needs several months since the one before."""
    found = one(difference=np.full(24, 1.2), covariance=np.eye(24), days=MONTH)
    raised = [int(alarm.inventory[1:]) for alarm in found.alarms]
    assert len(raised) >= 2
    assert np.all(np.diff(raised) >= 4)


def test_in_a_long_record_each_stretch_of_years_tells_its_own_loss() -> None:
    found = months(84, m3=15.0, m80=-0.1, m82=20.0)
    assert [(alarm.inventory, alarm.state) for alarm in found.alarms] == [
        ("I3", AlarmState.EARLIER),
        ("I82", AlarmState.STANDING),
    ]
    first, second = found.losses
    assert (first.first_inventory, first.last_inventory) == ("I3", "I3")
    assert second.low < 20 < second.high
    assert second.first_inventory in {"I81", "I82"}


def test_alarms_of_gains_are_those_of_the_mirrored_losses() -> None:
    lost, gained = months(20, m4=9.0, m16=11.0), months(20, m4=-9.0, m16=-11.0)
    assert (lost.verdict, gained.verdict) == (Verdict.SHORTAGE, Verdict.GAIN)
    assert gained.alarms == tuple(replace(alarm, of=Verdict.GAIN) for alarm in lost.alarms)
    assert len(lost.alarms) == 2


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_an_alarm_stays_whatever_the_series_is_called_later(sign: float) -> None:
    """A surplus that alarmed stands beside the loss that alarms after it, and the other way round."""
    difference = np.zeros(20)
    difference[[3, 15]] = -9.0 * sign, 14.0 * sign
    both = [one(difference=difference[:count], covariance=np.eye(count), days=MONTH) for count in range(4, 21)]
    for earlier, later in pairwise(both):
        kept = {(alarm.inventory, alarm.of) for alarm in later.alarms}
        assert {(alarm.inventory, alarm.of) for alarm in earlier.alarms} <= kept
    assert [alarm.of for alarm in both[-1].alarms] == [Verdict.GAIN, Verdict.SHORTAGE][:: int(sign)]


def test_without_an_alarm_nothing_is_told() -> None:
    found = months(20)
    assert (found.verdict, found.alarms, found.losses) == (Verdict.BALANCED, (), ())


# --- what each series may spend


@st.composite
def beginnings(draw: st.DrawFn) -> list[dict[str, object]]:
    """Series that begin and end at any time, with inventories at any pace; some may be exact."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    made = []
    for _ in range(draw(st.integers(1, 6))):
        days = rng.choice([7.0, 30.0, 91.0, 0.2], rng.integers(1, 14))
        sigma = rng.choice([0.0, 1.0], p=[0.15, 0.85])
        made.append(
            {
                "difference": np.zeros(len(days)),
                "covariance": sigma * np.eye(len(days)),
                "days": days,
                "begins": float(rng.choice([0.0, 0.0, 50.0, 200.0, 500.0])),
            }
        )
    return made


@settings(max_examples=60, deadline=None, derandomize=True)
@given(beginnings())
def test_all_series_together_never_spend_more_than_the_site_may(made: list[dict[str, object]]) -> None:
    """No false alarm in any series: the product over series, whatever part of the record each has."""
    found = verdicts_of(balances(*made), false_alarm=0.05, seed=1)
    shares = [verdict.share for verdict in found if verdict.share is not None]
    ends = [series["begins"] + float(np.sum(series["days"])) for series in made]
    begins = [series["begins"] for series in made]
    assert 1 - np.prod([1 - share for share in shares]) <= 1 - 0.95 ** ((max(ends) - min(begins)) / YEAR) + 1e-12


@settings(max_examples=60, deadline=None, derandomize=True)
@given(beginnings())
def test_on_every_day_the_rates_of_all_series_are_at_most_that_of_the_site(made: list[dict[str, object]]) -> None:
    found = hazards(balances(*made), 0.05)
    days = np.arange(0.0, 1700.0)
    rates = np.zeros(len(days) - 1)
    for one_of, series in zip(found, made, strict=True):
        if one_of is None:
            continue
        last = series["begins"] + float(np.sum(series["days"]))
        within = np.clip(days, one_of.begun, last)
        passed = np.concatenate([[one_of.begun], within])
        rates += np.array(one_of.over(passed)[2:])
    assert np.all(rates <= -np.log(0.95) / YEAR * (1 + 1e-9))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(beginnings(), st.sampled_from([7.0, 30.0, 91.0]))
def test_a_series_that_begins_later_changes_no_earlier_rate(made: list[dict[str, object]], pace: float) -> None:
    late = {"difference": np.zeros(3), "covariance": np.eye(3), "days": pace, "begins": 120.0}
    before, after = hazards(balances(*made), 0.05), hazards(balances(*made, late), 0.05)
    for one_of, now, series in zip(before, after, made, strict=False):
        assert (one_of is None) == (now is None)
        if one_of is None or now is None:
            continue
        end = series["begins"] + np.cumsum(series["days"])
        early = end <= 120.0
        np.testing.assert_allclose(now.over(end)[early], one_of.over(end)[early], rtol=1e-12)


def test_a_series_that_begins_later_changes_no_earlier_limit_or_alarm() -> None:
    rng = np.random.default_rng(4)
    difference = rng.standard_normal(20) + np.where(np.arange(20) == 6, 8.0, 0.0)
    first = {"difference": difference, "covariance": np.eye(20), "days": MONTH}
    late = {"difference": np.zeros(8), "covariance": np.eye(8), "days": MONTH, "begins": 12 * MONTH}
    alone = verdicts_of(balances(first), false_alarm=0.05, seed=1)[0]
    beside = verdicts_of(balances(first, late), false_alarm=0.05, seed=1)[0]
    assert beside.tests["default"].statistic[:12] == pytest.approx(alone.tests["default"].statistic[:12], rel=1e-9)
    assert beside.alarms == alone.alarms
    assert beside.share < alone.share


# --- errors that shrink to none


def shrinking(seed: int, *, shared: bool) -> list[SeriesVerdict]:
    """The verdicts of a store that loses, as its random errors become 1, 1e-3, … and none of what they were."""
    rng = np.random.default_rng(seed)
    periods = int(rng.integers(2, 12))
    own = rng.uniform(0.5, 2.0, periods)
    groups = rng.integers(0, 3, periods)
    systematic = (
        rng.uniform(0.3, 1.0, periods) * (groups[:, None] == np.arange(3)).T if shared else np.zeros((1, periods))
    )
    place = int(rng.integers(periods))
    noise, bias = np.sqrt(own) * rng.standard_normal(periods), systematic.T @ rng.standard_normal(len(systematic))
    found = []
    for part in (1.0, 1e-3, 1e-6, 1e-9, 1e-12, 1e-14, 0.0):
        difference = np.sqrt(part) * noise + bias
        difference[place] += 30.0
        covariance = part * np.diag(own) + systematic.T @ systematic
        found.append(one(difference=difference, covariance=covariance))
    return found


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_better_scales_never_turn_a_loss_into_a_balance(seed: int, shared: bool) -> None:
    first, *better = shrinking(seed, shared=shared)
    assert first.verdict in ALARMING
    for found in better:
        assert found.verdict in ALARMING
        if found.verdict is Verdict.SHORTAGE:
            # However singular Σ becomes, the amount is told.
            assert sum(loss.estimate for loss in found.losses) == pytest.approx(30, abs=3.0)


def test_a_bias_alone_is_balanced_however_small_the_random_errors() -> None:
    """What one scale reads wrong everywhere is explained by its error, and no discrepancy."""
    flows = np.array([10.0, 20.0, 15.0, 5.0])
    for part in (1e-2, 1e-4, 1e-6, 0.0):
        covariance = np.outer(flows, flows) * 0.01 + part * np.eye(4)
        found = one(difference=0.08 * flows, covariance=covariance)
        assert found.verdict is Verdict.BALANCED
        assert all(value in {None, 0.0} for value in found.left)


def test_what_is_left_in_a_direction_without_error_is_said_of_its_period() -> None:
    flows = np.array([10.0, 20.0, 15.0])
    found = one(difference=0.08 * flows + [0.0, 0.0, 0.5], covariance=0.01 * np.outer(flows, flows))
    assert (found.verdict, found.alarm_inventory) == (Verdict.DISCREPANCY, "I3")
    assert found.left == (None, 0.0, pytest.approx(0.5))


@pytest.mark.parametrize("rough", [1.0, 1e3, 1e6, 1e9, 1e12])
def test_a_rough_count_between_sharp_ones_raises_no_more_false_alarms(rough: float) -> None:
    """Honest sites are called discrepant in none of forty, and what goes after the rough count is found."""
    rng = np.random.default_rng(5)
    sigma = np.array([1.0, 1.0, rough, 1.0, 1.0, 1.0, 1.0])
    covariance = (
        np.diag(sigma[:-1] ** 2 + sigma[1:] ** 2) - np.diag(sigma[1:-1] ** 2, 1) - np.diag(sigma[1:-1] ** 2, -1)
    )
    alarmed = 0
    for _ in range(40):
        errors = sigma * rng.standard_normal(7)
        difference = errors[:-1] - errors[1:]
        honest = one(difference=difference, covariance=covariance)
        assert honest.verdict is not Verdict.DISCREPANCY
        alarmed += honest.verdict in ALARMING
        difference[4] += 20.0
        assert one(difference=difference, covariance=covariance).verdict is Verdict.SHORTAGE
    # A shortage and a gain have a chance of 5 % each.
    assert alarmed <= 10
