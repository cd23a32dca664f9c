"""What a series that alarms says of each loss or gain: how much, with its interval, and in which days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from stockward.accountancy.testing import discrepant
from stockward.answers.balances import Balances
from stockward.answers.items import Discrepancy
from stockward.answers.losses import SeriesVerdict
from stockward.terms.verdicts import PeriodStatus, Scope

_AGREE = 1e-6
"""Exact amounts agree within this share of them."""

_WIDENED = 1.5

_NEAR = 0.5
"""A difference is about all of an amount, if it lies within this share of it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one series says of one loss: positive is missing."""

    amount: float
    low: float
    high: float
    start: datetime
    end: datetime

    def overlaps(self, other: Claim) -> bool:
        """Whether both have any time in common."""
        return self.start < other.end and other.start < self.end

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


def claims_of(
    balances: Balances,
    number: int,
    row: Mapping[str, Any],
    verdict: SeriesVerdict,
    discrepancies: Sequence[Discrepancy],
) -> list[Claim]:
    """All that is claimed of one series, in time order."""
    if verdict.losses:
        return [Claim(one.estimate, one.low, one.high, one.not_before, one.not_after) for one in verdict.losses]
    found = [
        Claim(one.difference, one.difference, one.difference, one.start, one.end)
        for one in discrepancies
        if one.id == row["id"]
    ]
    periods = balances.periods.filter(pl.col("series") == number)
    if row["scope"] == Scope.SITE.value:
        exact = periods.filter(discrepant()).select("difference", "start", "end")
        found += [Claim(gone, gone, gone, start, end) for gone, start, end in exact.rows()]
    for left, start, end in zip(verdict.left, periods["start"], periods["end"], strict=True):
        if left:
            found.append(Claim(left, left, left, start, end))
    return sorted(found, key=lambda one: (one.end, one.start))


def about_all(amount: float, difference: float) -> bool:
    """Whether the difference of one period is about all of an amount."""
    return abs(difference - amount) < _NEAR * abs(amount)


def closed_periods(balances: Balances, number: int) -> pl.DataFrame:
    """The closed periods of one series in time order: those of its covariance."""
    return balances.periods.filter((pl.col("series") == number) & (pl.col("status") == PeriodStatus.CLOSED.value))
