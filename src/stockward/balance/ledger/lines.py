"""The books as lines of one material in one area: what every row changes there, and which rows could change that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import polars as pl

from stockward.answers.items import RowOfBooks
from stockward.book.checks.refused.inventories import day_at_site
from stockward.book.known import KnownBooks
from stockward.book.schema.kinds import CLAIMS

_BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC)
_SIDES = (("to_area", 1.0, "to_balance"), ("from_area", -1.0, "from_balance"))
_SHOWN = ("row", "at", "recorded_at", "kind", "material", "method", "quantity")


@dataclass(frozen=True)
class LedgerLines:
    """All that changed the book of each material in each area.

    A line has ``area``, ``material``, ``row``, ``at``, ``day`` (that of the site), ``begins`` (it begins with the row,
    as a day without a time does), ``change`` (signed), ``claim`` and what else stands in the row; ``printed`` is the
    balance beside it.
    """

    books: KnownBooks

    @cached_property
    def moved(self) -> pl.DataFrame:
        """Lines of all movements that stand, by area, material, time and row; those within one area move nothing."""
        return self._sides(self.books.movements)

    @cached_property
    def written(self) -> pl.DataFrame:
        """The same with all reversals and what they cancel, as they were written one after the other."""
        if not self.books.reversed.height:
            return self.moved
        signs = _signs_of_reversals(self.books.reversed)
        cancelled = self._sides(self.books.reversed).with_columns(
            change=pl.col("change") * pl.col("row").replace_strict(signs, default=1.0, return_dtype=pl.Float64)
        )
        return pl.concat([self.moved, cancelled]).sort("area", "material", "at", "row")

    def _sides(self, movements: pl.DataFrame) -> pl.DataFrame:
        between = movements.filter(pl.col("from_area").ne_missing(pl.col("to_area"))).with_columns(
            *day_at_site(self.books.site.timezone), claim=pl.col("kind").is_in(CLAIMS)
        )
        kept = [*_SHOWN, "day", "begins", "claim"]
        sides = [
            between.filter(pl.col(area).is_not_null()).select(
                pl.col(area).alias("area"), *kept, change=pl.col("quantity") * sign, printed=pl.col(balance)
            )
            for area, sign, balance in _SIDES
        ]
        return pl.concat(sides).sort("area", "material", "at", "row")

    @cached_property
    def counted(self) -> pl.DataFrame:
        """What each inventory found of each material: its sheets together, at the moment of the inventory."""
        moment = pl.col("at").max().over("area", "inventory")
        return (
            self.books.counts.with_columns(at=moment)
            .group_by("area", "material", "inventory", "at", maintain_order=True)
            .agg(
                pl.col("row", "method").last(),
                pl.col("quantity").sum(),
                # A sheet without a figure of the book leaves the whole unknown.
                book=pl.when(pl.col("book").null_count() == 0).then(pl.col("book").sum()),
            )
            .with_columns(*day_at_site(self.books.site.timezone))
            .sort("area", "material", "at", "inventory")
        )

    @cached_property
    def units(self) -> Mapping[str, str]:
        """The unit of each material."""
        return dict(self.books["materials"].select("material", "unit").rows())

    @cached_property
    def unsure(self) -> Unsure:
        """What rows that were set aside could change."""
        return Unsure.of(self.books)

    def rows(self, table: str, numbers: Iterable[int]) -> tuple[RowOfBooks, ...]:
        """These rows of a table, with their place in the file that they were imported from."""
        frames = {"movements": (self.books.movements, self.books.reversed), "counts": (self.books.counts,)}[table]
        wanted = list(numbers)
        found = {
            row: (source, at)
            for frame in frames
            for row, source, at in frame.filter(pl.col("row").is_in(wanted)).select("row", "source", "at").rows()
        }
        return tuple(RowOfBooks(table=table, row=row, source=found[row][0], at=found[row][1]) for row in wanted)


@dataclass(frozen=True, slots=True)
class Unsure:
    """The earliest moment of a row that was set aside, by the area and the material that it could be of; ``None`` for
    what cannot be read of it."""

    since: Mapping[tuple[str | None, str | None], datetime]

    @classmethod
    def of(cls, books: KnownBooks) -> Unsure:
        """Gather what the rows of movements and counts that were set aside name."""
        since: dict[tuple[str | None, str | None], datetime] = {}
        for table, names in (("movements", ("from_area", "to_area")), ("counts", ("area",))):
            frame = books.set_aside[table].select(*names, "material", "at", "unreadable")
            for *areas, material, at, unreadable in frame.iter_rows():
                lost = not any(areas) or not set(names).isdisjoint(unreadable)
                moment = _BEFORE_ALL if at is None else at
                for area in {None} if lost else {*filter(None, areas)}:
                    since[area, material] = min(moment, since.get((area, material), moment))
        return cls(since)

    def reaches(self, area: str, material: str, until: datetime) -> bool:
        """Whether such a row could have changed what stood in the area up to a moment."""
        keys = ((one, other) for one in (area, None) for other in (material, None))
        return any(self.since[key] <= until for key in keys if key in self.since)

    def __bool__(self) -> bool:
        return bool(self.since)


def _signs_of_reversals(movements: pl.DataFrame) -> dict[int, float]:
    """By row: −1 for a reversal, 1 for one that cancels a reversal, and so on; a movement itself is not among them."""
    links = movements.drop_nulls("reverses")
    cancels: dict[str, str] = dict(links.select("movement", "reverses").rows())
    signs = {}
    for row, target in links.select("row", "reverses").rows():
        sign = -1.0
        while target in cancels:
            target, sign = cancels[target], -sign
        signs[row] = sign
    return signs
