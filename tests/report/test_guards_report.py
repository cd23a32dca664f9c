"""The guards in the report: values of the page, the terminal, the workbook and the JSON, and what is not measurable."""

from __future__ import annotations

import doctest
import io
import json
import re
import typing
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import guards_made_by_hand as made
import openpyxl
import pytest
from markupsafe import Markup, escape
from reviews_made_by_hand import FORMULA, MARKUP, STEERING
from rich.console import Console
from test_report_page import read

from stockward.answers.review import ReviewAnswer
from stockward.report import print_review, write_html, write_json, write_xlsx
from stockward.report.guards import charts as guards_charts
from stockward.report.guards import context as guards_context
from stockward.report.guards import need as guards_need
from stockward.report.guards import part as guards
from stockward.report.guards import plans as guards_plans
from stockward.report.guards import sentences as guards_sentences
from stockward.report.guards import sheets as guards_sheets
from stockward.report.guards import terminal as guards_terminal
from stockward.report.review import build
from stockward.report.review.page import render
from stockward.terms.verdicts import ORDER_MEANING, SOLVED_MEANING, OrderVerdict, Solved

THIN = "\u202f"
CONTEXTS = [
    value
    for value in vars(guards_context).values()
    if is_dataclass(value) and isinstance(value, type) and value.__module__ == guards_context.__name__
]


@pytest.fixture(scope="module")
def guarded(full: ReviewAnswer) -> ReviewAnswer:
    return made.guarded_site(full)


@pytest.fixture(scope="module")
def unmeasured(full: ReviewAnswer) -> ReviewAnswer:
    return made.unguarded_answers(full)


@pytest.fixture(scope="module")
def long(guarded: ReviewAnswer) -> ReviewAnswer:
    """Every list longer than its limit."""
    assert guarded.force is not None
    assert guarded.mix is not None
    assert guarded.selection is not None
    order, plan = made.order_on_patrols(), guarded.selection.front[4]
    line = plan.lines[0]
    named, unnamed = order.heard
    heard = (named,) * 8 + tuple(replace(unnamed, report=f"RP-{i}") for i in range(20, 27))
    everyone = tuple(one.person for one in guarded.selection.candidates)
    front = tuple(replace(plan, plan=str(i), chosen=everyone * 2, lines=(line,) * 30) for i in range(40))
    return replace(
        guarded,
        orders=tuple(replace(order, order=f"O-{i}", heard=heard) for i in range(20)),
        force=replace(
            guarded.force,
            posts=guarded.force.posts * 20,
            shifts=guarded.force.shifts * 20,
            qualifications=guarded.force.qualifications * 20,
            notes=tuple(f"note {i}" for i in range(30)),
            by_month=guarded.force.by_month * 3,
        ),
        mix=replace(guarded.mix, breaks=("x",) * 11, by_total=guarded.mix.by_total * 6),
        selection=replace(guarded.selection, front=front, refused={f"reason {i:02}": i for i in range(30)}),
    )


def head_of(review: ReviewAnswer) -> guards_context.Head:
    head = guards.head(review)
    assert head is not None
    return head


def section_of(review: ReviewAnswer) -> guards_context.GuardsView:
    section = guards.build_guards_part(review)
    assert section is not None
    return section


def tiles(review: ReviewAnswer) -> dict[str, list[str]]:
    return {one.title: [line.value for line in one.lines] for one in head_of(review).figures}


def printed(review: ReviewAnswer, width: int = 100) -> str:
    out = io.StringIO()
    print_review(review, Console(file=out, width=width))
    return out.getvalue()


def test_the_examples_of_the_docstrings() -> None:
    for module in (guards_sentences, guards_charts, guards_need):
        ran = doctest.testmod(module)
        assert ran.attempted >= 1
        assert ran.failed == 0


def test_one_row_of_figures_answers_the_manager(guarded: ReviewAnswer) -> None:
    assert tiles(guarded) == {
        "Ordered": ["49"],
        "Needed": ["120"],
        "On hand": ["24", "60"],
        "Short of": ["25", "64"],
        "When the order is met": ["11 August 2026"],
    }
    head = head_of(guarded)
    assert head.badge is not None
    assert (head.badge.key, head.badge.word) == (OrderVerdict.SHORT, "short of target")
    assert head.sentence == (
        "Order ORD-02, more than double the patrolling guards of 1 June 2026 by 30 August 2026, means at least 49; "
        "there are 24 patrolling guards on 30 June 2026, 25 too few. Order ORD-02 is met on 11 August 2026 with plan "
        f"4: 21 recruits and 5 transfers, output lost 4{THIN}615 USD a day. On 30 June 2026 all posts together take "
        "120 guards, 128 by 31 August 2026; 56 of 60 guards can stand there. 2 other orders on guards below."
    )
    ordered, needed, on_hand, short, when = head.figures
    assert ordered.lines[0].label == "patrolling guards by 30 August 2026"
    assert ordered.note == "ORD-02: more than double the patrolling guards of 1 June 2026, which were 24"
    assert (
        needed.note == f"128 by 31 August 2026; each shift filled with a chance of 95{THIN}%; by net hours alone 107.7"
    )
    assert on_hand.note == "56 of them can stand at a post"
    assert [line.kind for line in short.lines] == ["short", "short"]
    assert short.note == "26 short of the order on its due date, from what is on record"
    assert when.note == "the posts are filled: not by 31 December 2026, with the guards on record"


