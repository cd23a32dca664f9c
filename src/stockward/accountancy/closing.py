"""Closing the balances: ``difference = begin + received − sent − end − normal loss``, positive is missing.

A series is a substance in an area, or an item material in an area. Its differences stand between two complete physical
inventories; write-offs and finds stand beside them, never in them. Random and systematic errors of all that was
measured are carried into the covariance of the differences [figures.propagation].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.accountancy.completeness import Completeness, completeness
from stockward.accountancy.doubts import Doubt, doubts_of, possible_substances
from stockward.accountancy.errors import group_entries, with_errors
from stockward.accountancy.holdings import holdings_of
from stockward.accountancy.inventories import Inventories, inventories_of
from stockward.accountancy.known import KnownBooks
from stockward.accountancy.layout import Layout, lay_out
from stockward.accountancy.legs import flow_legs, series_counts, series_legs
from stockward.accountancy.spans import Spans, spans_of
from stockward.accountancy.terms import count_terms, flow_sums, key_list, time_cuts
from stockward.accountancy.touches import Possible, Touches, resolve
from stockward.answers.balances import Balances
from stockward.figures.propagation import random_covariance, systematic_covariance
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.terms.units import factor
from stockward.terms.verdicts import PeriodStatus

Array = NDArray[np.float64]


def close_balances(books: KnownBooks) -> Balances:
    """Close every series of the site over its inventories.

    Returns the balances in order of area, then substance or material. A period that an incomplete inventory ends
    stays open until the next complete one; a period that a row at fault could touch has no figures; one with a term
    of unknown σ has its difference, and is not tested.
    """
    inventories = inventories_of(books)
    cuts = time_cuts(books, inventories)
    legs = flow_legs(*flow_sums(books, cuts), key_list(books.movements["kind"]))
    counts = count_terms(books, inventories, cuts)
    materials = key_list(books.counts["material"])
    doubts = doubts_of(books, inventories, cuts, _uses(books, inventories, legs, counts))
    holdings = holdings_of(books)
    possible = Possible(holdings, *possible_substances(books))
    present = _present(legs, counts, doubts, inventories.areas, materials)
    layout = lay_out(inventories, present, holdings, materials, _doubted(doubts, possible, holdings))
    touches = resolve(doubts, possible, layout, inventories)
    complete = completeness(layout, legs, counts, touches)
    spans = spans_of(layout, complete, touches.edges)
    terms = _Terms.of(books, layout, spans, series_legs(legs, layout), series_counts(counts, layout))
    return _Assembly(books, inventories, layout, spans, complete, touches, terms).balances()


def _uses(books: KnownBooks, inventories: Inventories, legs: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Which material and method was used where and when; asked for only where a row at fault makes it matter."""
    if not books.set_aside["contents"].height and not books.set_aside["calibrations"].height:
        return pl.DataFrame()
    materials, methods = key_list(books.counts["material"]), key_list(books.counts["method"])
    moved = legs.select("area", "material", "method", "interval", place=pl.lit(None, pl.Int64))
    counted = counts.select("area", "material", "method", interval=pl.lit(None, pl.Int64), place=pl.col("place"))
    names = {"area": list(inventories.areas), "material": materials, "method": [*methods, None]}
    return pl.concat([moved, counted]).unique(maintain_order=True).with_columns(
        pl.Series(name, [keys[code] for code in codes], dtype=pl.String)
        for name, keys in names.items()
        for codes in [pl.concat([moved, counted]).unique(maintain_order=True)[name]]
    )


def _present(
    legs: pl.DataFrame, counts: pl.DataFrame, doubts: list[Doubt], areas: tuple[str, ...], materials: list[str]
) -> pl.DataFrame:
    """Every area and material (codes) of which the books speak, rows at fault included."""
    area_codes = {area: code for code, area in enumerate(areas)}
    material_codes = {material: code for code, material in enumerate(materials)}
    doubted = {
        (area_codes[area], material_codes[material])
        for doubt in doubts
        for area in doubt.areas or ()
        for material in doubt.materials or ()
        if area in area_codes and material in material_codes
    }
    extra = pl.DataFrame(sorted(doubted), schema={"area": pl.Int64, "material": pl.Int64}, orient="row")
    columns = ["area", "material"]
    return pl.concat([legs.select(columns), counts.select(columns), extra]).unique(maintain_order=True)


