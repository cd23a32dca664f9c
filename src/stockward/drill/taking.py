"""Which rows of the books a loss changes: taken out of one area, or spread over the areas of a whole site.

A loss spread over a site goes by time, in equal shares from each of its areas that bears one. What an area loses
between two inventories of its own lies between them in the books; so it falls into the balance of the site between the
joined inventories of that area, which may stand some days from those of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stockward.balance.assembly import Assembly
from stockward.balance.sigma.incidence import Incidence, SeriesIncidence
from stockward.balance.whole_site.joining import SiteSeries
from stockward.book.known import KnownBooks
from stockward.drill.losses import LossLedger, LossShare, TakenLoss
from stockward.stats.arrays import Array, Index

UNWEIGHED = "nothing of it is weighed there"
TOO_FEW = "fewer than two of its areas bear a share of it"


@dataclass(frozen=True, slots=True)
class Falls:
    """A loss as it falls: so much (unit) in each span from ``start`` to ``end`` (microseconds), evenly in it."""

    amount: Array
    start: Index
    end: Index

    def until(self, moments: Index) -> Array:
        """How much is gone by each moment, unit."""
        past = (moments[:, None] - self.start) / (self.end - self.start)
        return np.asarray(np.clip(past, 0.0, 1.0) @ self.amount)

    def shares(self, share: float = 1.0) -> list[LossShare]:
        """A share of it, span by span."""
        spans = zip(self.amount.tolist(), self.start.tolist(), self.end.tolist(), strict=True)
        return [LossShare(share * amount, start, end) for amount, start, end in spans if amount > 0]

    def over(self, start: Index, end: Index) -> Falls:
        """The same loss over other spans of time."""
        return Falls(self.until(end) - self.until(start), start, end)


@dataclass(frozen=True, slots=True)
class Laid:
    """A loss laid into the books: what changes, and by how much that should raise the difference of each span.

    ``lost`` is the share of what changes that may be normally lost, and shows less. ``areas`` are the series of the
    areas over which a loss of the whole site is spread, each with the reason why it bears no share, if it bears none.
    """

    taken: TakenLoss
    raised: Array
    lost: float
    areas: tuple[tuple[int, str | None], ...] = ()


class LossTaker:
    """Lays losses into the books; ``quantity`` are those of all rows that they are taken out of."""

    def __init__(self, books: KnownBooks, assembly: Assembly, incidence: Incidence, quantity: Array) -> None:
        self._assembly = assembly
        self._layout = assembly.layout
        self._incidence = incidence
        self._weighed = incidence.rows.weighed
        self._ledger = LossLedger(books, assembly.inventories, quantity)

    def out_of_area(self, series: int, falls: Falls, place: str) -> Laid:
        """Take a loss out of one area (number of its series)."""
        return Laid(self._out_of(series, falls.shares(), place), falls.amount, self._assembly.normal.share[series])

    def out_of_site(self, series: int, kept: Index, falls: Falls, place: str) -> Laid:
        """Spread a loss over the areas of a whole site (number of its series; ``kept`` its tested spans).

        An area that cannot bear its share is left out, and the others bear more, as long as there are two.
        """
        site = self._assembly.sites[series - self._layout.series.height]
        members = site.members.tolist()
        left = {member: UNWEIGHED for member in members if not self._materials(member)}
        bearing = [member for member in members if member not in left]
        taken, failed = self._out_of_each(bearing, falls, place)
        while failed:
            left |= failed
            bearing = [member for member in bearing if member not in failed]
            taken, failed = self._out_of_each(bearing, falls, place)
        if len(bearing) < 2:
            taken = _none(TOO_FEW)
        lost = float(self._assembly.normal.share[members].sum())
        areas = tuple((member, left.get(member)) for member in members)
        return Laid(taken, self._raised(site, bearing, falls)[kept], lost, areas)

    def _out_of_each(self, bearing: Sequence[int], falls: Falls, place: str) -> tuple[TakenLoss, dict[int, str]]:
        """Take equal shares out of these areas; and those that cannot bear theirs, with the reason."""
        taken, failed = _none(), {}
        for member in bearing:
            own = self._of(member)
            shares = falls.over(own.start, own.end).shares(1.0 / len(bearing))
            more = self._out_of(member, shares, place, after=taken)
            if more.why is None:
                taken = more
            else:
                failed[member] = more.why
        return taken, failed

    def _raised(self, site: SiteSeries, bearing: Sequence[int], falls: Falls) -> Array:
        """What is lost between the joined inventories of each bearing area, added up by span of the site."""
        moments = self._assembly.moments[site.slots[:, np.isin(site.members, bearing)]]
        gone = falls.until(moments.ravel()).reshape(moments.shape)
        return np.asarray(np.diff(gone, axis=0).sum(axis=1) / max(len(bearing), 1))

    def _out_of(
        self, series: int, shares: Sequence[LossShare], place: str, after: TakenLoss | None = None
    ) -> TakenLoss:
        """Rows that change: of the material of this substance that bears it, the most plentiful first."""
        reasons, area = [], int(self._layout.area_code[series])
        for material, amount in self._materials(series):
            own = [replace(share, amount=share.amount / amount) for share in shares]
            taken = self._ledger.take(area, material, own, place, after)
            if taken.why is None:
                return taken
            reasons.append(taken.why)
        return _none(reasons[0] if reasons else UNWEIGHED)

    def _materials(self, series: int) -> list[tuple[int, float]]:
        """Weighed materials of a series with their content, by how much of it passed through."""
        pairs = self._layout.pairs.filter(self._layout.pairs["series"] == series)
        own = self._of(series)
        passed = self._ledger.passed(own.rows[self._weighed[own.rows]])
        held = [(int(material), float(amount)) for material, amount in pairs.select("material", "amount").rows()]
        weighed = [(material, amount) for material, amount in held if amount > 0 and passed.get(material, 0.0) > 0]
        return sorted(weighed, key=lambda one: -passed[one[0]] * one[1])

    def _of(self, series: int) -> SeriesIncidence:
        return self._incidence.of(series)


def _none(why: str | None = None) -> TakenLoss:
    return TakenLoss(np.zeros(0, np.int64), np.zeros(0), why)
