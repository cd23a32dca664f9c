"""What the posts take at the end of a month ahead, and who will stand there, by the rules of the need of today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from stockward.book.known import KnownBooks
from stockward.guards.need.needed import holders_needed, holding, posts_reasons
from stockward.guards.need.post_hours import Post, posts_of
from stockward.guards.need.staff import Staff, staff_of
from stockward.guards.need.taken import PostTaker
from stockward.guards.need.timeline import Month, Timeline, timeline_of
from stockward.guards.roll import on_posts, present
from stockward.stats.staffing import whole_guards


@dataclass(frozen=True, slots=True)
class Covered:
    """Guards that something takes, and those there: as heads, and as contract hours a week.

    ``needed`` heads have the contracts of those there; ``each`` is the mean of these, in hours. The hours that are
    needed hang on nobody's contract, so they say what more guards with any others make of it.
    """

    needed: int
    there: int
    hours_needed: float
    hours: float
    each: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsAhead:
    """The posts on one day: what it takes so that they are ``filled``, by those who do not sit in the office.

    ``holders`` has the same for each qualification. ``by_rules`` counts of a contract no more than the hours a week
    that the work rules allow; ``None`` where none is longer. ``reason`` says why there is no need.
    """

    on: date
    filled: Covered | None
    holders: Mapping[str, Covered]
    by_rules: Covered | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class PostsToFill:
    """The posts of a site, ready to be looked at on any month's end on record ahead."""

    books: KnownBooks
    guards: pl.DataFrame
    posts: tuple[Post, ...]
    timeline: Timeline
    staff: Staff

    @classmethod
    def of(
        cls,
        books: KnownBooks,
        *,
        guards: pl.DataFrame,
        day: date,
        flows: pl.DataFrame | None = None,
        output_factors: Mapping[str, float] | None = None,
        seed: int,
        absence: float = 1.0,
    ) -> PostsToFill:
        """The posts as ``need_of`` looks at them, of which the arguments are; guards absent so many times as long."""
        force = books.site.settings.force
        posts = posts_of(books["posts"], shift_hours=force.shift_hours, weeks=force.weeks_per_year)
        timeline = timeline_of(books, posts, day=day, flows=flows, output_factors=output_factors)
        staff = staff_of(books, guards, day, seed).absent_times(absence)
        return cls(books, guards, posts, timeline, staff)

    def if_comes(
        self,
        *,
        day: date,
        flows: pl.DataFrame | None,
        output_factors: Mapping[str, float] | None,
        absence: float,
    ) -> PostsToFill:
        """The same with other flows (``None``: the same) and another absence of the same guards."""
        return replace(
            self,
            timeline=self.timeline
            if flows is None
            else timeline_of(self.books, self.posts, day=day, flows=flows, output_factors=output_factors),
            staff=self.staff.absent_times(absence),
        )

    def days(self) -> list[date]:
        """That of the review, and the month's ends ahead: the days on which what drives the posts is looked at."""
        return [month.on for month in self._ahead()]

    def _ahead(self) -> Iterable[Month]:
        today = self.timeline.today
        return [today, *(month for month in self.timeline.months if month.expected)]

    def at(self, on: date, *, probability: float | None = None) -> PostsAhead:
        """The posts on a day, filled with the probability of the site, or with another.

        What drives them is looked at on the last of ``days`` until then; guards are those of the day itself.
        """
        month = [one for one in self._ahead() if one.on <= on][-1]
        there = on_posts(present(self.guards, on))
        staff = self._staff(probability).with_force(there)
        driven = [self.timeline.drivers.of(post, month.moment) for post in self.posts]
        taken = PostTaker(posts=self.posts, staff=staff, weeks=staff.weeks).take(driven)
        reasons = [*posts_reasons(self.books, self.posts, driven), *staff.reasons]
        if not reasons and taken is not None and taken.reason is not None:
            reasons.append(taken.reason)
        if reasons or taken is None or taken.by_fill is None:
            return PostsAhead(on=on, filled=None, holders={}, by_rules=None, reason="; ".join(reasons) or None)
        holders = {}
        for name in sorted({post.qualification for post in self.posts if post.qualification}):
            held = holding(name, there)
            needed = holders_needed(name, self.posts, driven, taken, staff, held)
            holders[name] = _covered(staff, needed or 0.0, held)
        return PostsAhead(
            on=on,
            filled=_covered(staff, taken.by_fill, there),
            holders=holders,
            by_rules=self._by_rules(staff, taken.by_fill, there),
            reason=None,
        )

    def _staff(self, probability: float | None) -> Staff:
        if probability is None or self.staff.crews is None:
            return self.staff
        crews = self.staff.crews
        other = type(crews)(pools=crews.pools, everybody=crews.everybody, probability=probability)
        return replace(self.staff, crews=other)

    def _by_rules(self, staff: Staff, needed: float, there: pl.DataFrame) -> Covered | None:
        """The same where of no contract more counts than the rules allow, if any on record is longer."""
        most = self.books.site.settings.work_rules.max_hours_per_week
        longest = self.books["people"]["hours_per_week"].max()
        if most is None or not isinstance(longest, int | float) or longest <= most:
            return None
        return _covered(staff, needed, there, most=most)


def _covered(staff: Staff, needed: float, there: pl.DataFrame, most: float = np.inf) -> Covered:
    """Guards with the contracts of those ``there``, of which no more than ``most`` hours count, for so many as are."""
    hours = staff.hours_a_week(there)
    mean = staff.mean_of(there)
    each = mean.contract / staff.weeks if mean is not None else 0.0
    counted = np.minimum(hours, most)
    own = float(counted.mean()) if counted.any() else min(each, most)
    hours_needed = needed * each
    return Covered(whole_guards(hours_needed / own), there.height, hours_needed, float(counted.sum()), own)
