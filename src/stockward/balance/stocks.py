"""What stands where by the books, and how fast it grows: the last inventory of each area, and what was moved since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.balance.sigma.terms import key_list
from stockward.book.known import KnownBooks
from stockward.book.schema.kinds import CLAIMS
from stockward.terms.periods import MICROSECONDS_A_DAY, last_moment
from stockward.terms.units import factor

STOCK_SCHEMA = {
    "area": pl.String, "material": pl.String, "quantity": pl.Float64, "unit": pl.String, "per_day": pl.Float64,
}  # fmt: skip

_IN, _OUT = ("receipt", "transfer", "make"), ("issue", "transfer", "use", "discard")
_LEAST_DAYS = 1.0
_ROUNDING = 1e-9
_BEFORE_ALL = np.iinfo(np.int64).min


def days_recorded(books: KnownBooks) -> float:
    """Days that the record covers, at least one: from the first movement or count to the last.

    What moved did so in all of them: before its first movement and after its last one a store was quiet, not unknown.
    """
    moments = pl.concat([books.movements["at"], books.counts["at"]]).to_physical()
    first, last = moments.min(), moments.max()
    if not isinstance(first, int) or not isinstance(last, int):
        return _LEAST_DAYS
    return max((last - first) / MICROSECONDS_A_DAY, _LEAST_DAYS)


def sides(flows: pl.DataFrame) -> pl.DataFrame:
    """What came into each area (``way`` 1) and what left it (−1), with ``at``, ``quantity`` and ``factor``."""
    moved = flows.filter(pl.col("from_area").ne_missing(pl.col("to_area")))
    both = [
        moved.filter(pl.col("kind").is_in(kinds) & pl.col(side).is_not_null()).select(
            "material", "at", "quantity", "factor", area=pl.col(side), way=pl.lit(way)
        )
        for side, kinds, way in (("to_area", _IN, 1), ("from_area", _OUT, -1))
    ]
    return pl.concat(both).sort("at", maintain_order=True)


def in_unit_of_area(books: KnownBooks, held: pl.DataFrame) -> pl.DataFrame:
    """Rows of materials that the unit of their area's capacity measures, with their ``scale`` into it."""
    units = dict(books["materials"].select("material", "unit").rows())
    pairs = held.select("material", "capacity_unit").unique().rows()
    scales = [(material, unit, factor(units[material], unit)) for material, unit in pairs if unit is not None]
    schema = {"material": pl.String, "capacity_unit": pl.String, "scale": pl.Float64}
    table = pl.DataFrame(scales, schema=schema, orient="row").drop_nulls("scale")
    return held.join(table, on=["material", "capacity_unit"], maintain_order="left")


def last_counts(books: KnownBooks) -> pl.DataFrame:
    """The rows of the last inventory of each area, keys as text; ``at`` is the inventory's moment."""
    counts = books.counts.with_columns(pl.col("area", "material").cast(pl.String))
    moments = counts.group_by("area", "inventory", maintain_order=True).agg(pl.col("at").max())
    latest = moments.sort("at", "inventory").group_by("area", maintain_order=True).agg(pl.col("inventory", "at").last())
    return counts.drop("at").join(latest, on=["area", "inventory"], maintain_order="left")


