"""Options beside other methods: weighings that are done twice, and areas that are accounted for in parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from stockward.book.known import KnownBooks
from stockward.terms.errors import UsageError
from stockward.terms.periods import YEAR_DAYS

_METHOD, _CHECK_WEIGH, _SPLIT = "method", "check_weigh", "split"
_ERRORS = ("random_rel", "random_abs", "systematic_rel", "systematic_abs")
_TAKES = {
    _METHOD: ("method", *_ERRORS),
    _CHECK_WEIGH: ("method", "share"),
    _SPLIT: ("area", "parts"),
}
_NEEDS = {_METHOD: ("method",), _CHECK_WEIGH: ("method", "share"), _SPLIT: ("area",)}
_FEWEST_PARTS = 2


@dataclass(frozen=True, slots=True)
class Doubled:
    """A share of what moves by a method is weighed again on another scale as good, and the mean is booked."""

    key: str
    name: str
    method: str
    share: float


@dataclass(frozen=True, slots=True)
class Parted:
    """An area is accounted for in so many parts, each with inventories of its own."""

    key: str
    name: str
    area: str
    parts: int


WEIGHED_ONCE = Doubled("", "", "", 0.0)
IN_ONE = Parted("", "", "", 1)


def methods_offered(books: KnownBooks) -> pl.DataFrame:
    """The options that are other methods.

    Raises ``UsageError`` for an option of which two columns contradict each other, or one is lacking.
    """
    file = books.site.sources.get("options", "options.csv")
    on_the_way = pl.any_horizontal(pl.col("element", "post").is_not_null())
    for row in books["options"].filter(on_the_way).to_dicts():
        _require_without_kind(row, file)
    rows = books["options"].filter(~on_the_way).with_columns(kind=pl.col("kind").fill_null(_METHOD))
    for row in rows.to_dicts():
        _require_of_its_kind(row, file)
    return rows.filter(pl.col("kind") == _METHOD)


def doubled_of(books: KnownBooks) -> list[Doubled]:
    """The shares of weighings that could be done twice, by method and rising share."""
    rows = books["options"].filter(pl.col("kind") == _CHECK_WEIGH).sort("method", "share", "option").to_dicts()
    return [Doubled(str(row["option"]), _name(row), str(row["method"]), float(row["share"])) for row in rows]


def parted_of(books: KnownBooks) -> list[Parted]:
    """The areas that could be split, by area and rising number of parts."""
    rows = books["options"].filter(pl.col("kind") == _SPLIT).with_columns(pl.col("parts").fill_null(_FEWEST_PARTS))
    return [
        Parted(str(row["option"]), _name(row), str(row["area"]), int(row["parts"]))
        for row in rows.sort("area", "parts", "option").to_dicts()
    ]


def not_looked_at(books: KnownBooks, areas: Collection[str], methods: Collection[str]) -> list[str]:
    """What is said of options on a method or an area that no tested goal hangs on."""
    unused = [(one.key, f"method {one.method}") for one in doubled_of(books) if one.method not in methods]
    unused += [(one.key, f"area {one.area}") for one in parted_of(books) if one.area not in areas]
    return [f"{key} is not looked at: no goal that is tested hangs on {of}." for key, of in unused]


def weighings_a_year(books: KnownBooks, method: str) -> float:
    """How many things that moved were weighed by a method in a year; what repeats a reading was weighed once."""
    own = books.movements.filter(pl.col("method").cast(pl.String) == method)
    shared = own["measurement"].drop_nulls()
    number = own.height - shared.len() + shared.n_unique()
    first, last = books.movements["at"].min(), books.movements["at"].max()
    days = (last - first).total_seconds() / 86_400.0 if number else 0.0  # type: ignore[operator,union-attr]
    return round(number * YEAR_DAYS / max(days, YEAR_DAYS), 3)


def more_series(parts: Mapping[str, int], tested_in: Mapping[str, int], tested: int) -> float:
    """By how many times there are more series where areas are in parts: they share the rate of false alarms."""
    added = sum((number - 1) * tested_in.get(area, 0) for area, number in parts.items())
    return (tested + added) / tested if tested else 1.0


def _name(row: dict[str, Any]) -> str:
    return str(row["name"] or row["option"])


def _require_without_kind(row: dict[str, Any], file: str) -> None:
    of = "an element" if row["element"] is not None else "a post"
    for column in ("kind", "area", "share", "parts"):
        if row[column] is not None:
            where = f"{file} row {row['row']}, column {column}"
            raise UsageError(f"{where}: it is not of an option on {of}: leave it blank, or give it a row of its own")


def _require_of_its_kind(row: dict[str, Any], file: str) -> None:
    kind = row["kind"]
    where = f"{file} row {row['row']}"
    for name in _NEEDS[kind]:
        if row[name] is None:
            told = f"an option of kind {kind}" if kind != _METHOD else "an option without a kind, or of kind method,"
            raise UsageError(f"{where}, column {name}: {told} needs it: state it, or correct kind")
    for column in ("method", "area", "share", "parts", *_ERRORS):
        if row[column] is not None and column not in _TAKES[kind]:
            raise UsageError(
                f"{where}, column {column}: it is not of an option of kind {kind}: leave it blank, or correct kind"
            )
