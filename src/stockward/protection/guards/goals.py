"""Goals on the guards of a site: each with the days on which it is held, and what the record gives there by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil

from stockward.answers.orders import OrderAnswer
from stockward.answers.planned.guards import ForceGoalKind
from stockward.guards.mix import Bands, MixRule
from stockward.guards.need.ahead import Covered, PostsAhead
from stockward.guards.need.net_hours import HOURS_DECIMALS
from stockward.guards.people import Guards
from stockward.guards.roll import GUARDS, PATROLLING
from stockward.terms.verdicts import OrderVerdict

STANDING = "standing"
"""What is counted for the posts: the contract hours of all guards who do not sit in the office."""
_THOUSANDTHS: int = 10**HOURS_DECIMALS
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class HeldOn:
    """A day on which a goal is held: the least figure that it asks for, and the one of the record.

    Both count ``each`` for a guard: 1, or where hours count the mean contract on record, in thousandths of an hour a
    week.
    """

    on: date
    low: int
    figure: int
    each: int = 1

    @property
    def guards_low(self) -> int:
        """What is asked for, as guards like those on record."""
        return -(-self.low // self.each)

    def guards(self, figure: int) -> int:
        """A figure as guards like those on record."""
        return figure // self.each


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceGoal:
    """One goal on the guards.

    ``measure`` says who counts: all guards, those on patrol, those at posts, or holders of the qualification ``of``.
    ``held`` are its days; of a band they are in ``days``, with ``shares``. ``free`` workers may be taken from a line
    that an order on production binds. Of a contract no more than ``most`` hours a week count. ``reason`` says why it
    cannot be measured.
    """

    kind: ForceGoalKind
    of: str
    label: str
    measure: str
    held: tuple[HeldOn, ...] = ()
    days: tuple[date, ...] = ()
    shares: tuple[Fraction, Fraction] | None = None
    free: int | None = None
    most: float | None = None
    late: bool = False
    reason: str | None = None

    @property
    def key_days(self) -> tuple[date, ...]:
        """The days on which anything of it is counted."""
        return (*(one.on for one in self.held), *self.days)

    def weight(self, hours: float) -> int:
        """What a guard with a contract of so many hours a week counts: at posts their hours, elsewhere one."""
        if self.measure != STANDING:
            return 1
        counted = hours if self.most is None else min(hours, self.most)
        return round(counted * _THOUSANDTHS)

    def less(self, short: int) -> ForceGoal:
        """The same goal asking for so many less, or leaving so many more workers to be taken."""
        if self.free is not None:
            return replace(self, free=self.free + short)
        return replace(self, held=tuple(replace(one, low=one.low - short * one.each) for one in self.held))


def order_goals(orders: Iterable[OrderAnswer], guards: Guards, day: date, until: date) -> Iterator[ForceGoal]:
    """Each order on guards: held on its due date and on the last day looked at, or on that alone where it is past.

    One of which nobody can read what it measures may be on guards as well.
    """
    for order in orders:
        if order.measure not in (GUARDS, PATROLLING, ""):
            continue
        label = f"order {order.order}"
        if order.verdict is OrderVerdict.NOT_MEASURABLE or order.required is None or order.due_on is None:
            yield ForceGoal(
                kind=ForceGoalKind.ORDER, of=order.order, label=label, measure=order.measure, reason=order.reason
            )
            continue
        past = order.due_on < day
        yield ForceGoal(
            kind=ForceGoalKind.ORDER,
            of=order.order,
            label=label,
            measure=order.measure,
            held=held_on(guards, order.measure, int(order.required), [until] if past else [order.due_on, until]),
            late=past and order.verdict is not OrderVerdict.MET,
        )


def held_on(guards: Guards, measure: str, required: int, days: Iterable[date]) -> tuple[HeldOn, ...]:
    """So many guards on each of these days, with the number on record."""
    return tuple(HeldOn(day, required, guards.number(measure, day)) for day in sorted(set(days)))


def post_goals(posts: Sequence[PostsAhead], most: float | None) -> Iterator[ForceGoal]:
    """The posts filled on each day; each qualification that they ask for; and what the work rules allow, ``most`` hours
    a week.
    """
    reason = next((one.reason for one in posts if one.filled is None), None)
    yield ForceGoal(
        kind=ForceGoalKind.POSTS,
        of="",
        label="posts filled",
        measure=STANDING,
        held=tuple(_hours_on(one.on, one.filled) for one in posts if one.filled is not None),
        reason=reason,
    )
    if reason is not None:
        return
    for name in sorted({name for one in posts for name in one.holders}):
        held = tuple(_hours_on(one.on, one.holders[name]) for one in posts)
        yield ForceGoal(
            kind=ForceGoalKind.QUALIFICATION, of=name, label=f"holders of {name}", measure=STANDING, held=held
        )
    by_rules = tuple(_hours_on(one.on, one.by_rules) for one in posts if one.by_rules is not None)
    if by_rules:
        yield ForceGoal(
            kind=ForceGoalKind.WORK_RULES, of="max_hours_per_week", label="hours of the work rules", measure=STANDING,
            held=by_rules, most=most,
        )  # fmt: skip


def _hours_on(on: date, covered: Covered) -> HeldOn:
    low = ceil(covered.hours_needed * _THOUSANDTHS - _ROUNDING)
    each = max(round(covered.each * _THOUSANDTHS), 1)
    return HeldOn(on, low, round(covered.hours * _THOUSANDTHS), each)


def band_goals(bands: Bands, guards: Guards, days: Iterable[date]) -> Iterator[ForceGoal]:
    """The band of each affiliation, on every day on which guards are counted."""
    counted = tuple(sorted(set(days)))
    doubt = next((words for day in counted if (words := guards.doubt(GUARDS, day))), None)
    for rule in bands.rules:
        yield ForceGoal(
            kind=ForceGoalKind.BAND,
            of=rule.affiliation,
            label=f"band of {rule.affiliation}",
            measure=GUARDS,
            days=counted,
            shares=(rule.low, rule.high),
            reason=doubt,
        )


def rule_of(goal: ForceGoal) -> MixRule:
    """The band of a goal."""
    low, high = goal.shares or (Fraction(0), Fraction(1))
    return MixRule(goal.of, low, high)
