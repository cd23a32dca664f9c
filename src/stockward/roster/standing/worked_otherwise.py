"""What was worked at other times than the shifts of its post: taken in as it was, with the place that it filled.

Each such assignment belongs to the shift of its post with which it has most time in common. All that belong to one
fill as many places of it as the times in common come to, rounded, and at least one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from stockward.roster.site.demand import Horizon, RosterPost, post_spans
from stockward.roster.site.staff import Worked

_Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class AskedPost:
    """What a post asks for in one shift: ``post`` has the guards and the number that are still to be filled.

    ``but`` are affiliations that must not fill it, since they stand there already. ``worked`` are the guards who have
    filled it at other times: for them alone it is asked.
    """

    post: RosterPost
    span: _Span
    but: frozenset[str] = frozenset()
    worked: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorkedOtherwise:
    """Assignments that were worked at other times than their post has, and the shift that each belongs to."""

    of: Mapping[Worked, _Span | None]

    @classmethod
    def among(cls, worked: Sequence[Worked], posts: Mapping[str, RosterPost], horizon: Horizon) -> WorkedOtherwise:
        """Those of the assignments that are no shift of their post, and can be taken in."""
        own = {post.post: set(post_spans(horizon, post)) for post in posts.values()}
        found = {
            one: _nearest(posts[one.post], one, horizon)
            for one in worked
            if one.post in posts and (one.shift.start, one.shift.end) not in own[one.post]
        }
        fitting = cls(found)
        return cls({one: span for one, span in found.items() if fitting._fits(posts[one.post], span)})

    def in_shift(self, post: str, span: _Span | None) -> list[Worked]:
        """Those that belong to a shift of a post."""
        return [one for one, own in self.of.items() if own is not None and (one.post, own) == (post, span)]

    def filled(self, post: RosterPost, span: _Span) -> int:
        """How many places of a shift are filled so."""
        ones = self.in_shift(post.post, span)
        whole = sum(_in_common(one, span) for one in ones) / (span[1] - span[0]).total_seconds()
        return min(max(int(whole + 0.5), 1), post.guards * post.number) if ones else 0

    def asked(
        self, posts: Sequence[RosterPost], horizon: Horizon, affiliations: Mapping[str, str]
    ) -> Iterator[AskedPost]:
        """All that the posts ask for: what is left of each shift, and what was worked otherwise."""
        for post in posts:
            for span in post_spans(horizon, post):
                left = self._left(post, span, affiliations)
                if left is not None:
                    yield left
            together: dict[_Span, list[str]] = {}
            for one in self.of:
                if one.post == post.post:
                    together.setdefault((one.shift.start, one.shift.end), []).append(one.guard)
            for span, guards in together.items():
                alone = replace(post, guards=1, number=len(guards), mixed=False)
                yield AskedPost(alone, span, worked=tuple(guards))

    def _left(self, post: RosterPost, span: _Span, affiliations: Mapping[str, str]) -> AskedPost | None:
        full, part = divmod(self.filled(post, span), post.guards)
        if not part:
            return AskedPost(replace(post, number=post.number - full), span) if full < post.number else None
        there = frozenset(affiliations[one.guard] for one in self.in_shift(post.post, span))
        rest = replace(post, guards=post.guards - part)
        if not post.mixed or len(there) > 1:
            return AskedPost(replace(rest, mixed=False), span)
        # One more must be of another affiliation; of several more, as the mix of a whole post has it.
        return AskedPost(replace(rest, mixed=False), span, there) if rest.guards == 1 else AskedPost(rest, span)

    def _fits(self, post: RosterPost, span: _Span | None) -> bool:
        """Whether what is left of the shift is whole posts, or one: at which of several they stood is not known."""
        return span is None or post.number == 1 or self.filled(post, span) % post.guards == 0


def _nearest(post: RosterPost, one: Worked, horizon: Horizon) -> _Span | None:
    """The shift with which an assignment has most time in common, also one before the horizon."""
    near = [
        (horizon.moment(day, begins), horizon.moment(day, ends))
        for day in range(one.shift.day - 2, one.shift.day + 2)
        if horizon.weekday(day) in post.days
        for begins, ends in pairwise(post.cuts)
    ]
    best = max(near, key=lambda span: _in_common(one, span), default=None)
    return best if best is not None and _in_common(one, best) > 0 else None


def _in_common(one: Worked, span: _Span) -> float:
    """Seconds."""
    return (min(one.shift.end, span[1]) - max(one.shift.start, span[0])).total_seconds()
