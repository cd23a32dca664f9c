"""Terms, errors, spans and doubts brought together: one row a period, one covariance a series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from stockward.answers.balances import PASSED_SCHEMA, Balances
from stockward.balance.completeness import Completeness
from stockward.balance.inventories import Inventories, as_times
from stockward.balance.layout import Layout
from stockward.balance.legs import ROLES
from stockward.balance.normal_loss import NormalLoss
from stockward.balance.quarantine.touches import Touches
from stockward.balance.quarantine.unclosed import Unclosed
from stockward.balance.scope.slots import left_open_words
from stockward.balance.sigma.account import Account, Flow, Lost
from stockward.balance.sigma.errors import Terms
from stockward.balance.sigma.freedom import degrees_of_freedom, estimated_errors
from stockward.balance.sigma.readings import OWN
from stockward.balance.sigma.term_table import Keys, assumed_exact, resting, term_table
from stockward.balance.spans import Spans
from stockward.balance.sums import sums_by
from stockward.balance.whole_site.joining import SiteSeries
from stockward.balance.whole_site.series import Transfers, WholeSite
from stockward.book.problems import bare
from stockward.stats.arrays import Array, Flags, Index
from stockward.terms.measuring import PLATE_MEND
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.terms.verdicts import Basis, PeriodStatus, Scope

_RECEIVED, _SENT, _MADE, _USED, _FOUND, _WRITTEN_OFF = range(len(ROLES))

PERIOD_COLUMNS = (
    "series", "inventory", "start", "end", "begin", "received", "sent", "end_quantity", "normal_loss", "difference",
    "sigma", "sigma_random", "sigma_systematic", "written_off", "found", "throughput", "status", "reason",
)  # fmt: skip

SIGMAS = ("sigma", "sigma_random", "sigma_systematic")


_UNSURE = "rows that are set aside decide which areas, and which of their inventories, stand together here: mend those"


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
    materials: tuple[str, ...]
    sites: tuple[SiteSeries, ...]
    transfers: Transfers
    readings: int
    unclosed: Unclosed

    def balances(self, areas: pl.DataFrame, materials: pl.DataFrame, methods: pl.DataFrame) -> Balances:
        """Close, propagate, and put every period in its place; the tables give names, stages and keys."""
        keys = Keys.of(materials, methods)
        periods, tested = self._periods(keys)
        site, joined = self.site, self.site.joined(self.layout.series["area"], self._names, self.moments)
        of_site, tested_site = self._site_periods(periods, tested, joined)
        causes, freedom = self._causes(periods), degrees_of_freedom(methods)
        accounts = ((self.areas, tested), (site.account, tested_site)) if freedom else ()
        estimated = [one for of in accounts for one in estimated_errors(*of, keys.methods, freedom)]
        return Balances(
            series=pl.concat([self._series(areas, materials), self._whole_series(materials)], how="diagonal"),
            periods=pl.concat([self._with_incomplete(periods), of_site.select(PERIOD_COLUMNS)]).with_columns(
                taken=0.0, settled=False
            ),
            covariances=self.areas.covariances(tested) + site.account.covariances(tested_site),
            terms=pl.concat([term_table(self.areas, tested, keys), term_table(site.account, tested_site, keys)]),
            causes=pl.concat([causes.drop("span"), self._site_causes(causes, of_site)]),
            assumed_exact=pl.concat(
                [assumed_exact(self.areas, tested, self.layout), assumed_exact(site.account, tested_site, self.layout)]
            ),
            resting=pl.concat(
                [
                    resting(self.areas, tested, self.moments[self.spans.end]),
                    resting(site.account, tested_site, site.ends(self.moments)[1]),
                ]
            ),
            passed=self._passed(tested),
            joined=joined.select("series", "inventory", "area", "area_inventory", "at"),
            sites=site.described(self.layout.series["area"], self.moments),
            unclosed=self.unclosed.table(self.flows, self.counts, self.sites),
            freedom=freedom,
            estimated=tuple(estimated),
        )

    @cached_property
    def site(self) -> WholeSite:
        """The series of the whole site, over the spans of its areas."""
        return WholeSite.over(self.sites, self.areas, self.spans, self.transfers, self.readings)

    @cached_property
    def _count(self) -> int:
        return len(self.spans.end)

    @cached_property
    def areas(self) -> Account:
        """The account of the series of areas: every span from one complete inventory to the next."""
        return Account(
            owner=self.spans.series,
            series=self.layout.series.height,
            materials=len(self.materials),
            entering=self._entering,
            lost=self._lost,
        )

    @cached_property
    def _entering(self) -> Mapping[str, Flow]:
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

    def _flow(self, terms: Terms, span: Index, wanted: Flags | None, sign: float, share: Array | None = None) -> Flow:
        kept = span >= 0 if wanted is None else (span >= 0) & wanted
        chosen, span = terms.where(kept), span[kept]
        # A share of what is received is normally lost, so an error of what was received enters with the rest of it.
        coefficient = np.full(len(span), sign) if share is None else sign * (1.0 - share[self.spans.series[span]])
        return Flow(chosen, span, coefficient, np.flatnonzero(kept))

    def _claimed(self, role: int) -> Array:
        """Write-offs or finds by span: claims about the book, beside the difference."""
        span = self.spans.of_interval[self.flows.entries.slot]
        kept = (span >= 0) & (self.flows.entries.role == role)
        return sums_by(span[kept], self.flows.value[kept], self._count)

    @cached_property
    def _lost(self) -> Lost:
        """The normal loss of every span: a share of what was received, or so much a day."""
        series, at, received = self.spans.series, self.moments, self._entering["received"]
        days = (at[self.spans.end] - at[self.spans.start]) / MICROSECONDS_A_DAY
        lost = self.normal.share[series] * received.sum(received.terms.value, self._count)
        return Lost(
            span=np.arange(self._count),
            series=series,
            group=np.zeros(self._count, np.int64),
            share=self.normal.share[series],
            quantity=lost + self.normal.daily[series] * days,
            random_rel=self.normal.random_rel[series],
            systematic_rel=self.normal.systematic_rel[series],
            stated=self.normal.stated[series],
        )

    def _periods(self, keys: Keys) -> tuple[pl.DataFrame, Flags]:
        """Figures of every span, and which of them can be tested."""
        unknown = self._unknown(keys)
        tested = ~self.spans.touched & unknown.is_null().to_numpy()
        figures = pl.DataFrame(
            {
                "series": self.spans.series,
                "slot": self.spans.end,
                "inventory": self._names.gather(self.spans.end),
                "start": as_times(self.moments[self.spans.start]),
                "end": as_times(self.moments[self.spans.end]),
                **figures_of(self.areas),
                "written_off": self._claimed(_WRITTEN_OFF),
                "found": self._claimed(_FOUND),
                "touched": self.spans.touched,
            }
        )
        set_aside = pl.lit("a row that was set aside could change it")
        reason = pl.when("touched").then(set_aside).otherwise(pl.lit(unknown))
        return with_status(figures, tested, reason), tested

    def _unknown(self, keys: Keys) -> pl.Series:
        """Why σ of a span is unknown, null where it is known: a row lacks a method, its errors, or a division."""
        found = []
        for flow in self._entering.values():
            terms, lost = flow.terms, ~flow.terms.known
            of_span = {"span": flow.span, "code": flow.terms.entries.method, "undivided": terms.undivided}
            found.append(pl.DataFrame({name: values[lost] for name, values in of_span.items()}))
        lacking = pl.concat(found).cast({"span": pl.Int64, "code": pl.Int64}).unique().sort("span", "code")
        by_span = (
            lacking.with_columns(name=keys.method(pl.col("code")))
            .group_by("span", maintain_order=True)
            .agg(
                nameless=pl.col("name").is_null().any(),
                errorless=pl.col("name").filter(~pl.col("undivided")).drop_nulls().str.join(", "),
                undivided=pl.col("name").filter("undivided").str.join(", "),
            )
        )
        parts = (
            pl.when("nameless").then(pl.lit(f"rows have no method: {PLATE_MEND}")),
            _measured_by("errorless", "which states no error: state it, 0 for none"),
            _measured_by("undivided", "which states no random error and no division: give one of them"),
        )
        reason = pl.format("σ unknown: {}", pl.concat_str(*parts, separator="; ", ignore_nulls=True))
        spans = pl.DataFrame({"span": np.arange(self._count)}).join(
            by_span.select("span", reason=reason), on="span", how="left", maintain_order="left"
        )
        return spans["reason"]

    def _passed(self, tested: Flags) -> pl.DataFrame:
        """What passed between two areas by a weighing of its own, as it enters the tested spans of both."""
        entries, variance = self.transfers.terms.entries, self.transfers.terms.random
        span = self.spans.of_interval[entries.slot]
        kept = np.flatnonzero((span >= 0) & np.append(tested, False)[span] & (entries.reading == OWN) & (variance > 0))
        own = span[kept]
        spans = pl.DataFrame({"series": self.spans.series, "tested": tested})
        number = spans.select(pl.col("tested").cast(pl.Int64).cum_sum().over("series") - 1).to_series()
        received = entries.role[kept] == _RECEIVED
        entering = np.where(received, 1.0 - self.normal.share[self.spans.series[own]], -1.0)
        columns = {
            "series": self.spans.series[own],
            "period": number.gather(own),
            "cell": self.transfers.cell[kept],
            "sigma": entering * np.sqrt(variance[kept]),
        }
        return pl.DataFrame(columns, schema=PASSED_SCHEMA)

    @cached_property
    def moments(self) -> Index:
        """The moment of the inventory at each slot of the layout, microseconds."""
        return self.layout.moments(self.inventories)

    @cached_property
    def _names(self) -> pl.Series:
        names = pl.Series("inventory", [*self.inventories.name, None], dtype=pl.String)
        return names.gather(self.layout.places(self.inventories))

    def _site_periods(self, periods: pl.DataFrame, tested: Flags, joined: pl.DataFrame) -> tuple[pl.DataFrame, Flags]:
        """Figures of every span of the site; it is closed where every span of an area within it is, and it is sure."""
        site = self.site
        tested_site = ~site.any(~tested) & ~site.unsure
        standing = joined.unique(["series", "moment"], keep="first", maintain_order=True)
        start, end = site.ends(self.moments)
        figures = pl.DataFrame(
            {
                "series": pl.Series(site.areas.series + site.owner, dtype=pl.Int64),
                "inventory": standing.filter(pl.col("moment") > 0)["inventory"],
                "start": as_times(start),
                "end": as_times(end),
                **figures_of(site.account),
                "written_off": site.sum(self._claimed(_WRITTEN_OFF)),
                "found": site.sum(self._claimed(_FOUND)),
                "touched": site.any(self.spans.touched) | site.unsure,
            }
        )
        left = pl.DataFrame(
            {
                "span": site.of,
                "area": self.layout.series["area"].gather(self.spans.series),
                "why": periods["reason"],
                "tested": tested,
            }
        ).filter(~pl.col("tested") & (pl.col("span") >= 0))
        first = left.group_by("span", maintain_order=True).agg(why=pl.format("{}: {}", "area", "why").first())
        reasons = pl.DataFrame({"span": np.arange(len(site.owner))}).join(
            first, on="span", how="left", maintain_order="left"
        )
        unsure = pl.when(pl.lit(pl.Series(site.unsure))).then(pl.lit(_UNSURE))
        return with_status(figures, tested_site, pl.coalesce(pl.lit(reasons["why"]), unsure)), tested_site

    def _site_causes(self, causes: pl.DataFrame, of_site: pl.DataFrame) -> pl.DataFrame:
        """The rows at fault behind the periods of the areas are behind those of the site."""
        site = causes.with_columns(span=pl.Series(self.site.of).gather(causes["span"])).filter(pl.col("span") >= 0)
        span = site["span"]
        named = site.with_columns(
            series=of_site["series"].gather(span), inventory=of_site["inventory"].gather(span)
        ).drop("span")
        return named.unique(maintain_order=True)

    def _whole_series(self, materials: pl.DataFrame) -> pl.DataFrame:
        named = materials.select(
            "stage", substance=pl.col("material"), holding_name=_names_apart(materials, "material")
        )
        rows = pl.DataFrame(
            {"substance": [one.substance for one in self.sites], "unit": [one.unit for one in self.sites]},
            schema={"substance": pl.String, "unit": pl.String},
        )
        return rows.join(named, on="substance", how="left", maintain_order="left").select(
            pl.format("*/{}", "substance").alias("id"), "substance", "unit", "stage", "holding_name",
            basis=pl.lit(Basis.BULK.value), scope=pl.lit(Scope.SITE.value),
        )  # fmt: skip

    def _with_incomplete(self, periods: pl.DataFrame) -> pl.DataFrame:
        """Add a row for each incomplete inventory: its balance stays open."""
        left = left_open_words(self.complete.left_out)
        slots = left["slot"].to_numpy().astype(np.int64)
        before = self.spans.previous_complete[slots]
        start = as_times(np.where(before < 0, 0, self.moments[np.maximum(before, 0)]))
        open_periods = pl.DataFrame(
            {
                "series": self.layout.slot_series[slots],
                "slot": slots,
                "inventory": self._names.gather(slots),
                "start": start,
                "end": as_times(self.moments[slots]),
            }
        ).with_columns(
            start=pl.when(pl.Series(before >= 0)).then(pl.col("start")),
            status=pl.lit(PeriodStatus.INCOMPLETE.value),
            reason=left["reason"],
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
                "span": np.arange(self._count),
            }
        )
        first, last = pl.col("first_slot"), pl.col("last_slot")
        inside = (first <= pl.col("end_slot")) & (last > pl.col("begin_slot"))
        at_an_edge = (first == pl.col("begin_slot")) | (first == pl.col("end_slot"))
        joined = self.touches.causes.join(spans.filter(pl.Series(self.spans.touched)), on="series")
        found = joined.filter(pl.when(pl.col("edge")).then(at_an_edge).otherwise(inside))
        return found.select("series", "inventory", "table", "row", "span").unique(maintain_order=True)

    def _series(self, areas: pl.DataFrame, materials: pl.DataFrame) -> pl.DataFrame:
        holdings = materials.select(
            "stage", holding=pl.col("material"), holding_name=_names_apart(materials, "material")
        )
        named = self.layout.series.join(holdings, on="holding", how="left", maintain_order="left")
        called = areas.select("area", area_name=_names_apart(areas, "area"))
        named = named.join(called, on="area", how="left", maintain_order="left")
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
            scope=pl.lit(Scope.AREA.value),
        )


def _names_apart(keyed: pl.DataFrame, key: str) -> pl.Series:
    """What people call each, with its key where others are called the same."""
    alike = pl.Series([name and bare(name) for name in keyed["name"]], dtype=pl.String)
    both = alike.is_not_null() & alike.is_duplicated()
    return keyed.select(pl.when(both).then(pl.format("{} ({})", "name", key)).otherwise("name")).to_series()


def figures_of(account: Account) -> dict[str, Array]:
    """Quantities and σ of every span of an account, by the names of the columns of periods."""
    begin, received, sent, end = (account.quantity(name) for name in ("begin", "received", "sent", "end_quantity"))
    return {
        "begin": begin,
        "received": received,
        "sent": sent,
        "end_quantity": end,
        "normal_loss": account.normal_loss,
        "difference": begin + received - sent - end - account.normal_loss,
        **dict(zip(SIGMAS, account.sigmas, strict=True)),
        "throughput": begin + received + sent + end,
    }


def with_status(figures: pl.DataFrame, tested: Flags, reason: pl.Expr) -> pl.DataFrame:
    """Say what is closed, and why the rest is not; what a row at fault touches has no figures, what is unknown no σ."""
    closed = pl.lit(pl.Series(tested))
    hidden = [name for name in PERIOD_COLUMNS[4:-2] if name not in SIGMAS]
    return figures.with_columns(
        *(pl.when(closed).then(pl.col(name)).alias(name) for name in SIGMAS),
        *(pl.when(~pl.col("touched")).then(pl.col(name)).alias(name) for name in hidden),
        status=pl.when(closed).then(pl.lit(PeriodStatus.CLOSED.value)).otherwise(pl.lit(PeriodStatus.NOT_TESTED.value)),
        reason=reason,
    )


def _measured_by(methods: str, mend: str) -> pl.Expr:
    """Which methods measured rows of unknown error, and the mend; null where none did."""
    return pl.when(pl.col(methods) != "").then(pl.format("rows were measured by {}, {}", methods, pl.lit(mend)))