def test_the_row_stands_above_all_tables(guarded: ReviewAnswer) -> None:
    text = " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", write_html(guarded), flags=re.S).split())
    marks = ["What could not be seen:", "Guards:", "Ordered 49", "Needed 120", "Needs action", "What was ordered"]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_where_no_tables_on_guards_are_nothing_is_shown(full: ReviewAnswer) -> None:
    assert guards.head(full) is None
    assert guards.build_guards_part(full) is None
    page = write_html(full)
    assert 'id="guards"' not in page
    assert "guards-head" not in page.split("</style>")[1]
    assert "Net hours" not in page
    assert "Guards" not in printed(full)


def test_what_is_not_measurable_is_said_with_the_reason(unmeasured: ReviewAnswer) -> None:
    assert tiles(unmeasured) == {
        "Ordered": ["not measurable"],
        "Needed": ["not measurable"],
        "On hand": ["0"],
        "Short of": ["not measurable", "not measurable"],
        "When the order is met": ["not measurable"],
    }
    head = head_of(unmeasured)
    assert "not measurable, as the baseline of 1 January 2019 lies before the first guard on record." in head.sentence
    said = "On 30 June 2026 what the posts take is not measurable, as no post is on record; no guard is on record."
    assert said in head.sentence
    section = section_of(unmeasured)
    assert section.need is not None
    assert (section.need.chart, section.need.hours, section.need.months) == (None, (), ())
    assert section.mix is not None
    assert section.mix.chart is None
    assert section.mix.totals[0].numbers == "no numbers keep every band"
    assert section.mix.breaks == ("the upper bounds sum to 0.6, less than 1: no numbers hold them",)
    assert section.selection is not None
    assert section.selection.plans == ()
    assert section.selection.sentence.endswith("There is no plan, as nobody is in the pool.")


def test_orders_without_posts_and_posts_without_orders(guarded: ReviewAnswer) -> None:
    orders_alone = replace(guarded, force=None, mix=None, selection=None)
    assert tiles(orders_alone)["Needed"] == ["not measurable"]
    assert tiles(orders_alone)["On hand"] == ["24"]
    assert tiles(orders_alone)["When the order is met"] == ["not on record"]
    posts_alone = replace(guarded, orders=(), selection=None)
    assert tiles(posts_alone)["When the need is met"] == ["not by 31 December 2026"]
    assert guarded.force is not None
    enough = replace(posts_alone, force=replace(guarded.force, short_by=0))
    assert tiles(enough)["When the need is met"] == ["now"]
    reached = tuple(
        replace(month, on_posts=130 if month.on > date(2026, 9, 1) else 50) for month in guarded.force.by_month
    )
    coming = replace(posts_alone, force=replace(guarded.force, by_month=reached))
    assert tiles(coming)["When the need is met"] == ["from 30 September 2026"]
    assert tiles(posts_alone)["Short of"] == ["64"]
    assert "Ordered" not in tiles(posts_alone)
    assert (
        head_of(posts_alone).sentence
        == "On 30 June 2026 all posts together take 120 guards, 128 by 31 August 2026; 56 of 60 guards can stand there."
    )
    output_alone = replace(guarded, force=None, mix=None, selection=None, orders=made.orders()[:1])
    assert guards.head(output_alone) is None
    assert section_of(output_alone).orders[0].badge.word == "met"
    for review in (orders_alone, posts_alone, output_alone):
        assert read(write_html(review)).open == []


def test_the_order_at_the_top_is_the_one_that_lacks_most() -> None:
    patrols, (output, _, unmeasured, coming) = made.order_on_patrols(), made.orders()
    lead = guards_sentences.leading_order
    assert lead([output, unmeasured, coming, patrols]) is patrols
    assert lead([unmeasured, coming]) is coming
    assert lead([patrols, made.asked_order()]) is not patrols
    early = replace(patrols, verdict=OrderVerdict.MET, short_now=0.0)
    late = replace(early, issued_on=date(2026, 6, 20))
    assert lead([late, early]) is late
    assert lead([early, unmeasured]) is unmeasured
    assert lead([output]) is None


