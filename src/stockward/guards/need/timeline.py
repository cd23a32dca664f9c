"""The drivers of the posts, month by month: what was on record at each month's end, and what is to be expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from stockward.balance.stocks import BookStock, end_of_day, stock_and_growth
from stockward.book.known import KnownBooks
from stockward.guards.need.drivers import AREAS, OUTPUT, STOCK, Drivers, Moment, doubts_at, drivers_of
from stockward.guards.need.months import warehouse_of
from stockward.guards.need.output import NeedOutput, output_of
from stockward.guards.need.post_hours import Post
from stockward.guards.roll import end_of_month, month_of

MONTHS_BACK, MONTHS_AHEAD = 12, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month, the day on which it is looked at, and what the drivers see then."""

    month: date
    on: date
    expected: bool
    moment: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Every month looked at, in order; ``today`` is that of the review. ``full_from`` is the first month in which
    stock finds no room any more.
    """

    months: tuple[Month, ...]
    today: Month
    drivers: Drivers
    output: NeedOutput
    full_from: date | None


def timeline_of(
    books: KnownBooks,
    posts: Sequence[Post],
    *,
    day: date,
    flows: pl.DataFrame | None,
    output_factors: Mapping[str, float] | None,
) -> Timeline:
    """What the drivers see: a year back from counts, movements and production, a year ahead from their mean rates.

    Ahead, stock runs on at the rates of the whole record, each movement of ``flows`` times its factor where a surge is
    asked for, and output stays at that of the last month, or is the mean of the record times ``output_factors`` (by
    product). What no driver of a post asks for is not worked out.
    """
    asked = {post.driver for post in posts}
    output = output_of(books, day)
    months = _months(day)
    past = [month for month in months if month <= month_of(day)]
    ahead = [month for month in months if month > month_of(day)]
    done = [*(output.times(month) for month in past[:-1]), output.times(output.latest)]
    surged = output.times(output.latest) if output_factors is None else output.surged(output_factors)
    if OUTPUT not in asked:
        done, surged = [None] * len(past), None
    stock_asked = bool(asked & {AREAS, STOCK})
    book = BookStock.of(books if stock_asked else _without_rows(books))
    drivers = drivers_of(books, book, posts, why_no_output=output.why_unknown())
    seen = _seen(books, book, [_on(month, day) for month in past], done, stock_asked=stock_asked)
    expected, full = [Moment(None, {}, surged)] * len(ahead), [False] * len(ahead)
    if stock_asked and seen[-1].stock is not None:
        warehouse = warehouse_of(books, book, stock_and_growth(book, books, day, flows))
        found = [warehouse.after((_on(month, day) - day).days) for month in ahead]
        # A row at fault that leaves today's stock open leaves what grows from it open too.
        expected = [Moment(stock, seen[-1].doubts, surged) for stock, _ in found]
        full = [overflowed for _, overflowed in found]
    rows = [
        Month(month=month, on=_on(month, day), expected=month > month_of(day), moment=moment)
        for month, moment in zip(months, [*seen, *expected], strict=True)
    ]
    return Timeline(
        months=tuple(rows),
        today=rows[len(past) - 1],
        drivers=drivers,
        output=output,
        full_from=next((month for month, overflowed in zip(ahead, full, strict=True) if overflowed), None),
    )


def _without_rows(books: KnownBooks) -> KnownBooks:
    """The same books with nothing in them: a site whose posts do not follow its stock need not add it up."""
    return replace(books, movements=books.movements.clear(), counts=books.counts.clear())


def _months(day: date) -> list[date]:
    """The months looked at, as far as the calendar goes."""
    now = day.year * 12 + day.month - 1
    first, last = max(now - MONTHS_BACK, date.min.year * 12), min(now + MONTHS_AHEAD, date.max.year * 12 + 10)
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1)]


def _on(month: date, day: date) -> date:
    """The day on which a month is looked at: its last, and in the month of the review, the day of the review."""
    return day if month == month_of(day) else end_of_month(month)


def _seen(
    books: KnownBooks, book: BookStock, days: Sequence[date], done: Sequence[float | None], *, stock_asked: bool
) -> list[Moment]:
    """What was on record at the end of each day; no stock before the books begin."""
    if not stock_asked:
        return [Moment(None, {}, output) for output in done]
    ends = [end_of_day(day, books.site.timezone) for day in days]
    begins = book.begins
    return [
        Moment(None if begins is None or end < begins else book.quantities(end), doubts, output)
        for end, doubts, output in zip(ends, doubts_at(books, book, ends), done, strict=True)
    ]
