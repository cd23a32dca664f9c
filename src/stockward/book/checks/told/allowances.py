"""What lets a loss pass for an error of measuring, or for a normal one: told, not changed."""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.measured import methods_with_errors
from stockward.book.checks.refused.stated_errors import exact_methods
from stockward.book.checks.told.doubts import said, tell_rows

_FEWEST_EXACT, _MOSTLY = 5, 0.8
"""So many exact quantities, and so large a share of all of one kind, show that the items can be counted."""

_OF_ONE_KIND = {"counts": ("material", "area"), "movements": ("material", "kind", "from_area", "to_area")}

_NOTHING_KNOWN = 0.9
"""An error of nearly the whole loss says that nobody knows it."""


def items_counted_before_may_be_counted_again(draft: Draft, table: TableDraft) -> None:
    """Items are there or not; by a method with an error a missing one passes for the error of the method."""
    items = draft["materials"].good().filter(pl.col("kind") == "item")["material"]
    rows = table.good().filter(pl.col("material").is_in(items.implode()))
    if rows["method"].null_count() == rows.height:
        return
    exact = exact_methods(methods_with_errors(draft))
    of_one = _OF_ONE_KIND[table.table.name]
    rows = rows.with_columns(exact=pl.col("method").is_null() | pl.col("method").is_in(exact))
    rows = rows.with_columns(times=pl.col("exact").sum().over(of_one), of=pl.len().over(of_one))
    enough = (pl.col("times") >= _FEWEST_EXACT) & (pl.col("times") >= _MOSTLY * pl.col("of"))
    doubted = rows.filter(~pl.col("exact") & enough)
    if doubted.height:
        material, method, times, of = doubted.select("material", "method", "times", "of").row(0)
        where = f" in {doubted['area'][0]}" if "area" in of_one else ""
        why = (
            f"its method {method} states an error, and {times} of {of} such quantities of {material}{where} are exact: "
            "count the items, or a missing one passes for an error of the method"
        )
        tell_rows(draft, table, doubted["row"], why)


def a_normal_loss_may_be_unknown(draft: Draft, table: TableDraft) -> None:
    """An error of the whole loss lets a multiple of it pass for normal, in a store above all."""
    stores = draft["areas"].good().filter(pl.col("kind") == "store")["area"]
    for name in ("random_rel", "systematic_rel"):
        wide = table.good().filter(pl.col(name) >= _NOTHING_KNOWN, pl.col("rate") > 0)
        if wide.height:
            area, basis, error = wide.select("area", "basis", name).row(0)
            store = f"; {area} is a store, which loses no share of what it receives"
            why = (
                f"{name} {said(draft, error)} is {said(draft, error * 100)} % of the loss, so that three times as much "
                f"passes for normal{store if basis == 'per_received' and area in stores else ''}: write what past "
                "periods bear out"
            )
            tell_rows(draft, table, wide["row"], why)
