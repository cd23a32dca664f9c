"""Bulk that was used where nothing is made of it, and is not there any more: told, and tested as it stands.

What is used stays in the books of its area, in what is made of it. Where no make holds it, and the counts lack as much
as was used, it was consumed, or left: no error of measuring, and no theft, is as much by chance.
"""

from __future__ import annotations

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.told.doubts import said, tell_rows, valued
from stockward.book.schema.kinds import CLAIMS
from stockward.terms.units import UNITS, factor

_NEAR = 0.05
"""What is lacking is as much as was used within this share of it; less of all that stood there is not looked at."""


def what_is_used_is_made_into_something(draft: Draft, table: TableDraft) -> None:
    """Told at the counts, which show that it is gone."""
    moved = draft["movements"].good()
    units = dict(draft["materials"].good().filter(pl.col("kind") == "bulk").select("material", "unit").rows())
    used = moved.filter(pl.col("kind") == "use").select("from_area", "material").unique(maintain_order=True)
    for area, material in used.iter_rows():
        if material in units and not _is_made(draft, moved, area, material):
            _tell_where_gone(draft, table, moved, area, material, units[material])


def _is_made(draft: Draft, moved: pl.DataFrame, area: str, material: str) -> bool:
    """Whether anything that holds a substance of the material, or is it, was made in the area."""
    contents = draft["contents"].good()
    substances = {material, *contents.filter(pl.col("material") == material)["substance"]}
    holders = {*substances, *contents.filter(pl.col("substance").is_in(substances))["material"]}
    made = moved.filter((pl.col("kind") == "make") & (pl.col("to_area") == area))["material"]
    return bool(made.is_in(holders).any())


def _tell_where_gone(draft: Draft, table: TableDraft, moved: pl.DataFrame, area: str, material: str, unit: str) -> None:
    """One notice where the first and the last count of the material lack as much as was used in between."""
    held: dict[tuple[str, str | None], float] = {(material, one): factor(one, unit) or 0.0 for one in UNITS}
    held[material, None] = 1.0
    counts = valued(table.good(), held).filter(pl.col("area") == area).drop_nulls("at")
    stood = counts.group_by("inventory").agg(pl.max("at"), pl.col("value").sum()).sort("at")
    if stood.height < 2:
        return
    first, last = stood.row(0, named=True), stood.row(-1, named=True)
    rows = (
        valued(moved, held)
        .filter(~pl.col("kind").is_in(CLAIMS))
        .filter((pl.col("at") > first["at"]) & (pl.col("at") <= last["at"]))
    )
    came, left = rows.filter(pl.col("to_area") == area), rows.filter(pl.col("from_area") == area)
    used = left.filter(pl.col("kind") == "use")
    amount, gone = (float(one["value"].sum()) for one in (used, left))
    received = first["value"] + float(came["value"].sum())
    lacking = received - (gone - amount) - last["value"]
    if amount > _NEAR * received and abs(lacking - amount) <= _NEAR * amount:
        why = f"{material} is used in {area}, where nothing that holds it is made, and its counts lack as much"
        mend = (
            f"({said(draft, amount)} {unit}): book discard or issue if it was consumed or left, and else the make of "
            "what it became, with its contents"
        )
        tell_rows(draft, draft["movements"], used["row"], f"{why} {mend}")
