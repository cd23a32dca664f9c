"""What would go unseen: the smallest losses that would be found, today and at a surge, and what restores sight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Detectable:
    """The smallest losses, unit, that are found with ``probability``; ``None`` where none can be told from errors.

    By the test in force: ``abrupt`` in the middle period, ``abrupt_last`` in the last, ``even_year`` evenly over the
    last 365 days (or all of it where shorter), ``worst_pattern`` as l ∝ Σ1. ``limit_abrupt``, ``limit_even_year`` and
    ``limit_worst`` are the losses below which no test, even one that knew the pattern, would reach that chance.
    """

    abrupt: float | None
    abrupt_last: float | None
    even_year: float | None
    worst_pattern: float | None
    limit_abrupt: float | None
    limit_even_year: float | None
    limit_worst: float | None
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionCurves:
    """Chance that a loss of each size (unit) is found, abrupt or even over a year."""

    losses: tuple[float, ...]
    abrupt: tuple[float, ...]
    even_year: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalAnswer:
    """Whether a loss of the goal quantity would be found in time.

    ``within_days`` are the last ones of the record; the loss is taken at once in their first whole period, or evenly
    over all of them, and ``probability`` is the lower chance of both that an alarm stands by the last inventory.
    ``detectable`` is the loss, unit, that would be found so with the site's ``detection`` (``None`` where none would),
    ``short_by`` how far it stands above the goal (negative where below). ``found_within_days`` is how long an abrupt
    loss of the goal quantity in the middle period would wait to be found with that chance; ``None``: not in the record.
    """

    quantity: float
    within_days: float
    probability: float
    detectable: float | None
    met: bool
    short_by: float | None
    found_within_days: float | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnheldGoal:
    """A goal that no series can be held against: the books hold nothing of its substance there.

    ``area`` is null for the whole site, ``unit`` where the books give none.
    """

    substance: str
    area: str | None
    quantity: float
    unit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One measure, and the losses that would be found with it.

    ``kind`` is one of "calibrate", "random_error", "systematic_error", "split", "count_more", "count_less",
    "check_weigh"; ``method`` names the scale, where it is about one. ``level`` is the least that restores the goal, or
    the strongest that was tried: days between calibrations, divisor of the error, parts, inventories in place of one,
    or share weighed twice. ``ratio`` is the loss that decides with the measure over without it (below 1 it helps).
    """

    kind: str
    method: str | None
    level: float
    measure: str
    detectable: Detectable
    ratio: float
    restores: bool
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesDetection:
    """What would go unseen in one series.

    ``exact`` says that any loss shows as a discrepancy. ``error_points`` is the standard error of the simulated
    chances, percentage points. ``detectable`` is ``None`` where the series is not tested. ``goal`` is the one furthest
    from being met, ``further_goals`` are the others of the series. ``even_days`` are the days over which an even loss
    was spread: 365, or all of a shorter record. ``in_items`` says that all of it stands in counted items of stated
    content: any missing piece shows in the series of the items. ``resting`` is the most that an inventory of the
    last year lists at earlier readings, unit of the series: a missing piece of it shows, but nothing that is taken out
    of one.
    """

    detectable: Detectable | None
    exact: bool
    error_points: float | None
    goal: GoalAnswer | None
    curves: DetectionCurves | None
    remedies: tuple[Remedy, ...]
    further_goals: tuple[GoalAnswer, ...] = ()
    even_days: float | None = None
    in_items: bool = False
    resting: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRemedy:
    """One measure over the whole site: the series that it helps, by id, and those whose goal it reaches alone."""

    kind: str
    method: str | None
    helps: tuple[str, ...]
    restores: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FillingStore:
    """A store with a capacity: what stands in it, how fast that grows, and when it is full; ``None``: never."""

    area: str
    capacity: float
    unit: str
    stock: float
    per_day: float
    per_day_today: float
    full_on: date | None
    full_on_today: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgedSeries:
    """One series at the surge: ``sigma_ratio`` is σ of all differences together over what it is today.

    ``found_abrupt`` and ``found_even_year`` are the chances that today's smallest detectable losses would still be
    found. ``number`` is the row of the series in the balances of today.
    """

    number: int
    id: str
    unit: str
    sigma_ratio: float | None
    at_surge: SeriesDetection
    found_abrupt: float | None
    found_even_year: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeAnswer:
    """The same books with more production in them, by stated assumptions."""

    production: str
    assumptions: tuple[str, ...]
    series: tuple[SurgedSeries, ...]
    remedies: tuple[SiteRemedy, ...]
    stores: tuple[FillingStore, ...]
