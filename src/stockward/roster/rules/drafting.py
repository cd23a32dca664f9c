"""A model of CP-SAT while the rules are written into it.

x_gs is 1 where guard g works shift s; w_gd = Σ x_gs over the shifts that begin on day d; z_ck is the number of guards
of class c in group k of posts. What was worked before the start, and what is locked after the end, enters as constants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stockward.roster.site.demand import DatedShift
    from stockward.roster.site.problem import GuardProblem


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a constraint stands there: the rule, and whom or what it binds: a guard's code, or a post and its day."""

    rule: str
    who: str = ""
    day: int | None = None

    def __lt__(self, other: Reason) -> bool:
        return self._order < other._order

    @property
    def _order(self) -> tuple[str, str, int]:
        return self.rule, self.who, -1 if self.day is None else self.day


@dataclass(eq=False)
class RosterDraft:
    """A model while the rules are written into it: the shifts of ``guards`` that begin on ``days`` are sought.

    With ``given`` each constraint is bound to a literal of its reason, so that sets of rules can be tried.
    """

    problem: GuardProblem
    model: Any
    guards: Sequence[int]
    days: range
    kept: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Shifts of guards on other days than those that are sought."""
    given: Callable[[Reason], Any] | None = None
    work: dict[tuple[int, int], Any] = field(default_factory=dict)
    """x by guard and shift, where it is sought and the guard could work it."""
    stand: dict[tuple[int, int], Any] = field(default_factory=dict)
    """z by class and group."""
    begun: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    """The shifts that are sought of a guard and a day."""
    literals: dict[tuple[int, int], Any] = field(default_factory=dict)
    """w by guard and day, where it is sought."""

    def any_of(self, literals: Sequence[Any]) -> Any:
        """One literal for several of which at most one holds."""
        if len(literals) == 1:
            return literals[0]
        found = self.model.new_bool_var("")
        self.model.add(sum(literals) == found)
        return found

    def require(self, constraint: Any, reason: Reason) -> None:
        """Write a linear constraint with its reason; one of numbers alone that fails makes the model impossible."""
        if isinstance(constraint, bool):
            if constraint:
                return
            constraint = self.model.new_constant(0) >= 1
        added = self.model.add(constraint)
        if self.given is not None:
            added.only_enforce_if(self.given(reason))

    def at_most_one(self, literals: Sequence[Any], reason: Reason) -> None:
        """At most one of the literals."""
        if len(literals) < 2:
            return
        if self.given is None:
            self.model.add_at_most_one(literals)
        else:
            self.require(sum(literals) <= 1, reason)

    @cached_property
    def settled(self) -> dict[int, tuple[DatedShift, ...]]:
        """The shifts of each guard that are settled: worked before, locked after the end, or kept."""
        shifts = self.problem.shifts
        return {
            guard: (*(one.shift for one in self.problem.worked[guard]), *(shifts[s] for s in self.kept_of(guard)))
            for guard in self.guards
        }

    @cached_property
    def _settled_days(self) -> dict[tuple[int, int], DatedShift]:
        return {(guard, shift.day): shift for guard, shifts in self.settled.items() for shift in shifts}

    def works(self, guard: int, day: int) -> Any:
        """w: whether the guard works on a day; a number where that is settled."""
        if (guard, day) in self.literals:
            return self.literals[guard, day]
        return int((guard, day) in self._settled_days)

    def worked(self, guard: int, day: int, counted: Callable[[DatedShift], int]) -> Any:
        """What is counted of the shift that the guard begins on a day; a number where that is settled."""
        if day in self.days:
            return sum(counted(shift) * literal for shift, literal in self.begun_on(guard, day) if counted(shift))
        found = self._settled_days.get((guard, day))
        return 0 if found is None else counted(found)

    def begun_on(self, guard: int, day: int) -> list[tuple[DatedShift, Any]]:
        """The shifts that are sought of a guard on a day, with their literals."""
        return [(self.problem.shifts[s], self.work[guard, s]) for s in self.begun.get((guard, day), ())]

    def of_guard(self, guard: int) -> Iterator[tuple[DatedShift, Any]]:
        """The shifts that are sought of a guard, with their literals."""
        for day in self.days:
            yield from self.begun_on(guard, day)

    def kept_of(self, guard: int) -> frozenset[int]:
        """The shifts of a guard on other days than those that are sought."""
        return self.kept.get(guard, frozenset())

    def code(self, guard: int) -> str:
        """Code of a guard."""
        return self.problem.guards[guard].code

    def windows(self, length: int) -> range:
        """The first days of the windows of so many days that hold a day which is sought, from what is known on."""
        return range(max(self.problem.history_from, self.days.start - length + 1), self.days.stop)
