"""What was stated of measuring, beside the rows that were measured: what cannot be meant, and what nobody can test."""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.measured import methods_with_errors
from stockward.book.checks.refused.stated_errors import known_errors
from stockward.book.checks.told.doubts import said, tell_rows
from stockward.terms.measuring import PLATE_MEND
from stockward.terms.units import UNITS, factor

_FACTORS = pl.DataFrame(
    [(unit, own, factor(unit, own)) for unit in UNITS for own in UNITS if factor(unit, own)],
    schema={"unit": pl.String, "own": pl.String, "factor": pl.Float64},
    orient="row",
)

_WITHOUT_UNIT, _TOO_COARSE, _WITH_UNIT = 0.05, 0.1, 0.5
"""An error larger than this share of what is measured is told: a unit that is left blank was perhaps another."""

_STEPS = 100
"""Nobody writes down digits so much smaller than the error: it is too coarse for the quantities beside it."""


def an_absolute_error_may_be_in_another_unit(draft: Draft, table: TableDraft) -> None:
    """Errors of 500 g are read as 500 kg where the method has no unit and the material is kept in kg."""
    methods = draft["methods"]
    names = [name for name in ("random_abs", "systematic_abs", "division") if (methods[name] > 0).any()]
    if not names:
        return
    usual = _usual(draft)
    for name in names:
        stated = methods.good().select("row", "method", "unit", error=name).filter(pl.col("error") > 0)
        rows = stated.join(usual, on="method", maintain_order="left")
        taken = rows.with_columns(taken=pl.coalesce("unit", "own"))
        in_own = taken.join(
            _FACTORS.rename({"unit": "taken"}), on=["taken", "own"], maintain_order="left"
        ).with_columns(share=pl.col("error") * pl.col("factor") / pl.col("usual"))
        too_coarse = pl.col("share") * pl.col("usual") >= _STEPS * pl.col("step")
        with_unit = pl.when(too_coarse).then(_TOO_COARSE).otherwise(_WITH_UNIT)
        least = pl.when(pl.col("unit").is_null()).then(_WITHOUT_UNIT).otherwise(with_unit)
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
            tell_rows(draft, methods, large["row"], why)


def an_error_that_was_assumed_is_not_sure(draft: Draft, table: TableDraft) -> None:
    """Errors that were assumed or measured are taken as known where nothing says how unsure they are."""
    silent = pl.all_horizontal(pl.col("random_df", "systematic_df", "unsure").is_null())
    for basis, mend in (
        ("assumed", "write how unsure they are, as a share of them: unsure 0.25 is 25 %"),
        ("measured", "write with how many degrees of freedom: random_df and systematic_df, or unsure as a share"),
    ):
        rows = table.good().filter(silent & (pl.col("basis") == basis))["row"]
        tell_rows(draft, table, rows, f"its errors were {basis}, and are taken as known: {mend}")
    for kind, other in (("random", "systematic"), ("systematic", "random")):
        stated = pl.any_horizontal(pl.col(f"{kind}_rel", f"{kind}_abs").fill_null(0.0) > 0)
        sure = pl.col("basis").is_in(["assumed", "measured"]) & pl.col("unsure").is_null()
        half = stated & sure & pl.col(f"{kind}_df").is_null() & pl.col(f"{other}_df").is_not_null()
        why = f"its {kind} error is taken as known, and the other is not: write {kind}_df, or unsure as a share"
        tell_rows(draft, table, table.good().filter(half)["row"], why)


def _usual(draft: Draft) -> pl.DataFrame:
    """The median quantity that each ``method`` measured, by the unit (``own``) of the materials' books.

    ``step`` is that of the digits which are written down.
    """
    materials = draft["materials"].good().select("material", own="unit")
    columns = ("material", "method", "quantity", "unit")
    measured = pl.concat(draft[name].good().select(columns) for name in ("movements", "counts"))
    rows = measured.filter(pl.col("quantity") > 0).drop_nulls("method").join(materials, on="material")
    rows = rows.with_columns(pl.coalesce("unit", "own")).join(_FACTORS, on=["unit", "own"])
    return (
        rows.group_by("method", "own", maintain_order=True)
        .agg(
            usual=(pl.col("quantity") * pl.col("factor")).median(),
            step=(_step_of("quantity") * pl.col("factor")).median(),
            rows=pl.len(),
        )
        .sort("rows", descending=True, maintain_order=True)
        .drop("rows")
    )


