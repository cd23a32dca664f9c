"""The exact books: discrepancies of items, and beside them how the records were kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.answers.balances import Balances
from stockward.answers.items import Cluster, Discrepancy, ItemFindings, RecordingErrors, WriteOffs
from stockward.balance.composition import holdings_of
from stockward.balance.series_periods import discrepant, unsettled
from stockward.book.known import KnownBooks, is_late
from stockward.book.schema.kinds import CLAIMS
from stockward.stats.records import cluster, cusum_p_value, sign_test
from stockward.terms.verdicts import Scope


def find_in_items(books: KnownBooks, balances: Balances, *, seed: int) -> ItemFindings:
    """Discrepancies that stand, and the p-values of recording errors, clusters and write-offs (which never alarm)."""
    ledger = _ledger(books)
    return ItemFindings(
        discrepancies=tuple(_discrepancies(books, balances)),
        recording_errors=tuple(_recording_errors(books, ledger, seed=seed)),
        late_clusters=tuple(_clusters(ledger, seed=seed)),
        write_offs=tuple(_write_offs(books)),
    )


def _discrepancies(books: KnownBooks, balances: Balances) -> list[Discrepancy]:
    """Every closed period without σ whose difference is not zero; of the areas, as the site's are the same pieces."""
    periods = balances.periods.filter(discrepant()).with_columns(difference=unsettled())
    if periods.is_empty():
        return []
    series = balances.series.with_row_index("series").cast({"series": pl.Int64})
    found = periods.join(series, on="series", maintain_order="left")
    holdings = holdings_of(books)
    return [
        Discrepancy(
            id=row["id"],
            area=row["area"],
            holding=row["material"] or row["substance"],
            unit=row["unit"],
            inventory=row["inventory"],
            start=row["start"],
            end=row["end"],
            difference=row["difference"],
            written_off=row["written_off"],
            found=row["found"],
            late_rows=_late_rows(books, row["area"], row["start"], row["end"]),
            incidents=_incidents(books, row, holdings),
        )
        for row in found.filter(pl.col("scope") == Scope.AREA.value).rows(named=True)
    ]


def _late_rows(books: KnownBooks, area: str, start: datetime, end: datetime) -> int:
    """Rows of the area and period that were entered late."""
    inside = (pl.col("at") > start) & (pl.col("at") <= end) & is_late()
    touches = (pl.col("from_area").cast(pl.String) == area) | (pl.col("to_area").cast(pl.String) == area)
    moved = books.movements.filter(inside & touches.fill_null(False)).height
    return moved + books.counts.filter(inside & (pl.col("area").cast(pl.String) == area)).height


def _incidents(books: KnownBooks, row: dict[str, Any], holdings: pl.DataFrame) -> tuple[str, ...]:
    """Incidents on record for the area, and for a material of the series or none, in the period."""
    holding = row["material"] or row["substance"]
    materials = holdings.filter((pl.col("holding") == holding) & (pl.col("basis") == row["basis"]))["material"]
    near = books.incidents.filter(
        (pl.col("area") == row["area"])
        & (pl.col("material").is_null() | pl.col("material").is_in(materials.to_list()))
        & (pl.col("at") > row["start"])
        & (pl.col("at") <= row["end"])
    )
    return tuple(near["incident"])


def _ledger(books: KnownBooks) -> pl.DataFrame:
    """By area, local day and shift: how many movements are on record, reversed ones included, and what befell them."""
    hours, begins = books.site.settings.force.shift_hours, _first_shift(books)
    cancelled = books.reversed.filter(pl.col("reverses").is_null())["movement"].implode()
    local = pl.col("at").dt.convert_time_zone(books.site.timezone)
    shift = (local.dt.hour().cast(pl.Float64) + local.dt.minute() / 60 - begins) % 24 // hours
    by_shift = (
        pl.concat([books.movements.lazy(), books.reversed.lazy()])
        .filter(pl.col("reverses").is_null())
        .group_by(pl.coalesce("to_area", "from_area").alias("area"), local.dt.date().alias("day"), shift.alias("shift"))
        .agg(records=pl.len(), reversed=pl.col("movement").is_in(cancelled).sum(), late=is_late().sum())
    )
    return (
        by_shift.with_columns(pl.col("area").cast(pl.String), pl.col("shift").cast(pl.Int64))
        .collect()
        .sort("area", "day", "shift")
    )


