"""Books in which a share of what moved was weighed twice: half of each row by the method, half by another as good.

The mean of two weighings of q is q/2 + q/2, of which each half has the relative errors of its own scale. Absolute
errors do not halve with the quantity, so that books in which they stand cannot tell of it in this way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl

from stockward.book.known import KnownBooks
from stockward.protection.further_options import Doubled

_AGAIN = ", weighed again"
_MORE_THAN_RELATIVE = (
    "random_abs",
    "systematic_abs",
    "instrument",
    "class",
    "division",
    "verification_interval",
    "random_df",
    "systematic_df",
)


def can_be_halved(books: KnownBooks, method: str) -> bool:
    """Whether books with halves of rows have the errors of two weighings.

    So where the method has relative errors alone, that were stated and not estimated, no reading of what moved is
    repeated, and no content is drawn anew with each row.
    """
    own = books.methods.filter(pl.col("method").cast(pl.String) == method)
    moved = books.movements.filter(pl.col("method").cast(pl.String) == method)
    contents = books["contents"].filter(pl.col("material").is_in(moved["material"].cast(pl.String).unique().implode()))
    stated = [
        name for name in _MORE_THAN_RELATIVE if own[name].fill_null(_nothing(own[name])).ne(_nothing(own[name])).any()
    ]
    return not (
        stated
        or method in books.records
        or moved["measurement"].is_not_null().any()
        or (contents["random_rel"].fill_null(0.0) > 0).any()
    )


def _nothing(column: pl.Series) -> float | str:
    return 0.0 if column.dtype.is_numeric() else ""


def with_rows_halved(books: KnownBooks, tables: Mapping[str, pl.DataFrame], value: Doubled) -> dict[str, pl.DataFrame]:
    """Movements, counts, methods and calibrations, a share of the movements weighed twice, evenly over time."""
    if not can_be_halved(books, value.method):
        return dict(tables)
    movements, counts = (_knowing(tables[name], value.method) for name in ("movements", "counts"))
    own = movements["method"].cast(pl.String) == value.method
    number = movements.with_row_index("place").filter(own).sort("at", "place")["place"]
    chosen = [place for at, place in enumerate(number) if _falls(at, value.share)]
    half = pl.Series("half", [False]).new_from_index(0, movements.height).scatter(chosen, True)
    halved = movements.with_columns(quantity=pl.when(half).then(pl.col("quantity") / 2).otherwise(pl.col("quantity")))
    again = halved.filter(half).with_columns(
        movement=pl.col("movement") + _AGAIN, method=pl.lit(value.method + _AGAIN).cast(movements.schema["method"])
    )
    return {
        "movements": pl.concat([halved, again]),
        "counts": counts,
        **{name: _with_second(tables[name], value.method) for name in ("methods", "calibrations")},
    }


def _knowing(table: pl.DataFrame, method: str) -> pl.DataFrame:
    """A table whose codes of methods have that of the other scale as well."""
    codes = table.schema["method"]
    if not isinstance(codes, pl.Enum):
        return table
    return table.with_columns(pl.col("method").cast(pl.Enum(sorted([*codes.categories, method + _AGAIN]))))


def _falls(at: int, share: float) -> bool:
    """Whether this of many rows is one of the share, evenly among them."""
    return math.floor((at + 1) * share + 1e-9) > math.floor(at * share + 1e-9)


def _with_second(table: pl.DataFrame, method: str) -> pl.DataFrame:
    """A table of methods with the rows of the other scale, which are those of the first."""
    own = table.filter(pl.col("method").cast(pl.String) == method)
    return pl.concat([table, own.with_columns(method=pl.lit(method + _AGAIN).cast(table.schema["method"]))])
