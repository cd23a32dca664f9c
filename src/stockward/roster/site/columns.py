"""A guards' roster as a problem of the roster engine: its start, and a bound.

The engine knows shift kinds that a person may or may not work, so each time of day with the classes that can stand at a
group of posts becomes a kind of its own, and a mixed post one kind for each affiliation that must stand there and one
for the others. It does not know limits of a calendar week, nights in a row, windows of weekends and fair shares: it is
a relaxation, whose bound holds, and whose roster is mended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from stockward.roster.engine.problem import Demand, Person, PersonRules, RosterProblem, ShiftKind
from stockward.roster.rules.forms import Integers
from stockward.roster.rules.table import OF_A_GUARD, REST
from stockward.roster.site.costs import CHANGE, Times, meant_by, wish_cost
from stockward.roster.site.demand import MINUTES_A_DAY
from stockward.roster.site.problem import GuardProblem, PostGroup

KindTable = np.ndarray[tuple[int, int], np.dtype[np.int64]]
"""Of each day and kind."""

OPEN = 1_000_000
"""What a place left open counts in the exchanges: more than anything else could be worth."""
_DEARER = 10
"""How much dearer than the dearest day a place left open, or a guard too many, is in the engine.

There it need not outweigh everything: the bound holds whatever it is, and rises faster where it is small.
"""


@dataclass(frozen=True, slots=True, order=True)
class PlaceKind:
    """A kind of shift of the engine: minutes after 00:00 at which it begins, length, and the classes that can work it.

    ``post`` is named where wishes or locks ask for that post.
    """

    begins: int
    minutes: int
    classes: tuple[int, ...]
    post: str = ""


@dataclass(frozen=True)
class Translated:
    """The problem for the engine, and the guards' shift of each day and kind (−1 where there is none)."""

    problem: RosterProblem
    kinds: tuple[PlaceKind, ...]
    shift_of: KindTable

    @property
    def open_weight(self) -> int:
        """What a place left open counts in the engine."""
        return int(self.problem.demand.under_weight.max(initial=1))

    def times(self, roster: Sequence[Sequence[int]]) -> Times:
        """The shifts of each guard in a roster of the engine."""
        return [
            frozenset(int(self.shift_of[day, kind - 1]) for day, kind in enumerate(row) if kind) - {-1}
            for row in roster
        ]

    def rows(self, times: Times) -> Integers:
        """Rows of guards who work these shifts, at as many of the places wanted as they can hold at once.

        A shift for which no place is left is left out.
        """
        rows = np.zeros((len(times), self.problem.days), np.int64)
        for day in range(self.problem.days):
            for shift in sorted(set(self.shift_of[day].tolist()) - {-1}):
                places = np.repeat(np.arange(len(self.kinds)), self.problem.demand.required[day])
                places = places[self.shift_of[day, places] == shift]
                guards = np.array([guard for guard, mine in enumerate(times) if shift in mine], np.int64)
                held = _matched(self.problem.open[guards, day][:, places + 1])
                rows[guards[held >= 0], day] = places[held[held >= 0]] + 1
        return rows


