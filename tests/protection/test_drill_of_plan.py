"""The losses of the goals, taken out of copies of the planned books: found as often as the plan says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.protection.sites_to_plan import drawn_site

import stockward as sw
from stockward.answers.plan import PlanAnswer
from stockward.book import Site, read_site
from stockward.cli import main
from stockward.questions.plan import make_protection_plan

AT = datetime(2026, 11, 30, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "examples"


def drilled(site: Site, copies: int) -> PlanAnswer:
    return make_protection_plan(site, generated=AT, drill=copies)


def agrees(plan: PlanAnswer) -> None:
    """Each loss is found with the chance of the plan, to a point and three standard errors of so many copies."""
    assert plan.drilled
    for one in plan.drilled:
        if one.copies and one.error is not None and one.chance is not None:
            assert one.found / one.copies == pytest.approx(one.chance, abs=0.01 + 1.5 * one.error), one


@pytest.mark.parametrize("name", ["quarry", "depot"])
def test_the_goals_of_the_examples_are_found_as_the_plan_says(name: str) -> None:
    plan = drilled(read_site(EXAMPLES / name), 2_000)
    agrees(plan)
    assert {(one.id, one.quantity) for one in plan.drilled} == {(one.id, one.quantity) for one in plan.goals}
    assert {one.pattern for one in plan.drilled} == {"goal_at_once", "goal_evenly"}
    for goal in plan.goals:
        chances = [one.chance for one in plan.drilled if one.id == goal.id and one.chance is not None]
        assert min(chances) >= plan.detection - 0.005


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_those_of_sites_drawn_at_random_as_well(seed: int) -> None:
    plan = drilled(drawn_site(seed), 1_200)
    if plan.cost is not None:
        agrees(plan)


def test_the_same_facts_give_the_same_drill() -> None:
    site = drawn_site(0)
    assert drilled(site, 60).drilled == drilled(site, 60).drilled


def test_the_losses_of_the_goals_are_drilled_in_the_books_as_they_are() -> None:
    lines = sw.drill(EXAMPLES / "quarry", goals=True, copies=400, jobs=1).answers.lines
    assert [(one.id, one.pattern) for one in lines] == [
        ("day/ANFO", "goal_at_once"), ("day/ANFO", "goal_evenly"), ("main/ANFO", "goal_at_once"),
        ("main/ANFO", "goal_evenly"),
    ]  # fmt: skip
    review = {one.id: one for one in sw.plan(EXAMPLES / "quarry").answers.goals}
    for name in ("main/ANFO", "day/ANFO"):
        stated = min(one.stated for one in lines if one.id == name and one.stated is not None)
        assert stated == pytest.approx(review[name].chance_now, abs=0.02)


def said(*asked: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, [*asked])
    return result.exit_code, " ".join(result.output.split())


def test_what_goes_with_goals_and_what_does_not() -> None:
    code, text = said("drill", str(EXAMPLES / "quarry"), "--goals", "--loss", "5kg")
    assert code == 2
    assert "--goals says which losses are drilled, and how: leave --loss, --pattern and --as-recorded out" in text
    code, text = said("drill", str(EXAMPLES.parent / "docs" / "first_site"), "--goals")
    assert code == 2
    assert "add goals.csv with substance and quantity" in text


def test_the_command_says_how_often_each_is_found(tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    code, text = said("plan", str(EXAMPLES / "quarry"), "--drill", "200", "--html", str(page))
    assert code == 0
    assert "the losses of the goals were taken out of 200 copies of the planned books, measured afresh" in text
    assert '<section id="drill">' in page.read_text(encoding="utf-8")
