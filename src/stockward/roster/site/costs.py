"""What a guards' roster costs: one definition, in whole numbers, for the model and for the report.

    cost = 1000 · changes + Σ 10 · weight of each wish not met + 20 · n(nights) + 20 · n(weekends) + 2 · hours unfair

Changes are shifts taken away from a guard, or given, against the earlier roster. n counts steps away from the fair
share of a guard: the first costs 1, the second 2, the third 3, each further one 4, so that many small differences are
better than a large one. The fair share of nights (of shifts at weekends) is the number of all nights to be filled, in
proportion to the contract hours of those who can work any; a guard has it when the number is the share, rounded up or
down. Hours are fair within one shift of the share; beyond, each hour begun counts. Where the site allows overtime,
20 · each hour begun beyond the contract over the roster comes on top; where it wishes a pattern of rotation, 20 · each
shift off the pattern.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stockward.roster.rules.patterns import WishedRotation, wished_rotation
from stockward.roster.site.demand import MINUTES_A_DAY, DatedShift
from stockward.roster.site.problem import GuardProblem, Wish

if TYPE_CHECKING:
    from stockward.roster.rules.drafting import RosterDraft

CHANGE, WISH, NIGHT, WEEKEND, HOUR, OVERTIME_HOUR = 1000, 10, 20, 20, 2, 20
OFF_PATTERN = 20
STEEPEST = 4
"""The step away from a fair share from which on each costs as much."""

Times = Sequence[frozenset[int]]
"""The shifts that each guard works."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a roster costs, part by part."""

    changes: int
    wishes: int
    nights: int
    weekends: int
    hours: int
    overtime: int
    pattern: int

    @property
    def total(self) -> int:
        """The sum."""
        unfair = self.nights + self.weekends + self.hours
        return self.changes + self.wishes + unfair + self.overtime + self.pattern


@dataclass(frozen=True, slots=True)
class FairShare:
    """What of something is fair for a guard: anything from ``low`` to ``high``; ``exact`` before rounding."""

    low: int
    high: int
    exact: float


@dataclass(frozen=True, slots=True)
class FairShares:
    """Fair shares by guard: of nights and of weekend shifts (numbers), and of work (minutes).

    ``contracts`` are the minutes beyond which work is overtime; ``None`` where the site allows none. ``rotation`` is
    the pattern that it wishes.
    """

    nights: tuple[FairShare, ...]
    weekends: tuple[FairShare, ...]
    minutes: tuple[FairShare, ...]
    contracts: tuple[int, ...] | None = None
    rotation: WishedRotation | None = None


def fair_shares(problem: GuardProblem) -> FairShares:
    """The fair share of each guard."""
    shifts, places = problem.shifts, problem.places
    contracts = [guard.contract_minutes for guard in problem.guards]
    weights = [contract if problem.open[g] else 0 for g, contract in enumerate(contracts)]
    minutes = _divided(sum(number * shifts[s].minutes for s, number in places.items()), weights)
    longest = max((shift.minutes for shift in shifts), default=0)
    return FairShares(
        _counted(problem, places, contracts, [shift.night for shift in shifts]),
        _counted(problem, places, contracts, [shift.weekend for shift in shifts]),
        tuple(FairShare(max(one.low - longest, 0), one.high + longest, one.exact) for one in minutes),
        tuple(contracts) if problem.rules.max_overtime_hours_per_week else None,
        wished_rotation(problem),
    )


def _counted(
    problem: GuardProblem, places: Mapping[int, int], contracts: Sequence[int], of_kind: Sequence[bool]
) -> tuple[FairShare, ...]:
    """Shares of the shifts of a kind, by contract hours of those who can work any."""
    total = sum(number for s, number in places.items() if of_kind[s])
    weights = [contract if any(of_kind[s] for s in problem.open[g]) else 0 for g, contract in enumerate(contracts)]
    return _divided(total, weights)


