"""What may come: each scenario beside a plan made for it alone, and one plan for all beside every plan there is."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.protection.sites_to_plan import drawn_site
from tests.protection.test_cheapest_plan import AT, cost_of, every_choice, meets, planned, planner_of

from stockward.answers.plan import PlannedScenario
from stockward.book import Site
from stockward.book.known import known_at
from stockward.book.sources.single_table import with_table_from
from stockward.protection.coming.asked import Scenario, scenarios_of
from stockward.questions.plan import make_protection_plan
from stockward.report.plan.coming import robust_words, scenario_words
from stockward.surge.asked import Surge
from stockward.surge.books import surged_site
from stockward.terms.errors import SiteError, UsageError
from stockward.terms.verdicts import Solved

SEEDS = (3, 5)
_CASES = {"MORE": 1.3, "LESS": 0.7}
_LOOKED_AT = 300


def with_scenarios(site: Site, tmp_path: Path, *rows: str) -> Site:
    file = tmp_path / "coming.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return with_table_from(site, "scenarios", file)


def more_and_less(seed: int, tmp_path: Path) -> Site:
    # The goals are wide enough for there to be a plan in each of the cases.
    rows = [f"{key},{factor},{factor}" for key, factor in _CASES.items()]
    return with_scenarios(drawn_site(seed, goal=70), tmp_path, "scenario,production,dispatch", *rows)


def surged(site: Site, factor: float) -> Site:
    return surged_site(known_at(site, None), Surge(production=factor, dispatch=factor))


def only(site: Site, tmp_path: Path, head: str, row: str) -> PlannedScenario:
    (found,) = planned(with_scenarios(site, tmp_path, head, row)).scenarios
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_scenario_is_planned_for_as_its_surge_is(seed: int, tmp_path: Path) -> None:
    site = more_and_less(seed, tmp_path)
    alone = site.replace(scenarios=site["scenarios"].clear())
    for found in planned(site).scenarios:
        factor = _CASES[found.key]
        surge = Surge(production=factor, dispatch=factor)
        apart = make_protection_plan(alone, surge=surge, generated=AT)
        assert found.cost == pytest.approx(apart.cost)
        assert found.met_today == sum(one.met_now for one in apart.goals)
        assert found.goals == len(apart.goals)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_plan_that_holds_in_all_is_cheaper(seed: int, tmp_path: Path) -> None:
    site = more_and_less(seed, tmp_path)
    robust = planned(site).robust
    assert robust is not None
    planners = [planner_of(surged(site, factor))[0] for factor in (*_CASES.values(), 1.0)]
    base = planners[-1]
    choices = sorted(every_choice(base), key=cost_of, reverse=True)
    places = [[choice[one] for one in base.decisions] for choice in choices]

    def holds(at: int) -> bool:
        return all(meets(one.case.held, dict(zip(one.decisions, places[at], strict=True))) for one in planners)

    if robust.cost is None:
        assert not any(holds(at) for at in range(0, len(choices), max(len(choices) // _LOOKED_AT, 1)))
        return
    limit = robust.bound if robust.status is not Solved.PROVEN else robust.cost
    assert limit is not None
    cheaper = [at for at, choice in enumerate(choices) if float(cost_of(choice)) < limit - 1e-9]
    assert not any(holds(at) for at in cheaper[:_LOOKED_AT])


@pytest.mark.parametrize("seed", SEEDS)
def test_robustness_costs_what_the_plans_differ_by(seed: int, tmp_path: Path) -> None:
    plan = planned(more_and_less(seed, tmp_path))
    robust = plan.robust
    assert robust is not None
    assert plan.cost is not None
    assert robust.cost is not None
    assert robust.more == pytest.approx(robust.cost - plan.cost)
    for one in plan.scenarios:
        assert one.cost is not None
        assert robust.cost >= one.cost - 1e-9
        if not one.missed:
            assert one.regret == pytest.approx(plan.cost - one.cost)


def test_prices_change_the_cost_and_no_plan(tmp_path: Path) -> None:
    site = drawn_site(3)
    found = only(site, tmp_path, "scenario,prices", "DEAR,1.5")
    plan = planned(site)
    assert plan.cost is not None
    assert found.cost == pytest.approx(1.5 * plan.cost)
    assert found.changes == ()
    assert found.regret == pytest.approx(0.0)
    assert found.met == found.goals


def test_a_budget_buys_less_where_prices_rise(tmp_path: Path) -> None:
    site = drawn_site(3)
    whole = planned(site).cost
    assert whole is not None
    plan = planned(with_scenarios(site, tmp_path, "scenario,prices", "DEAR,1.5"), budget=whole * 1.2)
    assert plan.cost == pytest.approx(whole)
    assert plan.scenarios[0].status is Solved.IMPOSSIBLE
    assert plan.scenarios[0].in_the_way
    assert plan.robust is not None
    assert plan.robust.impossible_in == ("DEAR",)


def test_the_plan_holds_up_to_where_it_is_said_to(tmp_path: Path) -> None:
    site = drawn_site(3)
    found = only(site, tmp_path, "scenario,production,dispatch", "BOOM,4,4")
    assert found.missed
    assert found.holds_to is not None
    assert 1 <= found.holds_to < 4
    base, _ = planner_of(site)
    chosen = base.cheapest([base.case]).choice
    assert chosen is not None
    places = [chosen[one] for one in base.decisions]
    for factor, expected in ((found.holds_to, True), (found.holds_to * 1.03, False)):
        there, _ = planner_of(surged(site, factor))
        assert meets(there.case.held, dict(zip(there.decisions, places, strict=True))) is expected


def test_of_a_range_it_is_said_how_much_the_plan_withstands(tmp_path: Path) -> None:
    site = drawn_site(3)
    head = "scenario,production,production_to,dispatch,dispatch_to"
    wide = only(site, tmp_path, head, "WIDE,1,4,1,4")
    assert wide.holds_to is not None
    assert wide.share_held == pytest.approx((wide.holds_to - 1) / 3)
    assert wide.factor == pytest.approx(1 + 0.95 * 3)
    narrow = only(site, tmp_path, head, "NARROW,0.9,1,0.9,1")
    assert narrow.share_held == 1.0
    assert narrow.holds_to is None
    beyond = only(site, tmp_path, head, "BEYOND,4,5,4,5")
    assert beyond.share_held == 0.0
    assert beyond.breaks_first


def test_a_store_gets_full_on_the_day_by_these_rates(tmp_path: Path) -> None:
    site = drawn_site(3)
    last = site["counts"].filter(pl.col("area").cast(pl.String) == "north").sort("at").tail(1)
    stock, counted = last["quantity"][0], last["at"][0].date()
    moved = site["movements"]
    days = (moved["at"].max() - moved["at"].min()).total_seconds() / 86400 + 1  # type: ignore[operator,union-attr]
    come = moved.filter(pl.col("to_area").cast(pl.String) == "north")["quantity"].sum()
    gone = moved.filter(pl.col("from_area").cast(pl.String) == "north")["quantity"].sum()
    since = counted + timedelta(days=40)
    capacity = stock + 40 * (come - gone) / days + 60 * (2 * come - gone) / days
    areas = site["areas"].with_columns(
        capacity=pl.when(pl.col("area") == "north").then(capacity), capacity_unit=pl.lit("kg")
    )
    found = only(site.replace(areas=areas), tmp_path, "scenario,production,since", f"TWICE,2,{since}")
    (store,) = found.full
    assert store.label == "north"
    assert abs((store.full_on - since).days - 60) <= 1


def test_what_is_said_names_goals_and_what_would_do(tmp_path: Path) -> None:
    plan = planned(more_and_less(3, tmp_path))
    told = scenario_words(plan)
    assert told[0].startswith("MORE (all production × 1.3, dispatch × 1.3): ")
    assert told[1].startswith("LESS (all production × 0.7, dispatch × 0.7): ")
    assert robust_words(plan)
    assert robust_words(planned(drawn_site(3))) == []


def test_a_scenario_has_its_place_between_begin_and_end(tmp_path: Path) -> None:
    head = "scenario,production,production_to,dispatch,dispatch_to,since,chance,name"
    site = with_scenarios(
        drawn_site(1), tmp_path, head, "A,2,,3,,2026-03-01,0.2,Talks", "B,1,3,1,2,,,", "C,,,,,,,"
    )  # fmt: skip
    named, spread, same = scenarios_of(site)
    assert (named.at(0.5).production, named.at(0.5).dispatch) == (1.5, 2.0)
    assert (named.label, named.since, named.chance) == ("Talks", date(2026, 3, 1), 0.2)
    assert (spread.at(0.5).production, spread.at(0.5).dispatch) == (2.0, 1.5)
    assert isinstance(same, Scenario)
    assert same.at(1.0).production == 1.0


@pytest.mark.parametrize(
    ("head", "rows", "told"),
    [
        ("scenario,production,production_to", ["A,2,1"], "row 2: production_to 1 is below production 2: exchange them"),
        ("scenario,dispatch", ["A,2"], "row 2: dispatch says what leaves where production changes"),
        ("scenario,production,dispatch_to", ["A,2,3"], "row 2: dispatch_to is the upper end of a range"),
        ("scenario,prices,chance", ["A,2,0.7", "B,3,0.6"], r"column chance: the chances add up to 1\.3, more than 1"),
        ("scenario,production,of", ["A,2,gold"], "no line or substance is called gold: name one of TNT"),
    ],
)
def test_what_contradicts_itself_is_told_in_one_line(head: str, rows: list[str], told: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=told) as error:
        planned(with_scenarios(drawn_site(1), tmp_path, head, *rows))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("A,0", r"row 2: production: it lies outside \[1e-6, 1e6\]"),
        ("A,-2", r"row 2: production: it lies outside"),
        ("A,lots", "row 2: production: "),
        (",2", "row 2: scenario: "),
    ],
)
def test_a_broken_row_is_left_out_by_nobody(row: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=told):
        with_scenarios(drawn_site(1), tmp_path, "scenario,production", row)


@pytest.mark.parametrize("share", [0.0, -1.0, 1.5, float("nan")])
def test_a_share_that_is_none_is_told(share: float, tmp_path: Path) -> None:
    site = with_scenarios(drawn_site(3), tmp_path, "scenario,prices", "A,2")
    with pytest.raises(UsageError, match="is no share of what may come"):
        planned(site, share=share)
