"""An inventory between two periods, and what rows on its wrong side leave of the differences around it.

Moving a movement of quantity q (positive where it comes in) from before an inventory to after it takes q from the
difference before, and adds it to that after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple

from stockward.balance.findings.claims import Claim, about_all
from stockward.balance.findings.entered_rows import EnteredRow
from stockward.balance.findings.periods import ClosedPeriod


class Border(NamedTuple):
    """An inventory with the periods that it ends and begins; the second is ``None`` where it is not closed."""

    inventory: str
    before: ClosedPeriod
    after: ClosedPeriod | None

    @property
    def at(self) -> datetime:
        """The moment of the inventory."""
        return self.before.end

    @property
    def until(self) -> datetime:
        """Where the last closed period around it ends."""
        return self.at if self.after is None else self.after.end

    def shift(self, row: EnteredRow) -> float:
        """By how much the difference before it would fall, and that after it rise, were the row on its other side."""
        return row.value if row.at <= self.at else -row.value

    def fits(self, shift: float) -> bool:
        """Whether the differences around it are about what so much on the wrong side leaves."""
        after = self.after is None or about_all(self.after.difference, -shift)
        return about_all(self.before.difference, shift) and after

    def touched(self, claims: Sequence[Claim], shift: float) -> list[tuple[int, float]]:
        """Claims that so much on the wrong side leaves, with what it leaves of each."""
        found = []
        for place, claim in enumerate(claims):
            if claim.start < self.at <= claim.end and claim.amount * shift > 0:
                found.append((place, shift))
            elif claim.start <= self.at < claim.end and claim.amount * shift < 0:
                found.append((place, -shift))
        return found


def borders_of(periods: Sequence[ClosedPeriod]) -> Iterator[Border]:
    """Every inventory that ends a closed period, with that period and the next, where that is closed as well."""
    for before, after in zip_longest(periods, periods[1:]):
        yield Border(before.inventory, before, after if after is not None and after.start == before.end else None)
