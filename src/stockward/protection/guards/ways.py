"""Ways out of a conflict: what one of its goals would have to be so that all can be met, and what that costs then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from stockward.answers.planned.guards import ForceGoalKind, ForceWayOut
from stockward.protection.guards.cheapest import ForceChooser, Goals
from stockward.protection.guards.goals import ForceGoal, rule_of

_PERCENT = 100


def ways_out_of(chooser: ForceChooser, goals: Goals, conflict: Goals, record: Fraction) -> tuple[ForceWayOut, ...]:
    """Every way by which one goal of the conflict gives way, the others held as they are; the cheapest first.

    Where one does not do, several goals that give way together.

    ``record`` is what the guards on record cost, whoever joins.
    """
    finding = _Finding(chooser, goals, record)
    found = [way for goal in conflict for way in finding.of(goal)] or list(finding.together())
    return tuple(sorted(found, key=lambda one: (one.cost, one.kind, one.of)))


class _Finding:
    def __init__(self, chooser: ForceChooser, goals: Goals, record: Fraction) -> None:
        self._chooser, self._goals, self._record = chooser, goals, record
        self._facts = chooser.facts

    def of(self, goal: ForceGoal) -> Iterator[ForceWayOut]:
        """The ways by which one goal gives way."""
        if goal.kind is ForceGoalKind.BAND:
            yield from self._wider(goal)
            return
        yield from self._less(goal)
        if goal.kind is ForceGoalKind.ORDER:
            yield from self._later(goal)
        elif goal.kind is not ForceGoalKind.OUTPUT:
            yield from self._filled_later(goal)
            yield from self._filled_less_surely(goal)

    def _way(self, goal: ForceGoal, goals: Goals, **changed: float | int | date | None) -> Iterator[ForceWayOut]:
        """The way with its cost, where the goals so changed can be met."""
        cost = self._chooser.cheapest(goals).cost
        if cost is not None:
            yield ForceWayOut(
                kind=goal.kind,
                of=goal.of,
                label=goal.label,
                cost=float(cost + self._record),
                **changed,  # type: ignore[arg-type]
            )

    def _less(self, goal: ForceGoal) -> Iterator[ForceWayOut]:
        """The goal missed by as little as can be."""
        others = tuple(one for one in self._goals if one is not goal)
        missed = self._chooser.least_missed(others, (goal,))
        if missed:
            short = missed[goal]
            yield from self._way(goal, (*others, goal.less(short)), low=_left(goal, short), short=short)

    def together(self) -> Iterator[ForceWayOut]:
        """Bands wider by as few per cent as can be, and all other goals missed by as few as can be in all then."""
        others = tuple(one for one in self._goals if one.kind is not ForceGoalKind.BAND)
        wider = self._widest_needed(others)
        missed = self._chooser.least_missed(tuple(wider.values()), others) or {}
        goals = (*(one.less(missed.get(one, 0)) for one in others), *wider.values())
        for goal, short in missed.items():
            yield from self._way(goal, goals, low=_left(goal, short), short=short, jointly=True)
        for goal, band in wider.items():
            if band.shares != goal.shares:
                low, high = map(float, band.shares or (0, 1))
                yield from self._way(goal, goals, low=low, high=high, jointly=True)

    def _widest_needed(self, others: Goals) -> dict[ForceGoal, ForceGoal]:
        """Each band wider by the same per cent, the least that does; then on no side on which it need not be."""
        bands = [one for one in self._goals if one.kind is ForceGoalKind.BAND]

        def does(wider: Iterable[ForceGoal]) -> bool:
            return self._chooser.least_missed(tuple(wider), others) is not None

        step = _least(lambda wide: does(_wider_by(one, wide, wide) for one in bands), _PERCENT) or 0
        sides = dict.fromkeys(bands, (step, step))
        for band in bands:
            for fewer in ((0, sides[band][1]), (sides[band][0], 0), (0, 0)):
                tried = {**sides, band: fewer}
                if does(_wider_by(one, *tried[one]) for one in bands):
                    sides = tried
        return {one: _wider_by(one, *sides[one]) for one in bands}

    def _later(self, goal: ForceGoal) -> Iterator[ForceWayOut]:
        """The first later day on which the order can be met: one on which somebody is ready, or the record changes."""
        facts, due = self._facts, goal.held[0].on
        changes = {one.first for one in facts.market.pool} | {
            day
            for guard in facts.guards.roll
            for day in (guard.counts_from, guard.counts_to and guard.counts_to + timedelta(days=1))
            if day is not None
        }
        for day in sorted(one for one in changes if due < one <= facts.until):
            goals = self._measurable(facts.due_on(goal, day))
            if self._chooser.can(goals):
                yield from self._way(goal, goals, on=day)
                return

    def _filled_later(self, goal: ForceGoal) -> Iterator[ForceWayOut]:
        facts = self._facts
        if facts.posts is None or len(facts.filled_on) < 2:
            return
        last = facts.filled_on[-1]
        for day in (one for one in facts.posts.days() if facts.filled_on[0] < one <= last):
            goals = self._measurable(facts.filled_so(on=sorted({day, last})))
            if self._chooser.can(goals):
                yield from self._way(goal, goals, on=day)
                return

    def _filled_less_surely(self, goal: ForceGoal) -> Iterator[ForceWayOut]:
        """The greatest whole per cent with which the posts can be filled."""
        facts, asked = self._facts, self._facts.books.site.settings.force.fill_probability
        if facts.posts is None or asked is None:
            return

        def goals_at(less: int) -> Goals:
            return self._measurable(facts.filled_so(probability=(most - less) / _PERCENT))

        most = -int(-asked * _PERCENT // 1) - 1
        less = _least(lambda step: self._chooser.can(goals_at(step)), most - 1)
        if less is not None:
            yield from self._way(goal, goals_at(less), probability=(most - less) / _PERCENT)

    def _wider(self, goal: ForceGoal) -> Iterator[ForceWayOut]:
        """The band wider by as few per cent of the department as can be, on one side where that is enough."""
        others = tuple(one for one in self._goals if one is not goal)

        def goals_at(below: int, above: int) -> Goals:
            return (*others, _wider_by(goal, below, above))

        step = _least(lambda wide: self._chooser.can(goals_at(wide, wide)), _PERCENT)
        if step is None:
            return
        sides = [(step, 0), (0, step), (step, step)]
        below, above = next(one for one in sides if self._chooser.can(goals_at(*one)))
        wider = goals_at(below, above)
        low, high = map(float, wider[-1].shares or (0, 1))
        yield from self._way(goal, wider, low=low, high=high)

    def _measurable(self, goals: Goals) -> Goals:
        return tuple(one for one in goals if one.reason is None)


def _wider_by(goal: ForceGoal, below: int, above: int) -> ForceGoal:
    """A band wider by so many per cent of the department on each side."""
    rule = rule_of(goal)
    low = max(rule.low - Fraction(below, _PERCENT), Fraction(0))
    return replace(goal, shares=(low, min(rule.high + Fraction(above, _PERCENT), Fraction(1))))


def _left(goal: ForceGoal, short: int) -> float | None:
    """What an order asks for that is missed by so many; of other goals nobody sets the figure."""
    return float(goal.held[0].low - short) if goal.kind is ForceGoalKind.ORDER else None


def _least(works: Callable[[int], bool], most: int) -> int | None:
    """The least number from 0 to ``most`` that works, where any larger one works as well; ``None`` where none does."""
    if most < 0 or not works(most):
        return None
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if works(middle) else (middle + 1, high)
    return low