def test_when_the_order_is_met(guarded: ReviewAnswer) -> None:
    order, selection = made.order_on_patrols(), guarded.selection
    assert selection is not None
    when = guards_sentences.when_met
    soon = replace(order, met_on=date(2026, 7, 20))
    assert when(soon, selection) == ("20 July 2026", "with what is on record")
    after = replace(order, met_on=date(2026, 8, 20))
    assert when(after, selection)[0] == "11 August 2026"
    none = replace(selection, front=selection.front[:3])
    assert when(order, none) == ("not within these plans", "plan 3 comes nearest, with 48 of 49")
    late = replace(selection, front=selection.front[5:])
    assert when(order, late)[0] == "19 September 2026"
    assert when(order, late)[1].endswith(", 20 days late")
    assert when(order, replace(selection, front=(), reason="nobody is in the pool")) == (
        "not on record", "there is no plan, as nobody is in the pool",
    )  # fmt: skip
    assert when(order, None) == ("not on record", "there is no plan, as none was asked for")
    assert when(order, replace(selection, order="ORD-9")) == (
        "not on record", "there is no plan, as plans are made for one order at a time, here for ORD-9",
    )  # fmt: skip
    assert when(replace(order, order="ORD-1", measure="production:shell"), selection) == (
        "not on record", "there is no plan, as plans choose guards, and the order is on the monthly output of shell",
    )  # fmt: skip
    assert when(replace(order, verdict=OrderVerdict.MET), None) == ("now", "met on 30 June 2026")
    free = replace(selection.front[3], output_lost=0.0)
    assert when(order, replace(selection, front=(free,)))[1] == (
        "with plan 4: 21 recruits and 5 transfers, no output lost"
    )


def test_when_no_plan_meets_it_the_sentence_says_why(guarded: ReviewAnswer) -> None:
    order, selection = made.order_on_patrols(), guarded.selection
    assert selection is not None
    said = guards_sentences.when_sentence
    near = replace(selection, front=selection.front[:3])
    assert said(order, near) == "None of the plans meets order ORD-02: plan 3 comes nearest, with 48 of 49."
    assert said(order, None) == "What is on record does not meet order ORD-02; there is no plan, as none was asked for."
    assert said(replace(order, verdict=OrderVerdict.MET), None) == "Order ORD-02 is met."
    assert said(made.orders()[2], None) == ""


def test_a_question_that_is_no_order_is_called_so(guarded: ReviewAnswer) -> None:
    asked = replace(guarded, orders=(*guarded.orders, made.asked_order()))
    head = head_of(asked)
    assert (head.figures[0].title, head.figures[-1].title) == ("Asked for", "When it would be met")
    assert head.figures[0].lines[0].value == "241"
    assert "at most 171 can be had in time within the rules" in head.sentence
    line = section_of(asked).orders[-1]
    assert (line.badge.word, line.given) == ("impossible within the rules", "asked for here; not an order on record")
    assert line.reason == "at most 171 can be had by 30 August 2026"


def test_the_table_of_orders(guarded: ReviewAnswer) -> None:
    output, patrols, unmeasured, coming = section_of(guarded).orders
    assert patrols.asks == "more than double the patrolling guards of 1 June 2026"
    assert patrols.given == "from ministry, to every works of the ministry, on 1 June 2026"
    assert (patrols.baseline, patrols.rows) == ("24", "24 rows of people: 2, 3, 4, 5, 6, 7 and 18 more")
    assert patrols.target == "more than 48: at least 49"
    assert (patrols.now, patrols.expected, patrols.changes) == ("24", "23", "2 join, 3 leave")
    assert (patrols.short, patrols.short_now) == ("26", "today 25")
    assert output.asks == "at least 5 times the monthly output of shell_105 of 16 December 2025"
    assert (output.baseline, output.target) == (f"1{THIN}361 items", f"at least 6{THIN}805 items")
    assert (unmeasured.target, unmeasured.short, unmeasured.baseline) == ("not measurable", "–", "–")
    assert (coming.more, patrols.more, output.more) == ("met on 14 July 2026 with what is on record", "", "")
    assert [one.badge.key for one in (output, patrols, unmeasured, coming)] == [
        "met", "short", "not_measurable", "on_course",
    ]  # fmt: skip


def test_reports_stand_beside_the_reason_and_none_is_chosen(guarded: ReviewAnswer) -> None:
    section = section_of(guarded)
    assert section.beside.startswith("Stockward does not choose between them.")
    beside = section.reasons[1]
    assert (beside.order, beside.stated) == ("ORD-02", "stock is reported to leave the works")
    (named,), (unnamed,) = beside.heard, section.named_none
    assert (named.report, named.about, named.grades) == ("RP-4", "names ORD-02", "source C, information 3")
    assert (unnamed.about, unnamed.grades) == ("about melt_pour", "source B, information not graded")
    assert section.reasons[0].heard == ()
    assert "No report on record names it." in write_html(guarded)


