"""Which differences are beyond what measuring explains: the tests of loss of each series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from stockward.terms.verdicts import AlarmState, Slip, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class TestOfLoss:
    """One test of one series, calibrated by itself to the series' share of the false-alarm probability.

    ``statistic`` has one figure a period (null where the period is not tested); an alarm is a statistic above
    ``threshold``, and ``p_value`` the series' own chance, without loss, of so large a maximum over all its periods.
    """

    statistic: tuple[float | None, ...]
    threshold: float
    alarm_inventory: str | None
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """How much went, and when, as is said after an alarm: from all data, with the doubt about when.

    ``estimate`` with its 95 % interval from ``low`` to ``high``, in the series' unit; that of what came to light, where
    there was more than the books say, is negative. It
    did not begin before ``not_before`` nor end after ``not_after``, with a chance of 95 % for both together.
    ``plain_sum`` are all differences between the two, simply added, and ``plain_sigma`` their σ; ``periods`` how many.
    """

    estimate: float
    low: float
    high: float
    not_before: datetime
    not_after: datetime
    first_inventory: str
    last_inventory: str
    periods: int
    plain_sum: float
    plain_sigma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm of the record: the inventory that raised it, when that stood, how old it is, and what was alarmed.

    ``of`` is a shortage or a gain: beside what its series is called now, the other may have been alarmed before.
    """

    inventory: str
    raised_as_of: datetime
    state: AlarmState
    of: Verdict = Verdict.SHORTAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedYear:
    """The year for which limits are set: the last one that has begun, from 1; ``closed_by`` is its last inventory."""

    number: int
    begins: datetime
    closes: datetime
    closed_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactDifference:
    """A difference that no error of measuring can have left: ``series`` is its row, positive is missing."""

    series: int
    difference: float
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SameOverSite:
    """What the whole site claims, in ``series``, since areas do: a loss and a gain that cancel there, and so here.

    ``places`` are the two, among its losses or exact differences in time order; the first alone where the other ends
    after the last inventory of the site.
    """

    series: int
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """What went and what came to light that cancel: amounts of opposite sign that agree within their intervals.

    ``first`` and ``second`` are their places in time order among the losses, or the exact differences, of ``series``;
    where ``all_told``, these two are all that it has. ``inventories`` are those between the two whose count may be
    wrong, since the differences on both sides of it cancel; empty where the two stand apart. ``over_site`` is the same
    over the whole site, where that claims it too.
    """

    series: int
    first: int
    second: int
    all_told: bool
    inventories: tuple[str, ...]
    over_site: SameOverSite | None = None

    @property
    def places(self) -> tuple[int, int]:
        """Both of them."""
        return self.first, self.second


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledInPart:
    """What went and what came to light around one inventory, of which the larger part cancels.

    As in ``Cancelled``; ``left`` is what stays missing, or surplus where negative, if the rest was one mistake.
    """

    series: int
    first: int
    second: int
    inventories: tuple[str, ...]
    left: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Items that went missing and came to light again in parts: so many are ``left`` missing.

    ``losses`` and ``gains`` are their places in time order among the exact differences of ``series``; at no time had
    more come to light than was missing. Where ``all_told``, these are all that it has.
    """

    series: int
    losses: tuple[int, ...]
    gains: tuple[int, ...]
    left: float
    all_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BetweenAreas:
    """What is missing from one area and surplus in another in the same days, as a transfer not booked leaves it.

    ``lost`` and ``gained`` are their series; ``loss`` and ``gain`` the places of the two in time order among the
    losses, or the exact differences, of each. ``agree`` says whether the two amounts do. ``left`` stays missing, or
    surplus where negative, even if the smaller of the two was moved, with its 95 % interval where the whole site tells
    one. ``lost_as_well`` and ``gained_as_well`` are the series in which another loss, or gain, agrees with the other
    side as these do, and is in no pair: which of them it was, the amounts do not say. ``site_sum`` are
    the differences of the whole site in the same days added up, with their σ; null where it has no such series, or none
    of its periods is closed then. ``over_site`` is the same over the whole site, where the two areas were counted on
    different days.
    """

    lost: int
    loss: int
    gained: int
    gain: int
    agree: bool
    left: float
    left_low: float | None
    left_high: float | None
    lost_as_well: tuple[int, ...]
    gained_as_well: tuple[int, ...]
    site_sum: float | None
    site_sigma: float | None
    over_site: SameOverSite | None

    @property
    def places(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The series of the two, and their places there."""
        return (self.lost, self.loss), (self.gained, self.gain)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentOfItems:
    """What the missing items of an event hold of a substance which its area keeps in bulk as well.

    ``amounts`` has one entry a loss, or exact difference, of ``series``, in time order: the stated content of the items
    behind it, positive is missing; null where none are. ``beside`` is what they do not account for of it, null where
    that is all, or where none are.
    """

    series: int
    amounts: tuple[float | None, ...]
    beside: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowToCheck:
    """A booked row that would explain what is claimed of a series, if it were wrong in one way: a possibility alone.

    ``slip`` is that way; ``places`` are the losses, or exact differences, of ``series`` that it would explain, in time
    order. ``quantity`` is in the ``unit`` in which it was entered. ``meant`` is the unit, or the material, that would
    explain it, null for another slip; ``explains`` so much of them, in the unit of the series; ``whole`` where that is
    all of one, within its interval. ``inventory`` is the one near which it stands, and ``taken_before`` whether it was
    taken to come before that count; null where it does not matter. ``others`` are the numbers of further rows of its
    table, where all of them together would explain so much, each wrong in the same way.
    """

    series: int
    slip: Slip
    places: tuple[int, ...]
    table: str
    row: int
    at: datetime
    kind: str
    quantity: float
    unit: str
    meant: str | None
    document: str | None
    inventory: str | None
    taken_before: bool | None
    explains: float
    whole: bool
    others: tuple[int, ...] = ()
    source: str | None = None
    expected: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLeftOut:
    """A movement without which a series does not alarm: what it is called then is its ``verdict``."""

    row: int
    source: str | None
    at: datetime
    kind: str
    quantity: float
    unit: str
    document: str | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Outliers:
    """Movements on any one of which the alarm of ``series`` hangs, those with the largest quantity first.

    Everything was closed and tested again without each of them. ``rows`` are none where no single one does it, or where
    more do than are named: ``alike`` is how many movements could, by Σ and the limits as they are. ``expected`` is how
    many movements of such a size the other periods of the series have, for each period in which one may be wrong.
    """

    series: int
    rows: tuple[RowLeftOut, ...]
    alike: int
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One loss or gain, told once: the rows of the series that alarm for it, the one that tells it best first.

    ``exact`` are the differences of those among them whose verdict is exact, in time order within each; ``cancelled``
    what cancels in any of them, ``in_part`` what does for the larger part, ``returned`` which items came to light again
    in parts, and ``between_areas`` what cancels between two of the series; ``contents`` what its items hold,
    ``to_check`` the rows that would explain it.
    """

    series: tuple[int, ...]
    exact: tuple[ExactDifference, ...] = ()
    cancelled: tuple[Cancelled, ...] = ()
    in_part: tuple[CancelledInPart, ...] = ()
    returned: tuple[Returned, ...] = ()
    between_areas: tuple[BetweenAreas, ...] = ()
    contents: tuple[ContentOfItems, ...] = ()
    to_check: tuple[RowToCheck, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedError:
    """An error that was estimated: whose, its degrees of freedom, and the part of a variance that it makes."""

    method: str
    kind: str
    freedom: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedShare:
    """The part of a variance that rests on errors which were estimated, and its degrees of freedom."""

    freedom: float
    share: float
    errors: tuple[EstimatedError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesVerdict:
    """What is said of one series, and on what grounds.

    ``share`` is the false-alarm probability that the series may have spent so far; ``gains`` are the tests of the
    mirrored differences, which GEMUF has not. ``sitmuf``, ``standardised``, ``running`` (sum of the differences so far)
    and ``running_sigma`` have one figure a period, and so has ``left``: what is left of a difference in a direction
    without error, null where there is none. ``losses`` and ``alarms`` are those of a shortage or gain, in time order; a
    shortage may have gains among its losses, and the other way round.
    ``year_sum`` are the differences of the last year of the record together, with their σ. ``default_limits`` are the
    limits of the default test, one a window. ``estimated`` is what of the variance of ``year_sum`` rests on errors that
    were estimated; ``None`` where all are known.
    ``break_even`` is the factor by which all σ of the series would have to differ for the test in force to say
    otherwise: from it on nothing alarms, below it something does; 0 where nothing would, null where nothing is tested,
    or what alarms is exact. ``alarmed`` are the periods of the windows that are alarmed, the one furthest beyond its
    limit first, and of the others those that have none in common with it. ``alone`` are, for each period of a shortage
    or gain, the bounds between which an amount taken out of its difference leaves no alarm; null where none does.
    ``year_settled`` is how much of ``year_sum`` is settled.
    """

    verdict: Verdict
    reason: str | None
    alarm_inventory: str | None
    p_value: float | None
    share: float | None
    tests: Mapping[str, TestOfLoss]
    gains: Mapping[str, TestOfLoss]
    losses: tuple[Loss, ...]
    alarms: tuple[Alarm, ...]
    planned_year: PlannedYear | None
    year_sum: float | None
    year_sigma: float | None
    cumulative: float | None
    cumulative_sigma: float | None
    running: tuple[float | None, ...]
    running_sigma: tuple[float | None, ...]
    sitmuf: tuple[float | None, ...]
    standardised: tuple[float | None, ...]
    left: tuple[float | None, ...]
    default_limits: tuple[float, ...]
    estimated: EstimatedShare | None = None
    break_even: float | None = None
    alarmed: tuple[bool, ...] = ()
    alone: tuple[tuple[float, float] | None, ...] = ()
    year_settled: float = 0.0
