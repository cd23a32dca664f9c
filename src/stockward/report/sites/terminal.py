"""Many sites in a terminal, at most 100 columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import polars as pl

from stockward.answers.many.authority import SitesAnswer
from stockward.report.kit import lines as terminal
from stockward.report.sites import sentences as say
from stockward.report.sites.page import (
    RowWords,
    alarm_cells,
    missing_cells,
    order_cells,
    pattern_cells,
    route_cells,
    unseen_cells,
)
from stockward.terms.verdicts import Verdict

if TYPE_CHECKING:
    from rich.console import Console

_SHOWN, _ALARMS, _UNSEEN, _ORDERS, _ROUTES = 20, 12, 8, 8, 8


def print_sites(answer: SitesAnswer, console: Console) -> None:
    """Print what all sites come to, and the first of what needs action."""
    terminal.say_block(console, say.sites_headline(answer), style="bold")
    for text in say.false_alarm_words(answer):
        terminal.say_block(console, text)
    needing = answer.sites.filter(pl.col("action") != "nothing").head(_SHOWN).rows(named=True)
    if needing:
        console.print()
        terminal.table(
            console,
            [
                terminal.LineColumn("Site", [row["site"] for row in needing]),
                terminal.LineColumn("Action first", [say.ACTION_WORD[row["action"]] for row in needing]),
                terminal.LineColumn("What", [say.why(row) for row in needing]),
            ],
        )
        _say_more(console, answer.sites.filter(pl.col("action") != "nothing").height, _SHOWN)
    _table(
        console, ("Site", "Alarm", "Series", "Amount", "Not before", "Not after"), answer.alarms, _ALARMS, alarm_cells
    )
    _table(console, ("Site", "Series", "Goal", "Days", "Found", "Times"), answer.unseen, _UNSEEN, unseen_cells)
    _say_transfers(answer, console)
    if text := say.orders_words(answer):
        console.print()
        terminal.say_block(console, text)
    _table(
        console, ("Site", "Order", "Measure", "Required", "Expected", "Short by"), answer.orders, _ORDERS, order_cells
    )
    console.print()


def _say_transfers(answer: SitesAnswer, console: Console) -> None:
    for text in say.transfers_words(answer):
        console.print()
        terminal.say_block(console, text)
    differing = answer.routes.filter(pl.col("verdict") != Verdict.BALANCED.value)
    heads = ("From", "To", "Material", "Sent", "Difference", "Found", "p")
    _table(console, heads, differing, _ROUTES, route_cells)
    sides = ("Document", "Material", "From", "To", "Quantity")
    _table(console, sides, answer.missing, _ROUTES, missing_cells)
    if text := say.patterns_words(answer):
        console.print()
        terminal.say_block(console, text)
    standing = answer.patterns.filter(pl.col("stands"))
    _table(console, ("Common", "Routes", "Consignments", "Sent", "Difference", "p"), standing, _ROUTES, pattern_cells)


def _table(
    console: Console, heads: tuple[str, ...], rows: pl.DataFrame, most: int, cells: Callable[[dict[str, Any]], RowWords]
) -> None:
    if rows.is_empty():
        return
    shown = [cells(row)[: len(heads)] for row in rows.head(most).rows(named=True)]
    console.print()
    terminal.table(
        console,
        [
            terminal.LineColumn(head, list(column), place > 2)
            for place, (head, column) in enumerate(zip(heads, zip(*shown, strict=True), strict=True))
        ],
    )
    _say_more(console, rows.height, most)


def _say_more(console: Console, total: int, shown: int) -> None:
    if total > shown:
        terminal.say_block(console, f"and {total - shown} more: see the page.")