def test_need_stands_both_ways_with_what_makes_the_difference(guarded: ReviewAnswer) -> None:
    need = section_of(guarded).need
    assert need is not None
    said = {pair.name: pair.value for pair in need.hours}
    assert said["Hours at all posts"] == f"178{THIN}000 h a year of 52 weeks"
    assert said["Guards by net hours"].startswith("107.7 (106.3 to 109.1): hours at all posts ÷ net hours")
    assert said["Guards by fill probability"].startswith("119.4: ")
    assert said["Needed, in whole guards"] == "120"
    assert said["Net hours of a guard"].startswith(f"1{THIN}653 h a year (95{THIN}% interval 1{THIN}632 to 1{THIN}674)")
    assert [(one.added, one.guards) for one in need.steps] == [
        ("–", "85.6"), ("+13.5", "99.1"), ("+8.6", "107.7"), ("+11.7", "119.4"),
    ]  # fmt: skip
    assert need.sentence == (
        "The posts take 120 guards, 128 by 31 August 2026. On 30 June 2026 60 guards are on hand, "
        "56 of whom can stand there: 64 too few."
    )
    june, july = need.months[11], need.months[12]
    assert (june.month, june.when, june.needed, june.strength) == ("June 2026", "on record", "120", "60")
    assert (july.when, july.output) == ("expected", "× 3.52")


def test_net_hours_without_an_interval_say_why(guarded: ReviewAnswer) -> None:
    whole = made.force()
    assert whole.net_hours is not None
    why = "fewer than 6 guards were observed"
    few = replace(whole.net_hours, low=None, high=None, reason=why)
    force = replace(whole, net_hours=few, by_net_hours_low=None, by_net_hours_high=None)
    review = replace(guarded, force=force)
    need = section_of(review).need
    assert need is not None
    said = {pair.name: pair.value for pair in need.hours}
    assert said["Net hours of a guard"].startswith(f"1{THIN}653 h a year (no interval, as {why}); contract")
    assert said["Guards by net hours"].startswith("107.7: hours at all posts")
    sheet = next(one for one in guards_sheets.guards_sheets(review) if one.name == "force")
    assert ("why the interval says little, or there is none", why) in sheet.rows
    assert ("net, low (h a year)", None) in sheet.rows


def test_how_many_a_crew_has_at_least_is_said_at_the_shifts(guarded: ReviewAnswer) -> None:
    assert (
        "For each qualification, and for the posts that ask for none, at least as many are rostered as stand there"
        in write_html(guarded)
    )


def test_posts_shifts_and_qualifications(guarded: ReviewAnswer) -> None:
    need = section_of(guarded).need
    assert need is not None
    gate, _, stores, halls, lorries, rail = need.posts
    assert (gate.name, gate.posts, gate.needed) == ("Gate main", "1", "10.6")
    assert (stores.driver, stores.posts) == ("one for each 4 occupied areas, now 10", "3 → 4")
    assert halls.driver == "one for each 2.5 times the output of July 2025, now 3.5 times"
    assert lorries.name == "gate-lorries"
    assert rail.reason == "not measurable: no material has a value, and no quantity was counted"
    assert (rail.posts, rail.hours, rail.needed) == ("–", "–", "–")
    day = need.shifts[0]
    assert (day.span, day.days, day.standing, day.rostered) == ("06:00–14:00", "mon to sat", "17", "20")
    assert (day.chance_of_standing, day.chance) == (f"21.7{THIN}%", f"97.3{THIN}%")
    assert day.groups == "13 any guard, 7 armed"
    armed, control = need.qualifications
    assert (armed.needed, armed.on_hand, armed.short) == ("48.2", "31", "17.2")
    assert (control.needed, control.short) == ("not measurable", "–")


def test_a_record_of_absences_that_may_have_ended_stands_beside_the_need(guarded: ReviewAnswer) -> None:
    assert guarded.force is not None
    quiet = replace(guarded, force=replace(guarded.force, silent_since=date(2025, 11, 3)))
    first = guards_terminal.lines(quiet)[0]
    assert first.endswith(
        "short of what the posts take. No absence has begun since 3 November 2025: if the record ends there, net hours "
        "are too high, and this need is too low."
    )
    assert "No absence" not in guards_terminal.lines(guarded)[0]


def test_the_base_of_the_output_is_named_where_it_is_known(guarded: ReviewAnswer) -> None:
    assert guarded.force is not None
    halls = guards_need.need(replace(guarded.force, output_base=None), None).posts[3]
    assert halls.driver == "one for each 2.5 times the base output, now 3.5 times"
    assert "guards and candidates are codes." in write_html(guarded)


def test_a_chance_below_the_asked_one_is_never_said_to_reach_it() -> None:
    assert guards_sentences.guards_chance(0.94999) == f"94.9{THIN}%"
    assert guards_sentences.guards_chance(0.95) == f"95.0{THIN}%"
    assert guards_sentences.guards_chance(None) == "–"
    assert guards_need.need_days(("mon", "wed", "fri")) == "mon wed fri"


