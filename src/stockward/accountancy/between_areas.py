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
    found, used = [], set(taken)
    for pair in sorted(_pairs(balances, rows, claims)):
        both = {(pair.lost, pair.loss), (pair.gained, pair.gain)}
        if not both & used:
            used |= both
            found.append(_told(balances, rows, claims, pair))
    return sorted(found, key=lambda one: (one.lost, one.loss))


def _pairs(
    balances: Balances, rows: Sequence[Mapping[str, Any]], claims: Mapping[int, Sequence[Claim]]
) -> Iterator[_Pair]:
    """Losses and gains of the same holding in two areas that may be one movement."""
    areas = [number for number in claims if rows[number]["scope"] == Scope.AREA.value]
    for lost in areas:
        for gained in areas:
            if lost == gained or _holding(rows[lost]) != _holding(rows[gained]):
                continue
            for loss, gone in enumerate(claims[lost]):
                for gain, came in enumerate(claims[gained]):
                    if gone.amount > 0 > came.amount and _together(balances, lost, gone, gained, came):
                        by = abs(gone.amount + came.amount)
                        yield _Pair(not gone.cancels(came), by, lost, loss, gained, gain)


def _holding(row: Mapping[str, Any]) -> tuple[str, str | None]:
    return row["basis"], row["substance"] or row["material"]


def _together(balances: Balances, lost: int, gone: Claim, gained: int, came: Claim) -> bool:
    """Whether both areas differ so much in the days that the two share."""
    if not gone.overlaps(came):
        return False
    start, end = max(gone.start, came.start), min(gone.end, came.end)
    least = _LEAST * min(gone.amount, -came.amount)
    differs = [_within(balances, number, start, end)["difference"].sum() for number in (lost, gained)]
    return bool(differs[0] >= least and -differs[1] >= least)


def _within(balances: Balances, number: int, start: Any, end: Any) -> pl.DataFrame:
    """The closed periods of a series that have any of these days, with their place in its covariance."""
    inside = (pl.col("start") < end) & (pl.col("end") > start)
    return closed_periods(balances, number).with_row_index("place").filter(inside)


def _told(
    balances: Balances, rows: Sequence[Mapping[str, Any]], claims: Mapping[int, Sequence[Claim]], pair: _Pair
) -> BetweenAreas:
    """What stays unexplained, and what the whole site says of these days."""
    gone, came = claims[pair.lost][pair.loss], claims[pair.gained][pair.gain]
    left, low, high = gone.amount + came.amount if pair.apart else 0.0, None, None
    site_sum = site_sigma = None
    site = next((number for number, row in enumerate(rows) if _is_site_of(row, rows[pair.lost])), None)
    if site is not None:
        whole = [one for one in claims.get(site, ()) if one.overlaps(gone) and one.overlaps(came)]
        for one in sorted(whole, key=lambda one: abs(one.amount))[-1:]:
            left, low, high = one.amount, one.low, one.high
        site_sum, site_sigma = _sum_of(balances, site, min(gone.start, came.start), max(gone.end, came.end))
    return BetweenAreas(
        lost=pair.lost, loss=pair.loss, gained=pair.gained, gain=pair.gain,
        left=left, left_low=low, left_high=high, site_sum=site_sum, site_sigma=site_sigma,
    )  # fmt: skip


def _is_site_of(row: Mapping[str, Any], area: Mapping[str, Any]) -> bool:
    return row["scope"] == Scope.SITE.value and _holding(row) == _holding(area)


def _sum_of(balances: Balances, number: int, start: Any, end: Any) -> tuple[float | None, float | None]:
    """The differences of a series in these days added up, and σ of the sum."""
    periods = _within(balances, number, start, end)
    if not periods.height:
        return None, None
    places = periods["place"].to_numpy()
    variance = float(balances.covariances[number][np.ix_(places, places)].sum())
    return float(periods["difference"].sum()), float(np.sqrt(max(variance, 0.0)))
