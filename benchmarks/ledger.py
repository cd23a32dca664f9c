"""Ten million movements in two thousand series: differences and Σ, beside a query that only sums the movements.

    python -m benchmarks.ledger [--movements N] [--series N]

Both sides start from the same checked tables in memory and are timed in CPU seconds over all threads. The peer is the
polars query that one would write by hand: each movement to the period of its area, then a sum by area, material and
period. Stockward closes the balances: differences, random and systematic errors, the full covariance of each series.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from benchmarks import figure
from stockward.answers.balances import Balances
from stockward.balance.closing import close_balances
from stockward.book import Settings, Site, tables
from stockward.book.known import known_at

START = datetime(2025, 7, 1, tzinfo=UTC)
WEEKS = 52
MATERIALS = 10
METHODS = 20


def make_site(movements: int, series: int, *, weeks: int = WEEKS, seed: int = 1) -> Site:
    """A checked site of bulk materials: every area holds every material and is counted weekly, on its own weekday."""
    rng = np.random.default_rng(seed)
    areas = [f"A{code:04d}" for code in range(max(series // MATERIALS, 1))]
    materials = [f"M{code}" for code in range(min(MATERIALS, series))]
    methods = [f"W{code:02d}" for code in range(METHODS)]
    keys = {"areas": pl.Enum(areas), "materials": pl.Enum(materials), "methods": pl.Enum(methods)}
    frames: dict[str, pl.DataFrame] = {name: pl.DataFrame(schema=table.schema()) for name, table in tables().items()}
    frames["areas"] = _like(frames["areas"], area=areas, kind=["store"] * len(areas))
    count = len(materials)
    frames["materials"] = _like(frames["materials"], material=materials, kind=["bulk"] * count, unit=["kg"] * count)
    frames["methods"] = _like(
        frames["methods"], method=methods, random_rel=[0.005] * METHODS, systematic_rel=[0.003] * METHODS
    )
    frames["movements"] = _whole("movements", _movements(rng, movements, weeks, keys))
    frames["counts"] = _whole("counts", _counts(rng, weeks, keys))
    settings = Settings.model_validate(
        {
            "format": 1,
            "site": {"name": "Ledger", "timezone": "UTC"},
            "detection": {"false_alarm": 0.05, "detection": 0.95},
        }
    )
    nothing = {
        name: pl.DataFrame(schema={**table.schema(), "unreadable": pl.List(pl.String)})
        for name, table in tables().items()
    }
    return Site(
        settings=settings, tables=MappingProxyType(frames), set_aside=MappingProxyType(nothing), problems=(),
        notices=(), files=MappingProxyType({}), sources=MappingProxyType({}),
    )  # fmt: skip


def _whole(name: str, made: pl.DataFrame) -> pl.DataFrame:
    """A table with the columns, all blank, that it was made without."""
    missing = {column: kind for column, kind in tables()[name].schema().items() if column not in made.columns}
    return made.with_columns(pl.lit(None, kind).alias(column) for column, kind in missing.items())


def _like(empty: pl.DataFrame, **columns: Any) -> pl.DataFrame:
    filled = pl.DataFrame(columns)
    return pl.concat(
        [empty, filled.with_columns(row=pl.int_range(2, filled.height + 2, dtype=pl.UInt32))], how="diagonal_relaxed"
    )


def _movements(rng: np.random.Generator, count: int, weeks: int, keys: dict[str, pl.Enum]) -> pl.DataFrame:
    kinds = pl.Enum(tables()["movements"]["kind"].choices)
    kind = rng.choice(np.array([0, 1, 2], np.uint8), count)
    areas = len(keys["areas"].categories)
    # Stock moves on to one of three areas, and is weighed on the scale of the area where it is handed over.
    source = rng.integers(0, areas, count)
    target = (source + rng.integers(1, 4, count)) % areas
    scale = np.where(kind == 0, target, source) % METHODS
    at = np.sort(rng.integers(0, weeks * 7 * 86_400, count)) * 1_000_000
    base = int(START.timestamp()) * 1_000_000
    frame = pl.DataFrame(
        {
            "row": np.arange(2, count + 2, dtype=np.uint32),
            "at": pl.Series(at + base).cast(pl.Datetime("us", "UTC")),
            "kind": _coded(kind, kinds),
            "material": _coded(rng.integers(0, len(keys["materials"].categories), count), keys["materials"]),
            "quantity": rng.uniform(1.0, 100.0, count),
            "from_area": _coded(source, keys["areas"]),
            "to_area": _coded(target, keys["areas"]),
            "method": _coded(scale, keys["methods"]),
        }
    )
    whole = frame.with_columns(
        movement=pl.col("row").cast(pl.String),
        from_area=pl.when(pl.col("kind") != "receipt").then("from_area"),
        to_area=pl.when(pl.col("kind") != "issue").then("to_area"),
    )
    text = pl.lit(None, pl.String)
    moment = pl.lit(None, pl.Datetime("us", "UTC"))
    return whole.with_columns(unit=text, document=text, recorded_at=moment, recorded_by=text, reverses=text, note=text)


def _coded(codes: np.ndarray, keys: pl.Enum) -> pl.Series:
    size = pl.UInt8 if len(keys.categories) < 255 else pl.UInt16
    return pl.Series(codes).cast(size).cat.to(keys)


def _counts(rng: np.random.Generator, weeks: int, keys: dict[str, pl.Enum]) -> pl.DataFrame:
    grid = (
        pl.DataFrame({"week": np.arange(weeks + 1)})
        .join(pl.DataFrame({"area": keys["areas"].categories}).with_row_index("code"), how="cross")
        .join(pl.DataFrame({"material": keys["materials"].categories}), how="cross")
    )
    return grid.select(
        row=pl.int_range(2, grid.height + 2, dtype=pl.UInt32),
        inventory=pl.format("I{}", "week"),
        at=(pl.lit(START) + pl.duration(days=pl.col("week") * 7 + pl.col("code") % 7)),
        area=pl.col("area").cast(keys["areas"]),
        material=pl.col("material").cast(keys["materials"]),
        quantity=pl.Series(rng.uniform(1e4, 2e4, grid.height)),
        method=pl.lit("W00").cast(keys["methods"]),
        unit=pl.lit(None, pl.String),
        sheet=pl.lit(None, pl.String),
        counted_by=pl.lit(None, pl.String),
        recorded_at=pl.lit(None, pl.Datetime("us", "UTC")),
    )


def peer(site: Site) -> pl.DataFrame:
    """Sum the movements by area, material and period; nothing else."""
    inventories = site["counts"].lazy().group_by("area", "inventory").agg(pl.col("at").max()).sort("at")
    movements = site["movements"].lazy()
    columns = ["at", "material", "quantity"]
    into = movements.filter(pl.col("to_area").is_not_null()).select(*columns, area="to_area")
    out = movements.filter(pl.col("from_area").is_not_null()).select(
        "at", "material", -pl.col("quantity"), area="from_area"
    )
    sums = [
        side.join_asof(inventories, on="at", by="area", strategy="forward", check_sortedness=False)
        .group_by("area", "material", "inventory")
        .agg(pl.col("quantity").sum())
        for side in (into, out)
    ]
    return pl.concat(sums).group_by("area", "material", "inventory").agg(pl.col("quantity").sum()).collect()


def close(site: Site) -> Balances:
    """What Stockward does: differences, σ and the covariance of every series."""
    return close_balances(known_at(site, None))


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU time of one run, all threads."""
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--movements", type=int, default=10_000_000)
    parser.add_argument("--series", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    site = make_site(options.movements, options.series)
    pairs = [(cpu_seconds(lambda: peer(site)), cpu_seconds(lambda: close(site))) for _ in range(options.runs)]
    ratio = float(np.median([mine / other for other, mine in pairs]))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    for other, mine in pairs:
        print(f"peer {other:.2f} s  stockward {mine:.2f} s  ratio {mine / other:.2f}")
    size = f"{options.movements:,} movements, {options.series:,} series"
    figure(f"{size}: closing / polars sums", ratio, limit=1.5)
    figure(f"{size}: peak memory, GB", memory, limit=4)


if __name__ == "__main__":
    main()
