"""The default test as reviews follow each other: nothing is taken back, α is kept for the year, and time counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planned_series import at_days, whole_year
from scipy.stats import binomtest

from stockward.stats.detection import detection_curves, limit_detectable
from stockward.stats.loss_tests import CalibratedTests
from stockward.stats.scanning.planned import planned_years, spent_by
from stockward.stats.scanning.scan import crossing_probability
from stockward.terms.periods import YEAR_DAYS

YEARS = 365.25
RECOUNT = 5 / 24


def random_covariance_of(rng: np.random.Generator, periods: int) -> np.ndarray:
    """Σ of some kind of store: random errors, inventories between, calibrations that are shared for a while."""
    flows, counts = rng.uniform(0.3, 2.0, periods), rng.uniform(0.0, 2.0, periods + 1)
    covariance = np.diag(flows + counts[:-1] + counts[1:])
    covariance -= np.diag(counts[1:-1], 1) + np.diag(counts[1:-1], -1)
    group = np.cumsum(rng.random(periods) < 0.2)
    shared = rng.uniform(0.0, 0.7, periods)
    return covariance + np.outer(shared, shared) * (group[:, None] == group)


@st.composite
def records(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Σ, ends in days, and differences with a loss in them, over up to four years of inventories at any pace."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    pace = draw(st.sampled_from([(7.0,), (30.4,), (91.3,), (5.0, 23.0), (30.4, RECOUNT), (3.0, 40.0, 200.0, RECOUNT)]))
    gaps = rng.choice(pace, draw(st.integers(2, 26)))
    covariance = random_covariance_of(rng, len(gaps))
    root = np.linalg.cholesky(covariance)
    loss = np.where(np.arange(len(gaps)) >= rng.integers(len(gaps)), rng.uniform(0.0, 4.0), 0.0)
    return covariance, np.cumsum(gaps), root @ rng.standard_normal(len(gaps)) + loss


@settings(max_examples=40, deadline=None, derandomize=True)
@given(records())
def test_later_inventories_change_no_earlier_statistic_limit_or_alarm(
    record: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    covariance, end, differences = record
    whole = at_days(covariance, end)
    limits = np.concatenate([scan.limits for scan in whole.scans])
    last = np.concatenate([scan.windows.last + scan.since for scan in whole.scans])
    raised: list[int] = []
    for known in range(1, len(end) + 1):
        early = at_days(covariance[:known, :known], end[:known])
        found = np.concatenate([scan.limits for scan in early.scans])
        np.testing.assert_allclose(found, limits[last < known], rtol=1e-9)
        ratios = early.ratios(differences[:known])
        np.testing.assert_allclose(ratios, whole.ratios(differences)[:known], rtol=1e-7, atol=1e-9)
        alarms = early.alarms(differences[:known])
        # What was raised before stands, and what is new is raised by the inventory that has just come in.
        assert alarms[: len(raised)] == raised
        assert all(period == known - 1 for period in alarms[len(raised) :])
        raised = alarms
    assert raised == whole.alarms(differences)


def test_a_long_record_of_weeks_nests() -> None:
    rng = np.random.default_rng(5)
    covariance, end = random_covariance_of(rng, 130), 7.0 * np.arange(1, 131)
    differences = np.linalg.cholesky(covariance) @ rng.standard_normal(130)
    whole = at_days(covariance, end)
    for known in (30, 52, 53, 105, 129):
        early = at_days(covariance[:known, :known], end[:known])
        np.testing.assert_allclose(early.ratios(differences[:known]), whole.ratios(differences)[:known], rtol=1e-6)


@given(st.lists(st.sampled_from([0.0, RECOUNT, 1.0, 7.0, 30.0, 91.0, 400.0]), min_size=1, max_size=60))
@settings(deadline=None, derandomize=True)
def test_a_planned_year_is_closed_by_the_inventory_that_stands_nearest(gaps: list[float]) -> None:
    end = np.cumsum(gaps)
    start = end - np.array(gaps)
    years = planned_years(start, end)
    for known in range(1, len(end) + 1):
        early = planned_years(start[:known], end[:known])
        assert early.closes.tolist() == years.closes[:known].tolist()
    for year in range(len(years)):
        own = years.periods(year)
        begin = float(start[0]) if not own.start else float(end[own.start - 1])
        for period in range(own.start, own.stop):
            over = end[period] + gaps[period] - begin - YEAR_DAYS >= YEAR_DAYS - (end[period] - begin)
            assert years.closes[period] == over


# --- the false-alarm probability, at the last review and at any before it

PACES: dict[str, tuple[np.ndarray, int]] = {
    "weekly": (7.0 * np.arange(1, 53), 1),
    "monthly": (YEARS / 12 * np.arange(1, 13), 1),
    "quarterly": (YEARS / 4 * np.arange(1, 5), 1),
    "yearly": (np.array([YEARS]), 1),
    "three years of weeks": (7.0 * np.arange(1, 157), 3),
    "a recount five hours after each": (np.repeat(YEARS / 26 * np.arange(1, 27), 2) + np.tile([0.0, RECOUNT], 26), 1),
    "daily": (np.arange(1.0, 366.0), 1),
    "alternating": (np.cumsum(np.tile([5.0, 23.0], 13)), 1),
}


def reviewed(tests: CalibratedTests, draws: int, seed: int) -> np.ndarray:
    """Whether, without loss, each draw is alarmed by the review after each inventory; shape (draws, n)."""
    periods = len(tests.covariance)
    root = np.linalg.cholesky(tests.covariance).astype(np.float32)
    differences = np.random.default_rng(seed).standard_normal((draws, periods), dtype=np.float32) @ root.T
    alarmed = np.zeros((draws, periods), bool)
    for scan in tests.scans:
        scaled = (scan.inverse.T @ (scan.directions / scan.limits)).astype(np.float32)
        crossed = differences[:, scan.periods] @ scaled > 1
        begins = np.flatnonzero(np.diff(scan.windows.last, prepend=-1))
        alarmed[:, scan.windows.last[begins] + scan.since] |= np.logical_or.reduceat(crossed, begins, axis=1)
    return np.logical_or.accumulate(alarmed, axis=1)


def allowed_by(tests: CalibratedTests, end: np.ndarray) -> np.ndarray:
    """False-alarm probability that may have been spent by each review, over all planned years that have begun."""
    spent = spent_by(tests.years, -np.log(0.95) * np.diff(end, prepend=0.0) / YEAR_DAYS)
    left = np.ones(len(end))
    before = 1.0
    for year in range(len(tests.years)):
        own = tests.years.periods(year)
        left[own] = before * (1 - spent[own])
        before = left[own][-1]
    return 1 - left


@pytest.mark.parametrize("pace", PACES)
def test_every_review_keeps_the_false_alarm_probability(pace: str) -> None:
    end, years = PACES[pace]
    periods, draws = len(end), 20_000 if len(end) < 300 else 8_000
    tests = at_days(random_covariance_of(np.random.default_rng(3), periods), end)
    alarmed, allowed = reviewed(tests, draws, seed=4).mean(axis=0), allowed_by(tests, end)
    assert tests.share == pytest.approx(float(allowed[-1]), rel=1e-9)
    assert tests.share <= 1 - 0.95**years + 1e-4
    if pace in {"monthly", "quarterly", "yearly"}:
        assert tests.share == pytest.approx(0.05)
    # Three standard errors of the counting, and 3 % of the probability for the calibration; windows that reach into
    # the year before may alarm with those of that year, so that several years have a little less than they may.
    error = 3 * np.sqrt(allowed * (1 - allowed) / draws) + 0.03 * allowed
    less = error + 0.06 * allowed * (tests.years.number > 0)
    assert np.all(alarmed < allowed + error)
    assert np.all(alarmed > allowed - less)


def test_what_may_not_be_spent_is_nothing_and_not_minus_nothing() -> None:
    tests = CalibratedTests(
        np.eye(2), start=np.array([0.0, 30.0]), end=np.array([30.0, 60.0]), hazard=np.zeros(2), seed=1
    )
    assert (tests.share, np.signbit(tests.share)) == (0, False)


SCHEDULES = {
    "weeks": 7.0 * np.arange(1, 53),
    "months": YEARS / 12 * np.arange(1, 13),
    **{
        f"{count} at random, {seed}": np.append(
            np.sort(np.random.default_rng([count, seed]).uniform(2, 350, count - 1)), YEARS
        )
        for count in (13, 26)
        for seed in range(3)
    },
}


def test_what_a_year_may_spend_is_met_whatever_the_pace() -> None:
    """The chance that any window crosses its limit, sampled anew with many draws, beside what may be spent."""
    errors = []
    for end in SCHEDULES.values():
        covariance = random_covariance_of(np.random.default_rng(6), len(end))
        for seed in range(1, 17):
            tests = at_days(covariance, end, seed=seed)
            scan = tests.scans[0]
            spent = spent_by(tests.years, -np.log(0.95) * np.diff(end, prepend=0.0) / YEAR_DAYS)[len(scan.days) - 1]
            chance = crossing_probability(scan.directions, scan.limits, seed=99, draws=10_000)
            errors.append(chance / spent - 1.0)
    assert abs(np.mean(errors)) < 0.005
    assert np.sqrt(np.mean(np.square(errors))) < 0.02


def test_recounts_at_one_moment_cost_no_false_alarms() -> None:
    end = np.repeat(30.0 * np.arange(1, 13), 2)
    tests = at_days(random_covariance_of(np.random.default_rng(6), 24), end)
    alarms = int(reviewed(tests, 20_000, seed=7)[:, -1].sum())
    assert binomtest(alarms, 20_000, tests.share).pvalue > 1e-3


# --- time counts, and not the number of inventories

EVEN = {
    "equal": np.full(26, YEARS / 26),
    "alternating 5 and 23 days": np.append(np.tile([5.0, 23.0], 13), YEARS - 364.0),
    "at random": np.sort(np.random.default_rng(8).uniform(0, YEARS, 25)),
    "quarterly": np.full(4, YEARS / 4),
    "a recount five hours after each": np.tile([YEARS / 26 - RECOUNT, RECOUNT], 26),
}


def independent(days: np.ndarray) -> np.ndarray:
    """σ² of a period in proportion to its time, as is that of a flow that is weighed often."""
    return np.diag(days / days.mean())


def smallest_even_loss(
    days: np.ndarray, covariance_of: Callable[[np.ndarray], np.ndarray], *, seed: int = 1
) -> tuple[float, float]:
    """The smallest even loss found with 95 % by the test in force, and by the best test of the same share."""
    tests = at_days(covariance_of(days), np.cumsum(days), seed=seed)
    scan = tests.seen()
    move = tests.inverse @ (days / days.sum())
    (curve,) = detection_curves(scan.directions, scan.limits, [move], seed=1)
    found, best = curve.detectable(0.95), limit_detectable(move, false_alarm=tests.share, detection=0.95)
    assert found is not None
    assert best is not None
    return found, best


@pytest.mark.parametrize("name", EVEN)
def test_an_even_loss_is_found_as_well_over_unequal_periods_as_over_equal_ones(name: str) -> None:
    days = EVEN[name] if name != "at random" else np.diff(EVEN[name], prepend=0.0, append=YEARS)
    found, best = smallest_even_loss(days, independent)
    assert 1.0 < found / best < 1.18


def test_a_recount_five_hours_later_hides_nothing() -> None:
    """A store of known stock and flow, monthly; then every inventory is taken again five hours later."""

    def store(days: np.ndarray) -> np.ndarray:
        return np.diag(days / 30.0 + 2.0) - np.eye(len(days), k=1) - np.eye(len(days), k=-1)

    # Limits are sampled: what either loses or gains by chance is averaged out, and what is left of it told.
    alone, again = (
        np.array([smallest_even_loss(days, store, seed=seed)[0] for seed in range(1, 33)])
        for days in (np.full(12, YEARS / 12), np.tile([YEARS / 12 - RECOUNT, RECOUNT], 12))
    )
    error = np.hypot(*(np.std(one, ddof=1) / np.sqrt(len(one)) for one in (alone, again)))
    assert error < 0.002 * alone.mean()
    assert again.mean() < alone.mean() + 3 * error


@pytest.mark.parametrize("share", [0.05, 0.0025])
def test_the_loss_of_one_week_is_found_wherever_it_is(share: float) -> None:
    tests = whole_year(np.eye(52), false_alarm=share)
    (scan,) = tests.scans
    curves = detection_curves(scan.directions, scan.limits, list(np.eye(52)), seed=1)
    found = np.array([curve.detectable(0.95) for curve in curves])
    assert found.max() < 1.08 * np.median(found)


def test_a_second_inventory_at_one_moment_is_looked_at() -> None:
    end = np.array([30.0, 60.0, 90.0, 90.0, 120.0, 150.0])
    tests = at_days(np.eye(6), end)
    found = [
        tests.default_alarms(np.random.default_rng(seed).standard_normal(6) + 8 * np.eye(6)[3]) for seed in range(60)
    ]
    assert np.mean(found) > 0.9
