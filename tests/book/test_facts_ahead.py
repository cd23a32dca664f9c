"""Rows dated later than today are told first, and change no figure."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from small_folders import SiteFolder

from stockward import cli
from stockward.book.ahead import rows_ahead
from stockward.questions.review import make_review
from stockward.report import write_html, write_json
from stockward.terms.periods import end_of

NOW = datetime(2026, 11, 29, 7, tzinfo=UTC)
SLIP = "0005,2062-03-01T08:00,issue,SHELL,1,each,P1,,,,"
TOLD = (
    "movements.csv row 6, at = '2062-03-01': it lies in the future (today is 2026-11-29): correct the year, or leave "
    "it out with --as-of 2026-11-29"
)


@pytest.fixture(autouse=True)
def _on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("kit.reading", "review", "drill"):
        monkeypatch.setattr(f"stockward.cli.{module}.moment_now", lambda: NOW)


def test_check_and_review_tell_a_row_of_the_future_first(folder: SiteFolder) -> None:
    folder.add("movements", SLIP)
    for command in ("check", "review"):
        ran = CliRunner().invoke(cli.main, [command, str(folder.path)])
        assert ran.stderr.startswith(f"notice: {TOLD}\n")
    said = " ".join(ran.stdout.split())
    assert said.index("The last day of the record, 1 March 2062, lies in the future: see the first notice.") < 300


def test_what_the_notice_asks_for_mends(folder: SiteFolder) -> None:
    before = folder.read()
    folder.add("movements", SLIP)
    left_out = CliRunner().invoke(cli.main, ["review", str(folder.path), "--as-of", "2026-11-29"])
    assert left_out.stderr.startswith(
        "notice: movements.csv row 6, at = '2062-03-01': it lies in the future (today is 2026-11-29), and is not used: "
        "correct the year\n"
    )
    assert "The last day of the record" not in " ".join(left_out.stdout.split())
    ran = CliRunner().invoke(cli.main, ["review", str(folder.path), "--as-of", "2062-03-01"])
    assert "future" not in ran.output
    folder.replace("movements", "2062", "2026")
    assert rows_ahead(folder.read(), NOW).notices == ()
    assert rows_ahead(before, NOW).notices == ()


def test_a_row_that_was_recorded_before_is_used_by_every_review_since(folder: SiteFolder) -> None:
    folder.write("movements", "movement,at,kind,material,quantity,unit,from_area,recorded_at\n"
                 "0005,2062-03-01T08:00,issue,SHELL,1,each,P1,2026-03-01\n")  # fmt: skip
    ahead = rows_ahead(folder.read(), NOW, end_of("2026-11-29", "Asia/Seoul"))
    assert ahead.notices[0].endswith("it lies in the future (today is 2026-11-29): correct the year")


RECORDED = "inventory,at,area,material,quantity,unit,recorded_at\nFEB,2026-02-28,P1,SHELL,20,each,{}\n"
TOO_LATE = "counts.csv row 2, recorded_at = '2027-06-01': it lies in the future (today is 2026-11-29)"


def test_a_row_that_is_recorded_in_the_future_never_vanishes_without_a_word(folder: SiteFolder) -> None:
    folder.write("counts", RECORDED.format("2027-06-01"))
    ran = CliRunner().invoke(cli.main, ["review", str(folder.path), "--as-of", "2026-11-29"])
    assert ran.stderr.startswith(f"notice: {TOO_LATE}, and is not used: correct it\n")
    assert CliRunner().invoke(cli.main, ["check", str(folder.path)]).stderr.startswith(f"notice: {TOO_LATE}: correct")
    ahead = rows_ahead(folder.read(), NOW)
    assert (ahead.notices, ahead.last) == ((f"{TOO_LATE}: correct it",), None)
    assert rows_ahead(folder.read(), NOW, end_of("2026-03-01", "Asia/Seoul")).notices == (
        f"{TOO_LATE}, and is not used: correct it",
    )
    assert rows_ahead(folder.read(), NOW.replace(year=2028)).notices == ()


def test_a_row_may_be_recorded_today_and_a_review_of_then_may_be_had_again(folder: SiteFolder) -> None:
    site = folder.write("counts", RECORDED.format("2026-11-29T23:59")).read()
    assert rows_ahead(site, NOW).notices == ()
    assert rows_ahead(site, NOW, end_of("2026-06-30", "Asia/Seoul")).notices == ()
    assert rows_ahead(folder.write("counts", RECORDED.format("2026-11-30")).read(), NOW).notices


def test_a_day_that_lies_ahead_is_told_before_a_row_recorded_ahead(folder: SiteFolder) -> None:
    folder.write("movements", "movement,at,kind,material,quantity,unit,from_area,recorded_at\n"
                 "0005,2026-03-01T08:00,issue,SHELL,1,each,P1,2027-01-01\n")  # fmt: skip
    folder.add("counts", "DEC,2026-12-31,S1,TNT,300,kg,W1,a")
    first, second = rows_ahead(folder.read(), NOW).notices
    assert first.startswith("counts.csv row 5, at =")
    assert second.startswith("movements.csv row 2, recorded_at =")


def test_all_rows_of_an_inventory_are_one_notice(folder: SiteFolder) -> None:
    counts = ("DEC,2026-12-31,S1,TNT,300,kg,W1,a", "DEC,2026-12-31,P1,SHELL,25,each,,a")
    (notice,) = rows_ahead(folder.add("counts", *counts).read(), NOW).notices
    assert notice.startswith("counts.csv row 5, at = '2026-12-31': it lies in the future")
    assert notice.endswith("(and 1 more row like it)")


def test_the_rest_of_today_and_what_may_lie_ahead_is_not_told(folder: SiteFolder) -> None:
    folder.add("movements", "0005,2026-11-29T23:59,issue,SHELL,1,each,P1,,,,").add("calibrations", "W2,2027-01-01")
    assert rows_ahead(folder.read(), NOW).notices == ()


def test_the_answers_stay_the_same_but_for_the_notice(folder: SiteFolder) -> None:
    clean, later = (make_review(folder.read(), generated=now) for now in (NOW, NOW.replace(year=2027)))
    first, again = (json.loads(write_json(one)) for one in (clean, later))
    del first["generated"], again["generated"]
    assert first == again
    slipped = folder.add("movements", SLIP).read()
    review, far = (make_review(slipped, generated=now) for now in (NOW, NOW.replace(year=2063)))
    told, quiet = (json.loads(write_json(one)) for one in (review, far))
    assert told["facts"]["notices"][0] == TOLD
    told["facts"]["notices"].pop(0)
    del told["generated"], quiet["generated"]
    assert told == quiet
    assert "lies in the future: see the first notice" in write_html(review)
    assert "lies in the future" not in write_html(far)


PLANS = {
    "people": "person,role,affiliation,since,until,available_from\n{0},guard,m,{1},{2},{3}\n",
    "absences": "person,start,end,kind\n{0},{1},{2},leave\n",
    "orders": "order,issued_on,measure,comparator,due_on,value\n{0},{1},guards,>,{2},5\n",
    "reports": "report,received_on,about,text\n{0},{1},the gate,seen\n",
}
GUARD = PLANS["people"].format("G1", "2020-01-01", "", "")
AGAIN = "(today is 2026-11-29): correct the year if it is wrong"
NOT_YET = "it lies in the future (today is 2026-11-29): correct the year, or leave it out with --as-of 2026-11-29"


def _told(folder: SiteFolder, table: str, *cells: str) -> list[str]:
    if table != "people":
        folder.write("people", GUARD)
    site = folder.write(table, PLANS[table].format("G1", *cells)).read()
    assert site.problems == ()
    return [notice for notice in rows_ahead(site, NOW).notices if notice.startswith(table)]


@pytest.mark.parametrize(
    ("table", "cells", "told"),
    [
        ("people", ("2062-03-01", "", ""), f"row 2, since: it lies more than 2 years ahead {AGAIN}"),
        ("people", ("", "", "2062-03-01"), "row 2, available_from: it lies more than 2 years ahead"),
        ("people", ("2020-01-01", "2126-03-01", ""), "row 2, until: it lies more than 50 years ahead"),
        ("people", ("1926-03-01", "", ""), f"row 2, since: it lies more than 60 years back {AGAIN}"),
        ("people", ("", "1926-03-01", ""), "row 2, until: it lies more than 60 years back"),
        ("absences", ("2062-03-01", "2062-03-04"), "row 2, start: it lies more than 2 years ahead"),
        ("absences", ("2026-03-01", "2062-03-04"), "row 2, end: it lies more than 5 years ahead"),
        ("absences", ("1926-03-01", "1926-03-04"), "row 2, start: it lies more than 60 years back"),
        ("orders", ("2026-12-01", "2026-12-09"), f"row 2, issued_on = '2026-12-01': {NOT_YET}"),
        ("orders", ("2026-10-01", "2062-12-09"), "row 2, due_on = '2062-12-09': it lies more than 10 years ahead"),
        ("reports", ("2062-10-01",), f"row 2, received_on: {NOT_YET}"),
    ],
)  # fmt: skip
def test_days_of_guards_that_lie_years_away_are_told(
    folder: SiteFolder, table: str, cells: tuple[str, ...], told: str
) -> None:
    assert _told(folder, table, *cells)[0].startswith(f"{table}.csv {told}")


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ("people", ("2027-04-01", "2062-03-01", "2027-09-01")),
        ("people", ("1979-04-01", "", "")),
        ("absences", ("2027-07-01", "2027-08-14")),
        ("absences", ("2026-07-01", "2029-07-01")),
        ("orders", ("2026-11-29", "2031-12-31")),
        ("reports", ("2026-11-29",)),
    ],
)
def test_what_is_planned_in_the_usual_way_is_not_told(folder: SiteFolder, table: str, cells: tuple[str, ...]) -> None:
    assert _told(folder, table, *cells) == []


def test_output_that_has_not_been_made_yet_is_told_and_its_plan_is_not(folder: SiteFolder) -> None:
    folder.write("lines", "line,material,workers_needed,output_per_day\nL,SHELL,1,9\n")
    months = "line,month,actual,planned\nL,2026-10,200,\nL,2026-12,0,200\n"
    assert rows_ahead(folder.write("production", months).read(), NOW).notices == ()
    site = folder.write("production", months.replace("2026-10", "2062-10")).read()
    assert rows_ahead(site, NOW).notices == (f"production.csv row 2, month = '2062-10-01': {NOT_YET}",)
    assert rows_ahead(site, NOW, end_of("2026-11-29", "Asia/Seoul")).notices == ()


def test_an_absence_far_before_all_others_is_told_without_its_day(folder: SiteFolder) -> None:
    days = "".join(f"G1,2026-0{month}-01,2026-0{month}-02,leave\n" for month in range(1, 6))
    site = folder.write("people", GUARD).write(
        "absences", f"person,start,end,kind\nG1,2016-05-08,2016-05-09,sick\n{days}"
    )
    assert [notice for notice in site.read().notices if notice.startswith("absences")] == [
        "absences.csv row 2: its day lies far before all others: correct the year if it is wrong"
    ]


@pytest.mark.parametrize("end", ["9999-12-31", "31.12.9999", "2999-12-31 00:00", "9999"])
def test_an_open_end_is_told_to_be_blank(folder: SiteFolder, end: str) -> None:
    folder.write("people", PLANS["people"].format("G1", "2020-01-01", end, ""))
    assert folder.only_problem().reason == "there is no such last day: leave until blank where no end is known"
    assert folder.replace("people", end, "").read().problems == ()
    folder.write("absences", PLANS["absences"].format("G1", "2020-01-01", end))
    assert folder.only_problem().reason.startswith("an absence has a last day: where nobody knows it yet, write")


def test_a_last_day_before_the_first_is_told(folder: SiteFolder) -> None:
    told = "people.csv row 2: until lies before the first day, so this person counts on none: correct one of them"
    for since, until, available_from, lies_before in (
        ("2020-01-01", "2019-12-31", "", True), ("", "2019-12-31", "2020-01-01", True),
        ("2020-01-01", "2020-01-01", "", False),
    ):  # fmt: skip
        folder.write("people", PLANS["people"].format("G1", since, until, available_from))
        assert (told in folder.read().notices) == lies_before


def test_a_row_is_told_once_and_what_a_review_leaves_out_is_not(folder: SiteFolder) -> None:
    assert len(_told(folder, "absences", "2062-03-01", "2062-03-04")) == 1
    assert len(_told(folder, "absences", "1926-03-01", "1926-03-04")) == 1
    folder.remove("absences")
    assert len(_told(folder, "orders", "2062-03-01", "2062-03-04")) == 1
    assert rows_ahead(folder.read(), NOW, end_of("2026-11-29", "Asia/Seoul")).notices == ()
    assert rows_ahead(folder.read(), NOW, end_of("2027-11-29", "Asia/Seoul")).notices == ()


@pytest.mark.parametrize("day", ["2027-11-30", "2062-01-01", "9990-11-29"])
def test_a_review_as_of_a_day_that_is_far_ahead_is_told(folder: SiteFolder, day: str) -> None:
    (told,) = rows_ahead(folder.read(), NOW, end_of(day, "Asia/Seoul")).notices
    said = "it lies more than a year ahead (today is 2026-11-29): correct the year if it is wrong"
    assert told == f"as of {day}: {said}"
