"""Selection by hand: the pool and its reasons, output lost, the mix, the lot, and what cannot be planned."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from selection_sites import DAY, DUE, TABLES, Person, applicant, guard, order, read, select, worker

from stockward.answers.selection import SelectionAnswer, SelectionPlan
from stockward.guards.selection import pool
from stockward.guards.selection.checking import PlanChecker
from stockward.guards.selection.lines import FULL_DAYS
from stockward.guards.selection.plans import selection_of
from stockward.guards.selection.pool import candidates_of
from stockward.terms.errors import StockwardError, UsageError
from stockward.terms.verdicts import Solved

BANDS = {"ministry": (0.7, 0.8), "civilian": (0.2, 0.3)}
L1 = TABLES["lines"] + "L1,SHELL,3,300\n"


def guards(ministry: int, civilian: int = 0) -> list[Person]:
    return [guard(f"G{n}") for n in range(ministry)] + [guard(f"H{n}", "civilian") for n in range(civilian)]


def reasons(people: list[Person], *, measure: str = "patrolling_guards", **tables: str) -> dict[str, tuple[str, ...]]:
    found = candidates_of(read(people, **tables), measure=measure, due_on=DUE, day=DAY)
    return {one.person: one.reasons for one in found}


def test_every_reason_that_holds_is_given() -> None:
    posts = TABLES["posts"].splitlines()[0] + ",qualification,area\nP,patrol,2,00:00,24:00,daily,armed,A\n"
    people = [
        applicant("fit", qualifications="armed dog"),
        applicant("failed", tested_fit="no", qualifications="armed"),
        applicant("untested", tested_fit="", qualifications="armed"),
        applicant("unqualified", qualifications="dog"),
        applicant("barred", qualifications="armed", not_in_areas="B A"),
        applicant("leaves", qualifications="armed", until="2026-08-29"),
        applicant("several", tested_fit="no", not_in_areas="A", until="2026-07-01"),
        applicant("gone", until="2026-06-29"),
    ]
    assert reasons(people, posts=posts) == {
        "fit": (),
        "failed": (pool.NOT_PASSED,),
        "untested": (pool.NOT_TESTED,),
        "unqualified": (pool.NOT_QUALIFIED,),
        "barred": (pool.NOT_IN_AREAS,),
        "leaves": (pool.LEAVES,),
        "several": (pool.NOT_PASSED, pool.NOT_QUALIFIED, pool.NOT_IN_AREAS, pool.LEAVES),
    }


def test_one_post_that_can_be_served_is_enough_and_the_order_says_which_count() -> None:
    head = TABLES["posts"].splitlines()[0] + ",qualification,area\n"
    posts = head + "P,patrol,1,00:00,24:00,daily,armed,A\nG,gate,1,00:00,24:00,daily,,B\n"
    people = [applicant("C1", not_in_areas="A")]
    assert reasons(people, posts=posts)["C1"] == (pool.NOT_QUALIFIED, pool.NOT_IN_AREAS)
    assert reasons(people, posts=posts, measure="guards")["C1"] == ()
    qualified_for_the_barred = [applicant("C1", qualifications="armed", not_in_areas="A")]
    other = head + "P,patrol,1,00:00,24:00,daily,armed,A\nQ,patrol,1,00:00,24:00,daily,dog,B\n"
    assert reasons(qualified_for_the_barred, posts=other)["C1"] == (pool.NOT_IN_AREAS,)


def test_the_bands_may_leave_an_affiliation_no_room() -> None:
    people = [applicant("C1", "ministry"), applicant("C2", "regional"), applicant("C3", "civilian")]
    books = read(people, bands={"ministry": (0.7, 1), "civilian": (0.3, 0.3)})
    found = {one.person: one.reasons for one in candidates_of(books, measure="guards", due_on=DUE, day=DAY)}
    assert found == {"C1": (), "C2": (pool.NO_ROOM,), "C3": ()}
    books = read(people, bands={"civilian": (0, 0)})
    found = {one.person: one.reasons for one in candidates_of(books, measure="guards", due_on=DUE, day=DAY)}
    assert found == {"C1": (), "C2": (), "C3": (pool.NO_ROOM,)}


def test_candidates_are_ready_after_training() -> None:
    people = [
        applicant("now"),
        applicant("trained", available_from="2026-07-01", training_weeks="8"),
        applicant("part", training_weeks="0.5"),
        applicant("later", since="2026-08-01", available_from="2026-07-01"),
    ]
    found = candidates_of(read(people), measure="guards", due_on=DUE, day=DAY)
    assert {one.person: one.ready_on for one in found} == {
        "now": DAY,
        "trained": date(2026, 8, 26),
        "part": date(2026, 7, 4),
        "later": date(2026, 8, 1),
    }
    assert all(one.in_pool for one in found)


def test_the_first_transfer_costs_nothing_and_the_next_ones_do() -> None:
    people = [*guards(2), *(worker(f"W{n}", "L1") for n in range(4))]
    answer = select(read(people, lines=L1), 6)
    assert answer.loss_unit == "USD"
    assert [(plan.guards_by_due, plan.output_lost) for plan in answer.front] == [
        (3, 0.0), (4, 3000.0), (5, 6000.0), (6, 9000.0),
    ]  # fmt: skip
    last = answer.front[-1]
    assert [(one.line, one.staff, one.taken, one.lost, one.share) for one in last.lines] == [("L1", 4, 4, 300.0, 1.0)]
    assert (last.transfers, last.recruits, last.days_late, last.met_on) == (4, 0, 0, DAY)
    assert [plan.days_late for plan in answer.front[:-1]] == [None, None, None]


def test_a_line_that_is_short_already_loses_with_the_first() -> None:
    people = [*guards(2), *(worker(f"W{n}", "L1") for n in range(2))]
    answer = select(read(people, lines=L1), 4)
    assert [(plan.guards_by_due, plan.output_lost) for plan in answer.front] == [(2, 0.0), (3, 3000.0), (4, 6000.0)]


def test_half_a_worker_needed_costs_half_a_workers_output() -> None:
    lines = TABLES["lines"] + "L1,SHELL,2.5,250\n"
    answer = select(read([guard("G"), *(worker(f"W{n}", "L1") for n in range(4))], lines=lines), 5)
    assert [plan.output_lost for plan in answer.front] == [0.0, 1500.0, 4500.0, 7500.0]


def test_without_a_value_for_every_product_losses_are_full_days() -> None:
    materials = "material,kind,unit,unit_value\nSHELL,item,each,30\nBOMB,item,each,\n"
    lines = L1 + "L2,BOMB,2,50\n"
    people = [guard("G"), *(worker(f"W{n}", "L1") for n in range(3)), worker("X", "L2"), worker("Y", "L2")]
    answer = select(read(people, lines=lines, materials=materials), 6)
    assert answer.loss_unit == FULL_DAYS
    assert [round(plan.output_lost, 9) for plan in answer.front] == [
        0.0, round(1 / 3, 9), round(2 / 3, 9), 1.0, 1.5, 2.0,
    ]  # fmt: skip
    assert any("not every line's product has a value" in one for one in answer.assumptions)


def test_without_a_currency_values_stay_values() -> None:
    assert select(read([guard("G"), worker("W", "L1")], lines=L1, currency=None), 2).loss_unit == "units of value"


def test_a_worker_of_no_line_costs_no_output_and_that_is_said() -> None:
    answer = select(read([guard("G"), worker("W", "", since="2020-01-01")]), 2)
    assert [(plan.guards_by_due, plan.output_lost, plan.transfers) for plan in answer.front] == [(2, 0.0, 1)]
    assert any(one.startswith("1 workers of the pool are on no line") for one in answer.assumptions)


def test_the_bands_hold_in_every_plan() -> None:
    people = [*guards(7, 3), *(applicant(f"C{n}", "civilian") for n in range(9)), applicant("M1"), applicant("M2")]
    answer = select(read(people, bands=BANDS), 14)
    assert [plan.numbers for plan in answer.front] == [{"ministry": 9, "civilian": 3}]
    assert answer.front[0].shares == {"ministry": 0.75, "civilian": 0.25}
    assert answer.front[0].days_late is None


def test_bands_that_cannot_hold_are_answered_with_the_numbers() -> None:
    people = [*guards(5, 5), applicant("M1"), applicant("M2")]
    answer = select(read(people, bands=BANDS), 12)
    assert answer.front == ()
    assert answer.reason is not None
    assert "of 10 guards on 2026-08-30 the record has 5 ministry (asked for: 7 to 8), 5 civilian" in answer.reason
    low = select(read(people, bands={"ministry": (0.3, 0.4), "civilian": (0.2, 0.3)}), 12)
    assert low.reason is not None
    assert low.reason.endswith("the upper shares sum to 0.7, less than 1")


def test_bands_may_have_any_number_of_digits() -> None:
    people = [
        *guards(2, 1),
        *(applicant(f"C{n}", "civilian") for n in range(4)),
        *(applicant(f"M{n}") for n in range(4)),
    ]
    bands = {"ministry": (0.6666666666666666, 0.7777777777777777), "civilian": (0.2222222222222222, 0.3333333333333334)}
    answer = select(read(people, bands=bands), 10)
    assert [plan.numbers for plan in answer.front] == [{"ministry": 6, "civilian": 3}]


def test_an_impossible_order_has_the_plans_that_come_nearest() -> None:
    answer = select(read([*guards(2), applicant("A"), applicant("B", training_weeks="20")]), 400)
    assert [(plan.guards_by_due, plan.days_late) for plan in answer.front] == [(3, None)]
    assert answer.reason is None


def test_a_late_plan_says_how_late() -> None:
    people = [*guards(2), applicant("A", available_from="2026-09-10"), worker("W", "L1")]
    answer = select(read(people, lines=L1), 3)
    assert [(plan.output_lost, plan.days_late, plan.met_on) for plan in answer.front] == [
        (0.0, 11, date(2026, 9, 10)),
        (3000.0, 0, DAY),
    ]
    assert answer.front[0].numbers_on == date(2026, 9, 10)


@pytest.mark.parametrize(
    ("people", "reason"),
    [
        ([], "no worker or applicant is on record"),
        ([applicant("C", tested_fit="no")], "the pool is empty: none of the 1 candidates meets every standard"),
    ],
)
def test_an_empty_pool_is_said(people: list[Person], reason: str) -> None:
    answer = select(read([*guards(2), *people]), 5)
    assert (answer.front, answer.reason, answer.expected) == ((), reason, 2)


def test_an_order_that_is_not_short_asks_for_nobody() -> None:
    answer = select(read([*guards(5), applicant("C")]), 5)
    assert answer.reason == "nobody need be chosen: 5 are expected on the due date, and 5 required"


def test_a_post_nobody_is_qualified_for_empties_the_pool() -> None:
    posts = TABLES["posts"].splitlines()[0] + ",qualification\nP,patrol,1,00:00,24:00,daily,diver\n"
    answer = select(read([*guards(2), applicant("C1"), applicant("C2")], posts=posts), 5)
    assert answer.refused == {pool.NOT_QUALIFIED: 2}
    assert answer.reason is not None and answer.reason.startswith("the pool is empty")


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (applicant("C1", training_weeks="many"), "people row 5"),
        ({"person": "X", "role": "", "affiliation": "ministry"}, "people row 5"),
        ({"person": "X", "role": "worker", "affiliation": "ministry", "until": "2026-06-01", "line": "L9"}, None),
    ],
)
def test_rows_set_aside_that_could_matter_stop_the_plans(row: Person, named: str | None) -> None:
    answer = select(read([*guards(2), applicant("C1"), row], lines=L1), 3)
    if named is None:
        assert answer.front
    else:
        assert answer.reason is not None
        assert answer.front == () and named in answer.reason
        assert "C1" not in answer.reason


def test_a_second_row_for_a_line_in_use_stops_the_plans() -> None:
    people = [*guards(2), worker("W", "L1")]
    twice = select(read(people, lines=L1 + "L1,SHELL,1,900\n"), 3)
    assert twice.reason == "rows set aside could change every plan (lines row 3): mend them first"
    unused = select(read(people, lines=L1 + "L2,SHELL,1,900\nL2,SHELL,2,900\n"), 3)
    assert unused.reason is None


def test_questions_that_cannot_be_asked_are_refused() -> None:
    books = read([*guards(2), applicant("C1")])
    with pytest.raises(UsageError, match="not measurable: no baseline"):
        selection_of(books, order=order(None), candidates=(), day=DAY, seed=1)
    with pytest.raises(UsageError, match="is on production:SHELL"):
        selection_of(books, order=replace(order(5), measure="production:SHELL"), candidates=(), day=DAY, seed=1)
    with pytest.raises(UsageError, match="at least one point"):
        select(books, 3, points=0)


def test_a_search_cut_short_gives_a_gap_or_says_that_the_time_ended() -> None:
    lines = TABLES["lines"] + "".join(f"L{n},SHELL,{5 + n},{97 + 13 * n}\n" for n in range(6))
    workers = [worker(f"W{n:03}", f"L{n % 6}", ("ministry", "civilian")[n % 5 < 2]) for n in range(60)]
    books = read([*guards(15, 5), *workers], lines=lines, bands=BANDS)
    candidates = candidates_of(books, measure="guards", due_on=DUE, day=DAY)

    def within(seconds: float) -> SelectionAnswer:
        return selection_of(
            books, order=order(40, measure="guards"), candidates=candidates, day=DAY, seed=1,
            deterministic_seconds=seconds,
        )  # fmt: skip

    whole, none = within(10.0), within(0.0)
    assert none.front == ()
    assert none.reason == "the time ended before any plan was found: allow the solver more"
    assert all(plan.status is Solved.PROVEN and plan.bound == plan.output_lost for plan in whole.front)
    cut = next(one for one in map(within, (3e-5, 1e-4, 2e-4, 3e-4)) if any(plan.gap for plan in one.front))
    assert not cut.complete
    for plan in cut.front:
        assert plan.bound is not None and plan.gap is not None
        assert plan.bound <= plan.output_lost
        assert plan.gap == pytest.approx(0 if not plan.output_lost else 1 - plan.bound / plan.output_lost, abs=1e-6)


def crowd(count: int = 12) -> list[Person]:
    return [*guards(3), *(applicant(f"C{n:02}") for n in range(count))]


def chosen(people: list[Person], required: int, seed: int) -> set[str]:
    """Who serves in the plan with just so many guards, where each one taken costs the same line as much."""
    lines = TABLES["lines"] + "L1,SHELL,12,120\n"
    workers = [{**row, "role": "worker", "line": "L1"} if row["role"] == "applicant" else row for row in people]
    answer = select(read(workers, lines=lines), required, seed=seed)
    return set(next(plan for plan in answer.front if plan.guards_by_due == required).chosen)


def test_the_lot_decides_and_the_order_of_rows_does_not() -> None:
    people = crowd()
    first = chosen(people, 7, seed=1)
    assert len(first) == 4
    shuffled = people.copy()
    random.Random(5).shuffle(shuffled)
    assert chosen(shuffled, 7, seed=1) == first
    assert len({frozenset(chosen(people, 7, seed=seed)) for seed in range(1, 9)}) > 4


def test_nothing_else_of_a_person_decides() -> None:
    people = crowd()
    changed = [
        row
        if row["role"] == "guard"
        else {**row, "department": f"D{n}", "hours_per_week": str(20 + n), "since": f"20{10 + n}-01-01"}
        for n, row in enumerate(people)
    ]
    assert chosen(changed, 7, seed=1) == chosen(people, 7, seed=1)


def test_every_code_is_drawn_about_as_often() -> None:
    drawn: Counter[str] = Counter()
    people = [*guards(3), *(worker(f"C{n:02}", "L1") for n in range(6))]
    books = read(people, lines=TABLES["lines"] + "L1,SHELL,6,120\n")
    candidates = candidates_of(books, measure="guards", due_on=DUE, day=DAY)
    for seed in range(60):
        answer = selection_of(books, order=order(5, measure="guards"), candidates=candidates, day=DAY, seed=seed)
        drawn.update(next(plan for plan in answer.front if plan.guards_by_due == 5).chosen)
    # Two of six in each of 60 draws: 20 expected for each, standard deviation 3.65.
    assert sorted(drawn) == [f"C{n:02}" for n in range(6)]
    assert all(abs(count - 20) < 4 * 3.65 for count in drawn.values())


def test_the_draw_can_be_done_again_by_hand_and_larger_plans_contain_the_smaller() -> None:
    people = [*guards(3), *(worker(f"C{n:02}", "L1") for n in range(6))]
    answer = select(read(people, lines=TABLES["lines"] + "L1,SHELL,6,120\n"), 9, seed=7)
    codes = [f"C{n:02}" for n in range(6)]
    order_of_lot = sorted(codes, key=lambda code: hashlib.sha256(f"7\nORD-1\n{code}".encode()).hexdigest())
    assert list(answer.lots) == order_of_lot
    assert answer.seed == 7
    for plan in answer.front:
        taken = sum(alike.taken for alike in plan.alike)
        assert set(plan.chosen) == set(order_of_lot[:taken])
        assert all(alike.among == 6 and alike.line == "L1" for alike in plan.alike)


def test_the_same_question_has_the_same_answer() -> None:
    people = [*guards(7, 3), *(worker(f"W{n}", "L1", "civilian") for n in range(5)), *crowd()[3:]]
    books = read(people, lines=L1, bands=BANDS)
    assert select(books, 18) == select(books, 18)


def test_fewer_points_keep_the_ends_and_the_cheapest_in_time() -> None:
    people = [*guards(2), *(worker(f"W{n:02}", "L1") for n in range(30))]
    books = read(people, lines=TABLES["lines"] + "L1,SHELL,30,30\n")
    whole, few, three = select(books, 20), select(books, 20, points=7), select(books, 20, points=3)
    assert whole.complete and len(whole.front) == 31
    assert not few.complete and len(few.front) == 7
    figures = [plan.guards_by_due for plan in few.front]
    assert {2, 20, 32} <= set(figures)
    assert {2, 20, 32} == {plan.guards_by_due for plan in three.front}
    assert [plan.plan for plan in few.front] == [f"P{n}" for n in range(1, 8)]


def sound_plan() -> tuple[PlanChecker, SelectionPlan]:
    people = [*guards(7, 3), worker("W", "L1"), worker("V", "L1", "civilian"), applicant("M1"), applicant("M2")]
    books = read([*people, applicant("N", tested_fit="no")], lines=L1, bands=BANDS)
    answer = select(books, 14)
    checker = PlanChecker(books, measure=answer.measure, due_on=DUE, required=14, day=DAY)
    return checker, answer.front[-1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"guards_by_due": 99}, "the figure on the due date"),
        ({"output_lost": 1.0}, "output lost is"),
        ({"met_on": date(2026, 7, 4)}, "the order is met on"),
        ({"days_late": 3}, "the order is met on"),
        ({"recruits": 9}, "transfers and recruits"),
        ({"numbers": {"ministry": 3}}, "the department on"),
        ({"shares": {"ministry": 0.5, "civilian": 0.5}}, "the shares on"),
        ({"chosen": ("W", "W")}, "chosen twice"),
        ({"chosen": ("nobody",)}, "not on record"),
        ({"chosen": ("N",)}, "has not passed the tests"),
        ({"chosen": ("G1",)}, "is no candidate"),
        ({"chosen": ("V", "W")}, "the bands do not hold"),
    ],
)
def test_the_checker_finds_every_breach(change: dict[str, object], said: str) -> None:
    checker, plan = sound_plan()
    assert list(checker.breaches(plan, in_currency=True)) == []
    with pytest.raises(StockwardError, match=said) as raised:
        checker.require_sound(replace(plan, **change), in_currency=True)  # type: ignore[arg-type]
    assert "\n" not in str(raised.value)
