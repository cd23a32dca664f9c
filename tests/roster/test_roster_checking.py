"""Each rule of the checker, by a roster that is off in one respect, and the same roster put right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from roster_problems import ANY, problem

from stockward.roster.checker.people import PERSON_CHECKS, measure
from stockward.terms.errors import UsageError

E, L, N = 1, 2, 3
FREE = np.ones((1, 14, 4), np.bool_)
SHUT = FREE.copy()
SHUT[0, 2, E] = False

CASES = [
    ("open_choices", {"choices": SHUT}, ANY, [0, 0, E], [0, 0, L]),
    ("successions", {}, ANY, [L, E], [E, L]),
    ("successions", {}, ANY, [0, N, L], [0, N, N]),
    ("most_of_shifts", {}, replace(ANY, max_of_shift=(2, 9, 9)), [E, E, 0, E], [E, E, 0, L]),
    ("minutes", {}, replace(ANY, max_minutes=1000), [E, N], [E, E]),
    ("minutes", {}, replace(ANY, min_minutes=1000), [E, E], [E, N]),
    ("longest_runs", {}, replace(ANY, max_run=3), [0, E, E, E, E], [0, E, E, E, 0, E]),
    ("shortest_runs", {}, replace(ANY, min_run=2), [E, 0, E, 0, 0], [E, 0, E, E, 0]),
    ("shortest_off_runs", {}, replace(ANY, min_off_run=3), [E, 0, 0, E], [E, 0, 0, 0, E]),
    ("weekends", {}, replace(ANY, max_weekends=1), [0] * 6 + [E] + [0] * 5 + [E], [0] * 5 + [E, E]),
]


def row(days: list[int]) -> np.ndarray:
    return np.array([days + [0] * (14 - len(days))], np.int16)


@pytest.mark.parametrize(("rule", "given", "rules", "wrong", "right"), CASES)
def test_one_rule_broken_and_put_right(rule: str, given: dict, rules, wrong: list[int], right: list[int]) -> None:
    one = problem(14, [rules], **given)
    assert [breach.rule for breach in measure(one, row(wrong)).breaches] == [rule]
    assert not measure(one, row(right)).breaches
    assert "P0" in str(measure(one, row(wrong)).breaches[0])


def test_every_check_has_a_case() -> None:
    names = {check.__name__.removeprefix("_") for check in PERSON_CHECKS}
    assert names <= {case[0] for case in CASES}


def test_runs_that_touch_the_first_or_last_day_are_never_too_short() -> None:
    one = problem(6, [replace(ANY, min_run=3, min_off_run=3)])
    for days in ([E, 0, 0, 0, E, E], [0, E, E, E, 0, 0], [0, 0, E, E, E, 0], [E, 0, 0, 0, 0, E]):
        assert not measure(one, np.array([days], np.int16)).breaches
    assert measure(one, np.array([[E, 0, 0, E, E, E]], np.int16)).breaches[0].rule == "shortest_off_runs"


def test_a_horizon_that_starts_on_sunday_has_that_weekend() -> None:
    one = problem(8, [replace(ANY, max_weekends=1)], first_weekday=6)
    assert measure(one, np.array([[E, 0, 0, 0, 0, 0, E, 0]], np.int16)).breaches[0].rule == "weekends"
    assert not measure(one, np.array([[0, 0, 0, 0, 0, 0, E, E]], np.int16)).breaches


def test_the_objective_is_wishes_and_cover() -> None:
    costs = np.zeros((2, 3, 4), np.int64)
    costs[0, 1] = [2, 0, 2, 2]
    costs[1, 0, E] = 3
    two = problem(3, [ANY, ANY], costs=costs, required=np.array([[1, 0, 0], [1, 0, 0], [2, 0, 0]]))
    measured = measure(two, np.array([[E, 0, E], [E, E, 0]], np.int16))
    assert (measured.wishes, measured.under, measured.over) == (2 + 3, 100, 1)
    assert measured.objective == 106 == two.objective(np.array([[E, 0, E], [E, E, 0]], np.int16))


def test_a_roster_of_another_shape_is_refused() -> None:
    with pytest.raises(UsageError):
        measure(problem(3, [ANY]), np.zeros((2, 3), np.int16))
    with pytest.raises(UsageError):
        measure(problem(3, [ANY]), np.full((1, 3), 9, np.int16))
