"""The best walks and mixtures against every walk there is, looked at by other code."""

from __future__ import annotations

import numpy as np
import pytest
from tests.patrol.games import drawn_game, every_walk, exact_value, joint_walks, losses_of

from stockward.patrol.game.best_walk import WalkSearch
from stockward.patrol.game.compared import best_round, random_gains
from stockward.patrol.game.ground import Ground
from stockward.patrol.game.mixing import Effort, best_mixture, gains_against
from stockward.patrol.game.proof import bound_together
from stockward.patrol.game.relaxed import relaxed_flow
from stockward.patrol.game.together import JointSearch
from stockward.terms.verdicts import Solved

ONE = [(seed, 3 + seed % 2, 9, seed % 3, seed % 4 == 3) for seed in range(12)]


@pytest.mark.parametrize(("seed", "areas", "steps", "visits", "rests"), ONE)
def test_the_best_walk_is_the_best_of_all(seed: int, areas: int, steps: int, visits: int, rests: bool) -> None:
    ground, thefts = drawn_game(seed, areas=areas, steps=steps, visits=visits, rests=rests)
    weights = np.random.default_rng(seed).random(len(thefts.starts)) * thefts.prevented
    walks = [one for (one,) in joint_walks(ground)]
    gains = [float(weights @ thefts.met(ground.presence((one,)))) for one in walks]
    search, placed = WalkSearch(ground, thefts.lasts), thefts.by_place(weights)
    found = search.best(0, placed, ground.needed, 4_096)
    if not walks:
        assert not found.complete
        return
    assert found.walk in every_walk(ground)
    assert found.gain == pytest.approx(max(gains), abs=1e-9) == found.bound
    for most in (1, 2, 4):
        some = search.best(0, placed, ground.needed, most)
        assert some.bound >= max(gains) - 1e-9
        assert not some.complete or some.gain <= max(gains) + 1e-9


@pytest.mark.parametrize(("seed", "areas", "steps", "visits", "rests"), ONE)
def test_a_mixture_of_one_patrol_has_the_value_of_all_walks(
    seed: int, areas: int, steps: int, visits: int, rests: bool
) -> None:
    ground, thefts = drawn_game(seed, areas=areas, steps=steps, visits=visits, rests=rests)
    mixture = best_mixture(ground, thefts)
    if mixture is None:
        assert not joint_walks(ground)
        return
    value = exact_value(ground, thefts)
    assert mixture.value == pytest.approx(value, abs=1e-7)
    assert mixture.proven
    assert mixture.bound == pytest.approx(value, abs=1e-7)
    assert relaxed_flow(ground, thefts).bound <= value + 1e-9
    assert {walk for walks in mixture.walks for walk in walks} <= set(every_walk(ground))


@pytest.mark.parametrize(
    ("seed", "visits", "rests"), [(1, 0, False), (2, 1, False), (3, 2, False), (4, 0, True), (5, 1, True)]
)
def test_a_mixture_of_two_patrols_has_the_value_of_all_pairs(seed: int, visits: int, rests: bool) -> None:
    ground, thefts = drawn_game(seed, areas=3, steps=8, patrols=2, visits=visits, rests=rests)
    mixture = best_mixture(ground, thefts)
    assert mixture is not None
    assert mixture.value == pytest.approx(exact_value(ground, thefts), abs=1e-6)
    assert mixture.bound <= mixture.value
    weights = np.random.default_rng(seed).random(len(thefts.starts)) * thefts.prevented
    best = max(float(weights @ thefts.met(ground.presence(walks))) for walks in joint_walks(ground))
    proof = bound_together(ground, thefts, weights)
    assert (proof.status, proof.gain) == (Solved.PROVEN, pytest.approx(best, abs=1e-6))
    assert proof.bound >= best - 1e-9
    found = JointSearch(ground, thefts).best(weights, 64)
    assert found.walks is not None
    assert found.gain <= best + 1e-9


def test_what_a_mixture_is_said_to_leave_it_leaves() -> None:
    ground, thefts = drawn_game(7, areas=4, steps=10, patrols=2)
    mixture = best_mixture(ground, thefts, effort=Effort(rounds=5, proofs=0))
    assert mixture is not None
    each = [losses_of(ground, thefts, walks) for walks in mixture.walks]
    assert mixture.value == pytest.approx(max(mixture.shares @ np.array(each)), abs=1e-9)
    assert gains_against(thefts, ground, mixture.walks, mixture.shares) == pytest.approx(
        mixture.shares @ np.array(each)
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("patrols", [1, 2])
def test_no_other_way_to_walk_leaves_a_thief_less(seed: int, patrols: int) -> None:
    ground, thefts = drawn_game(seed, areas=4, steps=9, patrols=patrols)
    mixture = best_mixture(ground, thefts)
    assert mixture is not None
    others = [best_round(ground, thefts), *(random_gains(ground, thefts, by_worth=one) for one in (False, True))]
    assert all(one.max() >= mixture.value - 1e-9 for one in others)


@pytest.mark.parametrize("by_worth", [False, True])
def test_chances_of_walks_at_random_are_those_of_a_simulation(by_worth: bool) -> None:
    ground, thefts = drawn_game(3, areas=4, steps=10, patrols=2)
    draw, nights = np.random.default_rng(11), 20_000
    met = np.mean(
        [thefts.met(ground.presence(tuple(_at_random(ground, thefts.worth, by_worth, draw) for _ in range(2))))
         for _ in range(nights)], axis=0,
    )  # fmt: skip
    exact = 1 - (random_gains(ground, thefts, by_worth=by_worth) - thefts.gains + thefts.prevented) / thefts.prevented
    assert np.abs(met - exact).max() < 5 * 0.5 / np.sqrt(nights)


def _at_random(ground: Ground, worth: np.ndarray, by_worth: bool, draw: np.random.Generator) -> tuple[int, ...]:
    walk, at = [0], 0
    while len(walk) < ground.steps:
        step = len(walk) - 1
        ways = [
            (to, takes) for to, takes in ground.ways[at] if step + takes + ground.shortest[to, 0] <= ground.steps - 1
        ]
        if not ways:
            walk.append(at)
            continue
        shares = np.array([(worth[to] or worth[worth > 0].mean()) if by_worth else 1.0 for to, _ in ways])
        to, takes = ways[draw.choice(len(ways), p=shares / shares.sum())]
        walk += [-1] * (takes - 1) + [to]
        at = to
    return tuple(walk)


def test_visits_that_nobody_can_make_are_proven_to_be_too_many() -> None:
    ground, thefts = drawn_game(1, areas=4, steps=6, visits=3)
    far = Ground(np.where(ground.travel > 0, 3, 0), 6, (0, 0), visits=ground.visits)
    assert best_mixture(far, thefts, effort=Effort(seconds=5.0)) is None
    assert bound_together(far, thefts, np.zeros(len(thefts.starts))).status is Solved.IMPOSSIBLE
