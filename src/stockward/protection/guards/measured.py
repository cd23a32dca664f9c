"""A choice measured anew: the people of the site with those who join among the guards, and every question on guards
asked of that roll again. It shares nothing with the program that made the choice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from stockward.answers.planned.guards import ForceGoalKind
from stockward.book.known import KnownBooks
from stockward.guards.mix import mix_of
from stockward.guards.people import Guards
from stockward.guards.roll import PATROL
from stockward.protection.guards.facts import ForceFacts
from stockward.protection.guards.goals import ForceGoal
from stockward.protection.guards.pool import CandidateGroup, ForceCandidate, in_groups
from stockward.protection.guards.posts import PostsInTime
from stockward.protection.guards.program import Joining
from stockward.terms.errors import StockwardError

_POST = "post"


@dataclass(frozen=True, slots=True)
class MeasuredGoal:
    """A goal as measured: ``figure`` is the one that comes nearest to missing it, on ``on``, of ``low`` to ``high``."""

    on: date
    low: float | None
    high: float | None
    figure: float | None
    met: bool


def measured_goals(facts: ForceFacts, joining: Joining | None) -> dict[ForceGoal, MeasuredGoal]:
    """Every goal that can be measured, with those who join; by the record alone where that is ``None``."""
    taken = [] if joining is None else joining_people(facts, joining)
    measuring = _Measuring(facts, taken)
    return {goal: measuring.of(goal) for goal in facts.goals if goal.reason is None}


def joining_people(facts: ForceFacts, joining: Joining) -> list[tuple[ForceCandidate, bool]]:
    """Some of each group, as many as it says, and whether each patrols: whoever is taken, the figures are the same."""
    groups = in_groups(facts.market.pool, joining.days, facts.market.qualifications)
    return [
        (one, place < patrolling)
        for group, (number, patrolling) in _in_order(joining.chosen or {})
        for place, one in enumerate(groups[group][:number])
    ]


def _in_order(
    chosen: Mapping[CandidateGroup, tuple[int, int]],
) -> Sequence[tuple[CandidateGroup, tuple[int, int]]]:
    def key(item: tuple[CandidateGroup, tuple[int, int]]) -> tuple[object, ...]:
        group, _ = item
        return (
            group.affiliation, group.role, group.line or "", sorted(group.qualifications), group.patrols, group.trains,
            group.hours, group.serves,
        )  # fmt: skip

    return sorted(chosen.items(), key=key)


def books_with(books: KnownBooks, taken: Sequence[tuple[ForceCandidate, bool]]) -> KnownBooks:
    """The books with a further guard in ``people`` for each who joins; the row of the candidate stays as it is.

    They are numbered: who of the candidates joins is drawn by lot, and no plan says it.
    """
    people = books["people"]
    if not taken:
        return books
    rows = {row["person"]: row for row in people.iter_rows(named=True)}
    last, prefix = max(rows[one]["row"] for one in rows), joining_code(rows)
    joined = [
        {
            **rows[one.person],
            "row": last + number,
            "person": f"{prefix}{number}",
            "role": "guard",
            "line": None,
            "duty": PATROL if patrols else _POST,
            "since": one.first,
            "available_from": None,
            "training_weeks": None,
        }
        for number, (one, patrols) in enumerate(taken, 1)
    ]
    more = pl.DataFrame(joined, schema_overrides=people.schema, infer_schema_length=None).select(people.columns)
    return replace(books, site=books.site.replace(people=pl.concat([people, more.cast(people.schema)])))


def joining_code(known: Iterable[str]) -> str:
    """What the codes of those who join begin with, and no code on record does."""
    codes, prefix = [one.casefold() for one in known], "joins-"
    while any(one.startswith(prefix) for one in codes):
        prefix = f"plan-{prefix}"
    return prefix


class _Measuring:
    """The questions on guards, asked of books in which those who join are guards."""

    def __init__(self, facts: ForceFacts, taken: Sequence[tuple[ForceCandidate, bool]]) -> None:
        self._facts, self._asked = facts, facts.asked
        self._books = books_with(facts.books, taken)
        self._guards = Guards.of(self._books)
        self._from_line = Counter(one.line for one, _ in taken)
        self._posts: PostsInTime | None = None

    def of(self, goal: ForceGoal) -> MeasuredGoal:
        """One goal."""
        if goal.free is not None:
            taken = self._from_line[goal.of]
            return MeasuredGoal(self._asked.day, None, goal.free, taken, taken <= goal.free)
        if goal.kind is ForceGoalKind.BAND:
            return self._band(goal)
        figures = [(one.on, *self._figure(goal, one.on, one.low)) for one in goal.held]
        on, low, figure = min(figures, key=lambda one: one[2] - one[1])
        return MeasuredGoal(on, low, None, figure, figure >= low)

    def _figure(self, goal: ForceGoal, on: date, low: int) -> tuple[int, int]:
        """What is asked for on a day, and what there is."""
        if goal.kind is ForceGoalKind.ORDER:
            return low, self._guards.number(goal.measure, on)
        posts = self._filled().at(on)
        if goal.kind is ForceGoalKind.QUALIFICATION:
            covered = posts.holders.get(goal.of)
        else:
            covered = posts.by_rules if goal.kind is ForceGoalKind.WORK_RULES else posts.filled
        if covered is None:
            raise StockwardError(f"the posts cannot be measured with the plan ({posts.reason}): report it")
        return covered.needed, covered.there

    def _filled(self) -> PostsInTime:
        if self._posts is None:
            self._posts = PostsInTime.of(self._books, self._asked)
        return self._posts

    def _band(self, goal: ForceGoal) -> MeasuredGoal:
        """The share on the day that comes nearest to breaking the band, or breaks it."""
        found = []
        for on in goal.days:
            mix = mix_of(self._books, day=on)
            band = next(one for one in mix.bands if one.affiliation == goal.of) if mix is not None else None
            if band is not None:
                share = band.share or 0.0
                found.append((min(share - band.low, band.high - share), on, band, share))
        _, on, band, share = min(found, key=lambda one: one[0])
        held = all(self._holds(goal, day) for day in goal.days)
        return MeasuredGoal(on, band.low, band.high, share, held)

    def _holds(self, goal: ForceGoal, on: date) -> bool:
        numbers = self._guards.by_affiliation("guards", on)
        total = numbers.total()
        low, high = goal.shares or (0, 1)
        return low * total <= numbers[goal.of] <= high * total
