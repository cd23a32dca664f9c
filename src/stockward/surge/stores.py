"""When the stores are full: what stands in each, how fast it grows at the surge, and the day it reaches capacity."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from stockward.answers.detection import FillingStore
from stockward.balance.stocks import days_recorded, in_unit_of_area, last_counts, sides
from stockward.book.known import KnownBooks

_HORIZON_DAYS = 36_525
"""A store that is not full within a century is not said to fill."""


def filling_stores(books: KnownBooks, flows: pl.DataFrame, since: date | None = None) -> tuple[FillingStore, ...]:
    """Every area with a capacity, in order of its key; ``flows`` are the movements with their factors.

    The factors hold from ``since`` on, from the last inventory where that is later or ``None``.

    The stock is that of the area's last inventory, from which the mean rates over the record run on: with the surge's
    factors, and without. What a material without a count had there counts as nothing.
    """
    areas = books["areas"].filter(pl.col("capacity").is_not_null() & pl.col("capacity_unit").is_not_null())
    limits = areas.select("area", "capacity", "capacity_unit")
    days = days_recorded(books)
    rates = in_unit_of_area(books, sides(flows).join(limits, on="area", maintain_order="left"))
    signed = rates.select(pl.col("way") * pl.col("quantity") * pl.col("scale") / days).to_series()
    per_day = {"today": signed, "surged": signed * rates["factor"]}
    limits = limits.with_columns(_by_area(limits, rates, values).alias(name) for name, values in per_day.items())
    table = limits.join(_last_stock(books, limits.select("area", "capacity_unit")), on="area").sort("area")
    return tuple(_store(row, since) for row in table.rows(named=True))


def _by_area(limits: pl.DataFrame, rows: pl.DataFrame, values: pl.Series) -> pl.Series:
    """Sums by area, added up in the order of the rows whatever the number of threads."""
    keys = limits["area"].to_list()
    code = rows["area"].replace_strict(keys, range(len(keys)), default=0, return_dtype=pl.Int64)
    return pl.Series(np.bincount(code.to_numpy(), values.to_numpy(), len(keys)), dtype=pl.Float64)


def _last_stock(books: KnownBooks, limits: pl.DataFrame) -> pl.DataFrame:
    held = in_unit_of_area(books, last_counts(books).join(limits, on="area", maintain_order="left"))
    counted = pl.col("at").dt.convert_time_zone(books.site.timezone).dt.date().first()
    days = held.group_by("area", maintain_order=True).agg(counted=counted)
    stock = limits.select("area", stock=_by_area(limits, held, held["quantity"] * held["scale"]))
    return stock.join(days, on="area")


def _store(row: dict[str, Any], since: date | None) -> FillingStore:
    surged, today = row["surged"], row["today"]
    begins = row["counted"] if since is None else max(row["counted"], since)
    room = row["capacity"] - row["stock"]
    before = _full_on(row["counted"], room, today)
    left = room - today * (begins - row["counted"]).days
    return FillingStore(
        area=row["area"],
        capacity=row["capacity"],
        unit=row["capacity_unit"],
        stock=row["stock"],
        per_day=surged,
        per_day_today=today,
        full_on=before if before is not None and before <= begins else _full_on(begins, left, surged),
        full_on_today=before,
    )


def _full_on(since: date, room: float, per_day: float) -> date | None:
    if room <= 0:
        return since
    days = room / per_day if per_day > 0 else float("inf")
    return since + timedelta(days=int(days)) if days <= _HORIZON_DAYS else None
