"""Differences for which no error of measuring is stated: how large they are, and the error it would take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A difference, positive is missing, beside what passed through in its time, unit of the series.

    ``share`` is its size over the ``throughput``, null where nothing passed. ``rank`` is its place by size, 1 the
    largest, among all differences of its kind without a stated error, and ``rank_by_share`` that by share: those of
    areas, and those of the whole site, each in one measure (mass, or number).
    """

    difference: float
    throughput: float
    share: float | None
    rank: int
    rank_by_share: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnstatedPeriod:
    """One period, and its difference."""

    inventory: str
    start: datetime
    end: datetime
    ranked: Ranked


@dataclass(frozen=True, slots=True, kw_only=True)
class UnstatedSeries:
    """A series, by its row, that is not tested because the errors of its weighings are not stated.

    ``periods`` are in order of time, ``year`` is the last year of the record. ``error`` is the smallest relative random
    error, the same for every weighing and nothing systematic, at which the test in force would not alarm; null where
    no error of weighing would do, or no time passed. What decides it is ``difference``, from ``start`` to ``end``: that
    of the periods from ``first_inventory`` to ``last_inventory`` together. It is no verdict.
    """

    series: int
    periods: tuple[UnstatedPeriod, ...]
    year: Ranked
    error: float | None
    difference: float
    start: datetime
    end: datetime
    first_inventory: str
    last_inventory: str
