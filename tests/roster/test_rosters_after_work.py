"""Rosters made anew over days that were worked otherwise than planned: what was worked stands, and counts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from guard_sites import GENERATED, MONDAY, Rows, guards, post, small_site

from stockward.answers.roster import Duty, RosterAnswer
from stockward.book import Site
from stockward.questions.roster import RosterRequest, make_guards_roster
from stockward.roster.site.making import Limit
from stockward.terms.errors import SheetError
from stockward.terms.verdicts import Solved

NOW = datetime(2026, 7, 9, 12, tzinfo=UTC)
NIGHT = {"start": "22:00", "end": "06:00"}


def worked(person: str, place: str, start: str, end: str) -> dict[str, str]:
    return {"person": person, "post": place, "start": f"2026-07-{start}", "end": f"2026-07-{end}", "locked": "yes"}


def made(site: Site, **asked: Any) -> RosterAnswer:
    question = RosterRequest(**{"start": MONDAY, "weeks": 1, "generated": NOW, **asked})
    answer = make_guards_roster(site, question, limit=Limit(rounds=60))
    assert answer.status in (Solved.PROVEN, Solved.FEASIBLE), (answer.status, answer.conflicts)
    return answer


def on(answer: RosterAnswer, day: int) -> list[Duty]:
    return [duty for duty in answer.duties if duty.day.day == day]


def night_site(folder: Path, rows: Rows, number: int = 4, *, absences: Rows | None = None, **more: Any) -> Site:
    tables = {"assignments": rows, "absences": absences}
    posts = [post("P", **{**NIGHT, **more})]
    return small_site(folder, guards(number), posts, **{name: table for name, table in tables.items() if table})


def test_who_stayed_longer_has_worked_longer_and_rests_as_long(tmp_path: Path) -> None:
    site = night_site(tmp_path, [worked("G-01", "P", "06 22:00", "07 14:00")])
    answer = made(site)
    assert [(duty.person, duty.hours, duty.locked) for duty in on(answer, 6)] == [("G-01", 16, True)]
    assert [len(on(answer, day)) for day in range(6, 13)] == [1] * 7, "nobody else fills what was worked"
    assert on(answer, 7)[0].person != "G-01", "8 hours of rest are too few"
    assert next(one.hours for one in answer.guards if one.person == "G-01") >= 16
    assert answer.posts[0].places == answer.posts[0].filled == 7
    assert any("taken in as worked: G-01 at P from 2026-07-06 22:00 to 14:00" in note for note in answer.notes), (
        answer.notes
    )


def test_hours_worked_longer_count_in_the_week_and_the_contract(tmp_path: Path) -> None:
    rows = [worked("G-01", "P", f"{day:02d} 22:00", f"{day + 1:02d} 09:00") for day in (6, 7, 8)]
    answer = made(night_site(tmp_path, rows))
    assert next(one.hours for one in answer.guards if one.person == "G-01") == 33, "with 8 more they would be 41 of 40"


def test_the_earlier_roster_is_kept_where_it_was_worked_longer(tmp_path: Path) -> None:
    plan = made(night_site(tmp_path / "before", []), generated=GENERATED)
    planned = {(duty.person, duty.start): duty.post for duty in plan.duties}
    first = on(plan, 6)[0].person
    site = night_site(tmp_path / "after", [worked(first, "P", "06 22:30", "07 07:30")])
    answer = made(site, earlier=planned)
    assert answer.changed == 0
    assert [duty.changed for duty in on(answer, 6)] == [False]


def test_two_parts_of_a_shift_fill_one_place_and_a_short_part_fills_one(tmp_path: Path) -> None:
    rows = [worked("G-01", "P", "06 22:00", "07 02:00"), worked("G-02", "P", "07 02:00", "07 06:00"),
            worked("G-03", "P", "08 22:00", "08 23:00")]  # fmt: skip
    answer = made(night_site(tmp_path, rows))
    assert sorted(duty.person for duty in (*on(answer, 6), *on(answer, 7)) if duty.locked) == ["G-01", "G-02"]
    assert len([duty for duty in answer.duties if not duty.locked]) == 5


def test_beside_who_stayed_longer_at_a_mixed_post_another_affiliation_stands(tmp_path: Path) -> None:
    rows = [worked("G-01", "P", "06 22:30", "07 06:30")]
    answer = made(night_site(tmp_path, rows, 9, guards=2, mixed="yes"))
    assert {duty.person: duty.affiliation for duty in on(answer, 6)}["G-01"] == "ministry"
    assert sorted(duty.affiliation for duty in on(answer, 6)) == ["civilian", "ministry"]


def test_of_several_such_posts_as_many_fewer_are_filled(tmp_path: Path) -> None:
    rows = [worked("G-01", "P", "06 22:00", "07 07:00")]
    answer = made(night_site(tmp_path, rows, 6), numbers={"P": 2})
    assert [len(on(answer, day)) for day in range(6, 13)] == [2] * 7


def test_hours_at_a_post_that_did_not_stand_are_worked_all_the_same(tmp_path: Path) -> None:
    rows = [worked("G-01", "P", "07 12:00", "07 15:00")]
    answer = made(night_site(tmp_path, rows))
    assert {duty.hours for duty in on(answer, 7)} == {3, 8}


def test_a_night_that_was_worked_stands_though_its_guard_fell_ill_in_the_morning(tmp_path: Path) -> None:
    ill = [{"person": "G-01", "kind": "sick", "start": "2026-07-07", "end": "2026-07-10"}]
    row = {"person": "G-01", "post": "P", "start": "2026-07-06 22:00", "locked": "yes"}
    answer = made(night_site(tmp_path, [row], absences=ill))
    assert on(answer, 6)[0].person == "G-01"
    assert not [duty for duty in answer.duties if duty.person == "G-01" and 7 <= duty.day.day <= 10]


def test_what_is_to_come_must_be_a_shift_of_its_post(tmp_path: Path) -> None:
    site = night_site(tmp_path, [worked("G-01", "P", "10 22:00", "11 07:30")])
    with pytest.raises(SheetError, match="P has no shift at that time"):
        made(site)


def test_what_was_worked_and_breaks_a_rule_is_told_and_the_mend_keeps_it(tmp_path: Path) -> None:
    rows = [worked("G-01", "P", "06 22:00", "07 14:00"), worked("G-01", "P", "07 22:00", "08 06:00")]
    site = night_site(tmp_path, rows)
    with pytest.raises(SheetError, match=r"begin the roster after it \(--start 2026-07-08\)"):
        made(site)
    assert made(site, start=MONDAY.replace(day=8)).duties
