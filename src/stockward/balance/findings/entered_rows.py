"""The movements and counts that enter each series of an area: found in the books once for all of these series."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from math import log
from typing import NamedTuple

import polars as pl

from stockward.balance.composition import holdings_of
from stockward.balance.findings.alarming import AlarmingSeries
from stockward.balance.legs import CONVERSIONS
from stockward.book.checks.refused.inventories import day_at_site
from stockward.book.known import KnownBooks
from stockward.book.schema.kinds import CLAIMS
from stockward.terms.units import MASS, factor
from stockward.terms.verdicts import Basis

_POINTS = (10.0, 100.0, 1000.0)
"""By how much a decimal point is misplaced; a mark between thousands that is read as one makes a thousandth."""


class Miswritten(NamedTuple):
    """How a quantity may have been written wrongly: in another unit than was ``meant``, or else by its decimal point.

    ``excess`` is what is too much in the difference then, and ``times`` the factor between what stands there and what
    would be true, 1 or more.
    """

    excess: float
    times: float
    meant: str | None


class EnteredRow(NamedTuple):
    """A movement of a series, or a count; ``value`` in its unit, positive where it adds to what should be there.

    ``quantity`` is in the ``unit`` of the material, and was entered in ``entered_unit``. ``usual`` is the median
    quantity of its kind and material; ``day`` is that of the site, and ``begins`` says that it begins with the row, as
    a day without a time does.
    """

    table: str
    row: int
    at: datetime
    kind: str
    quantity: float
    unit: str
    entered_unit: str
    document: str | None
    inventory: str | None
    value: float
    usual: float
    day: date
    begins: bool
    source: str | None = None

    @property
    def entered(self) -> float:
        """The quantity as it stands in the row, in the unit in which it was entered."""
        return self.quantity / (factor(self.entered_unit, self.unit) or 1.0)

    def miswritten(self) -> list[Miswritten]:
        """Ways in which it may have been written wrongly that would bring it nearer to the usual quantity, the one that
        brings it nearest first.
        """
        if not self.quantity or not self.usual:
            return []
        away = self.quantity / self.usual
        # Nearer by their ratio: with its point moved a quantity is so from the root of ten times the usual one on.
        nearer = [way for way in _ways(self.entered_unit) if (away * away * way.true > 1.0) is (way.true < 1.0)]
        nearer.sort(key=lambda way: abs(log(away * way.true)))
        return [Miswritten(self.value * (1.0 - way.true), way.times, way.meant) for way in nearer]


class _Way(NamedTuple):
    """One way to write a quantity wrongly: how many times what was written is ``true``."""

    true: float
    meant: str | None

    @property
    def times(self) -> float:
        return max(self.true, 1.0 / self.true)


@cache
def _ways(entered: str) -> tuple[_Way, ...]:
    """All ways for a quantity in this unit."""
    units = [_Way(factor(unit, entered) or 1.0, unit) for unit in MASS if entered in MASS and unit != entered]
    told = {way.times for way in units}
    points = [_Way(true, None) for times in _POINTS if times not in told for true in (1.0 / times, times)]
    return (*points, *units)


@dataclass(frozen=True, slots=True)
class EnteredRows:
    """The movements and the counts of one series, each in time order.

    Bulk that was used for, or made of, something in its area is ``converted``: that moves nothing of it.
    """

    moved: Sequence[EnteredRow]
    counted: Sequence[EnteredRow]
    converted: Sequence[EnteredRow]

    def between(self, start: datetime, end: datetime) -> Sequence[EnteredRow]:
        """Movements after one inventory and up to another."""
        first, last = (bisect_right(self.moved, at, key=lambda row: row.at) for at in (start, end))
        return self.moved[first:last]

    def by_day(self) -> Mapping[date, Sequence[EnteredRow]]:
        """Movements by their day."""
        found = defaultdict(list)
        for row in self.moved:
            found[row.day].append(row)
        return found


def entered_rows(books: KnownBooks, series: Sequence[AlarmingSeries]) -> Iterator[tuple[AlarmingSeries, EnteredRows]]:
    """Each of these series of areas with its rows; write-offs and finds are none, since they only change the book."""
    if not series:
        return
    held = _held(books, series)
    moving, within = _moved(books, held)
    parts = [_by_series(books, rows) for rows in (moving, _counted(books, held), within)]
    for one in series:
        # One series at a time: as objects the rows of all would take many times the room of their table.
        yield one, EnteredRows(*(_in_order(found.get((one.number,))) for found in parts))


def _held(books: KnownBooks, series: Sequence[AlarmingSeries]) -> pl.DataFrame:
    """Which materials enter each series, and with how much for one unit of them."""
    names = {"series": pl.Int64, "area": pl.String, "holding": pl.String, "basis": pl.String}
    keys = pl.DataFrame([(one.number, one.area, one.holding, one.basis.value) for one in series], names, orient="row")
    units = books["materials"].select("material", "unit")
    holdings = holdings_of(books).drop("unit").join(units, on="material", maintain_order="left")
    return keys.join(holdings, on=["holding", "basis"]).select("series", "area", "basis", "material", "amount", "unit")


def _moved(books: KnownBooks, held: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Movements as they enter each series: what comes in adds to what should be there, and what goes out takes away.

    Apart from them bulk that was used or made in the area.
    """
    sides = [
        _entering(books.movements, held, side).with_columns(sign=pl.lit(sign))
        for side, sign in (("to_area", 1.0), ("from_area", -1.0))
    ]
    between_areas = pl.col("from_area").ne_missing(pl.col("to_area"))
    converting = (pl.col("basis") == Basis.BULK.value) & pl.col("kind").is_in(CONVERSIONS)
    moved = (
        pl.concat(sides)
        .filter(between_areas & ~pl.col("kind").is_in(CLAIMS))
        .with_columns(table=pl.lit("movements"), inventory=pl.lit(None, pl.String))
    )
    return moved.filter(~converting), moved.filter(converting)


def _counted(books: KnownBooks, held: pl.DataFrame) -> pl.DataFrame:
    """Counts as they enter each series: what is there is not missing."""
    return _entering(books.counts, held, "area").with_columns(
        table=pl.lit("counts"), kind=pl.lit("count"), document=pl.lit(None, pl.String), sign=pl.lit(-1.0)
    )


def _entering(rows: pl.DataFrame, held: pl.DataFrame, area: str) -> pl.DataFrame:
    """Rows with the series that they enter by one of their areas; the unit is that of the material."""
    # The books may be long and the alarms few: keys are compared as codes, as the books hold them, and never as texts.
    keys = held.select(
        "series", "basis", "amount", "unit",
        pl.col("area").cast(rows.schema[area], strict=False).alias(area),
        pl.col("material").cast(rows.schema["material"], strict=False),
    )  # fmt: skip
    return rows.rename({"unit": "entered_unit"}).join(keys, on=[area, "material"])


def _by_series(books: KnownBooks, rows: pl.DataFrame) -> dict[tuple[object, ...], pl.DataFrame]:
    told = rows.with_columns(
        *day_at_site(books.site.timezone),
        entered_unit=pl.coalesce(pl.col("entered_unit").cast(pl.String), "unit"),
        value=pl.col("quantity") * pl.col("amount") * pl.col("sign"),
        usual=pl.col("quantity").median().over("series", "kind", "material"),
    )
    return (
        told.sort("at", "row")
        .select("series", *EnteredRow._fields)
        .partition_by("series", include_key=False, as_dict=True)
    )


def _in_order(rows: pl.DataFrame | None) -> list[EnteredRow]:
    return [] if rows is None else [EnteredRow(*row) for row in rows.rows()]
