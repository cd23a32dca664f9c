"""Figures computed again, beside the published ones, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stockward.report.kit.lines import LineColumn, table

if TYPE_CHECKING:
    from rich.console import Console

    from stockward.validation import Comparison


def print_compared(compared: Sequence[Comparison], console: Console) -> None:
    """A row a figure: what it is and whose, computed, published, and whether they agree."""
    columns = {
        "figure": [row.published.id for row in compared],
        "what it is, and its source": [f"{row.published.question}; {row.published.source}" for row in compared],
        "computed": [" ".join(_figure(value) for value in row.computed) if row.computed else "-" for row in compared],
        "published": [" ".join(f"{value:g}" for value in row.published.expected) for row in compared],
        "tolerance": [f"{row.published.tolerance:g}" for row in compared],
        "agrees": [_agrees(row) for row in compared],
    }
    right = {"computed", "published", "tolerance"}
    table(console, [LineColumn(head, cells, head in right) for head, cells in columns.items()])


def _figure(value: float) -> str:
    return f"{value:.6f}" if value == 0 or abs(value) >= _SMALL else f"{value:.6g}"


_SMALL = 1e-3
"""What is smaller is written with its own digits."""


def _agrees(row: Comparison) -> str:
    if not row.computed:
        return f"not computed: {row.why}"
    return "yes" if row.agrees else "NO"
