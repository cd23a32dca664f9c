"""A copy of a site with other quantities, closed like any other: what the incidence says is checked against it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from stockward.answers.balances import Balances
from stockward.balance.assembly import Assembly
from stockward.balance.closing import close_balances
from stockward.balance.inventories import as_times
from stockward.balance.sigma.incidence import Incidence, SeriesIncidence
from stockward.balance.sigma.measured import MeasuredRows
from stockward.book import Site
from stockward.book.known import KnownBooks, known_at
from stockward.stats.arrays import Array
from stockward.terms.errors import StockwardError
from stockward.terms.verdicts import PeriodStatus

AGREEMENT = 1e-9
"""The two ways to close a copy agree within this share of all that enters a difference, and of the largest variance."""


def copy_of_site(books: KnownBooks, assembly: Assembly, rows: MeasuredRows, quantity: Array) -> Site:
    """The site of the books with these quantities in its movements and counts; reversed pairs stay as they are.

    Materials that an inventory left out, because the book held none, are counted as zero in the copy: fresh errors
    would leave a small book quantity, and the inventory would pass for incomplete.
    """
    parts = (quantity[: rows.movements], quantity[rows.movements :])
    tables: dict[str, Any] = {"checks": books.checks}
    for name, own, values in zip(("movements", "counts"), (books.movements, books.counts), parts, strict=True):
        changed = own.select("row", other=pl.Series(values))
        table = books.site[name].join(changed, on="row", how="left", maintain_order="left")
        tables[name] = table.with_columns(quantity=pl.coalesce("other", "quantity")).drop("other")
    silent = _left_unsaid(books, assembly)
    if silent.height:
        tables["counts"] = pl.concat([tables["counts"], silent], how="diagonal")
    return books.site.replace(**tables)


def _left_unsaid(books: KnownBooks, assembly: Assembly) -> pl.DataFrame:
    """Counts of zero for what complete inventories did not name."""
    inventories, layout = assembly.inventories, assembly.layout
    areas = pl.Series(inventories.areas, dtype=pl.String)
    taken = pl.DataFrame(
        {
            "area": areas.gather(inventories.area),
            "inventory": pl.Series(inventories.name, dtype=pl.String),
            "at": as_times(inventories.at),
            "place": np.arange(len(inventories.name)),
        }
    )
    known = layout.pairs.filter(pl.col("area_code") >= 0)
    present = known.select(area=areas.gather(known["area_code"]), material="material_key").unique(maintain_order=True)
    said = books.counts.select(pl.col("area", "material").cast(pl.String), "inventory")
    keys = ["area", "material", "inventory"]
    silent = present.join(taken, on="area", maintain_order="left").join(said, on=keys, how="anti")
    silent = silent.join(_left_open(assembly), on=["place", "material"], how="anti").sort(keys)
    counts = books.site["counts"]
    first = int(counts["row"].max() or 1) + 1  # type: ignore[arg-type]
    numbered = silent.select(
        "area", "material", "inventory", "at",
        row=pl.int_range(first, first + silent.height, dtype=pl.UInt32), quantity=pl.lit(0.0),
    )  # fmt: skip
    return numbered.cast({name: counts.schema[name] for name in numbered.columns})


def _left_open(assembly: Assembly) -> pl.DataFrame:
    """Materials of which the book held some and the inventory none: these stay left out."""
    left, layout = assembly.complete.left_out, assembly.layout
    slot = left["slot"].to_numpy()
    series = layout.slot_series[slot]
    number = slot - layout.first[:-1][series]
    return left.select("material", place=pl.Series(assembly.inventories.first[layout.area_code[series]] + number))


def check_copy(books: KnownBooks, assembly: Assembly, incidence: Incidence, quantity: Array) -> float:
    """Close a copy as a review does; return by how much its differences or Σ depart from the incidence's.

    Raises ``StockwardError`` where they depart by more than ``AGREEMENT``: then a drill would not be a drill of the
    review.
    """
    balances = close_balances(known_at(copy_of_site(books, assembly, incidence.rows, quantity), None))
    same = incidence.rows.as_heavy(quantity)
    numbers = {key: number for number, key in enumerate(balances.series.select("id", "unit").rows())}
    deviations = [
        _deviation(
            series, balances, numbers[series.id, series.unit], quantity[series.rows], bool(same[series.rows].all())
        )
        for series in incidence.series
    ]
    worst = max(deviations, default=0.0)
    if not worst <= AGREEMENT:
        name = incidence.series[int(np.argmax(deviations))].id
        raise StockwardError(
            f"{name}: a copy closed by the review departs from the drill's own figures by {worst:.1g} of them: "
            "please report it with this site's files"
        )
    return worst


def _deviation(series: SeriesIncidence, balances: Balances, number: int, own: Array, same_loads: bool) -> float:
    """Largest departure of one series, each figure on its own scale.

    A drill keeps the error of each row as it is. Where a load has passed a step of its scale the review does not, so
    that Σ differs there.
    """
    periods = balances.periods.filter(pl.col("series") == number)
    tested = (periods["status"] == PeriodStatus.CLOSED.value).to_numpy()
    name = np.array([periods["inventory"].to_list().index(one) for one in series.inventory], dtype=np.int64)
    name = name[series.kept]
    if not tested[name].all():
        return float("inf")
    place = (np.cumsum(tested) - 1)[name]
    difference = series.differences(own[None])[0][series.kept]
    size = (abs(series.incidence) @ own + np.abs(series.offset))[series.kept]
    closed = periods["difference"].to_numpy()[name]
    apart = float(np.max(np.abs(difference - closed) / np.maximum(size, np.finfo(float).tiny), initial=0.0))
    if not same_loads:
        return apart
    mine = series.covariance(own[None])[0]
    theirs = balances.covariances[number][np.ix_(place, place)]
    largest = float(np.max(np.diagonal(theirs), initial=0.0))
    if largest == 0.0:
        return max(apart, float(np.max(np.abs(mine), initial=0.0)))
    return max(apart, float(np.max(np.abs(mine - theirs))) / largest)
