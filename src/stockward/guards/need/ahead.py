"""What the posts take at the end of a month ahead, and who will stand there, by the rules of the need of today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from stockward.book.known import KnownBooks
from stockward.guards.need.needed import holders_needed, posts_reasons
from stockward.guards.need.post_hours import Post, posts_of
from stockward.guards.need.staff import Staff, staff_of
from stockward.guards.need.taken import PostTaker, Taken, guards_for
from stockward.guards.need.timeline import Month, Timeline, timeline_of
from stockward.guards.roll import on_posts, present
from stockward.stats.staffing import whole_guards


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsAhead:
    """The posts on one day: ``need`` guards so that they are filled, and ``standing`` who do not sit in the office.

    ``holders`` has for each qualification how many it takes, and how many of those standing hold it. ``by_rules`` are
    the guards that it takes where contracts are longer than the hours a week that the work rules allow; ``None`` where
    they are not. ``reason`` says why there is no need.
    """

    on: date
    need: int | None
    standing: int
    holders: Mapping[str, tuple[int, int]]
    by_rules: int | None
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
        staff = staff_of(books, guards, day, seed).absent_times(absence, weeks=force.weeks_per_year)
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
            staff=self.staff.absent_times(absence, weeks=self.books.site.settings.force.weeks_per_year),
        )

    def days(self) -> list[date]:
        """The days that can be looked at: that of the review, and the month's ends ahead."""
        return [month.on for month in self._ahead()]

    def _ahead(self) -> Iterable[Month]:
        today = self.timeline.today
        return [today, *(month for month in self.timeline.months if month.expected)]

    def at(self, on: date, *, probability: float | None = None) -> PostsAhead:
        """The posts on one of these days, filled with the probability of the site, or with another."""
        month = next(one for one in self._ahead() if one.on == on)
        staff = self._staff(probability)
        weeks = self.books.site.settings.force.weeks_per_year
        driven = [self.timeline.drivers.of(post, month.moment) for post in self.posts]
        taken = PostTaker(posts=self.posts, staff=staff, weeks=weeks).take(driven)
        reasons = [*posts_reasons(self.books, self.posts, driven), *staff.reasons]
        if not reasons and taken is not None and taken.reason is not None:
            reasons.append(taken.reason)
        there = on_posts(present(self.guards, on))
        held = [set(listed if listed is not None else ()) for listed in there["qualifications"]]
        holders = {}
        for name in sorted({post.qualification for post in self.posts if post.qualification}):
            needed = None if taken is None or reasons else holders_needed(name, self.posts, driven, taken, staff)
            holders[name] = (whole_guards(needed or 0.0), sum(name in one for one in held))
        return PostsAhead(
            on=on,
            need=None if taken is None or reasons else taken.need,
            standing=there.height,
            holders=holders,
            by_rules=None if taken is None or reasons else self._by_rules(taken),
            reason="; ".join(reasons) or None,
        )

    def _staff(self, probability: float | None) -> Staff:
        if probability is None or self.staff.crews is None:
            return self.staff
        crews = self.staff.crews
        other = type(crews)(pools=crews.pools, everybody=crews.everybody, probability=probability)
        return replace(self.staff, crews=other)

    def _by_rules(self, taken: Taken) -> int | None:
        """Hours of the shifts ÷ those of a guard, of whose contract no more counts than the rules allow."""
        settings, mean = self.books.site.settings, self.staff.mean
        most = settings.work_rules.max_hours_per_week
        if most is None or mean is None or mean.contract <= most * settings.force.weeks_per_year:
            return None
        hours = sum(shift.hours for shift in taken.shifts)
        allowed = mean.rostered * most * settings.force.weeks_per_year / mean.contract
        guards = guards_for(hours, allowed)
        return None if guards is None else whole_guards(guards)
