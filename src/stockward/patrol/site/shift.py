"""One shift of the patrols of a site: its posts, targets and ways, cut into steps of time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from stockward.answers.patrols.answer import TheftAssumption
from stockward.book import Site
from stockward.guards.need.post_hours import WEEKDAYS, days_listed, minutes_of_day
from stockward.patrol.game.ground import NO_WAY, Break, Ground
from stockward.patrol.game.thefts import Thefts
from stockward.patrol.site.ways import walking_minutes
from stockward.terms.errors import UsageError

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Integers

_OFF_BY = 0.25
"""By so much an assumption is taken to be off where no range is stated."""
_HAIR = 1e-9
_ASKED = ("posts", "targets", "paths")
MOST_PATROLS = 20


@dataclass(frozen=True, slots=True)
class Target:
    """A row of ``targets``."""

    area: str
    worth: float
    minutes: tuple[float, float]
    seen: tuple[float, float]
    least_visits: int

    @classmethod
    def of(cls, row: Mapping[str, Any], least_visits: int) -> Target:
        """What is likely and what is worst, of each."""
        low = row["minutes_low"], row["seen_low"]
        return cls(
            area=str(row["area"]),
            worth=float(row["goal_quantities"] if row["worth"] is None else row["worth"]),
            minutes=(row["minutes"], row["minutes"] * (1 - _OFF_BY) if low[0] is None else low[0]),
            seen=(row["seen"], row["seen"] * (1 - _OFF_BY) if low[1] is None else low[1]),
            least_visits=int(least_visits if row["least_visits"] is None else row["least_visits"]),
        )


@dataclass(frozen=True, eq=False)
class PatrolShift:
    """The ground and the thefts of one shift.

    ``areas`` and ``names`` are in the order of the ground; ``targets`` by area. ``starts`` are the times of day at
    which such shifts begin, ``minutes`` their length, ``days`` those of the week on which all of the posts stand.
    ``bases_of_twice`` has a base for each patrol that twice the
    guards make, which may be more than twice the patrols where several guards walk together.
    """

    areas: tuple[str, ...]
    names: tuple[str, ...]
    targets: Mapping[int, Target]
    ground: Ground
    step_minutes: float
    starts: tuple[int, ...]
    days: tuple[str, ...]
    minutes: float
    unit: str
    in_currency: bool
    unranged: int
    notes: tuple[str, ...]
    bases_of_twice: tuple[int | None, ...]

    @classmethod
    def of(cls, site: Site, post: str | None = None) -> PatrolShift:
        """By the tables. Raises ``UsageError``, with the mend, where they do not say enough."""
        _require_whole(site)
        rows = site["targets"].to_dicts()
        if not rows:
            raise UsageError(
                "there are no targets: add targets.csv with area, worth, minutes (that a theft takes) and seen (chance "
                "that a passing patrol sees it)"
            )
        settings = site.settings.patrol
        hours = _Hours.of(site, post)
        targets = [Target.of(row, settings.least_visits) for row in rows]
        bases = hours.bases(site)
        areas, travel = _travel(site, [*bases, *(one.area for one in targets)], settings.step_minutes)
        place = {area: number for number, area in enumerate(areas)}
        steps = math.floor(hours.minutes / settings.step_minutes + _HAIR)
        visits = np.zeros(len(areas), np.int64)
        for one in targets:
            visits[place[one.area]] = one.least_visits
        ground = Ground(
            travel=travel,
            steps=steps,
            bases=tuple(place[base] for base in bases),
            visits=visits,
            rest=_rest(settings.break_minutes, settings.step_minutes, steps),
        )
        names = dict(site["areas"].select("area", "name").rows())
        shift = cls(
            areas=areas,
            names=tuple(str(names.get(area) or area) for area in areas),
            targets={place[one.area]: one for one in targets},
            ground=ground,
            step_minutes=settings.step_minutes,
            starts=hours.starts,
            days=hours.days,
            minutes=hours.minutes,
            unit=_unit(site, rows),
            in_currency=rows[0]["worth"] is not None,
            unranged=sum(row["minutes_low"] is None or row["seen_low"] is None for row in rows),
            notes=(*hours.notes, *hours.days_left(), *hours.guards_left(site)),
            bases_of_twice=tuple(place[base] for base in hours.bases_of(site, 2)),
        )
        shift.require_steps()
        shift.require_ways()
        return shift

    @property
    def change(self) -> tuple[int, int]:
        """Steps at the begin and at the end in which patrols come from, or return to, their base."""
        bases = sorted({base for base in self.ground.bases if base is not None})
        out = self.ground.shortest[np.ix_(bases, list(self.targets))].min(axis=0)
        back = self.ground.shortest[np.ix_(list(self.targets), bases)].min(axis=1)
        return int(out.max()), int(back.max())

    def thefts(self, assumption: TheftAssumption | None = None) -> Thefts:
        """The thefts of the shift as is likely, or at the worst of an assumption."""
        shorter = int(assumption in (TheftAssumption.SHORTER, TheftAssumption.BOTH))
        rarer = int(assumption in (TheftAssumption.RARER, TheftAssumption.BOTH))
        out, back = self.change
        begin, end = out, self.ground.steps - 1 - back
        worth, seen = np.zeros(self.ground.areas), np.zeros(self.ground.areas)
        lasts = np.ones(self.ground.areas, np.int64)
        for place, one in self.targets.items():
            worth[place], seen[place] = one.worth, one.seen[rarer]
            whole = math.floor(one.minutes[shorter] / self.step_minutes + _HAIR)
            # Who takes longer than the hours that are looked at is met by then, or not at all.
            lasts[place] = min(max(whole, 1), end - begin + 1)
        return Thefts(worth=worth, lasts=lasts, seen=seen, begin=begin, end=end, steps=self.ground.steps)

    def require_steps(self) -> None:
        """Raise ``UsageError`` for a theft that is over within a step."""
        short = min(self.targets.values(), key=lambda one: one.minutes[0])
        if short.minutes[0] < self.step_minutes - _HAIR:
            raise UsageError(
                f"a theft from {short.area} takes {short.minutes[0]:g} min, less than a step of {self.step_minutes:g}: "
                f"write step_minutes = {short.minutes[0]:g} or less under [patrol] in site.toml"
            )

    def require_ways(self) -> None:
        """Raise ``UsageError`` for a target to which nobody walks, or not within a shift."""
        bases = sorted({base for base in self.ground.bases if base is not None})
        there = self.ground.shortest[bases][:, list(self.targets)]
        back = self.ground.shortest[list(self.targets)][:, bases].T
        for number, place in enumerate(self.targets):
            steps = int((there + back)[:, number].min())
            base = self.areas[bases[0]]
            if steps >= NO_WAY:
                raise UsageError(
                    f"no patrol walks to {self.areas[place]} and back to {base}: add rows to paths.csv, or x_m and y_m "
                    "of both to areas.csv with metres_per_minute under [patrol] in site.toml"
                )
            if steps > self.ground.steps - 1:
                raise UsageError(
                    f"{self.areas[place]} and back takes {steps * self.step_minutes:g} min, longer than a shift of "
                    f"{self.minutes:g} min: correct paths.csv, or name a nearer base in posts.csv"
                )
        out, home = self.change
        if out + home >= self.ground.steps:
            raise UsageError(
                f"a shift of {self.minutes:g} min is over before patrols have come to the farthest target and back: "
                "write longer shifts, or name nearer bases in posts.csv"
            )


@dataclass(frozen=True, slots=True)
class _Hours:
    """The patrol posts that are planned for, and when their shifts begin."""

    posts: Sequence[Mapping[str, Any]]
    starts: tuple[int, ...]
    minutes: float
    notes: tuple[str, ...]

    @classmethod
    def of(cls, site: Site, post: str | None) -> _Hours:
        rows = site["posts"].filter(pl.col("kind") == "patrol").to_dicts()
        if post is not None:
            rows = [row for row in rows if row["post"] == post]
        if not rows:
            what = "no patrol post" if post is None else f"no patrol post {post}"
            raise UsageError(f"posts.csv has {what}: add one of kind patrol, with the area that is its base")
        for row in rows:
            if row["area"] is None:
                raise UsageError(f"posts.csv row {row['row']}: patrol post {row['post']} has no base: write its area")
        hours = {(row["start"], row["end"], _length(site, row)) for row in rows}
        if len(hours) > 1:
            names = ", ".join(str(row["post"]) for row in rows)
            raise UsageError(f"patrol posts {names} have different hours: name the one to plan for with --post")
        start, end, length = next(iter(hours))
        whole = minutes_of_day(start, end)
        length = min(length, whole)
        starts = tuple(int(start + passed) % 1440 for passed in np.arange(0, whole - length + _HAIR, length))
        left = whole - length * len(starts)
        notes = [f"The last {left:g} min of a day make no whole shift, and are not planned for."] if left > 0 else []
        return cls(rows, starts, length, tuple(notes))

    @property
    def days(self) -> tuple[str, ...]:
        """The days of the week on which all of the posts stand: on others fewer patrols walk than are planned."""
        return tuple(day for day in WEEKDAYS if all(day in days_listed(row["days"]) for row in self.posts))

    def days_left(self) -> Iterator[str]:
        """Days on which not all of the posts stand. Raises ``UsageError`` where they never do."""
        names = ", ".join(str(row["post"]) for row in self.posts)
        if not self.days:
            raise UsageError(f"patrol posts {names} never stand on one day: name the one to plan for with --post")
        if any(set(days_listed(row["days"])) != set(self.days) for row in self.posts):
            yield (
                f"Of {names} not all stand on every day of the others: planned is for {' '.join(self.days)}, when all "
                "of them do; plan for the others with --post."
            )

    def bases_of(self, site: Site, times: int) -> list[str]:
        """The base of each patrol that so many times the guards make."""
        settings = site.settings.patrol
        found = []
        for row in self.posts:
            found += [str(row["area"])] * (times * int(row["guards"]) // settings.guards_each)
        if settings.patrols is not None:
            distinct = list(dict.fromkeys(found))
            found = [distinct[place % len(distinct)] for place in range(times * settings.patrols)]
        return found

    def guards_left(self, site: Site) -> Iterator[str]:
        """Guards of whom no patrol is made, as too few are left to walk together."""
        each = site.settings.patrol.guards_each
        for row in self.posts if site.settings.patrol.patrols is None else ():
            left = int(row["guards"]) % each
            if left:
                yield (
                    f"{_guards(left)} of {row['post']} {'walks' if left == 1 else 'walk'} in no patrol, as "
                    f"{each} walk together (guards_each)."
                )

    def bases(self, site: Site) -> list[str]:
        """The base of each patrol."""
        settings = site.settings.patrol
        for row in self.posts:
            if int(row["guards"]) < settings.guards_each:
                raise UsageError(
                    f"posts.csv row {row['row']}: patrol post {row['post']} has {_guards(row['guards'])}, and a patrol "
                    f"takes {settings.guards_each}: write more guards, or leave the row out"
                )
        found = self.bases_of(site, 1)
        if len(found) > MOST_PATROLS:
            raise UsageError(
                f"posts.csv has {len(found)} patrols at once, and at most {MOST_PATROLS} are planned together: write "
                "guards_each under [patrol] in site.toml where several guards walk together"
            )
        return found


def _guards(number: float) -> str:
    return "1 guard" if number == 1 else f"{number:g} guards"


def _length(site: Site, row: Mapping[str, Any]) -> float:
    """Minutes of a shift of a post."""
    hours = site.settings.patrol.shift_hours or row["hours_per_shift"] or site.settings.force.shift_hours
    return float(hours) * 60


def _travel(site: Site, wanted: Sequence[str], step: float) -> tuple[tuple[str, ...], Integers]:
    areas, minutes = walking_minutes(site, wanted)
    steps = np.full(minutes.shape, NO_WAY, np.int64)
    known = np.isfinite(minutes)
    steps[known] = np.maximum(np.ceil(minutes[known] / step - _HAIR), 1).astype(np.int64)
    np.fill_diagonal(steps, 0)
    return areas, steps


def _rest(minutes: float, step: float, steps: int) -> Break | None:
    """A break in the middle half of the shift."""
    if not minutes:
        return None
    # From the moment at which it begins to that at which it ends.
    takes = max(math.ceil(minutes / step - _HAIR), 1)
    if takes >= steps // 2:
        raise UsageError(
            f"a break of {minutes:g} min finds no place in the middle half of the shift: write a shorter break_minutes "
            "under [patrol] in site.toml"
        )
    return Break(takes, steps // 4, steps - steps // 4 - takes)


def _unit(site: Site, rows: Sequence[Mapping[str, Any]]) -> str:
    return "goal quantities" if rows[0]["worth"] is None else site.settings.site.currency or "units of worth"


def _require_whole(site: Site) -> None:
    """Raise ``UsageError`` for a row at fault of what is asked: without it a plan would protect too little."""
    for problem in site.problems:
        if problem.table in _ASKED:
            raise UsageError(f"{problem} (patrols leave no row of {problem.table} out)")
