"""Balances that stand open after the last inventory of their series, although the site goes on being counted.

What is not counted any more cannot be missed, and its last verdict says nothing of what came after. A series is left
open where its next inventory is due: since its last one the site has been counted on for about as long as the longest
time between two of its own, and its books hold something, or something has moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from stockward.answers.balances import UNCLOSED_SCHEMA
from stockward.balance.layout import Layout
from stockward.balance.legs import BOOK_SIGN, ROLES
from stockward.balance.sigma.errors import Terms
from stockward.balance.sums import sums_by
from stockward.balance.whole_site.joining import SiteSeries
from stockward.stats.arrays import Array, Flags, Index
from stockward.terms.units import COUNT
from stockward.terms.verdicts import Basis

_DUE = 0.9
"""Share of the longest time between two inventories after which the next is due: months are not of one length."""

_CONVERTED = [ROLES.index("made"), ROLES.index("used")]


@dataclass(frozen=True, slots=True)
class Unclosed:
    """What is known by slot of the layout: ``complete`` inventories, empty intervals (``empty``), and moments (``at``).

    ``latest`` is the last inventory of the site, microseconds.
    """

    layout: Layout
    complete: Flags
    empty: Flags
    at: Index
    latest: int
    timezone: str

    def table(self, flows: Terms, counts: Terms, sites: tuple[SiteSeries, ...]) -> pl.DataFrame:
        """One row a series that is left open, with the columns of ``Balances.unclosed``."""
        rows = [*self._areas(flows, counts), *self._sites(sites)]
        return pl.DataFrame(rows, schema=UNCLOSED_SCHEMA, orient="row")

    def _areas(self, flows: Terms, counts: Terms) -> Iterator[tuple[int, datetime, float | None, str]]:
        book, moved = self._book(flows, counts)
        units = self.layout.series["unit"].to_list()
        for series, own in enumerate(self._inventories()):
            after = int(self.layout.first[series + 1]) - 1
            # After an incomplete inventory it is known already that the balance stays open.
            if len(own) < 2 or own[-1] + 1 != after or not self._due(self.at[own], self.latest):
                continue
            held = float(book[own[-1]] + book[after])
            if book[own[-1]] or moved[after]:
                since = self._day(self.at[own[-1]])
                why = f"not counted since {since:%Y-%m-%d}, when the last balance was closed: "
                yield series, since, held, why + f"the books hold {_figure(held)} {_words(units[series])}".rstrip()

    def _sites(self, sites: tuple[SiteSeries, ...]) -> Iterator[tuple[int, datetime, float | None, str]]:
        inventories, areas = list(self._inventories()), self.layout.series["area"]
        for number, one in enumerate(sites):
            if not len(one.slots):
                continue
            ends = one.ends(self.at)
            last = {int(member): inventories[member][-1] for member in one.members}
            if not self._due(ends, max(int(self.at[slot]) for slot in last.values())):
                continue
            stopped = [
                areas[member]
                for member, slot in last.items()
                if self.at[slot] <= ends[-1] and not np.all(self.empty[slot + 1 : self.layout.first[member + 1]])
            ]
            since = self._day(ends[-1])
            named = f"{', '.join(stopped)} not counted since" if stopped else "its areas not counted together since"
            yield self.layout.series.height + number, since, None, f"joined until {since:%Y-%m-%d} only: {named}"

    def _inventories(self) -> Iterator[Index]:
        """The slots of the complete inventories of every series."""
        for first, end in zip(self.layout.first[:-1], self.layout.first[1:], strict=True):
            yield first + np.flatnonzero(self.complete[first:end])

    def _book(self, flows: Terms, counts: Terms) -> tuple[Array, Flags]:
        """By slot: what was counted at the inventory, or changed the book after the last; and whether anything did."""
        slots, entries = self.layout.slots, flows.entries
        bulk = (self.layout.pairs["basis"] == Basis.BULK.value).to_numpy()[entries.pair]
        inside = bulk & np.isin(entries.role, _CONVERTED)
        change = np.where(inside, 0.0, flows.value * BOOK_SIGN[entries.role])
        after = np.zeros(slots, bool)
        after[self.layout.first[1:] - 1] = True
        book = np.where(after, sums_by(entries.slot, change, slots), 0.0)
        moved = np.bincount(entries.slot, minlength=slots) > 0
        return book + sums_by(counts.entries.slot, counts.value, slots), moved

    @staticmethod
    def _due(moments: Index, latest: int) -> bool:
        return latest - int(moments[-1]) >= _DUE * int(np.max(np.diff(moments))) > 0

    def _day(self, moment: int) -> datetime:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(moment))
        return at.astimezone(ZoneInfo(self.timezone))


def _figure(value: float) -> str:
    """Six digits, and whole numbers in full."""
    rounded = value if value == round(value) else float(f"{value:.6g}")
    return np.format_float_positional(rounded, trim="-")


def _words(unit: str | None) -> str:
    return "items" if unit in COUNT else unit or ""
