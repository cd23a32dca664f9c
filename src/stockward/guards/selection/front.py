"""The Pareto front of the plans for one order: guards by the due date, output lost a day, days late.

By the epsilon-constraint method [Haimes, Lasdon & Wismer 1971]: for a day on which the order is met (or none), and a
least number of guards on the due date, the plan that loses least output. Each is then asked whether an earlier day
can be had for the same loss and guards, so that no plan whatever is better in one aim and as good in the others.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from stockward.guards.selection.choosing import Choice, Choosing, SelectionRequest, most_serving, serving_by_line
from stockward.terms.verdicts import Solved

T = TypeVar("T")

_STEPS_A_DAY = 3
"""Numbers of guards that are asked for on each late day, where not all of them can be."""


@dataclass(frozen=True, slots=True)
class Front:
    """Choices, none better than another in every aim, by cost; ``complete`` says whether all are there."""

    choices: tuple[Choice, ...]
    complete: bool
    status: Solved


def front_of(asked: SelectionRequest, *, points: int) -> Front:
    """At most so many points of the front. ``IMPOSSIBLE`` where no choice, and not even none, keeps the bands."""
    return _Search(asked, points).front()


class _Search:
    """Walks along the front; the programs are kept by day."""

    def __init__(self, asked: SelectionRequest, points: int) -> None:
        self._asked = asked
        self._points = points
        self._costs = asked.costs()
        self._programs: dict[date | None, Choosing] = {}
        self._serving: dict[date, Counter[str | None]] = {}
        self._days = _days_of_change(asked)
        self._complete = True

    def front(self) -> Front:
        if self._points < 1:
            return Front((), complete=False, status=Solved.OUT_OF_TIME)
        first = self._program(None).cheapest(None)
        if isinstance(first, Solved):
            return Front((), complete=first is Solved.IMPOSSIBLE, status=first)
        found = self._along(first, self._points, None)
        for day in self._late_days():
            start = self._found(self._program(day).cheapest(None))
            if start is not None:
                steps = self._points if self._points >= len(self._days) else _STEPS_A_DAY
                found += self._along(start, steps, self._asked.required - 1)
        best = self._not_dominated(sooner for one in found if (sooner := self._earlier(one)) is not None)
        kept = self._thinned(best)
        return Front(tuple(kept), self._complete and len(kept) == len(best), Solved.PROVEN)

    def _program(self, met: date | None) -> Choosing:
        if met not in self._programs:
            self._programs[met] = Choosing(self._asked, met, self._costs)
        return self._programs[met]

    def _along(self, first: Choice, steps: int, up_to: int | None) -> list[Choice]:
        """From the cheapest choice of a day upwards: the cheapest for more and more guards on the due date."""
        program, found = self._program(first.met), [first]
        most = program.most_guards()
        if most is None:
            self._complete = False
            return found
        most = most if up_to is None else min(most, up_to)
        levels, all_of_them = evenly_among(range(first.guards + 1, most + 1), steps, self._asked.required)
        self._complete &= all_of_them
        for level in levels:
            choice = self._found(program.cheapest(level)) if level > found[-1].guards else None
            if choice is not None:
                found.append(choice)
        return found

    def _late_days(self) -> Sequence[date]:
        """Days after the due date to ask for: all on which the order can be met, or some spread over them."""
        soonest = self._soonest(None, None, None)
        if soonest is None:
            return []
        days = self._days[bisect_left(self._days, soonest) :]
        chosen, all_of_them = evenly_among(
            days, self._points if self._points >= len(days) else max(3, self._points // 4)
        )
        self._complete &= all_of_them
        return chosen

    def _earlier(self, choice: Choice) -> Choice | None:
        """The choice with the same loss and guards, or better ones, that meets the order soonest."""
        required = self._asked.required
        if choice.met is not None and (choice.guards >= required or self._can(None, choice.cost, required)):
            # It can be met in time for the same loss: nobody is taken for a later day.
            return self._found(self._program(None).cheapest(max(choice.guards, required)))
        if choice.guards >= required:
            return choice
        day = self._soonest(choice.cost, choice.guards, choice.met)
        return choice if day is None else self._found(self._program(day).cheapest(choice.guards))

    def _found(self, answer: Choice | Solved) -> Choice | None:
        """The choice, if there is one; where the time ended before it, the front is not complete."""
        if isinstance(answer, Choice):
            return answer
        self._complete &= answer is Solved.IMPOSSIBLE
        return None

    def _soonest(self, cost: int | None, guards: int | None, before: date | None) -> date | None:
        """The first day (before another) on which the order can be met for so much loss, with so many guards when due.

        While candidates only get ready, what is possible stays possible. So the days between two on which somebody
        leaves, or a guard on record joins, are asked by their last, and then halved.
        """
        for spell in self._spells(before):
            if self._possible(spell[-1], cost, guards):
                low, high = 0, len(spell) - 1
                while low < high:
                    middle = (low + high) // 2
                    low, high = (low, middle) if self._possible(spell[middle], cost, guards) else (middle + 1, high)
                return spell[low]
        return None

    def _spells(self, before: date | None) -> Iterable[list[date]]:
        """The days of change, cut where anything but a candidate's being ready happens."""
        leaving = {one.until + timedelta(days=1) for one in self._asked.pool if one.until and one.until < date.max}
        cuts = self._asked.strength.changes() | leaving
        spell: list[date] = []
        for day in self._days:
            if before is not None and day >= before:
                break
            if day in cuts and spell:
                yield spell
                spell = []
            spell.append(day)
        if spell:
            yield spell

    def _possible(self, day: date, cost: int | None, guards: int | None) -> bool:
        # Most days are ruled out without a program.
        if day not in self._serving:
            self._serving[day] = serving_by_line(self._asked, day)
        most = most_serving(self._asked, self._costs, self._serving[day], cost)
        if self._asked.strength.ordered.on(day) + most < self._asked.required:
            return False
        return self._can(day, cost, guards)

    def _can(self, met: date | None, cost: int | None, guards: int | None) -> bool:
        """Whether a plan that meets the order on a day loses no more, and has as many guards when due."""
        status = self._program(met).possible(cost, guards)
        self._complete &= status is not Solved.OUT_OF_TIME
        return status in (Solved.PROVEN, Solved.FEASIBLE)

    def _aims(self, choice: Choice) -> tuple[int, int, int]:
        """Cost, fewer guards, days late: the smaller the better."""
        if choice.guards >= self._asked.required:
            late = 0
        else:
            late = (date.max if choice.met is None else choice.met).toordinal() - self._asked.due_on.toordinal()
        return (choice.cost, -choice.guards, late)

    def _not_dominated(self, choices: Iterable[Choice]) -> list[Choice]:
        """One choice for each point that none is better than in every aim, by cost."""
        by_aims = {self._aims(choice): choice for choice in choices}
        best: list[tuple[int, int, int]] = []
        for aims in sorted(by_aims):
            if not any(all(mine <= other for mine, other in zip(kept, aims, strict=True)) for kept in best):
                best.append(aims)
        return [by_aims[aims] for aims in best]

    def _thinned(self, best: Sequence[Choice]) -> list[Choice]:
        """So many points as asked for: the ends, the cheapest in time, the soonest of the late; the rest spread."""
        if len(best) <= self._points:
            return list(best)
        places = range(len(best))
        in_time = [place for place in places if best[place].guards >= self._asked.required]
        late = [place for place in places if best[place].guards < self._asked.required]
        most = max(places, key=lambda place: best[place].guards)
        soonest = min(late, key=lambda place: self._aims(best[place])[2], default=0)
        pins = list(dict.fromkeys([in_time[0] if in_time else most, 0, most, soonest]))[: self._points]
        rest = [place for place in places if place not in pins]
        more, _ = evenly_among(rest, self._points - len(pins))
        return [best[place] for place in sorted([*pins, *more])]


def _days_of_change(asked: SelectionRequest) -> list[date]:
    """Days after the due date on which the figure or the mix may change."""
    changes = asked.strength.changes() | {one.ready_on for one in asked.pool if one.ready_on is not None}
    changes |= {one.until + timedelta(days=1) for one in asked.pool if one.until and one.until < date.max}
    return sorted(day for day in changes if day > asked.due_on)


def evenly_among(values: Sequence[T], count: int, pin: T | None = None) -> tuple[list[T], bool]:
    """So many of the values, evenly, the first and last and the ``pin`` among them; and whether these are all."""
    if len(values) <= count:
        return list(values), True
    if count < 2:
        return [values[-1]][:count], False
    places = {round(step * (len(values) - 1) / (count - 1)) for step in range(count)}
    if pin is not None and pin in values:
        place = values.index(pin)
        nearest = min(places - {0, len(values) - 1} or {place}, key=lambda other: abs(other - place))
        places = (places - {nearest}) | {place}
    return [values[place] for place in sorted(places)], False
