"""Orders by hand: baseline, target, figures by day, verdict and reason."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import order_sites as sites
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockward.answers.orders import OrderAnswer
from stockward.book import read_site
from stockward.book.known import known_at
from stockward.guards.orders.asked import DUE_DAYS, AskedOrder
from stockward.guards.orders.judged import orders_of
from stockward.guards.orders.reach import reachable_by
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import OrderVerdict

MET, ON_COURSE, SHORT = OrderVerdict.MET, OrderVerdict.ON_COURSE, OrderVerdict.SHORT
IMPOSSIBLE, NOT_MEASURABLE = OrderVerdict.IMPOSSIBLE, OrderVerdict.NOT_MEASURABLE

SINCE = "2020-01-01"
SIXTY = (
    (24, "ministry", "patrol", SINCE, ""),
    (21, "ministry", "post", SINCE, ""),
    (15, "civilian", "post", SINCE, ""),
)


def answered(
    tmp_path: Path, people: str = "", *orders: str, day: date = sites.DAY, **options: object
) -> list[OrderAnswer]:
    asked, pool = options.pop("asked", None), options.pop("candidates", ())
    books = sites.books(
        tmp_path / "site",
        people=people or sites.guards(*SIXTY),
        orders=sites.ORDER_COLUMNS + "".join(orders),
        **options,  # type: ignore[arg-type]
    )
    return list(orders_of(books, day=day, candidates=lambda measure, due_on: pool, asked=asked))  # type: ignore[arg-type,return-value]


def only(tmp_path: Path, people: str = "", *orders: str, **options: object) -> OrderAnswer:
    (answer,) = answered(tmp_path, people, *orders, **options)  # type: ignore[arg-type]
    return answer


def patrols(number: int, *, until: str = "") -> tuple[int, str, str, str, str]:
    return number, "ministry", "patrol", SINCE, until


def test_more_than_double_the_guards_on_patrol(tmp_path: Path) -> None:
    answer = only(tmp_path, "", sites.order(reason="stock is reported to leave"))
    assert (answer.baseline, answer.target, answer.strict, answer.required) == (24, 48, True, 49)
    assert (answer.now_on, answer.now, answer.expected, answer.short_now, answer.short_by) == (
        sites.DAY,
        24,
        24,
        25,
        25,
    )
    assert (answer.joining, answer.leaving, answer.met_on, answer.reachable) == (0, 0, None, None)
    assert [row.row for row in answer.baseline_rows] == list(range(2, 26))
    assert {row.table for row in answer.now_rows} == {"people"}
    assert answer.verdict is SHORT
    assert answer.reason == (
        "25 short of the target: 24 guards on patrol on 2026-06-30, 24 expected by 2026-08-30, 49 required "
        "(more than 2 × 24 on 2026-06-01)"
    )
    assert (answer.order, answer.stated_reason, answer.unit, answer.asked) == (
        "ORD-1",
        "stock is reported to leave",
        "guards",
        False,
    )


@pytest.mark.parametrize(("now", "verdict"), [(200, SHORT), (201, MET)])
def test_more_than_double_of_a_hundred_needs_two_hundred_and_one(
    tmp_path: Path, now: int, verdict: OrderVerdict
) -> None:
    joined = (now - 100, "ministry", "patrol", "2026-06-15", "")
    answer = only(tmp_path, sites.guards(patrols(100), joined), sites.order())
    assert (answer.target, answer.required, answer.verdict) == (200, 201, verdict)


@pytest.mark.parametrize(
    ("factor", "baseline", "comparator", "required"),
    [
        ("1.1", 10, ">=", 11),
        ("1.1", 10, ">", 12),
        ("1.15", 20, ">", 24),
        ("0.7", 10, ">=", 7),
        ("2.5", 3, ">=", 8),
        ("2.5", 3, ">", 8),
    ],
)
def test_a_target_is_a_decimal_and_not_its_binary_neighbour(
    tmp_path: Path, factor: str, baseline: int, comparator: str, required: int
) -> None:
    answer = only(tmp_path, sites.guards(patrols(baseline)), sites.order(factor=factor, comparator=comparator))
    assert answer.required == required


def test_a_target_as_a_number_needs_no_baseline(tmp_path: Path) -> None:
    by_value = {"factor": "", "baseline": ""}
    reached = only(tmp_path, "", sites.order(comparator=">=", value="24", **by_value))
    assert (reached.verdict, reached.baseline, reached.required, reached.met_on) == (MET, None, 24, sites.DAY)
    assert reached.reason.endswith("24 required (at least 24)")
    passed = only(tmp_path / "strict", "", sites.order(comparator=">", value="24", **by_value))
    assert (passed.verdict, passed.required, passed.short_by) == (SHORT, 25, 1)


def test_joiners_leavers_and_ends_of_training_are_expected(tmp_path: Path) -> None:
    people = (
        sites.guards(patrols(10), patrols(2, until="2026-07-31"), (3, "civilian", "patrol", "2026-07-15", ""))
        # In role since June, and eight weeks in training: counts from 10 August.
        + "T-1,guard,civilian,patrol,2026-06-15,,,8\n"
        + "T-2,guard,civilian,patrol,2026-06-15,,2026-07-13,8\n"
        + "T-3,guard,civilian,patrol,2026-06-15,2026-08-01,,8\n"
    )
    answer = only(tmp_path, people, sites.order(factor="", value="13", comparator=">=", baseline=""))
    assert (answer.now, answer.expected, answer.joining, answer.leaving) == (12, 14 - 1 + 1 - 0, 4, 2)
    assert answer.met_on == date(2026, 7, 15)
    assert answer.verdict is ON_COURSE
    assert answer.reason.endswith("14 expected by 2026-08-30, 13 required (at least 13); first met on 2026-07-15")


def test_the_last_day_is_included_and_the_next_is_not(tmp_path: Path) -> None:
    people = sites.guards(patrols(5, until="2026-08-30"), patrols(3, until="2026-08-29"))
    order = sites.order(factor="", value="5", comparator=">=", baseline="")
    assert only(tmp_path, people, order).expected == 5
    assert only(tmp_path / "later", people, order, day=date(2026, 8, 30)).now == 5
    assert only(tmp_path / "after", people, order, day=date(2026, 8, 31)).now == 0


def test_met_today_and_no_longer_on_the_due_date_is_short(tmp_path: Path) -> None:
    people = sites.guards(patrols(20), patrols(10, until="2026-07-31"))
    answer = only(tmp_path, people, sites.order(factor="1", comparator=">="))
    assert (answer.verdict, answer.now, answer.expected, answer.short_now, answer.short_by) == (SHORT, 30, 20, 0, 10)


def test_a_baseline_is_counted_on_its_day(tmp_path: Path) -> None:
    people = sites.guards(patrols(10), patrols(4, until="2026-05-31"), (6, "civilian", "patrol", "2026-06-02", ""))
    before = only(tmp_path, people, sites.order(baseline="2026-05-31"))
    assert (before.baseline, before.required, before.now) == (14, 29, 16)
    assert [row.row for row in before.baseline_rows] == list(range(2, 16))
    assert only(tmp_path / "on", people, sites.order(baseline="2026-06-01")).baseline == 10


@pytest.mark.parametrize(
    ("people", "terms", "reason"),
    [
        ("", {"baseline": "2019-12-31"}, "the first guard on record counts from 2020-01-01"),
        ("", {"baseline": "2026-07-01"}, "that day has not come"),
        (sites.guards((5, "ministry", "post", SINCE, "")), {}, "is 0, and a multiple of nothing is no target"),
        (sites.guards((5, "ministry", "", SINCE, "")), {}, "no guard has a duty on record"),
        (sites.PEOPLE_COLUMNS + "W-1,worker,civilian,,,,,\n", {}, "no guard is on record"),
    ],
)
def test_a_baseline_that_cannot_be_counted(tmp_path: Path, people: str, terms: dict[str, str], reason: str) -> None:
    answer = only(tmp_path, people, sites.order(**terms))
    assert answer.verdict is NOT_MEASURABLE
    assert reason in answer.reason
    assert (answer.target, answer.required, answer.short_by, answer.met_on) == (None, None, None, None)


def test_guards_without_a_first_day_are_counted_and_told(tmp_path: Path) -> None:
    people = sites.guards(patrols(5), (3, "civilian", "patrol", "", ""))
    answer = only(tmp_path, people, sites.order())
    assert answer.baseline == 8
    assert "3 of them without a first day on record, counted from the beginning" in answer.reason
    alone = only(
        tmp_path / "alone", sites.guards((3, "civilian", "patrol", "", "")), sites.order(baseline="1950-01-01")
    )
    assert alone.baseline == 3


def test_guards_without_a_duty_are_told(tmp_path: Path) -> None:
    people = sites.guards(patrols(5), (1, "civilian", "", SINCE, ""), (1, "civilian", "", SINCE, "2026-05-31"))
    answer = only(tmp_path, people, sites.order())
    assert answer.now == 5
    assert answer.reason.endswith("; 1 guard without a duty on record not counted")
    every = only(tmp_path / "all", people, sites.order(measure="guards"))
    assert (every.now, "without a duty" in every.reason) == (6, False)


@pytest.mark.parametrize(
    ("row", "measure", "doubtful"),
    [
        ("G-0001,guard,ministry,patrol,2020-01-01,,,\n", "patrolling_guards", True),
        ("X-1,gard,ministry,patrol,2020-01-01,,,\n", "patrolling_guards", True),
        ("X-1,guard,ministry,patroll,2020-01-01,,,\n", "patrolling_guards", True),
        ("X-1,guard,ministry,patrol,2020-13-01,,,\n", "patrolling_guards", True),
        ("X-1,guard,ministry\n", "patrolling_guards", True),
        ("X-1,guard,ministry,post,2020-13-01,,,\n", "patrolling_guards", False),
        ("X-1,guard,ministry,post,2020-13-01,,,\n", "guards", True),
        ("X-1,worker,ministry,patrol,2020-13-01,,,\n", "guards", False),
        ("G-0001,guard,ministry,patrol,2020-01-01,2026-05-01,,\n", "patrolling_guards", False),
        ("G-0001,guard,ministry,patrol,2020-01-01,2026-07-31,,\n", "patrolling_guards", True),
        ("G-0001,guard,ministry,patrol,2026-08-31,,,\n", "patrolling_guards", False),
        ("G-0001,guard,ministry,patrol,2026-08-30,,,\n", "patrolling_guards", True),
        ("G-0001,guard,ministry,patrol,2026-05-30,,,600\n", "patrolling_guards", True),
    ],
)
def test_rows_that_could_be_guards_put_an_order_beyond_measuring(
    tmp_path: Path, row: str, measure: str, doubtful: bool
) -> None:
    answer = only(tmp_path, sites.guards(*SIXTY) + row, sites.order(measure=measure))
    assert (answer.verdict is NOT_MEASURABLE) is doubtful
    if doubtful:
        assert "people row 62 is set aside and could be a guard" in answer.reason
        assert "X-1" not in answer.reason


def test_of_many_such_rows_the_first_are_named(tmp_path: Path) -> None:
    people = sites.guards(*SIXTY) + "G-0001,guard,ministry,patrol,2020-01-01,,,\n" * 8
    reason = only(tmp_path, people, sites.order()).reason
    assert "people rows 62, 63, 64, 65, 66 and 3 more are set aside and could be guards on patrol: mend them" in reason


PAST = {"due": "2026-06-15", "issued": "2026-05-01", "baseline": "2026-05-01"}


@pytest.mark.parametrize(
    ("groups", "verdict", "begin"),
    [
        ([(11, "civilian", "patrol", "2026-06-10", "")], MET, "21 on 2026-06-15, 21 guards on patrol on 2026-06-30"),
        ([(11, "civilian", "patrol", "2026-06-20", "")], SHORT, "the due date has passed, and the order was not met on "
         "it, and is met now: 10 on 2026-06-15"),
        ([(11, "civilian", "patrol", "2026-06-10", "2026-06-20")], SHORT, "the due date has passed, and the order was "
         "met on it and is no longer: 21 on 2026-06-15"),
        ([], SHORT, "the due date has passed, and the order was not met on it: 10 on 2026-06-15"),
        ([(20, "civilian", "patrol", "2026-07-10", "")], SHORT, "the due date has passed, and the order was not met"),
    ],
)  # fmt: skip
def test_a_due_date_that_has_passed_is_judged_on_its_figure(
    tmp_path: Path, groups: list[tuple[int, str, str, str, str]], verdict: OrderVerdict, begin: str
) -> None:
    pool = sites.candidates("ministry", 3)
    answer = only(tmp_path, sites.guards(patrols(10), *groups), sites.order(**PAST), candidates=pool)
    assert (answer.verdict, answer.joining, answer.leaving, answer.reachable) == (verdict, None, None, None)
    assert answer.reason.startswith(begin)


def test_an_order_is_impossible_where_the_mix_does_not_allow_it(tmp_path: Path) -> None:
    pool = sites.candidates("ministry", 8) + sites.candidates("civilian", 100)
    options = {"bands": sites.BANDS, "candidates": pool}
    answer = only(tmp_path, "", sites.order(), **options)
    # 53 of ministry are at least 0.7 of 75 guards and no more; 15 can be added, so 39 on patrol.
    assert (answer.verdict, answer.reachable, answer.required) == (IMPOSSIBLE, 39, 49)
    assert "at most 39 can be reached: 108 of 108 candidates are in the pool and ready by then" in answer.reason
    assert (
        "85 guards take 60 or more of ministry (share 0.7), and there are 53, 8 candidates among them: 7 more "
        "candidates of ministry would mend it"
    ) in answer.reason


def test_an_order_is_short_where_it_is_within_reach(tmp_path: Path) -> None:
    pool = sites.candidates("ministry", 15) + sites.candidates("civilian", 10)
    answer = only(tmp_path, "", sites.order(), bands=sites.BANDS, candidates=pool)
    assert (answer.verdict, answer.reachable) == (SHORT, 49)
    assert answer.reason.endswith(
        "up to 49 can be reached within the rules: 25 of 25 candidates are in the pool and ready by then"
    )
    assert only(tmp_path / "free", "", sites.order(), candidates=pool).reachable == 49
    one_less = only(tmp_path / "less", "", sites.order(), candidates=pool[1:])
    assert (one_less.verdict, one_less.reachable) == (IMPOSSIBLE, 48)
    assert one_less.reason.endswith("85 guards take 1 more candidate")


def test_only_those_ready_by_the_due_date_count(tmp_path: Path) -> None:
    late = sites.candidates("ministry", 30, ready=sites.DUE + timedelta(days=1))
    refused = sites.candidates("ministry", 30, in_pool=False)
    never = sites.candidates("ministry", 5, ready=None)
    answer = only(tmp_path, "", sites.order(), candidates=[*late, *refused, *never])
    assert (answer.verdict, answer.reachable) == (IMPOSSIBLE, 24)
    assert "0 of 65 candidates are in the pool and ready by then" in answer.reason
    in_time = sites.candidates("ministry", 30, ready=sites.DUE)
    assert only(tmp_path / "in_time", "", sites.order(), candidates=in_time).verdict is SHORT


def test_bands_that_cannot_hold_allow_nobody_more(tmp_path: Path) -> None:
    pool = sites.candidates("ministry", 50) + sites.candidates("civilian", 50)
    bands = {"ministry": (0.1, 0.6), "civilian": (0.1, 0.3)}
    answer = only(tmp_path, "", sites.order(), bands=bands, candidates=pool)
    assert (answer.verdict, answer.reachable) == (IMPOSSIBLE, 24)
    assert "no total from 85 guards on holds every band: change the bands in site.toml" in answer.reason


def test_numbers_outside_a_band_come_inside_by_what_is_added(tmp_path: Path) -> None:
    people = sites.guards(patrols(54), (6, "civilian", "post", SINCE, ""))
    pool = sites.candidates("civilian", 40)
    answer = only(tmp_path, people, sites.order(factor="1", comparator=">"), bands=sites.BANDS, candidates=pool)
    # 54 of ministry are from 0.7 to 0.8 of 68 to 77 guards: 8 to 17 more civilians.
    assert (answer.reachable, answer.verdict) == (54 + 17, SHORT)
    overfull = only(
        tmp_path / "few", people, sites.order(factor="1"), bands=sites.BANDS, candidates=sites.candidates("civilian", 7)
    )
    assert (overfull.reachable, overfull.verdict) == (54, IMPOSSIBLE)
    assert "54 of ministry are more than the 48 that the band allows among 61 guards" in overfull.reason


def test_nothing_is_impossible_where_no_candidate_is_on_record(tmp_path: Path) -> None:
    answer = only(tmp_path, "", sites.order(), bands=sites.BANDS)
    assert (answer.verdict, answer.reachable) == (SHORT, None)


LINES = "line,material,workers_needed,output_per_day\nL1,SHELL,10,100\nL2,SHELL,5,50\nL3,TNT,5,50\n"
MONTHS = "line,month,actual,planned\n"
SHELLS = {"measure": "production:SHELL", "baseline": "2025-12-16", "comparator": ">="}
RECORD = (
    MONTHS
    + "L1,2025-12,100,\nL2,2025-12,50.1,\nL3,2025-12,999,\n"
    + "L1,2026-05,400,\nL2,2026-05,300,\n"
    + "L1,2026-06,500,\nL2,2026-06,250.5,\n"
)


def made(tmp_path: Path, production: str, *, lines: str = LINES, day: date = sites.DAY, **terms: str) -> OrderAnswer:
    order = sites.order(**{**SHELLS, "factor": "5", "due": "2026-06-30", **terms})
    return only(tmp_path, "", order, lines=lines, production=production, day=day)


def test_output_of_the_month_over_all_lines_of_the_material(tmp_path: Path) -> None:
    answer = made(tmp_path, RECORD)
    assert (answer.baseline, answer.target, answer.now, answer.expected) == (150.1, 750.5, 750.5, 750.5)
    assert (answer.verdict, answer.unit, answer.now_on, answer.met_on) == (MET, "each", sites.DAY, sites.DAY)
    assert [row.row for row in answer.baseline_rows] == [2, 3]
    assert [(row.table, row.row) for row in answer.now_rows] == [("production", 7), ("production", 8)]
    assert (answer.joining, answer.leaving, answer.reachable) == (None, None, None)
    passed = made(tmp_path / "strict", RECORD, comparator=">")
    assert (passed.verdict, passed.short_by) == (SHORT, 0)
    assert passed.reason.startswith("the target must be passed: 750.5 items of SHELL in 2026-06, more than 750.5 ")


def test_the_latest_month_is_one_with_all_lines_on_record(tmp_path: Path) -> None:
    answer = made(tmp_path, RECORD.replace("L2,2026-06,250.5,\n", ""), due="2026-07-31")
    assert (answer.now_on, answer.now) == (date(2026, 5, 31), 700)
    assert made(tmp_path / "later", RECORD + "L1,2026-07,9,\nL2,2026-07,9,\n", due="2026-07-31").now == 750.5
    assert made(tmp_path / "midmonth", RECORD, day=date(2026, 6, 20)).now_on == date(2026, 6, 20)


def test_what_is_planned_is_expected(tmp_path: Path) -> None:
    record = RECORD + "L1,2026-07,0,300\nL2,2026-07,0,300\nL1,2026-08,0,600\nL2,2026-08,0,200\n"
    answer = made(tmp_path, record, factor="5.1", due="2026-08-15")
    assert (answer.now, answer.expected, answer.verdict) == (750.5, 800, ON_COURSE)
    assert answer.met_on == date(2026, 8, 31)
    missed = made(tmp_path / "missed", record, factor="5.1", due="2026-07-15")
    assert (missed.expected, missed.verdict) == (600, SHORT)
    assert missed.short_by == pytest.approx(5.1 * 150.1 - 600)


def test_where_nothing_is_planned_today_decides_alone(tmp_path: Path) -> None:
    met = made(tmp_path, RECORD, due="2026-08-15")
    assert (met.expected, met.short_by, met.verdict) == (None, None, MET)
    assert "for the due date no output of L1, L2 is planned for 2026-08" in met.reason
    short = made(tmp_path / "short", RECORD, due="2026-08-15", factor="6")
    assert (short.expected, short.verdict, short.short_now) == (None, SHORT, pytest.approx(6 * 150.1 - 750.5))


@pytest.mark.parametrize(
    ("production", "lines", "terms", "reason"),
    [
        (RECORD.replace("L2,2025-12,50.1,\n", ""), LINES, {}, "no output of L2 is on record for 2025-12"),
        (RECORD, LINES, {"baseline": "2024-01-01"}, "no output of L1, L2 is on record for 2024-01"),
        (RECORD + "L2,2026-06,7,\n", LINES, {}, "production row 9 is set aside and could be of that month"),
        (RECORD.replace("250.5", "25O"), LINES, {}, "production row 8 is set aside and could be of the latest month"),
        (RECORD.replace("50.1", "5O"), LINES, {}, "production row 3 is set aside and could be of that month"),
        (RECORD + "L2,2026-13,7,\n", LINES, {}, "production row 9 is set aside and could be of that month"),
        (RECORD, LINES + "L4,SHELL,x,50\n", {}, "lines row 5 is set aside and could make SHELL"),
        (RECORD, LINES.replace("SHELL", "TNT"), {}, "no line on record makes SHELL"),
        (RECORD.replace("100,", "0,").replace("50.1", "0"), LINES, {}, "a multiple of nothing is no target"),
        (MONTHS, LINES, {"factor": "", "value": "5", "baseline": ""}, "no output of L1, L2 is on record for 2026-06"),
        (RECORD.replace("L2,2026-05,300,\n", ""), LINES, {"issued": "2026-05-01", "due": "2026-05-31"},
         "no output of L2 is on record"),
    ],
)  # fmt: skip
def test_output_that_cannot_be_measured(
    tmp_path: Path, production: str, lines: str, terms: dict[str, str], reason: str
) -> None:
    answer = made(tmp_path, production, lines=lines, **terms)
    assert answer.verdict is NOT_MEASURABLE
    assert reason in answer.reason


def test_rows_at_fault_of_other_lines_and_months_do_no_harm(tmp_path: Path) -> None:
    record = RECORD + "L3,2026-06,x,\nL1,2026-01,x,\nL3,2026-06,-5,\n"
    assert made(tmp_path, record, lines=LINES + "L4,TNT,x,50\n").verdict is MET


def test_orders_that_cannot_be_read_are_listed_too(tmp_path: Path) -> None:
    answers = answered(
        tmp_path,
        "",
        sites.order("ORD-1"),
        sites.order("ORD-2", factor="", baseline=""),
        sites.order("", due="2026-09-30"),
        sites.order("ORD-4", measure="tanks", due="soon", comparator="=>"),
        sites.order("ORD-5", measure="production:GUNS"),
        sites.order("ORD-6", issued="2026-07-15", due="soon"),
        sites.order("ORD-1", factor="3"),
    )
    assert [answer.order for answer in answers] == ["ORD-1", "ORD-2", "row 4", "ORD-4", "ORD-5", "ORD-1"]
    assert [answer.verdict for answer in answers] == [SHORT, *[NOT_MEASURABLE] * 5]
    assert answers[1].reason == "orders row 3 is set aside: mend it (stockward check)"
    assert (answers[2].due_on, answers[2].measure) == (date(2026, 9, 30), "patrolling_guards")
    assert (answers[3].due_on, answers[3].measure, answers[3].comparator) == (None, "", "")
    assert all(answer.now is None and answer.expected is None for answer in answers[1:])


def test_only_what_was_known_by_then_is_used(tmp_path: Path) -> None:
    reports = "report,received_on,about,text\nR-1,2026-06-10,ORD-1,heard\nR-2,2026-07-01,ORD-1,later\n"
    later = sites.order("ORD-2", issued="2026-07-01")
    (answer,) = answered(tmp_path, "", sites.order(), later, reports=reports)
    assert [heard.report for heard in answer.heard] == ["R-1"]
    assert len(answered(tmp_path / "after", "", sites.order(), later, day=date(2026, 7, 1))) == 2


def test_reports_stand_beside_an_order_in_order_of_date(tmp_path: Path) -> None:
    reports = (
        "report,received_on,about,text,source,source_grade,information_grade\n"
        "R-3,2026-06-20,gate,c,S-1,F,6\nR-1,2026-06-10,ORD-1,a,S-1,B,2\nR-2,2026-06-10,ORD-11,b,,,\n"
    )
    (answer,) = answered(tmp_path, "", sites.order(), reports=reports)
    assert [(one.report, one.names_the_order) for one in answer.heard] == [
        ("R-1", True),
        ("R-2", False),
        ("R-3", False),
    ]
    assert (answer.heard[0].source_grade, answer.heard[0].information_grade, answer.heard[0].text) == ("B", "2", "a")
    assert answer.heard[1].source_grade is None


@pytest.mark.parametrize(
    ("text", "measure", "comparator", "factor", "value"),
    [
        (">2", "guards", ">", 2, None),
        (" >= 1.5 ", "guards", ">=", 1.5, None),
        ("guards>2", "guards", ">", 2, None),
        ("patrolling > 2 times", "patrolling_guards", ">", 2, None),
        (">=120 guards", "guards", ">=", None, 120),
        ("patrolling >=0 guards", "patrolling_guards", ">=", None, 0),
    ],
)
def test_a_question_is_read(text: str, measure: str, comparator: str, factor: float, value: float) -> None:
    asked = AskedOrder.read(text)
    assert (asked.measure, asked.comparator, asked.factor, asked.value) == (measure, comparator, factor, value)
    assert asked.options() == {"guards": text.strip()}
    assert AskedOrder.read(text, "2026-09-30").options() == {"guards": text.strip(), "due": "2026-09-30"}


@pytest.mark.parametrize(
    "text", ["", "2", "<2", "=2", ">", "> -2", ">0", "guards", ">2 tanks", ">1e3", ">nan", ">2,5", ">1000001", ">２"]
)
def test_a_question_that_cannot_be_asked_is_one_line(text: str) -> None:
    with pytest.raises(UsageError) as error:
        AskedOrder.read(text)
    assert "\n" not in str(error.value)
    with pytest.raises(UsageError, match="due 'soon' is no date: write it as 2026-06-30"):
        AskedOrder.read(">2", "soon")


def test_a_question_is_answered_behind_the_orders(tmp_path: Path) -> None:
    answers = answered(tmp_path, "", sites.order(), asked=AskedOrder.read(">2"))
    asked = answers[-1]
    assert [answer.asked for answer in answers] == [False, True]
    assert (asked.order, asked.baseline, asked.required, asked.issued_on) == ("asked", 60, 121, None)
    assert asked.due_on == sites.DAY + timedelta(days=DUE_DAYS)
    assert "due 90 days after 2026-06-30" in asked.reason
    named = answered(tmp_path / "due", "", asked=AskedOrder.read("patrolling>=30 guards", "2026-07-31"))[0]
    assert (named.due_on, named.baseline, named.required, named.short_by) == (date(2026, 7, 31), None, 30, 6)
    assert "a question" not in named.reason


def test_the_calendar_ends(tmp_path: Path) -> None:
    late = date(9999, 12, 15)
    answers = answered(tmp_path, "", sites.order(), day=late, asked=AskedOrder.read(">2"))
    assert [answer.due_on for answer in answers] == [sites.DUE, date.max]
    assert AskedOrder.read(">2", "9999-12-31").due_on(late) == date.max


spans = st.tuples(st.sampled_from(["patrol", "post"]), st.integers(-40, 90), st.integers(0, 130))


@given(st.lists(spans, min_size=1, max_size=12), st.integers(0, 14), st.booleans())
@settings(max_examples=40, deadline=None)
def test_figures_and_days_against_counting_every_day(
    tmp_path_factory: pytest.TempPathFactory, people: list[tuple[str, int, int]], value: int, strict: bool
) -> None:
    begun = [(duty, sites.DAY + timedelta(days=start), sites.DAY + timedelta(days=start + length))
             for duty, start, length in people]  # fmt: skip
    early = ("post", date(2020, 1, 1), date(2020, 1, 2))
    table = sites.guards(*((1, "civilian", duty, str(first), str(last)) for duty, first, last in [*begun, early]))
    order = sites.order(factor="", baseline="", value=str(value), comparator=">" if strict else ">=")
    answer = only(tmp_path_factory.mktemp("spans"), table, order)

    def on(day: date) -> int:
        return sum(duty == "patrol" and first <= day <= last for duty, first, last in begun)

    def meets(day: date) -> bool:
        return on(day) > value if strict else on(day) >= value

    ahead = [sites.DAY + timedelta(days=number) for number in range(250)]
    assert (answer.now, answer.expected) == (on(sites.DAY), on(sites.DUE))
    assert answer.met_on == next((day for day in ahead if meets(day)), None)
    assert answer.joining is not None
    assert answer.leaving is not None
    assert answer.expected == answer.now + answer.joining - answer.leaving
    met, then = meets(sites.DAY), meets(sites.DUE)
    assert answer.verdict is (MET if met and then else ON_COURSE if then else SHORT)


def test_orders_at_a_site_read_again_are_the_same(tmp_path: Path) -> None:
    folder = sites.write(tmp_path / "s", people=sites.guards(*SIXTY), orders=sites.ORDER_COLUMNS + sites.order())
    first, again = (orders_of(known_at(read_site(folder), None), day=sites.DAY) for _ in range(2))
    assert first == again


def test_reach_needs_candidates() -> None:
    from stockward.guards.mix import Bands
    from stockward.guards.people import Guards

    assert reachable_by(sites.DUE, "guards", 5, Guards((), ()), Bands(()), []) is None
