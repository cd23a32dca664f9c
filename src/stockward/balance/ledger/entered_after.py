"""Rows dated before an inventory and entered after it: by how much they move the differences of the periods it ends.

Looked at are the closed periods of the areas, and rows entered more than a day after they took effect: of items where
they change the difference at all, of bulk where they change it by more than two σ of it. Rows that were merely entered
late are so as well: whether they are true, their documents say. One inventory is told once, by what it moves most.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from stockward.answers.balances import Balances
from stockward.answers.items import LedgerFinding
from stockward.balance.composition import holdings_of
from stockward.balance.ledger.lines import LedgerLines
from stockward.balance.legs import CONVERSIONS
from stockward.book.known import is_late
from stockward.terms.verdicts import Basis, LedgerFault, PeriodStatus, Scope

_SIGMAS, _LEAST, _NAMED = 2.0, 1e-9, 3


def rows_entered_after_counts(lines: LedgerLines, balances: Balances) -> Iterator[LedgerFinding]:
    """One finding for each inventory after which such rows were entered, that of the largest change first."""
    late = lines.moved.filter(is_late() & ~pl.col("claim")).with_columns(pl.col("area", "material").cast(pl.String))
    if not late.height:
        return
    moved = _by_period(_in_periods(late, lines, balances)).partition_by("inventory", maintain_order=True)
    for periods in moved:
        most = periods.row(0, named=True)
        yield LedgerFinding(
            fault=LedgerFault.ENTERED_AFTER_COUNT,
            rows=lines.rows("movements", most["rows"][:_NAMED]),
            count=len({row for rows in periods["rows"].to_list() for row in rows}),
            of=periods.height,
            area=most["area"],
            material=most["holding"],
            inventory=most["inventory"],
            unit=most["unit"],
            stated=most["difference"],
            reckoned=most["difference"] - most["moved"],
            amount=most["moved"],
            sigma=most["sigma"] or None,
        )


def _in_periods(late: pl.DataFrame, lines: LedgerLines, balances: Balances) -> pl.DataFrame:
    """Late rows with the closed period in which they took effect, where they were entered after it had ended."""
    series = balances.series.with_row_index("series").cast({"series": pl.Int64})
    keys = series.filter(pl.col("scope") == Scope.AREA.value).select(
        "series", "area", "basis", "unit", holding=pl.coalesce("substance", "material")
    )
    holdings = holdings_of(lines.books).select("material", "holding", "basis", "amount")
    entering = late.join(holdings, on="material").join(keys, on=["area", "holding", "basis"])
    # What is used or made in an area moves nothing of a substance there.
    converts = (pl.col("basis") == Basis.BULK.value) & pl.col("kind").is_in(CONVERSIONS)
    periods = balances.periods.filter(pl.col("status") == PeriodStatus.CLOSED.value).select(
        "series", "inventory", "start", "end", "difference", "sigma"
    )
    return (
        entering.filter(~converts)
        .sort("at", "row")
        .join_asof(
            periods.sort("end"), left_on="at", right_on="end", by="series", strategy="forward", check_sortedness=False
        )
        .filter((pl.col("at") > pl.col("start")) & (pl.col("recorded_at") > pl.col("end")))
    )


def _by_period(rows: pl.DataFrame) -> pl.DataFrame:
    """The periods that they move by more than measuring does."""
    moved = (
        rows.with_columns(value=pl.col("change") * pl.col("amount"))
        .group_by("series", "inventory", "area", "holding", "unit", "difference", "sigma", maintain_order=True)
        .agg(
            moved=pl.col("value").sum(),
            passed=pl.col("value").abs().sum(),
            rows=pl.col("row").sort_by(-pl.col("value").abs()).cast(pl.Int64),
        )
    )
    size = pl.col("moved").abs()
    beyond = pl.max_horizontal(_SIGMAS * pl.col("sigma"), _LEAST * pl.col("passed"))
    return moved.filter(size > beyond).sort(size / (pl.col("sigma") + _LEAST), descending=True, maintain_order=True)
