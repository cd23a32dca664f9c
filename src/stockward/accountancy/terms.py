"""The measured terms of the balances: flows and counts, summed as far as they share area, period and errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.accountancy.inventories import Inventories
from stockward.accountancy.known import KnownBooks
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.terms.units import UNITS, factor

Index = NDArray[np.int64]

OUTWARD = ("issue", "transfer", "use", "discard", "write_off")
INWARD = ("receipt", "transfer", "make", "found")


@dataclass(frozen=True, slots=True)
class TimeCuts:
    """Every moment at which an inventory stood or a method was calibrated; between two, nothing need be told apart.

    A row at time t falls into slice u, the number of cuts before t. ``interval[a, u]`` is then the number of
    inventories of area a before t: a movement at the moment of an inventory still belongs to the period it ends.
    ``calibration[m, u]`` is the number of calibrations of method m up to and at t.
    """

    cuts: Index
    interval: NDArray[np.int32]
    calibration: NDArray[np.int32]


def time_cuts(books: KnownBooks, inventories: Inventories, methods: list[str]) -> TimeCuts:
    """The cuts of all inventories and of the calibrations that are on record."""
    codes = {method: code for code, method in enumerate(methods)}
    calibrations = books.calibrations.select("method", "at")
    calibrated = np.array([codes[method] for method in calibrations["method"]], dtype=np.int64)
    # A measurement at the moment of a calibration uses the new one, so that cut lies just before it.
    moments = calibrations["at"].to_physical().to_numpy().astype(np.int64) - 1
    cuts = np.unique(np.concatenate([inventories.at, moments]))
    return TimeCuts(
        cuts=cuts,
        interval=_passed(inventories.area, inventories.at, cuts, len(inventories.areas)),
        calibration=_passed(calibrated, moments, cuts, len(methods)),
    )


def _passed(owner: Index, moment: Index, cuts: Index, owners: int) -> NDArray[np.int32]:
    """How many moments of each owner have passed in each slice; shape (owners, cuts + 1)."""
    table = np.zeros((owners, len(cuts) + 1), np.int32)
    np.add.at(table, (owner, np.searchsorted(cuts, moment) + 1), 1)
    return np.cumsum(table, axis=1, dtype=np.int32)


def flow_sums(books: KnownBooks, cuts: TimeCuts, areas: tuple[str, ...]) -> pl.DataFrame:
    """Sums over movements that share route, material, kind, method and slice of time.

    One pass over the ledger. Columns ``from_area``, ``to_area`` (codes, −1 none), ``material``, ``kind``, ``method``
    (codes, −1 none), ``slice``, ``calibration``, ``quantity``, ``squares``, ``rows``; quantities in the material's
    own unit.
    """
    movements = books.movements
    time = movements["at"].to_physical().to_numpy()
    parts = {
        "from_area": (_code(movements["from_area"]), len(areas) + 1),
        "to_area": (_code(movements["to_area"]), len(areas) + 1),
        "material": (_code(movements["material"]), _size(movements["material"]) + 1),
        "kind": (_code(movements["kind"]), _size(movements["kind"]) + 1),
        "method": (_code(movements["method"]), _size(movements["method"]) + 1),
        "slice": (np.searchsorted(cuts.cuts, time), len(cuts.cuts) + 2),
    }
    key = np.zeros(len(time), np.int64)
    for code, size in parts.values():
        key *= size
        key += code
    periodic = _periodic_calibrations(books, movements)
    frame = pl.DataFrame({"key": key, "quantity": movements["quantity"]})
    by = ["key"]
    if periodic is not None:
        frame = frame.with_columns(calibration=periodic)
        by.append("calibration")
    sums = frame.group_by(by).agg(
        quantity=pl.col("quantity").sum(), squares=pl.col("quantity").dot("quantity"), rows=pl.len()
    )
    sums = sums.sort(by)
    rest = sums["key"].to_numpy().copy()
    columns: dict[str, NDArray[np.int64]] = {}
    for name, (_, size) in reversed(parts.items()):
        columns[name] = rest % size - (name != "slice")
        rest //= size
    if periodic is None:
        sums = sums.with_columns(calibration=pl.lit(0, pl.Int64))
    sums = sums.with_columns(pl.Series(name, values) for name, values in columns.items()).drop("key")
    return _with_calibration(sums, cuts)


def _with_calibration(sums: pl.DataFrame, cuts: TimeCuts) -> pl.DataFrame:
    """The calibrations on record override those that follow from ``calibration_days``."""
    if cuts.calibration.size == 0:
        return sums
    method = sums["method"].to_numpy()
    recorded = cuts.calibration[np.maximum(method, 0), sums["slice"].to_numpy()]
    listed = (cuts.calibration[:, -1] > 0)[np.maximum(method, 0)] & (method >= 0)
    return sums.with_columns(calibration=np.where(listed, recorded, sums["calibration"].to_numpy()))


def count_terms(books: KnownBooks, inventories: Inventories, cuts: TimeCuts) -> pl.DataFrame:
    """Every counted row with the place of its inventory; columns as of ``flow_sums``, and ``place`` and ``row``."""
    counts = books.counts
    place = inventories.place()
    keys = zip(counts["area"].cast(pl.String), counts["inventory"], strict=True)
    terms = pl.DataFrame({
        "row": counts["row"],
        "place": pl.Series([place[key] for key in keys], dtype=pl.Int64),
        "area": _code(counts["area"]) - 1,
        "material": _code(counts["material"]) - 1,
        "method": _code(counts["method"]) - 1,
        "slice": np.searchsorted(cuts.cuts, counts["at"].to_physical().to_numpy()),
        "quantity": counts["quantity"],
    })
    periodic = _periodic_calibrations(books, counts)
    terms = terms.with_columns(calibration=pl.lit(0, pl.Int64) if periodic is None else pl.Series(periodic))
    return _with_calibration(terms, cuts)


def _periodic_calibrations(books: KnownBooks, frame: pl.DataFrame) -> NDArray[np.int64] | None:
    """For methods calibrated every so many days from their first use: which calibration each row fell under."""
    methods = books["methods"].filter(
        pl.col("calibration_days").is_not_null() & ~pl.col("method").is_in(books.calibrations["method"].implode())
    )
    if methods.height == 0:
        return None
    uses = pl.concat([
        table.group_by("method").agg(first=pl.col("at").to_physical().min()) for table in (books.movements, books.counts)
    ])
    uses = uses.group_by(pl.col("method").cast(pl.String)).agg(pl.col("first").min())
    first: dict[str, int] = dict(uses.rows())
    codes = {name: code for code, name in enumerate(_names(frame["method"]), start=1)}
    start = np.zeros(len(codes) + 1, np.int64)
    days = np.full(len(codes) + 1, np.inf)
    for method, every in methods.select("method", "calibration_days").rows():
        if method in first:
            start[codes[method]] = first[method]
            days[codes[method]] = every
    code = _code(frame["method"])
    since = frame["at"].to_physical().to_numpy() - start[code]
    return np.floor(since / (days[code] * MICROSECONDS_A_DAY)).astype(np.int64)


UNIT_FACTORS = pl.DataFrame(
    [(unit, own, value) for unit in UNITS for own in UNITS if (value := factor(unit, own)) is not None],
    schema={"unit": pl.String, "own": pl.String, "factor": pl.Float64},
    orient="row",
)


def _names(column: pl.Series) -> list[str]:
    dtype = column.dtype
    return dtype.categories.to_list() if isinstance(dtype, pl.Enum) else []


def _size(column: pl.Series) -> int:
    return len(_names(column))


def _code(column: pl.Series) -> NDArray[np.int64]:
    """Codes from 1, 0 where blank."""
    codes = column.to_physical().cast(pl.Int64) + 1
    return codes.fill_null(0).to_numpy()
