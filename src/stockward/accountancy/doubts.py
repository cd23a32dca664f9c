"""What a row that was set aside could have touched: every balance that its readable keys allow.

A movement at fault touches the period that it falls into; a count at fault both its periods; what cannot be read of a
row (area, material, time) means all of them. Such a balance is not tested; it is never alarmed on, nor called balanced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from stockward.accountancy.inventories import Inventories
from stockward.accountancy.known import KnownBooks
from stockward.accountancy.terms import TimeCuts


@dataclass(frozen=True, slots=True)
class Doubt:
    """One row at fault, and what it could touch; ``None`` means all.

    ``interval`` (before an inventory of the area, by its number) or ``place`` (an inventory) say when; neither means
    every period.
    """

    table: str
    row: int
    areas: frozenset[str] | None
    materials: frozenset[str] | None = None
    substances: frozenset[str] | None = None
    interval: int | None = None
    place: int | None = None


def doubts_of(books: KnownBooks, inventories: Inventories, cuts: TimeCuts, uses: pl.DataFrame) -> list[Doubt]:
    """Everything that the rows at fault could touch.

    ``uses`` says which material and method was used in which area, and when: keys ``area``, ``material``, ``method``,
    and ``interval`` or ``place``, the other null.
    """
    return [
        *_of_movements(books, inventories, cuts),
        *_of_counts(books, inventories),
        *_of_uses(books.set_aside["contents"], "material", uses),
        *_of_uses(books.set_aside["calibrations"], "method", uses),
        *(
            Doubt("normal_losses", row["row"], _one(row["area"]), substances=_one(row["substance"]))
            for row in _rows(books.set_aside["normal_losses"])
        ),
    ]


def possible_substances(books: KnownBooks) -> tuple[dict[str, set[str]], set[str]]:
    """Substances that each material could hold, rows at fault included; and materials of which that is unclear."""
    columns = ["material", "substance"]
    both = pl.concat([books["contents"].select(columns), books.set_aside["contents"].select(columns)])
    substances: dict[str, set[str]] = {}
    for material, substance in both.drop_nulls().rows():
        substances.setdefault(material, set()).add(substance)
    unclear = both.filter(pl.col("substance").is_null() & pl.col("material").is_not_null())["material"]
    return substances, set(unclear)


def _rows(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    return iter(frame.rows(named=True))


def _one(key: str | None) -> frozenset[str] | None:
    return None if key is None else frozenset({key})


def _of_movements(books: KnownBooks, inventories: Inventories, cuts: TimeCuts) -> Iterator[Doubt]:
    codes = {area: code for code, area in enumerate(inventories.areas)}
    for row in _rows(_with_moment(books.set_aside["movements"])):
        lost = set(row["unreadable"])
        if "reverses" in lost:
            yield Doubt("movements", row["row"], None, _one(row["material"]))
        elif row["reverses"] is not None:
            target = books.movements.filter(pl.col("movement") == row["reverses"])
            for other in _rows(_with_moment(target.cast({"material": pl.String}))):
                yield from _in_its_areas({**other, "row": row["row"], "unreadable": []}, codes, cuts)
        yield from _in_its_areas(row, codes, cuts)


def _with_moment(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(moment=pl.col("at").to_physical()).select(
        "row", "from_area", "to_area", "material", "reverses", "moment", *(["unreadable"] if "unreadable" in frame.columns else [])
    )


def _in_its_areas(row: Mapping[str, Any], codes: Mapping[str, int], cuts: TimeCuts) -> Iterator[Doubt]:
    """The period of each area that the movement names, which the moment decides."""
    materials = _one(row["material"])
    named = {area for area in (row["from_area"], row["to_area"]) if area is not None}
    if {"from_area", "to_area"} & set(row["unreadable"]) or not named:
        yield from _everywhere(row, materials, codes, cuts)
        return
    for area in sorted(named):
        yield Doubt("movements", row["row"], frozenset({area}), materials, interval=_interval(row, area, codes, cuts))


def _everywhere(
    row: Mapping[str, Any], materials: frozenset[str] | None, codes: Mapping[str, int], cuts: TimeCuts
) -> Iterator[Doubt]:
    if row["moment"] is None:
        yield Doubt("movements", row["row"], None, materials)
        return
    for area in codes:
        yield Doubt("movements", row["row"], frozenset({area}), materials, interval=_interval(row, area, codes, cuts))


def _interval(row: Mapping[str, Any], area: str, codes: Mapping[str, int], cuts: TimeCuts) -> int | None:
    if row["moment"] is None or area not in codes:
        return None
    return int(cuts.interval[codes[area], np.searchsorted(cuts.cuts, row["moment"])])


def _of_counts(books: KnownBooks, inventories: Inventories) -> Iterator[Doubt]:
    places = inventories.place()
    for row in _rows(books.set_aside["counts"]):
        place = places.get((row["area"], row["inventory"]))
        if row["area"] is None:
            yield Doubt("counts", row["row"], None, _one(row["material"]))
        elif place is None:
            # An inventory that nobody can place in time could stand anywhere in the year, and leave out anything.
            yield Doubt("counts", row["row"], _one(row["area"]))
        else:
            materials = None if inventories.clouded[place] else _one(row["material"])
            yield Doubt("counts", row["row"], _one(row["area"]), materials, place=place)


def _of_uses(aside: pl.DataFrame, key: str, uses: pl.DataFrame) -> Iterator[Doubt]:
    """A content, or a calibration, at fault touches every row that uses it."""
    for row in _rows(aside):
        substances = _one(row.get("substance"))
        if row[key] is None:
            yield Doubt("contents" if key == "material" else "calibrations", row["row"], None, substances=substances)
            continue
        for use in _rows(uses.filter(pl.col(key) == row[key])):
            yield Doubt(
                "contents" if key == "material" else "calibrations", row["row"], frozenset({use["area"]}),
                substances=substances, interval=use["interval"], place=use["place"],
            )  # fmt: skip
