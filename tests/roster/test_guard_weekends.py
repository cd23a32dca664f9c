"""Weekends with work, those settled before and after the roster included: model, search and checker say the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from ortools.sat.python import cp_model
from tests.roster.guard_sites import MONDAY, guards, locked_at, post, small_site

from stockward.accountancy.known import known_at
from stockward.answers.roster import Duty
from stockward.facts import Site
from stockward.guards.roll import on_posts, roll
from stockward.roster import guards_checking, guards_rules, guards_scoring
from stockward.roster.guards_columns import translate
from stockward.roster.guards_demand import Horizon
from stockward.roster.guards_problem import GuardProblem, make_problem
from stockward.roster.guards_scoring import Scorer
from stockward.solving.cp_sat import Asked, solve_model

WEEKS = 4


def draw_weekends(random: Random, start: date, first: int, last: int) -> list[int]:
    """Days of weekends, from the first to the last of the roster's numbering."""
    days = [day for day in range(first, last) if (start + timedelta(days=day)).weekday() >= 5]
    return [day for day in days if random.random() < 0.3]


@pytest.mark.parametrize("seed", range(60))
def test_the_three_agree(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    start, most = MONDAY + timedelta(days=random.choice([-1, -2, 0, 3])), random.randint(0, 3)
    settled = draw_weekends(random, start, -20, 0) + draw_weekends(random, start, 28, 49)
    planned = draw_weekends(random, start, 0, 28)
    locked = [locked_at("G-01", "gate", f"{start + timedelta(days=day)} 08:00") for day in settled]
    posts, tables = [post("gate", start="08:00", end="16:00")], {"assignments": locked} if locked else {}
    site = small_site(tmp_path, guards(1, hours=60), posts, rules={"max_weekends": most}, **tables)
    problem = make_problem(site, on_posts(roll(known_at(site, None))), Horizon(start, WEEKS, site.timezone))
    expected = breaks_by_hand(start, settled, planned, most)
    assert (breaches_of_the_search(problem, planned) > 0) == expected
    assert breaks_the_model(problem, planned) == expected
    assert breaks_the_checker(site, start, planned) == expected


def breaks_by_hand(start: date, settled: Sequence[int], planned: Sequence[int], most: int) -> bool:
    """Whether any four weekends with planned work hold more than the most."""

    def weekends(days: Sequence[int]) -> set[date]:
        dates = [start + timedelta(days=day) for day in days]
        return {one - timedelta(days=one.weekday()) for one in dates}

    def from_on(first: date, given: set[date]) -> int:
        return sum(first <= one < first + timedelta(weeks=4) for one in given)

    ours, everything = weekends(planned), weekends([*planned, *settled])
    windows = [one - timedelta(weeks=back) for one in ours for back in range(4)]
    return any(from_on(first, ours) and from_on(first, everything) > most for first in windows)


def breaches_of_the_search(problem: GuardProblem, planned: Sequence[int]) -> int:
    scorer, everybody = Scorer(problem, translate(problem)), np.array([0])
    rows = np.zeros((1, problem.horizon.days), np.int64)
    rows[0, list(planned)] = 1
    return int(guards_scoring.weekends(scorer, scorer.days_of(rows, everybody))[0])


def breaks_the_model(problem: GuardProblem, planned: Sequence[int]) -> bool:
    model = cp_model.CpModel()
    draft = guards_rules.Draft(problem, model, [0], range(problem.horizon.days))
    for s in problem.open[0]:
        day = problem.shifts[s].day
        draft.literals[0, day] = model.new_constant(int(day in planned))
    guards_rules.weekends(draft, 0)
    return not solve_model(model, Asked(seed=0)).found


def breaks_the_checker(site: Site, start: date, planned: Sequence[int]) -> bool:
    duties = []
    for number in planned:
        day = start + timedelta(days=number)
        begins = datetime.combine(day, time(6), UTC)
        duties.append(
            Duty(
                person="G-01", affiliation="ministry", post="gate", number=1, day=day, start=begins,
                end=begins + timedelta(hours=8), hours=8, night=False, weekend=True, locked=False, changed=None,
            )
        )  # fmt: skip
    people = on_posts(roll(known_at(site, None)))
    checked = guards_checking.Checked(site, people, duties, start=start, weeks=WEEKS, numbers={})
    return any(guards_checking.weekends(checked))
