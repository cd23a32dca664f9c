"""Whether a thief is met in time: on the worst way through the layers, at the worst hours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_ROUNDING = 1e-9


class Assumption(StrEnum):
    """What is assumed otherwise: that the response is slower, delays are shorter, alarms are rarer, or all of these."""

    RESPONSE = "response"
    DELAYS = "delays"
    DETECTION = "detection"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class WayElement:
    """One element of the worst way; delay and its standard deviation in minutes.

    ``left_minutes`` are the mean delays that are left when it notices him, ``in_time`` whether the response takes no
    longer on average.
    """

    element: str
    name: str
    layer: int
    detection: float
    detects: str
    delay_minutes: float
    delay_sd_minutes: float
    left_minutes: float
    in_time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursAnswered:
    """Hours of the week at which the same posts answer alarms, and the chance of interruption then.

    ``begins`` and ``ends`` are minutes from Monday 00:00 of the first stretch of them. ``post`` is the one that is
    first on average, ``None`` where nobody answers, with its response in minutes.
    """

    begins: int
    ends: int
    hours_a_week: float
    posts: tuple[str, ...]
    post: str | None
    response_minutes: float | None
    response_sd_minutes: float | None
    communication: float | None
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumedOtherwise:
    """The chance on the way that is then worst, where an assumption is off by so much."""

    assumption: Assumption
    factor: float
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptionAnswer:
    """The chance that a thief on the best way for him is met before he is through.

    ``chance`` is that on the worst of ``ways``, at the worst hours; ``timely`` the same way by mean times alone.
    ``None`` where a ``reason`` says why nobody can tell. ``hours`` begin with the worst. ``unspread`` counts the
    delays and responses for which no spread is stated, so that the usual one is taken.
    """

    goal: float | None
    reason: str | None
    chance: float | None
    timely: float | None
    ways: int
    way: tuple[WayElement, ...]
    hours: tuple[HoursAnswered, ...]
    otherwise: tuple[AssumedOtherwise, ...]
    unspread: int

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; ``None`` without a goal, or where nobody can tell."""
        return None if self.goal is None or self.chance is None else reaches(self.chance, self.goal)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedInterruption:
    """The goal of interruption in a plan: ``now``, and ``then``, measured anew with the plan in the tables.

    ``price`` is what the plan would cost less without this goal. Where the goal is ``in_the_way`` of every plan,
    ``reachable`` is the largest chance that any plan gives, and ``cost_without`` what the cheapest costs without it.
    """

    now: InterruptionAnswer
    then: InterruptionAnswer | None
    price: float | None
    in_the_way: bool
    reachable: float | None
    cost_without: float | None


def reaches(chance: float, goal: float) -> bool:
    """Whether a chance is as large as a goal, but for rounding."""
    return chance >= goal - _ROUNDING
