"""The tables of the site format and their columns, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stockward.book.problems import did_you_mean
from stockward.book.schema.dictionary import Column as TableColumn
from stockward.book.schema.dictionary import tables
from stockward.report.kit.lines import LineColumn, table
from stockward.terms.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console


def print_tables(console: Console) -> None:
    """A row a table: its name, whether a site that keeps stock must have it, and what it holds."""
    known = tables().values()
    rows = {
        "table": [one.name for one in known],
        "needed": ["yes" if one.required else "" for one in known],
        "what it holds": [one.meaning for one in known],
    }
    table(console, [LineColumn(head, cells) for head, cells in rows.items()])


def print_columns(name: str, console: Console) -> None:
    """A row a column of the table: its name, whether each row must fill it, what it takes, and what it means.

    Raises ``UsageError`` where there is no such table.
    """
    if name not in tables():
        guess = did_you_mean(name, tuple(tables()))
        meant = f" (did you mean {guess}?)" if guess else ""
        raise UsageError(f"{name}: it is no table of the format{meant}: list them with stockward tables")
    known = tables()[name].columns
    rows = {
        "column": [one.name for one in known],
        "needed": ["yes" if one.required else "" for one in known],
        "takes": [_taken(one) for one in known],
        "what it means": [one.meaning for one in known],
    }
    table(console, [LineColumn(head, cells) for head, cells in rows.items()])


def _taken(column: TableColumn) -> str:
    """What a cell may hold, in a few words."""
    if column.choices:
        return " or ".join(column.choices)
    of = f" of {column.refers_to}" if column.refers_to else ""
    unit = f" in {column.unit}" if column.unit else ""
    span = f", {column.range.text}" if column.range else ""
    return f"{column.type}{of}{unit}{span}"
