"""The results of many sites as tables: what each column is, as ``dataset.csv`` says, and rows as frames.

A row is a list of plain values in the order of the columns: days and moments as ISO 8601, unknown ``None``. So it
passes between processes and computers, and into files, without loss.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

SITES_SCHEMA_NAME = "stockward.sites/1"
"""Of the folder of results, its tables and its JSON; it grows by columns and tables, and changes no meaning."""

PlainRow = list[Any]
PlainTables = Mapping[str, Sequence[PlainRow]]


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """One column of a table of results: its name, its type ("text", "number", "whole", "flag", "day", "moment")."""

    name: str
    type: str
    meaning: str


@cache
def result_tables() -> Mapping[str, tuple[ResultColumn, ...]]:
    """Every table of results, with its columns in order."""
    text = files("stockward.questions.many").joinpath("dataset.csv").read_text(encoding="utf-8")
    found: dict[str, list[ResultColumn]] = {}
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["table"], []).append(ResultColumn(row["column"], row["type"], row["meaning"]))
    return MappingProxyType({name: tuple(columns) for name, columns in found.items()})


def plain_row(table: str, values: Mapping[str, Any]) -> PlainRow:
    """The values of a row in the order of the columns; a column of which nothing is said is unknown.

    Raises ``KeyError`` for a value that is no column of the table.
    """
    names = [column.name for column in result_tables()[table]]
    if unknown := values.keys() - set(names):
        raise KeyError(f"{table}: no column {', '.join(sorted(unknown))}")
    return [values.get(name) for name in names]


def frame_of_rows(table: str, rows: Iterable[PlainRow]) -> pl.DataFrame:
    """Rows of a table as a frame with its types; moments are UTC."""
    import polars as pl

    columns = result_tables()[table]
    held = {"number": pl.Float64, "whole": pl.Int64, "flag": pl.Boolean}
    raw = pl.DataFrame(
        list(rows), schema={one.name: held.get(one.type, pl.String) for one in columns}, orient="row", strict=False
    )
    return raw.with_columns(
        *(pl.col(one.name).str.to_date() for one in columns if one.type == "day"),
        *(pl.col(one.name).str.to_datetime(time_unit="us", time_zone="UTC") for one in columns if one.type == "moment"),
    )
