"""The rows behind an alarm, and the counted stock by stage: what the report shows beside the figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from stockward.answers.balances import Balances
from stockward.answers.losses import SeriesVerdict
from stockward.balance.composition import holdings_of
from stockward.balance.legs import CONVERSIONS
from stockward.balance.series_periods import discrepant
from stockward.book.checks.refused.stated_errors import exact_methods
from stockward.book.known import KnownBooks, is_late
from stockward.terms.verdicts import ALARMING, Basis, PeriodStatus, Scope

_COLUMNS = (
    "series", "inventory", "table", "row", "at", "kind", "material", "quantity", "unit", "from_area", "to_area",
    "method", "document", "late", "exact",
)  # fmt: skip
"""``exact`` says that the method of a row states errors of 0 alone."""

_SHOWN = (
    "row", "at", "recorded_at", "kind", "material", "quantity", "from_area", "to_area", "method", "document",
)  # fmt: skip
"""Columns of movements that are shown."""


def rows_behind(books: KnownBooks, balances: Balances, verdicts: tuple[SeriesVerdict, ...]) -> pl.DataFrame:
    """Movements and counts that entered the periods from which the alarm of each series comes."""
    alarming = [(series, verdict) for series, verdict in enumerate(verdicts) if verdict.verdict in ALARMING]
    if not alarming:
        return _of_nothing()
    rows = BooksByArea(books)
    found = [
        rows_of_periods(rows, balances, series, _alarming_periods(balances, series, verdict))
        for series, verdict in alarming
    ]
    return pl.concat([_of_nothing(), *found], how="vertical")


@dataclass(frozen=True)
class BooksByArea:
    """The rows of the books by area: cut once, however many series are looked at."""

    books: KnownBooks

    @cached_property
    def holdings(self) -> pl.DataFrame:
        """What each material is accounted for as."""
        return holdings_of(self.books)

    def moved(self, area: str) -> pl.DataFrame:
        """Movements from the area or to it, but for those that never left it."""
        none = self.books.movements.select(_SHOWN).clear()
        return pl.concat([side.get(area, none) for side in self._moved])

    def counted(self, area: str) -> pl.DataFrame:
        """All counts of the area."""
        return self._counted.get(area, self.books.counts.clear())

    @cached_property
    def _moved(self) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
        between = self.books.movements.select(_SHOWN).filter(pl.col("from_area").ne_missing(pl.col("to_area")))
        return _parted(between, "from_area"), _parted(between, "to_area")

    @cached_property
    def _counted(self) -> dict[str, pl.DataFrame]:
        return _parted(self.books.counts, "area")


def _parted(rows: pl.DataFrame, area: str) -> dict[str, pl.DataFrame]:
    return {str(key): part for (key,), part in rows.partition_by(area, as_dict=True).items() if key is not None}


def rows_of_periods(rows: BooksByArea, balances: Balances, series: int, periods: pl.DataFrame) -> pl.DataFrame:
    """Movements and counts that entered these periods of one series."""
    key = balances.series.row(series, named=True)
    held = rows.holdings.filter(
        (pl.col("holding") == (key["substance"] or key["material"])) & (pl.col("basis") == key["basis"])
    )
    materials = held["material"].to_list()
    if key["scope"] == Scope.SITE.value:
        return _rows_of_site(rows, balances, materials, periods, series)
    return _rows_of(rows.books, *_entering(rows, key["area"], materials, key["basis"]), periods, series)


def _rows_of_site(
    books: BooksByArea, balances: Balances, materials: list[str], periods: pl.DataFrame, series: int
) -> pl.DataFrame:
    """Rows of every area of a series of the site, between the inventories of the area that were joined; each once."""
    found = [_of_nothing()]
    joined = balances.joined.filter(pl.col("series") == series)
    for (area,), own in joined.group_by("area", maintain_order=True):
        here = own.with_columns(start=pl.col("at").shift(1)).filter(
            pl.col("inventory").is_in(periods["inventory"].implode())
        )
        called = dict(here.select("area_inventory", "inventory").rows())
        spans = here.select(inventory="area_inventory", start="start", end="at")
        rows = _rows_of(books.books, *_entering(books, str(area), materials, Basis.BULK.value), spans, series)
        found.append(rows.with_columns(pl.col("inventory").replace_strict(called, return_dtype=pl.String)))
    place = pl.col("inventory").replace_strict(periods["inventory"], range(periods.height), return_dtype=pl.Int64)
    return (
        pl.concat(found)
        .unique(["inventory", "table", "row"], keep="first", maintain_order=True)
        .sort(place, "at", "table", "row", maintain_order=True)
    )


def _alarming_periods(balances: Balances, series: int, verdict: SeriesVerdict) -> pl.DataFrame:
    """Periods in which a loss can have gone, or those with a discrepancy."""
    periods = balances.periods.filter(pl.col("series") == series)
    if verdict.losses:
        inside = [pl.col("start").ge(one.not_before) & pl.col("end").le(one.not_after) for one in verdict.losses]
        return periods.filter((pl.col("status") == PeriodStatus.CLOSED.value) & pl.any_horizontal(inside))
    left = pl.Series(values=[bool(one) for one in verdict.left], dtype=pl.Boolean)
    return periods.filter(discrepant() | left)


def _entering(
    rows: BooksByArea, area: str, materials: list[str], basis: str
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Movements that enter a series, its counts, and all counts of its area."""
    of_materials = pl.col("material").cast(pl.String).is_in(materials)
    internal = [] if basis == "item" else list(CONVERSIONS)
    moved = rows.moved(area).filter(of_materials & ~pl.col("kind").is_in(internal))
    of_area = rows.counted(area)
    return moved, of_area.filter(of_materials), of_area


