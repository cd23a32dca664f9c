"""What each physical inventory was meant to count: all of its area, or what the rows of ``scopes`` name.

A material outside the scope of an inventory was not looked at: its balance stays open, whatever its book. So does that
of a material which the scope names and the inventory has no row of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from stockward.balance.inventories import Inventories
from stockward.balance.layout import Layout, PairSlots
from stockward.book.known import KnownBooks
from stockward.stats.arrays import Flags
from stockward.terms.verdicts import OUTSIDE_THE_SCOPE

HELD, NAMED, OUTSIDE = "held", "named", "outside"
"""Why an inventory leaves a material open: its book holds some, its scope names it, or it lies outside the scope."""
_WORDS = {
    HELD: "the inventory left out {}, of which the book holds some",
    NAMED: "the inventory has no row of {}, which its scope names",
    OUTSIDE: f"{OUTSIDE_THE_SCOPE}: {{}}",
}


@dataclass(frozen=True, slots=True)
class ScopedSlots:
    """By slot of each material of a series: whether it lies ``outside`` the scope of the inventory there, and whether
    that scope names it (``named``) as a material, and not by its category or stage alone.
    """

    outside: Flags
    named: Flags

    @property
    def must_be_counted(self) -> Flags:
        """Slots at which a material without a row is not counted, even where the book holds none of it."""
        return np.asarray(self.outside | self.named)


def scoped_slots(books: KnownBooks, inventories: Inventories, layout: Layout) -> ScopedSlots:
    """Lay the scopes of the inventories onto the slots of the materials.

    The rows of one inventory and area add up; the materials of a row meet all that it says. A row without an area is
    one of every area that the inventory counted.
    """
    slots = PairSlots.of(layout)
    nothing = np.zeros(slots.slots, bool)
    found = materials_meant(books, inventories)
    if not found.height:
        return ScopedSlots(nothing, nothing)
    place = layout.places(inventories)[slots.slot]
    asked = pl.DataFrame({"place": place, "material": layout.pairs["material_key"].gather(slots.pair)})
    inside = found.group_by("place", "material").agg(pl.col("named").any())
    laid = asked.join(inside, on=["place", "material"], how="left", maintain_order="left")
    scoped = np.isin(place, found["place"].unique().to_numpy())
    return ScopedSlots(
        outside=scoped & laid["named"].is_null().to_numpy(),
        named=laid["named"].fill_null(False).to_numpy(),
    )


def materials_meant(books: KnownBooks, inventories: Inventories) -> pl.DataFrame:
    """``place`` of the inventory, ``material``, and whether it is ``named`` as such; none for a row of nothing."""
    scopes = books["scopes"]
    if not scopes.height:
        return pl.DataFrame(schema={"place": pl.Int64, "material": pl.String, "named": pl.Boolean})
    materials = books["materials"].select(
        pl.col("material", "stage").cast(pl.String), pl.col("risk_category").cast(pl.Int64)
    )
    rows = scopes.select(
        "inventory", pl.col("area").cast(pl.String), wanted=pl.col("material").cast(pl.String),
        category=pl.col("risk_category").cast(pl.Int64), of_stage=pl.col("stage").cast(pl.String),
    )  # fmt: skip
    met = rows.join(materials, how="cross").filter(
        (pl.col("wanted").is_null() | (pl.col("wanted") == pl.col("material")))
        & (pl.col("category").is_null() | (pl.col("category") == pl.col("risk_category")).fill_null(False))
        & (pl.col("of_stage").is_null() | (pl.col("of_stage") == pl.col("stage")).fill_null(False))
    )
    # A scope of which no material is part still is one.
    empty = rows.with_columns(material=pl.lit(None, pl.String))
    both = pl.concat([met.select(empty.columns), empty])
    places = pl.DataFrame(
        {
            "inventory": pl.Series(inventories.name, dtype=pl.String),
            "in_area": pl.Series([inventories.areas[area] for area in inventories.area], dtype=pl.String),
            "place": np.arange(len(inventories.name)),
        }
    )
    laid = both.join(places, on="inventory").filter(pl.col("area").is_null() | (pl.col("area") == pl.col("in_area")))
    return laid.select(pl.col("place").cast(pl.Int64), "material", named=pl.col("wanted").is_not_null())


def left_open_words(left_out: pl.DataFrame) -> pl.DataFrame:
    """For each ``slot`` the ``reason`` why its inventory leaves balances open, of rows of ``material`` and ``why``."""
    listed = left_out.group_by("slot", maintain_order=True).agg(
        pl.col("material").filter(pl.col("why") == why).unique().sort().str.join(", ").alias(why) for why in _WORDS
    )
    told = [pl.when(pl.col(why) != "").then(pl.format(words, why)) for why, words in _WORDS.items()]
    return listed.select("slot", reason=pl.concat_str(told, separator="; ", ignore_nulls=True))
