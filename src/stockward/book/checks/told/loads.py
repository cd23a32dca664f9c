"""Quantities that no scale of theirs weighs at once."""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.refused.units import unit_of_material
from stockward.book.checks.told.doubts import said, tell_rows
from stockward.terms.units import UNITS, dimension, factor

_FULL = 1.0 + 1e-9


def a_load_may_exceed_its_scale(draft: Draft, table: TableDraft) -> None:
    """More than the largest load was weighed in parts, or is wrong."""
    methods = draft["methods"].good().filter(pl.col("max").is_not_null())
    if methods.is_empty():
        return
    own = unit_of_material(draft, table["material"])
    factors = [(unit, of, factor(unit, of)) for unit in UNITS for of in UNITS if dimension(unit) == "mass"]
    into = pl.DataFrame(factors, schema={"unit": pl.String, "of": pl.String, "factor": pl.Float64}, orient="row")
    plates = methods.select("method", "max", of="unit")
    rows = table.values.select("row", "method", "quantity", pl.coalesce("unit", own).alias("unit"), own=own)
    rows = rows.filter(~table.bad).join(plates, on="method", maintain_order="left")
    rows = rows.with_columns(pl.coalesce("of", "own").alias("of"))
    rows = rows.join(into.drop_nulls(), on=["unit", "of"], maintain_order="left")
    rows = rows.with_columns(times=(pl.col("quantity") * pl.col("factor") / (pl.col("max") * _FULL)).ceil())
    heavy = rows.filter(pl.col("times") > 1).sort("row")
    if heavy.height:
        row = heavy.row(0, named=True)
        quantity, most = f"{said(draft, row['quantity'])} {row['unit']}", f"{said(draft, row['max'])} {row['of']}"
        why = (
            f"its {quantity} are more than the {most} that {row['method']} weighs at once, and are reckoned as "
            f"{row['times']:.0f} weighings: correct it, or give each weighing a row of its own"
        )
        tell_rows(draft, table, heavy["row"], why)
