"""Every rule at its boundary: model, search, engine and checker keep the last value, and break with the first."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from guard_sites import MONDAY, guards, locked_at, post, small_site
from rule_cases import RULE_CASES, RuleCase
from ways_to_judge import (
    broken_in_checker,
    broken_in_model,
    broken_in_search,
    impossible_in_engine,
    shifts_at,
)

from stockward.book import Site
from stockward.book.known import known_at
from stockward.book.settings import WorkRules
from stockward.guards.roll import on_posts, roll
from stockward.roster.infeasible.alone import KNOWN
from stockward.roster.rules.table import (
    OF_A_GUARD,
    OF_A_SITE,
    ONE_SHIFT_A_DAY,
    OVERTIME,
    PAIRS,
    PATTERN,
    REST,
    RULES,
    SiteRule,
)
from stockward.roster.site.columns import translate
from stockward.roster.site.demand import Horizon
from stockward.roster.site.problem import GuardProblem, make_problem
from stockward.roster.site.settling import Settling

NAMED = {rule.name: rule for rule in RULES}


def problem_at(folder: Path, case: RuleCase, value: float) -> tuple[Site, GuardProblem]:
    """A gate and one guard, under the rule of the case alone."""
    rule, hours, rules = NAMED[case.rule], 168.0, {}
    if isinstance(rule, SiteRule):
        rules[rule.key] = value
        if case.weeks_averaged is not None:
            rules["average_weeks"] = case.weeks_averaged
    else:
        hours = value
        if case.overtime is not None:
            rules[OVERTIME.key] = case.overtime
    start = MONDAY + timedelta(days=case.first)
    settled = [locked_at("G-01", "gate", f"{start + timedelta(days=day)} {hour:02d}:00") for day, hour in case.settled]
    tables = {"assignments": settled} if settled else {}
    site = small_site(folder, guards(1, hours=hours), [post("gate")], rules=rules, **tables)
    return site, make_problem(site, on_posts(roll(known_at(site, None))), Horizon(start, case.weeks, site.timezone))


@pytest.mark.parametrize("case", RULE_CASES, ids=lambda case: f"{case.rule} {case.kept:g} not {case.broken:g}")
def test_all_keep_the_last_value_and_break_with_the_first(tmp_path: Path, case: RuleCase) -> None:
    for name, value, broken in (("kept", case.kept, set()), ("broken", case.broken, {case.rule})):
        site, problem = problem_at(tmp_path / name, case, value)
        shifts = shifts_at(problem, case.starts)
        assert len(shifts) == len(case.starts)
        assert broken_in_model(problem, shifts) == broken
        assert broken_in_search(problem, shifts) == broken
        assert broken_in_checker(site, problem, shifts) == broken
        assert impossible_in_engine(problem, shifts) == (case.engine and bool(broken))


def test_two_shifts_on_a_day_are_one_too_many_in_model_and_checker(tmp_path: Path) -> None:
    """In rows of the search and the engine there is no second."""
    site = small_site(tmp_path, guards(1, hours=168), [post("gate")], rules={})
    problem = make_problem(site, on_posts(roll(known_at(site, None))), Horizon(MONDAY, 1, site.timezone))
    for starts, broken in (({(0, 0), (1, 0)}, set()), ({(0, 0), (0, 16)}, {ONE_SHIFT_A_DAY.name})):
        shifts = shifts_at(problem, starts)
        assert broken_in_model(problem, shifts) == broken_in_checker(site, problem, shifts) == broken


@pytest.mark.parametrize(("most", "allowed"), [(5, True), (4, False)])
def test_a_pair_may_meet_as_often_as_is_stated_and_no_more(tmp_path: Path, most: int, allowed: bool) -> None:
    gate = post("gate", guards=2, start="08:00", end="16:00", days="mon tue wed thu fri")
    site = small_site(tmp_path, guards(2), [gate], rules={PAIRS.key: most})
    problem = make_problem(site, on_posts(roll(known_at(site, None))), Horizon(MONDAY, 1, site.timezone))
    translated = translate(problem)
    rows = translated.rows([frozenset(range(5))] * 2)
    assert np.count_nonzero(rows) == 10
    assert Settling(problem, translated, seed=1).settle(rows) is allowed


def test_every_rule_has_cases_a_setting_and_a_check() -> None:
    assert {case.rule for case in RULE_CASES} == {rule.name for rule in OF_A_GUARD} - {
        ONE_SHIFT_A_DAY.name,
        PATTERN.name,
    }
    others = {"average_weeks", "overtime_price_per_hour", "pattern", "wished_pattern", "preset"}
    assert [rule.key for rule in OF_A_SITE] == [key for key in WorkRules.model_fields if key not in others]
    assert len(NAMED) == len(RULES)
    known = {case.rule for case in RULE_CASES if case.engine}
    assert known == {rule.name for rule in KNOWN}
    assert known - {REST.name} == {rule.name for rule in OF_A_GUARD if rule.form is not None and rule.form.engine}
