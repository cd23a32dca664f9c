"""What was stated of measuring, beside the rows that were measured: what cannot be meant, and what nobody can test."""

from __future__ import annotations

import polars as pl

from stockward.facts.doubts import said, tell
from stockward.facts.draft import Draft, TableDraft
from stockward.terms.units import UNITS, factor

_FACTORS = pl.DataFrame(
    [(unit, own, factor(unit, own)) for unit in UNITS for own in UNITS if factor(unit, own)],
    schema={"unit": pl.String, "own": pl.String, "factor": pl.Float64},
    orient="row",
)

_WITHOUT_UNIT, _WITH_UNIT = 0.05, 0.5
"""An error larger than this share of what is measured is told: a unit that is left blank was perhaps another."""


def an_absolute_error_may_be_in_another_unit(draft: Draft, table: TableDraft) -> None:
    """Errors of 500 g are read as 500 kg where the method has no unit and the material is kept in kg."""
    methods = draft["methods"]
    usual = _usual(draft)
    for name in ("random_abs", "systematic_abs", "division"):
        stated = methods.good().select("row", "method", "unit", error=name).filter(pl.col("error") > 0)
        rows = stated.join(usual, on="method", maintain_order="left")
        taken = rows.with_columns(taken=pl.coalesce("unit", "own"))
        in_own = taken.join(
            _FACTORS.rename({"unit": "taken"}), on=["taken", "own"], maintain_order="left"
        ).with_columns(share=pl.col("error") * pl.col("factor") / pl.col("usual"))
        least = pl.when(pl.col("unit").is_null()).then(_WITHOUT_UNIT).otherwise(_WITH_UNIT)
        large = in_own.filter(pl.col("share") >= least).unique("method", keep="first", maintain_order=True)
        if large.height:
            unit, error, read, share = large.select("unit", "error", "taken", "share").row(0)
            size = f"{said(draft, round(share * 100, 1))} % of the usual quantity that the method measures"
            figure = f"{name} {said(draft, error)}"
            why = (
                f"{figure} has no unit, is read in {read}, and is {size}: write the unit if it is another"
                if unit is None
                else f"{figure} {unit} is {size}: correct it, or the unit, if less was meant"
            )
            tell(draft, methods, large["row"], why)


def _usual(draft: Draft) -> pl.DataFrame:
    """The median quantity that each ``method`` measured, by the unit (``own``) of the materials' books."""
    materials = draft["materials"].good().select("material", own="unit")
    columns = ("material", "method", "quantity", "unit")
    measured = pl.concat(draft[name].good().select(columns) for name in ("movements", "counts"))
    rows = measured.filter(pl.col("quantity") > 0).drop_nulls("method").join(materials, on="material")
    rows = rows.with_columns(pl.coalesce("unit", "own")).join(_FACTORS, on=["unit", "own"])
    return (
        rows.group_by("method", "own", maintain_order=True)
        .agg(usual=(pl.col("quantity") * pl.col("factor")).median(), rows=pl.len())
        .sort("rows", descending=True, maintain_order=True)
        .drop("rows")
    )
