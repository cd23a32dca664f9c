"""Why an order has its verdict: one sentence with the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from stockward.guards.orders.asked import DUE_DAYS
from stockward.guards.orders.judging import MeasuredOrder
from stockward.guards.orders.reach import Reachable
from stockward.guards.roll import month_of
from stockward.guards.written import counted, plain_number
from stockward.terms.verdicts import OrderVerdict


def reason_of(one: MeasuredOrder, reachable: Reachable | None) -> str:
    """The sentence that stands beside the verdict."""
    verdict = one.verdict(reachable)
    if verdict is OrderVerdict.NOT_MEASURABLE:
        return str(one.fault)
    begin = _begin(one, verdict)
    parts = [f"{begin}{_figures(one)}, {_asked_for(one)}", *_notes(one)]
    if verdict is OrderVerdict.ON_COURSE:
        parts.append(f"first met on {one.ruler.met_on(one.meets, one.now)}")
    if reachable is not None and verdict in (OrderVerdict.SHORT, OrderVerdict.IMPOSSIBLE):
        parts += _within_reach(one, reachable)
    return "; ".join(parts)


def shortfall(required: Fraction | None, figure: Fraction | None) -> Fraction | None:
    """Required less a figure, never negative; ``None`` where one is unknown."""
    return None if required is None or figure is None else max(required - figure, Fraction())


def _begin(one: MeasuredOrder, verdict: OrderVerdict) -> str:
    """How much is short, and that the due date has passed where it has."""
    if verdict in (OrderVerdict.MET, OrderVerdict.ON_COURSE):
        return ""
    short = shortfall(one.required, one.at_due.value if one.at_due.value is not None else one.now.value)
    if one.past:
        kept = "was met on it and is no longer" if one.meets(one.at_due.value) else "was not met on it"
        since = ", and is met now" if one.meets(one.now.value) else ""
        return f"the due date has passed, and the order {kept}{since}: "
    return f"{plain_number(short)} short of the target: " if short else "the target must be passed: "


def _figures(one: MeasuredOrder) -> str:
    """The figure now and the one on the due date."""
    now = f"{_number(one.now.value)} {one.ruler.what}"
    today = f"{now} on {one.now.on}" if one.ruler.whole else f"{now} in {one.now.on:%Y-%m}"
    if one.at_due.value is None:
        return f"{today}, and for the due date {one.at_due.reason}"
    then = _number(one.at_due.value)
    if not one.ruler.whole:
        on_record = month_of(one.at_due.on) <= month_of(one.now.on)
        same = month_of(one.at_due.on) == month_of(one.now.on)
        return today if same else f"{today}, {then} {'made' if on_record else 'planned'} in {one.at_due.on:%Y-%m}"
    return f"{then} on {one.at_due.on}, {today}" if one.past else f"{today}, {then} expected by {one.at_due.on}"


def _asked_for(one: MeasuredOrder) -> str:
    """The required figure, and what it comes from."""
    order, baseline = one.order, one.baseline
    words = "more than" if order.strict else "at least"
    if order.value is None and order.factor is not None and baseline is not None and baseline.value is not None:
        base = f"{plain_number(order.factor)} × {_number(baseline.value)} on {baseline.on}"
    else:
        base = _number(one.target)
    if one.ruler.whole:
        return f"{_number(one.required)} required ({words} {base})"
    of = "" if order.value is not None else f" ({base})"
    return f"{words} {_number(one.required)} required{of}"


def _notes(one: MeasuredOrder) -> Iterator[str]:
    """What a reader should know of the figures."""
    if one.now.note is not None:
        yield one.now.note
    if one.order.asked and (one.order.due_on - one.day).days == DUE_DAYS:
        yield f"a question, due {DUE_DAYS} days after {one.day} unless another day is named"


def _within_reach(one: MeasuredOrder, reachable: Reachable) -> Iterator[str]:
    """How far the candidates reach, and what is wanting."""
    pool = f"{reachable.ready} of {counted(reachable.candidates, 'candidate')} are in the pool and ready by then"
    if reachable.in_doubt is not None:
        yield f"{reachable.figure} can be reached at least: {pool}"
        yield f"whether more can be reached is not known: {reachable.in_doubt}"
    elif reachable.wanting:
        yield f"at most {reachable.figure} can be reached: {pool}"
        yield from reachable.wanting
    else:
        yield f"up to {reachable.figure} can be reached within the rules: {pool}"


def _number(figure: Fraction | None) -> str:
    return "" if figure is None else plain_number(figure)
