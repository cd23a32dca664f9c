"""Which series there are, which materials enter them, and where their periods stand in flat arrays.

A series with K inventories has K + 1 slots: slot j is the interval before its inventory j (slot K the time after the
last), and slot k is also where inventory k stands. So one array over all slots holds a figure for every interval, or
every inventory, of every series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.balance.inventories import Inventories
from stockward.stats.arrays import Index

_PAIR_COLUMNS = (
    "series", "area_code", "material", "material_key", "amount", "content_random", "content_systematic",
    "content_stated", "basis", "at_fault",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """Series, in order of area and key, and pairs of series and material.

    ``series``: ``area``, ``holding``, ``basis``, ``unit``; ``area_code`` is −1 for an area that was set aside.
    ``first[s]`` up to ``first[s + 1]`` are the slots of series s. ``pairs``: ``series``, ``material`` (code),
    ``amount``, the errors of content and whether they are stated, and whether rows at fault alone speak of it
    (``at_fault``), sorted by series.
    """

    series: pl.DataFrame
    area_code: Index
    first: Index
    slot_series: Index
    pairs: pl.DataFrame

    @property
    def slots(self) -> int:
        """Number of all slots."""
        return int(self.first[-1])

    def places(self, inventories: Inventories) -> Index:
        """The inventory that stands at each slot; one past the last where none does."""
        number = np.arange(self.slots) - self.first[:-1][self.slot_series]
        area = self.area_code[self.slot_series]
        last = number == np.diff(self.first)[self.slot_series] - 1
        return np.where(last, len(inventories.at), inventories.first[np.maximum(area, 0)] + number)

    def moments(self, inventories: Inventories) -> Index:
        """When the inventory at each slot stands, microseconds; 0 where none does."""
        return np.append(inventories.at, 0)[self.places(inventories)]


@dataclass(frozen=True, slots=True)
class PairSlots:
    """Slots of the pairs of series and material: those of the series, once for each of its materials."""

    first: Index
    pair: Index
    slot: Index

    @classmethod
    def of(cls, layout: Layout) -> PairSlots:
        """Lay them out in the order of ``layout.pairs``."""
        series = layout.pairs["series"].to_numpy().astype(np.int64)
        lengths = np.diff(layout.first)[series]
        first = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        pair = np.repeat(np.arange(len(series)), lengths)
        within = np.arange(first[-1]) - first[:-1][pair]
        return cls(first, pair, layout.first[:-1][series][pair] + within)

    def place(self, layout: Layout, pair: Index, slot: Index) -> Index:
        """Where the slot of a series stands among those of one of its pairs."""
        series = layout.pairs["series"].to_numpy().astype(np.int64)[pair]
        return self.first[:-1][pair] + slot - layout.first[:-1][series]

    @property
    def after_the_last(self) -> NDArray[np.bool_]:
        """Slots of the time after the last inventory, where none stands."""
        last = np.zeros(self.slots, bool)
        last[self.first[1:] - 1] = True
        return last

    @property
    def slots(self) -> int:
        """Number of all of them."""
        return int(self.first[-1])


def lay_out(
    inventories: Inventories,
    present: pl.DataFrame,
    holdings: pl.DataFrame,
    materials: list[str],
    doubted: list[tuple[str, str, str, str | None]],
) -> Layout:
    """Lay out the series of every area and material that the books know (``present``: codes ``area``, ``material``,
    and whether rows at fault alone do, ``at_fault``).

    ``doubted`` names further series (area, holding, basis, unit) that only rows at fault speak of.
    """
    codes = pl.DataFrame({"material": pl.Series(materials, dtype=pl.String), "code": np.arange(len(materials))})
    held = holdings.join(codes, on="material").rename({"material": "material_key", "code": "material"})
    keys = pl.Series(inventories.areas, dtype=pl.String)
    areas = pl.DataFrame({"area_code": np.arange(len(keys)), "area": keys})
    entering = present.rename({"area": "area_code"}).join(held, on="material").join(areas, on="area_code")
    extra = pl.DataFrame(doubted, schema=dict.fromkeys(("area", "holding", "basis", "unit"), pl.String), orient="row")
    series = (
        pl.concat([entering.select("area", "holding", "basis", "unit"), extra])
        .unique(subset=["area", "holding", "basis"], keep="first", maintain_order=True)
        .sort("area", "holding", "basis")
        .join(areas, on="area", how="left", maintain_order="left")
        .with_row_index("series")
    )
    pairs = (
        entering.join(series.select("series", "area", "holding", "basis"), on=["area", "holding", "basis"])
        .select(*_PAIR_COLUMNS)
        .sort("series", "material")
    )
    area_code = series["area_code"].fill_null(-1).to_numpy().astype(np.int64)
    numbers = np.diff(inventories.first)
    known = np.where(area_code >= 0, numbers[np.maximum(area_code, 0)] if len(numbers) else 0, 0)
    first = np.concatenate([[0], np.cumsum(known + 1)])
    return Layout(
        series=series.drop("area_code"),
        area_code=area_code,
        first=first,
        slot_series=np.repeat(np.arange(series.height), known + 1),
        pairs=pairs,
    )
