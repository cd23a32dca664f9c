"""The mathematics of staffing beside enumeration, an independent library, and simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from stockward.stats.net_hours import net_hours_interval, share_unseen, work_hours
from stockward.stats.staffing import (
    CrewAsked,
    StaffPool,
    absences_of_crews,
    chance_filled,
    least_rostered,
    post_hours,
    relief_factor,
    whole_guards,
)
from stockward.terms.errors import FigureError, ProbabilityError


def every_case(absent: np.ndarray, crew: int) -> np.ndarray:
    """Chance that just a of a crew are absent: each crew of the pool, and each way of its members, counted alike."""
    found = np.zeros(crew + 1)
    crews = list(itertools.combinations(absent, crew))
    for members in crews:
        for away in itertools.product((False, True), repeat=crew):
            found[sum(away)] += math.prod(q if gone else 1 - q for q, gone in zip(members, away, strict=True))
    return found / len(crews)


@pytest.mark.parametrize("people", range(1, 9))
def test_absences_of_crews_are_those_of_every_case(people: int) -> None:
    absent = np.random.default_rng(people).uniform(0, 1, people)
    table = absences_of_crews(absent, people, people)
    for crew in range(people + 1):
        assert table[crew, : crew + 1] == pytest.approx(every_case(absent, crew), abs=1e-14)
        assert not table[crew, crew + 1 :].any()


def test_the_whole_pool_is_poisson_binomial() -> None:
    absent = np.random.default_rng(1).uniform(0, 0.3, 60)
    expected = np.ones(1)
    for chance in absent:
        expected = np.convolve(expected, [1 - chance, chance])
    assert absences_of_crews(absent, 60, 60)[60] == pytest.approx(expected, abs=1e-14)
    alike = absences_of_crews(np.full(60, 0.1), 40, 40)[40]
    assert alike == pytest.approx(stats.binom.pmf(np.arange(41), 40, 0.1), abs=1e-13)


def test_what_is_cut_off_changes_nothing_that_stays() -> None:
    absent = np.random.default_rng(2).uniform(0, 0.5, 30)
    whole = absences_of_crews(absent, 30, 30)
    assert absences_of_crews(absent, 12, 4) == pytest.approx(whole[:13, :5], abs=1e-15)
    pool = StaffPool(absent)
    asked_small_first = [pool.absences(3, 1), pool.absences(25, 9), pool.absences(30, 2)]
    for found, expected in zip(asked_small_first, (whole[3, :2], whole[25, :10], whole[30, :3]), strict=True):
        assert found == pytest.approx(expected, abs=1e-15)


def test_beyond_the_pool_there_are_more_people_like_it() -> None:
    pool = StaffPool(np.array([0.1, 0.4, 0.0]))
    twice = np.convolve(every_case(pool.absent, 3), every_case(pool.absent, 3))
    assert pool.absences(7, 7) == pytest.approx(np.convolve(twice, every_case(pool.absent, 1)), abs=1e-15)
    assert pool.absences(6, 2) == pytest.approx(twice[:3], abs=1e-15)


def test_a_shift_of_three_crews_beside_every_case() -> None:
    rng = np.random.default_rng(3)
    pools = [rng.uniform(0, 0.6, size) for size in (4, 5, 6)]
    crews, standing = (2, 3, 4), (1, 2, 3)
    expected = 0.0
    for away in itertools.product(*(range(crew + 1) for crew in crews)):
        there = [crew - gone for crew, gone in zip(crews, away, strict=True)]
        if there[0] >= 1 and there[1] >= 2 and sum(there) >= 6:
            cases = (every_case(pool, crew)[gone] for pool, crew, gone in zip(pools, crews, away, strict=True))
            expected += math.prod(cases)
    asked = [CrewAsked(StaffPool(pools[one]), standing[one], plain=one == 2) for one in range(3)]
    assert chance_filled(asked, crews) == pytest.approx(expected, abs=1e-14)


def test_holders_of_one_qualification_do_not_stand_in_for_another() -> None:
    always, never = StaffPool(np.zeros(9)), StaffPool(np.full(9, 0.5))
    asked = [CrewAsked(always, 1), CrewAsked(never, 1)]
    assert chance_filled(asked, (9, 1)) == 0.5
    assert chance_filled(asked, (0, 9)) == 0.0
    plain = [CrewAsked(always, 1), CrewAsked(never, 1, plain=True)]
    assert chance_filled(plain, (2, 1)) == 1.0


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.floats(0, 0.6), min_size=3, max_size=7),
    st.lists(st.floats(0, 0.6), min_size=3, max_size=7),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.sampled_from([0.5, 0.8, 0.95, 0.999]),
)
def test_no_smaller_number_fills_the_shift(
    armed: list[float], plain: list[float], standing: tuple[int, int], probability: float
) -> None:
    asked = [
        CrewAsked(StaffPool(np.array(armed)), standing[0]),
        CrewAsked(StaffPool(np.array(plain)), standing[1], plain=True),
    ]
    found = least_rostered(asked, probability=probability)
    assert found is not None
    total = sum(found.crews)
    assert found.chance >= probability
    assert chance_filled(asked, found.crews) == pytest.approx(found.chance, abs=1e-15)
    for first in range(standing[0], total - standing[1] + 1):
        assert chance_filled(asked, (first, total - first)) <= found.chance + 1e-15
        if first < total - standing[1]:
            assert chance_filled(asked, (first, total - 1 - first)) < probability


def test_each_crew_has_at_least_as_many_as_stand_there() -> None:
    # Five holders, who always come, would fill all posts by themselves; three others are rostered all the same.
    asked = [CrewAsked(StaffPool(np.zeros(9)), 2), CrewAsked(StaffPool(np.full(30, 0.5)), 3, plain=True)]
    assert chance_filled(asked, (5, 0)) == 1.0
    found = least_rostered(asked, probability=0.9)
    assert found is not None
    assert found.crews[0] >= 2
    assert found.crews[1] >= 3
    assert sum(found.crews) > 5


def test_the_fill_probability_is_what_happens() -> None:
    rng = np.random.default_rng(4)
    armed, everybody, draws = rng.uniform(0, 0.3, 12), rng.uniform(0, 0.3, 30), 40_000
    asked = [CrewAsked(StaffPool(armed), 3), CrewAsked(StaffPool(everybody), 6, plain=True)]
    found = least_rostered(asked, probability=0.95)
    assert found is not None
    there = []
    for pool, crew in zip((armed, everybody), found.crews, strict=True):
        drawn = rng.permuted(np.tile(pool, (draws, 1)), axis=1)[:, :crew]
        there.append((rng.random(drawn.shape) >= drawn).sum(axis=1))
    filled = ((there[0] >= 3) & (there[0] + there[1] >= 9)).mean()
    assert filled == pytest.approx(found.chance, abs=4 * math.sqrt(found.chance * (1 - found.chance) / draws))


def test_a_pool_that_never_comes_fills_nothing() -> None:
    assert least_rostered([CrewAsked(StaffPool(np.ones(5)), 1)], probability=0.5) is None
    assert least_rostered([CrewAsked(StaffPool(np.zeros(0)), 1)], probability=0.5) is None
    nothing = least_rostered([], probability=0.5)
    assert nothing is not None
    assert (nothing.crews, nothing.chance) == ((), 1.0)


@pytest.mark.parametrize("probability", [0.0, 1.0, -1.0, math.nan])
def test_a_probability_out_of_range_is_refused(probability: float) -> None:
    with pytest.raises(ProbabilityError, match="probability must lie between 0 and 1"):
        least_rostered([CrewAsked(StaffPool(np.zeros(3)), 1)], probability=probability)


def test_net_hours_of_one_and_of_many() -> None:
    one = work_hours(*(np.array([value]) for value in (40.0, 260.0, 30.0, 13.0)), weeks=52)
    assert (one.contract, one.planned, one.unplanned, one.net, one.rostered) == (2080, 240, 104, 1736, 1840)
    many = work_hours(np.array([40.0, 20.0]), np.array([200.0, 100.0]), np.array([20.0, 0.0]), np.zeros(2), weeks=52)
    # The contracts are 30 hours in the mean, however long each was observed; of 10 000 hours observed 800 were lost.
    assert many.net == pytest.approx(52 * 30 * (40 * 180 + 20 * 100) / (40 * 200 + 20 * 100))
    longer = work_hours(
        np.array([40.0, 20.0]), np.array([200.0, 100.0]), np.array([20.0, 0.0]), np.zeros(2),
        contracts=np.full(3, 50.0), weeks=52,
    )  # fmt: skip
    assert (longer.contract, longer.net) == pytest.approx((2600, 2600 * 0.92))
    with pytest.raises(FigureError, match="no working day"):
        work_hours(np.array([40.0]), np.zeros(1), np.zeros(1), np.zeros(1), weeks=52)


@pytest.mark.parametrize(("guards", "away"), [(1, 0), (6, 0), (6, 2), (20, 0), (20, 1), (91, 9), (30, 30)])
def test_the_interval_is_exact_where_a_guard_is_there_always_or_never(guards: int, away: int) -> None:
    absent = np.where(np.arange(guards) < away, 250.0, 0.0)
    low, high = interval(np.full(guards, 40.0), np.full(guards, 250.0), absent, resamples=40_000)
    there = guards - away
    exact = stats.beta.ppf([0.025, 0.975], [there, there + 1], [away + 1, away])  # Clopper and Pearson
    expected = np.where([there == 0, away == 0], [0, 1], exact)
    assert np.array([low, high]) / 2080 == pytest.approx(expected, abs=0.006)
    if away == 0:
        assert low / 2080 == pytest.approx(1 - share_unseen(guards, confidence=0.95), abs=0.006)


def interval(
    hours: np.ndarray,
    days: np.ndarray,
    absent: np.ndarray,
    *,
    confidence: float = 0.95,
    resamples: int = 400,
    seed: int = 1,
) -> tuple[float, float]:
    return net_hours_interval(hours, days, absent, weeks=52, confidence=confidence, resamples=resamples, seed=seed)


@settings(deadline=None, max_examples=60)
@given(st.integers(3, 40), st.integers(0, 2**32 - 1))
def test_the_interval_lies_within_what_is_possible_about_the_mean(guards: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    hours, days = rng.choice([20.0, 30.0, 40.0], guards), rng.integers(20, 261, guards) * 1.0
    absent = np.floor(days * rng.choice([0.0, 0.1, 1.0], guards, p=[0.3, 0.6, 0.1]))
    mean = work_hours(hours, days, absent, np.zeros(guards), weeks=52).net
    low, high = interval(hours, days, absent)
    assert 0 <= low <= mean <= high <= 52 * hours.max() * (1 + 1e-12)
    wide = interval(hours, days, absent, confidence=0.99)
    assert wide[0] <= low <= high <= wide[1]
    assert interval(hours, days, absent) == (low, high)


@pytest.mark.parametrize("guards", [5, 12, 20, 60])
@pytest.mark.parametrize("long_absent", [0.0, 0.05, 0.1, 0.2])
def test_the_interval_holds_the_mean_as_often_as_it_says(guards: int, long_absent: float) -> None:
    rng = np.random.default_rng([guards, round(100 * long_absent)])
    mean = 2080 * (1 - (1 - long_absent) * 2 / 32 - long_absent * 0.9)
    held = 0
    for trial in range(300):
        rate = np.where(rng.random(guards) < long_absent, 0.9, rng.beta(2, 30, guards))
        absent = rng.binomial(250, rate) * 1.0
        low, high = interval(np.full(guards, 40.0), np.full(guards, 250.0), absent, seed=trial)
        held += low <= mean <= high
    # The percentile bootstrap holds it in 0.5 to 0.9 of them where some of 5 to 20 guards are absent for long.
    assert stats.binomtest(held, 300, 0.95, alternative="less").pvalue > 0.001


def test_the_interval_allows_for_hardly_more_than_guards_who_are_not_seen() -> None:
    rng = np.random.default_rng(6)
    for guards in (20, 60, 200):
        absent = rng.binomial(250, rng.beta(2, 30, guards)) * 1.0
        mean = 2080 * (1 - absent.mean() / 250)
        low, high = interval(np.full(guards, 40.0), np.full(guards, 250.0), absent, resamples=4_000)
        assert 1 - low / mean == pytest.approx(share_unseen(guards, confidence=0.95), abs=0.015)
        assert high / mean - 1 < 0.04


@pytest.mark.parametrize("confidence", [0.0, 1.0, math.nan])
def test_a_confidence_out_of_range_is_refused(confidence: float) -> None:
    with pytest.raises(ProbabilityError, match="confidence must lie between 0 and 1"):
        interval(np.full(8, 40.0), np.full(8, 250.0), np.zeros(8), confidence=confidence)
    with pytest.raises(ProbabilityError, match="confidence must lie between 0 and 1"):
        share_unseen(8, confidence=confidence)


def test_hours_and_whole_guards() -> None:
    assert post_hours(2, 24, 7, 52) == 17_472
    assert [whole_guards(value) for value in (0.0, 0.2, 1.0, 1 + 1e-12, 1 + 1e-6, 52.48)] == [0, 1, 1, 1, 2, 53]
    with pytest.raises(FigureError, match="0 net hours a year fill no post"):
        relief_factor(100, 0)
