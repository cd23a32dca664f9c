"""Measurement errors of the terms, carried into the variances of each period and its systematic groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.accountancy.known import KnownBooks
from stockward.facts import Site
from stockward.terms.units import UNITS, factor
from stockward.terms.verdicts import Basis

_UNIT_FACTORS = pl.DataFrame(
    [(unit, own, value) for unit in UNITS for own in UNITS if (value := factor(unit, own)) is not None],
    schema={"unit": pl.String, "own": pl.String, "factor": pl.Float64},
    orient="row",
)

_ERRORS = ("random_rel", "systematic_rel", "random_abs", "systematic_abs")


def with_errors(terms: pl.DataFrame, books: KnownBooks) -> pl.DataFrame:
    """Terms with the errors of their methods.

    Adds ``value`` (in the series' unit), ``random`` (variance from random errors, unit²), ``known`` (whether its σ is
    known), and the errors that are shared: ``systematic_rel``, ``systematic_abs`` (per measurement, in the series'
    unit), ``content_systematic``. A term without a method is exact where items were counted, or where nothing was
    there; of a bulk quantity its σ is unknown.
    """
    methods = books["methods"].select(
        "method",
        *(pl.col(name).fill_null(0.0) for name in _ERRORS),
        error_unit=pl.col("unit"),
        stated=pl.any_horizontal(pl.col(name).is_not_null() for name in _ERRORS),
    )
    codes = _codes(methods["method"])
    materials = books["materials"].select("material", "kind", own=pl.col("unit"))
    material_codes = _codes(materials["material"])
    joined = (
        terms.join(methods.with_columns(method=codes), on="method", how="left", maintain_order="left")
        .join(materials.with_columns(material=material_codes), on="material", how="left", maintain_order="left")
        .join(_UNIT_FACTORS, left_on=["error_unit", "own"], right_on=["unit", "own"], how="left", maintain_order="left")
    )
    scale = pl.col("amount") * pl.col("factor").fill_null(1.0)
    relative = pl.col("random_rel").fill_null(0.0) ** 2 + pl.col("content_random") ** 2
    counted = (pl.col("kind") == "item") & (pl.col("method") < 0)
    return joined.with_columns(
        value=pl.col("quantity") * pl.col("amount"),
        random=pl.col("amount") ** 2 * relative * pl.col("squares")
        + (scale * pl.col("random_abs").fill_null(0.0)) ** 2 * pl.col("rows"),
        known=counted | pl.col("stated").fill_null(False) | (pl.col("squares") == 0),
        systematic_rel=pl.col("systematic_rel").fill_null(0.0),
        systematic_abs=scale * pl.col("systematic_abs").fill_null(0.0),
    ).drop(*_ERRORS[:1], *_ERRORS[2:3], "error_unit", "stated", "own", "factor")


def _codes(keys: pl.Series) -> pl.Series:
    """The codes under which the ledger holds these keys: their places in sorted order."""
    return keys.rank("ordinal").cast(pl.Int64) - 1


def group_entries(terms: pl.DataFrame, sign: pl.Expr) -> pl.DataFrame:
    """The entries of G by term: ``series``, ``period``, ``group`` (a name), ``signed`` and ``variance`` (σs²).

    A relative error is shared by all that one method measured between two calibrations; an absolute one likewise, by
    number of measurements; an error of content by all rows of that material and substance.
    """
    calibration = pl.concat_str("method", "calibration", separator="/")
    relative = terms.filter(pl.col("systematic_rel") > 0).select(
        "series", "period", group=pl.lit("relative/") + calibration,
        signed=sign * pl.col("value"), variance=pl.col("systematic_rel") ** 2,
    )  # fmt: skip
    absolute = terms.filter(pl.col("systematic_abs") > 0).select(
        "series", "period", group=pl.lit("absolute/") + calibration,
        signed=sign * pl.col("rows") * pl.col("systematic_abs"), variance=pl.lit(1.0),
    )  # fmt: skip
    content = terms.filter(pl.col("content_systematic") > 0).select(
        "series", "period", group=pl.lit("content/") + pl.col("material").cast(pl.String),
        signed=sign * pl.col("value"), variance=pl.col("content_systematic") ** 2,
    )  # fmt: skip
    return pl.concat([relative, absolute, content])
