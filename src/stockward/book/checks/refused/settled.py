"""What is settled says of which series, between which inventories, and how much in a unit of the books."""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.refused.units import do_not_convert, unit_of_material, units_of_substances


def what_is_settled_is_of_a_series(draft: Draft, table: TableDraft) -> None:
    """It names a substance or an item material, and of items an area."""
    lost = table.illegible("substance") | table.illegible("material")
    named = table.values.select(pl.sum_horizontal(pl.col("substance", "material").is_not_null())).to_series()
    table.refuse(
        "substance", (named == 0) & ~lost, "nothing says what is missing: name a substance, or an item material"
    )
    both = "a substance and a material are named: name one of the two, and add a row for the other"
    table.refuse("material", named == 2, both)
    bulk = draft["materials"].values.filter(pl.col("kind") == "bulk")["material"].drop_nulls()
    weighed = table["material"].is_in(bulk.implode())
    table.refuse("material", weighed, "it is kept in bulk, and accounted for as a substance: name that under substance")
    everywhere = table["material"].is_not_null() & table["area"].is_null() & ~table.illegible("area")
    table.refuse("area", everywhere & ~weighed, "items are accounted for in areas alone: name the area")
    gain = (table["basis"] == "confirmed_loss") & (table["direction"] == "surplus")
    table.refuse("direction", gain, "a loss is never a surplus: leave it blank, or write explained as its basis")


def what_is_settled_lies_between_inventories(draft: Draft, table: TableDraft) -> None:
    """Both inventories were taken in its area, and the first stands before the second."""
    moments = _moments(draft)
    asked = table.values.select("area", "from_inventory", "to_inventory")
    stood = {}
    for name in ("from_inventory", "to_inventory"):
        counted = asked.join(moments, left_on=["area", name], right_on=["area", "inventory"], how="left",
                             maintain_order="left")["stands"]  # fmt: skip
        stood[name] = counted
        unknown = asked["area"].is_not_null() & asked[name].is_not_null() & counted.is_null()
        table.refuse(
            name, unknown, "no row of counts in that area is of this inventory: write its code as it stands there"
        )
    turned = (stood["from_inventory"] >= stood["to_inventory"]).fill_null(False)
    same = (asked["from_inventory"] == asked["to_inventory"]).fill_null(False)
    words = "it is no later than that of from_inventory: exchange the two, or correct one"
    table.refuse("to_inventory", turned | same, words)


def _moments(draft: Draft) -> pl.DataFrame:
    """When each inventory of an area stood: the latest of its counts, be they at fault or not."""
    counted = draft["counts"].values.select("inventory", pl.col("area").cast(pl.String), "at")
    return (
        counted.drop_nulls(["inventory", "area"])
        .group_by("area", "inventory")
        .agg(stands=pl.col("at").max().fill_null(pl.lit(0).cast(pl.Datetime("us", "UTC"))))
    )


def a_settled_amount_converts(draft: Draft, table: TableDraft) -> None:
    """It is in a unit of what is missing, and of items a whole number."""
    substances = pl.Series(units_of_substances(draft, table["substance"]), dtype=pl.String)
    own = pl.select(pl.coalesce(unit_of_material(draft, table["material"]), substances)).to_series()
    words = pl.select(pl.format("it does not convert into {}, the unit of the books: correct it", own)).to_series()
    table.refuse("unit", do_not_convert(table["unit"], own), words, readable=False)
    broken = table["material"].is_not_null() & (table["amount"] != table["amount"].round())
    table.refuse("amount", broken.fill_null(False), "items are whole: write how many are missing")
