"""How many guards count on any day: a sorted list of first and of last days, asked by halving."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from stockward.guards.roll import measured_heads

Stay = tuple[date | None, date | None]
"""First and last day on which somebody counts, both included; ``None``: from the beginning, to the end."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many count on a day."""

    first: tuple[date, ...]
    last: tuple[date, ...]

    @classmethod
    def of(cls, stays: Iterable[Stay]) -> Count:
        """Those who stay so long; a stay that ends before it begins counts on no day."""
        kept = [(first or date.min, last or date.max) for first, last in stays]
        kept = [(first, last) for first, last in kept if first <= last]
        return cls(tuple(sorted(first for first, _ in kept)), tuple(sorted(last for _, last in kept)))

    def on(self, day: date) -> int:
        """How many count on the day."""
        return bisect_right(self.first, day) - bisect_left(self.last, day)

    def changes(self) -> set[date]:
        """The days on which it differs, or may, from the day before."""
        return {*self.first} | {day + timedelta(days=1) for day in self.last if day < date.max}


@dataclass(frozen=True, slots=True)
class Strength:
    """The guards on record: those who count towards an order, and those of each affiliation in the department."""

    ordered: Count
    by_affiliation: Mapping[str, Count]

    @classmethod
    def of(cls, guards: pl.DataFrame, measure: str) -> Strength:
        """From the roll, for the measure of an order."""
        return cls(
            Count.of(_stays(measured_heads(guards, measure))),
            {str(name): Count.of(_stays(rows)) for (name,), rows in sorted(guards.group_by("affiliation"))},
        )

    def with_chosen(self, chosen: Iterable[tuple[str, date | None, date | None]]) -> Strength:
        """The same with more guards, of whom affiliation, first and last day are given; each counts for the order."""
        more = list(chosen)
        names = sorted({*self.by_affiliation, *(name for name, _, _ in more)})
        none = Count((), ())
        return Strength(
            _joined(self.ordered, [(first, last) for _, first, last in more]),
            {
                name: _joined(self.by_affiliation.get(name, none), [(a, b) for of, a, b in more if of == name])
                for name in names
            },
        )

    def numbers(self, day: date) -> dict[str, int]:
        """The department on a day, by affiliation."""
        return {name: count.on(day) for name, count in self.by_affiliation.items()}

    def changes(self) -> set[date]:
        """The days on which any number may differ from the day before."""
        return set().union(self.ordered.changes(), *(count.changes() for count in self.by_affiliation.values()))


def _stays(guards: pl.DataFrame) -> list[Stay]:
    return list(guards.select("counts_from", "counts_to").iter_rows())


def _joined(count: Count, stays: Iterable[Stay]) -> Count:
    more = Count.of(stays)
    return Count(tuple(sorted((*count.first, *more.first))), tuple(sorted((*count.last, *more.last))))
