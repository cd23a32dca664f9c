"""Tiny roster problems, their solution by trying everything, and work in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import product
from multiprocessing import get_context
from typing import Any

import numpy as np

from stockward.roster.checker.people import PERSON_CHECKS
from stockward.roster.engine.problem import Demand, Person, PersonRules, RosterProblem, RosterRows, ShiftKind

SHIFTS = (ShiftKind("E", 480), ShiftKind("L", 480, frozenset({"E"})), ShiftKind("N", 600, frozenset({"E", "L"})))
ANY = PersonRules(0, 100_000, (99, 99, 99), 99, 1, 1, 99)


def problem(
    days: int,
    rules: list[PersonRules],
    *,
    shifts: tuple[ShiftKind, ...] = SHIFTS,
    costs: np.ndarray | None = None,
    choices: np.ndarray | None = None,
    required: int | np.ndarray = 0,
    first_weekday: int = 0,
) -> RosterProblem:
    """People with these rules; without more, nothing is asked for and nothing costs."""
    shape = (len(rules), days, 1 + len(shifts))
    costs = np.zeros(shape, np.int64) if costs is None else costs
    choices = np.ones(shape, np.bool_) if choices is None else choices
    people = tuple(Person(f"P{i}", rule, costs[i], choices[i]) for i, rule in enumerate(rules))
    table = np.full((days, len(shifts)), 0, np.int64) + required
    demand = Demand(table, np.full_like(table, 100), np.full_like(table, 1))
    return RosterProblem(days, shifts, people, demand, first_weekday)


def random_rules(rng: np.random.Generator, days: int, shifts: int) -> PersonRules:
    """Rules that often bind and sometimes exclude each other."""
    low = int(rng.integers(0, days // 2)) * 480
    return PersonRules(
        low,
        low + int(rng.integers(0, 4)) * 300,
        tuple(int(most) for most in rng.integers(0, days, shifts)),
        int(rng.integers(1, 5)),
        int(rng.integers(1, 4)),
        int(rng.integers(1, 4)),
        int(rng.integers(0, 3)),
    )


@cache
def random_problem(seed: int, *, people: int, days: int, shifts: int = 2) -> RosterProblem:
    """A random problem of ``people`` over ``days`` days that may start on any weekday."""
    rng = np.random.default_rng(seed)
    shape = (people, days, 1 + shifts)
    choices = rng.random(shape) < 0.85
    choices[:, :, 0] |= ~choices.any(axis=2)
    return problem(
        days,
        [random_rules(rng, days, shifts) for _ in range(people)],
        shifts=SHIFTS[-shifts:],
        costs=rng.integers(0, 9, shape),
        choices=choices,
        required=rng.integers(0, people, (days, shifts)),
        first_weekday=int(rng.integers(0, 7)),
    )


def schedules_by_trying(given: RosterProblem, person: int) -> list[tuple[int, ...]]:
    """Every schedule of one person that the checker finds sound."""
    whom = given.people[person]
    rows = product(*(np.flatnonzero(choices).tolist() for choices in whom.open))
    return [row for row in rows if not any(True for check in PERSON_CHECKS for _ in check(given, whom, list(row)))]


@cache
def best_by_trying(given: RosterProblem) -> int | None:
    """The least objective of all sound rosters, or ``None`` where there is none."""
    of_each = [np.array(schedules_by_trying(given, person)) for person in range(len(given.people))]
    if not all(map(len, of_each)):
        return None
    days, kinds, wanted = np.arange(given.days), np.arange(1, len(given.shifts) + 1), given.demand
    own = [given.costs[person][days, rows].sum(axis=1) for person, rows in enumerate(of_each)]
    works = [rows[:, :, None] == kinds for rows in of_each]
    least = []
    # Those of the last person are tried all at once.
    for chosen in product(*(range(len(rows)) for rows in of_each[:-1])):
        others = sum(works[person][row].astype(int) for person, row in enumerate(chosen))
        lacking = wanted.required - (works[-1] + others)
        cover = np.where(lacking > 0, lacking * wanted.under_weight, -lacking * wanted.over_weight).sum(axis=(1, 2))
        least.append(sum(own[person][row] for person, row in enumerate(chosen)) + (own[-1] + cover).min())
    return int(min(least))


def sound_roster(given: RosterProblem, seed: int) -> RosterRows:
    """Some sound roster."""
    rng = np.random.default_rng(seed)
    of_each = [schedules_by_trying(given, person) for person in range(len(given.people))]
    return np.array([rows[rng.integers(len(rows))] for rows in of_each], np.int16)


def apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """Do the work in a process of its own: HiGHS and CP-SAT cannot be loaded into one."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()
