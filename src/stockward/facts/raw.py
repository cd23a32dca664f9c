"""A table as its file holds it: text (or typed) cells, the row numbers of a spreadsheet, and rows that are torn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from stockward.facts.dictionary import Table
from stockward.facts.problems import did_you_mean
from stockward.terms.errors import SiteError

TITLE_ROWS = 20
"""Rows above the header that a spreadsheet may spend on titles."""


@dataclass(frozen=True, slots=True)
class TornRow:
    """A row whose cells cannot be told apart, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class RawTable:
    """Cells of one table, column by column; ``rows`` are the row numbers as a spreadsheet shows them."""

    table: Table
    file: str
    cells: dict[str, pl.Series]
    rows: pl.Series
    torn: tuple[TornRow, ...]
    notices: tuple[str, ...]


def known_columns(table: Table, file: str, header: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Where each known column stands in the header, and notices on unknown ones.

    Raises ``SiteError`` for a required column that is missing, a column that stands twice, and an unknown one that
    looks like a misspelt column which the table lacks: a default must never stand in for a value that the site gave.
    """
    names = [name.strip() for name in header]
    places = {name: names.index(name) for name in table.names if name in names}
    twice = [name for name in places if names.count(name) > 1]
    if twice:
        raise SiteError(file, f"column {', '.join(twice)} stands twice", "keep one of them")
    unknown = [name for name in names if name and name not in places]
    lacking = [name for name in table.names if name not in places]
    guesses = {name: guess for name in unknown if (guess := did_you_mean(name, lacking))}
    if guesses:
        misspelt = ", ".join(f"{name!r} (did you mean {guess}?)" for name, guess in guesses.items())
        raise SiteError(file, f"unknown column {misspelt}", "correct the header, or rename the column")
    missing = [name for name in table.required_names if name not in places]
    if missing:
        raise SiteError(file, f"the required column {', '.join(missing)} is missing", "add it to the header row")
    notices = [f"{file}: left out what the format does not know: column {', '.join(unknown)}"] if unknown else []
    return places, notices


def find_header(table: Table, file: str, records: Sequence[Sequence[str]]) -> int:
    """Index of the header among the first records: the first that names every required column, titles being passed.

    Where none does, the record with most known names is taken, so that the error can say what it lacks.
    """
    best, best_known = -1, 0
    for index, record in enumerate(records[:TITLE_ROWS]):
        names = {cell.strip() for cell in record}
        if names.issuperset(table.required_names):
            return index
        known = sum(did_you_mean(name, table.names) is not None for name in names if name)
        if known > best_known:
            best, best_known = index, known
    if best < 0:
        raise SiteError(file, "there is no header row", f"begin with a row of column names: {', '.join(table.names)}")
    return best


def from_records(
    table: Table, file: str, records: Iterable[tuple[int, Sequence[str]]], torn: list[TornRow], places: dict[str, int]
) -> tuple[dict[str, pl.Series], pl.Series]:
    """Turn records (row number, cells) into one text series a known column; blank records are passed over."""
    columns: dict[str, list[str]] = {name: [] for name in places}
    numbers: list[int] = []
    for number, record in records:
        if not any(cell and not cell.isspace() for cell in record):
            continue
        numbers.append(number)
        for name, place in places.items():
            columns[name].append(record[place])
    cells = {name: pl.Series(name, values, dtype=pl.String) for name, values in columns.items()}
    return cells, pl.Series("row", numbers, dtype=pl.UInt32)
