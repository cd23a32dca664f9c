"""The door of integer programs: status, bounds, limits, refusals, and exact whole numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockward.optim.linear import LinearRule, Program
from stockward.optim.whole import LARGEST_SUM, greatest_fraction, least_fraction, whole_costs
from stockward.terms.errors import FigureError
from stockward.terms.verdicts import Solved

small = st.integers(-5, 5)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(small, small, small, small), max_size=4), st.tuples(small, small, small))
def test_it_finds_what_trying_all_finds(rules: list[tuple[int, ...]], aim: tuple[int, ...]) -> None:
    program = Program()
    numbers = [program.number(-2, 3) for _ in range(3)]
    for *factors, low in rules:
        program.rule(dict(zip(numbers, factors, strict=True)), low=low)
    solved = program.minimise(dict(zip(numbers, aim, strict=True)), seed=1)
    kept = [
        sum(a * b for a, b in zip(aim, values, strict=True))
        for values in product(range(-2, 4), repeat=3)
        if all(sum(a * b for a, b in zip(rule[:3], values, strict=True)) >= rule[3] for rule in rules)
    ]
    if kept:
        assert (solved.status, solved.objective, solved.bound, solved.gap) == (Solved.PROVEN, min(kept), min(kept), 0)
        assert solved.of(dict(zip(numbers, aim, strict=True))) == solved.objective
    else:
        assert solved.status is Solved.IMPOSSIBLE
        assert not solved.found and solved.values == ()


def test_a_rule_for_one_solution_does_not_stay() -> None:
    program = Program()
    one = program.number(0, 9)
    assert program.minimise({one: 1}, seed=1, also=[LinearRule({one: 1}, low=4)]).objective == 4
    assert program.minimise({one: 1}, seed=1).objective == 0


def test_a_rule_that_no_sum_can_keep_is_impossible_and_one_that_all_keep_is_none() -> None:
    program = Program()
    one = program.number(0, 5)
    program.rule({one: 1}, high=10**30)
    assert program.minimise({one: -1}, seed=1).objective == -5
    assert program.minimise({one: 1}, seed=1, also=[LinearRule({one: 1}, low=10**30)]).status is Solved.IMPOSSIBLE
    assert program.minimise({}, seed=1, also=[LinearRule({}, low=1)]).status is Solved.IMPOSSIBLE
    assert program.minimise({}, seed=1, also=[LinearRule({}, low=0)]).found


def test_a_program_without_numbers_has_the_answer_nothing() -> None:
    solved = Program().minimise({}, seed=1)
    assert solved.found
    assert (solved.status, solved.objective) == (Solved.PROVEN, 0)


def test_bounds_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(FigureError, match="bounds 3 and 2"):
        Program().number(3, 2)
    other = Program()
    with pytest.raises(FigureError, match="asks for 4 to 2"):
        other.minimise({}, seed=1, also=[LinearRule({other.number(0, 9): 1}, low=4, high=2)])


def test_a_sum_beyond_exact_numbers_is_refused() -> None:
    program = Program()
    one = program.number(0, 10)
    with pytest.raises(FigureError, match="beyond exact numbers"):
        program.minimise({one: LARGEST_SUM}, seed=1)


def _hard_program() -> tuple[Program, dict[int, int]]:
    """A market split: five sums of 40 numbers that must be hit exactly, as near as can be."""
    program = Program()
    numbers = [program.number(0, 1) for _ in range(40)]
    misses = {}
    for row in range(5):
        factors = [(37 * place * (row + 3) + place * place * 11 + row * 29) % 100 for place in range(40)]
        over, under = program.number(0, 4000), program.number(0, 4000)
        half = sum(factors) // 2
        terms = {**dict(zip(numbers, factors, strict=True)), over: -1, under: 1}
        program.rule(terms, low=half, high=half)
        misses |= {over: 1, under: 1}
    return program, misses


def test_a_search_cut_short_says_its_gap_and_is_the_same_again() -> None:
    program, misses = _hard_program()
    short = program.minimise(misses, seed=3, deterministic_seconds=0.5)
    assert short.status is Solved.FEASIBLE
    assert short.objective is not None and short.bound is not None and short.gap is not None
    assert short.bound < short.objective
    assert short.gap == pytest.approx((short.objective - short.bound) / short.objective)
    assert program.minimise(misses, seed=3, deterministic_seconds=0.5) == short


def test_a_search_without_time_rules_nothing_out() -> None:
    program, misses = _hard_program()
    solved = program.minimise(misses, seed=1, deterministic_seconds=0.0)
    assert solved.status is Solved.OUT_OF_TIME
    assert not solved.found
    assert solved.gap is None


def test_costs_become_whole_exactly_where_they_can() -> None:
    costs = whole_costs([Fraction("0.5"), Fraction(300, 26), Fraction(0)], times=100)
    assert costs.exact
    assert [Fraction(whole) / costs.scale for whole in costs.costs] == [Fraction(1, 2), Fraction(300, 26), 0]


def test_costs_with_too_many_digits_are_rounded_up() -> None:
    real = [Fraction(10**6, 10**9 + 7), Fraction(10**9, 10**9 + 9), Fraction(1, 998_244_353), Fraction(0)]
    costs = whole_costs(real, times=2000)
    assert not costs.exact
    assert max(costs.costs) * 2000 <= LARGEST_SUM
    for cost, whole in zip(real, costs.costs, strict=True):
        assert 0 <= Fraction(whole) / costs.scale - cost < 1 / costs.scale
    assert costs.costs[3] == 0
    assert max(costs.costs) >= 10**6


def test_no_costs_at_all() -> None:
    assert whole_costs([], times=0).costs == ()
    assert whole_costs([Fraction(0)], times=5).costs == (0,)


@settings(max_examples=200, deadline=None)
@given(st.fractions(0, 1), st.integers(1, 40))
def test_a_share_is_the_nearest_fraction_that_a_total_can_have(share: Fraction, largest: int) -> None:
    parts = {Fraction(part, total) for total in range(1, largest + 1) for part in range(total + 1)}
    assert least_fraction(share, largest=largest) == min(part for part in parts if part >= share)
    assert greatest_fraction(share, largest=largest) == max(part for part in parts if part <= share)
