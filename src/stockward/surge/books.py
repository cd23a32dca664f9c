"""The books of a site with a surge in them: flows multiplied, and counts raised by what then piles up."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from stockward.balance.stocks import sides
from stockward.book import Site
from stockward.book.known import KnownBooks
from stockward.book.schema.kinds import CLAIMS
from stockward.surge.asked import Surge
from stockward.surge.demand import material_factors
from stockward.terms.periods import first_moment

_DOORS = ("gate", "dock")
_KEYS = ["area", "material"]
_ROUNDING = 1e-9


def surged_site(books: KnownBooks, surge: Surge) -> Site:
    """The site as known, with more production in its movements and counts; nothing else is replaced.

    Raises ``UsageError`` where the surge names a line or substance that stands nowhere in the books.
    """
    flows = with_factors(books, surge)
    movements, counts = _multiplied(flows, surge.weighings), _with_piles(books, flows)
    movements, counts = movements.cast(books.movements.schema), counts.cast(books.counts.schema)
    return books.site.replace(movements=movements, counts=counts, checks=books.checks)


def with_factors(books: KnownBooks, surge: Surge) -> pl.DataFrame:
    """Every movement with the ``factor`` of its quantity, keys as text.

    What is dispatched has its own factor: an issue from anywhere but a process, and what is brought to a gate or dock
    from which that material is issued. Write-offs and finds are claims about the book, and stay as they are.
    """
    kinds = dict(books["areas"].select("area", "kind").rows())
    flows = books.movements.with_columns(pl.col("material", "kind", "from_area", "to_area").cast(pl.String))
    issued = flows.filter(pl.col("kind") == "issue").select(to_area="from_area", material="material").unique()
    doors = issued.filter(pl.col("to_area").replace_strict(kinds, default=None, return_dtype=pl.String).is_in(_DOORS))
    flows = flows.join(
        doors.with_columns(leaves=pl.lit(True)), on=["to_area", "material"], how="left", maintain_order="left"
    )
    from_process = (
        pl.col("from_area").replace_strict(kinds, default=None, return_dtype=pl.String).eq_missing(pl.lit("process"))
    )
    dispatched = pl.when(pl.col("kind") == "issue").then(~from_process).otherwise(pl.col("leaves").fill_null(False))
    factors = material_factors(books, surge.production, surge.only)
    grown = pl.col("material").replace_strict(factors, default=1.0, return_dtype=pl.Float64)
    raised = (
        pl.when(~_during(surge, books.site.timezone) | pl.col("kind").is_in(CLAIMS))
        .then(1.0)
        .when(dispatched & (grown != 1.0))
        .then(surge.dispatch)
        .otherwise(grown)
    )
    return flows.with_columns(factor=raised).drop("leaves")


def _during(surge: Surge, timezone: str) -> pl.Expr:
    inside = pl.lit(True)
    if surge.since is not None:
        inside &= pl.col("at") >= first_moment(surge.since, timezone)
    if surge.until is not None and surge.until < date.max:
        inside &= pl.col("at") < first_moment(surge.until + timedelta(days=1), timezone)
    return inside


def _multiplied(flows: pl.DataFrame, weighings: str) -> pl.DataFrame:
    """Movements of larger quantities, or more of today's; of these, the last may be a part of one.

    What comes on top of today's is weighed by itself: it repeats no reading.
    """
    if weighings == "heavier":
        return flows.with_columns(quantity=pl.col("quantity") * pl.col("factor")).drop("factor")
    times = pl.col("factor").ceil().cast(pl.Int64)
    rows = flows.with_columns(number=pl.int_ranges(times)).explode("number")
    part = (pl.col("factor") - pl.col("number")).clip(0.0, 1.0)
    repeated = pl.when(pl.col("number") == 0).then("measurement")
    return rows.with_columns(quantity=pl.col("quantity") * part, measurement=repeated).drop("factor", "number")


def _with_piles(books: KnownBooks, flows: pl.DataFrame) -> pl.DataFrame:
    """The counts with what the surge adds to each stock; what an inventory left out because there was none is added.

    A counted nothing that becomes something is measured as the material mostly is in its area. A thing that was read
    once stays what it was: what piles up stands beside it, and only what is taken away is taken from it, too.
    """
    rows = books.counts.with_columns(pl.col("area", "material", "method").cast(pl.String), order=pl.int_range(pl.len()))
    added = _added(rows, sides(flows.filter(~pl.col("kind").is_in(CLAIMS))))
    if added.is_empty():
        return books.counts
    inventory = ["inventory", *_KEYS]
    open_rows = rows.filter(pl.col("measurement").is_null())
    new = added.filter(pl.col("added") > 0).join(open_rows, on=inventory, how="anti", maintain_order="left")
    new = new.select(*inventory, "recorded_at", at="moment", quantity=pl.lit(0.0)).with_columns(
        row=pl.lit(0, rows.schema["row"]), order=pl.lit(rows.height, rows.schema["order"])
    )
    rows = pl.concat([rows, new], how="diagonal").join(
        added.select(*inventory, "added"), on=inventory, how="left", maintain_order="left"
    )
    # The rows of one inventory share what is added to its stock.
    takes = pl.col("measurement").is_null() | (pl.col("added") < 0).fill_null(False)
    more = pl.when(takes).then(pl.col("added")).fill_null(0.0) / takes.sum().over(inventory).clip(1)
    rows = rows.with_columns(quantity=(pl.col("quantity") + more).clip(0.0))
    rows = rows.join(_usual_methods(books.counts), on=_KEYS, how="left", maintain_order="left")
    rows = rows.with_columns(method=pl.coalesce("method", "usual")).sort("order", maintain_order=True)
    return rows.select(books.counts.columns)


def _added(rows: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """What a surge adds to every stock at every inventory, so that each balance closes as it did, times its factor.

    With the factors f in and g out of an interval in which the stock changed by Δ, it then changes by
    ``g Δ + (f − g) × what came in``; a stock that would sink below the least it ever was begins as much higher.
    """
    times = rows.group_by("inventory", "area", maintain_order=True).agg(
        moment=pl.col("at").max(), recorded_at=pl.col("recorded_at").max()
    )
    pairs = moved.filter(pl.col("factor") != 1.0).select(_KEYS).unique(maintain_order=True)
    stock = rows.group_by("inventory", *_KEYS, maintain_order=True).agg(stock=pl.col("quantity").sum())
    grid = times.join(pairs, on="area", maintain_order="left").join(stock, on=["inventory", *_KEYS], how="left")
    ends = times.select("area", "moment").unique().sort("moment")
    passed = moved.sort("at").join_asof(
        ends, left_on="at", right_on="moment", by="area", strategy="forward", check_sortedness=False
    )
    flows = passed.group_by(*_KEYS, "moment", maintain_order=True).agg(
        came=pl.col("quantity").filter(pl.col("way") > 0).sum(), rate_in=_mean_factor(1), rate_out=_mean_factor(-1)
    )
    grid = grid.join(flows, on=[*_KEYS, "moment"], how="left").sort(*_KEYS, "moment", "inventory")
    rate_in, rate_out = pl.coalesce("rate_in", "rate_out"), pl.coalesce("rate_out", "rate_in")
    change = pl.col("stock").diff().over(_KEYS)
    # Two means of one factor differ by rounding, which is no excess.
    excess = pl.when((rate_in - rate_out).abs() > _ROUNDING).then(rate_in - rate_out).otherwise(0.0)
    step = (rate_out - 1.0) * change + excess * pl.col("came")
    # What came before the first inventory belongs to no balance.
    grid = grid.with_columns(pl.col("stock").fill_null(0.0)).with_columns(
        added=pl.when(change.is_null()).then(0.0).otherwise(step).fill_null(0.0).cum_sum().over(_KEYS)
    )
    raised = pl.col("stock") + pl.col("added")
    higher = (pl.col("stock").min().over(_KEYS) - raised.min().over(_KEYS)).clip(0.0)
    return grid.with_columns(added=pl.col("added") + higher)


def _mean_factor(way: int) -> pl.Expr:
    chosen = pl.col("way") == way
    total = pl.col("quantity").filter(chosen).sum()
    return pl.when(total > 0).then((pl.col("factor") * pl.col("quantity")).filter(chosen).sum() / total)


def _usual_methods(counts: pl.DataFrame) -> pl.DataFrame:
    """The method by which each material of an area is mostly counted."""
    named = counts.drop_nulls("method").with_columns(pl.col("area", "material", "method").cast(pl.String))
    return named.group_by(_KEYS, maintain_order=True).agg(usual=pl.col("method").mode().sort().first())
