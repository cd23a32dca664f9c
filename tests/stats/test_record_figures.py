"""Figures on how records are kept, against plain loops, a library, and simulation without any effect."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from stockward.stats.records import CLUSTER_DAYS, cluster, cusum_p_value, poisson_cusum, sign_test


def cusum_by_hand(errors: np.ndarray, expected: np.ndarray) -> tuple[float, int]:
    height, largest, day = 0.0, 0.0, -1
    for place, (count, mean) in enumerate(zip(errors, expected, strict=True)):
        height = max(height + count - mean / math.log(2), 0.0)
        if height > largest + 1e-12:
            largest, day = height, place
    return largest, day


@pytest.mark.parametrize("seed", range(20))
def test_poisson_cusum_is_that_of_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    expected = rng.choice([0.0, 0.1, 0.5, 1.5], 60)
    errors = rng.poisson(expected)
    largest, day = poisson_cusum(np.repeat(np.arange(60), errors).astype(float), expected)
    by_hand, on = cusum_by_hand(errors, expected)
    assert largest == pytest.approx(by_hand)
    assert day == on


def test_the_cusum_of_a_rate_that_doubles_has_a_small_p_value() -> None:
    records = np.full(365, 20.0)
    even = np.zeros(365)
    even[::5] = 1
    assert cusum_p_value(even, records, 0.01, seed=1)[2] > 0.3
    rising = even + np.where(np.arange(365) > 250, np.arange(365) % 3 == 0, 0)
    assert cusum_p_value(rising, records, 0.01, seed=1)[2] < 0.01


def test_cusum_p_values_are_no_smaller_than_uniform_without_effect() -> None:
    rng = np.random.default_rng(2)
    p_values = []
    for seed in range(250):
        records = rng.poisson(8, 90).astype(float)
        p_values.append(cusum_p_value(rng.poisson(0.05 * records).astype(float), records, 0.05, seed=seed)[2])
    assert_super_uniform(np.array(p_values))


def test_cluster_p_values_are_no_smaller_than_uniform_without_effect() -> None:
    rng = np.random.default_rng(3)
    p_values = []
    for seed in range(250):
        records = rng.poisson(5, 80).astype(float)
        found = cluster(rng.multinomial(9, records / records.sum()).astype(float), records, seed=seed)
        assert found is not None
        p_values.append(found[3])
    assert_super_uniform(np.array(p_values))


def assert_super_uniform(p_values: np.ndarray) -> None:
    for level in (0.05, 0.1, 0.25, 0.5):
        assert binomtest(int(np.sum(p_values <= level)), len(p_values), level, alternative="greater").pvalue > 1e-3
    assert np.mean(p_values <= 0.5) > 0.2


def strongest_by_hand(events: np.ndarray, records: np.ndarray) -> float:
    """The largest log-likelihood ratio over every window of up to ``CLUSTER_DAYS`` days."""
    total, best = events.sum(), 0.0
    for first in range(len(events)):
        for last in range(first, min(first + CLUSTER_DAYS, len(events))):
            found, mean = events[first : last + 1].sum(), total * records[first : last + 1].sum() / records.sum()
            if found > mean:
                rest = (total - found) * math.log((total - found) / (total - mean)) if total > found else 0.0
                best = max(best, found * math.log(found / mean) + rest)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_the_strongest_cluster_is_that_of_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    records = rng.poisson(4, 70).astype(float)
    events = rng.multinomial(8, records / records.sum()).astype(float)
    found = cluster(events, records, seed=1)
    assert found is not None
    first, last, expected, _ = found
    assert expected == pytest.approx(8 * records[first : last + 1].sum() / records.sum())
    inside = events[first : last + 1].sum()
    rest = (8 - inside) * math.log((8 - inside) / (8 - expected)) if inside < 8 else 0.0
    assert inside * math.log(inside / expected) + rest == pytest.approx(strongest_by_hand(events, records))


def test_a_cluster_is_found_where_it_is() -> None:
    records, events = np.full(200, 10.0), np.zeros(200)
    events[[20, 90, 101, 102, 103, 104, 180]] = [1, 1, 1, 2, 2, 1, 1]
    found = cluster(events, records, seed=1)
    assert found is not None
    first, last, _, p_value = found
    assert (first, last) == (101, 104)
    assert p_value < 0.01
    assert cluster(np.eye(1, 200)[0], records, seed=1) is None


@pytest.mark.parametrize(("losses", "gains"), [(0, 0), (0, 5), (1, 0), (5, 0), (7, 2), (3, 3), (40, 11)])
def test_the_sign_test_is_the_exact_binomial(losses: int, gains: int) -> None:
    expected = binomtest(losses, losses + gains, 0.5, alternative="greater").pvalue if losses + gains else 1.0
    assert sign_test(losses, gains) == pytest.approx(expected)
