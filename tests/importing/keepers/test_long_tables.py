"""A long table is written column by column, with the bytes that row by row would give."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from stockward.book.sources.importers.grid.files import SheetGrid
from stockward.book.sources.importers.grid.layout import Block, TableRow
from stockward.book.sources.importers.store import read_stored, stored_text
from stockward.terms.spreadsheet_text import csv_of_columns, csv_text, no_formula

_CELL = st.one_of(
    st.text(max_size=6),
    st.sampled_from(("", "=1+1", "-5", "'", " =x", "a\rb", "a\nb", 'q"q', "a,b", "\\u{41}", "ü", "_x", "\u202e")),
)
_ROWS = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(_CELL, min_size=width, max_size=width), min_size=1))


@settings(max_examples=200, deadline=None)
@given(_ROWS)
def test_columns_and_rows_make_the_same_text(rows: list[list[str]]) -> None:
    header, *lines = rows
    columns = [[line[place] for line in lines] for place in range(len(header))]
    assert csv_of_columns(header, columns) == csv_text(rows, guard=no_formula)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.one_of(_CELL, st.floats(allow_nan=False), st.integers(), st.booleans()), min_size=1, max_size=4),
    _CELL, st.sampled_from(("", "whole")), st.sampled_from(("", "red")),
)  # fmt: skip
def test_rows_that_are_kept_are_read_again(cells: list[str | float], heading: str, struck: str, colour: str) -> None:
    row = TableRow(3, tuple(cells), heading, struck, colour)
    block = Block(SheetGrid("f", "", ()), 0, tuple(map(str, range(len(cells)))), tuple(range(len(cells))), (), [row])
    (again,) = read_stored(stored_text([block], {}, set()), "rows.jsonl")
    assert again.rows == [row]
    assert [*map(type, again.rows[0].cells)] == [*map(type, cells)]
