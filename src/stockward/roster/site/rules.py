"""The rules of a guards' roster, one function a rule, each in words and as an equation.

x_gs is 1 where guard g works shift s; w_gd = Σ x_gs over the shifts that begin on day d; z_ck is the number of guards
of class c in group k of posts. What was worked before the start, and what is locked after the end, enters as constants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from stockward.roster.site.demand import DAYS_A_WEEK, Shift
from stockward.roster.site.problem import GuardProblem

WINDOW_DAYS = 28
WEEKENDS_IN_WINDOW = WINDOW_DAYS // DAYS_A_WEEK


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
class Draft:
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
    def settled(self) -> dict[int, tuple[Shift, ...]]:
        """The shifts of each guard that are settled: worked before, locked after the end, or kept."""
        shifts = self.problem.shifts
        return {
            guard: (*(one.shift for one in self.problem.worked[guard]), *(shifts[s] for s in self.kept_of(guard)))
            for guard in self.guards
        }

    @cached_property
    def _settled_days(self) -> dict[tuple[int, int], Shift]:
        return {(guard, shift.day): shift for guard, shifts in self.settled.items() for shift in shifts}

    def works(self, guard: int, day: int) -> Any:
        """w: whether the guard works on a day; a number where that is settled."""
        if (guard, day) in self.literals:
            return self.literals[guard, day]
        return int((guard, day) in self._settled_days)

    def nights(self, guard: int, day: int) -> Any:
        """Whether the guard works a night that begins on a day; a number where that is settled."""
        if day in self.days:
            shifts = self.problem.shifts
            return sum(self.work[guard, s] for s in self.begun.get((guard, day), ()) if shifts[s].night)
        found = self._settled_days.get((guard, day))
        return int(found is not None and found.night)

    def of_guard(self, guard: int) -> Iterator[tuple[int, Any]]:
        """The shifts that are sought of a guard, with their literals."""
        for day in self.days:
            for s in self.begun.get((guard, day), ()):
                yield s, self.work[guard, s]

    def kept_of(self, guard: int) -> frozenset[int]:
        """The shifts of a guard on other days than those that are sought."""
        return self.kept.get(guard, frozenset())

    def code(self, guard: int) -> str:
        """Code of a guard."""
        return self.problem.guards[guard].code

    def windows(self, length: int) -> range:
        """The first days of the windows of so many days that hold a day which is sought, from what is known on."""
        return range(max(self.problem.history_from, self.days.start - length + 1), self.days.stop)


def one_shift_a_day(draft: Draft, guard: int) -> None:
    """A guard begins at most one shift on a day: Σ_{s begins on d} x_gs ≤ 1."""
    for day in draft.days:
        literals = [draft.work[guard, s] for s in draft.begun.get((guard, day), ())]
        draft.at_most_one(literals, Reason("one_shift_a_day", draft.code(guard)))


def rest(draft: Draft, guard: int) -> None:
    """Between the end of a shift and the start of the next lie at least ``min_rest_hours``, and shifts never overlap.

    x_gs + x_gt ≤ 1 for start_s ≤ start_t < end_s + rest. Such pairs are those of intervals [start, end + rest) that
    overlap, so all that contain one moment exclude each other: Σ x ≤ 1 over them.
    """
    hours = draft.problem.rules.min_rest_hours or 0
    seconds = hours * 3600
    reason = Reason("rest", draft.code(guard))
    shifts = draft.problem.shifts
    near = 3 + int(hours // 24)
    settled = [
        (shift, None) for shift in draft.settled[guard] if draft.days.start - near <= shift.day < draft.days.stop + near
    ]
    sought = [(shifts[s], draft.work[guard, s]) for day in draft.days for s in draft.begun.get((guard, day), ())]
    ordered: list[tuple[Shift, Any]] = sorted([*settled, *sought], key=lambda one: (one[0].start, one[1] is not None))
    for literals, blocked in _cliques(ordered, seconds):
        if blocked:
            for literal in literals:
                draft.require(literal == 0, reason)
        else:
            draft.at_most_one(literals, reason)


def _cliques(ordered: Sequence[tuple[Shift, Any]], rest_seconds: float) -> Iterable[tuple[list[Any], bool]]:
    """Literals that exclude each other at the start of each shift, and whether one without literal is among them."""
    alive: list[int] = []
    waiting: list[int] | None = None
    for number, (shift, _) in enumerate(ordered):
        still = [
            other
            for other in alive
            if (shift.start - ordered[other][0].end).total_seconds() < rest_seconds - 1e-6
            or ordered[other][0].end > shift.start
        ]
        if waiting is not None and len(still) < len(alive):
            yield _clique(ordered, waiting)
        alive = [*still, number]
        waiting = alive
    if waiting is not None:
        yield _clique(ordered, waiting)


def _clique(ordered: Sequence[tuple[Shift, Any]], members: Sequence[int]) -> tuple[list[Any], bool]:
    literals = [ordered[one][1] for one in members if ordered[one][1] is not None]
    return literals, len(literals) < len(members)


def hours_a_week(draft: Draft, guard: int) -> None:
    """At most ``max_hours_per_week`` in each calendar week, Monday to Sunday: Σ_{s begins in the week} h_s x_gs ≤ H.

    A shift counts whole in the week in which it begins.
    """
    most = draft.problem.rules.max_hours_per_week
    if most is None:
        return
    weeks: dict[int, list[Any]] = {}
    done: dict[int, int] = {}
    horizon = draft.problem.horizon
    for shift in draft.settled[guard]:
        week = horizon.week(shift.day)
        done[week] = done.get(week, 0) + shift.minutes
    for s, literal in draft.of_guard(guard):
        shift = draft.problem.shifts[s]
        weeks.setdefault(horizon.week(shift.day), []).append(shift.minutes * literal)
    for week, terms in weeks.items():
        left = max(int(most * 60 + 1e-6) - done.get(week, 0), 0)
        draft.require(sum(terms) <= left, Reason("hours_a_week", draft.code(guard), horizon.days_of_week(week).start))


def contract_hours(draft: Draft, guard: int) -> None:
    """No more than the contract over the roster, days of absence taken off: Σ_s h_s x_gs ≤ contract."""
    shifts = draft.problem.shifts
    terms = [shifts[s].minutes * literal for s, literal in draft.of_guard(guard)]
    done = sum(shifts[s].minutes for s in draft.kept_of(guard))
    most = draft.problem.guards[guard].contract_minutes
    draft.require(sum(terms) <= most - done, Reason("contract_hours", draft.code(guard)))


def longest_run(draft: Draft, guard: int) -> None:
    """At most ``max_consecutive_shifts`` = m days of work in a row: w_d + … + w_{d+m} ≤ m."""
    most = draft.problem.rules.max_consecutive_shifts
    _at_most_in_a_row(draft, guard, most, draft.works, "longest_run")


def shortest_run(draft: Draft, guard: int) -> None:
    """A run of work lasts at least ``min_consecutive_shifts`` = m days: w_d − w_{d−1} ≤ w_{d+j}, j = 1 … m − 1.

    A run that touches the last day of the roster, or the first day of which it is known who worked, is never too
    short.
    """
    least = draft.problem.rules.min_consecutive_shifts or 1
    for before in draft.windows(least + 1):
        begins = draft.works(guard, before + 1) - draft.works(guard, before)
        for step in range(2, least + 1):
            last = before + step
            if 0 <= last < draft.problem.horizon.days:
                draft.require(begins <= draft.works(guard, last), Reason("shortest_run", draft.code(guard)))


def days_off(draft: Draft, guard: int) -> None:
    """Days off come at least ``min_consecutive_days_off`` = m in a row: w_{d−1} − w_d + w_{d+j} ≤ 1, j = 1 … m − 1.

    A run of days off that touches the last day of the roster, or the first day of which it is known who worked, is
    never too short.
    """
    least = draft.problem.rules.min_consecutive_days_off or 1
    reason = Reason("days_off", draft.code(guard))
    for before in draft.windows(least + 1):
        ends = draft.works(guard, before) - draft.works(guard, before + 1)
        for step in range(2, least + 1):
            last = before + step
            if 0 <= last < draft.problem.horizon.days:
                draft.require(ends + draft.works(guard, last) <= 1, reason)


def nights_in_a_row(draft: Draft, guard: int) -> None:
    """At most ``max_consecutive_nights`` = m nights in a row: n_d + … + n_{d+m} ≤ m, n_d the nights begun on day d."""
    most = draft.problem.rules.max_consecutive_nights
    _at_most_in_a_row(draft, guard, most, draft.nights, "nights_in_a_row")


def _at_most_in_a_row(
    draft: Draft, guard: int, most: int | None, counted: Callable[[int, int], Any], rule: str
) -> None:
    """Of any ``most`` + 1 days in a row at most ``most`` are counted; nothing where there is no most."""
    if most is None:
        return
    for day in draft.windows(most + 1):
        window = [counted(guard, day + step) for step in range(most + 1)]
        draft.require(sum(window) <= most, Reason(rule, draft.code(guard)))


def weekends(draft: Draft, guard: int) -> None:
    """At most ``max_weekends`` = m with work in 28 days: u_e ≥ w_d for d in weekend e, u_e + … + u_{e+3} ≤ m.

    Where those that are settled are more than m already, there is no further work on any: w_d = 0.
    """
    most = draft.problem.rules.max_weekends
    if most is None:
        return
    horizon, reason = draft.problem.horizon, Reason("weekends", draft.code(guard))
    around = DAYS_A_WEEK * WEEKENDS_IN_WINDOW
    saturdays = range(horizon.first_saturday - around, horizon.days + around, DAYS_A_WEEK)
    worked = [_Weekend.of(draft, guard, saturday) for saturday in saturdays]
    for place in range(len(worked) - WEEKENDS_IN_WINDOW + 1):
        window = worked[place : place + WEEKENDS_IN_WINDOW]
        left = most - sum(one.settled for one in window)
        terms = [one.sought for one in window if one.sought is not None and not (one.settled and left >= 0)]
        if terms:
            draft.require(sum(terms) <= max(left, 0), reason)


@dataclass(frozen=True, slots=True)
class _Weekend:
    """A weekend of a guard: whether work on it is settled, and whether it is worked as far as that is sought."""

    settled: bool
    sought: Any

    @classmethod
    def of(cls, draft: Draft, guard: int, saturday: int) -> _Weekend:
        days = [draft.works(guard, saturday), draft.works(guard, saturday + 1)]
        literals = [one for one in days if not isinstance(one, int)]
        return cls(any(isinstance(one, int) and one for one in days), _either(draft, literals))


def _either(draft: Draft, literals: Sequence[Any]) -> Any:
    """Whether any is 1; ``None`` where there are none."""
    if len(literals) < 2:
        return literals[0] if literals else None
    either = draft.model.new_bool_var("")
    for literal in literals:
        draft.model.add_implication(literal, either)
    return either


def staffing(draft: Draft, group: int) -> None:
    """Every place of a group of posts is filled: Σ_c z_ck = places_k.

    Only classes that hold what the posts ask for, and may guard their areas, have a z there.
    """
    said = draft.problem.groups[group]
    there = sum(draft.stand[c, group] for c in said.classes if (c, group) in draft.stand)
    shift = draft.problem.shifts[said.shift]
    reason = Reason("staffing", " ".join(post.post for post in said.posts), shift.day)
    draft.require(there == said.places, reason)


def balance(draft: Draft, member: int, shift: int) -> None:
    """Who works stands somewhere: Σ_{k at s} z_ck = Σ_{g in c} x_gs."""
    problem = draft.problem
    standing = [draft.stand[member, k] for k in problem.groups_at.get(shift, ()) if (member, k) in draft.stand]
    working = [draft.work[g, shift] for g in problem.classes[member] if (g, shift) in draft.work]
    if standing or working:
        draft.model.add(sum(standing) == sum(working))


def mixed(draft: Draft, group: int) -> None:
    """More than one affiliation stands at each of n posts with m guards: Σ_{c of a} z_ck ≤ n (m − 1), each a.

    That is enough: guards dealt out to the n posts in turn, affiliation by affiliation, then never fill a post with
    one alone. A post with a place left open is not held to it.
    """
    said = draft.problem.groups[group]
    if not said.mixed:
        return
    by_affiliation: dict[str, list[Any]] = {}
    for c in said.classes:
        if (c, group) in draft.stand:
            affiliation = draft.problem.guards[draft.problem.classes[c][0]].affiliation
            by_affiliation.setdefault(affiliation, []).append(draft.stand[c, group])
    day = draft.problem.shifts[said.shift].day
    for terms in by_affiliation.values():
        draft.require(
            sum(terms) <= said.number * (said.guards - 1),
            Reason("mixed", " ".join(post.post for post in said.posts), day),
        )


PERSONAL: tuple[Callable[[Draft, int], None], ...] = (
    one_shift_a_day, rest, hours_a_week, contract_hours, longest_run, shortest_run, days_off, nights_in_a_row, weekends,
)  # fmt: skip
"""Rules of one guard."""
AT_MOST: tuple[Callable[[Draft, int], None], ...] = (
    one_shift_a_day, rest, hours_a_week, contract_hours, longest_run, nights_in_a_row, weekends,
)  # fmt: skip
"""Those that say at most: what breaks them in some days of the roster breaks them in all."""
OF_GROUPS: tuple[Callable[[Draft, int], None], ...] = (staffing, mixed)
"""Rules of a group of posts."""
