"""The cheapest upgrades by which a thief is met in time, against every set of them looked at by other code."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from tests.protection.sites_to_plan import drawn_site
from tests.protection.thieves import cheapest_by_every_set, drawn_layers, site_with, worst_with

from stockward.answers.plan import MeasureKind, PlanAnswer
from stockward.answers.response.interruption import Assumption, InterruptionAnswer
from stockward.book import Site
from stockward.book.known import known_at
from stockward.protection.response.answering import interruption_of
from stockward.questions.plan import make_protection_plan
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import Solved

AT = datetime(2026, 2, 1, tzinfo=UTC)


def planned(site: Site, **asked: float) -> PlanAnswer:
    assert not site.problems
    return make_protection_plan(site, generated=AT, **asked)  # type: ignore[arg-type]


def answered(site: Site) -> InterruptionAnswer:
    found = interruption_of(known_at(site, None))
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(120))
def test_no_set_of_upgrades_is_cheaper(seed: int) -> None:
    tables = drawn_layers(seed)
    (_, best), now = cheapest_by_every_set(tables, 1.0), worst_with(tables, [])
    goal = min(max(round(now + (0.3, 0.6, 0.9, 1.1)[seed % 4] * (best - now), 5), 1e-5), 0.99)
    cost, _ = cheapest_by_every_set(tables, goal)
    plan = planned(site_with(tables, goal))
    found = plan.interruption
    assert found is not None
    assert found.now.chance == pytest.approx(worst_with(tables, []), abs=1e-9)
    if cost is None:
        assert plan.status is Solved.IMPOSSIBLE
        assert found.in_the_way
        assert found.reachable == pytest.approx(best, abs=1e-6)
        return
    assert plan.status is Solved.PROVEN
    assert plan.cost == pytest.approx(cost, abs=1e-9)
    assert found.then is not None
    assert found.then.chance is not None
    assert found.then.chance >= goal - 1e-9
    assert found.price == pytest.approx(cost)


def test_what_a_plan_buys_is_measured_in_the_tables() -> None:
    tables = drawn_layers(3)
    plan = planned(site_with(tables, 0.4))
    bought = {name for one in plan.measures if one.changes for name in one.name.split(" + ")}
    rows = [row for row in tables["options"] if row["option"] in bought]
    assert bought
    assert plan.interruption is not None
    assert plan.interruption.then is not None
    assert plan.interruption.then.chance == pytest.approx(worst_with(tables, rows), abs=1e-9)


def with_layers(site: Site, seed: int, goal: float, *, budget: float | None = None) -> Site:
    """A site with stock as well as layers: what it buys for one and for the other is paid from one purse."""
    plan = {"interruption": goal} | ({} if budget is None else {"budget": budget})
    settings = site.settings.model_copy(update={"plan": site.settings.plan.model_copy(update=plan)})
    added = site_with(drawn_layers(seed), None)
    options = pl.concat([site["options"], added["options"]])
    return site.replace(settings=settings, layers=added["layers"], posts=added["posts"], options=options)


def test_one_plan_for_losses_and_thieves_and_one_budget() -> None:
    alone = planned(drawn_site(3))
    tables = drawn_layers(3)
    thieves, _ = cheapest_by_every_set(tables, 0.4)
    assert thieves
    assert alone.cost is not None
    both = planned(with_layers(drawn_site(3), 3, 0.4))
    assert both.cost == pytest.approx(alone.cost + thieves)
    assert both.interruption is not None
    assert both.interruption.price == pytest.approx(thieves)
    assert [one.price for one in both.goals] == pytest.approx([one.price for one in alone.goals])
    short = planned(with_layers(drawn_site(3), 3, 0.4, budget=alone.cost))
    assert short.cost is None
    assert short.needs == pytest.approx(alone.cost + thieves)
    assert short.interruption is not None
    assert short.interruption.in_the_way


def test_a_goal_that_no_upgrade_reaches_is_met_at_what_is_said_to_be_reachable() -> None:
    tables = drawn_layers(2)
    plan = planned(site_with(tables, 0.999))
    assert plan.interruption is not None
    assert plan.interruption.reachable is not None
    reachable = int(plan.interruption.reachable * 1000) / 1000
    assert planned(site_with(tables, reachable)).cost is not None
    assert planned(site_with(tables, reachable + 0.002)).cost is None


def test_hours_at_which_nobody_answers_are_the_worst() -> None:
    tables = drawn_layers(1)
    tables["posts"][0] |= {"start": "06:00", "end": "22:00"}
    found = answered(site_with(tables, 0.5))
    assert found.chance == 0.0
    assert found.hours[0].post is None
    assert sum(one.hours_a_week for one in found.hours) == pytest.approx(168)
    plan = planned(site_with(tables, 0.5))
    assert plan.status is Solved.IMPOSSIBLE
    assert plan.interruption is not None
    assert plan.interruption.reachable == 0.0


def test_a_post_over_the_end_of_the_week_stands_at_its_begin() -> None:
    tables = drawn_layers(1)
    tables["posts"] = [
        {**tables["posts"][0], "start": "20:00", "end": "06:00", "days": "sun"},
        {**tables["posts"][1], "response_minutes": None, "communication": None},
    ]
    hours = {one.posts: one for one in answered(site_with(tables, 0.5)).hours}
    assert hours[("NIGHT",)].hours_a_week == 10
    assert hours[("NIGHT",)].begins == 0
    assert hours[("NIGHT",)].ends == 360


def test_what_is_assumed_otherwise_is_measured_by_hand() -> None:
    tables = drawn_layers(5)
    found = answered(site_with(tables, None))
    otherwise = {one.assumption: one.chance for one in found.otherwise}
    slower = {**tables, "posts": [_times(one, "response_minutes", 1.25) for one in tables["posts"]]}
    shorter = {**tables, "layers": [_times(one, "delay_minutes", 0.75) for one in tables["layers"]]}
    rarer = {**tables, "layers": [_times(one, "detection", 0.75) for one in tables["layers"]]}
    assert otherwise[Assumption.RESPONSE] == pytest.approx(worst_with(slower, []), abs=1e-9)
    assert otherwise[Assumption.DELAYS] == pytest.approx(worst_with(shorter, []), abs=1e-9)
    assert otherwise[Assumption.DETECTION] == pytest.approx(worst_with(rarer, []), abs=1e-9)
    assert otherwise[Assumption.ALL] <= min(otherwise.values()) + 1e-12


def _times(row: dict[str, Any], name: str, factor: float) -> dict[str, Any]:
    return {**row, name: None if row[name] is None else row[name] * factor}


def test_two_options_that_replace_one_figure_are_never_bought_together() -> None:
    tables = drawn_layers(1)
    element = tables["layers"][0]["element"]
    tables["options"] = [
        {"option": "A", "element": element, "detection": 0.8, "money": 1},
        {"option": "B", "element": element, "detection": 0.9, "money": 2},
        {"option": "C", "element": element, "delay_minutes": 3.0, "money": 3},
    ]
    plan = planned(site_with(tables, 0.01))
    decision = next(one for one in plan.measures if one.kind is MeasureKind.ELEMENT)
    assert decision.of == element
    names = {"", *("A", "B", "C", "A + C", "B + C")}
    assert decision.name in names


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"layers": []}, r"no layers: add layers\.csv"),
        ({"posts": []}, "no post answers alarms: write response_minutes"),
        (
            {"options": [{"option": "A", "element": "E10", "detection": 0.9}]},
            "neither hours nor money is stated",
        ),
    ],
)
def test_what_is_missing_is_asked_for_by_name(change: dict[str, Any], said: str) -> None:
    tables = {**drawn_layers(3), **change}
    if not tables["posts"] or not tables["layers"]:
        tables["options"] = []
    with pytest.raises(UsageError, match=said):
        planned(site_with(tables, 0.5))


def test_options_on_a_thief_are_left_out_with_that_reason_where_no_goal_asks_for_them() -> None:
    site = drawn_site(3)
    added = site_with(drawn_layers(3), None)
    options = pl.concat([site["options"], added["options"]])
    plan = planned(site.replace(layers=added["layers"], posts=added["posts"], options=options))
    assert plan.cost == planned(drawn_site(3)).cost
    assert any("no interruption is asked for" in why for why in plan.left_out)
    assert plan.interruption is not None
    assert plan.interruption.now.goal is None


def test_a_row_set_aside_leaves_nothing_to_tell() -> None:
    tables = drawn_layers(1)
    tables["layers"][0]["detection"] = "often"
    site = site_with(tables, None)
    assert site.problems
    found = answered(site)
    assert found.chance is None
    assert found.reason is not None
    assert "a row of layers is set aside" in found.reason
