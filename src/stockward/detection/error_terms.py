"""What the Σ of one series is made of, and what it would be if something were measured in another way.

The covariance is built from the terms as the balances build it [figures.propagation]; each what-if is a new value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.answers.balances import Balances
from stockward.figures.propagation import random_covariance, systematic_covariance
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.terms.verdicts import PeriodStatus

Index = NDArray[np.int64]
Array = NDArray[np.float64]

_CANCELLED = 1e-12
_FIGURES = ("random_relative", "random_absolute", "random_content", "relative", "absolute", "content")
_VARIANCES = _FIGURES[:3]
_SHARED = _FIGURES[3:]


@dataclass(frozen=True, slots=True)
class ErrorTerms:
    """The terms of one series over its tested periods.

    ``table`` has the columns of ``Balances.terms``, its periods numbered from 0 without a gap, and ``slot``, which
    tells apart the calibrations that a what-if adds. ``start`` and ``end`` (microseconds) have one entry a period;
    ``joined[i]`` says whether the inventory that ends period i begins the next.
    """

    table: pl.DataFrame
    start: Index
    end: Index
    joined: NDArray[np.bool_]

    @classmethod
    def of(cls, balances: Balances, series: int) -> ErrorTerms:
        """The terms of a series, for its closed periods that have a σ."""
        periods = balances.periods.filter(
            (pl.col("series") == series) & (pl.col("status") == PeriodStatus.CLOSED.value)
        ).select(pl.col("start", "end").to_physical(), uncertain=pl.col("sigma") > 0)
        uncertain = periods["uncertain"].to_numpy()
        number = np.where(uncertain, np.cumsum(uncertain) - 1, -1)
        terms = balances.terms.filter(pl.col("series") == series)
        terms = terms.with_columns(period=pl.Series(number)[terms["period"]], slot=pl.lit(0, pl.Int64))
        start, end = (periods[name].to_numpy()[uncertain].astype(np.int64) for name in ("start", "end"))
        return cls(terms.filter(pl.col("period") >= 0), start, end, end[:-1] == start[1:])

    @property
    def periods(self) -> int:
        """Number of periods."""
        return len(self.start)

    @property
    def methods(self) -> list[str]:
        """Methods with a stated error, in order of their keys."""
        return self.table["method"].drop_nulls().unique().sort().to_list()

    def covariance(self) -> Array:
        """Σ of the differences, unit²; shape (periods, periods)."""
        period = self.table["period"].to_numpy()
        variance = self.table.select(pl.sum_horizontal(_VARIANCES)).to_series().to_numpy()
        single = _sums(period, variance, self.periods)
        ends = (self.table["part"] == "end").to_numpy()
        shared = _sums(period[ends], variance[ends], self.periods)[:-1] * self.joined
        signed = self._signed()
        return random_covariance(single, shared) + systematic_covariance(signed, np.ones(signed.shape[1]))

    def _signed(self) -> Array:
        """G diag(σs): by period and group of terms that share an error."""
        by_method = ("method", "calibration", "slot")
        groups = {"relative": ("loss", *by_method), "absolute": by_method, "content": ("material",)}
        table = self.table.with_columns(loss=pl.col("part") == "normal_loss")
        blocks = [np.zeros((self.periods, 0))]
        for name, keys in groups.items():
            rows = table.filter(pl.col(name) != 0)
            if rows.height:
                group = rows.select(pl.struct(keys).rank("dense")).to_series().to_numpy().astype(np.int64) - 1
                blocks.append(self._gathered(rows["period"].to_numpy(), group, rows[name].to_numpy()))
        return np.concatenate(blocks, axis=1)

    def _gathered(self, period: Index, group: Index, value: Array) -> Array:
        width = int(group.max()) + 1
        place, size = period * width + group, self.periods * width
        gathered = _sums(place, value, size)
        gathered[np.abs(gathered) <= _CANCELLED * _sums(place, np.abs(value), size)] = 0.0
        return gathered.reshape(self.periods, width)

    def with_errors(self, method: str, *, random: float = 1.0, systematic: float = 1.0) -> ErrorTerms:
        """The same, measured by a method whose random and systematic errors are these times as large."""
        factors = dict.fromkeys(_VARIANCES[:2], random**2) | dict.fromkeys(_SHARED[:2], systematic)
        here = pl.col("method") == method
        return self._with(
            self.table.with_columns(
                pl.when(here.fill_null(False)).then(pl.col(name) * factor).otherwise(pl.col(name)).alias(name)
                for name, factor in factors.items()
            )
        )

    def recalibrated(self, method: str, days: float) -> ErrorTerms:
        """The same, the method being calibrated every so many days besides; flows pass evenly within a period."""
        here = (pl.col("method") == method).fill_null(False)
        rows, others = self.table.filter(here), self.table.filter(~here)
        step = days * MICROSECONDS_A_DAY
        first = int(self.start[0])
        period, part = rows["period"].to_numpy(), rows["part"].to_numpy()
        # A count is made at one moment; a flow spreads over its period.
        begin = np.where(part == "end", self.end[period], self.start[period])
        until = np.where(part == "begin", self.start[period], self.end[period])
        source, slot, share = _spread((begin - first) / step, (until - first) / step)
        spread = rows[source].with_columns(
            slot=pl.Series(slot),
            **{name: pl.col(name) * pl.Series(share) for name in ("quantity", *_FIGURES)},
        )
        return self._with(pl.concat([others, spread]))

    def check_weighed(self, method: str, share: float) -> ErrorTerms:
        """The same, this share of the method's flows being weighed again on a scale as good, and the mean booked."""
        here = ((pl.col("method") == method) & (pl.col("part") == "flow")).fill_null(False)
        half = share / 2
        kept = [pl.when(here).then(pl.col(name) * (1 - half)).otherwise(pl.col(name)).alias(name) for name in
                (*_VARIANCES[:2], *_SHARED[:2])]  # fmt: skip
        second = self.table.filter(here).with_columns(
            pl.format("{}, second scale", "method").alias("method"),
            *(pl.lit(0.0).alias(name) for name in ("quantity", *_VARIANCES, "content")),
            *(pl.col(name) * half for name in _SHARED[:2]),
        )
        return self._with(pl.concat([self.table.with_columns(kept), second]))

    def split(self, parts: int) -> ErrorTerms:
        """One of so many equal parts of the area, each with its share of the measurements and its own inventories."""
        shares = dict.fromkeys(("quantity", *_FIGURES), 1.0 / parts)
        return self._with(self.table.with_columns(pl.col(name) * share for name, share in shares.items()))

    def counted_less(self, every: int) -> ErrorTerms:
        """The same, only every so many inventories being taken."""
        first = np.concatenate([[True], ~self.joined])
        run = np.cumsum(first) - 1
        within = np.arange(self.periods) - np.flatnonzero(first)[run]
        opens = within % every == 0
        number = np.cumsum(opens) - 1
        closes = np.concatenate([opens[1:], [True]])
        kept = (
            (pl.col("part").is_in(["flow", "normal_loss"]))
            | ((pl.col("part") == "begin") & pl.Series(opens)[self.table["period"]])
            | ((pl.col("part") == "end") & pl.Series(closes)[self.table["period"]])
        )
        table = self.table.filter(kept)
        table = table.with_columns(period=pl.Series(number)[table["period"]])
        return ErrorTerms(table, self.start[opens], self.end[closes], self.joined[np.flatnonzero(closes)[:-1]])

    def counted_more(self, times: int) -> ErrorTerms:
        """The same, with so many inventories in place of each; those between are measured as the one that ends it."""
        tables = []
        flows = self.table.filter(pl.col("part").is_in(["flow", "normal_loss"]))
        for number in range(times):
            place = pl.col("period") * times + number
            tables.append(
                flows.with_columns(place.alias("period"), *(pl.col(name) / times for name in ("quantity", *_FIGURES)))
            )
            ends = self.table.filter(pl.col("part") == "end")
            tables.append(ends.with_columns(place.alias("period")))
            if number:
                mirrored = [-pl.col(name) for name in ("quantity", *_SHARED)]
                tables.append(ends.with_columns(place.alias("period"), *mirrored, part=pl.lit("begin")))
        begins = self.table.filter(pl.col("part") == "begin")
        tables.append(begins.with_columns(period=pl.col("period") * times))
        step = (self.end - self.start) / times
        start = (self.start[:, None] + step[:, None] * np.arange(times)).ravel().astype(np.int64)
        end = (self.start[:, None] + step[:, None] * np.arange(1, times + 1)).ravel().astype(np.int64)
        joined = np.ones((self.periods, times), bool)
        joined[:-1, -1] = self.joined
        return ErrorTerms(pl.concat(tables), start, end, joined.ravel()[:-1])

    def _with(self, table: pl.DataFrame) -> ErrorTerms:
        return replace(self, table=table)


def _sums(place: Index, value: Array, size: int) -> Array:
    return np.bincount(place, value, size).astype(np.float64)


def _spread(begin: Array, until: Array) -> tuple[Index, Index, Array]:
    """Intervals of length 1 that each span from begin to until touches: source, number, and share of the span."""
    sources, slots, shares = [], [], []
    for source, (a, b) in enumerate(zip(begin.tolist(), until.tolist(), strict=True)):
        if b <= a:
            pieces: Sequence[tuple[float, float]] = [(a, a)]
        else:
            inner = np.arange(np.floor(a) + 1, b)
            pieces = list(pairwise([a, *inner.tolist(), b]))
        for left, right in pieces:
            sources.append(source)
            slots.append(int(np.floor(left)))
            shares.append((right - left) / (b - a) if b > a else 1.0)
    return np.array(sources, np.int64), np.array(slots, np.int64), np.array(shares)
