"""The checker of guards' rosters: a good roster passes; broken in any one rule, that rule is named."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from guard_sites import MONDAY, guards, locked_at, post, roster, small_site
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stockward.answers.roster import Duty
from stockward.book import Site
from stockward.book.known import known_at
from stockward.guards.roll import on_posts, roll
from stockward.roster import checker
from stockward.roster.checker.checks import ROSTER_CHECKS, check_roster
from stockward.roster.checker.facts import Checked

RULES = {
    "max_hours_per_week": 40, "min_rest_hours": 11, "max_consecutive_shifts": 5, "min_consecutive_shifts": 2,
    "min_consecutive_days_off": 2, "max_consecutive_nights": 3,
    "max_nights_per_week": 4, "max_weekends": 3, "max_same_pair": 4,
}  # fmt: skip
Duties = tuple[Duty, ...]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    people = guards(18)
    for number in range(0, 18, 2):
        people[number]["qualifications"] = "control_room"
    people[17]["not_in_areas"] = "magazine"
    absences = [{"person": "G-04", "start": MONDAY, "end": MONDAY + timedelta(days=2), "kind": "leave"}]
    posts = [
        post("gate", guards=2, mixed="yes"),
        post("control", qualification="control_room"),
        post("guard", area="magazine", start="08:00", end="16:00"),
    ]
    areas = [{"area": "magazine", "kind": "store"}]
    locks = [locked_at("G-02", "gate", "2026-07-08 08:00")]
    folder = tmp_path_factory.mktemp("checked")
    return small_site(folder, people, posts, rules=RULES, areas=areas, absences=absences, assignments=locks)


@pytest.fixture(scope="module")
def good(site: Site) -> Duties:
    answer = roster(site, weeks=4, rounds=900)
    assert answer.duties
    return answer.duties


def broken(site: Site, duties: Duties) -> set[str]:
    roll_ = on_posts(roll(known_at(site, None)))
    checked = Checked(site, roll_, duties, start=MONDAY, weeks=4, numbers={})
    return {breach.rule for breach in check_roster(checked)}


def test_a_good_roster_breaks_nothing(site: Site, good: Duties) -> None:
    assert broken(site, good) == set()


def changed(duties: Duties, place: int, **values: Any) -> Duties:
    return (*duties[:place], dataclasses.replace(duties[place], **values), *duties[place + 1 :])


def first(duties: Duties, holds: Callable[[Duty], bool]) -> int:
    return next(place for place, duty in enumerate(duties) if holds(duty))


def given_to(duties: Duties, person: str, count: int, holds: Callable[[Duty], bool]) -> Duties:
    """So many shifts of others, on days in a row, given to one person."""
    days: set[datetime] = set()
    result = [duty for duty in duties if duty.person != person or not holds(duty)]
    for place, duty in enumerate(result):
        if holds(duty) and duty.day not in days and len(days) < count:
            days.add(duty.day)  # type: ignore[arg-type]
            result[place] = dataclasses.replace(duty, person=person)
    return tuple(result)


def test_each_rule_is_named(site: Site, good: Duties) -> None:
    at_gate = first(good, lambda duty: duty.post == "gate")
    cases: dict[str, Duties] = {
        "known": changed(good, 0, start=good[0].start + timedelta(hours=1)),
        "staffing": good[1:],
        "qualification": changed(good, first(good, lambda duty: duty.post == "control"), person="G-16"),
        "areas": changed(good, first(good, lambda duty: duty.post == "guard"), person="G-18"),
        "there": changed(good, first(good, lambda duty: duty.post == "gate" and duty.day == MONDAY), person="G-04"),
        "one_shift_a_day": changed(good, at_gate, person=good[first(good, lambda duty: duty.post == "guard")].person),
        "rest": given_to(good, "G-07", 5, lambda duty: duty.post == "gate"),
        "longest_run": given_to(good, "G-07", 7, lambda duty: duty.post == "gate"),
        "hours_a_week": given_to(good, "G-07", 7, lambda duty: duty.post == "gate"),
        "contract_hours": given_to(good, "G-07", 28, lambda duty: duty.post == "gate"),
        "nights_in_a_row": given_to(good, "G-07", 5, lambda duty: duty.post == "gate" and duty.night),
        "nights_a_week": given_to(good, "G-07", 5, lambda duty: duty.post == "gate" and duty.night),
        "weekends": given_to(good, "G-07", 8, lambda duty: duty.post == "gate" and duty.weekend),
        "locked": changed(good, first(good, lambda duty: duty.locked), person="G-01"),
    }
    for rule, duties in cases.items():
        assert rule in broken(site, duties), rule
    # Broken one by one at their boundaries, in cases of their own.
    of_spans = {"weekly_rest", "average_hours", "rest_on_change", "longest_night", "pattern"}
    assert {"mixed", "pairs", "shortest_run", "days_off"} | of_spans | set(cases) == {
        check.__name__.removeprefix("check_") for check in ROSTER_CHECKS
    }


def test_a_post_that_one_affiliation_alone_holds_is_named(site: Site, good: Duties) -> None:
    gate = [place for place, duty in enumerate(good) if duty.post == "gate"][:2]
    assert good[gate[0]].start == good[gate[1]].start
    other = "G-02" if good[gate[0]].affiliation == "ministry" else "G-06"
    assert "mixed" in broken(site, changed(good, gate[1], person=other)) or good[gate[0]].person == other


def test_pairs_that_meet_too_often_are_named(site: Site, good: Duties) -> None:
    by_day = {duty.day: duty for duty in good if duty.post == "gate" and not duty.night}
    result = list(good)
    for day in sorted(by_day)[:6]:
        start = by_day[day].start
        for person, place in zip(
            ("G-01", "G-03"),
            [n for n, duty in enumerate(result) if duty.post == "gate" and duty.start == start],
            strict=True,
        ):
            result[place] = dataclasses.replace(result[place], person=person)
    assert "pairs" in broken(site, tuple(result))


def test_a_run_of_one_day_and_a_single_day_off_are_named(site: Site, good: Duties) -> None:
    alone = [duty for duty in good if duty.person != "G-07"]
    spare = [duty for duty in good if duty.post == "gate" and not duty.night and duty.person != "G-07"]
    day = {duty.day: duty for duty in spare}
    for days, rule in (((5,), "shortest_run"), ((5, 6, 8, 9), "days_off")):
        mine = [dataclasses.replace(day[MONDAY + timedelta(days=step)], person="G-07") for step in days]
        assert rule in broken(site, (*alone, *mine))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_duty_can_be_taken_away_or_given_twice(site: Site, good: Duties, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(good) - 1))
    assert "staffing" in broken(site, (*good[:place], *good[place + 1 :]))
    assert "staffing" in broken(site, (*good, good[place]))


def test_the_checker_shares_no_code_with_model_and_search() -> None:
    for path in Path(*checker.__path__).glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        of_types = {id(node) for block in tree.body if isinstance(block, ast.If) for node in ast.walk(block)}
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and id(node) not in of_types]
        others = (str(node.module) for node in imports)
        rooms = {room for room in others if not room.startswith("stockward.roster.checker.")}
        assert not [room for room in rooms if room.startswith(("stockward.roster", "ortools", "stockward.optim"))]
