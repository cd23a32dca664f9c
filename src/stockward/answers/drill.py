"""How often losses taken out of copies of a site's own records are found, beside the predicted chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillPlace:
    """Copies of one line whose loss was left in one place: the ``counts``, or the ``movements``.

    ``why`` says what is in the way where the books cannot bear the loss there, in so many ``periods``; no copy is made
    of those.
    """

    place: str
    periods: int
    not_borne: int
    why: str | None
    copies: int
    found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillCounts:
    """How many copies were found, and how many would have been with one assumption of the prediction restored.

    ``same_sigma``: Σ as it is without errors; ``untruncated``: records that may fall below zero; ``both``.
    """

    found: int
    same_sigma: int
    untruncated: int
    both: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillLine:
    """Losses of one pattern (``abrupt``, ``even``, ``spread``) out of one series; quantities in its unit.

    area
        Null for the whole site, over whose areas losses are spread.
    label
        What and where, as people call it.
    inventory, start
        The period in which they begin, by the inventory that closes it, and its first day at the site; null where they
        begin in every period in turn.
    loss
        Smallest and largest loss, unit: one size, but where each period has its own.
    stated, predicted
        Chance that such a loss is found, by Σ without it, as a review states it, and by Σ of the books that hold it;
        means over the copies. Null where no chance is claimed.
    error
        Two standard errors of the found share, by the number of copies alone (binomial, at the predicted chance).
    counts
        Copies found: the series alarmed at or after the period in which the loss begins.
    earlier
        Copies in which the series had alarmed before: false alarms.
    without
        Copies in which it alarms at or after that period without the loss too; null where errors are drawn afresh.
    days_median, days_90
        Days from the begin of that period to the inventory of the alarm: half, and 90 %, of those found came within.
    also
        Other series that alarmed in these copies, with the number of copies, most first; where errors are kept as
        recorded, only those that do not alarm without the loss.
    """

    id: str
    area: str | None
    holding: str
    label: str
    unit: str
    pattern: str
    inventory: str | None
    start: date | None
    loss: tuple[float, float] | None
    stated: float | None
    predicted: float | None
    copies: int
    counts: DrillCounts
    error: float | None
    earlier: int
    without: int | None
    days_median: float | None
    days_90: float | None
    also: tuple[tuple[str, int], ...]
    places: tuple[DrillPlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillSpreadArea:
    """One area over which a loss of the whole site is spread.

    ``alarmed`` counts the copies in which its own series ``id`` alarmed after the loss had begun; null where it
    is not tested. ``left_out`` are the places of the loss in which the area bears no share, each with the reason.
    """

    id: str
    area: str
    alarmed: int | None
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillSpread:
    """What the areas showed of losses spread over them, which the series ``id`` of the whole site should find.

    any_area
        Copies in which the series of any area alarmed after the loss had begun; where errors are kept as recorded,
        only series that do not alarm without the loss.
    by_chance
        How many of these the false-alarm probability of all areas together allows at most; null where errors are kept.
    """

    id: str
    copies: int
    any_area: int
    by_chance: float | None
    areas: tuple[DrillSpreadArea, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillElsewhere:
    """One series in the copies that hold no loss of it: how often it alarmed, and how often by chance alone."""

    id: str
    copies: int
    alarmed: int
    by_chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillCause:
    """What one assumption of the prediction costs: found share as it is, and with the assumption restored.

    ``points`` is the difference in percentage points, ``error`` two standard errors of it (small, as the copies are
    the same). ``explains`` says whether it is beyond that error and brings the found share nearer to the predicted one.
    """

    key: str
    copies: int
    found: float
    restored: float
    points: float
    error: float
    explains: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillAgreement:
    """Predicted and found over all copies, and whether they agree.

    ``error`` is two standard errors of the found share. ``p_total`` is the chance of a difference as large over all
    copies, ``p_lines`` that of differences as large line by line (sum of squares over variance), were the predictions
    true. They agree where neither is below ``limit``.
    """

    predicted: float
    found: float
    error: float
    p_total: float
    p_lines: float
    limit: float
    agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillAnswer:
    """One drill of a site.

    left_out
        Series that are not drilled by chance, and why.
    standing
        Series with a difference that no measured row could take up, the largest of it, and its unit: it is taken out of
        every copy.
    adjusted
        Root mean square by which the weighed rows were adjusted, in their own σ; null where errors are kept.
    untested
        Periods of the drilled series that are not tested: no loss is taken out in them.
    checked, deviation
        Copies that were also closed as sites of their own, and by how much their figures departed at most.
    own_limits, own_limits_differ
        Copies that were also tested by limits of their own Σ, and those whose answer was another then.
    cut
        Copies with a record that would have been negative, and stands as zero.
    """

    version: str
    at: datetime
    seed: int
    options: Mapping[str, str | int | float | bool | None]
    site: str
    timezone: str
    false_alarm: float
    detection: float
    default_test: str
    as_recorded: bool
    rows: int
    copies: int
    lines: tuple[DrillLine, ...]
    spread: tuple[DrillSpread, ...]
    elsewhere: tuple[DrillElsewhere, ...]
    agreement: DrillAgreement | None
    causes: tuple[DrillCause, ...]
    left_out: tuple[tuple[str, str], ...]
    standing: tuple[tuple[str, float, str], ...]
    adjusted: float | None
    untested: int
    checked: int
    deviation: float
    own_limits: int
    own_limits_differ: int
    cut: int
