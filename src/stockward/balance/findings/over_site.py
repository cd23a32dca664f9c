"""What the whole site says of what areas claim: a loss and a gain of areas that cancel may stand in it once more.

So it is with a wrong count, which leaves the same two differences in its area and in the site. So it is, too, with what
one area lacks and another has more of, if these were counted on different days: it falls into two periods of the site.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.answers.balances import Balances
from stockward.answers.losses import SameOverSite
from stockward.balance.findings.alarming import AlarmingSeries
from stockward.balance.findings.claims import Claim
from stockward.balance.findings.periods import ClosedPeriod, closed_periods, places_between
from stockward.terms.verdicts import Basis, Scope


class OverSite(NamedTuple):
    """What the whole site says of one substance; it claims nothing where it does not alarm."""

    number: int
    periods: Sequence[ClosedPeriod]
    covariance: NDArray[np.float64]
    claims: Sequence[Claim]

    def same(self, one: Claim, other: Claim) -> SameOverSite | None:
        """Its claims that are these two once more: a loss and a gain that cancel, each in the days of one of them.

        Of one that ends after the last inventory of the site nothing can stand there yet: then it is the first alone.
        """
        for first, mine in enumerate(self.claims):
            for second, against in enumerate(self.claims):
                near = mine.agrees(one) and against.agrees(other)
                if near and mine.cancels(other) and against.cancels(one) and mine.cancels(against):
                    return SameOverSite(series=self.number, places=(first, second))
            unseen = other.end > self.periods[-1].end or other.start >= self.periods[-1].end
            if unseen and mine.agrees(one) and mine.cancels(other):
                return SameOverSite(series=self.number, places=(first,))
        return None

    def largest(self, *among: Claim) -> Claim | None:
        """The largest of its claims that overlaps each of these, and that no other of them cancels."""
        near = [one for one in self.claims if any(one.overlaps(other) for other in among)]
        alone = [one for one in near if not any(one.cancels(other) for other in near)]
        found = [one for one in alone if all(one.overlaps(other) for other in among)]
        return max(found, key=lambda one: abs(one.amount), default=None)

    def balance(self, start: datetime, end: datetime) -> tuple[float | None, float | None]:
        """Its differences of these days added up, and σ of the sum; neither where no period is closed then."""
        inside = places_between(self.periods, start, end)
        differences = pl.Series([one.difference for one in self.periods[inside]], dtype=pl.Float64)
        if differences.is_empty():
            return None, None
        places = np.arange(inside.start, inside.stop)
        variance = float(self.covariance[np.ix_(places, places)].sum())
        return float(differences.sum()), float(np.sqrt(max(variance, 0.0)))


def whole_sites(balances: Balances, alarming: Mapping[int, AlarmingSeries]) -> dict[tuple[Basis, str], OverSite]:
    """What the whole site says of each substance."""
    rows = balances.series.with_row_index("number").filter(pl.col("scope") == Scope.SITE.value)
    keys = {
        number: (Basis(basis), substance)
        for number, basis, substance in rows.select("number", "basis", "substance").rows()
    }
    periods = closed_periods(balances, keys)
    return {
        key: OverSite(
            number, periods[number], balances.covariances[number], alarming[number].claims if number in alarming else ()
        )
        for number, key in keys.items()
    }
