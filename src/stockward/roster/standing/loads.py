"""What shifts cost one guard by the definition of ``site.costs``, and how they lie beside the fair shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from stockward.answers.roster import Duty
from stockward.roster.site.costs import FairShares, fair_shares, unfair_load, wish_cost
from stockward.roster.site.demand import DatedShift, shift_of
from stockward.roster.site.problem import Wish
from stockward.roster.standing.duties import StandingRoster


@dataclass(frozen=True)
class GuardLoads:
    """The loads of the guards of a roster."""

    standing: StandingRoster

    @cached_property
    def shares(self) -> FairShares:
        """The fair shares of all."""
        return fair_shares(self.standing.problem)

    @cached_property
    def number_of(self) -> dict[str, int]:
        """The number of each guard who is on the roster."""
        return {guard.code: number for number, guard in enumerate(self.standing.problem.guards)}

    @cached_property
    def _wishes(self) -> dict[int, list[Wish]]:
        found: dict[int, list[Wish]] = {}
        for wish in self.standing.problem.wishes:
            found.setdefault(wish.guard, []).append(wish)
        return found

    @cached_property
    def duties_of(self) -> dict[str, tuple[Duty, ...]]:
        """The shifts of each guard, in order of time."""
        found: dict[str, list[Duty]] = {}
        for duty in self.standing.duties:
            found.setdefault(duty.person, []).append(duty)
        return {person: tuple(duties) for person, duties in found.items()}

    def points(self, person: str, duties: Sequence[Duty]) -> int:
        """What shifts of a guard cost: nights, weekends and hours away from the fair share, and wishes not met."""
        guard = self.number_of[person]
        shifts = [self._shift(duty) for duty in duties]
        missed = sum(wish_cost(wish) for wish in self.wishes_of(person) if not self.is_met(wish, duties))
        return unfair_load(self.shares, guard, shifts).total + missed

    @cached_property
    def _shifts(self) -> dict[tuple[datetime, datetime], DatedShift]:
        spans = {(duty.start, duty.end) for duty in self.standing.duties}
        return {span: shift_of(self.standing.horizon, *span) for span in spans}

    def _shift(self, duty: Duty) -> DatedShift:
        return self._shifts[duty.start, duty.end]

    def wishes_of(self, person: str) -> Sequence[Wish]:
        """The wishes of a guard."""
        return self._wishes.get(self.number_of[person], ())

    def is_met(self, wish: Wish, duties: Sequence[Duty]) -> bool:
        """Whether shifts of its guard meet a wish."""
        horizon = self.standing.horizon
        meant = (
            duty
            for duty in duties
            if duty.day == horizon.date(wish.day)
            and wish.post in (None, duty.post)
            and wish.start in (None, _minutes(duty.start.astimezone(horizon.zone)))
        )
        return any(meant) == wish.on


def _minutes(local: datetime) -> int:
    return 60 * local.hour + local.minute


def hours_in(duties: Sequence[Duty]) -> float:
    """Hours of shifts."""
    return sum(duty.hours for duty in duties)


def hours_of_week(duties: Sequence[Duty], of: Duty) -> float:
    """Hours of the shifts that begin in the week of one of them, Monday to Sunday."""
    monday = of.day - timedelta(days=of.day.weekday())
    return hours_in([duty for duty in duties if monday <= duty.day < monday + timedelta(days=7)])
