"""The books of a site as they would be with a plan in them: counted and calibrated as it says, with what it buys.

Only what σ depends on is true to the plan: an inventory that is added finds what the books hold at its moment.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import polars as pl

from stockward.answers.plan import MeasureKind
from stockward.balance.sigma.terms import calibrations_of, key_list
from stockward.balance.stocks import BookStock
from stockward.book import Site
from stockward.book.known import KnownBooks
from stockward.book.schema.kinds import CLAIMS
from stockward.protection.closed.weighed_twice import with_rows_halved
from stockward.protection.decisions import DecidedLevels, Option
from stockward.protection.further_options import Doubled, Parted
from stockward.protection.response.figures import Upgrade
from stockward.terms.periods import MICROSECONDS_A_DAY

_ADDED = " + "
"""Stands in the name of an inventory that the plan adds, behind that of the one that it precedes."""


def planned_site(books: KnownBooks, choice: DecidedLevels, joined: pl.DataFrame) -> Site:
    """The site as known, with the plan in its tables; nothing else is replaced.

    ``joined`` are the inventories of areas that are one of the site together (``Balances.joined``): of inventories that
    are left out, such as these stay.
    """
    kept_first = set(joined.select("area", "area_inventory").rows())
    counts, methods, calibrations = books.counts, books["methods"], books["calibrations"]
    doubled: list[Doubled] = []
    for one, place in choice.items():
        value = one.levels[place].value
        if isinstance(value, Option):
            methods = _replaced(methods, one.of, value)
        elif isinstance(value, Doubled):
            doubled += [value] if value.share else []
        elif isinstance(value, Parted | Upgrade):
            continue  # The books do not say what would be in which part, nor who comes when.
        elif one.kind is MeasureKind.CALIBRATIONS:
            calibrations = _calibrated(books, calibrations, one.of, value) if value else calibrations
        elif value != 1:
            counts = _counted(books, counts, one.of, value, kept_first)
    if counts is not books.counts:
        calibrations = _kept_as_today(books, calibrations)
    tables = {"counts": counts, "methods": methods, "calibrations": calibrations, "movements": books.movements}
    # The other scale has the errors and the calibrations that the plan gives the first.
    for value in doubled:
        tables = with_rows_halved(books, tables, value)
    return books.site.replace(
        counts=tables["counts"], methods=tables["methods"], calibrations=tables["calibrations"],
        movements=tables["movements"], checks=books.checks,
    )  # fmt: skip


def _counted(
    books: KnownBooks, counts: pl.DataFrame, area: str, times: Fraction, kept_first: set[tuple[str, str]]
) -> pl.DataFrame:
    own = counts.filter(pl.col("area").cast(pl.String) == area)
    others = counts.filter((pl.col("area").cast(pl.String) != area).fill_null(True))
    moments = own.group_by("inventory").agg(pl.col("at").max()).sort("at", "inventory")
    if times < 1:
        kept = _thinned(moments["inventory"].to_list(), int(1 / times), {one for of, one in kept_first if of == area})
        return pl.concat([others, own.filter(pl.col("inventory").is_in(kept))])
    return pl.concat([others, own, *_added(books, own, moments, area, int(times))])


def _thinned(inventories: list[str], every: int, joined: set[str]) -> list[str]:
    """Every so many of the inventories back from the last; of those about as far apart, one that is joined.

    A count that nobody misses is left out first: those on which all areas are counted together make the site's.
    """
    kept = []
    for place in range(len(inventories) - 1, -1, -every):
        near = range(max(place - every // 2, 0), min(place + (every - 1) // 2, len(inventories) - 1) + 1)
        kept.append(min(near, key=lambda one: (inventories[one] not in joined, abs(one - place))))
    return [inventories[one] for one in dict.fromkeys(kept)]


def _added(books: KnownBooks, own: pl.DataFrame, moments: pl.DataFrame, area: str, times: int) -> list[pl.DataFrame]:
    """The inventories between two, which list what is read once as the later one does, and all else by the books."""
    # A write-off is a claim about the book: a balance is closed before it, with what it wrote off still there.
    physical = books.movements.filter(~pl.col("kind").cast(pl.String).is_in(CLAIMS))
    stock = BookStock.of(replace(books, movements=physical))
    place = stock.areas.index(area)
    usual, known = _usual_methods(books, own), _ever_in(books, area)
    found = []
    for (_, begin), (inventory, end) in pairwise(moments.select("inventory", pl.col("at").to_physical()).rows()):
        resting = own.filter((pl.col("inventory") == inventory) & pl.col("measurement").is_not_null())
        held = dict(resting.group_by(pl.col("material").cast(pl.String)).agg(pl.col("quantity").sum()).rows())
        for number in range(1, times):
            at = begin + (end - begin) * number // times
            quantities = stock.quantities(at)[place]
            rows = [
                (material, max(float(quantity) - held.get(material, 0.0), 0.0))
                for material, quantity in zip(stock.materials, quantities, strict=True)
                if quantity > 0 or material in known
            ]
            named = pl.lit(f"{inventory}{_ADDED}{number}")
            listed = pl.DataFrame(rows, schema={"material": pl.String, "quantity": pl.Float64}, orient="row")
            listed = listed.join(usual, on="material", how="left", maintain_order="left").with_columns(
                area=pl.lit(area), inventory=named, at=pl.lit(at).cast(own.schema["at"])
            )
            again = resting.with_columns(inventory=named, at=pl.lit(at).cast(own.schema["at"]))
            found += [_as(listed, own), _as(again, own)]
    return found


def _ever_in(books: KnownBooks, area: str) -> set[str]:
    """The materials that were ever moved into an area or out of it: an inventory says of each how much is there."""
    of_area = [pl.col(name).cast(pl.String) == area for name in ("from_area", "to_area")]
    return set(books.movements.filter(pl.any_horizontal(of_area))["material"].cast(pl.String))


def _usual_methods(books: KnownBooks, own: pl.DataFrame) -> pl.DataFrame:
    """The method by which each bulk material of an area is mostly counted, or mostly weighed where it never was."""
    bulk = books["materials"].filter(pl.col("kind") == "bulk").select(pl.col("material").cast(pl.String))
    return bulk.join(_mostly(own, "method"), on="material", how="left", maintain_order="left").join(
        _mostly(books.movements, "weighed"), on="material", how="left", maintain_order="left"
    ).select("material", method=pl.coalesce("method", "weighed"))  # fmt: skip


def _mostly(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """The method that most rows of each material have, as a column of that name."""
    named = rows.drop_nulls("method").with_columns(pl.col("material", "method").cast(pl.String))
    return named.group_by("material", maintain_order=True).agg(pl.col("method").mode().sort().first().alias(name))


def _as(rows: pl.DataFrame, like: pl.DataFrame) -> pl.DataFrame:
    """Rows with the columns and types of a table; blank where they say nothing."""
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
        if name != "row"
        else pl.lit(0, dtype).alias(name)
        for name, dtype in like.schema.items()
    )


def _kept_as_today(books: KnownBooks, calibrations: pl.DataFrame) -> pl.DataFrame:
    """With the calibrations that follow from ``calibration_days`` where they fall today.

    They are told from the first use of a method, which may be an inventory that the plan leaves out.
    """
    methods = key_list(books.counts["method"])
    owners, moments = calibrations_of(books, methods)
    listed = set(calibrations["method"].cast(pl.String))
    rows = [(methods[owner], at) for owner, at in zip(owners, moments, strict=True) if methods[owner] not in listed]
    added = pl.DataFrame(rows, schema={"method": pl.String, "at": pl.Int64}, orient="row")
    added = added.with_columns(pl.col("at").cast(calibrations.schema["at"]))
    return pl.concat([calibrations, _as(added, calibrations)])


def _calibrated(books: KnownBooks, calibrations: pl.DataFrame, method: str, days: Fraction) -> pl.DataFrame:
    """With a calibration every so many days from the first inventory or movement on, beside those of today."""
    moments = pl.concat([books.movements["at"], books.counts["at"]]).to_physical()
    first, last = int(moments.min() or 0), int(moments.max() or 0)  # type: ignore[arg-type]
    step = int(days * MICROSECONDS_A_DAY)
    added = pl.DataFrame({"at": range(first, last + 1, step)}, schema={"at": pl.Int64}).with_columns(
        method=pl.lit(method), at=pl.col("at").cast(calibrations.schema["at"])
    )
    return pl.concat([calibrations, _as(added, calibrations)])


def _replaced(methods: pl.DataFrame, method: str, option: Option) -> pl.DataFrame:
    """With the errors of the option in place of those of its method."""
    own = pl.col("method").cast(pl.String) == method
    pairs = zip(("random_rel", "random_abs"), option.random, strict=True)
    ratios = dict([*pairs, *zip(("systematic_rel", "systematic_abs"), option.systematic, strict=True)])
    return methods.with_columns(
        pl.when(own).then(pl.col(name) * ratio).otherwise(pl.col(name)).alias(name) for name, ratio in ratios.items()
    )
