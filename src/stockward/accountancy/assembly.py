"""Terms, errors, spans and doubts brought together: one row a period, one covariance a series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.accountancy.completeness import Completeness
from stockward.accountancy.errors import Terms
from stockward.accountancy.inventories import Inventories
from stockward.accountancy.layout import Layout
from stockward.accountancy.legs import ROLES
from stockward.accountancy.normal_loss import NormalLoss
from stockward.accountancy.spans import Spans
from stockward.accountancy.terms import ranked
from stockward.accountancy.touches import Touches
from stockward.answers.balances import Balances
from stockward.figures.propagation import random_covariance, systematic_covariance
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.terms.verdicts import Basis, PeriodStatus

Index = NDArray[np.int64]
Array = NDArray[np.float64]

_RECEIVED, _SENT, _MADE, _USED, _FOUND, _WRITTEN_OFF = range(len(ROLES))

CANCELLED = 1e-12
"""A sum of systematic errors within this share of its terms has cancelled."""

PERIOD_COLUMNS = (
    "series", "inventory", "start", "end", "begin", "received", "sent", "end_quantity", "normal_loss", "difference",
    "sigma", "sigma_random", "sigma_systematic", "written_off", "found", "throughput", "status", "reason",
)  # fmt: skip


TERM_COLUMNS = (
    "series", "period", "part", "material", "method", "calibration", "quantity", "random_relative", "random_absolute",
    "random_content", "relative", "absolute", "content",
)  # fmt: skip

_PARTS = {"received": "flow", "sent": "flow", "begin": "begin", "end_quantity": "end"}


@dataclass(frozen=True, slots=True)
class _Flow:
    """Terms that enter the spans with one coefficient each: +1 adds to what should be there, −1 takes from it.

    ``entry`` is the place of each among all entries of flows, or of counts.
    """

    terms: Terms
    span: Index
    coefficient: Array
    entry: Index

    def sum(self, values: Array, spans: int) -> Array:
        """Sum by span."""
        return np.bincount(self.span, values, spans).astype(float)


@dataclass(frozen=True)
class Assembly:
    """Everything that the balances are made of."""

    layout: Layout
    inventories: Inventories
    spans: Spans
    complete: Completeness
    touches: Touches
    normal: NormalLoss
    flows: Terms
    counts: Terms

    def balances(self, areas: pl.DataFrame, materials: pl.DataFrame, methods: pl.DataFrame) -> Balances:
        """Close, propagate, and put every period in its place; the tables give names, stages and keys."""
        periods, tested = self._periods()
        return Balances(
            series=self._series(areas, materials),
            periods=self._with_incomplete(periods),
            covariances=self._covariances(tested),
            terms=self._terms(tested, materials, methods),
            causes=self._causes(periods),
        )

    @cached_property
    def _count(self) -> int:
        return len(self.spans.end)

    @cached_property
    def _entering(self) -> dict[str, _Flow]:
        """What enters the differences: flows in and out, and the counts that begin and end each span.

        ``use`` and ``make`` convert inside an area: they are flows of an item material, and none of a substance.
        """
        entries = self.flows.entries
        item = (self.layout.pairs["basis"] == Basis.ITEM.value).to_numpy()[entries.pair]
        role = entries.role
        received = (role == _RECEIVED) | ((role == _MADE) & item)
        sent = (role == _SENT) | ((role == _USED) & item)
        at_interval, at_inventory = self.spans.of_interval[entries.slot], self.counts.entries.slot
        return {
            "received": self._flow(self.flows, at_interval, received, 1.0, share=self.normal.share),
            "sent": self._flow(self.flows, at_interval, sent, -1.0),
            "begin": self._flow(self.counts, self.spans.beginning_at[at_inventory], None, 1.0),
            "end_quantity": self._flow(self.counts, self.spans.ending_at[at_inventory], None, -1.0),
        }

    @property
    def entering(self) -> Mapping[str, _Flow]:
        """The same for those who need each term by itself: by stream, its terms, spans and coefficients."""
        return self._entering

    def _flow(
        self, terms: Terms, span: Index, wanted: NDArray[np.bool_] | None, sign: float, share: Array | None = None
    ) -> _Flow:
        kept = span >= 0 if wanted is None else (span >= 0) & wanted
        chosen, span = terms.where(kept), span[kept]
        # A share of what is received is normally lost, so an error of what was received enters with the rest of it.
        coefficient = np.full(len(span), sign) if share is None else sign * (1.0 - share[self.spans.series[span]])
        return _Flow(chosen, span, coefficient, np.flatnonzero(kept))

    def _quantity(self, name: str) -> Array:
        flow = self._entering[name]
        return flow.sum(flow.terms.value, self._count)

    def _claimed(self, role: int) -> Array:
        """Write-offs or finds by span: claims about the book, beside the difference."""
        span = self.spans.of_interval[self.flows.entries.slot]
        kept = (span >= 0) & (self.flows.entries.role == role)
        return np.bincount(span[kept], self.flows.value[kept], self._count).astype(float)

    @cached_property
    def _normal_loss(self) -> Array:
        series, at = self.spans.series, self._moments
        days = (at[self.spans.end] - at[self.spans.start]) / MICROSECONDS_A_DAY
        return self.normal.share[series] * self._quantity("received") + self.normal.daily[series] * days

    @cached_property
    def _random(self) -> tuple[Array, Array]:
        """Variance from random errors of each span, and of the inventory that ends it."""
        by_flow = {
            name: flow.sum(flow.coefficient**2 * flow.terms.random, self._count)
            for name, flow in self._entering.items()
        }
        own = (self.normal.random_rel[self.spans.series] * self._normal_loss) ** 2
        return np.sum(list(by_flow.values()), axis=0) + own, by_flow["end_quantity"]

    @cached_property
    def _systematic(self) -> tuple[Index, list[Array]]:
        """G diag(σs) of every series, as spans by groups, and the first span of each series.

        Groups are the relative and absolute errors of each method between two calibrations, the error of content of
        each material, and the error of the normal loss.
        """
        series = self.layout.series.height
        first = np.searchsorted(self.spans.series, np.arange(series + 1))
        span, group, value = self._shared_errors()
        owner, width = self.spans.series[span], int(np.max(group, initial=0)) + 1
        codes, rank = ranked(owner * width + group, series * width)
        first_code = np.searchsorted(codes // width, np.arange(series + 1))
        groups, spans = np.diff(first_code), np.diff(first)
        offset = np.concatenate([[0], np.cumsum(groups * spans)])
        place = offset[owner] + (span - first[owner]) * groups[owner] + rank - first_code[owner]
        flat = np.bincount(place, value, int(offset[-1])).astype(float)
        # What cancels, as a content that all items of an area share, leaves rounding behind; that is no σ.
        flat[np.abs(flat) <= CANCELLED * np.bincount(place, np.abs(value), len(flat))] = 0.0
        shape = [(int(n), int(g)) for n, g in zip(spans, groups, strict=True)]
        return first, [flat[a:b].reshape(s) for a, b, s in zip(offset[:-1], offset[1:], shape, strict=True)]

    def _shared_errors(self) -> tuple[Index, Index, Array]:
        """Span, group and signed σs × quantity of every systematic error."""
        calibrations = 1 + max(
            int(np.max(flow.terms.entries.calibration, initial=0)) for flow in self._entering.values()
        )
        methods = 2 + max(int(np.max(flow.terms.entries.method, initial=0)) for flow in self._entering.values())
        by_method = methods * calibrations
        spans, groups, values = (
            [np.arange(self._count)],
            [np.zeros(self._count, np.int64)],
            [-self.normal.systematic_rel[self.spans.series] * self._normal_loss],
        )
        for flow in self._entering.values():
            entries = flow.terms.entries
            method = 1 + entries.method * calibrations + entries.calibration
            of_content = 1 + 2 * by_method + entries.material
            by_kind = (
                (method, flow.terms.relative),
                (by_method + method, flow.terms.absolute),
                (of_content, flow.terms.content),
            )
            for group, error in by_kind:
                shared = error != 0
                spans.append(flow.span[shared])
                groups.append(group[shared])
                values.append((flow.coefficient * error)[shared])
        return np.concatenate(spans), np.concatenate(groups), np.concatenate(values)

    def _covariances(self, tested: NDArray[np.bool_]) -> tuple[Array, ...]:
        """Σ of the tested periods of every series."""
        single, ends = self._random
        first, shared = self._systematic
        unit = np.ones(max((g.shape[1] for g in shared), default=0))
        covariances = []
        for series, g in enumerate(shared):
            a, b = int(first[series]), int(first[series + 1])
            covariance = systematic_covariance(g, unit[: g.shape[1]])
            if b > a:
                covariance += random_covariance(single[a:b], ends[a : b - 1])
            kept = tested[a:b]
            covariances.append(covariance if kept.all() else covariance[np.ix_(kept, kept)])
        return tuple(covariances)

    def _terms(self, tested: NDArray[np.bool_], materials: pl.DataFrame, methods: pl.DataFrame) -> pl.DataFrame:
        """Every term of the tested periods that has an error: what each Σ is made of."""
        number = _within(self.spans.series, tested)
        keys = {
            "material": pl.Series([*materials["material"].sort(), None], dtype=pl.String),
            "method": pl.Series([*methods["method"].sort(), None], dtype=pl.String),
        }
        tables = [self._own_terms(tested, number)]
        for name, flow in self._entering.items():
            kept = tested[flow.span]
            terms, span, sign = flow.terms.where(kept), flow.span[kept], flow.coefficient[kept]
            entries = terms.entries
            tables.append(
                pl.DataFrame(
                    {
                        "series": self.spans.series[span],
                        "period": number[span],
                        "part": pl.repeat(_PARTS[name], len(span), dtype=pl.String, eager=True),
                        **{key: keys[key].gather(getattr(entries, key) % len(keys[key])) for key in keys},
                        "calibration": entries.calibration,
                        "quantity": sign * terms.value,
                        "random_relative": sign**2 * terms.random_relative,
                        "random_absolute": sign**2 * terms.random_absolute,
                        "random_content": sign**2 * terms.random_content,
                        "relative": sign * terms.relative,
                        "absolute": sign * terms.absolute,
                        "content": sign * terms.content,
                    }
                )
            )
        uncertain = pl.any_horizontal(pl.col(name) != 0 for name in TERM_COLUMNS[-6:])
        table = pl.concat(tables, how="diagonal").filter(uncertain).select(TERM_COLUMNS)
        return table.sort("series", "period", maintain_order=True)

    def _own_terms(self, tested: NDArray[np.bool_], number: Index) -> pl.DataFrame:
        """The normal losses with their errors, by span."""
        lost = np.flatnonzero(tested & (self._normal_loss != 0))
        series, quantity = self.spans.series[lost], -self._normal_loss[lost]
        nothing = np.zeros(len(lost))
        return pl.DataFrame(
            {
                "series": series,
                "period": number[lost],
                "part": pl.repeat("normal_loss", len(lost), dtype=pl.String, eager=True),
                "material": pl.repeat(None, len(lost), dtype=pl.String, eager=True),
                "method": pl.repeat(None, len(lost), dtype=pl.String, eager=True),
                "calibration": np.zeros(len(lost), np.int64),
                "quantity": quantity,
                "random_relative": (self.normal.random_rel[series] * quantity) ** 2,
                "random_absolute": nothing,
                "random_content": nothing,
                "relative": self.normal.systematic_rel[series] * quantity,
                "absolute": nothing,
                "content": nothing,
            }
        )

    def _periods(self) -> tuple[pl.DataFrame, NDArray[np.bool_]]:
        """Figures of every span, and which of them can be tested."""
        single, _ = self._random
        _, shared = self._systematic
        systematic = np.sqrt(np.concatenate([np.zeros(0), *(np.sum(g**2, axis=1) for g in shared)]))
        unknown = self._unknown_rows()
        tested = ~self.spans.touched & (unknown == 0)
        quantities = {name: self._quantity(name) for name in ("begin", "received", "sent", "end_quantity")}
        begin, received, sent, end = quantities.values()
        figures = pl.DataFrame(
            {
                "series": self.spans.series,
                "slot": self.spans.end,
                "inventory": self._names.gather(self.spans.end),
                "start": pl.Series(self._moments[self.spans.start]).cast(pl.Datetime("us", "UTC")),
                "end": pl.Series(self._moments[self.spans.end]).cast(pl.Datetime("us", "UTC")),
                **quantities,
                "normal_loss": self._normal_loss,
                "difference": begin + received - sent - end - self._normal_loss,
                "sigma": np.sqrt(single + systematic**2),
                "sigma_random": np.sqrt(single),
                "sigma_systematic": systematic,
                "written_off": self._claimed(_WRITTEN_OFF),
                "found": self._claimed(_FOUND),
                "throughput": begin + received + sent + end,
            }
        )
        touched, closed = pl.Series(self.spans.touched), pl.Series(tested)
        sigmas = [name for name in figures.columns if name.startswith("sigma")]
        hidden = [name for name in figures.columns[5:] if name not in sigmas]
        figures = figures.with_columns(
            *(pl.when(closed).then(pl.col(name)).alias(name) for name in sigmas),
            *(pl.when(~touched).then(pl.col(name)).alias(name) for name in hidden),
            status=pl.when(closed)
            .then(pl.lit(PeriodStatus.CLOSED.value))
            .otherwise(pl.lit(PeriodStatus.NOT_TESTED.value)),
            reason=self._reasons(touched, pl.Series(unknown)),
        )
        return figures, tested

    def _unknown_rows(self) -> Index:
        """How many rows of each span have an unknown σ."""
        lost = np.zeros(self._count)
        for flow in self._entering.values():
            lost += flow.sum(np.where(flow.terms.known, 0, flow.terms.entries.rows), self._count)
        return lost.astype(np.int64)

    def _reasons(self, touched: pl.Series, unknown: pl.Series) -> pl.Expr:
        rows = pl.when(unknown == 1).then(pl.lit("1 row has")).otherwise(pl.format("{} rows have", pl.lit(unknown)))
        return (
            pl.when(touched)
            .then(pl.lit("a row that was set aside could change it"))
            .when(unknown > 0)
            .then(pl.format("σ unknown: {} no method with known errors", rows))
        )

    @cached_property
    def _places(self) -> Index:
        """The inventory that stands at each slot; one past the last where none does."""
        series = self.layout.slot_series
        number = np.arange(self.layout.slots) - self.layout.first[:-1][series]
        area = self.layout.area_code[series]
        last = number == np.diff(self.layout.first)[series] - 1
        return np.where(last, len(self.inventories.at), self.inventories.first[np.maximum(area, 0)] + number)

    @cached_property
    def _moments(self) -> Index:
        return np.append(self.inventories.at, 0)[self._places]

    @cached_property
    def _names(self) -> pl.Series:
        return pl.Series("inventory", [*self.inventories.name, None], dtype=pl.String).gather(self._places)

    def _with_incomplete(self, periods: pl.DataFrame) -> pl.DataFrame:
        """Add a row for each incomplete inventory: its balance stays open."""
        left = self.complete.left_out.group_by("slot", maintain_order=True).agg(pl.col("material").unique().sort())
        slots = left["slot"].to_numpy().astype(np.int64)
        before = self.spans.previous_complete[slots]
        start = pl.Series(np.where(before < 0, 0, self._moments[np.maximum(before, 0)])).cast(pl.Datetime("us", "UTC"))
        open_periods = pl.DataFrame(
            {
                "series": self.layout.slot_series[slots],
                "slot": slots,
                "inventory": self._names.gather(slots),
                "start": start,
                "end": pl.Series(self._moments[slots]).cast(pl.Datetime("us", "UTC")),
            }
        ).with_columns(
            start=pl.when(pl.Series(before >= 0)).then(pl.col("start")),
            status=pl.lit(PeriodStatus.INCOMPLETE.value),
            reason=pl.format(
                "the inventory left out {}, of which the book holds some", left["material"].list.join(", ")
            ),
        )
        joined = pl.concat([periods, open_periods], how="diagonal") if len(slots) else periods
        return joined.sort("series", "slot").select(PERIOD_COLUMNS)

    def _causes(self, periods: pl.DataFrame) -> pl.DataFrame:
        """The rows at fault behind each period that they touch."""
        spans = pl.DataFrame(
            {
                "series": self.spans.series,
                "begin_slot": self.spans.start,
                "end_slot": self.spans.end,
                "inventory": periods["inventory"],
            }
        )
        first, last = pl.col("first_slot"), pl.col("last_slot")
        inside = (first <= pl.col("end_slot")) & (last > pl.col("begin_slot"))
        at_an_edge = (first == pl.col("begin_slot")) | (first == pl.col("end_slot"))
        joined = self.touches.causes.join(spans.filter(pl.Series(self.spans.touched)), on="series")
        found = joined.filter(pl.when(pl.col("edge")).then(at_an_edge).otherwise(inside))
        return found.select("series", "inventory", "table", "row").unique(maintain_order=True)

    def _series(self, areas: pl.DataFrame, materials: pl.DataFrame) -> pl.DataFrame:
        holdings = materials.select("stage", holding=pl.col("material"), holding_name=pl.col("name"))
        named = self.layout.series.join(holdings, on="holding", how="left", maintain_order="left")
        named = named.join(areas.select("area", area_name=pl.col("name")), on="area", how="left", maintain_order="left")
        return named.select(
            id=pl.col("area") + "/" + pl.col("holding"),
            area=pl.col("area"),
            substance=pl.when(pl.col("basis") == Basis.BULK.value).then("holding"),
            material=pl.when(pl.col("basis") == Basis.ITEM.value).then("holding"),
            basis=pl.col("basis"),
            unit=pl.col("unit"),
            stage=pl.col("stage"),
            area_name=pl.col("area_name"),
            holding_name=pl.col("holding_name"),
        )


def _within(owner: Index, kept: NDArray[np.bool_]) -> Index:
    """The number of each kept entry among those of its owner; owners stand in order."""
    before: Index = np.cumsum(kept) - kept
    return before - before[np.searchsorted(owner, owner)]
