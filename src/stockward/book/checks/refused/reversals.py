"""A reversal cancels another movement whole."""

from __future__ import annotations

import numpy as np
import polars as pl

from stockward.book.cells.reading import no_text, without
from stockward.book.checks.draft import Draft, TableDraft, first_told
from stockward.book.checks.refused.units import unit_of_material


def a_reversal_cancels_one_movement(draft: Draft, table: TableDraft) -> None:
    """A reversal cancels another movement, which no earlier row has reversed, and no circle of reversals stands."""
    target = table["reverses"]
    if target.null_count() == len(target):
        return
    table.refuse("reverses", target == table["movement"], "a movement cannot reverse itself", readable=False)
    rows = table.values.select("movement", "row", "reverses", *_REPEATED).drop_nulls("movement")
    rows = rows.unique("movement", keep="first", maintain_order=True)
    contradicts, reasons = _contradictions(draft, table, rows)
    table.refuse("reverses", contradicts, reasons)
    # A row that contradicts what it names has reversed nothing.
    reversed_by = without(target, contradicts)
    again = reversed_by.is_not_null() & ~reversed_by.is_first_distinct()
    table.refuse("reverses", again, "an earlier row has reversed that movement already: keep one of them")
    in_circle = table["movement"].is_in(_circular(rows).implode()) & target.is_not_null()
    table.refuse("reverses", in_circle, "these reversals run in a circle: correct one of them", readable=False)


_REPEATED = ("kind", "material", "quantity", "unit", "from_area", "to_area")
"""Columns in which a reversal is as the movement that it cancels. Its day may be any: the pair counts as if neither had
been."""


def _contradictions(draft: Draft, table: TableDraft, rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Reversals that are not as the movement that they cancel whole; of those that may be told, in what and where."""
    wrong = _reversed(table.values, rows, table["reverses"].is_not_null())
    own = unit_of_material(draft, wrong["material"])
    wrong = wrong.with_columns(pl.col("unit", "unit_of_it").fill_null(own))
    wrong = wrong.filter(pl.any_horizontal(_differ(name) for name in _REPEATED))
    height = table.values.height
    contradicts = pl.Series([False]).new_from_index(0, height).scatter(wrong["place"], True)
    told = wrong.filter(first_told(contradicts).gather(wrong["place"]))
    differs = [
        pl.when(_differ(name)).then(
            pl.format("{} ({} there)", pl.lit(name), pl.col(f"{name}_of_it").cast(pl.String).fill_null("blank"))
        )
        for name in _REPEATED
    ]
    others = [_differ(name) for name in _REPEATED if name != "quantity"]
    in_part = ~pl.any_horizontal(others) & (pl.col("quantity") < pl.col("quantity_of_it"))
    what = pl.concat_str(*differs, separator=", ", ignore_nulls=True)
    mend = pl.when(in_part).then(_booked_back()).otherwise(pl.lit(_NOT_WHOLE))
    words = told.select(
        pl.format("it reverses {} row {} and differs in {}: {}", pl.lit(table.file), "row_of_it", what, mend)
    ).to_series()
    return contradicts, no_text(height).scatter(told["place"], words)


def _reversed(values: pl.DataFrame, rows: pl.DataFrame, where: pl.Series) -> pl.DataFrame:
    """Each reversal by its ``place`` among the rows, and beside it the movement that it names."""
    reversals = values.select("reverses", *_REPEATED).with_row_index("place").filter(where)
    named = rows.select("movement", "row", *_REPEATED).rename({name: f"{name}_of_it" for name in ("row", *_REPEATED)})
    return reversals.join(named, left_on="reverses", right_on="movement")


_NOT_WHOLE = "it cancels the whole row, so correct one of them, or blank reverses if it is a movement of its own"

_BACK = {
    "receipt": "an issue from {to_area}",
    "issue": "a receipt to {from_area}",
    "transfer": "a transfer from {to_area} to {from_area}",
    "use": "a make to {from_area}",
    "make": "a use from {to_area}",
    "discard": "a receipt to {from_area}",
    "write_off": "a found to {from_area}",
    "found": "a write_off from {to_area}",
}
"""How a part of each kind of movement goes back."""


def way_back() -> pl.Expr:
    """The movement that brings one back."""
    back = pl.col("kind").replace_strict(_BACK, default="its opposite", return_dtype=pl.String)
    for side in ("from_area", "to_area"):
        back = back.str.replace(f"{{{side}}}", pl.col(side).fill_null("that area"), literal=True)
    return back


def _booked_back() -> pl.Expr:
    """The mend of a reversal in part."""
    return pl.format(
        "it cancels the whole row; where a part went back, blank reverses and book that part as {}; else correct the "
        "quantity",
        way_back(),
    )


def _differ(name: str) -> pl.Expr:
    """Whether a column of the reversal differs: a blank area does from a named one; what is unreadable has a reason."""
    own, other = pl.col(name), pl.col(f"{name}_of_it")
    return own.ne_missing(other) if name.endswith("_area") else (own != other).fill_null(False)


def _circular(rows: pl.DataFrame) -> pl.Series:
    """Movements whose reversals lead back to themselves: where all are after as many steps as there are rows."""
    places = pl.int_range(rows.height, eager=True)
    leads = rows["reverses"].replace_strict(rows["movement"], places, default=rows.height, return_dtype=pl.Int64)
    step = np.append(leads.fill_null(rows.height).to_numpy(), rows.height)
    for _ in range(rows.height.bit_length()):
        step = step[step]
    return rows["movement"].gather(np.setdiff1d(step, [rows.height]))
