"""What posts take on small sites, worked out by hand: hours, net hours, shifts, and rows set aside."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from need_sites import LONG_AGO, POSTS, absences, books_of, month, need, need_at, people

from stockward.answers.force import ForceAnswer

HEAD = "post,kind,guards,start,end,days,qualification,hours_per_shift\n"


def shifts(answer: ForceAnswer) -> list[tuple[str, str, str, int]]:
    return [(one.start, one.end, " ".join(one.weekdays), one.standing) for one in answer.shifts]


def test_a_gate_round_the_clock_worked_by_hand(tmp_path: Path) -> None:
    rows = absences(LONG_AGO, (0, "2026-06-01", "2026-06-12", "leave"), (1, "2026-06-13", "2026-06-19", "sick"))
    answer = need_at(tmp_path, absences=rows)
    # 364 days are 260 from Monday to Friday; ten guards; 10 days of leave and 5 of sickness among 2,600.
    assert answer.post_hours == 24 * 7 * 52
    assert answer.net_hours is not None
    assert (answer.net_hours.contract, answer.net_hours.planned, answer.net_hours.unplanned) == (2080, 8, 4)
    assert (answer.net_hours.net, answer.net_hours.guards) == (2068, 10)
    assert (answer.net_hours.first, answer.net_hours.last) == (date(2025, 7, 2), date(2026, 6, 30))
    assert answer.net_hours.low is not None
    assert answer.net_hours.high is not None
    assert answer.net_hours.reason is None
    assert answer.net_hours.low < 2068 < answer.net_hours.high <= 2080
    assert answer.by_net_hours == pytest.approx(8736 / 2068)
    assert answer.by_net_hours_low == pytest.approx(8736 / answer.net_hours.high)
    assert answer.by_net_hours_high == pytest.approx(8736 / answer.net_hours.low)
    # One rostered stands with chance 1 - (5/250)/10 = 0.998: the guard on leave is not rostered on those days.
    assert [one.chance for one in answer.shifts] == pytest.approx([1 - 5 / 260 / 10] * 3)
    assert answer.by_fill == pytest.approx(8736 / 2072)
    assert [(step.guards) for step in answer.steps] == pytest.approx(
        [8736 / 2080, 8736 / 2072, 8736 / 2068, 8736 / 2072]
    )
    assert (answer.need, answer.on_hand, answer.on_posts, answer.short_by, answer.reason) == (5, 10, 10, 0, None)
    (post,) = answer.posts
    assert (post.posts, post.hours, post.relief_factor, post.needed) == (1, 8736, 8736 / 2068, 8736 / 2068)


def test_a_shift_is_sized_for_its_fill_probability(tmp_path: Path) -> None:
    # Each guard is sick on half of the days: k + x guards are there with the binomial chance.
    rows = absences(*((place, "2025-07-02", "2025-12-30", "sick") for place in range(10)))
    posts = POSTS.replace("gate,1", "gate,2")
    answer = need_at(tmp_path, absences=rows, posts=posts, force="fill_probability = 0.9", people=people(10))
    rate = 130 / 260
    one = answer.shifts[0]
    chances = [sum(_binomial(n, a, rate) for a in range(n - 1)) for n in range(2, 9)]
    least = 2 + next(more for more, chance in enumerate(chances) if chance >= 0.9)
    assert (one.standing, one.rostered, dict(one.groups)) == (2, least, {"": least})
    assert one.chance_of_standing == pytest.approx(0.25)
    assert one.chance == pytest.approx(chances[least - 2])
    assert one.hours == 8 * least * 7 * 52
    assert answer.by_fill == pytest.approx(3 * one.hours / 2080)
    assert answer.need == int(np.ceil(3 * one.hours / 2080))
    assert answer.short_by == answer.need - 10


def _binomial(n: int, a: int, rate: float) -> float:
    return math.comb(n, a) * rate**a * (1 - rate) ** (n - a)


def test_shifts_are_cut_from_the_start_of_a_post(tmp_path: Path) -> None:
    posts = HEAD + (
        "A,gate,1,00:00,24:00,daily,,\n"
        "B,gate,2,22:00,06:00,fri,,\n"
        "C,gate,1,06:00,16:00,mon sat,,\n"
        "D,gate,1,20:00,08:00,sun,,12\n"
        "E,gate,1,16:00,08:00,sun mon,,8\n"
        "F,gate,1,00:00,08:00,mon,,\n"
    )
    answer = need_at(tmp_path, posts=posts)
    assert answer.post_hours == 52 * (168 + 16 + 20 + 12 + 32 + 8)
    every = "mon tue wed thu fri sat sun"
    assert shifts(answer) == [
        # The second half of E begins on the next day, where A and F stand at the same time.
        ("00:00", "08:00", "mon", 3),
        ("00:00", "08:00", "tue", 2),
        ("00:00", "08:00", "wed thu fri sat sun", 1),
        ("06:00", "14:00", "mon sat", 1),
        ("08:00", "16:00", every, 1),
        ("14:00", "16:00", "mon sat", 1),
        ("16:00", "24:00", "mon sun", 2),
        ("16:00", "24:00", "tue wed thu fri sat", 1),
        ("20:00", "08:00", "sun", 1),
        ("22:00", "06:00", "fri", 2),
    ]


def test_qualified_guards_over_may_stand_at_plain_posts(tmp_path: Path) -> None:
    rows = "person,role,affiliation,hours_per_week,qualifications\n" + "".join(
        f"{place},guard,ministry,40,{'armed' if place < 4 else ''}\n" for place in range(10)
    )
    sick = absences(*((place, "2025-07-02", "2025-09-30", "sick") for place in range(10)))
    posts = HEAD + "A,gate,1,00:00,24:00,daily,armed,\nB,gate,1,00:00,24:00,daily,,\n"
    answer = need_at(tmp_path, posts=posts, people=rows, absences=sick, force="fill_probability = 0.9")
    assert answer.shifts[0].standing == 2
    assert dict(answer.shifts[0].groups) == {"": 1, "armed": 3}
    (armed,) = answer.qualifications
    assert (armed.qualification, armed.on_hand) == ("armed", 4)
    assert armed.needed == pytest.approx(24 * 7 * 52 * 3 / 2080)
    assert answer.notes[0] == (
        "No absence has begun since 2025-07-02: if the record ends there, net hours are too high."
    )
    assert answer.silent_since == date(2025, 7, 2)


def test_a_qualification_that_nobody_holds_is_said(tmp_path: Path) -> None:
    posts = HEAD + "C,control,1,00:00,24:00,daily,control_room,\n"
    answer = need_at(tmp_path, posts=posts)
    assert answer.need == 5
    (control,) = answer.qualifications
    assert (control.on_hand, control.needed) == (0, answer.by_fill)
    assert (
        "Nobody on hand holds control_room, which C asks for: the need is reckoned with the absences of all guards."
        in answer.notes
    )


def test_without_a_fill_probability_the_need_is_by_net_hours(tmp_path: Path) -> None:
    posts = HEAD + "C,control,1,00:00,24:00,daily,control_room,\nG,gate,1,06:00,22:00,mon,,\n"
    answer = need_at(tmp_path, force="weeks_per_year = 50", posts=posts)
    assert (answer.by_fill, answer.shifts, answer.fill_probability) == (None, (), None)
    assert answer.post_hours == 50 * (168 + 16)
    assert answer.need == 5
    assert [step.guards for step in answer.steps][-1] == answer.by_net_hours
    assert answer.qualifications[0].needed == pytest.approx(50 * 168 / 2000)


def test_overlapping_absences_count_a_day_once_and_planned_first(tmp_path: Path) -> None:
    rows = absences(
        LONG_AGO,
        (0, "2026-06-01", "2026-06-12", "sick"),
        (0, "2026-06-08", "2026-06-19", "leave"),
        (0, "2026-06-08", "2026-06-10", "training"),
        (0, "2026-06-01", "2026-06-05", "other"),
    )
    net = need_at(tmp_path, absences=rows).net_hours
    assert net is not None
    assert (net.planned, net.unplanned) == (8, 4)


def test_the_days_of_an_absence_are_those_of_the_site(tmp_path: Path) -> None:
    # Four weeks, both ends included, in a zone where the day begins nine hours before it does in UTC.
    rows = absences(LONG_AGO, (0, "2026-06-01", "2026-06-01", "leave"), (1, "2026-06-28", "2026-09-30", "leave"))
    net = need_at(tmp_path, absences=rows, timezone="Asia/Seoul").net_hours
    assert net is not None
    # One Monday; and 29 and 30 June, up to the day of the review.
    assert net.planned == pytest.approx(2080 * 3 / 2600)


def test_absences_to_come_are_not_counted(tmp_path: Path) -> None:
    rows = absences(LONG_AGO, (0, "2026-07-01", "2026-09-30", "sick"))
    net = need_at(tmp_path, absences=rows).net_hours
    assert net is not None
    assert net.net == net.contract


def test_contracts_are_those_of_who_is_there_however_long_each_was_observed(tmp_path: Path) -> None:
    rows = people(2).replace("since", "since,until").replace("2020-01-01", "2020-01-01,")
    rows += "9,guard,ministry,20,2026-06-29,\n8,guard,civilian,40,2020-01-01,2025-07-01\n"
    net = need_at(tmp_path, people=rows).net_hours
    assert net is not None
    # Two observed for 260 days, one for 2 days; the one who left before the window is not in it.
    assert net.guards == 3
    assert net.contract == pytest.approx(52 * (40 + 40 + 20) / 3)


def test_recruits_on_short_contracts_are_needed_as_such_from_their_first_day(tmp_path: Path) -> None:
    """Twelve of 40 hours and twelve of 20 give 37 440 h a year; the posts take 43 680 h if nobody is ever absent."""
    rows = people(12) + "".join(f"{number},guard,ministry,20,{{since}}\n" for number in range(12, 24))
    five = POSTS.replace("gate,1", "gate,5")
    asked = {"posts": five, "absences": absences((0, "2025-05-01", "2025-05-02", "leave"))}
    new = need_at(tmp_path / "new", people=rows.format(since="2026-06-25"), **asked)
    old = need_at(tmp_path / "old", people=rows.format(since="2020-01-01"), **asked)
    for answer in (new, old):
        assert answer.net_hours is not None
        assert answer.net_hours.contract == pytest.approx(1560)
        assert answer.steps[0].guards == pytest.approx(43680 / 1560)
        assert (answer.need, answer.short_by) == (28, 4)
        assert answer.net_hours.low is not None and answer.net_hours.high is not None
        assert answer.net_hours.low <= answer.net_hours.net <= answer.net_hours.high <= 1560
        assert answer.by_month[0].needed == (21 if answer is new else 28)


def test_the_need_by_month_is_that_of_who_is_there_then(tmp_path: Path) -> None:
    rows = people(10).replace("since", "since,until").replace("2020-01-01", "2020-01-01,")
    rows += "".join(f"{number},guard,ministry,20,2026-09-15,\n" for number in range(10, 20))
    months = {one.on: one.needed for one in need_at(tmp_path, people=rows).by_month}
    # 8 736 h of 2 080 h each, and of 1 560 h each once the ten of 20 hours are there.
    assert (months[date(2026, 8, 31)], months[date(2026, 9, 30)]) == (5, 6)


def test_holders_are_needed_by_their_own_contracts(tmp_path: Path) -> None:
    rows = people(10, columns="qualifications", values="dogs")
    rows += "".join(f"{number},guard,ministry,20,2020-01-01,armed\n" for number in range(10, 18))
    posts = "post,kind,guards,start,end,days,qualification\nG1,gate,1,00:00,24:00,daily,armed\n"
    (armed,) = need_at(tmp_path, people=rows, posts=posts).qualifications
    assert (armed.needed, armed.on_hand) == (pytest.approx(8736 / 1040), 8)


def test_one_absent_all_year_stays_in_and_is_told(tmp_path: Path) -> None:
    answer = need_at(tmp_path, absences=absences((3, "2025-01-01", "2027-01-01", "sick")))
    assert answer.net_hours is not None
    assert answer.net_hours.net == pytest.approx(2080 * 9 / 10)
    assert "1 guard was absent all the time, and counted with 0 net hours." in answer.notes
    assert answer.shifts[0].chance_of_standing == pytest.approx(0.9)


def test_nobody_ever_there_is_not_measurable(tmp_path: Path) -> None:
    rows = absences(*((place, "2025-01-01", "2027-01-01", "sick") for place in range(10)))
    answer = need_at(tmp_path, absences=rows)
    assert (answer.need, answer.by_net_hours, answer.by_fill, answer.net_hours) == (None, None, None, None)
    assert answer.reason == "no guard was at work on any day on record, so there are no net hours"
    assert answer.post_hours == 8736


def test_nearly_always_absent_is_not_measurable_by_fill(tmp_path: Path) -> None:
    rows = absences(*((place, "2025-07-02", "2026-06-20", "sick") for place in range(10)))
    answer = need_at(tmp_path, absences=rows)
    assert answer.need is None
    assert answer.reason is not None
    assert "the guards on hand were nearly always absent without plan" in answer.reason
    assert answer.by_net_hours is not None


def test_a_guard_without_contract_hours_is_left_out_and_told(tmp_path: Path) -> None:
    rows = people(9) + "9,guard,ministry,,2020-01-01\n"
    answer = need_at(tmp_path, people=rows)
    assert answer.net_hours is not None
    assert answer.net_hours.guards == 9
    assert "1 guard has no hours_per_week, and is not in the net hours." in answer.notes
    none = need_at(tmp_path / "none", people="person,role,affiliation\n0,guard,ministry\n1,guard,ministry\n")
    assert none.need is None
    assert none.reason == "no guard has hours_per_week: add them to people"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("", "no absence of a guard is on record up to 2026-06-30,"),
        (absences((0, "2026-07-01", "2026-07-02", "sick")), "no absence of a guard is on record up to 2026-06-30,"),
        (
            absences((0, "2026-06-04", "2026-06-05", "sick")),
            "absences are on record for 27 days only: 28 are the least",
        ),
    ],
)
def test_too_short_a_record_of_absences_is_not_measurable(tmp_path: Path, rows: str, said: str) -> None:
    answer = need_at(tmp_path, absences=rows)
    assert answer.need is None
    assert answer.net_hours is None
    assert answer.reason is not None
    assert answer.reason.startswith(said)
    assert answer.post_hours == 8736
    assert month(answer, date(2026, 6, 1)).needed is None
    assert month(answer, date(2026, 6, 1)).post_hours == 8736


def test_a_record_of_absences_that_begins_late_is_a_shorter_window(tmp_path: Path) -> None:
    answer = need_at(tmp_path, absences=absences((0, "2026-06-03", "2026-06-03", "sick")))
    assert answer.net_hours is not None
    assert answer.net_hours.first == date(2026, 6, 3)
    # 20 working days from Wednesday 3 to Tuesday 30 June, of ten guards.
    assert answer.net_hours.unplanned == pytest.approx(2080 / 200)
    assert "Net hours rest on 28 days of absences on record, not on 52 weeks." in answer.notes


def test_a_force_that_is_too_small_is_told_so(tmp_path: Path) -> None:
    one, few, enough = (need_at(tmp_path / str(number), people=people(number)) for number in (1, 5, 6))
    assert one.net_hours is not None
    assert (one.net_hours.low, one.by_net_hours_high) == (None, None)
    assert few.net_hours is not None
    assert few.net_hours.low is not None
    assert few.by_net_hours == 8736 / few.net_hours.net
    assert one.net_hours.reason == few.net_hours.reason
    assert few.net_hours.reason == (
        "fewer than 6 guards were observed, too small a force: "
        "half of all could be absent all year with none of them among so few"
    )
    assert not any("interval" in note for note in few.notes)
    assert enough.net_hours is not None
    assert enough.net_hours.low is not None
    assert (enough.net_hours.guards, enough.net_hours.reason) == (6, None)


def test_what_the_interval_allows_for_is_said_where_nobody_was_absent_for_long(tmp_path: Path) -> None:
    said = (
        "None of the 10 guards observed was absent most of the time, but up to 31 % of all guards could be with none "
        "of them observed, and the interval of the net hours allows for it."
    )
    half = absences(LONG_AGO, (0, "2025-07-02", "2025-12-30", "sick"))
    more = absences(LONG_AGO, (0, "2025-07-02", "2025-12-31", "sick"))
    assert said in need_at(tmp_path / "half", absences=half).notes
    assert said not in need_at(tmp_path / "more", absences=more).notes


def test_an_empty_pool_is_not_measurable(tmp_path: Path) -> None:
    office = need_at(tmp_path, people=people(3, columns="duty", values="office"))
    assert (office.on_hand, office.on_posts, office.need, office.short_by) == (3, 0, None, None)
    assert office.reason is not None
    assert office.reason.startswith("no guard who could stand at a post is on record on 2026-06-30")
    nobody = need_at(tmp_path / "none", people="", absences="")
    assert nobody.need is None
    assert nobody.on_hand == 0
    assert nobody.post_hours == 8736


def test_no_posts_are_no_need(tmp_path: Path) -> None:
    answer = need_at(tmp_path, posts="")
    assert (answer.need, answer.post_hours, answer.reason) == (None, None, "no posts are on record: add posts")


def test_posts_where_nobody_stands_take_nobody(tmp_path: Path) -> None:
    answer = need_at(tmp_path, posts=POSTS.replace("gate,1", "gate,0"))
    assert (answer.need, answer.post_hours, answer.by_fill) == (0, 0, 0)
    assert answer.posts[0].relief_factor is None


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        ("posts", POSTS + "G2,gate,1,06:00,06:00,daily\n", "posts row 3 is set aside: mend it (stockward check)"),
        ("people", people(10) + "10,guard,ministry,x,\n", "people row 12 is set aside: mend it (stockward check)"),
        (
            "people",
            people(10) + "10,gaurd,ministry,40,\n11,guard,x,40,2026-99-01\n",
            "people rows 12, 13 are set aside",
        ),
        ("absences", absences(LONG_AGO, (0, "2026-06-01", "2026-05-01", "sick")), "absences row 3 is set aside"),
        ("absences", absences(LONG_AGO, (77, "2026-06-01", "2026-06-02", "sick")), "absences row 3 is set aside"),
        ("absences", absences(LONG_AGO, (0, "2026-06-01", "2026-06-02", "ill")), "absences row 3 is set aside"),
    ],
)
def test_rows_set_aside_that_could_matter_leave_the_need_open(tmp_path: Path, table: str, text: str, said: str) -> None:
    answer = need_at(tmp_path, **{table: text})
    assert answer.need is None
    assert answer.short_by is None
    assert answer.shifts == ()
    assert all(one.needed is None for one in answer.by_month)
    assert answer.reason is not None
    assert answer.reason.startswith(said)


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("people", people(10) + "10,worker,ministry,x,\n"),
        ("absences", absences(LONG_AGO, (0, "2024-06-01", "2024-06-02", "ill"))),
        ("absences", absences(LONG_AGO, (0, "2026-07-01", "2026-07-02", "ill"))),
    ],
)
def test_rows_set_aside_that_cannot_matter_change_nothing(tmp_path: Path, table: str, text: str) -> None:
    clean, damaged = need_at(tmp_path / "a"), need_at(tmp_path / "b", **{table: text})
    assert damaged.reason is None
    assert (damaged.need, damaged.by_fill, damaged.net_hours) == (clean.need, clean.by_fill, clean.net_hours)


def test_an_absence_at_fault_of_a_worker_changes_nothing(tmp_path: Path) -> None:
    answer = need_at(
        tmp_path,
        people=people(10) + "W,worker,civilian,40,\n",
        absences=absences(LONG_AGO) + "W,2026-06-01,2026-06-02,ill\n",
    )
    assert answer.reason is None


def test_guards_of_two_departments_at_one_post(tmp_path: Path) -> None:
    head, *rows = people(10, columns="department,duty", values="security,post").splitlines()
    rows = [row.replace("security", "fire") if place % 2 else row for place, row in enumerate(rows)]
    posts = POSTS.replace("days", "days,mixed").replace("daily", "daily,yes")
    mixed = need_at(tmp_path / "a", people="\n".join([head, *rows]) + "\n", posts=posts)
    assert (mixed.on_posts, mixed.need) == (10, need_at(tmp_path / "b").need)


def test_a_new_guard_takes_the_mean_rate(tmp_path: Path) -> None:
    sick = absences(*((place, "2025-07-02", "2025-12-30", "sick") for place in range(2)))
    rows = people(2) + "2,guard,ministry,40,2026-06-30\n"
    answer = need_at(tmp_path, people=rows, absences=sick)
    # 260 days lost of 521 observed; the third was there on the one day that was seen.
    mean = 260 / 521
    assert answer.shifts[0].chance_of_standing == pytest.approx((1 - 0.5 + 1 - 0.5 + 1 - mean) / 3)


def test_joiners_and_leavers_by_month(tmp_path: Path) -> None:
    rows = (
        "person,role,affiliation,hours_per_week,since,until,training_weeks,duty\n"
        "0,guard,ministry,40,2020-01-01,2026-09-15,,patrol\n"
        "1,guard,ministry,40,2026-07-01,,8,patrol\n"
        "2,guard,civilian,40,2020-01-01,,,office\n"
        "3,guard,civilian,40,2026-02-01,,,post\n"
    )
    answer = need_at(tmp_path, people=rows, absences=absences(LONG_AGO))
    assert [one.month for one in answer.by_month][::12] == [date(2025, 6, 1), date(2026, 6, 1), date(2027, 6, 1)]
    seen = {one.on: (one.strength, one.on_posts, one.patrolling, one.expected) for one in answer.by_month}
    assert seen[date(2026, 1, 31)] == (2, 1, 1, False)
    assert seen[date(2026, 2, 28)] == (3, 2, 1, False)
    assert seen[date(2026, 6, 30)] == (3, 2, 1, False)
    assert seen[date(2026, 8, 31)] == (4, 3, 2, True)
    assert seen[date(2026, 9, 30)] == (3, 2, 1, True)
    mid = need(books_of(tmp_path / "b", people=rows), day=date(2026, 8, 26))
    assert (mid.on_hand, month(mid, date(2026, 8, 1)).on, month(mid, date(2026, 8, 1)).strength) == (
        4,
        date(2026, 8, 26),
        4,
    )


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(1, 1, 1), date(9999, 12, 30)])
def test_the_ends_of_the_calendar(tmp_path: Path, day: date) -> None:
    answer = need_at(tmp_path, day=day)
    assert answer.need is None or answer.need == 5
    assert all(one.on >= one.month for one in answer.by_month)


def test_same_facts_and_seed_same_answer_and_no_person_in_it(tmp_path: Path) -> None:
    rows = people(10).replace("\n", "\nSECRET-", 10)
    sick = "person,start,end,kind\n" + "".join(
        f"SECRET-{place},2025-05-04,2025-08-{place + 10},{kind}\n"
        for place, kind in enumerate(("sick", "leave", "other", "sick", "training", "sick"))
    )
    books = books_of(tmp_path, people=rows, absences=sick)
    answer = need(books)
    assert answer.need is not None
    assert repr(answer) == repr(need(books))
    assert "SECRET" not in repr(answer)
    other = need(books, seed=2)
    assert other.net_hours is not None
    assert answer.net_hours is not None
    assert other.net_hours.low != answer.net_hours.low
    assert (other.need, other.by_fill, other.net_hours.net) == (answer.need, answer.by_fill, answer.net_hours.net)
