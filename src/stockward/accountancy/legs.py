"""Each movement as it touches an area: what came in, what went out, and what only changed the book."""

from __future__ import annotations

import polars as pl

from stockward.accountancy.layout import Layout
from stockward.terms.verdicts import Basis

_OUT = {"issue": "sent", "transfer": "sent", "discard": "sent", "use": "used", "write_off": "written_off"}
_IN = {"receipt": "received", "transfer": "received", "make": "made", "found": "found"}

BOOK_SIGN = {"received": 1.0, "made": 1.0, "found": 1.0, "sent": -1.0, "used": -1.0, "written_off": -1.0}
"""How each role changes the book of a material in an area."""

_ROLE = pl.Enum(list(BOOK_SIGN))

LEG_COLUMNS = ("interval", "material", "method", "calibration", "quantity", "squares", "rows")


def flow_legs(left: pl.DataFrame, reached: pl.DataFrame, kinds: list[str]) -> pl.DataFrame:
    """Flows by area: ``area``, ``role`` and the columns of ``LEG_COLUMNS``; what left the areas comes first."""
    return pl.concat([_side(left, _OUT, kinds), _side(reached, _IN, kinds)])


def _side(flows: pl.DataFrame, roles: dict[str, str], kinds: list[str]) -> pl.DataFrame:
    by_code = {kinds.index(kind): role for kind, role in roles.items()}
    role = pl.col("kind").replace_strict(by_code, default=None, return_dtype=_ROLE)
    return flows.select("area", role.alias("role"), *LEG_COLUMNS).filter(pl.col("role").is_not_null())


def series_legs(legs: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Legs of every series, with ``series``, ``slot``, ``basis`` and the amount and errors of content.

    ``use`` and ``make`` convert inside an area: they are flows of an item material, and none of a substance.
    """
    entering = (
        legs.join(layout.pairs, left_on=["area", "material"], right_on=["area_code", "material"])
        .filter((pl.col("basis") == Basis.ITEM.value) | ~pl.col("role").is_in(["made", "used"]))
        .with_columns(role=pl.col("role").replace({"made": "received", "used": "sent"}))
        .sort("series", "interval", "material", "role", "method", "calibration")
    )
    first = layout.first[:-1][entering["series"].to_numpy()]
    return entering.with_columns(slot=pl.Series(first + entering["interval"].to_numpy(), dtype=pl.Int64))


def series_counts(counts: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Counted rows of every series; their ``interval`` is the number of their inventory within its area."""
    entering = (
        counts.join(layout.pairs, left_on=["area", "material"], right_on=["area_code", "material"])
        .sort("series", "interval", "material", "row")
    )
    first = layout.first[:-1][entering["series"].to_numpy()]
    return entering.with_columns(
        slot=pl.Series(first + entering["interval"].to_numpy(), dtype=pl.Int64),
        squares=pl.col("quantity") ** 2,
        rows=pl.lit(1, pl.UInt32),
    )
