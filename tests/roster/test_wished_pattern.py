"""A pattern that is wished: each shift off it costs, no rule is broken, and how many there are is told."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from guard_sites import MONDAY, guards, locked_at, post, roster, small_site
from openpyxl import load_workbook

from stockward.book import Site
from stockward.book.known import known_at
from stockward.guards.roll import on_posts, roll
from stockward.optim.cp_sat import SearchRequest
from stockward.outputs import OutputTarget
from stockward.report.roster.files import write_roster_json
from stockward.report.roster.sentences import measures, points, roster_headline
from stockward.report.roster.sheets import write_roster_xlsx
from stockward.roster.site.columns import translate
from stockward.roster.site.costs import measure_cost
from stockward.roster.site.demand import Horizon
from stockward.roster.site.model import solve, whole_roster
from stockward.roster.site.problem import GuardProblem, make_problem
from stockward.roster.site.scoring import Scorer
from stockward.terms.errors import SiteError, UsageError

PATTERNS = ("4-on-4-off", "2-days-2-nights-4-off", "panama", "ELN-", "NN---")


def works(folder: Path, pattern: str, number: int = 4, **tables: Any) -> Site:
    rules: dict[str, Any] = {"max_hours_per_week": 60, "min_rest_hours": 8, "wished_pattern": f'"{pattern}"'}
    return small_site(folder, guards(number, hours=60), [post("gate")], rules=rules, **tables)


def problem_of(site: Site, weeks: int = 1) -> GuardProblem:
    return make_problem(site, on_posts(roll(known_at(site, None))), Horizon(MONDAY, weeks, site.timezone))


def off_by_hand(cells: str, shifts: list[tuple[int, int]], settled: list[tuple[int, int]]) -> int:
    """Shifts (day, hour of 0, 8 or 16) off the letters, by the begins that miss the fewest settled ones."""
    letters = {0: "N", 8: "E", 16: "L"}

    def missed(of: list[tuple[int, int]], begin: int) -> int:
        return sum(cells[(day + begin) % len(cells)] not in ("W", letters[hour]) for day, hour in of)

    least = min(missed(settled, begin) for begin in range(len(cells)))
    return min(missed(shifts, begin) for begin in range(len(cells)) if missed(settled, begin) == least)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_search_report_and_a_count_by_hand_agree(tmp_path: Path, pattern: str) -> None:
    random = np.random.default_rng(len(pattern))
    settled = [(int(day), int(random.choice([0, 8, 16]))) for day in range(-6, 0) if random.random() < 0.5]
    rows = [locked_at("G-01", "gate", f"2026-07-{6 + day:02d} {hour:02d}:00") for day, hour in settled if day >= -5]
    site = works(tmp_path, pattern, assignments=rows)
    problem = problem_of(site, weeks=2)
    cells = str(problem.rules.wished_pattern)
    from stockward.book.rotations import rotation_cells

    cells = rotation_cells(cells) or ""
    translated = translate(problem)
    scorer = Scorer(problem, translated)
    for _ in range(8):
        drawn = [
            [(int(day), int(random.choice([0, 8, 16]))) for day in range(14) if random.random() < 0.6]
            for _ in problem.guards
        ]
        times = [frozenset(3 * day + hour // 8 for day, hour in mine) for mine in drawn]
        cost = measure_cost(problem, times, {})
        by_hand = sum(
            off_by_hand(cells, mine, [one for one in settled if one[0] >= -5] if guard == 0 else [])
            for guard, mine in enumerate(drawn)
        )
        assert cost.pattern == 20 * by_hand
        rows_ = np.stack([translated.rows([mine])[0] for mine in times])
        assert scorer.cost(rows_, np.arange(len(times))).sum() == cost.total


def test_the_model_finds_what_trying_everything_finds(tmp_path: Path) -> None:
    """Two guards share a shift each day of a week: 128 ways, of which the model has the best."""
    rules: dict[str, Any] = {"max_hours_per_week": 60, "min_rest_hours": 8, "wished_pattern": '"WW--"'}
    site = small_site(tmp_path, guards(2, hours=60), [post("gate", start="08:00", end="16:00")], rules=rules)
    problem = problem_of(site)
    found = solve(problem, whole_roster(problem), SearchRequest(seed=1))
    costs = [
        measure_cost(problem, [frozenset(s for s in range(7) if who[s] == guard) for guard in (0, 1)], {}).total
        for who in product((0, 1), repeat=7)
    ]
    assert found.times is not None
    assert found.answer.objective == measure_cost(problem, found.times, {}).total == min(costs)


def test_a_roster_keeps_the_wished_pattern_as_far_as_it_can_and_says_how_far(tmp_path: Path) -> None:
    answer = roster(works(tmp_path, "4-on-4-off", 6), rounds=200)
    assert answer.duties and answer.cost is not None
    off = [one.off_pattern for one in answer.guards]
    assert answer.cost.pattern == 20 * sum(number or 0 for number in off)
    assert "where it can be, the pattern 4-on-4-off (WWWW----)" in roster_headline(answer)
    assert any("off the wished pattern" in text for text in measures(answer))
    assert any(text == "shifts off the wished pattern, 20 each" for _, text in points(answer))
    document = json.loads(write_roster_json(answer))
    assert [one["off_pattern"] for one in document["guards"]] == off
    assert document["cost"]["pattern"] == answer.cost.pattern
    write_roster_xlsx(answer, OutputTarget(tmp_path / "roster.xlsx"))
    rows = list(load_workbook(tmp_path / "roster.xlsx")["fairness"].iter_rows(values_only=True))
    assert rows[0][-1] == "off the pattern"
    assert [row[-1] for row in rows[1:]] == off


def test_without_a_wish_nothing_is_told_of_it(tmp_path: Path) -> None:
    answer = roster(small_site(tmp_path, guards(5), [post("gate")]), rounds=20)
    document = json.loads(write_roster_json(answer))
    assert "pattern" not in document["cost"] and "off_pattern" not in document["guards"][0]


def test_a_pattern_is_kept_or_wished_and_not_both(tmp_path: Path) -> None:
    rules: dict[str, Any] = {
        "max_hours_per_week": 60,
        "min_rest_hours": 8,
        "pattern": '"panama"',
        "wished_pattern": '"panama"',
    }
    with pytest.raises(UsageError, match="pattern and wished_pattern both stand there: state pattern to have it kept"):
        roster(small_site(tmp_path, guards(6), [post("gate")], rules=rules))
    with pytest.raises(SiteError, match="wished_pattern"):
        works(tmp_path / "other", "4-on-4-of")