@dataclass(frozen=True, slots=True)
class BookStock:
    """The book over time, as arrays: what every inventory found, and every movement in or out of an area.

    ``areas`` and ``materials`` are keys, to which codes lead. Movements, sorted by time: ``cell`` (area × material),
    ``at`` (microseconds), ``moved`` (quantity, negative where it leaves). Counts: ``counted_cell``, ``counted``, and
    ``inventory``, the place of each row's inventory; inventories, sorted by time: ``held_area``, ``held_at``.
    """

    areas: tuple[str, ...]
    materials: tuple[str, ...]
    cell: NDArray[np.int64]
    at: NDArray[np.int64]
    moved: NDArray[np.float64]
    counted_cell: NDArray[np.int64]
    counted: NDArray[np.float64]
    inventory: NDArray[np.int64]
    held_area: NDArray[np.int64]
    held_at: NDArray[np.int64]

    @classmethod
    def of(cls, books: KnownBooks) -> BookStock:
        """The book as known."""
        areas, materials = (tuple(key_list(books.movements[name])) for name in ("to_area", "material"))
        cell, at, moved = _moves(books.movements, len(materials))
        order = np.argsort(at, kind="stable")
        counts = books.counts.with_columns(
            pl.col("area", "material").to_physical().cast(pl.Int64), at=pl.col("at").to_physical()
        )
        moments = (
            counts.group_by("area", "inventory", maintain_order=True).agg(pl.col("at").max()).sort("at", "inventory")
        )
        place = counts.join(moments.with_row_index("place"), on=["area", "inventory"], maintain_order="left")
        return cls(
            areas=areas,
            materials=materials,
            cell=cell[order],
            at=at[order],
            moved=moved[order],
            counted_cell=(counts["area"] * len(materials) + counts["material"]).to_numpy(),
            counted=counts["quantity"].to_numpy(),
            inventory=place["place"].cast(pl.Int64).to_numpy(),
            held_area=moments["area"].to_numpy(),
            held_at=moments["at"].to_numpy(),
        )

    @property
    def begins(self) -> int | None:
        """The first moment of which the book tells, microseconds; ``None`` for an empty one."""
        firsts = [int(times[0]) for times in (self.at, self.held_at) if len(times)]
        return min(firsts, default=None)

    def _last_inventory(self, moment: int) -> NDArray[np.int64]:
        """Place of the last inventory of each area up to a moment, −1 where there was none."""
        last = np.full(len(self.areas), -1)
        before = int(np.searchsorted(self.held_at, moment, side="right"))
        # Inventories stand in order of time: a later one of the same area is written over the earlier.
        last[self.held_area[:before]] = np.arange(before)
        return last

    def last_held(self, moment: int) -> NDArray[np.int64]:
        """Moment of the last inventory of each area up to a moment, before all time where there was none."""
        last = self._last_inventory(moment)
        return np.append(self.held_at, _BEFORE_ALL)[last]

    def quantities(self, moment: int) -> NDArray[np.float64]:
        """Stock at a moment (microseconds), shape (areas, materials), in the unit of each material, never negative.

        What the last inventory of the area up to then found, with what was moved since. What is left below 1e-9 of all
        that passed is rounding, and none.
        """
        last, since = self._last_inventory(moment), self.last_held(moment)
        cells = len(self.areas) * len(self.materials)
        in_force = last[self.counted_cell // max(len(self.materials), 1)] == self.inventory
        counted = np.bincount(self.counted_cell[in_force], self.counted[in_force], cells)
        window = slice(
            int(np.searchsorted(self.at, since.min(initial=moment), side="right")),
            int(np.searchsorted(self.at, moment, side="right")),
        )
        cell, at, moved = self.cell[window], self.at[window], self.moved[window]
        fresh = at > since[cell // max(len(self.materials), 1)]
        through = counted + np.bincount(cell[fresh], np.abs(moved[fresh]), cells)
        stock = counted + np.bincount(cell[fresh], moved[fresh], cells)
        left = np.where(stock > _ROUNDING * through, stock, 0.0)
        return left.reshape(len(self.areas), len(self.materials)).astype(np.float64)


def _moves(movements: pl.DataFrame, materials: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Both sides of every movement, in the order of the rows: cell, moment, and quantity with its sign."""
    moved = movements.filter(pl.col("from_area").ne_missing(pl.col("to_area")))
    material, at = moved["material"].to_physical().cast(pl.Int64), moved["at"].to_physical()
    cells, moments, quantities = [], [], []
    for side, way in (("to_area", 1.0), ("from_area", -1.0)):
        there = moved[side].is_not_null()
        cells.append((moved[side].to_physical().cast(pl.Int64) * materials + material).filter(there).to_numpy())
        moments.append(at.filter(there).to_numpy())
        quantities.append(way * moved["quantity"].filter(there).to_numpy())
    return np.concatenate(cells), np.concatenate(moments), np.concatenate(quantities)


def end_of_day(day: date, timezone: str) -> int:
    """The last moment of a day in a time zone, microseconds since 1970 UTC."""
    return (last_moment(day, timezone) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def stock_and_growth(book: BookStock, books: KnownBooks, day: date, flows: pl.DataFrame | None = None) -> pl.DataFrame:
    """Stock at the end of a day, and its recorded mean growth: one row for each area and material that has either.

    Columns are those of ``STOCK_SCHEMA``, in order of area and material; ``per_day`` is what came in less what left
    over the days of the record, write-offs and finds left out, each movement of ``flows`` times its ``factor`` where
    they are given.
    """
    quantity = book.quantities(end_of_day(day, books.site.timezone))
    flows = books.movements if flows is None else flows
    own = [pl.col(name).cast(books.movements.schema[name]) for name in ("from_area", "to_area", "material")]
    scaled = pl.col("quantity") * (pl.col("factor") if "factor" in flows.columns else 1.0)
    physical = flows.filter(~pl.col("kind").cast(pl.String).is_in(CLAIMS)).with_columns(*own, quantity=scaled)
    cell, _, moved = _moves(physical, len(book.materials))
    growth = np.bincount(cell, moved, quantity.size).reshape(quantity.shape) / days_recorded(books)
    units = dict(books["materials"].select("material", "unit").rows())
    rows = [
        (book.areas[area], book.materials[item], float(quantity[area, item]), units[book.materials[item]],
         float(growth[area, item]))
        for area, item in zip(*np.nonzero((quantity != 0) | (growth != 0)), strict=True)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=STOCK_SCHEMA, orient="row")
