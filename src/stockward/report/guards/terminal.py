"""The guards in a terminal: need and strength in a line, then each order with its verdict."""

from __future__ import annotations

from stockward.answers.force import ForceAnswer
from stockward.answers.orders import OrderAnswer
from stockward.answers.review import ReviewAnswer
from stockward.report.guards import sentences as said
from stockward.report.kit import words
from stockward.terms.verdicts import OrderVerdict

TERMINAL_ORDERS_MAX = 10


def lines(review: ReviewAnswer) -> list[str]:
    """A short block; empty where the site has no tables on guards or orders."""
    texts = [_need(review.force)] if review.force is not None else []
    texts += [_order(one, review) for one in review.orders[:TERMINAL_ORDERS_MAX]]
    more = len(review.orders) - TERMINAL_ORDERS_MAX
    return [*texts, f"and {words.count(more, 'more order')}."] if more > 0 else texts


def _need(force: ForceAnswer) -> str:
    there = f"on hand {words.number(force.on_hand)} ({words.number(force.on_posts)} can stand at a post)"
    if force.need is None:
        return (
            f"Guards on {words.day(force.on)}: need {said.NOT_MEASURABLE}, {there}: {said.worded_reason(force.reason)}."
        )
    short = f"{words.number(force.short_by)} short of what the posts take"
    text = f"Guards on {words.day(force.on)}: needed {words.number(force.need)}, {there}, {short}."
    if force.silent_since is None:
        return text
    return (
        f"{text} No absence has begun since {words.day(force.silent_since)}: if the record ends there, net hours are "
        "too high, and this need is too low."
    )


def _order(order: OrderAnswer, review: ReviewAnswer) -> str:
    text = f"{order.order}, {said.ORDER_WORD[order.verdict]}: {said.asks(order)} by {said.due_text(order)}"
    if not said.is_measured(order):
        return f"{text}: {said.worded_reason(order.reason)}."
    text = (
        f"{text}: at least {words.number(order.required)}; {words.number(order.now)} on {words.day(order.now_on)}, "
        f"expected {words.number(order.expected)}"
    )
    if order.short_by:
        text += f", {words.number(order.short_by)} short of the order"
    if not said.is_on_guards(order.measure) or order.verdict == OrderVerdict.MET:
        return f"{text}."
    return f"{text}. {said.when_sentence(order, review.selection)}".strip()
