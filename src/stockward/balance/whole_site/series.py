"""The whole site: the balances of its areas added up for each substance, what passed between them cancelled.

A difference of the site is the sum of the differences of its areas over the same time, ``D = C · D of the areas``, and
its Σ is ``C Σ Cᵀ``, Σ that of all areas together. What one area sent and another received by the same movement is one
measurement: within one period of the site it is neither received nor sent, and only the share of it that the receiver
normally loses has an error; over two periods it correlates them.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from stockward.answers.balances import SITES_SCHEMA
from stockward.balance.inventories import as_times
from stockward.balance.legs import ROLES
from stockward.balance.sigma.account import Account, Flow, Lost
from stockward.balance.sigma.errors import Terms
from stockward.balance.sigma.readings import OWN
from stockward.balance.spans import Spans
from stockward.balance.sums import sums_by
from stockward.balance.whole_site.joining import SiteSeries
from stockward.stats.arrays import Array, Flags, Index
from stockward.terms.periods import MICROSECONDS_A_DAY


@dataclass(frozen=True, slots=True)
class Transfers:
    """What left one area for another: two terms, one a leg, of each ``cell`` of movements that share both periods.

    ``offset`` is the place of the first among the entries of flows, if they stand after these.
    """

    terms: Terms
    cell: Index
    offset: int = 0


@dataclass(frozen=True)
class WholeSite:
    """The series of the whole site, over the spans of its areas.

    ``owner`` is the series of each span of the site (from 0), ``of`` the span of the site into which each span of an
    area falls, −1 where into none. ``readings`` is the number of readings that several rows share.
    """

    series: tuple[SiteSeries, ...]
    areas: Account
    spans: Spans
    transfers: Transfers
    readings: int
    owner: Index
    of: Index

    @classmethod
    def over(
        cls, series: tuple[SiteSeries, ...], areas: Account, spans: Spans, transfers: Transfers, readings: int
    ) -> WholeSite:
        """Lay the spans of the areas into those between the joined inventories."""
        of = np.full(areas.spans, -1)
        count = 0
        for one in series:
            for member, slots in zip(one.members, one.slots.T, strict=True):
                a, b = (int(place) for place in np.searchsorted(spans.series, [member, member + 1]))
                within = np.searchsorted(slots, spans.end[a:b]) - 1
                inside = (within >= 0) & (within < len(slots) - 1)
                of[a:b] = np.where(inside, count + within, -1)
            count += max(len(one.slots) - 1, 0)
        owner = np.repeat(np.arange(len(series)), [max(len(one.slots) - 1, 0) for one in series])
        return cls(series, areas, spans, transfers, readings, owner, of)

    @cached_property
    def account(self) -> Account:
        """The account of the site: what crossed its boundary, and the counts at the joined inventories."""
        return Account(
            owner=self.owner,
            series=len(self.series),
            materials=self.areas.materials,
            entering={**self._between(), **self._counted()},
            lost=self._lost(),
            base=self.areas.series,
        )

    def sum(self, values: Array) -> Array:
        """Sum of a figure of the areas' spans by span of the site."""
        return sums_by(self.of[self.of >= 0], values[self.of >= 0], len(self.owner))

    def any(self, flags: Flags) -> Flags:
        """Whether it holds of any span of an area within each span of the site."""
        return self.sum(flags.astype(float)) > 0

    def _counted(self) -> dict[str, Flow]:
        """The counts that begin and end the spans of the site; those within have no part in its difference."""
        at, of = self.spans, np.append(self.of, -1)
        owner, found = np.append(self.owner, -1), {}
        for name in ("begin", "end_quantity"):
            flow = self.areas.entering[name]
            slot, entries = flow.terms.entries.slot, flow.terms.entries
            begins, ends = of[at.beginning_at[slot]], of[at.ending_at[slot]]
            # What an empty area was last found to hold is one reading of the spans that it ends and begins; the
            # spans between, at whose ends nobody counted it, have no part in it.
            before_the_last = (ends >= 0) & (owner[ends] == owner[np.minimum(ends + 1, len(self.owner))])
            stood_in = (entries.reading == OWN) & before_the_last & (begins != ends) & (begins != ends + 1)
            reading = np.where(stood_in, self._after_cells + flow.entry, entries.reading)
            terms = dataclasses.replace(flow.terms, entries=dataclasses.replace(entries, reading=reading))
            flow = dataclasses.replace(flow, terms=terms)
            found[name] = _chosen(flow, of[flow.span], begins != ends)
        return found

    @cached_property
    def unsure(self) -> Flags:
        """Spans that would not be such without an inventory that a row at fault touches."""
        return ~np.concatenate([np.zeros(0, bool), *(one.sure for one in self.series)])

    @property
    def _after_cells(self) -> int:
        """Number of the first reading after those of the areas and of the cells of transfers."""
        return self.readings + 1 + int(np.max(self.transfers.cell, initial=-1))

    def _between(self) -> dict[str, Flow]:
        """What came from outside and what left; of what passed between two areas, the share that is normally lost."""
        moved, role = self._moved(), {name: ROLES.index(name) for name in ("received", "sent")}
        span, cell, entries = moved.span, self.transfers.cell[moved.entry - self.transfers.offset], moved.terms.entries
        # A span belongs to one series, so that cell and span tell both legs of what stayed within it.
        code = cell * (len(self.owner) + 1) + span
        legs = {name: np.flatnonzero(entries.role == number) for name, number in role.items()}
        stayed = np.isin(code, np.intersect1d(code[legs["received"]], code[legs["sent"]]))
        both = cell * (len(self.series) + 1) + self.owner[span]
        over_two = ~stayed & np.isin(both, np.intersect1d(both[legs["received"]], both[legs["sent"]]))
        reading = np.where(over_two & (entries.reading == OWN), self.readings + cell, entries.reading)
        terms = dataclasses.replace(moved.terms, entries=dataclasses.replace(entries, reading=reading))
        moved = dataclasses.replace(moved, terms=terms)
        found = {
            name: _together(self._outer(name), _chosen(moved, span, ~stayed & (entries.role == number)))
            for name, number in role.items()
        }
        # What was sent took all of it from the one area, and 1 less the share reached the other's balance.
        lost = dataclasses.replace(moved, coefficient=moved.coefficient - 1.0)
        kept = stayed & (entries.role == role["received"]) & (lost.coefficient != 0)
        return {**found, "within": _chosen(lost, span, kept)}

    def _outer(self, name: str) -> Flow:
        """Flows of an area that were no transfer to or from another."""
        flow = self.areas.entering[name]
        return _chosen(flow, self.of[flow.span], ~flow.terms.entries.transfer)

    def _moved(self) -> Flow:
        """Both legs of every transfer, in the spans of the site."""
        terms = self.transfers.terms
        area_span = self.spans.of_interval[terms.entries.slot]
        span = np.append(self.of, -1)[area_span]
        received = terms.entries.role == ROLES.index("received")
        coefficient = np.where(received, 1.0 - np.append(self.areas.lost.share, 0.0)[area_span], -1.0)
        entry = self.transfers.offset + np.arange(len(span))
        return _chosen(Flow(terms, span, coefficient, entry), span, np.ones(len(span), bool))

    def _lost(self) -> Lost:
        lost, kept = self.areas.lost, np.flatnonzero(self.of >= 0)
        group = np.zeros(self.areas.series, np.int64)
        for one in self.series:
            group[one.members] = np.arange(len(one.members))
        chosen = {field.name: getattr(lost, field.name)[kept] for field in dataclasses.fields(lost)}
        return Lost(**{**chosen, "span": self.of[kept], "group": group[chosen["series"]]})

    def ends(self, at: Index) -> tuple[Index, Index]:
        """Moments at which each span begins and ends: the latest of its joined inventories; ``at`` is by slot."""
        latest = [one.ends(at) for one in self.series if len(one.slots)]
        nothing = [np.zeros(0, np.int64)]
        return np.concatenate([*nothing, *(e[:-1] for e in latest)]), np.concatenate(
            [*nothing, *(e[1:] for e in latest)]
        )

    def joined(self, areas: pl.Series, names: pl.Series, at: Index) -> pl.DataFrame:
        """One row for each inventory of the site and each area counted for it, with the ``inventory`` of the former.

        ``names`` and ``at`` are by slot, ``areas`` by series of an area.
        """
        shapes = [one.slots.shape for one in self.series]
        slot = np.concatenate([np.zeros(0, np.int64), *(one.slots.ravel() for one in self.series)])
        number = np.repeat(np.arange(len(shapes)), [rows * columns for rows, columns in shapes])
        moments = [np.repeat(np.arange(rows), columns) for rows, columns in shapes]
        member = [np.tile(one.members, len(one.slots)) for one in self.series]
        table = pl.DataFrame(
            {
                "series": self.areas.series + number,
                "moment": np.concatenate([np.zeros(0, np.int64), *moments]),
                "area": areas.gather(np.concatenate([np.zeros(0, np.int64), *member])),
                "area_inventory": names.gather(slot),
                "at": as_times(at[slot]),
            }
        )
        counted = np.concatenate([np.zeros(0, bool), *(one.counted.ravel() for one in self.series)])
        table = table.filter(pl.Series(counted))
        called = pl.col("area_inventory").unique(maintain_order=True).str.join("+")
        labels = table.group_by("series", "moment", maintain_order=True).agg(inventory=called)
        again = pl.int_range(pl.len()).over("series", "inventory")
        alike = pl.when(again > 0).then(pl.format("{} ({})", "inventory", again + 1)).otherwise("inventory")
        labels = labels.with_columns(inventory=alike)
        return table.join(labels, on=["series", "moment"], maintain_order="left")

    def described(self, areas: pl.Series, at: Index) -> pl.DataFrame:
        """One row a series of the site: what it adds up, how far apart it was counted, and since when, or why never."""
        rows = []
        for number, one in enumerate(self.series):
            joined = bool(len(one.slots))
            rows.append(
                {
                    "series": self.areas.series + number,
                    "areas": areas.gather(one.members).to_list(),
                    "outside": areas.gather(one.outside).to_list(),
                    "apart_days": float(one.apart(at).max()) / MICROSECONDS_A_DAY if joined else None,
                    "since": as_times(one.ends(at)[:1]).item() if joined else None,
                    "counted_before": areas.gather(one.counted_before).to_list(),
                    "first_counted": areas.gather(one.first_counted).to_list(),
                    "reason": one.reason,
                }
            )
        return pl.DataFrame(rows, schema=SITES_SCHEMA)


def _chosen(flow: Flow, span: Index, kept: Flags) -> Flow:
    """The terms of a flow that are kept and fall into a span of the site."""
    rows = np.flatnonzero(kept & (span >= 0))
    return Flow(flow.terms.where(rows), span[rows], flow.coefficient[rows], flow.entry[rows])


def _together(one: Flow, other: Flow) -> Flow:
    return Flow(
        one.terms.joined(other.terms),
        *(np.concatenate([getattr(part, name) for part in (one, other)]) for name in ("span", "coefficient", "entry")),
    )
