"""The bound by the linear relaxation: never above the best by trying, and at the best where the program is whole."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from ortools.sat.python import cp_model
from scipy.optimize import linear_sum_assignment

from stockward.optim.relaxation import relaxed_bound


@pytest.mark.parametrize("seed", range(8))
def test_an_assignment_is_whole_so_the_bound_is_the_best(seed: int) -> None:
    costs = np.random.default_rng(seed).integers(0, 50, (5, 5))
    model = cp_model.CpModel()
    pairs = {pair: model.new_bool_var("") for pair in product(range(5), range(5))}
    for one in range(5):
        model.add(sum(pairs[one, other] for other in range(5)) == 1)
        model.add_at_most_one(pairs[other, one] for other in range(5))
    model.minimize(sum(int(costs[pair]) * literal for pair, literal in pairs.items()) + 7)
    assert relaxed_bound(model) == costs[linear_sum_assignment(costs)].sum() + 7


@pytest.mark.parametrize("seed", range(12))
def test_the_bound_is_never_above_the_best_by_trying(seed: int) -> None:
    draw = np.random.default_rng(seed)
    model = cp_model.CpModel()
    literals = [model.new_bool_var("") for _ in range(6)]
    number = model.new_int_var(-2, 3, "")
    factors, weights = draw.integers(-4, 5, 6), draw.integers(-9, 10, 7)
    sides = draw.integers(0, 2, (3, 3))
    clauses = [draw.choice(6, 3, replace=False) for _ in range(3)]
    right = int(draw.integers(-3, 4))
    model.add(sum(int(f) * x for f, x in zip(factors, literals, strict=True)) + 2 * number >= right)
    for places, side in zip(clauses, sides, strict=True):
        model.add_bool_or(literals[p] if s else ~literals[p] for p, s in zip(places, side, strict=True))
    model.add_implication(literals[0], ~literals[1])
    model.add(number >= 1).only_enforce_if(literals[2])
    terms = [*literals, number]
    model.minimize(sum(int(w) * x for w, x in zip(weights, terms, strict=True)))

    def holds(values: tuple[int, ...], n: int) -> bool:
        return (
            sum(int(f) * v for f, v in zip(factors, values, strict=True)) + 2 * n >= right
            and all(
                any(values[p] == s for p, s in zip(c, side, strict=True))
                for c, side in zip(clauses, sides, strict=True)
            )
            and not (values[0] and values[1])
            and not (values[2] and n < 1)
        )

    tried = [
        int(weights @ np.array([*values, n]))
        for values in product((0, 1), repeat=6)
        for n in range(-2, 4)
        if holds(values, n)
    ]
    best = min(tried, default=math.inf)
    bound = relaxed_bound(model)
    assert bound <= best
    assert bound > -math.inf or best == math.inf


def test_a_bound_is_rounded_up_to_what_whole_numbers_reach() -> None:
    """Three halves would do for the relaxation; of costs of ten, two must be paid."""
    model = cp_model.CpModel()
    literals = [model.new_bool_var("") for _ in range(3)]
    for one, other in ((0, 1), (1, 2), (0, 2)):
        model.add_bool_or(literals[one], literals[other])
    model.minimize(10 * sum(literals) + 3)
    assert relaxed_bound(model) == 23


def test_nothing_is_said_of_what_nothing_keeps() -> None:
    model = cp_model.CpModel()
    literal = model.new_bool_var("")
    model.add(literal >= 1)
    model.add(literal <= 0)
    model.minimize(literal)
    assert relaxed_bound(model) == -math.inf
