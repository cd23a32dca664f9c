"""The frozen book: what each area holds of each material by the books, and where a row at fault makes it unsure.

book = the last count of the material in the area + what came in since − what left since. The inventory of an area
stands at its latest count; a movement at that moment belongs to what was counted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from stockward.balance.inventories import Inventories, as_times, inventories_of
from stockward.balance.quarantine.doubts import NONE_LEFT, Doubt, doubts_of
from stockward.balance.sigma.terms import time_cuts
from stockward.book import Site
from stockward.book.known import KnownBooks
from stockward.book.schema.kinds import NEEDS
from stockward.terms.errors import UsageError

_NO_USES: dict[str, Any] = {
    "area": pl.String,
    "material": pl.String,
    "method": pl.String,
    "calibration": pl.Int64,
    "interval": pl.Int64,
    "place": pl.Int64,
    "change": pl.Float64,
    "quantity": pl.Float64,
}
# Rows at fault of these tables change no quantity of the book: what they could touch is errors and contents.
_BOOK_TABLES = ("movements", "counts")
_KEYS = {"movements": "movement", "counts": "inventory"}


@dataclass(frozen=True, slots=True)
class Holding:
    """What one area holds of one material by the book, in its unit; a doubt is a row at fault that could change it."""

    area: str
    material: str
    quantity: float
    inventory: str | None
    doubt: Doubt | None


def until(books: KnownBooks, moment: datetime | None) -> KnownBooks:
    """The books without what took effect after the moment, though it was on record by then."""
    if moment is None:
        return books
    before = pl.col("at") <= moment.astimezone(UTC)
    return dataclasses.replace(books, movements=books.movements.filter(before), counts=books.counts.filter(before))


def frozen_at(books: KnownBooks, moment: datetime | None) -> datetime:
    """The moment asked for, or that of the last row of the books. Raises ``UsageError`` where there is none."""
    if moment is not None:
        return moment.astimezone(UTC)
    latest = pl.concat([books.movements.select("at"), books.counts.select("at")])["at"].max()
    if not isinstance(latest, datetime):
        raise UsageError("the books hold no count and no movement: there is nothing to draw from")
    return latest


def require_begun(site: Site, frozen: datetime, *, as_of: bool, now: datetime) -> None:
    """Raise ``UsageError`` where a book is frozen at a day that has not begun: no count could ever be after it.

    ``as_of`` says that the day was asked for, and not that of the last row.
    """
    zone = ZoneInfo(site.timezone)
    day, today = frozen.astimezone(zone).date(), now.astimezone(zone).date()
    if day <= today:
        return
    if as_of:
        raise UsageError(
            f"the book is to be frozen on {day}, which is yet to come: write --as-of {today}, or leave it out"
        )
    rows = {key: site[table].filter(pl.col("at") == frozen)[key] for table, key in _KEYS.items()}
    what = " and ".join(f"{key} {found[0]!r}" for key, found in rows.items() if found.len())
    raise UsageError(
        f"the last row of the books is of {day}, which is yet to come ({what}): correct it, or freeze the book with "
        f"--as-of {today}"
    )


def holdings_by_book(books: KnownBooks) -> list[Holding]:
    """Every area and material of which the books speak, in order of keys, rows at fault included."""
    inventories = inventories_of(books)
    doubts = [doubt for doubt in _doubts(books, inventories) if doubt.table in _BOOK_TABLES]
    held = []
    for row in _quantities(books, inventories).rows(named=True):
        doubt = next(_touching(doubts, row, inventories), None)
        held.append(Holding(row["area"], row["material"], row["book"], row["inventory"], doubt))
    spoken = {(one.area, one.material) for one in held}
    for doubt in doubts:
        for area in sorted(doubt.areas or ()) if doubt.named else ():
            for material in sorted(doubt.materials or ()):
                if (area, material) not in spoken:
                    spoken.add((area, material))
                    held.append(Holding(area, material, 0.0, None, doubt))
    return sorted(held, key=lambda one: (one.area, one.material))


def _quantities(books: KnownBooks, inventories: Inventories) -> pl.DataFrame:
    """``area``, ``material``, ``book``, ``inventory`` and ``number`` (of that inventory in its area; −1 for none)."""
    counted = _last_counts(books, inventories)
    moved = _flows(books).join(counted.select("area", "material", "stands"), on=["area", "material"], how="left")
    since = moved.filter(pl.col("stands").is_null() | (pl.col("at") > pl.col("stands")))
    flows = since.group_by("area", "material", maintain_order=True).agg(
        net=pl.col("change").sum(), passed=pl.col("change").abs().sum()
    )
    keys = ["area", "material"]
    pairs = pl.concat([counted.select(keys), moved.select(keys)]).unique()
    table = pairs.join(counted, on=keys, how="left").join(flows, on=keys, how="left").sort(keys)
    book = pl.col("counted").fill_null(0.0) + pl.col("net").fill_null(0.0)
    passed = pl.col("counted").fill_null(0.0) + pl.col("passed").fill_null(0.0)
    none_left = book.abs() <= NONE_LEFT * passed
    return table.select(
        *keys, "inventory", pl.col("number").fill_null(-1), book=pl.when(none_left).then(0.0).otherwise(book)
    )


def _last_counts(books: KnownBooks, inventories: Inventories) -> pl.DataFrame:
    """The last inventory of each area that counted the material: its sum, name, moment, and number in the area."""
    moments = pl.DataFrame(
        {
            "place": pl.Series(range(len(inventories.name)), dtype=pl.Int64),
            "stands": as_times(inventories.at),
            "number": pl.Series(range(len(inventories.name)), dtype=pl.Int64)
            - pl.Series(inventories.first[inventories.area], dtype=pl.Int64),
        }
    )
    rows = books.counts.select(
        area=pl.col("area").cast(pl.String),
        material=pl.col("material").cast(pl.String),
        inventory="inventory",
        quantity="quantity",
        place=inventories.places(books.counts["area"], books.counts["inventory"]).cast(pl.Int64),
    )
    sums = rows.group_by("area", "material", "inventory", "place", maintain_order=True).agg(
        counted=pl.col("quantity").sum()
    )
    last = sums.sort("place").group_by("area", "material", maintain_order=True).last()
    return last.join(moments, on="place", how="left").drop("place")


def _flows(books: KnownBooks) -> pl.DataFrame:
    """Every movement at each area that it changes: ``area``, ``material``, ``at`` and the signed ``change``."""
    sides = [("from_area", -1.0), ("to_area", 1.0)]
    return pl.concat(
        [
            books.movements.filter(
                pl.col("kind").cast(pl.String).is_in([kind for kind, needs in NEEDS.items() if side in needs])
                & pl.col(side).is_not_null()
            ).select(
                area=pl.col(side).cast(pl.String),
                material=pl.col("material").cast(pl.String),
                at=pl.col("at"),
                change=sign * pl.col("quantity"),
            )
            for side, sign in sides
        ]
    )


def _doubts(books: KnownBooks, inventories: Inventories) -> list[Doubt]:
    return doubts_of(books, inventories, time_cuts(books, inventories), pl.DataFrame(schema=_NO_USES))


def _touching(doubts: list[Doubt], row: dict[str, Any], inventories: Inventories) -> Iterator[Doubt]:
    """Doubts about what happened in this area with this material since its last count, the count included."""
    first = int(inventories.first[inventories.areas.index(row["area"])]) if row["area"] in inventories.areas else 0
    for doubt in doubts:
        if doubt.areas is not None and row["area"] not in doubt.areas:
            continue
        if doubt.materials is not None and row["material"] not in doubt.materials:
            continue
        if doubt.place is not None:
            touches = doubt.place - first >= row["number"]
        else:
            # A count that nobody can place stands for the nearest period: it could be later than the last count.
            since = row["number"] + (doubt.table != "counts")
            touches = doubt.interval is None or doubt.interval >= since
        if touches:
            yield doubt
