"""What each guard alone could do at most: against hand counts, and as the reason why there is no roster."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from guard_sites import MONDAY, guards, locked_at, post, roster, small_site
from ortools.sat.python import cp_model

from stockward.book.known import known_at
from stockward.guards.roll import on_posts, roll
from stockward.optim.cp_sat import SearchRequest, solve_model
from stockward.roster.infeasible.alone import Alone, binding_rules
from stockward.roster.infeasible.conditions import (
    least_minutes_beyond,
    least_minutes_short,
    least_places_open,
    shortages,
)
from stockward.roster.rules.drafting import RosterDraft
from stockward.roster.rules.table import OF_A_GUARD, REST
from stockward.roster.site.demand import DatedShift, Horizon
from stockward.roster.site.problem import GuardProblem, make_problem
from stockward.terms.verdicts import Solved


def problem_of(folder: Path, people: list[dict[str, Any]], *, weeks: int = 1, **more: Any) -> GuardProblem:
    site = small_site(folder, people, [post("gate")], **more)
    return make_problem(site, on_posts(roll(known_at(site, None))), Horizon(MONDAY, weeks, site.timezone))


@pytest.mark.parametrize(
    ("rules", "hours", "weekend_shifts"),
    [
        ({}, 48, 2),
        ({"max_consecutive_shifts": 3}, 48, 2),  # Three, a day off, three.
        ({"max_consecutive_shifts": 3, "min_consecutive_days_off": 2}, 40, 2),
        ({"min_rest_hours": 40}, 32, 1),  # Every other day: Monday, Wednesday, Friday, Sunday.
        ({"max_weekends": 0}, 40, 0),
        ({"max_weekends": 0, "min_rest_hours": 40}, 24, 0),
    ],
)
def test_the_most_that_a_guard_alone_could_do(
    tmp_path: Path, rules: dict[str, float], hours: int, weekend_shifts: int
) -> None:
    problem = problem_of(tmp_path, guards(2, hours=48), rules=rules)
    alone = Alone(problem)
    assert alone.most((0, 1), lambda shift: shift.minutes) == [60 * hours] * 2
    assert alone.most((1,), lambda shift: int(shift.weekend)) == [weekend_shifts]


def test_only_rules_that_bind_are_named(tmp_path: Path) -> None:
    """Fewer than 40 hours in six days are not reached without the rest; the run of three binds nothing."""
    rules = {"min_rest_hours": 40, "max_consecutive_shifts": 3, "max_weekends": 3}
    problem = problem_of(tmp_path, guards(1, hours=48), rules=rules)

    def too_few(given: GuardProblem) -> bool:
        return Alone(given).most((0,), lambda shift: shift.minutes)[0] < 40 * 60

    assert too_few(problem)
    assert binding_rules(problem, too_few) == (REST,)


def test_too_few_weekends(tmp_path: Path) -> None:
    """Nine guards with one weekend of two shifts each do 18 of the 24 shifts of four weekends."""
    rules = {"max_weekends": 1, "min_rest_hours": 11, "max_consecutive_shifts": 6}
    answer = roster(small_site(tmp_path, guards(9, hours=40), [post("gate")], rules=rules), weeks=4, rounds=200)
    assert answer.status is Solved.IMPOSSIBLE
    assert [one.rule for one in answer.conflicts] == ["staffing", "there", "weekends"]
    assert "On the weekends from 2026-07-06 to 2026-08-02, gate takes 24 shifts." in answer.conflicts[0].words
    assert "18 shifts at most" in answer.conflicts[1].words
    assert answer.conflicts[2].words == "Weekends with work, of any four in a row: at most 1."
    assert not answer.irreducible
    ways = {way.what: way for way in answer.relaxations}
    assert set(ways) == {"posts", "guards"}
    assert ways["posts"].least == 6
    assert ways["posts"].amount == 6
    assert ways["guards"].amount == 3


@pytest.mark.parametrize(("weeks", "start", "most"), [(2, MONDAY, 4), (4, MONDAY, 4), (4, date(2026, 7, 5), 6)])
def test_the_weekends_of_any_four(tmp_path: Path, weeks: int, start: date, most: int) -> None:
    """Two weekends of any four: both of two weeks; of five from a Sunday on three at most: two, and the rest."""
    site = small_site(tmp_path, guards(1, hours=48), [post("gate")], rules={"max_weekends": 2})
    problem = make_problem(site, on_posts(roll(known_at(site, None))), Horizon(start, weeks, site.timezone))
    assert Alone(problem).most((0,), lambda shift: int(shift.weekend)) == [most]


@pytest.mark.parametrize(("start", "hours"), [(date(2026, 10, 12), 8), (date(2026, 10, 19), 16)])
def test_the_rest_is_of_real_hours(tmp_path: Path, start: date, hours: int) -> None:
    """From 22:00 to 13:00 lie 15 hours, too few, but 16 in the night from the 24th to the 25th of October 2026."""
    late, early = (
        post("late", start="14:00", end="22:00", days="sat"),
        post("early", start="13:00", end="21:00", days="sun"),
    )
    site = small_site(tmp_path, guards(1, hours=48), [late, early], rules={"min_rest_hours": 16})
    problem = make_problem(site, on_posts(roll(known_at(site, None))), Horizon(start, 1, site.timezone))
    assert Alone(problem).most((0,), lambda shift: shift.minutes) == [60 * hours]


@pytest.mark.parametrize("seed", range(70))
def test_alone_is_never_less_than_what_the_rules_allow(tmp_path: Path, seed: int) -> None:
    """Against a model of the rules, which knows the weeks, nights in a row, and what is settled around them."""
    random = Random(seed)
    rules = {
        "max_hours_per_week": random.choice([40, 48, 60]),
        "min_rest_hours": random.choice([9, 16, 25]),
        "max_consecutive_shifts": random.randint(2, 6),
        "min_consecutive_shifts": random.randint(1, 2),
        "min_consecutive_days_off": random.randint(1, 3),
        "max_consecutive_nights": random.randint(1, 3),
        "max_nights_per_week": random.randint(1, 4),
        "max_weekends": random.randint(0, 3),
    }
    start = date(2026, 10, 5) + timedelta(days=random.randint(0, 13))
    posts = [post("gate"), post("store", start="22:00", end="07:00", hours_per_shift=9, days="fri sat sun")]
    settled = [-days for days in range(1, 1 + random.randint(0, 2))] + [21] * random.randint(0, 1)
    locked = [locked_at("G-01", "gate", f"{start + timedelta(days=day)} 08:00") for day in settled]
    tables = {"assignments": locked} if locked else {}
    site = small_site(tmp_path, guards(1, hours=random.choice([24, 38, 50])), posts, rules=rules, **tables)
    problem = make_problem(site, on_posts(roll(known_at(site, None))), Horizon(start, 3, site.timezone))
    for counted in (lambda shift: shift.minutes, lambda shift: int(shift.weekend)):
        assert Alone(problem).most((0,), counted)[0] >= most_by_the_rules(problem, counted)


def most_by_the_rules(problem: GuardProblem, counted: Callable[[DatedShift], int]) -> int:
    """The most that the first guard can work where no place need be filled."""
    model = cp_model.CpModel()
    draft = RosterDraft(problem, model, [0], range(problem.horizon.days))
    for s in problem.open[0]:
        draft.work[0, s] = model.new_bool_var("")
        draft.begun.setdefault((0, problem.shifts[s].day), []).append(s)
    for key, begun in draft.begun.items():
        draft.literals[key] = model.new_bool_var("")
        model.add(sum(draft.work[0, s] for s in begun) == draft.literals[key])
    for rule in OF_A_GUARD:
        rule.write(draft, 0)
    model.maximize(sum(counted(problem.shifts[s]) * literal for (_, s), literal in draft.work.items()))
    answer = solve_model(model, SearchRequest(seed=0))
    assert answer.objective is not None
    assert answer.status is Solved.PROVEN
    return answer.objective


def test_what_lacks_is_counted_for_all_posts_of_the_guards(tmp_path: Path) -> None:
    """The conflict names one post; but of both, 336 hours, the contracts of four lack 176."""
    site = small_site(tmp_path, guards(4, hours=40), [post("gate"), post("store")])
    problem = make_problem(site, on_posts(roll(known_at(site, None))), Horizon(MONDAY, 1, site.timezone))
    assert least_minutes_short(problem) == least_minutes_beyond(problem) == (336 - 160) * 60
    assert least_places_open(problem, shortages(problem)) == 22


def test_places_are_left_open_where_the_hours_of_a_week_are_too_few(tmp_path: Path) -> None:
    """Contracts would do, so the first rows fill every place; 16 hours a week are two of three shifts."""
    posts = [post("gate", start="06:00", end="14:00", days="fri sat sun")]
    rules = {"max_hours_per_week": 16, "min_rest_hours": 11}
    answer = roster(small_site(tmp_path, guards(1), posts, rules=rules), rounds=200)
    ways = {way.what: way.amount for way in answer.relaxations}
    assert ways == {"posts": 1, "guards": 1}
