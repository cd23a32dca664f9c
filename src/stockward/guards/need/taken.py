"""What so many of each post take: hours, guards by net hours, and guards so that each shift is filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from stockward.answers.force import ShiftNeed
from stockward.guards.need.drivers import Driven
from stockward.guards.need.post_hours import Post
from stockward.guards.need.shifts import shift_needs, shifts_of
from stockward.guards.need.staff import Staff
from stockward.stats.staffing import relief_factor, whole_guards


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What so many of each post take; the figures in guards are ``None`` where ``reason`` (or the staff's) says why."""

    post_hours: float
    by_net_hours: float | None
    by_fill: float | None
    need: int | None
    shifts: tuple[ShiftNeed, ...]
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostTaker:
    """Works out what numbers of posts take; the same numbers once."""

    posts: tuple[Post, ...]
    staff: Staff
    weeks: float
    _found: dict[tuple[int, ...], Taken] = field(default_factory=dict, init=False)

    def with_force(self, guards: pl.DataFrame) -> PostTaker:
        """What the same posts take of a force of these rows of the roll."""
        return PostTaker(posts=self.posts, staff=self.staff.with_force(guards), weeks=self.weeks)

    def take(self, driven: Sequence[Driven]) -> Taken | None:
        """What these posts take; ``None`` where the number of one is not known."""
        numbers = [state.posts for state in driven]
        known = tuple(number for number in numbers if number is not None)
        if len(known) < len(numbers):
            return None
        if known not in self._found:
            self._found[known] = self._taken(known)
        return self._found[known]

    def _taken(self, numbers: tuple[int, ...]) -> Taken:
        total = sum(post.hours * number for post, number in zip(self.posts, numbers, strict=True))
        by_net = guards_for(total, self.staff.net)
        by_fill, reason = None, None
        shifts: tuple[ShiftNeed, ...] = ()
        crews = self.staff.crews
        if crews is not None:
            week = shifts_of(self.posts, numbers)
            reason = next(filter(None, (crews.cannot_fill(groups) for groups in week.values())), None)
            if reason is None:
                shifts = shift_needs(week, crews, weeks=self.weeks)
                by_fill = guards_for(sum(shift.hours for shift in shifts), self.staff.rostered)
        guards = by_net if crews is None else by_fill
        return Taken(
            post_hours=total,
            by_net_hours=by_net,
            by_fill=by_fill,
            need=None if guards is None or self.staff.reasons else whole_guards(guards),
            shifts=shifts,
            reason=reason,
        )


def guards_for(hours: float | None, each: float | None) -> float | None:
    """Guards for so many hours; ``None`` where either is unknown, or a guard has none."""
    return None if hours is None or each is None or each <= 0 else relief_factor(hours, each)
