"""Of which methods σ is known: those that state what it is made of, or of which the plate says so."""

from __future__ import annotations

import polars as pl

_ERRORS = ("random_rel", "systematic_rel", "random_abs", "systematic_abs", "division")


def exact_methods(methods: pl.DataFrame) -> list[str]:
    """The methods whose stated errors are all 0."""
    return methods.filter(pl.all_horizontal(pl.col(name).fill_null(0.0) == 0 for name in _ERRORS))["method"].to_list()


def plate_fills() -> pl.Expr:
    """Whether the systematic error of a method follows from its plate: it states a class and a division, and none."""
    blank = pl.all_horizontal(pl.col("systematic_rel", "systematic_abs").is_null())
    return blank & pl.col("class").is_not_null() & (pl.col("division") > 0).fill_null(value=False)


def states_an_error() -> pl.Expr:
    """Whether a method states an error, be it 0, or its plate does."""
    stated = pl.any_horizontal(pl.col("random_rel", "systematic_rel", "random_abs", "systematic_abs").is_not_null())
    return stated | plate_fills()


def known_errors(methods: pl.DataFrame) -> pl.DataFrame:
    """By ``method``: whether σ of what it measures of ``bulk``, and of ``items``, is known.

    ``undivided`` says that it states a systematic error, and neither a random one nor a division: what the display
    rounds off is then unknown of bulk. A plate has a division, so that it makes the errors of bulk known.
    """
    stated = pl.any_horizontal(pl.col("random_rel", "systematic_rel", "random_abs", "systematic_abs").is_not_null())
    divided = pl.col("division").is_not_null()
    systematic, random = (
        pl.any_horizontal(pl.col(f"{kind}_rel", f"{kind}_abs").fill_null(0.0) > 0) for kind in ("systematic", "random")
    )
    undivided = systematic & ~random & ~divided
    bulk = (stated | divided) & ~undivided
    return methods.select("method", bulk=bulk, items=stated, undivided=undivided)
