"""What a row that was set aside could have touched: every balance that its readable keys allow.

A movement at fault touches the period that it falls into; a count at fault both its periods; what cannot be read of a
row (area, material, time) means all of them. Such a balance is not tested; it is never alarmed on, nor called balanced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import polars as pl

from stockward.balance.inventories import Inventories
from stockward.balance.quarantine.lost_checks import lost_checks
from stockward.balance.sigma.terms import TimeCuts
from stockward.book.checks.refused.stated_errors import plate_fills
from stockward.book.known import KnownBooks
from stockward.stats.arrays import Index
from stockward.terms.periods import MICROSECONDS_A_DAY

_NEAR = MICROSECONDS_A_DAY
"""So far from the other rows of its inventory a count may stand whose moment is lost."""

_NAMED = 100
"""Rows that are named for one and the same doubt; beyond that the reader knows enough."""

NONE_LEFT = 1e-9
"""A book quantity within this share of what has passed through is none."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One row at fault, and what it could touch; ``None`` means all.

    ``substances`` are named where only series of substances can be touched, and no others of the materials.
    ``interval`` (before an inventory of the area, by its number) or ``place`` (an inventory) say when; neither means
    every period. ``stays`` says whether what it brought or found stays on the book until its material is counted
    again, ``named`` whether the row itself names the area, so that its series is listed even where no good row speaks
    of it.
    """

    table: str
    row: int
    areas: frozenset[str] | None
    materials: frozenset[str] | None = None
    substances: frozenset[str] | None = None
    interval: int | None = None
    place: int | None = None
    stays: bool = False
    named: bool = True


def doubts_of(books: KnownBooks, inventories: Inventories, cuts: TimeCuts, uses: pl.DataFrame) -> list[Doubt]:
    """Everything that the rows at fault could touch.

    ``uses`` says which material and method was used in which area, and when: ``area``, ``material``, ``method``,
    ``calibration``, ``interval`` or ``place`` (the other null), and what it did to the book (``change``, ``quantity``).
    """
    return [
        *_of_movements(books, inventories, cuts),
        *_of_counts(books, inventories, cuts),
        *_of_readings(books, inventories, cuts),
        *_of_contents(books, inventories, uses),
        *_of_keys(books.set_aside["materials"], "materials", "material", uses),
        *_of_keys(books.set_aside["methods"], "methods", "method", uses),
        *_of_calibrations(books, inventories, cuts, uses),
        *_of_checks(books, uses),
        *_of_first_uses(books, uses),
        *(
            Doubt("normal_losses", row["row"], _one(row["area"]), substances=_one(row["substance"]))
            for row in _rows(books.set_aside["normal_losses"])
        ),
    ]


def needs_uses(books: KnownBooks) -> bool:
    """Whether any row at fault makes it matter what was used where."""
    tables = ("contents", "materials", "methods", "calibrations")
    return any(books.set_aside[name].height for name in tables) or any(lost_checks(books, 1)) or any(_first_uses(books))


def possible_substances(books: KnownBooks) -> dict[str, set[str]]:
    """Substances that each material could hold, rows at fault included."""
    columns = ["material", "substance"]
    both = pl.concat([books["contents"].select(columns), books.set_aside["contents"].select(columns)])
    substances: dict[str, set[str]] = {}
    for material, substance in both.drop_nulls().rows():
        substances.setdefault(material, set()).add(substance)
    return substances


def _rows(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    return iter(frame.rows(named=True))


def _one(key: str | None) -> frozenset[str] | None:
    return None if key is None else frozenset({key})


def _of_movements(books: KnownBooks, inventories: Inventories, cuts: TimeCuts) -> Iterator[Doubt]:
    codes = {area: code for code, area in enumerate(inventories.areas)}
    aside = books.set_aside["movements"]
    cancelled = _at_the_root(books, aside)
    for row in _rows(_with_moment(aside)):
        if "reverses" in row["unreadable"]:
            yield Doubt("movements", row["row"], None, _one(row["material"]))
        elif row["reverses"] in cancelled:
            yield from _in_its_areas({**cancelled[row["reverses"]], "row": row["row"], "unreadable": []}, codes, cuts)
        yield from _in_its_areas(row, codes, cuts)


def _at_the_root(books: KnownBooks, aside: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """For each movement that a row at fault reverses, the flow that stands or falls with it at the end of the chain."""
    asked = aside["reverses"].drop_nulls().unique().to_list()
    if not asked:
        return {}
    reversals = dict(books.reversed.select("movement", "reverses").drop_nulls().rows())
    root = {movement: movement for movement in asked}
    while any(movement in reversals for movement in root.values()):
        root = {asked: reversals.get(movement, movement) for asked, movement in root.items()}
    both = pl.concat([books.movements, books.reversed]).filter(pl.col("movement").is_in(list(root.values())))
    both = both.cast({"material": pl.String, "method": pl.String})
    flows = {row["movement"]: row for row in _rows(_with_moment(both))}
    return {asked: flows[movement] for asked, movement in root.items() if movement in flows}


def _with_moment(frame: pl.DataFrame) -> pl.DataFrame:
    names = ["row", "movement", "from_area", "to_area", "material", "method", "reverses"]
    lost = ["unreadable"] if "unreadable" in frame.columns else []
    return frame.select(*names, pl.col("at").to_physical().alias("moment"), *lost)


def _in_its_areas(row: Mapping[str, Any], codes: Mapping[str, int], cuts: TimeCuts) -> Iterator[Doubt]:
    """The period of each area that the movement names, which the moment decides; of all where it names none."""
    materials = _one(row["material"])
    named = {area for area in (row["from_area"], row["to_area"]) if area is not None}
    areas = set(codes) | named if {"from_area", "to_area"} & set(row["unreadable"]) or not named else named
    for area in sorted(areas):
        interval = _interval(area, row["moment"], codes, cuts)
        yield Doubt(
            "movements", row["row"], frozenset({area}), materials, interval=interval, stays=True, named=area in named
        )


def _interval(area: str, moment: int | None, codes: Mapping[str, int], cuts: TimeCuts) -> int | None:
    if moment is None or area not in codes:
        return None
    return int(cuts.interval.by(codes[area], int(np.searchsorted(cuts.cuts, moment))))


def _of_counts(books: KnownBooks, inventories: Inventories, cuts: TimeCuts) -> Iterator[Doubt]:
    places = inventories.place()
    codes = {area: code for code, area in enumerate(inventories.areas)}
    for row in _rows(books.set_aside["counts"].with_columns(moment=pl.col("at").to_physical())):
        for area in inventories.areas if row["area"] is None else (row["area"],):
            place = places.get((area, row["inventory"]))
            if place is not None:
                here, named = frozenset({area}), row["area"] is not None
                yield Doubt("counts", row["row"], here, _one(row["material"]), place=place, named=named)
                for shifted in _shifted(row["moment"], place, inventories):
                    yield Doubt("counts", row["row"], here, None, place=shifted, named=named)
            else:
                # It could be an inventory of its own, which leaves out anything; nobody can say which without its key.
                placed = row["area"] is None and row["inventory"] is not None
                interval = _interval(area, row["moment"], codes, cuts) if placed else None
                if interval is not None:
                    # What it found the later ones may have left out.
                    here, material = frozenset({area}), _one(row["material"])
                    yield Doubt("counts", row["row"], here, material, interval=interval, stays=True, named=False)
                    # Before the first inventory or after the last it would add a period: the nearest stands for it.
                    number = inventories.number(codes[area])
                    interval = max(min(interval, number - 1), min(1, number))
                yield Doubt("counts", row["row"], frozenset({area}), interval=interval)
                if row["inventory"] is None and area in codes:
                    yield from _of_a_nameless(row, area, codes[area], inventories)


def _of_a_nameless(row: Mapping[str, Any], area: str, code: int, inventories: Inventories) -> Iterator[Doubt]:
    """The inventories of an area that a count without the key of one stands near: they may not have left it out."""
    moment, named = row["moment"], row["area"] is not None
    for place in range(int(inventories.first[code]), int(inventories.first[code + 1])):
        if moment is None or abs(moment - inventories.at[place]) <= _NEAR:
            yield Doubt("counts", row["row"], frozenset({area}), _one(row["material"]), place=place, named=named)


def _shifted(moment: int | None, place: int, inventories: Inventories) -> Iterator[int]:
    """Inventories whose periods, for every material, a count at fault would shift by the moment that it gives.

    Its own, where it would stand later than the other rows say, or nobody can say; and all that it would then pass. A
    moment that nobody can say lies near those of the other rows, and so does one that lies days before them: it, or
    the inventory, is another.
    """
    lost = moment is None or moment < inventories.at[place] - _NEAR
    latest = inventories.at[place] + _NEAR if lost else moment
    if inventories.clouded[place] or latest > inventories.at[place]:
        yield place
        last = int(inventories.first[inventories.area[place] + 1])
        for later in range(place + 1, last):
            if inventories.at[later] < latest:
                yield later


def _of_readings(books: KnownBooks, inventories: Inventories, cuts: TimeCuts) -> Iterator[Doubt]:
    """A row at fault could be the earliest of its reading: its calibration is then that of all rows that repeat it."""
    lost = pl.col("unreadable").list.contains("measurement")
    aside = [
        books.set_aside[name].filter(pl.col("measurement").is_not_null() | lost).with_columns(lost=lost)
        for name in ("movements", "counts")
    ]
    if not any(rows.height for rows in aside):
        return
    repeating = _repeating(books, inventories, cuts)
    for name, rows in zip(("movements", "counts"), aside, strict=True):
        for row in _rows(rows.with_columns(moment=pl.col("at").to_physical())):
            same = repeating if row["lost"] else repeating.filter(pl.col("measurement") == row["measurement"])
            for method, earliest, area, material, interval, place in same.drop("measurement").rows():
                if _calibrated_otherwise(method, earliest, row["moment"], cuts):
                    here = frozenset({area})
                    yield Doubt(name, row["row"], here, frozenset({material}), interval=interval, place=place)


def _calibrated_otherwise(method: int, earliest: int, moment: int | None, cuts: TimeCuts) -> bool:
    """Whether a reading would have another calibration had it been made at this moment, or at one that is lost."""
    first, before = (int(np.searchsorted(cuts.cuts, at)) for at in (earliest, moment or 0))
    own, other = (int(cuts.calibration.by(method, place)) for place in (first, before))
    return own > 0 if moment is None else moment < earliest and other != own


def _repeating(books: KnownBooks, inventories: Inventories, cuts: TimeCuts) -> pl.DataFrame:
    """Every row with a measurement and a method, once for each of its areas, and the first moment of its reading."""
    moves = books.movements.filter(pl.col("measurement").is_not_null())
    codes = {area: code for code, area in enumerate(inventories.areas)}
    sides = [
        moves.select("measurement", "at", "method", "material", area=pl.col(side).cast(pl.String)).drop_nulls("area")
        for side in ("from_area", "to_area")
    ]
    moved = pl.concat(sides).with_columns(place=pl.lit(None, pl.Int64))
    intervals = [
        _interval(area, moment, codes, cuts) for area, moment in moved.select("area", pl.col("at").to_physical()).rows()
    ]
    moved = moved.with_columns(interval=pl.Series(intervals, dtype=pl.Int64))
    counted = books.counts.filter(pl.col("measurement").is_not_null())
    places = inventories.places(counted["area"], counted["inventory"]).cast(pl.Int64)
    counted = counted.select(
        "measurement", "at", "method", "material", pl.col("area").cast(pl.String), place=places,
        interval=pl.lit(None, pl.Int64),
    )  # fmt: skip
    both = pl.concat([moved.select(counted.columns), counted])
    earliest = pl.col("at").to_physical().min().over("measurement")
    return (
        both.with_columns(earliest=earliest)
        .drop_nulls("method")
        .select(
            "measurement", pl.col("method").to_physical().cast(pl.Int64), "earliest", "area",
            pl.col("material").cast(pl.String), "interval", "place",
        )
    )  # fmt: skip


def _of_contents(books: KnownBooks, inventories: Inventories, uses: pl.DataFrame) -> Iterator[Doubt]:
    """A content at fault touches every row of its material, and every inventory that left the material out."""
    for row in _rows(books.set_aside["contents"]):
        substances = _one(row["substance"])
        if row["material"] is None:
            yield Doubt("contents", row["row"], None, substances=substances)
            continue
        materials = None if substances is None else _one(row["material"])
        used = uses.filter(pl.col("material") == row["material"])
        for area, interval, place in used.select("area", "interval", "place").unique(maintain_order=True).rows():
            yield Doubt("contents", row["row"], frozenset({area}), materials, substances, interval, place)
        for area, interval in _left_out(used, inventories):
            yield Doubt("contents", row["row"], frozenset({area}), materials, substances, interval)


def _left_out(used: pl.DataFrame, inventories: Inventories) -> Iterator[tuple[str, int]]:
    """Areas and numbers of the inventories that left out a material of which the book holds some."""
    for (area,), rows in used.group_by("area", maintain_order=True):
        code = inventories.areas.index(str(area))
        moved, counted = rows.filter(pl.col("place").is_null()), rows.filter(pl.col("place").is_not_null())
        book = passed = 0.0
        for number in range(inventories.number(code)):
            found = counted.filter(pl.col("place") == int(inventories.first[code]) + number)
            if found.height:
                book = passed = float(found["quantity"].sum())
                continue
            flows = moved.filter(pl.col("interval") == number)
            book, passed = book + float(flows["change"].sum()), passed + float(flows["quantity"].sum())
            if abs(book) > NONE_LEFT * passed:
                yield str(area), number


def _of_keys(aside: pl.DataFrame, table: str, key: str, uses: pl.DataFrame) -> Iterator[Doubt]:
    """A material or method whose key stands in an earlier row too: which of them holds, nobody can say."""
    for row in _rows(aside.filter(pl.col(key).is_not_null())):
        yield from _where_used(table, row["row"], uses.filter(pl.col(key) == row[key]))


def _of_calibrations(
    books: KnownBooks, inventories: Inventories, cuts: TimeCuts, uses: pl.DataFrame
) -> Iterator[Doubt]:
    """A calibration at fault touches every measurement from its moment to the next calibration of the method."""
    measured = uses.filter(pl.col("method").is_not_null()) if uses.height else uses
    periodic = books["methods"].filter(pl.col("calibration_days").is_not_null())["method"]
    for row in _rows(books.set_aside["calibrations"].with_columns(moment=pl.col("at").to_physical())):
        used = measured if row["method"] is None else measured.filter(pl.col("method") == row["method"])
        if row["moment"] is not None and used.height:
            used = used.filter(_uses_it(row["moment"], books.calibrations, periodic, inventories, cuts))
        yield from _where_used("calibrations", row["row"], used)


def _of_checks(books: KnownBooks, uses: pl.DataFrame) -> Iterator[Doubt]:
    """A reading of a standard at fault touches all that was measured by the method which takes its errors from them."""
    for row, methods in lost_checks(books, _NAMED):
        yield from _where_used("checks", row, uses.filter(pl.col("method").is_in(methods)))


def _uses_it(
    moment: int, calibrations: pl.DataFrame, periodic: pl.Series, inventories: Inventories, cuts: TimeCuts
) -> pl.Expr:
    """Which measurements could have used a calibration at this moment; all, where it would override a period."""
    recorded = calibrations.group_by("method").agg(earlier=(pl.col("at").to_physical() <= moment).sum())
    listed = pl.col("method").is_in(recorded["method"].implode())
    earlier = pl.col("method").replace_strict(*recorded.get_columns(), default=None, return_dtype=pl.Int64)
    areas = np.arange(len(inventories.areas))
    passed = cuts.interval.by(areas, np.full(len(areas), np.searchsorted(cuts.cuts, moment)))
    begun = dict(zip(inventories.areas, passed.tolist(), strict=True))
    later = pl.col("interval") >= pl.col("area").replace_strict(begun, return_dtype=pl.Int64)
    counted = pl.col("place").is_in(np.flatnonzero(inventories.at >= moment).tolist())
    after = pl.when(pl.col("place").is_null()).then(later).otherwise(counted)
    overridden = ~listed & pl.col("method").is_in(periodic.implode())
    return overridden | (after & (~listed | (pl.col("calibration") == earlier)))


def _of_first_uses(books: KnownBooks, uses: pl.DataFrame) -> Iterator[Doubt]:
    """A row at fault that could be the first use of a method touches all that was measured with it."""
    for table, row, method in _first_uses(books):
        yield from _where_used(table, row, uses.filter(pl.col("method") == method))


def _first_uses(books: KnownBooks) -> Iterator[tuple[str, int, str]]:
    """Rows at fault that could be the first use from which the calibrations of a method are counted: table and row."""
    # Where none is at fault, and that is the rule, a long ledger is not looked through.
    at_fault = any(books.set_aside[table].height for table in ("movements", "counts"))
    counted = _counted_from_first_use(books) if at_fault else {}
    if not counted:
        return
    cancelled = _at_the_root(books, books.set_aside["movements"])
    for method, (at, step) in counted.items():
        undone = [name for name, flow in cancelled.items() if flow["method"] == method and flow["moment"] <= at[0]]
        for table in ("movements", "counts"):
            aside = books.set_aside[table].with_columns(moment=pl.col("at").to_physical())
            own = (pl.col("method") == method) | pl.col("unreadable").list.contains("method")
            earlier = own & (pl.col("moment").is_null() | (pl.col("moment") < int(at[0])))
            undoes = pl.col("reverses").is_in(undone) if table == "movements" else pl.lit(value=False)
            rows = aside.select("row", "moment", undoes=undoes.fill_null(value=False), own=earlier).filter(
                pl.col("undoes") | pl.col("own")
            )
            parting = (row for row, moment, other, _ in rows.rows() if other or _parts_otherwise(at, step, moment))
            yield from ((table, row, method) for row in islice(parting, _NAMED))


def _counted_from_first_use(books: KnownBooks) -> dict[str, tuple[Index, float]]:
    """The uses of each method whose calibrations follow from the first of them, and matter; and how far apart."""
    shared = plate_fills() | pl.any_horizontal(pl.col("systematic_rel", "systematic_abs").fill_null(0.0) > 0)
    days, recorded = pl.col("calibration_days"), books.calibrations["method"].unique().to_list()
    periodic = books["methods"].filter(shared & days.is_not_null() & ~pl.col("method").is_in(recorded))
    if periodic.is_empty():
        return {}
    what = (pl.col("method").cast(pl.String), pl.col("at").to_physical().alias("moment"))
    uses = pl.concat(table.select(what) for table in (books.movements, books.counts))
    uses = uses.filter(pl.col("method").is_in(periodic["method"].implode())).unique().sort("moment")
    at = {
        str(method): rows["moment"].to_numpy() for (method,), rows in uses.partition_by("method", as_dict=True).items()
    }
    return {
        method: (at[method], step * MICROSECONDS_A_DAY)
        for method, step in periodic.select("method", days).rows()
        if method in at
    }


def _parts_otherwise(at: Index, step: float, moment: int | None) -> bool:
    """Whether these uses would share their calibrations otherwise, with another before them; one may be at any time."""
    return moment is None or bool(np.ptp((at - moment) // step - (at - at[0]) // step))


def _where_used(table: str, row: int, used: pl.DataFrame) -> Iterator[Doubt]:
    if used.height == 0:
        return
    for area, material, interval, place in (
        used.select("area", "material", "interval", "place").unique(maintain_order=True).rows()
    ):
        yield Doubt(table, row, frozenset({area}), frozenset({material}), interval=interval, place=place)
