"""Physical inventories of each area, in order of time, and the periods between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.book.known import KnownBooks
from stockward.stats.arrays import Index


def as_times(moments: Index) -> pl.Series:
    """Moments in microseconds as times, as the tables have them."""
    return pl.Series(moments).cast(pl.Datetime("us", "UTC"))


@dataclass(frozen=True, slots=True)
class Inventories:
    """Inventories of all areas, sorted by area and time.

    ``area``, ``name`` and ``at`` (microseconds) have one entry an inventory; those of area a stand at
    ``first[a]`` up to ``first[a + 1]``. ``areas`` are the keys in order. ``clouded`` marks inventories whose moment
    a row at fault could shift.
    """

    areas: tuple[str, ...]
    area: Index
    name: tuple[str, ...]
    at: Index
    first: Index
    clouded: NDArray[np.bool_]

    def number(self, area: int) -> int:
        """How many inventories an area has."""
        return int(self.first[area + 1] - self.first[area])

    def at_of(self, area: str) -> Index:
        """The moments of the inventories of an area, by its key."""
        code = self.areas.index(area)
        return self.at[self.first[code] : self.first[code + 1]]

    def place(self) -> dict[tuple[str, str], int]:
        """Position of each inventory by the keys of area and inventory."""
        keys = ((self.areas[area], name) for area, name in zip(self.area, self.name, strict=True))
        return {key: place for place, key in enumerate(keys)}

    def places(self, areas: pl.Series, names: pl.Series) -> pl.Series:
        """Position of the inventory of each row, by the keys of area and inventory."""
        known = pl.DataFrame(
            {
                "area": pl.Series([self.areas[area] for area in self.area], dtype=pl.String),
                "name": pl.Series(self.name, dtype=pl.String),
                "place": np.arange(len(self.name)),
            }
        )
        asked = pl.DataFrame({"area": areas.cast(pl.String), "name": names})
        return asked.join(known, on=["area", "name"], how="left", maintain_order="left")["place"]


def inventories_of(books: KnownBooks) -> Inventories:
    """All rows with one inventory and area are one inventory, at the latest moment among them.

    Rows at fault that still say which inventory, area and moment they belong to are reckoned with: an inventory known
    from them alone bounds its two periods, which are then not tested.
    """
    areas = tuple(books["areas"]["area"].sort().to_list())
    good = books.counts.select(pl.col("area").cast(pl.String), "inventory", "at", faulty=pl.lit(False))
    aside = books.set_aside["counts"].filter(pl.col("area").is_in(areas) & pl.col("inventory").is_not_null())
    faulty = aside.select("area", "inventory", "at", faulty=pl.lit(True))
    table = (
        pl.concat([good, faulty])
        .group_by("area", "inventory")
        .agg(
            known=pl.col("at").filter(~pl.col("faulty")).max(),
            doubted=pl.col("at").filter(pl.col("faulty")).max(),
            lost=(pl.col("at").is_null() & pl.col("faulty")).any(),
        )
        .with_columns(at=pl.coalesce("known", "doubted"))
        .filter(pl.col("at").is_not_null())
        # Where no good row speaks of it, nobody knows that there was an inventory at all.
        .with_columns(
            clouded=pl.col("lost") | pl.col("known").is_null() | (pl.col("doubted") > pl.col("known")).fill_null(False)
        )
        .sort("area", "at", "inventory")
    )
    codes = {area: code for code, area in enumerate(areas)}
    area = np.array([codes[key] for key in table["area"]], dtype=np.int64)
    return Inventories(
        areas=areas,
        area=area,
        name=tuple(table["inventory"]),
        at=table["at"].to_physical().to_numpy().astype(np.int64),
        first=np.searchsorted(area, np.arange(len(areas) + 1)),
        clouded=table["clouded"].to_numpy().astype(bool),
    )
