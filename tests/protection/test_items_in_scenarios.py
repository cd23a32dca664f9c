"""Items drawn by lot, and a thief met in time, if something comes."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path

import pytest
from tests import sites
from tests.protection.stores_to_plan import BEGINS
from tests.protection.test_cheapest_plan import planned
from tests.protection.test_scenarios import with_scenarios
from tests.protection.thieves import drawn_layers, site_with

from stockward.book import Site

_HELD, _IN = 20, 3


def growing_store(*, moved: bool = True) -> Site:
    """One store of shells that are counted every 30 days; three come in each time, or none."""
    times = [(BEGINS + timedelta(days=30 * number)).isoformat() for number in range(13)]
    each = _IN if moved else 0
    tables = {
        "areas": [{"area": "north", "kind": "store"}],
        "materials": [{"material": "shell", "kind": "item", "unit": "each"}],
        "contents": [{"material": "shell", "substance": "RDX", "amount": 2.0, "unit": "kg"}],
        "counts": [
            {"inventory": at, "at": at, "area": "north", "material": "shell", "quantity": _HELD + each * number}
            for number, at in enumerate(times)
        ],
        "movements": [
            {
                "movement": at, "at": (BEGINS + timedelta(days=30 * number + 1)).isoformat(), "kind": "receipt",
                "to_area": "north", "material": "shell", "quantity": each or 1,
            }
            for number, at in enumerate(times[:-1] if moved else times[:0])
        ],
        "goals": [{"substance": "RDX", "quantity": 2, "within_days": 10}],
        "costs": [
            {"what": "inventory", "money": 10_000}, {"what": "calibration", "money": 1}, {"what": "item", "money": 1},
        ],
    }  # fmt: skip
    if not moved:
        tables["movements"] = "movement,at,kind,material,quantity\n"  # type: ignore[assignment]
    return sites.in_memory(tables, sites.settings())


def test_stocks_of_items_follow_production_and_dispatch(tmp_path: Path) -> None:
    rows = ("TWICE,2.5", "LESS,0.5")
    plan = planned(with_scenarios(growing_store(), tmp_path, "scenario,production", *rows))
    stock, came = _HELD + 12 * _IN, 12 * _IN
    counted = (plan.cost or 0) - sum(one.cost or 0 for one in plan.counts)
    assert [one.units for count in plan.counts for one in count.strata] == [stock]
    for one, factor in zip(plan.scenarios, (2.5, 0.5), strict=True):
        units = math.ceil(stock + (factor - 1) * came)
        # The loss is one shell: so many of them are looked at that it is among them with 95 %.
        assert one.cost == pytest.approx(counted + math.ceil(0.95 * units) * 36.525, rel=1e-6)
        assert one.left_out == ()


def test_a_stock_of_items_that_no_movement_makes_is_said_to_stay(tmp_path: Path) -> None:
    plan = planned(with_scenarios(growing_store(moved=False), tmp_path, "scenario,production", "TWICE,2"))
    (one,) = plan.scenarios
    assert one.cost == pytest.approx(plan.cost)
    told = "By the movements of the record the stock of north/shell is the same there: as much is drawn."
    assert one.left_out == (told,)


def test_response_in_time_is_a_goal_of_each_scenario(tmp_path: Path) -> None:
    met = []
    for seed in range(12):
        plan = planned(with_scenarios(site_with(drawn_layers(seed), 0.5), tmp_path, "scenario,prices", "DEAR,1.5"))
        (one,) = plan.scenarios
        assert one.goals == 1
        assert plan.interruption is not None and plan.interruption.now.chance is not None
        assert one.met_today == (plan.interruption.now.chance >= 0.5)
        if plan.cost is not None:
            assert (one.met, one.cost) == (1, pytest.approx(plan.cost * 1.5))
        met.append(one.met_today)
    assert set(met) == {0, 1}
