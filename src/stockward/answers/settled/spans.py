"""What is settled of the losses: confirmed or explained with an amount, and what the books show of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from stockward.terms.verdicts import SettledState


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledRow:
    """One row of the table ``settled``: ``row`` is its number, ``settled`` its key.

    ``amount`` and ``sigma`` are in the unit of the series in which it is told; ``follows_from`` is the id of the series
    for which it was entered, where that is another.
    """

    settled: str
    row: int
    basis: str
    known_since: date
    from_inventory: str
    to_inventory: str
    amount: float
    sigma: float
    reason: str
    reference: str | None
    approved_by: str | None
    follows_from: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledAlarm:
    """An alarm that stood before it was settled: the inventory that raised it, and when that stood."""

    inventory: str
    raised_as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledSpan:
    """What is settled of one series in periods that follow each other, by one row or by several that touch.

    ``amount`` is that of the rows together, with its σ; ``surplus`` says that there was more than the books say.
    ``shown`` is what the books up to the end of the span show to be missing in it (or surplus), with its σ; ``least``
    is how much would have to be settled for nothing to alarm, ``None`` where no amount does it; ``taken`` is what came
    out of the differences. ``state`` says what came of it,
    ``alarms`` are those that were raised in it.
    """

    series: int
    rows: tuple[SettledRow, ...]
    start: datetime
    end: datetime
    inventories: tuple[str, ...]
    surplus: bool
    amount: float
    sigma: float
    shown: float
    shown_sigma: float
    least: float | None
    taken: float
    state: SettledState
    alarms: tuple[SettledAlarm, ...] = ()

    @property
    def more_than_shown(self) -> bool:
        """Whether the amount is more than the books show, beyond what measuring explains with 97.5 %."""
        doubt = _BEYOND * float((self.sigma**2 + self.shown_sigma**2) ** 0.5)
        return self.amount - self.shown > doubt + _ROUNDING * self.amount


_BEYOND = 1.96
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplacedRow:
    """A row of the table ``settled`` that settles nothing here: no period of its series is closed between the two."""

    settled: str
    row: int
    series: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledLosses:
    """All that is settled of a site, in order of the series and of time, and rows that settle nothing."""

    spans: tuple[SettledSpan, ...] = ()
    unplaced: tuple[UnplacedRow, ...] = ()
