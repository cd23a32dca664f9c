"""A roster as it hangs in the guardroom: who stands where, whatever made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from stockward.answers.roster import Duty, RosterAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySheet:
    """The shifts of a roster of so many weeks; ``posts`` has what each post is called, by its code and number."""

    site: str
    timezone: str
    start: date
    weeks: int
    duties: tuple[Duty, ...]
    posts: Mapping[tuple[str, int], str]

    @classmethod
    def of(cls, answer: RosterAnswer) -> DutySheet:
        """The sheet of a roster that was made."""
        called = {
            (post.post, number): post_called(post.post, post.name, number, several=post.posts > 1)
            for post in answer.posts
            for number in range(1, post.posts + 1)
        }
        return cls(
            site=answer.site, timezone=answer.timezone, start=answer.start, weeks=answer.weeks, duties=answer.duties,
            posts=called,
        )  # fmt: skip


def post_called(post: str, name: str | None, number: int, *, several: bool) -> str:
    """A post as people say it, with its number where there are several such posts."""
    return f"{name or post}{f' ({number})' if several else ''}"
