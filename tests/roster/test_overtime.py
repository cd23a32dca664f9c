"""Overtime: hours beyond the contract, as many as the site allows, dear to the search, told with their price."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from guard_sites import GENERATED, MONDAY, guards, locked_at, post, roster, small_site

from stockward.book import Site
from stockward.book.known import known_at
from stockward.guards.roll import on_posts, roll
from stockward.optim.cp_sat import SearchRequest
from stockward.questions.roster_changes import ChangeRequest, who_can_stand_in
from stockward.report.roster.files import write_roster_json
from stockward.report.roster.sentences import measures, points, roster_headline, rules
from stockward.roster.site.columns import translate
from stockward.roster.site.costs import fair_shares, measure_cost
from stockward.roster.site.demand import Horizon
from stockward.roster.site.model import solve, whole_roster
from stockward.roster.site.problem import GuardProblem, make_problem
from stockward.roster.site.scoring import Scorer
from stockward.terms.errors import SiteError, UsageError
from stockward.terms.verdicts import Solved

GENEROUS = {"max_hours_per_week": 56, "min_rest_hours": 8, "max_overtime_hours_per_week": 8}


def works(folder: Path, number: int, **rules_: Any) -> Site:
    """A gate round the clock, 168 hours a week, and guards of 40 hours each."""
    return small_site(folder, guards(number), [post("gate")], rules={**GENEROUS, **rules_})


def problem_of(site: Site, weeks: int = 1) -> GuardProblem:
    return make_problem(site, on_posts(roll(known_at(site, None))), Horizon(MONDAY, weeks, site.timezone))


def test_as_little_overtime_as_can_be_is_worked_and_its_price_told(tmp_path: Path) -> None:
    answer = roster(works(tmp_path, 4, overtime_price_per_hour=30.5), rounds=100)
    assert answer.duties
    # 168 hours for contracts of 160: one guard works one shift more.
    assert sorted(one.hours for one in answer.guards) == [40, 40, 40, 48]
    assert answer.cost is not None and answer.cost.overtime == 20 * 8
    assert answer.overtime is not None
    assert (answer.overtime.hours, answer.overtime.guards, answer.overtime.cost) == (8, 1, 244)
    assert "at most 8 hours of overtime a week on average beyond the contract" in roster_headline(answer)
    assert "an hour of overtime costs 30.5" in roster_headline(answer)
    assert "Overtime: 8 hours of 1 guard, 244 at 30.5 an hour." in measures(answer)
    assert ("160", "hours of overtime, 20 each") in points(answer)
    assert any("the contract gives, and the overtime above" in rule for rule in rules(answer))
    document = json.loads(write_roster_json(answer))
    assert document["cost"]["overtime"] == 160
    assert document["overtime"] == {"hours": 8, "guards": 1, "price": 30.5, "cost": 244, "currency": None}
    assert document["rules"]["max_overtime_hours_per_week"] == 8


def test_nobody_works_overtime_where_contracts_do(tmp_path: Path) -> None:
    answer = roster(works(tmp_path, 5), rounds=100)
    assert answer.cost is not None and answer.cost.overtime == 0
    assert "No overtime." in measures(answer)


def test_a_site_without_overtime_is_told_nothing_of_it(tmp_path: Path) -> None:
    site = small_site(tmp_path, guards(5), [post("gate")], rules={"max_hours_per_week": 56, "min_rest_hours": 8})
    answer = roster(site, rounds=50)
    document = json.loads(write_roster_json(answer))
    assert answer.overtime is None and "overtime" not in document and "overtime" not in document["cost"]
    assert not any("overtime" in text for text in (*measures(answer), *rules(answer), str(points(answer))))


def test_too_little_overtime_is_impossible_with_what_is_short(tmp_path: Path) -> None:
    """Four hours a week each are no whole shift."""
    answer = roster(works(tmp_path, 4, max_overtime_hours_per_week=4), rounds=100)
    assert answer.status is Solved.IMPOSSIBLE
    assert any("160 hours over the roster, and overtime 16" in one.words for one in answer.conflicts)
    hours = next(one for one in answer.relaxations if one.what == "hours")
    assert hours.amount == 4 and "4 hours more than contracts and overtime allow (G-01 4)" in hours.words


def test_overtime_is_no_more_than_the_site_allows_on_average(tmp_path: Path) -> None:
    """Over two weeks 16 hours each, in whichever week, within the hours of a week."""
    site = works(tmp_path, 4, max_hours_per_week=60)
    problem = problem_of(site, weeks=2)
    assert {guard.most_minutes for guard in problem.guards} == {60 * 96}


def test_absence_takes_its_part_of_overtime(tmp_path: Path) -> None:
    away = [{"person": "G-01", "start": MONDAY, "end": MONDAY, "kind": "leave"}]
    site = small_site(tmp_path, guards(2), [post("gate")], rules=GENEROUS, absences=away)
    first, second = problem_of(site).guards
    assert (first.contract_minutes, first.overtime_minutes) == (60 * 32, 60 * 6 + 24)
    assert (second.contract_minutes, second.overtime_minutes) == (60 * 40, 60 * 8)


@pytest.mark.parametrize("seed", range(6))
def test_search_and_report_count_the_same_cost(tmp_path: Path, seed: int) -> None:
    site = works(tmp_path, 4, max_overtime_hours_per_week=16)
    problem = problem_of(site)
    random = np.random.default_rng(seed)
    times = [frozenset(3 * day + int(random.integers(3)) for day in random.permutation(7)[:n]) for n in (7, 6, 5, 3)]
    translated = translate(problem)
    scored = Scorer(problem, translated).cost(
        np.stack([translated.rows([mine])[0] for mine in times]), np.arange(len(times))
    )
    cost = measure_cost(problem, times, {})
    assert scored.sum() == cost.total
    assert cost.overtime == 20 * (16 + 8)


def test_the_model_knows_the_cost(tmp_path: Path) -> None:
    """Of every number of shifts of one guard over the contract, the best by the model is the best by trying all."""
    site = small_site(tmp_path, guards(2, hours=8), [post("gate", days="mon tue", end="08:00")], rules=GENEROUS)
    problem = problem_of(site)
    found = solve(problem, whole_roster(problem), SearchRequest(seed=1))
    assert found.times is not None
    shares = fair_shares(problem)
    assert shares.contracts == (480, 480)
    by_hand = min(
        measure_cost(problem, [frozenset(s for s in (0, 1) if who[s] == guard) for guard in (0, 1)], {}).total
        for who in product((0, 1), repeat=2)
    )
    assert found.answer.objective == measure_cost(problem, found.times, {}).total == by_hand


def test_who_stands_in_on_overtime_keeps_the_rules_and_comes_after_who_need_not(tmp_path: Path) -> None:
    rows = [locked_at("G-01", "gate", f"2026-07-{day:02d} 08:00") for day in range(6, 11)]
    rows += [locked_at("G-02", "gate", f"2026-07-{day:02d} 00:00") for day in range(6, 10)]
    rows += [locked_at("G-03", "gate", "2026-07-11 08:00")]
    site = small_site(tmp_path, guards(4), [post("gate")], rules=GENEROUS, assignments=rows)
    answer = who_can_stand_in(
        site, "G-03", MONDAY.replace(day=11), ChangeRequest(generated=GENERATED, start=MONDAY, weeks=1)
    )
    found = {one.person: one for one in answer.shifts[0].stand_ins}
    assert not found["G-01"].breaks, "48 hours are its contract and the overtime"
    assert [one.person for one in answer.shifts[0].stand_ins][-1] == "G-01"
    assert found["G-01"].points - found["G-02"].points >= 20 * 8


@pytest.mark.parametrize(("stated", "said"), [
    ({"max_overtime_hours_per_week": '"none"'}, "write a number without quotes: without a line there is no overtime"),
    ({"max_overtime_hours_per_week": -1}, "max_overtime_hours_per_week"),
    ({"overtime_price_per_hour": "true"}, "overtime_price_per_hour"),
])  # fmt: skip
def test_what_cannot_be_read_is_said(tmp_path: Path, stated: dict[str, Any], said: str) -> None:
    with pytest.raises(SiteError, match=said):
        works(tmp_path, 4, **stated)


def test_a_price_without_overtime_is_said_with_the_mend(tmp_path: Path) -> None:
    rules_ = {"max_hours_per_week": 56, "min_rest_hours": 8, "overtime_price_per_hour": 30}
    site = small_site(tmp_path / "alone", guards(5), [post("gate")], rules=rules_)
    with pytest.raises(UsageError, match="write max_overtime_hours_per_week = 8, or what is allowed"):
        roster(site)
    mended = small_site(tmp_path / "mended", guards(5), [post("gate")], rules={**rules_, **GENEROUS})
    assert roster(mended, rounds=20).duties
