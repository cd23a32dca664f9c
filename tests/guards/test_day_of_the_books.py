"""The day on which guards are counted: what has happened in the stores says it, else the clock, and never a plan."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import order_sites as sites
import pytest

from stockward.answers.review import ReviewAnswer
from stockward.book import read_site
from stockward.guards.orders.of_sites import orders_of_site
from stockward.questions.review import make_review
from stockward.report.guards import part as guards
from stockward.report.guards import terminal as guards_terminal
from stockward.terms.verdicts import OrderVerdict

NOW = datetime(2026, 11, 29, 7, tzinfo=UTC)
TODAY = date(2026, 11, 29)
POSTS = "post,kind,guards,start,end,days\nG1,gate,1,00:00,24:00,daily\n"
PEOPLE = sites.guards((30, "ministry", "post", "2024-01-01", ""), (2, "ministry", "patrol", "2026-11-10", ""))
LEAVER = "G-0003,guard,ministry,post,2024-01-01,2027-01-31"
ABSENCES = "person,start,end,kind\nG-0001,2026-03-02,2026-03-06,sick\nG-0002,2026-10-05,2026-10-09,leave\n"
MOVED = "movement,at,kind,material,quantity,to_area\n1,2026-10-01T08:00,receipt,SHELL,3,A\n"
VALUE = {"factor": "", "baseline": "", "measure": "guards", "comparator": ">="}


def reviewed(folder: Path, *, as_of: str | None = None, **tables: str) -> ReviewAnswer:
    """The review of a site of guards; tables of stock are only there where they are given."""
    alone = {"people": PEOPLE, "posts": POSTS, "absences": ABSENCES, **tables}
    return make_review(read_site(sites.write(folder, **alone)), as_of=as_of, generated=NOW)


def counted(review: ReviewAnswer) -> tuple[date, int]:
    assert review.force is not None
    return review.force.on, review.force.on_hand


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"absences": ABSENCES + "G-0003,2027-04-01,2027-04-20,leave\n"},
        {"absences": ABSENCES + "G-0003,2027-04-01,2027-06-30,training\n"},
        {"absences": "person,start,end,kind\n"},
        {"people": PEOPLE.replace("G-0003,guard,ministry,post,2024-01-01,", LEAVER)},
        {"people": PEOPLE + "G-0900,guard,ministry,post,2027-02-01,,,\n"},
        {"orders": sites.ORDER_COLUMNS + sites.order(issued="2025-03-01", value="30", **VALUE)},
        {"orders": sites.ORDER_COLUMNS + sites.order(issued="2027-03-01", due="2027-08-01", value="30", **VALUE)},
        {"orders": sites.ORDER_COLUMNS + sites.order(issued="2025-03-01", due="soon")},
        {"incidents": "incident,at,area,kind\nI1,2026-02-01,A,theft\n"},
    ],
)  # fmt: skip
def test_plans_and_orders_do_not_move_the_day_of_a_site_without_stock(tmp_path: Path, tables: dict[str, str]) -> None:
    assert counted(reviewed(tmp_path, **tables)) == (TODAY, 32)


def test_where_stock_is_kept_its_last_record_is_the_day(tmp_path: Path) -> None:
    order = sites.ORDER_COLUMNS + sites.order(issued="2026-11-15", due="2026-12-31", value="31", **VALUE)
    assert counted(reviewed(tmp_path / "stock", movements=MOVED)) == (date(2026, 10, 1), 30)
    ordered = reviewed(tmp_path / "ordered", movements=MOVED, orders=order)
    assert counted(ordered) == (date(2026, 10, 1), 30)
    # An order that was issued since is answered all the same.
    assert [(one.order, one.now, one.now_on) for one in ordered.orders] == [("ORD-1", 30, date(2026, 10, 1))]
    reports = "report,received_on,about,text\nR1,2026-11-12,theft,heard\n"
    assert counted(reviewed(tmp_path / "heard", movements=MOVED, reports=reports)) == (date(2026, 11, 12), 32)


def test_the_day_never_lies_after_the_clock(tmp_path: Path) -> None:
    ahead = MOVED + "2,2062-03-01T08:00,receipt,SHELL,3,A\n"
    assert counted(reviewed(tmp_path / "slip", movements=ahead)) == (date(2026, 10, 1), 30)
    alone = ahead.replace("2026-10-01", "2062-02-01")
    assert counted(reviewed(tmp_path / "all", movements=alone)) == (TODAY, 32)


def test_a_day_that_is_asked_for_is_the_day(tmp_path: Path) -> None:
    order = sites.ORDER_COLUMNS + sites.order(issued="2026-11-15", due="2026-12-31", value="31", **VALUE)
    then = reviewed(tmp_path, orders=order, as_of="2026-11-05")
    assert counted(then) == (date(2026, 11, 5), 30)
    assert then.orders == ()
    assert counted(reviewed(tmp_path, as_of="2027-03-01")) == (date(2027, 3, 1), 32)


def test_an_order_issued_since_the_last_record_has_its_baseline(tmp_path: Path) -> None:
    order = sites.order(issued="2026-11-15", baseline="2026-11-15", measure="guards", due="2026-12-31")
    (answer,) = reviewed(tmp_path, movements=MOVED, orders=sites.ORDER_COLUMNS + order).orders
    assert (answer.baseline, answer.now, answer.required) == (32, 30, 65)


def test_an_order_whose_issue_lies_ahead_is_not_left_out(tmp_path: Path) -> None:
    order = sites.ORDER_COLUMNS + sites.order(issued="2027-03-01", due="2027-08-01", value="30", **VALUE)
    (answer,) = reviewed(tmp_path, orders=order).orders
    assert (answer.verdict, answer.short_by, answer.short_now) == (OrderVerdict.NOT_MEASURABLE, None, None)
    assert answer.reason == (
        "it is issued on 2027-03-01, which has not come: correct the day if it is wrong, or review it with "
        "--as-of 2027-03-01"
    )
    (then,) = reviewed(tmp_path, as_of="2027-03-01").orders
    assert (then.verdict, then.now) == (OrderVerdict.MET, 32)


def test_a_baseline_that_lies_ahead_is_told_with_its_mend(tmp_path: Path) -> None:
    order = sites.order(issued="2026-11-15", baseline="2026-12-01", measure="guards", due="2026-12-31")
    (answer,) = reviewed(tmp_path, orders=sites.ORDER_COLUMNS + order).orders
    assert answer.reason == (
        "the baseline on 2026-12-01 cannot be counted: that day has not come: correct the day if it is wrong, or "
        "review it with --as-of 2026-12-01"
    )
    (then,) = reviewed(tmp_path, as_of="2026-12-01").orders
    assert then.baseline == 32


def test_the_first_sentence_says_the_day(tmp_path: Path) -> None:
    assert guards.alone(reviewed(tmp_path)).startswith("On 29 November 2026 ")
    order = sites.ORDER_COLUMNS + sites.order("O2", issued="2026-11-15", due="2026-12-31", value="40", **VALUE)
    assert "; there are 32 guards on 29 November 2026, 8 too few." in guards.alone(reviewed(tmp_path, orders=order))


def test_each_sentence_names_its_order(tmp_path: Path) -> None:
    orders = sites.ORDER_COLUMNS + "".join(
        (
            sites.order("O1", issued="2026-11-01", baseline="2026-11-01", measure="guards", due="2026-12-31"),
            sites.order("O2", issued="2026-11-15", value="30", due="2026-12-15", **VALUE),
            sites.order("O3", issued="2027-01-15", value="30", due="2027-12-15", **VALUE),
        )
    )
    review = reviewed(tmp_path, orders=orders)
    head = guards.head(review)
    assert head is not None
    assert head.sentence.startswith("Order O1, more than double the guards of 1 November 2026 by 31 December 2026, ")
    assert "there are 32 guards on 29 November 2026, 29 too few. What is on record does not meet order O1;" in (
        head.sentence
    )
    _, *lines = guards_terminal.lines(review)
    assert lines[0].startswith("O1, short of target: ")
    assert lines[1] == (
        "O2, met: at least 30 guards by 15 December 2026: at least 30; 32 on 29 November 2026, expected 32."
    )
    assert lines[2].startswith("O3, not measurable: at least 30 guards by 15 December 2027: it is issued on 2027-01-15")
    assert "meet" not in lines[2]


def test_months_after_the_day_are_expected(tmp_path: Path) -> None:
    planned = ABSENCES + "G-0003,2027-04-01,2027-04-20,leave\n"
    force = reviewed(tmp_path, absences=planned).force
    assert force is not None
    assert {one.month for one in force.by_month if not one.expected and one.month > date(2026, 11, 1)} == set()
    assert [one.expected for one in force.by_month if one.month == date(2026, 12, 1)] == [True]


def test_the_day_is_that_of_the_clock_of_the_site(tmp_path: Path) -> None:
    path = sites.write(tmp_path, people=PEOPLE)
    settings = (path / "site.toml").read_text(encoding="utf-8").replace("UTC", "Asia/Seoul")
    (path / "site.toml").write_text(settings, encoding="utf-8")
    late = datetime(2026, 11, 29, 16, tzinfo=UTC)
    assert orders_of_site(path, now=late).day == date(2026, 11, 30)
