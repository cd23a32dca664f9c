"""Whether a thief is met in time, as it is told by review and plan of the depot among the examples."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from openpyxl import load_workbook
from rich.console import Console

from stockward.answers.plan import PlanAnswer
from stockward.answers.review import ReviewAnswer
from stockward.book import Site, read_site
from stockward.questions.plan import make_protection_plan
from stockward.questions.review import make_review
from stockward.report import write_html
from stockward.report.interruption.sentences import interruption_lines
from stockward.report.plan.document import write_protection_json
from stockward.report.plan.page import write_protection_html
from stockward.report.plan.sentences import stays_words
from stockward.report.plan.terminal import print_protection
from stockward.report.plan.workbook import write_plan_xlsx
from stockward.report.review.document import write_json
from stockward.report.review.terminal import print_review
from stockward.report.review.workbook import write_xlsx

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def depot() -> Site:
    return read_site(ROOT / "examples" / "magazine")


@pytest.fixture(scope="module")
def review(depot: Site) -> ReviewAnswer:
    return make_review(depot, generated=AT)


@pytest.fixture(scope="module")
def plan(depot: Site) -> PlanAnswer:
    return make_protection_plan(depot, generated=AT)


def with_goal(site: Site, goal: float | None, **further: float) -> Site:
    plan = site.settings.plan.model_copy(update={"interruption": goal, **further})
    return site.replace(settings=site.settings.model_copy(update={"plan": plan}))


def said(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S).split()).replace("\u202f", " ")


def printed(show: Any, answer: Any) -> str:
    stream = StringIO()
    show(answer, Console(file=stream, width=300, color_system=None))
    return " ".join(stream.getvalue().split())


def test_the_review_says_the_chance_and_names_the_way(review: ReviewAnswer) -> None:
    found = review.interruption
    assert found is not None
    assert found.met is False
    chance = f"{round(100 * (found.chance or 0), 1):g} %"
    way = " → ".join(one.name for one in found.way)
    for text in (said(write_html(review)), printed(print_review, review)):
        assert f"A thief is met in time with {chance} on the worst of 18 ways" in text
        assert way in text
        assert "The goal of 80 % on every way, at every hour, is not met." in text
        assert "where the response takes 25 % longer" in text


def test_the_workbook_has_the_way_and_the_hours(review: ReviewAnswer, tmp_path: Path) -> None:
    write_xlsx(review, tmp_path / "review.xlsx")
    book = load_workbook(tmp_path / "review.xlsx")
    assert review.interruption is not None
    rows = list(book["worst way"].iter_rows(values_only=True))
    assert [row[1] for row in rows[1:]] == [one.element for one in review.interruption.way]
    hours = list(book["hours of response"].iter_rows(values_only=True))
    assert sum(row[2] for row in hours[1:]) == 168
    assert any(row[0] == "response in time" for row in book["summary"].iter_rows(values_only=True))


def test_a_site_without_layers_has_no_such_key(review: ReviewAnswer) -> None:
    without = replace(review, interruption=None)
    assert "interruption" not in json.loads(write_json(without))
    assert "met in time" not in said(write_html(without))
    assert "Response:" not in printed(print_review, without)


def test_the_plan_says_what_it_buys_and_what_that_is_worth(plan: PlanAnswer) -> None:
    found = plan.interruption
    assert found is not None
    assert found.then is not None
    assert found.price == plan.cost
    for text in (said(write_protection_html(plan)), printed(print_protection, plan)):
        assert "Met in time on the worst way: 13.2 % today, 80.1 % with the plan." in text
        assert "Second lock of the vault" in text
        assert "1 of 1" in text
        assert "Not worth their price: options on WALL, WATCH." in text
    document = json.loads(write_protection_json(plan))
    assert document["interruption"]["then"]["chance"] == found.then.chance
    assert document["interruption"]["now"]["met"] is False


def test_what_would_cost_nothing_is_not_called_not_worth_its_price(plan: PlanAnswer) -> None:
    free = replace(
        plan, measures=tuple(replace(one, cheapest=0.0) if one.of == "WALL" else one for one in plan.measures)
    )
    told = stays_words(free)
    assert "Not worth their price: options on WATCH." in told
    assert "No goal needs, though it would cost nothing: options on WALL." in told
    assert {one.of: one.cheapest for one in plan.measures}["WALL"] > 0


def test_the_workbook_of_the_plan_has_the_way_that_is_then_worst(plan: PlanAnswer, tmp_path: Path) -> None:
    write_plan_xlsx(plan, tmp_path / "plan.xlsx")
    book = load_workbook(tmp_path / "plan.xlsx")
    assert plan.interruption is not None
    assert plan.interruption.then is not None
    rows = list(book["worst way"].iter_rows(values_only=True))
    assert [row[1] for row in rows[1:]] == [one.element for one in plan.interruption.then.way]
    assert any("13.2" in str(row[1]) for row in book["plan"].iter_rows(values_only=True))


def test_a_goal_out_of_reach_is_told_with_what_is_reachable(depot: Site) -> None:
    plan = make_protection_plan(with_goal(depot, 0.97), generated=AT)
    assert plan.interruption is not None
    text = printed(print_protection, plan)
    lower = re.search(r"set \[plan\] interruption to (0\.\d+)", text)
    assert "the goal of response in time cannot be met by what can be decided" in text
    assert lower is not None
    # Followed literally, there is a plan.
    assert make_protection_plan(with_goal(depot, float(lower[1])), generated=AT).cost is not None


def test_a_budget_in_the_way_is_told_with_the_one_that_would_do(depot: Site, plan: PlanAnswer) -> None:
    short = make_protection_plan(with_goal(depot, 0.8), budget=1000.0, generated=AT)
    assert short.cost is None
    assert short.needs == plan.cost
    text = printed(print_protection, short)
    assert "the cheapest takes 7 450 EUR" in text
    assert "the best that can be bought" not in text


def test_hours_at_which_nobody_answers_are_named(depot: Site) -> None:
    silent = pl.when(pl.col("post") == "WATCH").then(None)
    answering = ("response_minutes", "communication")
    posts = depot["posts"].with_columns(silent.otherwise(pl.col(name)).alias(name) for name in answering)
    plan = make_protection_plan(with_goal(depot, 0.8).replace(posts=posts), generated=AT)
    text = printed(print_protection, plan)
    assert "nobody answers alarms from Mon 06:00 to Mon 20:00 (98 h a week)" in text
    assert "A thief is not met at all, from Mon 06:00 to Mon 20:00 (98 h a week)" in text
    assert "interruption to 0" not in text
    assert "WATCH-NEAR: WATCH answers no alarm so far" in text


def test_without_a_goal_the_plan_says_the_chance_alone(depot: Site) -> None:
    review = make_review(with_goal(depot, None), generated=AT)
    assert review.interruption is not None
    assert not any("The goal of" in text for text in interruption_lines(review.interruption))
