"""Who can stand in for a guard who drops out: everybody who could stand there, rules kept first, then cost."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta

from stockward.answers.roster import Duty
from stockward.answers.rostered.changes import BrokenRule, ShiftToFill, StandIn
from stockward.roster.site.staff import RosterGuard
from stockward.roster.standing.duties import StandingRoster
from stockward.roster.standing.judging import TakingOver
from stockward.roster.standing.loads import GuardLoads, hours_in, hours_of_week

_Key = tuple[int, int, int, float, str]


def shift_to_fill(standing: StandingRoster, loads: GuardLoads, left: Duty, most: int) -> ShiftToFill:
    """The best ``most`` guards for a shift that somebody leaves.

    Whoever holds what the post asks for, may guard its area, is there on the days of the shift and does not stand
    elsewhere at that time could take it. They come in the order of: rules broken, breaches, points that the roster
    costs more, hours above the fair share in the roster (as a part of it), code.
    """
    able: list[RosterGuard] = []
    cannot: Counter[str] = Counter()
    for guard in standing.problem.guards:
        if guard.code != left.person:
            if why := _why_not(standing, loads, guard, left):
                cannot[why] += 1
            else:
                able.append(guard)
    cannot.update(why for code, why in standing.problem.left_out if code != left.person)
    judged = _Judged(TakingOver(standing, left), loads, able)
    return ShiftToFill(
        duty=left,
        stand_ins=tuple(judged.in_order(most)),
        asked=len(able),
        keep_every_rule=judged.keeping(),
        cannot=tuple(sorted(cannot.items())),
        left_alone=_left_alone(standing, left),
    )


def _left_alone(standing: StandingRoster, left: Duty) -> bool:
    """Whether one affiliation alone is left at a mixed post by whoever leaves it."""
    post = standing.post(left.post)
    at = (left.post, left.number, left.start)
    others = {one.affiliation for one in standing.duties if one != left and (one.post, one.number, one.start) == at}
    return post is not None and post.mixed and len(others) == 1


class _Judged:
    """Guards who could take a shift: what each breaks alone is known of all, what they break together is asked late."""

    def __init__(self, taking: TakingOver, loads: GuardLoads, able: Iterable[RosterGuard]) -> None:
        self.taking, self.loads = taking, loads
        self.able = {guard.code: guard for guard in able}
        self.alone = taking.breaks_alone((guard.code, guard.affiliation) for guard in self.able.values())
        self._together: dict[str, list[BrokenRule]] = {}

    def broken(self, code: str) -> tuple[BrokenRule, ...]:
        """Everything that a guard would break."""
        if code not in self._together:
            self._together[code] = self.taking.breaks_together(code, self.able[code].affiliation)
        return (*self.alone[code], *self._together[code])

    def keeping(self) -> int:
        """How many would break no rule."""
        return sum(1 for code, found in self.alone.items() if not found and not self.broken(code))

    def in_order(self, most: int) -> Iterator[StandIn]:
        """The best first: what is broken together can only set a guard back, so it is asked of those in front alone."""
        queue = [(self._key(code, self.alone[code]), False) for code in self.able]
        heapq.heapify(queue)
        while queue and most:
            key, settled = heapq.heappop(queue)
            if settled:
                most -= 1
                yield self._stand_in(key[-1])
            else:
                heapq.heappush(queue, (self._key(key[-1], self.broken(key[-1])), True))

    def _key(self, code: str, broken: Iterable[BrokenRule]) -> _Key:
        found = list(broken)
        share = self.loads.shares.minutes[self.loads.number_of[code]].exact / 60
        load = hours_in(self._with(code)) / share if share else float("inf")
        return len({one.rule for one in found}), len(found), self._points(code), load, code

    def _with(self, code: str) -> tuple[Duty, ...]:
        mine = (*self.loads.duties_of.get(code, ()), self.taking.given_to(code, self.able[code].affiliation))
        return tuple(sorted(mine, key=lambda duty: duty.start))

    def _points(self, code: str) -> int:
        return self.loads.points(code, self._with(code)) - self.loads.points(code, self.loads.duties_of.get(code, ()))

    def _stand_in(self, code: str) -> StandIn:
        guard, number = self.able[code], self.loads.number_of[code]
        now, then = self.loads.duties_of.get(code, ()), self._with(code)
        shares, left = self.loads.shares, self.taking.left
        wishes = self.loads.wishes_of(code)
        before, after = _rests(self.taking, code, number)
        return StandIn(
            person=code,
            affiliation=guard.affiliation,
            breaks=self.broken(code),
            points=self._points(code),
            hours_of_week=hours_of_week(then, left),
            hours=hours_in(then),
            contract=guard.contract_minutes / 60,
            fair_hours=shares.minutes[number].exact / 60,
            nights=sum(duty.night for duty in then),
            fair_nights=shares.nights[number].exact,
            weekend_shifts=sum(duty.weekend for duty in then),
            fair_weekend_shifts=shares.weekends[number].exact,
            rest_before=before,
            rest_after=after,
            wishes_lost=sum(self.loads.is_met(one, now) and not self.loads.is_met(one, then) for one in wishes),
        )


def _rests(taking: TakingOver, code: str, number: int) -> tuple[float | None, float | None]:
    """Hours from the shift before, and to the next one; those around the roster count."""
    left = taking.left
    own = [(duty.start, duty.end) for duty in taking.others if duty.person == code]
    own += [(one.shift.start, one.shift.end) for one in taking.standing.problem.worked[number]]
    before = max((end for start, end in own if start < left.start), default=None)
    after = min((start for start, _ in own if start >= left.start), default=None)
    return (
        None if before is None else (left.start - before) / timedelta(hours=1),
        None if after is None else (after - left.end) / timedelta(hours=1),
    )


def _why_not(standing: StandingRoster, loads: GuardLoads, guard: RosterGuard, left: Duty) -> str:
    """Why a guard cannot take a shift at all, in a few words; blank where nothing stands against it."""
    post = standing.post(left.post)
    if post is not None and post.qualification is not None and post.qualification not in guard.qualifications:
        return f"not {post.qualification}"
    if post is not None and post.area is not None and post.area in guard.not_in_areas:
        return f"must not guard {post.area}"
    last = (left.end - timedelta(microseconds=1)).astimezone(standing.horizon.zone).date()
    days = [left.day + timedelta(days=step) for step in range((last - left.day).days + 1)]
    if not guard.there.issuperset(days):
        return "not there on that day"
    if any(duty.start < left.end and left.start < duty.end for duty in loads.duties_of.get(guard.code, ())):
        return "on duty at that time"
    return ""
