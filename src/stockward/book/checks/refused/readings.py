"""Rows with one ``measurement`` are one reading of one thing."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.refused.units import unit_of_material
from stockward.terms.units import UNITS, dimension, factor


def a_measurement_has_one_method(draft: Draft, table: TableDraft) -> None:
    """Rows with one measurement are one reading of one thing: a later row that names another method contradicts it."""
    first = _first_of_each_reading(draft, table, _named_method)
    if first.is_empty():
        return
    method, where = (_of_its_reading(table, first, name) for name in ("method", "where"))
    words = pl.select("it was read by " + method + " in " + where + ", and by another method here: correct one of them")
    table.refuse("measurement", (method != table["method"]).fill_null(False), words.to_series())


def a_measurement_has_one_quantity(draft: Draft, table: TableDraft) -> None:
    """A reading of bulk has one value: a later row that says another is no repetition of it.

    Of items with one measurement a part may go, so that their number may differ.
    """
    first = _first_of_each_reading(draft, table, _weighed)
    if first.is_empty():
        return
    mass, said, where = (_of_its_reading(table, first, name) for name in ("mass", "said", "where"))
    own = _weighed(draft, table)["mass"]
    differs = (own - mass).abs() > CONVERTED * pl.select(pl.max_horizontal(own, mass)).to_series()
    mend = ": leave measurement blank in one of them, or correct the quantity"
    words = pl.select("it repeats the reading of " + where + ", which says " + said + pl.lit(mend))
    table.refuse("quantity", differs.fill_null(False), words.to_series())


CONVERTED = 2.0**-40
"""What converting units can change of a quantity, as a share of it; a figure that was rounded anew is another."""


def _first_of_each_reading(
    draft: Draft, table: TableDraft, read: Callable[[Draft, TableDraft], pl.DataFrame]
) -> pl.DataFrame:
    """The first good row of each ``measurement`` of the ledger up to this table, ``where`` it stands, and what it read.

    Movements stand before counts, as everywhere.
    """
    if table["measurement"].null_count() == table.values.height:
        return pl.DataFrame()
    earlier = [draft["movements"]] if table.table.name == "counts" else []
    named = [
        rows.values.select("measurement", where=pl.format("{} row {}", pl.lit(rows.file), "row"))
        .with_columns(read(draft, rows))
        .filter(~rows.bad)
        for rows in (*earlier, table)
    ]
    return pl.concat(named).drop_nulls().unique("measurement", keep="first", maintain_order=True)


def _of_its_reading(table: TableDraft, first: pl.DataFrame, name: str) -> pl.Series:
    return table["measurement"].replace_strict(
        first["measurement"], first[name], default=None, return_dtype=first.schema[name]
    )


def _named_method(draft: Draft, table: TableDraft) -> pl.DataFrame:
    return table.values.select("method")


def _weighed(draft: Draft, table: TableDraft) -> pl.DataFrame:
    """The ``mass`` of each row of bulk, in kg, and as it is ``said``; null for items."""
    units = pl.select(pl.coalesce(table["unit"], unit_of_material(draft, table["material"]))).to_series()
    to_kg = {unit: factor(unit, "kg") for unit in UNITS if dimension(unit) == "mass"}
    factors = units.replace_strict(to_kg, default=None, return_dtype=pl.Float64)
    mass = (table["quantity"] * factors).alias("mass")
    return pl.select(mass, said=pl.format("{} {}", table["quantity"], units))
