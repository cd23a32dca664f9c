"""Seeded losses must be missing from what truly stands, and from nowhere else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import polars as pl
import pytest
from seeded_plans import plan_with_everything

from stockward.simulation import SeededLoss, SyntheticSite, simulate_site

INWARD = {"receipt", "transfer", "make"}
OUTWARD = {"issue", "transfer", "use", "discard"}


def vanished(site: SyntheticSite) -> dict[tuple[str, str], float]:
    """What truly stood first, came, went and stood last, does not add up by so much, by area and material."""
    moves = site.tables["movements"].join(site.true_quantities, on="movement")
    missing: dict[tuple[str, str], float] = defaultdict(float)
    bounds = {
        row["area"]: (row["first"], row["last"])
        for row in site.true_stocks.group_by("area").agg(first=pl.col("at").min(), last=pl.col("at").max()).to_dicts()
    }
    ends = {area: _inventories_at(site, area) for area in bounds}
    for row in site.true_stocks.to_dicts():
        first, last = ends[row["area"]]
        missing[row["area"], row["material"]] += row["true_quantity"] * (
            (row["inventory"] == first) - (row["inventory"] == last)
        )
    for row in moves.to_dicts():
        if row["kind"] in INWARD and row["at"] <= bounds[row["to_area"]][1]:
            missing[row["to_area"], row["material"]] += row["true_quantity"]
        if row["kind"] in OUTWARD and row["at"] <= bounds[row["from_area"]][1]:
            missing[row["from_area"], row["material"]] -= row["true_quantity"]
    return missing


def _inventories_at(site: SyntheticSite, area: str) -> tuple[str, str]:
    codes = site.true_stocks.filter(pl.col("area") == area)["inventory"].unique().sort().to_list()
    return codes[0], codes[-1]


@pytest.fixture(scope="module")
def lossy() -> SyntheticSite:
    """No normal losses and no exact contents left to blur what vanished: only what was seeded."""
    plan = plan_with_everything()
    losses = (*plan.losses, SeededLoss(
        loss="abrupt", area="raw_store_1", material="TNT", amount=7.5, first_day=plan.losses[1].first_day
    ))  # fmt: skip
    exact = tuple(
        replace(one, contents=tuple(replace(content, random_rel=0.0, systematic_rel=0.0) for content in one.contents))
        for one in plan.materials
    )
    return simulate_site(replace(plan, losses=losses, normal_losses=(), materials=exact), seed=8)


def test_only_seeded_losses_vanish(lossy: SyntheticSite) -> None:
    seeded: dict[tuple[str, str], float] = defaultdict(float)
    for loss in lossy.truth["losses"]:
        seeded[loss["area"], loss["material"]] += loss["amount"]
    assert len(seeded) == 3
    scrap = _bulk_that_became_scrap(lossy)
    for key, quantity in vanished(lossy).items():
        expected = seeded.get(key, 0.0) + scrap.get(key, 0.0)
        assert quantity == pytest.approx(expected, abs=1e-6), key


def _bulk_that_became_scrap(site: SyntheticSite) -> dict[tuple[str, str], float]:
    """Scrap is made of bulk that no ``use`` row tells: the line's own bulk shrinks by what the scrap holds."""
    made = (
        site.tables["movements"]
        .join(site.true_quantities, on="movement")
        .filter((pl.col("kind") == "make") & pl.col("material").str.starts_with("scrap_"))
    )
    gone: dict[tuple[str, str], float] = defaultdict(float)
    for row in made.to_dicts():
        for substance, amount in site.plan.contents(row["material"]).items():
            gone[row["to_area"], substance] += amount * row["true_quantity"]
    return gone


def test_the_whole_amount_is_taken(lossy: SyntheticSite) -> None:
    asked = {loss.loss: loss.amount for loss in lossy.plan.losses}
    assert {loss["loss"]: loss["amount"] for loss in lossy.truth["losses"]} == pytest.approx(asked)


def test_no_stock_is_ever_negative(small: SyntheticSite, ridgeway: SyntheticSite) -> None:
    for site in (small, ridgeway):
        assert site.true_stocks["true_quantity"].min() >= 0.0
        assert site.true_quantities["true_quantity"].min() > 0.0


def test_bulk_in_a_hall_never_runs_out(ridgeway: SyntheticSite) -> None:
    """A stock clipped at zero would hide a shortage that was not seeded."""
    halls = [line.area for line in ridgeway.plan.lines]
    raw = ["TNT", "RDX", "nitrocellulose"]
    stocks = ridgeway.true_stocks.filter(pl.col("area").is_in(halls) & pl.col("material").is_in(raw))
    assert stocks["true_quantity"].min() > 0.0