def _doubted(
    doubts: list[Doubt], possible: Possible, holdings: pl.DataFrame
) -> list[tuple[str, str, str, str | None]]:
    """Series of which only rows at fault speak: they are listed, and not tested."""
    units = dict(holdings.select("holding", "unit").rows())
    return sorted({
        (area, holding, basis, units.get(holding))
        for doubt in doubts
        if doubt.materials is not None
        for area in doubt.areas or ()
        for holding, basis in possible.of(doubt) or ()
    }, key=lambda series: series[:3])  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Terms:
    """Terms with their errors and the period that each enters; ``begins`` and ``ends`` are the counted rows twice."""

    flows: pl.DataFrame
    begins: pl.DataFrame
    ends: pl.DataFrame

    @classmethod
    def of(cls, books: KnownBooks, layout: Layout, spans: Spans, legs: pl.DataFrame, counts: pl.DataFrame) -> _Terms:
        flows = with_errors(legs, books).with_columns(period=pl.Series(spans.of_interval)[legs["slot"]])
        counted = with_errors(counts, books)
        begins = counted.with_columns(period=pl.Series(spans.beginning_at)[counted["slot"]])
        ends = counted.with_columns(period=pl.Series(spans.ending_at)[counted["slot"]])
        inside = pl.col("period") >= 0
        return cls(flows.filter(inside), begins.filter(inside), ends.filter(inside))

    def role(self, name: str) -> pl.DataFrame:
        """Flows of one role."""
        return self.flows.filter(pl.col("role") == name)


@dataclass(frozen=True, slots=True)
class _NormalLoss:
    """What is normally lost, by series: share of what is received, quantity a day, and the errors of both."""

    share: Array
    daily: Array
    random: Array
    systematic: Array

    @classmethod
    def of(cls, books: KnownBooks, series: pl.DataFrame) -> _NormalLoss:
        rows = series.select("area", "holding", "basis", own=pl.col("unit")).join(
            books["normal_losses"].with_columns(basis_of_rate=pl.col("basis")).drop("basis"),
            left_on=["area", "holding"], right_on=["area", "substance"], how="left", maintain_order="left",
        )  # fmt: skip
        bulk = (rows["basis"] == "bulk").to_numpy()
        rate = rows["rate"].fill_null(0.0).to_numpy() * bulk
        daily = (rows["basis_of_rate"] == "per_day").fill_null(False).to_numpy()
        scale = np.array([
            factor(unit, own) or 1.0 if unit and own else 1.0 for unit, own in rows.select("unit", "own").rows()
        ])
        return cls(
            share=np.where(daily, 0.0, rate),
            daily=np.where(daily, rate * scale, 0.0) if len(rate) else rate,
            random=rows["random_rel"].fill_null(0.0).to_numpy(),
            systematic=rows["systematic_rel"].fill_null(0.0).to_numpy(),
        )


