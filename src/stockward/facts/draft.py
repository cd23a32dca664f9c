"""Tables while they are being checked: every row still in, with the reasons found against it so far."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from stockward.facts.cells import Locale, blank_column, read_column
from stockward.facts.dictionary import Column, Table
from stockward.facts.problems import HIDDEN, Problem
from stockward.facts.raw import RawTable, TornRow
from stockward.facts.settings import Settings


@dataclass
class TableDraft:
    """One table: values (null where blank or unreadable) and, by column, the reasons against single rows."""

    table: Table
    file: str
    values: pl.DataFrame
    texts: dict[str, pl.Series]
    reasons: dict[str, pl.Series]
    unreadable: dict[str, pl.Series]
    torn: tuple[TornRow, ...] = ()

    @classmethod
    def read(cls, raw: RawTable, locale: Locale) -> TableDraft:
        """Read every cell of a raw table."""
        height = len(raw.rows)
        read = {
            column.name: read_column(raw.cells[column.name], column, locale)
            if column.name in raw.cells
            else blank_column(column, height)
            for column in raw.table.columns
        }
        return cls(
            table=raw.table,
            file=raw.file,
            values=pl.DataFrame([raw.rows, *(column.values for column in read.values())]),
            texts={name: column.text for name, column in read.items()},
            reasons={name: column.fault for name, column in read.items() if column.fault.null_count() < height},
            unreadable={name: column.fault.is_not_null() for name, column in read.items() if column.fault.null_count() < height},
            torn=raw.torn,
        )

    @classmethod
    def absent(cls, table: Table) -> TableDraft:
        """A table that the site does not have."""
        values = pl.DataFrame(schema=table.schema())
        return cls(table=table, file="", values=values, texts={}, reasons={}, unreadable={})

    def __getitem__(self, column: str) -> pl.Series:
        return self.values[column]

    def refuse(self, column: str, where: pl.Series, reason: str | pl.Series, *, readable: bool = True) -> None:
        """Hold a reason against the rows ``where``; one that makes the cell's meaning unknown is not ``readable``."""
        where = where.fill_null(False)
        if not where.any():
            return
        nothing = pl.Series(column, [None], dtype=pl.String).new_from_index(0, len(where))
        said = self.reasons.get(column, nothing)
        words = pl.lit(reason) if isinstance(reason, str) else reason
        self.reasons[column] = pl.select(
            pl.when(where & said.is_null()).then(words).otherwise(said).alias(column)
        ).to_series()
        if not readable:
            self.unreadable[column] = self.illegible(column) | where
            if column:
                self.values = self.values.with_columns(pl.when(~where).then(pl.col(column)).alias(column))

    def illegible(self, column: str) -> pl.Series:
        """Rows whose cell in the column cannot be read, as against being blank."""
        nowhere = pl.Series(column, [False]).new_from_index(0, self.values.height)
        return self.unreadable.get(column, nowhere)

    @property
    def bad(self) -> pl.Series:
        """Rows against which any reason stands."""
        bad = pl.Series("bad", [False]).new_from_index(0, self.values.height)
        for reasons in self.reasons.values():
            bad = bad | reasons.is_not_null()
        return bad

    def good(self) -> pl.DataFrame:
        """The rows against which nothing stands."""
        return self.values.filter(~self.bad) if self.reasons else self.values

    def set_aside(self) -> pl.DataFrame:
        """The other rows: what is readable of them, and the names of the columns that are not (``unreadable``)."""
        bad = self.bad
        names = [
            pl.when(where.filter(bad)).then(pl.lit(name)) for name, where in self.unreadable.items() if name
        ] or [pl.lit(None, pl.String)]
        rows = self.values.filter(bad).with_columns(unreadable=pl.concat_list(names).list.drop_nulls())
        torn = pl.DataFrame(
            {"row": [torn.row for torn in self.torn], "unreadable": [list(self.table.names)] * len(self.torn)},
            schema={"row": pl.UInt32, "unreadable": pl.List(pl.String)},
        )
        return pl.concat([rows, torn], how="diagonal") if self.torn else rows

    def problems(self) -> list[Problem]:
        """Every reason, in order of row and column."""
        found = [
            Problem(self.table.name, self.file, torn.row, "", None, torn.reason) for torn in self.torn
        ]
        for name, reasons in self.reasons.items():
            where = reasons.is_not_null()
            texts = self.texts[name].filter(where) if name in self.texts else [None] * int(where.sum())
            for row, text, reason in zip(self.values["row"].filter(where), texts, reasons.filter(where), strict=True):
                value = HIDDEN if self.table.private and text is not None else text
                found.append(Problem(self.table.name, self.file, row, name, value, reason))
        order = {name: place for place, name in enumerate(self.table.names)}
        return sorted(found, key=lambda problem: (problem.row, order.get(problem.column, -1)))


@dataclass
class Draft:
    """Every table of the site while it is being checked, in the order of the dictionary."""

    settings: Settings
    tables: dict[str, TableDraft] = field(default_factory=dict)

    def __getitem__(self, table: str) -> TableDraft:
        return self.tables[table]

    def column(self, table: str, name: str) -> Column:
        """The dictionary's description of a column."""
        return self.tables[table].table[name]
