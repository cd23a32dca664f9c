"""How many guards the posts take: hours, net work hours, the shifts, and need beside strength by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class NetHours:
    """Hours a year of one guard, from contracts and the absences on record between ``first`` and ``last``.

    ``net`` = ``contract`` − ``planned`` (leave, training) − ``unplanned`` (sick, other); ``low`` and ``high`` bound it
    with ``confidence`` at least, whatever the attendance of guards who were not observed. ``guards`` were observed;
    where they are too few for an interval, both bounds are ``None`` and ``reason`` says so.
    """

    contract: float
    planned: float
    unplanned: float
    net: float
    low: float | None
    high: float | None
    confidence: float
    guards: int
    first: date
    last: date
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostNeed:
    """One post: ``posts`` such posts stand today, ``guards`` at once in each, together ``hours`` a year.

    ``driven_by`` is the driver's value today (occupied areas, stock, or times the base production), ``None`` without a
    driver. ``relief_factor`` is the guards that one guard standing there takes, hours ÷ net hours; ``needed`` is all of
    them. ``surged`` counts such posts at the end of the months looked at, with the surge where one was asked for.
    """

    post: str
    name: str | None
    kind: str
    guards: float
    driver: str | None
    per: float | None
    driven_by: float | None
    posts: int | None
    surged: int | None
    hours: float | None
    relief_factor: float | None
    needed: float | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftNeed:
    """Guards who begin and end together on these weekdays (``mon`` … ``sun``).

    ``standing`` posts are filled with chance ``chance_of_standing`` where only so many are rostered, and with
    ``chance`` where ``rostered`` are, the least number that reaches the site's probability. ``hours`` a year are those
    of the rostered. ``groups`` has the rostered by the qualification that their post asks for ("" for none): of each at
    least as many as stand there.
    """

    start: str
    end: str
    weekdays: tuple[str, ...]
    standing: int
    rostered: int
    chance_of_standing: float
    chance: float
    hours: float
    groups: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationNeed:
    """Guards with one qualification: ``needed`` by the shifts, ``on_hand`` at the posts (``None``: not measurable)."""

    qualification: str
    needed: float | None
    on_hand: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedStep:
    """One step from the posts to the need: ``guards`` after it, and what was added, in a few words."""

    step: str
    guards: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthNeed:
    """One month, on its last day (or on the day of the review): what the posts take and who is there.

    ``needed`` is the least whole number of guards by fill probability (by net hours where the site states none),
    ``by_net_hours`` the mean. ``strength`` are all guards, ``on_posts`` those not in the office, ``patrolling`` those
    on patrol. ``expected`` says that the month lies after the day of the review.
    """

    month: date
    on: date
    post_hours: float | None
    by_net_hours: float | None
    needed: int | None
    strength: int
    on_posts: int
    patrolling: int
    occupied_areas: int | None
    output: float | None
    expected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceAnswer:
    """What the posts take on the day ``on``.

    ``by_net_hours`` = ``post_hours`` ÷ net hours of a guard, between ``by_net_hours_low`` and ``by_net_hours_high``
    where the net hours have an interval; ``by_fill`` sizes each shift by its fill probability. ``need`` is the figure
    that counts, whole guards. ``steps`` lead from one to the other. ``on_posts`` are the guards who do not stand in the
    office, and ``short_by`` is need less those, never negative. ``reason`` says why there is no need. ``output_base``
    is what the ``output`` driver counts from: the first month of production on record. ``silent_since`` is the day on
    which the last absence on record began, where that is long ago: ``None`` else.
    """

    on: date
    weeks_per_year: float
    fill_probability: float | None
    post_hours: float | None
    net_hours: NetHours | None
    by_net_hours: float | None
    by_net_hours_low: float | None
    by_net_hours_high: float | None
    by_fill: float | None
    need: int | None
    on_hand: int
    on_posts: int
    short_by: int | None
    steps: tuple[NeedStep, ...]
    posts: tuple[PostNeed, ...]
    shifts: tuple[ShiftNeed, ...]
    qualifications: tuple[QualificationNeed, ...]
    by_month: tuple[MonthNeed, ...]
    notes: tuple[str, ...]
    reason: str | None
    output_base: date | None = None
    silent_since: date | None = None
