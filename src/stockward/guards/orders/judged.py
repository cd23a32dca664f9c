"""Orders: baseline, target, the figure now and on the due date, and the verdict from the closed list.

The target is ``factor`` × the figure on the day of the baseline, or ``value``. A strict one must be passed: more than
double of 100 guards takes 201.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from stockward.answers.orders import HeardOtherwise, OrderAnswer
from stockward.answers.selection import Candidate
from stockward.book.known import KnownBooks
from stockward.guards.mix import Bands
from stockward.guards.need.faults import candidates_at_fault
from stockward.guards.orders.asked import AskedOrder
from stockward.guards.orders.figures import Figure, ruler_of
from stockward.guards.orders.heard import reports_received, without_sources
from stockward.guards.orders.judging import MeasuredOrder
from stockward.guards.orders.on_record import ORDER_TEXTS, STRICT, issued_by, order_of
from stockward.guards.orders.reach import Reachable, reachable_by
from stockward.guards.orders.reasons import reason_of, shortfall
from stockward.guards.people import Guards
from stockward.guards.roll import GUARDS, PATROLLING
from stockward.terms.verdicts import OrderVerdict

Heard = Callable[[str], tuple[HeardOtherwise, ...]]
Candidates = Callable[[str, date], Sequence[Candidate]]


def orders_of(
    books: KnownBooks,
    *,
    day: date,
    today: date | None = None,
    candidates: Candidates = lambda measure, due_on: (),
    asked: AskedOrder | None = None,
) -> tuple[OrderAnswer, ...]:
    """Answer every order on record, in the order of the table, and then a question asked.

    Parameters
    ----------
    day
        The day of the review (``day_of_the_books``), on which its guards are counted.
    today
        The day of the clock, which may come after that: orders are answered that were issued since, and one whose
        issue lies ahead is not measurable. ``None`` where only what was issued by ``day`` is known.
    candidates
        Gives for a measure and a due date every worker and applicant on record, in the pool or not: they bound what
        can be reached by then. With none at all nothing is said to be impossible.
    asked
        An order that is not on record; its baseline is the figure of the day.

    Rows of ``orders`` that were set aside are answered as not measurable, so that none is left out.
    """
    heard = reports_received(books, day)
    guards, bands = Guards.of(books), Bands.of(books.site.settings.force)
    known_by = day if today is None else None
    orders = [(order.row or 0, order) for order in issued_by(books, known_by)]
    if asked is not None:
        orders.append((_LAST, order_of(asked, day)))
    come = day if today is None else max(day, today)
    in_doubt = candidates_at_fault(books, day)
    answers = list(_set_aside(books, day, known_by, heard))
    for row, order in orders:
        measured = MeasuredOrder.of(order, ruler_of(books, guards, order.measure), day, come)
        reachable = _reachable(measured, guards, bands, candidates, in_doubt)
        answers.append((row, _answer(measured, reachable, heard(order.key))))
    return tuple(answer for _, answer in sorted(answers, key=lambda pair: pair[0]))


_LAST = 1 << 32
"""Behind every row of a table."""


def _reachable(
    one: MeasuredOrder, guards: Guards, bands: Bands, candidates: Candidates, in_doubt: str | None
) -> Reachable | None:
    """What can be reached by a due date that lies ahead; of guards alone."""
    if one.fault is not None or one.required is None or one.past or not one.ruler.whole:
        return None
    measure, due_on = one.order.measure, one.order.due_on
    return reachable_by(due_on, measure, int(one.required), guards, bands, candidates(measure, due_on), in_doubt)


def _answer(one: MeasuredOrder, reachable: Reachable | None, heard: tuple[HeardOtherwise, ...]) -> OrderAnswer:
    order, now, at_due = one.order, one.now, one.at_due
    required = None if one.fault is not None else one.required
    movement = None if one.past or one.fault is not None else one.ruler.movement(one.day, order.due_on)
    return OrderAnswer(
        order=order.key,
        measure=order.measure,
        unit=one.ruler.unit,
        issuer=order.issuer,
        scope=order.scope,
        issued_on=order.issued_on,
        due_on=order.due_on,
        comparator=order.comparator,
        factor=order.factor,
        value=order.value,
        baseline_on=order.baseline_on,
        baseline=_float(None if one.baseline is None else one.baseline.value),
        baseline_rows=() if one.baseline is None else one.baseline.rows,
        target=_float(one.target),
        strict=order.strict,
        required=_float(one.required),
        now_on=now.on,
        now=_float(now.value),
        now_rows=now.rows,
        joining=None if movement is None else movement[0],
        leaving=None if movement is None else movement[1],
        expected=_float(at_due.value),
        short_now=_float(shortfall(required, now.value)),
        short_by=_float(shortfall(required, at_due.value)),
        reachable=None if reachable is None or not reachable.known else float(reachable.figure),
        met_on=_met_on(one, now),
        verdict=one.verdict(reachable),
        reason=reason_of(one, reachable),
        stated_reason=order.stated_reason,
        heard=heard,
        asked=order.asked,
    )


def _met_on(one: MeasuredOrder, now: Figure) -> date | None:
    return None if one.fault is not None else one.ruler.met_on(one.meets, now)


def _float(figure: Fraction | None) -> float | None:
    return None if figure is None else float(figure)


def _set_aside(books: KnownBooks, day: date, known_by: date | None, heard: Heard) -> Iterator[tuple[int, OrderAnswer]]:
    """Orders whose rows cannot be read as a whole: what is readable of each, and no figure."""
    hidden = without_sources(books)
    frame = books.set_aside["orders"]
    issued = frame if known_by is None else frame.filter((pl.col("issued_on") <= known_by).fill_null(True))
    for row in issued.iter_rows(named=True):
        key = row["order"] or f"row {row['row']}"
        answer = _without_figures(
            order=key,
            measure=row["measure"] or "",
            due_on=row["due_on"],
            comparator=row["comparator"] or "",
            factor=row["factor"],
            value=row["value"],
            reason=f"orders row {row['row']} is set aside: mend it (stockward check)",
            issued_on=row["issued_on"],
            baseline_on=row["baseline_on"],
            now_on=day,
            heard=heard(key),
            **{name: None if row[name] is None else hidden(row[name]) for name in ORDER_TEXTS},
        )
        yield row["row"], answer


def _without_figures(*, measure: str, comparator: str, **known: Any) -> OrderAnswer:
    """An order that cannot be measured at all: whatever is not known of it is ``None``."""
    unknown = {field.name: None for field in fields(OrderAnswer)}
    return OrderAnswer(
        **{
            **unknown,
            "measure": measure,
            "unit": "guards" if measure in (GUARDS, PATROLLING) else "",
            "comparator": comparator,
            "strict": comparator == STRICT,
            "baseline_rows": (),
            "now_rows": (),
            "verdict": OrderVerdict.NOT_MEASURABLE,
            "heard": (),
            "asked": False,
            **known,
        }
    )