def _recording_errors(books: KnownBooks, ledger: pl.DataFrame, *, seed: int) -> list[RecordingErrors]:
    """Reversed movements by area and shift against the rate of the whole site (Poisson CUSUM)."""
    if not ledger["reversed"].sum():
        return []
    rate = int(ledger["reversed"].sum()) / int(ledger["records"].sum())
    hours, begins = books.site.settings.force.shift_hours, _first_shift(books)
    found = []
    for (area, shift), rows in ledger.group_by("area", "shift", maintain_order=True):
        first, errors, records = _by_day(rows, "reversed")
        largest, day, p_value = cusum_p_value(errors, records, rate, seed=seed)
        found.append(
            RecordingErrors(
                area=str(area),
                shift=_shift_name(int(str(shift)), hours, begins),
                records=int(records.sum()),
                errors=int(errors.sum()),
                expected=rate * int(records.sum()),
                cusum=largest,
                highest_on=first + timedelta(days=day) if day >= 0 else None,
                p_value=p_value,
            )
        )
    return sorted(found, key=lambda row: (row.area, row.shift))


def _first_shift(books: KnownBooks) -> float:
    """Hour at which the first shift of a day begins: as most posts that change guard do; midnight where none does."""
    hours = books.site.settings.force.shift_hours
    posts = books["posts"].filter((pl.col("end") - pl.col("start")).abs() < 24 * 60)
    begins = (posts["start"].cast(pl.Float64) / 60 % hours).mode().sort()
    return float(begins[0]) if len(begins) else 0.0


def _shift_name(shift: int, hours: float, begins: float) -> str:
    """From when to when, as a clock shows it; the last shift of a day ends where the first begins."""
    start, end = begins + shift * hours, begins + min((shift + 1) * hours, 24.0)
    return "–".join(f"{int(hour) % 24:02d}:{round(hour % 1 * 60):02d}" for hour in (start, end)).replace(
        "–00:00", "–24:00"
    )


def _clusters(ledger: pl.DataFrame, *, seed: int) -> list[Cluster]:
    """For each area, the days in which late records and reversals stand closest together."""
    found = []
    for (area,), rows in ledger.group_by("area", maintain_order=True):
        for kind in ("late", "reversed"):
            first, events, records = _by_day(rows, kind)
            best = cluster(events, records, seed=seed)
            if best is not None:
                start, end, expected, p_value = best
                found.append(
                    Cluster(
                        area=str(area),
                        kind="late records" if kind == "late" else "reversals",
                        start=first + timedelta(days=start),
                        end=first + timedelta(days=end),
                        observed=int(events[start : end + 1].sum()),
                        expected=expected,
                        p_value=p_value,
                    )
                )
    return sorted(found, key=lambda row: (row.area, row.kind))


def _by_day(rows: pl.DataFrame, kind: str) -> tuple[date, NDArray[np.float64], NDArray[np.float64]]:
    """First day, and for each day from it on the events and the records."""
    first = rows["day"].min()
    assert isinstance(first, date)
    offset = (rows["day"] - first).dt.total_days().to_numpy()
    days = int(offset.max()) + 1
    events, records = (np.bincount(offset, rows[what], days).astype(np.float64) for what in (kind, "records"))
    return first, events, records


def _write_offs(books: KnownBooks) -> list[WriteOffs]:
    """Write-offs against finds of each material in each area, one-sided."""
    claims = books.movements.filter(pl.col("kind").is_in(CLAIMS))
    if claims.is_empty():
        return []
    units = books["materials"].select(pl.col("material"), own=pl.col("unit"))
    table = (
        claims.select(
            area=pl.coalesce(pl.col("from_area").cast(pl.String), pl.col("to_area").cast(pl.String)),
            material=pl.col("material").cast(pl.String),
            quantity=pl.col("quantity"),
            lost=pl.col("kind").cast(pl.String) == "write_off",
        )
        .join(units, on="material")
        .group_by("area", "material", "own")
        .agg(
            losses=pl.col("lost").sum(),
            gains=(~pl.col("lost")).sum(),
            written_off=pl.col("quantity").filter(pl.col("lost")).sum(),
            found=pl.col("quantity").filter(~pl.col("lost")).sum(),
        )
        .sort("area", "material")
    )
    return [
        WriteOffs(
            area=row["area"], holding=row["material"], unit=row["own"], write_offs=row["losses"], finds=row["gains"],
            written_off=row["written_off"], found=row["found"], p_value=sign_test(row["losses"], row["gains"]),
        )
        for row in table.rows(named=True)
    ]  # fmt: skip
