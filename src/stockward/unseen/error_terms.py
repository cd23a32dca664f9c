"""What the Σ of one series is made of, and what it would be if something were measured in another way.

The covariance is built from the terms as the balances build it [figures.propagation]; each what-if is a new value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from stockward.answers.balances import Balances
from stockward.balance.series_periods import uncertain
from stockward.balance.sigma.account import draws_of
from stockward.balance.sigma.readings import OWN
from stockward.balance.sums import rounding_of
from stockward.stats.arrays import Array, Flags, Index
from stockward.stats.propagation import (
    CANCELLED,
    gathered,
    items_drawn,
    random_covariance,
    shared_covariance,
    systematic_covariance,
)
from stockward.stats.scanning.student import EstimatedParts
from stockward.terms.verdicts import PeriodStatus

_PARTS = ("flow", "begin", "end", "normal_loss")
_FLOW, _BEGIN, _END, _LOSS = range(4)
_FIGURES = ("random_relative", "random_absolute", "random_content", "relative", "absolute", "content")
_AGAIN = ", second scale"
_RANDOM, _SHARED = slice(0, 3), slice(3, 6)
_OF_METHOD = np.array([1.0, 1.0, 0.0, 1.0, 1.0, 0.0])
"""Which figures are errors of the method; the others are those of the content."""


@dataclass(frozen=True, slots=True)
class ErrorTerms:
    """The terms of one series over its tested periods.

    ``period``, ``part``, ``material``, ``method`` (place in ``methods``, −1 none), ``calibration``, ``reading`` (−1: a
    measurement of its own) and ``item`` (counted in items) have one entry a term, and ``sign`` that with which it
    enters the difference. ``figures`` has one row a term with the variances and signed systematic errors of
    ``Balances.terms``. ``start`` and ``end`` (microseconds) have one entry a period, and ``counted`` two: when on
    average the areas were counted for the inventories that begin and end it, shape (periods, 2). ``joined[i]`` says
    whether the inventory that ends period i begins the next; ``rounding`` is what the difference of each period may be
    off by without any error of measuring. ``exact`` are the times of closed periods that have no σ: any loss in them
    shows. ``record`` is when the first of all periods begins and the last one ends, be they tested or not. ``freedom``
    are the degrees of freedom of the random and the systematic errors of methods whose σ was estimated.
    """

    period: Index
    part: Index
    material: Index
    method: Index
    calibration: Index
    reading: Index
    item: Flags
    sign: Array
    figures: Array
    methods: tuple[str, ...]
    start: Index
    end: Index
    counted: Index
    joined: Flags
    rounding: Array
    exact: tuple[tuple[int, int], ...]
    record: tuple[int, int]
    freedom: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, balances: Balances, series: int) -> ErrorTerms:
        """The terms of one series, for its closed periods that have a σ."""
        return TermTables(balances).of(series)

    @property
    def periods(self) -> int:
        """Number of periods."""
        return len(self.start)

    def covariance(self) -> Array:
        """Σ of the differences, unit²; shape (periods, periods)."""
        variance = np.where(self._repeated, 0.0, self.figures[:, _RANDOM].sum(axis=1))
        single = _sums(self.period, variance, self.periods)
        ends = self.part == _END
        shared = _sums(self.period[ends], variance[ends], self.periods)[:-1] * self.joined
        signed = self._signed()
        covariance = random_covariance(single, shared) + systematic_covariance(signed, np.ones(signed.shape[1]))
        return covariance + self._of_readings() if self._repeated.any() else covariance

    def estimated(self) -> EstimatedParts | None:
        """The parts of Σ whose errors were estimated; ``None`` where all are known."""
        found = []
        for method, degrees in self.freedom.items():
            # A second scale has errors of its own, and the σ of the first.
            own = np.isin(
                self.method, [at for at, name in enumerate(self.methods) if name.removesuffix(_AGAIN) == method]
            )
            for columns, of in zip((_RANDOM, _SHARED), degrees, strict=True):
                alone = np.zeros_like(self.figures)
                alone[own, columns] = (self.figures * _OF_METHOD)[own, columns]
                if np.isfinite(of) and alone.any():
                    found.append((replace(self, figures=alone).covariance(), of))
        if not found:
            return None
        parts, freedom = zip(*found, strict=True)
        return EstimatedParts(np.stack(parts), np.array(freedom))

    @property
    def _repeated(self) -> Flags:
        """Terms of a reading that several rows share."""
        return np.asarray(self.reading != OWN)

    def _of_readings(self) -> Array:
        """The part of Σ from random errors that the terms of one reading share."""
        rows = np.flatnonzero(self._repeated)
        draws = draws_of(self.reading[rows], self.material[rows], 1 + int(np.max(self.material, initial=0)))
        variance, sign, item = self.figures[rows, _RANDOM].copy(), self.sign[rows], self.item[rows]
        lots = items_drawn(self.period[rows][item], draws[2][item], (sign * variance[:, 2])[item], self.periods)
        variance[item, 2] = 0.0
        signed = sign[:, None] * np.sqrt(variance)
        period = np.tile(self.period[rows], len(draws))
        drawn = gathered(period, np.concatenate(draws), signed.T.ravel(), self.periods)
        return shared_covariance(*drawn, self.periods) + shared_covariance(*lots, self.periods)

    def _signed(self) -> Array:
        """G diag(σs): by period and group of terms that share an error."""
        # A normal loss has no method: its number is that of its area, and its own.
        by_method = 2 * (self.method * (1 + np.max(self.calibration, initial=0)) + self.calibration)
        groups = (by_method + (self.part == _LOSS), by_method, self.material)
        blocks = [np.zeros((self.periods, 0))]
        for group, value in zip(groups, self.figures[:, _SHARED].T, strict=True):
            shared = value != 0
            if shared.any():
                _, number = np.unique(group[shared], return_inverse=True)
                blocks.append(self._gathered(self.period[shared], number, value[shared]))
        return np.concatenate(blocks, axis=1)

    def _gathered(self, period: Index, group: Index, value: Array) -> Array:
        width = int(group.max()) + 1
        place, size = period * width + group, self.periods * width
        gathered = _sums(place, value, size)
        gathered[np.abs(gathered) <= CANCELLED * _sums(place, np.abs(value), size)] = 0.0
        return gathered.reshape(self.periods, width)

    def with_errors(self, method: str, *, random: float = 1.0, systematic: float = 1.0) -> ErrorTerms:
        """The same, measured by a method whose random and systematic errors are these times as large."""
        return self.with_each_error(method, random=(random, random), systematic=(systematic, systematic))

    def with_each_error(
        self, method: str, *, random: tuple[float, float], systematic: tuple[float, float]
    ) -> ErrorTerms:
        """The same, the method's relative and absolute errors being these times as large, each its own."""
        if random == systematic == (1.0, 1.0):
            return self
        factor = np.array([random[0] ** 2, random[1] ** 2, 1.0, *systematic, 1.0])
        return replace(self, figures=np.where(self._by(method)[:, None], self.figures * factor, self.figures))

    def with_losses_drawn(self, area: int, left: Array) -> ErrorTerms:
        """The same, so much being ``left`` in each period of the variance of the normal losses of an area, since these
        are told in other periods of their own; shape (periods,).

        ``area`` is the number of the area among those that the series adds up.
        """
        share = np.ones_like(self.figures)
        share[:, _RANDOM] = left[self.period, None]
        here = (self.part == _LOSS) & (self.calibration == area)
        return replace(self, figures=np.where(here[:, None], self.figures * share, self.figures))

    @property
    def losing(self) -> tuple[int, ...]:
        """The numbers of the areas whose normal loss has a random error."""
        random = (self.part == _LOSS) & (self.figures[:, _RANDOM].sum(axis=1) > 0)
        return tuple(np.unique(self.calibration[random]).tolist())

    def loss_variances(self, area: int) -> Array:
        """The random errors of the normal losses of one of these areas in each period, unit²; shape (periods,)."""
        here = (self.part == _LOSS) & (self.calibration == area)
        return _sums(self.period[here], self.figures[here, _RANDOM].sum(axis=1), self.periods)

    def sharing_as(self, other: ErrorTerms, method: str) -> ErrorTerms:
        """The same, what one method shares between weighings being as in others of the same periods."""
        here, shared = other._chosen(np.flatnonzero(other._by(method))), np.array([0, 0, 0, 1, 1, 0])
        place = np.full(len(here.method), self.methods.index(method))  # Without random errors it repeats no reading.
        again = replace(here, figures=here.figures * shared, method=place, reading=np.full(len(place), OWN))
        return _together(replace(self, figures=self.figures * (1 - self._by(method)[:, None] * shared)), again)

    def check_weighed(self, method: str, share: float) -> ErrorTerms:
        """The same, this share of the method's flows being weighed again on a scale as good, and the mean booked."""
        here = self._by(method) & (self.part == _FLOW)
        # Whatever repeats the reading of a flow repeats its second weighing, too.
        here |= self._by(method) & self._repeated & np.isin(self.reading, self.reading[here])
        half = share / 2
        kept = np.where(_OF_METHOD > 0, 1.0 - half, 1.0)
        first = replace(self, figures=np.where(here[:, None], self.figures * kept, self.figures))
        second = self._chosen(np.flatnonzero(here))
        again = second.figures * np.where(_OF_METHOD > 0, half, 0.0)
        again[:, _RANDOM] = 0.0
        scale = np.full(len(again), len(self.methods))
        named = (*self.methods, f"{method}{_AGAIN}")
        return _together(replace(first, methods=named), replace(second, figures=again, method=scale))

    def split(self, parts: int) -> ErrorTerms:
        """One of so many equal parts of the area, each with its share of the measurements and its own inventories."""
        return replace(self, figures=self.figures / parts, rounding=self.rounding / parts)

    def counted_less(self, every: int) -> ErrorTerms:
        """The same, only every so many inventories being taken: those that stand as far apart before the last."""
        last = np.concatenate([~self.joined, [True]])
        after = np.flatnonzero(last)[np.cumsum(last) - last] - np.arange(self.periods)
        closes = after % every == 0
        opens = np.concatenate([[True], closes[:-1]])
        taken = np.select([self.part == _BEGIN, self.part == _END], [opens[self.period], closes[self.period]], True)
        kept = self._chosen(np.flatnonzero(taken))
        return replace(
            kept,
            period=(np.cumsum(opens) - 1)[kept.period],
            start=self.start[opens],
            end=self.end[closes],
            counted=np.stack([self.counted[opens, 0], self.counted[closes, 1]], axis=1),
            joined=self.joined[np.flatnonzero(closes)[:-1]],
            rounding=np.add.reduceat(self.rounding, np.flatnonzero(opens)),
        )

    def counted_more(self, times: int) -> ErrorTerms:
        """The same, with so many inventories in place of each; those between are measured as the one that ends it."""
        of_flow = (self.part == _FLOW) | (self.part == _LOSS)
        flows, whole = (self._chosen(np.flatnonzero(of_flow & (self._repeated == one))) for one in (False, True))
        ends = self._chosen(np.flatnonzero(self.part == _END))
        begins = self._chosen(np.flatnonzero(self.part == _BEGIN))
        mirrored = replace(ends, part=np.full(len(ends.part), _BEGIN), sign=-ends.sign, figures=ends.figures * _MIRROR)
        pieces = [replace(begins, period=begins.period * times)]
        # What the inventory that ends a period repeats was there at those between: it came before them.
        pieces.append(replace(whole, period=whole.period * times))
        for number in range(times):
            part = replace(flows, figures=flows.figures / times)
            pieces += [replace(piece, period=piece.period * times + number) for piece in (part, ends)]
            if number:
                pieces.append(replace(mirrored, period=mirrored.period * times + number))
        moments = _within(self.start, self.end, times)
        counts = _within(self.counted[:, 0], self.counted[:, 1], times)
        joined = np.ones((self.periods, times), bool)
        joined[:-1, -1] = self.joined
        return replace(
            _together(*pieces),
            start=moments[:, :-1].ravel(),
            end=moments[:, 1:].ravel(),
            counted=np.stack([counts[:, :-1].ravel(), counts[:, 1:].ravel()], axis=1),
            joined=joined.ravel()[:-1],
            rounding=np.repeat(self.rounding, times),
        )

    def _by(self, method: str) -> Flags:
        return np.asarray(self.method == self.methods.index(method))

    def _chosen(self, rows: Index) -> ErrorTerms:
        codes: dict[str, Any] = {name: getattr(self, name)[rows] for name in _CODES}
        return replace(self, figures=self.figures[rows], **codes)


