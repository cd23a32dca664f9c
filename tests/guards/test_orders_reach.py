"""What an order can reach: the closed form of the bands beside the integer program of the selection."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import order_sites as sites
import pytest

from stockward.guards.answering import answer_orders
from stockward.guards.selection.plans import selection_of
from stockward.guards.selection.pool import candidates_of
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
