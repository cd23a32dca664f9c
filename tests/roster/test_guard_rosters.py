"""Rosters of small sites: rules kept, proven best, locks and earlier rosters kept, clear answers to bad input."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from guard_sites import MONDAY, guards, locked_at, post, roster, small_site

from stockward.answers.roster import RosterAnswer
from stockward.book import Site
from stockward.book.known import known_at
from stockward.guards.roll import on_posts, roll
from stockward.optim.cp_sat import SearchRequest
from stockward.roster.site.columns import translate
from stockward.roster.site.costs import fair_shares, measure_cost, steps_cost
from stockward.roster.site.demand import Horizon, cuts_of
from stockward.roster.site.model import solve, whole_roster
from stockward.roster.site.problem import GuardProblem, make_problem
from stockward.roster.site.scoring import Scorer
from stockward.terms.errors import SheetError, UsageError
from stockward.terms.verdicts import Solved

EVERY_RULE = {
    "max_hours_per_week": 48, "min_rest_hours": 11, "max_consecutive_shifts": 6, "min_consecutive_shifts": 2,
    "min_consecutive_days_off": 2, "max_consecutive_nights": 4, "max_weekends": 3, "max_same_pair": 6,
}  # fmt: skip


def problem_of(site: Site, weeks: int = 1) -> GuardProblem:
    return make_problem(site, on_posts(roll(known_at(site, None))), Horizon(MONDAY, weeks, site.timezone))


@pytest.fixture(scope="module")
def crew(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Fourteen guards at a mixed gate and a control room, under every rule, with wishes and absences."""
    people = guards(16)
    for number in (0, 1, 2, 3, 4, 8, 11, 12):
        people[number]["qualifications"] = "control_room"
    wishes = [
        {
            "person": f"G-{number + 1:02d}",
            "date": MONDAY + timedelta(days=number),
            "wish": "off" if number % 2 else "on",
        }
        for number in range(12)
    ]
    absences = [
        {"person": "G-05", "start": MONDAY + timedelta(days=9), "end": MONDAY + timedelta(days=12), "kind": "leave"}
    ]
    posts = [post("gate", guards=2, mixed="yes"), post("control", qualification="control_room")]
    folder = tmp_path_factory.mktemp("crew")
    return small_site(folder, people, posts, rules=EVERY_RULE, wishes=wishes, absences=absences)


@pytest.fixture(scope="module")
def made(crew: Site) -> RosterAnswer:
    return roster(crew, weeks=2, rounds=400)


def test_every_place_is_filled_under_every_rule(made: RosterAnswer) -> None:
    assert made.status in (Solved.PROVEN, Solved.FEASIBLE)
    assert len(made.duties) == 14 * 3 * 3 == sum(post.places for post in made.posts)
    assert all(post.filled == post.places for post in made.posts)


def test_the_parts_of_the_cost_add_up_and_are_no_less_than_the_bound(made: RosterAnswer) -> None:
    cost = made.cost
    assert cost is not None
    assert cost.total == cost.changes + cost.wishes + cost.nights + cost.weekends + cost.hours >= made.bound
    wishes = sum(one.wishes - one.met for one in made.guards)
    assert cost.wishes == 10 * wishes


def test_the_same_seed_and_rounds_give_the_same_roster(crew: Site, made: RosterAnswer) -> None:
    assert made.duties and roster(crew, weeks=2, rounds=400) == made


def test_model_search_and_report_cost_the_same(crew: Site) -> None:
    problem = problem_of(crew)
    found = solve(problem, whole_roster(problem), SearchRequest(1, work=4))
    assert found.times is not None
    assert found.answer.objective is not None
    measured = measure_cost(problem, found.times, {}).total
    assert found.answer.objective == measured if found.answer.status is Solved.PROVEN else measured >= 0
    translated = translate(problem)
    scorer = Scorer(problem, translated)
    rows = rows_of(problem, translated, found.times)
    assert int(scorer.breaches(rows, np.arange(len(rows))).sum()) == 0
    assert int(scorer.score(rows, np.arange(len(rows))).sum()) == measured


