"""Guards in the cheapest plan against every choice there is, and against the questions on guards, asked again."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from tests.protection.guards_to_plan import DAY, YEAR_END, EveryChoice, drawn_force, planner_for

from stockward.book import Site
from stockward.book.known import KnownBooks, known_at
from stockward.guards.answering import look_at_guards
from stockward.guards.mix import mix_of
from stockward.protection.guards.measured import joining_people
from stockward.protection.guards.planning import ForcePlanner
from stockward.terms.verdicts import OrderVerdict, Solved

AT = datetime(2026, 11, 30, tzinfo=UTC)
SITES, SITES_A_TEST = 60, 10


def with_joining(site: Site, planner: ForcePlanner) -> KnownBooks:
    """The books with those who join as guards in their own rows."""
    every = EveryChoice(site)
    duties = {
        one.person: "patrol" if patrols else "post" for one, patrols in joining_people(planner.facts, planner.best)
    }
    begins = {row["person"]: every.begins(row) for row in every.pool}
    people = site["people"]
    rows = [
        {
            **row, "role": "guard", "duty": duties[row["person"]], "since": begins[row["person"]],
            "available_from": None, "training_weeks": None, "line": None,
        }
        if row["person"] in duties
        else row
        for row in people.iter_rows(named=True)
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=people.schema, orient="row")
    return known_at(site.replace(people=frame), None)


def holds_by_the_guards_answers(site: Site, planner: ForcePlanner) -> None:
    """Every order, post and band, by the answers of a review of the books with the plan in them."""
    books = with_joining(site, planner)
    answers = look_at_guards(books, as_of=DAY, today=DAY, seed=1)
    later = look_at_guards(books, as_of=YEAR_END, today=YEAR_END, seed=1)
    for order, then in zip(answers.orders, later.orders, strict=True):
        if order.due_on is not None and order.due_on >= DAY:
            assert order.verdict in (OrderVerdict.MET, OrderVerdict.ON_COURSE), order
            assert then.verdict is OrderVerdict.MET
        assert then.now is not None and then.required is not None and then.now >= then.required
        for day in {YEAR_END, max(order.due_on or YEAR_END, DAY)} if (order.due_on or DAY) >= DAY else {YEAR_END}:
            mix = mix_of(books, day=day)
            assert mix is None or mix.holds or mix.total == 0
    if site.settings.force.fill_probability is not None:
        assert answers.force is not None
        month = answers.force.by_month[-1]
        assert month.on == YEAR_END and month.needed is not None and month.on_posts >= month.needed


@pytest.mark.parametrize("first", range(0, SITES, SITES_A_TEST))
def test_no_choice_is_cheaper_and_the_answers_on_guards_agree(first: int) -> None:
    for seed in range(first, first + SITES_A_TEST):
        # Some forces have one contract, and some have many.
        site = drawn_force(seed, contracts=(40, 20, 38.5, 10) if seed % 3 == 0 else (40,))
        planner, every = planner_for(site), EveryChoice(site)
        assert not planner.unmeasured
        choices = sorted(((every.cost(chosen), chosen) for chosen in every.choices()), key=lambda one: one[0])
        least = next((cost for cost, chosen in choices if every.meets(chosen)), None)
        best = planner.best
        assert best.status is (Solved.IMPOSSIBLE if least is None else Solved.PROVEN), seed
        assert best.cost == least, seed
        if least is None:
            continue
        holds_by_the_guards_answers(site, planner)
