"""Weekly rest, average hours, rest on a change, long nights, and presets: from what is stated to what is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from guard_sites import MONDAY, guards, locked_at, post, roster, small_site
from ways_to_judge import broken_in_checker, broken_in_model, broken_in_search, shifts_at

from stockward.answers.roster import RosterAnswer
from stockward.book.known import known_at
from stockward.book.presets import WORK_PRESETS
from stockward.cli import main
from stockward.guards.roll import on_posts, roll
from stockward.questions.roster_changes import ChangeRequest, who_can_stand_in
from stockward.roster.site.demand import Horizon
from stockward.roster.site.problem import make_problem
from stockward.terms.errors import SiteError, UsageError
from stockward.terms.verdicts import Solved

EU = {"preset": '"eu-2003-88"', "max_hours_per_week": None, "min_rest_hours": None}
EARLY, LATE = post("early", start="06:00", end="14:00"), post("late", start="14:00", end="22:00")
KEYS = (
    "min_rest_hours", "min_weekly_rest_hours", "max_average_hours_per_week", "average_weeks", "max_hours_per_week",
    "max_night_shift_hours",
)  # fmt: skip
NIGHT = post("night", start="22:00", end="06:00")


def minutes_at_work(answer: RosterAnswer, person: str) -> np.ndarray:
    """Each minute from the first day to a week after the last, True where the guard works."""
    origin = datetime(MONDAY.year, MONDAY.month, MONDAY.day, tzinfo=UTC) - timedelta(hours=2)
    found = np.zeros(7 * 24 * 60 * (answer.weeks + 1), np.bool_)
    for duty in answer.duties:
        if duty.person == person:
            low, high = (int((moment - origin).total_seconds()) // 60 for moment in (duty.start, duty.end))
            found[low:high] = True
    return found


def longest_rest(minutes: np.ndarray) -> int:
    """The longest run of minutes without work."""
    edges = np.flatnonzero(np.diff(np.concatenate([[1], minutes.astype(int), [1]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def test_a_roster_keeps_them_minute_by_minute(tmp_path: Path) -> None:
    rules: dict[str, float | str | None] = {
        "min_weekly_rest_hours": 48, "max_average_hours_per_week": 36, "average_weeks": 2,
        "min_rest_hours_on_change": 24, "max_night_shift_hours": 8, "max_consecutive_shifts": 6, "min_rest_hours": 11,
    }  # fmt: skip
    answer = roster(small_site(tmp_path, guards(8, hours=48), [EARLY, LATE, NIGHT], rules=rules), weeks=2)
    assert answer.status in (Solved.PROVEN, Solved.FEASIBLE)
    assert {rule.key for rule in answer.rules} >= {*rules}
    kinds = {"early": 1, "late": 2, "night": 0}
    for guard in answer.guards:
        work = minutes_at_work(answer, guard.person)
        for day in range(14):
            assert longest_rest(work[day * 1440 : (day + 7) * 1440]) >= 48 * 60
        assert work.sum() <= 2 * 36 * 60
        mine = sorted((duty for duty in answer.duties if duty.person == guard.person), key=lambda duty: duty.start)
        for one, other in pairwise(mine):
            if kinds[one.post] != kinds[other.post]:
                assert other.start - one.end >= timedelta(hours=24)


def test_weekly_rest_that_nobody_can_keep_is_the_conflict(tmp_path: Path) -> None:
    rules = {"min_weekly_rest_hours": 35}
    answer = roster(small_site(tmp_path, guards(1, hours=168), [post("day", start="08:00", end="16:00")], rules=rules))
    assert answer.status is Solved.IMPOSSIBLE
    said = " ".join(one.words for one in answer.conflicts)
    assert "est in any seven days, at least 35 hours without a break" in said
    places = next(one for one in answer.relaxations if one.what == "posts")
    assert (places.amount, places.status) == (1, Solved.PROVEN)


def test_where_what_was_worked_leaves_no_rest_no_shift_is_given(tmp_path: Path) -> None:
    """Six days worked to 16:00: with 36 hours to rest, day 0 must be free, and day 1 from 04:00 on may be worked."""
    locked = [locked_at("G-01", "gate", f"{MONDAY + timedelta(days=day)} 08:00") for day in range(-6, 0)]
    rules = {"min_weekly_rest_hours": 36}
    site = small_site(tmp_path, guards(1, hours=168), [post("gate")], rules=rules, assignments=locked)
    problem = make_problem(site, on_posts(roll(known_at(site, None))), Horizon(MONDAY, 1, site.timezone))
    for starts, broken in (({(0, 16)}, {"weekly_rest"}), ({(1, 8)}, set()), (set(), set())):
        shifts = shifts_at(problem, starts)
        assert broken_in_model(problem, shifts) == broken_in_search(problem, shifts) == broken
        assert broken_in_checker(site, problem, shifts) == broken


@pytest.mark.parametrize(("kind", "shifts", "broken"), [
    ("leave", 3, False), ("leave", 4, True), ("other", 5, False), (None, 5, False), (None, 6, True),
])  # fmt: skip
def test_days_of_leave_are_in_no_average(tmp_path: Path, kind: str | None, shifts: int, broken: bool) -> None:
    """20 hours a week over two weeks are 40, five shifts; over the eleven days beside leave they are 31, three."""
    rules = {"max_average_hours_per_week": 20, "average_weeks": 2}
    away = [{"person": "G-01", "start": MONDAY, "end": MONDAY + timedelta(days=2), "kind": kind}]
    absences = away if kind else [{**away[0], "kind": "leave", "start": "2025-01-01", "end": "2025-01-02"}]
    site = small_site(tmp_path, guards(1, hours=168), [post("gate")], rules=rules, absences=absences)
    problem = make_problem(site, on_posts(roll(known_at(site, None))), Horizon(MONDAY, 2, site.timezone))
    chosen = shifts_at(problem, {(day, 8) for day in (4, 5, 8, 10, 12, 13)[:shifts]})
    expected = {"average_hours"} if broken else set()
    assert broken_in_model(problem, chosen) == broken_in_search(problem, chosen) == expected
    assert broken_in_checker(site, problem, chosen) == expected


def test_an_average_needs_its_weeks_and_says_what_it_is_held_over(tmp_path: Path) -> None:
    rules: dict[str, float | str | None] = {"max_average_hours_per_week": 48}
    with pytest.raises(UsageError, match="does not say over how many weeks: write average_weeks = 17"):
        roster(small_site(tmp_path / "without", guards(6), [post("gate")], rules=rules))
    locked = [locked_at("G-01", "gate", f"{MONDAY - timedelta(days=60)} 08:00")]
    rules["average_weeks"] = 17
    site = small_site(tmp_path / "with", guards(6), [post("gate")], rules=rules, assignments=locked)
    answer = roster(site)
    assert any("held over the 67 days from 2026-05-07 on, and not over 17 weeks" in note for note in answer.notes)
    rules["average_weeks"] = 9
    answer = roster(small_site(tmp_path / "known", guards(6), [post("gate")], rules=rules, assignments=locked))
    assert not any("average" in note for note in answer.notes)


def test_a_preset_holds_and_says_where_the_law_says_so(tmp_path: Path) -> None:
    answer = roster(small_site(tmp_path, guards(8), [post("gate")], rules=EU))
    assert answer.duties
    stated = {rule.key: rule.value for rule in answer.rules}
    assert stated == {
        "max_hours_per_week": None, "min_rest_hours": 11, "min_weekly_rest_hours": 35,
        "max_average_hours_per_week": 48, "average_weeks": 17, "max_night_shift_hours": 8,
    }  # fmt: skip
    told = next(note for note in answer.notes if note.startswith("by the preset eu-2003-88"))
    assert "min_rest_hours = 11 (Article 3)" in told
    assert "min_weekly_rest_hours = 35 (Article 5: 24 hours and the 11 of Article 3 in each seven days)" in told


def test_what_the_site_states_wins_over_a_preset_and_is_told(tmp_path: Path) -> None:
    rules = {**EU, "min_rest_hours": 9, "max_night_shift_hours": '"none"'}
    site = small_site(tmp_path, guards(8), [post("gate", hours_per_shift=12)], rules=rules)
    answer = roster(site)
    stated = {rule.key: rule.value for rule in answer.rules}
    assert (stated["min_rest_hours"], stated["max_night_shift_hours"]) == (9, None)
    assert any(
        "the site states min_rest_hours = 9, which holds in place of 11 by Directive 2003/88/EC (Article 3)" in note
        for note in answer.notes
    )
    assert any(
        "the site states max_night_shift_hours = none, which holds in place of 8" in note for note in answer.notes
    )
    left = answer.duties[0]
    planned = {(duty.person, duty.start): duty.post for duty in answer.duties}
    asked = ChangeRequest(generated=datetime(2026, 7, 1, tzinfo=UTC), planned=planned)
    assert any("min_rest_hours = 9" in note for note in who_can_stand_in(site, left.person, left.day, asked).notes)


def test_nights_of_twelve_hours_are_refused_and_either_mend_mends(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as said:
        roster(small_site(tmp_path / "both", guards(9), [post("gate", hours_per_shift=12)], rules=EU))
    assert str(said.value) == (
        "site.toml: max_night_shift_hours = 8, but gate has night shifts of 12 hours: write hours_per_shift = 8 for "
        "gate in posts, or max_night_shift_hours = 12 where that is allowed"
    )
    assert roster(small_site(tmp_path / "post", guards(9), [post("gate", hours_per_shift=8)], rules=EU)).duties
    longer = {**EU, "max_night_shift_hours": 12}
    assert roster(small_site(tmp_path / "rule", guards(9), [post("gate", hours_per_shift=12)], rules=longer)).duties


@pytest.mark.parametrize(("value", "words"), [
    ('"eu"', "write one of eu-2003-88, uk-wtr-1998, de-arbzg"), ("1", "preset"), ('"none"', "write one of"),
])  # fmt: skip
def test_an_unknown_preset_is_refused_in_one_line(tmp_path: Path, value: str, words: str) -> None:
    with pytest.raises(SiteError, match=words):
        small_site(tmp_path, guards(6), [post("gate")], rules={**EU, "preset": value})
    result = CliRunner().invoke(main, ["roster", str(tmp_path), "--start", "2026-07-06"])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("name", WORK_PRESETS)
def test_every_preset_is_a_whole_of_rules(tmp_path: Path, name: str) -> None:
    rules = {**EU, "preset": f'"{name}"'}
    answer = roster(small_site(tmp_path, guards(8), [post("gate")], rules=rules))
    assert answer.duties
    for rule in WORK_PRESETS[name].rules:
        assert any(f"{rule.key} = " in note and rule.source in note for note in answer.notes)


def test_the_manual_has_the_values_of_the_presets() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "roster.md").read_text(encoding="utf-8")
    heads = "| preset | " + " | ".join(f"`{key}`" for key in KEYS) + " |"
    assert heads in manual
    for name, preset in WORK_PRESETS.items():
        cells = " | ".join(str(preset.values[key]) for key in KEYS)
        assert f"| `{name}`, {preset.title} | {cells} |" in manual
