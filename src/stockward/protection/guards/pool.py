"""Who could join the guards: the workers and applicants of the pool, and groups of them that are alike to a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from stockward.book.known import KnownBooks
from stockward.guards.need.net_hours import HOURS_DECIMALS
from stockward.guards.roll import GUARDS, PATROLLING
from stockward.guards.selection.lines import at_work
from stockward.guards.selection.pool import candidates_of


@dataclass(frozen=True, slots=True)
class ForceCandidate:
    """Somebody who could join: from ``first`` to ``last`` (``None``: they stay), after training where they need any.

    ``hours`` a week are those of the contract.
    """

    person: str
    affiliation: str
    role: str
    line: str | None
    qualifications: frozenset[str]
    patrols: bool
    trains: bool
    hours: float
    first: date
    last: date | None

    def serves(self, day: date) -> bool:
        """Whether they would count on a day."""
        return self.first <= day and (self.last is None or self.last >= day)


@dataclass(frozen=True, slots=True)
class CandidateGroup:
    """Candidates who are the same to a plan; ``serves`` tells for each day that matters whether they count on it."""

    affiliation: str
    role: str
    line: str | None
    qualifications: frozenset[str]
    patrols: bool
    trains: bool
    hours: float
    serves: tuple[bool, ...]


def pool_of(books: KnownBooks, day: date, usual: float | None) -> tuple[list[ForceCandidate], int]:
    """Who may join by the standards of the pool, in order of the table; and how many there are on record in all.

    Who states no contract hours is taken to have the ``usual`` ones; where that is ``None`` nobody asks for hours.

    Who is ready on the day of the plan begins on the next: a plan changes nothing of the day on which it is made.
    """
    every = candidates_of(books, measure=GUARDS, due_on=day, day=day)
    patrols = {one.person for one in candidates_of(books, measure=PATROLLING, due_on=day, day=day) if one.in_pool}
    working = at_work(books, day)
    facts = {row["person"]: row for row in books["people"].iter_rows(named=True)}
    pool = []
    for one in every:
        if not (one.in_pool or one.person in patrols) or one.ready_on is None:
            continue
        row, first = facts[one.person], max(one.ready_on, day + timedelta(days=1))
        if one.until is not None and one.until < first:
            continue
        pool.append(
            ForceCandidate(
                person=one.person,
                affiliation=one.affiliation,
                role=one.role,
                line=working.get(one.person),
                qualifications=frozenset(row["qualifications"] or ()),
                patrols=one.person in patrols,
                trains=bool(row["training_weeks"]),
                hours=_hours(row["hours_per_week"], usual),
                first=first,
                last=one.until,
            )
        )
    return pool, len(every)


def _hours(stated: float | None, usual: float | None) -> float:
    if usual is None:
        return 0.0
    return round(usual if stated is None else stated, HOURS_DECIMALS)


def in_groups(
    pool: Iterable[ForceCandidate], days: Sequence[date], asked: frozenset[str]
) -> dict[CandidateGroup, list[ForceCandidate]]:
    """The candidates who serve on any of these days, by group; of qualifications those that posts ask for matter."""
    groups: dict[CandidateGroup, list[ForceCandidate]] = {}
    for one in pool:
        serves = tuple(one.serves(day) for day in days)
        if any(serves):
            group = CandidateGroup(
                one.affiliation,
                one.role,
                one.line,
                one.qualifications & asked,
                one.patrols,
                one.trains,
                one.hours,
                serves,
            )
            groups.setdefault(group, []).append(one)
    return groups
