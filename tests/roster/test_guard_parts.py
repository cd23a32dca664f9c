"""Parts of a guards' roster: never dearer, nothing lost for the others, and as good as the whole model where whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from guard_sites import MONDAY, guards, post, roster, small_site
from test_guard_rosters import EVERY_RULE, problem_of

from stockward.optim.cp_sat import SearchRequest
from stockward.roster.site.columns import OPEN, translate
from stockward.roster.site.model import solve, whole_roster
from stockward.roster.site.parts import GuardsPart, least_alone, solve_guards
from stockward.roster.site.scoring import BREACH, Integers, Scorer
from stockward.terms.verdicts import Solved


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> Scorer:
    """Nine guards for a mixed gate of two by day and a post by night, with wishes that cannot all be met."""
    wishes = [
        {
            "person": f"G-{number + 1:02d}", "date": MONDAY + timedelta(days=number % 4), "weight": number + 1,
            "wish": "on" if number % 3 == 1 else "off",
        }
        for number in range(9)
    ]  # fmt: skip
    posts = [
        post("gate", guards=2, mixed="yes", start="06:00", end="14:00"),
        post("fence", start="22:00", end="06:00"),
    ]
    folder = tmp_path_factory.mktemp("parts")
    problem = problem_of(small_site(folder, guards(9), posts, rules=EVERY_RULE, wishes=wishes))
    return Scorer(problem, translate(problem))


@pytest.fixture(scope="module")
def sound(scorer: Scorer) -> Integers:
    """A roster of the whole model that keeps every rule, without a thought of its cost."""
    found = solve(scorer.problem, whole_roster(scorer.problem, cost=False), SearchRequest(1, work=20))
    assert found.times is not None
    return scorer.translated.rows(found.times)


def covered(scorer: Scorer, rows: Integers) -> Integers:
    kinds = np.arange(1, scorer.translated.problem.demand.required.shape[1] + 1)
    return np.asarray((rows[:, :, None] == kinds).sum(axis=0))


def part_of(scorer: Scorer, rows: Integers, members: list[int], days: range) -> GuardsPart:
    left_open = scorer.translated.problem.demand.required - covered(scorer, rows)
    score = int(scorer.score(rows[members], np.array(members)).sum())
    return GuardsPart(tuple(members), days, rows[members], left_open, score)


def test_rows_of_shifts_hold_every_place_that_the_shifts_fill(scorer: Scorer, sound: Integers) -> None:
    assert np.array_equal(covered(scorer, sound), scorer.translated.problem.demand.required)
    assert scorer.translated.rows(scorer.translated.times(sound.tolist())).shape == sound.shape
    assert int(scorer.breaches(sound, np.arange(9)).sum()) == 0


def test_a_part_of_everybody_is_as_good_as_the_whole_model(scorer: Scorer, sound: Integers) -> None:
    best = solve(scorer.problem, whole_roster(scorer.problem), SearchRequest(1, work=60)).answer
    assert best.status is Solved.PROVEN
    for relaxed in (0, 1, 2):
        asked = SearchRequest(1, work=60, probing=False, relaxed=relaxed)
        solution = solve_guards(scorer, part_of(scorer, sound, list(range(9)), range(7)), asked)
        assert solution.proven
        assert solution.rows is not None
        assert int(scorer.score(solution.rows, np.arange(9)).sum()) == best.objective
        assert np.array_equal(covered(scorer, solution.rows), covered(scorer, sound))


@pytest.mark.parametrize("seed", range(6))
def test_a_part_keeps_what_its_guards_hold_and_is_never_dearer(scorer: Scorer, sound: Integers, seed: int) -> None:
    draw = np.random.default_rng(seed)
    members = sorted(draw.choice(9, 4, replace=False).tolist())
    low = int(draw.integers(0, 4))
    part = part_of(scorer, sound, members, range(low, low + 4))
    solution = solve_guards(scorer, part, SearchRequest(seed, work=10, probing=False))
    assert solution.rows is not None
    assert int(scorer.score(solution.rows, np.array(members)).sum()) <= part.score < BREACH
    assert np.array_equal(covered(scorer, solution.rows), covered(scorer, sound[members]))
    outside = [day for day in range(7) if day not in part.days]
    assert np.array_equal(solution.rows[:, outside], part.rows[:, outside])


def test_a_part_fills_what_was_left_open(scorer: Scorer, sound: Integers) -> None:
    rows = sound.copy()
    emptied = int(np.flatnonzero((rows > 0).any(axis=1))[0])
    rows[emptied] = 0
    solution = solve_guards(scorer, part_of(scorer, rows, list(range(9)), range(7)), SearchRequest(1, work=60))
    assert solution.proven
    assert solution.rows is not None
    assert np.array_equal(covered(scorer, solution.rows), covered(scorer, sound))
    assert OPEN > BREACH


def test_what_a_guard_must_cost_alone_is_no_more_than_in_any_sound_roster(scorer: Scorer, sound: Integers) -> None:
    alone = np.array([least_alone(scorer, guard, SearchRequest(1, work=10)) for guard in range(9)])
    asked = SearchRequest(1, work=60, probing=False)
    solution = solve_guards(scorer, part_of(scorer, sound, list(range(9)), range(7)), asked)
    assert solution.rows is not None
    for rows in (sound, solution.rows):
        assert (alone <= scorer.score(rows, np.arange(9)) + 1e-6).all()


def test_what_a_guard_must_cost_alone_counts_rules_and_shares_as_well_as_wishes(tmp_path: Path) -> None:
    """A guard who wishes to work on one day only, where runs of work last two days at least: the wish costs 10."""
    wishes = [
        {"person": "G-01", "date": MONDAY + timedelta(days=day), "wish": "on" if day == 3 else "off"}
        for day in range(7)
    ]
    people = [{**one, "hours_per_week": 8 if one["person"] == "G-01" else 40} for one in guards(6)]
    rules = {"min_consecutive_shifts": 2}
    problem = problem_of(small_site(tmp_path, people, [post("gate")], rules=rules, wishes=wishes))
    assert least_alone(Scorer(problem, translate(problem)), 0, SearchRequest(1)) == 10


def test_a_small_roster_is_proven_best_part_by_part(tmp_path: Path) -> None:
    """Both guards wish the same day off, and one of them must work on it."""
    wishes = [{"person": f"G-{one:02d}", "date": MONDAY, "wish": "off"} for one in (1, 2)]
    people = guards(2, hours=20)
    site = small_site(tmp_path, people, [post("gate", start="06:00", end="14:00", days="mon tue")], wishes=wishes)
    answer = roster(site)
    assert answer.status is Solved.PROVEN
    assert answer.cost is not None
    assert answer.cost.total == answer.bound == 10
