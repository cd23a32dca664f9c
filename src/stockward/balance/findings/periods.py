"""The closed periods of a series, in order of time, and those of them that fall into some days."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import polars as pl

from stockward.answers.balances import Balances
from stockward.balance.series_periods import unsettled
from stockward.terms.verdicts import PeriodStatus


class ClosedPeriod(NamedTuple):
    """A closed period up to an inventory.

    Its difference is positive where something is missing, beyond normal loss and what is settled.
    """

    inventory: str
    start: datetime
    end: datetime
    difference: float
    normal_loss: float


def closed_periods(balances: Balances, series: Iterable[int]) -> dict[int, list[ClosedPeriod]]:
    """The closed periods of each of these series, in time order: those of its covariance."""
    found: dict[int, list[ClosedPeriod]] = {number: [] for number in series}
    wanted = pl.col("series").is_in(list(found)) & (pl.col("status") == PeriodStatus.CLOSED.value)
    periods = balances.periods.filter(wanted).with_columns(difference=unsettled())
    for number, *period in periods.select("series", *ClosedPeriod._fields).iter_rows():
        found[number].append(ClosedPeriod(*period))
    return found


def places_between(periods: Sequence[ClosedPeriod], start: datetime, end: datetime) -> slice:
    """Where those stand that have any of these days; one follows the other, so that they stand together."""
    first = bisect_right(periods, start, key=lambda one: one.end)
    return slice(first, max(first, bisect_left(periods, end, key=lambda one: one.start)))
