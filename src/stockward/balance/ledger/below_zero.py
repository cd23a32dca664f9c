"""Where by the books more left an area than stood there: the first moment, for each material in each area.

From each inventory on, what it found and all that came and went since is the stock by the books; write-offs and finds
are none of it. Below zero is told of items by more than half a unit, and of bulk by more than five σ, of all that was
weighed since the inventory, as if one systematic error went one way throughout; where an error is not stated, 5 % for
each weighing stands for it. Of what is dated by day alone, what comes in is taken to come first and what goes out last,
on the day of the inventory too: told is what no order within a day avoids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import polars as pl

from stockward.answers.items import LedgerFinding
from stockward.balance.ledger.lines import LedgerLines
from stockward.balance.ledger.weighing import WeighedSum, Weighings
from stockward.terms.verdicts import LedgerFault

_SIGMAS, _HALF = 5.0, 0.5
"""So many σ are hardly ever passed by chance, though every row of every inventory is looked at."""
_LEAST = 1e-9
_TO_ITS_END = timedelta(days=1, microseconds=-1)
_CELL = ["area", "material"]
_GROUP = [*_CELL, "counted_at"]


class _Low(NamedTuple):
    """The row behind which more has left than stood there, with the stock and its σ, and the lowest stock after it."""

    row: int
    at: datetime
    stock: float
    sigma: float
    lowest: float
    inventory: str
    found: float


def stocks_below_zero(lines: LedgerLines) -> Iterator[LedgerFinding]:
    """The first moment at which no order within the day explains that more left than stood there."""
    stock = _stock(lines)
    low = stock.filter(pl.col("stock") < -_LEAST * (pl.col("since") + 1.0)).select(_GROUP).unique()
    if not low.height:
        return
    weighings = Weighings.of(lines.books)
    looked_at = stock.join(low, on=_GROUP, how="semi", maintain_order="left")
    lows: dict[tuple[str, str], list[_Low]] = defaultdict(list)
    for (area, material, _), rows in looked_at.partition_by(_GROUP, as_dict=True, maintain_order=True).items():
        one = _low(rows, str(material), weighings)
        if one is not None:
            lows[str(area), str(material)].append(one)
    for (area, material), found in lows.items():
        first = found[0]
        if lines.unsure.reaches(area, material, first.at):
            continue
        own = lines.counted.filter((pl.col("area") == area) & (pl.col("material") == material))
        yield LedgerFinding(
            fault=LedgerFault.BELOW_ZERO,
            rows=lines.rows("movements", [first.row]),
            count=len(found),
            of=own.height,
            area=area,
            material=material,
            inventory=first.inventory,
            unit=lines.units[material],
            stated=first.found,
            reckoned=first.stock,
            amount=first.lowest,
            sigma=first.sigma or None,
        )


def _low(rows: pl.DataFrame, material: str, weighings: Weighings) -> _Low | None:
    """The first row of one period that goes below zero by more than measuring does."""
    columns = ("row", "at", "method", "quantity", "stock", "inventory", "found", "counted_by")
    since = rows.select(columns).rows()
    *_, inventory, found, counted_by = since[0]
    weighed = WeighedSum(weighings, material)
    weighed.add(counted_by, found)
    least = _HALF if material in weighings.items else 0.0
    for row, at, method, quantity, stock, *_ in since:
        weighed.add(method, quantity)
        if stock < -least and stock < -_SIGMAS * weighed.sigma - _LEAST * found:
            return _Low(row, at, stock, weighed.sigma, min(one[4] for one in since), inventory, found)
    return None


def _stock(lines: LedgerLines) -> pl.DataFrame:
    """Every line since the last inventory of its material, with the stock by the books behind it."""
    counted = lines.counted.select(
        *_CELL,
        "inventory",
        found="quantity",
        counted_at="at",
        counted_day="day",
        whole_day="begins",
        counted_by="method",
    ).sort("counted_at", maintain_order=True)
    moved = lines.moved.filter(~pl.col("claim")).sort("at", maintain_order=True)
    behind = {"left_on": "at", "right_on": "counted_at", "by": _CELL, "check_sortedness": False}
    joined = moved.join_asof(counted, strategy="backward", allow_exact_matches=False, **behind).drop_nulls("found")  # type: ignore[arg-type]
    same_day = pl.col("day") == pl.col("counted_day")
    # What came on the day of an inventory, and only the day is known, may have come after it.
    came = (
        moved.join_asof(counted, strategy="forward", **behind)  # type: ignore[arg-type]
        .filter(pl.col("begins") & same_day & (pl.col("change") > 0))
        .group_by(_GROUP)
        .agg(perhaps=pl.col("change").sum())
    )
    latest = pl.when(pl.col("begins") & (pl.col("change") < 0)).then(pl.col("at") + _TO_ITS_END)
    return (
        joined.filter(~(pl.col("whole_day") & same_day & (pl.col("change") < 0)))
        .join(came, on=_GROUP, how="left", maintain_order="left")
        .with_columns(latest=latest.otherwise("at"), out=pl.col("change") < 0)
        .sort(*_GROUP, "latest", "out", "row")
        .with_columns(
            stock=pl.col("found") + pl.col("perhaps").fill_null(0.0) + pl.col("change").cum_sum().over(_GROUP),
            since=pl.col("found") + pl.col("quantity").cum_sum().over(_GROUP),
        )
    )
