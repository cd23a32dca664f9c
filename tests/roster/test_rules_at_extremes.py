"""Rules at their extremes: no false conflict, and no way out that cannot be gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from guard_sites import RULES, guards, post, roster, small_site

from stockward.answers.roster import RosterAnswer
from stockward.roster.infeasible.ways import in_words
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import Solved

DAY = post("day", start="06:00", end="14:00")
NIGHT = post("night", start="22:00", end="06:00")


def ways(answer: RosterAnswer) -> dict[str, str]:
    return {one.what: one.words for one in answer.relaxations}


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5])
def test_a_run_of_days_does_not_keep_a_week_to_itself(tmp_path: Path, most: int) -> None:
    """One day of work in a row is four in a week: Monday, Wednesday, Friday, Sunday."""
    rules = {**RULES, "max_consecutive_shifts": most}
    answer = roster(small_site(tmp_path, guards(2), [DAY], rules=rules), rounds=30)
    assert answer.status is Solved.PROVEN
    assert len(answer.duties) == 7


def test_what_one_guard_lacks_with_single_days_of_work(tmp_path: Path) -> None:
    site = small_site(tmp_path, guards(1), [DAY], rules={**RULES, "max_consecutive_shifts": 1})
    answer = roster(site, rounds=30)
    assert "in that week that guard can work 32 hours: at most 1 day of work in a row." in answer.conflicts[1].words
    assert ways(answer)["posts"] == "Leave 3 places open (3 at day). Fewer will not do."


def test_no_night_in_a_row_and_a_post_at_night_exclude_each_other(tmp_path: Path) -> None:
    rules = {**RULES, "max_consecutive_nights": 0}
    with pytest.raises(UsageError) as said:
        roster(small_site(tmp_path / "both", guards(9), [DAY, NIGHT], rules=rules))
    assert str(said.value) == (
        "site.toml: max_consecutive_nights = 0, but night has shifts at night: correct one of the two"
    )
    # Either of the two is a mend.
    assert roster(small_site(tmp_path / "post", guards(9), [DAY], rules=rules), rounds=30).duties
    one = {**RULES, "max_consecutive_nights": 1}
    assert roster(small_site(tmp_path / "rule", guards(9), [DAY, NIGHT], rules=one), rounds=60).duties


def test_more_guards_are_ruled_out_where_no_guard_may_stand(tmp_path: Path) -> None:
    rules = {**RULES, "max_weekends": 0}
    answer = roster(small_site(tmp_path, guards(9), [DAY], rules=rules), rounds=30)
    assert ways(answer) == {
        "posts": "Leave 2 places open (2 at day). Fewer will not do.",
        "guards": "More guards will not do: however many there are, none may stand at day on 2026-07-11. Weekends "
        "with work, of any four in a row: at most 0.",
    }
    assert [one.status for one in answer.relaxations] == [Solved.PROVEN, Solved.IMPOSSIBLE]
    # What is left open, followed to the letter, mends.
    weekdays = {**DAY, "days": "mon tue wed thu fri"}
    assert roster(small_site(tmp_path / "mended", guards(9), [weekdays], rules=rules), rounds=30).duties


def test_how_many_guards_more_it_takes_at_least(tmp_path: Path) -> None:
    """Seven shifts of a week, one for each guard: four more than three."""
    rules = {**RULES, "max_hours_per_week": 8}
    answer = roster(small_site(tmp_path, guards(3), [DAY], rules=rules), rounds=30)
    assert ways(answer)["guards"].startswith("Take on 4 guards more (4 ministry), ")
    assert ways(answer)["guards"].endswith("Fewer will not do.")
    assert roster(small_site(tmp_path / "mended", guards(7), [DAY], rules=rules), rounds=30).duties


def test_a_rest_of_a_week_is_what_makes_it_impossible(tmp_path: Path) -> None:
    """A shift a week each: 21 of them take 21 guards."""
    rules = {**RULES, "min_rest_hours": 168}
    answer = roster(small_site(tmp_path, guards(8), [post("gate")], rules=rules), rounds=30)
    assert answer.conflicts[1].words.endswith(
        "in that week they can work 64 hours: at least 168 hours of rest between shifts. That is 104 hours too few."
    )
    assert ways(answer)["posts"] == "Leave 13 places open (13 at gate). Fewer will not do."
    assert ways(answer)["guards"].startswith("Take on 13 guards more (13 ministry), ")
    assert ways(answer)["guards"].endswith("Fewer will not do.")
    assert roster(small_site(tmp_path / "mended", guards(21), [post("gate")], rules=rules), rounds=30).duties


@pytest.mark.parametrize("rest", [16, 24, 40])
def test_a_long_rest_is_no_false_conflict(tmp_path: Path, rest: float) -> None:
    rules = {**RULES, "min_rest_hours": rest}
    assert len(roster(small_site(tmp_path, guards(8), [post("gate")], rules=rules), rounds=30).duties) == 21


def test_a_rest_that_leaves_one_guard_every_other_day(tmp_path: Path) -> None:
    answer = roster(small_site(tmp_path, guards(1), [DAY], rules={**RULES, "min_rest_hours": 40}), rounds=30)
    assert "in that week that guard can work 32 hours: at least 40 hours of rest" in answer.conflicts[1].words
    assert ways(answer)["posts"] == "Leave 3 places open (3 at day). Fewer will not do."


@pytest.mark.parametrize(
    ("what", "amount", "least", "said"),
    [
        ("guards", 8, 1, "Whether fewer would do is not known."),
        ("posts", 11, 1, "Whether fewer would do is not known."),
        ("posts", 1, 1, "Fewer will not do."),
        ("guards", 8, 3, "Fewer may do, but not fewer than 3 guards."),
        ("hours", 8, 1, "Fewer may do, but not fewer than 1 hour."),
    ],
)
def test_that_it_takes_at_least_one_is_no_news(what: str, amount: float, least: float, said: str) -> None:
    assert in_words(what, amount, least, [("gate", amount)], 40, overtime=False).endswith(f" {said}")
