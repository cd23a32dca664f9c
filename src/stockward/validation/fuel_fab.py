"""The fuel-fabrication plant: real input that was not made by this project.

It was simulated by a US national laboratory and published with its accountancy toolkit in 2021: 26 inventories, 2
inputs and 3 outputs of uranium, one row an hour over nine months. The data are no part of the project: they are read
from ``data/fuel_fab`` below the folder that the environment variable STOCKWARD_SHARED names (default ``../shared``).
"""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from stockward.balance.closing import close_balances
from stockward.book import read_site
from stockward.book.known import known_at

HOUR_0 = datetime(2021, 1, 1, tzinfo=UTC)
PERIOD_HOURS = 416
ROUNDING_KG = 1e-9

FUEL_SITE = """\
format = 1
[site]
name = "Fuel fabrication plant (simulated)"
timezone = "UTC"
[detection]
false_alarm = 0.05
detection = 0.95
"""


def convert(
    data: Path, out: Path, *, random_rel: float, systematic_rel: float, period_hours: int = PERIOD_HOURS
) -> None:
    """Write the site folder ``out`` from the three Parquet files in ``data``."""
    inventories = pl.read_parquet(data / "inventories.parquet")
    inputs, outputs = pl.read_parquet(data / "inputs.parquet"), pl.read_parquet(data / "outputs.parquet")
    hour = inventories.columns[0]
    streams = [name for frame in (inventories, inputs, outputs) for name in frame.columns if name != hour]
    tables = {
        "areas": pl.DataFrame({"area": ["plant"], "kind": ["process"], "name": ["Fuel fabrication plant"]}),
        "materials": pl.DataFrame({"material": ["uranium"], "kind": ["bulk"], "unit": ["kg"], "stage": ["in_process"]}),
        "methods": pl.DataFrame({"method": streams}).with_columns(
            random_rel=pl.lit(random_rel), systematic_rel=pl.lit(systematic_rel)
        ),
        "movements": pl.concat(
            [_movements(inputs, "receipt", "to_area"), _movements(outputs, "issue", "from_area")], how="diagonal"
        ),
        "counts": _counts(inventories, period_hours),
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "site.toml").write_text(FUEL_SITE, encoding="utf-8")
    for name, table in tables.items():
        table.write_csv(out / f"{name}.csv")


def _long(frame: pl.DataFrame, unit: str) -> pl.DataFrame:
    """One row an hour and stream, with the moment as the format writes it."""
    hour = frame.columns[0]
    return frame.unpivot(index=hour, variable_name="method", value_name="quantity").select(
        hour=pl.col(hour).cast(pl.Int64),
        at=(pl.lit(HOUR_0) + pl.duration(hours=pl.col(hour))).dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        method=pl.col("method"),
        material=pl.lit(unit),
        quantity=pl.col("quantity"),
    )


def _movements(frame: pl.DataFrame, kind: str, side: str) -> pl.DataFrame:
    samples = _long(frame, "uranium").filter(pl.col("quantity") > ROUNDING_KG)
    return samples.select(
        movement=pl.col("method") + "-" + pl.col("hour").cast(pl.String),
        at=pl.col("at"),
        kind=pl.lit(kind),
        material=pl.col("material"),
        quantity=pl.col("quantity"),
        method=pl.col("method"),
        **{side: pl.lit("plant")},
    )


def _counts(frame: pl.DataFrame, period_hours: int) -> pl.DataFrame:
    counted = _long(frame, "uranium").filter(pl.col("hour") % period_hours == 0)
    return counted.select(
        inventory=pl.lit("h") + pl.col("hour").cast(pl.String).str.zfill(4),
        at=pl.col("at"),
        area=pl.lit("plant"),
        material=pl.col("material"),
        quantity=pl.col("quantity").clip(lower_bound=0.0),
        method=pl.col("method"),
        sheet=pl.col("method"),
    )


def data_folder() -> Path | None:
    """Where the plant's data lie; ``None`` where they are absent."""
    folder = Path(os.environ.get("STOCKWARD_SHARED", "../shared")) / "data" / "fuel_fab"
    return folder if (folder / "inventories.parquet").is_file() else None


def fuel_fab_period(number: int) -> dict[str, float] | str:
    """Difference and σ of one period (from 1) at 3 % random and 3 % systematic error, through files and reader.

    Returns the reason as text where the data are absent.
    """
    data = data_folder()
    if data is None:
        return "the plant's data are not here: set STOCKWARD_SHARED to the folder that holds data/fuel_fab"
    with tempfile.TemporaryDirectory() as folder:
        convert(data, Path(folder), random_rel=0.03, systematic_rel=0.03)
        balances = close_balances(known_at(read_site(folder), None))
    period = balances.periods.row(number - 1, named=True)
    return {"difference": period["difference"], "sigma": period["sigma"]}