def test_the_mix_and_the_numbers_that_break_it(guarded: ReviewAnswer) -> None:
    mix = section_of(guarded).mix
    assert mix is not None
    assert mix.sentence == "The 60 guards of today keep every band."
    ministry, civilian = mix.bands
    assert (ministry.allowed, ministry.now, ministry.share) == (f"70{THIN}% to 80{THIN}%", "45", f"75.0{THIN}%")
    assert civilian.alone == "4 more, to 64 in all"
    assert civilian.at_required == f"ministry 52.9{THIN}%, civilian 47.1{THIN}%"
    assert mix.breaks == ("85 guards with 40 of them civilian: a share of 47.1 %, above 30 %",)
    assert mix.totals[1].numbers == "ministry 42 to 48, civilian 12 to 18"
    assert guarded.mix is not None
    assert (
        "break a band; 2 of them are of" in guards_need.mix(replace(guarded.mix, holds=False, others=2), None).sentence
    )


def test_a_mix_that_never_breaks_or_cannot_be_told(guarded: ReviewAnswer) -> None:
    assert guarded.mix is not None
    free = tuple(replace(one, more=None, total=None, shares=None) for one in guarded.mix.growth_alone)
    for holds, said in ((True, "as many as may be"), (False, "a band is broken now"), (None, "–")):
        bands = guards_need.mix(replace(guarded.mix, growth_alone=free, holds=holds), None).bands
        assert [band.alone for band in bands] == [said, said]


def test_a_long_table_of_totals_is_thinned_around_what_matters(guarded: ReviewAnswer) -> None:
    assert guarded.mix is not None
    numbers = guarded.mix.by_total[0].numbers
    every = tuple(replace(guarded.mix.by_total[0], total=total, numbers=numbers) for total in range(1, 500))
    mix = guards_need.mix(replace(guarded.mix, by_total=every, required=220), None)
    totals = [int(line.total) for line in mix.totals]
    assert (totals[0], totals[-1] <= 242, len(totals) <= guards_need.NEED_TOTALS_MAX + 2) == (54, True, True)
    assert {60, 220} <= set(totals)
    assert mix.totals_note == f"{499 - len(totals)} more totals in the workbook"


def test_an_order_that_cannot_be_read_is_listed_all_the_same(guarded: ReviewAnswer) -> None:
    broken = replace(
        made.orders()[2], order="ORD-09", measure="", comparator="", due_on=None, now_on=None, now=None,
        reason="orders row 4 was set aside: due_on cannot be read",
    )  # fmt: skip
    review = replace(guarded, orders=(broken,), selection=None)
    line = section_of(review).orders[0]
    assert (line.asks, line.due) == ("what cannot be read", "a day that cannot be read")
    assert (line.badge.word, line.now) == ("not measurable", "–")
    unread = replace(review, orders=(replace(broken, measure="guards", comparator=">"),))
    assert tiles(unread)["Ordered"] == ["not measurable"]
    assert "orders row 4 was set aside" in head_of(unread).sentence
    for one in (review, unread):
        assert read(write_html(one)).open == []
        assert "ORD-09" in printed(one)


def test_plans_say_what_they_give_cost_and_whom_they_take(guarded: ReviewAnswer) -> None:
    selection = section_of(guarded).selection
    assert selection is not None
    assert selection.sentence == (
        "ORD-02 requires 49 patrolling guards by 30 August 2026; 23 are expected. Plan 4 meets it in time at the "
        f"least output lost (4{THIN}615 USD a day): 21 recruits and 5 transfers. Without any output lost, plan 1 "
        "brings 35. ORD-02 is short of target without a plan."
    )
    first, *_, fourth, _, late = selection.plans
    assert (first.lost, first.met, first.lines) == ("none", "not met", ())
    assert (fourth.guards, fourth.lost, fourth.met) == ("49", f"4{THIN}615 USD", "11 August 2026, in time")
    assert fourth.shares == f"63 ministry (74.1{THIN}%), 22 civilian (25.9{THIN}%)"
    assert fourth.lots == (
        "By lot, among candidates alike to this plan: 12 of 13 ministry, "
        "1 of 6 civilian of L-105, ready after the due date."
    )
    assert selection.pool_note.endswith("The lot among those alike was drawn with seed 1.")
    assert (late.met, selection.plans[2].proven) == ("19 September 2026, 20 days late", f"feasible, gap 4.0{THIN}%")
    assert fourth.proven == "proven best"
    codes = [code for group in fourth.groups for code in group.codes.split(", ")]
    assert guarded.selection is not None
    assert sorted(codes) == sorted(guarded.selection.front[3].chosen)
    assert [group.kind for group in fourth.groups] == [
        "13 applicants, ministry, ready on 4 August 2026",
        "8 applicants, civilian, ready on 4 August 2026",
        "4 workers of L-105, ministry, ready on 11 August 2026",
        "1 worker of L-105, civilian, ready on 11 August 2026",
    ]
    assert (fourth.lines[0].line, fourth.lines[0].taken) == ("L-105, shell_105", "5 of 26")
    assert fourth.lines[0].lost == f"57.7 items of 300 a day (19.2{THIN}%)"
    assert [(pair.name, pair.value) for pair in selection.pool] == [
        ("Candidates", "122 workers, 25 applicants"),
        ("In the pool", "98"),
        ("Not: not tested fit for the job", "45"),
        ("Not: training would end after 30 August 2026", "9"),
    ]
    assert selection.plans_note == (
        "Not every point between the ends was looked at: other plans may lie between these."
    )


