"""Tables while they are being checked: every row still in, with the reasons found against it so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import polars as pl

from stockward.book.cells.columns import blank_column, may_be_marked, read_column, shown
from stockward.book.cells.reading import Locale, no_text, nowhere, without
from stockward.book.problems import HIDDEN
from stockward.book.schema.dictionary import IMPORTED_TABLES, Table, tables
from stockward.book.settings import Settings
from stockward.book.sources.raw import RawTable, TornRow

MOST_ROWS_TOLD = 100_000
"""Rows of one table of which it is told why they are set aside: more nobody reads, and each takes memory."""

_UNTOLD = "it is at fault, as rows above it are: mend those first"
"""Stands against rows of which the reason is not listed, and whose words were never made."""

_NO_END = (1 << 32) - 1

_ALL = -1
"""The set of all columns."""

_TOLD = {"row": pl.UInt32, "column": pl.String, "value": pl.String, "reason": pl.String}
"""What is told of a problem, beside the table and the file."""

_PROBLEM = {"table": pl.String, "file": pl.String, **_TOLD, "source": pl.String}


@dataclass
class TableDraft:
    """One table: values (null where blank or unreadable) and, by column, the reasons against single rows.

    ``cells`` keeps what stands in the file, ``unreadable`` which of it has no meaning; both by column.
    """

    table: Table
    file: str
    values: pl.DataFrame
    cells: dict[str, pl.Series]
    reasons: dict[str, pl.Series]
    unreadable: dict[str, pl.Series]
    torn: tuple[TornRow, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    """What stands in the header of each column that the file has."""

    @classmethod
    def read(cls, raw: RawTable, locale: Locale) -> TableDraft:
        """Read every cell of a raw table."""
        height = len(raw.rows)
        locale = replace(locale, private=raw.table.private)
        marked = may_be_marked(raw.cells)
        read = {
            column.name: read_column(raw.cells[column.name], column, locale, marked=column.name in marked)
            if column.name in raw.cells
            else blank_column(column, height)
            for column in raw.table.columns
        }
        faults = {name: column.fault for name, column in read.items() if column.fault.null_count() < height}
        return cls(
            table=raw.table,
            file=raw.file,
            values=pl.DataFrame([raw.rows, *(column.values for column in read.values())]),
            cells=raw.cells,
            reasons=dict(faults),
            unreadable={name: fault.is_not_null() for name, fault in faults.items()},
            torn=raw.torn,
            headers=raw.headers,
        )

    @classmethod
    def absent(cls, table: Table) -> TableDraft:
        """A table that the site does not have."""
        return cls(table=table, file="", values=_without_rows(table.name).clone(), cells={}, reasons={}, unreadable={})

    def __getitem__(self, column: str) -> pl.Series:
        return self.values[column]

    def refuse(self, column: str, where: pl.Series, reason: str | pl.Series, *, readable: bool = True) -> None:
        """Hold a reason against the rows ``where``; one that makes the cell's meaning unknown is not ``readable``.

        ``column`` is empty where the row as a whole is at fault. The first reason against a cell stands. A series of
        reasons may be null in rows that are not ``first_told``.
        """
        if not where.any():
            return
        where = where.fill_null(False)
        said = self.reasons.get(column, no_text(len(where)))
        words = pl.lit(reason) if isinstance(reason, str) else reason.fill_null(_UNTOLD)
        reasons = pl.select(pl.when(where & said.is_null()).then(words).otherwise(said)).to_series()
        self.reasons[column] = reasons.alias(column)
        if not readable:
            self.unreadable[column] = self.illegible(column) | where
            self.values = self.values.with_columns(without(self.values[column], where).alias(column))

    def refuse_rows(self, where: pl.Series, reason: str | pl.Series) -> None:
        """Hold one reason against whole rows, in place of all that stand against their cells."""
        self.reasons = {name: without(reasons, where) for name, reasons in self.reasons.items()}
        self.refuse("", where, reason)

    def illegible(self, column: str) -> pl.Series:
        """Rows whose cell in the column cannot be read, as against being blank."""
        return self.unreadable[column] if column in self.unreadable else nowhere(self.values.height).alias(column)

    @property
    def bad(self) -> pl.Series:
        """Rows against which any reason stands."""
        bad = nowhere(self.values.height).alias("bad")
        for reasons in self.reasons.values():
            bad = bad | reasons.is_not_null()
        return bad

    def good(self) -> pl.DataFrame:
        """The rows against which nothing stands."""
        return self.values.filter(~self.bad) if self.reasons else self.values

    def set_aside(self) -> pl.DataFrame:
        """The other rows: what is readable of them, and the names of the columns that are not (``unreadable``)."""
        if not self.reasons and not self.torn:
            nothing = pl.Series("unreadable", [], pl.List(pl.String))
            return self.values.clear().insert_column(self.values.width, nothing)
        bad = self.bad
        rows = self.values.filter(bad).with_columns(lost=self._lost(bad))
        if self.torn:
            torn = self._torn_rows().to_frame().with_columns(lost=pl.lit(_ALL, pl.Int64))
            rows = pl.concat([rows, torn], how="diagonal").sort("row")
        # The lists take most memory, so that they come last and are not copied.
        return rows.drop("lost").with_columns(unreadable=self._names(rows["lost"]))

    def _lost(self, bad: pl.Series) -> pl.Series:
        """The columns that cannot be read in each row at fault, as bits of a number."""
        sets = pl.zeros(int(bad.sum()), dtype=pl.Int64, eager=True)
        for place, where in enumerate(self.unreadable.values()):
            sets = sets + where.filter(bad).cast(pl.Int64) * (1 << place)
        return sets

    def _names(self, sets: pl.Series) -> pl.Series:
        """The columns of each of these sets. Few are met, so each is made once."""
        few = sets.unique().sort()
        names = [
            list(self.table.names)
            if one == _ALL
            else [name for place, name in enumerate(self.unreadable) if one >> place & 1]
            for one in few
        ]
        return pl.Series(names, dtype=pl.List(pl.String)).gather(few.search_sorted(sets))

    def problems(self) -> pl.DataFrame:
        """The reasons, in order of row and column: those of the first ``MOST_ROWS_TOLD`` rows at fault."""
        last = self._last_told()
        torn = [(torn.row, "", None, torn.reason) for torn in self.torn if torn.row <= last]
        found = [pl.DataFrame(torn, schema=_TOLD, orient="row")]
        order = {name: place for place, name in enumerate(self.table.names)}
        for name, reasons in sorted(self.reasons.items(), key=lambda one: order.get(one[0], -1)):
            where = reasons.is_not_null() & (self.values["row"] <= last)
            told = pl.DataFrame({"row": self.values["row"].filter(where), "value": self._told(name, where)})
            found.append(told.select("row", pl.lit(name).alias("column"), "value", reason=reasons.filter(where)))
        rows = pl.concat(found).sort("row", maintain_order=True)
        named = rows.select(pl.lit(self.table.name).alias("table"), pl.lit(self.file).alias("file"), *_TOLD)
        # Elsewhere a source is a person, of whom nothing is shown.
        if self.table.name not in IMPORTED_TABLES or not named.height:
            return named.with_columns(source=pl.lit(""))
        sources = self.values.select("row", pl.col("source").fill_null(""))
        return named.join(sources, on="row", how="left", maintain_order="left").with_columns(
            pl.col("source").fill_null("")
        )

    def untold(self) -> int:
        """How many rows are at fault beyond those of which the reasons are listed."""
        return max(int(self.bad.sum()) + len(self.torn) - MOST_ROWS_TOLD, 0)

    def _last_told(self) -> int:
        """The row up to which reasons are listed."""
        if not self.untold():
            return _NO_END
        rows = pl.concat([self.values["row"].filter(self.bad), self._torn_rows()]).sort()
        return int(rows[MOST_ROWS_TOLD - 1])

    def _torn_rows(self) -> pl.Series:
        return pl.Series("row", [torn.row for torn in self.torn], dtype=pl.UInt32)

    def _told(self, column: str, where: pl.Series) -> pl.Series:
        """The cells at fault as they stand in the file; those of a private table are not shown."""
        if column not in self.cells:
            return no_text(int(where.sum()))
        texts = shown(self.cells[column].filter(where))
        if self.table.private:
            return pl.select(pl.when(texts.is_not_null()).then(pl.lit(HIDDEN))).to_series()
        return texts


@cache
def _without_rows(table: str) -> pl.DataFrame:
    """The table of that name as it stands where a site does not have it, as most do for most tables."""
    return pl.DataFrame(schema=tables()[table].schema())


def first_told(where: pl.Series) -> pl.Series:
    """Of rows that are at fault, those whose reasons may be listed: no words need be made of the others."""
    rows = where.arg_true()
    if len(rows) <= MOST_ROWS_TOLD:
        return where
    return nowhere(len(where)).scatter(rows.head(MOST_ROWS_TOLD), True)


@dataclass
class Draft:
    """Every table of the site while it is being checked, in the order of the dictionary.

    ``notices`` are what the checks say of rows that are used all the same. ``doubted_inventories`` are those of whose
    day one of them says that it contradicts the others: inventory and area.
    """

    settings: Settings
    tables: dict[str, TableDraft] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    doubted_inventories: list[tuple[str, str]] = field(default_factory=list)

    def __getitem__(self, table: str) -> TableDraft:
        return self.tables[table]

    def problems(self) -> pl.DataFrame:
        """The reasons of every table, in their order."""
        told = [table.problems() for table in self.tables.values() if table.reasons or table.torn]
        return pl.concat([pl.DataFrame(schema=_PROBLEM), *told])
