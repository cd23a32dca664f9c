"""A table that is typed: its columns and rows as texts, a block that is pasted, and what the reader gets of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import polars as pl
from django.utils.translation import gettext as _

from stockward.book.schema.dictionary import Table, tables
from stockward.book.sources.raw import RawTable
from stockward.book.sources.separated import read_csv
from stockward.book.store.handed_in import written_cells
from stockward.terms.errors import UsageError
from stockward.terms.limits import grouped
from stockward.terms.spreadsheet_text import unguarded_csv

ROWS_OF_A_PAGE = 50
MOST_TYPED_ROWS = 20_000
"""Rows of a table that is typed; more are mended in their file."""
FIRST_TYPED_ROW = 2
"""As under a header, so that a row is called as a spreadsheet would call it."""
_CELL = re.compile(r'"((?:[^"]|"")*)"(?=[\t\r\n]|\Z)|([^\t\r\n]*)')
"""A cell as a spreadsheet copies it: in quotation marks where it holds a tab or the end of a line."""
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(slots=True)
class GridRows:
    """Rows of one table as they are typed.

    columns
        Names of the columns that are shown, those that are needed first.
    rows
        Texts, as many in each row as there are columns.
    places
        The number of each row, by which what is wrong with it is told.
    """

    table: Table
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    @classmethod
    def begun(cls, table: str) -> Self:
        """A table of no rows, with the columns that are needed."""
        return cls(tables()[table], list(tables()[table].required_names))

    @classmethod
    def of_content(cls, table: str, content: Mapping[str, Any]) -> Self:
        """What ``content`` gave."""
        return cls(tables()[table], list(content["columns"]), [list(row) for row in content["rows"]],
                   list(content["places"]))  # fmt: skip

    @classmethod
    def of_raw(cls, raw: RawTable, decimal: str) -> Self:
        """The cells of a file. Raises ``UsageError`` for rows that cannot be told apart, and for too many."""
        if raw.torn:
            torn = raw.torn[0]
            raise UsageError(f"{raw.file} row {torn.row}: {torn.reason}: mend the row in the file, and upload it again")
        _require_not_too_many(len(raw.rows))
        columns = _ordered(raw.table, raw.cells)
        texts = pl.DataFrame(
            {
                name: written_cells(raw.cells[name], decimal).fill_null("")
                if name in raw.cells
                else pl.repeat("", len(raw.rows), eager=True)
                for name in columns
            }
        )
        return cls(raw.table, columns, [list(row) for row in texts.iter_rows()], raw.rows.to_list())

    @property
    def content(self) -> dict[str, Any]:
        """What is kept of it, as JSON has it; blank rows at the end are not."""
        while self.rows and not any(self.rows[-1]):
            self.rows.pop()
        return {"columns": self.columns, "rows": self.rows, "places": self.places[: len(self.rows)]}

    @property
    def filled(self) -> int:
        """Rows in which anything stands."""
        return sum(map(any, self.rows))

    def raw(self, file: str, decimal: str) -> RawTable:
        """The rows in which anything stands, read as a file of them would be."""
        text = unguarded_csv([self.columns, *self.rows])
        read = read_csv(Path(file), text.encode(), self.table, decimal)
        numbers = [self.number(row - FIRST_TYPED_ROW) for row in read.rows]
        torn = tuple(replace(one, row=self.number(one.row - FIRST_TYPED_ROW)) for one in read.torn)
        return replace(read, rows=pl.Series("row", numbers, dtype=pl.UInt32), torn=torn)

    def show(self, chosen: Iterable[str]) -> None:
        """Show these columns beside those that are needed and those in which anything stands."""
        filled = {name for at, name in enumerate(self.columns) if any(row[at] for row in self.rows)}
        columns = _ordered(self.table, filled.union(chosen))
        at = {name: place for place, name in enumerate(self.columns)}
        self.rows = [[row[at[name]] if name in at else "" for name in columns] for row in self.rows]
        self.columns = columns

    def write(self, typed: Mapping[tuple[int, str], str]) -> None:
        """Put texts into cells, by place of the row and name of the column."""
        at = {name: place for place, name in enumerate(self.columns)}
        typed = {where: text for where, text in typed.items() if where[1] in at}
        self._reach(max((row for (row, _name), text in typed.items() if text), default=-1) + 1)
        for (row, name), text in typed.items():
            if row < len(self.rows):
                self.rows[row][at[name]] = text

    def paste(self, text: str, row: int, column: str) -> int:
        """Put a block that a spreadsheet has copied where it belongs; returns how many rows it has.

        Its upper left cell is at this row and column; where its first row names columns of the table, these are meant.
        Raises ``UsageError`` for one that reaches beyond the columns, and writes nothing then.
        """
        block = list(copied_cells(text))
        if not block:
            return 0
        names = [cell for cell in block[0] if cell]
        if names and set(names) <= set(self.table.names) and (len(names) > 1 or len(block) > 1):
            if len(set(names)) < len(names):
                raise UsageError(_("A column stands twice in the first row: leave one of them out."))
            into: Sequence[str] = block.pop(0)
            self.show({*self.columns, *names})
        else:
            right = self.columns[self.columns.index(column) :] if column in self.columns else self.columns
            into = right
        width = max(map(len, block), default=0)
        if width > len(into):
            told = {"width": width, "right": len(into), "column": column}
            said = _("The block has %(width)s columns, and from %(column)s on there are %(right)s: show more columns, "
                     "or begin further left.")  # fmt: skip
            raise UsageError(said % told)
        _require_not_too_many(row + len(block))
        self._reach(row + len(block))
        at = {name: place for place, name in enumerate(self.columns)}
        for number, cells in enumerate(block, row):
            for name, cell in zip(into, cells, strict=False):
                if name:
                    self.rows[number][at[name]] = cell
        return len(block)

    def page(self, number: int, more: int) -> range:
        """Places of the rows of a page, from 1, with room for so many more behind the last."""
        first = (number - 1) * ROWS_OF_A_PAGE
        return range(first, min(first + ROWS_OF_A_PAGE, max(len(self.rows) + more, first + 1)))

    def number(self, place: int) -> int:
        """The number of the row at a place, there or not."""
        beyond = place - len(self.places)
        return self.places[place] if beyond < 0 else max(self.places, default=FIRST_TYPED_ROW - 1) + beyond + 1

    def _reach(self, rows: int) -> None:
        _require_not_too_many(rows)
        self.places += [self.number(place) for place in range(len(self.places), rows)]
        self.rows += [[""] * len(self.columns) for _row in range(len(self.rows), rows)]


def copied_cells(text: str) -> Iterator[list[str]]:
    """The rows of a block as a spreadsheet copies it, cells between tabs.

    >>> list(copied_cells('007\\t"two\\nlines"\\n1,5\\t=A1\\n'))
    [['007', 'two lines'], ['1,5', '=A1']]
    """
    place, row = 0, list[str]()
    while place < len(text) or row:
        found = _CELL.match(text, place)
        assert found is not None
        quoted = found[1]
        row.append(typed_text(found[2] if quoted is None else quoted.replace('""', '"')))
        place = found.end()
        if text[place : place + 1] == "\t":
            place += 1
            continue
        yield row
        row = []
        end = _LINE_END.match(text, place)
        place = place if end is None else end.end()


def typed_text(text: str) -> str:
    """What is kept of a typed cell: one line without blanks around it, and without the sign that no database keeps."""
    return " ".join(text.replace("\x00", "\ufffd").split())


def _ordered(table: Table, columns: Iterable[str]) -> list[str]:
    """Columns of a table: those that are needed, then those of these that it has beside."""
    wanted = set(columns)
    return [*table.required_names, *(one.name for one in table.columns if one.name in wanted and not one.required)]


def _require_not_too_many(rows: int) -> None:
    if rows > MOST_TYPED_ROWS:
        told = {"count": grouped(rows), "most": grouped(MOST_TYPED_ROWS)}
        raise UsageError(_("These are %(count)s rows, and %(most)s can be typed: upload them as a file.") % told)
