"""The best schedule of one person at given prices: dynamic programming over days, for many people at once.

A forward pass finds the least cost of each state after each day (see ``spaces``), a backward pass the schedules that
reach it. To remember how often each shift was worked multiplies the states, so it is done for few: first a person pays
a penalty for each shift that would be worked too often, and it is set so that the best schedule keeps the most; only
where that fails, or where a proven best is asked for, is the shift counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from stockward.roster.engine.passes import Forward, through
from stockward.roster.engine.problem import DAY_OFF, PersonRules, RosterProblem
from stockward.roster.engine.spaces import Arcs, Space, arcs_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from stockward.roster.engine.problem import RosterRows

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

_CELLS_AT_ONCE = 50_000
"""States of one day that are worked on at once: they should stay in the processor's cache."""
_CELLS_TO_COUNT = 60_000
"""States of one day up to which a shift is counted at once; above, a penalty is tried first."""
_TRIES, _MOST_TRIES = 4, 100
"""How often a person is asked again after a shift was worked too often: if not exact, and at most."""


@dataclass(frozen=True)
class Schedules:
    """Schedules found for some people: whose, the days (rows of a roster), and the cost of each at the given prices."""

    people: Integers
    rows: RosterRows
    costs: Floats
    bounds: Floats
    """Lower bound of the cost of each person asked for; infinite where no schedule keeps the rules."""


@dataclass(frozen=True)
class _Found:
    """Schedules of one of the people asked for, best first, and a lower bound of their cost."""

    place: int
    costs: Floats
    rows: Integers
    bound: float


class _Backward:
    """Walks back from chosen last states through the values of a forward pass, for all of them at once."""

    def __init__(self, forward: Forward, arcs: Arcs) -> None:
        self.forward, self.space, self.arcs = forward, forward.space, arcs
        moves = self.space.moves
        self.minutes = np.array([*(move.minutes for move in moves), 0], np.int64)
        self.counts = np.array([*(move.counts for move in moves), (0,) * len(self.space.counted)], np.int64)

    def walk(self, state: Integers, person: Integers, rest: list[Integers]) -> Integers:
        """Moves of each day, shape (walks, days); ``rest``: units within the band, weekends, counts of each walk."""
        days = self.space.problem.days
        chosen = np.empty((len(state), days), np.int64)
        units, weekends, *counts = rest
        units = units + self.space.band[days][0]
        for day in range(days - 1, -1, -1):
            origin, move = self.arcs.origin[state], self.arcs.move[state]
            gain = self._gains(day, move, state)
            place = [units[:, None] - self.minutes[move] - self.space.band[day][0], weekends[:, None] - gain]
            place += [count[:, None] - self.counts[move, axis] for axis, count in enumerate(counts)]
            cost = self._costs(day, origin, person, place, self.arcs.length[state])
            cost += self.forward.prices[person[:, None], day, move]
            best = cost.argmin(axis=1)
            walks = np.arange(len(state))
            state, chosen[:, day] = origin[walks, best], move[walks, best]
            units, weekends, *counts = (axis[walks, best] for axis in place)
            units = units + self.space.band[day][0]
        return chosen

    def _gains(self, day: int, move: Integers, state: Integers) -> Integers:
        begins = self.arcs.begins[state]
        gains = np.where(begins, self.space.gain(day, begins=True), self.space.gain(day, begins=False))
        return np.where(move < len(self.space.moves), gains, 0)

    def _costs(self, day: int, origin: Integers, person: Integers, place: list[Integers], ends: Integers) -> Floats:
        values = self.forward.values[day]
        valid = (origin >= 0) & ((ends == 0) | (ends >= self.space.rules.min_run) | (ends == day))
        limits = (self.space.rows(day), *self.space.sizes)
        flat = np.zeros(origin.shape, np.int64)
        for cells, limit, stride in zip(place, limits, (self.space.inner, *self.space.strides), strict=True):
            valid &= (cells >= 0) & (cells < limit)
            flat += np.where(valid, cells, 0) * stride
        return np.where(valid, values[np.where(valid, origin, 0), person[:, None], np.where(valid, flat, 0)], np.inf)


