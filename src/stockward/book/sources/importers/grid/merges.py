"""Cells that are merged: a figure that several rows share, or two columns, is the figure of none of them."""

from __future__ import annotations

from collections.abc import Sequence

from stockward.book.sources.importers.grid.files import SheetGrid
from stockward.book.sources.naming.aliases import role_of

_THAT_MOVE = frozenset(("in", "out", "quantity", "counted"))


def merged_figures(grid: SheetGrid, places: Sequence[int], headers: Sequence[str]) -> frozenset[tuple[int, int]]:
    """Rows and columns of figures of which no cell says whose part is how much, below the headers of a table."""
    if not grid.covered:
        return frozenset()
    flows = {place for place, header in zip(places, headers, strict=True) if role_of(header) in _THAT_MOVE}
    shared = set[tuple[int, int]]()
    for (row, column), (first, left) in grid.covered.items():
        if left in flows and column in flows and first < len(grid.rows):
            above = grid.rows[first]
            if left < len(above) and isinstance(above[left], (int, float)) and not isinstance(above[left], bool):
                shared |= {(first, left)} | ({(row, column)} if column == left else set())
    return frozenset(shared)
