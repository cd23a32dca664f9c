"""The posts to fill in a plan: as things are, or with what may come from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from stockward.book.known import KnownBooks
from stockward.guards.need.ahead import PostsAhead, PostsToFill
from stockward.guards.roll import roll


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceQuestion:
    """What is asked of the guards: ``day`` is that of the review, ``today`` that of the clock (``None``: as of a day).

    ``flows`` and ``output_factors`` are those of more production, as ``need_of`` takes them. ``workforce`` is the share
    of the workers on record who remain to be transferred, ``absence`` by how many times guards are absent for longer.
    All of it is so from ``since`` on, and before it things are as ``before`` asks; throughout where that is ``None``.
    """

    day: date
    today: date | None
    flows: pl.DataFrame | None = None
    output_factors: Mapping[str, float] | None = None
    workforce: float = 1.0
    absence: float = 1.0
    since: date | None = None
    before: ForceQuestion | None = None
    seed: int


@dataclass(frozen=True, slots=True)
class PostsInTime:
    """The posts from a day ``since`` on, and as they are ``before`` it; ``None`` where all days are alike."""

    then: PostsToFill
    before: PostsToFill | None
    since: date | None

    @classmethod
    def of(cls, books: KnownBooks, asked: ForceQuestion) -> PostsInTime:
        """The posts of books, as they are asked about."""
        then = PostsToFill.of(
            books,
            guards=roll(books),
            day=asked.day,
            flows=asked.flows,
            output_factors=asked.output_factors,
            absence=asked.absence,
            seed=asked.seed,
        )
        if asked.before is None or asked.since is None or asked.since <= asked.day:
            return cls(then, None, None)
        return cls(then, cls.of(books, asked.before).then, asked.since)

    def if_comes(self, asked: ForceQuestion) -> PostsInTime:
        """The same if something comes, from its day on."""
        changed = asked.before is None or asked.flows is not asked.before.flows
        flows = asked.flows if changed else None
        then = self.then.if_comes(
            day=asked.day, flows=flows, output_factors=asked.output_factors, absence=asked.absence
        )
        later = asked.since is not None and asked.since > asked.day
        return PostsInTime(then, self.then if later else None, asked.since if later else None)

    @property
    def are_driven(self) -> bool:
        """Whether any of the posts follows stock, output or occupied stores."""
        return any(post.driver for post in self.then.posts)

    def days(self) -> list[date]:
        """The days that can be looked at: that of the review, and the month's ends ahead."""
        return self.then.days()

    def at(self, on: date, *, probability: float | None = None) -> PostsAhead:
        """The posts on one of these days, filled with the probability of the site, or with another."""
        if self.before is not None and self.since is not None and on < self.since:
            return self.before.at(on, probability=probability)
        return self.then.at(on, probability=probability)