def _step_of(name: str) -> pl.Expr:
    """The smallest digit that a number has: 1 of 12, 10 of 120, 0.1 of 12.5."""
    steps = [10.0**place for place in range(3, -4, -1)]
    parts = [pl.col(name) / step for step in steps]
    whole = [(part - part.round()).abs() <= _ROUNDED * part for part in parts]
    return pl.coalesce(*(pl.when(is_whole).then(step) for is_whole, step in zip(whole, steps, strict=True)), steps[-1])


_ROUNDED = 1e-9


_FLOWS = ("receipt", "issue", "transfer", "discard")
"""Kinds of movement that enter a difference of bulk: what is used or made stays its substance."""


def a_row_without_an_error_is_not_tested(draft: Draft, table: TableDraft) -> None:
    """σ of bulk is unknown without a method that states it; told only of rows that enter a period between counts."""
    spans = _spans(draft)
    if spans.is_empty():
        return
    errors = known_errors(methods_with_errors(draft))
    materials = draft["materials"].good().select("material", item=pl.col("kind") == "item")
    nameless = pl.col("method").is_null() & ~pl.col("item")
    unknown = pl.when("item").then("items").otherwise("bulk").not_()
    for measured, rows in ((draft["movements"], _moved(draft, spans)), (table, _counted(draft, spans))):
        of_both = rows.join(materials, on="material").join(errors, on="method", how="left", maintain_order="left")
        untested = of_both.filter(nameless | unknown)
        if untested.is_empty():
            continue
        _tell_untested(draft, measured, untested.filter(nameless), f"no method measured it: {PLATE_MEND}")
        for undivided in (False, True):
            found = untested.filter(unknown & (pl.col("undivided") == undivided))
            lacks = _NO_RANDOM if undivided else _NO_ERROR
            if found.height:
                _tell_untested(draft, measured, found, f"its method {found['method'][0]} states {lacks}")


_NO_RANDOM = "no random error and no division: give one of them"
_NO_ERROR = "no error: state it in methods.csv, or what stands on its plate there: class, max, division and unit"


def _tell_untested(draft: Draft, table: TableDraft, rows: pl.DataFrame, why: str) -> None:
    tell_rows(draft, table, rows["row"].unique().sort(), f"the periods that it enters are not tested, as {why}")


def _spans(draft: Draft) -> pl.DataFrame:
    """The moments of the ``first`` and the ``last`` inventory of each area that has two."""
    counts = draft["counts"].good().drop_nulls(["at", "inventory", "area"])
    moments = counts.group_by("area", "inventory").agg(pl.col("at").max())
    spans = moments.group_by("area").agg(first=pl.col("at").min(), last=pl.col("at").max())
    return spans.filter(pl.col("first") < pl.col("last"))


def _counted(draft: Draft, spans: pl.DataFrame) -> pl.DataFrame:
    """Rows of counts, but those that found nothing, which needs no method."""
    rows = draft["counts"].good().filter(pl.col("quantity") > 0)
    return rows.select("row", "material", "method", "area").join(spans, on="area", how="semi")


def _moved(draft: Draft, spans: pl.DataFrame) -> pl.DataFrame:
    """Movements that entered or left an area between its first inventory and its last."""
    ledger = draft["movements"]
    cancelled = pl.col("reverses").is_not_null() | pl.col("movement").is_in(ledger["reverses"].drop_nulls().implode())
    rows = ledger.good().filter(pl.col("kind").is_in(_FLOWS) & ~cancelled & (pl.col("quantity") > 0))
    sides = [rows.select("row", "at", "material", "method", area=side) for side in ("from_area", "to_area")]
    moved = pl.concat(sides).join(spans, on="area")
    within = (pl.col("at") > pl.col("first")) & (pl.col("at") <= pl.col("last"))
    return moved.filter(within).unique("row").sort("row")
