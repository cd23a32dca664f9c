"""Patterns of rotation: known ones cover the clock as published, and model, search and checker hold them alike."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from guard_sites import MONDAY, guards, locked_at, post, roster, small_site
from ways_to_judge import broken_in_checker, broken_in_model, broken_in_search, shifts_at

from stockward.book.known import known_at
from stockward.book.rotations import ROTATIONS, rotation_cells
from stockward.cli import main
from stockward.guards.roll import on_posts, roll
from stockward.report.roster.sentences import rules as rules_said
from stockward.roster.site.demand import Horizon
from stockward.roster.site.problem import make_problem
from stockward.terms.errors import SiteError, UsageError
from stockward.terms.verdicts import Solved

EARLY, LATE = post("early", start="06:00", end="14:00"), post("late", start="14:00", end="22:00")
NIGHT = post("night", start="22:00", end="06:00")
Starts = list[tuple[int, int]]


@pytest.mark.parametrize(("name", "apart", "letters"), [
    ("continental", 7, "ELN"), ("metropolitan", 2, "ELN"), ("2-days-2-nights-4-off", 2, "EN"),
])  # fmt: skip
def test_four_crews_of_a_turning_pattern_hold_every_shift_once_a_day(name: str, apart: int, letters: str) -> None:
    """The four crews of a continuous rota, each so many days behind the one before, fill one place round the clock."""
    cells = ROTATIONS[name]
    assert len(cells) == 4 * apart
    for day in range(len(cells)):
        there = "".join(cells[(day + crew * apart) % len(cells)] for crew in range(4))
        assert sorted(there.replace("-", "")) == sorted(letters)


def test_the_other_patterns_have_two_halves_that_relieve_one_another() -> None:
    """4 on 4 off and Panama: one of two crews is there on each day, 42 hours a week in shifts of twelve."""
    for name in ("4-on-4-off", "panama"):
        cells = ROTATIONS[name]
        half = len(cells) // 2
        assert all({cells[day], cells[day - half]} == {"W", "-"} for day in range(len(cells)))
        assert cells.count("W") / len(cells) * 7 * 12 == 42
    assert [len(run) for run in ROTATIONS["panama"].replace("-", " ").split()] == [2, 3, 2]


def broken_by_all(tmp_path: Path, pattern: str, starts: Starts, settled: Starts = ()) -> set[str]:  # type: ignore[assignment]
    """What model, search and checker say, who must agree."""
    locked = [locked_at("G-01", "gate", f"{MONDAY + timedelta(days=day)} {hour:02d}:00") for day, hour in settled]
    rules = {"pattern": f'"{pattern}"'}
    absences = [{"person": "G-01", "start": "2025-01-01", "end": "2025-01-01", "kind": "leave"}]
    tables = {"assignments": locked} if locked else {"absences": absences}
    site = small_site(tmp_path, guards(1, hours=168), [post("gate")], rules=rules, **tables)  # type: ignore[arg-type]
    problem = make_problem(site, on_posts(roll(known_at(site, None))), Horizon(MONDAY, 2, site.timezone))
    shifts = shifts_at(problem, starts)
    said = broken_in_model(problem, shifts)
    assert said == broken_in_search(problem, shifts) == broken_in_checker(site, problem, shifts)
    return said


@pytest.mark.parametrize(("pattern", "days", "settled", "kept"), [
    ("4-on-4-off", (0, 1, 2, 3, 8), (), True),
    ("4-on-4-off", (0, 1, 2, 3, 4), (), False),
    ("4-on-4-off", (0, 3, 8, 11), (), True),
    ("4-on-4-off", (0, 3, 7), (), False),
    ("WWWW----", (0, 1), (-2, -1), True),
    ("WWWW----", (0, 1, 2), (-2, -1), False),
    ("WWWW----", (12, 13), (14, 15), True),
    ("WWWW----", (11, 12, 13), (14, 15), False),
    # What is settled fits no begin: those that fit best count.
    ("WW--", (1,), (-4, -3, -2), True),
    ("WW--", (2,), (-4, -3, -2), True),
    ("WW--", (0, 2), (-4, -3, -2), False),
])  # fmt: skip
def test_the_boundaries(
    tmp_path: Path, pattern: str, days: tuple[int, ...], settled: tuple[int, ...], kept: bool
) -> None:
    said = broken_by_all(tmp_path, pattern, [(day, 8) for day in days], [(day, 8) for day in settled])
    assert said == (set() if kept else {"pattern"})


@pytest.mark.parametrize(("starts", "kept"), [
    ([(0, 8), (1, 8), (2, 0), (3, 0)], True),
    ([(0, 8), (1, 16)], False),
    ([(0, 8), (1, 0)], True),
    ([(0, 0), (1, 8)], False),
])  # fmt: skip
def test_letters_are_kinds_of_shifts(tmp_path: Path, starts: Starts, kept: bool) -> None:
    assert broken_by_all(tmp_path, "EENN----", starts) == (set() if kept else {"pattern"})


@pytest.mark.parametrize("seed", range(25))
def test_all_agree_on_drawn_patterns(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    pattern = "".join(random.choice("ELNW--") for _ in range(random.randint(2, 9)))
    pattern = pattern if rotation_cells(pattern) else "W-"
    drawn = [(day, random.choice([0, 8, 16])) for day in range(-6, 17) if random.random() < 0.25]
    inside = [one for one in drawn if 0 <= one[0] < 14]
    broken_by_all(tmp_path, pattern, inside, [one for one in drawn if one not in inside])


def test_a_roster_in_the_continental_pattern(tmp_path: Path) -> None:
    rules = {"pattern": '"continental"', "min_rest_hours": 11}
    site = small_site(tmp_path, guards(6, hours=48), [EARLY, LATE, NIGHT], rules=rules)
    answer = roster(site, weeks=2)
    assert answer.status in (Solved.PROVEN, Solved.FEASIBLE)
    letter, cells = {"early": "E", "late": "L", "night": "N"}, ROTATIONS["continental"]
    for guard in answer.guards:
        mine = [(duty.day - MONDAY, letter[duty.post]) for duty in answer.duties if duty.person == guard.person]
        assert any(
            all(cells[(day.days + begin) % 28] == kind for day, kind in mine) for begin in range(28)
        ), guard.person  # fmt: skip
    assert any("Each in the pattern continental (EELLNNN--EELLLNN--EEELLNN---)." in one for one in rules_said(answer))


@pytest.mark.parametrize(("rules", "posts", "said", "mend"), [
    ({"pattern": '"4-on-4-off"', "max_consecutive_shifts": 3}, [EARLY],
     "max_consecutive_shifts = 3, but pattern = 4-on-4-off has 4 days of work in a row: write "
     "max_consecutive_shifts = 4, or another pattern", {"max_consecutive_shifts": 4}),
    ({"pattern": '"panama"', "min_consecutive_days_off": 3}, [EARLY],
     "min_consecutive_days_off = 3, but pattern = panama has 2 days off in a row", {"min_consecutive_days_off": 2}),
    ({"pattern": '"continental"', "max_consecutive_nights": 2}, [EARLY, LATE, NIGHT],
     "max_consecutive_nights = 2, but pattern = continental has 3 nights in a row", {"max_consecutive_nights": 3}),
    ({"pattern": '"EEEE---"'}, [EARLY, NIGHT],
     "pattern = EEEE--- has no shifts at night, but night has", {"pattern": '"EENN---"'}),
])  # fmt: skip
def test_what_contradicts_a_pattern_is_named_and_the_mend_mends(
    tmp_path: Path, rules: dict[str, float | str | None], posts: list[dict[str, object]], said: str,
    mend: dict[str, float | str | None],
) -> None:  # fmt: skip
    with pytest.raises(UsageError) as error:
        roster(small_site(tmp_path / "before", guards(9), posts, rules=rules), rounds=60)
    assert said in str(error.value)
    assert roster(small_site(tmp_path / "after", guards(9), posts, rules={**rules, **mend}), rounds=60).duties


@pytest.mark.parametrize("value", ['"5-on"', '"WWWW"', '"----"', '"ww--"', "4", '""'])
def test_what_is_no_pattern_is_refused_in_one_line(tmp_path: Path, value: str) -> None:
    with pytest.raises(SiteError, match="pattern"):
        small_site(tmp_path, guards(6), [post("gate")], rules={"pattern": value})
    result = CliRunner().invoke(main, ["roster", str(tmp_path), "--start", "2026-07-06"])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_none_in_words_is_no_pattern(tmp_path: Path) -> None:
    site = small_site(tmp_path, guards(6), [post("gate")], rules={"pattern": '"none"'})
    assert site.settings.work_rules.pattern is None
    assert roster(site, rounds=60).duties


def test_too_few_for_a_pattern_is_a_conflict_that_names_it(tmp_path: Path) -> None:
    rules = {"pattern": '"4-on-4-off"'}
    answer = roster(small_site(tmp_path, guards(1, hours=168), [EARLY], rules=rules))
    assert answer.status is Solved.IMPOSSIBLE
    assert any("Pattern of rotation, 4-on-4-off" in one.words for one in answer.conflicts)


def test_the_manual_has_every_pattern() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "roster.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` | `{cells}` |" in manual for name, cells in ROTATIONS.items())
