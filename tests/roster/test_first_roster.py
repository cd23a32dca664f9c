"""The first roster where the engine has none in time, and what each guard alone could do, asked once of those alike."""

from __future__ import annotations

import math
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from guard_sites import GENERATED, MONDAY, guards, locked_at, post, small_site

from stockward.book import Site
from stockward.book.known import known_at
from stockward.guards.roll import on_posts, roll
from stockward.questions.roster import RosterRequest, make_guards_roster
from stockward.roster.engine.schedules import Scheduler
from stockward.roster.infeasible.alone import Alone
from stockward.roster.site import making
from stockward.roster.site.columns import translate
from stockward.roster.site.demand import Horizon
from stockward.roster.site.making import Limit, Making
from stockward.roster.site.problem import GuardProblem, make_problem
from stockward.roster.site.scoring import Scorer
from stockward.roster.site.search import Search
from stockward.roster.site.starting import filled_by_day
from stockward.terms.verdicts import Solved

RULES = {"max_hours_per_week": 48, "min_rest_hours": 11, "max_consecutive_shifts": 5, "min_weekly_rest_hours": 35}


@pytest.fixture
def works(tmp_path: Path) -> Site:
    """Guards of two kinds, one of them on leave, and a wish and a lock."""
    people = guards(12)
    for place in range(0, 12, 2):
        people[place]["qualifications"] = "armed"
    return small_site(
        tmp_path, people, [post("gate"), post("store", qualification="armed")], rules=RULES,
        absences=[{"person": "G-05", "start": MONDAY, "end": MONDAY + timedelta(days=3), "kind": "leave"}],
        wishes=[{"person": "G-01", "date": MONDAY, "wish": "on", "post": "gate"}],
        assignments=[locked_at("G-03", "store", "2026-07-08 08:00")],
    )  # fmt: skip


def problem_of(site: Site, weeks: int = 4) -> GuardProblem:
    return make_problem(site, on_posts(roll(known_at(site, None))), Horizon(MONDAY, weeks, site.timezone))


def test_every_place_is_filled_by_who_can_and_few_rules_are_broken(works: Site) -> None:
    problem = problem_of(works)
    scorer = Scorer(problem, translate(problem))
    rows = filled_by_day(scorer, lambda: False)
    days = np.arange(rows.shape[1])
    assert all(scorer.can[guard, days, row].all() for guard, row in enumerate(rows))
    demand = scorer.translated.problem.demand
    assert (scorer.translated.problem.coverage(rows) == demand.required).all()
    nobody = np.zeros_like(rows)
    everybody = np.arange(len(rows))
    assert scorer.breaches(rows, everybody).sum() <= 2
    assert Search(scorer, rows, 1).best_score < Search(scorer, nobody, 1).best_score / 100


def test_when_time_is_over_what_is_left_stays_open(works: Site) -> None:
    scorer = Scorer(problem := problem_of(works), translate(problem))
    asked = iter([False] * 3 + [True] * 99)
    rows = filled_by_day(scorer, lambda: next(asked))
    assert rows[:, :3].any(axis=0).all() and not rows[:, 3:].any()
    assert not filled_by_day(scorer, lambda: True).any()


def test_a_roster_is_made_without_waiting_for_the_engine(works: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_WAITED", 0.0)
    monkeypatch.setattr(making._Beside, "roster", None)
    ends = time.monotonic() + 8
    asked = RosterRequest(start=MONDAY, weeks=2, generated=GENERATED)
    answer = make_guards_roster(works, asked, limit=Limit(lambda: ends - time.monotonic()))
    assert answer.duties, "the checker has passed it"


def test_what_the_engine_proves_impossible_later_ends_the_search(works: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the exchanges go on, the engine beside them says that there is no roster."""
    monkeypatch.setattr(making._Beside, "start", lambda beside: setattr(beside, "bound", -math.inf))
    told: list[Any] = []
    one = Making(problem_of(works), 1, Limit(lambda: 60.0), lambda best, bound: told.append(bound))

    def proves(search: Search, cooled: float) -> bool:
        one.beside.bound = math.inf
        return False

    monkeypatch.setattr(Search, "round", proves)
    made = one.make()
    assert (made.status, made.settling) == (Solved.IMPOSSIBLE, None)


def test_guards_alike_could_do_alike_as_each_alone_says(works: Site) -> None:
    problem = problem_of(works, weeks=2)
    everybody = range(len(problem.guards))
    together = Alone(problem).most(everybody, lambda shift: shift.minutes)
    assert together == [Alone(problem).most([guard], lambda shift: shift.minutes)[0] for guard in everybody]
    assert len(set(together)) > 1, "who is on leave has less"


def test_who_wishes_nothing_costs_nothing_alone(works: Site) -> None:
    problem = problem_of(works, weeks=1)
    one = Making(problem, 1, Limit(rounds=1), lambda best, bound: None)
    one.translated = translate(problem)
    everybody = range(len(problem.guards))
    costs = one.translated.problem.costs.astype(float)
    assert (one._alone() == Scheduler(one.translated.problem).best(everybody, costs).bounds).all()
