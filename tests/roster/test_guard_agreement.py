"""Rules of one guard, what is settled before and after the roster included: model, search and checker say the same."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from guard_sites import MONDAY, guards, locked_at, post, roster, small_site
from ways_to_judge import broken_in_checker, broken_in_model, broken_in_search, shifts_at

from stockward.book.known import known_at
from stockward.guards.roll import on_posts, roll
from stockward.roster.site.demand import Horizon
from stockward.roster.site.problem import make_problem

Starts = list[tuple[int, int]]
"""Day of the roster and hour at which each shift begins."""


def draw_shifts(random: Random, first: int, stop: int) -> Starts:
    """Runs of work and of days off; most shifts begin at 08:00."""
    drawn, works = [], False
    for day in range(first, stop):
        if random.random() < 0.3:
            works = random.random() < 0.6
        if works:
            drawn.append((day, random.choice([0, 8, 16]) if random.random() < 0.4 else 8))
    return drawn


@pytest.mark.parametrize("seed", range(100))
def test_the_three_agree(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    start, weeks = date(2026, random.choice([7, 10]), random.randint(5, 20)), random.randint(1, 3)
    rules = {
        "max_hours_per_week": random.choice([32, 40, 48]),
        "min_rest_hours": random.choice([9, 11, 16, 25]),
        "max_consecutive_shifts": random.randint(2, 6),
        "min_consecutive_shifts": random.randint(1, 3),
        "min_consecutive_days_off": random.randint(1, 3),
        "max_consecutive_nights": random.randint(1, 3),
        "max_nights_per_week": random.randint(1, 4),
        "max_weekends": random.randint(0, 3),
    }
    spans = Random(-1 - seed)
    if seed % 2:
        rules |= {
            "min_weekly_rest_hours": spans.choice([24, 35, 48, 64]),
            "max_average_hours_per_week": spans.choice([20, 30, 36.5, 48]),
            "average_weeks": spans.choice([1, 2, 3, 6]),
            "min_rest_hours_on_change": spans.choice([11, 24, 40]),
            "max_night_shift_hours": spans.choice([7, 8]),
        }
    before = draw_shifts(random, -random.choice([0, 1, 3, 10, 30]), 0)
    after = draw_shifts(random, 7 * weeks, 7 * weeks + random.choice([0, 0, 1, 3, 10]))
    planned = draw_shifts(random, 0, 7 * weeks)
    locked = [locked_at("G-01", "gate", f"{start + timedelta(days=day)} {hour:02d}:00") for day, hour in before + after]
    people, tables = guards(1, hours=random.choice([24, 40, 60])), {"assignments": locked} if locked else {}
    site = small_site(tmp_path, people, [post("gate")], rules=rules, **tables)
    problem = make_problem(site, on_posts(roll(known_at(site, None))), Horizon(start, weeks, site.timezone))
    shifts = shifts_at(problem, planned)
    assert (
        broken_in_search(problem, shifts)
        == broken_in_model(problem, shifts)
        == broken_in_checker(site, problem, shifts)
    )


def test_what_broke_rules_before_is_no_reason_for_no_roster(tmp_path: Path) -> None:
    """Nine days in a row until Saturday, two shifts with no rest between them, and locked alike after the end."""
    rules = {"min_rest_hours": 11, "max_consecutive_shifts": 4, "min_consecutive_days_off": 2, "max_weekends": 1}
    days = [*range(-10, -1), *range(9, 13)]
    locked = [
        locked_at("G-01", "gate", f"{MONDAY + timedelta(days=day)} {'16' if day % 2 else '00'}:00") for day in days
    ]
    answer = roster(small_site(tmp_path, guards(8), [post("gate")], rules=rules, assignments=locked))
    assert answer.duties, answer.notes
    assert not answer.left_open
