"""What a table says beside the same table in the book: which rows are new, there, changed, and no more in the file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import Any

import polars as pl

from stockward.book.sources.raw import RawTable
from stockward.book.store.handed_in import Correction, written_cells
from stockward.book.store.standing import StandingRow
from stockward.terms.signs import printable

FIRST_ROW = 2
"""Of a table, below its header."""
_MOST_SHOWN, _LONGEST = 200, 200


class Extent(Enum):
    """Of which rows of the book a table should have each: none, those of its file, all of the table."""

    ROWS = "rows"
    FILE = "file"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row that stands in the book under the same key, and says other things in the file."""

    standing: StandingRow
    place: int
    file: str
    row: int
    cells: Mapping[str, str]

    @property
    def shown(self) -> dict[str, Any]:
        """The row as a page shows it: what each changed cell was and would be."""
        before = self.standing.cells
        names = [name for name in {**before, **self.cells} if before.get(name, "") != self.cells.get(name, "")]
        cells = [
            {"name": name, "before": _short(before.get(name, "")), "after": _short(self.cells.get(name, ""))}
            for name in names
        ]
        return {"entry": self.standing.entry, "table": self.standing.table, "file": printable(self.file),
                "row": self.row, "cells": cells}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TickedRows:
    """What of the differences is handed in, by the entries that stand: rows put right, rows withdrawn; and why."""

    changed: Collection[int] = ()
    gone: Collection[int] = ()
    reason: str = ""


@dataclass(frozen=True)
class TableDifferences:
    """One table beside the book.

    is_new
        Whether each brought row is one more than the book has.
    changed, gone
        Rows under a key that the book has, and rows of the book that came from this file before and are not in it.
    there
        How many rows stand in the book already, cell for cell.
    """

    brought: RawTable
    is_new: pl.Series
    there: int
    changed: Sequence[ChangedRow] = ()
    gone: Sequence[StandingRow] = ()
    kept: RawTable | None = None
    standing: Sequence[StandingRow] = field(default=(), repr=False)

    @property
    def otherwise(self) -> RawTable:
        """The rows that the book does not have as they are: new and changed ones."""
        return self.with_chosen(TickedRows({one.standing.entry for one in self.changed}))

    @cached_property
    def new(self) -> RawTable:
        """The rows that are new."""
        return only_rows(self.brought, self.is_new)

    def corrections(self, choice: TickedRows) -> Iterator[Correction]:
        """What is handed in of the changed rows and of those that are gone."""
        for one in self.changed:
            if one.standing.entry in choice.changed:
                yield Correction(one.standing.entry, one.standing.table, one.cells, choice.reason)
        for gone in self.gone:
            if gone.entry in choice.gone:
                yield Correction(gone.entry, gone.table, None, choice.reason)

    def with_chosen(self, choice: TickedRows) -> RawTable:
        """The new rows, and those that are put right as they would be: what is to be checked."""
        chosen = {one.place for one in self.changed if one.standing.entry in choice.changed}
        return only_rows(self.brought, self.is_new | pl.Series([place in chosen for place in range(len(self.is_new))],
                                                               dtype=pl.Boolean))  # fmt: skip

    def left_standing(self, choice: TickedRows) -> RawTable | None:
        """The rows of the book without those that are put right or withdrawn."""
        taken = {*choice.changed, *choice.gone}
        if self.kept is None or not taken:
            return self.kept
        stays = [self.standing[number - FIRST_ROW].entry not in taken for number in self.kept.rows]
        return only_rows(self.kept, pl.Series(stays, dtype=pl.Boolean))


