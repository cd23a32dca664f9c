"""What is settled leaves the tests, which go on after it; what is missing beyond it goes on alarming.

A loss that is known may not alarm again, and may hide nothing. So its amount is not simply subtracted: when in its days
it went is not known, and the amount was often estimated from these same differences. Where it suffices for nothing to
alarm in its periods [``least_amounts``], and the books show no more there [``sum_of_run``], these leave the tests
whole, so that what comes after is tested as if nobody had counted in between: neither a wrong amount nor a wrong day
moves any later figure. Else they stay, less the amount where it explains most. What stood before is tested as before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import polars as pl

from stockward.answers.balances import Balances
from stockward.answers.settled.spans import SettledAlarm, SettledLosses, SettledSpan
from stockward.balance.series_periods import SeriesPeriods
from stockward.balance.settled.placing import PlacedRow, placed_rows
from stockward.balance.testing import calibrated_tests
from stockward.book.known import KnownBooks
from stockward.stats.arrays import Array, Flags
from stockward.stats.break_even import least_amounts
from stockward.stats.loss_tests import CalibratedTests
from stockward.stats.whitening import least_left, sum_of_run
from stockward.terms.verdicts import SettledState

_DOUBT = 1.96
"""An amount may be so many of its σ larger."""
_ROUNDING = 1e-9


def with_settled(
    books: KnownBooks, balances: Balances, *, false_alarm: float, seed: int
) -> tuple[Balances, SettledLosses]:
    """The balances with what is settled of each difference, and what came of every row; the same where there is none.

    Spans of one series are settled in order of time: what is tested of a later one is what the earlier ones left.
    """
    placed, unplaced = placed_rows(books, balances)
    balances, spans = settle_rows(placed, balances, false_alarm=false_alarm, seed=seed)
    return balances, SettledLosses(spans=spans, unplaced=tuple(unplaced))


def settle_rows(
    placed: Sequence[PlacedRow], balances: Balances, *, false_alarm: float, seed: int
) -> tuple[Balances, tuple[SettledSpan, ...]]:
    """The balances with what these rows settle, and what came of each span."""
    spans = []
    for run in _runs(placed):
        number = run[0].series
        periods, test = calibrated_tests(balances, false_alarm=false_alarm, seed=seed, only=(number,))[number]
        settled = _Settling(periods, test, run).settled()
        balances = _marked(balances, number, settled)
        spans.append(settled.span)
    return balances, tuple(spans)


def _runs(placed: Sequence[PlacedRow]) -> list[list[PlacedRow]]:
    """Rows of one series and direction whose periods touch, together; in order of the series and of time."""
    runs: list[list[PlacedRow]] = []
    in_order = sorted(placed, key=lambda one: (one.series, one.surplus, one.places))
    for _, own in groupby(in_order, key=lambda one: (one.series, one.surplus)):
        reached = -2
        for one in own:
            if one.places[0] <= reached + 1:
                runs[-1].append(one)
            else:
                runs.append([one])
                reached = -2
            reached = max(reached, one.places[-1])
    return sorted(runs, key=lambda run: (run[0].series, run[0].places, run[0].surplus))


@dataclass(frozen=True, slots=True)
class _Settled:
    """A span, what comes out of each closed difference of its series, and which of them leave the tests."""

    span: SettledSpan
    taken: Array
    leaves: Flags


class _Settling:
    """One run of rows, against the closed periods of its series; all figures have the sign of what is settled."""

    def __init__(self, periods: SeriesPeriods, test: CalibratedTests | None, rows: Sequence[PlacedRow]) -> None:
        self._rows, self._test, self._periods = rows, test, periods
        self._sign = -1.0 if rows[0].surplus else 1.0
        self._uncertain = periods.uncertain[periods.closed]
        self._left = self._sign * (periods.difference - periods.taken)[periods.closed]
        self._exact = periods.exact[periods.closed] & (self._left > periods.rounding[periods.closed])
        self._run = np.zeros(len(self._left), dtype=bool)
        self._run[min(one.places[0] for one in rows) : max(one.places[-1] for one in rows) + 1] = True
        self.amount = sum(one.row.amount for one in rows)
        self.sigma = float(np.sqrt(sum(one.row.sigma**2 for one in rows)))

    def settled(self) -> _Settled:
        """What comes of it."""
        taken = self._of_exact_periods()
        exact = float(self._left[self._run & self._exact].sum())
        rest = max(self.amount - float(taken.sum()), 0.0)
        least: Array | None = np.zeros(len(taken))
        shown, shown_sigma = 0.0, 0.0
        tested = self._run & self._uncertain
        if self._test is not None and tested.any():
            least, shown, shown_sigma = self._of_tested_periods(self._test, tested)
        enough = None if least is None else float(least.sum()) + exact
        state = self._state(enough, exact + shown, shown_sigma)
        leaves = np.zeros(len(taken), dtype=bool)
        if least is not None and least.any():
            out_of_it = rest if state is SettledState.IN_PART else min(rest, max(shown, float(least.sum())))
            taken = taken + least * (out_of_it / float(least.sum()))
            leaves = tested & (state is SettledState.SETTLED)
        elif tested.any():
            taken = taken + self._by_days(tested, rest if least is None else min(rest, max(shown, 0.0)))
        return _Settled(self._span(state, enough, exact + shown, shown_sigma, taken), self._sign * taken, leaves)

    def _of_exact_periods(self) -> Array:
        """What each row takes out of the differences without error of its own periods, in order of time."""
        taken = np.zeros(len(self._left))
        for one in self._rows:
            amount = one.row.amount
            for place in one.places:
                if self._exact[place]:
                    part = min(amount, self._left[place] - taken[place])
                    taken[place] += part
                    amount -= part
        return taken

    def _of_tested_periods(self, test: CalibratedTests, tested: Flags) -> tuple[Array | None, float, float]:
        """What would have to come out for nothing to alarm, and what the books show there, with its σ."""
        numbers = np.flatnonzero(tested[self._uncertain])
        run = slice(int(numbers[0]), int(numbers[-1]) + 1)
        differences = self._sign * self._periods.tested
        rounding = self._periods.rounding[self._periods.uncertain]
        rows = test.exact[1]
        found = least_amounts(test, differences, run, (rows, least_left(test.covariance, rows, rounding)))
        shown, sigma = sum_of_run(differences, test.covariance, run)
        if found is None:
            return None, shown, sigma
        least = np.zeros(len(tested))
        least[self._uncertain] = found
        return least, shown, sigma

    def _state(self, enough: float | None, shown: float, shown_sigma: float) -> SettledState:
        """Settled is what suffices for nothing to alarm, and is no less than what the books show, as far as they do."""
        if enough is None:
            return SettledState.IN_PART
        if not enough:
            return SettledState.NO_ALARM
        most = (1.0 + _ROUNDING) * self.amount
        suffices = enough <= most + _DOUBT * self.sigma
        all_of_it = shown <= most + _DOUBT * float(np.hypot(self.sigma, shown_sigma))
        return SettledState.SETTLED if suffices and all_of_it else SettledState.IN_PART

    def _by_days(self, where: Flags, amount: float) -> Array:
        days = np.where(where, np.maximum(self._periods.closed_end - self._periods.closed_start, 1e-4), 0.0)
        return np.asarray(amount * days / days.sum())

    def _span(
        self, state: SettledState, least: float | None, shown: float, shown_sigma: float, taken: Array
    ) -> SettledSpan:
        periods = self._periods
        places = np.flatnonzero(periods.closed)[self._run]
        return SettledSpan(
            series=self._rows[0].series,
            rows=tuple(one.row for one in self._rows),
            start=periods.starts[places[0]],
            end=periods.ends[places[-1]],
            inventories=tuple(periods.inventory[place] for place in places),
            surplus=self._rows[0].surplus,
            amount=self.amount,
            sigma=self.sigma,
            shown=shown,
            shown_sigma=shown_sigma,
            least=least,
            taken=float(taken.sum()),
            state=state,
            alarms=self._alarms(),
        )

    def _alarms(self) -> tuple[SettledAlarm, ...]:
        """What was raised in the run: by the test in force, and by each difference without error."""
        periods, raised = self._periods, self._run & self._exact
        if self._test is not None:
            numbers = self._test.alarms(self._sign * periods.tested)
            raised |= self._run & np.isin(np.flatnonzero(periods.closed)[:, None], periods.places[numbers]).any(axis=1)
        places = np.flatnonzero(periods.closed)[raised]
        return tuple(SettledAlarm(inventory=periods.inventory[one], raised_as_of=periods.ends[one]) for one in places)


def _marked(balances: Balances, series: int, settled: _Settled) -> Balances:
    """The balances with what is settled of each closed period of one series."""
    table = balances.periods
    closed = (table["series"] == series) & (table["status"] == "closed")
    places = closed.arg_true()
    taken = table["taken"].to_numpy().copy()
    leaves = table["settled"].to_numpy().copy()
    taken[places] += settled.taken
    leaves[places] |= settled.leaves
    return replace(balances, periods=table.with_columns(taken=pl.Series(taken), settled=pl.Series(leaves)))


def settled_alike(other: Balances, balances: Balances) -> Balances:
    """Balances of the same inventories with other quantities, in which the same periods leave the tests."""
    if not balances.periods["settled"].any():
        return other
    keys = ["id", "basis", "inventory"]
    named = [
        one.periods.with_columns(one.series.select("id", "basis")[one.periods["series"].to_list()])
        for one in (other, balances)
    ]
    known = named[1].filter("settled").select(*keys, leaves=True)
    leaves = named[0].join(known, on=keys, how="left", maintain_order="left")["leaves"].fill_null(False)
    return replace(other, periods=other.periods.with_columns(settled=leaves))
