"""The table that an authority asks for: the orders of one site or of many, on the terminal, as JSON and as CSV."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from stockward.answers.orders import OrderAnswer, SiteOrders
from stockward.report.guards.sentences import ORDER_WORD
from stockward.report.kit import words
from stockward.report.kit.lines import LineColumn, say_block, table
from stockward.terms.signs import escaped
from stockward.terms.spreadsheet_text import csv_text, no_formula
from stockward.terms.verdicts import OrderVerdict

if TYPE_CHECKING:
    from rich.console import Console

ORDERS_SCHEMA = "stockward.orders/1"
NOT_READ, NO_ORDER = "not read", "no order"
HEADS = ("site", "order", "measure", "baseline", "target", "now", "expected", "short of target", "verdict")
"""What each column of the table says."""
CSV_COLUMNS = (
    "site", "folder", "day", "order", "measure", "unit", "baseline_on", "baseline", "comparator", "target", "required",
    "now_on", "now", "due_on", "expected", "short_by", "reachable", "met_on", "verdict", "reason",
)  # fmt: skip

_STYLE = {
    OrderVerdict.NOT_MEASURABLE: "dim",
    OrderVerdict.MET: "green",
    OrderVerdict.ON_COURSE: "green",
    OrderVerdict.IMPOSSIBLE: "bold red",
    OrderVerdict.SHORT: "bold red",
}
_RIGHT = frozenset({"baseline", "target", "now", "expected", "short of target"})


def order_word(verdict: OrderVerdict) -> str:
    """The verdict on an order as a reader sees it."""
    return verdict.value.replace("_", " ")


def site_labels(sites: Sequence[SiteOrders]) -> list[str]:
    """A name for each site: its own, its folder where it cannot be read, both where a name stands more than once."""
    names = [one.site or one.folder for one in sites]
    often = Counter(names)
    return [
        f"{name} ({one.folder})" if one.site is not None and often[name] > 1 else name
        for one, name in zip(sites, names, strict=True)
    ]


def print_orders(sites: Sequence[SiteOrders], console: Console) -> None:
    """Print how many orders are met, then a row an order, then the reasons; no site is left out."""
    labels = site_labels(sites)
    say_block(console, orders_summary(sites), style="bold")
    console.print()
    table(console, _columns(sites, labels))
    console.print()
    for label, one in zip(labels, sites, strict=True):
        for text in reasons(label, one):
            say_block(console, text)


def orders_summary(sites: Sequence[SiteOrders]) -> str:
    """How many orders at how many sites, by verdict, and how many sites have none or could not be read."""
    verdicts = Counter(order.verdict for one in sites for order in one.orders)
    parts = [f"{verdicts[verdict]} {ORDER_WORD[verdict]}" for verdict in OrderVerdict if verdicts[verdict]]
    said = f"{words.count(verdicts.total(), 'order')} at {words.count(len(sites), 'site')}"
    unread = sum(one.fault is not None for one in sites)
    without = sum(one.fault is None and not one.orders for one in sites)
    more = [
        f"{words.count(unread, 'site')} could not be read" if unread else "",
        f"{words.count(without, 'site')} without an order" if without else "",
    ]
    return "; ".join(filter(None, [said + (f": {', '.join(parts)}" if parts else ""), *more])) + "."


def _columns(sites: Sequence[SiteOrders], labels: Sequence[str]) -> list[LineColumn]:
    rows = [([label, *cells], style) for label, one in zip(labels, sites, strict=True) for cells, style in rows_of(one)]
    texts = zip(*(cells for cells, _ in rows), strict=True)
    columns = [LineColumn(head, cells, head in _RIGHT) for head, cells in zip(HEADS, texts, strict=True)]
    return [*columns[:-1], replace(columns[-1], styles=[style for _, style in rows])]


def rows_of(one: SiteOrders) -> Iterator[tuple[list[str], str]]:
    """The cells of a site behind its name, with the style of the verdict; one row at least."""
    blank = [words.NOTHING] * 7
    if one.fault is not None:
        yield [*blank, NOT_READ], "bold red"
    elif not one.orders:
        yield [*blank, NO_ORDER], "dim"
    for order in one.orders:
        yield (
            [
                order.order,
                _measure(order),
                words.number(order.baseline),
                f"{order.comparator} {words.number(order.target)}" if order.target is not None else words.NOTHING,
                words.number(order.now),
                words.number(order.expected),
                words.number(order.short_by if order.short_by is not None else order.short_now),
                order_word(order.verdict),
            ],
            _STYLE[order.verdict],
        )


def _measure(order: OrderAnswer) -> str:
    """The measure, so that it can be folded between words."""
    kind, mark, material = order.measure.partition(":")
    return f"{kind}: {material}" if mark else kind.replace("_", " ") or words.NOTHING


def reasons(label: str, one: SiteOrders) -> Iterator[str]:
    """Why a site is not read, has no order, or does not meet one, a sentence each."""
    if one.fault is not None:
        yield f"{label}: not read: {one.fault}"
    elif not one.orders:
        when = f" issued by {words.day(one.day)}" if one.day is not None else ""
        yield f"{label}: no order{when} is on record."
    for order in one.orders:
        if order.verdict is not OrderVerdict.MET:
            said = "" if order.verdict is OrderVerdict.SHORT else f"{order_word(order.verdict)}: "
            yield f"{label}, {order.order}: {said}{order.reason}."


def write_orders_json(
    sites: Sequence[SiteOrders], *, version: str, at: datetime, options: Mapping[str, str | None]
) -> str:
    """The answers as JSON, schema ``stockward.orders/1``: same facts, same bytes, apart from ``generated``."""
    document = {
        "schema": ORDERS_SCHEMA,
        "generated": {"version": version, "at": at.isoformat(), "options": dict(options)},
        "sites": [
            {
                "site": one.site,
                "folder": one.folder,
                "day": one.day,
                "set_aside": one.set_aside,
                "fault": one.fault,
                "orders": [_order(order) for order in one.orders],
            }
            for one in sites
        ],
    }
    return escaped(json.dumps(document, default=_day, ensure_ascii=False, indent=1, allow_nan=False)) + "\n"


def _order(order: OrderAnswer) -> dict[str, Any]:
    """All of an order; a word that cannot be read is ``null``."""
    fields = asdict(order)
    return {**fields, **{name: fields[name] or None for name in ("measure", "unit", "comparator")}}


def _day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def orders_csv(sites: Sequence[SiteOrders]) -> str:
    """One row an order, and one for each site without any; what a spreadsheet would take for a formula is text."""
    rows = ([_cell(row.get(name)) for name in CSV_COLUMNS] for one in sites for row in _rows(one))
    return csv_text([CSV_COLUMNS, *rows], no_formula)


def _rows(one: SiteOrders) -> Iterator[dict[str, object]]:
    site: dict[str, object] = {"site": one.site, "folder": one.folder, "day": one.day}
    if not one.orders:
        yield {**site, "verdict": NO_ORDER if one.fault is None else NOT_READ, "reason": one.fault}
    for order in one.orders:
        fields = {name: getattr(order, name) for name in CSV_COLUMNS if hasattr(order, name)}
        yield {**fields, **site, "verdict": order_word(order.verdict)}


def _cell(value: object) -> str | float | None:
    return value if value is None or isinstance(value, float) else str(value)
