"""The chance of interruption against a simulation of the thief, and the worst way against every way there is."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from stockward.stats.arrays import Array
from stockward.stats.interruption.chance import Response, Tasks, delay_left, interruption_chance, timely_chance
from stockward.stats.interruption.worst_way import tasks_of_ways, worst_way

_DRAWS = 200_000


def simulated(tasks: Tasks, response: Response, rng: np.random.Generator) -> float:
    """The share of thieves who are met: each takes his delays, and the first alarm decides."""
    number = len(tasks.delay)
    delays = rng.normal(tasks.delay, tasks.spread, (_DRAWS, number))
    noticed = rng.random((_DRAWS, number)) < tasks.detection
    first = np.where(noticed.any(axis=1), noticed.argmax(axis=1), -1)
    passed = np.cumsum(delays[:, ::-1], axis=1)[:, ::-1] - delays
    left = passed + tasks.left * delays
    comes = rng.normal(response.time, response.spread, _DRAWS)
    heard = rng.random(_DRAWS) < response.communication
    met = (first >= 0) & heard & (np.take_along_axis(left, np.maximum(first, 0)[:, None], axis=1)[:, 0] >= comes)
    return float(met.mean())


def some_tasks(rng: np.random.Generator, number: int, *, round_times: bool = False) -> Tasks:
    delay = rng.choice([0.0, 5, 10, 30, 60, 90], number) if round_times else rng.uniform(0, 120, number)
    return Tasks(
        rng.choice([0.0, 0.05, 0.3, 0.5, 0.9, 1.0], number),
        rng.choice([0.0, 0.5, 1.0], number),
        delay,
        delay * rng.choice([0.0, 0.2, 0.3]),
    )


@pytest.mark.parametrize("seed", range(8))
def test_as_many_are_met_as_the_formula_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tasks, response = some_tasks(rng, 5), Response(90.0, 27.0, 0.95)
    expected = float(interruption_chance(tasks, response))
    error = 4 * np.sqrt(max(expected * (1 - expected), 1e-4) / _DRAWS)
    assert simulated(tasks, response, rng) == pytest.approx(expected, abs=error)


def test_without_any_spread_it_is_the_chance_by_means() -> None:
    rng = np.random.default_rng(3)
    tasks = some_tasks(rng, 6)
    tasks = Tasks(tasks.detection, tasks.left, tasks.delay, np.zeros(6))
    response = Response(60.0, 0.0, 0.9)
    assert float(interruption_chance(tasks, response)) == float(timely_chance(tasks, response))
    assert delay_left(tasks)[-1] == tasks.left[-1] * tasks.delay[-1]


def test_one_task_by_hand() -> None:
    """Noticed at its begin with ½: 40 s are left, of which 30 are needed; σ = √(12² + 9²) = 15; Φ(10 ÷ 15)."""
    tasks = Tasks(np.array([0.5]), np.array([1.0]), np.array([40.0]), np.array([12.0]))
    assert float(interruption_chance(tasks, Response(30.0, 9.0, 0.8))) == pytest.approx(0.5 * 0.8 * 0.7475074625)


def every_way(layers: list[Tasks], response: Response) -> Array:
    places = np.array(list(product(*(range(len(one.delay)) for one in layers))), np.intp)
    return interruption_chance(tasks_of_ways(layers, places), response)


@pytest.mark.parametrize("seed", range(120))
def test_no_way_is_worse_than_the_worst(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layers = [some_tasks(rng, int(rng.integers(1, 6)), round_times=seed % 2 == 0) for _ in range(rng.integers(1, 6))]
    response = Response(float(rng.choice([0, 20, 90, 200])), float(rng.choice([0, 30])), float(rng.choice([0.9, 1])))
    worst = worst_way(layers, response)
    own = interruption_chance(tasks_of_ways(layers, np.array([worst.places])), response)
    assert worst.chance == pytest.approx(every_way(layers, response).min(), abs=1e-12)
    assert worst.chance == pytest.approx(float(own[0]), abs=1e-12)


@pytest.mark.parametrize("seconds", [100.0, 400.0])
def test_among_a_million_million_ways_no_drawn_one_is_worse(seconds: float) -> None:
    rng = np.random.default_rng(7)
    layers = []
    for _ in range(12):
        delay = rng.uniform(1, 120, 10)
        layers.append(Tasks(rng.uniform(0, 1, 10), rng.choice([0.0, 0.5, 1.0], 10), delay, 0.3 * delay))
    response = Response(seconds, 0.3 * seconds, 0.95)
    worst = worst_way(layers, response)
    near = np.tile(np.array(worst.places), (20_000, 1))
    changed = rng.random(near.shape) < 0.2
    near = np.where(changed, rng.integers(0, 10, near.shape), near)
    assert interruption_chance(tasks_of_ways(layers, near), response).min() >= worst.chance - 1e-12


def test_the_same_layers_give_the_same_way() -> None:
    rng = np.random.default_rng(11)
    layers = [some_tasks(rng, 4, round_times=True) for _ in range(5)]
    response = Response(60.0, 18.0, 1.0)
    assert worst_way(layers, response) == worst_way(layers, response)