def test_a_front_that_meets_nothing_says_what_comes_nearest(guarded: ReviewAnswer) -> None:
    assert guarded.selection is not None
    near = replace(guarded.selection, front=guarded.selection.front[:3], complete=True, reason="the mix holds no more")
    said = guards_plans.selection(near, guarded.orders)
    assert "No plan meets it in time; plan 3 comes nearest, with 48 (the mix holds no more)." in said.sentence
    assert said.plans_note == ""


def texts(drawing: Markup | None) -> list[str]:
    assert drawing is not None
    return [element.text or "" for element in ElementTree.fromstring(drawing).iter("text")]


def test_the_charts_show_and_tell_the_same(guarded: ReviewAnswer) -> None:
    section = section_of(guarded)
    assert section.need is not None
    assert section.mix is not None
    assert section.selection is not None
    shown = texts(section.need.chart)
    assert {"ordered: 49 patrolling guards", "on record", "expected", "22 on patrol"} <= set(shown)
    assert {"128 needed at the posts", "55 can stand at a post"} <= set(shown)
    assert "needed at the posts: 96 at first, 128 at last" in (section.need.chart or "")
    assert {"now: 45", "required: 85", "guards of ministry"} <= set(texts(section.mix.chart))
    assert f"ministry: 45 of 60 now, allowed 70.0{THIN}% to 80.0{THIN}%" in (section.mix.chart or "")
    assert {"plan 1", "plan 4", "plan 5", "plan 6", "met in time", "met late", "not met", "ordered: 49"} <= set(
        texts(section.selection.chart)
    )
    assert f"plan 4: 49 guards, output lost 4{THIN}615 USD;" in (section.selection.chart or "")


def test_the_chart_of_months_takes_the_measure_of_the_order(guarded: ReviewAnswer) -> None:
    assert guarded.force is not None
    months = guarded.force.by_month
    whole = guards_charts.months_chart(months, made.asked_order(), made.TODAY)
    assert "58 all guards" in texts(whole)
    past = guards_charts.months_chart(months[:3], None, made.TODAY)
    assert "expected" not in texts(past)
    assert not any(text.startswith("ordered") for text in texts(past))
    blank = tuple(replace(month, needed=None) for month in months)
    assert not any("needed" in text for text in texts(guards_charts.months_chart(blank, None, made.TODAY)))


def test_several_affiliations_get_a_panel_each(guarded: ReviewAnswer) -> None:
    assert guarded.mix is not None
    third = replace(guarded.mix.bands[1], affiliation="army", now=0, share=0.0)
    totals = tuple(replace(one, numbers={**(one.numbers or {}), "army": (0, 4)}) for one in guarded.mix.by_total)
    shown = texts(
        guards_charts.mix_chart(replace(guarded.mix, bands=(*guarded.mix.bands, third), by_total=totals), None)
    )
    assert {"guards of ministry", "guards of civilian", "guards of army"} <= set(shown)


def leaves(value: Any) -> Iterator[str]:
    if is_dataclass(value):
        for field in fields(value):
            yield from leaves(getattr(value, field.name))
    elif isinstance(value, tuple):
        for entry in value:
            yield from leaves(entry)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("name", ["guarded", "unmeasured", "long"])
def test_the_page_holds_every_text_of_its_context(name: str, request: pytest.FixtureRequest) -> None:
    page = build.build_page(request.getfixturevalue(name))
    html = render(page)
    assert [leaf for leaf in leaves(page) if str(escape(leaf)) not in html] == []
    found = read(html)
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert {link[1:] for link in found.links} <= set(found.ids)


