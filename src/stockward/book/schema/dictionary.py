"""The data dictionary: one CSV a table, which drives the reader, the checks, the blank workbook and the manual.

A row of ``dictionary/TABLE.csv`` describes one column: its type, unit, whether it is required, the table it refers to,
its range, its choices, and what it means. ``dictionary/tables.csv`` has one row a table, with its key.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, cast

import polars as pl

ColumnType = Literal[
    "key", "text", "number", "integer", "time", "date", "month", "clock", "unit", "choice", "flag", "list", "days",
    "measure",
]  # fmt: skip

DTYPES: Mapping[str, pl.DataType | type[pl.DataType]] = MappingProxyType(
    {
        "key": pl.String,
        "text": pl.String,
        "number": pl.Float64,
        "integer": pl.Float64,
        "time": pl.Datetime("us", "UTC"),
        "date": pl.Date,
        "month": pl.Date,
        "clock": pl.Int32,
        "unit": pl.String,
        "choice": pl.String,
        "flag": pl.Boolean,
        "list": pl.List(pl.String),
        "days": pl.List(pl.String),
        "measure": pl.String,
    }
)

TELLING_COLUMNS = 3
"""So many required columns are no header by chance."""

IMPORTED_TABLES = ("movements", "counts", "materials", "areas", "people", "absences")
"""Tables whose column ``source`` says where a row stands in another file; elsewhere a source is a person."""

UNIT_COLUMNS = ("unit", "capacity_unit")
"""Columns that give the unit of others beside them."""


@dataclass(frozen=True, slots=True)
class Range:
    """An interval of numbers, as ``[0, 1]`` or ``(0, 24]``: a square bracket includes the bound."""

    text: str
    low: float
    high: float
    low_open: bool
    high_open: bool

    @classmethod
    def parse(cls, text: str) -> Range | None:
        """Read an interval; ``None`` for a blank one."""
        if not text:
            return None
        low, high = text[1:-1].split(",")
        return cls(text, float(low), float(high), text[0] == "(", text[-1] == ")")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, as the dictionary describes it."""

    name: str
    type: ColumnType
    unit: str
    required: bool
    refers_to: str
    range: Range | None
    choices: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the site format: its columns in order, and the columns of its key (none: rows have no key)."""

    name: str
    key: tuple[str, ...]
    required: bool
    private: bool
    part: str
    meaning: str
    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(column.name for column in self.columns)

    @property
    def required_names(self) -> tuple[str, ...]:
        """Names of the columns without which the table cannot be read."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def is_telling(self) -> bool:
        """Whether it must have so many columns that a header which names them all is no chance."""
        return len(self.required_names) > TELLING_COLUMNS

    def schema(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        """The polars schema of the checked table: ``row``, then every column."""
        return {"row": pl.UInt32} | {column.name: DTYPES[column.type] for column in self.columns}


def _rows(name: str) -> list[dict[str, str]]:
    text = files("stockward.book.schema").joinpath("tables", f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _column(row: dict[str, str]) -> Column:
    return Column(
        name=row["column"],
        type=cast(ColumnType, row["type"]),
        unit=row["unit"],
        required=row["required"] == "yes",
        refers_to=row["refers_to"],
        range=Range.parse(row["range"]),
        choices=tuple(row["choices"].split()),
        meaning=row["meaning"],
    )


@cache
def tables() -> Mapping[str, Table]:
    """Every table of site format 1, by name, in the order of the manual."""
    return MappingProxyType(
        {
            row["table"]: Table(
                name=row["table"],
                key=tuple(row["key"].split()),
                required=row["required"] == "yes",
                private=row["private"] == "yes",
                part=row["part"],
                meaning=row["meaning"],
                columns=tuple(_column(column) for column in _rows(row["table"])),
            )
            for row in _rows("tables")
        }
    )
