"""Stock in months to come: it runs on at the recorded mean rates, up to the capacity of its store and into the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from stockward.balance.stocks import BookStock
from stockward.book.known import KnownBooks
from stockward.stats.arrays import Array
from stockward.terms.units import dimension, factor

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """Stock on the day of the review, its growth, and the room for it.

    ``stock`` and ``per_day`` have shape (areas, materials), in the unit of each material. ``capacity`` (areas,) is NaN
    where none is on record; ``scale`` (areas, materials) is how much of it one unit of a material takes, 0 for what it
    does not measure; ``measured_in`` says by area whether that is mass or number. ``empty`` are the stores without
    stock or growth, in the order in which they are taken.
    """

    stock: Array
    per_day: Array
    capacity: Array
    scale: Array
    empty: tuple[int, ...]
    measured_in: tuple[str | None, ...]

    def after(self, days: int) -> tuple[Array, bool]:
        """Stock after so many days, shape (areas, materials), and whether some found no room.

        What would pass the capacity of an area, or what stands there today where that is more, goes into the next
        store without stock that is measured in the same kind of unit; when none is left, stock stays at capacity.
        """
        held = np.maximum(self.stock + self.per_day * days, 0.0)
        held[held <= _ROUNDING * (self.stock + np.abs(self.per_day) * days)] = 0.0
        free, overflowed = list(self.empty), False
        for area in np.flatnonzero(~np.isnan(self.capacity)):
            over = self._over(int(area), held[area])
            held[area] -= over
            while (over > 0).any():
                store = next((one for one in free if self._fits(int(area), one)), None)
                if store is None:
                    overflowed = True
                    break
                free.remove(store)
                held[store] = over
                over = self._over_capacity(store, held[store])
                held[store] -= over
        return held, overflowed

    def _fits(self, area: int, store: int) -> bool:
        return self.measured_in[store] in (None, self.measured_in[area])

    def _over(self, area: int, held: Array) -> Array:
        """What finds no room in its own area, shape (materials,): a part of what grows."""
        scale = self.scale[area]
        room = max(float(self.capacity[area]), float((scale * self.stock[area]).sum()))
        excess = float((scale * held).sum()) - room
        growing = scale * np.maximum(self.per_day[area], 0.0)
        if excess <= _ROUNDING * room or growing.sum() <= 0:
            return np.zeros_like(held)
        parts = np.divide(growing, scale, out=np.zeros_like(held), where=scale > 0)
        over: Array = np.minimum(excess * parts / growing.sum(), held)
        return over

    def _over_capacity(self, store: int, held: Array) -> Array:
        """What finds no room in a store that takes the overflow of another: the same part of each material."""
        if np.isnan(self.capacity[store]):
            return np.zeros_like(held)
        content = float((self.scale[store] * held).sum())
        if content <= self.capacity[store] * (1 + _ROUNDING):
            return np.zeros_like(held)
        return np.where(self.scale[store] > 0, held * (1 - self.capacity[store] / content), 0.0)


def warehouse_of(books: KnownBooks, book: BookStock, stock: pl.DataFrame) -> Warehouse:
    """The warehouse from a table of stock and growth (``balance.stocks.stock_and_growth``)."""
    shape = (len(book.areas), len(book.materials))
    places = {area: code for code, area in enumerate(book.areas)}
    items = {material: code for code, material in enumerate(book.materials)}
    held, growth = np.zeros(shape), np.zeros(shape)
    for area, material, quantity, per_day in stock.select("area", "material", "quantity", "per_day").rows():
        held[places[area], items[material]] = quantity
        growth[places[area], items[material]] = per_day
    facts = {row["area"]: row for row in books["areas"].rows(named=True)}
    units = dict(books["materials"].select("material", "unit").rows())
    limits = [_limit(facts[area]["capacity"], facts[area]["capacity_unit"]) for area in book.areas]
    return Warehouse(
        stock=held,
        per_day=growth,
        capacity=np.array([capacity for capacity, _ in limits], dtype=float),
        scale=_scales([unit for _, unit in limits], [units[material] for material in book.materials]),
        empty=tuple(
            code
            for area, code in sorted(places.items())
            if facts[area]["kind"] == "store" and not held[code].any() and not (growth[code] > 0).any()
        ),
        measured_in=tuple(None if unit is None else dimension(unit) for _, unit in limits),
    )


def _limit(capacity: float | None, unit: str | None) -> tuple[float, str | None]:
    """The capacity of an area, where both its number and its unit are known."""
    if capacity is None or unit is None:
        return float("nan"), None
    return capacity, unit


def _scales(limits: Sequence[str | None], units: Sequence[str]) -> Array:
    scales = [[0.0 if limit is None else factor(unit, limit) or 0.0 for unit in units] for limit in limits]
    return np.array(scales, dtype=float).reshape(len(limits), len(units))
