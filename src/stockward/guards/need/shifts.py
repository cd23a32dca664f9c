"""The shifts of a week, and how many must be rostered in each so that its posts are filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from stockward.answers.force import ShiftNeed
from stockward.guards.need.post_hours import DAY_MINUTES, WEEKDAYS, Post, PostShift, clock
from stockward.stats.staffing import CrewAsked, Rostered, StaffPool, chance_filled, least_rostered

_MOST_STANDING = 1_000
"""More guards at once, in one shift of one site, are a mistake in its posts."""

Groups = tuple[tuple[str, int], ...]
"""Guards who stand in a shift by the qualification that their posts ask for ("" for none), in order."""


@dataclass(slots=True)
class Crews:
    """The guards on hand as pools of each qualification, and what was found for shifts asked for before."""

    pools: Mapping[str, StaffPool]
    everybody: StaffPool
    probability: float
    _found: dict[Groups, tuple[Rostered, float]] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, guards: pl.DataFrame, rates: Mapping[str, float], mean_rate: float, *, probability: float) -> Crews:
        """Pools from the rows of the roll; guards without a rate of their own take the mean."""
        absent = np.array([rates.get(person, mean_rate) for person in guards["person"]])
        held = [frozenset(listed if listed is not None else ()) for listed in guards["qualifications"]]
        names = sorted(frozenset().union(*held))
        pools = {name: StaffPool(absent[[name in one for one in held]]) for name in names}
        return cls(pools=pools, everybody=StaffPool(absent), probability=probability)

    def pool(self, qualification: str) -> StaffPool:
        """Who may stand at a post: those who hold what it asks for; everybody where nobody does."""
        return self.pools.get(qualification, self.everybody)

    def cannot_fill(self, groups: Groups) -> str | None:
        """Why no number of guards like these fills a shift; ``None`` where some does."""
        standing = sum(number for _, number in groups)
        if standing > _MOST_STANDING:
            return f"a shift would have {standing:,} guards standing at once: check guards, driver and per in posts"
        for name, _ in groups:
            if not self.pool(name).can_fill:
                who = f"who hold {name}" if name in self.pools else "on hand"
                return f"the guards {who} were nearly always absent without plan, so no number of them fills a shift"
        return None

    def rostered(self, groups: Groups) -> tuple[Rostered, float]:
        """The least rostered for a shift, and the chance that those who stand would be enough by themselves.

        Raises ``ValueError`` for a shift that cannot be filled (``cannot_fill``).
        """
        if groups not in self._found:
            asked = [CrewAsked(self.pool(name), standing, plain=not name) for name, standing in groups]
            least = least_rostered(asked, probability=self.probability)
            if least is None:
                raise ValueError("no number of guards fills this shift: ask cannot_fill first")
            self._found[groups] = least, chance_filled(asked, [standing for _, standing in groups])
        return self._found[groups]


def shifts_of(posts: Sequence[Post], numbers: Sequence[int]) -> dict[PostShift, Groups]:
    """Who stands in each shift of a week, where so many of each post stand; in order of the week."""
    standing: dict[PostShift, dict[str, int]] = {}
    for post, number in zip(posts, numbers, strict=True):
        if post.guards * number:
            for shift in post.shifts:
                groups = standing.setdefault(shift, {})
                groups[post.qualification] = groups.get(post.qualification, 0) + post.guards * number
    order = sorted(standing, key=lambda shift: (shift.begin, shift.minutes))
    return {shift: tuple(sorted(standing[shift].items())) for shift in order}


def shift_needs(shifts: Mapping[PostShift, Groups], crews: Crews, *, weeks: float) -> tuple[ShiftNeed, ...]:
    """What each shift takes; those of several weekdays with the same times and posts are one row."""
    alike: dict[tuple[int, int, Groups], list[int]] = {}
    for shift, groups in shifts.items():
        alike.setdefault((shift.begin % DAY_MINUTES, shift.minutes, groups), []).append(shift.begin // DAY_MINUTES)
    return tuple(
        _shift_need(start, minutes, groups, weekdays, crews, weeks)
        for (start, minutes, groups), weekdays in sorted(alike.items(), key=lambda item: (item[0][:2], item[1]))
    )


def _shift_need(
    start: int, minutes: int, groups: Groups, weekdays: Sequence[int], crews: Crews, weeks: float
) -> ShiftNeed:
    least, chance_of_standing = crews.rostered(groups)
    total = sum(least.crews)
    return ShiftNeed(
        start=clock(start),
        end=clock(start + minutes),
        weekdays=tuple(WEEKDAYS[day] for day in weekdays),
        standing=sum(standing for _, standing in groups),
        rostered=total,
        chance_of_standing=chance_of_standing,
        chance=least.chance,
        hours=minutes / 60 * total * len(weekdays) * weeks,
        groups={name: crew for (name, _), crew in zip(groups, least.crews, strict=True)},
    )
