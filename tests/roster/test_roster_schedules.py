"""The best schedule of one person, against every schedule that the checker finds sound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from roster_problems import random_problem, schedules_by_trying

from stockward.roster.checker.people import measure
from stockward.roster.engine import schedules
from stockward.roster.engine.problem import RosterProblem
from stockward.roster.engine.schedules import Scheduler


def best_of(given: RosterProblem, person: int, prices: np.ndarray) -> float:
    rows = schedules_by_trying(given, person)
    return min((sum(prices[day, c] for day, c in enumerate(row)) for row in rows), default=np.inf)


def least_through(given: RosterProblem, person: int, prices: np.ndarray) -> np.ndarray:
    least = np.full(prices.shape, np.inf)
    days = np.arange(given.days)
    for row in schedules_by_trying(given, person):
        least[days, row] = np.minimum(least[days, row], prices[days, row].sum())
    return least


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("exact", [True, False])
def test_the_best_schedule_is_the_best_of_all(seed: int, exact: bool) -> None:
    given = random_problem(seed, people=2, days=7)
    prices = np.random.default_rng(seed).normal(0, 5, (2, 7, 3))
    found = Scheduler(given).best(range(2), prices, each=3, exact=exact)
    for person in range(2):
        true = best_of(given, person, prices[person])
        mine = found.people == person
        assert found.bounds[person] == pytest.approx(true)
        if true == np.inf:
            assert not mine.any()
            continue
        assert found.costs[mine][0] == pytest.approx(true)
        for row, cost in zip(found.rows[mine], found.costs[mine], strict=True):
            one = RosterProblem(given.days, given.shifts, (given.people[person],), given.demand, given.first_weekday)
            assert not measure(one, row[None]).breaches
            assert cost == pytest.approx(prices[person][np.arange(7), row].sum())


@pytest.mark.parametrize("seed", range(40))
def test_penalties_in_place_of_counts_bound_the_best_and_keep_every_rule(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedules, "_CELLS_TO_COUNT", 0)
    given = random_problem(seed, people=2, days=7)
    prices = np.random.default_rng(seed).normal(0, 5, (2, 7, 3))
    scheduler = Scheduler(given)
    for _ in range(3):
        found = scheduler.best(range(2), prices, each=3, exact=False)
        for person in range(2):
            true = best_of(given, person, prices[person])
            assert found.bounds[person] <= true + 1e-9
            mine = found.people == person
            assert (found.costs[mine] >= true - 1e-9).all()
            one = RosterProblem(given.days, given.shifts, (given.people[person],), given.demand, given.first_weekday)
            assert not any(measure(one, row[None]).breaches for row in found.rows[mine])


@pytest.mark.parametrize("seed", range(40))
def test_the_cost_through_each_choice_is_the_least_of_all_schedules_that_make_it(seed: int) -> None:
    given = random_problem(seed, people=2, days=7)
    anyhow = RosterProblem(
        given.days,
        given.shifts,
        tuple(replace(one, rules=replace(one.rules, max_of_shift=(99, 99))) for one in given.people),
        given.demand,
        given.first_weekday,
    )
    prices = np.random.default_rng(seed).normal(0, 5, (2, 7, 3))
    bound = Scheduler(given).through(range(2), prices)
    least = Scheduler(anyhow).through(range(2), prices)
    for person in range(2):
        assert least[person] == pytest.approx(least_through(anyhow, person, prices[person]))
        assert (bound[person] <= least_through(given, person, prices[person]) + 1e-9).all()
        assert bound[person].min() == pytest.approx(best_of(given, person, prices[person]))


def test_the_same_question_has_the_same_answer() -> None:
    given = random_problem(5, people=6, days=10)
    prices = np.random.default_rng(1).normal(0, 5, (6, 10, 3))
    first, second = (Scheduler(given).best(range(6), prices, each=2) for _ in range(2))
    assert first.rows.tobytes() == second.rows.tobytes()
    assert first.costs.tobytes() == second.costs.tobytes()