@dataclass(eq=False)
class Scheduler:
    """Best schedules of all people of a problem; it remembers penalties and what had to be counted."""

    problem: RosterProblem
    counted: dict[int, frozenset[int]] = field(default_factory=dict)
    penalties: dict[int, Floats] = field(default_factory=dict)
    _spaces: dict[tuple[PersonRules, tuple[int, ...]], tuple[Space, Arcs]] = field(default_factory=dict)

    def forget(self) -> None:
        """Forget what had to be counted: at other prices it may not be necessary."""
        self.counted.clear()

    def best(self, people: Sequence[int], prices: Floats, *, each: int = 1, exact: bool = True) -> Schedules:
        """The best schedules of ``people`` that keep every rule.

        Parameters
        ----------
        people
            n people.
        prices
            Cost of each choice, shape (n, days, 1 + shifts), column 0 the day off.
        each
            At most so many for each person: the best, and the best of other last states.
        exact
            Whether the first of each must be a best one. Without it, it may fall short of the best by a little, which
            ``bounds`` tells, and somebody's may be missing.

        Returns
        -------
        Schedules
            Ordered by person and cost. If exact, nobody's are missing unless no schedule keeps the person's rules.
        """
        prices = np.where(self.problem.open[list(people)], prices, np.inf)
        tries = _MOST_TRIES if exact else _TRIES
        found: dict[int, _Found] = {}
        bounds: dict[int, float] = {}
        waiting = list(range(len(people)))
        for _ in range(tries):
            again = []
            found |= {place: _no_schedule(place, self.problem.days) for place in waiting}
            for one in self._found(people, waiting, self._paid(people, prices, exact=exact), each, exact=exact):
                person, place = people[one.place], one.place
                broken = self._too_often(person, one.rows)
                found[place] = self._kept(person, one, prices[place], bounds.get(place, -np.inf), broken, exact=exact)
                bounds[place] = found[place].bound
                if broken[0].any():
                    self._heed(person, one.rows[0], prices[place], broken[0], exact=exact)
                    again.append(place)
                elif not exact:
                    self._lower_penalty(person, one.rows[0])
            waiting = again
            if not waiting:
                break
        return self._gathered(people, [found[place] for place in sorted(found)])

    def through(self, people: Sequence[int], prices: Floats) -> Floats:
        """Lower bound of the cost of any schedule that makes each choice, in the shape of ``prices`` (see ``best``).

        Infinite where no schedule of the person makes the choice. It is exact but for shifts that the best schedule
        does not work too often: their most is not looked at.
        """
        self.best(people, prices)
        prices = np.where(self.problem.open[list(people)], prices, np.inf)
        least = np.full(prices.shape, np.inf)
        for space, arcs, places in self._alike(people, list(range(len(people))), exact=True):
            merged, _ = _by_move(space, prices[places])
            by_move = through(Forward(space, merged), arcs)
            least[places, :, DAY_OFF] = by_move[:, :, -1]
            for number, move in enumerate(space.moves):
                shifts = np.array(move.shifts) + 1
                own, out = prices[places][:, :, shifts], np.full((len(places), self.problem.days, len(shifts)), np.inf)
                more = np.subtract(own, merged[:, :, number, None], out=out, where=np.isfinite(own))
                least[np.array(places)[:, None], :, shifts] = np.moveaxis(by_move[:, :, number, None] + more, 2, 1)
        return least

    def _kept(
        self,
        person: int,
        one: _Found,
        prices: Floats,
        before: float,
        broken: npt.NDArray[np.bool_],
        *,
        exact: bool,
    ) -> _Found:
        """What keeps every most, at its cost without penalties, and the better of two lower bounds.

        With penalties λ ≥ 0 for each shift s worked, ``min Σ (price + λ) − Σ_s λ_s most_s`` is a lower bound of the
        best cost (Lagrange).
        """
        bound = one.bound - (0.0 if exact else self._relief(person))
        rows = one.rows[~broken.any(axis=1)]
        costs = prices[np.arange(rows.shape[1]), rows].sum(axis=1)
        return _Found(one.place, costs, rows, max(bound, before))

    def _heed(self, person: int, row: Integers, prices: Floats, broken: npt.NDArray[np.bool_], *, exact: bool) -> None:
        """Count a shift that is worked too often, or raise its penalty where to count it takes too many states."""
        more = self.counted.get(person, frozenset()) | frozenset(np.flatnonzero(broken).tolist())
        if exact or self._space_of(person, tuple(sorted(more)))[0].cells <= _CELLS_TO_COUNT:
            self.counted[person] = more
        else:
            self._raise_penalty(person, row, prices, broken)

    def _gathered(self, people: Sequence[int], found: list[_Found]) -> Schedules:
        bounds = np.full(len(people), np.inf)
        bounds[[one.place for one in found]] = [one.bound for one in found]
        none = np.empty((0, self.problem.days), np.int64)
        return Schedules(
            np.concatenate([np.empty(0, np.int64), *(np.full(len(one.costs), people[one.place]) for one in found)]),
            np.concatenate([none, *(one.rows for one in found)]).astype(np.int16),
            np.concatenate([np.empty(0), *(one.costs for one in found)]),
            bounds,
        )

    def _paid(self, people: Sequence[int], prices: Floats, *, exact: bool) -> Floats:
        """Prices with the penalties, where there are any."""
        if exact or not self.penalties:
            return prices
        paid = prices.copy()
        paid[:, :, 1:] += np.stack([self._penalty(person) for person in people])[:, None, :]
        return paid

    def _relief(self, person: int) -> float:
        """What the penalties of one person cost at most where every most is kept."""
        return float((self._penalty(person) * np.array(self.problem.people[person].rules.max_of_shift)).sum())

    def _penalty(self, person: int) -> Floats:
        return self.penalties.get(person, np.zeros(len(self.problem.shifts)))

    def _raise_penalty(self, person: int, row: Integers, prices: Floats, broken: npt.NDArray[np.bool_]) -> None:
        """Raise a penalty until the most are left for which another choice of the same days costs more than it."""
        penalty = self._penalty(person).copy()
        for shift in np.flatnonzero(broken):
            days = np.flatnonzero(row == shift + 1)
            others = np.delete(prices[days], (0, int(shift) + 1), axis=1) + np.delete(penalty, int(shift))
            advantage = np.sort(others.min(axis=1, initial=np.inf) - prices[days, shift + 1])[::-1]
            limit = self.problem.people[person].rules.max_of_shift[shift]
            needed = advantage[limit] if np.isfinite(advantage[limit]) else 0.0
            penalty[shift] = max(needed + 0.01, 1.5 * penalty[shift] + 0.5)
        self.penalties[person] = penalty

    def _lower_penalty(self, person: int, row: Integers) -> None:
        """Lower the penalty of what is worked less often than it may be."""
        if person in self.penalties:
            numbers = np.bincount(row, minlength=len(self.problem.shifts) + 1)[1:]
            slack = numbers < np.array(self.problem.people[person].rules.max_of_shift)
            lower = np.where(slack, 0.8 * self.penalties[person], self.penalties[person])
            self.penalties[person] = np.where(lower < 0.05, 0.0, lower)

    def _space(self, person: int, *, exact: bool) -> tuple[Space, Arcs]:
        """The states of one person, with what has to be counted unless that takes too many states."""
        counted = self.counted.get(person, frozenset())
        found = self._space_of(person, tuple(sorted(counted)))
        return found if exact or found[0].cells <= _CELLS_TO_COUNT else self._space_of(person, ())

    def _space_of(self, person: int, counted: tuple[int, ...]) -> tuple[Space, Arcs]:
        """People with the same rules share their states."""
        key = _relevant(self.problem.people[person].rules, counted, self._widest), counted
        if key not in self._spaces:
            space = Space(self.problem, key[0], counted)
            self._spaces[key] = space, arcs_of(space)
        return self._spaces[key]

    @cached_property
    def _widest(self) -> tuple[int, ...]:
        return tuple(max(column) for column in zip(*(p.rules.max_of_shift for p in self.problem.people), strict=True))

    def _found(
        self, people: Sequence[int], waiting: list[int], prices: Floats, each: int, *, exact: bool
    ) -> Iterator[_Found]:
        """Costs and rows of each place in ``people`` that is waiting."""
        for space, arcs, places in self._alike(people, waiting, exact=exact):
            yield from _solve(space, arcs, places, prices[places], each)

    def _alike(
        self, people: Sequence[int], waiting: list[int], *, exact: bool
    ) -> Iterator[tuple[Space, Arcs, list[int]]]:
        """People of one space, a few at a time."""
        alike: dict[int, list[int]] = {}
        spaces = {}
        for place in waiting:
            space, arcs = self._space(people[place], exact=exact)
            spaces[id(space)] = space, arcs
            alike.setdefault(id(space), []).append(place)
        for key, places in alike.items():
            space, arcs = spaces[key]
            size = max(1, _CELLS_AT_ONCE // space.cells) if not space.empty else 0
            for first in range(0, len(places), size) if size else ():
                yield space, arcs, places[first : first + size]

    def _too_often(self, person: int, rows: Integers) -> npt.NDArray[np.bool_]:
        """Which shifts each row has more often than the person may work them, shape (rows, shifts)."""
        most = np.array(self.problem.people[person].rules.max_of_shift)
        numbers = (rows[:, :, None] == np.arange(1, len(most) + 1)).sum(axis=1)
        return np.asarray(numbers > most)


def _relevant(rules: PersonRules, counted: tuple[int, ...], widest: tuple[int, ...]) -> PersonRules:
    """Rules that tell spaces apart: the most of a shift only where it is counted; ruled-out shifts have no price."""
    most = tuple(rules.max_of_shift[s] if s in counted else widest[s] for s in range(len(widest)))
    return replace(rules, max_of_shift=most)


def _no_schedule(place: int, days: int) -> _Found:
    """What stands for somebody of whom no schedule has been found."""
    return _Found(place, np.empty(0), np.empty((0, days), np.int64), np.inf)


def _by_move(space: Space, prices: Floats) -> tuple[Floats, Integers]:
    """Price of each move (the cheapest of its shifts; last the day off), and the choice that it stands for."""
    merged = np.empty((*prices.shape[:2], len(space.moves) + 1))
    cheapest = np.zeros(merged.shape, np.int64)
    merged[:, :, -1] = prices[:, :, DAY_OFF]
    for number, move in enumerate(space.moves):
        of_move = prices[:, :, np.array(move.shifts) + 1]
        best = of_move.argmin(axis=2)
        merged[:, :, number] = np.take_along_axis(of_move, best[:, :, None], axis=2)[:, :, 0]
        cheapest[:, :, number] = np.array(move.shifts)[best] + 1
    return merged, cheapest


def _solve(space: Space, arcs: Arcs, places: list[int], prices: Floats, each: int) -> Iterator[_Found]:
    """Forward and backward for a few people of one space; prices of shape (people, days, 1 + shifts)."""
    merged, cheapest = _by_move(space, prices)
    forward = Forward(space, merged)
    flat = forward.values[-1]
    ends = flat.argmin(axis=2)
    costs = np.take_along_axis(flat, ends[:, :, None], axis=2)[:, :, 0]
    order = np.argsort(costs, axis=0, kind="stable")[:each]
    chosen = [(state, person) for person in range(len(places)) for state in order[:, person]]
    state, person = np.array([one for one in chosen if costs[one] < np.inf], np.int64).reshape(-1, 2).T
    cell = ends[state, person]
    inside = np.unravel_index(cell % space.inner, space.axes) if space.axes else ()
    rest = [cell // space.inner, *([] if space.counts_weekends else [np.zeros_like(cell)]), *inside]
    moves = _Backward(forward, arcs).walk(state, person, rest)
    rows = cheapest[person[:, None], np.arange(moves.shape[1]), moves]
    for number, place in enumerate(places):
        mine = person == number
        if mine.any():
            mine_costs = costs[state[mine], number]
            yield _Found(place, mine_costs, rows[mine], float(mine_costs[0]))