def _matched(can: npt.NDArray[np.bool_]) -> Integers:
    """The place of each guard, −1 for none, where as many as possible have one; ``can`` of shape (guards, places)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    if not can.size:
        return np.full(len(can), -1, np.int64)
    return np.asarray(maximum_bipartite_matching(csr_array(can), perm_type="column"), np.int64)


def translate(problem: GuardProblem) -> Translated:
    """The problem as the engine knows it."""
    wanted: dict[tuple[int, PlaceKind], int] = {}
    shift_of: dict[tuple[int, PlaceKind], int] = {}
    for group in problem.groups:
        shift = problem.shifts[group.shift]
        for kind, number in kinds_of(problem, group):
            wanted[shift.day, kind] = wanted.get((shift.day, kind), 0) + number * group.number
            shift_of[shift.day, kind] = group.shift
    kinds = tuple(sorted({kind for _, kind in wanted}))
    days = problem.horizon.days
    required = np.zeros((days, len(kinds)), np.int64)
    table = np.full((days, len(kinds)), -1, np.int64)
    for place, kind in enumerate(kinds):
        for day in range(days):
            required[day, place] = wanted.get((day, kind), 0)
            table[day, place] = shift_of.get((day, kind), -1)
    people = tuple(_person(problem, guard, kinds, table) for guard in range(len(problem.guards)))
    weight = _DEARER * max((int(person.costs.max()) for person in people), default=0) or 1
    translated = RosterProblem(
        days=days,
        shifts=_shifts(problem, kinds, table),
        people=people,
        demand=Demand(required, *(np.full(required.shape, weight, np.int64) for _ in range(2))),
        first_weekday=problem.horizon.weekday(0),
    )
    return Translated(translated, kinds, table)


def kinds_of(problem: GuardProblem, group: PostGroup) -> list[tuple[PlaceKind, int]]:
    """The kinds of which each post of a group wants how many.

    A mixed post wants one of each affiliation where there are two, and beyond them anybody. Where there are more than
    two, or one alone, the mix is left to be settled with the posts.
    """
    shift = problem.shifts[group.shift]
    local = shift.start.astimezone(problem.horizon.zone)
    post = group.posts[0].post if group.posts[0].post in problem.named_posts else ""

    def kind(classes: Sequence[int]) -> PlaceKind:
        return PlaceKind(60 * local.hour + local.minute, shift.minutes, tuple(classes), post)

    by_affiliation: dict[str, list[int]] = {}
    for member in group.classes:
        affiliation = problem.guards[problem.classes[member][0]].affiliation
        by_affiliation.setdefault(affiliation, []).append(member)
    if not group.mixed or len(by_affiliation) != 2 or group.guards < 2:
        return [(kind(group.classes), group.guards)]
    wanted = [(kind(members), 1) for members in by_affiliation.values()]
    return [*wanted, (kind(group.classes), group.guards - 2)] if group.guards > 2 else wanted


def _shifts(problem: GuardProblem, kinds: Sequence[PlaceKind], table: KindTable) -> tuple[ShiftKind, ...]:
    """The kinds, and what leaves too little rest before the next day.

    Where the clocks change the rest is longer or shorter by an hour. The engine knows one rule for all days, so it
    forbids what is too near on every day on which both are, and its bound holds.
    """
    rest = 60 * (REST.limit(problem) or 0)
    starts = np.array([shift.start.timestamp() for shift in problem.shifts])
    ends = np.array([shift.end.timestamp() for shift in problem.shifts])
    today, tomorrow = table[:-1, :, None], table[1:, None, :]
    both = (today >= 0) & (tomorrow >= 0)
    near = both.any(axis=0) & (~both | (starts[tomorrow] - ends[today] < rest)).all(axis=0)
    return tuple(
        ShiftKind(f"{place}", kind.minutes, frozenset(f"{after}" for after in np.flatnonzero(near[place])))
        for place, kind in enumerate(kinds)
    )


def _person(problem: GuardProblem, guard: int, kinds: Sequence[PlaceKind], table: KindTable) -> Person:
    days, own = problem.horizon.days, problem.class_of[guard]
    could = set(problem.open[guard])
    open_ = np.zeros((days, 1 + len(kinds)), np.bool_)
    open_[:, 0] = True
    for place, kind in enumerate(kinds):
        if own in kind.classes:
            open_[:, place + 1] = [table[day, place] in could for day in range(days)]
    for (who, shift), post in problem.locked.items():
        if who == guard:
            day = problem.shifts[shift].day
            at_post = np.array([kind.post == post for kind in kinds])
            open_[day] &= np.concatenate([[False], (table[day] == shift) & at_post])
    return Person(
        problem.guards[guard].code, _rules(problem, guard, len(kinds)), _costs(problem, guard, kinds, table), open_
    )


def _rules(problem: GuardProblem, guard: int, kinds: int) -> PersonRules:
    """The limits of one guard that the engine knows; all others as if there were none."""
    many = problem.horizon.days + 1
    none = PersonRules(
        min_minutes=0, max_minutes=MINUTES_A_DAY * many, max_of_shift=(many,) * kinds, max_run=many, min_run=1,
        min_off_run=1, max_weekends=many,
    )  # fmt: skip
    limits = (rule.in_engine(problem, guard) for rule in OF_A_GUARD)
    known: dict[str, Any] = dict(limit for limit in limits if limit is not None)
    return replace(none, **known)


def _costs(problem: GuardProblem, guard: int, kinds: Sequence[PlaceKind], table: KindTable) -> KindTable:
    """Wishes and changes, by day and choice."""
    costs = np.zeros((problem.horizon.days, 1 + len(kinds)), np.int64)
    for wish in problem.wishes:
        if wish.guard == guard:
            meant = np.isin(table[wish.day], meant_by(problem, wish))
            if wish.post is not None:
                meant &= np.array([kind.post == wish.post for kind in kinds])
            costs[wish.day] += np.where(np.concatenate([[False], meant]) == wish.on, 0, wish_cost(wish))
    if problem.earlier is not None:
        for who, s in problem.earlier:
            if who == guard:
                day = problem.shifts[s].day
                costs[day] += CHANGE
                costs[day, 1:] -= np.where(table[day] == s, CHANGE, -CHANGE)
        worked = {problem.shifts[s].day for who, s in problem.earlier if who == guard}
        free = [day for day in range(problem.horizon.days) if day not in worked]
        costs[free, 1:] += CHANGE
    return costs
