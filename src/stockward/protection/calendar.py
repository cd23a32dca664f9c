"""When each inventory and calibration of a plan is due in the year that follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from stockward.answers.plan import MeasureKind, PlannedDay, PlannedMeasure
from stockward.terms.periods import YEAR_DAYS


def planned_days(measures: Iterable[PlannedMeasure], after: date) -> tuple[PlannedDay, ...]:
    """The days of the year after a day, evenly spaced, in order.

    All count from the same day, so that areas that are counted as often are counted together, and one that is counted
    a whole number of times as often shares the days of the other. Of calibrations those are given that are added; how
    those of today lie is known where they are made.
    """
    days = (PlannedDay(on=on, kind=one.kind, of=one.of, name=one.name) for one in measures for on in _days(one, after))
    return tuple(sorted(days, key=lambda one: (one.on, one.kind, one.of)))


def _days(measure: PlannedMeasure, after: date) -> Iterator[date]:
    if measure.kind is MeasureKind.INVENTORIES and measure.a_year > 0:
        apart = YEAR_DAYS / measure.a_year
    elif measure.kind is MeasureKind.CALIBRATIONS and measure.every_days is not None:
        apart = measure.every_days
    else:
        return
    for number in range(1, int(YEAR_DAYS / apart + 0.5) + 1):
        yield after + timedelta(days=round(number * apart))
