"""What a site fills in first: table by table, until there is something that can be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Protocol

import polars as pl

from stockward.book.schema.dictionary import tables

STOCK_FIRST = ("areas", "materials", "counts", "movements")
GUARDS_FIRST = ("posts", "people")
"""Tables without which nothing can be asked, in the order in which they refer to one another."""
_EXAMPLES = MappingProxyType(
    {
        "areas": "M1, store",
        "materials": "TNT, bulk, kg, or SHELL, item, each",
        "counts": "JAN, 2026-01-31 17:00, M1, TNT, 8000",
        "movements": "R1, 2026-02-10 09:00, receipt, TNT, 500, and where it went: M1 in to_area",
        "posts": "G1, gate, 2, 06:00, 14:00, mon-fri",
        "people": "1001, guard, ministry",
    }
)
_WHY = MappingProxyType(
    {
        "counts": "each material of an area, what was found at one time; the next such inventory closes a period",
        "people": "by code, not by name",
    }
)


class FilledTables(Protocol):
    """A site, as far as it is filled in."""

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """The good rows of each table."""

    @property
    def set_aside(self) -> Mapping[str, pl.DataFrame]:
        """The other rows."""

    @property
    def sources(self) -> Mapping[str, str]:
        """Where each table stands that the site has."""


def to_begin(site: FilledTables) -> str | None:
    """What is to be filled in before anything can be asked, in its order; ``None`` where something can be."""
    part_of = {name: table.part for name, table in tables().items()}
    asked = ("counts", "movements", *(name for name, part in part_of.items() if part == "guards"))
    if any(_rows(site, name) for name in asked):
        return None
    ways = [", then ".join(_to_fill(site, name) for name in names) for names in _ways(site)]
    return f"fill in {'; for guards, fill in '.join(ways)}"


def next_step(site: FilledTables) -> str | None:
    """What to fill in next where a table that the site has is still blank; ``None`` where nothing waits for it."""
    waiting = next(_waiting(site), None)
    return None if waiting is None else f"next, fill in {waiting}"


def _ways(site: FilledTables) -> Iterator[list[str]]:
    """The tables that are blank, of stock and of guards, so far as the site has tables of them."""
    stock = not site.sources or {"materials", "counts", "movements"} & site.sources.keys()
    guards = not site.sources or set(GUARDS_FIRST) & site.sources.keys()
    if stock or not guards:
        yield [name for name in STOCK_FIRST if not _rows(site, name)]
    if guards or not stock:
        yield [name for name in GUARDS_FIRST if not _rows(site, name)]


def _waiting(site: FilledTables) -> Iterator[str]:
    """What to fill in next, in a site that is being filled in: a table of it is still blank."""
    blank = [name for name in site.sources if not _rows(site, name)]
    if any(_rows(site, name) for name in STOCK_FIRST):
        yield from (_to_fill(site, name) for name in STOCK_FIRST[:-1] if name in blank)
        if blank and "counts" not in blank and _inventories(site) == 1:
            yield from (_to_fill(site, name) for name in STOCK_FIRST if name in blank)
            yield f"{_place(site, 'counts')}: a second inventory of each area, with a code of its own, closes a period"
    if any(_rows(site, name) for name in GUARDS_FIRST):
        yield from (_to_fill(site, name) for name in GUARDS_FIRST if name in blank)


def _inventories(site: FilledTables) -> int:
    """Inventories of the area that has most of them."""
    rows = site.tables["counts"].select("area", "inventory").unique()
    return max(rows["area"].value_counts()["count"].to_list(), default=0)


def _to_fill(site: FilledTables, name: str) -> str:
    why = f"; {_WHY[name]}" if name in _WHY else ""
    return f"{_place(site, name)} ({', '.join(tables()[name].required_names)}, such as {_EXAMPLES[name]}{why})"


def _place(site: FilledTables, name: str) -> str:
    return site.sources.get(name, name)


def _rows(site: FilledTables, name: str) -> int:
    return site.tables[name].height + site.set_aside[name].height
