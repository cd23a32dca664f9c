"""Of which periods of which series a settled loss is: its own, those of what its items hold, and of the whole site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl

from stockward.answers.balances import Balances
from stockward.answers.settled.spans import SettledRow, UnplacedRow
from stockward.balance.composition import holdings_of
from stockward.book.known import KnownBooks
from stockward.terms.units import factor
from stockward.terms.verdicts import Basis, PeriodStatus

_Key = tuple[str | None, str, str]
"""Area (``None`` the whole site), basis and holding of a series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedRow:
    """A row of ``settled`` at a series, with the places of its periods among the closed ones, in order.

    ``start`` and ``end`` are the moments of its two inventories, ``None`` where nobody counted one.
    """

    series: int
    places: tuple[int, ...]
    surplus: bool
    start: datetime | None
    end: datetime | None
    row: SettledRow


def placed_rows(books: KnownBooks, balances: Balances) -> tuple[list[PlacedRow], list[UnplacedRow]]:
    """Every row at every series that it is of, and the rows that no closed period is of.

    What is missing from an area is missing from the whole site, and with items what they hold. A row that is entered
    for a series stands in place of what would follow for it, in the same days, from rows of other series.
    """
    if books.settled.is_empty():
        return [], []
    placing = _Placing.of(books, balances)
    rows = [(row, placing.own(row)) for row in books.settled.rows(named=True)]
    unplaced = [
        UnplacedRow(settled=row["settled"], row=row["row"], series=_said(row))
        for row, found in rows
        if found is None or not found.places
    ]
    own = [found for _, found in rows if found is not None]
    entered = [one for one in own if one.places]
    held = [one for found in own for one in placing.held(found) if not _stands(one, entered)]
    over_site = [one for found in (*own, *held) for one in placing.over_site(found) if not _stands(one, entered)]
    return [*entered, *(one for one in (*held, *over_site) if one.places)], unplaced


def _stands(found: PlacedRow, entered: list[PlacedRow]) -> bool:
    """Whether a row was entered for this series, in any of these periods."""
    return any(
        one.series == found.series and one.surplus == found.surplus and set(one.places) & set(found.places)
        for one in entered
    )


def _said(row: Mapping[str, Any]) -> str:
    return f"{row['area'] or '*'}/{row['substance'] or row['material']}"


@dataclass(frozen=True)
class _Placing:
    """What is needed to find the periods of a row; ``keys`` and ``units`` have one entry a series."""

    keys: list[_Key]
    ids: list[str]
    units: list[str]
    closed: Mapping[int, pl.DataFrame]
    nothing: pl.DataFrame
    counted: Mapping[tuple[str, str], datetime]
    joined: pl.DataFrame
    holdings: pl.DataFrame

    @classmethod
    def of(cls, books: KnownBooks, balances: Balances) -> _Placing:
        """Read them from the books and the balances."""
        closed = balances.periods.filter(pl.col("status") == PeriodStatus.CLOSED.value)
        parts = closed.partition_by("series", as_dict=True, maintain_order=True)
        counted = books.counts.group_by(pl.col("area").cast(pl.String), "inventory").agg(pl.col("at").max())
        return cls(
            keys=balances.series.select("area", "basis", pl.coalesce("substance", "material")).rows(),
            ids=balances.series["id"].to_list(),
            units=balances.series["unit"].to_list(),
            closed={int(key[0]): rows for key, rows in parts.items()},
            nothing=closed.clear(),
            counted={(area, inventory): at for area, inventory, at in counted.rows()},
            joined=balances.joined,
            holdings=holdings_of(books),
        )

    def own(self, row: Mapping[str, Any]) -> PlacedRow | None:
        """The row at the series for which it was entered; ``None`` where there is no such series."""
        basis = Basis.ITEM if row["material"] else Basis.BULK
        number = self._number(row["area"], basis, row["substance"] or row["material"])
        if number is None:
            return None
        scale = factor(row["unit"] or self.units[number], self.units[number]) or 1.0
        entered = SettledRow(
            settled=row["settled"],
            row=row["row"],
            basis=row["basis"],
            known_since=row["known_since"],
            from_inventory=row["from_inventory"],
            to_inventory=row["to_inventory"],
            amount=row["amount"] * scale,
            sigma=(row["sigma"] or 0.0) * scale,
            reason=row["reason"],
            reference=row["reference"],
            approved_by=row["approved_by"],
            follows_from=None,
        )
        start, end = (self._moment(row["area"], row[name], number) for name in ("from_inventory", "to_inventory"))
        places, surplus = self._places(number, start, end), row["direction"] == "surplus"
        return PlacedRow(series=number, places=places, surplus=surplus, start=start, end=end, row=entered)

    def held(self, found: PlacedRow) -> Iterator[PlacedRow]:
        """What the items of a row hold, at the series of its area."""
        area, basis, material = self.keys[found.series]
        if basis == Basis.ITEM:
            of = (pl.col("material") == material) & (pl.col("basis") == Basis.BULK.value)
            for substance, amount in self.holdings.filter(of).select("holding", "amount").rows():
                number = self._number(area, Basis.BULK, substance)
                if number is not None:
                    yield self._following(found, number, self._places(number, found.start, found.end), amount)

    def over_site(self, found: PlacedRow) -> Iterator[PlacedRow]:
        """What is missing from an area, at the series of the whole site: in the periods that the area's own joined."""
        area, basis, holding = self.keys[found.series]
        number = None if area is None else self._number(None, Basis(basis), holding)
        if number is not None and found.start is not None and found.end is not None:
            own = self.joined.filter((pl.col("series") == number) & (pl.col("area") == area)).sort("at")
            inside = own.filter((pl.col("at").shift(1) < found.end) & (pl.col("at") > found.start))["inventory"]
            named = self._closed(number)["inventory"].is_in(inside.implode())
            yield self._following(found, number, tuple(named.arg_true().to_list()), 1.0)

    def _following(self, found: PlacedRow, number: int, places: tuple[int, ...], scale: float) -> PlacedRow:
        """What follows for another series, of which one unit of the row's own is ``scale``."""
        row = replace(
            found.row,
            amount=found.row.amount * scale,
            sigma=found.row.sigma * scale,
            follows_from=found.row.follows_from or self.ids[found.series],
        )
        return replace(found, series=number, places=places, row=row)

    def _number(self, area: str | None, basis: Basis, holding: str) -> int | None:
        key = (area, basis.value, holding)
        return self.keys.index(key) if key in self.keys else None

    def _moment(self, area: str | None, inventory: str, number: int) -> datetime | None:
        """When an inventory stood; of the whole site, the latest of those that were joined."""
        if area is not None:
            return self.counted.get((area, inventory))
        of_site = (pl.col("series") == number) & (pl.col("inventory") == inventory)
        stood = self.joined.filter(of_site)["at"].max()
        return stood if isinstance(stood, datetime) else None

    def _places(self, number: int, start: datetime | None, end: datetime | None) -> tuple[int, ...]:
        """The closed periods of a series that have any time between two moments."""
        if start is None or end is None:
            return ()
        inside = self._closed(number).select((pl.col("start") < end) & (pl.col("end") > start)).to_series()
        return tuple(inside.arg_true().to_list())

    def _closed(self, number: int) -> pl.DataFrame:
        return self.closed.get(number, self.nothing)
