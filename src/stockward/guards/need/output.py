"""Output of the site as a multiple of its base: the first month of production on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from stockward.book.known import KnownBooks
from stockward.guards.need.faults import set_aside_words
from stockward.guards.roll import end_of_month

Work = dict[str, float]
"""Work done by line: full days of its workers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedOutput:
    """Work done by month and line; ``base`` is the first month on record, ``latest`` the last that was over.

    ``unclear`` are months of which rows at fault speak, with what to mend; ``reason`` says why no month can be told.
    """

    work: Mapping[date, Work]
    base: date | None
    latest: date | None
    products: Mapping[str, str]
    unclear: Mapping[date, str] = field(default_factory=dict)
    reason: str | None = None

    def times(self, month: date | None) -> float | None:
        """Output of a month ÷ output of the base month, over the lines that have both; ``None`` where unknown."""
        if self.reason or month is None or self.base is None or {month, self.base} & self.unclear.keys():
            return None
        done, base = self.work.get(month, {}), self.work[self.base]
        return _ratio({line: done[line] for line in base if line in done}, base)

    def surged(self, factors: Mapping[str, float]) -> float | None:
        """Mean output of the record with a factor for each line's product, as a multiple of the base."""
        if self.reason or self.base is None or self.base in self.unclear:
            return None
        base = self.work[self.base]
        months = [done for month, done in self.work.items() if month not in self.unclear]
        means: Work = {}
        for line in base:
            known = [done[line] for done in months if line in done]
            means[line] = factors.get(self.products[line], 1.0) * sum(known) / len(known)
        return _ratio(means, base)

    def left_out(self) -> list[str]:
        """Lines that lack a row in the base month or in the latest, so that neither counts them."""
        if self.base is None or self.latest is None:
            return []
        first, last = self.work[self.base], self.work.get(self.latest, {})
        return sorted(first.keys() ^ last.keys())

    def why_unknown(self) -> str:
        """Why today's output cannot be told."""
        if self.reason is not None:
            return self.reason
        for month in (self.base, self.latest):
            if month is not None and month in self.unclear:
                return self.unclear[month]
        if self.base is None or self.latest is None:
            return "no production of a month that is over is on record: add production"
        return f"no line has output both in the base month {self.base:%Y-%m} and in {self.latest:%Y-%m}"


def _ratio(done: Work, base: Work) -> float | None:
    below = sum(base[line] for line in done)
    return sum(done.values()) / below if below > 0 else None


def output_of(books: KnownBooks, day: date) -> NeedOutput:
    """Production up to a day; a month that is not over is not yet known.

    Lines add up as work: ``actual ÷ output_per_day × workers_needed``, the full days of work that the output took. A
    line that needs no workers, or makes nothing, has no full day, and is left out.
    """
    lines = books["lines"].filter((pl.col("output_per_day") > 0) & (pl.col("workers_needed") > 0))
    rows = (
        books["production"]
        .filter(pl.col("month").dt.month_end() <= day)
        .join(lines.select("line", "material", "output_per_day", "workers_needed"), on="line", maintain_order="left")
        .with_columns(full=pl.col("actual") / pl.col("output_per_day") * pl.col("workers_needed"))
        .sort("month", "line")
    )
    work: dict[date, Work] = {}
    for month, line, full in rows.select("month", "line", "full").rows():
        work.setdefault(month, {})[line] = full
    unclear, reason = _at_fault(books, day)
    base = min([*work, *unclear], default=None)
    if base is not None and base not in work:
        reason = reason or unclear[base]
    return NeedOutput(
        work=work,
        base=base if reason is None else None,
        latest=max([*work, *unclear], default=None) if reason is None else None,
        products=dict(lines.select("line", "material").rows()),
        unclear=unclear,
        reason=reason,
    )


def _at_fault(books: KnownBooks, day: date) -> tuple[dict[date, str], str | None]:
    """Months of which rows at fault speak; a reason against all of them where their month cannot be read."""
    reason = set_aside_words("lines", books.set_aside["lines"]["row"].to_list())
    aside = books.set_aside["production"]
    if reason is not None or aside.height == 0:
        return {}, reason
    lost = aside.filter(pl.col("month").is_null())["row"].to_list()
    if lost:
        return {}, set_aside_words("production", lost)
    months: dict[date, list[int]] = {}
    for month, row in aside.select("month", "row").rows():
        if end_of_month(month) <= day:
            months.setdefault(month, []).append(row)
    return {month: set_aside_words("production", rows) or "" for month, rows in months.items()}, None