def differences_of(
    brought: RawTable, kept: RawTable | None, standing: Sequence[StandingRow], decimal: str, stands_for: Extent
) -> TableDifferences:
    """Compare a table with what stands in the book.

    Parameters
    ----------
    brought
        The table as it was uploaded or typed.
    kept, standing
        The same table as the book has it, and the entry of each of its rows.
    decimal
        The decimal mark of the site.
    stands_for
        Of which rows of the book it should have each: those that it has not are gone.
    """
    if not standing or not len(brought.rows):
        return TableDifferences(brought, pl.repeat(True, len(brought.rows), dtype=pl.Boolean, eager=True), 0, kept=kept,
                                standing=standing)  # fmt: skip
    names = list(brought.table.names)
    new = _numbered(texts_of(brought, decimal), names)
    old = _numbered(_texts_standing(standing, names), names)
    fresh = new.join(old, on=[*names, "turn"], how="anti")
    handed_in = [place for place, one in enumerate(standing) if one.finding is None]
    unmet = old.join(new, on=[*names, "turn"], how="anti").filter(pl.col("place").is_in(handed_in))
    pairs = _changed(fresh, unmet, list(brought.table.key))
    changed = [
        ChangedRow(
            standing[was], place, brought.file, int(brought.rows[place]),
            {name: text for name, text in zip(names, new.row(place)[: len(names)], strict=True) if text},
        )
        for place, was in pairs
    ]  # fmt: skip
    taken = {place for place, _was in pairs}
    is_new = pl.Series([False] * len(brought.rows), dtype=pl.Boolean)
    is_new = is_new.scatter([place for place in fresh["place"] if place not in taken], True)
    met = {was for _place, was in pairs}
    left = [standing[was] for was in unmet["place"].sort() if was not in met]
    whole, file = stands_for is Extent.TABLE, stands_for is Extent.FILE
    gone = [one for one in left if whole or (file and one.file == brought.file)]
    return TableDifferences(brought, is_new, new.height - fresh.height, changed, gone, kept, standing)


def _numbered(texts: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Rows with their place, and which of those that say the same each is."""
    return texts.with_columns(turn=pl.int_range(pl.len()).over(names)).with_row_index("place").select(
        *names, "turn", "place"
    )  # fmt: skip


def _texts_standing(rows: Sequence[StandingRow], names: Sequence[str]) -> pl.DataFrame:
    """The cells of rows of the book as they were entered: the file that is read of them says more in some."""
    texts = {name: [row.cells.get(name, "").strip() for row in rows] for name in names}
    return pl.DataFrame(texts, schema=dict.fromkeys(names, pl.String))


def _changed(fresh: pl.DataFrame, unmet: pl.DataFrame, key: list[str]) -> list[tuple[int, int]]:
    """Places of rows with one key, which is held once on either side."""
    if not key:
        return []
    keyed = [
        frame.filter(pl.col(key[0]) != "", pl.len().over(key) == 1).select(*key, "place") for frame in (fresh, unmet)
    ]
    met = keyed[0].join(keyed[1], on=key, suffix="_was").sort("place")
    return list(zip(met["place"].to_list(), met["place_was"].to_list(), strict=True))


def texts_of(raw: RawTable, decimal: str) -> pl.DataFrame:
    """Cells as texts, a column for every column of the table; blank ones are empty."""
    return pl.DataFrame(
        {
            name: written_cells(raw.cells[name], decimal).fill_null("").str.strip_chars()
            if name in raw.cells
            else pl.repeat("", len(raw.rows), eager=True)
            for name in raw.table.names
        }
    )


def only_rows(raw: RawTable, wanted: pl.Series) -> RawTable:
    """A table with these of its rows alone."""
    cells = {name: column.filter(wanted) for name, column in raw.cells.items()}
    return replace(raw, cells=cells, rows=raw.rows.filter(wanted))


def told_of_differences(found: Sequence[TableDifferences]) -> dict[str, Any]:
    """What a page shows of changed rows and of those that are gone, and how many there are."""
    changed = [one for table in found for one in table.changed]
    gone = [one for table in found for one in table.gone]
    return {
        "changed": [one.shown for one in changed[:_MOST_SHOWN]],
        "changed_count": len(changed),
        "gone": [
            {"entry": one.entry, "table": one.table, "file": printable(one.file), "row": one.row,
             "cells": _short("; ".join(f"{name} {text}" for name, text in one.cells.items()))}
            for one in gone[:_MOST_SHOWN]
        ],
        "gone_count": len(gone),
    }  # fmt: skip


def _short(text: str) -> str:
    return printable(text)[:_LONGEST]
