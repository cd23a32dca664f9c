"""Sizes, chances and limits of a sample, against big-integer arithmetic and against simulation."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockward.stats.sampling import (
    defects_of,
    detection_chance,
    evidence,
    evidence_up_to,
    least_measured,
    least_n,
    missed_chance,
    upper_limit,
)
from stockward.terms.errors import FigureError, ProbabilityError

BETAS = ("0.5", "0.2", "0.1", "0.05", "0.01", "0.001")

PUBLISHED = (
    (300, 10, 0.9, 61), (1000, 5, 0.9, 369), (1000, 10, 0.95, 258), (50, 3, 0.95, 31), (5000, 5, 0.9, 1845),
    (10, 1, 0.95, 10), (10, 1, 0.5, 5), (10, 10, 0.95, 1), (20, 1, 0.9, 18), (20, 19, 0.99, 2), (25, 2, 0.8, 14),
    (60, 6, 0.95, 23), (100, 1, 0.95, 95), (100, 2, 0.9, 69),
)  # fmt: skip


def unseen(units: int, n: int, defects: int) -> Fraction:
    return Fraction(math.comb(units - defects, n), math.comb(units, n))


def least_by_hand(units: int, defects: int, beta: Fraction) -> int:
    return next(n for n in range(units + 1) if unseen(units, n, defects) <= beta)


@pytest.mark.parametrize(("units", "defects", "detection", "n"), PUBLISHED)
def test_the_reference_sizes(units: int, defects: int, detection: float, n: int) -> None:
    assert least_n(units, defects, detection=detection) == n


@pytest.mark.parametrize("beta", BETAS)
def test_every_size_up_to_sixty_units(beta: str) -> None:
    detection = float(1 - Fraction(beta))
    for units in range(1, 61):
        for defects in range(1, units + 1):
            expected = least_by_hand(units, defects, Fraction(beta))
            assert least_n(units, defects, detection=detection) == expected, (units, defects)


@settings(max_examples=150, deadline=None)
@given(
    units=st.integers(1, 1_000_000),
    share=st.floats(0, 1),
    detection=st.sampled_from([0.5, 0.9, 0.95, 0.999, 0.999999]),
)
def test_large_sizes_in_whole_numbers(units: int, share: float, detection: float) -> None:
    defects = max(1, min(units, round(units**share)))
    n = least_n(units, defects, detection=detection)
    num, den = missed_chance(detection)

    def misses(size: int) -> bool:
        few, many = min(size, defects), max(size, defects)
        return math.perm(max(units - many, 0), few) * den <= num * math.perm(units, few)

    assert misses(n)
    assert n == 0 or not misses(n - 1)


def test_ties_are_ties() -> None:
    # 1 − n/N equals β exactly: n units suffice, and no rounding of 0.95 or 0.9 asks for one more.
    for units in (20, 100, 1000, 1_000_000):
        assert least_n(units, 1, detection=0.95) == units * 95 // 100
        assert least_n(units, 1, detection=0.9) == units * 9 // 10


def test_chances_of_detection() -> None:
    for units, n, defects in ((10, 4, 3), (60, 23, 6), (300, 61, 10), (12, 12, 1), (9, 0, 4)):
        assert detection_chance(units, n, defects) == pytest.approx(float(1 - unseen(units, n, defects)), abs=1e-12)


def partly_unseen(units: int, n: int, defects: int, notice: Fraction) -> Fraction:
    every = math.comb(units, n)
    return sum(
        (
            Fraction(math.comb(defects, k) * math.comb(units - defects, n - k), every) * (1 - notice) ** k
            for k in range(min(n, defects) + 1)
        ),
        Fraction(0),
    )


def test_partial_defects_by_their_sum() -> None:
    for units in (1, 2, 7, 20, 31):
        for n in range(units + 1):
            for defects in range(1, units + 1):
                for notice in ("0.3", "0.9"):
                    expected = float(1 - partly_unseen(units, n, defects, Fraction(notice)))
                    found = detection_chance(units, n, defects, notice=float(notice))
                    assert found == pytest.approx(expected, abs=1e-11)


def test_the_least_number_to_measure() -> None:
    for units in (5, 18, 30):
        for defects in range(1, units + 1):
            for notice in ("0.4", "0.85", "1.0"):
                beta = Fraction("0.07")
                enough = (n for n in range(units + 1) if partly_unseen(units, n, defects, Fraction(notice)) <= beta)
                assert least_measured(units, defects, notice=float(notice), detection=0.93) == next(enough, None)


def test_evidence_is_convex() -> None:
    for notice in (1.0, 0.7, 0.2):
        for units in (6, 15, 40):
            for n in range(units + 1):
                found = evidence_up_to(units, n, units, notice=notice)
                rising = np.diff(found[np.isfinite(found)])
                assert np.all(np.diff(rising) >= -1e-9)
                by_defects = evidence(units, n, np.arange(units + 1), notice=notice)
                np.testing.assert_allclose(
                    by_defects, evidence_up_to(units, n, units, notice=notice), rtol=1e-9, atol=1e-10
                )


def test_upper_limits_by_hand() -> None:
    for units in (1, 6, 13):
        for n in range(units + 1):
            for found in range(n + 1):
                for confidence in ("0.9", "0.95"):
                    beta = 1 - Fraction(confidence)
                    likely = [
                        defects
                        for defects in range(found, units - (n - found) + 1)
                        if sum(math.comb(defects, k) * math.comb(units - defects, n - k) for k in range(found + 1))
                        > beta * math.comb(units, n)
                    ]
                    assert upper_limit(units, n, found, confidence=float(confidence)) == max(likely)


def test_a_clean_sample_of_the_least_size_excludes_the_loss() -> None:
    for units, defects in ((300, 10), (34_680, 67), (50, 3)):
        n = least_n(units, defects, detection=0.95)
        assert upper_limit(units, n, 0, confidence=0.95) < defects
        assert upper_limit(units, n - 1, 0, confidence=0.95) >= defects


def test_upper_limits_hold_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    for units, n, defects in ((200, 40, 12), (1000, 150, 30)):
        limits = [upper_limit(units, n, found, confidence=0.9) for found in range(min(n, defects) + 1)]
        found = rng.hypergeometric(defects, units - defects, n, size=20_000)
        assert np.mean(np.array(limits)[found] >= defects) >= 0.9 - 0.006


def test_units_that_hold_a_loss() -> None:
    assert defects_of(10.0, 0.15) == 67
    assert defects_of(1.1, 0.1) == 11
    assert defects_of(25.0, 2.5) == 10
    assert defects_of(0.001, 5.0) == 1
    with pytest.raises(FigureError, match=r"must be above zero; got 0.0 and 1.0"):
        defects_of(0.0, 1.0)


@pytest.mark.parametrize(("units", "defects"), [(10, 0), (10, 11), (0, 1), (10, -1)])
def test_impossible_sizes_are_refused(units: int, defects: int) -> None:
    with pytest.raises(FigureError, match=f"must be 1 to all {units}; got {defects}"):
        least_n(units, defects, detection=0.95)


@pytest.mark.parametrize("detection", [0.0, 1.0, 1.5, math.nan])
def test_impossible_chances_are_refused(detection: float) -> None:
    with pytest.raises(ProbabilityError):
        least_n(10, 1, detection=detection)