class _Assembly:
    """Brings terms, errors and doubts together, one row a period."""

    def __init__(
        self, books: KnownBooks, inventories: Inventories, layout: Layout, spans: Spans, complete: Completeness,
        touches: Touches, terms: _Terms,
    ) -> None:  # fmt: skip
        self._books = books
        self._inventories = inventories
        self._layout = layout
        self._spans = spans
        self._complete = complete
        self._touches = touches
        self._terms = terms
        self._normal = _NormalLoss.of(books, layout.series)
        self._days = self._period_days()

    def balances(self) -> Balances:
        periods = self._period_figures()
        tested = (periods["status"] == PeriodStatus.CLOSED.value).to_numpy()
        covariances, sigmas = self._covariances(periods, tested)
        periods = periods.with_columns(
            pl.when(pl.Series(tested)).then(pl.Series(values)).alias(name) for name, values in sigmas.items()
        )
        return Balances(
            series=self._named_series(),
            periods=self._with_incomplete(periods),
            covariances=covariances,
            causes=self._causes(periods),
        )

    def _period_days(self) -> Array:
        at = self._at()
        return (at[self._spans.end] - at[self._spans.start]) / MICROSECONDS_A_DAY

    def _at(self) -> NDArray[np.int64]:
        """Moment of the inventory that stands at each slot."""
        series = self._layout.slot_series
        number = np.arange(self._layout.slots) - self._layout.first[:-1][series]
        area = self._layout.area_code[series]
        place = self._inventories.first[np.maximum(area, 0)] + number
        moments = np.append(self._inventories.at, 0)
        return moments[np.minimum(place, len(moments) - 1)]

    def _names(self) -> list[str]:
        series = self._layout.slot_series
        number = np.arange(self._layout.slots) - self._layout.first[:-1][series]
        area = self._layout.area_code[series]
        place = self._inventories.first[np.maximum(area, 0)] + number
        names = (*self._inventories.name, "")
        return [names[min(index, len(names) - 1)] for index in place]

    def _sum(self, terms: pl.DataFrame, column: str = "value") -> Array:
        return np.bincount(terms["period"].to_numpy(), terms[column].to_numpy(), len(self._spans.end)).astype(float)

    def _period_figures(self) -> pl.DataFrame:
        """Quantities and differences of every span, and whether it can be tested."""
        spans, terms = self._spans, self._terms
        received, sent = self._sum(terms.role("received")), self._sum(terms.role("sent"))
        begin, end = self._sum(terms.begins), self._sum(terms.ends)
        share, daily = self._normal.share[spans.series], self._normal.daily[spans.series]
        loss = share * received + daily * self._days
        at, names = pl.Series(self._at()).cast(pl.Datetime("us", "UTC")), pl.Series(self._names(), dtype=pl.String)
        unknown = self._unknown()
        status = np.where(spans.touched | (unknown > 0), PeriodStatus.NOT_TESTED.value, PeriodStatus.CLOSED.value)
        figures = pl.DataFrame({
            "series": spans.series,
            "slot": spans.end,
            "inventory": names[spans.end],
            "start": at[spans.start],
            "end": at[spans.end],
            "begin": begin,
            "received": received,
            "sent": sent,
            "end_quantity": end,
            "normal_loss": loss,
            "difference": begin + received - sent - end - loss,
            "written_off": self._sum(terms.role("written_off")),
            "found": self._sum(terms.role("found")),
            "throughput": begin + received + sent + end,
            "status": pl.Series(status, dtype=pl.String),
            "reason": self._reasons(unknown),
        })
        hidden = pl.Series(spans.touched)
        quantities = ["begin", "received", "sent", "end_quantity", "normal_loss", "difference", "written_off", "found", "throughput"]
        return figures.with_columns(pl.when(~hidden).then(pl.col(name)).alias(name) for name in quantities)

    def _unknown(self) -> NDArray[np.int64]:
        """How many rows of each span have an unknown σ."""
        counts = np.zeros(len(self._spans.end), np.int64)
        entering = self._terms.flows.filter(pl.col("role").is_in(["received", "sent"]))
        for terms in (entering, self._terms.begins, self._terms.ends):
            lost = terms.filter(~pl.col("known"))
            counts += np.bincount(lost["period"].to_numpy(), lost["rows"].to_numpy(), len(counts)).astype(np.int64)
        return counts

    def _reasons(self, unknown: NDArray[np.int64]) -> pl.Series:
        words: list[str | None] = []
        for touched, rows in zip(self._spans.touched, unknown, strict=True):
            if touched:
                words.append("a row that was set aside could change it")
            elif rows:
                plural = "row has" if rows == 1 else "rows have"
                words.append(f"σ unknown: {rows} {plural} no method with known errors")
            else:
                words.append(None)
        return pl.Series(words, dtype=pl.String)

    def _random_variances(self) -> tuple[Array, Array]:
        """Variance from random errors of each span, and of the inventory that ends it."""
        terms = self._terms
        share = self._normal.share[self._spans.series]
        loss = share * self._sum(terms.role("received")) + self._normal.daily[self._spans.series] * self._days
        ends = self._sum(terms.ends, "random")
        single = (
            (1 - share) ** 2 * self._sum(terms.role("received"), "random")
            + self._sum(terms.role("sent"), "random")
            + self._sum(terms.begins, "random")
            + ends
            + (self._normal.random[self._spans.series] * loss) ** 2
        )
        return single, ends

    def _systematic_entries(self) -> pl.DataFrame:
        """G, by series, span and group of measurements that share one systematic error."""
        terms = self._terms
        share = pl.Series("share", self._normal.share)
        received = terms.role("received")
        kept = received.with_columns(kept=1.0 - share[received["series"]])
        loss = self._normal.share[self._spans.series] * self._sum(received) + self._normal.daily[self._spans.series] * self._days
        error = self._normal.systematic[self._spans.series]
        normal = pl.DataFrame({
            "series": self._spans.series, "period": np.arange(len(loss)), "group": "normal loss", "signed": -loss,
            "variance": error**2,
        }, schema_overrides={"group": pl.String}).filter(pl.col("variance") > 0)  # fmt: skip
        entries = pl.concat(
            [
                group_entries(kept, pl.col("kept")),
                group_entries(terms.role("sent"), pl.lit(-1.0)),
                group_entries(terms.begins, pl.lit(1.0)),
                group_entries(terms.ends, pl.lit(-1.0)),
                normal,
            ],
            how="vertical_relaxed",
        )
        return (
            entries.sort("series", "period", "group")
            .group_by("series", "period", "group", maintain_order=True)
            .agg(pl.col("signed").sum(), pl.col("variance").first())
            .with_columns(local=pl.col("group").rank("dense").over("series").cast(pl.Int64) - 1)
        )

    def _covariances(self, periods: pl.DataFrame, tested: NDArray[np.bool_]) -> tuple[tuple[Array, ...], dict[str, Array]]:
        """Σ of the tested periods of every series, and σ of every period by kind of error."""
        single, ends = self._random_variances()
        entries = self._systematic_entries()
        period, local = entries["period"].to_numpy(), entries["local"].to_numpy()
        signed, variance = entries["signed"].to_numpy(), entries["variance"].to_numpy()
        bounds = np.searchsorted(entries["series"].to_numpy(), np.arange(self._layout.series.height + 1))
        first = np.searchsorted(self._spans.series, np.arange(self._layout.series.height + 1))
        systematic_sigma = np.zeros(len(single))
        covariances: list[Array] = []
        for series in range(self._layout.series.height):
            a, b = first[series], first[series + 1]
            e = slice(bounds[series], bounds[series + 1])
            groups = int(local[e].max(initial=-1)) + 1
            g = np.zeros((b - a, groups))
            g[period[e] - a, local[e]] = signed[e]
            of_group = np.zeros(groups)
            of_group[local[e]] = variance[e]
            systematic = systematic_covariance(g, of_group)
            systematic_sigma[a:b] = np.sqrt(np.diagonal(systematic))
            covariance = random_covariance(single[a:b], ends[a : b - 1]) + systematic if b > a else np.zeros((0, 0))
            kept = tested[a:b]
            covariances.append(covariance if kept.all() else covariance[np.ix_(kept, kept)])
        sigmas = {
            "sigma": np.sqrt(single + systematic_sigma**2),
            "sigma_random": np.sqrt(single),
            "sigma_systematic": systematic_sigma,
        }
        return tuple(covariances), sigmas

    def _with_incomplete(self, periods: pl.DataFrame) -> pl.DataFrame:
        """Add a row for each incomplete inventory: its balance stays open."""
        names, at = self._names(), self._at()
        left = self._complete.left_out.group_by("slot", maintain_order=True).agg("material").sort("slot")
        rows = []
        for slot, materials in left.rows():
            before = self._spans.previous_complete[slot]
            rows.append({
                "series": int(self._layout.slot_series[slot]), "slot": slot, "inventory": names[slot],
                "start": None if before < 0 else int(at[before]), "end": int(at[slot]),
                "status": PeriodStatus.INCOMPLETE.value,
                "reason": f"the inventory left out {', '.join(sorted(materials))}, of which the book holds some",
            })  # fmt: skip
        schema = {"series": pl.Int64, "slot": pl.Int64, "inventory": pl.String, "start": pl.Int64, "end": pl.Int64, "status": pl.String, "reason": pl.String}
        open_periods = pl.DataFrame(rows, schema=schema).cast({"start": pl.Datetime("us", "UTC"), "end": pl.Datetime("us", "UTC")})
        order = [
            "series", "inventory", "start", "end", "begin", "received", "sent", "end_quantity", "normal_loss",
            "difference", "sigma", "sigma_random", "sigma_systematic", "written_off", "found", "throughput", "status",
            "reason",
        ]  # fmt: skip
        return pl.concat([periods, open_periods], how="diagonal").sort("series", "slot").select(order)

    def _causes(self, periods: pl.DataFrame) -> pl.DataFrame:
        """The rows at fault behind each period that they touch."""
        spans = pl.DataFrame({"series": self._spans.series, "begin_slot": self._spans.start, "end_slot": self._spans.end, "inventory": periods["inventory"]})
        reach = (pl.col("first_slot") <= pl.col("end_slot")) & (pl.col("last_slot") > pl.col("begin_slot"))
        edge = pl.col("first_slot").is_in([]) | (pl.col("first_slot") == pl.col("begin_slot")) | (pl.col("first_slot") == pl.col("end_slot"))
        joined = self._touches.causes.join(spans, on="series")
        found = joined.filter(pl.when(pl.col("edge")).then(edge).otherwise(reach))
        return found.select("series", "inventory", "table", "row").unique(maintain_order=True)

    def _named_series(self) -> pl.DataFrame:
        stages = self._books["materials"].select("material", "stage")
        return self._layout.series.join(stages, left_on="holding", right_on="material", how="left", maintain_order="left").select(
            id=pl.col("area") + "/" + pl.col("holding"),
            area=pl.col("area"),
            substance=pl.when(pl.col("basis") == "bulk").then("holding"),
            material=pl.when(pl.col("basis") == "item").then("holding"),
            basis=pl.col("basis"),
            unit=pl.col("unit"),
            stage=pl.col("stage"),
        )
