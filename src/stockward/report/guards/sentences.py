"""Orders, need and plans in plain words. A person is a code; Stockward does not choose between reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from stockward.answers.force import ForceAnswer
from stockward.answers.orders import OrderAnswer
from stockward.answers.selection import SelectionAnswer, SelectionPlan
from stockward.report.kit import words
from stockward.terms.verdicts import OrderVerdict, Solved

ORDER_WORD = {
    OrderVerdict.NOT_MEASURABLE: "not measurable",
    OrderVerdict.MET: "met",
    OrderVerdict.ON_COURSE: "on course",
    OrderVerdict.IMPOSSIBLE: "impossible within the rules",
    OrderVerdict.SHORT: "short of target",
}
ORDER_MARK = {
    OrderVerdict.NOT_MEASURABLE: "?",
    OrderVerdict.MET: "=",
    OrderVerdict.ON_COURSE: "→",
    OrderVerdict.IMPOSSIBLE: "×",
    OrderVerdict.SHORT: "▼",
}
SOLVED_WORD = {
    Solved.PROVEN: "proven best",
    Solved.FEASIBLE: "feasible",
    Solved.IMPOSSIBLE: "impossible",
    Solved.OUT_OF_TIME: "out of time",
}
A_DAY = " a day"
UNREADABLE = "what cannot be read"
NOT_MEASURABLE = ORDER_WORD[OrderVerdict.NOT_MEASURABLE]
BESIDE = (
    "Stockward does not choose between them. Grades: the source from A (reliable) to F (cannot be judged), the "
    "information from 1 (confirmed) to 6 (cannot be judged). Sources are not named."
)
CREWS = (
    "For each qualification, and for the posts that ask for none, at least as many are rostered as stand there; who is "
    "over at a post with a qualification may fill one without."
)
GUARD_TERMS = (
    ("Net hours", "The hours a year that one guard works: contract hours less planned absences (leave, training) and "
     "unplanned ones (sick, other)."),
    ("Fill probability", "The chance with which a shift is to have all its posts filled. Net hours fill them on "
     "average, that is about half of the time."),
    ("Strength", "The guards there are. Those whose duty is the office do not stand at a post."),
    ("Mix", "The shares of the affiliations among all guards."),
    ("Front", "Plans of which none is better in one aim and at least as good in the others."),
    ("Pool", "The candidates whom tested, job-related standards let in. Nobody is chosen by age, sex or a score."),
)  # fmt: skip

_GUARDS = {"guards": "guards", "patrolling_guards": "patrolling guards"}


def is_on_guards(measure: str) -> bool:
    """Whether an order counts guards, and not output."""
    return measure in _GUARDS


def measured_what(measure: str) -> str:
    """What a measure counts."""
    made = measure.partition(":")[2]
    return _GUARDS.get(measure, f"monthly output of {made}" if made else UNREADABLE)


def is_measured(order: OrderAnswer) -> bool:
    """Whether the records allow to say if an order is met."""
    return order.required is not None and order.verdict != OrderVerdict.NOT_MEASURABLE


def named(order: OrderAnswer) -> str:
    """An order by its code, so that of several each sentence says which it is about."""
    return "What is asked for" if order.asked else f"Order {order.order}"


def due_text(order: OrderAnswer) -> str:
    """The due date in words."""
    return words.day(order.due_on) if order.due_on is not None else "a day that cannot be read"


def worded_reason(reason: str | None) -> str:
    """A reason without a full stop, where one is given."""
    return (reason or "no reason is on record").rstrip(".")


def leading_order(orders: Sequence[OrderAnswer]) -> OrderAnswer | None:
    """The order on guards that asks for most and is not met yet; the latest where all are.

    What cannot be measured stands behind what is short, and before what is met.
    """
    on_guards = [one for one in orders if is_on_guards(one.measure)]
    waiting = [one for one in on_guards if one.verdict != OrderVerdict.MET]
    if waiting:
        return max(waiting, key=lambda one: (one.required is not None, one.short_now or 0.0, one.required or 0.0))
    return max(on_guards, key=lambda one: (one.issued_on is not None, one.issued_on or date.min), default=None)


def asks(order: OrderAnswer) -> str:
    """What an order asks for, as it words it.

    >>> from types import SimpleNamespace
    >>> asks(SimpleNamespace(comparator=">", factor=2.0, value=None, measure="guards", baseline_on=None))
    'more than double the guards'
    """
    way = "more than" if order.comparator == ">" else "at least"
    what = measured_what(order.measure)
    if what == UNREADABLE or not order.comparator or (order.factor is None and order.value is None):
        return UNREADABLE
    if order.factor is None and is_on_guards(order.measure):
        return f"{way} {words.number(order.value)} {what}"
    if order.factor is None:
        return f"a {what} of {way} {words.quantity(order.value, order.unit)}"
    times = "double" if order.factor == 2 else f"{words.number(order.factor)} times"
    since = f" of {words.day(order.baseline_on)}" if order.baseline_on is not None else ""
    return f"{way} {times} the {what}{since}"


def guards_headline(
    order: OrderAnswer | None, force: ForceAnswer | None, selection: SelectionAnswer | None, orders: int
) -> str:
    """What was ordered, what the posts take, and when it can be met, in plain words."""
    others = orders - 1
    more = f"{words.count(others, 'other order on guards', 'other orders on guards')} below." if others > 0 else ""
    texts = [_ordered(order), when_sentence(order, selection), _taken(force), more]
    return " ".join(text for text in texts if text)


def guards_first_sentence(order: OrderAnswer | None, force: ForceAnswer | None) -> str:
    """What a report on guards alone begins with: the order where there is one, else what the posts take."""
    return _ordered(order) or _taken(force)


def _ordered(order: OrderAnswer | None) -> str:
    if order is None:
        return ""
    asked = f"{asks(order)} by {due_text(order)}"
    asked = f"{asked[0].upper()}{asked[1:]}" if order.asked else f"{named(order)}, {asked},"
    if not is_measured(order):
        return f"{asked} is not measurable, as {worded_reason(order.reason)}."
    there = f"there are {words.number(order.now)} {measured_what(order.measure)} on {words.day(order.now_on)}"
    text = f"{asked} means at least {words.number(order.required)}; {there}"
    if order.short_now:
        text += f", {words.number(order.short_now)} too few"
    if order.verdict == OrderVerdict.IMPOSSIBLE and order.reachable is not None:
        text += f", and at most {words.number(order.reachable)} can be had in time within the rules"
    return f"{text}."


def _taken(force: ForceAnswer | None) -> str:
    if force is None:
        return ""
    there = f"{words.number(force.on_posts)} of {words.count(force.on_hand, 'guard')} can stand there"
    if not force.on_hand:
        there = "no guard is on record"
    on = f"On {words.day(force.on)}"
    if force.need is None:
        return f"{on} what the posts take is not measurable, as {worded_reason(force.reason)}; {there}."
    return f"{on} all posts together take {words.count(force.need, 'guard')}{later_need(force)}; {there}."


def later_need(force: ForceAnswer) -> str:
    """The greatest need of the months ahead, and its first day, where it is not that of today; else empty."""
    ahead = [(month.needed, month.on) for month in force.by_month if month.expected and month.needed is not None]
    most = max((needed for needed, _ in ahead), default=force.need)
    if most is None or force.need is None or most <= force.need:
        return ""
    return f", {words.number(most)} by {words.day(min(on for needed, on in ahead if needed == most))}"


def when_sentence(order: OrderAnswer | None, selection: SelectionAnswer | None) -> str:
    """When an order is met, in a sentence; empty where it cannot be said."""
    if order is None or not is_measured(order):
        return ""
    if order.verdict == OrderVerdict.MET:
        return f"{named(order)} is met."
    day, how = when_met(order, selection)
    if how.startswith("with"):
        return f"{named(order)} is met on {day} {how}."
    which = "what is asked for" if order.asked else f"order {order.order}"
    if plans_for(order, selection):
        return f"None of the plans meets {which}: {how}."
    return f"What is on record does not meet {which}; {how}."


def plans_for(order: OrderAnswer, selection: SelectionAnswer | None) -> tuple[SelectionPlan, ...]:
    """The plans that were made for this order."""
    return selection.front if selection is not None and selection.order == order.order else ()


def when_met(order: OrderAnswer, selection: SelectionAnswer | None) -> tuple[str, str]:
    """When the order is met, and how: from what is on record, or by the best plan where that is earlier."""
    if order.verdict == OrderVerdict.MET and order.now_on is not None:
        return "now", f"met on {words.day(order.now_on)}"
    if not is_measured(order):
        return NOT_MEASURABLE, worded_reason(order.reason)
    best = best_plan(plans_for(order, selection))
    planned = best.met_on if best is not None else None
    if order.met_on is not None and (planned is None or order.met_on <= planned):
        return words.day(order.met_on), f"with what is on record{late_text(order.met_on, order)}"
    if best is not None and planned is not None:
        how = f"with plan {best.plan}: {_price(best, selection)}{_lowers(best)}"
        return words.day(planned), f"{how}{late_text(planned, order)}"
    if plans_for(order, selection):
        return "not within these plans", _nearest(order, selection)
    return "not on record", f"there is no plan, as {_without_plan(order, selection)}"


def _lowers(plan: SelectionPlan) -> str:
    """That a plan takes from what another order asks for, so that nobody holds both for met by it."""
    if not plan.lowers:
        return ""
    asking = f"order {plan.lowers[0]} asks" if len(plan.lowers) == 1 else f"orders {', '.join(plan.lowers)} ask"
    return f", taken from the output that {asking} for"


def _without_plan(order: OrderAnswer, selection: SelectionAnswer | None) -> str:
    """Why no plan was made for an order that is not met."""
    if not is_on_guards(order.measure):
        return f"plans choose guards, and the order is on the {measured_what(order.measure)}"
    if selection is not None and selection.order != order.order:
        return f"plans are made for one order at a time, here for {selection.order}"
    if selection is not None and selection.reason:
        return worded_reason(selection.reason)
    return "none was asked for"


def best_plan(plans: Sequence[SelectionPlan]) -> SelectionPlan | None:
    """The plan that meets the order in time at the least output lost; where none does, the one that is least late."""
    meeting = [one for one in plans if one.days_late is not None]
    in_time = [one for one in meeting if one.days_late == 0]
    if in_time:
        return min(in_time, key=lambda one: one.output_lost)
    return min(meeting, key=lambda one: (one.days_late, one.output_lost), default=None)


def _nearest(order: OrderAnswer, selection: SelectionAnswer | None) -> str:
    most = max(plans_for(order, selection), key=lambda one: one.guards_by_due)
    reached = words.number(most.guards_by_due)
    return f"plan {most.plan} comes nearest, with {reached} of {words.number(order.required)}"


def _price(plan: SelectionPlan, selection: SelectionAnswer | None) -> str:
    unit = selection.loss_unit if selection is not None else ""
    lost = f"output lost {output_loss(plan.output_lost, unit)} a day" if plan.output_lost else "no output lost"
    return f"{who(plan)}, {lost}"


def who(plan: SelectionPlan) -> str:
    """How many recruits and transfers a plan takes."""
    return f"{words.count(plan.recruits, 'recruit')} and {words.count(plan.transfers, 'transfer')}"


def late_text(day: date, order: OrderAnswer) -> str:
    """How many days after the due date a day lies; empty where it is in time."""
    late = (day - order.due_on).days if order.due_on is not None else 0
    return f", {words.count(late, 'day')} late" if late > 0 else ""


def grades(source: str | None, information: str | None) -> str:
    """The grades of a report, each said whole."""
    return f"source {source or 'not graded'}, information {information or 'not graded'}"


def output_loss(value: float, unit: str) -> str:
    """Output lost a day, to three digits, with its unit; that it is a day's stands beside it."""
    if not value:
        return "none"
    return f"{words.number(value, three_digits(value))} {words.unit_word(unit.removesuffix(A_DAY), value)}"


def three_digits(value: float) -> int:
    """Decimal places that show three digits of a figure; whole numbers are never rounded."""
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    return max(0, 3 - whole)


def shares(numbers: Mapping[str, int], parts: Mapping[str, float]) -> str:
    """Numbers and shares of the affiliations, by their order in the answer."""
    return ", ".join(
        f"{words.number(number)} {name} ({guards_percent(parts.get(name))})" for name, number in numbers.items()
    )


def guards_percent(share: float | None) -> str:
    """A share to a tenth of a per cent."""
    return words.NOTHING if share is None else f"{words.number(100 * share, 1)}{words.NARROW_SPACE}%"


def guards_chance(value: float | None) -> str:
    """A chance to a tenth of a per cent, cut off and never rounded up, so that 95 % is not said of less."""
    if value is None:
        return words.NOTHING
    return f"{words.number(int(value * 1000 + 1e-9) / 10, 1)}{words.NARROW_SPACE}%"
