"""The plan in a review: the same figures as by itself, in every output, and only where it is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

import stockward as sw
from stockward.cli import main
from stockward.terms.errors import UsageError

QUARRY = Path(__file__).parents[2] / "examples" / "quarry"


def said(*asked: str) -> str:
    result = CliRunner().invoke(main, [*asked])
    assert result.exit_code in (0, 1), result.output
    return " ".join(result.output.split())


def test_a_review_has_the_plan_that_the_command_makes(tmp_path: Path) -> None:
    page, book, document, alone = (tmp_path / name for name in ("r.html", "r.xlsx", "r.json", "p.json"))
    told = said("review", str(QUARRY), "--plan", "--html", str(page), "--xlsx", str(book), "--json", str(document))
    said("plan", str(QUARRY), "--json", str(alone))
    within: dict[str, Any] = json.loads(document.read_text(encoding="utf-8"))["plan"]
    own = json.loads(alone.read_text(encoding="utf-8"))
    assert within == {name: own[name] for name in within}
    assert {"status", "cost", "measures", "goals", "calendar"} <= within.keys()
    headline = "Every goal is met for 10 770 EUR a year, 5 703 EUR more than today."
    assert f"Plan: {headline}" in told
    text = page.read_text(encoding="utf-8").replace("\u202f", " ")
    assert '<section id="plan">' in text
    assert headline in text
    rows = list(load_workbook(book)["plan"].iter_rows(values_only=True))
    assert any("Weighbridge of 1 kg division" in map(str, row) for row in rows)


def test_a_review_that_is_not_asked_for_a_plan_has_none(tmp_path: Path) -> None:
    page, document = tmp_path / "r.html", tmp_path / "r.json"
    told = said("review", str(QUARRY), "--html", str(page), "--json", str(document))
    assert json.loads(document.read_text(encoding="utf-8"))["plan"] is None
    assert "Plan:" not in told
    assert "Cheapest plan" not in page.read_text(encoding="utf-8")


def test_from_python() -> None:
    review = sw.review(QUARRY, plan=True)
    assert review.answers.plan is not None
    assert review.answers.plan.cost == pytest.approx(10_769.82)
    with pytest.raises(UsageError, match="no goal can be planned for"):
        sw.review(QUARRY.parents[1] / "docs" / "first_site", plan=True)
