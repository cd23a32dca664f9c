"""What other losses cost to find, and how sure the costs are, against plans that are made anew by themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from tests.protection.sites_to_plan import drawn_site

from stockward.answers.plan import MeasureKind, PlanAnswer
from stockward.book import Site, read_site
from stockward.cli import main
from stockward.questions.plan import make_protection_plan

AT = datetime(2026, 11, 30, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "examples"
Ends = dict[tuple[str, int], str]
"""The end at which a row of a table is."""


def planned(site: Site, *, front: bool = False) -> PlanAnswer:
    return make_protection_plan(site, generated=AT, front=front)


def with_ranges(site: Site) -> Site:
    """The costs of the site, and of its option, as wide ranges."""
    low, high = pl.col("money") * 0.02, pl.col("money") * 30
    return site.replace(
        costs=site["costs"].with_columns(money_low=low, money_high=high),
        options=site["options"].with_columns(money_low=pl.lit(10.0), money_high=pl.lit(30_000.0)),
    )


def at_ends(site: Site, ends: Ends) -> Site:
    """The site with single costs: those rows of costs and options at their ends, all others as likely."""
    tables = {}
    for name in ("costs", "options"):
        rows = site[name].to_dicts()
        money = [row[f"money_{ends[name, row['row']]}"] if (name, row["row"]) in ends else row["money"] for row in rows]
        single = pl.Series([None] * len(rows), dtype=pl.Float64)
        tables[name] = site[name].with_columns(money=pl.Series(money), money_low=single, money_high=single)
    return site.replace(**tables)


def paid(site: Site, likely: Site, plan: PlanAnswer, *, now: bool = False) -> float:
    """What a plan costs at the single costs of a site: every measure by its own row, against what is likely."""
    dearer = _prices(site), _prices(likely)
    total = 0.0
    for one in plan.measures:
        cost = one.cost_now if now else one.cost
        name = (one.kind.value, one.of if one.kind is MeasureKind.INVENTORIES else "")
        total += cost * (dearer[0][name] / dearer[1][name] if name in dearer[0] else 1.0)
    return total


def _prices(site: Site) -> dict[tuple[str, str], float]:
    kinds = {"inventory": "inventories", "calibration": "calibrations"}
    (option,) = site["options"]["money"]
    own = {(kinds[row["what"]], row["area"] or ""): row["money"] for row in site["costs"].to_dicts()}
    return {**own, ("option", ""): option}


@pytest.mark.parametrize("seed", [0, 1, 3, 5])
def test_each_point_of_the_front_is_the_plan_of_a_site_with_just_those_goals(seed: int) -> None:
    site = drawn_site(seed)
    front = planned(site, front=True).front
    assert planned(site).cost is None or len(front) > 1
    for one in front:
        goals = site["goals"].with_columns(pl.col("quantity") * one.share)
        alone = planned(site.replace(goals=goals))
        assert (one.cost is None) == (alone.cost is None)
        if one.cost is not None and alone.cost is not None:
            assert one.cost == pytest.approx(alone.cost, rel=1e-12)
    costs = [one.cost for one in front if one.cost is not None]
    assert costs == sorted(costs)


@pytest.mark.parametrize(("seed", "hinges"), [(0, 3), (2, 3), (6, 0), (19, 2)])
def test_a_plan_hinges_on_the_costs_at_which_a_plan_made_anew_is_cheaper(seed: int, hinges: int) -> None:
    site = with_ranges(drawn_site(seed))
    plan = planned(site)
    assert plan.ranges is not None
    said = {(one.what, one.of, one.end): one.regret for one in plan.ranges.hinges if one.what is not None}
    assert len(said) == hinges
    for row in [*site["costs"].to_dicts(), {**site["options"].to_dicts()[0], "what": "option", "area": "BETTER"}]:
        for end in ("low", "high"):
            table = "options" if row["what"] == "option" else "costs"
            there = at_ends(site, {(table, row["row"]): end})
            regret = paid(there, site, plan) - (planned(there).cost or 0.0)
            assert said.get((row["what"], row["area"] or "", end), 0.0) == pytest.approx(regret, abs=1e-6), (row, end)
    together = {one.end: one.regret for one in plan.ranges.hinges if one.what is None}
    for end in ("low", "high"):
        there = at_ends(site, {(name, row): end for name in ("costs", "options") for row in site[name]["row"]})
        kept = paid(there, site, plan)
        assert getattr(plan.ranges, f"{end}est") == pytest.approx(kept)
        assert together.get(end, 0.0) == pytest.approx(kept - (planned(there).cost or 0.0), abs=1e-6)


def test_nine_tenths_of_plans_priced_by_drawn_costs_lie_where_the_plan_says() -> None:
    site = with_ranges(drawn_site(0))
    plan, random_costs = planned(site), np.random.default_rng(11)
    assert plan.ranges is not None
    own, more = [], []
    for _ in range(2_000):
        drawn = {
            name: [
                random_costs.triangular(low, likely, high)
                for low, likely, high in site[name].select("money_low", "money", "money_high").rows()
            ]
            for name in ("costs", "options")
        }
        there = site.replace(**{name: site[name].with_columns(money=pl.Series(money)) for name, money in drawn.items()})
        own.append(paid(there, site, plan))
        more.append(own[-1] - paid(there, site, plan, now=True))
    assert np.mean([plan.ranges.low <= one <= plan.ranges.high for one in own]) == pytest.approx(0.9, abs=0.02)
    assert np.mean([plan.ranges.more_low <= one <= plan.ranges.more_high for one in more]) == pytest.approx(
        0.9, abs=0.02
    )


def test_guards_are_priced_within_their_ranges() -> None:
    site = read_site(EXAMPLES / "depot")
    costs = site["costs"].with_columns(
        money_high=pl.when(pl.col("what") == "guard").then(pl.col("money") * 1.25).otherwise(None)
    )
    dear = costs.with_columns(pl.coalesce("money_high", "money").alias("money"), money_high=None)
    plan = planned(site.replace(costs=costs))
    again = planned(site.replace(costs=dear.with_columns(pl.col("money_high").cast(pl.Float64))))
    assert plan.ranges is not None
    assert plan.cost is not None
    assert again.cost is not None
    regret = sum(one.regret for one in plan.ranges.hinges if one.what is None)
    assert plan.ranges.highest == pytest.approx(again.cost + regret)
    assert plan.ranges.lowest == pytest.approx(plan.cost)


def test_single_costs_have_no_ranges() -> None:
    plan = planned(drawn_site(3))
    assert plan.ranges is None
    assert plan.front == ()


def _quarry(tmp_path: Path, costs: str) -> Path:
    folder = tmp_path / "quarry"
    folder.mkdir()
    for file in (EXAMPLES / "quarry").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "costs.csv").write_text(costs, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("inventory,,,6,7,9", "hours_low = '7': it is more than what is likely: write at most hours"),
        ("inventory,,,6,5,4", "hours_low = '5': it is more than hours_high: exchange the two"),
        ("inventory,,,6,,4", "hours_high = '4': it is less than what is likely: write at least hours"),
        ("inventory,,,,5,7", "hours_low = '5': it is the least of a range without what is likely: write hours as well"),
    ],
)
def test_a_range_that_is_upside_down_is_said_with_its_row(tmp_path: Path, row: str, words: str) -> None:
    head = "what,area,method,hours,hours_low,hours_high\n"
    site = _quarry(tmp_path, f"{head}{row}\ncalibration,,,1,,\n")
    result = CliRunner().invoke(main, ["plan", str(site)])
    assert result.exit_code == 2
    assert f"costs.csv row 2, {words}" in result.output.replace("\n", " ").replace("  ", " ")


def test_what_is_likely_may_lie_outside_of_nine_tenths_and_is_said_so(tmp_path: Path) -> None:
    head = "what,area,method,hours,hours_low,hours_high\n"
    site = _quarry(tmp_path, f"{head}inventory,,,6,,60\ncalibration,,,1,,\n")
    result = CliRunner().invoke(main, ["plan", str(site)])
    said = " ".join(result.output.split())
    assert "One cost is known within a range only" in said
    assert "It will hardly be the" in said
    assert "the costs can rise further than they can fall" in said


def test_the_command_writes_the_front_everywhere(tmp_path: Path) -> None:
    page, document = tmp_path / "plan.html", tmp_path / "plan.json"
    asked = ["plan", str(EXAMPLES / "quarry"), "--front", "--html", str(page), "--json", str(document)]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0
    assert "No plan among these measures finds losses of 0.75 × the goals." in " ".join(result.output.split())
    assert "What it costs to see more, or less" in page.read_text(encoding="utf-8")
    points = pl.read_json(document)["front"].explode().struct.unnest()
    assert points["share"].to_list() == [4.0, 2.0, 1.5, 1.0, 0.75]
    assert points["cost"].to_list()[:4] == sorted(points["cost"].to_list()[:4])
    assert points["status"].to_list()[-1] == "impossible"
    told = (EXAMPLES.parent / "docs" / "plan.md").read_text(encoding="utf-8")
    now = pl.read_json(document)["cost"].struct.field("now").item()
    costs = points["cost"].to_list()
    for figure in (*costs[:4], now - costs[0]):
        assert f"{figure:,.0f} EUR".replace(",", " ") in told


def test_the_front_is_told_where_a_budget_allows_no_plan() -> None:
    result = CliRunner().invoke(main, ["plan", str(EXAMPLES / "quarry"), "--budget", "6000", "--front"])
    assert result.exit_code == 4
    said = " ".join(result.output.split())
    assert "4 × the goals 3 144 EUR" in said
    assert "Otherwise than today" in said


def test_draws_of_costs_are_held_against_the_budget() -> None:
    site = with_ranges(drawn_site(0))
    alone = planned(site).ranges
    assert alone is not None
    assert alone.within_budget is None
    for budget, share in ((alone.high, 0.95), (alone.low, 0.05)):
        found = make_protection_plan(site, generated=AT, budget=budget).ranges
        assert found is not None
        assert found.within_budget == pytest.approx(share, abs=0.001)
