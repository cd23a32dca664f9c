"""What an order can reach: the closed form of the bands beside the integer program of the selection."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import order_sites as sites
import pytest

from stockward.guards.answering import answer_orders, look_at_guards
from stockward.guards.selection.plans import selection_of
from stockward.guards.selection.pool import candidates_of
from stockward.report.guards.sentences import best_plan, when_sentence
from stockward.terms.verdicts import OrderVerdict

LINES = "line,material,workers_needed,output_per_day\nL1,TNT,3,100\nL2,TNT,2,50\n"
COLUMNS = "person,role,affiliation,duty,line,since,until,available_from,training_weeks,tested_fit\n"


def people(draw: random.Random) -> str:
    """Guards of two affiliations, and workers and applicants who are ready at different times, or leave."""
    ministry = draw.randint(6, 20)
    civilian = max(round(ministry * draw.uniform(0.25, 0.43)), 2)
    rows = [f"M{number},guard,ministry,patrol,,2020-01-01,,,,yes\n" for number in range(ministry)]
    rows += [f"C{number},guard,civilian,post,,2020-01-01,,,,yes\n" for number in range(civilian)]
    for number in range(draw.randint(0, 14)):
        role = draw.choice(["worker", "applicant"])
        line = draw.choice(["L1", "L2"]) if role == "worker" else ""
        free = sites.DAY + timedelta(days=draw.randint(-30, 50))
        until = str(free + timedelta(days=draw.randint(20, 200))) if draw.random() < 0.15 else ""
        fit = draw.choice(["yes", "yes", "yes", "no"])
        weeks = draw.choice(["", "2", "6"])
        affiliation = draw.choice(["ministry", "ministry", "civilian"])
        rows.append(f"X{number},{role},{affiliation},,{line},,{until},{free},{weeks},{fit}\n")
    return COLUMNS + "".join(rows)


def test_nothing_is_impossible_while_candidates_are_set_aside(tmp_path: Path) -> None:
    rows = COLUMNS + "".join(f"M{number},guard,ministry,patrol,,2020-01-01,,,,yes\n" for number in range(4))
    rows += "X0,applicant,ministry,,,,,,,yes\n"
    for name, lost, verdict in (
        ("read", "", OrderVerdict.IMPOSSIBLE),
        ("candidate", "X1,applicant,ministry,,,,,2026-99-99,,yes\n", OrderVerdict.SHORT),
        ("gone", "X1,applicant,ministry,,,2020-01-01,2021-01-01,2026-99-99,,yes\n", OrderVerdict.IMPOSSIBLE),
    ):
        order = sites.ORDER_COLUMNS + sites.order(measure="guards")
        (answer,) = answer_orders(sites.books(tmp_path / name, people=rows + lost, orders=order), day=sites.DAY)
        assert answer.verdict is verdict, name
        if verdict is OrderVerdict.SHORT:
            assert answer.reachable is None and answer.reason is not None
            assert "not known: people row 7 is set aside and could be a candidate" in answer.reason


def test_a_plan_names_the_order_on_production_whose_output_it_takes(tmp_path: Path) -> None:
    rows = COLUMNS + "".join(f"M{number},guard,ministry,patrol,,2020-01-01,,,,yes\n" for number in range(3))
    rows += "".join(f"X{number},worker,ministry,,L1,2020-01-01,,,,yes\n" for number in range(4))
    made = "P,2026-06-01,production:TNT,>=,2026-08-30,1,,2026-05-01,,,\n"
    tables = {
        "people": rows, "lines": LINES.splitlines()[0] + "\n" + LINES.splitlines()[1] + "\n",
        "production": "line,month,actual\nL1,2026-05-01,3000\nL1,2026-06-01,3000\n",
    }  # fmt: skip
    for factor, lowered in (("1.3", ()), ("2", ("P",))):
        order = sites.ORDER_COLUMNS + sites.order(measure="guards", factor=factor) + made
        read = sites.books(tmp_path / factor, orders=order, **tables)
        answers = look_at_guards(read, as_of=sites.DAY, today=sites.DAY, seed=1)
        assert answers.selection is not None
        best = best_plan(answers.selection.front)
        assert best is not None and best.lowers == lowered
        said = when_sentence(answers.orders[0], answers.selection)
        assert ("taken from the output that order P asks for" in said) is bool(lowered)


@pytest.mark.parametrize("seed", range(60))
def test_reach_is_the_most_that_the_selection_finds(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    order = sites.order(factor=draw.choice(["1", "1.2", "1.5"]), measure=draw.choice(["guards", "patrolling_guards"]))
    bands = sites.BANDS if seed % 5 else {"ministry": (0.6, 0.9), "civilian": (0.1, 0.4)}
    read = sites.books(
        tmp_path / "site", bands=bands, people=people(draw), lines=LINES, orders=sites.ORDER_COLUMNS + order
    )
    (answer,) = answer_orders(read, day=sites.DAY)
    assert answer.due_on is not None
    pool = candidates_of(read, measure=answer.measure, due_on=answer.due_on, day=sites.DAY)
    found = selection_of(read, order=answer, candidates=pool, day=sites.DAY, seed=1)
    if not pool:
        assert answer.reachable is None
    elif found.front:
        assert answer.reachable == max(plan.guards_by_due for plan in found.front)
        assert answer.required is not None
        enough = answer.reachable >= answer.required
        assert (answer.verdict is OrderVerdict.IMPOSSIBLE) is not enough
    else:
        assert answer.reachable == answer.expected
