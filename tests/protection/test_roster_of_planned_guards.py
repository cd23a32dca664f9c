"""The roster of the guards who join by the plan: its posts are filled where those on record do not do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from click.testing import CliRunner

from stockward.book import read_site
from stockward.cli import main
from stockward.questions.planned_roll import with_planned_guards

DEPOT = Path(__file__).parents[2] / "examples" / "depot"
AT = datetime(2026, 11, 30, tzinfo=UTC)


def made(*asked: str) -> dict[str, Any]:
    command = ["roster", str(DEPOT), "--start", "2027-08-02", "--weeks", "1", "--deterministic", "40", "--json", "-"]
    document: dict[str, Any] = json.loads(CliRunner().invoke(main, [*command, *asked]).stdout)
    return document


def test_the_posts_that_the_guards_on_record_leave_open_are_filled_with_those_who_join() -> None:
    assert made()["status"] == "impossible"
    planned = made("--planned")
    assert planned["status"] in ("proven", "feasible")
    people = {one["person"] for one in planned["duties"]}
    assert {f"joins-{number}" for number in range(1, 10)} <= people
    # Who joins is drawn by lot: no worker and no applicant is named on it.
    assert not {one for one in people if one.startswith(("W-", "A-"))}


def test_who_joins_has_a_code_that_nobody_on_record_has() -> None:
    site = read_site(DEPOT)
    taken = site.replace(people=site["people"].with_columns(pl.col("person").replace("G-01", "joins-1")))
    _, codes, _ = with_planned_guards(taken, now=AT, seed=1)
    assert codes == tuple(f"plan-joins-{number}" for number in range(1, 10))


def test_a_site_that_asks_nothing_of_its_guards_is_told_what_to_state() -> None:
    quarry = str(DEPOT.parent / "quarry")
    result = CliRunner().invoke(main, ["roster", quarry, "--start", "2027-08-02", "--planned"])
    assert result.exit_code == 2
    assert "state fill_probability under [force] in site.toml, or an order on guards" in result.output
