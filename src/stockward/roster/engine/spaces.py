"""The states of one person's schedule: what must be remembered of the days so far to know what may follow.

A state after a day is: the run that lasts (of work, with what may follow the last shift, or of days off), minutes
worked, weekends worked, and how often each *counted* shift was worked. Shifts that a schedule cannot tell apart (same
length, same successions, not counted) are one move. Labelling with such resources: Irnich & Desaulniers 2005.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from stockward.roster.engine.problem import SATURDAY, SUNDAY

if TYPE_CHECKING:
    import numpy.typing as npt

    from stockward.roster.engine.problem import PersonRules, RosterProblem

    Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Move:
    """One shift class as a step between states: what it adds, where it leads, after what it may come."""

    shifts: tuple[int, ...]
    minutes: int
    group: int
    after: tuple[int, ...]
    """Groups of last shifts that it may follow."""
    counts: tuple[int, ...]
    """What it adds to each counted shift."""


@dataclass(frozen=True, eq=False)
class Space:
    """The states of people with the same rules; ``counted`` are the shifts whose number is part of the state."""

    problem: RosterProblem
    rules: PersonRules
    counted: tuple[int, ...]

    @cached_property
    def unit(self) -> int:
        """Minutes are counted in this unit, the greatest that divides every length."""
        return math.gcd(*(shift.minutes for shift in self.problem.shifts))

    @cached_property
    def _used(self) -> list[int]:
        return [shift for shift, most in enumerate(self.rules.max_of_shift) if most > 0]

    @cached_property
    def _groups(self) -> dict[bytes, int]:
        """Last shifts with the same allowed followers are one group."""
        follows = self.problem.may_follow
        return {key: i for i, key in enumerate(dict.fromkeys(follows[s][self._used].tobytes() for s in self._used))}

    @cached_property
    def moves(self) -> list[Move]:
        """One move for each class of shifts."""
        follows, groups = self.problem.may_follow, self._groups
        group_of = {s: groups[follows[s][self._used].tobytes()] for s in self._used}
        after = {s: tuple(sorted({group_of[b] for b in self._used if follows[b, s]})) for s in self._used}
        classes: dict[tuple[object, ...], list[int]] = {}
        for s in self._used:
            lone = s if s in self.counted else -1
            classes.setdefault((self.problem.shifts[s].minutes, group_of[s], after[s], lone), []).append(s)
        return [
            Move(
                tuple(members),
                self.problem.shifts[members[0]].minutes // self.unit,
                group_of[members[0]],
                after[members[0]],
                tuple(int(members[0] == counted) for counted in self.counted),
            )
            for members in classes.values()
        ]

    @property
    def longest(self) -> int:
        """Longest run of work."""
        return min(self.rules.max_run, self.problem.days)

    @property
    def rest(self) -> int:
        """Days off after which work may begin again."""
        return max(1, min(self.rules.min_off_run, self.problem.days))

    @property
    def states(self) -> int:
        """Runs that may last: groups × lengths of work, then lengths of days off."""
        return len(self._groups) * self.longest + self.rest

    def work(self, group: int, length: int) -> int:
        """State of a run of work of ``length`` days whose last shift is of ``group``."""
        return group * self.longest + length - 1

    def off(self, length: int) -> int:
        """State of a run of days off; the longest stands for all that are long enough."""
        return len(self._groups) * self.longest + length - 1

    @cached_property
    def counts_weekends(self) -> bool:
        """Whether weekends must be counted at all."""
        return self.rules.max_weekends < len(self.problem.weekends)

    def _longest_work(self, days: int) -> int:
        """No schedule of ``days`` days has more units: longest runs, shortest rests, longest shifts first."""
        cycle = self.longest + self.rest
        work = days // cycle * self.longest + min(days % cycle, self.longest)
        total = 0
        for shift in sorted(self._used, key=lambda s: -self.problem.shifts[s].minutes):
            number = min(work, self.rules.max_of_shift[shift])
            total += number * (self.problem.shifts[shift].minutes // self.unit)
            work -= number
        return total

    @cached_property
    def band(self) -> list[tuple[int, int]]:
        """Least and most units worked after each number of days from which the bounds can still be met."""
        low, high = -(-self.rules.min_minutes // self.unit), self.rules.max_minutes // self.unit
        days = self.problem.days
        return [
            (max(0, low - self._longest_work(days - day)), min(high, self._longest_work(day)))
            for day in range(days + 1)
        ]

    @property
    def empty(self) -> bool:
        """Whether the bounds on minutes exclude each other."""
        return any(low > high for low, high in self.band)

    @cached_property
    def axes(self) -> tuple[int, ...]:
        """Cells of weekends and of each counted shift; the last of an axis is where too many fall, and is emptied."""
        counted = tuple(self.rules.max_of_shift[shift] + 2 for shift in self.counted)
        return (self.rules.max_weekends + 2, *counted) if self.counts_weekends else counted

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """Flat distance of neighbours on the axes of weekends (0 where not counted) and of each counted shift."""
        strides = tuple(math.prod(self.axes[i + 1 :]) for i in range(len(self.axes)))
        return strides if self.counts_weekends else (0, *strides)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Cells that may be filled on the axes of weekends (1 where not counted) and of each counted shift."""
        sizes = tuple(axis - 1 for axis in self.axes)
        return sizes if self.counts_weekends else (1, *sizes)

    @cached_property
    def inner(self) -> int:
        """Flat cells of one number of units."""
        return math.prod(self.axes)

    @cached_property
    def overflow(self) -> npt.NDArray[np.bool_]:
        """Which flat cells of one number of units lie where too many fall."""
        over = np.zeros(self.axes, np.bool_)
        for axis in range(len(self.axes)):
            over[(slice(None),) * axis + (-1,)] = True
        return over.reshape(-1)

    def rows(self, day: int) -> int:
        """Numbers of units that are possible after ``day`` days."""
        low, high = self.band[day]
        return high - low + 1

    @cached_property
    def cells(self) -> int:
        """Most states of one person after a day."""
        return self.states * self.inner * max(self.rows(day) for day in range(self.problem.days + 1))

    def gain(self, day: int, *, begins: bool) -> int:
        """Whether work on ``day`` opens a weekend: on Saturday, and on Sunday where it begins a run."""
        if not self.counts_weekends:
            return 0
        weekday = self.problem.weekday(day)
        return int(weekday == SATURDAY or (weekday == SUNDAY and begins))

    def ends_at(self, day: int) -> list[int]:
        """Lengths of a run of work that may end before ``day``: long enough, or begun on the first day."""
        return [length for length in range(1, self.longest + 1) if length >= self.rules.min_run or length == day]


