"""The orders of one site for a table of many: its facts are read, and no balance is closed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from stockward.answers.orders import SiteOrders
from stockward.book import Site, read_site
from stockward.book.known import known_at
from stockward.guards.answering import answer_orders
from stockward.guards.orders.asked import AskedOrder
from stockward.guards.roll import day_of_the_books
from stockward.terms.errors import StockwardError
from stockward.terms.periods import end_of, local_day


def orders_of_site(
    site: Path | Site,
    *,
    now: datetime,
    as_of: str | date | datetime | None = None,
    asked: AskedOrder | None = None,
) -> SiteOrders:
    """Answer the orders of a site, as known at the end of ``as_of``, and one that is asked of every site.

    ``now`` is the moment of the clock: without ``as_of`` its day is that of the review where no stock dates the books.

    A path is that of a site to be read; facts have no folder, and stand under the name of the site. A site that cannot
    be read is an answer too, with the reason as its ``fault``: one site never stops the others.
    """
    if isinstance(site, Site):
        return _answered(site, site.name, now, as_of, asked)
    folder = _name_of(site)
    try:
        return _answered(read_site(site), folder, now, as_of, asked)
    except StockwardError as error:
        return SiteOrders(site=None, folder=folder, day=None, set_aside=0, orders=(), fault=str(error))


def _name_of(path: Path) -> str:
    """The name of a site's folder; of a path that no folder has, its own."""
    try:
        return path.parent.resolve().name if path.is_file() else path.resolve().name
    except (OSError, ValueError, RuntimeError):
        return path.name


def _answered(
    site: Site, folder: str, now: datetime, as_of: str | date | datetime | None, asked: AskedOrder | None
) -> SiteOrders:
    site.require_filled()
    moment = None if as_of is None else end_of(as_of, site.timezone)
    books, today = known_at(site, moment), local_day(now, site.timezone)
    day = day_of_the_books(books, None if moment is None else moment.date(), today)
    return SiteOrders(
        site=site.name,
        folder=folder,
        day=day,
        set_aside=sum(frame.height for frame in site.set_aside.values()),
        orders=answer_orders(books, day=day, today=None if moment is not None else today, asked=asked),
        fault=None,
    )
