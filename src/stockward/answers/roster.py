"""The answer to: who stands where, and when? And where nobody can say: which rules collide, and what would mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from stockward.terms.verdicts import Solved


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One guard in one shift: ``number`` is which of several such posts it is; moments are UTC, ``hours`` real ones.

    ``day`` is the day of the site on which it begins. ``locked`` where an assignment of the site asked for it;
    ``changed`` where it is not in the earlier roster (``None`` without one).
    """

    person: str
    affiliation: str
    post: str
    number: int
    day: date
    start: datetime
    end: datetime
    hours: float
    night: bool
    weekend: bool
    locked: bool
    changed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPlace:
    """A place that nobody fills: one guard of a post in a shift."""

    post: str
    number: int
    day: date
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardMonth:
    """What one guard has in the roster, beside the fair share.

    ``contract`` is the hours that the contract gives in the days on which the guard is there; ``fair_*`` the share of
    all that is to be filled, in proportion to it. ``wishes`` were made, ``met`` of them are met. ``off_pattern`` is how
    many shifts lie off the pattern that the site wishes, ``None`` where it wishes none.
    """

    person: str
    affiliation: str
    qualifications: tuple[str, ...]
    days_there: int
    shifts: int
    hours: float
    contract: float
    fair_hours: float
    nights: int
    fair_nights: float
    weekend_shifts: int
    fair_weekend_shifts: float
    wishes: int
    met: int
    changed: int
    off_pattern: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMonth:
    """One post in the roster: when its shifts begin (``07:30``), places to fill and filled, and hours filled."""

    post: str
    name: str | None
    qualification: str | None
    mixed: bool
    posts: int
    guards: int
    begins: tuple[str, ...]
    places: int
    filled: int
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterCost:
    """What the roster costs, and the parts: changes, wishes not met, unfair nights, weekends and hours, overtime.

    ``overtime`` is ``None`` where the site allows none, ``pattern`` where it wishes none.
    """

    total: int
    changes: int
    wishes: int
    nights: int
    weekends: int
    hours: int
    overtime: int | None = None
    pattern: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterOvertime:
    """Overtime of a roster: hours beyond contracts, of how many guards, and what they cost where the site says it.

    ``price`` and ``cost`` are in the ``currency`` of the site, ``None`` where it states no price.
    """

    hours: float
    guards: int
    price: float | None
    cost: float | None
    currency: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedRule:
    """A rule that the site states, by its name in ``site.toml``; ``None`` where it says that there is no such rule.

    The value of a pattern is its name or its letters. ``words`` are the rule with its value, or what there is none on.
    """

    key: str
    value: float | str | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One of the rules that collide: which, in words, and the people, post and day that it names."""

    rule: str
    words: str
    people: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """A way out, and how far it is known: the least by proof, shown by a roster, ruled out, or not found in time.

    A roster that shows it keeps every other rule. ``what`` is ``guards``, ``hours`` or ``posts``; ``amount`` how many
    guards more, hours more, or places left open; ``least`` how many it takes at least by proof. ``parts`` has what it
    is made of: qualification and number, person and hours, or post and number of places.
    """

    what: str
    status: Solved
    words: str
    amount: float | None
    least: float
    parts: tuple[tuple[str, float], ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterAnswer:
    """A roster, how good it is, and what it stands on; or why there is none.

    ``rules`` are those that the site states. ``bound``: no roster that keeps the rules costs less. ``gap`` is
    (cost − bound) ÷ cost. ``conflicts`` is a set of rules of which none can be left out for the others to collide
    (``irreducible`` says whether that is proven). ``left_open`` is empty unless places may stay open. ``notes`` are
    told to the reader. ``set_aside`` has the rows of each table that the roster does not know of, as they could not be
    read. ``overtime`` is ``None`` without a roster, and where the site allows none.
    """

    site: str
    timezone: str
    version: str
    at: datetime
    seed: int
    options: Mapping[str, object]
    start: date
    weeks: int
    rules: tuple[StatedRule, ...]
    status: Solved
    stopped: bool
    cost: RosterCost | None
    bound: float
    gap: float | None
    duties: tuple[Duty, ...]
    left_open: tuple[OpenPlace, ...]
    guards: tuple[GuardMonth, ...]
    posts: tuple[PostMonth, ...]
    left_out: tuple[tuple[str, str], ...]
    conflicts: tuple[Conflict, ...]
    irreducible: bool
    relaxations: tuple[Relaxation, ...]
    changed: int | None
    notes: tuple[str, ...]
    set_aside: Mapping[str, int]
    overtime: RosterOvertime | None = None