@dataclass(frozen=True, eq=False)
class Arcs:
    """For each state the states it may come from and the move between; shape (states, most), -1 where there is none."""

    origin: Integers
    move: Integers
    begins: npt.NDArray[np.bool_]
    length: Integers
    """Length of the run of work that ends with the arc, 0 where none ends."""

    def each(self) -> Iterator[tuple[int, int, int, bool, int]]:
        """State, origin, move, whether it begins a run, and the length of the run that it ends, of each arc."""
        for state, place in np.argwhere(self.origin >= 0).tolist():
            begins = bool(self.begins[state, place])
            at = self.origin, self.move, self.length
            origin, move, length = (int(column[state, place]) for column in at)
            yield state, origin, move, begins, length


def arcs_of(space: Space) -> Arcs:
    """Every way into each state, whatever the day."""
    into: list[list[tuple[int, int, bool, int]]] = [[] for _ in range(space.states)]
    for number, move in enumerate(space.moves):
        into[space.work(move.group, 1)].append((space.off(space.rest), number, True, 0))
        for length in range(2, space.longest + 1):
            state = space.work(move.group, length)
            into[state].extend((space.work(group, length - 1), number, False, 0) for group in move.after)
    off, lengths = len(space.moves), range(1, space.longest + 1)
    works = sorted({move.group for move in space.moves})
    into[space.off(1)].extend((space.work(group, length), off, False, length) for group in works for length in lengths)
    for length in range(1, space.rest):
        into[space.off(length + 1)].append((space.off(length), off, False, 0))
    into[space.off(space.rest)].append((space.off(space.rest), off, False, 0))
    most = max(len(arcs) for arcs in into)
    padded = [arcs + [(-1, off, False, 0)] * (most - len(arcs)) for arcs in into]
    columns = np.array(padded, np.int64)
    return Arcs(columns[:, :, 0], columns[:, :, 1], columns[:, :, 2] > 0, columns[:, :, 3])