def test_templates_use_exactly_the_documented_fields(
    guarded: ReviewAnswer, long: ReviewAnswer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [build.build_page(guarded), build.build_page(long)]
    used: set[tuple[str, str]] = set()
    for kind in CONTEXTS:
        names = {field.name for field in fields(kind)}

        def record(self: object, name: str, names: set[str] = names) -> Any:
            if name in names:
                used.add((type(self).__name__, name))
            return object.__getattribute__(self, name)

        monkeypatch.setattr(kind, "__getattribute__", record)
    for page in pages:
        render(page)
    assert {(kind.__name__, field.name) for kind in CONTEXTS for field in fields(kind)} - used == set()


def test_every_field_of_a_context_says_what_it_is() -> None:
    assert len(CONTEXTS) >= 15
    for kind in CONTEXTS:
        hints = typing.get_type_hints(kind, include_extras=True)
        assert all(getattr(hints[field.name], "__metadata__", ("",))[0] for field in fields(kind)), kind


def test_long_lists_are_cut_and_told(long: ReviewAnswer) -> None:
    section = section_of(long)
    need, mix, selection = section.need, section.mix, section.selection
    assert need is not None
    assert mix is not None
    assert selection is not None
    assert (len(section.orders), section.orders_note) == (guards.ORDERS_MAX, "8 more orders in the workbook")
    assert (len(section.reasons[0].heard), section.reasons[0].more) == (5, "and 3 more reports, in the workbook")
    assert (len(section.named_none), section.named_none_note) == (5, "and 2 more reports in the workbook")
    assert (len(need.posts), need.posts_note) == (guards_need.POSTS_MAX, "60 more posts in the workbook")
    assert (len(need.shifts), need.shifts_note) == (guards_need.SHIFTS_MAX, "20 more shifts in the workbook")
    assert need.qualifications_note == "20 more qualifications in the workbook"
    assert (need.notes[19:], len(need.notes)) == (("note 19", "10 more notes in the workbook"), 21)
    assert (len(need.months), need.months_note) == (36, "18 more earlier months in the workbook")
    assert mix.breaks_note == "1 more number that breaks a band in the workbook"
    assert (len(mix.totals), mix.totals_note) == (54, "18 more totals in the workbook")
    assert (len(selection.plans), selection.plans_note[:30]) == (25, "15 more plans in the workbook.")
    assert selection.plans[0].codes_note == "94 more codes in the workbook"
    assert selection.plans[0].lines_note == "10 more lines in the workbook"
    assert selection.pool_note.startswith("10 more reasons in the workbook.")
    assert "and 10 more orders." in printed(long)


def hostile(guarded: ReviewAnswer) -> ReviewAnswer:
    """Every text of the site tries to be something else."""
    assert guarded.force is not None
    assert guarded.mix is not None
    assert guarded.selection is not None
    heard = tuple(replace(one, report=FORMULA, about=MARKUP, text=STEERING) for one in made.order_on_patrols().heard)
    order = replace(
        made.order_on_patrols(), order=MARKUP, issuer=STEERING, scope=FORMULA, stated_reason=MARKUP, reason=STEERING,
        heard=heard,
    )  # fmt: skip
    names = {"ministry": MARKUP, "civilian": STEERING}
    mix = replace(
        guarded.mix,
        bands=tuple(replace(one, affiliation=names[one.affiliation]) for one in guarded.mix.bands),
        by_total=tuple(
            replace(one, numbers={names[name]: ends for name, ends in (one.numbers or {}).items()})
            for one in guarded.mix.by_total
        ),
        growth_alone=(), breaks=(MARKUP,),
    )  # fmt: skip
    selection = replace(
        guarded.selection, order=MARKUP, loss_unit=STEERING, refused={MARKUP: 1}, assumptions=(MARKUP,),
        candidates=(replace(guarded.selection.candidates[0], person=FORMULA, line=STEERING),),
        front=tuple(replace(one, plan=STEERING, chosen=(FORMULA, "-2+3")) for one in guarded.selection.front),
    )  # fmt: skip
    force = replace(
        guarded.force,
        posts=(replace(guarded.force.posts[0], post=FORMULA, name=MARKUP, kind=STEERING),),
        notes=(MARKUP,),
    )
    return replace(guarded, orders=(order,), mix=mix, selection=selection, force=force)


def test_hostile_texts_stay_texts(guarded: ReviewAnswer, tmp_path: Path) -> None:
    review = hostile(guarded)
    html = write_html(review)
    assert "<script" not in html
    assert str(escape(MARKUP)) in html
    assert "\x1b" not in printed(review)
    write_xlsx(review, tmp_path / "hostile.xlsx")
    book = openpyxl.load_workbook(tmp_path / "hostile.xlsx")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    assert {FORMULA, MARKUP, "-2+3"} <= {cell.value for cell in cells}


def test_the_terminal_says_it_in_a_few_lines(guarded: ReviewAnswer, unmeasured: ReviewAnswer) -> None:
    text = " ".join(printed(guarded).split())
    assert "Guards on 30 June 2026: needed 120, on hand 60 (56 can stand at a post), 64 short of what the " in text
    assert (
        "at least 49; 24 on 30 June 2026, expected 23, 26 short of the order. Order ORD-02 is met on 11 August 2026 "
        "with plan 4" in text
    )
    assert "ORD-01, met: at least 5 times the monthly output of shell_105" in text
    assert "ORD-03, not measurable: more than double the guards of 1 January 2019 by 30 August 2026: the base" in text
    assert (
        "Guards on 30 June 2026: need not measurable, on hand 0 (0 can stand at a post): no post is on record."
        in " ".join(printed(unmeasured).split())
    )
    for width in (60, 100, 200):
        assert max(map(len, printed(guarded, width).splitlines())) <= min(width, 100)
    printed(guarded).replace("─", "-").encode("cp1252")


def rows_of(sheet: Any) -> list[dict[str, Any]]:
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_workbook_holds_every_value(guarded: ReviewAnswer, tmp_path: Path) -> None:
    write_xlsx(guarded, tmp_path / "one.xlsx")
    book = openpyxl.load_workbook(tmp_path / "one.xlsx")
    assert set(book.sheetnames) >= {
        "orders", "order_reports", "force", "force_months", "posts", "shifts", "qualifications", "mix_bands", "mix",
        "plans", "plan_lines", "plan_alike", "chosen", "pool",
    }  # fmt: skip
    assert all(len(set(row)) == len(row) for sheet in book for row in sheet.iter_rows(max_row=1, values_only=True))
    said = {row["verdict"]: row["in plain words"] for row in rows_of(book["summary"])}
    assert said["guards"] == head_of(guarded).sentence
    orders = rows_of(book["orders"])
    assert [row["verdict"] for row in orders] == ["met", "short", "not_measurable", "on_course"]
    assert (orders[1]["required (unit)"], orders[1]["short of target when due (unit)"]) == (49, 26)
    assert orders[1]["rows of the baseline"] == "people " + " ".join(str(row) for row in range(2, 26))
    force = {row["what"]: row["value"] for row in rows_of(book["force"])}
    assert (force["needed (guards)"], force["by fill probability (guards)"]) == (120, 119.4)
    assert force["net (h a year)"] == 1653
    assert force["after sick and other absences, on average (guards)"] == 107.68
    assert guarded.force is not None
    assert guarded.mix is not None
    assert guarded.selection is not None
    assert len(rows_of(book["force_months"])) == len(guarded.force.by_month)
    assert rows_of(book["shifts"])[2]["by qualification"] == "armed 6; control_room 2; any guard 10"
    mix = rows_of(book["mix"])
    assert [row["civilian, most"] for row in mix] == [
        one.numbers["civilian"][1] for one in guarded.mix.by_total if one.numbers is not None
    ]
    assert rows_of(book["mix_bands"])[1]["share of civilian if it alone filled the order"] == pytest.approx(40 / 85)
    plans = rows_of(book["plans"])
    assert [row["guards when due"] for row in plans] == [plan.guards_by_due for plan in guarded.selection.front]
    assert plans[3]["output lost (USD a day)"] == guarded.selection.front[3].output_lost
    chosen = [(row["plan"], row["code"]) for row in rows_of(book["chosen"])]
    assert chosen == [(plan.plan, code) for plan in guarded.selection.front for code in plan.chosen]
    pool = rows_of(book["pool"])
    assert [row["code"] for row in pool] == [one.person for one in guarded.selection.candidates]
    assert [row["in the pool"] == "yes" for row in pool] == [one.in_pool for one in guarded.selection.candidates]
    assert {row["reasons"] for row in pool if row["in the pool"] == "yes"} == {None}


def test_the_json_has_the_keys_of_the_schema_and_raw_values(guarded: ReviewAnswer) -> None:
    document = json.loads(write_json(guarded))
    force = document["force"]
    assert {"need", "on_hand", "fill_probability", "net_hours", "by_month", "posts"} <= set(force)
    assert (force["need"], force["by_net_hours"], force["net_hours"]["net"]) == (120, 107.68, 1653.0)
    schema = {
        "order", "measure", "baseline", "baseline_rows", "target", "strict", "now", "expected", "due_on", "short_by",
        "verdict", "reason",
    }  # fmt: skip
    assert all(schema <= set(one) for one in document["orders"])
    assert document["orders"][1]["due_on"] == "2026-08-30"
    assert document["orders"][1]["baseline_rows"][0] == {"table": "people", "row": 2}
    assert document["orders"][2]["target"] is None
    assert "source" not in document["orders"][1]["heard"][0]
    assert document["mix"]["by_total"][0]["numbers"] == {"ministry": [39, 44], "civilian": [11, 16]}
    assert len(document["selection"]["candidates"]) == 147
    assert document["selection"]["front"][3]["status"] == "proven"
    assert write_json(guarded) == write_json(guarded)


def test_every_verdict_has_a_word_a_mark_and_a_meaning() -> None:
    assert (
        set(guards_sentences.ORDER_WORD) == set(guards_sentences.ORDER_MARK) == set(ORDER_MEANING) == set(OrderVerdict)
    )
    assert set(guards_sentences.SOLVED_WORD) == set(SOLVED_MEANING) == set(Solved)
    assert len(set(guards_sentences.ORDER_WORD.values())) == len(OrderVerdict)
    assert all(len(mark) == 1 for mark in guards_sentences.ORDER_MARK.values())


def test_months_shown_join_record_and_expectation(guarded: ReviewAnswer) -> None:
    assert guarded.force is not None
    months = guarded.force.by_month
    last = max(month.on for month in months if not month.expected)
    assert last == made.TODAY
    assert min(month.on for month in months if month.expected) - last == timedelta(days=31)


def test_the_same_review_gives_the_same_page(guarded: ReviewAnswer, drawn_charts: dict[str, str]) -> None:
    page = write_html(guarded)
    drawn_charts.clear()
    assert write_html(guarded) == page
