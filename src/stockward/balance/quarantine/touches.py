"""Where the doubts fall: slots of the series, and of the materials in them, that a row at fault could touch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from stockward.balance.inventories import Inventories
from stockward.balance.layout import Layout, PairSlots
from stockward.balance.quarantine.doubts import Doubt
from stockward.stats.arrays import Flags
from stockward.terms.verdicts import Basis

_OF_SUBSTANCES = ("contents", "normal_losses")
"""Rows of these tables are read for series of substances alone."""

_MOST_CAUSES = 100
"""Rows at fault that are named for one series; beyond that the reader knows enough."""


@dataclass(frozen=True, slots=True)
class Touches:
    """By slot: intervals and inventories (``edges``) that a row at fault touches.

    ``pair_touched`` and ``pair_counted`` are the same by slot of each material of a series: rows at fault whose
    material stays in doubt until it is next counted, and counts at fault, which at least show that it was counted.
    ``causes`` names the rows: ``series``, ``first_slot``, ``last_slot``, ``edge``, ``table``, ``row``.
    """

    intervals: Flags
    edges: Flags
    pair_touched: Flags
    pair_counted: Flags
    causes: pl.DataFrame


class Possible:
    """What a material could be accounted for as: the holdings of the good rows, and those that rows at fault name."""

    def __init__(self, holdings: pl.DataFrame, substances: dict[str, set[str]]) -> None:
        self._known: dict[str, set[tuple[str, str]]] = {}
        for material, holding, basis in holdings.select("material", "holding", "basis").rows():
            self._known.setdefault(material, set()).add((holding, basis))
        self._substances = substances

    def of(self, doubt: Doubt) -> set[tuple[str, str]] | None:
        """Holdings (with basis) that the doubt could concern; ``None`` means all."""
        if doubt.table in _OF_SUBSTANCES:
            return self._of_substances(doubt)
        if doubt.materials is None:
            return None
        return set().union(*(self.holdings(material) for material in doubt.materials))

    def _of_substances(self, doubt: Doubt) -> set[tuple[str, str]]:
        """Series of substances; a content at fault could mean that a bulk material is no substance of its own."""
        if doubt.substances is None:
            return {held for known in self._known.values() for held in known if held[1] == Basis.BULK.value}
        named = {(substance, Basis.BULK.value) for substance in doubt.substances}
        if doubt.table != "contents":
            return named
        materials = self._known.keys() if doubt.materials is None else doubt.materials
        own = {(material, Basis.BULK.value) for material in materials}
        return named | {held for held in own if held in self._known.get(held[0], ())}

    def holdings(self, material: str) -> set[tuple[str, str]]:
        """Holdings (with basis) that a material could be."""
        held = {(substance, Basis.BULK.value) for substance in self._substances.get(material, ())}
        known = self._known.get(material)
        return held | known if known is not None else held or {(material, Basis.BULK.value)}


def unlisted_areas(
    doubts: Iterable[Doubt], possible: Possible, layout: Layout, inventories: Inventories
) -> Mapping[str, list[tuple[str, int]]]:
    """Areas to which rows at fault that do not name them may have brought a substance of which nothing there speaks.

    By substance: each such area, and the number of its inventory before or at which that was, the earliest of all.
    """
    substances = set(layout.series.filter(pl.col("basis") == Basis.BULK.value)["holding"])
    listed = set(layout.series.select("holding", "area").rows())
    first = dict(zip(inventories.areas, inventories.first.tolist(), strict=False))
    earliest: dict[tuple[str, str], int] = {}
    for doubt in doubts:
        if doubt.named:
            continue
        held = possible.of(doubt)
        concerned = substances if held is None else substances & {holding for holding, _ in held}
        for area in sorted((doubt.areas or frozenset()) & first.keys()):
            number = doubt.interval or 0 if doubt.place is None else doubt.place - first[area]
            for substance in concerned:
                if (substance, area) not in listed:
                    earliest[substance, area] = min(number, earliest.get((substance, area), number))
    found: dict[str, list[tuple[str, int]]] = {}
    for (substance, area), number in sorted(earliest.items()):
        found.setdefault(substance, []).append((area, number))
    return found


def resolve(doubts: Sequence[Doubt], possible: Possible, layout: Layout, inventories: Inventories) -> Touches:
    """Lay every doubt onto the slots that it could touch."""
    return _Resolver(possible, layout, inventories).resolve(doubts)


class _Resolver:
    def __init__(self, possible: Possible, layout: Layout, inventories: Inventories) -> None:
        self._possible = possible
        self._layout = layout
        self._inventories = inventories
        self._pairs = PairSlots.of(layout)
        self._by_area: dict[str, list[int]] = {}
        for series, area in enumerate(layout.series["area"]):
            self._by_area.setdefault(area, []).append(series)
        self._keys = list(zip(layout.series["holding"], layout.series["basis"], strict=True))
        self._pairs_of: dict[int, list[tuple[int, str]]] = {}
        for pair, (series, material) in enumerate(layout.pairs.select("series", "material_key").rows()):
            self._pairs_of.setdefault(series, []).append((pair, material))
        self._known = set(layout.pairs.filter(~pl.col("at_fault"))["series"])
        self._intervals = np.zeros(layout.slots, bool)
        self._edges = np.zeros(layout.slots, bool)
        self._pair_touched = np.zeros(self._pairs.slots, bool)
        self._pair_counted = np.zeros(self._pairs.slots, bool)
        self._causes: list[tuple[int, int, int, bool, str, int]] = []
        self._named: dict[int, int] = {}

    def resolve(self, doubts: Iterable[Doubt]) -> Touches:
        for doubt in doubts:
            holdings = self._possible.of(doubt)
            for series in self._series(doubt):
                if holdings is None or self._keys[series] in holdings:
                    self._touch(doubt, series)
        schema = {
            "series": pl.Int64,
            "first_slot": pl.Int64,
            "last_slot": pl.Int64,
            "edge": pl.Boolean,
            "table": pl.String,
            "row": pl.Int64,
        }
        causes = pl.DataFrame(self._causes, schema=schema, orient="row")
        return Touches(self._intervals, self._edges, self._pair_touched, self._pair_counted, causes)

    def _series(self, doubt: Doubt) -> Iterable[int]:
        if doubt.areas is None:
            return range(len(self._keys))
        return (series for area in doubt.areas for series in self._by_area.get(area, ()))

    def _touch(self, doubt: Doubt, series: int) -> None:
        first, end = int(self._layout.first[series]), int(self._layout.first[series + 1])
        if series not in self._known:
            # Only rows at fault speak of it: once mended, they may speak of another.
            self._intervals[first:end] = True
            self._name(doubt, series, first, end - 1, edge=False)
            return
        pairs = [
            pair
            for pair, material in self._pairs_of.get(series, ())
            if doubt.materials is None or material in doubt.materials
        ]
        if doubt.place is not None:
            number = doubt.place - int(self._inventories.first[self._layout.area_code[series]])
            self._edges[first + number] = True
            if doubt.table == "counts":
                self._pair_counted[[self._pairs.first[pair] + number for pair in pairs]] = True
                # No good row says when a material that is set aside was counted again: it stays in doubt.
                self._intervals[end if pairs else first + number + 1 : end] = True
            self._name(doubt, series, first + number, first + number, edge=True)
        elif doubt.interval is not None and (pairs or not doubt.stays):
            self._intervals[first + doubt.interval] = True
            if doubt.stays:
                self._pair_touched[[self._pairs.first[pair] + doubt.interval for pair in pairs]] = True
            self._name(doubt, series, first + doubt.interval, end - 1, edge=False)
        else:
            since = first + (doubt.interval or 0)
            self._intervals[since:end] = True
            self._name(doubt, series, since, end - 1, edge=False)

    def _name(self, doubt: Doubt, series: int, first: int, last: int, *, edge: bool) -> None:
        named = self._named.get(series, 0)
        if named < _MOST_CAUSES:
            self._named[series] = named + 1
            self._causes.append((series, first, last, edge, doubt.table, doubt.row))
