"""Cards and rounds by the clock of the site: nights whose clocks change, and nights on which no patrol stands."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from tests.patrol.test_patrol_cards import PLAN, SEED, run
from tests.patrol.test_patrol_site import AT, TABLES, answered, written

from stockward.answers.patrols.answer import PatrolStop, PlannedWalks
from stockward.answers.patrols.sealed import DrawnPatrols, PatrolPlan
from stockward.outputs import OutputTarget
from stockward.patrol.sealed.drawing import draw_patrols
from stockward.patrol.sealed.plan_file import patrol_plan_digest, patrol_plan_of, patrol_plan_text, read_patrol_plan
from stockward.patrol.site.shift import PatrolShift
from stockward.patrol.site.walked import WalkedShifts
from stockward.report.patrol.cards import clock_change, write_cards_html, write_cards_xlsx
from stockward.terms.errors import SheetError, UsageError

SPRING, AUTUMN = date(2027, 3, 27), date(2026, 10, 24)
DIGEST = "a3a4b1c574e57155d4e50a50489198d19ba8730a3c8caeeae590818aa632c751"
HOURS = 8


def plan(**changed: object) -> PatrolPlan:
    """One patrol that is in another area each hour of the night, in Berlin, from Monday to Saturday."""
    stops = tuple(
        PatrolStop(area=f"A{hour}", name=f"A{hour}", begins=60.0 * hour, ends=60.0 * hour + 30, rests=False)
        for hour in range(HOURS)
    )
    known: dict[str, Any] = {
        "timezone": "Europe/Berlin", "days": ("mon", "tue", "wed", "thu", "fri", "sat"), "patrols": 1, "bases": ("A0",),
        "shift_minutes": 60.0 * HOURS, "starts": (1320,), "mixture": (PlannedWalks(weight=1, walks=(stops,)),),
    }  # fmt: skip
    return dataclasses.replace(PLAN, **{**known, **changed})


def rows_of(drawn: DrawnPatrols) -> list[tuple[str, str, str]]:
    return re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>", write_cards_html(drawn))


def test_in_spring_no_time_is_ordered_that_does_not_exist_and_the_card_ends_with_the_shift(tmp_path: Path) -> None:
    drawn = draw_patrols(plan(), SEED, SPRING, 1320)
    rows = rows_of(drawn)
    assert rows[4:] == [
        ("03:00 +02:00", "03:30 +02:00", "A4"), ("04:00 +02:00", "04:30 +02:00", "A5"),
        ("05:00 +02:00", "05:30 +02:00", "A6"),
    ]  # fmt: skip
    assert rows[3] == ("01:00 +01:00", "01:30 +01:00", "A3")
    said = clock_change(drawn)[0]
    assert said.startswith("The clocks go forward: the shift is over at 06:00 +02:00, 60 min before its walks")
    assert said in write_cards_html(drawn)
    write_cards_xlsx(drawn, OutputTarget(tmp_path / "c.xlsx"))
    sheets = openpyxl.load_workbook(tmp_path / "c.xlsx")
    assert [row[2].value for row in sheets["rounds"].iter_rows(min_row=2)] == [f"A{hour}" for hour in range(7)]
    assert sheets["patrol 1"]["D9"].value == said


def test_in_autumn_both_hours_are_walked_and_the_last_has_no_walk() -> None:
    drawn = draw_patrols(plan(), SEED, AUTUMN, 1320)
    rows = rows_of(drawn)
    assert rows[4] == ("02:00 +02:00", "02:30 +02:00", "A4")
    assert rows[5] == ("02:00 +01:00", "02:30 +01:00", "A5")
    assert rows[-1] == ("04:00 +01:00", "04:30 +01:00", "A7")
    said, noted = clock_change(drawn)
    assert "this walk is over at 05:00 +01:00 and the shift at 06:00 +01:00. For these 60 min no walk was drawn" in said
    assert "walk this card once more from its first line on, begun at 05:00 +01:00" in said
    assert "as 2026-10-24 22:20+02:00" in noted


def test_on_other_nights_a_card_has_the_clock_alone() -> None:
    drawn = draw_patrols(plan(), SEED, date(2026, 12, 1), 1320)
    assert rows_of(drawn)[4] == ("02:00", "02:30", "A4")
    assert clock_change(drawn) == ()


def test_a_shift_that_the_clocks_skip_is_not_walked() -> None:
    skipped = plan(starts=(1320, 120), shift_minutes=60.0)
    with pytest.raises(UsageError, match="the clocks skip the whole shift from 02:00: nobody walks it"):
        draw_patrols(skipped, SEED, date(2027, 3, 28), 120)


def test_a_night_without_patrols_has_no_cards_and_the_next_one_is_named() -> None:
    with pytest.raises(UsageError, match="on 2026-12-06, a Sunday: its posts stand on mon tue wed") as refused:
        draw_patrols(plan(), SEED, date(2026, 12, 6), 1320)
    assert re.findall(r"--night (\S+),", str(refused.value)) == ["2026-12-07"]
    assert draw_patrols(plan(), SEED, date(2026, 12, 7), 1320).cards


def test_a_shift_after_midnight_is_of_the_day_before() -> None:
    late = plan(starts=(1320, 120), shift_minutes=240.0)
    assert draw_patrols(late, SEED, date(2026, 12, 6), 120).cards
    with pytest.raises(UsageError, match=r"2026-12-07, a Monday: its posts stand on .*: give --night 2026-12-08"):
        draw_patrols(late, SEED, date(2026, 12, 7), 120)


def test_a_night_out_of_all_calendars_is_refused() -> None:
    with pytest.raises(UsageError, match="is no night to walk in: write a date such as"):
        draw_patrols(plan(), SEED, date.max, 1320)


def test_a_plan_of_before_is_read_and_drawn_byte_for_byte(tmp_path: Path) -> None:
    """Its text and digest are those that it had before time zone and days were stated."""
    text = patrol_plan_text(PLAN)
    assert list(json.loads(text))[-2:] == ["mixture", "seed_sha256"]
    assert patrol_plan_digest(PLAN) == DIGEST
    file, cards = tmp_path / "plan.json", tmp_path / "c.html"
    file.write_text(text)
    assert read_patrol_plan(file) == PLAN
    drawn = draw_patrols(PLAN, SEED, SPRING, 1320)
    assert rows_of(drawn) == [("22:00", "02:00", drawn.cards[0][0].area), ("22:00", "02:00", drawn.cards[1][0].area)]
    command = ("cards", str(file), "--night", "2027-03-27", "--shift", "22:00", "--seed-text", SEED)
    told = run(*command, "--html", str(cards)).stderr
    assert "the plan does not state the site's time zone and the days of its posts" in told


@pytest.mark.parametrize("changed", [{"timezone": "Europe/Nowhere"}, {"days": ()}, {"days": ("tue", "mon")}])
def test_a_plan_of_no_zone_or_week_does_not_add_up(tmp_path: Path, changed: dict[str, object]) -> None:
    (tmp_path / "plan.json").write_text(patrol_plan_text(plan(**changed)))
    with pytest.raises(SheetError, match="does not add up"):
        read_patrol_plan(tmp_path / "plan.json")


def test_a_plan_states_zone_and_days_of_its_posts(tmp_path: Path) -> None:
    posts = TABLES["posts"].replace("daily", "tue fri") + "Q,patrol,1,22:00,02:00,mon tue,G\n"
    answer = answered(written(tmp_path, posts=posts), rounds=1)
    sealed = patrol_plan_of(answer, "0" * 64)
    assert (sealed.timezone, sealed.days) == ("Europe/Berlin", ("tue",))
    assert "planned is for tue, when all of them do; plan for the others with --post." in answer.notes[0]
    never = written(tmp_path, posts=posts.replace("mon tue", "mon"))
    with pytest.raises(UsageError, match="patrol posts P, Q never stand on one day: name the one to plan for"):
        PatrolShift.of(never)
    assert PatrolShift.of(never, "Q").days == ("mon",)


def test_rounds_of_nights_whose_clocks_change_are_read_by_real_time(tmp_path: Path) -> None:
    rounds = (
        "patrol,at,area,until\n"
        "1,2025-10-25 23:00+02:00,A,\n1,2025-10-26 02:20+02:00,B,\n1,2025-10-26 02:20+01:00,A,\n"
        "1,2025-10-26 05:30+01:00,B,\n"  # the hour that has no walk
        "1,2025-03-29 23:00,A,\n1,2025-03-30 03:20,B,\n"  # a shift shorter than the walks
    )
    posts = TABLES["posts"].replace("02:00", "06:00")
    site = written(tmp_path, rounds=rounds, posts=posts)
    walked = WalkedShifts.of(site, PatrolShift.of(site), AT.date())
    assert np.argwhere(walked.presence).tolist() == [[0, 1, 6], [0, 1, 32], [0, 2, 26]]
    assert (walked.astray, walked.unplanned) == (0, 3)
    answer = answered(site, rounds=1, generated=datetime(2026, 3, 1, tzinfo=UTC))
    assert "3 rows of rounds lie in a shift that a change of clocks made shorter" in answer.notes[-1]
