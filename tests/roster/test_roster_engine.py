"""The engine against trying everything: the objective, the bound, the same roster each time, a clean stop."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from roster_problems import ANY, apart, best_by_trying, problem, random_problem

from stockward.optim.cp_sat import SearchRequest, SearchResult
from stockward.roster.checker.people import measure
from stockward.roster.engine import closing
from stockward.roster.engine.closing import Closing
from stockward.roster.engine.columns import Master, SchedulePool, next_whole
from stockward.roster.engine.diving import Dive, Way
from stockward.roster.engine.model import FoundRows, PeoplePart, everything, solve_people
from stockward.roster.engine.problem import RosterProblem
from stockward.roster.engine.schedules import Scheduler
from stockward.roster.engine.search import News, Stream
from stockward.roster.engine.streams import EngineAnswer, Limits, make_roster
from stockward.roster.engine.windows import WindowStream
from stockward.terms.verdicts import Solved

SEEDS = range(12)


def whole_models() -> list[tuple[str, int | None, float]]:
    found = []
    for seed in SEEDS:
        given = random_problem(seed, people=3, days=5)
        answer = solve_people(given, everything(given), SearchRequest(1))
        sound = answer.rows is None or not measure(given, answer.rows).breaches
        assert sound
        objective = None if answer.rows is None else given.objective(answer.rows)
        assert objective == answer.answer.objective
        found.append((str(answer.answer.status), objective, answer.answer.bound))
    return found


def test_the_model_of_cp_sat_equals_trying_everything() -> None:
    for seed, (status, objective, _) in zip(SEEDS, apart(whole_models), strict=True):
        true = best_by_trying(random_problem(seed, people=3, days=5))
        assert objective == true
        assert status == ("impossible" if true is None else "proven")


def streams() -> list[tuple[int | None, float]]:
    found = []
    for seed in SEEDS:
        given = random_problem(seed, people=3, days=5)
        stream = Stream(given, 1, 0)
        for news in stream.root():
            if news.ended:
                break
        for step in range(1, 13):
            if news.ended or stream.proven:
                break
            stream.step(step)
        if stream.best is not None:
            assert not measure(given, stream.best).breaches
            assert measure(given, stream.best).objective == stream.cost
        found.append((None if stream.best is None else stream.cost, next_whole(stream.master.bound)))
    return found


def test_columns_and_dives_equal_trying_everything() -> None:
    for seed, (cost, bound) in zip(SEEDS, apart(streams), strict=True):
        true = best_by_trying(random_problem(seed, people=3, days=5))
        assert cost == true
        if true is not None:
            assert bound <= true


def windows() -> list[int]:
    found = []
    for seed in SEEDS[:4]:
        given = loose(seed, people=3, days=5)
        stream = WindowStream(given, 1, 1)
        stream.hear(News(0, np.zeros((3, 5), np.int16), -np.inf))
        for step in range(1, 15):
            news = stream.step(step)
            assert news.roster is None or given.objective(news.roster) == stream.cost
        assert stream.best is not None
        assert not measure(given, stream.best).breaches
        found.append(stream.cost)
    return found


def test_windows_from_a_poor_roster_equal_trying_everything() -> None:
    assert apart(windows) == [best_by_trying(loose(seed, people=3, days=5)) for seed in SEEDS[:4]]


def closings() -> list[tuple[int, float]]:
    found = []
    for seed in SEEDS[:4]:
        given = loose(seed, people=3, days=5)
        bound = float(Scheduler(given).best(range(3), given.costs.astype(float)).bounds.sum())
        pool = SchedulePool(np.array([]), np.zeros((0, 5), np.int16), np.zeros((5, 2)), bound)
        tries, bound, cost = Closing(given, pool), next_whole(bound), 2**62
        while bound < cost:
            roster, bound = tries.try_one(bound, cost, seed=1)
            if roster is not None:
                assert not measure(given, roster).breaches
                cost = given.objective(roster)
        found.append((cost, bound))
    return found


def test_closing_the_gap_ends_at_the_best_of_trying_everything() -> None:
    for seed, (cost, bound) in zip(SEEDS[:4], apart(closings), strict=True):
        assert cost == bound == best_by_trying(loose(seed, people=3, days=5))


def test_targets_are_tried_in_turn_and_given_more_work_when_none_was_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    given, asked = loose(3, people=3, days=5), []

    def undecided(problem: RosterProblem, part: PeoplePart, one: SearchRequest) -> FoundRows:
        asked.append((one.better_than, one.work))
        return FoundRows(None, SearchResult(Solved.OUT_OF_TIME, None, -np.inf, None))

    monkeypatch.setattr(closing, "solve_people", undecided)
    pool = SchedulePool(np.array([]), np.zeros((0, 5), np.int16), np.zeros((5, 2)), 0.0)
    tries = Closing(given, pool, work=1.0)
    for _ in range(5):
        assert tries.try_one(20.0, 22, seed=1) == (None, 20.0)
    assert asked == [(21, 1.0), (22, 1.0), (21, 2.0), (22, 2.0), (21, 4.0)]


def kept_by_a_dive() -> tuple[bool, bool]:
    given = loose(3, people=5, days=10)
    master = Master(given)
    roster = master.greedy(np.random.default_rng(1))
    assert roster is not None
    found = Dive(master, roster, [1, 3], Way(0.1, 0.1), np.random.default_rng(2), np.inf).run()
    assert found is not None
    return bool((found[[0, 2, 4]] == roster[[0, 2, 4]]).all()), not measure(given, found).breaches


def test_a_dive_keeps_those_who_are_not_free() -> None:
    assert apart(kept_by_a_dive) == (True, True)


def made(given: RosterProblem, **asked: object) -> EngineAnswer:
    return make_roster(given, **{"seed": 1, "workers": 2, "limits": Limits(steps=8), **asked})  # type: ignore[arg-type]


@cache
def loose(seed: int, *, people: int, days: int) -> RosterProblem:
    """Everybody has a schedule."""
    given = random_problem(seed, people=people, days=days)
    rules = replace(ANY, max_of_shift=(days, days), max_run=4, min_run=2, min_off_run=2, max_minutes=days * 300)
    people = tuple(replace(one, rules=rules, open=np.ones_like(one.open)) for one in given.people)
    return RosterProblem(days, given.shifts, people, given.demand, given.first_weekday)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_engine_proves_the_best_and_tells_on_the_way(workers: int) -> None:
    given = loose(7, people=3, days=5)
    told: list[tuple[int | None, float]] = []
    answer = made(given, workers=workers, progress=lambda best, bound: told.append((best, bound)))
    assert answer.status is Solved.PROVEN
    assert answer.measured is not None
    assert answer.roster is not None
    assert answer.measured.objective == best_by_trying(given) == given.objective(answer.roster) == answer.bound
    assert not answer.measured.breaches
    assert answer.gap == 0
    assert told[-1] == (answer.measured.objective, answer.bound)
    costs = [best for best, _ in told if best is not None]
    assert costs == sorted(costs, reverse=True)


def test_the_same_seed_and_steps_give_the_same_roster() -> None:
    given = loose(11, people=7, days=10)
    first, second = (made(given, limits=Limits(steps=4)) for _ in range(2))
    assert first.roster is not None
    assert second.roster is not None
    assert first.roster.tobytes() == second.roster.tobytes()
    assert first.bound == second.bound


def test_somebody_without_a_schedule_makes_the_roster_impossible() -> None:
    given = problem(6, [ANY, replace(ANY, min_minutes=6 * 480, max_run=2)])
    answer = made(given)
    assert answer.status is Solved.IMPOSSIBLE
    assert answer.roster is None
    assert len(answer.reasons) == 1
    assert "P1" in answer.reasons[0]


def test_no_time_gives_no_roster_and_says_so() -> None:
    answer = made(loose(1, people=4, days=7), limits=Limits(seconds_left=lambda: 0.0))
    assert (answer.status, answer.roster, answer.gap) == (Solved.OUT_OF_TIME, None, None)


def test_ctrl_c_gives_the_best_found() -> None:
    before, ends = signal.signal(signal.SIGINT, signal.default_int_handler), time.monotonic() + 60
    given = loose(11, people=60, days=56)
    first = threading.Event()

    def interrupt(best: int | None, bound: float) -> None:
        if best is not None and not first.is_set():
            first.set()
            signal.raise_signal(signal.SIGINT)

    try:
        answer = made(given, limits=Limits(seconds_left=lambda: ends - time.monotonic()), progress=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    assert answer.stopped
    assert answer.roster is not None
    assert answer.measured is not None
    assert not answer.measured.breaches
