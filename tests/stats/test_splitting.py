"""The cheapest sample over several strata, against every sample and every mix of small cases."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from stockward.stats import splitting
from stockward.stats.sampling import least_n
from stockward.stats.splitting import Stratum, cheapest_split, most_missing, worst_mix
from stockward.terms.errors import FigureError


def unseen(stratum: Stratum, n: int, defects: int) -> Fraction:
    """The chance that nothing is noticed, by its definition."""
    missed = 1 - Fraction(str(stratum.notice))
    every = math.comb(stratum.units, n)
    return sum(
        (
            Fraction(math.comb(defects, k) * math.comb(stratum.units - defects, n - k), every) * missed**k
            for k in range(min(n, defects) + 1)
        ),
        Fraction(0),
    )


def mixes(strata: tuple[Stratum, ...], loss: float) -> list[tuple[int, ...]]:
    every = itertools.product(*(range(stratum.units + 1) for stratum in strata))
    return [mix for mix in every if sum(s.content * d for s, d in zip(strata, mix, strict=True)) >= loss * (1 - 1e-9)]


def likeliest_unseen(strata: tuple[Stratum, ...], n: tuple[int, ...], ways: list[tuple[int, ...]]) -> Fraction:
    tables = [[unseen(s, size, d) for d in range(s.units + 1)] for s, size in zip(strata, n, strict=True)]
    return max(math.prod((tables[h][d] for h, d in enumerate(mix)), start=Fraction(1)) for mix in ways)


def cheapest_by_hand(strata: tuple[Stratum, ...], loss: float, detection: str) -> float:
    ways, beta = mixes(strata, loss), 1 - Fraction(detection)
    samples = sorted(
        itertools.product(*(range(s.units + 1) for s in strata)),
        key=lambda n: sum(s.cost * size for s, size in zip(strata, n, strict=True)),
    )
    for n in samples:
        if likeliest_unseen(strata, n, ways) <= beta:
            return sum(s.cost * size for s, size in zip(strata, n, strict=True))
    raise AssertionError("no sample finds it")


CASES = [
    ((Stratum(6, 2.0), Stratum(9, 1.0)), 5.0, "0.9"),
    ((Stratum(6, 2.0), Stratum(9, 1.0, 3.0)), 5.0, "0.9"),
    ((Stratum(4, 5.0), Stratum(7, 3.0), Stratum(5, 2.0)), 21.0, "0.95"),
    ((Stratum(4, 5.0), Stratum(7, 3.0), Stratum(5, 2.0)), 4.0, "0.5"),
    ((Stratum(8, 1.5), Stratum(8, 1.5)), 3.0, "0.8"),
    ((Stratum(10, 0.7), Stratum(3, 2.3), Stratum(4, 2.05)), 6.0, "0.95"),
    ((Stratum(3, 1.0), Stratum(3, 1.0), Stratum(3, 1.0)), 9.0, "0.99"),
    ((Stratum(9, 1.0, 1.0, 0.9), Stratum(6, 2.0, 1.0, 0.8)), 8.0, "0.9"),
    ((Stratum(2, 1.0), Stratum(12, 1.0)), 13.0, "0.6"),
]


@pytest.mark.parametrize(("strata", "loss", "detection"), CASES)
def test_no_sample_is_cheaper(strata: tuple[Stratum, ...], loss: float, detection: str) -> None:
    split = cheapest_split(strata, loss, detection=float(detection))
    assert split.proved
    assert split.cost == cheapest_by_hand(strata, loss, detection)
    assert likeliest_unseen(strata, split.n, mixes(strata, loss)) <= 1 - Fraction(detection)


def test_random_small_cases_against_every_sample() -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        strata = tuple(
            Stratum(int(rng.integers(1, 9)), float(rng.integers(1, 12)) / 4, float(rng.integers(1, 4)))
            for _ in range(int(rng.integers(2, 4)))
        )
        loss = float(rng.uniform(0.1, 1)) * sum(s.units * s.content for s in strata)
        detection = str(rng.choice(["0.5", "0.8", "0.95"]))
        split = cheapest_split(strata, loss, detection=float(detection))
        assert split.proved
        assert split.cost == cheapest_by_hand(strata, loss, detection), (strata, loss, detection)


def test_the_worst_mix_against_every_mix() -> None:
    rng = np.random.default_rng(6)
    for _ in range(60):
        strata = tuple(
            Stratum(int(rng.integers(1, 10)), float(rng.integers(1, 12)) / 4) for _ in range(int(rng.integers(1, 5)))
        )
        n = tuple(int(rng.integers(0, s.units + 1)) for s in strata)
        loss = float(rng.uniform(0.1, 1)) * sum(s.units * s.content for s in strata)
        mix = worst_mix(strata, n, loss)
        expected = float(likeliest_unseen(strata, n, mixes(strata, loss)))
        assert math.exp(-mix.evidence) == pytest.approx(expected, rel=1e-9, abs=1e-12)
        if expected > 0:
            assert mix.defects in mixes(strata, loss)
            found = math.prod(unseen(s, size, d) for s, size, d in zip(strata, n, mix.defects, strict=True))
            assert float(found) == pytest.approx(expected, rel=1e-9)


def test_a_coarse_grid_favours_the_thief(monkeypatch: pytest.MonkeyPatch) -> None:
    strata = (Stratum(60, 1.0), Stratum(50, 0.73), Stratum(40, 1.31), Stratum(90, 0.41))
    n = (20, 15, 15, 20)
    exact = worst_mix(strata, n, 20.0)
    monkeypatch.setattr(splitting, "MOST_PAIRS", 40)
    coarse = worst_mix(strata, n, 20.0)
    assert 0.5 * exact.evidence < coarse.evidence <= exact.evidence


def test_one_stratum_is_the_least_n() -> None:
    for units, defects in ((300, 10), (1000, 5), (50, 3)):
        split = cheapest_split([Stratum(units, 2.5)], 2.5 * defects, detection=0.9)
        assert split.n == (least_n(units, defects, detection=0.9),)
        assert split.proved


def test_what_a_clean_sample_does_not_exclude() -> None:
    for strata, loss, detection in CASES[:7]:
        split = cheapest_split(strata, loss, detection=float(detection))
        limit = most_missing(strata, split.n, detection=float(detection))
        beta = 1 - Fraction(detection)
        tables = [[unseen(s, n, d) for d in range(s.units + 1)] for s, n in zip(strata, split.n, strict=True)]
        largest = max(
            sum(s.content * d for s, d in zip(strata, mix, strict=True))
            for mix in itertools.product(*(range(s.units + 1) for s in strata))
            if math.prod((tables[h][d] for h, d in enumerate(mix)), start=Fraction(1)) > beta
        )
        assert limit == pytest.approx(largest, abs=1e-6)
        assert limit < loss


def test_strata_nobody_counts_may_be_empty() -> None:
    assert most_missing([Stratum(5, 2.0), Stratum(3, 1.0)], (5, 0), detection=0.95) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("strata", "loss", "words"),
    [
        ([Stratum(3, 1.0), Stratum(2, 1.0)], 6.0, "all units together hold 5, less than the loss of 6"),
        ([Stratum(3, 1.0)], 0.0, "the loss must be above zero; got 0.0"),
        ([Stratum(3, 1.0, 0.0), Stratum(2, 1.0)], 2.0, "the cost of counting a unit must be above zero"),
        ([Stratum(3, 1.0, 1.0, 0.2)], 2.0, "even all 3 units do not show the loss with the chance asked for"),
        (
            [Stratum(3, 1.0, 1.0, 0.2), Stratum(3, 1.0, 1.0, 0.2)],
            2.0,
            "even all units of all strata do not show the loss with the chance asked for",
        ),
    ],
)
def test_what_cannot_be_is_refused(strata: list[Stratum], loss: float, words: str) -> None:
    with pytest.raises(FigureError) as raised:
        cheapest_split(strata, loss, detection=0.95)
    assert str(raised.value) == words
