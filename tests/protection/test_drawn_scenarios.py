"""Scenarios that are drawn: each draw beside books closed for it alone, and the share beside a count of these."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import triang
from tests.protection.sites_to_plan import drawn_site
from tests.protection.test_cheapest_plan import meets, planned, planner_of
from tests.protection.test_scenarios import surged, with_scenarios
from tests.protection.test_ways_out_of_guards import plan_of

from stockward.answers.plan import PlannedScenario
from stockward.book import Site, read_site
from stockward.protection.case_goals import CaseGoals
from stockward.protection.coming.asked import scenarios_of
from stockward.protection.coming.factors import Factors
from stockward.protection.coming.spreads import DrawnFactors, Spread
from stockward.protection.coming.tabulated import TabulatedGoals
from stockward.protection.decisions import DecidedLevels
from stockward.report.plan.coming import robust_words, scenario_words
from stockward.report.plan.document import write_protection_json
from stockward.terms.errors import UsageError

DEPOT = Path(__file__).parents[2] / "examples" / "depot"
HEAD = "scenario,production,production_likely,production_to,dispatch,dispatch_to"
_DRAWS = 40


def drawn_of(site: Site) -> DrawnFactors:
    (scenario,) = scenarios_of(site)
    assert scenario.drawn is not None
    return scenario.drawn


def only_drawn(site: Site, tmp_path: Path, head: str, row: str, **options: object) -> PlannedScenario:
    (found,) = planned(with_scenarios(site, tmp_path, head, row), **options).scenarios  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(("low", "likely", "high"), [(0.5, 0.9, 2.0), (1.0, 1.0, 3.0), (0.2, 1.0, 1.0)])
def test_what_is_drawn_is_drawn_from_its_triangle(low: float, likely: float, high: float) -> None:
    spread = Spread(low, likely, high)
    chances = np.linspace(0, 1, 101)
    expected = triang.ppf(chances, (likely - low) / (high - low), low, high - low)
    assert spread.at(chances) == pytest.approx(expected, abs=1e-12)
    draws = [one.absence for one in DrawnFactors(Factors(), {"absence": spread}, None).draws(4000, (1, 0))]
    error = np.std(draws) / np.sqrt(len(draws))
    assert abs(np.mean(draws) - (low + likely + high) / 3) < 4 * error


def test_factors_are_drawn_each_by_itself_and_dispatch_goes_along(tmp_path: Path) -> None:
    site = with_scenarios(
        drawn_site(3), tmp_path, f"{HEAD},workforce,workforce_to,prices,prices_to", "A,0.8,1,1.6,0.9,1.7,0.5,1,1,2"
    )
    drawn = drawn_of(site)
    draws = drawn.draws(3000, (1, 0))
    table = np.array([[one.production, one.dispatch, one.workforce, one.prices] for one in draws])
    assert table[:, 1] == pytest.approx(0.9 + (table[:, 0] - 0.8))
    correlation = np.corrcoef(table[:, [0, 2, 3]].T)
    assert np.abs(correlation - np.eye(3)).max() < 4 / np.sqrt(len(draws))
    assert drawn.draws(10, (1, 0)) == draws[:10]
    assert drawn.draws(10, (2, 0)) != draws[:10]


@pytest.mark.parametrize("seed", [3, 5])
@pytest.mark.parametrize("weighings", ["heavier", "more"])
def test_tabulated_goals_are_those_of_books_closed_at_each_draw(seed: int, weighings: str) -> None:
    from stockward.book.known import known_at
    from stockward.surge.asked import Surge
    from stockward.surge.books import surged_site

    site = drawn_site(seed, goal=60)
    base, _ = planner_of(site)
    drawn = DrawnFactors(Factors(), {"production": Spread(0.6, 1.1, 2.4)}, Spread(0.6, None, 2.0))

    def closed(factors: Factors) -> CaseGoals:
        surge = Surge(production=factors.production, dispatch=factors.dispatch, weighings=weighings)
        return planner_of(surged_site(known_at(site, None), surge))[0].case

    table = TabulatedGoals(drawn, closed, weighings == "more")
    chosen = base.cheapest([base.case]).choice or base.today
    places = [chosen[one] for one in base.decisions]
    differing = []
    for factors in drawn.draws(12, (seed, 0)):
        there = closed(factors)
        own: DecidedLevels = dict(zip(planner_of(site)[0].decisions, places, strict=True))
        labels = [one.label for one in there.held if not one.is_met(_as_of(one, own))]
        differing += [factors] if table.missed(factors, chosen) != labels else []
    assert not differing
    # More weighings of what leaves come at factors of their own: near these the books are closed at the draw.
    assert table.closed_alone <= (2 if weighings == "more" else 0)


def _as_of(held: object, choice: DecidedLevels) -> tuple[object, ...]:
    """The key of a goal for a choice that was made on equal decisions."""
    values = {(one.kind, one.of): one.levels[place].value for one, place in choice.items()}
    own = {**dict.fromkeys(held.others), **{one: None for one, _ in held.areas}}  # type: ignore[attr-defined]
    levels = {
        one: next(at for at, level in enumerate(one.levels) if level.value == values[one.kind, one.of]) for one in own
    }
    return held.key(levels)  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("row", ["A,0.9,1,1.6,0.9,1.6", "A,0.5,0.8,2.5,0.5,2.5"])
def test_the_share_is_that_of_draws_that_are_looked_at_one_by_one(row: str, tmp_path: Path) -> None:
    site = with_scenarios(drawn_site(3), tmp_path, HEAD, row)
    (found,) = planned(site, draws=_DRAWS).scenarios
    base, _ = planner_of(site)
    chosen = base.cheapest([base.case]).choice
    assert chosen is not None and found.drawn is not None
    places = [chosen[one] for one in base.decisions]
    held = [_holds(site, one.production, places) for one in drawn_of(site).draws(_DRAWS, (1, 0))]
    assert found.drawn.kept.held == pytest.approx(sum(held) / _DRAWS)
    assert found.drawn.kept.low < found.drawn.kept.held + 1e-12 and found.drawn.kept.high >= found.drawn.kept.held
    if found.drawn.own is not None:
        assert found.drawn.own.held >= 0.95


def _holds(site: Site, factor: float, places: Sequence[int]) -> bool:
    there, _ = planner_of(surged(site, factor))
    return meets(there.case.held, dict(zip(there.decisions, places, strict=True)))


def test_prices_are_held_against_the_budget(tmp_path: Path) -> None:
    site = drawn_site(3)
    cost = planned(site).cost
    assert cost is not None
    found = only_drawn(site, tmp_path, "scenario,prices,prices_to", "A,1,2", budget=1.5 * cost, draws=400)
    assert found.drawn is not None
    assert found.drawn.kept.low < 0.5 < found.drawn.kept.high
    assert found.drawn.fails[0].label == "the budget"


def test_every_range_is_drawn_where_that_is_asked_for(tmp_path: Path) -> None:
    head, row = "scenario,production,production_to,dispatch,dispatch_to", "A,0.9,1.2,0.9,1.2"
    assert only_drawn(drawn_site(3), tmp_path, head, row).drawn is None
    found = only_drawn(drawn_site(3), tmp_path, head, row, draws=20).drawn
    assert found is not None and found.draws == 20


def test_guards_are_counted_in_each_draw_and_it_is_told(tmp_path: Path) -> None:
    head = "scenario,workforce,workforce_to,absence,absence_likely,absence_to"
    site = with_scenarios(read_site(DEPOT), tmp_path, head, "A,0.5,1,0.8,1,1.4")
    plan = plan_of(site, draws=60)
    (one,) = plan.scenarios
    assert one.drawn is not None and plan.robust is not None
    assert 0 < one.drawn.kept.held < 1
    assert one.drawn.fails[0].label == "posts filled"
    assert one.drawn.fails[0].share == pytest.approx(1 - one.drawn.kept.held)
    assert plan.robust.drawn[0].holding.held >= 0.95
    (told,) = scenario_words(plan)
    assert "absence of guards × 0.8 to 1.4, likeliest 1; 60 draws" in told
    assert "Missed most often: posts filled" in told
    assert any(text.startswith("It holds in ") for text in robust_words(plan))
    assert '"draws": 60' in write_protection_json(plan)


@pytest.mark.parametrize(
    ("head", "row", "told"),
    [
        (
            "scenario,absence,absence_likely",
            "A,1,1",
            "row 2: absence_likely is the likeliest of a range, and there is no",
        ),
        (
            "scenario,absence,absence_likely,absence_to",
            "A,1,3,2",
            "row 2: absence_likely 3 does not lie between absence 1",
        ),
        ("scenario,workforce_to", "A,0.5", "row 2: workforce_to 0.5 is below workforce 1: exchange them"),
        ("scenario,prices,prices_to", "A,2,1", "row 2: prices_to 1 is below prices 2: exchange them"),
    ],
)
def test_a_range_that_is_none_is_told_in_one_line(head: str, row: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=told) as error:
        planned(with_scenarios(drawn_site(1), tmp_path, head, row))
    assert "\n" not in str(error.value)


def test_no_draws_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="draws: 0 are none"):
        only_drawn(drawn_site(3), tmp_path, "scenario,prices,prices_to", "A,1,2", draws=0)
