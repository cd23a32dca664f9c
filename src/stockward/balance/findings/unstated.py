"""The rows without a known error of measuring: σ of every period that they enter is unknown, so none is tested."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from stockward.answers.balances import Balances
from stockward.balance.findings.evidence import BooksByArea, rows_of_periods
from stockward.book.checks.refused.stated_errors import known_errors
from stockward.book.known import KnownBooks
from stockward.terms.verdicts import Basis, PeriodStatus


def with_unstated(books: KnownBooks, balances: Balances) -> Balances:
    """The balances, with these rows among the causes of the periods that are not tested."""
    columns = ["series", "inventory", "table", "row"]
    known = balances.causes.select("series", "inventory").unique()
    untested = balances.periods.filter(pl.col("status") == PeriodStatus.NOT_TESTED.value)
    # What a row that was set aside could change has its cause already.
    unknown = untested.join(known, on=["series", "inventory"], how="anti", maintain_order="left")
    if not unknown.height:
        return balances
    found, by_area = [balances.causes], BooksByArea(books)
    for (series,), periods in unknown.group_by("series", maintain_order=True):
        rows = rows_of_periods(by_area, balances, int(str(series)), periods)
        found.append(_without_error(books, rows).select(columns).unique(maintain_order=True))
    return replace(balances, causes=pl.concat(found))


def _without_error(books: KnownBooks, rows: pl.DataFrame) -> pl.DataFrame:
    """Those of the rows that no method with known errors measured; no method is exact of items, and of nothing."""
    kinds = books["materials"].select("material", item=pl.col("kind").cast(pl.String) == Basis.ITEM.value)
    joined = rows.join(kinds, on="material", how="left", maintain_order="left").join(
        known_errors(books["methods"]), on="method", how="left", maintain_order="left"
    )
    known = pl.when(pl.col("method").is_null()).then("item").when("item").then("items").otherwise("bulk")
    nothing = (pl.col("table") == "counts") & (pl.col("quantity") == 0)
    return joined.filter(~known.fill_null(False) & ~nothing)
