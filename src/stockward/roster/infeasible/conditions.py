"""Conditions that every roster must meet, each counted; the first that fails is the conflict.

For a set of posts, and the guards who can stand at any of them: in one shift, and in the shifts of one day, there are
as many guards as places; in a week, and over the roster, their hours allow what the posts ask for; on weekends, and in
all, each alone could do as much. These are Hall's conditions [Hall 1935] for parts of the rules, so one that fails
proves that no roster exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from stockward.roster.infeasible.alone import Alone
from stockward.roster.rules.table import CONTRACT_HOURS, HOURS_A_WEEK, LONGEST_RUN, REST
from stockward.roster.site.columns import kinds_of
from stockward.roster.site.demand import WEEK_DAYS, DatedShift, RosterPost
from stockward.roster.site.problem import GuardProblem

_MOST_SETS = 512
COUNTED_ALONE: dict[str, Callable[[DatedShift], int]] = {
    "weekends": lambda shift: int(shift.weekend),
    "alone": lambda shift: shift.minutes,
}
"""What of a shift counts in the conditions of each guard alone."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Places of a shift at posts that ask for the same, and the classes that can fill them.

    ``affiliation`` where a mixed post must have one of it.
    """

    shift: int
    posts: tuple[RosterPost, ...]
    classes: frozenset[int]
    places: int
    affiliation: str | None


@dataclass(frozen=True, slots=True)
class Shortage:
    """A condition that fails: what is asked for (places or minutes) and what there is, by whom, from when to when.

    ``asks`` are as few posts as it still fails for; ``lacking`` is what lacks for all posts that those guards fill.
    """

    kind: str
    asks: tuple[Ask, ...]
    guards: tuple[int, ...]
    asked: int
    there: int
    lacking: int
    first: int
    last: int
    """Days of the roster."""


def asks_of(problem: GuardProblem) -> tuple[Ask, ...]:
    """Everything that the posts ask for."""
    return tuple(
        Ask(group.shift, group.posts, frozenset(kind.classes), number * group.number,
            problem.guards[problem.classes[kind.classes[0]][0]].affiliation
            if kind.classes and set(kind.classes) < set(group.classes) else None)
        for group in problem.groups
        for kind, number in kinds_of(problem, group)
    )  # fmt: skip


def shortages(problem: GuardProblem) -> list[Shortage]:
    """Every condition that fails, the smallest conflicts first: shifts, days, weeks, the roster, each guard alone."""
    found: list[Shortage] = []
    for conditions in (_in_a_shift, _in_a_day, _in_a_week, _in_all, _alone):
        found += list(conditions(problem))
        if found:
            break
    return sorted(found, key=lambda one: (len(one.guards), len(one.asks), one.first))


def least_minutes_short(problem: GuardProblem) -> int:
    """By how many minutes the whole shifts of the contracts fall short of what posts ask for; 0 where they may do."""
    return max((one.lacking for one in _in_all(problem)), default=0)


def least_minutes_beyond(problem: GuardProblem) -> int:
    """At least so many minutes beyond their contracts guards must work, whatever the roster; 0 where none may do.

    Who works beyond a contract works all of it, so no shift is lost to the rest of one.
    """
    contracts = [guard.most_minutes for guard in problem.guards]
    everything = _by_limits(problem, "roster", asks_of(problem), contracts, range(problem.horizon.days))
    return max((one.lacking for one in everything), default=0)


def least_places_open(problem: GuardProblem, short: Sequence[Shortage]) -> int:
    """At least so many places stay open, whatever the roster."""
    longest = max((shift.minutes for shift in problem.shifts), default=1)
    by_places = [one.lacking for one in short if one.kind in ("shift", "day", "weekends")]
    alone = [one for one in short if one.kind == "alone"]
    by_minutes = [-(-one.lacking // longest) for one in (*_in_all(problem), *_in_a_week(problem), *alone)]
    return max([*by_places, *by_minutes], default=0)


def least_guards_more(problem: GuardProblem, contract_minutes: int) -> int:
    """At least so many guards more are needed, each with at most that contract, whatever the roster; one at least."""
    most = HOURS_A_WEEK.limit(problem)
    in_a_week = contract_minutes if most is None else min(contract_minutes, most)
    everything = range(len(problem.shifts))
    by_places = [one.lacking for conditions in (_in_a_shift, _in_a_day) for one in conditions(problem)]
    by_minutes = [-(-one.lacking // max(contract_minutes, 1)) for one in _in_all(problem)]
    by_weeks = [
        -(-one.lacking // max(min([in_a_week, *_rested(problem, everything, range(one.first, one.last + 1))]), 1))
        for one in _in_a_week(problem)
    ]
    return max([1, *by_places, *by_minutes, *by_weeks])


def is_irreducible(problem: GuardProblem, shortage: Shortage) -> bool:
    """Whether the conflict resolves when any one of its posts is left out.

    True where all shifts asked for are of one length: then the condition is all that these rules ask. What each guard
    alone could do is less than all that their rules ask, so there it is not known.
    """
    lengths = {problem.shifts[ask.shift].minutes for ask in shortage.asks}
    if shortage.kind == "week" and REST.name in bound_in_a_week(problem, shortage):
        return False  # where the rests lie may ask for more than their number
    return shortage.kind == "shift" or (len(lengths) == 1 and shortage.kind not in COUNTED_ALONE)


def _sets(asks: Sequence[Ask]) -> list[frozenset[int]]:
    """Unions of the classes that can fill some of the places, the whole among them."""
    single = sorted({ask.classes for ask in asks}, key=lambda one: (len(one), sorted(one)))
    unions: dict[frozenset[int], None] = {}
    for one in single:
        for known in list(unions):
            if len(unions) < _MOST_SETS:
                unions.setdefault(known | one)
        unions.setdefault(one)
    unions.setdefault(frozenset(c for one in single for c in one))
    return list(unions)


def _members(problem: GuardProblem, classes: frozenset[int]) -> list[int]:
    return sorted(guard for c in classes for guard in problem.classes[c])


def _grouped(asks: Sequence[Ask], key: Callable[[Ask], int]) -> dict[int, list[Ask]]:
    found: dict[int, list[Ask]] = {}
    for ask in asks:
        found.setdefault(key(ask), []).append(ask)
    return found


def _in_a_shift(problem: GuardProblem) -> Iterator[Shortage]:
    """Places in a shift ≤ guards who are there and can stand at any of them."""
    open_ = [frozenset(shifts) for shifts in problem.open]
    for shift, asks in _grouped(asks_of(problem), lambda ask: ask.shift).items():
        there = [shift in one for one in open_]
        yield from _by_places(problem, "shift", asks, there, problem.shifts[shift].day)


def _in_a_day(problem: GuardProblem) -> Iterator[Shortage]:
    """Places in the shifts of a day ≤ guards who are there for any of them, each with one shift a day."""
    days_open = [{problem.shifts[s].day for s in shifts} for shifts in problem.open]
    for day, asks in _grouped(asks_of(problem), lambda ask: problem.shifts[ask.shift].day).items():
        yield from _by_places(problem, "day", asks, [day in days for days in days_open], day)


def _by_places(
    problem: GuardProblem, kind: str, asks: Sequence[Ask], there: Sequence[bool], day: int
) -> Iterator[Shortage]:
    for classes in _sets(asks):
        own = [ask for ask in asks if ask.classes <= classes]
        guards = [guard for guard in _members(problem, classes) if there[guard]]
        lacking = sum(ask.places for ask in own) - len(guards)
        if lacking > 0:
            least = _fewest(own, len(guards), lambda ask: ask.places)
            asked = sum(ask.places for ask in least)
            yield Shortage(kind, least, tuple(guards), asked, len(guards), lacking, day, day)


def _in_a_week(problem: GuardProblem) -> Iterator[Shortage]:
    """Minutes that posts ask for in a calendar week ≤ what the rules of a week leave those who can stand there."""
    horizon = problem.horizon
    for week, asks in _grouped(asks_of(problem), lambda ask: horizon.week(problem.shifts[ask.shift].day)).items():
        days = horizon.days_of_week(week)
        limits = [_week_minutes(problem, guard, days)[0] for guard in range(len(problem.guards))]
        yield from _by_limits(problem, "week", asks, limits, days)


def _week_minutes(problem: GuardProblem, guard: int, days: range) -> tuple[int, str]:
    """At most so many minutes in a week, and which rule keeps them so low.

    The rules are the hours of a week and of the contract, the rest, the days of work in a row, and being there.
    """
    longest: dict[int, int] = {}
    for s in problem.open[guard]:
        shift = problem.shifts[s]
        if shift.day in days:
            longest[shift.day] = max(longest.get(shift.day, 0), shift.minutes)
    by_day = sorted(longest.values(), reverse=True)
    limits = [(sum(by_day), "there")]
    in_a_week, in_a_row = HOURS_A_WEEK.limit(problem), LONGEST_RUN.limit(problem)
    if in_a_week is not None:
        done = sum(one.shift.minutes for one in problem.worked[guard] if one.shift.day in days)
        limits.append((max(in_a_week - done, 0), HOURS_A_WEEK.name))
    if in_a_row is not None and len(by_day) == WEEK_DAYS:
        # Of a week as many days are off as there are whole runs with the day off behind each.
        off = WEEK_DAYS // (in_a_row + 1)
        limits.append((sum(by_day[: WEEK_DAYS - off]), LONGEST_RUN.name))
    limits += [(minutes, REST.name) for minutes in _rested(problem, problem.open[guard], days)]
    limits.append((problem.guards[guard].most_minutes, CONTRACT_HOURS.name))
    most, rule = min(limits, key=lambda limit: limit[0])
    return _whole_shifts(problem, guard, most), rule


def _rested(problem: GuardProblem, open_: Iterable[int], days: range) -> list[int]:
    """At most so many minutes of some days, where the rest between shifts leaves less than one shift a day."""
    rest = timedelta(minutes=REST.limit(problem) or 0)
    shifts = sorted((problem.shifts[s] for s in open_ if problem.shifts[s].day in days), key=lambda one: one.end)
    if not shifts or rest + timedelta(minutes=min(one.minutes for one in shifts)) <= timedelta(days=1):
        return []
    # Whoever takes of those that they may take the one that ends first has the most shifts.
    number, free = 0, shifts[0].start
    for shift in shifts:
        if shift.start >= free:
            number, free = number + 1, shift.end + rest
    return [number * max(one.minutes for one in shifts)]


def _whole_shifts(problem: GuardProblem, guard: int, minutes: int) -> int:
    """As many minutes as whole shifts allow, where all shifts that the guard could work are of one length."""
    lengths = {problem.shifts[s].minutes for s in problem.open[guard]}
    if not lengths:
        return 0
    length = max(lengths)
    return minutes // length * length if len(lengths) == 1 else minutes


def _in_all(problem: GuardProblem) -> Iterator[Shortage]:
    """Minutes that posts ask for over the roster ≤ what contracts and overtime of those who can stand there give."""
    limits = [_whole_shifts(problem, guard, one.most_minutes) for guard, one in enumerate(problem.guards)]
    yield from _by_limits(problem, "roster", asks_of(problem), limits, range(problem.horizon.days))


def _alone(problem: GuardProblem) -> Iterator[Shortage]:
    """Shifts on weekends, and minutes in all, ≤ what those who can stand there could each do alone at most."""
    alone, everything = Alone(problem), asks_of(problem)
    days, everybody = range(problem.horizon.days), range(len(problem.guards))
    for kind, counted in COUNTED_ALONE.items():
        asks = [ask for ask in everything if counted(problem.shifts[ask.shift])]
        yield from _by_limits(problem, kind, asks, alone.most(everybody, counted), days, counted)


def fails_alone(shortage: Shortage, problem: GuardProblem) -> bool:
    """Whether the guards of a shortage could do too little under the rules of this problem too."""
    return sum(Alone(problem).most(shortage.guards, COUNTED_ALONE[shortage.kind])) < shortage.asked


def _by_limits(
    problem: GuardProblem,
    kind: str,
    asks: Sequence[Ask],
    limits: Sequence[int],
    days: range,
    counted: Callable[[DatedShift], int] = lambda shift: shift.minutes,
) -> Iterator[Shortage]:
    def size(ask: Ask) -> int:
        return ask.places * counted(problem.shifts[ask.shift])

    for classes in _sets(asks):
        own = [ask for ask in asks if ask.classes <= classes]
        guards = _members(problem, classes)
        there = sum(limits[guard] for guard in guards)
        lacking = sum(map(size, own)) - there
        if lacking > 0:
            least = _fewest(own, there, size)
            first, last = max(days.start, 0), min(days.stop, problem.horizon.days) - 1
            yield Shortage(kind, least, tuple(guards), sum(map(size, least)), there, lacking, first, last)


def _fewest(asks: Sequence[Ask], there: int, size: Callable[[Ask], int]) -> tuple[Ask, ...]:
    """What is left when whole posts are dropped as long as what is asked still exceeds what is there."""
    by_posts: dict[tuple[str, ...], list[Ask]] = {}
    for ask in asks:
        by_posts.setdefault(tuple(post.post for post in ask.posts), []).append(ask)
    kept, total = dict(by_posts), sum(map(size, asks))
    for posts, own in sorted(by_posts.items(), key=lambda item: sum(map(size, item[1]))):
        less = sum(map(size, own))
        if total - less > there:
            total -= less
            del kept[posts]
    return tuple(ask for own in kept.values() for ask in own)


def bound_in_a_week(problem: GuardProblem, shortage: Shortage) -> dict[str, list[int]]:
    """The guards whose hours of a week each rule keeps so low."""
    week = problem.horizon.days_of_week(problem.horizon.week(shortage.first))
    bound: dict[str, list[int]] = {}
    for guard in shortage.guards:
        bound.setdefault(_week_minutes(problem, guard, week)[1], []).append(guard)
    return bound