def _divided(total: int, weights: Sequence[int]) -> tuple[FairShare, ...]:
    everything = sum(weights) or 1
    return tuple(
        FairShare(total * one // everything, -(-total * one // everything), total * one / everything) for one in weights
    )


def steps_cost(steps: int) -> int:
    """1 + 2 + 3 + 4 + 4 + …: what so many steps away from a fair share cost.

    >>> [steps_cost(steps) for steps in range(7)]
    [0, 1, 3, 6, 10, 14, 18]
    """
    steep = min(steps, STEEPEST)
    return steep * (steep + 1) // 2 + STEEPEST * (steps - steep)


def wish_cost(wish: Wish) -> int:
    """What it costs not to meet a wish: ten times its weight, in whole numbers, at least 1."""
    return max(round(WISH * wish.weight), 1)


def measure_cost(problem: GuardProblem, times: Times, posts: dict[tuple[int, int], str]) -> Cost:
    """The cost of a roster: the shifts of each guard, and the post of each guard and shift."""
    shares = fair_shares(problem)
    loads = [
        unfair_load(shares, guard, [problem.shifts[s] for s in mine]) for guard, mine in enumerate(times)
    ]  # fmt: skip
    return Cost(
        changes=CHANGE * changed(problem, times),
        wishes=sum(wish_cost(wish) for wish in problem.wishes if not is_met(problem, wish, times, posts)),
        nights=sum(load.nights for load in loads),
        weekends=sum(load.weekends for load in loads),
        hours=sum(load.hours for load in loads),
        overtime=sum(load.overtime for load in loads),
        pattern=sum(load.pattern for load in loads),
    )


def unfair_load(shares: FairShares, guard: int, shifts: Sequence[DatedShift]) -> Cost:
    """What the shifts of one guard cost by being away from the fair shares, by overtime, and off a wished pattern."""
    minutes, fair = sum(shift.minutes for shift in shifts), shares.minutes[guard]
    return Cost(
        changes=0,
        wishes=0,
        nights=NIGHT * _apart(sum(shift.night for shift in shifts), shares.nights[guard]),
        weekends=WEEKEND * _apart(sum(shift.weekend for shift in shifts), shares.weekends[guard]),
        hours=HOUR * -(-max(minutes - fair.high, fair.low - minutes, 0) // 60),
        overtime=OVERTIME_HOUR * -(-overtime_minutes(shares, guard, minutes) // 60),
        pattern=0 if shares.rotation is None else OFF_PATTERN * shares.rotation.off(guard, shifts),
    )


def overtime_minutes(shares: FairShares, guard: int, minutes: int) -> int:
    """Minutes of a guard's work that are overtime: those beyond the contract over the roster, where that is allowed."""
    return 0 if shares.contracts is None else max(minutes - shares.contracts[guard], 0)


def _apart(number: int, share: FairShare) -> int:
    return steps_cost(max(number - share.high, share.low - number, 0))


def changed(problem: GuardProblem, times: Times) -> int:
    """How many shifts of guards are there in one of this and the earlier roster alone; 0 without an earlier one."""
    if problem.earlier is None:
        return 0
    now = {(guard, shift) for guard, mine in enumerate(times) for shift in mine}
    return len(now.symmetric_difference(problem.earlier))


def is_met(problem: GuardProblem, wish: Wish, times: Times, posts: dict[tuple[int, int], str]) -> bool:
    """Whether a wish is met."""
    meant = set(meant_by(problem, wish)) & times[wish.guard]
    works = any(wish.post is None or posts.get((wish.guard, shift)) == wish.post for shift in meant)
    return works == wish.on


def meant_by(problem: GuardProblem, wish: Wish) -> list[int]:
    """The shifts that a wish means: those that begin on its day, at its time where it names one."""
    zone = problem.horizon.zone
    found = []
    for number, shift in enumerate(problem.shifts):
        local = shift.start.astimezone(zone)
        if shift.day == wish.day and wish.start in (None, 60 * local.hour + local.minute):
            found.append(number)
    return found


def objective(draft: RosterDraft, shares: FairShares) -> list[Any]:
    """The terms of the cost in a model for the shifts that it seeks and the guards that it seeks them of."""
    problem = draft.problem
    sought = set(draft.guards)
    terms = fairness(draft, shares)
    wishes = [wish for wish in problem.wishes if wish.guard in sought and wish.day in draft.days]
    terms += [_wish_term(draft, wish) for wish in wishes]
    if problem.earlier is not None:
        terms += _changes(draft, problem.earlier)
    return terms


def fairness(draft: RosterDraft, shares: FairShares) -> list[Any]:
    """The terms of nights, weekends, hours, overtime and a wished pattern.

    u ≥ number − high, v ≥ low − number, and the cost of u + v steps is the greatest of its tangents.
    """
    terms: list[Any] = []
    for guard in draft.guards:
        mine = list(draft.of_guard(guard))
        done = [draft.problem.shifts[s] for s in draft.kept_of(guard)]
        nights = sum(shift.night for shift in done), [x for shift, x in mine if shift.night]
        weekends = sum(shift.weekend for shift in done), [x for shift, x in mine if shift.weekend]
        minutes = sum(shift.minutes for shift in done), [shift.minutes * x for shift, x in mine]
        terms.append(NIGHT * _steps(draft, *nights, shares.nights[guard]))
        terms.append(WEEKEND * _steps(draft, *weekends, shares.weekends[guard]))
        terms.append(HOUR * _hours(draft, *minutes, shares.minutes[guard]))
        if shares.contracts is not None:
            contract = FairShare(0, shares.contracts[guard], shares.contracts[guard])
            terms.append(OVERTIME_HOUR * _hours(draft, *minutes, contract))
        if shares.rotation is not None:
            terms.append(OFF_PATTERN * shares.rotation.term(draft, guard))
    return terms


def _changes(draft: RosterDraft, earlier: Mapping[tuple[int, int], str]) -> Iterator[Any]:
    sought = set(draft.guards)
    for key, literal in draft.work.items():
        yield CHANGE * (1 - literal if key in earlier else literal)
    lost = sum(
        1
        for guard, s in earlier
        if guard in sought and draft.problem.shifts[s].day in draft.days and (guard, s) not in draft.work
    )
    yield CHANGE * lost


def _steps(draft: RosterDraft, done: int, literals: list[Any], share: FairShare) -> Any:
    most = max(done + len(literals) - share.high, share.low - done, 0)
    if most == 0:
        return 0
    steps = draft.model.new_int_var(0, most, "")
    draft.model.add(steps >= done + sum(literals) - share.high)
    draft.model.add(steps >= share.low - done - sum(literals))
    cost = draft.model.new_int_var(0, steps_cost(most), "")
    for step in range(1, min(most, STEEPEST) + 1):
        # The tangent at the step: its slope is what the step costs.
        draft.model.add(cost >= step * steps - (step * step - steps_cost(step)))
    return cost


def _hours(draft: RosterDraft, done: int, minutes: list[Any], share: FairShare) -> Any:
    most = MINUTES_A_DAY * (draft.problem.horizon.days + 1)
    hours = draft.model.new_int_var(0, most // 60, "")
    draft.model.add(60 * hours >= done + sum(minutes) - share.high)
    draft.model.add(60 * hours >= share.low - done - sum(minutes))
    return hours


def _wish_term(draft: RosterDraft, wish: Wish) -> Any:
    problem = draft.problem
    meant = [s for s in meant_by(problem, wish) if (wish.guard, s) in draft.work]
    if wish.post is None:
        works = sum(draft.work[wish.guard, s] for s in meant)
    else:
        own = problem.class_of[wish.guard]
        works = sum(
            draft.stand[own, k]
            for s in meant
            for k in problem.groups_at.get(s, ())
            if (own, k) in draft.stand and problem.groups[k].posts[0].post == wish.post
        )
    return wish_cost(wish) * (1 - works if wish.on else works)
