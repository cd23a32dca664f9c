"""What each material holds: which series its rows enter, and with how much for one unit of it."""

from __future__ import annotations

import polars as pl

from stockward.book.known import KnownBooks
from stockward.book.substances import substance_units
from stockward.terms.units import UNITS, factor
from stockward.terms.verdicts import Basis

HOLDINGS_SCHEMA = {
    "material": pl.String,
    "holding": pl.String,
    "basis": pl.String,
    "unit": pl.String,
    "amount": pl.Float64,
    "content_random": pl.Float64,
    "content_systematic": pl.Float64,
    "content_stated": pl.Boolean,
}


def holdings_of(books: KnownBooks) -> pl.DataFrame:
    """One row for each material and each series that it enters (``holding`` and ``basis``).

    ``amount`` is how much of the holding one unit of the material holds, in ``unit``, the unit of the holding. An
    item material is accounted for as itself, and for every substance that it holds; a bulk material for what it
    holds, or as its own substance where nothing is said. ``content_stated`` says whether an error of the content is
    stated, be it zero; what a material holds of itself has none.
    """
    materials, contents = books["materials"], books["contents"]
    units = substance_units(materials, contents)
    holders = contents["material"].implode()
    items = _own(materials.filter(pl.col("kind") == "item"), Basis.ITEM)
    bulk = _own(materials.filter((pl.col("kind") == "bulk") & ~pl.col("material").is_in(holders)), Basis.BULK)
    factors = {(unit, own): factor(unit, own) for unit in UNITS for own in UNITS}
    held = contents.select(
        "material",
        holding=pl.col("substance"),
        basis=pl.lit(Basis.BULK.value),
        unit=pl.col("substance").replace_strict(units, default=None, return_dtype=pl.String),
        amount=pl.col("amount"),
        content_random=pl.col("random_rel").fill_null(0.0),
        content_systematic=pl.col("systematic_rel").fill_null(0.0),
        content_stated=pl.any_horizontal(pl.col("random_rel", "systematic_rel").is_not_null()),
        entered=pl.col("unit"),
    )
    scale = [factors.get((entered, unit)) or 1.0 for entered, unit in held.select("entered", "unit").rows()]
    held = held.with_columns(amount=pl.col("amount") * pl.Series(scale, dtype=pl.Float64)).drop("entered")
    return pl.concat([items, bulk, held]).cast(HOLDINGS_SCHEMA)  # type: ignore[arg-type]


def _own(materials: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    return materials.select(
        "material",
        holding=pl.col("material"),
        basis=pl.lit(basis.value),
        unit=pl.col("unit"),
        amount=pl.lit(1.0),
        content_random=pl.lit(0.0),
        content_systematic=pl.lit(0.0),
        content_stated=pl.lit(True),
    )
