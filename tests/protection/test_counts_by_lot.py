"""Counts by lot in the plan against every way to count whole and to draw."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import polars as pl
import pytest
from tests.protection.stores_to_plan import store_of_items
from tests.protection.test_cheapest_plan import planned

from stockward.answers.plan import MeasureKind, PlanAnswer
from stockward.book import Site
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import Solved

YEAR = 365.25
CONTENTS = {"grenade": 0.5, "shell": 2.0}
LEVELS = (Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(4))


def unseen(units: int, drawn: int, taken: int) -> Fraction:
    return Fraction(math.comb(units - taken, drawn), math.comb(units, drawn))


def stock_of(site: Site) -> dict[tuple[str, str], int]:
    last = site["counts"].sort("at").group_by("area", "material").last()
    return {
        (area, material): int(number) for area, material, number in last.select("area", "material", "quantity").rows()
    }


def price_of_item(site: Site, material: str, area: str) -> int:
    rows = {(row["material"], row["area"]): row["money"] for row in site["costs"].to_dicts() if row["what"] == "item"}
    return int(rows.get((material, area), rows[None, None]))


def least_to_draw(site: Site, whole: set[str], goal: dict[str, object]) -> Fraction:
    """The cheapest sample for one goal, over every sample and every mix."""
    stock = {
        key: units for key, units in stock_of(site).items() if key[0] not in whole and goal["area"] in (None, key[0])
    }
    keys = list(stock)
    mixes = [
        mix
        for mix in product(*(range(stock[key] + 1) for key in keys))
        if sum(CONTENTS[key[1]] * taken for key, taken in zip(keys, mix, strict=True)) >= float(goal["quantity"])  # type: ignore[arg-type]
    ]
    # Of a mix that holds another, the other is found less.
    mixes = [mix for mix in mixes if not any(_lies_below(other, mix) for other in mixes)]
    costs = [price_of_item(site, material, area) for area, material in keys]
    samples = sorted(
        product(*(range(stock[key] + 1) for key in keys)),
        key=lambda n: sum(cost * size for cost, size in zip(costs, n, strict=True)),
    )
    for n in samples:
        chances = (
            math.prod(
                (unseen(stock[key], size, taken) for key, size, taken in zip(keys, n, mix, strict=True)),
                start=Fraction(1),
            )
            for mix in mixes
        )
        if all(chance <= Fraction(5, 100) for chance in chances):
            return Fraction(sum(cost * size for cost, size in zip(costs, n, strict=True)))
    raise AssertionError("no sample")


def _lies_below(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one != other and all(mine <= theirs for mine, theirs in zip(one, other, strict=True))


def cheapest_by_hand(site: Site) -> float:
    """Over how often each area is counted: what that costs, and the least to draw for each goal then."""
    goals = site["goals"].to_dicts()
    assert len({goal["within_days"] for goal in goals}) == len(goals), "each goal has a count of its own"
    made = dict(site["counts"].group_by("area").agg(pl.col("inventory").n_unique()).rows())
    span = {
        area: (last - first).total_seconds() / 86400
        for area, first, last in site["counts"]
        .group_by("area")
        .agg(pl.col("at").min().alias("first"), pl.col("at").max().alias("last"))
        .rows()
    }
    price = {row["area"]: row["money"] for row in site["costs"].to_dicts() if row["what"] == "inventory"}
    areas = sorted(made)
    now = {area: Fraction(str(round((made[area] - 1) * YEAR / span[area], 3))) for area in areas}
    best = math.inf
    known: dict[tuple[frozenset[str], int], Fraction] = {}
    for levels in product(LEVELS, repeat=len(areas)):
        if any(level * made[area] < 3 for level, area in zip(levels, areas, strict=True)):
            continue
        cost = sum(
            (now[area] * level * int(price[area]) for level, area in zip(levels, areas, strict=True)), Fraction(0)
        )
        for place, goal in enumerate(goals):
            whole = frozenset(
                area
                for level, area in zip(levels, areas, strict=True)
                if float(now[area] * level) * goal["within_days"] * 1.05 >= YEAR
            )
            if (whole, place) not in known:
                known[whole, place] = least_to_draw(site, set(whole), goal)
            cost += known[whole, place] * Fraction(round(YEAR / goal["within_days"] * 1000), 1000)
        best = min(best, float(cost))
    return best


@pytest.mark.parametrize("seed", range(8))
def test_no_way_to_count_is_cheaper(seed: int) -> None:
    site = store_of_items(seed)
    if site["goals"]["within_days"].n_unique() < site["goals"].height:
        site = site.replace(goals=site["goals"].head(1))
    plan = planned(site)
    assert plan.status is Solved.PROVEN
    assert plan.cost == pytest.approx(cheapest_by_hand(site))
    assert plan.cost == pytest.approx(sum(one.cost for one in plan.measures))
    assert all(goal.chance is not None and goal.chance >= 0.95 for count in plan.counts for goal in count.goals)


def drawn(plan: PlanAnswer) -> int:
    return sum(one.drawn for count in plan.counts for one in count.strata)


def test_an_area_that_is_counted_whole_in_time_draws_nothing() -> None:
    site = store_of_items(1)
    free = pl.when(pl.col("what") == "inventory").then(0.0).otherwise(pl.col("money"))
    plan = planned(site.replace(costs=site["costs"].with_columns(money=free)))
    assert plan.cost == 0
    assert drawn(plan) == 0
    assert all(one.whole for count in plan.counts for one in count.strata)
    dear = pl.when(pl.col("what") == "inventory").then(1e5).otherwise(pl.col("money"))
    goals = site["goals"].head(1).with_columns(within_days=pl.lit(20.0))
    plan = planned(site.replace(costs=site["costs"].with_columns(money=dear), goals=goals))
    assert drawn(plan) > 0


def test_without_the_cost_of_an_item_nothing_is_drawn_and_that_is_said() -> None:
    site = store_of_items(1)
    plan = planned(site.replace(costs=site["costs"].filter(pl.col("what") != "item")))
    assert plan.counts == ()
    assert any("state what looking at one takes in costs.csv (what = item)" in text for text in plan.left_out)
    assert not [one for one in plan.measures if one.kind is MeasureKind.DRAW]


def test_the_cost_of_an_item_is_asked_for_by_name() -> None:
    site = store_of_items(1)
    some = site["costs"].filter((pl.col("what") != "item") | pl.col("material").is_not_null())
    with pytest.raises(UsageError, match=r"no row says what looking at one item of (shell|grenade) in .* takes"):
        planned(site.replace(costs=some))


def test_items_that_cost_nothing_are_still_drawn_as_few_as_will_do() -> None:
    site = store_of_items(2, goals=[{"substance": "RDX", "quantity": 4, "within_days": 10}])
    dear = pl.when(pl.col("what") == "item").then(0.0).otherwise(1e5)
    plan = planned(site.replace(costs=site["costs"].with_columns(money=dear)))
    assert 0 < drawn(plan) < sum(one.units for count in plan.counts for one in count.strata)
    assert all((goal.chance or 0) >= 0.95 for count in plan.counts for goal in count.goals)


def test_a_budget_names_the_goals_that_it_is_too_small_for() -> None:
    site = store_of_items(3)
    whole = planned(site)
    assert whole.cost
    short = planned(site, budget=whole.cost * 0.99)
    assert short.status is Solved.IMPOSSIBLE
    assert short.needs == pytest.approx(whole.cost)
    assert short.in_the_way
    assert planned(site, budget=whole.cost).cost == pytest.approx(whole.cost)


def test_what_a_goal_of_a_count_costs_is_what_the_plan_saves_without_it() -> None:
    site = store_of_items(4)
    plan = planned(site)
    price = next(one.price for count in plan.counts for one in count.goals if one.area is not None)
    without = planned(site.replace(goals=site["goals"].filter(pl.col("area").is_null())))
    assert plan.cost is not None
    assert without.cost is not None
    assert price == pytest.approx(plan.cost - without.cost, abs=1e-6)
