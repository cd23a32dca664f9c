"""What was ordered, counted how, and whether it is met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stockward.terms.verdicts import OrderVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRow:
    """A row of the site's files that was counted for a figure."""

    table: str
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardOtherwise:
    """A report that stands beside an order, with its grades; its source is never part of an answer."""

    report: str
    received_on: date
    about: str
    text: str
    source_grade: str | None
    information_grade: str | None
    names_the_order: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAnswer:
    """One order: guards by number, production by the output of a month, in ``unit``.

    ``target`` is the figure to pass (``strict``) or to reach; ``required`` is the least figure that meets it (whole for
    guards). ``now`` is the figure ``now_on``; ``expected`` is the one on ``due_on`` from what is on record:
    ``joining`` and ``leaving`` until then, ends of training among them (guards alone). ``short_now`` and ``short_by``
    are required less now and less expected, never negative. ``met_on`` is the first day from ``now_on`` on which the
    record reaches it, with nothing more done. ``reachable`` is the largest figure that candidates, training and the
    mix allow by the due date (guards alone). ``asked`` marks a question that is not an order on record. Unknown is
    ``None``, and ``reason`` says why. An order whose row was set aside is listed too, as not measurable: what of it
    cannot be read is ``None``, or empty where it is a word.
    """

    order: str
    measure: str
    unit: str
    issuer: str | None
    scope: str | None
    issued_on: date | None
    due_on: date | None
    comparator: str
    factor: float | None
    value: float | None
    baseline_on: date | None
    baseline: float | None
    baseline_rows: tuple[CountedRow, ...]
    target: float | None
    strict: bool
    required: float | None
    now_on: date | None
    now: float | None
    now_rows: tuple[CountedRow, ...]
    joining: int | None
    leaving: int | None
    expected: float | None
    short_now: float | None
    short_by: float | None
    reachable: float | None
    met_on: date | None
    verdict: OrderVerdict
    reason: str
    stated_reason: str | None
    heard: tuple[HeardOtherwise, ...]
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOrders:
    """The orders of one site in a table of many.

    ``site`` is its name, ``None`` where it cannot be read; ``folder`` the last part of its path as it was named.
    ``day`` is that of the review. ``set_aside`` rows of it were left out. ``fault`` says why the site could not be
    read.
    """

    site: str | None
    folder: str
    day: date | None
    set_aside: int
    orders: tuple[OrderAnswer, ...]
    fault: str | None
