"""A single movement on which an alarm hangs: without it, the verdict is another.

Each period of a series that alarms has bounds between which an amount taken out of its difference leaves no alarm
[``SeriesVerdict.alone``]; an item series has them where it differs in one period alone. Of the movements with such a
quantity, the largest first, everything is closed and tested again without each: only what does not alarm then is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from stockward.answers.balances import Balances
from stockward.answers.items import Discrepancy
from stockward.answers.losses import Outliers, RowLeftOut, SeriesVerdict
from stockward.balance.closing import close_balances
from stockward.balance.findings.alarming import AlarmingSeries, alarming_series
from stockward.balance.findings.entered_rows import EnteredRow, EnteredRows, entered_rows
from stockward.balance.findings.periods import ClosedPeriod
from stockward.balance.settled.settling import with_settled
from stockward.balance.testing import verdict_of_series
from stockward.book.known import KnownBooks
from stockward.terms.verdicts import ALARMING, Verdict

_FEW = 3
_SLACK, _AGREE = 0.05, 1e-9
"""Σ is another without the row: bounds are taken so much wider, and what is told is tested again."""


def outliers_of(
    books: KnownBooks,
    balances: Balances,
    verdicts: Sequence[SeriesVerdict],
    discrepancies: Sequence[Discrepancy],
    *,
    false_alarm: float,
    seed: int,
) -> tuple[Outliers, ...]:
    """One answer a series of an area that alarms."""
    alarming = alarming_series(balances, verdicts, discrepancies)
    areas = [one for one in alarming.values() if one.area is not None]
    found = []
    for one, rows in entered_rows(books, areas):
        bounds = list(_bounds(one, balances, verdicts[one.number]))
        near = sorted(_near(bounds, rows), key=lambda row: (-abs(row.value), row.row))
        told = [] if len(near) > _FEW else near
        left_out = [_left_out(books, balances, one, row, false_alarm=false_alarm, seed=seed) for row in told]
        kept = tuple(row for row in left_out if row.verdict not in ALARMING)
        alike = len(near) if len(near) > _FEW else len(kept)
        found.append(Outliers(series=one.number, rows=kept, alike=alike, expected=_expected(bounds, one, rows)))
    return tuple(found)


_Bounds = tuple[ClosedPeriod, float, float]
"""A period of which one movement may be the cause, and from what to what quantity."""


def _near(bounds: Sequence[_Bounds], rows: EnteredRows) -> Iterator[EnteredRow]:
    """Movements of a quantity without which nothing may alarm."""
    for period, low, high in bounds:
        yield from _of_size(rows.between(period.start, period.end), low, high)


def _of_size(rows: Sequence[EnteredRow], low: float, high: float) -> list[EnteredRow]:
    slack = _SLACK * (high - low) + _AGREE * abs(low)
    return [row for row in rows if low - slack <= row.value <= high + slack]


def _expected(bounds: Sequence[_Bounds], one: AlarmingSeries, rows: EnteredRows) -> float:
    """How many movements would be of such a size by chance: as many as the other periods have of them."""
    others = 0.0
    for period, low, high in bounds:
        elsewhere = [row for row in _of_size(rows.moved, low, high) if not period.start < row.at <= period.end]
        others += len(elsewhere) / max(len(one.periods) - 1, 1)
    return others


def _bounds(one: AlarmingSeries, balances: Balances, verdict: SeriesVerdict) -> Iterator[_Bounds]:
    """The periods of which one movement may be the cause, with the bounds of its quantity."""
    if verdict.alone:
        inventories = balances.periods.filter(pl.col("series") == one.number)["inventory"].to_list()
        closed = {period.inventory: period for period in one.periods}
        for inventory, bounds in zip(inventories, verdict.alone, strict=True):
            if bounds is not None and inventory in closed:
                yield closed[inventory], *bounds
    elif one.verdict is Verdict.DISCREPANCY and len(one.claims) == 1:
        for period in one.periods:
            if (period.start, period.end) == (one.claims[0].start, one.claims[0].end):
                yield period, one.claims[0].amount, one.claims[0].amount


def _left_out(
    books: KnownBooks, balances: Balances, one: AlarmingSeries, row: EnteredRow, *, false_alarm: float, seed: int
) -> RowLeftOut:
    """The movement, with the verdict of books that never had it."""
    left = replace(books, movements=books.movements.filter(pl.col("row") != row.row))
    without, _ = with_settled(left, close_balances(left), false_alarm=false_alarm, seed=seed)
    key = balances.series.row(one.number, named=True)
    same = (pl.col("id") == key["id"]) & (pl.col("basis") == key["basis"]) & (pl.col("scope") == key["scope"])
    (number,) = without.series.with_row_index("number").filter(same)["number"]
    return RowLeftOut(
        row=row.row,
        source=row.source,
        at=row.at,
        kind=row.kind,
        quantity=row.entered,
        unit=row.entered_unit,
        document=row.document,
        verdict=verdict_of_series(without, number, false_alarm=false_alarm, seed=seed),
    )
