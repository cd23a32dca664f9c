"""Guards if something comes: beside every choice there is, measured anew in the roll, and as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from tests import sites
from tests.protection.guards_to_plan import DAY, EveryChoice, drawn_force
from tests.protection.test_scenarios import with_scenarios
from tests.protection.test_ways_out_of_guards import plan_of

from stockward.answers.plan import PlanAnswer
from stockward.book import Site, read_site
from stockward.book.known import known_at
from stockward.guards.need.ahead import PostsToFill
from stockward.guards.roll import roll
from stockward.protection.coming.guarding import KeptGuards, guards_for_all
from stockward.protection.costs import MeasureCosts
from stockward.protection.guards.measured import measured_goals
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.guards.posts import ForceQuestion
from stockward.protection.guards.workforce import workers_gone
from stockward.report.plan.coming import scenario_words
from stockward.report.plan.document import write_protection_json
from stockward.terms.verdicts import Solved

DEPOT = Path(__file__).parents[2] / "examples" / "depot"
SITES = range(20)


def planner_there(
    site: Site, *, workforce: float = 1.0, absence: float = 1.0, since: date | None = None
) -> ForcePlanner:
    books = known_at(site, None)
    base = ForceQuestion(day=DAY, today=None, seed=1)
    planner = ForcePlanner.of(books, base, MeasureCosts.of(books))
    assert planner is not None
    if (workforce, absence) == (1.0, 1.0):
        return planner
    return planner.if_comes(replace(base, workforce=workforce, absence=absence, since=since, before=base))


def without_those_gone(site: Site, share: float) -> Site:
    gone = workers_gone(known_at(site, None), share)
    return site.replace(people=site["people"].filter(~pl.col("person").is_in(list(gone))))


def both(*, workforce: float, absence: float = 1.0) -> Iterator[tuple[int, Site, ForcePlanner, ForcePlanner]]:
    for seed in SITES:
        site = drawn_force(seed)
        yield seed, site, planner_there(site), planner_there(site, workforce=workforce, absence=absence)


def test_the_cheapest_guards_of_fewer_workers_are_those_of_every_choice() -> None:
    found = []
    for seed, site, _, there in both(workforce=0.4):
        every = EveryChoice(without_those_gone(site, 0.4))
        costs = [every.cost(chosen) for chosen in every.choices() if every.meets(chosen)]
        assert there.best.cost == min(costs, default=None), seed
        found.append(bool(costs))
    assert any(found)
    assert not all(found)


def test_guards_for_all_cases_are_the_cheapest_of_every_choice() -> None:
    proven = 0
    for seed, site, base, there in both(workforce=0.5):
        joining = guards_for_all(base, [there])
        assert joining is not None
        whole, left = EveryChoice(site), EveryChoice(without_those_gone(site, 0.5))
        costs = [
            whole.cost(chosen) for chosen in left.choices() if whole.meets(chosen) and left.meets(chosen)
        ]  # fmt: skip
        assert joining.cost == min(costs, default=None), seed
        proven += joining.status is Solved.PROVEN
    assert proven


def test_what_a_plan_misses_is_what_the_roll_with_it_misses() -> None:
    missed = 0
    for seed, _, base, there in both(workforce=0.6, absence=2.5):
        kept = KeptGuards.of(there, base.best)
        if base.best.chosen is None or len(kept.joined) < kept.should:
            continue
        measured = measured_goals(there.facts, base.best)
        assert {goal for goal, found in measured.items() if not found.met} == {
            goal for goal in there.facts.goals if goal.reason is None and kept.misses(goal)
        }, seed
        missed += any(not found.met for found in measured.values())
    assert missed


def test_of_fewer_workers_no_more_join_than_are_left() -> None:
    fewer = 0
    for seed, site, base, there in both(workforce=0.3):
        kept = KeptGuards.of(there, base.best)
        left = {one.person for one in there.facts.market.pool}
        assert {one.person for one, _ in kept.joined} <= left, seed
        assert not left & workers_gone(known_at(site, None), 0.3)
        fewer += len(kept.joined) < kept.should
    assert fewer


def test_whoever_joined_before_it_is_so_stays() -> None:
    since, left = DAY + timedelta(days=40), 0
    for seed in SITES[:8]:
        site = drawn_force(seed)
        base, there = planner_there(site), planner_there(site, workforce=0.0, since=since)
        stay = {one for one in base.facts.market.pool if one.role == "applicant" or one.first < since}
        assert set(there.facts.market.pool) == stay, seed
        left += len(base.facts.market.pool) - len(stay)
    assert left


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.77, 1.0])
def test_the_share_remains_and_those_of_a_smaller_one_are_among_them(share: float) -> None:
    site = read_site(DEPOT)
    books = known_at(site, None)
    workers = set(site["people"].filter(pl.col("role") == "worker")["person"].cast(pl.String))
    gone = workers_gone(books, share)
    assert len(workers - gone) == int(share * len(workers))
    assert gone >= workers_gone(books, min(share + 0.2, 1.0))


def test_each_line_keeps_about_its_share() -> None:
    site = read_site(DEPOT)
    gone = workers_gone(known_at(site, None), 0.5)
    workers = site["people"].filter(pl.col("role") == "worker")
    for own in workers.partition_by("line"):
        left = own.filter(~pl.col("person").cast(pl.String).is_in(list(gone))).height
        assert abs(left - own.height / 2) <= 1.5


def test_twice_the_absence_is_that_of_a_record_with_each_absence_twice() -> None:
    site = read_site(DEPOT)
    days = [date(2025, 7, 7) + timedelta(days=number) for number in range(350)]
    on = [day for day in days if day.weekday() < 5]
    persons = [row["person"] for row in site["people"].filter(pl.col("role") == "guard").iter_rows(named=True)]
    rows = [(one, on[place * 3 % 50 + 10 * number]) for place, one in enumerate(persons) for number in range(19)]
    again = [(person, day + timedelta(days=7)) for person, day in rows]
    once, twice = (_with_absences(site, some) for some in (rows, [*rows, *again]))
    assert len(set(again) & set(rows)) == 0
    found = [_need(once, 2.0), _need(twice, 1.0)]
    assert found[0] == found[1]
    assert found[0] > _need(once, 1.0)


def _with_absences(site: Site, days: list[tuple[str, date]]) -> Site:
    rows = [{"person": person, "start": str(day), "end": str(day), "kind": "sick"} for person, day in days]
    people = [{"person": one, "role": "guard", "affiliation": "own"} for one in sorted({one for one, _ in days})]
    return site.replace(absences=sites.in_memory({"absences": rows, "people": people}, sites.settings())["absences"])


def _need(site: Site, absence: float) -> int:
    books = known_at(site, None)
    posts = PostsToFill.of(books, guards=roll(books), day=date(2026, 7, 1), absence=absence, seed=1)
    filled = posts.at(posts.days()[-1]).filled
    assert filled is not None
    return filled.needed


@pytest.fixture(scope="module")
def coming(tmp_path_factory: pytest.TempPathFactory) -> PlanAnswer:
    site = with_scenarios(
        read_site(DEPOT), tmp_path_factory.mktemp("coming"), "scenario,workforce,absence,prices,since",
        "HALF,0.5,,,", "NONE,0,,,", "SICK,,2,,", "LATE,0,1.2,1.5,2027-01-15",
    )  # fmt: skip
    return plan_of(site)


def test_a_scenario_says_what_breaks_from_when_and_what_would_do(coming: PlanAnswer) -> None:
    half, none, sick, late = coming.scenarios
    assert (half.met, half.goals, half.missed) == (7, 7, ())
    assert half.regret == pytest.approx(0.0)
    assert none.guards is not None and none.guards.still < none.guards.joining
    assert none.status is Solved.IMPOSSIBLE
    assert none.guards.in_the_way == ("order ORD-1",) and none.guards.ways_out
    (posts,) = sick.guards.missed if sick.guards is not None else ()
    assert (posts.label, posts.figure is not None and posts.figure < (posts.low or 0)) == ("posts filled", True)
    assert late.guards is not None
    assert all(one.on >= date(2027, 1, 15) for one in late.guards.missed)
    assert coming.robust is not None and coming.robust.impossible_in == ("NONE",)


def test_costs_of_scenarios_have_the_guards_in_them(coming: PlanAnswer) -> None:
    assert coming.guards is not None
    for one in coming.scenarios:
        if one.cost is not None and one.guards is not None:
            assert one.cost == pytest.approx((one.guards.cost or 0) + (coming.guards.detection_cost or 0) * one.prices)


def test_one_plan_holds_in_every_case_and_tells_what_is_right_at_once(tmp_path: Path) -> None:
    site = with_scenarios(
        read_site(DEPOT), tmp_path, "scenario,workforce,absence,prices", "HALF,0.5,,", "SICK,,2,", "DEAR,,,1.4"
    )
    plan = plan_of(site)
    robust = plan.robust
    assert robust is not None and robust.cost is not None and robust.guards is not None and plan.cost is not None
    assert robust.status is Solved.PROVEN
    assert robust.more == pytest.approx(robust.cost - plan.cost)
    joining = {(one.affiliation, one.source): one.then for one in robust.guards.groups if one.source != "guard"}
    for one in robust.guards.at_once:
        assert one.then <= joining[one.affiliation, one.source]
    prices = {one.key: one.prices for one in plan.scenarios}
    budget = robust.cost * prices["DEAR"]
    kept = plan_of(site, budget=budget + 1).robust
    assert kept is not None and kept.cost == pytest.approx(robust.cost)
    short = plan_of(site, budget=budget - 1).robust
    assert short is not None and short.cost is None


def test_it_is_said_in_words_and_in_json(coming: PlanAnswer) -> None:
    half, none, sick, late = (text.replace("\u202f", " ") for text in scenario_words(coming))
    assert "50 % of the workers remain" in half
    assert "It is impossible because order ORD-1 cannot be met by the 11 who could join there." in none
    assert "Order ORD-1 for 6 guards (3 fewer)" in none
    assert "absence of guards × 2" in sick and "posts filled from " in sick
    assert "from 15 January 2027" in late
    text = write_protection_json(coming)
    assert '"workforce": 0.5' in text and '"still": 6' in text


def test_a_scenario_without_guards_in_it_says_nothing_of_them(tmp_path: Path) -> None:
    site = read_site(DEPOT)
    bare = site.replace(**{name: site[name].clear() for name in ("people", "absences", "posts", "orders")})
    plan = plan_of(with_scenarios(bare, tmp_path, "scenario,workforce", "HALF,0.5"))
    assert plan.scenarios[0].guards is None
    assert plan.scenarios[0].cost == pytest.approx(plan.cost)
    assert Fraction(str(plan.scenarios[0].workforce)) == Fraction(1, 2)
