"""What a series that alarms says of each loss or gain: how much, with its interval, and in which days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from stockward.answers.balances import Balances
from stockward.answers.items import Discrepancy
from stockward.answers.losses import SeriesVerdict
from stockward.balance.series_periods import discrepant, unsettled
from stockward.terms.verdicts import Scope

_AGREE = 1e-6
"""Exact amounts agree within this share of them."""

_WIDENED = 1.5

_NEAR = 0.5
"""A difference is about all of an amount, if it lies within this share of it."""

_Exact = tuple[int, float, datetime, datetime]
"""A series, and what no error of measuring can have left of it: how much, and from when to when."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one series says of one loss: positive is missing."""

    amount: float
    low: float
    high: float
    start: datetime
    end: datetime

    def overlaps(self, other: Claim) -> bool:
        """Whether both have any time in common; what came or went at one moment has it with the time around it."""
        begin, end = max(self.start, other.start), min(self.end, other.end)
        return begin < end or (begin == end and (self.start == self.end or other.start == other.end))

    def agrees(self, other: Claim) -> bool:
        """Whether both may be of one loss, or of one gain: they point the same way, and overlap in time."""
        return self.amount * other.amount > 0 and self.overlaps(other)

    def holds(self, amount: float) -> bool:
        """Whether the amount lies within its interval."""
        slack = _AGREE * abs(amount)
        return self.low - slack <= amount <= self.high + slack

    def allows(self, amount: float) -> bool:
        """Whether it lies within the interval widened by half, which is three σ: for what else speaks for an amount."""
        low, high = (self.amount + _WIDENED * (bound - self.amount) for bound in (self.low, self.high))
        slack = _AGREE * abs(amount)
        return low - slack <= amount <= high + slack

    def cancels(self, other: Claim) -> bool:
        """Whether it is of the opposite sign, and as large within the interval of each."""
        slack = _AGREE * abs(self.amount)
        low, high = max(self.low, -other.high), min(self.high, -other.low)
        return self.amount * other.amount < 0 and low <= high + slack


def about_all(amount: float, difference: float) -> bool:
    """Whether the difference of one period is about all of an amount."""
    return abs(difference - amount) < _NEAR * abs(amount)


def claims_of(
    balances: Balances, alarming: Mapping[int, SeriesVerdict], discrepancies: Sequence[Discrepancy]
) -> dict[int, list[Claim]]:
    """All that is claimed of each series that alarms, in time order: its estimated losses, or else what is exact."""
    estimated = {number: _estimated(verdict) for number, verdict in alarming.items() if verdict.losses}
    others = {number: verdict for number, verdict in alarming.items() if not verdict.losses}
    exact: dict[int, list[Claim]] = {number: [] for number in others}
    for found in (
        _of_areas(balances, others, discrepancies),
        _of_the_site(balances, others),
        _without_error(balances, others),
    ):
        for number, amount, start, end in found:
            exact[number].append(Claim(amount, amount, amount, start, end))
    for own in exact.values():
        own.sort(key=lambda one: (one.end, one.start))
    return estimated | exact


def _estimated(verdict: SeriesVerdict) -> list[Claim]:
    return [Claim(one.estimate, one.low, one.high, one.not_before, one.not_after) for one in verdict.losses]


def _of_areas(balances: Balances, series: Iterable[int], discrepancies: Sequence[Discrepancy]) -> Iterator[_Exact]:
    """The discrepancies that stand, which are those of the areas alone."""
    # An item and the substance in it may have one key; their units differ.
    standing = defaultdict(list)
    for one in discrepancies:
        standing[one.id, one.unit].append(one)
    keys = balances.series.select("id", "unit").rows()
    for number in series:
        for one in standing[keys[number]]:
            yield number, one.difference, one.start, one.end


def _of_the_site(balances: Balances, series: Iterable[int]) -> Iterator[_Exact]:
    """Exact differences of the whole site."""
    scopes = balances.series["scope"].to_list()
    whole = [number for number in series if scopes[number] == Scope.SITE.value]
    found = balances.periods.filter(pl.col("series").is_in(whole) & discrepant())
    yield from found.select("series", unsettled(), "start", "end").iter_rows()


def _without_error(balances: Balances, verdicts: Mapping[int, SeriesVerdict]) -> Iterator[_Exact]:
    """What is left of differences in directions without error; ``verdicts`` are in order of the series."""
    periods = balances.periods.filter(pl.col("series").is_in(list(verdicts))).select("series", "start", "end")
    amounts = (amount for verdict in verdicts.values() for amount in verdict.left)
    for (number, start, end), amount in zip(periods.iter_rows(), amounts, strict=True):
        if amount:
            yield number, amount, start, end
