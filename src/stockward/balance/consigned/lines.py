"""What was sent to other sites and received from them, by document, with the errors of its weighings.

A shipper and a receiver weigh the same goods, each on scales of their own: what the two differ by is tested where both
books are at hand [US AEC Regulatory Guide 5.28].
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from stockward.balance.sigma.at_loads import errors_at
from stockward.balance.sigma.terms import calibrations_of
from stockward.book.known import KnownBooks

SENT, RECEIVED = "sent", "received"
_SIDES = {"issue": SENT, "receipt": RECEIVED}
APART = timedelta(days=60)
"""Rows of one document that stand further apart are of two: some sites begin their numbers anew each year."""

LINE_SCHEMA: dict[str, Any] = {
    "side": pl.String, "document": pl.String, "occasion": pl.Int64, "material": pl.String, "unit": pl.String,
    "partner": pl.String, "carrier": pl.String, "method": pl.String, "calibration": pl.Int64, "instrument": pl.String,
    "first_at": pl.Datetime("us", "UTC"), "last_at": pl.Datetime("us", "UTC"), "rows": pl.Int64,
    "quantity": pl.Float64, "random_variance": pl.Float64, "relative": pl.Float64, "absolute": pl.Float64,
    "random_df": pl.Float64, "systematic_df": pl.Float64, "known": pl.Boolean,
}  # fmt: skip
"""Columns of ``consigned_lines``."""


def consigned_lines(books: KnownBooks) -> pl.DataFrame:
    """Issues and receipts that name a document, one row a document, material, method and calibration of it.

    Columns: ``side`` ("sent", "received"); ``document``; ``occasion``, from 0 on, where a number comes again after more
    than 60 days; ``material`` and its ``unit``; ``partner`` and ``carrier``, as ``consignments`` names them; ``method``
    (null: counted, or nobody says how), ``calibration`` (its number) and ``instrument``, what kind of scale or meter it
    is; ``first_at`` and ``last_at``; ``rows``; ``quantity``, unit; ``random_variance``, unit²; ``relative`` and
    ``absolute``, σ of the systematic errors, unit, each shared by all that one method measured between two
    calibrations; the degrees of freedom of both, null where the errors are known; and whether the errors are ``known``.
    Rows that repeat one reading share its random error.
    """
    rows = _rows(books)
    if rows.is_empty():
        return pl.DataFrame(schema=LINE_SCHEMA)
    errors = pl.concat(list(_with_errors(books, rows)))
    # What repeats a reading adds up its σ; what is read by itself, its variance.
    reading = pl.coalesce("measurement", pl.format("row {}", pl.col("row")))
    keys = ("side", "document", "occasion", "material", "unit", "method", "calibration")
    whole = (
        errors.with_columns(reading=reading)
        .group_by(*keys, "reading", maintain_order=True)
        .agg(
            pl.col("at").min().alias("first_at"),
            pl.col("at").max().alias("last_at"),
            pl.len().cast(pl.Int64).alias("rows"),
            pl.col("quantity", "relative", "absolute").sum(),
            random_variance=pl.col("random").sum() ** 2,
            random_df=pl.col("random_df").first(),
            systematic_df=pl.col("systematic_df").first(),
            known=pl.col("known").all(),
        )
        .group_by(*keys, maintain_order=True)
        .agg(
            pl.col("first_at").min(),
            pl.col("last_at").max(),
            pl.col("rows", "quantity", "relative", "absolute", "random_variance").sum(),
            pl.col("random_df", "systematic_df").first(),
            pl.col("known").all(),
        )
    )
    told = books["consignments"].select("document", "partner", "carrier")
    joined = whole.join(told, on="document", how="left", maintain_order="left")
    joined = joined.join(_instruments(books), on="method", how="left", maintain_order="left")
    return (
        joined.select(*LINE_SCHEMA)
        .cast(pl.Schema(LINE_SCHEMA))
        .sort("side", "document", "occasion", "material", "method", "calibration")
    )


def _rows(books: KnownBooks) -> pl.DataFrame:
    """The movements that name a document, with side, unit and occasion."""
    kind = pl.col("kind").cast(pl.String)
    document = pl.col("document").str.strip_chars()
    moved = books.movements.filter(kind.is_in(list(_SIDES)) & (document.fill_null("") != ""))
    units = books["materials"].select(pl.col("material").cast(pl.String), own="unit", item=pl.col("kind") == "item")
    rows = moved.select(
        "row", "at", "quantity", "measurement", document=document, side=kind.replace_strict(_SIDES),
        material=pl.col("material").cast(pl.String), method=pl.col("method").cast(pl.String),
    ).join(units, on="material", how="left", maintain_order="left")  # fmt: skip
    group = ("side", "document", "material")
    rows = rows.sort(*group, "at", "row")
    begins = (pl.col("at").diff().over(group) > APART).fill_null(False)
    return rows.with_columns(occasion=begins.cast(pl.Int64).cum_sum().over(group)).rename({"own": "unit"})


def _with_errors(books: KnownBooks, rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows with the stated errors of their methods; of what is counted without one, none."""
    methods = books["methods"]["method"].sort().to_list()
    owner, moment = calibrations_of(books, methods)
    for (method, unit, item), own in rows.group_by("method", "unit", "item", maintain_order=True):
        at, quantity = own["at"].to_physical().to_numpy(), own["quantity"].to_numpy()
        errors = None if method is None else errors_at(books.methods, str(method), quantity, str(unit))
        blank = np.zeros(len(quantity))
        number = np.zeros(len(quantity), dtype=np.int64)
        if method is not None:
            number = np.searchsorted(np.sort(moment[owner == methods.index(method)]), at, side="right")
        yield own.with_columns(
            calibration=pl.Series(number, dtype=pl.Int64),
            random=pl.Series(blank if errors is None else errors.random),
            relative=pl.Series(blank if errors is None else errors.relative),
            absolute=pl.Series(blank if errors is None else errors.absolute),
            random_df=pl.lit(_freedom(None if errors is None else errors.random_freedom), dtype=pl.Float64),
            systematic_df=pl.lit(_freedom(None if errors is None else errors.systematic_freedom), dtype=pl.Float64),
            known=pl.lit(errors is not None or (method is None and bool(item))),
        )


def _freedom(freedom: float | None) -> float | None:
    return freedom if freedom is not None and np.isfinite(freedom) else None


def _instruments(books: KnownBooks) -> pl.DataFrame:
    """What kind each method is, by its plate: such as ``scale III, d 0.5 kg``; null without one."""
    division = pl.format("d {} {}", pl.col("division"), pl.col("unit"))
    plate = pl.concat_str(pl.coalesce("instrument", pl.lit("scale")), pl.lit(" "), "class")
    return books["methods"].select(
        pl.col("method").cast(pl.String),
        instrument=pl.when(pl.col("class").is_not_null()).then(
            pl.concat_str([plate, division], separator=", ", ignore_nulls=True)
        ),
    )
