"""The answers to: who can stand in for a guard who drops out? And may two guards swap their shifts?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from stockward.answers.roster import Duty, StatedRule


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRule:
    """A rule that is broken once the roster is changed: which, in words, whose, and the day that it is about.

    ``text`` is what is said of the guard, without the code of the guard. ``before`` where it is broken just so without
    the change, too.
    """

    rule: str
    words: str
    text: str
    person: str | None
    day: date | None
    before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """A guard who could take a shift, and what that breaks or costs.

    ``points`` is by how much the roster costs more: nights, weekends and hours away from the fair share, and wishes.
    ``hours_of_week`` are those from Monday to Sunday with the shift; ``hours``, ``nights`` and ``weekend_shifts`` those
    of the roster with it, beside the contract and the fair shares. ``rest_before`` and ``rest_after`` are hours to the
    shift before and the next one, ``None`` where none is known; ``wishes_lost`` are met without the shift alone.
    """

    person: str
    affiliation: str
    breaks: tuple[BrokenRule, ...]
    points: int
    hours_of_week: float
    hours: float
    contract: float
    fair_hours: float
    nights: int
    fair_nights: float
    weekend_shifts: int
    fair_weekend_shifts: float
    rest_before: float | None
    rest_after: float | None
    wishes_lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftToFill:
    """A shift that somebody leaves, and the best who could take it: who breaks no rule first, then the cheapest.

    Of ``asked`` guards ``keep_every_rule`` would break no rule. ``cannot`` counts those who cannot stand there, by why.
    ``left_alone`` says that without anybody one affiliation alone is left at a mixed post, which then stays empty.
    """

    duty: Duty
    stand_ins: tuple[StandIn, ...]
    asked: int
    keep_every_rule: int
    cannot: tuple[tuple[str, int], ...]
    left_alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacementAnswer:
    """Who can stand in for ``person`` in each shift that begins on ``day``; rules are judged from ``start`` on."""

    site: str
    timezone: str
    version: str
    at: datetime
    options: Mapping[str, object]
    start: date
    weeks: int
    rules: tuple[StatedRule, ...]
    person: str
    day: date
    shifts: tuple[ShiftToFill, ...]
    notes: tuple[str, ...]
    set_aside: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapSide:
    """One of two guards who swap: the shift given, and the points by which the roster costs more for this guard."""

    person: str
    gives: Duty
    takes: Duty
    points: int
    hours: float
    contract: float
    fair_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapAnswer:
    """What a swap of two shifts breaks and costs; ``duties`` is the whole roster after it."""

    site: str
    timezone: str
    version: str
    at: datetime
    options: Mapping[str, object]
    start: date
    weeks: int
    rules: tuple[StatedRule, ...]
    sides: tuple[SwapSide, SwapSide]
    breaks: tuple[BrokenRule, ...]
    duties: tuple[Duty, ...]
    notes: tuple[str, ...]
    set_aside: Mapping[str, int]

    @property
    def allowed(self) -> bool:
        """Whether it breaks no rule that is kept without it."""
        return all(one.before for one in self.breaks)
