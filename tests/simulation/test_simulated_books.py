"""The books of a synthetic site keep every rule of the format, and say what the truth says."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256

import numpy as np
import polars as pl
import pytest
from closed_by_hand import Site

from stockward.book import read_site, tables
from stockward.simulation import SyntheticSite, simulate_site, standard_plan, write_site
from stockward.simulation.ledger import format_quantity

AREAS_OF = {
    "receipt": (False, True), "issue": (True, False), "transfer": (True, True), "use": (True, False),
    "make": (False, True), "discard": (True, False), "write_off": (True, False), "found": (False, True),
}  # fmt: skip


@pytest.mark.parametrize("name", ["small", "ridgeway"])
def test_a_reader_sets_nothing_aside(name: str, request: pytest.FixtureRequest, tmp_path) -> None:
    site: SyntheticSite = request.getfixturevalue(name)
    write_site(site, tmp_path / name)
    read = read_site(tmp_path / name)
    assert read.problems == ()
    assert read.notices == ()
    assert {table: read[table].height for table in site.tables} == {
        table: frame.height for table, frame in site.tables.items()
    }


@pytest.mark.parametrize("timezone", ["Europe/Berlin", "America/New_York", "UTC"])
def test_a_change_of_clocks_spoils_no_row(timezone: str, tmp_path) -> None:
    plan = standard_plan(weeks=40, lines=1, timezone=timezone)
    write_site(simulate_site(plan, seed=1), tmp_path / "site")
    assert read_site(tmp_path / "site").problems == ()


def test_kinds_name_the_areas_that_they_need(small: SyntheticSite) -> None:
    for row in small.tables["movements"].iter_rows(named=True):
        assert (row["from_area"] is not None, row["to_area"] is not None) == AREAS_OF[row["kind"]], row


def test_references_are_known(small: SyntheticSite) -> None:
    for name, frame in small.tables.items():
        for column in tables()[name].columns:
            if column.refers_to in small.tables and column.name in frame.columns and column.type == "key":
                known = small.tables[column.refers_to][tables()[column.refers_to].key[0]]
                used = frame[column.name].drop_nulls()
                unknown = used.filter(~used.is_in(known.implode()))
                assert unknown.is_empty(), (name, column.name)


def test_quantities_are_never_negative_and_items_are_whole(small: SyntheticSite) -> None:
    items = small.tables["materials"].filter(pl.col("kind") == "item")["material"].implode()
    for name in ("movements", "counts"):
        frame = small.tables[name]
        assert frame["quantity"].min() >= 0
        whole = frame.filter(pl.col("material").is_in(items))["quantity"]
        assert (whole == whole.round(0)).all()
        assert frame.filter(pl.col("material").is_in(items))["method"].null_count() == whole.len()


def test_every_measured_bulk_row_has_a_method(small: SyntheticSite) -> None:
    bulk = small.tables["materials"].filter(pl.col("kind") == "bulk")["material"].implode()
    moves = small.tables["movements"].filter(
        pl.col("material").is_in(bulk) & ~pl.col("kind").is_in(["write_off", "found"])
    )
    counts = small.tables["counts"].filter(pl.col("material").is_in(bulk) & (pl.col("quantity") > 0))
    assert moves["method"].null_count() == 0
    assert counts["method"].null_count() == 0


def test_every_inventory_lists_every_material_that_was_ever_there(small: SyntheticSite) -> None:
    counts, moves = small.tables["counts"], small.tables["movements"]
    for area in small.tables["areas"]["area"]:
        here = counts.filter(pl.col("area") == area)
        touched = moves.filter((pl.col("from_area") == area) | (pl.col("to_area") == area))["material"].unique()
        for (inventory,), rows in here.group_by("inventory"):
            assert set(touched) <= set(rows["material"]), (area, inventory)


def test_an_inventory_stands_in_a_quiet_hour(small: SyntheticSite) -> None:
    moves = small.tables["movements"]
    times = moves.select(pl.col("at").dt.hour() + pl.col("at").dt.minute() / 60).to_series()
    assert not ((times >= 5) & (times < 6)).any()
    counted = small.tables["counts"].group_by("inventory", "area").agg(last=pl.col("at").max())
    assert counted.select(pl.col("last").dt.strftime("%H:%M")).to_series().unique().to_list() == ["05:30"]


def test_a_reversal_cancels_an_earlier_row_whole(small: SyntheticSite) -> None:
    moves = {row["movement"]: row for row in small.tables["movements"].to_dicts()}
    assert len(small.truth["clerical"]["mistakes"]) > 50
    for mistake in small.truth["clerical"]["mistakes"]:
        wrong, reversal, right = (moves[mistake[name]] for name in ("movement", "reversal", "corrected"))
        assert reversal["reverses"] == wrong["movement"]
        assert wrong["at"] < reversal["at"]
        assert all(wrong[name] == reversal[name] for name in ("kind", "material", "quantity", "from_area", "to_area"))
        assert (right["at"], right["quantity"]) == (wrong["at"], mistake["right"])
        assert (wrong["quantity"] != right["quantity"]) == (mistake["mistake"] == "swapped digits")
        assert _digits(wrong["quantity"]) == _digits(right["quantity"])
    assert small.tables["movements"]["reverses"].drop_nulls().len() == len(small.truth["clerical"]["mistakes"])


def _digits(quantity: float) -> list[str]:
    return sorted(format_quantity(quantity).replace(".", "").replace("0", ""))


def test_late_rows_are_as_many_as_stated_and_all_are_in_by_the_end(small: SyntheticSite) -> None:
    moves = small.tables["movements"]
    late = moves.filter(pl.col("recorded_at") - pl.col("at") > timedelta(days=1))
    assert late.height == small.truth["clerical"]["late_rows"] > 50
    assert moves["recorded_at"].max() < small.tables["counts"]["at"].max()
    assert moves.select(pl.coalesce("recorded_at", "at")).to_series().is_sorted()


def test_a_cluster_is_worse_than_the_rest(small: SyntheticSite) -> None:
    late = small.truth["clerical"]["late_rows_by_area_and_shift"]
    by_area = {(row["area"], row["shift"]): row["rows"] for row in late}
    assert by_area["melt_pour", "A"] == max(rows for (_, shift), rows in by_area.items() if shift == "A")


def test_write_offs_tell_the_whole_hidden_loss(small: SyntheticSite) -> None:
    claims = small.tables["movements"].filter((pl.col("kind") == "write_off") & (pl.col("from_area") == "pressing"))
    told = next(loss for loss in small.truth["losses"] if loss["loss"] == "trickle")
    assert claims["quantity"].sum() == pytest.approx(told["written_off"])
    assert told["written_off"] == pytest.approx(20.0, abs=0.02)
    assert claims.height == told["write_offs"]


def test_months_of_production_are_what_was_made(small: SyntheticSite) -> None:
    moves = small.tables["movements"].join(small.true_quantities, on="movement")
    for line in small.plan.lines:
        made = moves.filter((pl.col("kind") == "make") & (pl.col("material") == line.product))
        told = small.tables["production"].filter(pl.col("line") == line.line)
        assert told["actual"].sum() == pytest.approx(made["true_quantity"].sum(), abs=1.0)


def test_items_differ_only_where_the_truth_says_so(small: SyntheticSite) -> None:
    site = Site(small.tables)
    expected = {(one["area"], one["holding"], one["basis"]): one["expected"] for one in small.truth["series"]}
    assert set(expected) == set(site.series())
    for area, holding, basis in site.series():
        if basis == "item":
            differs = bool(site.balance(area, holding, basis).differences.any())
            assert (expected[area, holding, basis] == "discrepancy") == differs, (area, holding)


def test_the_stated_strength_is_that_of_the_tables(small: SyntheticSite) -> None:
    """sqrt(d'Σ⁻¹d), Σ closed by hand, for every bulk series that something was put into."""
    site = Site(small.tables)
    told = [trace for cause in (*small.truth["losses"], *small.truth["drifts"]) for trace in cause["series"]]
    told = [trace for trace in told if trace["strength_sigma"] is not None]
    assert {(trace["area"], trace["holding"]) for trace in told} >= {
        ("pressing", "RDX"), ("propellant_store", "nitrocellulose"), ("cartridge_hall", "nitrocellulose"),
    }  # fmt: skip
    for trace in told:
        if trace["area"] == "magazine_2":
            continue  # known exactly but for the contents of what is gone
        balance = site.balance(trace["area"], trace["holding"], "bulk")
        pattern = np.array([trace["by_inventory"].get(code, 0.0) for code in balance.inventories])
        strength = np.sqrt(pattern @ np.linalg.solve(balance.covariance, pattern))
        assert strength == pytest.approx(trace["strength_sigma"], rel=1e-3)


def test_a_drift_appears_twice_with_opposite_signs(small: SyntheticSite) -> None:
    (drift,) = small.truth["drifts"]
    by_area = {trace["area"]: trace["missing"] for trace in drift["series"]}
    assert by_area["cartridge_hall"] == pytest.approx(-by_area["propellant_store"], rel=1e-6)
    assert by_area["cartridge_hall"] > 0


def test_the_truth_can_be_written_down(small: SyntheticSite, tmp_path) -> None:
    write_site(small, tmp_path / "site")
    told = json.loads((tmp_path / "site" / "truth.json").read_text("utf-8"))
    written = {file.name: sha256(file.read_bytes()).hexdigest() for file in (tmp_path / "site").iterdir()}
    digests = told.pop("sha256")
    assert told == dict(small.truth)
    assert {name for name in written if digests[name] != written[name]} == {"truth.json"}
