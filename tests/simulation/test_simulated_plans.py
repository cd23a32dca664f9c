"""Same plan and seed, same bytes; what contradicts itself is refused; Ridgeway is as large as its readers need."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from seeded_plans import plan_with_everything

from stockward.simulation import (
    RIDGEWAY_SEED,
    ForcePlan,
    SeededLoss,
    SyntheticSite,
    ridgeway_plan,
    simulate_site,
    standard_plan,
    with_losses,
    write_site,
)
from stockward.terms.errors import UsageError

RIDGEWAY = Path(__file__).parents[2] / "examples" / "ridgeway"


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_same_plan_and_seed_give_the_same_bytes(small: SyntheticSite, tmp_path: Path) -> None:
    write_site(small, tmp_path / "one")
    write_site(simulate_site(plan_with_everything(), seed=small.seed), tmp_path / "two")
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_another_seed_gives_another_site(small: SyntheticSite) -> None:
    other = simulate_site(small.plan, seed=small.seed + 1)
    assert not other.tables["movements"].equals(small.tables["movements"])


def test_the_example_is_what_the_plan_gives(ridgeway: SyntheticSite, tmp_path: Path) -> None:
    write_site(ridgeway, tmp_path / "ridgeway")
    assert bytes_of(tmp_path / "ridgeway") == bytes_of(RIDGEWAY)


def test_ridgeway_is_large_enough_and_mostly_clean(ridgeway: SyntheticSite) -> None:
    series = ridgeway.truth["series"]
    assert len(series) >= 40
    assert 20_000 <= ridgeway.tables["movements"].height <= 26_000
    assert sum(one["expected"] == "balanced" for one in series) >= 0.85 * len(series)
    assert set(ridgeway.tables["materials"]["stage"]) == {"raw", "in_process", "product", "scrap"}
    assert sum(path.stat().st_size for path in RIDGEWAY.glob("*.csv")) < 3_000_000


def test_ridgeway_grows_fivefold_and_stocks_pile_up(ridgeway: SyntheticSite) -> None:
    months = ridgeway.tables["production"].filter(pl.col("line") == "L-105").sort("month")["actual"].to_list()
    assert 4.0 < max(months) / months[3] < 6.0
    stocks = ridgeway.true_stocks.filter(pl.col("area").is_in(["raw_store_1", "magazine_2"]))
    by_time = stocks.group_by("inventory", "area").agg(pl.col("true_quantity").sum()).sort("inventory")
    for _, rows in by_time.group_by("area"):
        assert rows["true_quantity"][-1] > 4.0 * rows["true_quantity"][0]


def test_ridgeways_trickle_shows_in_no_single_week(ridgeway: SyntheticSite) -> None:
    trickle, abrupt, boxes, hidden = ridgeway.truth["losses"]
    assert 4.0 < trickle["series"][0]["strength_sigma"] < 6.0
    assert trickle["series"][0]["largest_single_period_sigma"] < 1.5
    assert abrupt["series"][0]["largest_single_period_sigma"] > 4.0
    assert boxes["unit"] == "each"
    assert hidden["written_off"] == pytest.approx(hidden["amount"], abs=0.02)


def test_the_force_of_ridgeway_has_the_shares_of_its_plan(ridgeway: SyntheticSite) -> None:
    plan = ridgeway.plan.force
    assert plan is not None
    guards = ridgeway.tables["people"].filter((pl.col("role") == "guard") & pl.col("training_weeks").is_null())
    assert guards.height == plan.guards
    assert (guards["affiliation"] == "ministry").sum() == round(plan.guards * plan.ministry_share)
    assert (guards["duty"] == "patrol").sum() == round(plan.guards * plan.patrol_share)
    assert ridgeway.tables["people"]["person"].str.contains(r"^[GWA]-\d{3}$").all()


def test_ridgeway_has_recruits_in_training_leavers_and_workers_to_spare(ridgeway: SyntheticSite) -> None:
    people, plan = ridgeway.tables["people"], ridgeway.plan.force
    assert plan is not None
    joined = people.filter((pl.col("role") == "guard") & pl.col("training_weeks").is_not_null())
    assert joined.height == plan.in_training
    assert not set(joined["person"]) & set(ridgeway.tables["absences"]["person"])
    assert people["until"].drop_nulls().len() == plan.leaving
    staff = dict(people.filter(pl.col("role") == "worker").group_by("line").len().rows())
    for line in ridgeway.plan.lines:
        assert line.workers_needed < staff[line.line] <= line.workers_needed * 1.1 + 1


def test_absences_of_a_person_do_not_overlap(ridgeway: SyntheticSite) -> None:
    absences = ridgeway.tables["absences"].sort("person", "start")
    before = absences.select(pl.col("end").shift().over("person"))["end"]
    assert (absences["start"] > before).fill_null(True).all()
    assert (absences["end"] >= absences["start"]).all()


def test_a_folder_with_something_in_it_is_not_overwritten(small: SyntheticSite, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty"):
        write_site(small, tmp_path)
    with pytest.raises(UsageError, match="no simulated site"):
        write_site(small, tmp_path, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_in_place_of_the_folder_is_refused(small: SyntheticSite, tmp_path: Path) -> None:
    (tmp_path / "site").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file"):
        write_site(small, tmp_path / "site")


def test_files_have_the_columns_of_the_dictionary_in_order_and_unix_lines(small: SyntheticSite, tmp_path: Path) -> None:
    write_site(small, tmp_path / "site")
    for name, content in bytes_of(tmp_path / "site").items():
        assert b"\r" not in content, name
        assert content.endswith(b"\n"), name
    header = (tmp_path / "site" / "counts.csv").read_text("utf-8").splitlines()[0]
    assert header == "inventory,at,area,material,quantity,method,counted_by,sheet"


@pytest.mark.parametrize("lines", [1, 2, 3, 4, 5, 7])
def test_a_plant_has_as_many_lines_as_asked(lines: int) -> None:
    plan = standard_plan(lines=lines, weeks=2)
    products = {ship.material for ship in plan.shipments}
    assert sum(line.product in products for line in plan.lines) == lines
    site = simulate_site(plan, seed=1)
    assert {one["expected"] for one in site.truth["series"]} <= {"balanced"}
    assert set(site.tables["production"]["line"]) == {line.line for line in plan.lines}


def test_a_site_without_a_force_has_no_guards(small: SyntheticSite) -> None:
    assert "people" not in small.tables
    assert "affiliation" not in small.settings
    guarded = simulate_site(standard_plan(weeks=2, force=ForcePlan(guards=8, applicants=2)), seed=1)
    assert guarded.tables["people"].filter(pl.col("role") == "guard").height == 8
    assert "affiliation" in guarded.settings


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"area": "magazine_1"}, "no TNT stands in magazine_1"),
        ({"area": "nowhere"}, "nowhere"),
        ({"amount": 0.0}, "above 0"),
        ({"last_day": date(2025, 1, 1)}, "before the first"),
        ({"last_day": date(2026, 8, 1)}, "must lie from 2025-07-01"),
        ({"area": "magazine_1", "material": "shell_105", "amount": 1.5}, "whole items"),
    ],
)
def test_an_impossible_loss_is_refused(change: dict[str, object], reason: str) -> None:
    loss = SeededLoss(loss="L", area="melt_pour", material="TNT", amount=5.0, first_day=date(2025, 8, 1))
    with pytest.raises(UsageError, match=reason):
        replace(standard_plan(), losses=(replace(loss, **change),))


@pytest.mark.parametrize("lines", [1, 3])
def test_a_drill_has_losses_that_fit_its_plant(lines: int) -> None:
    site = simulate_site(with_losses(standard_plan(lines=lines, weeks=16)), seed=2)
    assert [loss["loss"] for loss in site.truth["losses"]][-1] == "boxes"
    for planned, told in zip(site.plan.losses, site.truth["losses"], strict=True):
        assert told["amount"] == pytest.approx(planned.amount, rel=1e-6)
    found = [one["expected"] for one in site.truth["series"] if one["because_of"]]
    assert "discrepancy" in found
    assert found.count("shortage") >= 2


def test_a_plan_without_lines_or_weeks_is_refused() -> None:
    with pytest.raises(UsageError, match="lines must be 1 or more"):
        standard_plan(lines=0)
    with pytest.raises(UsageError, match="weeks must be 1 or more"):
        standard_plan(weeks=0)


def test_ridgeway_has_its_own_seed() -> None:
    assert isinstance(RIDGEWAY_SEED, int)
    assert ridgeway_plan() == ridgeway_plan()
