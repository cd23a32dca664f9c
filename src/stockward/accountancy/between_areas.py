"""What is missing from one area and surplus in another in the same days: a transfer may not have been booked.

A loss of one area and a gain of another are told together where all of this holds:

- They are of the same substance, or the same item material.
- Their days overlap.
- In the periods of the days that both share, each area differs by at least half of the smaller amount. So a slow gain
  does not account for what went at once, nor the other way round.
- Neither cancels within its own area.

They agree where their 95 % intervals overlap (exact amounts: where they are the same), and the whole site claims no
loss or gain in these days. Where they do not, the rest is what the whole site claims of these days, with Σ of the whole
site, or else the difference of the two amounts. The rest is never explained by a transfer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from stockward.accountancy.claims import Claim, closed_periods
from stockward.answers.balances import Balances
from stockward.answers.losses import BetweenAreas
from stockward.terms.verdicts import Scope

_LEAST = 0.5
"""Share of the smaller amount by which both areas must differ in the days that they share."""


class _Pair(NamedTuple):
    """A loss and a gain, each the series and its place there; those that agree, then the nearest amounts, are first."""

    apart: bool
    by: float
    lost: int
    loss: int
    gained: int
    gain: int


def between_areas(
    balances: Balances, claims: Mapping[int, Sequence[Claim]], taken: Collection[tuple[int, int]]
) -> list[BetweenAreas]:
    """Every loss of an area with a gain of another that a transfer could have left, each in one pair only.

    ``taken`` are those that cancel in their own series: the series and the place among its claims.
    """
    rows = balances.series.to_dicts()
    alike: dict[tuple[str, str], list[int]] = {}
    for number in claims:
        if rows[number]["scope"] == Scope.AREA.value:
            alike.setdefault(_holding(rows[number]), []).append(number)
    sites = {_holding(row): number for number, row in enumerate(rows) if row["scope"] == Scope.SITE.value}
    found, used = [], set(taken)
    for holding, areas in alike.items():
        for pair in sorted(_pairs(balances, areas, claims)):
            both = {(pair.lost, pair.loss), (pair.gained, pair.gain)}
            if not both & used:
                used |= both
                found.append(_told(balances, claims, pair, sites.get(holding)))
    return sorted(found, key=lambda one: (one.lost, one.loss))


def _holding(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["basis"], row["substance"] or row["material"]


def _pairs(balances: Balances, areas: Sequence[int], claims: Mapping[int, Sequence[Claim]]) -> Iterator[_Pair]:
    """Losses and gains of one holding in two areas that may be one movement."""
    periods = {number: closed_periods(balances, number) for number in areas} if len(areas) > 1 else {}
    told = {number: own.select("start", "end", "difference").rows() for number, own in periods.items()}
    for lost, gained in permutations(told, 2):
        for loss, gone in enumerate(claims[lost]):
            for gain, came in enumerate(claims[gained]):
                if gone.amount > 0 > came.amount and gone.overlaps(came):
                    shared = max(gone.start, came.start), min(gone.end, came.end)
                    least = _LEAST * min(gone.amount, -came.amount)
                    if _sum(told[lost], *shared) >= least and -_sum(told[gained], *shared) >= least:
                        by = abs(gone.amount + came.amount)
                        yield _Pair(not gone.cancels(came), by, lost, loss, gained, gain)


def _sum(periods: Sequence[tuple[datetime, datetime, float]], start: datetime, end: datetime) -> float:
    """The differences of the periods that have any of these days."""
    return sum(difference for begins, ends, difference in periods if begins < end and ends > start)


def _told(balances: Balances, claims: Mapping[int, Sequence[Claim]], pair: _Pair, site: int | None) -> BetweenAreas:
    """What stays unexplained, and what the whole site says of these days."""
    gone, came = claims[pair.lost][pair.loss], claims[pair.gained][pair.gain]
    left, low, high = gone.amount + came.amount if pair.apart else 0.0, None, None
    whole = (
        [one for one in claims.get(site, ()) if one.overlaps(gone) and one.overlaps(came)] if site is not None else []
    )
    if whole:
        largest = max(whole, key=lambda one: abs(one.amount))
        left, low, high = largest.amount, largest.low, largest.high
    site_sum, site_sigma = _of_site(balances, site, min(gone.start, came.start), max(gone.end, came.end))
    return BetweenAreas(
        lost=pair.lost, loss=pair.loss, gained=pair.gained, gain=pair.gain,
        left=left, left_low=low, left_high=high, site_sum=site_sum, site_sigma=site_sigma,
    )  # fmt: skip


def _of_site(balances: Balances, site: int | None, start: datetime, end: datetime) -> tuple[float | None, float | None]:
    """The differences of the whole site in these days added up, and σ of the sum."""
    if site is None:
        return None, None
    inside = (pl.col("start") < end) & (pl.col("end") > start)
    periods = closed_periods(balances, site).with_row_index("place").filter(inside)
    if not periods.height:
        return None, None
    places = periods["place"].to_numpy()
    variance = float(balances.covariances[site][np.ix_(places, places)].sum())
    return float(periods["difference"].sum()), float(np.sqrt(max(variance, 0.0)))
