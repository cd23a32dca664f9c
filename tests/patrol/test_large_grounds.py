"""Grounds of many areas: the bound of the flow, and the nights walked by it, against what is looked at one by one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from benchmarks.patrol_grounds import drawn_ground
from tests.patrol.games import drawn_game, every_walk, exact_value, losses_of

from stockward.patrol.game.ground import Ground
from stockward.patrol.game.mixing import Effort, best_mixture
from stockward.patrol.game.nights import ManyNights
from stockward.patrol.game.relaxed import relaxed_flow
from stockward.patrol.game.remembered import remembered_flow
from stockward.patrol.game.rerouted import WalkNet
from stockward.patrol.game.thefts import Thefts

KINDS = [("grid", 20), ("clusters", 10)]


@pytest.mark.parametrize("seed", range(6))
def test_no_walks_leave_less_than_the_flow_that_remembers(seed: int) -> None:
    ground, thefts = drawn_game(seed, areas=4, steps=9, visits=seed % 3)
    flow = remembered_flow(ground, thefts)
    assert flow is not None
    assert relaxed_flow(ground, thefts).bound - 1e-3 <= flow.bound <= exact_value(ground, thefts) + 1e-9
    assert flow.prices.sum() == pytest.approx(1)


def test_who_goes_to_and_fro_meets_no_theft_twice() -> None:
    """Three areas in a row, thefts as long as there and back: one in the midst is met once by each passage."""
    travel = np.array([[0, 1, 9], [1, 0, 1], [9, 1, 0]])
    ground = Ground(travel, 9, (1,))
    thefts = Thefts(np.array([1.0, 0.0, 1.0]), np.full(3, 4), np.ones(3), 1, 7, 9)
    flow = remembered_flow(ground, thefts)
    assert flow is not None
    assert flow.bound == pytest.approx(exact_value(ground, thefts), abs=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_walks_found_for_prices_are_walks_and_near_the_best(seed: int) -> None:
    ground, thefts = drawn_game(seed, areas=4, steps=9)
    flow = remembered_flow(ground, thefts)
    assert flow is not None
    weights = np.random.default_rng(seed).random((2, len(thefts.starts)))
    sums = np.zeros((ground.areas, ground.steps + 1, 2))
    for place, own in enumerate(weights):
        np.cumsum(thefts.by_place(own), axis=1, out=sums[:, 1:, place])
    walks = every_walk(ground)
    for own, found in zip(weights, WalkNet(ground, thefts, 0, flow.moves[0]).walks(sums), strict=True):
        assert tuple(found.tolist()) in walks
        best = max(float(own @ thefts.met(ground.presence((one,)))) for one in walks)
        assert float(own @ thefts.met(ground.presence((tuple(found.tolist()),)))) >= 0.8 * best


@pytest.fixture(scope="module", params=KINDS, ids=[kind for kind, _ in KINDS])
def large(request: pytest.FixtureRequest) -> tuple[Ground, Thefts]:
    kind, minutes = request.param
    return drawn_ground(kind, areas=14, patrols=2, minutes=minutes, spread=True, seed=3, hours=2.5)


def test_nights_meet_what_they_count_and_become_better(large: tuple[Ground, Thefts]) -> None:
    ground, thefts = large
    flow = remembered_flow(ground, thefts)
    assert flow is not None
    nights = ManyNights(ground, thefts, flow, 40, seed=1)
    drawn = nights.value
    nights.pair()
    paired = nights.value
    for _ in range(10):
        nights.reroute()
    losses = np.array([losses_of(ground, thefts, walks) for walks in nights.all()])
    assert nights.value == pytest.approx(losses.mean(axis=0).max())
    assert flow.bound <= nights.value < paired < drawn


def test_mixtures_on_large_grounds_are_of_walks_that_there_are(large: tuple[Ground, Thefts]) -> None:
    ground, thefts = large
    mixture = best_mixture(ground, thefts, effort=Effort(gap=0.01, rounds=40, proofs=0))
    assert mixture is not None
    losses = np.array([losses_of(ground, thefts, walks) for walks in mixture.walks])
    assert mixture.value == pytest.approx((mixture.shares @ losses).max())
    assert mixture.gap < 0.1
    for walk in (one for walks in mixture.walks for one in walks):
        assert walk[0] == walk[-1] == 0
        at = [step for step, area in enumerate(walk) if area >= 0]
        assert all(
            walk[one] == walk[other] or ground.travel[walk[one], walk[other]] == other - one
            for one, other in pairwise(at)
        )


def test_a_mixture_begun_with_nights_is_as_good_as_one_of_all_walks() -> None:
    """Thirteen areas, of which ten hold nothing: few enough walks to list."""
    travel = np.full((13, 13), 5)
    travel[:3, :3] = 1
    np.fill_diagonal(travel, 0)
    ground = Ground(travel, 8, (0,))
    worth = np.where(np.arange(13) < 3, [4.0, 5.0, 7.0, *[0.0] * 10], 0.0)
    thefts = Thefts(worth, np.full(13, 2), np.full(13, 0.8), 1, 6, 8)
    mixture = best_mixture(ground, thefts)
    assert mixture is not None
    assert mixture.value == pytest.approx(exact_value(ground, thefts), abs=1e-6)
    assert mixture.proven
