"""The answer to: what was planned for each guard, and what has each worked?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardHours:
    """Planned and worked hours of one guard up to the day asked; ``ahead`` are those that are planned after it.

    ``contract`` is what the contract gives over all the days of the roster, ``None`` for who is not on it. Of the
    planned shifts ``missed`` have no worked hour in them; ``added`` shifts were worked without being planned.
    """

    person: str
    affiliation: str
    planned_shifts: int
    planned: float
    worked_shifts: int
    worked: float
    missed: int
    added: int
    ahead: float
    contract: float | None

    @property
    def difference(self) -> float:
        """Worked less planned: negative where the guard is short."""
        return self.worked - self.planned


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursApart:
    """A shift that was not worked as it was planned: hours of both, 0 where there is none."""

    person: str
    day: date
    post: str
    start: datetime
    planned: float
    worked: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursAnswer:
    """Planned and worked hours from ``start`` to ``until``, of a roster of so many weeks; guards by their codes."""

    site: str
    timezone: str
    version: str
    at: datetime
    options: Mapping[str, object]
    start: date
    weeks: int
    until: date
    guards: tuple[GuardHours, ...]
    apart: tuple[HoursApart, ...]
    notes: tuple[str, ...]
    set_aside: Mapping[str, int]
