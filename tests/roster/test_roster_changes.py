"""Who can stand in, and what a swap does: held against the whole checker and the whole cost, one change at a time."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from guard_sites import GENERATED, MONDAY, guards, locked_at, post, roster, small_site

from stockward.answers.roster import Duty
from stockward.answers.rostered.changes import ReplacementAnswer, StandIn
from stockward.book import Site
from stockward.book.known import known_at
from stockward.cli import main
from stockward.guards.roll import on_posts, roll
from stockward.questions.roster_changes import ChangeRequest, what_a_swap_does, who_can_stand_in
from stockward.report.roster.changes import replacement_headline
from stockward.report.roster.files import duties_csv, read_earlier_roster, write_roster_csv
from stockward.roster.checker.checks import check_roster
from stockward.roster.checker.facts import Checked, RuleBreach
from stockward.roster.site.costs import measure_cost
from stockward.roster.site.demand import Horizon
from stockward.roster.site.problem import GuardProblem, make_problem

RULES = {
    "max_hours_per_week": 40, "min_rest_hours": 11, "max_consecutive_shifts": 5, "min_consecutive_shifts": 2,
    "min_consecutive_days_off": 2, "max_consecutive_nights": 3, "max_nights_per_week": 4, "max_weekends": 3,
    "max_same_pair": 4,
}  # fmt: skip
ABOUT_ALL = {"known", "staffing", "locked"}


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
    wishes = [
        {"person": "G-01", "date": MONDAY + timedelta(days=9), "wish": "off", "weight": 2},
        {"person": "G-02", "date": MONDAY + timedelta(days=9), "wish": "on"},
        {"person": "G-03", "date": MONDAY + timedelta(days=9), "wish": "on", "post": "gate"},
    ]
    areas = [{"area": "magazine", "kind": "store"}]
    folder = tmp_path_factory.mktemp("changes")
    return small_site(folder, people, posts, rules=RULES, areas=areas, absences=absences, wishes=wishes)


@pytest.fixture(scope="module")
def made(site: Site) -> tuple[Duty, ...]:
    answer = roster(site, weeks=2, rounds=900)
    assert answer.duties
    return answer.duties


@pytest.fixture(scope="module")
def problem(site: Site) -> GuardProblem:
    """Made once: what it costs to make is not what a change of it costs."""
    return make_problem(site, on_posts(roll(known_at(site, None))), Horizon(MONDAY, 2, site.timezone))


def request(duties: Sequence[Duty], **more: Any) -> ChangeRequest:
    planned = {(duty.person, duty.start): duty.post for duty in duties}
    return ChangeRequest(generated=GENERATED, planned=planned, start=MONDAY, weeks=2, **more)


def breaches(site: Site, duties: Sequence[Duty], complete: bool = True) -> set[RuleBreach]:
    checked = Checked(
        site, on_posts(roll(known_at(site, None))), duties, start=MONDAY, weeks=2, numbers={}, complete=complete
    )
    return {breach for breach in check_roster(checked) if breach.rule not in ABOUT_ALL}


def points(problem: GuardProblem, duties: Sequence[Duty]) -> int:
    """What the whole roster costs."""
    numbers = {guard.code: number for number, guard in enumerate(problem.guards)}
    shifts = {(shift.start, shift.end): number for number, shift in enumerate(problem.shifts)}
    times: list[set[int]] = [set() for _ in problem.guards]
    posts = {}
    for duty in duties:
        key = numbers[duty.person], shifts[duty.start, duty.end]
        times[key[0]].add(key[1])
        posts[key] = duty.post
    return measure_cost(problem, [frozenset(mine) for mine in times], posts).total


def taken_by(duties: Sequence[Duty], left: Duty, guard: StandIn) -> list[Duty]:
    others = [duty for duty in duties if duty != left]
    taken = dataclasses.replace(left, person=guard.person, affiliation=guard.affiliation)
    return sorted([*others, taken], key=lambda duty: duty.start)


def asked_of(site: Site, duties: Sequence[Duty], left: Duty) -> ReplacementAnswer:
    return who_can_stand_in(site, left.person, left.day, request(duties), most=99)


def test_each_who_can_stand_in_breaks_and_costs_what_the_whole_roster_does(
    site: Site, made: tuple[Duty, ...], problem: GuardProblem
) -> None:
    before = breaches(site, made)
    assert not before
    for left in made[5::23]:
        (shift,) = asked_of(site, made, left).shifts
        assert shift.asked == len(shift.stand_ins)
        assert shift.keep_every_rule == sum(not one.breaks for one in shift.stand_ins)
        without = [duty for duty in made if duty != left]
        # Those who are left may be of one affiliation; who joins them must mend it.
        own = ("mixed", left.post, left.day)
        alone = {one for one in breaches(site, without) if (one.rule, one.post, one.day) != own}
        cost_alone = points(problem, without)
        for one in shift.stand_ins:
            after = taken_by(made, left, one)
            # What the guard who drops out breaks by being away is nobody else's.
            new = {breach for breach in breaches(site, after) - alone if breach.person != left.person}
            assert {found.words for found in one.breaks} == {breach.words for breach in new}
            others = [duty for duty in without if duty.person != one.person]
            cost_of_others = points(problem, others)
            own_before = cost_alone - cost_of_others
            assert one.points == points(problem, after) - cost_of_others - own_before


def test_the_best_come_first_and_those_who_cannot_are_counted(site: Site, made: tuple[Duty, ...]) -> None:
    for left in made[3::31]:
        (shift,) = asked_of(site, made, left).shifts
        keys = [
            (len({broken.rule for broken in one.breaks}), len(one.breaks), one.points, one.hours / one.fair_hours)
            for one in shift.stand_ins
        ]
        assert keys == sorted(keys)
        assert shift.asked + sum(number for _, number in shift.cannot) == 17
        few = who_can_stand_in(site, left.person, left.day, request(made)).shifts[0].stand_ins
        assert few == shift.stand_ins[:5]
        for one in shift.stand_ins:
            mine = sorted((duty for duty in made if duty.person == one.person), key=lambda duty: duty.start)
            ends = [duty.end for duty in mine if duty.end <= left.start]
            rest = None if not ends else (left.start - ends[-1]).total_seconds() / 3600
            assert one.rest_before == rest
            assert one.hours == 8 * (len(mine) + 1)


def test_who_cannot_stand_there_is_never_offered(site: Site, made: tuple[Duty, ...]) -> None:
    control = next(duty for duty in made if duty.post == "control")
    (shift,) = asked_of(site, made, control).shifts
    assert all(int(one.person[2:]) % 2 for one in shift.stand_ins), "an odd number holds control_room"
    assert dict(shift.cannot)["not control_room"] == 9
    magazine = next(duty for duty in made if duty.post == "guard" and duty.day == MONDAY and duty.person != "G-18")
    (shift,) = asked_of(site, made, magazine).shifts
    assert not {"G-18", "G-04"} & {one.person for one in shift.stand_ins}
    assert dict(shift.cannot)["must not guard magazine"] == 1
    assert dict(shift.cannot)["not there on that day"] == 1


def test_a_swap_is_judged_by_every_rule(site: Site, made: tuple[Duty, ...], problem: GuardProblem) -> None:
    base, cost = breaches(site, made), points(problem, made)
    seen = set()
    at_once = [pair for pair in combinations(made, 2) if pair[0].start == pair[1].start][::9]
    for one, other in [*zip(made[4::17], made[50::13], strict=False), *at_once]:
        if one.person == other.person:
            continue
        answer = what_a_swap_does(site, (one.person, one.day), (other.person, other.day), request(made))
        after = [
            dataclasses.replace(duty, person=other.person, affiliation=other.affiliation) if duty == one
            else dataclasses.replace(duty, person=one.person, affiliation=one.affiliation) if duty == other
            else duty
            for duty in made
        ]  # fmt: skip
        found = breaches(site, after)
        assert {broken.words for broken in answer.breaks} == {breach.words for breach in found}
        assert answer.allowed == (not found - base)
        if len({(duty.person, duty.start) for duty in after}) == len(after):
            assert sum(side.points for side in answer.sides) == points(problem, after) - cost
        assert {(duty.person, duty.start, duty.post) for duty in answer.duties} == {
            (duty.person, duty.start, duty.post) for duty in after
        }
        seen.add(answer.allowed)
    assert seen == {True, False}


def run(*arguments: object) -> Any:
    return CliRunner().invoke(main, ["roster", *map(str, arguments)])


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, tuple[Duty, ...]]:
    folder = tmp_path_factory.mktemp("command")
    site = small_site(folder / "site", guards(12), [post("gate"), post("store")])
    answer = roster(site, weeks=2)
    (folder / "roster.csv").write_text(write_roster_csv(answer), encoding="utf-8")
    return folder / "site", folder / "roster.csv", answer.duties


def test_the_command_answers_from_a_file_and_from_assignments_alike(
    on_disk: tuple[Path, Path, tuple[Duty, ...]], tmp_path: Path
) -> None:
    folder, file, duties = on_disk
    left = duties[20]
    asked = ("--replace", left.person, "--on", left.day)
    result = run(folder, *asked, "--previous", file, "--json", tmp_path / "one.json")
    assert result.exit_code == 0, result.output
    assert "can take it and keep every rule" in result.stdout
    one = json.loads((tmp_path / "one.json").read_text())
    assert one["schema"] == "stockward.replacement/1"
    assert (one["start"], one["weeks"]) == (str(MONDAY), 2)
    rows = "\n".join(f"{duty.person},{duty.post},{duty.start.isoformat()}" for duty in duties)
    (folder / "assignments.csv").write_text(f"person,post,start\n{rows}\n", encoding="utf-8")
    try:
        result = run(folder, *asked, "--start", MONDAY, "--weeks", 2, "--json", tmp_path / "two.json", "--quiet")
        assert (result.exit_code, result.output) == (0, "")
        result = run(folder, *asked, "--json", "-")
        assert result.exit_code == 0
        assert json.loads(result.stdout)["start"] == str(left.day - timedelta(days=left.day.weekday()))
    finally:
        (folder / "assignments.csv").unlink()
    two = json.loads((tmp_path / "two.json").read_text())
    assert one["shifts"] == two["shifts"]


def test_a_swap_that_keeps_the_rules_is_written_and_one_that_breaks_any_is_not(
    on_disk: tuple[Path, Path, tuple[Duty, ...]], tmp_path: Path
) -> None:
    folder, file, duties = on_disk
    codes = set()
    for one, other in ((a, b) for a in duties[:12] for b in duties[30:36] if a.person != b.person):
        out = tmp_path / f"{one.person}{other.person}{one.day}{other.day}.csv"
        swap = (f"{one.person}:{one.day}", f"{other.person}:{other.day}")
        result = run(folder, "--swap", *swap, "--previous", file, "--csv", out)
        assert result.exit_code in (0, 4), result.output
        assert out.exists() is (result.exit_code == 0)
        if out.exists() and result.exit_code not in codes:
            swapped, _ = read_earlier_roster(out, "Europe/Berlin")
            changed = zip(file.read_text("utf-8").splitlines(), out.read_text("utf-8").splitlines(), strict=True)
            assert sum(before != after for before, after in changed) == 2
            assert swapped[other.person, one.start] == one.post
            assert swapped[one.person, other.start] == other.post
        codes.add(result.exit_code)
        if codes == {0, 4}:
            return
    pytest.fail(f"only {codes}")


@pytest.mark.parametrize(("words", "said"), [
    (("--replace", "G-01"), "--replace needs the day: write it as --replace G-07 --on 2026-07-09"),
    (("--on", "2026-07-08"), "--replace needs the day"),
    (("--replace", "G-99", "--on", "2026-07-08"), "G-99 has no shift in this roster: "),
    (("--replace", "G-01", "--on", "2027-07-08"), "2027-07-08 is no day of the roster from 2026-07-06 to 2026-07-19"),
    (("--replace", "G-01", "--on", "2026-07-08", "--swap", "a:2026-07-08", "b:2026-07-08"), "two questions"),
    (("--replace", "G-01", "--on", "2026-07-08", "--html", "x.html"), "--html is for a new roster"),
    (("--replace", "G-01", "--on", "2026-07-08", "--csv", "-"), "--csv is for a roster"),
    (("--swap", "G-01", "G-02:2026-07-08"), "swap G-01: this names no guard and day: write it as G-07:2026-07-09"),
    (("--swap", "G-01:2026-7-8", "G-02:2026-07-08"), "swap G-01:2026-7-8: this names no guard and day"),
    (("--swap", "G-01:2026-07-08", "G-01:2026-07-09"), "G-01 cannot swap with G-01"),
    (("--replace", "G-01", "--on", "2026-07-08", "--start", "2026-07-06", "--weeks", "0"), "1 to 26 weeks, not 0"),
])  # fmt: skip
def test_what_cannot_be_asked_is_said_in_one_line(
    on_disk: tuple[Path, Path, tuple[Duty, ...]], words: tuple[str, ...], said: str
) -> None:
    folder, file, _ = on_disk
    result = run(folder, "--previous", file, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_day_without_a_shift_names_the_days_near_it(on_disk: tuple[Path, Path, tuple[Duty, ...]]) -> None:
    folder, file, duties = on_disk
    mine = {duty.day for duty in duties if duty.person == "G-01"}
    day = next(one for one in (MONDAY + timedelta(days=step) for step in range(14)) if one not in mine)
    result = run(folder, "--previous", file, "--replace", "G-01", "--on", day)
    assert result.exit_code == 2
    near = result.stderr.split("near it on ")[1].strip().split(", ")
    assert {date.fromisoformat(one) for one in near} <= mine
    assert run(folder, "--previous", file, "--replace", "G-01", "--on", near[0]).exit_code in (0, 4)


def test_without_any_roster_the_mend_is_said(on_disk: tuple[Path, Path, tuple[Duty, ...]]) -> None:
    folder, _, _ = on_disk
    result = run(folder, "--replace", "G-01", "--on", "2026-07-08")
    assert result.exit_code == 2
    assert "no roster is on record for 2026-07-06 to 2026-07-12" in result.stderr


def test_locked_assignments_count_before_the_file_and_are_told(tmp_path: Path) -> None:
    locks = [locked_at("G-02", "gate", "2026-07-08 08:00"), locked_at("G-03", "gate", "2026-07-05 16:00")]
    site = small_site(tmp_path, guards(4), [post("gate")], assignments=locks)
    planned = {
        ("G-02", datetime(2026, 7, 8, 6, tzinfo=UTC)): "no such post",
        ("G-01", datetime(2026, 7, 9, 6, tzinfo=UTC)): "gate",
    }
    answer = who_can_stand_in(site, "G-02", date(2026, 7, 8), ChangeRequest(generated=GENERATED, planned=planned))
    assert any("is locked: correct its row" in note for note in answer.notes)
    (shift,) = answer.shifts
    assert shift.duty.post == "gate"
    assert {one.person for one in shift.stand_ins} == {"G-01", "G-03", "G-04"}
    third = next(one for one in shift.stand_ins if one.person == "G-03")
    assert third.rest_before == 56


def test_one_affiliation_alone_is_no_stand_in_where_a_place_is_open(tmp_path: Path) -> None:
    names = ("ministry", "civilian", "civilian", "ministry")
    people = [{**one, "affiliation": name} for one, name in zip(guards(4), names, strict=True)]
    rows = [locked_at(one, "gate", "2026-07-08 08:00") for one in ("G-01", "G-02")]
    site = small_site(tmp_path, people, [post("gate", guards=3, mixed="yes")], assignments=rows)
    (shift,) = who_can_stand_in(site, "G-01", date(2026, 7, 8), ChangeRequest(generated=GENERATED)).shifts
    breaks = {one.person: [rule.rule for rule in one.breaks] for one in shift.stand_ins}
    assert breaks == {"G-03": ["mixed"], "G-04": []}
    assert shift.left_alone


def test_a_mixed_post_at_which_one_affiliation_is_left_alone_is_left_empty(tmp_path: Path) -> None:
    names = ("ministry", "civilian", "civilian")
    people = [{**one, "affiliation": name} for one, name in zip(guards(3), names, strict=True)]
    rows = [locked_at(one, "gate", "2026-07-08 08:00") for one in ("G-01", "G-02")]
    site = small_site(tmp_path, people, [post("gate", guards=3, mixed="yes")], assignments=rows)
    asked = ChangeRequest(generated=GENERATED)
    (shift,) = who_can_stand_in(site, "G-01", date(2026, 7, 8), asked).shifts
    told = replacement_headline(shift, site.timezone)
    assert "so leave the post empty, since one affiliation alone must not stand there, or agree on a swap" in told
    (other,) = who_can_stand_in(site, "G-02", date(2026, 7, 8), asked).shifts
    assert other.left_alone, "the ministry is left alone as well"
    free = small_site(tmp_path, people, [post("gate", guards=3)], assignments=rows)
    (other,) = who_can_stand_in(free, "G-02", date(2026, 7, 8), asked).shifts
    assert not other.left_alone


def test_nobody_who_keeps_every_rule_is_exit_code_four(tmp_path: Path) -> None:
    rows = [locked_at(person, "gate", f"2026-07-{day:02d} {hour}:00") for person, day, hour in (
        ("G-01", 8, "08"), ("G-02", 8, "00"), ("G-02", 9, "00"),
    )]  # fmt: skip
    small_site(tmp_path, guards(2), [post("gate")], assignments=rows)
    result = run(tmp_path, "--replace", "G-01", "--on", "2026-07-08")
    assert result.exit_code == 4
    assert "each would break a rule" in (said := " ".join(result.stdout.split()))
    assert "G-02: begins 2 shifts on 2026-07-08" in said


def test_the_flat_file_of_duties_is_that_of_the_roster(made: tuple[Duty, ...], site: Site) -> None:
    text = duties_csv(made, site.timezone)
    assert text.count("\n") == 1 + len(made)
