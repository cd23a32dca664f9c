"""Units fit what they measure, and convert into those of the books."""

from __future__ import annotations

import polars as pl

from stockward.book.cells.reading import nowhere
from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.measured import methods_with_errors
from stockward.book.checks.refused.stated_errors import plate_fills
from stockward.book.substances import substance_units
from stockward.terms.units import UNITS, dimension, factor


def a_unit_fits_the_kind(draft: Draft, table: TableDraft) -> None:
    """Bulk is kept in a unit of mass, items by number."""
    for kind, of in (("bulk", "mass"), ("item", "count")):
        units = [unit for unit in UNITS if dimension(unit) == of]
        wrong = (table["kind"] == kind) & ~table["unit"].is_in(units)
        what = "bulk is measured in" if kind == "bulk" else "items are counted in"
        table.refuse("unit", wrong, f"{what} {', '.join(units)}")


def a_usual_method_is_one_of_bulk(draft: Draft, table: TableDraft) -> None:
    """Rows of items that name no method are exact counts, whatever else of the site is weighed."""
    named = (table["kind"] == "item") & table["method"].is_not_null()
    table.refuse(
        "method", named, "items are counted: leave it blank, and name a method in the rows of which an error is known"
    )


def contents_of_a_substance_convert(draft: Draft, table: TableDraft) -> None:
    """All amounts of one substance convert into one unit."""
    wrong = [
        unit is not None and own is not None and factor(unit, own) is None
        for unit, own in zip(table["unit"], units_of_substances(draft, table["substance"]), strict=True)
    ]
    words = "other amounts of this substance are in a unit of another kind"
    table.refuse("unit", pl.Series(wrong, dtype=pl.Boolean), words)


def units_of_substances(draft: Draft, substances: pl.Series) -> list[str | None]:
    """The unit in which the books keep each substance; ``None`` where they keep none of it."""
    units = substance_units(draft["materials"].good(), draft["contents"].good())
    return [units.get(substance) for substance in substances]


def a_quantity_converts(draft: Draft, table: TableDraft) -> None:
    """The unit of a quantity converts into the material's own."""
    if table["unit"].null_count() == table.values.height:
        return
    _refuse_what_does_not_convert(table, unit_of_material(draft, table["material"]))


def _refuse_what_does_not_convert(table: TableDraft, own: pl.Series, where: pl.Series | bool = True) -> None:
    """Refuse units of another kind than the books' ``own`` of the row, in the rows ``where``."""
    wrong = do_not_convert(table["unit"], own) & where
    if wrong.any():
        words = {unit: f"it does not convert into {unit}, the unit of the books: correct it" for unit in UNITS}
        reasons = own.replace_strict(words, default=None, return_dtype=pl.String)
        table.refuse("unit", wrong, reasons, readable=False)


def unit_of_material(draft: Draft, materials: pl.Series) -> pl.Series:
    """The unit in which the books keep each material; null where it is none of theirs."""
    units = dict(draft["materials"].good().select("material", "unit").rows())
    return materials.replace_strict(units, default=None, return_dtype=pl.String)


def do_not_convert(units: pl.Series, to: pl.Series) -> pl.Series:
    """Rows whose unit is of another kind than the one that it is to convert into; none where either is blank."""
    if units.null_count() == len(units) or to.null_count() == len(to):
        return nowhere(len(units)).alias(units.name)
    dimensions = {unit: dimension(unit) for unit in UNITS}
    of = units.replace_strict(dimensions, default=None, return_dtype=pl.String)
    own = to.replace_strict(dimensions, default=None, return_dtype=pl.String)
    return (of != own).fill_null(False)


def a_rate_fits_its_basis(draft: Draft, table: TableDraft) -> None:
    """A share of what is received is at most 1; a rate per day is in a unit of the substance."""
    share = (table["basis"] == "per_received") & (table["rate"] > 1)
    table.refuse("rate", share, "a share of what is received cannot exceed 1: 0.02 is 2 %")
    own = pl.Series(units_of_substances(draft, table["substance"]), dtype=pl.String)
    _refuse_what_does_not_convert(table, own, table["basis"] == "per_day")


def a_goal_converts(draft: Draft, table: TableDraft) -> None:
    """A goal is in a unit of its substance."""
    _refuse_what_does_not_convert(table, pl.Series(units_of_substances(draft, table["substance"]), dtype=pl.String))


def an_absolute_error_converts(draft: Draft, table: TableDraft) -> None:
    """A method with an absolute error in a unit measures only what converts into that unit.

    A division stands for the random error of bulk alone, where the method states none, and a plate for the other.
    """
    methods = methods_with_errors(draft).filter(pl.col("unit").is_not_null())
    if methods.is_empty():
        return
    absolute = (pl.col("random_abs") > 0) | (pl.col("systematic_abs") > 0)
    divided = (pl.col("division") > 0) & ~((pl.col("random_abs") > 0) | (pl.col("random_rel") > 0)).fill_null(False)
    divided |= plate_fills()
    own = unit_of_material(draft, table["material"])
    mass = own.is_in([unit for unit in UNITS if dimension(unit) == "mass"])
    for stated, rows, error in ((absolute, True, "absolute error"), (divided, mass, "division")):
        units = dict(methods.filter(stated).select("method", "unit").rows())
        if units:
            unit = table["method"].replace_strict(units, default=None, return_dtype=pl.String)
            words = f"the method's {error} is in a unit that the material is not kept in"
            table.refuse("method", do_not_convert(unit, own) & rows, words)
