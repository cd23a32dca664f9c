"""What is missing from one area and surplus in another in the same days: a transfer may not have been booked.

A loss of one area and a gain of another are told together where all of this holds:

- They are of the same substance, or the same item material.
- Their days overlap.
- In the periods of the days that both share, each area differs by at least half of the smaller amount. So a slow gain
  does not account for what went at once, nor the other way round.
- Neither cancels within its own area.

They agree where their 95 % intervals overlap (exact amounts: where they are the same). Where another loss or gain, told
with no other, agrees as well, it is named too: amounts alone do not say which of them was moved. What is left, whatever
was moved, is what the whole site claims of these days, with Σ of the whole site; where it claims nothing, it is the
difference of two amounts that do not agree. A transfer never explains it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from stockward.answers.losses import BetweenAreas
from stockward.balance.findings.alarming import AlarmingSeries
from stockward.balance.findings.claims import Claim
from stockward.balance.findings.over_site import OverSite
from stockward.balance.findings.periods import places_between
from stockward.terms.verdicts import Basis

_LEAST = 0.5
"""Share of the smaller amount by which both areas must differ in the days that they share."""


class _Claimed(NamedTuple):
    """A claim, and its place among those of its series."""

    series: AlarmingSeries
    place: int

    @property
    def claim(self) -> Claim:
        return self.series.claims[self.place]

    @property
    def key(self) -> tuple[int, int]:
        return self.series.number, self.place

    def difference(self, start: datetime, end: datetime) -> float:
        """The differences of the periods of its series that have any of these days, added up."""
        periods = self.series.periods
        return sum(one.difference for one in periods[places_between(periods, start, end)])


class _Pair(NamedTuple):
    """A loss and a gain of two areas that may be one movement."""

    loss: _Claimed
    gain: _Claimed

    def shows_in_both(self) -> bool:
        """Whether each area differs by at least half of the smaller amount in the days that both share."""
        gone, came = self.loss.claim, self.gain.claim
        shared = max(gone.start, came.start), min(gone.end, came.end)
        least = _LEAST * min(gone.amount, -came.amount)
        return self.loss.difference(*shared) >= least and -self.gain.difference(*shared) >= least

    @property
    def agrees(self) -> bool:
        """Whether the two amounts do."""
        return self.loss.claim.cancels(self.gain.claim)

    @property
    def keys(self) -> set[tuple[int, int]]:
        """Both of its claims."""
        return {self.loss.key, self.gain.key}

    def rank(self) -> tuple[bool, float, int, int, int, int]:
        """Those that agree, then the nearest amounts, come first."""
        apart = abs(self.loss.claim.amount + self.gain.claim.amount)
        return not self.agrees, apart, *self.loss.key, *self.gain.key

    def told(self, site: OverSite | None, others: Sequence[_Pair]) -> BetweenAreas:
        """What stays unexplained, what agrees as well of the ``others``, and what the whole site says of these days."""
        gone, came = self.loss.claim, self.gain.claim
        claimed = None if site is None else site.largest(gone, came)
        left, low, high = 0.0 if self.agrees else gone.amount + came.amount, None, None
        if claimed is not None:
            left, low, high = claimed.amount, claimed.low, claimed.high
        days = min(gone.start, came.start), max(gone.end, came.end)
        site_sum, site_sigma = (None, None) if site is None else site.balance(*days)
        (lost, loss), (gained, gain) = self.loss.key, self.gain.key
        alike = [one for one in others if self.agrees and one.agrees]
        return BetweenAreas(
            lost=lost, loss=loss, gained=gained, gain=gain,
            agree=self.agrees, left=left, left_low=low, left_high=high,
            lost_as_well=_numbers(one.loss for one in alike if one.gain.key == self.gain.key),
            gained_as_well=_numbers(one.gain for one in alike if one.loss.key == self.loss.key),
            site_sum=site_sum, site_sigma=site_sigma,
            over_site=None if site is None else site.same(gone, came),
        )  # fmt: skip


def _numbers(claimed: Iterable[_Claimed]) -> tuple[int, ...]:
    """The series of these claims, each once."""
    return tuple(sorted({one.series.number for one in claimed}))


def between_areas(
    alarming: Mapping[int, AlarmingSeries],
    sites: Mapping[tuple[Basis, str], OverSite],
    taken: Collection[tuple[int, int]],
) -> list[BetweenAreas]:
    """Every loss of an area with a gain of another that a transfer could have left, each in one pair only.

    ``sites`` are the whole site by what is held, and ``taken`` those that cancel in their own series: the series and
    the place among its claims.
    """
    alike = defaultdict(list)
    for one in alarming.values():
        if one.area is not None:
            alike[one.basis, one.holding].append(one)
    found, used = [], set(taken)
    for holding, areas in alike.items():
        possible = sorted(_pairs(areas, used), key=_Pair.rank)
        chosen = []
        for pair in possible:
            if not pair.keys & used:
                used |= pair.keys
                chosen.append(pair)
        for pair in chosen:
            # One side of it, and another claim that is told with nothing else.
            others = [one for one in possible if len(one.keys & pair.keys) == 1 and len(one.keys & used) == 1]
            found.append(pair.told(sites.get(holding), others))
    return sorted(found, key=lambda one: (one.lost, one.loss))


def _pairs(areas: Sequence[AlarmingSeries], taken: Collection[tuple[int, int]]) -> Iterator[_Pair]:
    """Losses and gains of one holding in two areas that may be one movement."""
    each = (_Claimed(one, place) for one in areas for place in range(len(one.claims)))
    claimed = [one for one in each if one.key not in taken]
    losses = [one for one in claimed if one.claim.amount > 0]
    gains = sorted((one for one in claimed if one.claim.amount < 0), key=lambda one: one.claim.start)
    for loss in losses:
        begun = bisect_left(gains, loss.claim.end, key=lambda one: one.claim.start)
        for gain in gains[:begun]:
            if gain.series is not loss.series and gain.claim.overlaps(loss.claim):
                pair = _Pair(loss, gain)
                if pair.shows_in_both():
                    yield pair
