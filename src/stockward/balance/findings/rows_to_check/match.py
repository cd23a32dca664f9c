"""One row, or several that are wrong in the same way, and how much of which claims they would explain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from stockward.answers.losses import RowToCheck
from stockward.balance.findings.borders import Border
from stockward.balance.findings.entered_rows import EnteredRow
from stockward.terms.verdicts import Slip

_FEW = 3


class Match(NamedTuple):
    """A row, and how much of which claims it would explain; ``whole`` where that lies within the interval of one.

    With ``others``, the numbers of further rows, where all of them are wrong in the same way. ``expected`` is how many
    rows would match as well by chance.
    """

    row: EnteredRow
    slip: Slip
    places: tuple[int, ...]
    explains: float
    whole: bool = True
    border: Border | None = None
    meant: str | None = None
    others: tuple[int, ...] = ()
    expected: float | None = None

    def told(self, series: int) -> RowToCheck:
        """The same as an answer."""
        row, border = self.row, self.border
        return RowToCheck(
            series=series,
            slip=self.slip,
            places=self.places,
            table=row.table,
            row=row.row,
            at=row.at,
            kind=row.kind,
            quantity=row.entered,
            unit=row.entered_unit,
            meant=self.meant,
            document=row.document,
            inventory=None if border is None else border.inventory,
            taken_before=None if border is None else row.at <= border.at,
            explains=self.explains,
            whole=self.whole,
            others=self.others,
            source=row.source,
            expected=self.expected,
        )


def few(found: Iterable[Match]) -> list[Match]:
    """Those that match, in order; none where they are so many that chance explains it."""
    matches = list(found)
    return matches if len(matches) <= _FEW else []
