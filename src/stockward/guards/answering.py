"""Every question on guards in its order: the pool, the orders, the need, the mix, the selection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import polars as pl

from stockward.answers.force import ForceAnswer
from stockward.answers.mix import MixAnswer
from stockward.answers.orders import OrderAnswer
from stockward.answers.selection import Candidate, SelectionAnswer, SelectionPlan
from stockward.book.known import KnownBooks
from stockward.guards.mix import mix_of
from stockward.guards.need.needed import need_of
from stockward.guards.orders.asked import AskedOrder
from stockward.guards.orders.judged import orders_of
from stockward.guards.roll import GUARDS, PATROLLING, day_of_the_books, roll
from stockward.guards.selection.plans import selection_of
from stockward.guards.selection.pool import candidates_of
from stockward.terms.verdicts import OrderVerdict

_OF_NEED = ("posts", "people")
_STILL_OPEN = (OrderVerdict.SHORT, OrderVerdict.IMPOSSIBLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardAnswers:
    """All answers on guards; ``force`` is ``None`` where the site has neither posts nor people."""

    force: ForceAnswer | None = None
    orders: tuple[OrderAnswer, ...] = ()
    mix: MixAnswer | None = None
    selection: SelectionAnswer | None = None


def look_at_guards(
    books: KnownBooks,
    *,
    as_of: date | None,
    today: date,
    asked: AskedOrder | None = None,
    flows: pl.DataFrame | None = None,
    output_factors: Mapping[str, float] | None = None,
    seed: int,
) -> GuardAnswers:
    """Answer what the site's own tables on guards allow.

    Parameters
    ----------
    as_of
        The day of the review; the last of which the books tell where it is ``None`` (``day_of_the_books``).
    today
        The day of the clock.
    asked
        An order that is not on record.
    flows, output_factors
        The movements with a ``factor`` each, and the factor of each product's output, where a surge is asked for.
    seed
        Of the bootstrap of net hours, and of the lots drawn among equal candidates.
    """
    if asked is None and not _has_any(books, (*_OF_NEED, "orders")):
        return GuardAnswers()
    day = day_of_the_books(books, as_of, today)
    orders = answer_orders(books, day=day, today=None if as_of is not None else today, asked=asked)
    force = None
    if _has_any(books, _OF_NEED):
        force = need_of(books, guards=roll(books), day=day, flows=flows, output_factors=output_factors, seed=seed)
    return GuardAnswers(
        force=force,
        orders=orders,
        mix=mix_of(books, day=day, orders=orders),
        selection=_selection(books, orders, day, seed),
    )


def answer_orders(
    books: KnownBooks, *, day: date, today: date | None = None, asked: AskedOrder | None = None
) -> tuple[OrderAnswer, ...]:
    """Every order on record, and the question asked: for each, the pool is that of its posts and its due date.

    ``today`` is the day of the clock, ``None`` where the review is as of a day (``orders_of``).
    """

    @cache
    def pool(measure: str, due_on: date) -> tuple[Candidate, ...]:
        return candidates_of(books, measure=measure, due_on=due_on, day=day)

    return orders_of(books, day=day, today=today, candidates=pool, asked=asked)


def _selection(books: KnownBooks, orders: Sequence[OrderAnswer], day: date, seed: int) -> SelectionAnswer | None:
    order = _leading(orders)
    if order is None or order.due_on is None:
        return None
    candidates = candidates_of(books, measure=order.measure, due_on=order.due_on, day=day)
    found = selection_of(books, order=order, candidates=candidates, day=day, seed=seed)
    return replace(found, front=tuple(replace(plan, lowers=tuple(_lowered(plan, orders))) for plan in found.front))


def _lowered(plan: SelectionPlan, orders: Sequence[OrderAnswer]) -> Iterator[str]:
    """The orders on production of whose output a plan takes something."""
    taken = {f"production:{line.material}" for line in plan.lines if line.lost > 0}
    return (order.order for order in orders if order.measure.replace(" ", "") in taken)


def _has_any(books: KnownBooks, tables: Sequence[str]) -> bool:
    return any(books[table].height or books.set_aside[table].height for table in tables)


def _leading(orders: Sequence[OrderAnswer]) -> OrderAnswer | None:
    """The order for which people are to be chosen: the question asked, else the one that is short by most."""
    on_guards = [one for one in orders if one.measure in (GUARDS, PATROLLING) and one.verdict in _STILL_OPEN]
    questions = [one for one in on_guards if one.asked]
    return max(questions or on_guards, key=lambda one: one.short_by or 0.0, default=None)
