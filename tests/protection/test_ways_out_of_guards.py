"""Guards in the plan: ways out that are followed, one budget for all, the order as given, and records at fault."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from tests.protection.guards_to_plan import DAY, EveryChoice, drawn_force, planner_for

from stockward.answers.plan import CostUnit, PlanAnswer
from stockward.answers.planned.guards import ForceGoalKind, ForceWayOut
from stockward.book import Site, read_site
from stockward.questions.plan import make_protection_plan
from stockward.report.plan.document import write_protection_json
from stockward.report.plan.page import write_protection_html
from stockward.report.plan.workbook import plan_sheets
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import Solved

AT = datetime(2026, 11, 30, tzinfo=UTC)
DEPOT = Path(__file__).parents[2] / "examples" / "depot"


@pytest.fixture(scope="module")
def depot() -> Site:
    return read_site(DEPOT)


@pytest.fixture(scope="module")
def planned_depot(depot: Site) -> PlanAnswer:
    return plan_of(depot)


def plan_of(site: Site, **asked: object) -> PlanAnswer:
    return make_protection_plan(site, generated=AT, **asked)  # type: ignore[arg-type]


def with_force(site: Site, **changed: object) -> Site:
    force = site.settings.force.model_copy(update=changed)
    return site.replace(settings=site.settings.model_copy(update={"force": force}))


def followed(site: Site, way: ForceWayOut) -> Site | None:
    """The site with a way out followed to the letter; ``None`` where nobody can set what it asks for."""
    if way.kind is ForceGoalKind.ORDER:
        mine = pl.col("order") == way.of
        if way.on is not None:
            return site.replace(
                orders=site["orders"].with_columns(due_on=pl.when(mine).then(way.on).otherwise("due_on"))
            )
        orders = site["orders"].with_columns(
            value=pl.when(mine).then(way.low).otherwise("value"),
            comparator=pl.when(mine).then(pl.lit(">=")).otherwise(pl.col("comparator").cast(pl.String)),
        )
        return site.replace(orders=orders.cast(site["orders"].schema))  # type: ignore[arg-type]
    if way.kind is ForceGoalKind.BAND:
        bands = [
            one.model_copy(update={"share": [way.low, way.high]}) if one.name == way.of else one
            for one in site.settings.force.affiliation
        ]
        return with_force(site, affiliation=bands)
    return with_force(site, fill_probability=way.probability) if way.probability is not None else None


def test_each_way_out_leads_out_at_its_cost() -> None:
    kinds = set()
    for seed in range(60):
        site = drawn_force(seed)
        planner = planner_for(site)
        if planner.best.status is not Solved.IMPOSSIBLE:
            continue
        part = planner.part(detection_cost=None)
        assert part.ways_out, seed
        assert part.in_the_way
        for way in part.ways_out:
            mended = followed(site, way)
            if mended is None or way.jointly:
                continue
            again = planner_for(mended)
            assert again.best.status is Solved.PROVEN, (seed, way)
            assert float(again.cost or 0) == pytest.approx(way.cost), (seed, way)
            kinds.add((way.kind, way.on is None))
    assert {(ForceGoalKind.ORDER, True), (ForceGoalKind.ORDER, False), (ForceGoalKind.BAND, True)} <= kinds


def test_a_conflict_is_one_and_none_of_it_can_be_left_out() -> None:
    sizes = set()
    for seed in range(60):
        planner = planner_for(drawn_force(seed))
        if planner.best.status is Solved.IMPOSSIBLE:
            conflict = planner.chooser.conflict(planner.goals)
            assert not planner.chooser.can(conflict)
            for goal in conflict:
                assert planner.chooser.can([one for one in conflict if one is not goal])
            sizes.add(len(conflict))
    assert len(sizes) > 1


def test_what_a_goal_costs_is_what_every_choice_without_it_saves() -> None:
    for seed in range(12):
        site = drawn_force(seed)
        planner, every = planner_for(site), EveryChoice(site)
        order = next(one for one in planner.goals if one.kind is ForceGoalKind.ORDER)
        price = planner.chooser.price(planner.goals, order)
        if price is None:
            continue
        every.orders = [row for row in every.orders if row["order"] != order.of]
        if not every.orders:
            continue
        # The bands stay on the days on which the order was due.
        every.days |= set(order.key_days)
        least = min(every.cost(chosen) for chosen in every.choices() if every.meets(chosen))
        assert planner.best.cost is not None
        assert price == planner.best.cost - least


def test_the_depot_meets_all_and_the_order_alone_does_not(planned_depot: PlanAnswer) -> None:
    part = planned_depot.guards
    assert part is not None
    assert planned_depot.status is Solved.PROVEN
    assert all(one.met for one in part.goals) and part.measured == len(part.goals)
    assert planned_depot.cost == pytest.approx((part.cost or 0) + (part.detection_cost or 0))
    assert part.cost == pytest.approx(
        sum(one.cost + one.training for one in part.groups) + sum(x.cost for x in part.lines)
    )
    assert part.as_given is not None and part.as_given.cost is not None
    assert "posts filled" not in part.as_given.goals and "order ORD-1" in part.as_given.goals
    assert all(one.serves for one in part.groups if one.source != "guard")


def test_the_manual_tells_the_figures_of_the_depot(planned_depot: PlanAnswer) -> None:
    part = planned_depot.guards
    assert part is not None and part.as_given is not None and part.as_given.cost is not None
    filled = next(one.price for one in part.goals if one.kind is ForceGoalKind.POSTS)
    detection_now = planned_depot.cost_now - part.cost_now
    told = (part.as_given.cost - part.cost_now, (part.detection_cost or 0) - detection_now, filled or 0)
    text = (DEPOT.parents[1] / "docs" / "plan.md").read_text(encoding="utf-8")
    for figure in told:
        assert f"{figure:,.0f}".replace(",", " ") in text
    assert f"takes {part.as_given.joining} guards" in text


def test_one_budget_for_detection_and_guards(depot: Site, planned_depot: PlanAnswer) -> None:
    cost = planned_depot.cost or 0.0
    assert plan_of(depot, budget=cost).status is Solved.PROVEN
    short = plan_of(depot, budget=cost - 1)
    assert short.status is Solved.IMPOSSIBLE
    assert short.cost is None
    assert short.needs == pytest.approx(cost)
    assert short.guards is not None and short.guards.in_the_way and not short.guards.ways_out
    assert "it is no plan for all" in write_protection_html(short)
    assert "it is no plan for all" not in write_protection_html(planned_depot)


def test_the_answer_is_said_on_page_and_in_json(planned_depot: PlanAnswer) -> None:
    page = write_protection_html(planned_depot)
    for words in ("The order as given", "own, recruited", "Goals on the guards", "No loss is found by it"):
        assert words in page
    assert '"guards": {"day": "2026-07-01"' in write_protection_json(planned_depot)
    sheets = {one.name: one for one in plan_sheets(planned_depot)}
    assert planned_depot.guards is not None
    assert len(list(sheets["guards"].rows)) == len(planned_depot.guards.groups)
    assert len(list(sheets["goals on guards"].rows)) == len(planned_depot.guards.goals)


def test_a_site_that_asks_nothing_of_its_guards_plans_without_them(depot: Site) -> None:
    bare = with_force(depot, fill_probability=None)
    plan = plan_of(bare.replace(orders=depot["orders"].clear()))
    assert plan.guards is None
    assert '"guards"' not in write_protection_json(plan)
    page = write_protection_html(plan)
    assert 'id="guards"' not in page
    assert "as given" not in page


def test_a_cost_of_guards_that_is_not_stated_is_asked_for_by_name(depot: Site) -> None:
    for what, told in (
        ("guard", "what one guard a year of affiliation contract and source applicant takes"),
        ("training", "the training of one new guard of affiliation contract and source applicant takes"),
        ("output", "what a year without output of line BAG takes"),
    ):
        costs = depot["costs"].filter(pl.col("what").cast(pl.String) != what)
        with pytest.raises(UsageError, match=told):
            plan_of(depot.replace(costs=costs))


def test_without_costs_each_guard_counts_as_one(depot: Site) -> None:
    free = depot.replace(costs=depot["costs"].clear(), options=depot["options"].clear())
    plan = plan_of(free)
    part = plan.guards
    assert part is not None
    assert plan.cost_unit is CostUnit.TIMES
    assert part.cost == sum(one.then for one in part.groups)


def test_rows_at_fault_leave_goals_unmeasured_and_no_plan(tmp_path: Path) -> None:
    for name in DEPOT.glob("*"):
        (tmp_path / name.name).write_text(name.read_text(encoding="utf-8"), encoding="utf-8")
    people = (tmp_path / "people.csv").read_text(encoding="utf-8").splitlines()
    people[2] = people[2].replace("guard,own", "guard,own,,,,,,someday").rstrip(",")
    (tmp_path / "people.csv").write_text("\n".join(people) + "\n", encoding="utf-8")
    plan = plan_of(read_site(tmp_path))
    assert plan.guards is not None
    assert plan.status is Solved.IMPOSSIBLE
    assert any(one.reason and "set aside" in one.reason for one in plan.guards.goals)
    assert plan.guards.ways_out == ()


def test_hours_of_the_work_rules_take_more_guards(depot: Site, planned_depot: PlanAnswer) -> None:
    rules = depot.settings.work_rules.model_copy(update={"max_hours_per_week": 32.0})
    plan = plan_of(depot.replace(settings=depot.settings.model_copy(update={"work_rules": rules})))
    assert plan.guards is not None and planned_depot.guards is not None
    asked = {one.kind: one.low for one in plan.guards.goals}
    # A contract of 40 hours of which 32 count takes 40/32 as many.
    least = asked[ForceGoalKind.POSTS] or 0
    assert least * 40 / 32 - 2 < (asked[ForceGoalKind.WORK_RULES] or 0) < least * 40 / 32 + 1
    assert plan.guards.joining > planned_depot.guards.joining


def test_posts_may_be_asked_to_be_filled_earlier(depot: Site) -> None:
    settings = depot.settings.plan.model_copy(update={"posts_filled_by": date(2026, 10, 15)})
    earlier = depot.replace(settings=depot.settings.model_copy(update={"plan": settings}))
    part = plan_of(earlier).guards
    assert part is not None
    assert min(one.on for one in part.goals if one.kind is ForceGoalKind.POSTS) == date(2026, 10, 15)
    past = settings.model_copy(update={"posts_filled_by": DAY})
    with pytest.raises(UsageError, match="lies before the day of the plan"):
        plan_of(depot.replace(settings=depot.settings.model_copy(update={"plan": past})))


def test_more_production_grows_the_posts_that_follow_it(depot: Site) -> None:
    posts = depot["posts"].with_columns(
        driver=pl.when(pl.col("post") == "round").then(pl.lit("stock")).cast(depot["posts"].schema["driver"]),
        per=pl.when(pl.col("post") == "round").then(20000.0),
    )
    grown = depot.replace(posts=posts, goals=depot["goals"].clear())
    from stockward.surge.asked import Surge

    plain, surged = plan_of(grown).guards, plan_of(grown, surge=Surge(production=5)).guards
    assert plain is not None and surged is not None
    asked = [next(one.low or 0 for one in part.goals if one.kind is ForceGoalKind.POSTS) for part in (plain, surged)]
    assert asked[1] > asked[0]
