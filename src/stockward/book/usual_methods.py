"""The method of rows that name none: that of their material, or else that of their area."""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.terms.limits import grouped

_MEASURED_AT = {
    "receipt": ("to_area",),
    "issue": ("from_area",),
    "discard": ("from_area",),
    "transfer": ("from_area", "to_area"),
}
"""The areas whose method a movement may have, the first that has one: a transfer is measured as it leaves."""


def take_usual_methods(draft: Draft) -> None:
    """Give rows of bulk without a method that of their material, or else that of their area; told once.

    The material comes first: what is measured decides on the instrument before the place where it stands. Rows with one
    ``measurement`` are one reading, so that they have the method which one of them names, or that of the first. What
    needs no method is left without one: claims, conversions, items, and what is none.
    """
    of_material, of_area = (_usual(draft[name]) for name in ("materials", "areas"))
    if of_material.is_empty() and of_area.is_empty():
        return
    bulk = draft["materials"].values.filter(pl.col("kind") == "bulk")["material"]
    names = [name for name in ("movements", "counts") if draft[name].values.height]
    parts = [_rows(draft[name], of_material, of_area, bulk) for name in names]
    rows = _by_reading(pl.concat(parts)) if parts else pl.DataFrame()
    taken, before = [], 0
    for name, part in zip(names, parts, strict=True):
        table, own = draft[name], rows.slice(before, part.height)
        before += part.height
        count = own.select((pl.col("method").is_null() & pl.col("found").is_not_null()).sum()).item()
        if count:
            method = own.select(pl.coalesce("method", "found")).to_series()
            table.values = table.values.with_columns(method=method)
            taken.append(f"{grouped(count)} {'row' if count == 1 else 'rows'} of {table.file}")
    if taken:
        draft.notices.append(
            f"{' and '.join(taken)} name no method, and are measured by that of their material, or else of their area"
        )


def _usual(table: TableDraft) -> pl.DataFrame:
    """The method that the rows of a table name, by their key."""
    if table["method"].null_count() == table.values.height:
        return pl.DataFrame(schema={"key": pl.String, "usual": pl.String})
    return table.values.select(key=table.table.key[0], usual="method").drop_nulls().unique("key", keep="first")


def _rows(table: TableDraft, of_material: pl.DataFrame, of_area: pl.DataFrame, bulk: pl.Series) -> pl.DataFrame:
    """``method`` as stated, the ``usual`` one, and the ``measurement``, of every row."""
    values = table.values
    places = [pl.col("area")]
    if table.table.name == "movements":
        places = [
            pl.when(pl.col("kind") == kind).then(pl.col(areas[place]))
            for kind, areas in _MEASURED_AT.items()
            for place in range(len(areas))
        ]
    needed = pl.col("method").is_null() & pl.col("material").is_in(bulk.implode()) & (pl.col("quantity") > 0)
    if table.table.name == "movements":
        needed &= pl.col("kind").is_in(list(_MEASURED_AT))
    legible = pl.lit(~table.illegible("method"))
    usual = pl.coalesce(_found(pl.col("material"), of_material), *(_found(place, of_area) for place in places))
    return values.select("method", "measurement", usual=usual, needed=(needed & legible).fill_null(value=False))


def _found(key: pl.Expr, usual: pl.DataFrame) -> pl.Expr:
    return key.replace_strict(usual["key"], usual["usual"], default=None, return_dtype=pl.String)


def _by_reading(rows: pl.DataFrame) -> pl.DataFrame:
    """``found``, the method that each row takes where it needs one."""
    usual = pl.when("needed").then("usual")
    of_reading = pl.coalesce(
        pl.col("method").drop_nulls().first().over("measurement"), usual.drop_nulls().first().over("measurement")
    )
    found = pl.when(pl.col("measurement").is_null()).then(usual).otherwise(of_reading)
    return rows.with_columns(found=pl.when("needed").then(found))
