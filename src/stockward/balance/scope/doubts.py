"""Scopes at fault: of what was not counted, nobody can say whether it was meant to be."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from stockward.balance.inventories import Inventories
from stockward.balance.quarantine.doubts import Doubt
from stockward.balance.scope.slots import materials_meant
from stockward.book.known import KnownBooks


def doubts_of_scopes(books: KnownBooks, inventories: Inventories) -> Iterator[Doubt]:
    """A scope at fault leaves in doubt what its inventory was meant to count of all that it has no row of.

    One whose inventory nobody counted could be that of any inventory in its area without a scope of its own.
    """
    aside = books.set_aside["scopes"]
    if not aside.height:
        return
    scoped = set(materials_meant(books, inventories)["place"])
    counted = books.counts.select("inventory", pl.col("area", "material").cast(pl.String)).unique()
    every = frozenset(books["materials"]["material"].cast(pl.String)) | frozenset(counted["material"])
    by_place: dict[tuple[str, str], frozenset[str]] = {
        (str(area), str(inventory)): frozenset(rows["material"])
        for (area, inventory), rows in counted.group_by("area", "inventory")
    }
    for row in aside.select("row", "inventory", "area").rows(named=True):
        for (area, inventory), place in _perhaps_meant(row["inventory"], row["area"], inventories, scoped):
            silent = every - by_place.get((area, inventory), frozenset())
            yield Doubt("scopes", row["row"], frozenset({area}), silent, place=place, named=row["area"] is not None)


def _perhaps_meant(
    inventory: str | None, area: str | None, inventories: Inventories, scoped: set[int]
) -> Iterator[tuple[tuple[str, str], int]]:
    """The inventories, by area and name, of which a scope at fault may speak."""
    places = {key: place for key, place in inventories.place().items() if area in {None, key[0]}}
    own = {key: place for key, place in places.items() if key[1] == inventory}
    yield from own.items() or ((key, place) for key, place in places.items() if place not in scoped)
