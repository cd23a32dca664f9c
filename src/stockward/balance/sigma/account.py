"""An account: what enters the spans of a set of series, and the σ of their differences.

The differences are linear in what was measured; errors enter Σ as ``stats.propagation`` says [Jaech, Statistical
Methods in Nuclear Material Control, 1973].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from stockward.balance.sigma.errors import Terms
from stockward.balance.sigma.readings import OWN
from stockward.balance.sigma.terms import ranked
from stockward.balance.sums import sums_by
from stockward.stats.arrays import Array, Flags, Index
from stockward.stats.propagation import (
    CANCELLED,
    gathered,
    items_drawn,
    random_covariance,
    shared_covariance,
    systematic_covariance,
)


@dataclass(frozen=True, slots=True)
class Flow:
    """Terms that enter the spans with one coefficient each: +1 adds to what should be there, −1 takes from it.

    ``entry`` is the place of each among all entries of flows, or of counts.
    """

    terms: Terms
    span: Index
    coefficient: Array
    entry: Index

    def sum(self, values: Array, spans: int) -> Array:
        """Sum by span."""
        return sums_by(self.span, values, spans)


@dataclass(frozen=True, slots=True)
class Lost:
    """Normal losses, one entry for each span of an area: the span of the account that it falls into, and its errors.

    ``series`` is the series of the area; ``group`` numbers those that share a systematic error; ``share`` is what is
    lost of what is received. ``stated`` says whether the books state an error, be it zero.
    """

    span: Index
    series: Index
    group: Index
    share: Array
    quantity: Array
    random_rel: Array
    systematic_rel: Array
    stated: Flags


@dataclass(frozen=True)
class Account:
    """``owner`` is the series of each span, counted from 0 up to ``series`` and in order; ``materials`` is how many.

    ``entering`` are the streams by name: what was received and sent, and the counts that ``begin`` and end each span.
    ``base`` is the number of the first series in the balances.
    """

    owner: Index
    series: int
    materials: int
    entering: Mapping[str, Flow]
    lost: Lost
    base: int = 0

    @property
    def spans(self) -> int:
        """Number of spans."""
        return len(self.owner)

    @cached_property
    def first(self) -> Index:
        """First span of each series; one more entry ends the last."""
        return np.searchsorted(self.owner, np.arange(self.series + 1))

    def quantity(self, name: str) -> Array:
        """Sum of one stream by span, unit of the series."""
        flow = self.entering[name]
        return flow.sum(flow.terms.value, self.spans)

    @cached_property
    def normal_loss(self) -> Array:
        """Normal loss by span, unit of the series."""
        return self._of_lost(self.lost.quantity)

    def _of_lost(self, values: Array) -> Array:
        return sums_by(self.lost.span, values, self.spans)

    @cached_property
    def _random(self) -> tuple[Array, Array]:
        """Variance of each span from random errors of rows that are their own reading, and of its ending inventory."""
        by_flow = {name: flow.sum(_own_variance(flow), self.spans) for name, flow in self.entering.items()}
        own = self._of_lost((self.lost.random_rel * self.lost.quantity) ** 2)
        return np.sum(list(by_flow.values()), axis=0) + own, by_flow["end_quantity"]

    @cached_property
    def _shared(self) -> tuple[Index, Index, Array]:
        """R: span, draw and signed σ of the random draws that several terms share."""
        period, draw, signed = _stacked(part for flow in self.entering.values() for part in self._draws(flow))
        span, lot, variance = _stacked(self._lots(flow) for flow in self.entering.values())
        # What is left of a lot in the periods of another series are other items.
        lots = items_drawn(span, lot * self.series + self.owner[span], variance, self.spans)
        return _stacked([gathered(period, draw, signed, self.spans), lots])

    def _draws(self, flow: Flow) -> Iterator[tuple[Index, Index, Array]]:
        """The draws of one stream: r and a of each reading, and one of content for each bulk material in it."""
        repeated = np.flatnonzero(flow.terms.entries.reading != OWN)
        if not len(repeated):
            return
        terms, span, sign = flow.terms.where(repeated), flow.span[repeated], flow.coefficient[repeated]
        draws = draws_of(terms.entries.reading, terms.entries.material, self.materials)
        bulk = np.where(terms.item, 0.0, terms.random_content)
        for draw, variance in zip(draws, (terms.random_relative, terms.random_absolute, bulk), strict=True):
            yield span, draw, sign * np.sqrt(variance)

    def _lots(self, flow: Flow) -> tuple[Index, Index, Array]:
        """Items of one reading: span, the lot of each, and the variance of their contents with the sign of the row."""
        here = np.flatnonzero((flow.terms.entries.reading != OWN) & flow.terms.item)
        terms, sign = flow.terms.where(here), flow.coefficient[here]
        lot = draws_of(terms.entries.reading, terms.entries.material, self.materials)[2]
        return flow.span[here], lot, sign * terms.random_content

    @cached_property
    def _systematic(self) -> list[Array]:
        """G diag(σs) of every series, as spans by groups.

        Groups are the relative and absolute errors of each method between two calibrations, the error of content of
        each material, and the error of each normal loss.
        """
        first = self.first
        span, group, value = self._shared_errors()
        owner, width = self.owner[span], int(np.max(group, initial=0)) + 1
        codes, rank = ranked(owner * width + group, self.series * width)
        first_code = np.searchsorted(codes // width, np.arange(self.series + 1))
        groups, spans = np.diff(first_code), np.diff(first)
        offset = np.concatenate([[0], np.cumsum(groups * spans)])
        place = offset[owner] + (span - first[owner]) * groups[owner] + rank - first_code[owner]
        flat = np.bincount(place, value, int(offset[-1])).astype(float)
        # What cancels, as a content that all items of an area share, leaves rounding behind; that is no σ.
        flat[np.abs(flat) <= CANCELLED * np.bincount(place, np.abs(value), len(flat))] = 0.0
        shape = [(int(n), int(g)) for n, g in zip(spans, groups, strict=True)]
        return [flat[a:b].reshape(s) for a, b, s in zip(offset[:-1], offset[1:], shape, strict=True)]

    def _shared_errors(self) -> tuple[Index, Index, Array]:
        """Span, group and signed σs × quantity of every systematic error."""
        flows, lost = self.entering.values(), self.lost
        calibrations = 1 + max(int(np.max(flow.terms.entries.calibration, initial=0)) for flow in flows)
        methods = 2 + max(int(np.max(flow.terms.entries.method, initial=0)) for flow in flows)
        by_method, after_losses = methods * calibrations, 1 + int(np.max(lost.group, initial=0))
        spans, groups, values = [lost.span], [lost.group], [-lost.systematic_rel * lost.quantity]
        for flow in flows:
            entries = flow.terms.entries
            method = after_losses + entries.method * calibrations + entries.calibration
            of_content = after_losses + 2 * by_method + entries.material
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

    @cached_property
    def sigmas(self) -> tuple[Array, Array, Array]:
        """σ of every span, and its parts from random and from systematic errors, unit of the series."""
        span, _, total = self._shared
        random = self._random[0] + np.bincount(span, total**2, self.spans)
        systematic = np.sqrt(np.concatenate([np.zeros(0), *(np.sum(g**2, axis=1) for g in self._systematic)]))
        return np.sqrt(random + systematic**2), np.sqrt(random), systematic

    def covariances(self, tested: Flags) -> tuple[Array, ...]:
        """Σ of the tested spans of every series, unit²."""
        single, ends = self._random
        unit = np.ones(max((g.shape[1] for g in self._systematic), default=0))
        repeating = set(self.owner[self._shared[0]].tolist())
        covariances = []
        for series, g in enumerate(self._systematic):
            a, b = int(self.first[series]), int(self.first[series + 1])
            covariance = systematic_covariance(g, unit[: g.shape[1]])
            if b > a:
                covariance += random_covariance(single[a:b], ends[a : b - 1])
            if series in repeating:
                covariance += self._shared_covariance(a, b)
            kept = tested[a:b]
            covariances.append(covariance if kept.all() else covariance[np.ix_(kept, kept)])
        return tuple(covariances)

    def _shared_covariance(self, first: int, end: int) -> Array:
        span, draw, total = self._shared
        own = (span >= first) & (span < end)
        return shared_covariance(span[own] - first, draw[own], total[own], end - first)


def draws_of(reading: Index, material: Index, materials: int) -> tuple[Index, Index, Index]:
    """Numbers of the draws that each term of a reading takes: relative, absolute, and that of the content."""
    code = reading * (materials + 2)
    return code, code + 1, code + 2 + material


def _own_variance(flow: Flow) -> Array:
    return np.where(flow.terms.entries.reading == OWN, flow.coefficient**2 * flow.terms.random, 0.0)


def _stacked(parts: Iterable[tuple[Index, Index, Array]]) -> tuple[Index, Index, Array]:
    """Columns of one length, one below the other; empty where there are no parts."""
    period, number, value = zip((_NO_INDEX, _NO_INDEX, np.zeros(0)), *parts, strict=True)
    return np.concatenate(period), np.concatenate(number), np.concatenate(value)


_NO_INDEX = np.zeros(0, np.int64)