def rows_of(
    problem: GuardProblem, translated: object, times: object
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Rows of kinds that a guard could work, for the shifts of each guard."""
    rows = np.zeros((len(problem.guards), problem.horizon.days), np.int64)
    for guard, shifts in enumerate(times):  # type: ignore[arg-type, var-annotated]
        for s in shifts:
            day = problem.shifts[s].day
            able = translated.problem.people[guard].open[day, 1:]  # type: ignore[attr-defined]
            kinds = np.flatnonzero((translated.shift_of[day] == s) & able)  # type: ignore[attr-defined]
            rows[guard, day] = kinds[0] + 1
    return rows


def test_the_model_proves_what_the_search_finds(tmp_path: Path) -> None:
    site = small_site(tmp_path, guards(6), [post("gate", days="mon tue wed thu fri")])
    answer = roster(site)
    problem = problem_of(site)
    found = solve(problem, whole_roster(problem), SearchRequest(1, seconds=30))
    assert answer.status is Solved.PROVEN
    assert answer.cost is not None
    assert found.answer.objective == answer.cost.total == 0


def test_fair_shares_add_up_to_all_that_is_to_be_filled(crew: Site) -> None:
    problem = problem_of(crew, 2)
    shares = fair_shares(problem)
    assert sum(one.exact for one in shares.nights) == pytest.approx(14 * 3)
    assert sum(one.exact for one in shares.minutes) == pytest.approx(14 * 3 * 3 * 480)
    assert all(one.low <= one.exact <= one.high <= one.low + 1 for one in shares.nights)


def test_a_change_of_clocks_makes_a_night_longer_and_shorter(tmp_path: Path) -> None:
    for monday, hours in ((MONDAY.replace(month=3, day=23), 7), (MONDAY.replace(month=10, day=19), 9)):
        site = small_site(tmp_path, guards(6), [post("night", start="22:00", end="06:00")])
        answer = roster(site, start=monday)
        nights = {duty.day.weekday(): duty.hours for duty in answer.duties}
        assert nights[5] == hours
        assert {nights[day] for day in (0, 1, 2, 3, 4, 6)} == {8}
        assert all(duty.night for duty in answer.duties)


@pytest.mark.parametrize(
    ("start", "end", "length", "expected"),
    [
        (0, 1440, 480, (0, 480, 960, 1440)),
        (1320, 360, 480, (1320, 1800)),
        (360, 1320, 480, (360, 840, 1320)),
        (480, 1020, 480, (480, 960, 1020)),
    ],
)
def test_a_post_is_cut_into_shifts(start: int, end: int, length: int, expected: tuple[int, ...]) -> None:
    assert cuts_of(start, end, length) == expected


def test_steps_away_from_a_share_cost_more_and_more() -> None:
    assert [steps_cost(steps) for steps in range(7)] == [0, 1, 3, 6, 10, 14, 18]


def test_locked_assignments_are_kept(tmp_path: Path) -> None:
    locks = [locked_at("G-01", "gate", "2026-07-07 08:00"), locked_at("G-02", "store", "2026-07-08 00:00")]
    site = small_site(tmp_path, guards(9), [post("gate"), post("store")], assignments=locks)
    answer = roster(site)
    kept = {(duty.person, duty.post, duty.day.day) for duty in answer.duties if duty.locked}
    assert kept == {("G-01", "gate", 7), ("G-02", "store", 8)}


def test_what_was_worked_before_counts(tmp_path: Path) -> None:
    first = MONDAY - timedelta(days=6)
    days = [first + timedelta(days=step) for step in range(6)]
    before = [
        {"person": "G-01", "post": "gate", "start": f"{day} 16:00", "end": f"{day + timedelta(days=1)} 00:00"}
        for day in days
    ]
    site = small_site(tmp_path, guards(6), [post("gate")], assignments=before)
    answer = roster(site)
    assert answer.duties
    assert not [duty for duty in answer.duties if duty.person == "G-01" and duty.day == MONDAY]


def test_somebody_drops_out_and_little_changes(tmp_path: Path) -> None:
    people, posts = guards(8), [post("gate"), post("store", start="08:00", end="16:00")]
    first = roster(small_site(tmp_path / "one", people, posts))
    earlier = {(duty.person, duty.start): duty.post for duty in first.duties}
    lost = sum(1 for duty in first.duties if duty.person == "G-03")
    absent = [{"person": "G-03", "start": "2026-07-06", "end": "2026-07-12", "kind": "sick"}]
    site = small_site(tmp_path / "two", people, posts, absences=absent)
    second = roster(site, earlier=earlier, rounds=2000)
    assert "G-03" not in {duty.person for duty in second.duties}
    assert second.changed is not None
    # Each shift lost is given to somebody else: no fewer can change.
    assert lost <= second.changed <= lost + 4


def test_an_earlier_roster_that_fits_in_part_is_told(tmp_path: Path) -> None:
    site = small_site(tmp_path, guards(6), [post("gate")])
    earlier = {(duty.person, duty.start): duty.post for duty in roster(site).duties}
    midnight = min(start for _, start in earlier)
    others = {("G-99", midnight): "gate", ("G-01", midnight + timedelta(hours=1)): "gate"}
    answer = roster(site, earlier={**earlier, **others})
    assert any(note.startswith("21 of the 23 shifts of the earlier roster fit this one") for note in answer.notes)
    assert not any("earlier roster" in note for note in roster(site, earlier=earlier).notes)


def test_an_earlier_shift_is_that_of_its_post(tmp_path: Path) -> None:
    """At 06:00 shifts of eight and of twelve hours begin; the roster that was made changes nothing of itself."""
    long = post("store", start="06:00", end="18:00", hours_per_shift=12)
    site = small_site(tmp_path, guards(9), [post("gate", start="06:00", end="14:00"), long])
    first = roster(site)
    assert {duty.hours for duty in first.duties} == {8, 12}
    second = roster(site, earlier={(duty.person, duty.start): duty.post for duty in first.duties})
    assert second.changed == 0


def test_a_pair_meets_no_more_often_than_allowed(tmp_path: Path) -> None:
    rules = {"min_rest_hours": 11, "max_consecutive_shifts": 6, "max_same_pair": 2}
    site = small_site(tmp_path, guards(14), [post("gate", guards=2)], rules=rules)
    answer = roster(site, weeks=2, rounds=1500)
    assert answer.duties
    together = Counter(
        tuple(sorted(duty.person for duty in answer.duties if duty.start == start))
        for start in {duty.start for duty in answer.duties}
    )
    assert max(together.values()) <= 2


def test_nobody_stands_where_they_must_not(tmp_path: Path) -> None:
    people = guards(9)
    people[0]["not_in_areas"] = people[1]["not_in_areas"] = "magazine"
    areas = [{"area": "magazine", "kind": "store"}]
    posts = [post("gate"), post("guard", area="magazine")]
    answer = roster(small_site(tmp_path, people, posts, areas=areas))
    assert {duty.person for duty in answer.duties if duty.post == "guard"}.isdisjoint({"G-01", "G-02"})
    assert len(answer.duties) == 42


def test_more_than_two_affiliations_are_mixed(tmp_path: Path) -> None:
    people = guards(14)
    for number, one in enumerate(people):
        one["affiliation"] = ("ministry", "civilian", "police")[number % 3]
    answer = roster(small_site(tmp_path, people, [post("gate", guards=2, mixed="yes")]), rounds=1500)
    assert len(answer.duties) == 42


BAD = [
    ({"weeks": 0}, UsageError, "weeks"),
    ({"weeks": 1000}, UsageError, "weeks"),
    ({"numbers": {"nowhere": 1}}, UsageError, "no post 'nowhere'"),
]


@pytest.mark.parametrize(("asked", "error", "words"), BAD)
def test_a_question_that_cannot_be_asked(
    tmp_path: Path, asked: dict[str, object], error: type[Exception], words: str
) -> None:
    site = small_site(tmp_path, guards(6), [post("gate")])
    with pytest.raises(error, match=words):
        roster(site, **asked)  # type: ignore[arg-type]


def test_rules_that_exclude_each_other(tmp_path: Path) -> None:
    site = small_site(
        tmp_path, guards(6), [post("gate")], rules={"min_consecutive_shifts": 5, "max_consecutive_shifts": 3}
    )
    with pytest.raises(UsageError, match="min_consecutive_shifts = 5 and max_consecutive_shifts = 3"):
        roster(site)


def test_a_mixed_post_with_open_places_is_never_left_to_one_affiliation(tmp_path: Path) -> None:
    people = [
        {**one, "affiliation": name} for one, name in zip(guards(3), ("ministry", "civilian", "civilian"), strict=True)
    ]
    people[0]["until"] = "2026-07-06"
    days = post("gate", guards=3, mixed="yes", start="08:00", end="16:00", days="mon tue")
    answer = roster(small_site(tmp_path, people, [days]))
    ways = {way.what: way for way in answer.relaxations}
    # On Tuesday nobody of the ministry is left: all three places stay open, where one open place left two civilians.
    assert ways["posts"].amount == 3
    assert ways["guards"].amount == 1 and "1 ministry" in ways["guards"].words


def test_a_mixed_post_of_one_guard_contradicts_itself(tmp_path: Path) -> None:
    site = small_site(tmp_path, guards(6), [post("gate", mixed="yes")])
    with pytest.raises(UsageError, match=r"posts row 2: gate asks for a mix and for one guard"):
        roster(site)


def test_hours_worked_longer_stay_and_the_mend_begins_the_roster_after_them(tmp_path: Path) -> None:
    longer = {"person": "G-01", "post": "gate", "start": "2026-07-06 22:00", "end": "2026-07-07 07:30", "locked": "yes"}
    night = post("gate", start="22:00", end="06:00")
    site = small_site(tmp_path, guards(5), [night], assignments=[longer])
    with pytest.raises(SheetError, match=r"keep the row and begin the roster after it \(--start 2026-07-07\)"):
        roster(site)
    answer = roster(site, start=MONDAY + timedelta(days=1))
    # Eleven hours of rest from 07:30 on leave the next night open to G-01, and the 9.5 h are on record as worked.
    assert answer.duties and site["assignments"]["end"].to_list() == [datetime(2026, 7, 7, 5, 30, tzinfo=UTC)]


def test_who_fell_ill_in_a_shift_that_was_worked_is_kept_on_record(tmp_path: Path) -> None:
    sick = {"person": "G-01", "start": "2026-07-07", "end": "2026-07-08", "kind": "sick"}
    night = post("gate", start="22:00", end="06:00")
    locks = [locked_at("G-01", "gate", "2026-07-06 22:00")]
    site = small_site(tmp_path, guards(5), [night], assignments=locks, absences=[sick])
    with pytest.raises(SheetError, match=r"keep it and begin the roster after it \(--start 2026-07-07\)"):
        roster(site)
    assert roster(site, start=MONDAY + timedelta(days=1)).duties


LOCKS = [
    ([locked_at("G-01", "gate", "2026-07-07 09:00")], "row 2: .*no shift at that time"),
    ([locked_at("G-99", "gate", "2026-07-07 08:00")], "G-99 is not on the roster"),
    ([locked_at("G-01", "gate", "2026-07-07 08:00"), locked_at("G-01", "gate", "2026-07-07 16:00")], "one_shift_a_day"),
    ([locked_at("G-01", "gate", "2026-07-07 16:00"), locked_at("G-01", "gate", "2026-07-08 00:00")], "rest"),
    ([locked_at("G-01", "gate", "2026-07-07 08:00"), locked_at("G-02", "gate", "2026-07-07 08:00")], "staffing"),
]


@pytest.mark.parametrize(("locks", "words"), LOCKS)
def test_a_lock_that_breaks_a_rule_is_named_with_its_row(
    tmp_path: Path, locks: list[dict[str, str]], words: str
) -> None:
    people = [*guards(6), {**guards(1)[0], "person": "G-99", "role": "worker"}]
    site = small_site(tmp_path, people, [post("gate")], assignments=locks)
    with pytest.raises(SheetError, match=words) as said:
        roster(site)
    assert "\n" not in str(said.value)
    assert said.value.row in (2, 3)


def test_guards_without_hours_are_left_out_and_told(tmp_path: Path) -> None:
    people = guards(8)
    people[0]["hours_per_week"], people[1]["hours_per_week"] = "", 0
    answer = roster(small_site(tmp_path, people, [post("gate")]))
    assert answer.left_out == (("G-01", "no hours_per_week on record"), ("G-02", "a contract of 0 hours a week"))
    assert len(answer.duties) == 21


def test_nobody_at_all_is_impossible_and_says_so(tmp_path: Path) -> None:
    site = small_site(tmp_path, [{**guards(1)[0], "role": "worker"}], [post("gate")])
    answer = roster(site, rounds=50)
    assert answer.status is Solved.IMPOSSIBLE
    assert not answer.duties
    assert "Nobody can stand there then." in answer.conflicts[1].words


def test_too_few_who_hold_what_a_post_asks_for(tmp_path: Path) -> None:
    people = guards(12)
    people[0]["qualifications"] = people[1]["qualifications"] = "control_room"
    site = small_site(tmp_path, people, [post("gate"), post("control", qualification="control_room")])
    answer = roster(site)
    assert answer.status is Solved.IMPOSSIBLE
    assert answer.conflicts[0].posts == ("control",)
    assert answer.conflicts[1].people == ("G-01", "G-02")
    assert answer.irreducible
    ways = {way.what: way for way in answer.relaxations}
    # Two guards fill ten of the 21 places in a week of 40 hours each.
    assert ways["posts"].amount is not None
    assert 11 <= ways["posts"].amount <= 13
    assert ways["guards"].amount in (3, 4)
    assert all("control_room" in name for name, _ in ways["guards"].parts)


def test_more_hours_are_a_way_out(tmp_path: Path) -> None:
    site = small_site(tmp_path, guards(4, hours=40), [post("gate")])
    answer = roster(site, rounds=3000)
    hours = next(way for way in answer.relaxations if way.what == "hours")
    assert answer.status is Solved.IMPOSSIBLE
    assert hours.amount == pytest.approx(21 * 8 - 4 * 40) == pytest.approx(hours.least)


def test_hours_beyond_contracts_that_are_no_whole_shifts(tmp_path: Path) -> None:
    """Of 39 hours a week only four shifts are within the contract; a fifth takes but one hour more."""
    answer = roster(small_site(tmp_path, guards(4, hours=39), [post("gate")]), rounds=3000)
    hours = next(way for way in answer.relaxations if way.what == "hours")
    assert hours.amount == pytest.approx(21 * 8 - 4 * 39) == pytest.approx(hours.least)
    assert hours.status is Solved.PROVEN


def test_more_hours_where_the_site_has_no_rule_for_a_week(tmp_path: Path) -> None:
    rules = {"min_rest_hours": 11, "max_consecutive_shifts": 6}
    answer = roster(small_site(tmp_path, guards(4, hours=40), [post("gate")], rules=rules), rounds=3000)
    hours = next(way for way in answer.relaxations if way.what == "hours")
    assert hours.amount == pytest.approx(21 * 8 - 4 * 40)


def test_more_hours_are_ruled_out_where_the_week_has_too_few(tmp_path: Path) -> None:
    """Three guards give 144 of the 168 hours that a gate takes, with 48 hours a week each."""
    answer = roster(small_site(tmp_path, guards(3, hours=40), [post("gate")]), rounds=200)
    hours = next(way for way in answer.relaxations if way.what == "hours")
    assert hours.amount is None
    assert hours.words.startswith("More hours will not do. Even with contracts of 48 hours a week: ")
    assert "168 hours" in hours.words
    assert "144 hours" in hours.words
    assert hours.reason == hours.words


def test_rules_that_collide_where_counting_shows_nothing(tmp_path: Path) -> None:
    """Two nights in a row nobody may work, and on the third day nobody else is there."""
    rules = {"max_consecutive_nights": 1, "max_hours_per_week": 60}
    away = [{"person": "G-02", "start": "2026-07-08", "end": "2026-07-09", "kind": "leave"}]
    night = post("gate", start="00:00", end="08:00")
    site = small_site(tmp_path, guards(2, hours=60), [night], rules=rules, absences=away)
    answer = roster(site, rounds=200)
    assert answer.status is Solved.IMPOSSIBLE
    assert {one.rule for one in answer.conflicts} == {"staffing", "nights_in_a_row"}
    assert {code for one in answer.conflicts for code in one.people} <= {"G-01", "G-02"}
    assert answer.irreducible


def test_rest_that_is_too_long_for_those_who_are_there(tmp_path: Path) -> None:
    """Three guards take turns day and night: with so much rest between two shifts nobody can begin every day."""
    rules = {"min_rest_hours": 30, "max_hours_per_week": 60}
    site = small_site(tmp_path, guards(3, hours=60), [post("gate")], rules=rules)
    answer = roster(site, rounds=200)
    assert answer.status is Solved.IMPOSSIBLE
    assert {one.rule for one in answer.conflicts} >= {"staffing", "rest"}
    assert {code for one in answer.conflicts for code in one.people} <= {"G-01", "G-02", "G-03"}


def test_rows_set_aside_are_told(tmp_path: Path) -> None:
    site = small_site(tmp_path, guards(6), [post("gate")])
    aside = pl.DataFrame({"row": [7], "unreadable": [["start"]]})
    doubtful = dataclasses.replace(site, set_aside={**site.set_aside, "absences": aside})
    answer = roster(doubtful)
    assert answer.set_aside == {"absences": 1}
    assert any("absences: row 7" in note for note in answer.notes)