_CODES = ("period", "part", "material", "method", "calibration", "reading", "item", "sign")
_MIRROR = np.array([1.0, 1.0, 1.0, -1.0, -1.0, -1.0])
"""What ends one period begins the next: the same errors, entering with the other sign."""


def _together(*pieces: ErrorTerms) -> ErrorTerms:
    """The terms of all pieces; what is not of the terms is that of the first."""
    codes: dict[str, Any] = {name: np.concatenate([getattr(piece, name) for piece in pieces]) for name in _CODES}
    return replace(pieces[0], figures=np.concatenate([piece.figures for piece in pieces]), **codes)


def _within(begin: Index, end: Index, times: int) -> Index:
    """Moments that cut each span into so many parts, shape (spans, times + 1)."""
    step = ((end - begin) / times)[:, None] * np.arange(times + 1)
    return np.asarray((begin[:, None] + step).astype(np.int64))


class TermTables:
    """The tables of balances as arrays, from which the terms of each series are cut; they stand in order of series."""

    def __init__(self, balances: Balances) -> None:
        bounds = np.arange(balances.series.height + 1)
        periods, terms = balances.periods, balances.terms
        closed = periods.filter(pl.col("status") == PeriodStatus.CLOSED.value)
        self._periods = np.searchsorted(closed["series"].to_numpy(), bounds)
        self._start, self._end = (closed[name].to_physical().to_numpy().astype(np.int64) for name in ("start", "end"))
        self._uncertain = uncertain(closed)
        # What else was lost in a settled period nobody looks for: it is as if it could not be tested.
        self._exact = ~self._uncertain & ~closed["settled"].to_numpy()
        balanced = periods.filter(pl.col("status") != PeriodStatus.INCOMPLETE.value).group_by("series")
        bounds_of = balanced.agg(pl.col("start").min().to_physical(), pl.col("end").max().to_physical())
        self._record = {number: (begun, ended) for number, begun, ended in bounds_of.rows()}
        self._rounding = rounding_of(closed["throughput"].fill_null(0.0).to_numpy())
        self._terms = np.searchsorted(terms["series"].to_numpy(), bounds)
        self._period = terms["period"].to_numpy()
        self._part = terms["part"].replace_strict(_PARTS, range(4), return_dtype=pl.Int64).to_numpy()
        self._keys, self._method = _coded(terms["method"])
        self._material = _coded(terms["material"])[1]
        self._calibration = terms["calibration"].to_numpy()
        self._reading = terms["reading"].fill_null(OWN).to_numpy()
        self._item = terms["item"].to_numpy()
        self._sign = np.sign(terms["coefficient"].to_numpy())
        self._freedom = balances.freedom
        self._figures = terms.select(_FIGURES).to_numpy()
        joined = balances.joined.group_by("series", "inventory").agg(latest=pl.max("at"), mean=pl.mean("at"))
        self._joined = {
            series: table.select(pl.col("latest", "mean").to_physical()).to_numpy()
            for (series,), table in joined.sort("latest").partition_by("series", as_dict=True).items()
        }

    def of(self, series: int) -> ErrorTerms:
        """The terms of a series, for its closed periods that have a σ."""
        of_series = slice(*self._periods[series : series + 2].tolist())
        start, end = self._start[of_series], self._end[of_series]
        kept, exact = self._uncertain[of_series], self._exact[of_series]
        number = np.where(kept, np.cumsum(kept) - 1, -1)
        first, last = self._terms[series : series + 2].tolist()
        rows = first + np.flatnonzero(number[self._period[first:last]] >= 0)
        used, method = np.unique(self._method[rows], return_inverse=True)
        named = used >= 0
        start_kept, end_kept = start[kept], end[kept]
        return ErrorTerms(
            period=number[self._period[rows]],
            part=self._part[rows],
            material=self._material[rows],
            method=method - int(len(used) > 0 and not named[0]),
            calibration=self._calibration[rows],
            reading=self._reading[rows],
            item=self._item[rows],
            sign=self._sign[rows],
            figures=self._figures[rows],
            methods=tuple(self._keys[code] for code in used[named]),
            start=start_kept,
            end=end_kept,
            counted=np.stack([self._counted(series, start_kept), self._counted(series, end_kept)], axis=1),
            joined=end_kept[:-1] == start_kept[1:],
            rounding=self._rounding[of_series][kept],
            exact=tuple(zip(start[exact].tolist(), end[exact].tolist(), strict=True)),
            record=self._record.get(series, (0, 0)),
            freedom=self._freedom,
        )

    def _counted(self, series: int, moment: Index) -> Index:
        """When on average the areas were counted for the inventories at these moments, each the latest of its own."""
        if series not in self._joined:
            return moment
        latest, mean = self._joined[series].T
        return np.asarray(mean[np.searchsorted(latest, moment)])


def _coded(column: pl.Series) -> tuple[list[str], Index]:
    """Keys in order, and the place of each row's (−1 none)."""
    keys = column.drop_nulls().unique().sort().to_list()
    codes = column.replace_strict(keys, range(len(keys)), default=None, return_dtype=pl.Int64)
    return keys, codes.fill_null(-1).to_numpy()


def _sums(place: Index, value: Array, size: int) -> Array:
    return np.bincount(place, value, size).astype(np.float64)
