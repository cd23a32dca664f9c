"""The cheapest plan against every plan there is, and against books that are closed with it by other code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from itertools import product

import polars as pl
import pytest
from tests.protection.sites_to_plan import drawn_site

from stockward.answers.plan import CostUnit, MeasureKind, PlanAnswer
from stockward.book import Site
from stockward.book.known import known_at
from stockward.protection.closed.planned_books import planned_site
from stockward.protection.closed.seen_books import SeenBooks
from stockward.protection.decisions import DecidedLevels
from stockward.protection.goals_held import HeldGoal
from stockward.protection.planning import Planner
from stockward.questions.plan import make_protection_plan
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import Solved
from stockward.unseen.series import SightRequest

_LOOKED_AT = 600
"""Of the plans that are cheaper, the dearest: those that come nearest to meeting every goal."""
AT = datetime(2026, 2, 1, tzinfo=UTC)


def planned(site: Site, **asked: float) -> PlanAnswer:
    return make_protection_plan(site, generated=AT, **asked)  # type: ignore[arg-type]


def planner_of(site: Site) -> tuple[Planner, SeenBooks]:
    request = SightRequest(goals=site["goals"], detection=0.95, seed=1)
    seen = SeenBooks.of(known_at(site, None), request)
    return Planner(seen, request.goals, 1, lambda choice: closed_with(seen, request, choice).goals()), seen


def closed_with(seen: SeenBooks, request: SightRequest, choice: DecidedLevels) -> SeenBooks:
    return SeenBooks.of(known_at(planned_site(seen.books, choice, seen.balances.joined), None), request)


def every_choice(planner: Planner) -> list[DecidedLevels]:
    decisions = planner.chooser.decisions
    return [
        dict(zip(decisions, places, strict=True)) for places in product(*(range(len(one.levels)) for one in decisions))
    ]


def cost_of(choice: DecidedLevels) -> Fraction:
    return sum((one.levels[place].cost for one, place in choice.items()), Fraction(0))


def meets(goals: Sequence[HeldGoal], choice: DecidedLevels) -> bool:
    return all(one.is_met(one.key(choice)) for one in goals)


@pytest.mark.parametrize("seed", range(6))
def test_no_plan_is_cheaper(seed: int) -> None:
    site = drawn_site(seed)
    planner, _ = planner_of(site)
    found = planner.chooser.cheapest(planner.case.held)
    cheaper = [one for one in every_choice(planner) if found.cost is None or cost_of(one) < found.cost]
    for choice in sorted(cheaper, key=cost_of, reverse=True)[:_LOOKED_AT]:
        assert not meets(planner.case.held, choice)
    if found.choice is not None:
        assert meets(planner.case.held, found.choice)
        assert cost_of(found.choice) == found.cost


@pytest.mark.parametrize(
    ("kind", "place", "within"),
    [
        # Of limits that are simulated, with rates of false alarms added up in another order.
        (MeasureKind.INVENTORIES, 0, 1e-3),
        (MeasureKind.INVENTORIES, 3, 1e-3),
        (MeasureKind.CALIBRATIONS, 2, 1e-3),
        (MeasureKind.OPTION, 1, 1e-9),
    ],
)
def test_what_is_expected_is_what_books_closed_with_the_plan_show(kind: MeasureKind, place: int, within: float) -> None:
    for seed in range(3):
        site = drawn_site(seed)
        planner, seen = planner_of(site)
        request = SightRequest(goals=site["goals"], detection=0.95, seed=1)
        choice = {
            one: min(place, len(one.levels) - 1) if one.kind is kind else one.today for one in planner.chooser.decisions
        }
        closed = closed_with(seen, request, choice)
        for one in planner.case.held:
            there = closed.goals()[one.id, one.goal.quantity, one.goal.within_days].detectable
            assert there == pytest.approx(one.held(one.key(choice)).detectable, rel=within)


def test_the_plan_meets_every_goal_and_says_what_each_costs() -> None:
    plan = planned(drawn_site(3))
    assert plan.status is Solved.PROVEN
    assert plan.cost_unit is CostUnit.MONEY
    assert all(one.met for one in plan.goals)
    assert plan.closed_again == len(plan.goals)
    assert plan.cost == pytest.approx(sum(one.cost for one in plan.measures))
    assert plan.cost_now == pytest.approx(sum(one.cost_now for one in plan.measures))
    assert all(one.price is not None and -1e-9 <= one.price <= plan.cost for one in plan.goals)


def test_the_same_facts_give_the_same_plan() -> None:
    assert planned(drawn_site(5)) == planned(drawn_site(5))


def test_without_costs_each_count_and_calibration_counts_as_one() -> None:
    site = drawn_site(3, costs=False)
    plan = planned(site.replace(options=site["options"].clear()))
    assert plan.cost_unit is CostUnit.TIMES
    assert plan.cost_now == pytest.approx(sum(one.now_a_year for one in plan.measures))


def test_a_cost_that_is_not_stated_is_asked_for_by_name() -> None:
    site = drawn_site(3)
    with pytest.raises(UsageError, match=r"costs\.csv: no row says what one calibration of method BRIDGE takes"):
        planned(site.replace(costs=site["costs"].filter(pl.col("what") != "calibration")))


def test_hours_and_money_need_the_cost_of_an_hour() -> None:
    site = drawn_site(3)
    with pytest.raises(UsageError, match="add hour_cost under"):
        planned(site.replace(costs=site["costs"].with_columns(hours=pl.lit(2.0))))


def test_a_goal_that_nothing_meets_is_named_with_what_could_be() -> None:
    site = drawn_site(2, goal=0.5)
    plan = planned(site)
    assert plan.status is Solved.IMPOSSIBLE
    assert plan.cost is None
    for one in plan.in_the_way:
        assert one.reachable is not None
        assert one.reachable > 0.5
    # Followed literally: with the goals set to that, there is a plan.
    reachable = max(one.reachable or 0.0 for one in plan.in_the_way) * 1.001
    assert planned(drawn_site(2, goal=reachable)).cost is not None


def test_a_budget_of_nothing_and_one_that_just_does() -> None:
    whole = planned(drawn_site(3))
    assert whole.cost is not None
    none = planned(drawn_site(3), budget=0.0)
    assert none.status is Solved.IMPOSSIBLE
    assert none.needs == pytest.approx(whole.cost)
    assert planned(drawn_site(3), budget=whole.cost).cost == pytest.approx(whole.cost)
    assert planned(drawn_site(3, budget=whole.cost * 0.99)).cost is None


def test_a_site_without_goals_is_told() -> None:
    site = drawn_site(1)
    with pytest.raises(UsageError, match="no goal can be planned for"):
        planned(site.replace(goals=site["goals"].clear()))


def test_a_goal_that_is_set_aside_stops_the_plan() -> None:
    site = drawn_site(3)
    tables = {name: table.drop("row") for name, table in site.tables.items() if table.height}
    broken = pl.DataFrame({"substance": ["TNT", "TNT"], "quantity": ["20", "-3"], "area": ["north", None]})
    with pytest.raises(UsageError, match=r"goals row 3, quantity = '-3': .*leaves no row of goals out"):
        planned(Site.from_tables({**tables, "goals": broken}, site.settings))


def test_what_one_plan_needs_more_rules_out_no_other() -> None:
    # Books closed with the cheapest choices need more than is expected; others, as dear, need less and meet the goals.
    plan = planned(drawn_site(1028))
    assert plan.cost is not None
    assert plan.status is Solved.PROVEN
    assert plan.bound == plan.cost
    assert all(one.met for one in plan.goals)
