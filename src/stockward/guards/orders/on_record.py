"""Orders as they stand in the books, and a question in the same form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from stockward.book.known import KnownBooks
from stockward.guards.orders.asked import ASKED, AskedOrder
from stockward.guards.orders.heard import without_sources

STRICT = ">"
ORDER_TEXTS = ("issuer", "scope", "stated_reason")
"""What an order says in free words."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order; ``row`` is that of ``orders``, ``None`` for a question asked."""

    key: str
    row: int | None
    measure: str
    comparator: str
    due_on: date
    factor: float | None
    value: float | None
    baseline_on: date | None
    issued_on: date | None = None
    issuer: str | None = None
    scope: str | None = None
    stated_reason: str | None = None

    @property
    def strict(self) -> bool:
        """Whether the target must be passed."""
        return self.comparator == STRICT

    @property
    def asked(self) -> bool:
        """Whether it is a question, and not on record."""
        return self.row is None


def issued_by(books: KnownBooks, day: date | None) -> Iterator[Order]:
    """Every order issued by a day (``None``: every one), in the order of the table.

    No pseudonym of a source stays in its texts.
    """
    hidden = without_sources(books)
    orders = books["orders"] if day is None else books["orders"].filter(pl.col("issued_on") <= day)
    for row in orders.sort("row").iter_rows(named=True):
        texts = {name: None if row[name] is None else hidden(row[name]) for name in ORDER_TEXTS}
        yield Order(
            key=row["order"],
            row=row["row"],
            measure=row["measure"],
            comparator=row["comparator"],
            due_on=row["due_on"],
            factor=row["factor"],
            value=row["value"],
            baseline_on=row["baseline_on"],
            issued_on=row["issued_on"],
            **texts,
        )


def order_of(asked: AskedOrder, day: date) -> Order:
    """A question as an order: its baseline is the figure of the day on which it is asked."""
    return Order(
        key=ASKED,
        row=None,
        measure=asked.measure,
        comparator=asked.comparator,
        due_on=asked.due_on(day),
        factor=asked.factor,
        value=asked.value,
        baseline_on=None if asked.factor is None else day,
    )
