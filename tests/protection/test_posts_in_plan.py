"""Options on guards at posts, against plans made by themselves for every set of options."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from stockward.answers.plan import MeasureKind, PlanAnswer
from stockward.answers.planned.guards import ForceGoalKind
from stockward.book import Site, read_site
from stockward.cli import main
from stockward.questions.plan import make_protection_plan
from stockward.questions.planned_roll import with_planned_guards
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import Solved

AT = datetime(2026, 11, 30, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "examples"
Option = dict[str, Any]


def planned(site: Site, **asked: Any) -> PlanAnswer:
    return make_protection_plan(site, generated=AT, **asked)


def offering(site: Site, options: list[Option]) -> Site:
    """The site with these options beside those that it has."""
    own = site["options"]
    last = max([1, *own["row"].to_list()])
    rows = [{**dict.fromkeys(own.columns), "row": last + at, **one} for at, one in enumerate(options, 1)]
    return site.replace(options=pl.concat([own, pl.DataFrame(rows, schema=own.schema)]))


def standing(site: Site, options: tuple[Option, ...]) -> Site:
    """The site with those options in its posts, by hand."""
    posts = site["posts"].to_dicts()
    for one in options:
        for row in posts:
            if row["post"] == one["post"]:
                row.update({name: one[name] for name in one if name in ("guards", "response_minutes", "communication")})
    return site.replace(posts=pl.DataFrame(posts, schema=site["posts"].schema))


def cheapest_of_all_sets(site: Site, options: list[Option]) -> dict[tuple[str, ...], float]:
    """What the cheapest plan with each set costs, options included; nothing for a set without a plan."""
    by_post: dict[str, list[Option | None]] = {}
    for one in options:
        by_post.setdefault(one["post"], [None]).append(one)
    found = {}
    for way in product(*by_post.values()):
        some = tuple(one for one in way if one is not None)
        try:
            cost = planned(standing(site, some)).cost
        except UsageError:  # Nobody is left who answers alarms.
            cost = None
        if cost is not None:
            found[tuple(one["option"] for one in some)] = cost + sum(one["money"] for one in some)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_no_set_of_options_on_posts_is_cheaper(seed: int) -> None:
    draw, site = random.Random(seed), read_site(EXAMPLES / "depot")
    options = [
        {"option": "CAMERAS", "post": "gate", "guards": draw.choice((0, 1)), "money": draw.randint(20, 300) * 1000.0},
        {"option": "SERVICE", "post": "control", "guards": 0, "money": draw.randint(20, 300) * 1000.0},
        {"option": "MORE", "post": "gate", "guards": 3, "money": 0.0},
    ]
    plan, every = planned(offering(site, options)), cheapest_of_all_sets(site, options)
    assert plan.cost == pytest.approx(min(every.values()), rel=1e-12)
    assert plan.status is Solved.PROVEN
    taken = {one.name for one in plan.measures if one.kind is MeasureKind.POST and one.changes}
    assert plan.cost == pytest.approx(every[tuple(one["option"] for one in options if one["option"] in taken)])


def test_today_and_the_order_as_given_have_the_posts_as_they_are() -> None:
    site = read_site(EXAMPLES / "depot")
    plan, before = (
        planned(offering(site, [{"option": "CAMERAS", "post": "gate", "guards": 1, "money": 60_000.0}])),
        planned(site),
    )
    assert plan.guards is not None
    assert before.guards is not None
    assert plan.guards.as_given == before.guards.as_given
    assert plan.cost_now == before.cost_now
    assert [(one.of, one.figure_now, one.met_now) for one in plan.guards.goals] == [
        (one.of, one.figure_now, one.met_now) for one in before.guards.goals
    ]
    assert "The posts take 16 guards so, in place of 23." in plan.guards.notes


def with_ways_in(site: Site, interruption: float) -> Site:
    """The site with two layers, and two posts that answer alarms, the nearer one in the control room."""
    response = {"control": (4.0, 0.95), "gate": (9.0, 0.9)}
    posts = [
        {**row, "response_minutes": response.get(row["post"], (None, None))[0],
         "communication": response.get(row["post"], (None, None))[1]}
        for row in site["posts"].to_dicts()
    ]  # fmt: skip
    layers = [
        {"row": 2, "element": "FENCE", "layer": 1, "detection": 0.8, "detects": "begin", "delay_minutes": 3.0},
        {"row": 3, "element": "DOOR", "layer": 2, "detection": 0.9, "detects": "begin", "delay_minutes": 8.0},
    ]
    schema = site["layers"].schema
    settings = site.settings.model_copy(
        update={"plan": site.settings.plan.model_copy(update={"interruption": interruption})}
    )
    rows = [{**dict.fromkeys(schema), **one} for one in layers]
    changed = site.replace(
        posts=pl.DataFrame(posts, schema=site["posts"].schema), layers=pl.DataFrame(rows, schema=schema)
    )
    return replace(changed, settings=settings)


def test_to_leave_the_post_that_answers_alarms_saves_nothing_where_a_thief_must_be_met() -> None:
    options = [
        {"option": "SERVICE", "post": "control", "guards": 0, "money": 10_000.0},
        {"option": "OPEN", "post": "gate", "guards": 0, "money": 500_000.0},
        {"option": "CAMERAS", "post": "gate", "guards": 1, "money": 60_000.0},
    ]
    strict, lax = (with_ways_in(read_site(EXAMPLES / "depot"), goal) for goal in (0.8, 0.3))
    for site, leaves in ((strict, False), (lax, True)):
        plan = planned(offering(site, options))
        every = cheapest_of_all_sets(site, options)
        assert plan.cost == pytest.approx(min(every.values()), rel=1e-12)
        taken = {one.of for one in plan.measures if one.kind is MeasureKind.POST and one.changes}
        assert ("control" in taken) is leaves
        assert plan.interruption is not None
        now = planned(site).interruption
        assert now is not None
        assert plan.interruption.now == now.now


def test_where_nobody_stands_nobody_answers_alarms() -> None:
    site = read_site(EXAMPLES / "magazine")
    left = site.replace(posts=site["posts"].with_columns(guards=pl.lit(0)))
    with pytest.raises(UsageError, match="no post answers alarms"):
        planned(left)


def test_options_on_posts_that_nobody_asks_to_be_filled_are_left_out_with_the_reason() -> None:
    site = read_site(EXAMPLES / "magazine")
    post = site["posts"]["post"][0]
    plan, before = planned(offering(site, [{"option": "NONE", "post": post, "guards": 0, "money": 1.0}])), planned(site)
    assert plan.cost == before.cost
    assert any("no fill_probability is asked for" in one for one in plan.left_out)


def test_a_budget_holds_with_the_options_in_it() -> None:
    site = offering(
        read_site(EXAMPLES / "depot"), [{"option": "CAMERAS", "post": "gate", "guards": 1, "money": 60_000.0}]
    )
    cost = planned(site).cost
    assert cost is not None
    assert planned(site, budget=cost).cost == cost
    over = planned(site, budget=cost - 1)
    assert over.cost is None
    assert over.needs == pytest.approx(cost)


def test_too_many_sets_are_refused_with_the_mend() -> None:
    site = read_site(EXAMPLES / "depot")
    options = [
        {"option": f"{post}-{number}", "post": post, "guards": number, "money": 1.0}
        for post in ("gate", "round", "control")
        for number in range(4)
    ]
    with pytest.raises(UsageError, match="125 sets of options on guards at posts go together, and at most 64"):
        planned(offering(site, options))


def test_the_roster_of_planned_guards_has_the_posts_of_the_plan() -> None:
    site = offering(
        read_site(EXAMPLES / "depot"), [{"option": "CAMERAS", "post": "gate", "guards": 1, "money": 60_000.0}]
    )
    more, codes, posts = with_planned_guards(site, now=AT, seed=1)
    assert posts == ("CAMERAS",)
    assert dict(more["posts"].select("post", "guards").rows())["gate"] == 1
    assert len(codes) == 5


def test_an_option_on_a_post_says_what_it_replaces(tmp_path: Path) -> None:
    for file in (EXAMPLES / "depot").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "options.csv").write_text("option,post,money\nX,gate,5\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["plan", str(tmp_path)])
    assert result.exit_code == 2
    assert "it replaces nothing: write guards, response_minutes, response_rel or communication" in result.output


def test_a_budget_holds_at_the_prices_of_a_scenario_with_the_options_in_it() -> None:
    cameras = {"option": "CAMERAS", "post": "gate", "guards": 1, "money": 60_000.0}
    site = offering(read_site(EXAMPLES / "depot"), [cameras])
    dearer = {**dict.fromkeys(site["scenarios"].columns), "row": 2, "scenario": "DEARER", "prices": 1.25}
    site = site.replace(scenarios=pl.DataFrame([dearer], schema=site["scenarios"].schema))
    cost = planned(site).cost
    assert cost is not None
    (there,) = planned(site, budget=1.25 * cost).scenarios
    assert there.cost == pytest.approx(1.25 * cost)
    assert planned(site, budget=1.25 * cost - 1).scenarios[0].cost is None


def unasked(site: Site, **without: str) -> Site:
    """The site without what asks for a goal."""
    force = site.settings.force.model_copy(update=dict.fromkeys(without.values()))
    return replace(site, settings=site.settings.model_copy(update={"force": force}))


def test_a_goal_costs_what_the_plan_saves_without_it_whichever_posts_it_takes_then() -> None:
    options = [
        {"option": "CAMERAS", "post": "gate", "guards": 1, "money": 30_000.0},
        {"option": "SERVICE", "post": "control", "guards": 0, "money": 194_000.0},
    ]
    site = offering(read_site(EXAMPLES / "depot"), options)
    plan, without = planned(site), planned(unasked(site, posts="fill_probability"))
    assert plan.guards is not None
    (filled,) = [one for one in plan.guards.goals if one.kind is ForceGoalKind.POSTS]
    assert plan.cost is not None
    assert without.cost is not None
    assert filled.price == pytest.approx(plan.cost - without.cost)
    assert filled.price > 0
    ways = with_ways_in(site, 0.8)
    met, unmet = planned(ways), planned(with_ways_in(site, 0.01))
    assert met.interruption is not None
    assert met.cost is not None
    assert unmet.cost is not None
    assert met.interruption.price == pytest.approx(met.cost - unmet.cost)


def test_a_plan_hinges_on_the_cost_of_an_option_on_a_post_where_another_set_is_cheaper() -> None:
    options = [
        {"option": "CAMERAS", "post": "gate", "guards": 1, "money": 30_000.0, "money_high": 600_000.0},
        {"option": "SERVICE", "post": "control", "guards": 0, "money": 194_000.0},
    ]
    site = offering(read_site(EXAMPLES / "depot"), options)
    plan = planned(site)
    assert plan.ranges is not None
    (hinge,) = [one for one in plan.ranges.hinges if one.what is not None]
    dear = [{**options[0], "money": 600_000.0, "money_high": None}, options[1]]
    there = planned(offering(read_site(EXAMPLES / "depot"), dear)).cost
    assert plan.cost is not None
    assert there is not None
    assert hinge.regret == pytest.approx(plan.cost + 570_000.0 - there)
    assert {(one.of, one.a_year) for one in hinge.changes if one.kind is MeasureKind.POST} == {
        ("gate", 0.0), ("control", 1.0),
    }  # fmt: skip


def test_the_plan_for_all_that_may_come_names_the_options_that_it_stands_on() -> None:
    cameras = {"option": "CAMERAS", "post": "gate", "guards": 1, "money": 30_000.0}
    site = offering(read_site(EXAMPLES / "depot"), [cameras])
    sick = {**dict.fromkeys(site["scenarios"].columns), "row": 2, "scenario": "SICK", "absence": 1.1}
    plan = planned(site.replace(scenarios=pl.DataFrame([sick], schema=site["scenarios"].schema)))
    assert plan.robust is not None
    for measures in (plan.robust.measures, plan.robust.at_once):
        assert "gate" in [one.of for one in measures if one.kind is MeasureKind.POST]


def said(*asked: str) -> str:
    return " ".join(CliRunner().invoke(main, [*asked]).output.split())


def test_a_budget_that_would_do_does() -> None:
    depot = str(EXAMPLES / "depot")
    text = said("plan", depot, "--budget", "1148042")
    assert "A budget of 1 148 044 EUR a year would do for all of them." in text
    assert "Every goal is met" in said("plan", depot, "--budget", "1148044")
    plan = planned(read_site(EXAMPLES / "depot"), budget=1_148_042)
    assert plan.needs is not None
    assert plan.needs == pytest.approx(1_148_043.3)
    for goal in plan.in_the_way:
        assert goal.cost_without is not None
        assert plan.needs - 10_000 < goal.cost_without < plan.needs


@pytest.mark.parametrize("budget", ["nan", "inf", "1e400"])
def test_a_budget_that_is_no_amount_is_refused(budget: str) -> None:
    assert "is no amount that could be spent: give a number from 0 on" in said(
        "plan", str(EXAMPLES / "quarry"), "--budget", budget
    )
