"""The orders of one site or many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from stockward import book as facts
from stockward.answers.orders import OrderAnswer, SiteOrders
from stockward.face.asked import FilePlace, moment_of, place_of
from stockward.face.places import own_place
from stockward.face.reviews import asked_order
from stockward.face.shown import Shown, now
from stockward.guards.orders.asked import AskedOrder
from stockward.guards.orders.of_sites import orders_of_site
from stockward.outputs import write_whole
from stockward.report import cards
from stockward.report.guards import orders_table
from stockward.report.review.card import Card
from stockward.terms.periods import end_of
from stockward.version import VERSION

_SCHEMA = {
    "site": pl.String, "folder": pl.String, "day": pl.Date, "order": pl.String, "measure": pl.String,
    "unit": pl.String, "baseline_on": pl.Date, "baseline": pl.Float64, "comparator": pl.String, "target": pl.Float64,
    "required": pl.Float64, "now_on": pl.Date, "now": pl.Float64, "due_on": pl.Date, "expected": pl.Float64,
    "short_by": pl.Float64, "reachable": pl.Float64, "met_on": pl.Date, "verdict": pl.String, "reason": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Orders(Shown):
    """The orders of one site or many; ``answers`` has one entry a site, with the ``fault`` of one that is not read."""

    answers: tuple[SiteOrders, ...]
    as_of: str | date | datetime | None
    asked: AskedOrder | None

    @property
    def orders(self) -> pl.DataFrame:
        """One row an order, with the columns of the CSV; sites without one are in ``answers`` alone."""
        return pl.DataFrame(
            [_row(one, order) for one in self.answers for order in one.orders], schema=_SCHEMA, strict=False
        )

    def to_json(self, path: FilePlace) -> None:
        """Write the answers as JSON (schema stockward.orders/1)."""
        options = {
            "as_of": None if self.as_of is None else str(self.as_of),
            **({} if self.asked is None else self.asked.options()),
        }
        write_whole(
            own_place(path), orders_table.write_orders_json(self.answers, version=VERSION, at=now(), options=options)
        )

    def to_csv(self, path: FilePlace) -> None:
        """Write the table as CSV, one row an order, and one for each site without any."""
        write_whole(own_place(path), orders_table.orders_csv(self.answers))

    def card(self) -> Card:
        """What is shown: how many orders are met, and a row an order."""
        return cards.orders_card(self.answers)


def _row(site: SiteOrders, order: OrderAnswer) -> dict[str, object]:
    own = {name: getattr(order, name) for name in _SCHEMA if hasattr(order, name)}
    return {**own, "site": site.site, "folder": site.folder, "day": site.day, "verdict": order.verdict.value}


def orders(
    *sites: facts.Site | FilePlace,
    as_of: str | date | datetime | None = None,
    guards: str | None = None,
    due: str | date | None = None,
) -> Orders:
    """List the orders of one site or many: target, now, expected, short, and the verdict on each.

    Parameters
    ----------
    sites
        Sites, or the folders that hold them. One that cannot be read is listed as such, and stops no other.
    as_of
        Use only what was known by the end of this day, such as ``"2026-06-30"``.
    guards
        Ask every site for an order that is not on record, such as ``">2"``, to be met by ``due``; 90 days ahead
        without it.

    Returns
    -------
    Orders
        ``orders`` with one row an order; ``to_json`` and ``to_csv`` write it.

    Raises
    ------
    UsageError
        No date, or a question on guards that cannot be asked so.

    Examples
    --------
    >>> import stockward as sw
    >>> sw.orders("examples/ridgeway").orders["verdict"].to_list()  # doctest: +SKIP
    """
    asked, day, clock = asked_order(guards, due), moment_of(as_of), now()
    if day is not None:
        end_of(day, "UTC")
    places = [site if isinstance(site, facts.Site) else place_of(site, "site") for site in sites]
    return Orders(tuple(orders_of_site(site, now=clock, as_of=as_of, asked=asked) for site in places), as_of, asked)