def _rows_of(
    books: KnownBooks,
    moved: pl.DataFrame,
    counted: pl.DataFrame,
    of_area: pl.DataFrame,
    periods: pl.DataFrame,
    series: int,
) -> pl.DataFrame:
    """Rows of each period: both its counts, and every flow between them."""
    ends = periods.select(period="inventory", begins="start", ends="end").with_row_index("place").sort("ends")
    flows = moved.sort("at").join_asof(ends, left_on="at", right_on="ends", strategy="forward")
    bounds = _inventories_of(of_area, periods)
    stood = counted.join(bounds, on="inventory", maintain_order="right_left").with_columns(
        from_area=pl.lit(None, pl.String), to_area=pl.col("area"), document=pl.lit(None, pl.String)
    )
    units = books["materials"].select(pl.col("material"), own=pl.col("unit"))
    exact = exact_methods(books["methods"])
    entered = [
        _shown(stood, "counts", units, exact),
        _shown(flows.filter(pl.col("at") > pl.col("begins")), "movements", units, exact),
    ]
    return (
        pl.concat(entered)
        .sort("place", "at", "table", "row")
        .select(pl.lit(series, pl.Int64).alias("series"), pl.col("period").alias("inventory"), *_COLUMNS[2:])
    )


def _inventories_of(counts: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """The inventories of an area that begin and end each period; of those at one moment, the last before the end."""
    moments = counts.group_by("inventory").agg(pl.col("at").max()).sort("at", "inventory")
    names, stands = moments["inventory"].to_list(), moments["at"].to_list()
    bounds = []
    for place, (closing, start) in enumerate(periods.select("inventory", "start").rows()):
        if closing not in names:  # an area of which no good count is left has no rows to show
            continue
        before = names.index(closing)
        opening = [name for name, at in zip(names[:before], stands[:before], strict=True) if at == start]
        bounds.append((place, closing, closing, "closing count"))
        if opening:
            bounds.append((place, closing, opening[-1], "opening count"))
    schema = {"place": pl.UInt32, "period": pl.String, "inventory": pl.String, "kind": pl.String}
    return pl.DataFrame(bounds, schema=schema, orient="row")


def _shown(frame: pl.DataFrame, table: str, units: pl.DataFrame, exact: Sequence[str]) -> pl.DataFrame:
    texts = ("kind", "material", "from_area", "to_area", "method", "document")
    return frame.with_columns(pl.col(name).cast(pl.String) for name in texts).join(
        units, on="material", how="left", maintain_order="left"
    ).select(
        "place", "period", pl.lit(table).alias("table"), pl.col("row").cast(pl.Int64), "at", "kind", "material",
        "quantity",
        pl.col("own").alias("unit"), "from_area", "to_area", "method", "document", is_late().alias("late"),
        pl.col("method").is_in(exact).fill_null(value=False).alias("exact"),
    )  # fmt: skip


def _of_nothing() -> pl.DataFrame:
    types: dict[str, pl.DataType | type[pl.DataType]] = {
        "series": pl.Int64,
        "row": pl.Int64,
        "at": pl.Datetime("us", "UTC"),
        "quantity": pl.Float64,
        "late": pl.Boolean,
        "exact": pl.Boolean,
    }
    return pl.DataFrame(schema={name: types.get(name, pl.String) for name in _COLUMNS})


_STOCK_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "at": pl.Datetime("us", "UTC"),
    "stage": pl.String,
    "holding": pl.String,
    "quantity": pl.Float64,
    "unit": pl.String,
}


def stock_by_stage(books: KnownBooks) -> pl.DataFrame:
    """Counted stock of the whole site by stage over time: ``at``, ``stage``, ``holding``, ``quantity``, ``unit``.

    At the moment of every inventory, the sum over the areas of what each held when it was last counted; only stages
    that the materials state, a substance in its own unit, items that hold none by number.
    """
    stages = books["materials"].select("material", "stage").drop_nulls()
    if stages.is_empty():
        return pl.DataFrame(schema=_STOCK_SCHEMA)
    holdings = holdings_of(books)
    bulk = holdings.filter(pl.col("basis") == "bulk")
    only_items = holdings.filter((pl.col("basis") == "item") & ~pl.col("material").is_in(bulk["material"].implode()))
    held = pl.concat([bulk, only_items]).join(stages, on="material")
    moments = books.counts.group_by("area", "inventory").agg(stands=pl.col("at").max())
    counted = (
        books.counts.join(moments, on=["area", "inventory"])
        .select(pl.col("material").cast(pl.String), pl.col("area").cast(pl.String), "stands", "quantity")
        .join(held, on="material")
        .group_by("stage", "holding", "unit", "area", "stands")
        .agg(quantity=(pl.col("quantity") * pl.col("amount")).sum())
    )
    places = counted.select("stage", "holding", "unit", "area").unique()
    grid = places.join(counted.select("stage", "holding", "stands").unique(), on=["stage", "holding"])
    filled = (
        grid.join(counted, on=["stage", "holding", "unit", "area", "stands"], how="left")
        .sort("stage", "holding", "area", "stands")
        .with_columns(pl.col("quantity").forward_fill().over("stage", "holding", "area"))
    )
    return (
        filled.group_by("stage", "holding", "unit", "stands")
        .agg(quantity=pl.col("quantity").fill_null(0.0).sum())
        .select(at="stands", stage="stage", holding="holding", quantity="quantity", unit="unit")
        .sort("stage", "holding", "at")
    )
