"""The cheapest sample over several strata, against every sample and every mix of small cases."""

from __future__ import annotations

import itertools
import json
import math
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import hypergeom

from stockward.stats.sampling import least_n
from stockward.stats.splitting import (
    Diversion,
    Stratum,
    cheapest_for_all,
    cheapest_split,
    most_missing,
    searching,
    surest_of_cheapest,
    worst_mix,
)
from stockward.stats.splitting import mixes as splitting_mixes
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
    monkeypatch.setattr(splitting_mixes, "MOST_PAIRS", 40)
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


REFERENCE = Path(os.environ.get("STOCKWARD_SHARED", "../shared")) / "reference" / "plan"


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference cases are not here")
def test_cases_solved_by_enumeration() -> None:
    cases = json.loads((REFERENCE / "P3_inspection_allocation.json").read_text(encoding="utf-8"))
    assert len(cases) == 10
    for case in cases:
        strata = [Stratum(one["items"], one["kg_each"], one["cost_each"]) for one in case["strata"]]
        goal, detection = case["goal_kg"], round(1 - case["beta"], 12)
        found = surest_of_cheapest(strata, goal, cheapest_split(strata, goal, detection=detection), detection=detection)
        assert found.proved
        assert found.n == tuple(case["cheapest"])
        assert found.cost == case["cost"]
        assert math.exp(-found.worst.evidence) == pytest.approx(case["worst_non_detection"], abs=1e-9)


def test_one_sample_for_several_losses_against_every_sample() -> None:
    rng = np.random.default_rng(8)
    for _ in range(30):
        units = [int(rng.integers(1, 7)) for _ in range(int(rng.integers(2, 4)))]
        costs = [float(rng.integers(1, 4)) for _ in units]
        losses = []
        for _ in range(2):
            contents = tuple(float(rng.choice([0, 1, 2.5])) for _ in units)
            stock = sum(a * number for a, number in zip(contents, units, strict=True))
            if stock:
                losses.append(Diversion(contents, float(rng.uniform(0.1, 1)) * stock))
        if not losses:
            continue
        strata = [Stratum(number, 1.0, cost) for number, cost in zip(units, costs, strict=True)]
        found = cheapest_for_all(strata, losses, detection=0.9)
        assert found.proved
        ways = [
            mix
            for one in losses
            for mix in itertools.product(*(range(number + 1) for number in units))
            if sum(a * d for a, d in zip(one.contents, mix, strict=True)) >= one.loss * (1 - 1e-9)
        ]
        reached = {
            n: likeliest_unseen(tuple(strata), n, ways)
            for n in itertools.product(*(range(number + 1) for number in units))
        }
        price = {n: sum(c * size for c, size in zip(costs, n, strict=True)) for n in reached}
        least = min(price[n] for n, unseen_at_most in reached.items() if unseen_at_most <= Fraction(1, 10))
        assert found.cost == pytest.approx(least)
        surest = min(reached[n] for n in reached if price[n] == least)
        assert float(reached[found.n]) == pytest.approx(float(surest), abs=1e-9)


def test_many_strata_are_sampled_with_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    strata = [
        Stratum(int(rng.integers(20, 2000)), float(rng.choice([0.15, 0.6, 2.2, 4.5, 11.0])), float(rng.integers(1, 9)))
        for _ in range(30)
    ]
    loss = 0.004 * sum(one.units * one.content for one in strata)
    monkeypatch.setattr(searching, "MOST_STEPS", 300)
    split = cheapest_split(strata, loss, detection=0.95)
    assert split.bound <= split.cost <= 1.2 * split.bound
    # No thief who draws his mixes by chance goes unseen more often than one in twenty.
    for _ in range(300):
        order, left, chance = rng.permutation(len(strata)), loss, 1.0
        for place in order:
            one = strata[place]
            taken = min(one.units, math.ceil(left / one.content * rng.uniform(0.1, 1)))
            chance *= hypergeom.pmf(0, one.units, taken, split.n[place])
            left -= taken * one.content
            if left <= 0:
                break
        assert left > 0 or chance <= 0.05 * (1 + 1e-9)
