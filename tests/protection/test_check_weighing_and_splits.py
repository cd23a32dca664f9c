"""Weighing twice and splitting areas in the plan: against every plan, closed books, and the formulas of remedies."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from tests.protection.sites_to_plan import drawn_site
from tests.protection.test_cheapest_plan import cost_of, every_choice, meets, planned, planner_of

from stockward.answers.plan import MeasureKind
from stockward.book import Site
from stockward.protection.closed.weighed_twice import can_be_halved
from stockward.questions.plan import SeenBooks
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import Solved


def with_options(site: Site, *rows: dict[str, Any], weighing: float | None = 0.5) -> Site:
    """The site with these options in place of its own, and what one more weighing costs."""
    options = pl.DataFrame(
        [{"row": place, **row} for place, row in enumerate(rows, 2)], schema=site["options"].schema, strict=False
    )
    again = pl.DataFrame([{"row": 99, "what": "weighing", "money": weighing}], schema=site["costs"].schema)
    return site.replace(
        options=options, costs=pl.concat([site["costs"], again]) if weighing is not None else site["costs"]
    )


def check(method: str, share: float, **more: Any) -> dict[str, Any]:
    return {
        "option": f"{method} {share:g}",
        "kind": "check_weigh",
        "method": method,
        "share": share,
        "money": 20.0,
        **more,
    }


def split(area: str, **more: Any) -> dict[str, Any]:
    return {"option": f"two {area}", "kind": "split", "area": area, "money": 30.0, **more}


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_what_is_weighed_twice_is_expected_as_closed_books_show_it(share: float) -> None:
    for seed in range(3):
        site = with_options(drawn_site(seed), check("SCALE", share), check("BRIDGE", share))
        planner, _ = planner_of(site)
        choice = {one: 1 if one.kind is MeasureKind.CHECK_WEIGH else one.today for one in planner.decisions}
        closed = planner.case.closed_again(choice)
        assert planner.case.held
        for one in planner.case.held:
            assert one.closed_with(choice)
            there = closed[one.id, one.goal.quantity, one.goal.within_days].detectable
            # Half of two movements between inventories is either of them; all of them is what is expected.
            assert there == pytest.approx(one.held(one.key(choice)).detectable, rel=1e-6 if share == 1.0 else 0.1)


def test_an_option_on_the_method_is_one_on_both_of_its_scales() -> None:
    better = {"option": "BETTER", "method": "SCALE", "random_rel": 0.0001, "systematic_rel": 0.0001, "money": 9.0}
    planner, _ = planner_of(with_options(drawn_site(1), better, check("SCALE", 1.0)))
    kinds = (MeasureKind.CHECK_WEIGH, MeasureKind.OPTION)
    choice = {one: len(one.levels) - 1 if one.kind in kinds else one.today for one in planner.decisions}
    closed = planner.case.closed_again(choice)
    for one in planner.case.held:
        there = closed[one.id, one.goal.quantity, one.goal.within_days].detectable
        assert there == pytest.approx(one.held(one.key(choice)).detectable, rel=1e-6)


def test_an_absolute_error_does_not_halve_so_such_books_are_not_closed() -> None:
    site = with_options(drawn_site(1), check("SCALE", 1.0))
    absolute = pl.when(pl.col("method") == "SCALE").then(0.2).otherwise(pl.col("random_abs"))
    planner, _ = planner_of(site.replace(methods=site["methods"].with_columns(random_abs=absolute)))
    assert can_be_halved(planner.books, "BRIDGE")
    assert not can_be_halved(planner.books, "SCALE")
    choice = {one: 1 if one.kind is MeasureKind.CHECK_WEIGH else one.today for one in planner.decisions}
    assert not any(one.closed_with(choice) for one in planner.case.held)
    assert all(one.closed_with(planner.today) for one in planner.case.held)


def test_a_part_of_an_area_is_what_the_remedies_say_it_is() -> None:
    site = with_options(drawn_site(2), split("north"))
    planner, seen = planner_of(site)
    choice = {one: 1 if one.kind is MeasureKind.SPLIT else one.today for one in planner.decisions}
    tested = sum(sight is not None for sight in seen.sights)
    for one in planner.case.held:
        parts = 2 if one.area == "north" else 1
        # One more series shares the false alarms, whichever it is.
        sight = one.sight.seeing(one.sight.terms.split(parts), more=(tested + 1) / tested)
        expected = max(sight.curve(sight.even(one.goal.within_days))[0].detectable(0.95) or 0.0, 0.0)
        found = one.held(one.key(choice)).detectable
        assert found is not None
        assert found >= expected * (1 - 1e-9)
        assert one.closed_with(choice) is (one.area != "north")


def test_a_goal_of_the_whole_site_may_be_taken_from_all_parts() -> None:
    site = next(one for one in map(drawn_site, range(9)) if one["areas"].height == 1)
    whole = site.replace(goals=site["goals"].with_columns(area=pl.lit(None, site["goals"].schema["area"])))
    planner, _ = planner_of(with_options(whole, split("north")))
    choice = {one: 1 if one.kind is MeasureKind.SPLIT else one.today for one in planner.decisions}
    for one in planner.case.held:
        # One more series shares the false alarms, and nothing else is gained.
        assert (one.held(one.key(choice)).detectable or 0) >= (one.held(one.key(planner.today)).detectable or 0)


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_no_plan_with_these_is_cheaper(seed: int) -> None:
    site = with_options(drawn_site(seed), check("SCALE", 0.5), check("SCALE", 1.0), split("north"))
    planner, _ = planner_of(site)
    found = planner.chooser.cheapest(planner.case.held)
    cheaper = [one for one in every_choice(planner) if found.cost is None or cost_of(one) < found.cost]
    for choice in sorted(cheaper, key=cost_of, reverse=True)[:200]:
        assert not meets(list(planner.case.held), choice)
    if found.choice is not None:
        assert meets(list(planner.case.held), found.choice)


def test_they_are_chosen_where_they_are_cheap_and_said() -> None:
    site = with_options(drawn_site(3), check("SCALE", 1.0, money=0.0), split("north", money=0.0), weighing=0.0)
    dear = pl.when(pl.col("what") == "weighing").then(pl.col("money")).otherwise(pl.col("money") * 50)
    plan = planned(site.replace(costs=site["costs"].with_columns(money=dear)))
    assert plan.status is Solved.PROVEN
    kinds = {one.kind for one in plan.measures if one.changes}
    assert kinds & {MeasureKind.CHECK_WEIGH, MeasureKind.SPLIT}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (check("SCALE", 0.5, area="north"), "column area: it is not of an option of kind check_weigh: leave it blank"),
        (check("SCALE", 0.5, random_rel=0.1), "column random_rel: it is not of an option of kind check_weigh"),
        ({**check("SCALE", 0.5), "share": None}, "column share: an option of kind check_weigh needs it: state it"),
        ({**split("north"), "area": None}, "column area: an option of kind split needs it: state it"),
        (split("north", method="SCALE"), "column method: it is not of an option of kind split"),
        ({"option": "A", "money": 1.0, "area": "north"}, "column method: an option without a kind, or of kind method,"),
        ({**split("north"), "money": None}, "neither hours nor money is stated: state one, 0 where it costs nothing"),
    ],
)
def test_what_contradicts_itself_is_refused_in_one_line(row: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=r"^options row 2") as raised:
        planned(with_options(drawn_site(1), row))
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_one_more_weighing_costs_is_asked_for_by_name() -> None:
    with pytest.raises(UsageError, match=r"costs\.csv: no row says what one more weighing of method SCALE takes"):
        planned(with_options(drawn_site(1), check("SCALE", 0.5), weighing=None))


def test_books_that_are_closed_with_more_series_share_the_false_alarms() -> None:
    _, seen = planner_of(drawn_site(0))
    assert seen.tested == sum(seen.tested_in.values()) + sum(row is None for row in seen.balances.series["area"])
    assert isinstance(seen, SeenBooks)


def test_an_option_that_no_goal_hangs_on_is_said() -> None:
    site = next(one for one in map(drawn_site, range(9)) if one["areas"].height == 2)
    site = site.replace(goals=site["goals"].filter(pl.col("area") == "north"))
    plan = planned(with_options(site, split("south")))
    assert "two south is not looked at: no goal that is tested hangs on area south." in plan.left_out
