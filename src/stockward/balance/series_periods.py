"""The periods of each series as arrays: which are closed, which measuring makes uncertain, and which are exact."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.answers.balances import Balances
from stockward.balance.sums import SUM_ROUNDING, rounding_of
from stockward.stats.arrays import Array, Flags
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.terms.verdicts import PeriodStatus

_CLOSED = pl.col("status") == PeriodStatus.CLOSED.value
_ROUNDED = pl.min_horizontal(SUM_ROUNDING * pl.col("throughput").fill_null(0.0), 0.5)
"""What an exact difference may be off by [``sums.rounding_of``]."""


def uncertain(periods: pl.DataFrame) -> Flags:
    """Periods that measuring makes uncertain, and that are not settled.

    A σ within the rounding of the sums is none: nobody could see it.
    """
    tested = _CLOSED & (pl.col("sigma").fill_null(0.0) > _ROUNDED) & ~pl.col("settled")
    return periods.select(tested).to_series().to_numpy()


def unsettled() -> pl.Expr:
    """The differences, less what is settled of them."""
    return pl.col("difference") - pl.col("taken")


def discrepant() -> pl.Expr:
    """Closed periods without σ whose difference is not zero, beyond rounding and what is settled of it."""
    return _CLOSED & (pl.col("sigma") <= _ROUNDED) & (unsettled().abs() > _ROUNDED)


def periods_of_series(balances: Balances) -> list[SeriesPeriods]:
    """The periods of every series, and why its last balance stands open, or those of the site were never joined."""
    unjoined = dict(balances.sites.select("series", "reason").rows())
    unclosed = dict(balances.unclosed.select("series", "reason").rows())
    table = balances.periods
    columns = {name: table[name].to_list() for name in ("inventory", "start", "end", "reason")}
    days = table.select(pl.col("start", "end").to_physical() / MICROSECONDS_A_DAY)
    arrays = {
        "closed": table.select(_CLOSED).to_series().to_numpy(),
        "incomplete": (table["status"] == PeriodStatus.INCOMPLETE.value).to_numpy(),
        "uncertain": uncertain(table),
        "discrepant": table.select(discrepant()).to_series().to_numpy(),
        "difference": table["difference"].fill_null(np.nan).to_numpy(),
        "taken": table["taken"].to_numpy(),
        "settled": table["settled"].to_numpy(),
        "throughput": table["throughput"].fill_null(0.0).to_numpy(),
        "start": days["start"].to_numpy(),
        "end": days["end"].to_numpy(),
    }
    bounds = np.searchsorted(table["series"].to_numpy(), np.arange(balances.series.height + 1)).tolist()
    return [
        SeriesPeriods(
            {name: values[first:last] for name, values in columns.items()},
            {name: values[first:last] for name, values in arrays.items()},
            unjoined.get(number),
            unclosed.get(number),
        )
        for number, (first, last) in enumerate(pairwise(bounds))
    ]


class SeriesPeriods:
    """Periods of one series as arrays; ``start``, ``end`` (days) and ``begun`` are those of its tested periods.

    ``difference`` are those of the books, ``taken`` what is settled of each, and ``settled`` the periods that are out
    of the tests for it; ``gaps`` are the times of these (days).
    """

    def __init__(
        self, columns: Mapping[str, list[Any]], arrays: Mapping[str, Any], unjoined: str | None, unclosed: str | None
    ) -> None:
        self.unjoined, self.unclosed = unjoined, unclosed
        self.inventory, self.reason = columns["inventory"], columns["reason"]
        self.starts, self.ends = columns["start"], columns["end"]
        self.closed: Flags = arrays["closed"]
        self.uncertain: Flags = arrays["uncertain"]
        self.discrepant: Flags = arrays["discrepant"]
        self.difference: Array = arrays["difference"]
        self.taken: Array = arrays["taken"]
        self.settled: Flags = arrays["settled"]
        self.rounding: Array = rounding_of(arrays["throughput"])
        incomplete = arrays["incomplete"]
        # An incomplete inventory leaves its balance open; the next complete one closes all of it.
        later = np.cumsum(~incomplete[::-1])[::-1] > 0
        self.left_open = ~self.closed & ~(incomplete & later)
        start, end = arrays["start"], arrays["end"]
        self.start, self.end = start[self.uncertain], end[self.uncertain]
        self.gaps = tuple(zip(start[self.settled].tolist(), end[self.settled].tolist(), strict=True))
        self.closed_start, self.closed_end = start[self.closed], end[self.closed]
        self._shared_end = end[self.uncertain | self.settled]
        self.begun = float(self.closed_start[0]) if len(self.closed_start) else np.nan

    def __len__(self) -> int:
        return len(self.inventory)

    @property
    def exact(self) -> Flags:
        """Closed periods whose difference has no σ."""
        return self.closed & ~self.uncertain & ~self.settled

    @property
    def testable(self) -> bool:
        """Whether any difference is uncertain, and time has passed in which a loss could have been."""
        return bool(self.uncertain.any()) and float(self.end[-1]) > self.begun

    @property
    def shares(self) -> bool:
        """Whether a part of the false-alarm probability is its own: also where all that could be tested is settled."""
        return len(self._shared_end) > 0 and float(self._shared_end[-1]) > self.begun

    @property
    def last(self) -> float:
        """When the last of the periods ends that could be tested, days."""
        return float(self._shared_end[-1])

    @property
    def tested(self) -> Array:
        """The differences that are tested: of uncertain periods, less what is settled of them."""
        return np.asarray((self.difference - self.taken)[self.uncertain])

    @property
    def places(self) -> NDArray[np.intp]:
        """Places of the tested periods among all."""
        return np.flatnonzero(self.uncertain)

    def spread(self, values: Array, where: Flags) -> tuple[float | None, ...]:
        """Figures of some periods as one entry a period, ``None`` for the others and for what is no number."""
        full: list[float | None] = [None] * len(self)
        for place, value in zip(np.flatnonzero(where).tolist(), np.asarray(values).tolist(), strict=True):
            full[place] = None if np.isnan(value) else value
        return tuple(full)
